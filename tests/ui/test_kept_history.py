"""Joins, crops and removals can be taken back after a restart, too, whatever became of the window."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from bioscan_desktop.inference.crop import Box
from bioscan_desktop.session import history, queries
from bioscan_desktop.session.database import Database
from bioscan_desktop.ui import deciding, regrouping, work
from bioscan_desktop.ui.intake import Intake
from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.models.specimens import Row, State
from bioscan_desktop.ui.session_link import SessionLink
from tests.ui.test_session_link import RAPAE, ROOT, Link, again, folder, linked, quiet

__all__ = ["again", "folder", "linked"]  # fixtures


def looks(row: Row) -> tuple[Any, ...]:
    """What a row says."""
    specimen, result = row.specimen, row.result
    parts = tuple(part.query_id for part in row.parts) if row.parts is not None else None
    bases = specimen.barcode.sequence if specimen.barcode is not None else None
    answer = {**result.to_json(), "elapsed_ms": 0} if result is not None else None
    said = row.decision, row.note
    photos = tuple((photo.query_id, photo.input, photo.photo, photo.crop) for photo in specimen.photos)
    return (specimen.query_id, specimen.input, photos, specimen.crop, bases, parts, answer, *said)


class Story:
    """Steps of every kind, and how the list looked before each of them."""

    def __init__(self, window: MainWindow, settled: Callable[..., list[Row]], world: Any) -> None:
        self._window, self._settled = window, settled
        bench = window.bench
        bench.take(Intake(paths=(world.photos[RAPAE],)))
        settled(window, 1)
        bench.take(Intake(text=f">other\n{world.barcodes[RAPAE]}\n"))
        photo, barcode = settled(window, 2)
        bench.take(Intake(paths=(list(world.photos.values())[1],)))
        other = settled(window, 3)[2]
        bench.take(Intake(paths=tuple(world.photos.values())[::3]))
        above, below = settled(window, 5)[3:]
        bench.decide(barcode.key, deciding.accept(barcode.result))
        bench.write_note(other.key, "box 3")
        self.stages = [self.seen()]
        self._step(lambda: bench.join([photo.key, barcode.key]), 4)
        self._step(lambda: bench.join([above.key, below.key]), 3)
        self._step(lambda: bench.crop(above.key, [Box(0, 0, 0.4, 1)], photo=1), 3)
        halves = [Box(0, 0, 0.5, 1), Box(0.5, 0, 1, 1)]
        self._step(lambda: bench.crop(other.key, halves), 4)
        self._step(lambda: bench.join([above.key, photo.key]), 3)
        self._step(lambda: bench.unjoin(photo.key), 6)
        self._step(lambda: bench.remove([row.key for row in bench.model.rows if row is not photo]), 1)

    def _step(self, what: Callable[[], None], count: int) -> None:
        what()
        self._settled(self._window, count)
        self.stages.append(self.seen())

    def seen(self) -> list[tuple[Any, ...]]:
        return seen(self._window)


def seen(window: MainWindow) -> list[tuple[Any, ...]]:
    """The list; the order is not looked at: after a restart it is that in which the specimens came."""
    return sorted((looks(row) for row in window.bench.model.rows), key=lambda one: (one[0], str(one[3])))


def test_all_steps_are_taken_back_and_made_again_after_restarts(
    window: MainWindow, again: Callable[[], MainWindow], linked: Link, settled: Callable[..., list[Row]],
    world: Any, qtbot: QtBot,
) -> None:  # fmt: skip
    linked(window)
    stages = Story(window, settled, world).stages
    window = again()
    link = linked(window)
    assert seen(window) == stages[-1]
    for stage in stages[-2::-1]:
        window.acts["undo"].trigger()
        assert seen(window) == stage  # with the answers that there were, without a run
        assert not window.bench.is_busy
    quiet(link, qtbot)
    window = again()  # each undone step can be made again
    link = linked(window)
    assert seen(window) == stages[0]
    for stage in stages[1:]:
        window.acts["redo"].trigger()
        assert seen(window) == stage and not window.bench.is_busy
        quiet(link, qtbot)
        window = again()
        link = linked(window)
        assert seen(window) == stage
    for stage in stages[-2::-1]:
        window.bench.undo()
        assert seen(window) == stage
    window.bench.undo()
    assert window.bench.model.rows[-1].note == ""


def test_a_list_emptied_by_mistake_is_there_again(
    window: MainWindow, again: Callable[[], MainWindow], linked: Link, settled: Callable[..., list[Row]],
    world: Any, qtbot: QtBot,
) -> None:  # fmt: skip
    link = linked(window)
    window.bench.take(Intake(paths=tuple(world.photos.values())))
    rows = settled(window, 4)
    before = seen(window)
    window.page.list.selectAll()
    window.acts["remove"].trigger()
    assert window.messages.text == "4 specimens removed from the list."
    window.acts["undo"].trigger()
    assert window.messages.text == ""  # else its Undo would take back what was done before
    assert seen(window) == before
    assert window.page.selected == [window.page.current] == [rows[0]]
    window.acts["redo"].trigger()
    path = link.path
    window = again()
    link = linked(window)
    assert link.path == path and not window.bench.model.rows
    assert window.bench.undo_text() == "remove 4 specimens"
    window.acts["undo"].trigger()
    assert seen(window) == before
    assert window.page.selected == [window.page.current] == [window.bench.model.rows[0]]
    window.acts["accept"].trigger()
    assert window.bench.model.rows[0].decision is not None
    assert [row.specimen.query_id for row in window.bench.model.rows] == [
        row.specimen.query_id for row in rows
    ]


def test_what_no_step_needs_leaves_the_file(
    window: MainWindow, linked: Link, settled: Callable[..., list[Row]], world: Any, qtbot: QtBot
) -> None:
    link = linked(window)
    bench = window.bench
    bench.take(Intake(paths=tuple(world.photos.values())))
    rows = settled(window, 4)
    other = rows[1].specimen.crop
    for number in range(1, 5):
        bench.crop(rows[0].key, [Box(0, 0, 0.1 * number, 1)])
        settled(window, 4)
        bench.undo()
        quiet(link, qtbot)
        assert link.database is not None
        assert len(history.numbers_aside(link.database)) == 1  # the part, for Redo
    bench.crop(rows[0].key, [Box(0, 0, 0.5, 1), Box(0.5, 0, 1, 1)])
    settled(window, 5)
    bench.undo()
    quiet(link, qtbot)
    assert len(history.numbers_aside(link.database)) == 2
    bench.write_note(rows[1].key, "x")  # nothing can be made again any more
    quiet(link, qtbot)
    assert not len(history.numbers_aside(link.database)) and other is None
    assert len(link._numbers) == 4 and not link._left and not link._aside
    assert queries.counts(link.database).total == 4


def test_steps_before_the_session_was_open_do_not_take_the_place_of_the_earlier(
    window: MainWindow, again: Callable[[], MainWindow], linked: Link, settled: Callable[..., list[Row]],
    world: Any, qtbot: QtBot,
) -> None:  # fmt: skip
    linked(window)
    window.bench.take(Intake(paths=tuple(world.photos.values())))
    first, *_ = settled(window, 4)
    window.bench.remove([first.key])
    window = again()
    window.bench.take(Intake(text=f">early\n{world.barcodes[RAPAE]}\n"))
    (early,) = settled(window, 1)
    window.bench.write_note(early.key, "was quicker")
    link = linked(window)
    assert window.bench.undo_text() == "write note"
    quiet(link, qtbot)
    window = again()
    linked(window)
    window.bench.undo()
    assert window.bench.undo_text() == "remove 1 specimen"
    window.bench.undo()
    assert len(window.bench.model.rows) == 5


CHILD = """
import os, signal, sys
from pathlib import Path
import onnxruntime
from PySide6.QtCore import QTimer
from bioscan_desktop import app as program
from bioscan_desktop.settings import Settings
from bioscan_desktop.ui.intake import Intake
from bioscan_desktop.ui.models.specimens import State
from bioscan_desktop.ui.session_link import SessionLink

