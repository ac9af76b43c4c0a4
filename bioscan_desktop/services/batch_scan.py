"""Folders of any size, looked through without holding their names in memory.

Names go into a table of SQLite's on the disk as they are read, with a key that sorts them as a person
would: files before folders, `photo2` before `photo10`.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bioscan_desktop.core.natural import natural_text
from bioscan_desktop.files import is_file, is_folder, is_there
from bioscan_desktop.inference import raw
from bioscan_desktop.inference.images import SUFFIXES as PHOTO_SUFFIXES
from bioscan_desktop.library.importers.sequences import is_sequence_file
from bioscan_desktop.session.photos import absolute
from bioscan_desktop.session.specimens import FileFacts

_FILE, _FOLDER = "\x01", "\x02"

RUN_FILES = ("session.sqlite", "run.json")
"""What tells the folder of a run from others."""

QUIET_S = 2.0
"""A new file counts as completely written when its size and time have not changed for so long."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file in the folder, or a folder that cannot be read.

    Attributes:
        path: relative to the folder that was scanned, with `/`.
        kind: `photo`, `sequences` or `problem`.
        facts: None for a problem, or where the file vanished meanwhile.
        why: for a problem, what the system says.
        is_file: False for a pipe or a device, which nobody will ever have written to its end.
    """

    path: str
    kind: str
    facts: FileFacts | None = None
    why: str = ""
    is_file: bool = True


def walk(root: Path, recursive: bool = True, leave_out: Path | None = None) -> Iterator[Found]:
    """Photos and sequence files below a folder, in no order. Hidden files, links to folders, and RAW files
    with their picture beside them are left out, and so are folders within that hold a run: what is exported
    there is none of the specimens.

    Args:
        leave_out: a folder not to look into, such as that of the results.
    """
    folders = [root]
    while folders:
        folder = folders.pop()
        try:
            entries = os.scandir(folder)
        except OSError as error:
            yield Found(_relative(folder, root), "problem", why=error.strerror or str(error))
            continue
        with entries:
            while True:
                try:
                    entry = next(entries, None)
                except OSError as error:  # the drive went away in the middle
                    yield Found(_relative(folder, root), "problem", why=error.strerror or str(error))
                    break
                if entry is None:
                    break
                path = folder / entry.name
                if entry.name.startswith(".") or raw.has_picture(path):
                    continue
                if _is_folder(entry):
                    if recursive and path != leave_out and not _holds_run(path):
                        folders.append(path)
                elif (kind := kind_of(path)) is not None and not _leads_to_folder(entry):
                    facts, is_file = _look_at(entry)
                    yield Found(_relative(path, root), kind, facts, is_file=is_file)


def kind_of(path: Path) -> str | None:
    """`photo` or `sequences` by a file's name, or None."""
    if path.suffix.lower() in PHOTO_SUFFIXES:
        return "photo"
    return "sequences" if is_sequence_file(path) else None


def sort_key(path: str) -> str:
    """Text that sorts paths as a person would, whatever their length and script."""
    *folders, name = path.split("/")
    return "".join(_FOLDER + natural_text(part) for part in folders) + _FILE + natural_text(name)


def is_nameable(path: str) -> bool:
    """False for file names whose bytes are no text, as old systems leave them."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


class Root:
    """The folder of a run, which may vanish with its drive and come back.

    Args:
        path: absolute.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._identity = self._look()

    def is_there(self) -> bool:
        """False once the folder has vanished; an empty mount point in its place is not the folder."""
        return self._identity is not None and self._look() == self._identity

    def came_back(self, known: str | None) -> bool:
        """True if it is there, or there again, as one of its files tells.

        Args:
            known: a file that was in it, relative, as a session names it; None if there was none.
        """
        if self.is_there():
            return True
        if is_folder(self.path) and (known is None or is_there(absolute(known, self.path))):
            self._identity = self._look()
        return self.is_there()

    def _look(self) -> tuple[int, int] | None:
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino


class Settling:
    """Tells which new files are completely written, by looking at them again and again.

    Args:
        clock: seconds; another one for tests.
    """

    def __init__(self, quiet_s: float = QUIET_S, clock: Callable[[], float] = time.monotonic) -> None:
        self._quiet_s, self._clock = quiet_s, clock
        self._seen: dict[str, tuple[FileFacts | None, float]] = {}

    def is_written(self, found: Found) -> bool:
        """True once the file has stayed as it is for long enough. An empty file never counts.

        A pipe counts at once: its row says that it is none.
        """
        if not found.is_file:
            return True
        now = self._clock()
        facts, since = self._seen.get(found.path, (None, now))
        if facts != found.facts or found.facts is None or found.facts.size == 0:
            self._seen[found.path] = (found.facts, now)
            return False
        if now - since < self._quiet_s:
            return False
        del self._seen[found.path]
        return True

    @property
    def waiting(self) -> int:
        """Files that are not taken for written yet."""
        return len(self._seen)

    def forget(self, gone: Callable[[str], bool]) -> None:
        """Drops files that have vanished before they were complete."""
        self._seen = {path: seen for path, seen in self._seen.items() if not gone(path)}


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _leads_to_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_symlink() and entry.is_dir()
    except OSError:
        return False


def _holds_run(folder: Path) -> bool:
    return all(is_file(folder / name) for name in RUN_FILES)


def _look_at(entry: os.DirEntry[str]) -> tuple[FileFacts | None, bool]:
    """`facts` and `is_file` of `Found`."""
    try:
        status = entry.stat()
    except OSError:
        return None, True
    return FileFacts(status.st_size, status.st_mtime_ns), stat.S_ISREG(status.st_mode)
