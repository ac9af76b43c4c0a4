"""Long work of the window's own thread, done in short turns between which the window sees to the rest."""

from __future__ import annotations

import gc
import math
import time
from collections import deque
from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, QTimer

TURN_S = 0.015
"""Longest time in one go, unless a single step takes longer."""


def keep_for_good() -> None:
    """Takes what is there now out of Python's search for cycles.

    Called after thousands of rows came. They hold no cycles, and are freed as usual, but each search
    would look through all of them, and hold the window up for 85 ms with a hundred thousand.
    """
    gc.collect(0)
    gc.freeze()


class Turns(QObject):
    """Does one work after the other, each in steps. What is done within one turn is done at once.

    Args:
        turn_s: longest time in one go.
    """

    def __init__(self, parent: QObject | None = None, turn_s: float = TURN_S) -> None:
        super().__init__(parent)
        self._turn_s = turn_s
        self._waiting: deque[tuple[Iterator[None], Callable[[], None]]] = deque()
        self._is_working = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(lambda: self._go_on(self._turn_s))

    @property
    def is_busy(self) -> bool:
        """True while there is something left to do."""
        return bool(self._waiting)

    def run(
        self, steps: Iterator[None], then: Callable[[], None] = lambda: None, later: bool = False
    ) -> None:
        """Takes steps when it is their turn.

        Args:
            then: called after the last step.
            later: not within this turn of the window, which did enough.
        """
        self._waiting.append((steps, then))
        if later and not self._is_working:
            self._timer.start()
        elif not self._is_working and not self._timer.isActive():
            self._go_on(self._turn_s)

    def finish(self) -> None:
        """Does what is left at once."""
        while self._waiting and not self._is_working:
            self._timer.stop()
            self._go_on(math.inf)

    def stop(self) -> None:
        """Forgets what is left to do."""
        self._waiting.clear()
        self._timer.stop()

    def _go_on(self, time_s: float) -> None:
        end = time.perf_counter() + time_s
        self._is_working = True
        try:
            while self._waiting:
                steps, then = self._waiting[0]
                for _ in steps:
                    if time.perf_counter() > end:
                        self._timer.start()
                        return
                if self._waiting and self._waiting[0][0] is steps:  # not stopped meanwhile
                    self._waiting.popleft()
                    then()
        finally:
            self._is_working = False
