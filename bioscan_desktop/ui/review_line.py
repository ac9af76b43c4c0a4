"""The line of specimens that a review goes through: in which order, where one stands, what is decided.

A hundred thousand of them are put in line in short turns; until then the line stays as it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, Signal

from bioscan_desktop.ui.review_sources import ReviewSource
from bioscan_desktop.ui.turns import Turns

STEP = 1000
"""Specimens between two looks at the clock."""


class ReviewLine(QObject):
    """Specimens by key.

    Signals:
        changed: other specimens are in line, or in another order.

    Attributes:
        keys: in the order in which they are gone through.
        places: where each of them stands.
        decided: those about which anything but `skip` was decided.
        place: of the specimen in question; past the last when all have been gone through.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.keys: list[int] = []
        self.places: dict[int, int] = {}
        self.decided: set[int] = set()
        self.place = 0
        self._asked = 0
        self._late: set[int] = set()  # decided while the line is made
        self._turns = Turns(self)

    @property
    def current(self) -> int | None:
        """The key of the specimen in question."""
        return self.keys[self.place] if 0 <= self.place < len(self.keys) else None

    def clear(self) -> None:
        """Forgets who is in line."""
        self.keys, self.places, self.decided, self.place = [], {}, set(), 0

    def ask(self, source: ReviewSource, which: str, order: str) -> None:
        """Asks anew what is to be gone through; what was decided just now stays in the line."""
        self._asked += 1
        asked = self._asked
        self._turns.stop()

        def told(fresh: list[int]) -> None:
            if asked == self._asked:  # nothing else is wanted by now
                self._put_in_line(source, fresh)

        source.ask(which, order, told)

    def note_decided(self, source: ReviewSource, keys: list[int]) -> list[int]:
        """Looks up what was decided about some; returns those that are in the line."""
        self._late |= set(keys) if self._turns.is_busy else set()
        known = [key for key in keys if key in self.places]
        self.decided -= set(known)
        self.decided |= source.decided(known)
        return known

    def count_kinds(self, source: ReviewSource, tell: Callable[[Counter[str]], None]) -> None:
        """Counts the decisions on all in line, as `ReviewSource.kinds` does, and tells them."""
        kinds: Counter[str] = Counter()

        def count() -> Iterator[None]:
            for start in range(0, len(self.keys), STEP):
                kinds.update(source.kinds(self.keys[start : start + STEP]))
                yield

        self._turns.run(count(), lambda: tell(kinds))

    def _put_in_line(self, source: ReviewSource, fresh: list[int]) -> None:
        keys: list[int] = []
        places: dict[int, int] = {}
        decided: set[int] = set()
        n_kept = 0
        self._late.clear()

        def make() -> Iterator[None]:
            nonlocal n_kept
            known = set(fresh)
            for part in _parts(self.keys):
                keys.extend(key for key in part if key in known or _is_there(source, key))
                yield
            n_kept = len(keys)
            seen = set(keys)
            for part in _parts(fresh):
                keys.extend(key for key in part if key not in seen)
                yield
            for start, part in enumerate(_parts(keys)):
                places.update((key, STEP * start + number) for number, key in enumerate(part))
                decided.update(source.decided(part))
                yield

        def end() -> None:
            before = self.current
            self.keys, self.places, self.decided = keys, places, decided
            if before in places:
                self.place = places[before]
            elif n_kept:
                self.place = min(self.place, len(keys) - 1)
            self.note_decided(source, list(self._late))
            self.changed.emit()

        self._turns.run(make(), end)


def _parts(keys: list[int]) -> Iterator[list[int]]:
    return (keys[start : start + STEP] for start in range(0, len(keys), STEP))


def _is_there(source: ReviewSource, key: int) -> bool:
    row = source.row(key)
    return row is not None and row.result is not None
