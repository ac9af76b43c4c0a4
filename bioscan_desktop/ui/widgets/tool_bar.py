"""The tool bar above the page Identify: where there is little room, buttons give up their words, not their
places."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QToolBar, QToolButton

from bioscan_desktop.ui import icons
from bioscan_desktop.ui.translating import tr

BUTTONS = ("open", "open_folder", "paste", "|", "attach", "retry", "|", "restrict", "export")

GIVES_WAY = ("retry", "attach", "open_folder", "paste", "restrict", "open", "export")
"""Buttons in the order in which they lose their words; these stay as tool tips."""


class ToolBar(QToolBar):
    """Buttons of actions, all of them in sight.

    Args:
        acts: the window's actions by name.
    """

    def __init__(self, acts: dict[str, QAction]) -> None:
        super().__init__(tr("Main"))
        self._acts = acts
        self.setObjectName("main")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(self.iconSize() + QSize(icons.GAP, 0))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        for name in BUTTONS:
            if name == "|":
                self.addSeparator()
            else:
                self.addAction(acts[name])
        acts["attach"].setIconText(tr("Attach barcode"))
        acts["retry"].setIconText(tr("Retry"))
        for name in GIVES_WAY:
            button = self.button(name)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setAccessibleName(acts[name].iconText())

    def button(self, name: str) -> QToolButton:
        """The button of an action."""
        button = self.widgetForAction(self._acts[name])
        assert isinstance(button, QToolButton)
        return button

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Takes words away until all buttons have room."""
        words, alone = Qt.ToolButtonStyle.ToolButtonTextBesideIcon, Qt.ToolButtonStyle.ToolButtonIconOnly
        saved = {}
        for name in GIVES_WAY:
            button = self.button(name)
            button.setToolButtonStyle(alone)
            narrow = button.sizeHint().width()
            button.setToolButtonStyle(words)
            saved[name] = button.sizeHint().width() - narrow
        needed = self.sizeHint().width()
        for name in GIVES_WAY:
            if needed <= self.width():
                break
            self.button(name).setToolButtonStyle(alone)
            needed -= saved[name]
