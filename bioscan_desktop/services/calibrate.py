"""Fit a library's calibration on held-out specimens whose names are known.

Every held-out query is asked twice: once against the whole library (its species is known), and
once with all keys of its species left out (as if the species were missing). The second kind is
taken, where there are enough of them, from species that the encoders were not trained on: those
that they were trained on stand apart too well. From the answers:

- per pair of modalities a slope and offset that turn similarity into evidence, chosen to give the
  true lineage the largest likelihood;
- per rank the smallest share at which names are right at the target precision;
- per pair the similarities of the nearest key for known and for missing species (novelty).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bioscan_desktop.core.calibration import Calibration, NoveltyModel, PairScale
from bioscan_desktop.core.errors import ArgumentError, BioscanError
from bioscan_desktop.core.matching import DECISION_K, Hit, gather, walk
from bioscan_desktop.core.taxonomy import RANKS, Lineage
from bioscan_desktop.index.exact import ExactIndex
from bioscan_desktop.inference.images import load_rgb
from bioscan_desktop.library.importers.tables import Record
from bioscan_desktop.services.identify import Identifier
from bioscan_desktop.services.specimens import from_sequence
from bioscan_desktop.services.tasks import Progress, ProgressCallback, silent

QUANTILES = 200
"""Points kept of each distribution of similarities."""

MISSING_WEIGHT = 0.25
"""Weight of the "species is missing" answers against the others, in slopes and thresholds."""

MIN_QUERIES = 50

_SLOPES = (6.0, 9.0, 12.0, 16.0, 20.0, 26.0, 34.0, 45.0, 60.0, 80.0, 110.0, 150.0, 200.0, 270.0, 360.0)
_OFFSETS = tuple(np.linspace(-12, 12, 17).tolist())


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


def fit(
    identifier: Identifier,
    records: Iterable[Record],
    images: Path | None,
    unseen: frozenset[str] = frozenset(),
    target_precision: float = 0.95,
    progress: ProgressCallback = silent,
) -> Calibration:
    """Fits the calibration of a library.

    Args:
        records: held-out rows with names, none of them among the library's own.
        images: folder of their photos.
        unseen: species that the encoders were not trained on.
        target_precision: of the names given at each rank.

    Raises:
        ArgumentError: if neither modality has enough usable rows.
    """
    cases = {
        modality: _fair(answers, unseen)
        for modality, answers in _cases(identifier, records, images, progress).items()
    }
    if not any(cases.values()):
        raise ArgumentError(f"Calibration needs at least {MIN_QUERIES} photos or barcodes with names.")
    calibration = Calibration(fitted=True)
    for answers in cases.values():
        calibration = replace(calibration, pairs={**calibration.pairs, **_fit_scales(answers)})
    thresholds = {
        modality: _fit_thresholds(answers, calibration, target_precision)
        for modality, answers in cases.items()
    }
    # Together they are at least as sure as the surer of the two; its threshold is the safe one.
    thresholds["both"] = {rank: min(t[rank] for t in thresholds.values()) for rank in RANKS}
    novelty = {pair: model for answers in cases.values() for pair, model in _fit_novelty(answers).items()}
    return replace(
        calibration,
        thresholds=thresholds,
        novelty=novelty,
        provenance={
            "target_precision": target_precision,
            "queries": {modality: sum(not c.missing for c in answers) for modality, answers in cases.items()},
            "missing_weight": MISSING_WEIGHT,
            "decision_k": DECISION_K,
        },
    )


def _cases(
    identifier: Identifier, records: Iterable[Record], images: Path | None, progress: ProgressCallback
) -> dict[str, list[Case]]:
    rows: dict[str, list[np.ndarray]] = defaultdict(list)
    truths: dict[str, list[Lineage]] = defaultdict(list)
    for number, record in enumerate(records, start=1):
        try:
            if record.nucleotides:
                specimen = from_sequence(record.nucleotides)
                if specimen.barcode is not None:
                    rows["dna"].append(identifier.model.embed_barcodes([specimen.barcode.sequence])[0])
                    truths["dna"].append(record.lineage)
            if record.image_file and images is not None:
                photo = load_rgb(images / record.image_file, identifier.model.preprocessing.min_side)
                rows["image"].append(identifier.model.embed_images([photo.image])[0])
                truths["image"].append(record.lineage)
        except BioscanError:
            continue  # a damaged photo teaches nothing
        progress(Progress(number, None, "embedding held-out specimens"))
    return {
        modality: _ask(identifier, modality, np.stack(rows[modality]), truths[modality])
        for modality in ("image", "dna")
        if len(rows[modality]) >= MIN_QUERIES
    }


def _ask(identifier: Identifier, modality: str, rows: np.ndarray, truths: Sequence[Lineage]) -> list[Case]:
    library = identifier.library
    known: list[list[Hit]] = library.search(modality, rows, DECISION_K)
    in_library = {
        lineage.species
        for m in library.modalities
        for lineage in library.records.lineages(m)
        if lineage.species
    }
    cases = []
    exact = {m: ExactIndex(library.keys(m)) for m in library.modalities}
    names = {m: np.array([x.species or "" for x in library.records.lineages(m)]) for m in library.modalities}
    for row, truth, hits in zip(rows, truths, known, strict=True):
        if truth.species in in_library:
            cases.append(Case(truth, truth.species, hits, missing=False))
        if truth.species is None:
            continue
        without: list[Hit] = []
        for m, index in exact.items():
            allowed = names[m] != truth.species
            found, scores = index.search(row[None], DECISION_K, allowed)
            without.extend(library.hits(modality, m, found[0], scores[0]))
        cases.append(Case(replace(truth, species=None), truth.species, without, missing=True))
    return cases


def _fair(cases: list[Case], unseen: frozenset[str]) -> list[Case]:
    """Keeps the missing species that the encoders do not know, if they are enough to learn from."""
    unknown = [case for case in cases if case.missing and case.species in unseen]
    if len(unknown) < MIN_QUERIES:
        return cases
    return [case for case in cases if not case.missing] + unknown


def _fit_scales(cases: Sequence[Case]) -> dict[str, PairScale]:
    """Slope per pair and offset between pairs by grid search on the likelihood of the truth."""
    pairs = sorted({hit.pair for case in cases for hit in case.hits})
    first = {pairs[0]: PairScale(_best_slope(cases, pairs[0]), 0.0)}
    if len(pairs) == 1:
        return first
    second_slope = _best_slope(cases, pairs[1])
    best, best_value = 0.0, -np.inf
    for offset in _OFFSETS:
        # Offsets are relative to the mean nearest similarity, where the two kinds are comparable.
        trial = {
            **first,
            pairs[1]: PairScale(second_slope, _centred(cases, first, pairs, second_slope) + offset),
        }
        value = _likelihood(cases, Calibration(pairs=trial))
        if value > best_value:
            best, best_value = offset, value
    centred = _centred(cases, first, pairs, second_slope)
    scales = {**first, pairs[1]: PairScale(second_slope, centred + best)}
    return _sharpen(cases, scales)


def _sharpen(cases: Sequence[Case], scales: dict[str, PairScale]) -> dict[str, PairScale]:
    """A common factor for all pairs: two kinds of keys together make the evidence too sure or too vague."""
    best, best_value = scales, -np.inf
    for factor in (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.15, 1.3, 1.5):
        trial = {p: PairScale(s.slope * factor, s.offset * factor) for p, s in scales.items()}
        value = _likelihood(cases, Calibration(pairs=trial))
        if value > best_value:
            best, best_value = trial, value
    return best


def _centred(
    cases: Sequence[Case], first: dict[str, PairScale], pairs: Sequence[str], second_slope: float
) -> float:
    """The offset at which the nearest keys of both kinds weigh the same on average."""
    nearest = {
        pair: float(np.mean([max((h.score for h in c.hits if h.pair == pair), default=0.0) for c in cases]))
        for pair in pairs
    }
    return first[pairs[0]].slope * nearest[pairs[0]] - second_slope * nearest[pairs[1]]


def _best_slope(cases: Sequence[Case], pair: str) -> float:
    only = [replace(case, hits=[h for h in case.hits if h.pair == pair]) for case in cases]
    values = [_likelihood(only, Calibration(pairs={pair: PairScale(slope, 0.0)})) for slope in _SLOPES]
    return _SLOPES[int(np.argmax(values))]


def _likelihood(cases: Sequence[Case], calibration: Calibration) -> float:
    """Mean over queries and ranks of log(share of the true name), the missing ones weighted down."""
    total, weights = 0.0, 0.0
    for case in cases:
        evidence = gather(case.hits, calibration)
        weight = MISSING_WEIGHT if case.missing else 1.0
        path = case.truth.path()
        for depth in range(1, len(path) + 1):
            share = sum(w for other, w in evidence.items() if other[:depth] == path[:depth])
            total += weight * float(np.log(0.005 + 0.995 * share))
            weights += weight
    return total / max(weights, 1e-9)


def _fit_thresholds(cases: Sequence[Case], calibration: Calibration, target: float) -> dict[str, float]:
    """Per rank the smallest share from which on names reach the target precision."""
    calls: dict[str, list[tuple[float, bool, float]]] = defaultdict(list)
    for case in cases:
        weight = MISSING_WEIGHT if case.missing else 1.0
        for share in walk(gather(case.hits, calibration)):
            truth = case.truth.at(share.rank)
            if truth is None and not (case.missing and share.rank == "species"):
                continue
            calls[share.rank].append((share.share, truth == share.name, weight))
    return {rank: _threshold(calls[rank], target) for rank in RANKS}


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
    # 0.5 is the least at which a name has more behind it than everything else together.
    return float(max(0.5, shares[enough[-1]])) if len(enough) else 1.0


def _fit_novelty(cases: Sequence[Case]) -> dict[str, NoveltyModel]:
    nearest: dict[tuple[str, bool], list[float]] = defaultdict(list)
    for case in cases:
        for pair in {hit.pair for hit in case.hits}:
            nearest[pair, case.missing].append(max(h.score for h in case.hits if h.pair == pair))
    return {
        pair: NoveltyModel(_quantiles(nearest[pair, False]), _quantiles(nearest[pair, True]))
        for pair, missing in list(nearest)
        if not missing and nearest[pair, True]
    }


def _quantiles(values: Sequence[float]) -> tuple[float, ...]:
    points = np.quantile(values, np.linspace(0, 1, min(QUANTILES, len(values))))
    return tuple(round(float(p), 5) for p in points)
