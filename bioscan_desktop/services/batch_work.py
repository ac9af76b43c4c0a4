"""The work of one process on a run: specimen after specimen, each answer kept when it is there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

from bioscan_desktop.core.errors import Cancelled, SessionError
from bioscan_desktop.files import is_there
from bioscan_desktop.services.batch_answers import Answered, Answering, Step
from bioscan_desktop.services.batch_plan import Placed
from bioscan_desktop.services.batch_scan import Found, Root, Settling
from bioscan_desktop.services.batch_tables import Tables
from bioscan_desktop.services.pace import Pace
from bioscan_desktop.services.tasks import CancelToken, Gate, Progress, ProgressCallback
from bioscan_desktop.session import queries, specimens
from bioscan_desktop.session.database import Database
from bioscan_desktop.session.specimens import STEP

REST = 4.0
"""A watched folder is left alone for so many times as long as a look at it has taken."""

_TICK_S = 0.2


@dataclass(frozen=True, slots=True)
class BatchProgress(Progress):
    """How far a run is.

    Attributes:
        phase: `scan`, `identify`, `pause`, `watch` or `write`.
        failed: answers of this run without a name for want of usable input.
        rate: specimens per second; None until it can be told.
        eta_s: seconds left at this rate; None where that cannot be told.
    """

    phase: str = "identify"
    failed: int = 0
    rate: float | None = None
    eta_s: float | None = None


class Work:
    """Identifies what waits in a session, and tells how far it is.

    Args:
        root: folder that the photos are in.
        answering: turns steps into answers.
        run_id: of the session.
        tables: that each answer is added to.
    """

    def __init__(
        self,
        database: Database,
        root: Root,
        answering: Answering,
        run_id: int,
        tables: Tables,
        progress: ProgressCallback,
        cancel: CancelToken,
        gate: Gate,
    ) -> None:
        self._database, self._root = database, root
        self._answering, self._run_id = answering, run_id
        self._tables, self._progress, self._cancel, self._gate = tables, progress, cancel, gate
        self._pace = Pace()
        self._told = 0.0
        self._count()

    def _count(self) -> None:
        counts = queries.counts(self._database)
        self._total, self._done = counts.total, counts.total - counts.state("waiting")
        self._failed = counts.state("failed")
        self._pace = Pace()
        self._pace.note(self._done)

    def all_waiting(self) -> None:
        """Identifies whatever waits, in steps."""
        while True:
            self._cancel.check()
            if self._gate.closed:
                self._tables.flush()
                self._tell("pause", "paused", always=True)
                self._gate.wait(self._cancel)
                self._pace = Pace()
                self._pace.note(self._done)
            any_done = False
            with closing(self._answering(self._steps(), self._cancel)) as answers:
                for answered in answers:
                    any_done = True
                    self._save(answered)
            self._tables.flush()
            if not any_done and not self._gate.closed:
                return

    def _steps(self) -> Iterator[Step]:
        """The steps to do. Ends after one that is not full, and for a pause."""
        for step in specimens.waiting_steps(self._database):
            if self._gate.closed:
                return
            yield step
            if len(step[0]) < STEP:
                return

    def _save(self, answered: Answered) -> None:
        if answered.gone:
            self._check_root()
        answer, record = answered.answer, answered.answer.record
        finished = specimens.save_answer(
            self._database, answered.number, self._run_id, answer, answered.facts, answered.more
        )
        self._tables.append(answered.number, record, finished)
        self._done += 1
        self._failed += record["status"] == "failed"
        self._pace.note(self._done)
        self._tell("identify", record["query_id"])

    def _check_root(self) -> None:
        if not self._root.is_there():
            self._tables.flush()
            raise SessionError(
                f"The folder {self._root.path} is no longer there; was its drive unplugged? Nothing that was "
                "identified is lost: connect it again and go on with --resume.",
                "folder_gone",
            )

    def watch(self, poll_s: float, look: Callable[[Callable[[Found], bool]], Placed]) -> None:
        """Identifies new files as they come, until the token is set; that is its end and no fault.

        Args:
            poll_s: time between two looks, at least; a look that takes long is followed by a longer rest.
            look: adds the new files to the session for which its argument is true.
        """
        settling = Settling()
        known = self._database.value("SELECT path FROM sources LIMIT 1")
        while not self._cancel.cancelled:
            start = time.monotonic()
            if self._root.came_back(known):
                added = look(settling.is_written)
                settling.forget(lambda path: not is_there(self._root.path / path))
                if added.added or added.joined:
                    self._count()
                    try:
                        self.all_waiting()
                    except Cancelled:
                        return
                label = "waiting for new files"
                if settling.waiting:
                    label += f"; {settling.waiting} being written"
            else:
                label = "the folder is not there; waiting for it"
            self._tell("watch", label, always=True)
            until = time.monotonic() + max(poll_s, REST * (time.monotonic() - start))
            while time.monotonic() < until and not self._cancel.cancelled:
                time.sleep(min(_TICK_S, poll_s))

    def writing(self, _: int) -> None:
        """Tells that the tables are being written."""
        self._tell("write", "writing the tables")

    def _tell(self, phase: str, label: str, always: bool = False) -> None:
        """Ten times a second at most, and always for the last of all."""
        clock = time.monotonic()
        if not always and clock - self._told < 0.1 and self._done < self._total:
            return
        self._told = clock
        left = self._total - self._done
        rate = self._pace.rate
        self._progress(
            BatchProgress(
                self._done, self._total, label, phase, self._failed, rate, left / rate if rate else None
            )
        )
