"""Python looks for cycles in the window's thread alone, and does so still."""

from __future__ import annotations

import gc
import threading
import weakref

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bioscan_desktop.ui.jobs import Jobs, Reporter


class Knot:
    """Held by itself alone."""

    def __init__(self) -> None:
        self.itself = self


def knots(_: Reporter) -> weakref.ref[Knot]:
    """Many more than a search is begun after."""
    return [weakref.ref(Knot()) for _ in range(5_000)][-1]


def test_a_worker_s_cycles_are_found_by_the_window_s_thread(qapp: QApplication, qtbot: QtBot) -> None:
    searched: set[int] = set()

    def note(phase: str, _: dict[str, int]) -> None:
        searched.add(threading.get_ident())

    jobs = Jobs()
    gc.callbacks.append(note)
    try:
        job = jobs.make("library", "knots", knots)
        with qtbot.waitSignal(job.done) as answer:
            jobs.run(job)
        (knot,) = answer.args
        qtbot.waitUntil(lambda: knot() is None)
    finally:
        gc.callbacks.remove(note)
        assert jobs.shutdown()
    assert searched == {threading.get_ident()}


def test_the_interpreter_takes_over_when_the_last_one_has_stopped(qapp: QApplication) -> None:
    before, first, second = gc.isenabled(), Jobs(), Jobs()
    assert not gc.isenabled()
    first.shutdown()
    first.shutdown()
    assert not gc.isenabled()
    second.shutdown()
    assert gc.isenabled() is before
