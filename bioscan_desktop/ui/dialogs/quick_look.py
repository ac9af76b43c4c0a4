"""One specimen after the other, as large as the window: its photo, or what its barcode is."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from bioscan_desktop.core.barcode import facts
from bioscan_desktop.ui import dna_wording, wording
from bioscan_desktop.ui.models.specimens import Row, spoken
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import thousands, tr
from bioscan_desktop.ui.widgets.edged import Dialog
from bioscan_desktop.ui.widgets.parts import Drawing, ElidedLabel, frame, label, size_to_fit
from bioscan_desktop.ui.widgets.photo_strip import PhotoStrip
from bioscan_desktop.ui.widgets.specimen_delegate import MARKS
from bioscan_desktop.ui.widgets.views import BarcodeView
from bioscan_desktop.ui.widgets.zoom_view import ZoomView
from bioscan_desktop.ui.workbench import Workbench

if TYPE_CHECKING:
    from bioscan_desktop.services.specimens import Specimen

SHARE = 0.92
"""Of the window's width and height."""

AHEAD_MS = 120
"""The photos that may come next are read when nobody goes on for so long."""

FINE_SIDE = 4000
"""Pixels of a photo that is looked at closely; as much as the window can take over without a stop."""

CLOSE_UP = 1.5
"""From this zoom on a photo is read so."""

STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1}


