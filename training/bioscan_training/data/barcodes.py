"""Barcodes as arrays of base codes, augmented in bulk and cut into the app's tokens.

Shapes: n barcodes in a batch, b = `max_bases` of the tokenizer, t = its `n_tokens`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bioscan_desktop.inference.frame import LEAST_SCORE, POSITIONS, place
from bioscan_desktop.inference.tokens import KmerTokenizer
from bioscan_training.data.records import Record

PAD = 4
"""The code of N, of every ambiguous base, and of padding. A0 C1 G2 T3."""

_CODE = np.full(256, PAD, dtype=np.uint8)
for _i, _base in enumerate(b"ACGT"):
    _CODE[_base] = _i


@dataclass(frozen=True)
class Augmentation:
    """How a training barcode may differ from its record.

    Real queries are shorter than the reference (mini-barcodes, poor reads), start a few bases off,
    and carry reading errors; the embedding should not move with any of these.

    Attributes:
        crop: chance of keeping one random window of `min_bases` or more.
        trim: at most so many bases are lost at each end otherwise.
        min_bases: shortest window.
        substitution: chance of a wrong base, per base; drawn uniformly up to this value per barcode.
        ambiguous: the same for N.
    """

    crop: float = 0.4
    trim: int = 40
    min_bases: int = 120
    substitution: float = 0.02
    ambiguous: float = 0.02


def codes_to_tokens(codes: np.ndarray, tokenizer: KmerTokenizer) -> np.ndarray:
    """What `KmerTokenizer.encode_batch` gives, from base codes instead of letters.

    Args:
        codes: (n, b) uint8, `PAD` for anything but A, C, G, T.

    Returns:
        (n, t) int64 token ids.
    """
    n = (tokenizer.max_bases - tokenizer.k) // tokenizer.stride + 1
    ids = np.zeros((len(codes), n), dtype=np.int64)
    bad = np.zeros((len(codes), n), dtype=bool)
    for offset in range(tokenizer.k):
        column = codes[:, offset : offset + (n - 1) * tokenizer.stride + 1 : tokenizer.stride]
        ids = ids * 4 + np.minimum(column, 3)
        bad |= column == PAD
    ids += len(tokenizer.specials)
    ids[bad] = tokenizer.unk_id
    if tokenizer.prefix_id is not None:
        ids = np.concatenate([np.full((len(ids), 1), tokenizer.prefix_id), ids], axis=1)
    return ids


class BarcodeArray:
    """Many barcodes in one flat uint8 array.

    Attributes:
        flat: (total bases + 1,) codes; the last one is padding, so that any index is valid.
        starts, lengths: (n,) int64.
    """

    def __init__(self, sequences: Sequence[str]) -> None:
        self.lengths = np.array([len(s) for s in sequences], dtype=np.int64)
        self.starts = np.concatenate([[0], np.cumsum(self.lengths)[:-1]]).astype(np.int64)
        joined = "".join(sequences).encode("ascii", "replace")
        self.flat = np.append(_CODE[np.frombuffer(joined, dtype=np.uint8)], np.uint8(PAD))

    def __len__(self) -> int:
        return len(self.lengths)

    def windows(self, rows: np.ndarray, first: np.ndarray, length: np.ndarray, bases: int) -> np.ndarray:
        """Cuts `length` bases from `first` on, padded to (n, bases) codes."""
        column = np.arange(bases)[None, :]
        inside = column < np.minimum(length, self.lengths[rows] - first)[:, None]
        index = np.where(inside, self.starts[rows][:, None] + first[:, None] + column, 0)
        return np.where(inside, self.flat[index], np.uint8(PAD))

    def plain(self, rows: np.ndarray, bases: int) -> np.ndarray:
        """The first `bases` codes of each barcode, as the app sees them: (n, bases) uint8."""
        zeros = np.zeros(len(rows), dtype=np.int64)
        return self.windows(rows, zeros, np.full(len(rows), bases), bases)


class FramedBarcodes:
    """Barcodes placed in the common frame (`inference.frame`).

    Attributes:
        codes: (n, 658) uint8, `PAD` where a barcode says nothing.
        placed: (n,) bool; False for what is no COI barcode.
    """

    def __init__(self, sequences: Sequence[str]) -> None:
        found = place(sequences)
        self.codes = found.codes
        self.placed = found.score >= LEAST_SCORE

    def __len__(self) -> int:
        return len(self.codes)

    def augmented(self, rows: np.ndarray, how: Augmentation, rng: np.random.Generator) -> np.ndarray:
        """Random windows with reading errors: (n, 658) uint8. Insertions need no rehearsal: placing
        undoes them."""
        codes = self.codes[rows]
        n = len(codes)
        known = codes < PAD
        first = known.argmax(axis=1)
        last = POSITIONS - known[:, ::-1].argmax(axis=1)
        whole = last - first
        crop = rng.random(n) < how.crop
        shortest = np.minimum(how.min_bases, whole)
        cut = shortest + (rng.random(n) * (whole - shortest + 1)).astype(np.int64)
        # Half of the other barcodes keep both ends: that is what most queries look like.
        trim = (rng.random((2, n)) * (how.trim + 1)).astype(np.int64) * (rng.random(n) < 0.5)
        trim = np.where(whole - trim.sum(0) >= shortest, trim, 0)
        begin = first + np.where(crop, (rng.random(n) * (whole - cut + 1)).astype(np.int64), trim[0])
        end = np.where(crop, begin + cut, last - trim[1])
        column = np.arange(POSITIONS)[None, :]
        codes[(column < begin[:, None]) | (column >= end[:, None])] = PAD

        wrong = (rng.random(codes.shape) < how.substitution * rng.random((n, 1)) ** 2) & (codes < PAD)
        codes[wrong] = (codes[wrong] + rng.integers(1, 4, int(wrong.sum())).astype(np.uint8)) % 4
        codes[rng.random(codes.shape) < how.ambiguous * rng.random((n, 1)) ** 2] = PAD
        return codes


def unique_haplotypes(records: Sequence[Record]) -> list[Record]:
    """One record per (haplotype, species), in file order: copies add no information."""
    seen: set[tuple[str, str | None]] = set()
    kept = []
    for r in records:
        key = (r.haplotype, r.species)
        if r.nucleotides and key not in seen:
            seen.add(key)
            kept.append(r)
    return kept


def balanced_rows(groups: Sequence[str | None], cap: int, rng: np.random.Generator) -> np.ndarray:
    """A shuffled epoch in which no group has more than `cap` rows, any number where it is 0; rows without
    a group all stay."""
    members: dict[str, list[int]] = defaultdict(list)
    loose = []
    for row, group in enumerate(groups):
        if group is None:
            loose.append(row)
        else:
            members[group].append(row)
    chosen = [np.array(loose, dtype=np.int64)]
    for rows in members.values():
        chosen.append(rng.permutation(rows)[: cap or None].astype(np.int64))
    return rng.permutation(np.concatenate(chosen))


def genus_batches(
    genera: Sequence[str | None], epoch: np.ndarray, batch: int, per_genus: int, rng: np.random.Generator
) -> list[np.ndarray]:
    """Cuts an epoch into batches in which rows of one genus stand together.

    Telling sister species apart is the hard part, so every batch holds up to `per_genus` rows of
    each genus in it; chunks of genera are mixed at random.
    """
    by_genus: dict[str | None, list[int]] = defaultdict(list)
    for row in epoch:
        by_genus[genera[int(row)]].append(int(row))
    chunks = [rows[i : i + per_genus] for rows in by_genus.values() for i in range(0, len(rows), per_genus)]
    order = [row for i in rng.permutation(len(chunks)) for row in chunks[i]]
    batch = max(1, min(batch, len(order)))  # a small data set is one batch
    return [np.array(order[i : i + batch]) for i in range(0, len(order) - batch + 1, batch)]
