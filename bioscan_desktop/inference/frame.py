"""The common frame of COI barcodes, and comparing one barcode with all references in it.

COI barcodes of insects differ by bases, hardly ever by gaps. So each is placed once in the frame of
the 658 bases between Folmer's primers, by comparing it with how often each base stands at each
position (`coi_profile.npy`). Two placed barcodes are aligned already: what remains is counting, which
a processor does on 64 bases at a time. Transitions and transversions are counted by codon position,
since they say very different things: third positions change first and soon say nothing more.

Shapes: n barcodes, 658 positions, W = 12 words of 64 bits, four per codon position.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from bioscan_desktop.inference.columns import BLANK, base_codes
from bioscan_desktop.inference.slips import with_slips

POSITIONS = 658
"""Positions of the frame; the first is the third position of a codon."""

WORDS = 12

LEAST_SCORE = 0.3
"""Mean nats per base from which on a sequence is taken for COI. Real ones have 0.6 to 1.3, others -1.8."""

_SURE = 0.55
"""From here on no other offset is tried; a wrong one has less than 0."""

_BACKGROUND = float(np.log(0.25))
_LONGEST = 1536
"""Bases looked at: the whole gene is as long, and the frame lies near its beginning."""

_SPANS = (2048, 4096)
"""Offsets that a correlation can tell apart; most barcodes are short enough for the smaller one."""

_LEAST_OVERLAP = 60
_WINDOW = 48
_SLIPPED = -0.4
"""Mean nats per base of a window below which a gap is suspected beside it, …"""

_FITS = 0.5
"""… if some other window has at least so much."""

_END, _END_SLIPPED = 20, 0.0
"""Bases at each end that are looked at by themselves, and mean nats below which a gap is suspected there."""


@dataclass(frozen=True)
class Placed:
    """Barcodes in the frame.

    Attributes:
        codes: (n, 658) uint8 base codes, `BLANK` where a barcode says nothing.
        score: (n,) float64 mean log-odds per base in nats of being COI here; -inf where there is no
            overlap. Below `LEAST_SCORE` the row of `codes` is blank.
        start: (n,) int64 position of the first base within the frame; negative if it lies before.
    """

    codes: np.ndarray
    score: np.ndarray
    start: np.ndarray


def place(sequences: Sequence[str]) -> Placed:
    """Places barcodes (coding strand) in the frame; a few microseconds to a tenth of a millisecond each."""
    n = len(sequences)
    codes = np.full((n, POSITIONS), BLANK, dtype=np.uint8)
    score = np.full(n, -np.inf)
    start = np.zeros(n, dtype=np.int64)
    rest: list[tuple[int, np.ndarray]] = []
    for row, sequence in enumerate(sequences):
        own = base_codes(sequence[:_LONGEST])
        # Most barcodes begin or end with the frame, which is seen at once.
        for at in {0, POSITIONS - len(own)}:
            placed, found = _at(own, at)
            if found >= _SURE:
                codes[row], score[row], start[row] = placed, found, at
                break
        else:
            rest.append((row, own))
    for first in range(0, len(rest), 32):
        part = rest[first : first + 32]
        for (row, own), at in zip(part, _offsets([own for _, own in part]), strict=True):
            codes[row], score[row] = _placed(own, at)
            start[row] = at
            if score[row] < LEAST_SCORE:
                for at in _of_halves(own):
                    placed, found = _placed(own, at)
                    if found > score[row]:
                        codes[row], score[row], start[row] = placed, found, at
    codes[score < LEAST_SCORE] = BLANK
    return Placed(codes, score, start)


def _at(own: np.ndarray, at: int) -> tuple[np.ndarray, float]:
    """One barcode at an offset: its row of the frame, and its score if all of it fits, else -inf."""
    row, gains = _laid(own, at)
    if len(gains) < _LEAST_OVERLAP or gains.mean() < _SURE or _is_slipped(gains):
        return row, -np.inf
    return row, float(gains.mean())


def _laid(own: np.ndarray, at: int) -> tuple[np.ndarray, np.ndarray]:
    """A barcode's row of the frame at an offset, and the log-odds of the bases that lie within."""
    row = np.full(POSITIONS, BLANK, dtype=np.uint8)
    begin, end = max(0, -at), min(len(own), POSITIONS - at)
    if end <= begin:
        return row, np.zeros(0)
    row[begin + at : end + at] = own[begin:end]
    return row, _gains()[np.arange(begin + at, end + at), own[begin:end]]


