"""A folder of any size, identified without ever losing what was done.

Everything that a run knows is in `session.sqlite` of its folder: the files it found, the answers, each
committed when it is there. A killed run is taken up where it was. Photos are embedded in the same steps
as they would have been, so that the answers are those of a run that was never interrupted, to the last
digit.
"""

from __future__ import annotations

import os
import platform
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bioscan_desktop.core.errors import ArgumentError, Cancelled
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.services import batch_provenance
from bioscan_desktop.services.awake import keep_awake
from bioscan_desktop.services.batch_answers import Answering, Answers
from bioscan_desktop.services.batch_plan import Placed, place
from bioscan_desktop.services.batch_scan import QUIET_S, Found, Root, walk
from bioscan_desktop.services.batch_tables import Tables, write_run
from bioscan_desktop.services.batch_work import BatchProgress, Work
from bioscan_desktop.services.export.provenance import ExportOptions, LibraryFacts
from bioscan_desktop.services.identify import Identifier
from bioscan_desktop.services.tasks import CancelToken, Gate, ProgressCallback, silent
from bioscan_desktop.session import queries, specimens
from bioscan_desktop.session.backups import due
from bioscan_desktop.session.database import Database, now, readable
from bioscan_desktop.session.specimens import Provenance

STATE_FILE = "session.sqlite"
POLL_S = 2.0
"""How often a watched folder is looked at."""