class _Photo(ZoomView):
    """Leaves the arrow keys to the dialog; with Shift they move the picture."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        shifted = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if event.key() in STEPS and not shifted:
            event.ignore()
        else:
            super().keyPressEvent(event)


class QuickLook(Dialog):
    """Never blocks the window; see `show_row`.

    Signals:
        stepped: (by) another specimen is wanted, so many rows down the list.
        decided: (action) as `Details.decide`, about the specimen that is shown.
    """

    stepped = Signal(int)
    decided = Signal(str)

    def __init__(self, theme: Theme, bench: Workbench, parent: QWidget) -> None:
        super().__init__(parent)
        self._bench = bench
        self._row: Row | None = None
        # Whose photo, and which, is read, or was, to be looked at closely.
        self._fine: tuple[Specimen, int] | None = None
        self._ahead: Sequence[Row] = ()
        self.setWindowTitle(tr("Quick look"))
        self.setModal(False)
        size_to_fit(self, int(parent.width() * SHARE), int(parent.height() * SHARE))
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 14, 14, 12)
        column.setSpacing(10)
        self.photo = _Photo(theme, tr("Photo of the specimen"))
        self.photo.moved.connect(self._on_zoomed)
        self._parts = QStackedWidget()
        self._parts.addWidget(self.photo)
        self._parts.addWidget(self._make_barcode(theme))
        self.strip = PhotoStrip(bench.pictures)
        self.strip.changed.connect(self._on_chosen)
        column.addWidget(self._parts, 1)
        column.addWidget(self.strip)
        column.addLayout(self._make_words(theme))
        column.addLayout(self._make_foot())
        self._reading_ahead = QTimer(self)
        self._reading_ahead.setSingleShot(True)
        self._reading_ahead.setInterval(AHEAD_MS)
        self._reading_ahead.timeout.connect(self._read_ahead)
        bench.pictures.preview_ready.connect(self._on_preview)
        bench.pictures.thumbs_ready.connect(self._on_thumbs)

    def _make_barcode(self, theme: Theme) -> QWidget:
        page = frame("card")
        column = QVBoxLayout(page)
        column.setContentsMargins(28, 12, 28, 12)
        column.setSpacing(14)
        self._barcode_words = label(scale=1.3, bold=True)
        self._barcode = BarcodeView(theme)
        self._facts = label(scale=1.1)
        column.addStretch(1)
        column.addWidget(self._barcode_words)
        column.addWidget(self._barcode)
        column.addWidget(self._facts)
        column.addStretch(1)
        return page

    def _make_words(self, theme: Theme) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(10)
        self._sign = Drawing(theme, "icons", 22)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(3)
        head = QHBoxLayout()
        head.setSpacing(12)
        self._title = ElidedLabel()
        font = self._title.font()
        font.setPointSizeF(font.pointSizeF() * 1.15)
        font.setBold(True)
        self._title.setFont(font)
        self._place = label(look="muted", wrap=False)
        head.addWidget(self._title)
        head.addWidget(self._place)
        head.addStretch(1)
        words.addLayout(head)
        self._verdict = label(rich=True)
        words.addWidget(self._verdict)
        self._said = label(look="muted")
        words.addWidget(self._said)
        row.addLayout(words, 1)
        return row

    def _make_foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        foot.setSpacing(8)
        self._hint = ElidedLabel()
        self._hint.setProperty("look", "muted")
        foot.addWidget(self._hint, 1)
        foot.addStretch(0)
        self.buttons: dict[str, QPushButton] = {}
        for name, text, words, act in (
            ("before", "↑", tr("Previous specimen"), lambda: self.stepped.emit(-1)),
            ("after", "↓", tr("Next specimen"), lambda: self.stepped.emit(1)),
            ("close", tr("Close"), tr("Close"), self.reject),
        ):
            button = QPushButton(text)
            button.setAccessibleName(words)
            button.setToolTip(words)
            button.setAutoDefault(False)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _=False, act=act: act())
            foot.addWidget(button)
            self.buttons[name] = button
        return foot

    @property
    def key(self) -> int | None:
        """Of the specimen that is shown."""
        return self._row.key if self._row is not None else None

    @property
    def told(self) -> str:
        """What is said of it, line by line."""
        lines = [self._title.full_text, self._verdict.text(), self._said.text(), self._facts.text()]
        return "\n".join(line for line in lines if line)

    def show_row(self, row: Row, number: int, count: int, ahead: Sequence[Row] = ()) -> None:
        """Shows a specimen, from its beginning if it is another one.

        Args:
            number, count: its place in the list, from 0, and how many there are.
            ahead: those that may be wanted next.
        """
        is_other = self.key != row.key
        self._row, self._ahead = row, ahead
        icon, role, words = MARKS[row.mark]
        self._sign.show_name(icon, role)
        self._sign.setToolTip(tr(words))
        self._sign.setAccessibleName(tr(words))
        self._title.say(row.specimen.query_id, row.specimen.input)
        place = tr("{number} of {count}").format(number=thousands(number + 1), count=thousands(count))
        self._place.setText(place)
        self.buttons["before"].setEnabled(number > 0)
        self.buttons["after"].setEnabled(number < count - 1)
        self._verdict.setText(_verdict_html(row))
        said = [tr("Your decision: {what}").format(what=row.decision.told)] if row.decision else []
        said += [tr("Note: {note}").format(note=row.note)] if row.note else []
        self._said.setText("\n".join(said))
        self._said.setVisible(bool(said))
        self.setAccessibleDescription(spoken(row))
        has_photo = row.specimen.photo is not None
        self._parts.setCurrentIndex(0 if has_photo else 1)
        self._hint.say(
            tr("↑ ↓ go on, + − zoom, Shift+arrows move, Space closes.")
            if has_photo
            else tr("↑ ↓ go on, Space closes.")
        )
        self.strip.show_row(row)
        if has_photo:
            if is_other:
                self._fine = None
                self.photo.fit()
            self._show_photo(row)
        else:
            self._show_barcode(row)
        if is_other:
            (self.photo if has_photo else self).setFocus(Qt.FocusReason.OtherFocusReason)
            self._reading_ahead.start()

    def _show_photo(self, row: Row) -> None:
        if self._is_fine(row.specimen):
            return  # it is shown larger than that, or will be in a moment
        if self.strip.chosen:
            self.photo.show_picture(*self.strip.picture())
            return
        pictures = self._bench.pictures
        picture, name = pictures.preview(row), row.specimen.query_id
        if picture is not None:
            self.photo.show_picture(picture, name)
        elif pictures.preview_known(row.key):
            self.photo.show_picture(None, tr("The photo cannot be shown."))
        else:  # the small picture of the list until the large one is there
            self.photo.show_picture(pictures.thumb(row), tr("Loading the photo…"))

    def _is_fine(self, specimen: Specimen) -> bool:
        """The photo that is chosen is the one to be looked at closely."""
        return self._fine is not None and self._fine[0] is specimen and self._fine[1] == self.strip.chosen

    def _on_chosen(self) -> None:
        if self.isVisible() and self._row is not None and not self._is_fine(self._row.specimen):
            self.photo.fit()
            self._show_photo(self._row)

    def _show_barcode(self, row: Row) -> None:
        barcode = row.specimen.barcode
        self._barcode.setVisible(barcode is not None)
        if barcode is None:
            self._barcode_words.setText(tr("This specimen has neither photo nor barcode that can be shown."))
            self._facts.setText("")
            return
        self._barcode_words.setText(tr("DNA barcode, no photo"))
        self._barcode.show_sequence(barcode.sequence)
        found = facts(barcode.sequence, barcode.reversed)
        lines = [wording.labelled(what, value) for what, value, _ in dna_wording.fact_rows(found)]
        evidence = self._bench.evidences.of(row)
        if evidence is not None:
            lines += ["", *dna_wording.identity_sentences(evidence)]
        self._facts.setText("\n".join(lines))

    # -- keeping up ----------------------------------------------------------------------------

    def _on_preview(self, key: int) -> None:
        if self.isVisible() and self._row is not None and self._row.key == key:
            self._show_photo(self._row)

    def _on_thumbs(self, keys: list[int]) -> None:
        if self.isVisible() and self._row is not None and self._row.key in keys:
            self._show_photo(self._row)

    def _read_ahead(self) -> None:
        if self.isVisible():
            for row in self._ahead:
                self._bench.pictures.preview(row)

    def _on_zoomed(self, zoom: float, _: QPointF) -> None:
        """Reads the photo anew, larger, where someone looks closely."""
        row = self._row
        if row is None or row.specimen.photo is None or zoom < CLOSE_UP or self.photo.picture is None:
            return
        specimen, chosen = row.specimen, self.strip.chosen
        one = specimen.photos[chosen]
        read = bool(chosen) or self._bench.pictures.preview_known(row.key)
        if not self._is_fine(specimen) and read and one.photo is not None:
            self._fine = specimen, chosen
            show = partial(self._show_fine, specimen, chosen)
            self._bench.pictures.load(one.photo, FINE_SIDE, show, self, one.crop)

    def _show_fine(self, specimen: Specimen, chosen: int, picture: QPixmap | None) -> None:
        if self._row is None or self._row.specimen is not specimen or picture is None:
            return
        if self._is_fine(specimen) and chosen == self.strip.chosen:
            self.photo.show_picture(picture, specimen.query_id)

    # -- keys ----------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, modifiers = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
        decisions = {
            (Qt.Key.Key_Return, control): "accept",
            (Qt.Key.Key_Enter, control): "accept",
            (Qt.Key.Key_Backspace, control): "reject",
            (Qt.Key.Key_Backspace, control | shift): "",
        }
        if key in STEPS and not modifiers:
            self.stepped.emit(STEPS[key])
        elif key == Qt.Key.Key_Space and not modifiers:
            self.reject()
        elif (key, modifiers) in decisions:
            self.decided.emit(decisions[key, modifiers])
        elif key not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)


def _verdict_html(row: Row) -> str:
    """Name and how sure, or what became of it."""
    parts = [escape(row.second_line)]
    if row.result is not None and row.result.verdict is not None:
        parts.insert(0, f"<b>{wording.row_title(row.result).html}</b>")
    return " · ".join(part for part in parts if part)
