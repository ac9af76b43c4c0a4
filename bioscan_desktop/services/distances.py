"""Distances within and between species, from the keys of a library.

The distance of two keys is 1 - cosine of their embeddings, so 0 is the same and 1 is nothing in
common. It is no share of bases that differ; where two species stand relative to each other is what
it tells. The "barcode gap" (Meyer & Paulay 2005, doi:10.1371/journal.pbio.0030422) of a species is
the distance to the nearest key of another species minus the largest distance within: where it is
positive, the species can be told from all others of the library.

Keys without a full species name say nothing here: they may be of any species.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.index.keys import Keys, take_rows, unit_blocks
from bioscan_desktop.services.browse import Taxonomy
from bioscan_desktop.services.tasks import CancelToken, Progress, ProgressCallback, silent

SCORES_AT_ONCE = 8_000_000
"""Similarities that are held at a time: 32 MB."""

PAIRS_MAX = 4_000_000_000
"""Pairs of keys that are compared at most: a minute or so on two cores."""


@dataclass(frozen=True, slots=True)
class SpeciesGap:
    """How a species stands apart.

    Attributes:
        taxon: number of the species.
        n_keys: of the modality asked for.
        within_mean, within_max: distances between its own keys; None if it has but one.
        nearest: number of the species whose key is nearest; None if there is no other.
        between: distance to that key; None likewise.
        nearest_rows: rows in the key matrix of the two keys that are nearest, its own first.
    """

    taxon: int
    n_keys: int
    within_mean: float | None
    within_max: float | None
    nearest: int | None
    between: float | None
    nearest_rows: tuple[int, int] | None

    @property
    def gap(self) -> float | None:
        """Positive where the species stands apart; None where it cannot be told."""
        if self.between is None or self.within_max is None:
            return None
        return self.between - self.within_max


def species_gaps(
    taxonomy: Taxonomy,
    keys: Keys,
    modality: str,
    taxon: int,
    progress: ProgressCallback = silent,
    cancel: CancelToken | None = None,
) -> list[SpeciesGap]:
    """The gaps of all species of a taxon, compared with all species of the library.

    Args:
        keys: (n, d) unit rows of the modality, in memory or on disk.
        taxon: number of a taxon; a species gives one gap.

    Returns:
        species with the smallest gap first, those of a single key last.

    Raises:
        ArgumentError: if that would take too long.
        Cancelled: after `cancel`.
    """
    cancel = cancel or CancelToken()
    species = _species_of_rows(taxonomy, modality, len(keys))
    asked = taxonomy.rows(taxon, modality)
    asked = asked[species[asked] >= 0]
    asked = asked[np.argsort(species[asked], kind="stable")]
    if len(asked) * len(keys) > PAIRS_MAX:
        raise ArgumentError(
            f"{taxonomy.taxon(taxon).name} has too many keys to compare at once ({len(asked):,}); "
            "choose a smaller group."
        )
    rows = take_rows(keys, asked)
    scores, near = _nearest_other(keys, species, asked, rows, progress, cancel)
    gaps = []
    bounds = np.flatnonzero(np.diff(species[asked], prepend=-1, append=-1))
    for start, end in pairwise(bounds):
        cancel.check()
        best = int(np.argmax(scores[start:end])) + int(start)
        there = np.isfinite(scores[best])
        mean, largest = _within(rows[start:end])
        gaps.append(
            SpeciesGap(
                taxon=int(species[asked[start]]),
                n_keys=int(end - start),
                within_mean=mean,
                within_max=largest,
                nearest=int(species[near[best]]) if there else None,
                between=_distance(scores[best]) if there else None,
                nearest_rows=(int(asked[best]), int(near[best])) if there else None,
            )
        )
    return sorted(gaps, key=lambda g: (g.gap is None, g.gap if g.gap is not None else g.between or 0.0))


def _species_of_rows(taxonomy: Taxonomy, modality: str, n_rows: int) -> np.ndarray:
    """(n_rows,) int32: number of the species; -1 for keys without a full species name."""
    species = taxonomy.taxon_of_rows(modality, n_rows)
    named = np.array([taxonomy.is_species(int(n)) for n in np.unique(species)], dtype=bool)
    _, place = np.unique(species, return_inverse=True)
    return np.where(named[place], species, -1).astype(np.int32)


def _nearest_other(
    keys: Keys,
    species: np.ndarray,
    asked: np.ndarray,
    rows: np.ndarray,
    progress: ProgressCallback,
    cancel: CancelToken,
) -> tuple[np.ndarray, np.ndarray]:
    """Cosine and row of the nearest key of another species, for each row asked for; -inf for none.

    Args:
        species: (n,) of all keys; -1 for those that are left out.
        asked, rows: (m,) numbers of the rows asked for, and (m, d) themselves.
    """
    scores = np.full(len(asked), -np.inf, dtype=np.float32)
    near = np.zeros(len(asked), dtype=np.int64)
    own = species[asked]
    for first, block in unit_blocks(keys):
        theirs = species[first : first + len(block)]
        step = max(1, SCORES_AT_ONCE // max(1, len(block)))
        for start in range(0, len(asked), step):
            cancel.check()
            found = rows[start : start + step] @ block.T  # (step, block)
            found[:, theirs < 0] = -np.inf
            found[own[start : start + step, None] == theirs[None, :]] = -np.inf
            best = found.argmax(axis=1)
            value = found[np.arange(len(found)), best]
            nearer = value > scores[start : start + step]
            scores[start : start + step][nearer] = value[nearer]
            near[start : start + step][nearer] = best[nearer] + first
        progress(Progress(first + len(block), len(species), "Comparing keys"))
    return scores, near


def _within(rows: np.ndarray) -> tuple[float | None, float | None]:
    """Mean and largest distance between (m, d) unit rows; None for a single one."""
    count = len(rows)
    if count < 2:
        return None, None
    # The mean needs no pairs: the squared length of the sum holds all products.
    total = rows.sum(axis=0, dtype=np.float64)
    products = float(total @ total) - float(np.einsum("ij,ij->", rows, rows, dtype=np.float64))
    mean = _distance(products / (count * (count - 1)))
    lowest = 1.0
    step = max(1, SCORES_AT_ONCE // count)
    for start in range(0, count, step):
        lowest = min(lowest, float((rows[start : start + step] @ rows.T).min()))
    return mean, _distance(lowest)


def _distance(cosine: float) -> float:
    return float(np.clip(1.0 - cosine, 0.0, 2.0))
