"""Long work of the window's thread: in order, in short turns, and stopped at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from bioscan_desktop.services.specimens import Specimen
from bioscan_desktop.ui import workbench
from bioscan_desktop.ui.commands import Edit
from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.models.specimens import MANY_RUNS, SpecimenModel, State
from bioscan_desktop.ui.taking import Taking
from bioscan_desktop.ui.turns import TURN_S, Turns


def slow(name: str, steps: int, done: list[str]) -> Iterator[None]:
    for number in range(steps):
        time.sleep(TURN_S / 2)
        done.append(f"{name}{number}")
        yield


def test_what_is_short_is_done_at_once(qapp: object) -> None:
    turns, done = Turns(), list[str]()
    turns.run(iter(()), lambda: done.append("end"))
    assert done == ["end"] and not turns.is_busy


def test_one_after_the_other_with_others_in_between(qtbot: QtBot) -> None:
    turns, done = Turns(), list[str]()
    QTimer.singleShot(0, lambda: done.append("window"))
    turns.run(slow("a", 6, done), lambda: done.append("a ends"))
    turns.run(slow("b", 2, done), lambda: done.append("b ends"))
    assert turns.is_busy and "a5" not in done
    qtbot.waitUntil(lambda: not turns.is_busy)
    assert [one for one in done if one != "window"] == [
        *(f"a{n}" for n in range(6)), "a ends", "b0", "b1", "b ends",
    ]  # fmt: skip
    assert done.index("window") < done.index("a5")


def test_stopping_forgets_the_rest(qtbot: QtBot) -> None:
    turns, done = Turns(), list[str]()
    turns.run(slow("a", 20, done), lambda: done.append("end"))
    turns.stop()
    qtbot.wait(50)
    assert not turns.is_busy and "end" not in done and len(done) < 20


def test_many_specimens_come_in_slices(window: MainWindow, qtbot: QtBot, monkeypatch) -> None:
    monkeypatch.setattr(workbench, "SLICE", 20)
    bench = window.bench
    bench.engine = None  # nothing is identified meanwhile
    slices: list[int] = []
    bench.model.came.connect(lambda rows: slices.append(len(rows)))
    ended: list[int] = []
    taking = Taking(None, [Specimen(f"s{n}", f"s{n}.jpg") for n in range(50)])
    bench._add(taking, lambda: ended.append(bench.model.rowCount()))
    qtbot.waitUntil(lambda: bool(ended))
    assert slices == [20, 20, 10] and ended == [50]
    assert [row.specimen.query_id for row in bench.model.rows] == [f"s{n}" for n in range(50)]


def model_of(count: int) -> SpecimenModel:
    model = SpecimenModel()
    model.append([model.new_row(Specimen(f"s{n}", f"s{n}.jpg")) for n in range(count)])
    return model


def test_scattered_rows_go_and_come_back_in_their_places(qapp: object) -> None:
    model = model_of(100)
    before = list(model.rows)
    left: list[int] = []
    model.leaving.connect(lambda rows: left.extend(row.key for row in rows))
    keys = [row.key for row in before[::3]]
    assert len(keys) > MANY_RUNS
    command = Edit("remove", model, lambda _: None, Turns(), removed=keys)
    command.redo()
    assert left == keys
    assert [row.key for row in model.rows] == [row.key for row in before if row.key not in keys]
    assert all(model.index_of(row.key).row() == place for place, row in enumerate(model.rows))
    command.undo()
    assert list(model.rows) == before
    assert all(model.index_of(row.key).row() == place for place, row in enumerate(model.rows))


def test_filtered_rows_are_removed_together(window: MainWindow, qtbot: QtBot) -> None:
    model, page = window.bench.model, window.page
    rows = [model.new_row(Specimen(f"s{n}", f"s{n}.jpg")) for n in range(90)]
    for number, row in enumerate(rows):
        row.state = State.FAILED if number % 3 == 0 else State.STOPPED
    model.append(rows)
    wanted: Callable[[], bool] = lambda: page.listed.rowCount() == 30  # noqa: E731
    page.filter.panel.toggled.emit("state", "failed")
    qtbot.waitUntil(wanted)
    page.list.selectAll()
    assert [row.key for row in page.selected] == [row.key for row in rows[::3]]
    window.acts["remove"].trigger()
    assert model.rowCount() == 60 and page.listed.rowCount() == 0 and page.selected == []
    window.bench.undo()
    assert list(model.rows) == rows and page.listed.rowCount() == 30
    page.filter.clear()
    qtbot.waitUntil(lambda: page.listed.rowCount() == 90)
    assert page.current is not None
