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
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from bioscan_desktop.inference.frame import POSITIONS, WORDS, Differences, differences, pack

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
"""Above so many references only those near by embedding are compared: a scan takes 0.02 ms per 1,000."""


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
        self._known = np.bitwise_count(planes[0])  # (W, m) bases by word
        self.weights = weights
        every = {**DEFAULT_WEIGHTS, **(weights or {})}
        self._weights = np.array([every[name] for name in FEATURES])
        self._acids: np.ndarray | None = None
        self._read = 0
        self._plain = self._weights[[*range(2 * len(_RATES)), len(FEATURES) - 1]]

    def _amino_acids(self, rows: np.ndarray) -> np.ndarray:
        """(r, 219) of some references.

        Reading them anew for each query took longest, so those of all are kept, 219 bytes each. For a
        barcode or two the few that are asked for are read alone: all take 50 ms.
        """
        if self._acids is None:
            self._read += len(rows)
            if self._read < len(self) // 4:
                return amino_acids(_columns(self.planes, rows))
            self._acids = amino_acids(self.planes)
        return self._acids[rows]

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
        return self.search_many(query[None], k, allowed, None if also is None else also[None])[0]

    def search_many(
        self,
        queries: np.ndarray,
        k: int,
        allowed: np.ndarray | None = None,
        also: np.ndarray | None = None,
        threads: int = 1,
    ) -> list[Compared]:
        """The same for many barcodes, a few at a time in each of some threads.

        Args:
            queries: (q, 658) uint8 codes.
            k, allowed: see `search`.
            also: (q, a) int64 rows, by query.
        """
        asked = np.zeros((len(queries), 0), dtype=np.int64) if also is None else also
        planes = pack(queries)
        starts = range(0, len(queries), TOGETHER)

        def part(start: int) -> list[Compared]:
            end = start + TOGETHER
            return self._search(planes[:, :, start:end], k, allowed, asked[start:end])

        if threads > 1 and len(starts) > 1:
            # numpy lets other threads run while it counts
            with ThreadPoolExecutor(min(threads, len(starts)), thread_name_prefix="compare") as pool:
                return [found for each in pool.map(part, starts) for found in each]
        return [found for start in starts for found in part(start)]

    def compare(self, query: np.ndarray, rows: np.ndarray) -> Compared:
        """Mismatch and relatedness of one barcode with certain references, in their order."""
        return Compared(rows, *self._finish(pack(query[None]), np.zeros(len(rows), dtype=np.int64), rows))

    def _search(
        self, queries: np.ndarray, k: int, allowed: np.ndarray | None, asked: np.ndarray
    ) -> list[Compared]:
        """`search_many` for (3, W, q) planes, all at once."""
        shares = self._shares(queries)
        if allowed is not None:
            shares[:, ~allowed] = np.inf
        # The features cost most, and no relative is outside of the many least differing references.
        near = np.stack([_least(row, WIDE) for row in shares])  # (q, w), ascending
        mismatch = np.take_along_axis(shares, near, axis=1)
        found = differences(queries[:, :, :, None], _columns(self.planes, near))
        rough = np.where(np.isinf(mismatch), np.inf, -(features_of(found) @ self._plain))
        looked = _first(rough, 2 * k) | _first(mismatch, k)
        numbers = np.arange(len(near))[:, None]
        # What is looked at and what is asked for, as pairs of a query and a row, each but once.
        wanted = (numbers * len(self) + near)[looked & ~np.isinf(mismatch)]
        given = (numbers * len(self) + asked).ravel()
        pairs, places = np.unique(np.concatenate([wanted, given]), return_inverse=True)
        is_asked = np.zeros(len(pairs), dtype=bool)
        is_asked[places[len(wanted) :]] = True
        usable = np.zeros(len(pairs), dtype=bool)
        usable[places[: len(wanted)]] = True
        owners, rows = np.divmod(pairs, len(self))
        mismatch, relatedness = self._finish(queries, owners, rows)
        kept = is_asked | (
            usable
            & (
                _first_of_each(owners, np.where(usable, -relatedness, np.inf), k)
                | _first_of_each(owners, np.where(usable, mismatch, np.inf), k)
            )
        )
        ends = np.searchsorted(owners[kept], np.arange(1, queries.shape[2]))
        parts = (np.split(column[kept], ends) for column in (rows, mismatch, relatedness))
        return [Compared(*part) for part in zip(*parts, strict=True)]

    def _shares(self, queries: np.ndarray) -> np.ndarray:
        """(q, m) float32 shares of differing bases; infinite where too few can be compared."""
        m, n = len(self), queries.shape[2]
        # Arrays of this size are costly to get from the system again and again.
        first, second = np.empty((2, AT_ONCE, m), dtype=np.uint64)
        count = np.empty((AT_ONCE, m), dtype=np.uint8)
        within = np.zeros((2, n, m), dtype=np.uint8)  # of one codon position: 220 bases at most
        different, compared = whole = np.zeros((2, n, m), dtype=np.uint16)
        parts = [slice(start, min(n, start + AT_ONCE)) for start in range(0, n, AT_ONCE)]
        for word in range(WORDS):
            # A word of all references stays in the processor's cache for all queries.
            known, pyrimidine, strong = self.planes[:, word]
            for part in parts:
                own = queries[:, word, part, None]  # (3, some, 1)
                if not own[0].any():
                    continue
                unlike, both, bits = first[: own.shape[1]], second[: own.shape[1]], count[: own.shape[1]]
                np.bitwise_xor(pyrimidine, own[1], out=unlike)
                np.bitwise_xor(strong, own[2], out=both)
                np.bitwise_or(unlike, both, out=unlike)
                if (own[0] == _WHOLE[word]).all():
                    np.bitwise_and(unlike, known, out=unlike)
                    within[1, part] += self._known[word]
                else:
                    np.bitwise_and(known, own[0], out=both)
                    np.bitwise_and(unlike, both, out=unlike)
                    within[1, part] += np.bitwise_count(both, out=bits)
                within[0, part] += np.bitwise_count(unlike, out=bits)
            if (word + 1) % (WORDS // 3) == 0:
                whole += within
                within[:] = 0
        shares = np.empty((n, m), dtype=np.float32)
        for share, unlike, both in zip(shares, different, compared, strict=True):
            np.copyto(share, unlike)
            share /= np.maximum(both.astype(np.float32), 1.0)  # of whole numbers it takes thrice as long
            share[both < LEAST_OVERLAP] = np.inf
        return shares

    def _finish(self, queries: np.ndarray, owners: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, ...]:
        """(r,) mismatches and (r,) relatednesses of pairs, NaN where too few bases can be compared.

        Args:
            queries: (3, W, q) planes.
            owners, rows: (r,) queries and references of the pairs.
        """
        found = differences(queries[:, :, owners], _columns(self.planes, rows))
        mismatch, usable = mismatch_of(found)
        own = amino_acids(queries)[owners]
        relatedness = every_feature_of(own, self._amino_acids(rows), found) @ self._weights
        return np.where(usable, mismatch, np.nan), np.where(usable, relatedness, np.nan)


_WHOLE = pack(np.zeros((1, POSITIONS), dtype=np.uint8))[0, :, 0]
"""(W,) words of a barcode that has all its bases."""

TOGETHER = 32
"""Queries whose near references are compared at once; their planes stay in the processor's cache."""

AT_ONCE = 8
"""Queries that one call of numpy counts for: long enough for another thread to run meanwhile."""

WIDE = 400
"""References whose features are looked at in a search."""


def mismatch_of(found: Differences) -> tuple[np.ndarray, np.ndarray]:
    """(...) float32 shares of differing bases, and (...) bool whether enough were compared."""
    compared = found.compared.sum(axis=0, dtype=np.uint16)
    different = (found.transitions + found.transversions).sum(axis=0, dtype=np.uint16)
    return different / np.maximum(compared, 1), compared >= LEAST_OVERLAP


def features_of(found: Differences) -> np.ndarray:
    """(..., F - 2) features that need no amino acids: rates, their roots, overlap."""
    compared = np.maximum(found.compared, 20)  # few positions give wild rates
    rates = np.concatenate([found.transitions / compared, found.transversions / compared])  # (6, ...)
    overlap = found.compared.sum(axis=0, keepdims=True) / POSITIONS
    return np.moveaxis(np.concatenate([rates, np.sqrt(rates), overlap]), 0, -1)


def every_feature_of(own: np.ndarray, theirs: np.ndarray, found: Differences) -> np.ndarray:
    """(r, F) features of pairs.

    Args:
        own, theirs: (r, 219) amino acids of their queries and references.
        found: their differences.
    """
    known = (theirs != _NO_ACID) & (own != _NO_ACID)
    changed = ((theirs != own) & known).sum(axis=1) / np.maximum(known.sum(axis=1), 10)
    plain = features_of(found)
    return np.column_stack([plain[:, :-1], changed, np.sqrt(changed), plain[:, -1]])


def _columns(planes: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """(3, W, ...) planes of some references."""
    # None lies outside; without a look at each for that, picking them takes half of the time.
    return np.take(planes, rows, axis=2, mode="clip")


def _least(values: np.ndarray, k: int) -> np.ndarray:
    """(k,) numbers of the `k` smallest of many values, ascending."""
    if len(values) <= k:
        return np.arange(len(values))
    # Nearly always the k smallest are among the few below a border that a sample shows.
    sample = values[::_SAMPLED]
    border = np.partition(sample, place)[place] if (place := 2 * k // _SAMPLED) < len(sample) else np.inf
    few = np.flatnonzero(values <= border)
    if len(few) < k:
        few = np.arange(len(values))
    return few[_first(values[None, few], k)[0]]


_SAMPLED = 8


def _first(values: np.ndarray, k: int) -> np.ndarray:
    """(q, n) bool: the `k` smallest of each row; of equal ones those that stand first."""
    if values.shape[1] <= k:
        return np.ones(values.shape, dtype=bool)
    edge = np.partition(values, k - 1, axis=1)[:, k - 1 : k]
    below, equal = values < edge, values == edge
    room = k - below.sum(axis=1, keepdims=True)
    return below | (equal & (equal.cumsum(axis=1) <= room))


def _first_of_each(owners: np.ndarray, values: np.ndarray, k: int) -> np.ndarray:
    """(r,) bool: the `k` smallest values of each owner; `owners` ascend from 0."""
    counts = np.bincount(owners)
    places = np.arange(len(owners)) - (np.cumsum(counts) - counts)[owners]
    table = np.full((len(counts), counts.max(initial=0)), np.inf)
    table[owners, places] = values
    return _first(table, k)[owners, places]


_NO_ACID = 255


def _translation() -> bytes:
    """Amino acids of codons in the invertebrate mitochondrial code (NCBI table 5).

    A codon is a number of six bits, two a base as they stand in the planes: whether it is a pyrimidine,
    whether it is C or G.
    """
    table = np.full(256, _NO_ACID, dtype=np.uint8)
    # In NCBI's order of bases, T C A G.
    letters = "FFLLSSSSYY**CCWWLLLLPPPPHHQQRRRRIIMMTTTTNNKKSSSSVVVVAAAADDEEGGGG"
    bits = (0b10, 0b11, 0b00, 0b01)
    for number, letter in enumerate(letters):
        first, second, third = (bits[number // 16], bits[number // 4 % 4], bits[number % 4])
        table[first << 4 | second << 2 | third] = ord(letter)
    return table.tobytes()


_TRANSLATION = _translation()

_CODONS = 219
"""Whole codons in the frame; its first base ends a codon."""


def amino_acids(planes: np.ndarray) -> np.ndarray:
    """(3, W, n) uint64 planes -> (n, 219) uint8 amino acids, `_NO_ACID` where unknown."""
    n = planes.shape[2]
    codons = np.zeros((n, _CODONS), dtype=np.uint8)
    unknown = np.zeros((n, _CODONS), dtype=bool)
    third, first, second = (_bits(part) for part in np.split(planes, 3, axis=1))
    for bases in (first[:, :, :_CODONS], second[:, :, :_CODONS], third[:, :, 1 : _CODONS + 1]):
        there, pyrimidine, strong = bases
        codons <<= 2
        codons |= pyrimidine << 1 | strong
        unknown |= there == 0
    codons[unknown] = _NO_ACID  # no codon has this number
    return np.frombuffer(codons.tobytes().translate(_TRANSLATION), dtype=np.uint8).reshape(n, _CODONS)


def _bits(planes: np.ndarray) -> np.ndarray:
    """(3, w, n) uint64 -> (3, n, 64 w) uint8 of 0 and 1."""
    rows = np.ascontiguousarray(planes.transpose(0, 2, 1))
    return np.unpackbits(rows.view(np.uint8), axis=2)
