"""What the batch page does, without any widget: preview, start, pause, stop, resume, look at the rows."""

from __future__ import annotations

import tempfile
import time
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from bioscan_desktop.core.errors import BioscanError
from bioscan_desktop.ui import wording
from bioscan_desktop.ui.jobs import Job, Reporter
from bioscan_desktop.ui.models.country_hints import Origin, origin_of
from bioscan_desktop.ui.models.specimens import Row as SpecimenRow
from bioscan_desktop.ui.sentences import translated
from bioscan_desktop.ui.translating import tr

if TYPE_CHECKING:
    from bioscan_desktop.services.batch_preview import Preview
    from bioscan_desktop.services.batch_work import BatchProgress
    from bioscan_desktop.services.tasks import Gate
    from bioscan_desktop.session.database import Database
    from bioscan_desktop.session.queries import Counts, Filter, Row
    from bioscan_desktop.ui.restricting import Limits
    from bioscan_desktop.ui.workbench import Workbench

REFRESH_S = 1.0
"""Shortest time between two looks at the session of a run."""

REST = 10.0
"""A look that takes long is followed by a rest of so many times as long."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What to identify, and where the results go.

    Attributes:
        resume: go on with the run in `out`.
        views: `words` or `numbers` join photos by the views in their names; None does not.
        retry: try again what failed.
    """

    out: Path
    folder: Path | None = None
    table: Path | None = None
    recursive: bool = True
    watch: bool = False
    resume: bool = False
    retry: bool = False
    views: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at the session of a run has found.

    Attributes:
        numbers: of the rows that the filter lets through, in their order.
        restricted: the part of the library that answers; "" for all of it.
    """

    counts: Counts
    numbers: array[int]
    restricted: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """The machine's whole answer about one specimen.

    Attributes:
        record: as it is kept.
        row: specimen and answer as the other pages know them.
        origin: where the specimens of the run are from.
    """

    record: dict[str, Any]
    row: SpecimenRow
    origin: Origin


class BatchControl(QObject):
    """One run at a time.

    Signals:
        changed: another `state`, `setup` or `trouble`.
        progressed: a BatchProgress.
        ended: (words, is_done) a run came to its end by itself, or could not go on.
        looked: a Look at the rows.
        previewed: a Preview, or the sentence that says why there is none.
        rows_read: (numbers, rows) that were asked for with `read`; the numbers are the same object.
        record_read: (number, an Answered, or None where there is no answer).

    Attributes:
        state: `idle`, `running`, `paused`, `stopping`, `stopped` or `done`.
        trouble: why the run could not go on; "" if it could.
    """

    changed = Signal()
    progressed = Signal(object)
    looked = Signal(object)
    ended = Signal(str, bool)
    previewed = Signal(object)
    rows_read = Signal(object, object)
    record_read = Signal(int, object)

    def __init__(self, bench: Workbench, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bench, self._jobs = bench, bench.jobs
        self.state = "idle"
        self.trouble = ""
        self.setup: Setup | None = None
        self.progress: BatchProgress | None = None
        self._gate: Gate | None = None
        self._job: Job | None = None
        self._previewing: Job | None = None
        self._looking: Job | None = None
        self._look_again = False
        self._wanted: tuple[Filter | None, str] = (None, "recent")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.look)

    @property
    def is_busy(self) -> bool:
        """True while a run works or rests."""
        return self.state in ("running", "paused", "stopping")

    # -- the run -------------------------------------------------------------------------------

    def preview(self, setup: Setup) -> None:
        """Looks a folder through without keeping anything."""
        if self._previewing is not None:
            self._previewing.cancel()
        job = self._jobs.make("intake", "preview of a batch", partial(_preview, setup))
        job.done.connect(self.previewed)
        job.failed.connect(lambda error: self.previewed.emit(translated(error.message)))
        job.progressed.connect(self.progressed)
        self._previewing = self._jobs.run(job)

    def start(self, setup: Setup) -> None:
        """Begins a run, or goes on with one."""
        from bioscan_desktop.services.tasks import Gate

        if self.is_busy:
            return
        engine = self._bench.engine
        if engine is None:
            self.trouble = tr("Open a library first: there is nothing yet to compare with.")
            self.changed.emit()
            return
        self.setup, self.trouble, self.progress = setup, "", None
        self._gate = Gate()
        work = partial(
            _run,
            setup,
            self._gate,
            str(engine.library_folder),
            str(engine.model_folder),
            self._bench.top_k,
            engine.identifier.model.provider,
            self._bench.limits,
        )
        job = self._jobs.make("batch", f"batch in {setup.out}", work)
        job.progressed.connect(self._on_progress)
        job.done.connect(self._on_done)
        job.cancelled.connect(partial(self._end, "stopped", ""))
        job.failed.connect(lambda error: self._on_trouble(translated(error.message)))
        job.crashed.connect(
            lambda error: self._on_trouble(tr("The run met an error ({error}).").format(error=error))
        )
        self._job = self._jobs.run(job)
        self._set("running")
        self._timer.start(int(REFRESH_S * 1000))

    def pause(self) -> None:
        """Lets the run rest; the specimens at hand are finished first."""
        if self.state == "running" and self._gate is not None:
            self._gate.close()
            self._set("paused")

    def go_on(self) -> None:
        """Ends the rest, or takes a stopped run up again."""
        if self.state == "paused" and self._gate is not None:
            self._gate.open()
            self._set("running")
            self._timer.start(int(REFRESH_S * 1000))
        elif self.state in ("stopped", "done") and self.setup is not None:
            self.start(replace(self.setup, resume=True, retry=False))

    def stop(self) -> None:
        """Asks the run to end; everything that was identified is kept."""
        if self.is_busy and self._job is not None:
            self._job.cancel()
            self._set("stopping")

    def retry_failed(self) -> None:
        """Takes a run up again with what failed."""
        if not self.is_busy and self.setup is not None:
            self.start(replace(self.setup, resume=True, retry=True))

    def open_run(self, out: Path) -> None:
        """Shows an earlier run, without going on with it."""
        if not self.is_busy:
            self.setup, self.trouble, self.progress = Setup(out, resume=True), "", None
            self._set("stopped")
            self.look()

    def leave(self) -> None:
        """Goes back to the choice of a folder."""
        if not self.is_busy:
            self.setup, self.trouble, self.progress = None, "", None
            self._set("idle")

    def _on_progress(self, progress: BatchProgress) -> None:
        self.progress = progress
        self.progressed.emit(progress)

    def _on_done(self, counts: Counts) -> None:
        self._end("done", "")
        failed = counts.state("failed")
        words = wording.count(counts.total, "specimen")
        if failed:
            words = tr("{specimens}, %n of them failed", "", failed).format(specimens=words)
        self.ended.emit(words, True)

    def _on_trouble(self, sentence: str) -> None:
        self._end("stopped", sentence)
        self.ended.emit(sentence, False)

    def _end(self, state: str, trouble: str) -> None:
        self._job, self.trouble = None, trouble
        self._set(state)
        self.look()

    def _set(self, state: str) -> None:
        self.state = state
        self.changed.emit()

    # -- its rows ------------------------------------------------------------------------------

    def want(self, wanted: Filter | None, order: str) -> None:
        """Which rows to look at from now on, and in which order."""
        self._wanted = (wanted, order)
        self.look()

    def look(self) -> None:
        """Counts the rows and finds those that are wanted, in a worker."""
        if self.setup is None:
            return
        if self._looking is not None:
            self._look_again = True
            return
        began = time.monotonic()
        job = self._jobs.make("session", "look at a batch", partial(_look, self.setup.out, *self._wanted))
        job.done.connect(partial(self._on_looked, self.setup.out))
        job.ended.connect(partial(self._on_look_ended, began))
        self._looking = self._jobs.run(job)

    def _on_looked(self, out: Path, look: Look | None) -> None:
        if look is not None and self.setup is not None and self.setup.out == out:
            self.looked.emit(look)

    def _on_look_ended(self, began: float) -> None:
        self._looking = None
        if self._look_again:
            self._look_again = False
            self.look()
        elif self.is_busy and not self._timer.isActive():
            self._timer.start(int(1000 * max(REFRESH_S, REST * (time.monotonic() - began))))

    def read(self, numbers: Sequence[int]) -> None:
        """Reads rows in a worker; see `rows_read`."""
        if self.setup is not None:
            job = self._jobs.make("session", "rows", partial(_rows, self.setup.out, list(numbers)))
            job.done.connect(partial(self.rows_read.emit, numbers))
            self._jobs.run(job)

    def read_record(self, number: int) -> None:
        """Reads an answer in a worker; see `record_read`."""
        if self.setup is not None:
            job = self._jobs.make("session", "answer", partial(_record, self.setup.out, number))
            job.done.connect(partial(self.record_read.emit, number))
            self._jobs.run(job)


def _preview(setup: Setup, reporter: Reporter) -> Preview:
    from bioscan_desktop.services.batch_preview import preview
    from bioscan_desktop.services.batch_scan import walk
    from bioscan_desktop.services.batch_work import BatchProgress

    assert setup.folder is not None
    root = setup.folder.resolve()

    def check(seen: int) -> None:
        reporter.cancel.check()
        if seen % 100 == 0:
            reporter.progress(BatchProgress(seen, None, tr("looking through the folder"), "scan"))

    with tempfile.TemporaryDirectory() as scratch:
        files = walk(root, setup.recursive, setup.out.resolve())
        return preview(root, files, Path(scratch), setup.table, check=check, views=setup.views)


def _run(
    setup: Setup,
    gate: Gate,
    library: str,
    model: str,
    top_k: int,
    provider: str,
    asked: Limits,
    reporter: Reporter,
) -> Counts:
    """A run from its opening to its tables, with packs of its own: the window may open others meanwhile."""
    from bioscan_desktop.services.batch import Batch
    from bioscan_desktop.services.batch_provenance import LIMITS, open_identifier

    with Batch(setup.folder, setup.out, setup.resume, setup.recursive, setup.table, setup.views) as batch:
        before = batch.made_with
        named = {"restrict_to": list(asked.names), "countries": list(asked.countries)}
        limits = {name: before.settings.get(name, []) for name in LIMITS} if before is not None else named
        begins = before is None  # afterwards a run stays with its packs
        identifier = open_identifier(
            batch.database, library if begins else None, model if begins else None, provider, limits=limits
        )
        try:
            batch.plan(reporter.progress, reporter.cancel, setup.watch)
            if setup.retry:
                batch.retry_failed()
            k = int(before.settings["top_k"]) if before is not None else top_k
            return batch.run(
                identifier, k, reporter.progress, reporter.cancel, gate, setup.watch, limits=limits
            )
        finally:
            identifier.library.close()


def _reading(out: Path, read: Callable[[Any], Any]) -> Any:
    """What a reader finds in the session of a run; None while there is no session."""
    from bioscan_desktop.services.batch import STATE_FILE
    from bioscan_desktop.session.database import Database

    try:
        with Database(out / STATE_FILE, read_only=True) as database:
            return read(database)
    except BioscanError:
        return None  # not made yet, or being made


def _look(out: Path, wanted: Filter | None, order: str, _: Reporter) -> Look | None:
    from bioscan_desktop.library.restriction import title
    from bioscan_desktop.session import queries
    from bioscan_desktop.session.specimens import first_run

    def look(database: Database) -> Look:
        made_with = first_run(database)
        settings = made_with.settings if made_with is not None else {}
        return Look(
            queries.counts(database),
            queries.numbers(database, wanted or queries.ALL, order),
            title(settings.get("restrict_to") or (), settings.get("countries") or ()),
        )

    return _reading(out, look)


def _rows(out: Path, numbers: list[int], _: Reporter) -> list[Row]:
    from bioscan_desktop.session import queries

    return _reading(out, lambda database: queries.rows_of(database, numbers)) or []


def _record(out: Path, number: int, _: Reporter) -> Answered | None:
    from bioscan_desktop.services import recorded
    from bioscan_desktop.session import specimens

    def read(database: Database) -> Answered | None:
        record, stored = specimens.record_of(database, number), specimens.get(database, number)
        if record is None or stored is None:
            return None
        row = SpecimenRow(-number, recorded.specimen_of(stored))  # negative: none of the window's list
        row.take(recorded.identification_of(record, row.specimen))
        return Answered(record, row, origin_of(database))

    return _reading(out, read)