def _placed(own: np.ndarray, at: int) -> tuple[np.ndarray, float]:
    """One barcode at an offset; with gaps, if only a part of it fits there."""
    row, gains = _laid(own, at)
    if len(gains) < _LEAST_OVERLAP:
        return np.full(POSITIONS, BLANK, dtype=np.uint8), -np.inf
    if _is_slipped(gains):
        gapped = with_slips(own, at, _gains())
        if gapped is not None:
            known = np.flatnonzero(gapped < BLANK)
            return gapped, float(_gains()[known, gapped[known]].mean())
    return row, float(gains.mean())


def _of_halves(own: np.ndarray) -> Iterator[int]:
    """Offsets at which one half of a barcode fits well: with a gap in the middle, the whole fits nowhere."""
    middle = len(own) // 2
    for begin, half in ((0, own[:middle]), (middle, own[middle:])):
        if len(half) >= _LEAST_OVERLAP:
            at = int(_offsets([half])[0])
            _, gains = _laid(half, at)
            if len(gains) >= _LEAST_OVERLAP and gains.mean() >= _SURE:
                yield at - begin


def _is_slipped(gains: np.ndarray) -> bool:
    """True if a part of a barcode fits so badly where the rest fits that a gap may lie between them."""
    width = min(_WINDOW, len(gains))
    sums = np.cumsum(np.concatenate([[0.0], gains]))
    means = (sums[width:] - sums[:-width]) / width
    if means.max() <= _FITS:
        return False
    ends = min(sums[_END] - sums[0], sums[-1] - sums[-1 - _END]) / _END
    return bool(means.min() < _SLIPPED or ends < _END_SLIPPED)


def _offsets(part: Sequence[np.ndarray]) -> np.ndarray:
    """(m,) int64: where each barcode fits the profile best, by correlation over all offsets."""
    longest = max(map(len, part))
    span = next(span for span in _SPANS if span >= longest + POSITIONS)
    indicators = np.zeros((len(part), BLANK, span), dtype=np.float32)
    for i, own in enumerate(part):
        known = np.flatnonzero(own < BLANK)
        indicators[i, own[known], known] = 1.0
    spectra = np.fft.rfft(indicators, axis=2)
    sums = np.fft.irfft((np.conj(spectra) * _profile_spectrum(span)).sum(axis=1), span, axis=1)
    offsets = np.concatenate([np.arange(POSITIONS), np.arange(POSITIONS, span) - span])
    lengths = np.array([len(own) for own in part])[:, None]
    overlap = np.minimum(lengths, POSITIONS - offsets) - np.maximum(0, -offsets)
    sums[overlap < _LEAST_OVERLAP] = -np.inf
    return offsets[sums.argmax(axis=1)]


@cache
def _gains() -> np.ndarray:
    """(658, 5) log-odds of each base at each position against chance; 0 for a blank."""
    return np.column_stack([np.log(_profile()) - _BACKGROUND, np.zeros(POSITIONS)])


@cache
def _profile() -> np.ndarray:
    """(658, 4) frequency of each base at each position, drawn a little to a quarter, so that none is 0."""
    return np.load(Path(__file__).with_name("coi_profile.npy"), allow_pickle=False).astype(np.float64)


