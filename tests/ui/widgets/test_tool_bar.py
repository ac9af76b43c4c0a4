"""The tool bar keeps all its buttons in sight; where there is little room, words go first."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.widgets.tool_bar import GIVES_WAY, ToolBar


def test_buttons_give_up_their_words_and_get_them_back(window: MainWindow, qtbot: QtBot) -> None:
    bar = window.findChild(ToolBar)
    assert bar is not None
    worded = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
    counts = []
    for width in (1280, 800, 560, 1280):
        window.resize(width, 700)
        qtbot.waitUntil(lambda: bar.width() <= window.width())
        for _ in range(3):
            QApplication.processEvents()
        buttons = [bar.button(name) for name in GIVES_WAY]
        assert all(button.isVisible() for button in buttons), width
        assert all(button.accessibleName() and button.toolTip() for button in buttons)
        counts.append(sum(button.toolButtonStyle() == worded for button in buttons))
        kept = [button.toolButtonStyle() == worded for button in buttons]
        assert kept == sorted(kept)  # the last ones of the list keep theirs longest
    assert counts[0] == counts[3] == len(GIVES_WAY) > counts[1] > counts[2]
