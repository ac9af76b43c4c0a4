"""Decision, own name and note beside the answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from bioscan_desktop.ui import deciding
from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.models.specimens import Row, spoken
from bioscan_desktop.ui.widgets.result_panel import SLIM_BELOW


@pytest.fixture
def rows(window: MainWindow, world, drop: Callable, settled: Callable) -> list[Row]:
    drop(window, *world.photos.values())
    found = settled(window, 4)
    window.activateWindow()
    window.page.select(found[0].key)
    return found


def test_accept_reject_and_take_back_by_keyboard(window: MainWindow, rows: list[Row]) -> None:
    panel = window.page.panel.determination
    control = Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(window.page.list, Qt.Key.Key_Return, control)
    assert rows[0].decision.action == "accept"
    assert rows[0].result.verdict.name in panel._decided.text()
    assert "your decision" in spoken(rows[0])
    assert panel.accept.property("look") == "chosen" and panel.reject.property("look") == ""
    assert panel.accept.accessibleName() == f"Accept the answer: {rows[0].decision.told}"
    QTest.keyClick(window.page.list, Qt.Key.Key_Backspace, control)
    assert rows[0].decision.action == "reject"
    assert panel.reject.property("look") == "chosen" and panel.accept.accessibleName() == "Accept the answer"
    QTest.keyClick(window.page.list, Qt.Key.Key_Backspace, control | Qt.KeyboardModifier.ShiftModifier)
    assert rows[0].decision is None and not panel._decided.isVisible()


def test_several_are_accepted_at_once_and_undone_one_by_one(window: MainWindow, rows: list[Row]) -> None:
    window.acts["select_all"].trigger()
    window.acts["accept"].trigger()
    assert all(row.decision.action == "accept" for row in rows)
    for _ in rows:
        window.acts["undo"].trigger()
    assert all(row.decision is None for row in rows)


def test_a_note_is_taken_when_it_is_left(window: MainWindow, rows: list[Row]) -> None:
    note = window.page.panel.determination.note
    window.acts["note"].trigger()
    assert note.hasFocus()
    QTest.keyClicks(note, "on Urtica, 3 pm")
    window.page.select(rows[1].key)
    assert rows[0].note == "on Urtica, 3 pm" and rows[1].note == "" and note.toPlainText() == ""
    window.page.select(rows[0].key)
    assert note.toPlainText() == "on Urtica, 3 pm"
    window.acts["undo"].trigger()
    assert rows[0].note == "" and note.toPlainText() == ""


def test_a_note_grows_with_what_is_written(window: MainWindow, rows: list[Row], qtbot: QtBot) -> None:
    note = window.page.panel.determination.note
    empty = note.minimumHeight()
    for lines, grows in ((2, False), (6, True), (80, True)):
        note.setPlainText("\n".join(["on Urtica"] * lines))
        qtbot.waitUntil(lambda grows=grows: (note.minimumHeight() > empty) is grows)
        assert note.minimumHeight() <= note.maximumHeight() < 300
    note.clear()
    qtbot.waitUntil(lambda: note.minimumHeight() == empty)


def test_references_are_in_sight_without_scrolling(window: MainWindow, rows: list[Row], qtbot: QtBot) -> None:
    window.resize(1280, 800)
    window.messages.hide()
    panel = window.page.panel
    qtbot.waitUntil(lambda: panel.viewport().width() > 700)
    qtbot.waitUntil(lambda: panel.hits.cards[0].visibleRegion().boundingRect().height() > 0)


def test_escape_takes_typing_back(window: MainWindow, rows: list[Row]) -> None:
    note = window.page.panel.determination.note
    note.setFocus()
    QTest.keyClicks(note, "rubbish")
    QTest.keyClick(note, Qt.Key.Key_Escape)
    assert note.toPlainText() == "" and rows[0].note == ""
    assert window.page.list.hasFocus()


def test_an_own_name_is_a_decision(window: MainWindow, rows: list[Row]) -> None:
    window.bench.name(rows[0].key, "Noctua comes")
    assert rows[0].decision.action == "name" and rows[0].facets.decision == "name"
    window.bench.decide(rows[0].key, deciding.accept(rows[0].result))
    assert rows[0].own_name == "" and window.page.panel.own_name.text() == ""
    window.acts["undo"].trigger()
    assert rows[0].own_name == "Noctua comes"


def test_what_failed_can_be_named_and_noted(
    window: MainWindow, tmp_path: Path, drop: Callable, settled: Callable
) -> None:
    bad = tmp_path / "notes.jpg"
    bad.write_text("this is text, not a photo")
    drop(window, bad)
    (row,) = settled(window, 1)
    window.activateWindow()
    panel = window.page.panel
    assert row.result.verdict is None and not panel.determination.verdict.isVisible()
    window.acts["own_name"].trigger()
    assert panel.own_name.hasFocus()
    QTest.keyClicks(panel.own_name, "Noctua comes")
    QTest.keyClick(panel.own_name, Qt.Key.Key_Return)
    assert (row.decision.action, row.decision.name) == ("name", "Noctua comes")
    window.acts["note"].trigger()
    assert panel.determination.note.hasFocus()


def test_in_a_slim_window_all_buttons_of_the_head_stand_below_the_answer(
    window: MainWindow, rows: list[Row]
) -> None:
    panel = window.page.panel

    def top(widget: QWidget) -> int:
        return widget.mapTo(panel, QPoint(0, 0)).y()

    def left(widget: QWidget) -> int:
        return widget.mapTo(panel, QPoint(0, 0)).x()

    decision = panel.determination
    for width, is_slim in ((1280, False), (640, True), (1280, False)):
        window.resize(width, 800)
        QTest.qWait(60)
        assert (panel.viewport().width() < SLIM_BELOW) == is_slim
        assert top(panel._headline) > top(panel._pill)
        if is_slim:
            assert top(panel._headline) < top(panel._sure) < top(panel._attach) < top(decision.accept)
            assert left(panel._attach) == left(decision.accept) == left(panel._sure)
        else:
            assert top(panel._attach) < top(panel._headline) < top(decision.accept)
            assert left(panel._attach) > left(panel._pill)
        panel._attach.setFocus()
        order = [panel._attach]
        for _ in range(3):
            QTest.keyClick(order[-1], Qt.Key.Key_Tab)
            order.append(window.focusWidget())
        assert order == [panel._attach, panel._copy, decision.accept, decision.reject]
