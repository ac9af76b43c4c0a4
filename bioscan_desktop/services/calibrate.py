"""Fit a library's calibration on held-out specimens whose names are known.

Every held-out query is asked twice: once against the whole library (its species is known; a photo that
is in the library is asked without itself, so that no photo need be spared for this), and once with all
keys of its species left out (as if the species were missing); a few queries of each species are enough
for that, as every missing species weighs the same. Barcodes are asked once more as short windows. From
the answers:

- per pair of modalities the weights that turn similarity into evidence, chosen to give the true
  lineage the largest likelihood; once for known species, once for missing ones;
- per pair a familiarity that tells known from missing species (novelty);
- per rank the chance that a name with such a share at such a distance is right, and the smallest
  chance at which names are right at the target precision;
- how much a photo counts beside a barcode. Photos and barcodes of one species stand for specimens
  with both where there are none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from bioscan_desktop.core.barcode import MIN_BASES, SHORT_BASES, clean
from bioscan_desktop.core.calibration import Calibration, log_distance
from bioscan_desktop.core.errors import ArgumentError, BioscanError
from bioscan_desktop.core.hits import Hit
from bioscan_desktop.core.matching import DECISION_K, decide_both
from bioscan_desktop.core.near import Hits
from bioscan_desktop.core.novelty import nearness
from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.core.verdict import Verdict
from bioscan_desktop.files import named_in
from bioscan_desktop.index.exact import ExactIndex
from bioscan_desktop.index.keys import take_rows
from bioscan_desktop.inference.images import load_rgb, to_array
from bioscan_desktop.library.importers.tables import Record
from bioscan_desktop.library.pack import Library
from bioscan_desktop.library.placing import asked_barcodes
from bioscan_desktop.services.answered import Answered
from bioscan_desktop.services.calibration_fit import (
    MISSING_WEIGHT,
    Case,
    Pair,
    answers_of,
    fit_chances,
    fit_image_weight,
    fit_novelty,
    fit_scales,
    fit_thresholds,
    fit_unclear,
    pairs_of,
)
from bioscan_desktop.services.identify import Identifier
from bioscan_desktop.services.tasks import Progress, ProgressCallback, silent

MIN_QUERIES = 50

MIN_PAIRS = 30
"""Photos beside barcodes that the weight of photos is fitted on, at least."""

ALPHA_KNOWN = 0.04
"""Share of specimens of known species that may be called new: the price of noticing new ones."""

FOLDS = 5

MISSING_EACH = 4
"""Queries of a species that are asked without it, at most, where there are more than `FEW` in all."""

FEW = 400
"""Up to so many queries all are asked without their species; a few dozen can spare none."""

SAME_PHOTO = 0.9999
"""Photos whose embeddings have such a cosine are one; keys in half precision are not off by more."""

HALF = 0.0005
"""What isolations in half precision are off by, at most."""

SHORT = "short"
"""Name of the short windows of barcodes beside `image` and `dna`."""

Cases = dict[str, list[Case]]


def fit(
    identifier: Identifier,
    records: Iterable[Record],
    images: Path | None,
    target_precision: float = 0.95,
    progress: ProgressCallback = silent,
) -> Calibration:
    """Fits the calibration of a library; `identifier.library` has it from then on.

    Args:
        records: held-out rows with names; no barcode among them may be the library's own.
        images: folder of their photos.
        target_precision: of the names given at each rank.

    Raises:
        ArgumentError: if neither modality has enough usable rows.
    """
    cases = held_out_cases(identifier, records, images, progress)
    progress(Progress(0, None, "fitting"))
    calibration = fit_cases(cases, target_precision, identifier.library.pictured)
    identifier.library.calibration = calibration
    return calibration


def held_out_cases(
    identifier: Identifier,
    records: Iterable[Record],
    images: Path | None,
    progress: ProgressCallback = silent,
    left_out: list[str] | None = None,
) -> Cases:
    """Asks held-out specimens with and without their species; see the module. Arguments as of `fit`.

    Args:
        left_out: gets a sentence for each photo and barcode that cannot be used.
    """
    queries = embed(identifier, records, images, progress, left_out)
    enough = {name: found for name, found in queries.items() if len(found.truths) >= MIN_QUERIES}
    if not {"image", "dna"} & enough.keys():
        raise ArgumentError(f"Calibration needs at least {MIN_QUERIES} photos or barcodes with names.")
    cases: Cases = {}
    for name, found in enough.items():
        progress(Progress(0, None, f"asking {len(found.truths)} held-out queries ({name})"))
        cases[name] = ask(identifier, found)
    return cases


def fit_cases(cases: Cases, target_precision: float, pictured: frozenset[str] | None) -> Calibration:
    """The calibration that answers teach.

    Args:
        cases: by `image`, `dna` and `short`, at least one of the first two.
        target_precision: of the names given at each rank.
        pictured: species of which the library has photos; None if that is not known, or all are.
    """
    plain = {name: answers for name, answers in cases.items() if name != SHORT}
    calibration = _fit(Calibration(fitted=True), plain, target_precision, pictured)
    if SHORT in cases and "dna" in cases:
        fitted = _fit(calibration, {**plain, "dna": cases[SHORT]}, target_precision, pictured)
        calibration = replace(calibration, short=fitted)
    provenance = {
        "target_precision": target_precision,
        "known_queries": {m: sum(not c.missing for c in found) for m, found in cases.items()},
        "missing_queries": {m: sum(c.missing for c in found) for m, found in cases.items()},
        "missing_species": {m: len({c.species for c in found if c.missing}) for m, found in cases.items()},
        "missing_weight": MISSING_WEIGHT,
        "decision_k": DECISION_K,
    }
    short = calibration.short and replace(calibration.short, provenance=provenance)
    return replace(calibration, short=short, provenance=provenance)


def cross_fitted(
    cases: Cases, target_precision: float, pictured: frozenset[str] | None, folds: int = FOLDS
) -> dict[str, tuple[list[Answered], list[Answered]]]:
    """What calibrations say of species that they were not fitted on: an honest look at how far they hold.

    Species are divided into folds; those of each are judged by a calibration fitted on the others.

    Args:
        cases: as of `fit_cases`, whose other arguments are here too.

    Returns:
        by `image`, `dna`, `short` and `both` the answers to known and to missing species.
    """
    names = sorted({case.species or "" for answers in cases.values() for case in answers})
    fold_of = {name: number % folds for number, name in enumerate(names)}
    found: dict[str, tuple[list[Answered], list[Answered]]] = defaultdict(lambda: ([], []))
    for fold in range(folds):
        inside, outside = (
            {m: [c for c in held if (fold_of[c.species or ""] == fold) is side] for m, held in cases.items()}
            for side in (True, False)
        )
        calibration = fit_cases(outside, target_precision, pictured)
        short = calibration.short or calibration
        judged = {
            name: answers_of(held, short if name == SHORT else calibration) for name, held in inside.items()
        }
        pairs = pairs_of(inside.get("image", []), inside.get("dna", []))
        if pairs:
            judged["both"] = _together(pairs, calibration, pictured)
        for name, answers in judged.items():
            for case, verdict in answers:
                own = [hit for hit in case.hits if hit.pair in ("dna->dna", "image->image")] or case.hits
                answer = Answered(
                    replace(case.truth, species=case.species),
                    tuple(hit.lineage for hit in case.hits[:1]),
                    verdict,
                    nearness(case.hits, short if name == SHORT else calibration),
                    max((hit.score for hit in own), default=-1.0),
                )
                found[name][case.missing].append(answer)
    return dict(found)


def _fit(start: Calibration, cases: Cases, target: float, pictured: frozenset[str] | None) -> Calibration:
    """All tables of the modalities in `cases`, and of both together."""
    calibration = replace(
        start, pairs={}, pairs_missing={}, thresholds={}, thresholds_missing={}, chances={},
        chances_missing={}, novelty={}, image_weight=1.0, short=None,
    )  # fmt: skip
    for answers in cases.values():
        known, missing = ([c for c in answers if c.missing is kind] for kind in (False, True))
        calibration = replace(
            calibration,
            pairs={**calibration.pairs, **fit_scales(known)},
            pairs_missing={**calibration.pairs_missing, **fit_scales(missing)},
            novelty={**calibration.novelty, **fit_novelty(answers, ALPHA_KNOWN)},
        )
    calibration = replace(calibration, unclear_views=fit_unclear(cases.get("image", [])))
    pairs = pairs_of(cases.get("image", []), cases.get("dna", []))
    if len(pairs) >= MIN_PAIRS:
        calibration = replace(calibration, image_weight=fit_image_weight(pairs, calibration, pictured))

    def answered(name: str) -> list[tuple[Case, Verdict]]:
        return (
            answers_of(cases[name], calibration)
            if name != "both"
            else _together(pairs, calibration, pictured)
        )

    names = [*cases, *(["both"] if len(pairs) >= MIN_PAIRS else [])]
    plain = {name: answered(name) for name in names}
    calibration = replace(
        calibration,
        chances={name: fit_chances(found, False) for name, found in plain.items()},
        chances_missing={name: fit_chances(found, True) for name, found in plain.items()},
    )
    worth = {name: answered(name) for name in names}
    tables = [
        {name: fit_thresholds(found, kind, target) for name, found in worth.items()} for kind in (False, True)
    ]
    for table in tables:
        if "both" not in table:  # the threshold of the surer of the two is the safe one
            table["both"] = dict(table.get("dna", next(iter(table.values()))))
    return replace(calibration, thresholds=tables[0], thresholds_missing=tables[1])


def _together(
    pairs: Sequence[Pair], calibration: Calibration, pictured: frozenset[str] | None
) -> list[tuple[Case, Verdict]]:
    """The joint verdicts of photos and barcodes; contradictions give no shares to learn from."""
    answers = []
    for image, dna in pairs:
        (_, photo), (_, barcode) = (answers_of([case], calibration)[0] for case in (image, dna))
        verdict, _ = decide_both(photo, barcode, image.hits, dna.hits, calibration, pictured)
        answers.append((dna, verdict))
    return answers


@dataclass
class Queries:
    """Embedded queries of one kind.

    Attributes:
        modality: `image` or `dna`.
        rows: (d,) float32 unit rows.
        views: of photos, see `core.near.Hits`.
        sequences: of barcodes.
        truths: names.
    """

    modality: str
    rows: list[np.ndarray] = field(default_factory=list)
    views: list[float | None] = field(default_factory=list)
    sequences: list[str] = field(default_factory=list)
    truths: list[Lineage] = field(default_factory=list)


def embed(
    identifier: Identifier,
    records: Iterable[Record],
    images: Path | None,
    progress: ProgressCallback = silent,
    left_out: list[str] | None = None,
) -> dict[str, Queries]:
    """Photos, barcodes, and short windows of barcodes, embedded; a damaged photo teaches nothing.

    Args:
        left_out: gets a sentence for each photo and barcode that cannot be used.
    """
    queries = {"image": Queries("image"), "dna": Queries("dna"), SHORT: Queries("dna")}
    for number, record in enumerate(records, start=1):
        problems = []
        try:
            _add_barcode(identifier, record, number, queries)
        except BioscanError as error:
            problems.append(error.message)
        try:
            _add_photo(identifier, record, images, queries)
        except BioscanError as error:
            problems.append(error.message)
        if left_out is not None:
            left_out += problems
        progress(Progress(number, None, "embedding held-out specimens"))
    return queries


def _add_barcode(identifier: Identifier, record: Record, seed: int, queries: dict[str, Queries]) -> None:
    if record.nucleotides:
        whole = clean(record.nucleotides, record.processid or f"row {record.row}").sequence
        for name, sequence in (("dna", whole), (SHORT, window(whole, seed))):
            if sequence:
                asked = asked_barcodes(identifier.library, [sequence])
                codes = asked.codes if asked is not None else None
                _add(queries[name], identifier.model.embed_barcodes([sequence], codes), record.lineage)
                queries[name].sequences.append(sequence)


def _add_photo(
    identifier: Identifier, record: Record, images: Path | None, queries: dict[str, Queries]
) -> None:
    if record.image_file and images is not None:
        photo = load_rgb(named_in(images, record.image_file), identifier.model.preprocessing.min_side)
        pixels = to_array(photo.image, identifier.model.preprocessing)
        rows, views = identifier.model.embed_views([pixels])
        _add(queries["image"], rows, record.lineage)
        queries["image"].views.append(None if views is None else log_distance(float(views[0])))


def _add(queries: Queries, rows: np.ndarray, truth: Lineage) -> None:
    queries.rows.append(rows[0])
    queries.truths.append(truth)


def window(sequence: str, seed: int) -> str:
    """A random stretch of a barcode that counts as short; "" of one that is short anyway."""
    if len(sequence) < SHORT_BASES:
        return ""
    rng = np.random.default_rng([seed, len(sequence)])
    bases = int(rng.integers(MIN_BASES, SHORT_BASES))
    first = int(rng.integers(0, len(sequence) - bases + 1))
    return sequence[first : first + bases]


def ask(identifier: Identifier, queries: Queries) -> list[Case]:
    """Asks each query with its species, and those that `_few_of_each` chooses without it."""
    library, modality = identifier.library, queries.modality
    rows = np.stack(queries.rows)
    asked = asked_barcodes(library, queries.sequences) if modality == "dna" else None
    placed = asked.codes if asked is not None else None
    leaning = identifier.model.leaning
    answers = library.search(modality, rows, DECISION_K, placed=placed, leaning=leaning)
    names = {m: np.array([x.species or "" for x in library.records.lineages(m)]) for m in library.modalities}
    in_library = set().union(*(set(column.tolist()) for column in names.values()))
    asked_without = _few_of_each([truth.species for truth in queries.truths])
    cases = []
    for number, (truth, hits) in enumerate(zip(queries.truths, answers, strict=True)):
        if truth.species is None:
            continue
        own = placed[number : number + 1] if placed is not None else None
        row = rows[number : number + 1]
        views = queries.views[number] if queries.views else None
        is_known = truth.species in in_library
        if others := _without_itself(library, hits):
            is_known = any(
                truth.species in column[others.get(m, np.True_)].tolist() for m, column in names.items()
            )
            hits = library.search(modality, row, DECISION_K, None, own, others, leaning)[0]
        if is_known:
            cases.append(Case(truth, truth.species, hits.with_views(views), missing=False))
        if number not in asked_without:
            continue
        allowed = {m: column != truth.species for m, column in names.items()}
        found = library.search(modality, row, DECISION_K, None, own, allowed, leaning, truth.species)[0]
        crowding = leaning.crowding if leaning is not None and modality == "image" else {}
        without = [
            hit
            for m, mask in allowed.items()
            for hit in _forgetting(
                library, [h for h in found if h.key_modality == m], names[m], mask, crowding.get(m, 0.0)
            )
        ]
        near = Hits.of(without).with_views(views)
        cases.append(Case(replace(truth, species=None), truth.species, near, missing=True))
    return cases


def _forgetting(
    library: Library, hits: Sequence[Hit], names: np.ndarray, mask: np.ndarray, crowding: float
) -> list[Hit]:
    """Hits with the isolations, and in the order, that they had if the library lacked a species.

    Args:
        hits: of one modality of keys, nearest first.
        names: (n,) species of all keys of this modality.
        mask: (n,) bool; False for the keys of the species.
        crowding: what of an isolation is taken off, see `core.leaning`.
    """
    if not hits or mask.all():
        return list(hits)
    keys = library.key_rows(hits[0].key_modality)
    rows = np.array([library.records.row_of(hit.key_id) for hit in hits])
    own = take_rows(keys, rows)
    nearest = (own @ take_rows(keys, np.flatnonzero(~mask)).T).max(axis=1)
    # Where it ranks nothing, only the isolation of the nearest key counts: it tells a missing species.
    counting = range(len(hits)) if crowding else [max(range(len(hits)), key=lambda i: hits[i].score)]
    changed = list(hits)
    for i in counting:
        before = hits[i].isolation
        if before is None or nearest[i] < before - HALF:
            continue
        _, scores = ExactIndex(keys).search(own[i], 1, mask & (names != (hits[i].lineage.species or "")))
        isolation = float(scores.max(initial=-1.0))
        shift = hits[i].shift + crowding * (before - isolation)
        changed[i] = replace(hits[i], isolation=isolation, shift=shift)
    return sorted(changed, key=lambda hit: -hit.leaned) if crowding else changed


def _without_itself(library: Library, hits: Hits) -> dict[str, np.ndarray]:
    """Which photo keys a query that is one of them may be compared with; empty for all other queries."""
    same = [hit.key_id for hit in hits if hit.pair == "image->image" and hit.score >= SAME_PHOTO]
    if not same:
        return {}
    allowed = np.ones(library.manifest.counts["image_keys"], dtype=bool)
    allowed[[library.records.row_of(key_id) for key_id in same]] = False
    return {"image": allowed}


def _few_of_each(species: Sequence[str | None]) -> set[int]:
    """Numbers of up to `MISSING_EACH` queries of each species, spread over the list; of few, of all."""
    if len(species) <= FEW:
        return {number for number, name in enumerate(species) if name is not None}
    members: dict[str, list[int]] = defaultdict(list)
    for number, name in enumerate(species):
        if name is not None:
            members[name].append(number)
    chosen: set[int] = set()
    for own in members.values():
        chosen |= {own[i] for i in np.linspace(0, len(own) - 1, min(MISSING_EACH, len(own))).astype(int)}
    return chosen
