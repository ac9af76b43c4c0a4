"""Files that people hand in: whether they can be read at all, and how their names are told."""

from __future__ import annotations

import errno
import os
import re
import stat
import unicodedata
from pathlib import Path

_UNTOLD = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def file_size(path: Path) -> int:
    """Bytes of a file, links followed.

    Raises:
        OSError: if there is none, or what is there is no file: reading a pipe waits for ever, and a device
            has no end.
    """
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder", str(path))
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is a pipe or a device, not a file", str(path))
    return status.st_size


def is_file(path: Path) -> bool:
    """False, too, where the system does not let it be looked at, as within a locked folder, or under a name
    that is too long: up to Python 3.13, `Path.is_file` raises an error there."""
    return os.path.isfile(path)  # noqa: PTH113


def is_folder(path: Path) -> bool:
    """The same of a folder."""
    return os.path.isdir(path)  # noqa: PTH112


def is_there(path: Path) -> bool:
    """The same of a file or folder."""
    return os.path.exists(path)  # noqa: PTH110


def comparable(name: str) -> str:
    """A name by which a photo, a barcode or a row is found: case does not matter, nor whether accents are
    letters of their own (names from a Mac have `e` and an accent where others have `é`)."""
    return unicodedata.normalize("NFC", name.casefold())


def spellings(name: str) -> list[str]:
    """A file's name as it is, and with its accents written in the other ways."""
    forms = (unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name))
    return list(dict.fromkeys((name, *forms)))


def named(folder: Path, name: str) -> str:
    """How a table's name of a file below a folder reads here.

    A table of Windows parts folders with backslashes, which elsewhere may be letters of a name; one of a Mac
    may write accents in another way.
    """
    for text in (name, name.replace("\\", "/")):
        for one in spellings(text):
            if is_there(folder / one):
                return one
    return name


def named_in(folder: Path, name: str) -> Path:
    """The file that `named` means."""
    return folder / named(folder, name)


def shown(name: str) -> str:
    """A file's name as a sentence can hold it: on one line; line ends, controls and bytes that are no text
    become marks such as `\\n` and `\\udce9`."""
    return _UNTOLD.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), name)
