"""What a photo encoder learned of genera and families, and how it helps to find their barcodes.

A photo lies nearer to photos than to barcodes, also to photos of other species of its genus. So a model
pack can tell where the photos that it was trained on lie: by their genus, one row for each species, and
by their family, the prototypes that the encoder was trained with. What lies near a photo there counts for
the barcodes of the same genus and family. Only names that stand out gain, and none loses: a photo of a
genus that was never seen is ranked as before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

FIRST: Mapping[str, int] = {"genus": 20, "family": 5}
"""So many names of a rank gain at most: those nearest to the photo, each by how far it is ahead of the
last of them. Half or twice as many genera, three or eight families do as well."""


@dataclass(frozen=True, eq=False)
class Kin:
    """Rows of one rank.

    Attributes:
        rank: `genus` or `family`.
        names: (r,) of each row; a name may have several.
        rows: (r, d) float32 unit rows.
        share: of how far a name is ahead, which is added to the cosines of its keys.
        species: (r,) whose photos each row is the mean of; empty where rows are of more than one.
    """

    rank: str
    names: tuple[str, ...]
    rows: np.ndarray
    share: float
    species: tuple[str, ...] = ()

    def columns(self, names: Sequence[str | None]) -> np.ndarray:
        """(n,) int64 places of names in what `gains` returns; of other names the last one."""
        known = self._known
        return np.fromiter((known.get(name or "", len(known)) for name in names), np.int64, len(names))

    def gains(self, queries: np.ndarray, without: str | None = None) -> np.ndarray:
        """What is added to the cosines of the keys of each name.

        Args:
            queries: (q, d) float32 unit rows of photos.
            without: a species that is taken for one that the encoder was not trained on.

        Returns:
            (q, names + 1) float32, not negative; the last column is 0.
        """
        known = len(self._known)
        found = np.zeros((len(queries), known + 1), dtype=np.float32)
        if not known or not len(queries):
            return found
        order, starts, sorted_rows = self._by_name
        # One at a time: a product of this size is not shared among threads, which would wait for each other.
        cosines = np.stack([sorted_rows @ query for query in queries])
        if without is not None and without in self.species:
            cosines[:, [self.species[row] == without for row in order]] = -1
        nearest = np.maximum.reduceat(cosines, starts, axis=1)
        last = max(0, known - FIRST[self.rank])
        floor = np.partition(nearest, last, axis=1)[:, last, None]
        found[:, :-1] = np.float32(self.share) * np.maximum(nearest - floor, 0)
        return found

    @cached_property
    def _known(self) -> dict[str, int]:
        """Each name once, by its number."""
        return {name: number for number, name in enumerate(dict.fromkeys(self.names))}

    @cached_property
    def _by_name(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(r,) order that puts the rows of a name together, (names,) where each begins, (r, d) such rows."""
        numbers = np.array([self._known[name] for name in self.names])
        order = np.argsort(numbers, kind="stable")
        counts = np.bincount(numbers)
        return order, np.cumsum(counts) - counts, self.rows[order]
