"""The rail at the left edge: one button a page."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from bioscan_desktop.ui import icons
from bioscan_desktop.ui.pages.registry import PageSpec
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import tr

ICON_SIDE = 24


class SideRail(QWidget):
    """Buttons with icon and name, of which one is down. Arrow keys go from one to the next.

    Signals:
        chosen: (name) the user wants to see a page.
    """

    chosen = Signal(str)

    def __init__(self, theme: Theme, pages: Sequence[PageSpec]) -> None:
        super().__init__()
        self._theme = theme
        self._pages = tuple(pages)
        self.setProperty("look", "rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(tr("Pages"))
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 8, 6, 8)
        column.setSpacing(4)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        stretched = False
        for page in self._pages:
            if page.below and not stretched:
                column.addStretch(1)
                stretched = True
            button = self._make(page)
            column.addWidget(button)
            self._buttons[page.name] = button
        if not stretched:
            column.addStretch(1)
        theme.changed.connect(self._paint)
        self._paint()

    def _make(self, page: PageSpec) -> QToolButton:
        button = QToolButton()
        button.setProperty("look", "rail")
        # A name of several words stands on as many lines, so that the rail stays slim.
        title, tip = tr(page.title), tr(page.tip)
        button.setText(title.replace("&", "&&").replace(" && ", "\n&& "))
        button.setAccessibleName(title)
        button.setAccessibleDescription(tip)
        button.setToolTip(f"{tip} (Ctrl+{page.number})")
        button.setCheckable(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIconSize(QSize(ICON_SIDE, ICON_SIDE))
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.clicked.connect(lambda _=False: self.chosen.emit(page.name))
        self._group.addButton(button)
        return button

    def set_compact(self, compact: bool) -> None:
        """Shows icons alone, where there is little room."""
        style = (
            Qt.ToolButtonStyle.ToolButtonIconOnly if compact else Qt.ToolButtonStyle.ToolButtonTextUnderIcon
        )
        for button in self._buttons.values():
            if button.toolButtonStyle() != style:
                button.setToolButtonStyle(style)
        self.updateGeometry()

    def show_current(self, name: str) -> None:
        """Presses the button of the page that is shown. Tab leads to it, and arrow keys to the others."""
        self._buttons[name].setChecked(True)
        for other, button in self._buttons.items():
            policies = Qt.FocusPolicy
            button.setFocusPolicy(policies.TabFocus if other == name else policies.NoFocus)

    def button(self, name: str) -> QToolButton:
        """The button of a page."""
        return self._buttons[name]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        buttons = list(self._buttons.values())
        focused = self.focusWidget()
        if event.key() in steps and focused in buttons:
            place = (buttons.index(focused) + steps[Qt.Key(event.key())]) % len(buttons)
            buttons[place].setFocus(Qt.FocusReason.TabFocusReason)
            return
        super().keyPressEvent(event)

    def _paint(self) -> None:
        c = self._theme.colours
        for page in self._pages:
            self._buttons[page.name].setIcon(icons.icon(page.name, c.text, c.muted))
