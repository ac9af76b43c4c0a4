"""In which order the specimens of the list stand. Pure rules, no Qt.

- As they came: nothing is compared.
- By their own names, as a person counts: `img2` before `img10`.
- By taxon: order, family, genus, species of the verdict; a specimen named to its genus stands behind
  those named to a species of it. Behind all names come contradictions, whose name is not believed, then
  what has no name, what failed, and what waits.
- Least sure first: contradictions, then what has no name, what failed, then by the share of the
  evidence. What waits comes last: there is nothing to look at yet.

What is equal stands as it came.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from typing import TYPE_CHECKING

from bioscan_desktop.core.natural import natural_text
from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.ui.translating import mark

if TYPE_CHECKING:
    from bioscan_desktop.ui.models.specimens import Row

Value = str | float
"""What rows are compared by. No tuple: a hundred thousand of them would hold up Python's garbage
collector, and with it the window."""

STEP = 500
"""Rows between two looks at the clock, where many are sorted."""

CONFLICT, NAMELESS, FAILED, WAITING = range(4)
"""What has no name to sort by, in the order in which it stands."""


@dataclass(frozen=True, slots=True)
class Order:
    """A way to sort the list.

    Attributes:
        name: as the setting `list_order` keeps it.
        text: of the menu, in English.
        told: for the line above the list, in English; "" where nothing has to be said.
        value: what rows are compared by; None leaves them as they came.
        by_answer: an answer may give a row another place.
    """

    name: str
    text: str
    told: str = ""
    value: Callable[[Row], Value] | None = None
    by_answer: bool = False


def _nameless(row: Row) -> int | None:
    """Why a row has no name; None if it has one."""
    if row.facets.notice == "conflict":
        return CONFLICT
    verdict = row.result.verdict if row.result is not None else None
    if verdict is not None:
        return NAMELESS if verdict.name is None else None
    return WAITING if row.result is None else FAILED


def unsureness(row: Row) -> float:
    """The least sure first: contradictions, no name, failed, then the share of the evidence; then what
    waits."""
    nameless = _nameless(row)
    if nameless is not None:
        return 2.0 if nameless == WAITING else float(nameless - WAITING)
    verdict = row.result.verdict if row.result is not None else None
    return verdict.confidence if verdict is not None else 2.0


def by_name(row: Row) -> str:
    """Its own name."""
    return natural_text(row.specimen.query_id)


_taxon = lru_cache(maxsize=10_000)(natural_text)
"""The same taxa come again and again."""

_ABSENT = "\uffff"


def by_taxon(row: Row) -> str:
    """The names of its verdict, then its own."""
    nameless = _nameless(row)
    own = natural_text(row.specimen.query_id)
    verdict = row.result.verdict if row.result is not None else None
    if nameless is not None or verdict is None:
        return f"1{nameless}\x01{own}"
    lineage = verdict.lineage
    names = [lineage.at(rank) for rank in RANKS]
    return "\x01".join(["0", *(_taxon(name) if name else _ABSENT for name in names), own])


ARRIVAL = Order("arrival", mark("As they &came"))

ORDERS: dict[str, Order] = {
    order.name: order
    for order in (
        ARRIVAL,
        Order("name", mark("By &name of the specimen"), mark("by name of the specimen"), by_name),
        Order("taxon", mark("By &taxon"), mark("by taxon"), by_taxon, True),
        Order("unsure", mark("&Least sure first"), mark("least sure first"), unsureness, True),
    )
}
"""By name, in the order of the menu."""


def sorted_keys(
    total: int,
    pick: Callable[[int, int], list[Row]],
    value: Callable[[Row], Value] | None,
    found: list[int],
    values: dict[int, Value],
) -> Iterator[None]:
    """Puts rows in order in short steps; Qt's own sorting, or Python's of all at once, would hold up the
    window.

    Args:
        total: rows there are.
        pick: the wanted ones from a place to before another.
        value: what they are compared by; None leaves them as they came.
        found: their keys are filled in here.
        values: what they are compared by, by key; what is missing is filled in.
    """
    runs: list[list[int]] = []
    for start in range(0, total, STEP):
        if start:
            yield
        some = pick(start, min(start + STEP, total))
        keys = [row.key for row in some]
        if value is not None:
            values.update((row.key, value(row)) for row in some if row.key not in values)
            keys.sort(key=values.__getitem__)
        runs.append(keys)
    if value is None:
        found += chain.from_iterable(runs)
        return
    merged = heapq.merge(*runs, key=values.__getitem__)
    while part := list(islice(merged, STEP)):
        found += part
        if len(part) == STEP:
            yield
