"""Reviewing a session file: decisions are kept in it, apart from the answers, with undo over days."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bioscan_desktop.core.errors import SessionError
from bioscan_desktop.services.identify import Identifier
from bioscan_desktop.services.recorded import answer_of, stored_of
from bioscan_desktop.services.specimens import Specimen
from bioscan_desktop.session import decisions, specimens
from bioscan_desktop.session.database import Database
from bioscan_desktop.session.specimens import Provenance
from bioscan_desktop.ui.jobs import Jobs
from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.pages.review import ReviewPage
from bioscan_desktop.ui.session_source import SessionSource

Key = Qt.Key
MADE_WITH = Provenance("1.0", "lib", "2", "ab" * 32, "model", "3", "cd" * 32, "CPU", "fp32", {"top_k": 5})


@pytest.fixture
def session(world, identifier: Identifier, tmp_path: Path) -> Path:
    """Four photos, a damaged one, and one that waits."""
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "empty.jpg").write_bytes(b"")
    given = [Specimen(path.stem, path.name, path) for path in world.photos.values()]
    given.append(Specimen("empty", "empty.jpg", folder / "empty.jpg"))
    with Database(folder / "session.sqlite") as database:
        database.set_fact("root", str(folder))
        run = specimens.start_run(database, MADE_WITH)
        numbers = specimens.add(database, [stored_of(one) for one in given])
        for number, result in zip(numbers, identifier.identify(given), strict=True):
            specimens.save_answer(database, number, run, answer_of(result))
        specimens.add(database, [stored_of(Specimen("later", "later.jpg", folder / "later.jpg"))])
    return folder / "session.sqlite"


@pytest.fixture
def page(window: MainWindow, session: Path, qtbot: QtBot) -> ReviewPage:
    window.activateWindow()
    window.acts["page_review"].trigger()
    page = window.shell.page("review")
    assert isinstance(page, ReviewPage)
    assert page.open_session(session)
    qtbot.waitUntil(lambda: page.current is not None)
    return page


def kept(session: Path) -> list[tuple[str, str | None]]:
    with Database(session, read_only=True) as database:
        found = [decisions.current(database, number) for number in range(1, 7)]
    return [(one.action, one.name) if one is not None else ("", None) for one in found]


def test_decisions_go_into_the_file(window: MainWindow, page: ReviewPage, session: Path) -> None:
    assert page._count.text() == "0 of 5 decided"  # what waits has no answer to decide about
    row = page.current
    assert row is not None and row.result is not None and row.specimen.photo is not None
    name = row.result.verdict.name
    second = page.source.row(page.line.keys[1])
    for key in (Key.Key_Return, Key.Key_1, Key.Key_U):
        QTest.keyClick(page, key)
    page.close_session()
    chosen = second.result.hits[0]
    assert kept(session)[:4] == [
        ("accept", name), ("choose", chosen.lineage.species), ("unknown", None), ("", None),
    ]  # fmt: skip
    assert page.source.title == "" and window.bench.model.rowCount() == 0


def test_undo_goes_on_after_the_session_was_closed(
    window: MainWindow, page: ReviewPage, session: Path, qtbot: QtBot
) -> None:
    QTest.keyClick(page, Key.Key_Return)
    QTest.keyClick(page, Key.Key_Backspace)
    page.close_session()
    assert page.open_session(session)
    page.which.setCurrentIndex(page.which.findData("all"))
    qtbot.waitUntil(lambda: page._count.text() == "2 of 5 decided")
    qtbot.waitUntil(window.acts["undo"].isEnabled)
    window.acts["undo"].trigger()
    assert page.current is not None and page.current.key == page.line.keys[1]
    assert page.current.decision is None
    window.acts["undo"].trigger()
    qtbot.waitUntil(window.acts["redo"].isEnabled)
    window.acts["redo"].trigger()
    assert page.current.key == page.line.keys[0]
    page.close_session()
    assert [action for action, _ in kept(session)][:2] == ["accept", ""]


def test_the_same_questions_as_for_the_list(qapp: QApplication, session: Path) -> None:
    source = SessionSource(session, Jobs())
    everything = source.keys("all", "listed")
    assert len(everything) == 5 and all(key < 0 for key in everything)
    looked = source.keys("look", "unsure")
    assert everything[4] in looked  # it failed
    rows = {key: source.row(key) for key in everything}
    shares = [
        rows[key].result.verdict.confidence if rows[key].result.verdict else -1
        for key in source.keys("all", "unsure")
    ]
    assert shares == sorted(shares)
    assert source.keys("skip", "listed") == [] and source.keys("open", "listed") == everything
    assert source.kinds(everything)["open"] == 5 and source.row(-99) is None
    source.close()


def test_a_file_that_cannot_be_used_is_told_and_nothing_changes(
    window: MainWindow, page: ReviewPage, session: Path, tmp_path: Path
) -> None:
    page.close_session()
    (tmp_path / "other.sqlite").write_text("no session at all")
    assert not page.open_session(tmp_path / "other.sqlite")
    assert "not a session" in window.messages.text and page.source.title == ""
    with Database(session):
        assert not page.open_session(session)
    assert window.messages.text and page.source.title == ""


def test_a_drive_that_is_gone_is_told_and_the_specimen_stays(
    window: MainWindow, page: ReviewPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise SessionError("The disk is full.", "disk_full")

    before = page.current
    monkeypatch.setattr(decisions, "decide", fail)
    QTest.keyClick(page, Key.Key_Return)
    assert window.messages.text == "The disk is full." and page.current is before
    monkeypatch.setattr(decisions, "undo", fail)
    page.undo()
    assert page.current is before


def test_other_pages_can_ask_for_a_review(window: MainWindow, session: Path, qtbot: QtBot) -> None:
    window.bench.review_asked.emit(session)
    page = window.shell.page("review")
    assert isinstance(page, ReviewPage) and page.isVisible()
    qtbot.waitUntil(lambda: page._count.text() == "0 of 5 decided")
    assert page.session.text() == "Close run"
    page.session.click()
    assert page.source.title == ""


def test_closing_the_window_lets_go_of_the_file(
    window: MainWindow, page: ReviewPage, session: Path, qtbot: QtBot, settled: Callable
) -> None:
    window.close()
    with Database(session) as database:
        assert not decisions.can_undo(database)


def test_the_list_goes_on_while_a_session_is_reviewed(
    window: MainWindow, page: ReviewPage, world, drop: Callable, settled: Callable
) -> None:
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # the source of the list is gone
    drop(window, *world.photos.values())
    settled(window, 4)
    window.bench.remove([row.key for row in window.bench.model.rows])
    assert page.source.title


def test_a_drive_that_is_gone_while_the_window_is_drawn_is_told_once(
    window: MainWindow, page: ReviewPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise SessionError("The drive is gone.", "session_unusable")

    told: list[str] = []
    page.source.failed.connect(told.append)
    for name in ("can_undo", "can_redo", "current_of"):
        monkeypatch.setattr(decisions, name, fail)
    monkeypatch.setattr(specimens, "get", fail)
    page.source._rows.clear()  # type: ignore[attr-defined]
    window._enable()
    page._show()
    assert page.current is None and page.source.kinds(page.line.keys)["open"] == len(page.line.keys)
    assert told == ["The drive is gone."]


def test_a_note_that_is_taken_back_is_shown_no_more(page: ReviewPage) -> None:
    source, key = page.source, page.line.keys[0]
    assert isinstance(source, SessionSource)
    decisions.decide(source._database, -key, "note", note="box 3")
    source._rows.clear()
    row = source.row(key)
    assert row is not None and row.note == "box 3"
    source.undo()
    assert row.note == ""
