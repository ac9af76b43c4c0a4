"""The rows of the specimen list that are wanted, in the order that is wanted, as a list of its own.

While nothing is asked for it hands everything through, at no cost. Otherwise it keeps the keys of the
wanted rows, found and sorted in short turns; Qt's own proxy would call back for each row and hold up
the window.

Rows do not jump under the user's hand: what they are sorted by is kept, and is asked for anew only when
that is wanted (`place_anew`). Rows that come are put in their places at once.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from bioscan_desktop.ui.filtering import ALL, Wanted
from bioscan_desktop.ui.models.specimens import MANY_RUNS, Row, SpecimenModel
from bioscan_desktop.ui.ordering import ARRIVAL, Order, Value, sorted_keys
from bioscan_desktop.ui.turns import Turns

AGAIN_MS = 300
"""Rows change their states by the hundred; what is shown follows this much later."""

REST = 5
"""Times as long as it took to go through all rows is waited before changed rows make that needed again."""

TURN_S = 0.02
"""Longest time in one go."""

SHORT = 2000
"""Lists up to this long are sorted at once when many rows come."""

Index = QModelIndex | QPersistentModelIndex


class FilteredModel(QAbstractListModel):
    """Speaks of rows by key, as `SpecimenModel` does.

    Attributes:
        wanted: which rows are asked for; see `set_wanted`.
        order: in which order; see `set_order`.
        is_stale: rows have changed since they were put in their places.

    Signals:
        about_to_change, changed: before and after other rows are shown, or in another order; selections do
            not survive.
    """

    about_to_change = Signal()
    changed = Signal()

    def __init__(self, source: SpecimenModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self.wanted: Wanted = ALL
        self.order: Order = ARRIVAL
        self.is_stale = False
        self._shown: list[int] | None = None  # keys; None shows all as they came
        self._by: Order = ARRIVAL  # the order of what is shown
        self._values: dict[int, Value] = {}  # by key, what it is sorted by
        self._to_place = False  # these are to be asked for anew
        self._turns = Turns(self, TURN_S)
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(AGAIN_MS)
        self._again.timeout.connect(self.refresh)
        source.rowsAboutToBeInserted.connect(self._on_about_to_insert)
        source.rowsInserted.connect(self._on_inserted)
        source.rowsAboutToBeRemoved.connect(self._on_about_to_remove)
        source.rowsRemoved.connect(self._on_removed)
        source.modelAboutToBeReset.connect(self._on_about_to_reset)
        source.modelReset.connect(self._on_reset)
        source.came.connect(self._on_came)
        source.leaving.connect(self._on_leaving)
        source.dataChanged.connect(self._on_changed)

    # -- asking --------------------------------------------------------------------------------

    def set_wanted(self, wanted: Wanted) -> None:
        """Shows what is asked for."""
        if wanted != self.wanted:
            self.wanted = wanted
            self.refresh()

    def set_order(self, order: Order) -> None:
        """Sorts, and puts what has changed in its place, if it was sorted so before."""
        self.order = order
        self.place_anew()

    def place_anew(self) -> None:
        """Puts all rows in their places, as they are now."""
        self._to_place = True
        self.refresh()

    def refresh(self) -> None:
        """Goes through all rows anew; long lists over several turns of the window's loop."""
        self._again.stop()
        self._turns.stop()
        if self.wanted.is_all and self.order is ARRIVAL:
            self.is_stale = False
            self._show(None, {})
        else:
            self._begin()

    @property
    def is_busy(self) -> bool:
        """True while a long list is gone through; what was shown before is shown until then."""
        return self._turns.is_busy

    def _begin(self, later: bool = False) -> None:
        found: list[int] = []
        values = {} if self._to_place else self._values
        if self._to_place:
            self.is_stale = False
        began = time.perf_counter()

        def end() -> None:
            took_ms = 1000 * (time.perf_counter() - began)
            self._again.setInterval(max(AGAIN_MS, int(REST * took_ms)))
            self._show(found, values)

        self._turns.run(self._find(found, values), end, later)

    def _find(self, found: list[int], values: dict[int, Value]) -> Iterator[None]:
        """Fills in the keys of the wanted rows, sorted, and what they are sorted by."""
        rows = self._source.rows

        def pick(start: int, end: int) -> list[Row]:
            return [rows[place] for place in self.wanted.among(rows, start, end)]

        yield from sorted_keys(len(rows), pick, self.order.value, found, values)

    def _show(self, shown: list[int] | None, values: dict[int, Value]) -> None:
        self._by, self._values, self._to_place = self.order, values, False
        if shown == self._shown:
            return
        self.about_to_change.emit()
        self.beginResetModel()
        self._shown = shown
        self.endResetModel()
        self.changed.emit()

    # -- rows by key ---------------------------------------------------------------------------

    @property
    def rows(self) -> list[Row]:
        """The rows that are shown, in order."""
        return self.rows_at(range(self.rowCount()))

    def at(self, index: Index) -> Row | None:
        """The row at an index of this model."""
        if not index.isValid() or index.row() >= self.rowCount():
            return None
        return self._source.rows[self._place(index.row())]

    def rows_at(self, numbers: Iterable[int]) -> list[Row]:
        """The rows at numbers of this model."""
        rows, shown, place_of, count = self._source.rows, self._shown, self._source.place_of, self.rowCount()
        inside = (number for number in numbers if number < count)
        if shown is None:
            return [rows[number] for number in inside]
        return [rows[place_of(shown[number])] for number in inside]

    def keys_in(self, first: int, last: int) -> list[int]:
        """The keys of the rows from one number of this model to another, both counted."""
        if self._shown is None:
            return [row.key for row in self._source.rows[first : last + 1]]
        return self._shown[first : last + 1]

    def index_of(self, key: int) -> QModelIndex:
        """The index of a key; invalid if it is not shown."""
        if self._shown is None:
            index = self._source.index_of(key)
            return self.index(index.row()) if index.isValid() else QModelIndex()
        try:
            return self.index(self._shown.index(key))
        except ValueError:
            return QModelIndex()

    def numbers_of(self, keys: Iterable[int]) -> list[int]:
        """Where those of the keys that are shown stand, in rising order."""
        wanted = set(keys)
        if self._shown is None:
            return [place for place, _ in self._source.places_of(wanted)]
        return [number for number, key in enumerate(self._shown) if key in wanted]

    def _place(self, number: int) -> int:
        return number if self._shown is None else self._source.place_of(self._shown[number])

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        if parent.isValid():
            return 0
        return self._source.rowCount() if self._shown is None else len(self._shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= self.rowCount():
            return None
        return self._source.data(self._source.index(self._place(index.row())), role)

    # -- following the source, while all is shown as it came -----------------------------------

    def _on_about_to_insert(self, _: QModelIndex, first: int, last: int) -> None:
        if self._shown is None:
            self.beginInsertRows(QModelIndex(), first, last)

    def _on_inserted(self) -> None:
        if self._shown is None:
            self.endInsertRows()

    def _on_about_to_remove(self, _: QModelIndex, first: int, last: int) -> None:
        if self._shown is None:
            self.beginRemoveRows(QModelIndex(), first, last)

    def _on_removed(self) -> None:
        if self._shown is None:
            self.endRemoveRows()

    def _on_about_to_reset(self) -> None:
        if self._shown is None:
            self.about_to_change.emit()
            self.beginResetModel()

    def _on_reset(self) -> None:
        if self._shown is None:
            self.endResetModel()
            self.changed.emit()

    # -- following it otherwise, by key --------------------------------------------------------

    def _on_came(self, rows: list[Row]) -> None:
        self._begin_anew()
        if self._shown is not None:
            fresh = [rows[place] for place in self.wanted.among(rows, 0, len(rows))]
            if self._by.value is not None:
                self._values.update((row.key, self._by.value(row)) for row in fresh)
            if fresh:
                self._put_in(sorted((row.key for row in fresh), key=self._standing))

    def _put_in(self, fresh: list[int]) -> None:
        """Puts keys in their places, given in their order. Many that go to many places come to the end
        first, and all is sorted anew."""
        shown = self._shown
        assert shown is not None
        first, last = self._place_for(fresh[0]), self._place_for(fresh[-1])
        scattered = first != last and len(fresh) > MANY_RUNS
        if first == last:
            runs = [(first, fresh)]
        elif scattered:
            runs = [(len(shown), fresh)]
        else:
            runs = [(place, list(keys)) for place, keys in groupby(fresh, self._place_for)]
        for place, keys in reversed(runs):
            self.beginInsertRows(QModelIndex(), place, place + len(keys) - 1)
            shown[place:place] = keys
            self.endInsertRows()
        if scattered and len(shown) <= SHORT:
            self.refresh()
        elif scattered:
            self._turns.stop()
            self._again.start(AGAIN_MS)  # anew with each of many that come one after the other

    def _standing(self, key: int) -> tuple[Value, int]:
        """What a key is sorted by; what is equal stands as it came."""
        return self._values.get(key, 0.0), self._source.place_of(key)

    def _place_for(self, key: int) -> int:
        assert self._shown is not None
        return bisect_right(self._shown, self._standing(key), key=self._standing)

    def _on_leaving(self, rows: list[Row]) -> None:
        self._begin_anew()
        shown = self._shown
        if shown is None:
            return
        gone = {row.key for row in rows}
        for key in gone:
            self._values.pop(key, None)
        runs = runs_of(self.numbers_of(gone))
        if len(runs) > MANY_RUNS:
            self.about_to_change.emit()
            self.beginResetModel()
            shown[:] = [key for key in shown if key not in gone]
            self.endResetModel()
            self.changed.emit()
            return
        for first, last in reversed(runs):
            self.beginRemoveRows(QModelIndex(), first, last)
            del shown[first : last + 1]
            self.endRemoveRows()

    def _begin_anew(self) -> None:
        """Rows come or go: what has been found so far is of no use."""
        if self._turns.is_busy:
            self._turns.stop()
            self._begin(later=True)

    def _on_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        self.is_stale = self.order is not ARRIVAL
        if self._shown is None:
            self.dataChanged.emit(self.index(first.row()), self.index(last.row()))
            return
        if self._shown:
            self.dataChanged.emit(self.index(0), self.index(len(self._shown) - 1))
        if not self.wanted.is_all and not self._again.isActive():
            self._again.start()


def runs_of(numbers: list[int]) -> list[tuple[int, int]]:
    """(first, last) of neighbouring numbers."""
    runs = []
    for _, pairs in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        run = [number for _, number in pairs]
        runs.append((run[0], run[-1]))
    return runs
