"""Several photos of one specimen: small pictures of all, of which one is shown large."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QButtonGroup, QToolButton, QWidget

from bioscan_desktop.core.verdict import Verdict
from bioscan_desktop.ui import wording
from bioscan_desktop.ui.icons import GAP
from bioscan_desktop.ui.models.specimens import Row
from bioscan_desktop.ui.models.thumbnails import PREVIEW_SIDE, THUMB_SIDE, Pictures
from bioscan_desktop.ui.translating import tr
from bioscan_desktop.ui.widgets.flow import FlowLayout

SIDE = 48
"""Pixels of a small picture, beside its number."""


class PhotoStrip(QWidget):
    """A button for each photo; hidden where there is one at most.

    Signals:
        changed: another photo is chosen, or its picture is there now.
    """

    changed = Signal()

    def __init__(self, pictures: Pictures) -> None:
        super().__init__()
        self._pictures = pictures
        self._row: Row | None = None
        self._of: object = None  # the specimen that the buttons are of
        self._chosen = 0
        self._large: dict[int, QPixmap | None] = {}
        self._asked: set[int] = set()
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._group.idClicked.connect(self._choose)
        self._layout = FlowLayout(self, 6)
        self.hide()

    def show_row(self, row: Row) -> None:
        """Shows the photos of a row; the first is chosen, unless it is the same specimen again."""
        is_other = self._row is None or self._row.key != row.key
        self._row = row
        if row.specimen is not self._of:
            self._fill(row, 0 if is_other else self._chosen)
        verdicts = row.result.by_photo if row.result is not None else ()
        for number, button in enumerate(self._buttons):
            verdict = verdicts[number] if number < len(verdicts) else None
            self._describe(button, number, verdict)
        self.setVisible(bool(self._buttons))

    def picture(self) -> tuple[QPixmap | None, str]:
        """The chosen photo, and what it is called or why it is not to be seen yet."""
        row = self._row
        if row is None:
            return None, ""
        if self._chosen == 0:
            picture, known = self._pictures.preview(row), self._pictures.preview_known(row.key)
        else:
            self._ask(self._chosen)
            picture, known = self._large.get(self._chosen), self._chosen in self._large
        if picture is not None:
            return picture, row.specimen.query_id
        return None, tr("The photo cannot be shown.") if known else tr("Loading the photo…")

    @property
    def chosen(self) -> int:
        """The number of the photo that is shown large, from 0."""
        return self._chosen

    @property
    def _buttons(self) -> list[QToolButton]:
        return [button for button in self._group.buttons() if isinstance(button, QToolButton)]

    def _fill(self, row: Row, chosen: int) -> None:
        for button in self._buttons:
            self._group.removeButton(button)
            self._layout.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._of, self._large, self._asked = row.specimen, {}, set()
        photos = row.specimen.photos if row.specimen.more else ()
        self._chosen = chosen if chosen < len(photos) else 0
        for number, photo in enumerate(photos):
            button = QToolButton(self)
            button.setCheckable(True)
            button.setChecked(number == self._chosen)
            button.setText(str(number + 1))
            button.setIconSize(QSize(SIDE + GAP, SIDE))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setProperty("look", "segment")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.installEventFilter(self)
            self._group.addButton(button, number)
            self._layout.addWidget(button)
            button.show()
            if photo.photo is not None:
                show = partial(self._show_small, button)
                self._pictures.load(photo.photo, THUMB_SIDE, show, button, photo.crop)
        self._mark()

    def _describe(self, button: QToolButton, number: int, verdict: Verdict | None) -> None:
        assert self._row is not None
        photos = self._row.specimen.photos
        source = wording.source(photos[number].input) if number else ""
        words = tr("Photo {number} of {count}").format(number=number + 1, count=len(photos))
        told = [words, source, wording.alone(verdict) if verdict is not None else ""]
        button.setToolTip("\n".join(part for part in told if part))
        button.setAccessibleName(", ".join(part for part in told if part))

    def _show_small(self, button: QToolButton, picture: QPixmap | None) -> None:
        if picture is None:
            return
        ratio = button.devicePixelRatioF()
        side, gap = int(SIDE * ratio), int(GAP * ratio)
        keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        small = picture.scaled(side, side, keep, smooth)
        small.setDevicePixelRatio(1.0)
        shown = QPixmap(small.width() + gap, small.height())  # with room between it and the number
        shown.fill(Qt.GlobalColor.transparent)
        painter = QPainter(shown)
        painter.drawPixmap(0, 0, small)
        painter.end()
        shown.setDevicePixelRatio(ratio)
        button.setIcon(QIcon(shown))

    def _choose(self, number: int) -> None:
        if number != self._chosen:
            self._chosen = number
            self._mark()
            self.changed.emit()

    def _mark(self) -> None:
        """The number of the chosen photo is bold: colours alone do not tell it."""
        for button in self._buttons:
            font = button.font()
            font.setBold(button.isChecked())
            button.setFont(font)

    def _ask(self, number: int) -> None:
        """Reads a further photo; the first one is a picture of the row."""
        assert self._row is not None
        photo = self._row.specimen.photos[number]
        if number not in self._asked and photo.photo is not None:
            self._asked.add(number)
            show = partial(self._show_large, self._row.specimen, number)
            self._pictures.load(photo.photo, PREVIEW_SIDE, show, self._buttons[number], photo.crop)

    def _show_large(self, specimen: object, number: int, picture: QPixmap | None) -> None:
        if specimen is self._of:
            self._large[number] = picture
            self.changed.emit()

    def eventFilter(self, watched: QWidget, event: QEvent) -> bool:  # type: ignore[override]
        """The arrow keys go to the photo before and after."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
            number = self._group.id(watched) if isinstance(watched, QToolButton) else -1
            if step is not None and 0 <= number + step < len(self._buttons):
                button = self._buttons[number + step]
                button.setFocus(Qt.FocusReason.OtherFocusReason)
                button.click()
                return True
        return super().eventFilter(watched, event)
