"""Files that people hand in: whether they can be read at all, and how their names are told."""

from __future__ import annotations

import errno
import re
import stat
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


def shown(name: str) -> str:
    """A file's name as a sentence can hold it: on one line; line ends, controls and bytes that are no text
    become marks such as `\\n` and `\\udce9`."""
    return _UNTOLD.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), name)


def named(folder: Path, name: str) -> str:
    """How a table's name of a file below a folder reads here.

    A table of Windows parts folders with backslashes, which elsewhere may be letters of a name.
    """
    return name.replace("\\", "/") if "\\" in name and not (folder / name).is_file() else name
