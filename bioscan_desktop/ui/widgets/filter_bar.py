"""The line above the list: words to find, and what else is asked for."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QStyle,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from bioscan_desktop.ui import icons, wording
from bioscan_desktop.ui.filtering import ALL, GROUPS, Wanted
from bioscan_desktop.ui.intake import clipboard
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import thousands, tr
from bioscan_desktop.ui.widgets.escape import OwnEscape
from bioscan_desktop.ui.widgets.parts import label, set_look

TYPING_MS = 150
"""The list follows when typing pauses for so long."""


class _Words(QLineEdit):
    """Esc empties the line, and then leaves it. A barcode, photo or file that is pasted is no word to find.

    Signals:
        left: the keyboard may go back to the list.
    """

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        OwnEscape(self).pressed.connect(self._on_escape)

    def _on_escape(self) -> None:
        if self.text():
            self.clear()
        else:
            self.left.emit()

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.matches(QKeySequence.StandardKey.Paste)
            and not clipboard().refused
        ):
            event.ignore()  # so that the window pastes it as a specimen
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
            self.left.emit()
        else:
            super().keyPressEvent(event)


class FilterPanel(QFrame):
    """A box to tick for each value, with how many rows have it.

    Signals:
        toggled: (group, value)
        cleared: nothing should be asked for.
    """

    toggled = Signal(str, str)
    cleared = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("look", "popup-panel")
        self.setAccessibleName(tr("Filter"))
        self._boxes: dict[tuple[str, str], QCheckBox] = {}
        inside = QWidget()
        outer = QVBoxLayout(inside)
        outer.setContentsMargins(16, 14, 16, 14)
        outer.setSpacing(12)
        self._inside = inside
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        around = QVBoxLayout(self)
        around.setContentsMargins(1, 1, 1, 1)
        around.addWidget(area)
        columns = QHBoxLayout()
        columns.setSpacing(28)
        outer.addLayout(columns)
        for pair in (("notice", "rank"), ("state", "decision")):
            column = QVBoxLayout()
            column.setSpacing(5)
            for group in pair:
                title, values = tr(GROUPS[group][0]), GROUPS[group][1]
                caption = label(title, "caption", wrap=False)
                caption.setContentsMargins(0, 4 if group == pair[0] else 12, 0, 2)
                column.addWidget(caption)
                for value, english in values.items():
                    words = tr(english)
                    box = QCheckBox(words)
                    box.setAccessibleName(wording.labelled(title, words))
                    box.clicked.connect(
                        lambda _=False, group=group, value=value: self.toggled.emit(group, value)
                    )
                    self._boxes[group, value] = box
                    column.addWidget(box)
            column.addStretch(1)
            columns.addLayout(column)
        self.clear_button = QPushButton(tr("Show all"))
        self.clear_button.clicked.connect(self.cleared)
        outer.addWidget(self.clear_button, 0, Qt.AlignmentFlag.AlignRight)

    def open_below(self, button: QWidget) -> None:
        """Shows it below a button, as large as the screen allows."""
        room = button.screen().availableGeometry()
        layout = self._inside.layout()
        if layout is not None:
            layout.activate()  # with the counts that were just filled in
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        wanted = self._inside.sizeHint() + QSize(bar + 8, 4)
        self.resize(wanted.boundedTo(room.size()))
        place = button.mapToGlobal(QPoint(0, button.height() + 4))
        x = max(room.left(), min(place.x(), room.right() - self.width()))
        y = max(room.top(), min(place.y(), room.bottom() - self.height()))
        self.move(x, y)
        self.show()

    def show_wanted(self, wanted: Wanted) -> None:
        """Ticks what is asked for."""
        for (group, value), box in self._boxes.items():
            box.setChecked(value in getattr(wanted, group))
        self.clear_button.setEnabled(not wanted.is_all)

    def show_counts(self, counts: dict[str, Counter[str]]) -> None:
        """Says how many rows have each value."""
        for (group, value), box in self._boxes.items():
            words = tr(GROUPS[group][1][value])
            box.setText(f"{words} ({thousands(counts[group][value])})")

    def box(self, group: str, value: str) -> QCheckBox:
        """The box of a value."""
        return self._boxes[group, value]


class FilterBar(QWidget):
    """Words to find and a button that opens the panel.

    Signals:
        wanted_changed: (Wanted) something else is asked for.
        opened: the panel is about to be shown; `show_counts` may fill it.
        left: the keyboard may go back to the list.
    """

    wanted_changed = Signal(object)
    opened = Signal()
    left = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.wanted: Wanted = ALL
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(12, 10, 12, 8)
        row.setSpacing(6)
        self.words = _Words()
        self.words.setPlaceholderText(tr("Find by name or taxon"))
        self.words.setAccessibleName(tr("Find specimens by name or taxon"))
        self.words.setClearButtonEnabled(True)
        self.words.setToolTip(tr("Words of the file name, the id, or a taxon (Ctrl+F)"))
        self.words.left.connect(self.left)
        self.button = QToolButton()
        self.button.setProperty("look", "small")
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(self._open)
        row.addWidget(self.words, 1)
        row.addWidget(self.button)
        self.setFocusProxy(self.words)
        self.panel = FilterPanel(self)
        self.panel.toggled.connect(lambda group, value: self.ask(self.wanted.toggled(group, value)))
        self.panel.cleared.connect(self.clear)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_MS)
        self._pause.timeout.connect(self._take_words)
        self.words.textChanged.connect(lambda _: self._pause.start())
        theme.changed.connect(self._paint)
        self._paint()

    def add(self, button: QWidget) -> None:
        """Puts another control at the end of the line."""
        self._row.addWidget(button)

    def ask(self, wanted: Wanted) -> None:
        """Asks for something else."""
        if wanted.text != self.words.text().strip():
            self.words.setText(wanted.text)
            self._pause.stop()
        if wanted == self.wanted:
            return
        self.wanted = wanted
        self.panel.show_wanted(wanted)
        self._paint()
        self.wanted_changed.emit(wanted)

    def clear(self) -> None:
        """Asks for nothing: everything is shown."""
        self.ask(ALL)

    def show_counts(self, counts: dict[str, Counter[str]]) -> None:
        """Says how many rows have each value."""
        self.panel.show_counts(counts)

    def _take_words(self) -> None:
        self.ask(replace(self.wanted, text=self.words.text().strip()))

    def _open(self) -> None:
        self.opened.emit()
        self.panel.show_wanted(self.wanted)
        self.panel.open_below(self.button)
        self.panel.box("notice", "conflict").setFocus(Qt.FocusReason.TabFocusReason)

    def _paint(self) -> None:
        chosen = self.wanted.chosen
        self.button.setText(tr("Filter ({number})").format(number=chosen) if chosen else tr("Filter"))
        words = tr("Filter, %n chosen", "", chosen) if chosen else tr("Filter by state, rank or notice")
        self.button.setAccessibleName(words)
        self.button.setToolTip(words)
        c = self._theme.colours
        icons.put_beside_text(self.button, icons.icon("filter", c.accent if chosen else c.text))
        set_look(self.button, "small-on" if chosen else "small")
