"""The hits of a specimen in order of evidence, and barcodes aligned with the nearest of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bioscan_desktop.core.barcode import SHORT_BASES
from bioscan_desktop.core.calibration import Calibration
from bioscan_desktop.core.hits import Hit
from bioscan_desktop.core.matching import Verdict, weigh
from bioscan_desktop.index.barcodes import align


def species_missing(verdict: Verdict | None) -> bool:
    """The verdict says that the library probably lacks the species; other scales hold then."""
    return verdict is not None and verdict.novelty == "new_species"


def by_evidence(hits: Mapping[str, Sequence[Hit]], calibration: Calibration, missing: bool) -> list[Hit]:
    """Hits by the evidence that each is, where scales of several kinds meet."""
    groups: dict[str, list[Hit]] = defaultdict(list)
    for found in hits.values():
        for hit in found:
            groups[hit.pair].append(hit)
    weighed = [
        vote for pair, group in groups.items() for vote in weigh(group, calibration.pair(pair, missing))
    ]
    return [hit for _, hit in sorted(weighed, key=lambda v: (-v[0], -v[1].score, v[1].key_id))]


ALIGNED, SHORT_ALIGNED = 5, 20
"""Nearest keys that a barcode, or a short one, is aligned with at least."""


def align_nearest(hits: Sequence[Hit], sequence: str, top_k: int) -> tuple[list[Hit], float | None]:
    """Aligns a barcode with its nearest keys, at least `top_k` of them.

    Returns:
        the hits, nearest first, and the best percent identity. An alignment counts if it covers four
        fifths of the barcode or of the key; None if none does, or no key has a barcode.
    """
    length = len(sequence)
    near = sorted(hits, key=_closeness)
    count = max(top_k, SHORT_ALIGNED if length < SHORT_BASES else ALIGNED)
    near[:count] = [aligned(hit, sequence) for hit in near[:count]]
    best = max(
        (
            hit.percent_identity
            for hit in near[:count]
            if hit.percent_identity is not None
            and hit.consensus is not None
            and (hit.overlap_bp or 0) >= 0.8 * min(length, len(hit.consensus))
        ),
        default=None,
    )
    return near, best


def _closeness(hit: Hit) -> tuple[float, float, int]:
    return (hit.mismatch if hit.mismatch is not None else 1.0, -hit.score, hit.key_id)


def aligned(hit: Hit, sequence: str) -> Hit:
    """The hit with its percent identity, if its key has a barcode."""
    if hit.consensus is None:
        return hit
    found = align(sequence, hit.consensus)
    return replace(hit, percent_identity=found.percent_identity, overlap_bp=found.overlap_bp)
