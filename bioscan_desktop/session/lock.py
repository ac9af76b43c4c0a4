"""One writer per session file, held by the operating system, so that a killed program frees it."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import IO

from bioscan_desktop.core.errors import SessionError

LOCK_SUFFIX = ".lock"

_BUSY = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)


class WriterLock:
    """The right to write one session. Released when the process ends, however it ends.

    Args:
        path: of the session; the lock is a file beside it.

    Raises:
        SessionError: `session_busy` if another process, or another window of this one, has it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + LOCK_SUFFIX)
        try:
            self._file: IO[bytes] | None = self._path.open("a+b")
        except OSError as error:
            raise SessionError(
                f"The folder {path.parent} cannot be written to ({error.strerror or error}).",
                "session_read_only",
            ) from None
        try:
            _lock(self._file)
        except OSError as error:
            if error.errno not in _BUSY:
                return  # a drive without locks: SQLite's own are all that there is
            self._file.close()
            self._file = None
            raise SessionError(
                f"{path.name} is open in another window or program; close it there first, or open it "
                "for reading only.",
                "session_busy",
            ) from None

    def release(self) -> None:
        """Lets others write. The file stays: removing it would race with whoever opens it now."""
        if self._file is not None:
            self._file.close()
            self._file = None


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


_NETWORK_TYPES = frozenset(
    "nfs nfs4 cifs smb3 smbfs 9p afs ceph glusterfs fuse.sshfs fuse.rclone fuse.davfs davfs lustre".split()
)


def on_network_drive(path: Path) -> bool:
    """True where the file lies on a drive of another computer, as far as can be told.

    SQLite's write-ahead log needs memory that all its users share, which such drives do not give.
    """
    if sys.platform == "win32":
        import ctypes

        remote = 4
        drive = path.resolve().drive
        return drive.startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(drive + "\\") == remote
    try:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return False
    return _type_of(os.path.realpath(path), mounts) in _NETWORK_TYPES


def _type_of(path: str, mounts: str) -> str:
    """The file system that a path lies on, by the lines of /proc/self/mounts; the longest prefix wins."""
    best, kind = "", ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        where = fields[1].replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\")
        inside = path == where or path.startswith(where.rstrip("/") + "/")
        if inside and len(where) >= len(best):
            best, kind = where, fields[2]
    return kind
