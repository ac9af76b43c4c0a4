"""The only bridge between worker threads and the window.

Work is a plain Python function. It gets a `Reporter` (a progress callback, a place for finished
items, a cancel token), knows nothing of Qt, and returns a value or raises. What it reports is
buffered and handed to the window's thread in batches, at most about ten times a second: a signal
for each of 10 000 photos would cost the window more than the photos.

Each lane is a thread pool of its own, so that thumbnails never wait behind a long identification.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QRunnable, QThreadPool, QTimer, Signal, Slot

from bioscan_desktop.core.errors import BioscanError, Cancelled
from bioscan_desktop.services.tasks import CancelToken, Progress

log = logging.getLogger("bioscan.jobs")

INTERVAL_S = 0.1
"""Shortest time between two deliveries of one job."""

LANES: dict[str, int] = {
    "identify": 1,  # onnxruntime uses all cores by itself; opening packs takes its turn here, too
    "intake": 1,  # reading folders and sequence files
    "export": 1,  # a report of many photos takes its time
    "batch": 1,  # a folder scan of hours, with packs of its own
    "session": 1,  # reading rows of a session; never behind any of the above
    "pictures": 2,  # thumbnails and previews
    "library": 2,  # counting, comparing and paging records: a page need not wait for a comparison
    "packs": 1,  # installing, checking, downloading
}
"""Threads by lane."""


class Reporter:
    """What a worker may tell; safe to call from any thread."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self.cancel = CancelToken()
        self._wake = wake
        self._lock = threading.Lock()
        self._items: list[Any] = []
        self._progress: Progress | None = None
        self._outcome: tuple[str, Any] | None = None
        self._woken = False

    def item(self, value: Any) -> None:
        """Hands over one finished item."""
        with self._lock:
            self._items.append(value)
        self._call()

    def progress(self, progress: Progress) -> None:
        """Tells a step; only the newest is delivered."""
        with self._lock:
            self._progress = progress
        self._call()

    def _finish(self, kind: str, value: Any) -> None:
        with self._lock:
            self._outcome = (kind, value)
        self._call()

    def _call(self) -> None:
        with self._lock:
            if self._woken:
                return
            self._woken = True
        self._wake()

    def _take(self) -> tuple[list[Any], Progress | None, tuple[str, Any] | None]:
        with self._lock:
            taken = self._items, self._progress, self._outcome
            self._items, self._progress, self._woken = [], None, False
        return taken

    @property
    def _finished(self) -> bool:
        with self._lock:
            return self._outcome is not None


Work = Callable[[Reporter], Any]


class Job(QObject):
    """A running or finished piece of work; its signals arrive in the window's thread.

    Signals:
        items: a list of what the worker handed over since the last time.
        progressed: the newest Progress.
        done: the value returned.
        failed: a BioscanError, to be told in its own words.
        crashed: any other exception: a bug.
        cancelled: stopped before its end.
        ended: last of all, whatever happened.
    """

    items = Signal(list)
    progressed = Signal(object)
    done = Signal(object)
    failed = Signal(object)
    crashed = Signal(object)
    cancelled = Signal()
    ended = Signal()
    _woken = Signal()

    def __init__(self, name: str, work: Work, parent: QObject) -> None:
        super().__init__(parent)
        self.name = name
        self._reporter = Reporter(self._woken.emit)
        self._runnable = _Runnable(name, work, self._reporter)
        self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._deliver)
        self._woken.connect(self._on_woken)
        self.is_over = False

    def cancel(self) -> None:
        """Asks the work to stop at its next check."""
        self._reporter.cancel.cancel()

    @property
    def is_cancelled(self) -> bool:
        """True once `cancel` was called, though the work may not have stopped yet."""
        return self._reporter.cancel.cancelled

    @Slot()
    def _on_woken(self) -> None:
        wait = self._last + INTERVAL_S - time.monotonic()
        if wait <= 0 or self._reporter._finished:
            self._timer.stop()
            self._deliver()
        elif not self._timer.isActive():
            self._timer.start(int(wait * 1000) + 1)

    @Slot()
    def _deliver(self) -> None:
        if self.is_over:
            return
        self._last = time.monotonic()
        items, progress, outcome = self._reporter._take()
        if items:
            self.items.emit(items)
        if progress is not None:
            self.progressed.emit(progress)
        if outcome is None:
            return
        self.is_over = True
        kind, value = outcome
        if kind == "cancelled":
            self.cancelled.emit()
        else:
            getattr(self, kind).emit(value)
        self.ended.emit()


class _Runnable(QRunnable):
    def __init__(self, name: str, work: Work, reporter: Reporter) -> None:
        super().__init__()
        self.setAutoDelete(False)  # Python owns it; Qt deleting it as well would be once too often
        self._name, self._work, self._reporter = name, work, reporter

    def run(self) -> None:
        try:
            self._reporter.cancel.check()
            value = self._work(self._reporter)
        except Cancelled:
            self._reporter._finish("cancelled", None)
        except BioscanError as error:
            self._reporter._finish("failed", error)
        except Exception as error:
            log.error("The job %r crashed", self._name, exc_info=True)
            self._reporter._finish("crashed", error)
        else:
            self._reporter._finish("done", value)


class Jobs(QObject):
    """Starts jobs, keeps them alive, and stops them all at the end.

    Signals:
        crashed: an exception that no job should raise; the window shows it.
        stopping: `shutdown` begins; from now on nothing is delivered.
        stopped: after `shutdown`, when no job runs any more.
    """

    crashed = Signal(object)
    stopping = Signal()
    stopped = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pools: dict[str, QThreadPool] = {}
        for lane, threads in LANES.items():
            pool = QThreadPool(self)
            pool.setMaxThreadCount(threads)
            pool.setExpiryTimeout(5_000)
            self._pools[lane] = pool
        self._running: set[Job] = set()
        self._closed = False

    def make(self, lane: str, name: str, work: Work) -> Job:
        """A job that does not run yet, so that its signals can be connected; see `run`."""
        job = Job(name, work, self)
        job.setProperty("lane", lane)
        job.crashed.connect(self.crashed)
        return job

    def run(self, job: Job) -> Job:
        """Starts a job of `make` when its lane is free. After `shutdown` nothing starts."""
        if not self._closed:
            self._running.add(job)
            job.ended.connect(self._on_ended)
            self._pools[job.property("lane")].start(job._runnable)
        return job

    @property
    def running(self) -> list[Job]:
        """Jobs that have not ended."""
        return list(self._running)

    def shutdown(self, timeout_ms: int = 15_000) -> bool:
        """Cancels everything and waits, for all lanes together. Nothing is delivered afterwards.

        Returns:
            False on timeout.
        """
        self._closed = True
        for job in self._running:
            job.cancel()
            job.is_over = True
        self.stopping.emit()
        end = time.monotonic() + timeout_ms / 1000
        waited = [
            pool.waitForDone(max(0, int((end - time.monotonic()) * 1000))) for pool in self._pools.values()
        ]
        ended = all(waited)
        if not ended:
            log.error("Jobs did not stop in time: %s", [job.name for job in self._running])
        self._running.clear()
        self.stopped.emit()
        return ended

    @Slot()
    def _on_ended(self) -> None:
        job = self.sender()
        if isinstance(job, Job):
            self._running.discard(job)
            job.deleteLater()
