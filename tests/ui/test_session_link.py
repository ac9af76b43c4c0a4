"""What was in the list is there again, whatever became of the window."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QInputDialog
from pytestqt.qtbot import QtBot

from bioscan_desktop.core.errors import SessionError
from bioscan_desktop.services.export.collecting_choice import CollectingChoice
from bioscan_desktop.session import decisions, queries, specimens
from bioscan_desktop.session.backups import backups_of
from bioscan_desktop.session.database import Database
from bioscan_desktop.ui import deciding, session_link
from bioscan_desktop.ui.intake import Intake
from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.models.specimens import State
from bioscan_desktop.ui.restricting import ALL, Limits
from bioscan_desktop.ui.session_files import SUFFIX
from bioscan_desktop.ui.session_link import SessionLink
from bioscan_desktop.ui.session_menu import SessionMenu

RAPAE = "Pieris rapae"
ROOT = Path(__file__).resolve().parents[2]

Link = Callable[[MainWindow], SessionLink]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "sessions"


@pytest.fixture
def linked(folder: Path, qtbot: QtBot) -> Link:
    """Ties a window to the sessions of the folder."""

    def tie(window: MainWindow) -> SessionLink:
        link = SessionLink(window.bench, folder, window)
        with qtbot.waitSignal(link.restored, timeout=10_000):
            link.begin()
        return link

    return tie


@pytest.fixture
def again(
    window: MainWindow, qapp: Any, qtbot: QtBot, settings: Any, world: Any, library: Path
) -> Iterator[Callable[[], MainWindow]]:
    """Closes the window and opens another one over the same packs."""
    from bioscan_desktop import app as program

    made: list[MainWindow] = [window]

    def reopen() -> MainWindow:
        made[-1].close()
        new = program.build(program.make_app(), settings)
        new._library, new._model, new._provider = str(library), str(world.model), "cpu"
        qtbot.addWidget(new)
        new.show()
        made.append(new)
        new.open_packs()
        qtbot.waitUntil(lambda: new.bench.engine is not None and not new.bench.is_opening)
        return new

    yield reopen
    made[-1].close()


def quiet(link: SessionLink, qtbot: QtBot) -> None:
    """Waits until all is written."""
    qtbot.waitUntil(lambda: not link.is_behind, timeout=10_000)


def content(path: Path) -> list[tuple[str, str, str | None]]:
    with Database(path, read_only=True) as database:
        return [(row.query_id, row.state, row.name) for row in queries.page(database)]


def test_the_list_comes_back(
    window: MainWindow,
    again: Callable[[], MainWindow],
    linked: Link,
    drop: Callable[..., None],
    settled: Callable[..., list[Any]],
    world: Any,
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    link = linked(window)
    broken = tmp_path / "broken.jpg"
    broken.write_text("no photo")
    drop(window, world.photos[RAPAE], broken)
    drop(window, text=f">seq\n{world.barcodes[RAPAE]}\n")
    before = settled(window, 3)
    window.bench.name(before[0].key, "Pieris napi")
    window.bench.decide(before[2].key, deciding.accept(before[2].result))
    window.bench.write_note(before[1].key, "box 3")
    quiet(link, qtbot)
    assert link.path is not None
    assert [state for _, state, _ in content(link.path)] == ["ok", "failed", "ok"]
    results = [row.result.to_json() for row in before if row.result is not None]
    window = again()
    link = linked(window)
    rows = window.bench.model.rows
    assert [row.result.to_json() for row in rows if row.result is not None] == results
    assert [row.own_name for row in rows] == ["Pieris napi", "", ""]
    assert rows[2].decision == deciding.accept(rows[2].result) and rows[1].note == "box 3"
    assert rows[2].decision is not None and rows[2].decision.made_at != ""
    assert [row.state for row in rows] == [State.DONE, State.FAILED, State.DONE]
    assert window.page.current is not None and not window.bench.is_busy
    window.bench.name(rows[0].key, "")
    quiet(link, qtbot)
    assert link.path is not None
    with Database(link.path, read_only=True) as database:
        assert decisions.current(database, 1) is None


def test_decisions_and_notes_can_be_taken_back_after_a_restart(
    window: MainWindow,
    again: Callable[[], MainWindow],
    linked: Link,
    drop: Callable[..., None],
    settled: Callable[..., list[Any]],
    world: Any,
    qtbot: QtBot,
) -> None:
    link = linked(window)
    drop(window, *list(world.photos.values())[:3])
    first, second, third = settled(window, 3)
    bench = window.bench
    bench.decide(first.key, deciding.accept(first.result))
    bench.decide(first.key, deciding.simple("reject", first.result))
    bench.write_note(second.key, "box 3")
    bench.remove([third.key])
    bench.name(second.key, "Pieris napi")
    bench.undo()  # of the name; it can be made again
    quiet(link, qtbot)
    window = again()
    link = linked(window)
    bench = window.bench
    first, second = bench.model.rows
    assert (first.decision.action, second.note, second.own_name) == ("reject", "box 3", "")
    assert (bench.undo_text(), bench.redo_text()) == (
        "remove 1 specimen",
        f"name {second.specimen.query_id}",
    )
    assert window.acts["undo"].isEnabled()
    window.acts["redo"].trigger()
    assert second.own_name == "Pieris napi"
    for _ in range(4):
        window.acts["undo"].trigger()
    assert (first.decision.action, second.note, second.own_name) == ("accept", "", "")
    quiet(link, qtbot)
    window = again()
    linked(window)
    first, second, third = window.bench.model.rows
    assert third.state is State.DONE
    assert first.decision.action == "accept" and second.note == ""
    window.bench.undo()
    assert first.decision is None and window.bench.undo_text() is None
    window.bench.redo()
    window.bench.redo()
    assert first.decision.action == "reject"


def test_a_history_that_no_longer_fits_is_left_out(
    window: MainWindow,
    again: Callable[[], MainWindow],
    linked: Link,
    drop: Callable[..., None],
    settled: Callable[..., list[Any]],
    world: Any,
    qtbot: QtBot,
) -> None:
    link = linked(window)
    drop(window, *list(world.photos.values())[:2])
    first, second = settled(window, 2)
    window.bench.decide(first.key, deciding.accept(first.result))
    window.bench.decide(second.key, deciding.accept(second.result))
    quiet(link, qtbot)
    path = link.path
    window.close()
    assert path is not None
    with Database(path) as database:  # someone decided elsewhere meanwhile
        decisions.decide(database, 2, "reject")
    window = again()
    linked(window)
    assert window.bench.undo_stack.count() == 1
    window.bench.undo()
    first, second = window.bench.model.rows
    assert first.decision is None and second.decision.action == "reject"


def test_the_restriction_is_kept_with_the_session(
    window: MainWindow,
    again: Callable[[], MainWindow],
    linked: Link,
    settled: Callable[..., list[Any]],
    world: Any,
    qtbot: QtBot,
) -> None:
    link = linked(window)
    window.bench.restrict(Limits(taxa=("Lepidoptera",)))
    window.bench.take(Intake(text=f">seq\n{world.barcodes[RAPAE]}\n"))
    (row,) = settled(window, 1)
    quiet(link, qtbot)
    told = row.result.restricted
    assert told
    window = again()
    link = linked(window)
    qtbot.waitUntil(lambda: window.bench.restriction is not None)
    assert window.bench.limits == Limits(taxa=("Lepidoptera",))
    (row,) = window.bench.model.rows
    assert row.result.restricted == told and not window.restriction.again.isVisible()
    with qtbot.waitSignal(link.restored):
        link.new()
    assert window.bench.limits == Limits(taxa=("Lepidoptera",))
    window.bench.restrict(ALL)
    window.bench.take(Intake(text=f">other\n{world.barcodes[RAPAE]}\n"))
    settled(window, 1)
    quiet(link, qtbot)
    assert link.path is not None
    with Database(link.path, read_only=True) as database:
        assert Limits.of(database.fact("limits")) == ALL


def test_the_sample_sheet_is_kept_with_the_session(
    window: MainWindow,
    again: Callable[[], MainWindow],
    linked: Link,
    settled: Callable[..., list[Any]],
    world: Any,
    qtbot: QtBot,
    tmp_path: Path,
) -> None:
    link = linked(window)
    window.bench.take(Intake(text=f">M1\n{world.barcodes[RAPAE]}\n"))
    settled(window, 1)
    sheet = tmp_path / "samples.csv"
    sheet.write_text("id,date,lat,lon\nM1,31.7.2026,46.9512,7.4512\n")
    chosen = CollectingChoice(sheet, False, True, 1, sheet.read_bytes())
    window.bench.collecting.choose(chosen)
    quiet(link, qtbot)
    path = link.path
    assert path is not None
    window = again()
    link = linked(window)
    assert window.bench.collecting.choice == chosen
    sheet.write_text("id,date,lat,lon\nM1,1.8.2026,46.9512,7.4512\n")  # corrected in the file
    window.bench.export(tmp_path / "r.csv")
    qtbot.waitUntil(lambda: "has changed since it was read last" in window.messages.text)
    assert "2026-08-01,47.0,7.5," in (tmp_path / "r.csv").read_text()
    assert window.bench.collecting.choice.copy == sheet.read_bytes()
    quiet(link, qtbot)
    sheet.rename(tmp_path / "elsewhere.csv")
    window = again()
    link = linked(window)
    window.bench.export(tmp_path / "s.csv")
    qtbot.waitUntil(lambda: "its copy in the session was used" in window.messages.text)
    assert "2026-08-01" in (tmp_path / "s.csv").read_text()
    with qtbot.waitSignal(link.restored):
        link.new()  # goes on with what is chosen, but of other specimens
    assert window.bench.collecting.choice == CollectingChoice(None, False, True, 1)
    window.bench.take(Intake(text=f">other\n{world.barcodes[RAPAE]}\n"))
    settled(window, 1)
    quiet(link, qtbot)
    with qtbot.waitSignal(link.restored):
        link.open(path)
    assert window.bench.collecting.choice.sheet == sheet
    fresh = next(one for one in path.parent.glob(f"*{SUFFIX}") if one != path)
    with qtbot.waitSignal(link.restored):
        link.open(fresh)
    assert window.bench.collecting.choice == CollectingChoice(None, False, True, 1)


def test_what_was_not_identified_yet_is_taken_up(
    window: MainWindow,
    again: Callable[[], MainWindow],
    linked: Link,
    drop: Callable[..., None],
    settled: Callable[..., list[Any]],
    world: Any,
    qtbot: QtBot,
) -> None:
    link = linked(window)
    engine, window.bench.engine = window.bench.engine, None  # nothing can be identified
    drop(window, *world.photos.values())
    qtbot.waitUntil(lambda: len(window.bench.model.rows) == 4)
    quiet(link, qtbot)
    window.bench.engine = engine
    window = again()
    linked(window)
    assert all(row.result is not None for row in settled(window, 4))


def test_joining_removing_and_undo_are_followed(
    window: MainWindow,
    linked: Link,
    drop: Callable[..., None],
    settled: Callable[..., list[Any]],
    world: Any,
    qtbot: QtBot,
) -> None:
    link = linked(window)
    assert link.path is not None
    drop(window, world.photos[RAPAE])
    settled(window, 1)
    window.bench.take(Intake(text=f">other\n{world.barcodes[RAPAE]}\n"))
    rows = settled(window, 2)
    quiet(link, qtbot)
    window.bench.join([row.key for row in rows])
    settled(window, 1)
    quiet(link, qtbot)
    assert [(name, state) for name, state, _ in content(link.path)] == [("pieris_rapae", "ok")]
    with Database(link.path, read_only=True) as database:
        assert queries.page(database)[0].has_barcode
    window.bench.undo_stack.undo()
    settled(window, 2)
    quiet(link, qtbot)
    assert sorted(name for name, *_ in content(link.path)) == ["other", "pieris_rapae"]
    window.bench.remove([row.key for row in window.bench.model.rows])
    quiet(link, qtbot)
    assert content(link.path) == []
    window.bench.undo_stack.undo()
    quiet(link, qtbot)
    assert len(content(link.path)) == 2


def test_a_second_window_gets_a_session_of_its_own(window: MainWindow, linked: Link, folder: Path) -> None:
    first, second = linked(window), linked(window)
    assert first.path != second.path
    assert first.path is not None and first.path.exists()


def test_an_empty_session_leaves_no_file(
    window: MainWindow, again: Callable[[], MainWindow], linked: Link, folder: Path
) -> None:
    linked(window)
    assert len(list(folder.iterdir())) >= 1
    again()
    assert list(folder.iterdir()) == []


def test_new_renamed_and_opened_again(
    window: MainWindow,
    linked: Link,
    drop: Callable[..., None],
    settled: Callable[..., list[Any]],
    world: Any,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    link = linked(window)
    menu = SessionMenu(link, window)
    drop(window, world.photos[RAPAE])
    settled(window, 1)
    quiet(link, qtbot)
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("  Moths & flies ", True))
    menu.rename.trigger()
    assert link.name == "Moths & flies" and menu.about.text() == "This is: Moths & flies"
    first = link.path
    with qtbot.waitSignal(link.restored):
        menu.fresh.trigger()
    assert link.path != first and not window.bench.model.rows
    menu._fill()
    offered = "Moths && flies  (1 specimen)"
    qtbot.waitUntil(lambda: [action.text() for action in menu.earlier.actions()] == [offered])
    (action,) = menu.earlier.actions()
    with qtbot.waitSignal(link.restored):
        action.trigger()
    assert link.path == first and link.name == "Moths & flies"
    assert [row.state for row in window.bench.model.rows] == [State.DONE]


def test_another_session_waits_for_what_is_being_written(
    window: MainWindow, linked: Link, drop: Callable[..., None], settled: Callable[..., list[Any]],
    world: Any, qtbot: QtBot,
) -> None:  # fmt: skip
    link = linked(window)
    drop(window, *world.photos.values())
    settled(window, 4)
    quiet(link, qtbot)
    first = link.path
    assert first is not None
    window.bench.name(window.bench.model.rows[0].key, "X y")
    link.save()
    assert link._writing is not None
    with qtbot.waitSignal(link.restored):
        link.new()
    assert link.path != first
    with Database(first, read_only=True) as database:
        decided = decisions.current(database, 1)
        assert decided is not None and decided.name == "X y" and queries.counts(database).total == 4


def test_a_session_that_cannot_be_opened_is_told_and_left_alone(
    window: MainWindow, folder: Path, qtbot: QtBot
) -> None:
    folder.mkdir()
    damaged = folder / f"old{SUFFIX}"
    damaged.write_bytes(b"no session" * 1000)
    link = SessionLink(window.bench, folder, window)
    told: list[str] = []
    link.trouble.connect(told.append)
    with qtbot.waitSignal(link.restored):
        link.begin()
    assert len(told) == 1 and "damaged or not a session" in told[0]
    assert link.path is not None and link.path != damaged
    assert damaged.read_bytes() == b"no session" * 1000


@pytest.mark.usefixtures("expects_log")
def test_a_full_disk_is_told_once_and_the_rest_follows(
    window: MainWindow,
    linked: Link,
    drop: Callable[..., None],
    settled: Callable[..., list[Any]],
    world: Any,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(session_link, "RETRY_MS", 50)
    link = linked(window)
    told: list[str] = []
    link.trouble.connect(told.append)
    assert link._database is not None and link.path is not None
    pages = link._database.value("PRAGMA page_count")
    link._database.value(f"PRAGMA max_page_count = {pages}")
    drop(window, *world.photos.values())
    settled(window, 4)
    qtbot.waitUntil(lambda: bool(told))
    qtbot.wait(200)
    assert len(told) == 1 and "is full" in told[0] and told[0].endswith("in memory only.")
    link._database.value("PRAGMA max_page_count = 1000000")
    qtbot.waitUntil(lambda: len(content(link.path)) == 4, timeout=10_000)


def test_answers_follow_a_run_that_could_not_be_written(
    window: MainWindow,
    linked: Link,
    drop: Callable[..., None],
    settled: Callable[..., list[Any]],
    world: Any,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The disk was full after the run had been noted: what was taken back with it is written anew."""
    monkeypatch.setattr(session_link, "RETRY_MS", 50)
    link = linked(window)
    add, fails = specimens.add, [3]

    def full(*arguments: Any) -> Any:
        if fails[0]:
            fails[0] -= 1
            raise SessionError("The disk is full.")
        return add(*arguments)

    monkeypatch.setattr(specimens, "add", full)
    drop(window, *world.photos.values())
    settled(window, 4)
    assert link.path is not None
    qtbot.waitUntil(lambda: len(content(link.path)) == 4, timeout=10_000)
    quiet(link, qtbot)
    assert not fails[0] and all(name for _, _, name in content(link.path))


