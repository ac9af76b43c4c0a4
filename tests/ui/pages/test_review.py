"""Reviewing by keys alone, by mouse, back and forth; decisions outlive answers that are made anew."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bioscan_desktop.ui import deciding
from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.models.specimens import Row
from bioscan_desktop.ui.pages.review import ReviewPage
from bioscan_desktop.ui.widgets.review_keys import BUTTONS

Key = Qt.Key


@pytest.fixture
def rows(window: MainWindow, world, drop: Callable, settled: Callable) -> list[Row]:
    drop(window, *world.photos.values())
    return settled(window, 4)


@pytest.fixture
def page(window: MainWindow, rows: list[Row]) -> ReviewPage:
    window.activateWindow()
    window.acts["page_review"].trigger()
    page = window.shell.page("review")
    assert isinstance(page, ReviewPage) and page.hasFocus()
    return page


def press(page: ReviewPage, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(page, key)


def test_one_key_a_decision_to_the_end(window: MainWindow, page: ReviewPage, rows: list[Row]) -> None:
    assert page.current is rows[0] and page._count.text() == "0 of 4 decided"
    press(page, Key.Key_Return, Key.Key_Backspace, Key.Key_2, Key.Key_U)
    kinds = [row.decision.action for row in rows]
    assert kinds == ["accept", "reject", "choose", "unknown"]
    verdict = rows[0].result.verdict
    assert (rows[0].decision.name, rows[0].decision.rank) == (verdict.name, verdict.rank)
    assert rows[2].decision.name == rows[2].result.hits[1].lineage.species
    assert rows[2].decision.processid == rows[2].result.hits[1].processid
    assert page.end.isVisible() and "All decided" in page.end._title.text()
    assert page._count.text() == "4 of 4 decided"


def test_undo_goes_back_to_where_it_was(window: MainWindow, page: ReviewPage, rows: list[Row]) -> None:
    press(page, Key.Key_Return, Key.Key_U)
    assert page.current is rows[2] and window.acts["undo"].isEnabled() is not None
    window.acts["undo"].trigger()
    assert rows[1].decision is None and page.current is rows[1]
    window.acts["undo"].trigger()
    assert rows[0].decision is None and page.current is rows[0]
    window.acts["redo"].trigger()
    assert rows[0].decision.action == "accept"
    page.act("undo")
    assert rows[0].decision is None and "taken back" in page.keys.told


def test_a_rank_names_as_far_as_one_is_sure(page: ReviewPage, rows: list[Row]) -> None:
    lineage = rows[0].result.verdict.lineage
    press(page, Key.Key_F, Key.Key_O)
    assert (rows[0].decision.name, rows[0].decision.rank) == (lineage.family, "family")
    assert rows[0].decision.action == ("accept" if rows[0].result.verdict.rank == "family" else "name")
    assert rows[1].decision.rank == "order"


def test_put_off_comes_back(page: ReviewPage, rows: list[Row]) -> None:
    press(page, Key.Key_Space, Key.Key_Return, Key.Key_Return, Key.Key_Return)
    assert page.end.later.isVisible() and "1\u00a0put\u00a0off" in page.end._words.text()
    page.end.later.click()
    assert page.which.currentData() == "skip" and page.current is rows[0]
    press(page, Key.Key_Return)
    assert rows[0].decision.action == "accept"
    assert page._count.text() == "1 of 1 decided"


def test_moving_about_without_deciding(page: ReviewPage, rows: list[Row]) -> None:
    press(page, Key.Key_Right, Key.Key_Down)
    assert page.current is rows[2]
    press(page, Key.Key_Left)
    assert page.current is rows[1]
    press(page, Key.Key_End)
    assert page.current is rows[3]
    press(page, Key.Key_Home)
    assert page.current is rows[0]
    assert all(row.decision is None for row in rows)


def test_a_name_of_ones_own(page: ReviewPage, rows: list[Row], window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.bench.names is not None)
    press(page, Key.Key_N)
    edit = page.answer.own_name
    assert edit.hasFocus()
    QTest.keyClicks(edit, "Noctua sus")  # letters and digits that are keys elsewhere are typed here
    QTest.keyClick(edit, Key.Key_Return)
    assert rows[0].decision.action == "name" and rows[0].decision.name == "Noctua sus"
    assert rows[0].own_name == "Noctua sus"
    assert page.current is rows[1] and page.hasFocus() and edit.text() == ""


def test_a_completed_name_is_that_of_one_specimen_only(
    page: ReviewPage, rows: list[Row], window: MainWindow, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: window.bench.names is not None)
    press(page, Key.Key_N)
    edit = page.answer.own_name
    QTest.keyClicks(edit, "noctua p")
    popup = edit._completer.popup()
    assert popup.isVisible()
    QTest.keyClick(popup, Key.Key_Down)
    QTest.keyClick(popup, Key.Key_Return)
    assert rows[0].own_name == "Noctua pronuba"
    assert rows[1].decision is None and page.current is rows[1]


def test_what_cannot_be_said_is_told(window: MainWindow, page: ReviewPage, rows: list[Row]) -> None:
    press(page, Key.Key_9)
    assert "no reference 9" in window.messages.text
    assert rows[0].decision is None and page.current is rows[0]


def test_buttons_and_lines_do_the_same_by_mouse(page: ReviewPage, rows: list[Row]) -> None:
    page.keys.button("reject").click()
    assert rows[0].decision.action == "reject"
    QTest.mouseClick(page.answer.hits.lines[0], Qt.MouseButton.LeftButton)
    assert rows[1].decision.action == "choose"
    page.keys.button("previous").click()
    assert page.current is rows[1] and "✓" in page.answer.hits.lines[0]._name.text()
    assert {action for action, *_ in BUTTONS} == set(page.keys._buttons)


def test_decisions_outlive_answers(
    window: MainWindow, page: ReviewPage, rows: list[Row], settled: Callable
) -> None:
    press(page, Key.Key_Return)
    decision = rows[0].decision
    window.bench.identify_again([rows[0].key])
    settled(window, 4)
    assert rows[0].result is not None and rows[0].decision is decision
    # Another answer, as a better library would give it: the decision stays and says so.
    other = rows[1].result if rows[1].result.verdict.name != decision.machine_name else rows[2].result
    rows[0].result = other
    page.which.setCurrentIndex(page.which.findData("all"))
    page.go(0)
    assert "Your decision still counts" in page.answer.decided.text


def test_answers_that_come_in_are_added(
    window: MainWindow, page: ReviewPage, rows: list[Row], world, settled: Callable, qtbot: QtBot
) -> None:
    press(page, Key.Key_Return)
    window.bench.add_sample()
    settled(window, 5)
    QTest.qWait(600)
    assert len(page.line.keys) == 4  # nobody looks on
    window.acts["page_review"].trigger()
    assert len(page.line.keys) == 5
    assert page.current is rows[1]  # where it was
    window.bench.remove([rows[1].key])
    qtbot.waitUntil(lambda: len(page.line.keys) == 4)
    assert page.current is rows[2]


def test_nothing_to_review_says_what_to_do(window: MainWindow) -> None:
    window.acts["page_review"].trigger()
    page = window.shell.page("review")
    assert isinstance(page, ReviewPage)
    assert "Nothing to review yet" in page.end._title.text()
    page.end.identify.click()
    assert window.shell.current == "identify"


def test_least_sure_first(page: ReviewPage, rows: list[Row]) -> None:
    page.order.setCurrentIndex(page.order.findData("unsure"))
    shares = [page.source.row(key).result.verdict.confidence for key in page.line.keys]
    assert shares == sorted(shares)


def test_photos_and_reasons_open_beside(page: ReviewPage, rows: list[Row]) -> None:
    press(page, Key.Key_C)
    assert page._photos is not None and page._photos.isVisible() and page._photos.key == rows[0].key
    press(page, Key.Key_W)
    assert page._why is not None and page._why.isVisible()
    page._photos.close()
    page._why.close()


def test_thousands_of_rows_are_gone_through(
    window: MainWindow, page: ReviewPage, rows: list[Row], qtbot: QtBot
) -> None:
    bench = window.bench
    more = []
    for number in range(5_000):
        row = bench.model.new_row(rows[number % 4].specimen)
        row.result, row.state = rows[number % 4].result, rows[number % 4].state
        more.append(row)
    bench.model.append(more)
    qtbot.waitUntil(lambda: len(page.line.keys) == 5_004)
    for _ in range(40):
        press(page, Key.Key_Return)
    assert page._count.text() == "40 of 5\u202f004 decided"


def test_a_hundred_thousand_rows_are_put_in_line_in_turns(
    window: MainWindow, page: ReviewPage, rows: list[Row], qtbot: QtBot
) -> None:
    bench = window.bench
    more = []
    for number in range(100_000):
        row = bench.model.new_row(rows[number % 4].specimen)
        row.result, row.state = rows[number % 4].result, rows[number % 4].state
        more.append(row)
    bench.model.append(more)
    qtbot.waitUntil(lambda: len(page.line.keys) == 100_004, timeout=30_000)
    before = page.line.keys
    page.order.setCurrentIndex(page.order.findData("unsure"))
    assert page.line.keys == []  # they are found in the turns that follow
    turns: list[bool] = []

    def ended() -> bool:
        turns.append(bool(page.line.keys))
        if len(turns) == 3:
            bench.decide(rows[0].key, deciding.simple("unknown", rows[0].result))
        return turns[-1]

    with qtbot.captureExceptions() as raised:
        while not ended():
            QApplication.processEvents()
    assert not raised and len(turns) > 5
    sure = [page.source.row(key).result.verdict.confidence for key in page.line.keys]
    assert sure == sorted(sure) and set(page.line.keys) == set(before)
    assert page.line.decided == {rows[0].key}  # what was decided meanwhile counts
    page.go(len(page.line.keys))
    qtbot.waitUntil(page.end.isVisible)
    assert "100" in page.end._words.text() and "1\u00a0unknown" in page.end._words.text()
