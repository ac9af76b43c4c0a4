"""Barcodes as arrays of base codes, augmented in bulk and cut into the app's tokens.

Shapes: n barcodes in a batch, b = `max_bases` of the tokenizer, t = its `n_tokens`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

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
        indel: chance that one base is missing or doubled somewhere.
    """

    crop: float = 0.4
    trim: int = 40
    min_bases: int = 120
    substitution: float = 0.02
    ambiguous: float = 0.02
    indel: float = 0.1


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

    def augmented(
        self, rows: np.ndarray, bases: int, how: Augmentation, rng: np.random.Generator
    ) -> np.ndarray:
        """Random windows with reading errors: (n, bases) uint8."""
        n = len(rows)
        whole = np.minimum(self.lengths[rows], bases)
        crop = rng.random(n) < how.crop
        shortest = np.minimum(how.min_bases, whole)
        cut = shortest + (rng.random(n) * (whole - shortest + 1)).astype(np.int64)
        # Half of the other barcodes keep both ends: that is what most queries look like.
        trim = (rng.random((2, n)) * (how.trim + 1)).astype(np.int64) * (rng.random(n) < 0.5)
        trim = np.where(whole - trim.sum(0) >= shortest, trim, 0)
        length = np.where(crop, cut, whole - trim.sum(0))
        first = np.where(crop, (rng.random(n) * (self.lengths[rows] - cut + 1)).astype(np.int64), trim[0])
        codes = self.windows(rows, first, length, bases)

        column = np.arange(bases)[None, :]
        indel = np.flatnonzero(rng.random(n) < how.indel)
        at = (rng.random(len(indel)) * bases).astype(np.int64)[:, None]
        move = rng.choice([-1, 1], len(indel))[:, None]
        moved = np.clip(column + move * (column >= at), 0, bases - 1)
        codes[indel] = np.take_along_axis(codes[indel], moved, axis=1)

        wrong = rng.random((n, bases)) < how.substitution * rng.random((n, 1)) ** 2
        shift = rng.integers(1, 4, int(wrong.sum())).astype(np.uint8)
        value = codes[wrong]
        codes[wrong] = np.where(value == PAD, PAD, (value + shift) % 4)
        codes[rng.random((n, bases)) < how.ambiguous * rng.random((n, 1)) ** 2] = PAD
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
    """A shuffled epoch in which no group has more than `cap` rows; rows without a group all stay."""
    members: dict[str, list[int]] = defaultdict(list)
    loose = []
    for row, group in enumerate(groups):
        if group is None:
            loose.append(row)
        else:
            members[group].append(row)
    chosen = [np.array(loose, dtype=np.int64)]
    for rows in members.values():
        chosen.append(rng.permutation(rows)[:cap].astype(np.int64))
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


def align_codes(array: BarcodeArray, columns: int = 658, k: int = 8, references: int = 400) -> np.ndarray:
    """Places each barcode on the columns of the standard COI-5P region, without gaps.

    The region has next to no indels in insects, so one offset per barcode will do: shared k-mers
    vote for it. Barcodes of exactly `columns` bases define where a k-mer usually stands.

    Returns:
        (n, columns) uint8 codes, `PAD` where a barcode has no base or cannot be placed.
    """
    full = np.flatnonzero(array.lengths == columns)
    full = full[:: max(1, len(full) // references)]
    weights = 4 ** np.arange(k - 1, -1, -1)
    usual = np.full((4**k, columns), 0, dtype=np.uint16)
    if len(full):
        codes = array.plain(full, columns)
        view = np.lib.stride_tricks.sliding_window_view(codes, k, axis=1)
        ids = (np.minimum(view, 3).astype(np.int64) * weights).sum(-1)
        np.add.at(usual, (ids, np.broadcast_to(np.arange(ids.shape[1]), ids.shape)), 1)
    position = np.where(usual.max(1) > 0, usual.argmax(1), -1)

    placed = np.full((len(array), columns), PAD, dtype=np.uint8)
    for row in range(len(array)):
        codes = array.flat[array.starts[row] : array.starts[row] + array.lengths[row]]
        if len(codes) < k:
            continue
        view = np.lib.stride_tricks.sliding_window_view(codes, k)
        ids = (np.minimum(view, 3).astype(np.int64) * weights).sum(-1)
        where = position[ids]
        votes = (where - np.arange(len(ids)))[where >= 0]
        if not len(votes):
            continue
        values, times = np.unique(votes, return_counts=True)
        offset = int(values[times.argmax()])  # column of the first base; negative if it lies before
        first, last = max(0, offset), min(columns, offset + len(codes))
        if last - first >= k:
            placed[row, first:last] = codes[first - offset : last - offset]
    return placed
