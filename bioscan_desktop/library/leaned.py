"""Searching a library for a photo whose encoder leans to the species that it was trained on."""

from __future__ import annotations

from collections import Counter

import numpy as np

from bioscan_desktop.core.leaning import Leaning
from bioscan_desktop.index.exact import ExactIndex, Index
from bioscan_desktop.library.records import RecordStore

BEYOND = 8
"""A graph knows plain cosines only: so many times as many keys are taken from it, and sorted anew."""


def shifts(records: RecordStore, modality: str, leaning: Leaning) -> np.ndarray:
    """(number of keys,) float32: what is added to the cosine of each key of a modality."""
    species = records.column("species", modality)
    keys = Counter(species)
    of = {name: leaning.shift(name, count, modality) for name, count in keys.items()}
    return np.fromiter((of[name] for name in species), dtype=np.float32, count=len(species))


def search(
    index: Index, queries: np.ndarray, k: int, shift: np.ndarray, allowed: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The best keys by shifted cosine.

    Args:
        queries: (q, d) unit rows.
        shift: (n,) as `shifts` gives it.
        allowed: (n,) bool; only an exact index knows it.

    Returns:
        rows (q, k) int64, best first, and their plain cosines (q, k) float32.
    """
    if isinstance(index, ExactIndex):
        rows, scores = index.search(queries, k, allowed, shift)
        return rows, scores - shift[rows]
    rows, scores = index.search(queries, BEYOND * k)
    order = np.lexsort((rows, -(scores + shift[rows])), axis=1)[:, :k]
    return np.take_along_axis(rows, order, 1), np.take_along_axis(scores, order, 1)
