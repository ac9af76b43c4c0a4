"""Alignment of barcodes: percent identity by edlib, and orientation by k-mers.

Percent identity is vsearch's definition 2: matches / alignment columns, terminal gaps left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bioscan_desktop.index import ungapped
from bioscan_desktop.inference.columns import BLANK, EQUALITIES, base_codes, map_columns
from bioscan_desktop.inference.edlib_path import Runs, path


@dataclass(frozen=True, slots=True)
class Alignment:
    """A global alignment with free end gaps.

    Attributes:
        matches, mismatches, gap_columns: within the overlap.
        overlap_bp: columns without terminal gaps.
    """

    matches: int
    mismatches: int
    gap_columns: int

    @property
    def overlap_bp(self) -> int:
        """Columns without terminal gaps."""
        return self.matches + self.mismatches + self.gap_columns

    @property
    def percent_identity(self) -> float:
        """100 x matches / overlap."""
        return 100.0 * self.matches / self.overlap_bp if self.overlap_bp else 0.0


def align(a: str, b: str) -> Alignment:
    """Aligns two barcodes with free gaps at the ends of both; the order of the two does not matter.

    edlib frees the ends of one sequence only: the shorter is placed within the longer, and then
    what hangs over on its own ends (an insertion at the border) is counted as terminal too. An
    overhang on the left may be scattered over the overlap, one on the right is kept together, so
    both directions are tried and the longer overlap is taken.
    """
    query, target = sorted((a, b), key=lambda sequence: (len(sequence), sequence))
    differing = ungapped.mismatches(query, target)
    if differing is not None:
        return Alignment(len(query) - differing, differing, 0)
    # The equalities cost the binding of edlib a tenth of its time.
    equal = EQUALITIES if ungapped.ambiguous(query) or ungapped.ambiguous(target) else ()
    aligned, _ = path(query, target, equal)
    kept = _trim(aligned)
    if len(kept) < len(aligned):
        kept = max(kept, _trim(path(query[::-1], target[::-1], equal)[0]), key=_matches)
    counts = {"=": 0, "X": 0, "I": 0, "D": 0}
    for count, kind in kept:
        counts[kind] += count
    return Alignment(counts["="], counts["X"], counts["I"] + counts["D"])


def _matches(runs: Sequence[tuple[int, str]]) -> int:
    return sum(count for count, kind in runs if kind == "=")


_ANCHOR = 8
"""Bases in a row that must match before an end is taken for aligned."""


def _trim(runs: Runs) -> Runs:
    """Cuts ends that are an overhang: gaps and scattered matches before the first solid match.

    Two barcodes that overlap by 500 bp but start at different primers leave a tail without a
    partner; edlib must put it somewhere, and scatters it. Only tails that hold a gap are cut, so
    that plain mismatches near an end stay counted.
    """
    first = _solid(runs)
    last = len(runs) - _solid(runs[::-1])
    if any(kind in "ID" for _, kind in runs[:first]):
        runs, last = runs[first:], last - first
    if any(kind in "ID" for _, kind in runs[last:]):
        runs = runs[:last]
    return runs


def _solid(runs: Sequence[tuple[int, str]]) -> int:
    return next((i for i, (count, kind) in enumerate(runs) if kind == "=" and count >= _ANCHOR), 0)


class Orientation:
    """Tells which way round a barcode is, by comparing its k-mers with those of a library.

    Args:
        references: barcodes in coding direction; a few hundred suffice.
    """

    K = 6

    def __init__(self, references: Sequence[str]) -> None:
        count = 4**self.K
        # No k-mer reaches from one reference into the next, across an unknown base.
        forward = 1.0 + np.bincount(_kmers("N".join(references), self.K), minlength=count)
        backward = forward[_turned(np.arange(count), self.K)]
        self._log_odds = np.log(forward / forward.sum()) - np.log(backward / backward.sum())

    def score(self, sequence: str) -> float:
        """Positive in coding direction, negative for the reverse complement; nats per k-mer."""
        kmers = _kmers(sequence, self.K)
        return float(self._log_odds[kmers].mean()) if len(kmers) else 0.0


def _kmers(sequence: str, k: int) -> np.ndarray:
    """(m,) int64 numbers of the k-mers without ambiguous bases."""
    codes = base_codes(sequence).astype(np.int64)
    if len(codes) < k:
        return np.zeros(0, dtype=np.int64)
    count = len(codes) - k + 1
    numbers = np.zeros(count, dtype=np.int64)
    for offset in range(k):
        numbers = 4 * numbers + codes[offset : offset + count]
    if codes.max() < BLANK:
        return numbers
    return numbers[(np.lib.stride_tricks.sliding_window_view(codes, k) < BLANK).all(axis=1)]


def _turned(numbers: np.ndarray, k: int) -> np.ndarray:
    """(m,) numbers of the reverse complements of k-mers."""
    turned = np.zeros_like(numbers)
    for _ in range(k):
        turned, numbers = 4 * turned + 3 - numbers % 4, numbers // 4
    return turned


def consensus(backbone: str, members: Sequence[tuple[str, int]]) -> str:
    """The consensus barcode of a cluster: at each backbone position the base of most records.

    Args:
        backbone: the barcode whose length and frame the consensus takes.
        members: (barcode, number of records), the backbone itself included.

    Returns:
        IUPAC bases; N where no base has a majority of the unambiguous votes. Insertions against
        the backbone are dropped, deletions do not vote.
    """
    votes = np.zeros((len(backbone), 4), dtype=np.int64)
    for sequence, records in members:
        columns = _columns(sequence, backbone)
        known = np.flatnonzero(columns < BLANK)
        votes[known, columns[known]] += records
    total = votes.sum(axis=1)
    winner = votes.argmax(axis=1)
    clear = 2 * votes.max(axis=1) > total
    return "".join("ACGT"[w] if c else "N" for w, c in zip(winner, clear, strict=True))


def _columns(sequence: str, backbone: str) -> np.ndarray:
    """(len(backbone),) uint8: the base code of `sequence` at each backbone position, or `BLANK`."""
    if len(sequence) == len(backbone):
        codes = base_codes(sequence)
        # Records of one species rarely have indels; a plain comparison then says it all.
        if np.count_nonzero(codes != base_codes(backbone)) <= 0.03 * len(backbone):
            return codes
    return map_columns(sequence, backbone)
