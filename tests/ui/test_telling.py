"""What a screen reader is told without being asked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bioscan_desktop.ui import telling
from bioscan_desktop.ui.intake import Intake
from bioscan_desktop.ui.main_window import MainWindow


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Announcements and the rows that got the keyboard, in their order."""
    said: list[str] = []

    def listen(event: QAccessibleEvent) -> None:
        if isinstance(event, QAccessibleAnnouncementEvent):
            said.append(event.message())
        elif event.type() == QAccessible.Event.Focus:
            said.append(f"row {event.accessibleInterface().text(QAccessible.Text.Name)}")

    monkeypatch.setattr(QAccessible, "updateAccessibility", staticmethod(listen))
    return said


def test_the_answer_of_one_specimen_is_told(
    window: MainWindow, world, drop: Callable, settled: Callable, heard: list[str]
) -> None:
    drop(window, next(iter(world.photos.values())))
    (row,) = settled(window, 1)
    assert row.result is not None and row.result.verdict is not None
    told = [words for words in heard if words.startswith(row.specimen.query_id)]
    assert len(told) == 1
    assert row.result.verdict.name in told[0] and "likely" in told[0] and "%" in told[0]


def test_of_several_it_is_told_how_many_and_what_needs_a_look(
    window: MainWindow, world, drop: Callable, settled: Callable, heard: list[str], tmp_path
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    drop(window, *world.photos.values(), broken)
    settled(window, 5)
    ends = [words for words in heard if words.startswith("4 specimens identified, 1 failed. ")]
    assert len(ends) == 1
    assert window.page.current is not None and window.page.current.specimen.query_id in ends[0]


def test_a_contradiction_is_told(
    window: MainWindow, world, drop: Callable, settled: Callable, heard: list[str]
) -> None:
    photo, other = world.photos["Pieris rapae"], world.barcodes["Episyrphus balteatus"]
    drop(window, photo)
    (row,) = settled(window, 1)
    window.bench.take(Intake(text=other), row.key)
    settled(window, 1)
    assert "disagree" in heard[-1] and "against" in heard[-1]


def test_a_decision_is_told(
    window: MainWindow, world, drop: Callable, settled: Callable, heard: list[str]
) -> None:
    drop(window, next(iter(world.photos.values())))
    settled(window, 1)
    window.acts["accept"].trigger()
    assert "your decision: accepted" in heard[-1]
    window.acts["undecide"].trigger()
    assert "decision" not in heard[-1]


def test_messages_and_errors_are_told(window: MainWindow, heard: list[str]) -> None:
    window.say("Nothing could be read.")
    assert heard == ["Nothing could be read."]
    window.page.empty.show_engine("", "The library cannot be opened.", False)
    window.page.empty.show_engine("", "The library cannot be opened.", False)
    assert heard[1:] == ["The library cannot be opened."]


def test_the_row_of_a_list_is_told_when_it_gets_the_keyboard(
    window: MainWindow, world, drop: Callable, settled: Callable, heard: list[str], qtbot: QtBot
) -> None:
    drop(window, *world.photos.values())
    rows = settled(window, 4)
    window.activateWindow()
    window.page.panel.setFocus()
    qtbot.wait(20)
    heard.clear()
    window.page.list.setFocus()
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [f"row {window.page.listed.index(0).data(Qt.ItemDataRole.AccessibleTextRole)}"]
    assert rows[0].specimen.query_id in heard[0]


def test_an_empty_list_has_no_row_to_tell_of(window: MainWindow) -> None:
    assert not telling.tell_row(window.page.list)


def test_review_tells_each_specimen_and_how_its_references_agree(
    window: MainWindow, world, drop: Callable, settled: Callable, heard: list[str], qtbot: QtBot
) -> None:
    drop(window, *world.photos.values())
    settled(window, 4)
    window.acts["page_review"].trigger()
    page = window.shell.page("review")
    first = page.accessibleDescription()  # read when the page gets the keyboard
    assert first.startswith("1 of 4: ") and "likely" in first
    line = page.answer.hits.lines[0]
    assert "Same species" in line.accessibleName()
    heard.clear()
    QTest.keyClick(page, Qt.Key.Key_Return)
    assert "accepted" in heard[0].lower() and heard[1].startswith("2 of 4: ")
