"""The list of specimens: what was dropped, where it stands, what came back.

Rows are added and changed in batches, with one signal each: ten thousand single inserts would keep
the window busy for a minute.
"""

from __future__ import annotations

import enum
import itertools
from collections.abc import Iterable, KeysView, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from bioscan_desktop.ui import filtering, wording
from bioscan_desktop.ui.deciding import Decision
from bioscan_desktop.ui.filtering import Facets
from bioscan_desktop.ui.translating import mark, tr

if TYPE_CHECKING:
    from bioscan_desktop.services.identify import Identification
    from bioscan_desktop.services.specimens import Specimen


class State(enum.Enum):
    """Where a specimen stands."""

    WAITING = "waiting"
    WORKING = "working"
    STOPPED = "stopped"
    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"


UNFINISHED = (State.WAITING, State.WORKING)
TO_RETRY = (State.FAILED, State.STOPPED)
"""Named once: where a hundred thousand rows are looked through, `State.FAILED` for each takes longest."""

_OF_STATUS = {"ok": State.DONE, "partial": State.PARTIAL, "failed": State.FAILED}


def state_of(result: Identification | None) -> State:
    """Where a specimen stands that nothing is done about now."""
    return _OF_STATUS[result.status] if result is not None else State.WAITING


STATE_WORDS = {
    State.WAITING: mark("Waiting"),
    State.WORKING: mark("Identifying…"),
    State.STOPPED: mark("Stopped before its turn"),
}


@dataclass(slots=True)
class Row:
    """One specimen.

    Attributes:
        key: stays with it while rows come and go.
        parts: photos and barcode as they were before they were joined, photos first.
        decision: what the user decided; kept apart from the result, and when that is made anew.
        note: what the user wrote about it.
    """

    key: int
    specimen: Specimen
    state: State = State.WAITING
    result: Identification | None = None
    parts: tuple[Specimen, ...] | None = None
    decision: Decision | None = None
    note: str = ""
    # What filters ask for, and of what it was counted; plain fields, because a hundred thousand tuples
    # would make Python's garbage collector stop the window.
    _facets: Facets | None = field(default=None, init=False, repr=False, compare=False)
    _facets_of: Any = field(default=None, init=False, repr=False, compare=False)
    _facets_with: Any = field(default=None, init=False, repr=False, compare=False)
    _facets_by: Any = field(default=None, init=False, repr=False, compare=False)
    _words: str | None = field(default=None, init=False, repr=False, compare=False)
    _words_of: Any = field(default=None, init=False, repr=False, compare=False)
    _words_with: Any = field(default=None, init=False, repr=False, compare=False)
    _words_by: Any = field(default=None, init=False, repr=False, compare=False)

    @property
    def own_name(self) -> str:
        """The name that the user gave it, as typed; "" for none."""
        return self.decision.name or "" if self.decision and self.decision.action == "name" else ""

    @property
    def named_otherwise(self) -> str:
        """The name that the user gave or chose, where the answer has another; "" if there is none."""
        verdict = self.result.verdict if self.result is not None else None
        if self.decision is None or not self.decision.name:
            return ""
        return "" if verdict is not None and verdict.name == self.decision.name else self.decision.name

    @property
    def decision_kind(self) -> str:
        """What was decided, as filters call it."""
        if self.decision is None:
            return "open"
        return "name" if self.decision.action == "choose" else self.decision.action

    @property
    def facets(self) -> Facets:
        """What filters ask for; counted anew only after a change."""
        if (
            self._facets is None
            or self._facets_of is not self.state
            or self._facets_with is not self.result
            or self._facets_by is not self.decision
        ):
            self._facets = filtering.facets(self)
            self._facets_of, self._facets_with, self._facets_by = self.state, self.result, self.decision
        return self._facets

    @property
    def words(self) -> str:
        """What it can be found by, folded."""
        if (
            self._words is None
            or self._words_of is not self.specimen
            or self._words_with is not self.result
            or self._words_by is not self.decision
        ):
            self._words = filtering.words(self)
            self._words_of, self._words_with, self._words_by = self.specimen, self.result, self.decision
        return self._words

    def take(self, result: Identification) -> None:
        """Puts the answer in."""
        self.result = result
        self.state = state_of(result)

    @property
    def mark(self) -> str:
        """What the row's sign is: a state, or `conflict`, `novelty`, `undecided` where that matters more."""
        if self.result is not None and self.state in (State.DONE, State.PARTIAL):
            if wording.conflict_rank(self.result):
                return "conflict"
            if (
                self.state is State.DONE
                and self.result.verdict is not None
                and self.result.verdict.novelty != "none"
            ):
                return "novelty"
            if self.state is State.DONE and self.result.verdict is not None and not self.result.verdict.name:
                return "undecided"
        return self.state.value

    @property
    def second_line(self) -> str:
        """What the row says below the name."""
        if self.result is not None and self.state in (State.DONE, State.PARTIAL, State.FAILED):
            return wording.summary(self.result)
        return tr(STATE_WORDS.get(self.state, ""))


MANY_RUNS = 16
"""Rows that come or go at more places than these are told of as a new list: each place costs all views
of the list as much as the whole, and three thousand of them held the window up for half a minute."""


MOVED_MAX = 300_000
"""Rows that move up or down, counted anew at each place: in a long list fewer places are many."""


