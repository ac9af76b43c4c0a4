"""What is said of a bug: first that nothing is lost, then the details, all by keyboard."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bioscan_desktop.ui.dialogs.crash import show_crash


def test_details_are_shown_and_copied_by_keyboard(qtbot: QtBot) -> None:
    try:
        raise ValueError("index out of range")
    except ValueError as error:
        dialog = show_crash(error)
    qtbot.addWidget(dialog)
    dialog.show()
    assert "still here" in dialog.words.text()
    assert dialog.kind.text().replace("\u200b", "") == "ValueError: index out of range"
    assert dialog.focusWidget() is dialog.close_button and not dialog.details.isVisible()
    low = dialog.height()
    QTest.keyClick(dialog.show_details, Qt.Key.Key_Space)
    assert dialog.details.isVisible() and dialog.height() > low
    high = dialog.height()
    assert "test_details_are_shown_and_copied_by_keyboard" in dialog.details.toPlainText()
    assert dialog.show_details.text() == "Hide details"
    QTest.keyClick(dialog.copy, Qt.Key.Key_Space)
    assert QGuiApplication.clipboard().text() == dialog.details.toPlainText()
    assert dialog.copy.text() == "Copied"
    QTest.keyClick(dialog.show_details, Qt.Key.Key_Space)
    assert not dialog.details.isVisible() and dialog.height() < high
    with qtbot.waitSignal(dialog.rejected):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
