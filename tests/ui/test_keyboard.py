"""The window without a mouse: what Tab reaches, in which order, and the way from a photo to an export."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from bioscan_desktop.ui.dialogs.why import WhyDialog
from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.pages import registry


def _stops(window: QWidget) -> set[QWidget]:
    """What Tab should reach: all that can be seen and takes the keyboard, of a choice what is chosen."""
    found = set()
    for widget in window.findChildren(QWidget):
        takes = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        if not takes or not widget.isVisible() or not widget.isEnabled() or widget.focusProxy() is not None:
            continue
        if widget.window() is not window:
            continue
        if isinstance(widget, QAbstractButton) and widget.isCheckable() and not widget.isChecked():
            group = widget.group()
            if (group is not None and group.exclusive()) or (group is None and widget.autoExclusive()):
                continue
        found.add(widget)
    return found


def _round(window: QWidget, key: Qt.Key = Qt.Key.Key_Tab) -> list[QWidget]:
    """Where Tab leads, once around."""
    start = QApplication.focusWidget()
    assert start is not None and start.window() is window
    seen = [start]
    while True:
        QTest.keyClick(seen[-1], key)
        now = QApplication.focusWidget()
        assert now is not None, f"nothing has the keyboard after {_told(seen[-1])}"
        if now is start:
            return seen
        if now is seen[-1]:  # goes through its links
            continue
        assert now not in seen, f"a trap between {_told(now)} and {_told(seen[-1])}"
        seen.append(now)


def _told(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.accessibleName() or widget.toolTip()!r}"


def _focus(window: MainWindow, qtbot: QtBot) -> None:
    window.activateWindow()
    window.page.setFocus()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)


def test_tab_reaches_everything_on_each_page(
    window: MainWindow, world, drop: Callable, settled: Callable, qtbot: QtBot
) -> None:
    drop(window, *world.photos.values())
    settled(window, 4)
    _focus(window, qtbot)
    for page in registry.available():
        window.acts[f"page_{page.name}"].trigger()
        qtbot.wait(300)
        for key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            missed = _stops(window) - set(_round(window, key))
            assert not missed, (page.name, [_told(widget) for widget in missed])


def test_tab_comes_to_the_foot_of_the_window_after_each_page(
    window: MainWindow, world, drop: Callable, settled: Callable, qtbot: QtBot
) -> None:
    drop(window, *world.photos.values())
    settled(window, 4)
    _focus(window, qtbot)
    window.say("News.", True)
    for page in registry.available():
        window.acts[f"page_{page.name}"].trigger()
        qtbot.wait(100)
        shown = window.shell.page(page.name)
        first = window.shell.rail.button(page.name)
        first.setFocus()
        wholes = (window.messages, window.status, shown)
        parts = [i for stop in _round(window) for i in range(3) if wholes[i].isAncestorOf(stop)]
        n_page = parts.count(2)
        foot = parts[n_page:]
        assert n_page and parts[:n_page] == [2] * n_page, (page.name, parts)
        assert foot[:2] == [0, 0] and set(foot[2:]) == {1}, (page.name, parts)


def test_the_keyboard_goes_back_when_a_message_is_closed(
    window: MainWindow, world, drop: Callable, settled: Callable, qtbot: QtBot
) -> None:
    drop(window, *world.photos.values())
    settled(window, 4)
    _focus(window, qtbot)
    note = window.page.panel.determination.note
    for close in (lambda: QTest.keyClick(window.messages._close, Qt.Key.Key_Space), window.messages.hide):
        for before in (window.page.list, note, window.status.chip("library")):
            window.say("News.", False)
            before.setFocus()
            window.messages._close.setFocus()
            close()
            assert not window.messages.isVisible()
            assert window.focusWidget() is before, _told(before)


def test_tab_reaches_everything_while_the_list_is_empty(window: MainWindow, qtbot: QtBot) -> None:
    _focus(window, qtbot)
    missed = _stops(window) - set(_round(window))
    assert not missed, [_told(widget) for widget in missed]


def test_no_page_opens_windows_of_its_own(window: MainWindow, qtbot: QtBot) -> None:
    """A part without a parent flashes up beside the window and takes the keyboard away."""
    shown: list[str] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
                shown.append(type(watched).__name__)
            return False

    watch = Watch()
    QApplication.instance().installEventFilter(watch)
    for page in registry.available():
        window.acts[f"page_{page.name}"].trigger()
        qtbot.wait(200)
    QApplication.instance().removeEventFilter(watch)
    assert shown == []


def test_the_keyboard_follows_to_a_page_from_anywhere_but_the_rail(window: MainWindow, qtbot: QtBot) -> None:
    _focus(window, qtbot)
    rail = window.shell.rail
    rail.button("identify").setFocus()
    rail.button("identify").clearFocus()
    window.status.chip("library").setFocus()
    window.acts["page_review"].trigger()
    assert window.shell.page("review").hasFocus()
    rail.button("review").setFocus()
    QTest.keyClick(rail.button("review"), Qt.Key.Key_Up)
    assert rail.button("batch").hasFocus()
    QTest.keyClick(rail.button("batch"), Qt.Key.Key_Space)
    assert window.shell.current == "batch" and rail.button("batch").hasFocus()


def test_from_a_photo_to_an_export_without_a_mouse(
    window: MainWindow, world, settled: Callable, qtbot: QtBot, tmp_path: Path
) -> None:
    _focus(window, qtbot)
    assert QApplication.focusWidget().accessibleName() == "Open photos"
    photo = next(iter(world.photos.values()))
    window.bench.change_setting("last_folder", str(photo.parent))
    _type_into_next_dialog(photo.name)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    settled(window, 1)
    window.activateWindow()
    qtbot.waitUntil(window.page.list.hasFocus)
    assert "likely" in window.page.list.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole).lower()
    QTest.keyClick(window.page.list, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)  # why this rank?
    qtbot.waitUntil(lambda: any(dialog.isVisible() for dialog in window.findChildren(WhyDialog)))
    (why,) = window.findChildren(WhyDialog)
    why.activateWindow()
    qtbot.waitUntil(why.isActiveWindow)
    QTest.keyClick(why, Qt.Key.Key_Escape)
    assert not why.isVisible()
    window.activateWindow()  # as a window manager does
    qtbot.waitUntil(window.page.list.hasFocus)
    QTest.keyClick(window.page.list, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)  # accept
    assert window.page.current.decision.action == "accept"
    table = tmp_path / "moths.csv"
    window.bench.change_setting("last_folder", str(tmp_path))
    _type_into_next_dialog(table.name)
    QTest.keyClick(window.page.list, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: table.is_file() and "moths.csv" in window.messages.text)
    assert window.page.current.result.verdict.name in table.read_text(encoding="utf-8")
    window.activateWindow()
    qtbot.waitUntil(window.page.list.hasFocus)


def _type_into_next_dialog(name: str, tries: int = 80) -> None:
    """Types a file name into the file dialog that opens next, which holds up whoever opens it."""
    dialog = QApplication.activeModalWidget()
    if not isinstance(dialog, QFileDialog):
        if tries:
            QTimer.singleShot(100, lambda: _type_into_next_dialog(name, tries - 1))
        return
    field = dialog.findChild(QLineEdit)
    assert field is not None
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, name)

    def take(left: int) -> None:
        """The first Return may be for the names that the field proposes."""
        if dialog.isVisible() and left:
            QTimer.singleShot(500, dialog, lambda: take(left - 1))
            QTest.keyClick(field, Qt.Key.Key_Return)
        elif dialog.isVisible():
            dialog.reject()

    take(8)
