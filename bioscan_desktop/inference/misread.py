"""Bases of a barcode that are errors of reading rather than differences of its species.

Species differ where COI varies: mostly at third codon positions, by bases that other species have there,
too. An error hits any position, and half of them make a base that next to no barcode has there. Such a
base is left open, before the barcode is encoded and compared: it counts neither for nor against a key.
"""

from __future__ import annotations

import numpy as np

from bioscan_desktop.inference.columns import BLANK
from bioscan_desktop.inference.frame import base_counts, frequencies

RARE = 0.001
"""Share of the barcodes below which a base does not belong at a position."""

KNOWN_BEFORE = 500
"""Barcodes that the frequencies among insects count as, beside a library's own: what ten keys of a small
library lack is not rare, and what one of them has does belong there."""


def usual_bases(planes: np.ndarray) -> np.ndarray:
    """(3, W, n) uint64 planes of a library's barcodes -> (658, 5) bool: what belongs where; a blank does."""
    counts = base_counts(planes)
    expected = counts + KNOWN_BEFORE * frequencies()
    every = counts.sum(axis=1, keepdims=True) + KNOWN_BEFORE
    return np.column_stack([expected >= RARE * every, np.ones(len(counts), dtype=bool)])


def without_misread(codes: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """(n, 658) uint8 codes of barcodes, those bases left open that do not belong where they stand."""
    belongs = usual[np.arange(len(usual)), codes]
    return np.where(belongs, codes, np.uint8(BLANK))
