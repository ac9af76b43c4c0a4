"""The specimen that is reviewed: its photo, which can be zoomed, and its barcode."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from bioscan_desktop.ui import wording
from bioscan_desktop.ui.models.specimens import Row
from bioscan_desktop.ui.models.thumbnails import Pictures
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import tr
from bioscan_desktop.ui.widgets.parts import label
from bioscan_desktop.ui.widgets.photo_strip import PhotoStrip
from bioscan_desktop.ui.widgets.views import BarcodeView
from bioscan_desktop.ui.widgets.zoom_view import ZoomView


class ReviewSpecimen(QFrame):
    """Shows one row at a time."""

    def __init__(self, theme: Theme, pictures: Pictures) -> None:
        super().__init__()
        self._row: Row | None = None
        self._has_room = True
        self.setProperty("look", "card")
        self.setMinimumWidth(190)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(8)
        self._title = label(bold=True, scale=1.1)
        self._input = label(look="muted")
        self.photo = ZoomView(theme, tr("Photo of the specimen"))
        self.photo.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._barcode = BarcodeView(theme)
        self._barcode_words = label(look="muted")
        self._filler = QWidget()
        column.addWidget(self._title)
        column.addWidget(self._input)
        self.strip = PhotoStrip(pictures)
        self.strip.changed.connect(self._on_chosen)
        column.addWidget(self.photo, 1)
        column.addWidget(self.strip)
        column.addWidget(self._barcode)
        column.addWidget(self._barcode_words)
        column.addWidget(self._filler, 1)
        pictures.preview_ready.connect(self._on_preview)

    def show_row(self, row: Row, place: str) -> None:
        """Shows a row.

        Args:
            place: such as `3 of 214`.
        """
        is_other = self._row is None or self._row.key != row.key
        self._row = row
        specimen = row.specimen
        self._title.setText(specimen.query_id)
        self._input.setText(f"{place} · {wording.source(specimen.input)}")
        self._input.setToolTip(specimen.input)
        self.strip.show_row(row)
        has_photo = specimen.photo is not None
        self.photo.setVisible(has_photo)
        self._filler.setVisible(not has_photo)
        if has_photo:
            if is_other:
                self.photo.fit()
            self._show_photo()
        barcode = specimen.barcode
        self._barcode.setVisible(barcode is not None and (not has_photo or self._has_room))
        self._barcode_words.setVisible(barcode is not None)
        if barcode is not None:
            self._barcode.show_sequence(barcode.sequence)
            self._barcode_words.setText(tr("DNA barcode, {number} bp").format(number=len(barcode.sequence)))

    def set_compact(self, compact: bool) -> None:
        """Where there is little height, the photo comes before the drawing of the barcode."""
        self._has_room = not compact
        row = self._row
        if row is not None and row.specimen.photo is not None and row.specimen.barcode is not None:
            self._barcode.setVisible(self._has_room)

    def _on_chosen(self) -> None:
        self.photo.fit()
        self._show_photo()

    def _show_photo(self) -> None:
        self.photo.show_picture(*self.strip.picture())

    def _on_preview(self, key: int) -> None:
        if self._row is not None and self._row.key == key and self.isVisible():
            self._show_photo()
