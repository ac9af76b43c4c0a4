"""Python's search for cycles, in the window's thread alone.

What Qt deletes has a wrapper in Python. PySide looks the wrapper up before it holds the interpreter's lock,
so that a search that another thread makes just then may free it, and the program crashes (in
`Shiboken::BindingManager::releaseWrapper`, PySide6 6.11; timers of finished jobs were the ones that met it).
A search is made by whichever thread creates the object that is one too many. So the interpreter makes none
by itself while there are jobs, and the window's thread looks now and then whether one is due.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

LOOK_MS = 300
"""Between two looks: with a search of all generations at most every 36 seconds."""


class CycleSearch(QObject):
    """Searches in its own thread until it is stopped; several may be at work.

    Args:
        parent: owner, in the window's thread.
    """

    _at_work = 0

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(LOOK_MS)
        CycleSearch._at_work += 1
        gc.disable()

    def look(self) -> None:
        """Searches the oldest generation that is due, and those younger."""
        limits = zip(gc.get_count(), gc.get_threshold(), strict=True)
        due = [generation for generation, (count, limit) in enumerate(limits) if count > limit > 0]
        if due:
            gc.collect(due[-1])

    def stop(self) -> None:
        """Leaves it to the interpreter again."""
        if self._timer.isActive():
            self._timer.stop()
            CycleSearch._at_work -= 1
            if not CycleSearch._at_work:
                gc.enable()
