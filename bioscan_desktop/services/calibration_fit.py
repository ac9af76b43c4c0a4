"""The numbers of a calibration, fitted on answers to held-out specimens. Pure functions.

See `services.calibrate` for where the answers come from.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bioscan_desktop.core.calibration import Calibration, NoveltyModel, PairScale
from bioscan_desktop.core.matching import Hit, Verdict, decide, familiarity_of, gather
from bioscan_desktop.core.taxonomy import RANKS, Lineage

QUANTILES = 200
"""Points kept of each distribution of familiarity."""

MISSING_WEIGHT = 0.25
"""Weight of the "species is missing" answers against the others, in the thresholds."""

UNLIKE_SHARE = 0.03
"""Share of the photos of known species that are given up, to notice photos of something else."""

LEAST_SHARE = 0.5
"""The least at which a name has more behind it than everything else together."""

SLOPES = (6.0, 9.0, 12.0, 16.0, 20.0, 26.0, 34.0, 45.0, 60.0, 80.0, 110.0, 150.0, 200.0, 270.0, 360.0)
OFFSETS = (-1000.0, -300.0, -100.0, -50.0, -25.0, *np.linspace(-12, 12, 17).tolist())
"""The far negative ones silence a kind of key that only misleads, such as photos for a barcode."""

FACTORS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.15, 1.3, 1.5)


@dataclass(frozen=True)
class Case:
    """One answer to learn from.

    Attributes:
        truth: the names that could be given: without the species if that was left out.
        species: the true species.
        missing: True if all keys of its species were left out.
    """

    truth: Lineage
    species: str | None
    hits: list[Hit]
    missing: bool


def fit_scales(cases: Sequence[Case]) -> dict[str, PairScale]:
    """Slope per pair and offset between pairs by grid search on the likelihood of the truth."""
    pairs = sorted({hit.pair for case in cases for hit in case.hits})
    if not pairs:
        return {}
    slopes = {pair: _best_slope(cases, pair) for pair in pairs}
    scales = {pairs[0]: PairScale(slopes[pairs[0]], 0.0)}
    for pair in pairs[1:]:
        # Offsets start where the nearest keys of both kinds weigh the same on average.
        level = slopes[pairs[0]] * _mean_nearest(cases, pairs[0]) - slopes[pair] * _mean_nearest(cases, pair)
        trials = [{**scales, pair: PairScale(slopes[pair], level + offset)} for offset in OFFSETS]
        scales = max(trials, key=lambda trial: _likelihood(cases, Calibration(pairs=trial)))
    # Two kinds of keys together can make the evidence too sure or too vague.
    trials = [
        {pair: PairScale(s.slope * factor, s.offset * factor) for pair, s in scales.items()}
        for factor in FACTORS
    ]
    return max(trials, key=lambda trial: _likelihood(cases, Calibration(pairs=trial)))


def fit_novelty(cases: Sequence[Case], alpha_known: float) -> dict[str, NoveltyModel]:
    """A familiarity per pair of modalities, and its distributions for known and missing species."""
    models: dict[str, NoveltyModel] = {}
    for pair in sorted({hit.pair for case in cases for hit in case.hits}):
        own = [
            replace(case, hits=[h for h in case.hits if h.pair == pair])
            for case in cases
            if any(h.pair == pair for h in case.hits)
        ]
        known = [case for case in own if not case.missing]
        missing = [case for case in own if case.missing]
        if not known or not missing:
            continue
        model = NoveltyModel(
            (),
            (),
            alpha_known=alpha_known,
            weights=_familiarity_weights(known, missing),
            unlike_below=_least_known(known) if pair.startswith("image->") else None,
        )
        models[pair] = replace(
            model,
            known=_quantiles([familiarity_of(case.hits, model) for case in known]),
            unknown=_quantiles([familiarity_of(case.hits, model) for case in missing]),
        )
    return models


def fit_thresholds(
    verdicts: Sequence[tuple[Case, Verdict]], missing: bool, target: float
) -> dict[str, float]:
    """Per rank the smallest share from which on names reach the target precision.

    Args:
        verdicts: cases with their walked shares.
        missing: fit on those found to be new species, else on the others.
    """
    calls: dict[str, list[tuple[float, bool, float]]] = defaultdict(list)
    for case, verdict in verdicts:
        if verdict.novelty == "unlike_library" or (verdict.novelty == "new_species") != missing:
            continue
        weight = MISSING_WEIGHT if case.missing else 1.0
        for share in verdict.ranks:
            truth = case.truth.at(share.rank)
            if truth is None and not (case.missing and share.rank == "species"):
                continue
            calls[share.rank].append((share.share, truth == share.name, weight))
    return {rank: _threshold(calls[rank], target) for rank in RANKS}


def verdicts_of(cases: Sequence[Case], calibration: Calibration) -> list[tuple[Case, Verdict]]:
    """Each case with what the program would say of it."""
    return [(case, decide(case.hits, calibration)) for case in cases]


def _best_slope(cases: Sequence[Case], pair: str) -> float:
    only = [replace(case, hits=[h for h in case.hits if h.pair == pair]) for case in cases]
    return max(SLOPES, key=lambda slope: _likelihood(only, Calibration(pairs={pair: PairScale(slope, 0.0)})))


def _mean_nearest(cases: Sequence[Case], pair: str) -> float:
    return float(np.mean([max((h.score for h in c.hits if h.pair == pair), default=0.0) for c in cases]))


def _likelihood(cases: Sequence[Case], calibration: Calibration) -> float:
    """Mean over queries and ranks of log(share of the true name)."""
    values = []
    for case in cases:
        evidence = gather(case.hits, calibration)
        path = case.truth.path()
        for depth in range(1, len(path) + 1):
            share = sum(weight for other, weight in evidence.items() if other[:depth] == path[:depth])
            values.append(np.log(0.005 + 0.995 * share))
    return float(np.mean(values)) if values else 0.0


def _threshold(calls: list[tuple[float, bool, float]], target: float) -> float:
    if not calls:
        return 1.0
    ordered = sorted(calls, key=lambda call: -call[0])
    shares = np.array([call[0] for call in ordered])
    weights = np.array([call[2] for call in ordered])
    right = np.array([call[1] for call in ordered]) * weights
    precision = np.cumsum(right) / np.cumsum(weights)
    whole = np.append(shares[1:] != shares[:-1], True)  # equal shares are named together or not at all
    enough = np.flatnonzero((precision >= target) & whole)
    if not len(enough):
        return 1.0
    if enough[-1] == len(shares) - 1:
        return LEAST_SHARE  # even the smallest shares were right often enough
    return float(max(LEAST_SHARE, shares[enough[-1]]))


def _familiarity_weights(known: Sequence[Case], missing: Sequence[Case]) -> tuple[float, float, float]:
    """Logistic regression of known against missing, both sides weighing the same; ridge 0.001."""
    rows = np.array([_distances(case.hits) for case in (*known, *missing)])  # (n, 3)
    labels = np.array([1.0] * len(known) + [0.0] * len(missing))
    weights = np.where(labels == 1, 0.5 / len(known), 0.5 / len(missing))
    centre, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    design = np.column_stack([(rows - centre) / spread, np.ones(len(rows))])
    solution = np.zeros(design.shape[1])
    for _ in range(100):  # damped Newton steps; the problem is convex and tiny
        chance = 1 / (1 + np.exp(-np.clip(design @ solution, -30, 30)))
        gradient = design.T @ (weights * (chance - labels)) + 1e-3 * solution
        curvature = (design * (weights * chance * (1 - chance))[:, None]).T @ design
        solution -= 0.5 * np.linalg.solve(curvature + 1e-3 * np.eye(len(solution)), gradient)
    first, second, isolation = (solution[:3] / spread).tolist()
    return (first, second, isolation)


def _least_known(known: Sequence[Case]) -> float:
    """The similarity that all but `UNLIKE_SHARE` of the known specimens reach.

    Photos of anything else come as close as those of unknown relatives, so the known set the line.
    """
    return round(float(np.quantile([max(h.score for h in c.hits) for c in known], UNLIKE_SHARE)), 5)


def _distances(hits: Sequence[Hit]) -> tuple[float, float, float]:
    """log distance to the nearest key, to the nearest of another species, and the nearest's isolation."""
    found = []
    for weights in ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)):
        found.append(familiarity_of(hits, NoveltyModel((), (), weights=weights)))
    return (found[0], found[1], found[2])


def _quantiles(values: Sequence[float]) -> tuple[float, ...]:
    points = np.quantile(values, np.linspace(0, 1, min(QUANTILES, len(values))))
    return tuple(round(float(p), 5) for p in points)
