"""Several photos of one specimen: whether they can be of one, and what is left to say where they cannot.

The photos are judged together as their mean (`core.matching`, rule 9). Before that, each has a verdict of
its own. Two of them that name different orders or families, each surely enough to be named, are not
averaged away: perhaps photos of two specimens were mixed up. The verdict is then only what all evidence
of the specimen shares. No numpy here: the window needs these rules before it has loaded that.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.core.verdict import Verdict

_TOLD = ("order", "family")
"""Ranks at which a difference is a contradiction; below, one photo may merely show less than another."""


def contradiction(verdicts: Sequence[Verdict | None]) -> tuple[str, int, int] | None:
    """(rank, first, second): the highest rank at which two verdicts name different taxa, and which two.

    A verdict that does not reach a rank, or is unlike the library, contradicts nothing there; nor does None.
    """
    told = [(number, verdict.lineage) for number, verdict in enumerate(verdicts) if verdict is not None]
    for rank in _TOLD:
        for (first, a), (second, b) in combinations(told, 2):
            ours, theirs = a.at(rank), b.at(rank)
            if ours and theirs and ours.casefold() != theirs.casefold():
                return rank, first, second
    return None


def mixed_up(photos: Sequence[Verdict | None], barcode: Verdict | None = None) -> Verdict | None:
    """What photos that contradict each other share with each other and with the barcode.

    Args:
        photos: the verdict of each, in order; None for one that cannot be used.
        barcode: the verdict of the specimen's barcode, if it has one.

    Returns:
        None if the photos do not contradict each other.
    """
    found = contradiction(photos)
    if found is None:
        return None
    rank, *two = found
    highest, _, _ = contradiction([*photos, barcode]) or found  # the barcode may differ above
    depth = RANKS.index(highest)
    everything = [verdict for verdict in (*photos, barcode) if verdict is not None]
    named = [one for one in everything if depth and one.lineage.at(RANKS[depth - 1])]
    kept = named[0].ranks[:depth] if named else ()
    sides = [
        f"photo {number + 1} says {rank} {verdict.lineage.at(rank)}"
        for number, verdict in enumerate(photos)
        if number in two and verdict is not None
    ]
    return Verdict(
        name=kept[-1].name if kept else None,
        rank=kept[-1].rank if kept else None,
        confidence=min((one.ranks[depth - 1].share for one in named), default=0.0),
        calibrated=all(one.calibrated for one in everything),
        novelty="none",
        novelty_p=None,
        reason=f"The photos contradict each other: {', '.join(sides)}. Perhaps photos of two specimens were "
        "mixed up.",
        ranks=kept,
    )
