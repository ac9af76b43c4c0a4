"""The rows of the specimen list that are wanted, as a list of its own.

While nothing is asked for it hands everything through, at no cost. Otherwise it keeps the places of
the wanted rows, found in short turns; Qt's own proxy would call back for each row and hold up
the window.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from bioscan_desktop.ui.filtering import ALL, Wanted
from bioscan_desktop.ui.models.specimens import Row, SpecimenModel

AGAIN_MS = 300
"""Rows change their states by the hundred; what is shown follows this much later."""

TURN_S = 0.02
"""Longest time in one go."""

STEP = 500
"""Rows between two looks at the clock."""

Index = QModelIndex | QPersistentModelIndex


class FilteredModel(QAbstractListModel):
    """Speaks of rows by key, as `SpecimenModel` does.

    Signals:
        about_to_change, changed: before and after other rows are shown; selections do not survive.
    """

    about_to_change = Signal()
    changed = Signal()

    def __init__(self, source: SpecimenModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self.wanted: Wanted = ALL
        self._shown: list[int] | None = None  # places in the source; None shows all
        self._found: list[int] = []
        self._next = 0  # place that the pass has come to
        self._pass = QTimer(self)
        self._pass.setSingleShot(True)
        self._pass.setInterval(0)
        self._pass.timeout.connect(self._go_on)
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
        source.dataChanged.connect(self._on_changed)

    # -- asking --------------------------------------------------------------------------------

    def set_wanted(self, wanted: Wanted) -> None:
        """Shows what is asked for."""
        if wanted != self.wanted:
            self.wanted = wanted
            self.refresh()

    def refresh(self) -> None:
        """Goes through all rows anew; long lists over several turns of the window's loop."""
        self._again.stop()
        self._pass.stop()
        if self.wanted.is_all:
            self._show(None)
        else:
            self._begin_anew()
            self._go_on()

    @property
    def is_busy(self) -> bool:
        """True while a long list is gone through; what was shown before is shown until then."""
        return self._pass.isActive()

    def _go_on(self) -> None:
        self._pass.stop()
        end = time.perf_counter() + TURN_S
        rows = self._source.rows
        while self._next < len(rows):
            stop = min(self._next + STEP, len(rows))
            self._found += self.wanted.among(rows, self._next, stop)
            self._next = stop
            if time.perf_counter() > end and stop < len(rows):
                self._pass.start()
                return
        self._show(self._found)

    def _show(self, shown: list[int] | None) -> None:
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
        rows = self._source.rows
        return list(rows) if self._shown is None else [rows[place] for place in self._shown]

    def at(self, index: Index) -> Row | None:
        """The row at an index of this model."""
        if not index.isValid() or index.row() >= self.rowCount():
            return None
        return self._source.rows[self._place(index.row())]

    def rows_at(self, places: Iterable[int]) -> list[Row]:
        """The rows at places of this model."""
        rows, shown, count = self._source.rows, self._shown, self.rowCount()
        inside = (place for place in places if place < count)
        return [rows[place] for place in inside] if shown is None else [rows[shown[p]] for p in inside]

    def index_of(self, key: int) -> QModelIndex:
        """The index of a key; invalid if it is not shown."""
        index = self._source.index_of(key)
        if not index.isValid() or self._shown is None:
            return self.index(index.row()) if index.isValid() else QModelIndex()
        place = _find(self._shown, index.row())
        return QModelIndex() if place is None else self.index(place)

    def _place(self, number: int) -> int:
        return number if self._shown is None else self._shown[number]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        if parent.isValid():
            return 0
        return self._source.rowCount() if self._shown is None else len(self._shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= self.rowCount():
            return None
        return self._source.data(self._source.index(self._place(index.row())), role)

    # -- following the source ------------------------------------------------------------------

    def _on_about_to_insert(self, _: QModelIndex, first: int, last: int) -> None:
        if self._shown is None:
            self.beginInsertRows(QModelIndex(), first, last)

    def _on_inserted(self, _: QModelIndex, first: int, last: int) -> None:
        self._begin_anew()
        if self._shown is None:
            self.endInsertRows()
            return
        start, number = bisect_left(self._shown, first), last - first + 1
        self._shown[start:] = [place + number for place in self._shown[start:]]
        fresh = self.wanted.among(self._source.rows, first, last + 1)
        if fresh:
            self.beginInsertRows(QModelIndex(), start, start + len(fresh) - 1)
            self._shown[start:start] = fresh
            self.endInsertRows()

    def _on_about_to_remove(self, _: QModelIndex, first: int, last: int) -> None:
        if self._shown is None:
            self.beginRemoveRows(QModelIndex(), first, last)
            return
        start, end = bisect_left(self._shown, first), bisect_left(self._shown, last + 1)
        if end > start:
            self.beginRemoveRows(QModelIndex(), start, end - 1)
            del self._shown[start:end]
            self.endRemoveRows()

    def _on_removed(self, _: QModelIndex, first: int, last: int) -> None:
        self._begin_anew()
        if self._shown is None:
            self.endRemoveRows()
        else:
            start, number = bisect_left(self._shown, first), last - first + 1
            self._shown[start:] = [place - number for place in self._shown[start:]]

    def _on_about_to_reset(self) -> None:
        self.about_to_change.emit()
        self.beginResetModel()

    def _on_reset(self) -> None:
        self._pass.stop()
        self._begin_anew()
        rows = self._source.rows
        self._shown = None if self.wanted.is_all else self.wanted.among(rows, 0, len(rows))
        self.endResetModel()
        self.changed.emit()

    def _begin_anew(self) -> None:
        """Places have moved: what a pass has found so far is of no use."""
        self._found, self._next = [], 0

    def _on_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        if self._shown is None:
            self.dataChanged.emit(self.index(first.row()), self.index(last.row()))
        else:
            if self._shown:
                self.dataChanged.emit(self.index(0), self.index(len(self._shown) - 1))
            if not self._again.isActive():
                self._again.start()


def _find(places: list[int], wanted: int) -> int | None:
    """Where a place is among rising places."""
    number = bisect_left(places, wanted)
    return number if number < len(places) and places[number] == wanted else None
