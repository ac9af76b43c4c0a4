"""The window's thread is never held up for long, whatever is going on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from PySide6.QtCore import QModelIndex, Qt, QThreadPool, QTimer
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bioscan_desktop.core.barcode import Barcode
from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.services.specimens import Specimen
from bioscan_desktop.services.tasks import Progress
from bioscan_desktop.ui.jobs import Jobs, Reporter
from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.models.specimens import SpecimenModel, State


def test_identifying_a_folder_does_not_hold_the_window_up(
    window: MainWindow, world, drop: Callable, settled: Callable, qtbot: QtBot
) -> None:
    drop(window, world.photos["Pieris rapae"])
    settled(window, 1)
    seen: list[int] = []
    beat = QTimer()
    beat.timeout.connect(lambda: seen.append(window.bench.done))
    beat.start(5)
    drop(window, *(list(world.photos.values()) * 150))
    QTest.qWait(100)
    settled(window, 601, 120_000)
    beat.stop()
    assert len(set(seen)) > 5  # answers came in portions, and the window had its turn between


def test_ten_thousand_rows_come_in_at_once(
    window: MainWindow, world, drop: Callable, settled: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told once to whoever looks on, and looked at no further than they are seen."""
    drop(window, world.photos["Pieris rapae"])
    (first,) = settled(window, 1)
    bench = window.bench
    rows = []
    for number in range(10_000):
        row = bench.model.new_row(Specimen(f"row {number}", "", barcode=Barcode("ACGT" * 100)))
        row.result, row.state = first.result, first.state
        rows.append(row)
    signals: list[int] = []
    bench.model.rowsInserted.connect(lambda *_: signals.append(1))
    bench.model.dataChanged.connect(lambda *_: signals.append(1))
    bench.model.layoutChanged.connect(lambda *_: signals.append(1))
    bench.model.modelReset.connect(lambda *_: signals.append(1))
    asked: set[int] = set()
    data = SpecimenModel.data

    def watched(self: SpecimenModel, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        asked.add(index.row())
        return data(self, index, role)

    monkeypatch.setattr(SpecimenModel, "data", watched)
    bench.model.append(rows)
    assert len(signals) == 1
    for place in range(0, 10_000, 1000):
        window.page.list.scrollTo(window.page.listed.index(place, 0))
        QTest.qWait(15)
    print(f"{len(asked)} rows looked at")
    assert window.page.listed.rowCount() == 10_001
    assert 10 <= len(asked) < 1000


def test_many_rows_are_taken_out_and_put_back_in_turns(window: MainWindow, qtbot: QtBot) -> None:
    bench = window.bench
    rows = [bench.model.new_row(Specimen(f"row {n}", "", barcode=Barcode("ACGT"))) for n in range(60_000)]
    for row in rows:
        row.state = State.STOPPED
    bench.model.append(rows)
    window.page.list.selectAll()
    window.acts["remove"].trigger()
    assert bench.edits.is_busy and bench.model.rowCount() == 60_000  # it goes on in the next turns
    counts: set[int] = set()

    def ended() -> bool:
        counts.add(bench.model.rowCount())
        return not bench.edits.is_busy

    qtbot.waitUntil(ended)
    assert bench.model.rowCount() == 0 and bench.undo_stack.count() == 1
    window.acts["undo"].trigger()
    qtbot.waitUntil(ended)
    assert list(bench.model.rows) == rows
    assert len(counts) > 2  # the window had its turn between


def test_what_is_not_done_yet_is_ended_before_the_next_change(window: MainWindow, qtbot: QtBot) -> None:
    bench = window.bench
    rows = [bench.model.new_row(Specimen(f"row {n}", "", barcode=Barcode("ACGT"))) for n in range(20_000)]
    for row in rows:
        row.state = State.STOPPED
    bench.model.append(rows)
    bench.write_note(rows[0].key, "box 3")
    bench.remove([row.key for row in rows[::2]])
    assert bench.edits.is_busy
    bench.write_note(rows[1].key, "box 4")
    assert not bench.edits.is_busy and list(bench.model.rows) == rows[1::2]
    bench.undo()
    assert rows[1].note == ""
    bench.undo()
    assert bench.edits.is_busy
    bench.undo()  # of the note on a row that was not back yet
    assert list(bench.model.rows) == rows and rows[0].note == ""


def test_a_job_hands_over_in_batches_about_ten_times_a_second(qapp, qtbot: QtBot) -> None:
    jobs = Jobs()
    batches: list[list[int]] = []
    steps: list[Progress] = []

    def work(reporter: Reporter) -> str:
        assert threading.current_thread() is not threading.main_thread()
        for number in range(2000):
            reporter.item(number)
            reporter.progress(Progress(number, 2000))
            if number % 200 == 0:
                time.sleep(0.03)
        return "value"

    job = jobs.make("intake", "count", work)
    job.items.connect(batches.append)
    job.progressed.connect(steps.append)
    with qtbot.waitSignal(job.done) as done:
        jobs.run(job)
    assert done.args == ["value"]
    assert [n for batch in batches for n in batch] == list(range(2000))
    assert len(batches) <= 12 and steps[-1].done == 1999
    assert jobs.shutdown()


@pytest.mark.parametrize(
    ("error", "signal"), [(ArgumentError("One sentence."), "failed"), (ValueError("bug"), "crashed")]
)
def test_known_errors_and_bugs_go_different_ways(
    qapp, qtbot: QtBot, error: Exception, signal: str, expects_log: None
) -> None:
    def work(_: Reporter) -> None:
        raise error

    jobs = Jobs()
    job = jobs.make("intake", "fail", work)
    with qtbot.waitSignals([getattr(job, signal), job.ended]):
        jobs.run(job)
    assert jobs.running == []
    assert jobs.shutdown()


def test_cancel_and_shutdown_stop_a_job(qapp, qtbot: QtBot) -> None:
    def work(reporter: Reporter) -> None:
        while True:
            reporter.cancel.check()
            time.sleep(0.005)

    jobs = Jobs()
    job = jobs.make("intake", "endless", work)
    jobs.run(job)
    QTest.qWait(30)
    with qtbot.waitSignal(job.cancelled):
        job.cancel()
    jobs.run(jobs.make("intake", "endless", work))
    QTest.qWait(30)
    assert jobs.shutdown(3000)


@pytest.mark.usefixtures("expects_log")
def test_the_patience_with_workers_is_for_all_lanes_together(qapp, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs, go, begun = Jobs(), threading.Event(), threading.Barrier(4)

    def stubborn(_: Reporter) -> None:
        begun.wait(30)
        go.wait(30)

    for lane in ("intake", "export", "library"):
        jobs.run(jobs.make(lane, "stubborn", stubborn))
    begun.wait(30)
    patience: list[int] = []
    wait = QThreadPool.waitForDone

    def waited(pool: QThreadPool, time_ms: int) -> bool:
        patience.append(time_ms)
        return wait(pool, time_ms)

    monkeypatch.setattr(QThreadPool, "waitForDone", waited)
    assert not jobs.shutdown(200)
    assert patience[0] <= 200 and patience[-1] == 0
    go.set()
    monkeypatch.undo()
    assert all(pool.waitForDone(10_000) for pool in jobs._pools.values())


def test_closing_while_working_stops_cleanly(window: MainWindow, world, drop: Callable, qtbot: QtBot) -> None:
    drop(window, *(list(world.photos.values()) * 100))
    qtbot.waitUntil(lambda: window.bench.done >= 1, timeout=10_000)
    start = time.perf_counter()
    window.close()
    assert time.perf_counter() - start < 10
    assert window.jobs.running == []