@cache
def frequencies() -> np.ndarray:
    """(658, 4) frequency of each base at each position in barcodes of insects; 0 for what was never seen."""
    least = _profile().min()
    return (_profile() - least) / (1 - 4 * least)


@cache
def _profile_spectrum(span: int) -> np.ndarray:
    return np.fft.rfft(_gains()[:, :BLANK].T, span, axis=1)


@cache
def backbone() -> str:
    """The most frequent base at each position of the frame."""
    return "".join("ACGT"[code] for code in _gains()[:, :BLANK].argmax(axis=1))


@cache
def _order() -> np.ndarray:
    """(768,) positions in the order of the bits: codon position by codon position; 658 is a blank."""
    order = np.full((3, WORDS // 3 * 64), POSITIONS, dtype=np.int64)
    for phase in range(3):
        members = np.arange(phase, POSITIONS, 3)
        order[phase, : len(members)] = members
    return order.ravel()


def pack(codes: np.ndarray) -> np.ndarray:
    """Bit planes of placed barcodes, 288 bytes each.

    Args:
        codes: (n, 658) uint8.

    Returns:
        (3, W, n) uint64: whether there is a base; whether it is a pyrimidine; whether it is C or G in
        its class (C against T, G against A).
    """
    wide = np.full((len(codes), POSITIONS + 1), BLANK, dtype=np.uint8)
    wide[:, :POSITIONS] = codes
    ordered = wide[:, _order()]
    bits = np.stack([ordered < BLANK, (ordered == 1) | (ordered == 3), (ordered == 1) | (ordered == 2)])
    packed = np.packbits(bits, axis=2).view(np.uint64)  # (3, n, W)
    return np.ascontiguousarray(packed.transpose(0, 2, 1))


def base_counts(planes: np.ndarray) -> np.ndarray:
    """(3, W, n) uint64 planes -> (658, 4) int64: how many barcodes have each base at each position."""
    known, pyrimidine, strong = planes
    counts = np.zeros((POSITIONS + 1, BLANK), dtype=np.int64)
    for base, unlike in enumerate((pyrimidine | strong, ~(pyrimidine & strong), pyrimidine | ~strong,
                                   ~pyrimidine | strong)):  # fmt: skip
        bits = np.ascontiguousarray((known & ~unlike).T).view(np.uint8)  # (n, 8 W)
        for start in range(0, len(bits), _COUNTED):
            part = np.unpackbits(bits[start : start + _COUNTED], axis=1)
            counts[_order(), base] += np.add.reduce(part, axis=0, dtype=np.uint8)
    return counts[:POSITIONS]


_COUNTED = 255
"""Barcodes counted at once: so many fit a byte."""


@dataclass(frozen=True)
class Differences:
    """What references differ in from a query, by codon position (third, first, second).

    Attributes:
        compared: (3, ...) uint16 positions where both have a base.
        transitions, transversions: (3, ...) uint16 of these.
    """

    compared: np.ndarray
    transitions: np.ndarray
    transversions: np.ndarray


def differences(queries: np.ndarray, references: np.ndarray) -> Differences:
    """Counts what queries differ in from references, pair by pair.

    Args:
        queries, references: (3, W, ...) uint64 planes; the shapes behind W broadcast to that of the pairs,
            so that (3, W, 1) against (3, W, m) is one query beside m references.
    """
    known, pyrimidine, strong = queries
    both = references[0] & known
    transversion = (references[1] ^ pyrimidine) & both
    transition = (references[2] ^ strong) & both & ~transversion
    return Differences(*(_by_codon_position(bits) for bits in (both, transition, transversion)))


def _by_codon_position(bits: np.ndarray) -> np.ndarray:
    """(W, ...) uint64 -> (3, ...) uint16: how many bits are set, at most 256 each."""
    counts = np.bitwise_count(bits)
    return np.add.reduce(counts.reshape(3, WORDS // 3, *counts.shape[1:]), axis=1, dtype=np.uint16)