library, model, sessions, photos, barcode, last = sys.argv[1:]
JOINED = "noctua_pronuba", "pieris_rapae", "other"
window = program.build(program.make_app(), Settings.of_user())
window._library, window._model, window._provider = library, model, "cpu"
link = SessionLink(window.bench, Path(sessions), window)
window.show()
window.open_packs()
link.begin()
bench, rows = window.bench, window.bench.model.rows
steps = [
    lambda: bench.take(Intake(paths=(Path(photos),))),
    lambda: bench.take(Intake(text=f">other\\n{barcode}\\n")),
    lambda: bench.join([r.key for r in bench.model.rows if r.specimen.query_id in JOINED]),
    lambda: bench.remove([r.key for r in bench.model.rows if r.specimen.barcode is None]),
    lambda: bench.undo(),
    lambda: bench.redo(),
]
done = 0

def go():
    global done
    busy = link.path is None or bench.engine is None or bench.is_busy or link.is_behind
    if busy or any(r.state in (State.WAITING, State.WORKING) for r in bench.model.rows):
        return
    if done == int(last):
        os.kill(os.getpid(), signal.SIGKILL)
    steps[done]()
    done += 1

timer = QTimer()
timer.timeout.connect(go)
timer.start(20)
program.make_app().exec()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("last", [4, 5, 6])
def test_a_killed_window_can_still_take_back(
    last: int, window: MainWindow, linked: Link, settled: Callable[..., list[Row]], world: Any,
    library: Path, folder: Path, qtbot: QtBot,
) -> None:  # fmt: skip
    """Killed after a removal, after it was taken back, and after it was made again."""
    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(library), str(world.model), str(folder),
         str(world.photos[RAPAE].parent), world.barcodes[RAPAE], str(last)],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
        stderr=subprocess.PIPE, timeout=240,
    )  # fmt: skip
    assert child.returncode == -signal.SIGKILL, child.stderr
    link: SessionLink = linked(window)
    bench = window.bench
    if last == 5:
        assert len(settled(window, 3)) == 3 and bench.redo_text() == "remove 2 specimens"
    else:
        settled(window, 1)
        bench.undo()
    rows = settled(window, 3)
    assert all(row.state is State.DONE for row in rows)
    (joined,) = [row for row in rows if row.parts is not None]
    assert len(joined.specimen.photos) == 2 and joined.specimen.barcode is not None
    bench.undo()
    rows = settled(window, 5)

    assert [row.specimen.query_id for row in rows if row.specimen.barcode is not None] == ["other"]
    quiet(link, qtbot)
    assert link.path is not None
    with Database(link.path, read_only=True) as database:
        assert queries.counts(database).total == 5


def test_photos_joined_by_their_names_come_apart_after_a_restart(
    window: MainWindow, again: Callable[[], MainWindow], linked: Link, settled: Callable[..., list[Row]],
    world: Any, qtbot: QtBot, tmp_path: Path,
) -> None:  # fmt: skip
    """The sample id names them together; apart they have the names that they had."""
    linked(window)
    names = ("A-1_dorsal", "A-1_head")
    photos = [shutil.copy(world.photos[RAPAE], tmp_path / f"{name}.png") for name in names]
    window.bench.take(Intake(paths=tuple(map(Path, photos))))
    rows = [(row.key, row.specimen) for row in settled(window, 2)]
    before = seen(window)
    _, found, _ = work.photo_groups(rows, False, None)
    regrouping.join_by_name(window.bench, found)
    settled(window, 1)
    joined = seen(window)
    assert joined[0][0] == "A-1"
    for _ in range(2):
        window = again()
        linked(window)
        assert seen(window) == joined
        window.acts["undo"].trigger()
        assert seen(window) == before
        window.acts["redo"].trigger()
        assert seen(window) == joined
    window.bench.unjoin(window.bench.model.rows[0].key)
    assert [row.specimen.query_id for row in settled(window, 2)] == list(names)
