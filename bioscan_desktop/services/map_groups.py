"""The groups that a map is coloured by: the largest of a rank, and all others together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.library.pack import MODALITIES
from bioscan_desktop.services.browse import Taxonomy
from bioscan_desktop.services.embedding_map import Points

LABELS_MAX = 24


@dataclass(frozen=True, slots=True)
class Group:
    """A colour of the map.

    Attributes:
        taxon: its number; None for all others together.
        n_taxa: 1, or how many the others are.
        counts: points by modality.
    """

    taxon: int | None
    n_taxa: int
    counts: dict[str, int]

    @property
    def total(self) -> int:
        """Points in all."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class Grouping:
    """Points by groups.

    Attributes:
        number: (n,) int16, place in `groups`.
        taxon: (n,) int32, taxon of the rank; -1 for points that are not named that far.
        groups: the largest first; all others, if there are any, last.
    """

    number: np.ndarray
    taxon: np.ndarray
    groups: list[Group]


def group_by(taxonomy: Taxonomy, points: Points, rank: str, colours: int) -> Grouping:
    """Groups points by their taxa of a rank.

    Args:
        colours: groups at most, besides the others.
    """
    at_rank = _at_rank(taxonomy, points.taxon, rank)
    taxa, place, counts = np.unique(at_rank, return_inverse=True, return_counts=True)
    order = [int(i) for i in np.argsort(-counts, kind="stable") if taxa[i] >= 0][:colours]
    number = np.full(len(taxa), len(order), dtype=np.int16)
    number[order] = np.arange(len(order), dtype=np.int16)
    numbers = number[place] if len(taxa) else np.zeros(0, dtype=np.int16)
    groups = [Group(int(taxa[i]), 1, _counts(points, numbers == n)) for n, i in enumerate(order)]
    others = numbers == len(order)
    if others.any():
        groups.append(Group(None, len(taxa) - len(order), _counts(points, others)))
    return Grouping(numbers, at_rank, groups)


def _at_rank(taxonomy: Taxonomy, taxa: np.ndarray, rank: str) -> np.ndarray:
    """(n,) int32: the taxon of a rank above each taxon; -1 where there is none."""
    unique, place = np.unique(taxa, return_inverse=True)
    above = [taxonomy.ancestor_at(int(taxon), rank) for taxon in unique]
    numbers = np.array([-1 if taxon is None else taxon for taxon in above], dtype=np.int32)
    return numbers[place] if len(unique) else np.zeros(0, dtype=np.int32)


def _counts(points: Points, own: np.ndarray) -> dict[str, int]:
    modalities = points.modality[own]
    return {name: int((modalities == number).sum()) for number, name in enumerate(MODALITIES)}


def below(taxonomy: Taxonomy, points: Points, taxon: int) -> np.ndarray:
    """(n,) bool: the points of a taxon and all below."""
    part = taxonomy.key_slice(taxon)
    return (points.place >= part.start) & (points.place < part.stop)


def middles(grouping: Grouping, xy: np.ndarray, limit: int = LABELS_MAX) -> list[tuple[int, np.ndarray]]:
    """Where to write the names of the largest taxa: (taxon, (2,)), the largest first.

    A taxon of several clusters is named at the point that is nearest to its median, so that the
    name stands on the taxon and not between two parts of it.
    """
    taxa, counts = np.unique(grouping.taxon, return_counts=True)
    largest = [int(taxa[i]) for i in np.argsort(-counts, kind="stable") if taxa[i] >= 0][:limit]
    found = []
    for taxon in largest:
        own = xy[grouping.taxon == taxon]
        median = np.median(own, axis=0)
        found.append((taxon, own[np.hypot(*(own - median).T).argmin()]))
    return found


def default_rank(taxonomy: Taxonomy, taxon: int) -> str:
    """What to colour the map of a taxon by: the rank right below."""
    rank = taxonomy.rank(taxon)
    if rank is None:
        n_orders = taxonomy.counts(taxon).taxa["order"]
        return "order" if n_orders > 1 else "family"
    return RANKS[min(RANKS.index(rank) + 1, len(RANKS) - 1)]
