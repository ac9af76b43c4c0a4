"""Fit a library's calibration on held-out specimens whose names are known.

Every held-out query is asked twice: once against the whole library (its species is known), and
once with all keys of its species left out (as if the species were missing). The second kind is
taken, where there are enough of them, from species that the encoders were not trained on: those
that they were trained on stand apart too well. From the answers:

- per pair of modalities a slope and offset that turn similarity into evidence, chosen to give the
  true lineage the largest likelihood; once for known species, once for missing ones;
- per pair a familiarity that tells known from missing species (novelty);
- per rank the smallest share at which names are right at the target precision.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from bioscan_desktop.core.calibration import Calibration
from bioscan_desktop.core.errors import ArgumentError, BioscanError
from bioscan_desktop.core.matching import DECISION_K, Hit
from bioscan_desktop.core.taxonomy import RANKS, Lineage
from bioscan_desktop.index.exact import ExactIndex
from bioscan_desktop.inference.images import load_rgb
from bioscan_desktop.library.importers.tables import Record
from bioscan_desktop.services.calibration_fit import (
    MISSING_WEIGHT,
    Case,
    fit_novelty,
    fit_scales,
    fit_thresholds,
    verdicts_of,
)
from bioscan_desktop.services.identify import Identifier
from bioscan_desktop.services.specimens import from_sequence
from bioscan_desktop.services.tasks import Progress, ProgressCallback, silent

MIN_QUERIES = 50

ALPHA_KNOWN = 0.04
"""Share of specimens of known species that may be called new: the price of noticing new ones."""


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
        for modality, answers in collect_cases(identifier, records, images, progress).items()
    }
    if not any(cases.values()):
        raise ArgumentError(f"Calibration needs at least {MIN_QUERIES} photos or barcodes with names.")
    calibration = Calibration(fitted=True)
    for answers in cases.values():
        known, missing = ([c for c in answers if c.missing is kind] for kind in (False, True))
        calibration = replace(
            calibration,
            pairs={**calibration.pairs, **fit_scales(known)},
            pairs_missing={**calibration.pairs_missing, **fit_scales(missing)},
            novelty={**calibration.novelty, **fit_novelty(answers, ALPHA_KNOWN)},
        )
    verdicts = {modality: verdicts_of(answers, calibration) for modality, answers in cases.items()}
    thresholds, thresholds_missing = (
        {modality: fit_thresholds(found, kind, target_precision) for modality, found in verdicts.items()}
        for kind in (False, True)
    )
    # Together they are at least as sure as the surer of the two, whose threshold is the safe one.
    for table in (thresholds, thresholds_missing):
        surer = table.get("dna", next(iter(table.values())))
        table["both"] = {rank: surer[rank] for rank in RANKS}
    return replace(
        calibration,
        thresholds=thresholds,
        thresholds_missing=thresholds_missing,
        provenance={
            "target_precision": target_precision,
            "known_queries": {m: sum(not c.missing for c in found) for m, found in cases.items()},
            "missing_queries": {m: sum(c.missing for c in found) for m, found in cases.items()},
            "missing_weight": MISSING_WEIGHT,
            "decision_k": DECISION_K,
        },
    )


def collect_cases(
    identifier: Identifier,
    records: Iterable[Record],
    images: Path | None,
    progress: ProgressCallback = silent,
) -> dict[str, list[Case]]:
    """Asks each record with and without its species, by modality; see the module."""
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
    answers = library.search(modality, rows, DECISION_K)
    exact = {m: ExactIndex(library.keys(m)) for m in library.modalities}
    names = {m: np.array([x.species or "" for x in library.records.lineages(m)]) for m in library.modalities}
    in_library = set().union(*(set(column.tolist()) for column in names.values()))
    cases = []
    for row, truth, hits in zip(rows, truths, answers, strict=True):
        if truth.species is None:
            continue
        if truth.species in in_library:
            cases.append(Case(truth, truth.species, hits, missing=False))
        without: list[Hit] = []
        for m, index in exact.items():
            allowed = names[m] != truth.species
            found, scores = index.search(row[None], DECISION_K, allowed)
            near = library.hits(modality, m, found[0], scores[0])
            if near:  # the nearest key's isolation, too, must not know of the missing species
                others = allowed & (names[m] != (near[0].lineage.species or ""))
                cosines = index.keys @ index.keys[found[0][0]]
                near[0] = replace(near[0], isolation=float(cosines[others].max(initial=-1.0)))
            without.extend(near)
        cases.append(Case(replace(truth, species=None), truth.species, without, missing=True))
    return cases


def _fair(cases: list[Case], unseen: frozenset[str]) -> list[Case]:
    """Keeps the missing species that the encoders do not know, if they are enough to learn from."""
    unknown = [case for case in cases if case.missing and case.species in unseen]
    if len(unknown) < MIN_QUERIES:
        return cases
    return [case for case in cases if not case.missing] + unknown
