"""Which specimens of the list are wanted: by state, rank of the verdict, notice, decision, and words.

Pure rules, no Qt. Within a group any of the chosen values will do; the groups and the words must all
hold. Nothing chosen in a group asks for nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING

from bioscan_desktop.ui import wording
from bioscan_desktop.ui.translating import mark, tr

if TYPE_CHECKING:
    from bioscan_desktop.ui.models.specimens import Row

_RANKS = {
    "species": mark("Species"),
    "genus": mark("Genus"),
    "family": mark("Family"),
    "order": mark("Order"),
}

GROUPS: dict[str, tuple[str, dict[str, str]]] = {
    "state": (mark("State"), {
        "waiting": mark("Waiting"), "done": mark("Identified"), "partial": mark("Partly identified"),
        "failed": mark("Failed"), "stopped": mark("Stopped"),
    }),
    "rank": (mark("Named to"), {**_RANKS, "none": mark("No name")}),
    "notice": (mark("Needs a look"), {
        "conflict": mark("Photo and barcode, or photos, contradict"),
        "new_species": mark("Species may not be in the library"),
        "unlike_library": mark("Unlike anything in the library"),
    }),
    "decision": (mark("Your decision"), {
        "open": mark("None yet"), "accept": mark("Accepted"), "reject": mark("Rejected"),
        "name": mark("Named by you"), "unknown": mark("Unknown"), "skip": mark("Put off"),
    }),
}  # fmt: skip
"""Title and values, with their words in English, of each group."""


@dataclass(frozen=True, slots=True)
class Facets:
    """What a row is in each group; "" where it is nothing."""

    state: str
    rank: str
    notice: str
    decision: str


def facets(row: Row) -> Facets:
    """The values of a row."""
    state = "waiting" if row.state.value == "working" else row.state.value
    rank = notice = ""
    result = row.result
    if result is not None and result.verdict is not None:
        rank = result.verdict.rank or "none"
        if wording.conflict_rank(result):
            notice = "conflict"
        elif result.verdict.novelty != "none":
            notice = result.verdict.novelty
    return _shared(state, rank, notice, row.decision_kind)


@cache
def _shared(state: str, rank: str, notice: str, decision: str) -> Facets:
    """There are few different ones, however many rows."""
    return Facets(state, rank, notice, decision)


def words(row: Row) -> str:
    """What can be found of a row by words, folded: id, source, names of its lineage, own name."""
    found = [row.specimen.query_id, wording.source(row.specimen.input), row.own_name]
    if row.result is not None and row.result.verdict is not None:
        found += [share.name for share in row.result.verdict.ranks]
        found += [name for name in row.result.verdict.lineage.names() if name]
    return "\n".join(found).casefold()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for.

    Attributes:
        text: words that must all occur.
        state, rank, notice, decision: chosen values of each group.
    """

    text: str = ""
    state: frozenset[str] = frozenset()
    rank: frozenset[str] = frozenset()
    notice: frozenset[str] = frozenset()
    decision: frozenset[str] = frozenset()

    @property
    def is_all(self) -> bool:
        """Nothing is asked for."""
        return self == ALL

    @property
    def chosen(self) -> int:
        """How many values are chosen in the groups."""
        return sum(len(getattr(self, group)) for group in GROUPS)

    def toggled(self, group: str, value: str) -> Wanted:
        """With a value added, or taken out if it was in."""
        return replace(self, **{group: getattr(self, group) ^ {value}})

    def among(self, rows: Sequence[Row], start: int, end: int) -> list[int]:
        """Places of the wanted rows from `start` to before `end`."""
        places: Iterable[int] = range(start, end)
        for group in GROUPS:
            chosen = getattr(self, group)
            if chosen:
                value = attrgetter(group)
                places = [place for place in places if value(rows[place].facets) in chosen]
        for word in self.text.casefold().split():
            places = [place for place in places if word in rows[place].words]
        return list(places)

    def matches(self, row: Row) -> bool:
        """The row is wanted."""
        return bool(self.among([row], 0, 1))

    def told(self) -> str:
        """What is asked for, in words."""
        parts = [
            tr(" or ").join(
                wording.lower_first(tr(title))
                for value, title in values.items()
                if value in getattr(self, group)
            )
            for group, (_, values) in GROUPS.items()
            if getattr(self, group)
        ]
        return "; ".join([*parts, *([tr("“{words}”").format(words=self.text)] if self.text else [])])


ALL = Wanted()


def count(rows: Iterable[Row]) -> dict[str, Counter[str]]:
    """How many rows have each value, by group."""
    found: dict[str, Counter[str]] = {group: Counter() for group in GROUPS}
    for row in rows:
        values = row.facets
        for group, counter in found.items():
            counter[getattr(values, group)] += 1
    return found
