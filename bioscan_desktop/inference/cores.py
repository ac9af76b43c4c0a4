"""Sharing the processor's cores among threads that decode and threads that embed.

Where more threads compute than there are cores they take turns, every few milliseconds, and each finds its
data driven out of the cache by another's. A thread that holds a core until its piece of work is done
keeps the cache. Cheapest is that one core embeds while the others decode; the waiting line is made for that.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

EMBED, DECODE, HELP_EMBED = range(3)
"""What a core is wanted for, the most urgent first: one thread embeds what is decoded, others decode what
comes next, and only where these leave cores they help to embed."""


class Cores:
    """The cores that this process may use, one for each thread that asks.

    Args:
        count: None takes those of the machine.
    """

    def __init__(self, count: int | None = None) -> None:
        self._free = count if count is not None else usable_cores()
        self._waiting = [0, 0, 0]
        self._changed = threading.Condition()

    @contextmanager
    def one(self, use: int) -> Iterator[None]:
        """Waits for a core and holds it until the end of the block. Not to be nested in one thread.

        Args:
            use: `EMBED`, `DECODE` or `HELP_EMBED`.
        """
        with self._changed:
            self._waiting[use] += 1
            try:
                self._changed.wait_for(lambda: self._free > 0 and not any(self._waiting[:use]))
                self._free -= 1
            finally:
                self._waiting[use] -= 1
                if self._free > 0:
                    self._changed.notify_all()  # the others may have what is left
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify_all()


def usable_cores() -> int:
    """Cores that this process may use, as far as the standard library can tell."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