class SpecimenModel(QAbstractListModel):
    """Specimens in the order in which they came.

    Thumbnails are no concern of this model: the delegate asks for them by key.

    Signals:
        came: rows that are new in the list, or there again.
        leaving: rows that are taken out of the list next.
    """

    came = Signal(list)
    leaving = Signal(list)
    KEY = Qt.ItemDataRole.UserRole + 1
    ROW = Qt.ItemDataRole.UserRole + 2

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []
        self._place: dict[int, int] = {}  # key -> index in _rows
        self._next_key = 1

    def new_row(self, specimen: Specimen) -> Row:
        """A row with a fresh key, not yet in the model."""
        row = Row(self._next_key, specimen)
        self._next_key += 1
        return row

    def append(self, rows: Sequence[Row]) -> None:
        """Adds rows at the end."""
        if not rows:
            return
        first = len(self._rows)
        self.beginInsertRows(QModelIndex(), first, first + len(rows) - 1)
        self._rows.extend(rows)
        for place, row in enumerate(rows, start=first):
            self._place[row.key] = place
        self.endInsertRows()
        self.came.emit(list(rows))

    def restore(self, places: Sequence[tuple[int, Row]]) -> None:
        """Puts removed rows back at (index, row), given in rising order; at the end at the latest."""
        runs = list(_runs(places))
        if self._are_many(runs):
            stayed, merged = iter(self._rows), list[Row]()
            for place, row in places:
                merged.extend(itertools.islice(stayed, place - len(merged)))
                merged.append(row)
            self._take(merged + list(stayed))
        else:
            for start, run in runs:
                start = min(start, len(self._rows))
                self.beginInsertRows(QModelIndex(), start, start + len(run) - 1)
                self._rows[start:start] = run
                self._renumber(start)
                self.endInsertRows()
        self.came.emit([row for _, row in places])

    def places_of(self, keys: Iterable[int]) -> list[tuple[int, Row]]:
        """(index, row) of those that are there, in rising order, as `restore` takes them."""
        numbers = sorted(map(self._place.__getitem__, self._place.keys() & set(keys)))
        return list(zip(numbers, map(self._rows.__getitem__, numbers), strict=True))

    def take_out(self, places: Sequence[tuple[int, Row]]) -> None:
        """Takes rows out, by (index, row) as of `places_of`."""
        if not places:
            return
        self.leaving.emit([row for _, row in places])
        runs = list(_runs(places))
        if self._are_many(runs):
            gone = {row.key for _, row in places}
            self._take([row for row in self._rows if row.key not in gone])
            return
        for start, run in reversed(runs):
            self.beginRemoveRows(QModelIndex(), start, start + len(run) - 1)
            del self._rows[start : start + len(run)]
            for row in run:
                del self._place[row.key]
            self._renumber(start)
            self.endRemoveRows()

    def _are_many(self, runs: Sequence[tuple[int, list[Row]]]) -> bool:
        return len(runs) > MANY_RUNS or (len(runs) > 1 and len(runs) * len(self._rows) > MOVED_MAX)

    def _take(self, rows: list[Row]) -> None:
        """Makes these the list."""
        self.beginResetModel()
        self._rows = rows
        self._place = {row.key: place for place, row in enumerate(rows)}
        self.endResetModel()

    def touch(self, keys: Iterable[int]) -> None:
        """Says that these rows look different now, with one signal over their range."""
        places = [self._place[key] for key in keys if key in self._place]
        if places:
            self.dataChanged.emit(self.index(min(places)), self.index(max(places)))

    def find(self, key: int) -> Row | None:
        """The row with a key."""
        place = self._place.get(key)
        return None if place is None else self._rows[place]

    def place_of(self, key: int) -> int:
        """The index of a key as a number. Raises KeyError if it is gone."""
        return self._place[key]

    def index_of(self, key: int) -> QModelIndex:
        """The index of a key; invalid if it is gone."""
        place = self._place.get(key)
        return QModelIndex() if place is None else self.index(place)

    def at(self, index: QModelIndex | QPersistentModelIndex) -> Row | None:
        """The row at an index."""
        return self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None

    @property
    def keys(self) -> KeysView[int]:
        """The keys of all rows."""
        return self._place.keys()

    @property
    def rows(self) -> Sequence[Row]:
        """All rows, not to be changed from outside."""
        return self._rows

    def _renumber(self, start: int) -> None:
        for place in range(start, len(self._rows)):
            self._place[self._rows[place].key] = place

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        row = self.at(index)
        if row is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return row.specimen.query_id
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            lines = [row.specimen.input, row.second_line]
            if row.decision is not None:
                lines.append(tr("Your decision: {what}").format(what=row.decision.told))
            return "\n".join([*lines, *([tr("Note: {note}").format(note=row.note)] if row.note else [])])
        if role == self.KEY:
            return row.key
        if role == self.ROW:
            return row
        return None


def spoken(row: Row) -> str:
    """A row in one sentence, for screen readers."""
    photos = len(row.specimen.photos)
    kind = tr("%n photos", "", photos) if photos > 1 else wording.modality_noun(row.specimen.modality)
    name = wording.row_title(row.result).text if row.result and row.result.verdict else ""
    decided = tr("your decision: {what}").format(what=row.decision.told) if row.decision is not None else ""
    parts = [
        row.specimen.query_id,
        kind,
        name,
        row.second_line,
        decided,
        tr("with a note") if row.note else "",
    ]
    return ", ".join(part for part in parts if part)


def _runs(places: Sequence[tuple[int, Row]]) -> Iterable[tuple[int, list[Row]]]:
    """Groups (index, row) into runs of neighbouring indexes."""
    run: list[Row] = []
    start = 0
    for place, row in places:
        if run and place == start + len(run):
            run.append(row)
        else:
            if run:
                yield start, run
            start, run = place, [row]
    if run:
        yield start, run
