"""Keeps the computer from falling asleep while a long run works, where the system offers a way."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

REASON = "BIOSCAN Desktop is identifying specimens"


@contextlib.contextmanager
def keep_awake(reason: str = REASON) -> Iterator[bool]:
    """No sleep by itself until the block ends, or the program, however it ends. The screen may go dark.

    Yields:
        whether the system was asked; never raises.
    """
    if sys.platform == "win32":
        yield from _windows()
        return
    holder = _start(_command(reason))
    try:
        yield holder is not None
    finally:
        if holder is not None:
            _end(holder)


def _command(reason: str) -> list[str]:
    """A program that holds sleep off as long as its standard input is open, or ours is running."""
    if sys.platform == "darwin":
        return ["caffeinate", "-i", "-w", str(os.getpid())]
    # `cat` ends with our end of the pipe, which the system closes even if we are killed.
    return [
        "systemd-inhibit",
        "--what=sleep:idle",
        "--who=BIOSCAN Desktop",
        f"--why={reason}",
        "--mode=block",
        "cat",
    ]


def _start(command: list[str]) -> subprocess.Popen[bytes] | None:
    if shutil.which(command[0]) is None:
        return None
    quiet = subprocess.DEVNULL
    try:
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet)
    except OSError:
        return None


def _end(holder: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if holder.stdin is not None:
            holder.stdin.close()
    with contextlib.suppress(OSError):
        holder.terminate()
    try:
        holder.wait(5)
    except subprocess.TimeoutExpired:
        holder.kill()
        holder.wait()


def _windows() -> Iterator[bool]:  # pragma: no cover - the system's own call, on Windows only
    import ctypes

    continuous, system_required = 0x80000000, 0x00000001
    set_state = ctypes.windll.kernel32.SetThreadExecutionState  # type: ignore[attr-defined]
    asked = bool(set_state(continuous | system_required))
    try:
        yield asked
    finally:
        set_state(continuous)
