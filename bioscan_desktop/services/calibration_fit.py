"""The numbers of a calibration, fitted on answers to held-out specimens. Pure functions.

See `services.calibrate` for where the answers come from.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bioscan_desktop.core.calibration import (
    DEFAULT_PAIRS,
    VIEWS_FROM,
    Calibration,
    ChanceModel,
    NoveltyModel,
    PairScale,
    log_odds,
)
from bioscan_desktop.core.hits import Hit
from bioscan_desktop.core.matching import (
    Evidence,
    decide,
    distance_to,
    fuse,
    gather,
)
from bioscan_desktop.core.near import Hits
from bioscan_desktop.core.novelty import familiarity_of, familiarity_terms
from bioscan_desktop.core.taxonomy import RANKS, Lineage, is_interim
from bioscan_desktop.core.verdict import Verdict

QUANTILES = 200
"""Points kept of each distribution of familiarity."""

SCALE_CASES = 400
"""Cases that scales are fitted on, at most; they have few parameters, and each trial weighs all hits."""

MISSING_WEIGHT = 0.25
"""Weight of the "species is missing" answers against the others, in chances and thresholds of specimens
that are not found to be new. Those of specimens that are, are fitted on missing species alone."""

UNLIKE_SHARE = 0.03
"""Share of the photos of known species that are given up, to notice photos of something else."""

LEAST_SHARE = 0.5
"""The least at which a name has more behind it than everything else together."""

COMMON = 0.9
"""Share of the answers that must be aligned for alignment to tell missing species; others are left out."""

PLAIN_TERMS = ("nearest", "second", "isolation", "views")
ALIGNED_TERMS = ("nearest", "mismatch_open", "isolation", "crowd")
"""What tells missing species: those terms that helped over folds of species, see docs/starter-model.md."""

UNCLEAR = 0.1
"""Share of held-out photos that count as hard to read: those whose views lie farthest apart."""

LEAST_ENDS = 100
"""Verdicts that could end at a rank, at least, to tell how right these are; of fewer, all its names tell."""

LEAST_CALLS = 200
"""Answers that a chance is fitted on, at least. Fitted on the few dozen photos of the starter's data, chances
held better over folds of these photos than plain shares did, but far worse for other photos."""

SLOPES = (6.0, 9.0, 12.0, 16.0, 20.0, 26.0, 34.0, 45.0, 60.0, 80.0, 110.0, 150.0, 200.0, 270.0, 360.0)
OFFSETS = (-1000.0, -300.0, -100.0, -50.0, -25.0, *np.linspace(-12, 12, 17).tolist())
"""The far negative ones silence a kind of key that only misleads, such as photos for a barcode."""

FACTORS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.15, 1.3, 1.5)
SHARPNESS = (0.1, 0.15, 0.2, 0.3, 0.4, 0.55, 0.75, 1.0, 1.4, 2.0)
"""By which the default weights of aligned barcodes are tried."""

IMAGE_WEIGHTS = (0.15, 0.3, 0.5, 0.75, 1.0, 1.3)
"""Never 0: a library may know a species by photos alone, which held-out pairs do not show."""


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
    hits: Sequence[Hit]
    missing: bool


Pair = tuple[Case, Case]
"""A photo and a barcode of one species, both with or both without its keys."""


def fit_scales(cases: Sequence[Case]) -> dict[str, PairScale]:
    """Weights per pair and offsets between pairs by search on the likelihood of the truth."""
    cases = spread(cases, SCALE_CASES)
    pairs = _pairs(cases)
    if not pairs:
        return {}
    alone = {pair: _fit_pair(cases, pair) for pair in pairs}
    scales = {pairs[0]: alone[pairs[0]]}
    for pair in pairs[1:]:
        # Offsets start where the best keys of both kinds weigh the same on average.
        level = _mean_best(cases, pairs[0], alone) - _mean_best(cases, pair, alone)
        trials = [{**scales, pair: replace(alone[pair], offset=level + offset)} for offset in OFFSETS]
        scales = max(trials, key=lambda trial: _likelihood(cases, Calibration(pairs=trial)))
    # Two kinds of keys together can make the evidence too sure or too vague.
    trials = [{pair: _times(scale, factor) for pair, scale in scales.items()} for factor in FACTORS]
    return max(trials, key=lambda trial: _likelihood(cases, Calibration(pairs=trial)))


def fit_novelty(cases: Sequence[Case], alpha_known: float) -> dict[str, NoveltyModel]:
    """A familiarity per pair of modalities, and its distributions for known and missing species."""
    models: dict[str, NoveltyModel] = {}
    for pair in _pairs(cases):
        own = _only(cases, pair)
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
            known=_quantiles(familiarity_of(case.hits, model) for case in known),
            unknown=_quantiles(familiarity_of(case.hits, model) for case in missing),
        )
    return models


def fit_unclear(photos: Sequence[Case]) -> float | None:
    """The views beyond which a photo is hard to read, see `UNCLEAR`; None where no views are known."""
    seen = [Hits.of(case.hits).views for case in photos if not case.missing]
    known = [views for views in seen if views is not None]
    return round(float(np.quantile(known, 1 - UNCLEAR)), 4) if known else None


def fit_chances(answers: Sequence[tuple[Case, Verdict]], missing: bool) -> dict[str, ChanceModel]:
    """Per rank the chance that a share's name is right.

    Args:
        answers: cases with verdicts whose shares are plain shares of the evidence.
        missing: fit on those found to be new species, else on the others.
    """
    rows: dict[str, list[tuple[float, float, float, float, float]]] = defaultdict(list)
    weights = _weights([case for case, _ in answers], 1.0 if missing else MISSING_WEIGHT)
    for number, share, right in _calls(answers, missing):
        case, verdict = answers[number]
        found = verdict.ranks[share]
        distance = distance_to(found.rank, found.name, case.hits)
        views = Hits.of(case.hits).views
        apart = 0.0 if views is None else views - VIEWS_FROM
        rows[found.rank].append((log_odds(found.share), distance, apart, float(right), weights[number]))
    return {rank: _chance(np.array(found)) for rank, found in rows.items() if len(found) >= LEAST_CALLS}


def fit_thresholds(answers: Sequence[tuple[Case, Verdict]], missing: bool, target: float) -> dict[str, float]:
    """Per rank the smallest chance from which on verdicts that end there reach the target precision.

    The finest rank comes first, and what it names is out of the next: the genera among what cannot be
    named to species are the doubtful ones, and are less often right than genera are in general.

    Args:
        answers: cases with their verdicts.
        missing: fit on those found to be new species, and truly missing; else on all others. A known
            specimen that is called new has its own species beside it, so its genus is the easier one.
    """
    calls: dict[str, list[tuple[float, bool, float]]] = defaultdict(list)
    numbers: dict[str, list[int]] = defaultdict(list)
    weights = _weights([case for case, _ in answers], 1.0 if missing else MISSING_WEIGHT)
    for number, share, right in _calls(answers, missing):
        case, verdict = answers[number]
        if case.missing or not missing:
            found = verdict.ranks[share]
            calls[found.rank].append((found.share, right, weights[number]))
            numbers[found.rank].append(number)
    thresholds: dict[str, float] = {}
    named: set[int] = set()
    for rank in reversed(RANKS):
        ends = [call for call, number in zip(calls[rank], numbers[rank], strict=True) if number not in named]
        thresholds[rank] = _threshold(ends if len(ends) >= LEAST_ENDS else calls[rank], target)
        named.update(
            number
            for (share, _, _), number in zip(calls[rank], numbers[rank], strict=True)
            if share >= thresholds[rank]
        )
    return {rank: thresholds[rank] for rank in RANKS}


def _weights(cases: Sequence[Case], missing_weight: float) -> list[float]:
    """Known cases weigh 1. Missing species weigh the same each, together `missing_weight` per case."""
    counts = Counter(case.species for case in cases if case.missing)
    each = missing_weight * sum(counts.values()) / max(1, len(counts))
    return [each / counts[case.species] if case.missing else 1.0 for case in cases]


def fit_image_weight(
    pairs: Sequence[Pair], calibration: Calibration, pictured: frozenset[str] | None = None
) -> float:
    """The power of a photo's evidence that makes the truth likeliest beside a barcode's."""

    def likelihood(weight: float) -> float:
        trial = replace(calibration, image_weight=weight)
        return _mean_log_share(
            (dna.truth, fuse(image.hits, dna.hits, trial, dna.missing, pictured)) for image, dna in pairs
        )

    return max(IMAGE_WEIGHTS, key=likelihood)


def answers_of(cases: Sequence[Case], calibration: Calibration) -> list[tuple[Case, Verdict]]:
    """Each case with what the program would say of it."""
    return [(case, decide(case.hits, calibration)) for case in cases]


def pairs_of(images: Sequence[Case], barcodes: Sequence[Case], per_photo: int = 4) -> list[Pair]:
    """Photos beside barcodes of their species, up to so many of each."""
    by_species: dict[tuple[str | None, bool], list[Case]] = defaultdict(list)
    for case in barcodes:
        by_species[case.species, case.missing].append(case)
    return [
        (image, dna)
        for image in images
        for dna in spread(by_species.get((image.species, image.missing), []), per_photo)
    ]


def spread(items: Sequence[Case], most: int) -> list[Case]:
    """At most so many, spread evenly over the list."""
    return [items[i] for i in np.unique(np.linspace(0, len(items) - 1, min(most, len(items))).astype(int))]


def logistic(
    design: np.ndarray, labels: np.ndarray, weights: np.ndarray, prior: np.ndarray, ridge: float
) -> np.ndarray:
    """Weighted logistic regression, drawn to a prior.

    Args:
        design: (n, f).
        labels, weights: (n,); labels 0 or 1.
        prior: (f,) solution where the data say nothing.
        ridge: weight of the squared distance to it, halved.
    """

    def loss(solution: np.ndarray) -> float:
        logits = design @ solution
        return float(
            weights @ (np.logaddexp(0.0, logits) - labels * logits)
            + 0.5 * ridge * ((solution - prior) ** 2).sum()
        )

    solution = prior.astype(float)
    value = loss(solution)
    for _ in range(100):  # Newton steps, halved until they improve; the problem is convex
        chance = 1 / (1 + np.exp(-np.clip(design @ solution, -30, 30)))
        gradient = design.T @ (weights * (chance - labels)) + ridge * (solution - prior)
        curvature = (design * (weights * chance * (1 - chance))[:, None]).T @ design
        step = np.linalg.solve(curvature + max(ridge, 1e-9) * np.eye(len(solution)), gradient)
        before = value
        while np.abs(step).max() > 1e-9:
            trial = loss(solution - step)
            if trial <= value:
                solution, value = solution - step, trial
                break
            step = step / 2
        if before - value < 1e-9:
            break
    return solution


def _calls(answers: Sequence[tuple[Case, Verdict]], missing: bool) -> Iterable[tuple[int, int, bool]]:
    """(number of the answer, number of the rank, whether its name is right), where that can be told."""
    for place, (case, verdict) in enumerate(answers):
        if verdict.novelty == "unlike_library" or (verdict.novelty == "new_species") != missing:
            continue
        for number, share in enumerate(verdict.ranks):
            if share.rank == "species" and is_interim(case.species or ""):
                continue
            truth = case.truth.at(share.rank)
            if truth is None and not (case.missing and share.rank == "species"):
                continue
            yield place, number, truth == share.name


def _only(cases: Sequence[Case], pair: str) -> list[Case]:
    """The cases that have hits of a pair, with these alone."""
    found = [replace(case, hits=Hits.of(case.hits).of_pair(pair)) for case in cases]
    return [case for case in found if case.hits]


def _pairs(cases: Sequence[Case]) -> list[str]:
    """The pairs of modalities that any of the cases has hits of."""
    return sorted({near.pair for case in cases for near in Hits.of(case.hits).groups})


def _fit_pair(cases: Sequence[Case], pair: str) -> PairScale:
    only = _only(cases, pair)

    def likelihood(scale: PairScale) -> float:
        return _likelihood(only, Calibration(pairs={pair: scale}))

    if all(np.isnan(Hits.of(case.hits).column("relatedness")).all() for case in only):
        return max((PairScale(slope, 0.0) for slope in SLOPES), key=likelihood)
    # Few held-out species are missing ones, too few to weigh three kinds of evidence anew.
    return max((_times(DEFAULT_PAIRS[pair], factor) for factor in SHARPNESS), key=likelihood)


def _times(scale: PairScale, factor: float) -> PairScale:
    return PairScale(
        scale.slope * factor, scale.offset * factor, scale.relatedness * factor, scale.mismatch * factor
    )


def _mean_best(cases: Sequence[Case], pair: str, scales: Mapping[str, PairScale]) -> float:
    """Mean logit of the best hit of a pair."""
    scale, best = scales[pair], []
    for case in _only(cases, pair):
        (near,) = Hits.of(case.hits).groups
        compared = scale.logit(near.leaned, near.relatedness, near.mismatch)
        best.append(np.where(np.isnan(near.mismatch), scale.logit(near.leaned), compared).max())
    return float(np.mean(best))


def _likelihood(cases: Sequence[Case], calibration: Calibration) -> float:
    return _mean_log_share((case.truth, gather(case.hits, calibration)) for case in cases)


def _mean_log_share(answers: Iterable[tuple[Lineage, Evidence]]) -> float:
    """Mean over queries and ranks of log(share of the true name)."""
    values = []
    for truth, evidence in answers:
        path = truth.path()
        for depth in range(1, len(path) + 1):
            share = sum(weight for other, weight in evidence.items() if other[:depth] == path[:depth])
            values.append(np.log(0.005 + 0.995 * share))
    return float(np.mean(values)) if values else 0.0


def _chance(rows: np.ndarray) -> ChanceModel:
    """(n, 5) log odds of the share, distance, views, right or not, weight -> the model.

    The ridge draws to "the share is the chance"; ten answers outweigh it.
    """
    design = np.column_stack([np.ones(len(rows)), rows[:, :3]])
    prior = np.array([0.0, 1.0, 0.0, 0.0])
    free = np.full(4, True)
    for _ in range(3):
        found = np.zeros(4)
        found[free] = logistic(design[:, free], rows[:, 3], rows[:, 4], prior[free], 1.0)
        # A larger share, or a nearer key of a name, never makes it less likely.
        wrong = np.array([False, found[1] < 0, found[2] > 0, False])
        if not wrong.any():
            break
        free &= ~wrong
    return ChanceModel(*(round(float(value), 4) for value in found))


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


def _familiarity_weights(known: Sequence[Case], missing: Sequence[Case]) -> dict[str, float]:
    """Logistic regression of known against missing, both sides weighing the same.

    On the side of the missing every species weighs the same: a few with many specimens would decide.
    """
    cases = [*known, *missing]
    found = [
        (familiarity_terms(c.hits), not c.missing, w)
        for c, w in zip(cases, _weights(cases, 1.0), strict=True)
    ]
    aligned = sum("mismatch" in terms for terms, _, _ in found) >= COMMON * len(found)
    names: tuple[str, ...] = ALIGNED_TERMS if aligned else PLAIN_TERMS
    if not all("views" in terms for terms, _, _ in found):
        names = tuple(name for name in names if name != "views")
    usable = [row for row in found if all(name in row[0] for name in names)]
    rows = np.array([[terms[name] for name in names] for terms, _, _ in usable])  # (n, terms)
    labels = np.array([float(label) for _, label, _ in usable])
    weights = np.array([weight for _, _, weight in usable])
    for side in (0.0, 1.0):
        weights[labels == side] *= 0.5 / max(1e-9, weights[labels == side].sum())
    centre, spread_ = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    design = np.column_stack([(rows - centre) / spread_, np.ones(len(rows))])
    solution = logistic(design, labels, weights, np.zeros(design.shape[1]), 1e-3)
    return dict(zip(names, (solution[:-1] / spread_).tolist(), strict=True))


def _least_known(known: Sequence[Case]) -> float:
    """The similarity that all but `UNLIKE_SHARE` of the known specimens reach.

    Photos of anything else come as close as those of unknown relatives, so the known set the line.
    """
    return round(float(np.quantile([max(h.score for h in c.hits) for c in known], UNLIKE_SHARE)), 5)


def _quantiles(values: Iterable[float | None]) -> tuple[float, ...]:
    known = [value for value in values if value is not None]
    points = np.quantile(known, np.linspace(0, 1, min(QUANTILES, len(known))))
    return tuple(round(float(p), 5) for p in points)
