"""How far stated chances hold, and what naming less would cost: reliability and risk against coverage.

Both are counted per rank over the chances of the names along the walked lineage, whether or not the
verdict goes so deep. Left out is what the program never names: queries that are unlike the library, and
the species of those found to be new.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.services.answered import Answered

BINS = 10
POINTS = 50
"""Points kept of a curve of risk against coverage, at most."""


def expected_calibration_error(
    confidence: Sequence[float], right: Sequence[bool], bins: int = BINS
) -> float | None:
    """Mean |confidence - accuracy| over equal-width bins, weighted by their size."""
    filled = _bins(confidence, right, bins)
    if not filled:
        return None
    return sum(abs(b["confidence"] - b["right"]) * b["n"] for b in filled) / len(confidence)


def reliability(answered: Sequence[Answered]) -> dict[str, Any]:
    """{rank: {"n", "ece", "bins": [{"from", "to", "n", "confidence", "right"}]}}; empty bins are left out."""
    result = {}
    for rank in RANKS:
        found = [(chance, right) for chance, right, _ in _chances(answered, rank) if chance is not None]
        chances, rights = [chance for chance, _ in found], [right for _, right in found]
        result[rank] = {
            "n": len(found),
            "ece": expected_calibration_error(chances, rights),
            "bins": _bins(chances, rights, BINS),
        }
    return result


def risk_coverage(answered: Sequence[Answered]) -> dict[str, Any]:
    """Per rank, what share is named (coverage) if less sure names are kept back, and how many are wrong.

    Returns:
        {rank: {"n", "curve": [{"coverage", "risk", "chance"}], "area", "verdicts"}}: `n` queries with a
        true name at the rank; `chance` is the least that is named at this point; `area` is the mean risk
        over all coverages up to the last, where equal chances have one risk; `verdicts` are coverage and
        risk of the program's own names at this rank or finer.
    """
    result = {}
    for rank in RANKS:
        found = list(_chances(answered, rank))
        named = sorted(((c, right) for c, right, _ in found if c is not None), key=lambda one: -one[0])
        chances = np.array([chance for chance, _ in named])
        risks = np.cumsum([not right for _, right in named]) / np.arange(1, len(named) + 1)
        # Equal chances are named together or not at all.
        ends = np.flatnonzero(np.append(chances[1:] != chances[:-1], True)) if named else np.zeros(0, int)
        shown = ends[np.unique(np.linspace(0, len(ends) - 1, min(POINTS, len(ends))).astype(int))]
        given = [right for _, right, called in found if called]
        result[rank] = {
            "n": len(found),
            "curve": [
                {
                    "coverage": float(at + 1) / len(found),
                    "risk": float(risks[at]),
                    "chance": float(chances[at]),
                }
                for at in shown
            ],
            "area": float(np.average(risks[ends], weights=np.diff(ends, prepend=-1))) if named else None,
            "verdicts": {
                "coverage": len(given) / len(found) if found else None,
                "risk": 1 - sum(given) / len(given) if given else None,
            },
        }
    return result


def _chances(answered: Sequence[Answered], rank: str) -> list[tuple[float | None, bool, bool]]:
    """(chance of the name at a rank, whether it is right, whether the verdict gives it).

    Of each query with a true name there; the chance is None where the program has no name.
    """
    depth = RANKS.index(rank)
    found: list[tuple[float | None, bool, bool]] = []
    for a in answered:
        truth = a.truth.taxon(rank)
        if truth is None:
            continue
        verdict = a.verdict
        silent = verdict.novelty == "unlike_library" or (
            verdict.novelty == "new_species" and rank == "species"
        )
        if silent or len(verdict.ranks) <= depth:
            found.append((None, False, False))
            continue
        share = verdict.ranks[depth]
        called = verdict.rank is not None and RANKS.index(verdict.rank) >= depth
        found.append((share.share, share.name == truth, called))
    return found


def _bins(confidence: Sequence[float], right: Sequence[bool], bins: int) -> list[dict[str, Any]]:
    values, truths = np.asarray(confidence, dtype=float), np.asarray(right, dtype=float)
    which = np.minimum((values * bins).astype(int), bins - 1)
    return [
        {
            "from": b / bins,
            "to": (b + 1) / bins,
            "n": int((which == b).sum()),
            "confidence": float(values[which == b].mean()),
            "right": float(truths[which == b].mean()),
        }
        for b in range(bins)
        if (which == b).any()
    ]
