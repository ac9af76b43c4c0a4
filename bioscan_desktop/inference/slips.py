"""Where a barcode goes on in the frame of COI that lacks a base, or has one too many.

A sequencing error of that kind shifts all bases behind it. Aligned with the most frequent bases, which an
insect's barcode differs from at every fifth position, the gap lands anywhere within some fifteen bases. So
each base is weighed at a few offsets by how often it stands there, and changing the offset has a price;
dynamic programming finds the best way through. Near a change it often remains open which of two offsets
a base belongs to: there the barcode says nothing.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from bioscan_desktop.inference.columns import BLANK

WIDEST = 12
"""Bases by which an offset may move from that where most of a barcode fits."""

CHANGES = 4
"""Changes of the offset, at most."""

PRICE, PRICE_PER_BASE = 9.0, 0.3
"""Nats that a change must gain. Bases at a wrong offset lose about 1.5 each."""

DOUBT, REACH = 3.0, 24
"""A place of a change is as good as the best if it gains at most so many nats less, within so many bases."""


def with_slips(own: np.ndarray, at: int, gains: np.ndarray) -> np.ndarray | None:
    """The row of a barcode in the frame, with its gaps; None if none is worth its price.

    Args:
        own: (m,) uint8 base codes.
        at: offset where most of it fits.
        gains: (positions, 5) log-odds of each base at each position; 0 for a blank.

    Returns:
        (positions,) uint8 codes, `BLANK` where the barcode says nothing.
    """
    positions = len(gains)
    offsets = at + np.arange(-WIDEST, WIDEST + 1)
    places = np.arange(len(own))[:, None] + offsets
    inside = (places >= 0) & (places < positions)
    gained = np.where(inside, gains[np.clip(places, 0, positions - 1), own[:, None]], 0.0)
    sums = np.concatenate([np.zeros((1, len(offsets))), np.cumsum(gained, axis=0)])  # (m + 1, offsets)
    layers = [sums]
    for _ in range(CHANGES):
        changed = (layers[-1][:, :, None] - _prices()).max(axis=1)
        more = sums + np.maximum.accumulate(changed - sums, axis=0)
        if more[-1].max() <= layers[-1][-1].max():
            break
        layers.append(more)
    if len(layers) == 1:
        return None
    row = np.full(positions, BLANK, dtype=np.uint8)
    doubtful: list[np.ndarray] = []
    end, now = len(own), int(layers.pop()[-1].argmax())
    for layer in reversed(layers):
        before = layer[: end + 1] - _prices()[:, now]
        cut = int((before.max(axis=1) - sums[: end + 1, now]).argmax())
        former = int(before[cut].argmax())
        _lay(row, own, cut, end, int(offsets[now]))
        lead = sums[:, former] - sums[:, now]
        near = np.arange(max(0, cut - REACH), min(end, cut + REACH) + 1)
        open_ = near[lead[near] >= lead[cut] - DOUBT]
        doubtful.append(np.arange(open_.min() + min(offsets[former], offsets[now]),
                                  open_.max() + max(offsets[former], offsets[now])))  # fmt: skip
        end, now = cut, former
    _lay(row, own, 0, end, int(offsets[now]))
    blank = np.concatenate(doubtful)
    row[blank[(blank >= 0) & (blank < positions)]] = BLANK
    return row


def _lay(row: np.ndarray, own: np.ndarray, begin: int, end: int, offset: int) -> None:
    """Bases `begin` to `end` of a barcode, as far as they lie within the frame and nothing lies there yet."""
    first, last = max(begin, -offset), min(end, len(row) - offset)
    if last > first:
        there = row[first + offset : last + offset]
        np.copyto(there, own[first:last], where=there == BLANK)


@cache
def _prices() -> np.ndarray:
    """(offsets, offsets) price of going from the offset of the row to that of the column."""
    steps = np.abs(np.subtract.outer(*[np.arange(2 * WIDEST + 1)] * 2)).astype(float)
    prices = PRICE + PRICE_PER_BASE * steps
    prices[steps == 0] = np.inf
    return prices
