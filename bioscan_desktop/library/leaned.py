"""Searching keys for a photo whose encoder leans to the species that it was trained on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bioscan_desktop.core.leaning import Leaning
from bioscan_desktop.index.exact import ExactIndex, Index

BEYOND = 8
"""So many times as many keys as are asked for are looked at before they are sorted anew."""


@dataclass(frozen=True)
class Shifts:
    """What is made of the cosines of all keys of one modality.

    Attributes:
        between: (n,) float32, added in comparing genera.
        within: (n,) float32, added in comparing the species of a genus; None where that is the same.
        scale: (n,) float32 that cosines are multiplied by first; None for 1.
        genus, species: (n,) int64 numbers of the names; a key without one has a number of its own.
        kin: (n,) int64 for each part of what the encoder learned of genera and families, see `core.kin`:
            the columns of the keys' names in its gains.
    """

    between: np.ndarray
    within: np.ndarray | None
    scale: np.ndarray | None
    genus: np.ndarray
    species: np.ndarray
    kin: tuple[np.ndarray, ...] = ()

    @classmethod
    def of(
        cls,
        names: Mapping[str, Sequence[str | None]],
        modality: str,
        leaning: Leaning,
        isolation: np.ndarray | None = None,
    ) -> Shifts:
        """Of keys, in their order.

        Args:
            names: of each key, by rank from family to species.
            isolation: (n,) cosine of each key to the nearest of another species, if that is known.
        """
        species = names["species"]
        count = len(species)
        known, numbers = _numbered(species)

        def each(values: Iterable[float]) -> np.ndarray:
            """(n,) float32, from one value per name."""
            return np.fromiter(values, np.float32, len(known))[numbers]

        between = each(leaning.between_genera(name, modality) for name in known)
        within = scale = None
        if leaning.by_genus(modality):
            keys = np.bincount(numbers, minlength=len(known)).tolist()
            pairs = zip(known, keys, strict=True)
            within = each(leaning.within_genus(name, number, modality) for name, number in pairs)
        common = np.zeros(count, dtype=np.float32)
        if stretch := leaning.stretch.get(modality, 0.0):
            scale = each(1 + stretch if name in leaning.species else 1.0 for name in known)
            common += 1 - scale  # cosine -> 1 - (1 + stretch) * (1 - cosine)
        if isolation is not None and count and (share := leaning.crowding.get(modality, 0.0)):
            # Less the mean, so that photos and barcodes stay comparable where nothing is calibrated.
            lonely = isolation.astype(np.float32)
            common += np.float32(share) * (lonely.mean() - lonely)
        between += common
        if within is not None:
            within += common
        kin = tuple(part.columns(names[part.rank]) for part in leaning.kin_of(modality))
        return cls(between, within, scale, _apart(*_numbered(names["genus"])), _apart(known, numbers), kin)

    def scaled(self, rows: np.ndarray, cosines: np.ndarray) -> np.ndarray:
        """(m,) cosines of rows, multiplied as they are compared."""
        return cosines if self.scale is None else cosines * self.scale[rows]


def _numbered(names: Sequence[str | None]) -> tuple[list[str | None], np.ndarray]:
    """The different names in the order that they come in, and (n,) int64 which of them each is."""
    place = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return list(place), np.fromiter(map(place.__getitem__, names), np.int64, len(names))


def _apart(known: Sequence[str | None], numbers: np.ndarray) -> np.ndarray:
    """(n,) int64 numbers in which each key without a name has a negative one of its own."""
    if None not in known:
        return numbers
    return np.where(numbers == known.index(None), -1 - np.arange(len(numbers)), numbers)


def search(
    index: Index,
    queries: np.ndarray,
    k: int,
    shifts: Shifts,
    allowed: np.ndarray | None = None,
    gains: Sequence[np.ndarray] = (),
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """The best keys for each photo.

    Genera stand in the order of their best keys, and within each the species in that of theirs. Where
    the two are compared differently, only the nearest key of each species answers: a photo does not
    tell its barcodes apart.

    Args:
        queries: (q, d) unit rows.
        k: keys, at most.
        allowed: (n,) bool; only an exact index knows it.
        gains: (q, c) float32 for each part of `shifts.kin`, added to the keys of a name.

    Returns:
        for each query (m,) rows, best first, their plain cosines and what is added to them.
    """
    exact = isinstance(index, ExactIndex)
    lifts = list(zip(shifts.kin, gains, strict=True))
    wide = k if exact and shifts.within is None else BEYOND * k
    found: list[tuple[np.ndarray, np.ndarray]]
    if isinstance(index, ExactIndex):
        each = [shift for shift in (shifts.between, shifts.within) if shift is not None]
        shifted = index.search_shifted(queries, wide, each, allowed, shifts.scale, lifts)
        found = [
            (rows, scores - shift[rows] - _gained(lifts, rows))
            for shift, (rows, scores) in zip(each, shifted, strict=True)
        ]
        if (scale := shifts.scale) is not None:
            found = [(rows, scores / scale[rows]) for rows, scores in found]
    else:
        found = [index.search(queries, wide)]
    answers = []
    for number in range(len(queries)):
        rows, first = np.unique(np.concatenate([rows[number] for rows, _ in found]), return_index=True)
        cosines = np.concatenate([scores[number] for _, scores in found])[first]
        own = [(columns, table[number : number + 1]) for columns, table in lifts]
        judged = _judged(rows, cosines, shifts) + _gained(own, rows[None])[0]
        order = np.lexsort((rows, -judged))
        if shifts.within is not None:
            _, nearest = np.unique(shifts.species[rows[order]], return_index=True)
            order = order[np.sort(nearest)]
        order = order[:k]
        answers.append((rows[order], cosines[order], (judged - cosines)[order]))
    return answers


def _gained(lifts: Sequence[tuple[np.ndarray, np.ndarray]], rows: np.ndarray) -> np.ndarray:
    """(q, m) what each query adds to the keys of these (q, m) rows."""
    total = np.zeros(rows.shape, dtype=np.float32)
    for columns, table in lifts:
        total += np.take_along_axis(table, columns[rows], axis=1)
    return total


def _judged(rows: np.ndarray, cosines: np.ndarray, shifts: Shifts) -> np.ndarray:
    """(m,) what keys are ranked by: the best of the genus, less how far the key is behind in it."""
    scaled = shifts.scaled(rows, cosines)
    between = scaled + shifts.between[rows]
    if shifts.within is None:
        return between
    within = scaled + shifts.within[rows]
    genera, place = np.unique(shifts.genus[rows], return_inverse=True)
    best = np.full((2, len(genera)), -np.inf, dtype=np.float32)
    np.maximum.at(best[0], place, between)
    np.maximum.at(best[1], place, within)
    return best[0][place] + within - best[1][place]
