"""The session files of a folder: which there are, making one and deleting one."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bioscan_desktop.core.errors import SessionError
from bioscan_desktop.ui.translating import date_time, tr

if TYPE_CHECKING:
    from bioscan_desktop.session.database import Database
    from bioscan_desktop.ui.jobs import Reporter

SUFFIX = ".bioscan"
RECENT = 12
"""Sessions that are offered to be opened again."""


@dataclass(frozen=True, slots=True)
class Recent:
    """A session that can be opened.

    Attributes:
        count: specimens in it.
        saved: when it was written last, seconds since 1970.
    """

    path: Path
    name: str
    count: int
    saved: float


def find_recent(folder: Path, open_now: Path | None, _: Reporter) -> list[Recent]:
    """Runs in a worker: the sessions that can be opened beside the one that is, the latest first."""
    from bioscan_desktop.session.database import Database

    found = []
    for path in sessions_in(folder)[: RECENT + 1]:
        if path == open_now:
            continue
        try:
            with Database(path, read_only=True) as database:
                count = int(database.value("SELECT count(*) FROM specimens"))
                found.append(Recent(path, database.fact("name", path.stem), count, path.stat().st_mtime))
        except (SessionError, OSError):
            continue  # damaged or just removed: there is nothing to open
    return found[:RECENT]


def sessions_in(folder: Path) -> list[Path]:
    """Session files, the one that was written last first."""
    times = []
    for path in folder.glob(f"*{SUFFIX}"):
        try:
            files = [path, path.with_name(f"{path.name}-wal")]
            times.append((max(file.stat().st_mtime_ns for file in files if file.exists()), path))
        except (OSError, ValueError):
            continue
    return [path for _, path in sorted(times, reverse=True)]


def is_empty(database: Database) -> bool:
    """There is no specimen in a session that can be read, and none that could be brought back."""
    from bioscan_desktop.session import history

    try:
        return database.value("SELECT count(*) FROM specimens") == 0 and not history.has_steps(database)
    except SessionError:
        return False


def delete(path: Path) -> None:
    """Deletes a session with what SQLite keeps beside it, unless another window has opened it meanwhile."""
    from bioscan_desktop.session.lock import LOCK_SUFFIX, WriterLock

    try:
        lock = WriterLock(path)
    except SessionError:
        return
    for suffix in ("", "-wal", "-shm"):
        with contextlib.suppress(OSError):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
    lock.release()
    with contextlib.suppress(OSError):
        path.with_name(path.name + LOCK_SUFFIX).unlink(missing_ok=True)


def open_latest(folder: Path) -> tuple[Database, str]:
    """The session that was written last; a new one if there is none, or another window has it."""
    for path in sessions_in(folder)[:1]:
        return open_again(path, folder)
    return open_new(folder)


def open_path(path: Path) -> tuple[Database, str]:
    """A session that was chosen."""
    from bioscan_desktop.session.database import Database

    return Database(path), ""


def open_again(path: Path | None, folder: Path) -> tuple[Database, str]:
    """A session that was open before; a new one, and a sentence, if it is gone or cannot be used."""
    from bioscan_desktop.session.database import Database

    if path is None or not path.exists():
        return open_new(folder)
    try:
        return Database(path), ""
    except SessionError as error:
        database, _ = open_new(folder)
        return database, "" if error.code == "session_busy" else error.message


def open_new(folder: Path) -> tuple[Database, str]:
    """A session of its own file, named after the time."""
    from bioscan_desktop.session.database import Database, now

    began = datetime.now()
    stem = began.strftime("%Y-%m-%d %H-%M-%S")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SessionError(
            tr("{path} cannot be made ({why}).").format(path=folder, why=error.strerror or error)
        ) from None
    path, number = folder / f"{stem}{SUFFIX}", 1
    while path.exists():
        number += 1
        path = folder / f"{stem} ({number}){SUFFIX}"
    database = Database(path)
    database.set_facts({"kind": "window", "name": date_time(began), "created_at": now()})
    return database, ""
