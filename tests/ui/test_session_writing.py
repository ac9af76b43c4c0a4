"""Nothing of the list is lost where writing or opening a session goes wrong."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from bioscan_desktop.core.errors import SessionError
from bioscan_desktop.session import decisions, queries, specimens
from bioscan_desktop.session.database import Database
from bioscan_desktop.ui import deciding, session_link, session_reading, session_writing
from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.models.specimens import State
from bioscan_desktop.ui.session_files import SUFFIX, delete
from bioscan_desktop.ui.session_link import SessionLink
from tests.ui.test_session_link import content, quiet


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "sessions"


@pytest.fixture
def told() -> list[str]:
    """What was said of trouble."""
    return []


@pytest.fixture
def link(window: MainWindow, folder: Path, told: list[str], qtbot: QtBot) -> SessionLink:
    """The session of a window, open."""
    made = SessionLink(window.bench, folder, window)
    made.trouble.connect(told.append)
    with qtbot.waitSignal(made.restored, timeout=10_000):
        made.begin()
    return made


@pytest.fixture
def filled(
    window: MainWindow,
    link: SessionLink,
    drop: Callable[..., None],
    settled: Callable[..., list[Any]],
    world: Any,
    qtbot: QtBot,
) -> SessionLink:
    """With four answers in it, all written."""
    drop(window, *world.photos.values())
    settled(window, 4)
    quiet(link, qtbot)
    return link


def held(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """The next writing waits for the first event; the second tells that it has begun."""
    go, begun = threading.Event(), threading.Event()
    write = session_writing.write

    def slow(*arguments: Any) -> Any:
        begun.set()
        assert go.wait(10)
        return write(*arguments)

    monkeypatch.setattr(session_link, "write", slow)
    return go, begun


def test_a_session_in_use_elsewhere_leaves_the_one_that_was_open(
    window: MainWindow, filled: SessionLink, folder: Path, told: list[str], qtbot: QtBot
) -> None:
    first = filled.path
    with Database(folder / f"other{SUFFIX}"), qtbot.waitSignal(filled.restored, timeout=10_000):
        filled.open(folder / f"other{SUFFIX}")
    assert len(told) == 1 and "is open in another window" in told[0]
    assert filled.path == first
    assert [row.state for row in window.bench.model.rows] == [State.DONE] * 4


def test_a_list_that_cannot_be_written_is_not_given_up_for_another(
    window: MainWindow, filled: SessionLink, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> Any:
        raise SessionError("The disk is full.")

    monkeypatch.setattr(session_link, "write", full)
    first = filled.path
    window.bench.write_note(window.bench.model.rows[0].key, "box 3")
    filled.new()
    assert told == ["The disk is full. Until then the list is kept in memory only."]
    assert filled.path == first and len(window.bench.model.rows) == 4
    monkeypatch.undo()
    filled.close()
    assert first is not None
    with Database(first, read_only=True) as database:
        assert decisions.latest_notes(database, [1]) == {1: "box 3"}


def test_no_room_for_a_backup_does_not_keep_a_session_closed(
    window: MainWindow,
    filled: SessionLink,
    told: list[str],
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    first = filled.path
    assert first is not None
    with qtbot.waitSignal(filled.restored, timeout=10_000):
        filled.new()

    def no_room(*_: Any) -> None:
        raise SessionError("x cannot be backed up (disk full).", "backup_failed")

    monkeypatch.setattr(Database, "backup", no_room)
    with qtbot.waitSignal(filled.restored, timeout=10_000):
        filled.open(first)
    assert told == ["x cannot be backed up (disk full)."]
    assert filled.path == first and len(window.bench.model.rows) == 4


def test_what_can_be_read_of_a_damaged_session_goes_into_a_new_one(
    window: MainWindow,
    filled: SessionLink,
    told: list[str],
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    first = filled.path
    assert first is not None
    with qtbot.waitSignal(filled.restored, timeout=10_000):
        filled.new()
    monkeypatch.setattr(session_reading, "CHUNK", 2)
    get = specimens.get

    def damaged(database: Database, number: int) -> Any:
        if number > 2:
            raise SessionError("x is damaged or not a session.", "session_damaged")
        return get(database, number)

    monkeypatch.setattr(specimens, "get", damaged)
    with qtbot.waitSignal(filled.restored, timeout=10_000):
        filled.open(first)
    assert told == ["x is damaged or not a session."]
    quiet(filled, qtbot)
    assert filled.path not in (None, first)
    assert [row.state for row in window.bench.model.rows] == [State.DONE] * 2
    assert len(content(filled.path)) == 2 and len(content(first)) == 4  # type: ignore[arg-type]


def test_trouble_is_told_again_after_it_was_over(
    window: MainWindow,
    filled: SessionLink,
    told: list[str],
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    monkeypatch.setattr(session_link, "RETRY_MS", 20)
    key = window.bench.model.rows[0].key
    for number in (1, 2):
        with monkeypatch.context() as patch:

            def full(*_: Any) -> Any:
                raise SessionError("The disk is full.")

            patch.setattr(session_link, "write", full)
            window.bench.write_note(key, f"box {number}")
            qtbot.waitUntil(lambda number=number: len(told) == number)
        quiet(filled, qtbot)


def test_a_name_given_while_the_list_is_written_is_kept(
    window: MainWindow, filled: SessionLink, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    go, begun = held(monkeypatch)
    window.bench.write_note(window.bench.model.rows[0].key, "box 3")
    qtbot.waitUntil(begun.is_set)
    filled.rename("Moths")
    qtbot.waitUntil(lambda: not filled._timer.isActive())
    go.set()
    quiet(filled, qtbot)
    assert filled.path is not None
    with Database(filled.path, read_only=True) as database:
        qtbot.waitUntil(lambda: database.fact("name") == "Moths")


def test_a_row_taken_out_and_put_back_while_it_is_written_stays(
    window: MainWindow, filled: SessionLink, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    go, begun = held(monkeypatch)
    bench = window.bench
    key = bench.model.rows[0].key
    bench.decide(key, deciding.simple("unknown", bench.model.rows[0].result))
    qtbot.waitUntil(begun.is_set)
    bench.remove([key])
    bench.undo()
    go.set()
    quiet(filled, qtbot)
    assert filled.path is not None
    with Database(filled.path, read_only=True) as database:
        rows = queries.page(database)
        assert len(rows) == 4 and [row.decision for row in rows].count("unknown") == 1


def test_what_is_being_written_when_the_window_closes_is_not_written_twice(
    window: MainWindow,
    link: SessionLink,
    drop: Callable[..., None],
    settled: Callable[..., list[Any]],
    world: Any,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    """A hundred thousand new rows take longer than there is patience with workers."""
    path = link.path
    assert path is not None
    go, begun = held(monkeypatch)
    drop(window, *world.photos.values())
    settled(window, 4)
    qtbot.waitUntil(begun.is_set)
    monkeypatch.setattr(session_link, "write", session_writing.write)
    threading.Timer(0.3, go.set).start()
    link.close()
    assert len(content(path)) == 4


def test_photos_found_again_take_no_decision_along_that_is_not_written_yet(
    window: MainWindow, filled: SessionLink, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    go, begun = held(monkeypatch)
    bench, row = window.bench, window.bench.model.rows[0]
    for action in ("unknown", "reject"):
        bench.decide(row.key, deciding.simple(action, row.result))
        qtbot.waitUntil(begun.is_set)
        filled.accept([row.key])
    go.set()
    quiet(filled, qtbot)
    assert filled.path is not None
    with Database(filled.path, read_only=True) as database:
        made = decisions.current(database, filled._numbers[row.key])
        assert made is not None and made.action == "reject"


def test_a_session_that_another_window_has_opened_is_not_deleted(tmp_path: Path) -> None:
    path = tmp_path / f"a{SUFFIX}"
    with Database(path):
        delete(path)
        assert path.exists()
    delete(path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file names are always text there")
def test_a_photo_whose_name_is_no_text(
    window: MainWindow,
    link: SessionLink,
    settled: Callable[..., list[Any]],
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    photo = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.png"))
    Image.new("RGB", (40, 40), "red").save(photo)
    window.drop_paths([photo])
    (row,) = settled(window, 1)
    window.bench.decide(row.key, deciding.simple("unknown", row.result))
    quiet(link, qtbot)
    assert link.path is not None
    path = link.path
    assert [state for _, state, _ in content(path)] == ["ok"]
    for opening in (link.new, lambda: link.open(path)):
        with qtbot.waitSignal(link.restored, timeout=10_000):
            opening()
    (row,) = window.bench.model.rows
    assert row.specimen.photo == photo and row.state is State.DONE
    assert row.decision is not None and row.decision.action == "unknown"


@pytest.mark.usefixtures("expects_log")
def test_closing_is_prompt_and_loses_nothing_where_a_worker_does_not_stop(
    window: MainWindow, filled: SessionLink
) -> None:
    path, stop, begun = filled.path, threading.Event(), threading.Event()
    assert path is not None
    on_disk: list[dict[int, str]] = []

    def stubborn(_: Any) -> None:
        begun.set()
        while not stop.wait(0.02):
            with Database(path, read_only=True) as database:
                if found := decisions.latest_notes(database, [1]):
                    on_disk.append(found)
                    stop.set()

    window.jobs.run(window.jobs.make("intake", "stubborn", stubborn))
    assert begun.wait(10)
    visible: list[bool] = []
    window.jobs.stopping.connect(lambda: visible.append(window.isVisible()))
    window.bench.write_note(window.bench.model.rows[0].key, "box 3")
    window.close()
    stop.set()
    assert on_disk == [{1: "box 3"}] and visible == [False]
