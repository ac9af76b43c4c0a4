"""The parts of a line of `bioscan identify --format jsonl`."""

from __future__ import annotations

from typing import Any

from bioscan_desktop.core.hits import Hit
from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.core.verdict import Verdict


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """A verdict as plain JSON values."""
    return {
        "name": verdict.name,
        "rank": verdict.rank,
        "confidence": round(verdict.confidence, 4),
        "calibrated": verdict.calibrated,
        "novelty": verdict.novelty,
        "novelty_p": round(verdict.novelty_p, 4) if verdict.novelty_p is not None else None,
        "reason": verdict.reason,
    }


def hit_json(number: int, hit: Hit, badge: str) -> dict[str, Any]:
    """A hit with its place, from 1, and its badge against the verdict."""
    return {
        "hit_rank": number,
        "key_id": hit.key_id,
        "query_modality": hit.query_modality,
        "key_modality": hit.key_modality,
        "score": round(hit.score, 5),
        "percent_identity": round(hit.percent_identity, 2) if hit.percent_identity is not None else None,
        "overlap_bp": hit.overlap_bp,
        "processid": hit.processid,
        "bin_uri": hit.bin_uri,
        **dict(zip(RANKS, hit.lineage.names(), strict=True)),
        "country": hit.country,
        "badge": badge,
        "badge_against": "verdict",
        "n_records": hit.n_records,
        "image_file": hit.image_file,
    }
