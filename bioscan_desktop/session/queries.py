"""Looking through a session: filtered, counted, searched, a page at a time.

Two ways to read many rows without reading all of them: `page` goes on after the last row of the page
before (keyset paging), `numbers` gives the numbers of all rows that match, 8 bytes each, and `rows_of`
what stands in those that are on the screen.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bioscan_desktop.session.database import Database

STATES: tuple[str, ...] = ("waiting", "ok", "partial", "failed")
ORDERS: tuple[str, ...] = ("added", "recent", "confidence", "name")
DECIDED: tuple[str, ...] = ("open", "accept", "reject", "choose", "name", "unknown", "skip")
RANK_LEVELS: dict[int, str | None] = {0: None, 1: "order", 2: "family", 3: "genus", 4: "species"}

_DECISION = (
    "(SELECT d.action FROM decisions d WHERE d.specimen_id = s.specimen_id AND d.state = 'done' "
    "AND d.action != 'note' ORDER BY d.decision_id DESC LIMIT 1)"
)
_STATE = "CASE WHEN s.state = 'waiting' THEN 'waiting' ELSE coalesce(r.status, 'waiting') END"
_FROM = "FROM specimens s LEFT JOIN results r ON r.specimen_id = s.specimen_id"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows to show; an empty field asks for nothing.

    Attributes:
        states: of `STATES`.
        ranks: of the machine's names; None among them stands for no name.
        novelty: `none`, `new_species`, `unlike_library`.
        conflict: whether photo and barcode contradict each other.
        decided: of `DECIDED`; `open` stands for no decision.
        text: part of an id, a file name or the name of a taxon.
    """

    states: frozenset[str] = frozenset()
    ranks: frozenset[str | None] = frozenset()
    novelty: frozenset[str] = frozenset()
    conflict: bool | None = None
    decided: frozenset[str] = frozenset()
    text: str = ""

    def _where(self) -> tuple[str, list[Any]]:
        parts: list[str] = []
        values: list[Any] = []

        def among(column: str, wanted: Sequence[Any]) -> None:
            parts.append(f"{column} IN ({', '.join('?' * len(wanted))})")
            values.extend(wanted)

        if self.states:
            among(_STATE, sorted(self.states))
        if self.ranks:
            among("r.rank_level", [level for level, rank in RANK_LEVELS.items() if rank in self.ranks])
        if self.novelty:
            among("r.novelty", sorted(self.novelty))
        if self.conflict is not None:
            parts.append("r.conflict = ?")
            values.append(int(self.conflict))
        if self.decided:
            among(f"coalesce({_DECISION}, 'open')", sorted(self.decided))
        words = self.text.split()
        for word in words:
            if len(word) >= 3:
                parts.append("s.specimen_id IN (SELECT rowid FROM words WHERE words MATCH ?)")
                values.append('"' + word.replace('"', '""') + '"')
            else:  # three letters are the shortest that the index knows
                parts.append("(s.query_id LIKE ? ESCAPE '\\' OR r.name LIKE ? ESCAPE '\\')")
                values += [_starts(word)] * 2
        return (" WHERE " + " AND ".join(parts) if parts else ""), values


ALL = Filter()


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table of specimens.

    Attributes:
        state: of `STATES`.
        number: how many answers came before this one; None without an answer.
        decision: the action of the decision that counts, or None.
    """

    specimen_id: int
    query_id: str
    input: str
    photo: str | None
    has_barcode: bool
    state: str
    error: str | None
    name: str | None
    rank: str | None
    confidence: float | None
    calibrated: bool
    novelty: str | None
    conflict: bool
    number: int | None
    decision: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows there are of each kind.

    Attributes:
        by_rank: of answered rows; None for those without a name.
    """

    total: int = 0
    by_state: dict[str, int] = field(default_factory=dict)
    by_rank: dict[str | None, int] = field(default_factory=dict)
    by_novelty: dict[str, int] = field(default_factory=dict)
    conflicts: int = 0
    decided: int = 0

    def state(self, name: str) -> int:
        """Rows in a state of `STATES`."""
        return self.by_state.get(name, 0)


_COLUMNS = (
    "s.specimen_id, s.query_id, s.input, s.photo, s.barcode IS NOT NULL AS has_barcode, "
    f"{_STATE} AS state, coalesce(r.error_message, s.error_message) AS error, r.name, r.rank, "
    "r.confidence, coalesce(r.calibrated, 0) AS calibrated, r.novelty, coalesce(r.conflict, 0) AS conflict, "
    f"r.number, {_DECISION} AS decision"
)

_NAMELESS = "\U0010ffff"
"""Stands behind all names."""

_KEYS = {
    "added": ("s.specimen_id", "ASC"),
    "recent": ("coalesce(r.number, 0)", "DESC"),
    "confidence": (
        f"CASE WHEN ({_STATE}) = 'waiting' THEN 2 WHEN r.conflict THEN -3 WHEN r.status = 'failed' THEN -1 "
        "WHEN r.name IS NULL THEN -2 ELSE coalesce(r.confidence, 0) END",
        "ASC",
    ),
    "name": (f"coalesce(r.name, '{_NAMELESS}') COLLATE NOCASE", "ASC"),
}


