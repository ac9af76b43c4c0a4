"""Copies of a session, made while it is in use. The newest few are kept."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from bioscan_desktop.core.errors import SessionError
from bioscan_desktop.paths import database_address

KEPT = 5
"""Backups that are kept; those made by hand are never removed."""

BY_HAND = "by-hand"

_STAMP = "%Y%m%dT%H%M%S%f"
_NAME = re.compile(r"\.(\d{8}T\d{12})\.([a-z-]+)\.backup$")


def backups_of(path: Path) -> list[Path]:
    """The backups of a session, newest first."""
    folder = _folder(path)
    found = [
        (match[1], file)
        for file in (folder.iterdir() if folder.is_dir() else ())
        if file.name.startswith(f"{path.name}.") and (match := _NAME.search(file.name))
    ]
    return [file for _, file in sorted(found, reverse=True)]


def back_up(connection: sqlite3.Connection, path: Path, reason: str) -> Path:
    """Copies an open session to the folder `backups` beside it and removes the oldest beyond `KEPT`.

    Args:
        reason: a word for the name: `daily`, `before-update`, `by-hand`.

    Raises:
        SessionError: if there is no room, or the copy is not whole.
    """
    folder = _folder(path)
    stamp = datetime.now(UTC).strftime(_STAMP)
    part = folder / f"{path.name}.part"
    try:
        folder.mkdir(exist_ok=True)
        part.unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(part)) as copy:
            connection.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # the copy is one file
            state = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
        if state != "ok":
            raise SessionError(f"The backup of {path.name} is not whole ({state}).", "backup_failed")
        target = folder / f"{path.name}.{stamp}.{reason}.backup"
        part.replace(target)
    except (OSError, sqlite3.Error) as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise SessionError(f"{path.name} cannot be backed up ({error}).", "backup_failed") from error
    turning = [file for file in backups_of(path) if f".{BY_HAND}." not in file.name]
    for old in turning[KEPT:]:
        old.unlink(missing_ok=True)
    return target


def due(path: Path, today: datetime | None = None) -> bool:
    """True if the session has no backup of this day yet."""
    day = (today or datetime.now(UTC)).strftime("%Y%m%d")
    return not any(match[1].startswith(day) for b in backups_of(path) if (match := _NAME.search(b.name)))


def restore(backup: Path, path: Path) -> None:
    """Puts a backup in the place of a session that nobody has open; what was there becomes a backup.

    Raises:
        SessionError: if the session is open, or the backup is damaged.
    """
    from bioscan_desktop.session.lock import WriterLock

    lock = WriterLock(path)
    try:
        address = database_address(backup.absolute(), "mode=ro")
        with contextlib.closing(sqlite3.connect(address, uri=True)) as source:
            if source.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise SessionError(f"The backup {backup.name} is damaged.", "session_damaged")
            part = path.with_name(f"{path.name}.part")
            part.unlink(missing_ok=True)
            with contextlib.closing(sqlite3.connect(part)) as copy:
                source.backup(copy)
        stamp = datetime.now(UTC).strftime(_STAMP)
        aside = _folder(path) / f"{path.name}.{stamp}.{BY_HAND}.backup"
        for suffix in ("", "-wal"):  # changes that are still in the log go with their file
            file = path.with_name(path.name + suffix)
            if file.exists():
                aside.parent.mkdir(exist_ok=True)
                file.replace(aside.with_name(aside.name + suffix))
        path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
        part.replace(path)
    except (OSError, sqlite3.Error) as error:
        raise SessionError(f"{backup.name} cannot be restored ({error}).", "session_damaged") from error
    finally:
        lock.release()


def _folder(path: Path) -> Path:
    return path.parent / "backups"
