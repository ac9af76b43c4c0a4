"""Barcodes that lie within one another without a gap: their alignment is known without aligning them.

Most barcodes differ from their nearest keys by a few bases far apart. Let the shorter lie within the
longer with h mismatches. Another alignment costs at most as much only if it has at most h edits, and
somewhere leaves the place of the first: where it does, it must make up for the mismatches that it
avoids there, by no more edits than these. It needs an edit to leave, or to come back, so that fewer are
left than there are stretches between these mismatches and the ends: one stretch at least lies, whole
and unchanged, at another place. So if no stretch between mismatches occurs at any other place, there
is no other alignment as good, and nothing needs to be aligned.

An ambiguous base of the longer barcode may face anything. With u of these in it, each stretch is cut
into u + 1 pieces, of which one at least faces plain bases alone, wherever the stretch lies.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

import numpy as np

from bioscan_desktop.inference.columns import EQUALITIES

MOST_PIECES = 24
"""More pieces take as long to look for as the alignment takes."""

LEAST_PIECE = 8
"""Shorter pieces nearly always occur at another place, too."""

_SEED = 20
_PLAIN = re.compile("[ACGT]+")
_EQUAL = {pair for code, base in EQUALITIES for pair in ((code, base), (base, code))}


def mismatches(query: str, target: str) -> int | None:
    """Mismatches of `query` within the longer `target`, if their only best alignment has no gap.

    Returns:
        None where that is not so, or is not sure.
    """
    found = within(query, target)
    return None if found is None else len(found[1])


def within(query: str, target: str) -> tuple[int, list[int]] | None:
    """Where `query` lies in the longer `target`, and at which of its places they mismatch.

    Returns:
        None as `mismatches`.
    """
    offset = _offset(query, target)
    if offset is None:
        return None
    length, unknown, plain = len(query), ambiguous(target), not ambiguous(query)
    beside = target[offset : offset + length]
    unlike = np.flatnonzero(
        np.frombuffer(query.encode(), dtype=np.uint8) != np.frombuffer(beside.encode(), dtype=np.uint8)
    ).tolist()
    breaks = [at for at in unlike if (query[at], beside[at]) not in _EQUAL]
    if (len(breaks) + 1) * (unknown + 1) > MOST_PIECES:
        return None
    for before, after in pairwise((-1, *breaks, length)):
        size = (after - before - 1) // (unknown + 1)
        if size < LEAST_PIECE:
            return None
        for number in range(unknown + 1):
            start = before + 1 + number * size
            if _elsewhere(query[start : start + size], target, offset + start, plain):
                return None
    return offset, breaks


def _offset(query: str, target: str) -> int | None:
    """A place where the query may lie in the target."""
    room = len(target) - len(query)
    if not room:
        return 0
    for at in range(0, len(query) - _SEED, max(1, len(query) // 4)):
        place = target.find(query[at : at + _SEED])
        if 0 <= place - at <= room and place >= 0:
            return place - at
    return None


@lru_cache(maxsize=16_384)
def ambiguous(sequence: str) -> int:
    """How many bases are none of A, C, G, T. A barcode is aligned with several keys, and most keys again."""
    return len(sequence) - sum(map(sequence.count, "ACGT"))


def _elsewhere(piece: str, target: str, own: int, plain: bool) -> bool:
    """True if a piece may lie at another place than its own, with plain bases on both sides.

    Args:
        plain: the piece is known to have only these.
    """
    if not plain and not _PLAIN.fullmatch(piece):
        run = max(_PLAIN.finditer(piece), key=lambda found: found.end() - found.start(), default=None)
        if run is None:
            return True
        piece, own = run.group(), own + run.start()
    first = target.find(piece)
    return first >= 0 and (first != own or target.find(piece, own + 1) >= 0)
