"""The hits of a specimen in order of evidence, and barcodes aligned with the nearest of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import accumulate

import numpy as np

from bioscan_desktop.core.barcode import SHORT_BASES
from bioscan_desktop.core.calibration import Calibration
from bioscan_desktop.core.hits import Hit
from bioscan_desktop.core.matching import Evidence, fuse, gather, walk, weigh
from bioscan_desktop.core.near import Hits
from bioscan_desktop.core.verdict import Verdict
from bioscan_desktop.index.barcodes import align


def species_missing(verdict: Verdict | None) -> bool:
    """The verdict says that the library probably lacks the species; other scales hold then."""
    return verdict is not None and verdict.novelty == "new_species"


def by_evidence(
    hits: Mapping[str, Sequence[Hit]],
    calibration: Calibration,
    missing: bool,
    most: int | None = None,
    together: Evidence | None = None,
) -> list[Hit]:
    """Hits by the evidence that each is, where scales of several kinds meet.

    Args:
        most: so many of them; None for all.
        together: what photo and barcode of a specimen say together (`core.matching.fuse`). Hits of
            the names that it favours come first then: a photo's logits and a barcode's, each fitted
            among their own, say nothing of which of the two is the surer one.
    """
    sides = [side for side in map(Hits.of, hits.values()) if len(side)]
    if not sides:
        return []
    logits = [weigh(near, calibration.pair(near.pair, missing)) for side in sides for near in side.groups]
    score, key_id = (np.concatenate([side.column(name) for side in sides]) for name in ("score", "key_ids"))
    shared = np.zeros(len(score))
    if together is not None:
        paths = [key.lineage.path() for side in sides for near in side.groups for key in near.keys]
        shared = np.array([together.get(path, 0.0) for path in paths])
    order = np.lexsort((key_id, -score, -np.concatenate(logits), -shared))[:most]
    starts = list(accumulate(map(len, sides), initial=0))
    found = []
    for place in order.tolist():
        side = bisect_right(starts, place) - 1
        found.append(sides[side][place - starts[side]])
    return found


def together(
    hits: Mapping[str, Sequence[Hit]],
    calibration: Calibration,
    missing: bool,
    pictured: frozenset[str] | None,
) -> Evidence | None:
    """What photo and barcode say together; None unless there are hits of both.

    None, too, where each finds another family or order the likeliest: a contradiction is shown as such,
    and never averaged away.

    Args:
        pictured: species of which the library has photos; None if that is not known, or all are.
    """
    image, dna = hits.get("image"), hits.get("dna")
    if not image or not dna:
        return None
    names = [
        {share.rank: share.name.casefold() for share in walk(gather(found, calibration, missing))}
        for found in (image, dna)
    ]
    if any(len({own[rank] for own in names if rank in own}) > 1 for rank in ("order", "family")):
        return None
    return fuse(image, dna, calibration, missing, pictured)


ALIGNED, SHORT_ALIGNED = 5, 20
"""Nearest keys that a barcode, or a short one, is aligned with at least."""


def align_nearest(hits: Sequence[Hit], sequence: str, top_k: int) -> tuple[Hits, float | None]:
    """Aligns a barcode with its nearest keys, at least `top_k` of them.

    Returns:
        the hits, and the best percent identity. An alignment counts if it covers four fifths of the
        barcode or of the key; None if none does, or no key has a barcode.
    """
    hits, length = Hits.of(hits), len(sequence)
    count = max(top_k, SHORT_ALIGNED if length < SHORT_BASES else ALIGNED)
    mismatch, score, key_id = (hits.column(name) for name in ("mismatch", "score", "key_ids"))
    closeness = np.where(np.isnan(mismatch), 1.0, mismatch)
    near = np.lexsort((key_id, -score, closeness))[:count].tolist()
    found = {number: _aligned(hits, number, sequence) for number in near}
    best = max(
        (
            hit.percent_identity
            for hit in found.values()
            if hit.percent_identity is not None
            and hit.consensus is not None
            and (hit.overlap_bp or 0) >= 0.8 * min(length, len(hit.consensus))
        ),
        default=None,
    )
    return hits.with_hits(found), best


def align_many(
    near: Mapping[str, Sequence[Hit]], top_k: int, threads: int = 1
) -> dict[str, tuple[Hits, float | None]]:
    """`align_nearest` for the hits of many barcodes, by barcode.

    edlib lets other threads run while it aligns.
    """
    barcodes = list(near)
    threads = min(threads, -(-len(barcodes) // LEAST_PER_THREAD))

    def part(start: int) -> list[tuple[Hits, float | None]]:
        return [align_nearest(near[barcode], barcode, top_k) for barcode in barcodes[start::threads]]

    if threads < 2:
        return dict(zip(barcodes, part(0), strict=True)) if barcodes else {}
    with ThreadPoolExecutor(threads, thread_name_prefix="align") as pool:
        parts = list(pool.map(part, range(threads)))
    return {barcode: parts[n % threads][n // threads] for n, barcode in enumerate(barcodes)}


LEAST_PER_THREAD = 8
"""Starting a thread takes as long as aligning some barcodes."""


def _aligned(hits: Hits, number: int, sequence: str) -> Hit:
    group, within = hits.place(number)
    consensus = group.keys[within].consensus
    if consensus is None:
        return hits[number]
    found = align(sequence, consensus)
    return group.hit(within, found.percent_identity, found.overlap_bp)


def aligned(hit: Hit, sequence: str) -> Hit:
    """The hit with its percent identity, if its key has a barcode."""
    if hit.consensus is None:
        return hit
    found = align(sequence, hit.consensus)
    return replace(hit, percent_identity=found.percent_identity, overlap_bp=found.overlap_bp)
