"""A session file: SQLite, opened by one writer and any number of readers.

Every change is committed when its `with database.transaction()` block ends. In the write-ahead log a
commit survives a killed program without waiting for the disk. On network drives, where that log is
not safe, the older rollback journal is used.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sqlite3
import threading
from array import array
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bioscan_desktop.core.errors import SessionError
from bioscan_desktop.paths import database_address
from bioscan_desktop.session import migrations
from bioscan_desktop.session.lock import WriterLock, on_network_drive

log = logging.getLogger("bioscan.session")

BUSY_TIMEOUT_S = 10.0


def now() -> str:
    """The time as sessions write it: ISO 8601, UTC, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def readable(text: str) -> str:
    """A text as SQLite can keep it: with marks in the place of what is no text, as in some file names."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


class Database:
    """An open session file. Safe to use from several threads; one of them works at a time.

    Args:
        path: the file; made if it is not there.
        read_only: leave the file as it is; another program may go on writing it.

    Raises:
        SessionError: `session_busy` if another program writes it, `session_newer` if a newer version
            of this program made it, `session_damaged`, `session_missing`, `session_read_only`.
    """

    def __init__(self, path: Path, read_only: bool = False) -> None:
        self.path = path
        self.read_only = read_only
        self._guard = threading.RLock()
        self._depth = 0
        self._writer = None if read_only else WriterLock(path)
        try:
            self._connection = self._open()
        except BaseException:
            self._release()
            raise

    def _open(self) -> sqlite3.Connection:
        if self.read_only and not self.path.is_file():
            raise SessionError(f"There is no session {self.path}.", "session_missing")
        fresh = not self.path.exists() or self.path.stat().st_size == 0
        with self._told():
            connection = self._connect("mode=ro" if self.read_only else "mode=rwc")
            try:
                version = self._check(connection, fresh)
                if not self.read_only:
                    self._prepare(connection, version)
            except BaseException:
                connection.close()
                raise
        return connection

    def _connect(self, mode: str) -> sqlite3.Connection:
        address = database_address(self.path.absolute(), mode)
        connection = sqlite3.connect(
            address, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        except sqlite3.Error as error:
            connection.close()
            if mode != "mode=ro" or not isinstance(error, sqlite3.OperationalError):
                raise
            # In a folder that cannot be written to, the log of a session at rest is not needed.
            return self._connect("immutable=1")
        connection.row_factory = sqlite3.Row
        return connection

    def _check(self, connection: sqlite3.Connection, fresh: bool) -> int:
        """The file's version. Raises SessionError if it is no session that can be read."""
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        mark = int(connection.execute("PRAGMA application_id").fetchone()[0])
        if not fresh and mark != migrations.APPLICATION_ID and not _empty(connection):
            raise SessionError(f"{self.path.name} is not a session of this program.", "session_damaged")
        if version // 1000 > migrations.newest() // 1000:
            raise SessionError(
                f"{self.path.name} was made by a newer version of this program; update it to open the "
                "session. Nothing was changed.",
                "session_newer",
            )
        # An older minor version only has fewer tables and columns, which no reader asks for.
        if self.read_only and version // 1000 < migrations.newest() // 1000:
            raise SessionError(
                f"{self.path.name} was made by an older version of this program; open it for writing "
                "once, to bring it up to date.",
                "session_older",
            )
        return version

    def _prepare(self, connection: sqlite3.Connection, version: int) -> None:
        journal = "DELETE" if on_network_drive(self.path) else "WAL"
        connection.execute(f"PRAGMA journal_mode = {journal}")
        connection.execute(f"PRAGMA synchronous = {'NORMAL' if journal == 'WAL' else 'FULL'}")
        connection.execute("PRAGMA foreign_keys = ON")
        if 0 < version < migrations.newest():
            from bioscan_desktop.session.backups import back_up

            back_up(connection, self.path, "before-update")
        migrations.migrate(connection)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One change: committed at the end of the block, or not at all. Blocks may be nested.

        Raises:
            SessionError: if it cannot be written, such as on a full disk.
        """
        with self._guard, self._told():
            if self._depth:
                yield self._connection
                return
            self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):  # a full disk may have rolled it back already
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._depth -= 1

    def rows(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> list[sqlite3.Row]:
        """All rows of a query."""
        with self._guard, self._told():
            return self._connection.execute(sql, values).fetchall()

    def one(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> sqlite3.Row | None:
        """The first row of a query, or None."""
        with self._guard, self._told():
            return self._connection.execute(sql, values).fetchone()

    def value(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> Any:
        """The first column of the first row, or None."""
        row = self.one(sql, values)
        return None if row is None else row[0]

    def integers(self, sql: str, values: Sequence[Any] = ()) -> array[int]:
        """The first column of a query of many rows."""
        with self._guard, self._told():
            cursor = self._connection.cursor()
            cursor.row_factory = None  # plain tuples cost a tenth
            return array("q", (row[0] for row in cursor.execute(sql, values)))

    def fact(self, key: str, default: Any = None) -> Any:
        """What `set_fact` has kept under the key."""
        text = self.value("SELECT value FROM facts WHERE key = ?", (key,))
        return default if text is None else json.loads(text)

    def set_fact(self, key: str, value: Any) -> None:
        """Keeps a JSON value under a key."""
        self.set_facts({key: value})

    def set_facts(self, facts: dict[str, Any]) -> None:
        """Keeps several values in one change."""
        pairs: Iterable[tuple[str, str]] = (
            (key, readable(json.dumps(value, ensure_ascii=False))) for key, value in facts.items()
        )
        with self.transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", pairs)

    def backup(self, reason: str = "daily") -> Path:
        """A copy of the session as it is now, beside it; see `backups`."""
        from bioscan_desktop.session.backups import back_up

        with self._guard, self._told():
            return back_up(self._connection, self.path, reason)

    def close(self) -> None:
        """Ends the use of the file, and lets others write it."""
        with self._guard:
            try:
                if not self.read_only:
                    with contextlib.suppress(sqlite3.Error):
                        self._connection.execute("PRAGMA optimize")
                self._connection.close()
            finally:
                self._release()

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _release(self) -> None:
        if self._writer is not None:
            self._writer.release()
            self._writer = None

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Turns SQLite's errors into sentences."""
        try:
            yield
        except sqlite3.Error as error:
            raise self._sentence(error) from error
        except UnicodeDecodeError as error:
            raise self.damaged() from error
        except OSError as error:
            raise SessionError(
                f"{self.path} cannot be used ({error.strerror or error}).", "session_unusable"
            ) from error

    def damaged(self) -> SessionError:
        """What is to be said where the file holds what this program never writes."""
        from bioscan_desktop.session.backups import backups_of

        kept = backups_of(self.path)
        hint = f"; its newest backup is {kept[0]}" if kept else ""
        return SessionError(f"{self.path.name} is damaged or not a session{hint}.", "session_damaged")

    def _sentence(self, error: sqlite3.Error) -> SessionError:
        name, text = self.path.name, str(error)
        lowered = text.lower()
        if "full" in lowered:
            return SessionError(
                f"The disk with {self.path} is full; free some space and go on. Nothing so far is lost.",
                "disk_full",
            )
        if any(words in lowered for words in ("malformed", "not a database", "could not decode")):
            return self.damaged()
        if "locked" in lowered or "busy" in lowered:
            return SessionError(f"{name} is in use by another program; try again.", "session_busy")
        if "readonly" in lowered or "read-only" in lowered:
            return SessionError(f"{name} cannot be written to; it is read-only.", "session_read_only")
        if "unable to open" in lowered or "disk i/o" in lowered:
            return SessionError(
                f"{self.path} cannot be read or written any more; is its drive still connected?",
                "session_unusable",
            )
        if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
            raise error  # a bug of ours, not the file's fault
        return SessionError(f"{name} cannot be used ({text}).", "session_unusable")


def _empty(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None