class Batch:
    """One run over a folder.

    Args:
        folder: photos and sequence files; None goes on with the folder that the run has.
        out: of the run; made if it is not there.
        resume: go on with the run that is there; without one, a new one begins.
        recursive: look into folders within; of a new run.
        table: of specimens, which joins photos and barcodes; None goes by names alone.
        views: `words` or `numbers` join photos by the views in their names, too (`core.photo_names`).

    Raises:
        ArgumentError: if folder, run and table do not fit together.
        SessionError: if the run is open elsewhere, damaged, or of a newer version.
    """

    def __init__(
        self,
        folder: Path | None,
        out: Path,
        resume: bool = False,
        recursive: bool = True,
        table: Path | None = None,
        views: str | None = None,
    ) -> None:
        self.out = out
        exists = (out / STATE_FILE).exists()
        if exists and not resume:
            raise ArgumentError(f"{out} holds a run already; go on with --resume or name another folder.")
        if not exists and folder is None:
            raise ArgumentError(
                f"{out} holds no run to go on with; to begin one there, name the folder to identify, too."
            )
        if folder is not None and not folder.is_dir():
            raise ArgumentError(f"There is no folder {folder}.")
        if folder is not None and not exists and folder.resolve() == out.resolve():
            raise ArgumentError(
                f"Nothing is written into the folder that is identified; name another one than {out} for the "
                "run."
            )
        if table is not None and not table.is_file():
            raise ArgumentError(f"There is no file {table}.")
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ArgumentError(f"{out} cannot be made ({error.strerror or error}).") from None
        self.database = Database(out / STATE_FILE)
        try:
            if self.database.fact("root") is None:
                self._begin(folder, recursive, table, views)
            else:
                self._go_on(folder, table, views)
        except BaseException:
            self.database.close()
            raise
        self.root = Root(Path(self.database.fact("root")))

    def _begin(self, folder: Path | None, recursive: bool, table: Path | None, views: str | None) -> None:
        if folder is None:
            raise ArgumentError(f"{self.out} holds a run that was never begun; name its folder.")
        self.database.set_facts(
            {
                "kind": "batch",
                "name": folder.resolve().name,
                "root": str(folder.resolve()),
                "recursive": recursive,
                "table": str(table.resolve()) if table is not None else None,
                "views": views,
                "created_at": now(),
                "run_id": str(uuid.uuid4()),
                "planned": False,
            }
        )

    def _go_on(self, folder: Path | None, table: Path | None, views: str | None) -> None:
        root = Path(self.database.fact("root"))
        if table is not None and str(table.resolve()) != self.database.fact("table"):
            raise ArgumentError(
                f"The run in {self.out} was begun with another table of specimens than {table}; begin a new "
                "run in another folder."
            )
        if views is not None and views != self.database.fact("views"):
            raise ArgumentError(
                f"The photos of the run in {self.out} were not joined by name in this way; begin a new "
                "run in another folder."
            )
        if folder is None or folder.resolve() == root:
            if not root.is_dir():
                raise ArgumentError(
                    f"The folder {root} is not there; connect its drive, or name the folder that the photos "
                    "were moved to."
                )
        elif root.is_dir():
            raise ArgumentError(f"The run in {self.out} is about the folder {root}, not {folder}.")
        else:
            self.database.set_fact("root", str(folder.resolve()))

    @property
    def made_with(self) -> Provenance | None:
        """What the run was begun with; None before that."""
        return specimens.first_run(self.database)

    def settle(self, model: ModelPack) -> ModelPack:
        """The model at the precision of this run. Raises ArgumentError if another is asked for."""
        return batch_provenance.settle(model, self.made_with)

    def plan(
        self, progress: ProgressCallback = silent, cancel: CancelToken | None = None, watch: bool = False
    ) -> Placed:
        """Looks the folder through, unless an earlier start of the run has done so.

        Args:
            watch: leave files out that were changed a moment ago, and accept an empty folder.

        Raises:
            ArgumentError: if the table cannot be read, or there is nothing to identify.
            Cancelled: and then nothing was planned.
        """
        if self.database.fact("planned"):
            return Placed()
        table = self.database.fact("table")
        latest = time.time_ns() - int(QUIET_S * 1e9) if watch else None
        found = (f for f in self._walk() if latest is None or f.facts is None or f.facts.mtime_ns < latest)
        tell = _teller(progress, cancel, "looking through the folder")
        with self.database.transaction():
            views = self.database.fact("views")
            placed = place(self.database, self.root.path, found, Path(table) if table else None, tell, views)
            if not placed.added and not watch:
                raise ArgumentError(f"{self.root.path} holds no photo and no sequence file.")
            self.database.set_fact("planned", True)
        return placed

    def add_new(
        self,
        progress: ProgressCallback = silent,
        cancel: CancelToken | None = None,
        wanted: Callable[[Found], bool] = lambda _: True,
    ) -> Placed:
        """Adds files that came into the folder since the last look."""
        new = (found for found in self._walk() if not self._knows(found.path) and wanted(found))
        tell = _teller(progress, cancel, "looking for new files")
        return place(self.database, self.root.path, new, check=tell, views=self.database.fact("views"))

    def retry_failed(self) -> int:
        """Lets what failed be tried again, and photos that were not there; returns how many wait.

        Sequences that are no barcodes stay as they are: trying again would not change them. So do files and
        folders that are no longer there under their name, or cannot be named at all.
        """
        database = self.database
        again: list[int] = []
        unread: dict[str, list[int]] = {}
        rows = database.rows(
            "SELECT specimen_id FROM results WHERE status = 'failed' "
            "OR error_code IN ('file_missing', 'file_unreadable', 'file_changed') ORDER BY specimen_id"
        )
        for (number,) in rows:
            one = specimens.get(database, number)
            assert one is not None
            if one.photo is not None or one.barcode is not None:
                again.append(number)
            elif self._may_be_read(source := one.barcode_from or one.input):
                unread.setdefault(source, []).append(number)
        with database.transaction() as connection:
            specimens.wait_again(database, again)
            for source, numbers in unread.items():
                connection.execute("DELETE FROM sources WHERE path = ?", (source,))
                specimens.remove(database, numbers)
            if unread:
                self.add_new(wanted=lambda found: any(_within(found.path, source) for source in unread))
        return queries.counts(database).state("waiting")

    def _may_be_read(self, source: str) -> bool:
        """Whether a file or folder that gave no specimen is still there."""
        is_there = os.path.lexists(self.root.path / source)
        return is_there and self._knows(source) and not self._gave_barcodes(source)

    def _gave_barcodes(self, source: str) -> bool:
        sql = "SELECT 1 FROM specimens WHERE barcode_from = ? AND barcode IS NOT NULL LIMIT 1"
        return self.database.one(sql, (source,)) is not None

    def run(
        self,
        identifier: Identifier,
        top_k: int = 5,
        progress: ProgressCallback = silent,
        cancel: CancelToken | None = None,
        gate: Gate | None = None,
        watch: bool = False,
        poll_s: float = POLL_S,
        notice: Callable[[str], None] = lambda _: None,
        limits: Mapping[str, Sequence[str]] | None = None,
        answering: Answering | None = None,
    ) -> queries.Counts:
        """Identifies everything that waits, and writes the tables.

        Args:
            identifier: with the model that `settle` has given.
            gate: closed while the user wants a pause.
            watch: go on looking for new files until `cancel`, which then ends the run in good order.
            notice: told sentences about the run as a whole.
            limits: names that the identifier is restricted to, see `batch_provenance.LIMITS`.
            answering: turns steps into answers elsewhere, with the same packs and settings; None: here.

        Returns:
            what there is in the end.

        Raises:
            ArgumentError: if the run was begun with something else, or its tables cannot be written.
            Cancelled: after `cancel`; what was identified is in the tables.
            SessionError: if the folder vanishes or the disk is full. Nothing is lost: `resume` goes on.
        """
        cancel = cancel or CancelToken()
        made_with = batch_provenance.provenance_of(identifier, top_k, limits)
        batch_provenance.check_same(self.made_with, made_with)
        self.plan(progress, cancel, watch)
        if self.made_with is not None and due(self.database.path):
            self.database.backup()
        run_id = specimens.start_run(self.database, made_with)
        started = now()
        self._write_run(made_with, started, "running")
        options = ExportOptions(
            library=LibraryFacts.of(identifier.library), run_id=self.database.fact("run_id", "")
        )
        tables = Tables(self.out, self.database, options)
        answering = answering or Answers(identifier, self.root.path, top_k)
        work = Work(self.database, self.root, answering, run_id, tables, progress, cancel, gate or Gate())
        with ExitStack() as stack:
            stack.callback(tables.close)
            stack.enter_context(keep_awake())
            sentence = tables.begin(work.writing)
            if sentence:
                notice(sentence)
            try:
                work.all_waiting()
                if watch:
                    work.watch(poll_s, lambda wanted: self.add_new(wanted=wanted))
            except Cancelled:
                tables.leave()
                self._write_run(made_with, started, "stopped")
                raise
            tables.finish(work.writing)
        self._write_run(made_with, started, "finished")
        return queries.counts(self.database)

    def _write_run(self, made_with: Provenance, started: str, state: str) -> None:
        counts = queries.counts(self.database)
        values: dict[str, Any] = {
            "format": "bioscan-batch",
            "format_version": "1.0",
            "run_id": self.database.fact("run_id"),
            "state": state,
            "folder": str(self.root.path),
            "recursive": self.database.fact("recursive"),
            "specimens_table": self.database.fact("table"),
            "created_at": self.database.fact("created_at"),
            "started_at": started,
            "written_at": now(),
            "counts": {"total": counts.total, **counts.by_state},
            "made_with": asdict(made_with),
            "machine": {"system": platform.platform(), "python": platform.python_version()},
        }
        write_run(self.out, values)

    def close(self) -> None:
        """Lets others open the run."""
        self.database.close()

    def __enter__(self) -> Batch:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _walk(self) -> Iterator[Found]:
        return walk(self.root.path, bool(self.database.fact("recursive")), self.out.resolve())

    def _knows(self, path: str) -> bool:
        return self.database.one("SELECT 1 FROM sources WHERE path = ?", (readable(path),)) is not None


def _teller(
    progress: ProgressCallback, cancel: CancelToken | None, label: str, interval_s: float = 0.1
) -> Callable[[int], None]:
    last = 0.0

    def tell(seen: int) -> None:
        nonlocal last
        if cancel is not None:
            cancel.check()
        clock = time.monotonic()
        if clock - last >= interval_s:
            last = clock
            progress(BatchProgress(seen, None, label, "scan"))

    return tell


def _within(path: str, source: str) -> bool:
    return source in (".", path) or path.startswith(f"{source}/")