def _unsureness(row: Row) -> float:
    """As the key `confidence`: contradictions, no name, failed, the share of the evidence, what waits."""
    if row.state == "waiting":
        return 2
    if row.conflict:
        return -3
    if row.state == "failed":
        return -1
    return -2 if row.name is None else row.confidence or 0


def page(
    database: Database,
    wanted: Filter = ALL,
    order: str = "added",
    after: Row | None = None,
    limit: int = 200,
) -> list[Row]:
    """The rows that come next.

    Args:
        order: of `ORDERS`; `confidence` puts the least sure first, as a review wants it, and what waits
            last; `name` puts what has none last.
        after: the last row of the page before; None for the first page.
    """
    key, direction = _KEYS[order]
    where, values = wanted._where()
    if after is not None:
        sign = ">" if direction == "ASC" else "<"
        last = {
            "added": after.specimen_id,
            "recent": after.number or 0,
            "confidence": _unsureness(after),
            "name": after.name or _NAMELESS,
        }[order]
        where += (" AND " if where else " WHERE ") + (
            f"({key} {sign} ? OR ({key} = ? AND s.specimen_id {sign} ?))"
        )
        values += [last, last, after.specimen_id]
    sql = f"SELECT {_COLUMNS} {_FROM}{where} ORDER BY {key} {direction}, s.specimen_id {direction} LIMIT ?"
    return [_row(row) for row in database.rows(sql, [*values, limit])]


def numbers(database: Database, wanted: Filter = ALL, order: str = "added") -> array[int]:
    """The `specimen_id` of all rows that match, in order."""
    key, direction = _KEYS[order]
    where, values = wanted._where()
    if order == "recent" and not where:  # in the order of the index, without sorting all rows
        answered = database.integers("SELECT specimen_id FROM results ORDER BY number DESC")
        return answered + database.integers(
            "SELECT specimen_id FROM specimens WHERE state = 'waiting' AND specimen_id NOT IN "
            "(SELECT specimen_id FROM results) ORDER BY specimen_id DESC"
        )
    source = "FROM specimens s" if not where and order == "added" else _FROM
    sql = f"SELECT s.specimen_id {source}{where} ORDER BY {key} {direction}, s.specimen_id {direction}"
    return database.integers(sql, values)


def rows_of(database: Database, wanted: Sequence[int]) -> list[Row]:
    """The rows of some specimens, in the order asked for; removed ones are left out."""
    found: dict[int, Row] = {}
    for start in range(0, len(wanted), 500):
        part = list(wanted[start : start + 500])
        marks = ", ".join("?" * len(part))
        for row in database.rows(f"SELECT {_COLUMNS} {_FROM} WHERE s.specimen_id IN ({marks})", part):
            found[row["specimen_id"]] = _row(row)
    return [found[number] for number in wanted if number in found]


def counts(database: Database) -> Counts:
    """How many rows there are of each kind, in all."""
    waiting = int(database.value("SELECT count(*) FROM specimens WHERE state = 'waiting'"))
    total = int(database.value("SELECT count(*) FROM specimens"))
    by_state: dict[str, int] = {"waiting": waiting}
    by_rank: dict[str | None, int] = {}
    by_novelty: dict[str, int] = {}
    conflicts = 0
    rows = database.rows(
        "SELECT status, rank_level, novelty, conflict, count(*) FROM results "
        "GROUP BY status, rank_level, novelty, conflict"
    )
    answered_again = database.rows(
        "SELECT r.status, r.rank_level, r.novelty, r.conflict, -count(*) FROM specimens s "
        "JOIN results r ON r.specimen_id = s.specimen_id WHERE s.state = 'waiting' "
        "GROUP BY r.status, r.rank_level, r.novelty, r.conflict"
    )
    for status, level, novelty, conflict, n in [*map(tuple, rows), *map(tuple, answered_again)]:
        by_state[status] = by_state.get(status, 0) + n
        if status != "failed":
            by_rank[RANK_LEVELS[level]] = by_rank.get(RANK_LEVELS[level], 0) + n
            if novelty:
                by_novelty[novelty] = by_novelty.get(novelty, 0) + n
            conflicts += n if conflict else 0
    decided = int(
        database.value(
            "SELECT count(DISTINCT specimen_id) FROM decisions WHERE state = 'done' AND "
            "action NOT IN ('note', 'skip')"
        )
    )
    return Counts(total, by_state, by_rank, by_novelty, conflicts, decided)


def count(database: Database, wanted: Filter) -> int:
    """How many rows match."""
    where, values = wanted._where()
    return int(database.value(f"SELECT count(*) {_FROM}{where}", values))


def _row(row: sqlite3.Row) -> Row:
    values = {name: row[name] for name in Row.__dataclass_fields__}
    for flag in ("has_barcode", "calibrated", "conflict"):
        values[flag] = bool(values[flag])
    return Row(**values)


def _starts(word: str) -> str:
    for mark in ("\\", "%", "_"):
        word = word.replace(mark, f"\\{mark}")
    return f"{word}%"
