"""References placed in the common frame, searched by their aligned differences.

Percent identity sorts the relatives of an unknown species badly: third codon positions change so
often that a distant genus looks as near as the own one. *Relatedness* weighs each kind of difference
by what it says: rates of transitions and transversions by codon position, their square roots (the
first few differences say more than the next), the rate of changed amino acids, and the overlap.

Shapes: m references (keys of a library, by row), 658 positions, W words (see `inference.frame`),
F = 15 features.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bioscan_desktop.inference.columns import BLANK
from bioscan_desktop.inference.frame import POSITIONS, WORDS, Differences, differences, pack, unpack

_RATES = tuple(
    f"{kind}_{at}" for kind in ("transitions", "transversions") for at in ("third", "first", "second")
)

FEATURES: tuple[str, ...] = (
    *_RATES, *(f"sqrt_{name}" for name in _RATES), "amino_acids", "sqrt_amino_acids", "overlap"
)  # fmt: skip

DEFAULT_WEIGHTS: dict[str, float] = dict(
    zip(
        FEATURES,
        (7.6, -26.6, -29.2, -28.4, -50.2, -79.1, -2.1, -15.0, -9.9, -20.4, -19.3, -16.8, -21.3, -12.6, 13.5),
        strict=True,
    )
)
"""Fitted on barcodes of the starter's training species, each asked without its own species."""

LEAST_OVERLAP = 60
"""Positions that two barcodes must share to be compared at all."""

MANY = 60_000
"""Above so many references only those near by embedding are compared: a scan takes 0.13 ms per 1,000."""


@dataclass(frozen=True)
class Compared:
    """References beside one query.

    Attributes:
        rows: (r,) int64 of the references.
        mismatch: (r,) float64 share of differing bases; NaN where the overlap is too small.
        relatedness: (r,) float64; NaN likewise.
    """

    rows: np.ndarray
    mismatch: np.ndarray
    relatedness: np.ndarray


class AlignedIndex:
    """Barcodes of a library in the frame.

    Args:
        planes: (3, W, m) uint64, see `inference.frame.pack`; blank for keys without a barcode. May be
            memory-mapped.
        weights: of `FEATURES`; `DEFAULT_WEIGHTS` serve for what is lacking.
    """

    def __init__(self, planes: np.ndarray, weights: Mapping[str, float] | None = None) -> None:
        if planes.ndim != 3 or planes.shape[:2] != (3, WORDS) or planes.dtype != np.uint64:
            raise ValueError(f"these are no planes of barcodes: {planes.dtype} of shape {planes.shape}")
        self.planes = planes
        every = {**DEFAULT_WEIGHTS, **(weights or {})}
        self._weights = np.array([every[name] for name in FEATURES])
        self._plain = self._weights[[*range(2 * len(_RATES)), len(FEATURES) - 1]]

    def __len__(self) -> int:
        return self.planes.shape[2]

    def search(
        self,
        query: np.ndarray,
        k: int,
        allowed: np.ndarray | None = None,
        also: np.ndarray | None = None,
    ) -> Compared:
        """The most closely related references, and the least differing ones, of one barcode.

        Args:
            query: (658,) uint8 codes.
            k: of each of the two kinds; their union is given, in order of rows.
            allowed: (m,) bool; False references are left out.
            also: (a,) int64 rows that are given in any case.
        """
        found = differences(pack(query[None])[:, :, 0], self.planes)
        mismatch, usable = mismatch_of(found)
        if allowed is not None:
            usable &= allowed
        mismatch[~usable] = np.inf
        # The features cost most, and no relative is outside of the many least differing references.
        near = _first(mismatch, WIDE)
        near = near[usable[near]]
        part = Differences(found.compared[:, near], found.transitions[:, near], found.transversions[:, near])
        rough = features_of(part) @ self._plain
        asked = np.zeros(0, dtype=np.int64) if also is None else also
        looked = near[np.union1d(_first(-rough, 2 * k), _first(mismatch[near], k))]
        every = np.union1d(looked, asked)
        part = Differences(
            found.compared[:, every], found.transitions[:, every], found.transversions[:, every]
        )
        close = self._finish(query, every, part)
        usable = np.isin(every, looked)
        best = np.union1d(
            _first(np.where(usable, -close.relatedness, np.inf), k),
            _first(np.where(usable, close.mismatch, np.inf), k),
        )
        kept = np.union1d(best[usable[best]], np.flatnonzero(np.isin(every, asked)))
        return Compared(close.rows[kept], close.mismatch[kept], close.relatedness[kept])

    def compare(self, query: np.ndarray, rows: np.ndarray) -> Compared:
        """Mismatch and relatedness of one barcode with certain references, in their order."""
        found = differences(pack(query[None])[:, :, 0], self.planes[:, :, rows])
        return self._finish(query, rows, found)

    def features(self, query: np.ndarray, rows: np.ndarray, found: Differences) -> np.ndarray:
        """(r, F) of one barcode with certain references, from their counted differences."""
        own = amino_acids(query[None])[0]
        theirs = amino_acids(unpack(self.planes[:, :, rows]))
        known = (theirs != _NO_ACID) & (own != _NO_ACID)
        changed = ((theirs != own) & known).sum(axis=1) / np.maximum(known.sum(axis=1), 10)
        plain = features_of(found)
        return np.column_stack([plain[:, :-1], changed, np.sqrt(changed), plain[:, -1]])

    def _finish(self, query: np.ndarray, rows: np.ndarray, found: Differences) -> Compared:
        mismatch, usable = mismatch_of(found)
        relatedness = self.features(query, rows, found) @ self._weights
        return Compared(rows, np.where(usable, mismatch, np.nan), np.where(usable, relatedness, np.nan))