def test_a_backup_is_made_once_a_day(
    window: MainWindow,
    again: Callable[[], MainWindow],
    linked: Link,
    drop: Callable[..., None],
    settled: Callable[..., list[Any]],
    world: Any,
    qtbot: QtBot,
) -> None:
    link = linked(window)
    drop(window, world.photos[RAPAE])
    settled(window, 1)
    quiet(link, qtbot)
    for _ in range(2):
        link = linked(again())
    assert link.path is not None and len(backups_of(link.path)) == 1


CHILD = """
import sys
from pathlib import Path
import onnxruntime
from PySide6.QtCore import QTimer
from bioscan_desktop import app as program
from bioscan_desktop.settings import Settings
from bioscan_desktop.ui.intake import Intake
from bioscan_desktop.ui.session_link import SessionLink
window = program.build(program.make_app(), Settings.of_user())
window._library, window._model, window._provider = sys.argv[1], sys.argv[2], "cpu"
link = SessionLink(window.bench, Path(sys.argv[3]), window)
window.show()
window.open_packs()
link.begin()
window.bench.take(Intake(paths=(Path(sys.argv[4]),)))
program.make_app().exec()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_window_loses_nothing(
    window: MainWindow,
    linked: Link,
    settled: Callable[..., list[Any]],
    world: Any,
    library: Path,
    folder: Path,
) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(library), str(world.model), str(folder),
         str(world.photos[RAPAE].parent)],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
        stderr=subprocess.PIPE,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and child.poll() is None:
        if sum(state == "ok" for path in folder.glob(f"*{SUFFIX}") for _, state, _ in peek(path)) >= 2:
            break
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    said = child.communicate()[1]
    assert child.returncode == -signal.SIGKILL, said
    linked(window)
    rows = settled(window, 4)
    assert all(row.state is State.DONE for row in rows)


def peek(path: Path) -> list[tuple[str, str, str | None]]:
    try:
        return content(path)
    except Exception as error:
        assert isinstance(error, sqlite3.Error) or "session" in type(error).__name__.lower(), error
        return []
