"""The keys of the review, as buttons that say what they do; and the last decision beside them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from bioscan_desktop.ui import icons
from bioscan_desktop.ui.telling import announce
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import mark, tr
from bioscan_desktop.ui.widgets.flow import FlowLayout
from bioscan_desktop.ui.widgets.parts import label

LETTER_RANKS: dict[str, str] = {"S": "species", "G": "genus", "F": "family", "O": "order"}
"""The same letters as on the badges."""

_KEYS: dict[Qt.Key, str] = {
    Qt.Key.Key_Return: "accept",
    Qt.Key.Key_Enter: "accept",
    Qt.Key.Key_Backspace: "reject",
    Qt.Key.Key_U: "unknown",
    Qt.Key.Key_Space: "skip",
    Qt.Key.Key_N: "own",
    Qt.Key.Key_C: "photos",
    Qt.Key.Key_W: "why",
    Qt.Key.Key_Left: "previous",
    Qt.Key.Key_Up: "previous",
    Qt.Key.Key_Right: "next",
    Qt.Key.Key_Down: "next",
    **{Qt.Key(Qt.Key.Key_A + ord(letter) - ord("A")): rank for letter, rank in LETTER_RANKS.items()},
    **{Qt.Key(Qt.Key.Key_0 + digit): str(digit) for digit in range(1, 10)},
}

BUTTONS: tuple[tuple[str, str, str, str], ...] = (
    ("accept", mark("Accept"), mark("Enter"), mark("The answer is right")),
    ("reject", mark("Reject"), "⌫", mark("The answer is wrong (Backspace)")),
    ("species", mark("Species"), "S", mark("It is the leading species")),
    ("genus", mark("Genus"), "G", mark("Name it to genus only")),
    ("family", mark("Family"), "F", mark("Name it to family only")),
    ("order", mark("Order"), "O", mark("Name it to order only")),
    ("own", mark("Own name"), "N", mark("Type a name of your own")),
    ("unknown", mark("Unknown"), "U", mark("It cannot be told")),
    ("skip", mark("Later"), mark("Space"), mark("Put it off")),
    ("photos", mark("Compare"), "C", mark("Compare the photo with others")),
    ("why", mark("Why?"), "W", mark("Why this rank?")),
    ("previous", mark("Back"), "←", mark("The specimen before")),
    ("next", mark("On"), "→", mark("The next specimen")),
    ("undo", mark("Undo"), "Ctrl+Z", mark("Take the last decision back")),
)
"""(action, words, key, what it means)"""


ESSENTIAL = frozenset({"accept", "reject", "genus", "unknown", "skip", "previous", "next"})
"""Buttons that stay where there is little height."""

SIGNS = {name: name for name in ("accept", "reject", "unknown", "skip", "undo")} | {"own": "name"}
"""Icons of the buttons that have one; the list shows the same beside what was decided."""


class ReviewKeys(QWidget):
    """A line of text over the buttons.

    Signals:
        pressed: (action) a button was pressed.
    """

    pressed = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self._told = label(
            tr("Digits 1–9 take the name of a reference. Every decision can be undone."), "muted"
        )
        column.addWidget(self._told)
        row = QWidget()
        flow = FlowLayout(row, 6)
        self._buttons: dict[str, QToolButton] = {}
        for action, words, key, meaning in BUTTONS:
            button = QToolButton()
            button.setProperty("look", "key-button")
            button.setText(f"{tr(words)}  {tr(key)}")
            button.setAccessibleName(tr(words))
            button.setAccessibleDescription(
                tr("{meaning}. Key: {key}").format(meaning=tr(meaning), key=tr(key))
            )
            button.setToolTip(tr(meaning))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _=False, action=action: self.pressed.emit(action))
            flow.addWidget(button)
            self._buttons[action] = button
        column.addWidget(row)
        theme.changed.connect(self._paint)
        self._paint()

    @staticmethod
    def of(event: QKeyEvent) -> str | None:
        """What a key says, or None."""
        return _KEYS.get(Qt.Key(event.key()))

    def button(self, action: str) -> QToolButton:
        """The button of an action."""
        return self._buttons[action]

    def set_compact(self, compact: bool) -> None:
        """Where there is little height, the buttons that are needed least are left out; keys go on."""
        for action, button in self._buttons.items():
            button.setVisible(not compact or action in ESSENTIAL)

    def tell(self, text: str) -> None:
        """What was decided last, also to screen readers; "" shows the hint again."""
        self._told.setText(
            f"{text} " + tr("Ctrl+Z takes it back.") if text else tr("The last decision was taken back.")
        )
        self._told.setAccessibleName(self._told.text())
        announce(self._told, self._told.text())

    @property
    def told(self) -> str:
        """What is said."""
        return self._told.text()

    def _paint(self) -> None:
        c = self._theme.colours
        for action, sign in SIGNS.items():
            icons.put_beside_text(self._buttons[action], icons.icon(sign, c.text))
