"""What a batch leaves for others to read: results.csv, hits.csv and run.json.

While a run goes on, rows are added to the tables as they come, so that they can be looked at any time.
When a run is taken up again they are written anew from the session, in its order; at its end, too, unless
all rows came in that order and nobody else has touched the tables.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.services.export.items import ExportItem
from bioscan_desktop.services.export.provenance import ExportOptions
from bioscan_desktop.services.export.session_source import decision_of, notes_of
from bioscan_desktop.services.export.tables import (
    HIT_COLUMNS,
    RESULT_COLUMNS,
    TableWriter,
    hit_rows,
    result_row,
)
from bioscan_desktop.session import decisions, specimens
from bioscan_desktop.session.database import Database

RESULTS, HITS, RUN = "results.csv", "hits.csv", "run.json"


class Tables:
    """The tables of a run.

    Args:
        folder: of the run.
        database: its session.
        options: how to write, with the run's id.
    """

    def __init__(self, folder: Path, database: Database, options: ExportOptions) -> None:
        self._folder, self._database, self._options = folder, database, options
        self._open: list[IO[str]] = []
        self._writers: list[TableWriter] = []
        self._last, self._in_order = -1, True

    def begin(self, check: Callable[[int], None] = lambda _: None) -> str:
        """Writes what there is and keeps the tables open for more.

        Returns:
            "", or the sentence that says why they can only be written at the end.
        """
        try:
            self.write(check, done_only=True)
            for name, columns in ((RESULTS, RESULT_COLUMNS), (HITS, HIT_COLUMNS)):
                stream = (self._folder / name).open("a", **_TEXT)
                self._open.append(stream)
                self._writers.append(TableWriter(stream, columns, self._options.guard, header=False))
        except PermissionError as error:
            self.close()
            return f"{error.filename} is open in another program; it is written when the run ends."
        except OSError as error:
            self.close()
            raise _cannot_write(self._folder, error) from None
        return ""

    def append(self, number: int, record: Mapping[str, Any], created_at: str) -> None:
        """Adds the answer about a specimen of the session. Raises ArgumentError if it cannot be written."""
        if not self._writers:
            return
        self._in_order = self._in_order and number > self._last
        self._last = number
        try:
            self._write_item(ExportItem(record, identified_at=created_at), *self._writers)
        except OSError as error:
            raise _cannot_write(self._folder, error) from None

    def _write_item(self, item: ExportItem, results: TableWriter, hits: TableWriter) -> None:
        results.write(result_row(item, self._options))
        for hit in hit_rows(item, self._options):
            hits.write(hit)

    def flush(self) -> None:
        """Lets others see what was added."""
        try:
            for stream in self._open:
                stream.flush()
        except OSError as error:
            raise _cannot_write(self._folder, error) from None

    def finish(self, check: Callable[[int], None] = lambda _: None) -> None:
        """Completes both, in the order of the session.

        Raises:
            ArgumentError: if they cannot be written; what was there before is unharmed.
        """
        try:
            whole = self._is_whole()
        except OSError as error:
            raise _cannot_write(self._folder, error) from None
        self.close()
        if not whole:
            self._write_anew(check)

    def _is_whole(self) -> bool:
        """True if both files hold what was written here, in the order of the session, down to the disk."""
        if not self._writers or not self._in_order:
            return False
        for stream, name in zip(self._open, (RESULTS, HITS), strict=True):
            stream.flush()
            os.fsync(stream.fileno())
            try:
                there = (self._folder / name).stat()
            except FileNotFoundError:
                return False
            if not os.path.samestat(there, os.fstat(stream.fileno())) or there.st_size != stream.tell():
                return False
        return True

    def _write_anew(self, check: Callable[[int], None]) -> None:
        try:
            self.write(check)
        except PermissionError as error:
            raise ArgumentError(
                f"{error.filename} is open in another program; close it there and go on with --resume, "
                "which writes it."
            ) from None
        except OSError as error:
            raise _cannot_write(self._folder, error) from None

    def leave(self) -> None:
        """Ends the adding before the run is done. Answers that were to be replaced are in again."""
        stale = not self._writers or self._database.one(
            "SELECT 1 FROM results r JOIN specimens s USING (specimen_id) WHERE s.state = 'waiting' LIMIT 1"
        )
        self.close()
        if stale:
            self._write_anew(lambda _: None)

    def write(self, check: Callable[[int], None] = lambda _: None, done_only: bool = False) -> None:
        """Writes both from the session; each appears only when it is complete. Raises OSError.

        Args:
            done_only: leave out answers whose specimens wait to be identified again.
        """
        with replacing(self._folder / RESULTS) as results, replacing(self._folder / HITS) as hits:
            first = TableWriter(results, RESULT_COLUMNS, self._options.guard)
            second = TableWriter(hits, HIT_COLUMNS, self._options.guard)
            kept = specimens.records(self._database, done_only)
            self._last, self._in_order = -1, True
            for done, (number, record, created_at) in enumerate(kept):
                self._last = number
                check(done)
                said = [
                    (one.action, one.name, one.rank, one.processid, one.note, one.made_by, one.made_at)
                    for one in decisions.history(self._database, number)
                ]
                item = ExportItem(
                    record, decision_of(record, said), identified_at=created_at, notes=notes_of(said)
                )
                self._write_item(item, first, second)

    def close(self) -> None:
        """Ends the adding."""
        for stream in self._open:
            try:
                stream.close()
            except OSError as error:  # what is still in memory finds no room; the session has it
                raise _cannot_write(self._folder, error) from None
            finally:
                self._writers = []
        self._open = []


_TEXT: dict[str, Any] = {"encoding": "utf-8", "errors": "backslashreplace", "newline": ""}


@contextmanager
def replacing(path: Path) -> Iterator[IO[str]]:
    """A text file that takes its place only when it is complete and on the disk. Raises OSError."""
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("w", **_TEXT) as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_run(folder: Path, values: Mapping[str, Any]) -> None:
    """Writes run.json. Raises ArgumentError if it cannot be written."""
    try:
        with replacing(folder / RUN) as stream:
            stream.write(json.dumps(values, indent=2, ensure_ascii=False) + "\n")
    except OSError as error:
        raise _cannot_write(folder, error) from None


def _cannot_write(folder: Path, error: OSError) -> ArgumentError:
    return ArgumentError(
        f"The tables in {folder} cannot be written ({error.strerror or error}); what was identified is kept "
        "in session.sqlite. Make room or mend the folder, then go on with --resume."
    )
