"""The work of one process on a run: specimen after specimen, each answer kept when it is there."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path

from bioscan_desktop.core.errors import Cancelled, InputError, SessionError
from bioscan_desktop.services.batch_plan import Placed
from bioscan_desktop.services.batch_scan import Found, Root, Settling
from bioscan_desktop.services.batch_tables import Tables
from bioscan_desktop.services.identify import Identification, Identifier
from bioscan_desktop.services.pace import Pace
from bioscan_desktop.services.recorded import answer_of, specimen_of
from bioscan_desktop.services.specimens import Specimen
from bioscan_desktop.services.tasks import CancelToken, Gate, Progress, ProgressCallback
from bioscan_desktop.session import photos, queries, specimens
from bioscan_desktop.session.database import Database
from bioscan_desktop.session.specimens import STEP, FileFacts, StoredSpecimen

AHEAD = 2
"""Steps whose photos are read while the step before them is embedded; they bound the memory."""

REST = 4.0
"""A watched folder is left alone for so many times as long as a look at it has taken."""

_TICK_S = 0.2
_UNREADABLE = ("file_missing", "file_unreadable")


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
        run_id: of the session.
        tables: that each answer is added to.
    """

    def __init__(
        self,
        database: Database,
        root: Root,
        identifier: Identifier,
        top_k: int,
        run_id: int,
        tables: Tables,
        progress: ProgressCallback,
        cancel: CancelToken,
        gate: Gate,
    ) -> None:
        self._database, self._root = database, root
        self._identifier, self._top_k, self._run_id = identifier, top_k, run_id
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
            order: deque[_Expected] = deque()
            with ThreadPoolExecutor(1, thread_name_prefix="read") as reader:
                stream = self._stream(order, reader)
                results = self._identifier.identify(
                    stream, self._top_k, cancel=self._cancel, first_step=STEP, last_step=STEP
                )
                any_done = False
                for result in results:
                    any_done = True
                    expected = order.popleft()
                    if expected.wanted:
                        self._save(expected, result)
            self._tables.flush()
            if not any_done and not self._gate.closed:
                return

    def _stream(self, order: deque[_Expected], reader: ThreadPoolExecutor) -> Iterator[Specimen]:
        """The specimens of the steps to do. Ends after a step that is not full, and for a pause."""
        ahead: deque[list[_Expected]] = deque()
        steps = specimens.waiting_steps(self._database)
        last = False
        while True:
            while not last and len(ahead) <= AHEAD:
                found = next(steps, None)
                if found is None or self._gate.closed:
                    last = True
                    break
                step, wanted = found
                ahead.append([self._expect(one, one.specimen_id in wanted, reader) for one in step])
                last = len(step) < STEP
            if not ahead:
                return
            for expected in ahead.popleft():
                if expected.facts is not None:
                    wait([expected.facts])  # looked at before it is decoded, to notice a change in between
                order.append(expected)
                yield specimen_of(expected.stored, self._root.path)

    def _expect(self, stored: StoredSpecimen, wanted: bool, reader: ThreadPoolExecutor) -> _Expected:
        if stored.photo is None or not wanted:
            return _Expected(stored, wanted, None)
        path = photos.absolute(stored.photo, self._root.path)
        return _Expected(stored, wanted, reader.submit(_facts_or_none, path))

    def _save(self, expected: _Expected, result: Identification) -> None:
        stored = expected.stored
        assert stored.specimen_id is not None
        facts = expected.facts.result() if expected.facts is not None else None
        if stored.photo is not None:
            path = photos.absolute(stored.photo, self._root.path)
            after = _look_or_none(path)
            if after is None:
                self._check_root()
            if result.error is not None and result.error.code in _UNREADABLE:
                pass  # told already
            elif after is None or facts is None or not photos.same_file(facts, after):
                result = _changed(result, path, after is None)
        answer = answer_of(result)
        finished = specimens.save_answer(self._database, stored.specimen_id, self._run_id, answer, facts)
        self._tables.append(stored.specimen_id, answer.record, finished)
        self._done += 1
        self._failed += result.status == "failed"
        self._pace.note(self._done)
        self._tell("identify", result.specimen.query_id)

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
                settling.forget(lambda path: not (self._root.path / path).exists())
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


@dataclass(frozen=True, slots=True)
class _Expected:
    """What the next answer is about.

    Attributes:
        wanted: False for a specimen that is only there to complete its step.
        facts: of the photo, being read.
    """

    stored: StoredSpecimen
    wanted: bool
    facts: Future[FileFacts | None] | None


def _changed(result: Identification, path: Path, gone: bool) -> Identification:
    """In the place of an answer about a file that was not the same before and after."""
    if gone:
        error = InputError(f"{path.name}: the file vanished while it was read.", "file_missing")
    else:
        error = InputError(
            f"{path.name}: the file was changed while it was read; retry it when it is complete.",
            "file_changed",
        )
    return replace(
        result,
        status="failed",
        error=error,
        verdict=None,
        by_modality={},
        modality_agreement=None,
        hits=(),
        badges=(),
    )


def _facts_or_none(path: Path) -> FileFacts | None:
    try:
        return photos.read_facts(path)
    except OSError:
        return None


def _look_or_none(path: Path) -> FileFacts | None:
    try:
        return photos.look(path)
    except OSError:
        return None
