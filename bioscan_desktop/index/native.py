"""Names of files for C++ libraries, which on Windows open none whose path has letters beyond ASCII.

A user called Jürgen has his cache and his folder for temporary files below such a path.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path


def short_name(path: Path) -> str:
    """The name of DOS times that Windows gives a file or folder, as `C:\\Users\\JRGEN~1`.

    Drives may be set to give none; then, and on other systems, it is the name itself.
    """
    if sys.platform == "win32":
        import ctypes

        room = ctypes.create_unicode_buffer(32_768)
        if ctypes.windll.kernel32.GetShortPathNameW(str(path), room, len(room)):
            return room.value
    return str(path)


@contextlib.contextmanager
def native_path(
    path: Path,
    windows: bool = os.name == "nt",
    short: Callable[[Path], str] = short_name,
    environment: Mapping[str, str] = os.environ,
) -> Iterator[str]:
    """A name of a file that C++ can open, to read it or to write it.

    That of the file, if it can be opened by that or if its folder has a short name. Otherwise the file is
    written to or read from a folder with a plain name instead: that for temporary files, or one that
    Windows has for all users.

    Args:
        path: in a folder that exists; the name of the file itself is plain.

    Raises:
        OSError: if there is no such folder, or the file cannot be moved.
    """
    if not windows or str(path).isascii():
        yield str(path)
        return
    beside = Path(short(path.parent)) / path.name
    if str(beside).isascii():
        yield str(beside)
        return
    with _plain_folder(_folders(short, environment)) as folder:
        plain = folder / "graph.bin"
        there = path.exists()
        if there:
            shutil.copyfile(path, plain)
        yield str(plain)
        if not there:
            shutil.move(plain, path)


def _folders(short: Callable[[Path], str], environment: Mapping[str, str]) -> Iterator[str]:
    temporary = tempfile.gettempdir()
    yield temporary
    yield short(Path(temporary))
    for name in ("ProgramData", "PUBLIC", "SystemDrive"):
        if place := environment.get(name):
            yield f"{place}\\" if name == "SystemDrive" else place


@contextlib.contextmanager
def _plain_folder(places: Iterable[str]) -> Iterator[Path]:
    """A new folder in the first of these places where it has a plain name and can be made."""
    for place in places:
        if not place.isascii():
            continue
        try:
            made = tempfile.TemporaryDirectory(prefix="bioscan-", dir=place)
        except OSError:
            continue
        with made as folder:
            yield Path(folder)
            return
    raise OSError("no folder with a plain name can be written to")