WIDE = 400
"""References whose features are looked at in a search."""


def mismatch_of(found: Differences) -> tuple[np.ndarray, np.ndarray]:
    """(m,) shares of differing bases, and (m,) bool whether enough were compared."""
    compared = found.compared.sum(axis=0, dtype=np.uint16)
    different = (found.transitions + found.transversions).sum(axis=0, dtype=np.uint16)
    return different / np.maximum(compared, 1), compared >= LEAST_OVERLAP


def features_of(found: Differences) -> np.ndarray:
    """(m, F - 2) features that need no amino acids: rates, their roots, overlap."""
    compared = np.maximum(found.compared, 20)  # few positions give wild rates
    rates = np.concatenate([found.transitions / compared, found.transversions / compared])  # (6, m)
    overlap = found.compared.sum(axis=0, keepdims=True) / POSITIONS
    return np.concatenate([rates, np.sqrt(rates), overlap]).T


def _first(values: np.ndarray, k: int) -> np.ndarray:
    """Numbers of the `k` smallest, in no order; ties are cut by number, so the same are always taken."""
    if len(values) <= k:
        return np.arange(len(values))
    edge = np.partition(values, k - 1)[k - 1]
    below = np.flatnonzero(values < edge)
    return np.concatenate([below, np.flatnonzero(values == edge)[: k - len(below)]])


_NO_ACID = 255

_EVERY_CODON = np.arange(1, POSITIONS - 2, 3)
"""Where codons begin in the frame; its first base ends a codon."""


def _translation() -> np.ndarray:
    """(5, 5, 5) uint8 amino acids of the codons in the invertebrate mitochondrial code (NCBI table 5)."""
    table = np.full((BLANK + 1,) * 3, _NO_ACID, dtype=np.uint8)
    # In NCBI's order of bases, T C A G.
    letters = "FFLLSSSSYY**CCWWLLLLPPPPHHQQRRRRIIMMTTTTNNKKSSSSVVVVAAAADDEEGGGG"
    order = (3, 1, 0, 2)
    for number, letter in enumerate(letters):
        codon = (order[number // 16], order[number // 4 % 4], order[number % 4])
        table[codon] = ord(letter)
    return table


_TRANSLATION = _translation()


def amino_acids(codes: np.ndarray) -> np.ndarray:
    """(n, 658) uint8 base codes in the frame -> (n, 219) uint8 amino acids, `_NO_ACID` where unknown."""
    first, second, third = (codes[:, _EVERY_CODON + step] for step in range(3))
    return _TRANSLATION[first, second, third]
