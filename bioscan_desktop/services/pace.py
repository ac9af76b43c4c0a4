"""How fast a long job goes, over the last minute or so."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

WINDOW_S = 60.0
LEAST_S = 1.0
"""Before this nothing is said: the first items of a job tell little about the others."""


class Pace:
    """Items per second, from how many were done when.

    Args:
        clock: seconds; another one for tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._marks: deque[tuple[float, int]] = deque()

    def note(self, done: int) -> None:
        """Tells that so many items are done by now."""
        now = self._clock()
        if len(self._marks) > 1 and now - self._marks[-2][0] < 1.0:
            self._marks.pop()  # one mark a second is enough
        self._marks.append((now, done))
        while now - self._marks[0][0] > WINDOW_S:
            self._marks.popleft()

    @property
    def rate(self) -> float | None:
        """Items per second, or None while that cannot be told."""
        if len(self._marks) < 2:
            return None
        (first, before), (last, after) = self._marks[0], self._marks[-1]
        if last - first < LEAST_S or after <= before:
            return None
        return (after - before) / (last - first)


def duration_text(seconds: float) -> str:
    """`40 seconds`, `about 3 minutes`, `about 2 h 10 min`."""
    if seconds < 60:
        whole = max(1, round(seconds))
        return f"{whole} second{'s' if whole > 1 else ''}"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"about {minutes} minute{'s' if minutes > 1 else ''}"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"about {hours} h {minutes} min" if minutes else f"about {hours} h"
    return f"about {round(hours / 24)} days"
