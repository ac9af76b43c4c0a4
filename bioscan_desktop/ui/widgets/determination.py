"""What the user says about a specimen: decision, own name, note."""

from __future__ import annotations

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from bioscan_desktop.ui import comparing, deciding, icons
from bioscan_desktop.ui.models.specimens import Row
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import tr
from bioscan_desktop.ui.widgets.escape import OwnEscape
from bioscan_desktop.ui.widgets.own_name import OwnNameEdit
from bioscan_desktop.ui.widgets.parts import label, set_look
from bioscan_desktop.ui.workbench import Workbench

NOTE_LINES, NOTE_LINES_MAX = 2, 9
"""Lines of text that a note has room for at least and at most; in between it grows with what is written and
takes what its card has left."""


class NoteEdit(QPlainTextEdit):
    """A few lines of text, taken when they are left; Tab leaves, Esc takes the typing back.

    Signals:
        written: the text, other than before.
        left: Esc was pressed; the keyboard may go back to the list.
    """

    written = Signal(str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._shown = ""
        OwnEscape(self).pressed.connect(self._take_back)
        self.setTabChangesFocus(True)
        self.setPlaceholderText(tr("Site, date, host plant, what you looked at …"))
        self.setAccessibleName(tr("Your note on this specimen"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMaximumHeight(self._height(NOTE_LINES_MAX))
        # Never while the text is laid out: a new height would lay it out anew within itself.
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._fit)
        self.textChanged.connect(self._later.start)
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.minimumHeight())

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self.minimumHeight())

    def _height(self, lines: int) -> int:
        around = 2 * int(self.document().documentMargin()) + 16
        return lines * QFontMetrics(self.font()).lineSpacing() + around

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._later.start()

    def _fit(self) -> None:
        """Room for all that is written: the height of a plain text is counted in lines."""
        lines = round(self.document().size().height())
        self.setMinimumHeight(self._height(min(NOTE_LINES_MAX, max(NOTE_LINES, lines))))

    def show_note(self, note: str) -> None:
        """The note of another specimen, or the same one anew."""
        if note != self._shown or not self.hasFocus():
            self._shown = note
            if self.toPlainText() != note:
                self.setPlainText(note)

    def take(self) -> None:
        """Tells of what was typed."""
        text = self.toPlainText().strip()
        if text != self._shown:
            self._shown = text
            self.written.emit(text)

    def _take_back(self) -> None:
        self.setPlainText(self._shown)
        self.left.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.take()


class Determination(QWidget):
    """Shows and takes what the user says about the row that is shown: own name and note. The buttons of the
    decision, and what was decided, are apart, to stand beside the answer they are about.

    Signals:
        left: the user is done with typing.

    Attributes:
        verdict: the buttons `accept` and `reject`, side by side.
        said: what was decided; hidden where nothing was.
    """

    left = Signal()

    def __init__(self, theme: Theme, bench: Workbench) -> None:
        super().__init__()
        self._theme = theme
        self._bench = bench
        self._row: Row | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(8)
        self.accept = QPushButton(tr("Accept"))
        self.accept.setToolTip(tr("The answer is right (Ctrl+Return)"))
        self.accept.clicked.connect(self._on_accept)
        self.reject = QPushButton(tr("Reject"))
        self.reject.setToolTip(tr("The answer is wrong (Ctrl+Backspace)"))
        self.reject.clicked.connect(self._on_reject)
        self.verdict = QWidget()
        beside = QHBoxLayout(self.verdict)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(8)
        beside.addWidget(self.accept)
        beside.addWidget(self.reject)
        self._decided = label(bold=True)
        self._outdated = label(look="muted")
        self.said = QWidget()
        lines = QVBoxLayout(self.said)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(2)
        lines.addWidget(self._decided)
        lines.addWidget(self._outdated)
        name_title = label(tr("Your own name"), "caption")
        self.own_name = OwnNameEdit()
        self.own_name.setToolTip(tr("Your own name for it, to compare the references with (F2)"))
        self.own_name.named.connect(self._on_named)
        self.own_name.left.connect(self.left)
        name_title.setBuddy(self.own_name)
        self.name_words = label(look="muted")
        note_title = label(tr("Note"), "caption")
        self.note = NoteEdit()
        self.note.written.connect(self._on_note)
        self.note.left.connect(self.left)
        note_title.setBuddy(self.note)
        for widget in (name_title, self.own_name, self.name_words, note_title):
            column.addWidget(widget)
        column.addWidget(self.note, 1)
        column.addStretch(0)

    def take(self) -> None:
        """Takes what was typed before it becomes that of another row."""
        for edit in (self.own_name, self.note):
            if edit.hasFocus():
                edit.clearFocus()

    def show_row(self, row: Row) -> None:
        """Shows what the user said about a row."""
        self._row = row
        own = self._bench.own(row)
        self.own_name.show_name(own.text if own is not None else row.own_name)
        self.name_words.setText(comparing.own_name_text(own, row.result))
        self.name_words.setVisible(bool(self.name_words.text()))
        self.note.show_note(row.note)
        decision = row.decision
        self._decided.setVisible(decision is not None)
        self._outdated.setVisible(False)
        if decision is not None:
            # A name of the user's own stands in the line below.
            self._decided.setVisible(decision.action != "name")
            self._decided.setText(f"{decision.told[:1].upper()}{decision.told[1:]}.")
            outdated = deciding.is_outdated(decision, row.result)
            self._outdated.setVisible(outdated)
            if outdated:
                self._outdated.setText(deciding.outdated_text(decision, row.result))
        self.said.setVisible(decision is not None and decision.action != "name")
        self.accept.setEnabled(deciding.accept(row.result) is not None)
        for button, action, sign, words in (
            (self.accept, "accept", "check", tr("Accept the answer")),
            (self.reject, "reject", "close", tr("Reject the answer")),
        ):
            told = decision.told if decision is not None and decision.action == action else ""
            set_look(button, "chosen" if told else "")
            colours = self._theme.colours
            icons.put_beside_text(button, icons.icon(sign, colours.text, colours.muted))
            button.setAccessibleName(f"{words}: {told}" if told else words)

    def _on_accept(self) -> None:
        if self._row is not None:
            self._bench.decide(self._row.key, deciding.accept(self._row.result))

    def _on_reject(self) -> None:
        if self._row is not None:
            self._bench.decide(self._row.key, deciding.simple("reject", self._row.result))

    def _on_named(self, text: str) -> None:
        if self._row is not None:
            self._bench.name(self._row.key, text)

    def _on_note(self, text: str) -> None:
        if self._row is not None:
            self._bench.write_note(self._row.key, text)
