"""Fitting a calibration: what it must find on answers whose law is known."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioscan_desktop.core.barcode import MIN_BASES, SHORT_BASES
from bioscan_desktop.core.calibration import Calibration, PairScale, log_mismatch
from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.core.hits import Hit
from bioscan_desktop.core.kin import Kin
from bioscan_desktop.core.leaning import Leaning
from bioscan_desktop.core.near import Hits
from bioscan_desktop.core.taxonomy import RANKS, Lineage
from bioscan_desktop.core.verdict import RankShare, Verdict
from bioscan_desktop.index import keys as module
from bioscan_desktop.index.isolation import isolations
from bioscan_desktop.library.importers.tables import Record
from bioscan_desktop.services import calibrate
from bioscan_desktop.services.calibration_fit import (
    IMAGE_WEIGHTS,
    Case,
    answers_of,
    fit_chances,
    fit_image_weight,
    fit_novelty,
    fit_scales,
    fit_thresholds,
    fit_unclear,
    logistic,
    pairs_of,
)
from bioscan_desktop.services.identify import Identifier
from tests.conftest import SPECIES, mutate, random_barcode

A = Lineage("Lepidoptera", "Noctuidae", "Noctua", "Noctua pronuba")
B = Lineage("Lepidoptera", "Pieridae", "Pieris", "Pieris rapae")


def case(truth: Lineage, scores: list[tuple[Lineage, float]], missing: bool = False) -> Case:
    hits = [Hit(n, "dna", "dna", score, lineage) for n, (lineage, score) in enumerate(scores)]
    return Case(replace(truth, species=None) if missing else truth, truth.species, hits, missing)


def test_similarities_that_decide_get_a_steep_slope_and_noise_a_flat_one() -> None:
    rng = random.Random(1)
    telling = [case(A, [(A, 0.9 + rng.random() / 20), (B, 0.7)]) for _ in range(60)]
    noise = [case(rng.choice([A, B]), [(A, rng.random()), (B, rng.random())]) for _ in range(300)]
    assert fit_scales(telling)["dna->dna"].slope > 100
    assert fit_scales(noise)["dna->dna"].slope < 10


def test_known_and_missing_species_are_told_apart_by_how_crowded_the_place_is() -> None:
    rng = random.Random(2)
    cases = []
    for _ in range(200):
        crowded = rng.random() < 0.5
        far = 0.95 if crowded else 0.6  # the nearest other species
        spread = 1 - far
        known = 1 - spread * rng.uniform(0.05, 0.4)
        missing = 1 - spread * rng.uniform(0.6, 1.2)
        for nearest, gone in ((known, False), (missing, True)):
            made = case(A, [(A, nearest), (B, min(far, nearest - 0.001))], gone)
            made.hits[0] = replace(made.hits[0], isolation=far)
            cases.append(made)
    model = fit_novelty(cases, 0.05)["dna->dna"]
    calibration = Calibration(
        novelty={"dna->dna": model}, pairs={"dna->dna": PairScale(90.0, 0.0)}, fitted=True
    )
    found = answers_of(cases, calibration)
    noticed = np.mean([v.novelty != "none" for c, v in found if c.missing])
    alarmed = np.mean([v.novelty != "none" for c, v in found if not c.missing])
    assert noticed > 0.9
    assert alarmed <= 0.06


@pytest.mark.parametrize(("target", "least"), [(0.95, 0.8), (0.6, 0.5)])
def test_thresholds_hold_the_target(target: float, least: float) -> None:
    """Of shares above 0.8 all are right, below it half are."""
    verdicts = []
    for n in range(400):
        share = n / 400
        right = share >= 0.8 or n % 2 == 0
        truth = A if right else B
        answer = decide_like(share)
        verdicts.append((case(truth, []), answer))
    found = fit_thresholds(verdicts, missing=False, target=target)["order"]
    # Order is the same for both, so look at the family, where they differ.
    family = fit_thresholds(verdicts, missing=False, target=target)["family"]
    assert found == 0.5
    assert family == pytest.approx(least, abs=0.06)


def doubtful_genera(named: int, ending: int) -> list[tuple[Case, Verdict]]:
    """Specimens named to species, and others that end at a genus, which is right for half of these."""
    answers = []
    for n in range(named + ending):
        sure = n < named
        chances = (1.0, 1.0, 0.95 if sure else 0.6 + 0.3 * (n % 10) / 10, 0.9 if sure else 0.3)
        shares = tuple(RankShare(rank, A.at(rank) or "", c) for rank, c in zip(RANKS, chances, strict=True))
        truth = A if sure else B if n % 2 else replace(A, species="Noctua comes")
        answers.append((case(truth, []), Verdict(None, None, 0.0, True, "none", None, "", shares)))
    return answers


def test_a_threshold_is_that_of_names_that_verdicts_end_at() -> None:
    """Nearly all genera are right, but not those of specimens whose species remains open."""
    found = fit_thresholds(doubtful_genera(2000, 120), missing=False, target=0.9)
    assert found["species"] < 0.9
    assert found["genus"] > 0.87
    # Of too few nothing can be said apart.
    assert fit_thresholds(doubtful_genera(2000, 60), missing=False, target=0.9)["genus"] == 0.5


def decide_like(share: float) -> Verdict:
    from bioscan_desktop.core.verdict import RankShare

    ranks = tuple(
        RankShare(rank, name, share) for rank, name in zip(("order", "family"), A.names(), strict=False)
    )
    return Verdict(None, None, 0.0, True, "none", None, "", ranks)


def test_a_library_is_calibrated_end_to_end(identifier: Identifier) -> None:
    records = []
    for number, (order, family, genus, species, _) in enumerate(SPECIES):
        for copy in range(20):
            sequence = mutate(random_barcode(number), 3, 1000 + copy)
            records.append(Record(copy, Lineage(order, family, genus, species), nucleotides=sequence))
    fitted = calibrate.fit(identifier, records, None)
    assert fitted.fitted
    assert set(fitted.pairs) == {"dna->dna", "dna->image"}
    assert fitted.provenance["known_queries"] == {"dna": 80, "short": 80}
    assert fitted.provenance["missing_queries"] == {"dna": 80, "short": 80}
    assert fitted.provenance["missing_species"] == {"dna": 4, "short": 4}
    assert fitted.short is not None and fitted.short.thresholds["dna"].keys() == set(RANKS)
    assert identifier.library.calibration is fitted
    assert all(0.5 <= share <= 1 for ranks in fitted.thresholds.values() for share in ranks.values())
    assert Calibration.from_dict(fitted.to_dict()) == fitted


def test_a_photo_of_the_library_is_asked_without_itself(identifier: Identifier) -> None:
    library = identifier.library
    keys, lineages = library.keys("image"), library.records.lineages("image")
    queries = calibrate.Queries("image", rows=list(keys), truths=list(lineages))
    known = [case for case in calibrate.ask(identifier, queries) if not case.missing]
    alike = {n for n in range(len(keys)) if (keys @ keys[n] >= calibrate.SAME_PHOTO).sum() == 1}
    assert alike, "the tiny world has photos that are like no other"
    for answer in known:
        scores = [hit.score for hit in answer.hits if hit.pair == "image->image"]
        assert all(score < calibrate.SAME_PHOTO for score in scores)
    others = library.search("image", keys[:1], 50)[0]
    assert max(hit.score for hit in others if hit.pair == "image->image") >= calibrate.SAME_PHOTO


def test_a_missing_species_leaves_no_trace_in_isolations(identifier: Identifier) -> None:
    """Neither what tells it nor what ranks keys knows of the keys of the species that is left out."""
    library = identifier.library
    identifier.model.leaning = Leaning(frozenset(), crowding={"image": 0.5})
    keys, lineages = library.keys("image").astype(np.float32), library.records.lineages("image")
    names = np.array([lineage.species for lineage in lineages])
    mean = isolations(keys, names).astype(float).mean()
    queries = calibrate.Queries("image", rows=list(keys), truths=list(lineages))
    changed = 0
    for answer in calibrate.ask(identifier, queries):
        if not answer.missing:
            continue
        left = names != answer.species
        own = dict(
            zip(np.flatnonzero(left).tolist(), isolations(keys[left], names[left]).tolist(), strict=True)
        )
        photos = [hit for hit in answer.hits if hit.key_modality == "image"]
        assert photos == sorted(photos, key=lambda hit: -hit.leaned)
        for hit in photos:
            isolation = own[library.records.row_of(hit.key_id)]
            assert hit.isolation == pytest.approx(isolation, abs=0.002)
            assert hit.shift == pytest.approx(0.5 * (mean - isolation), abs=0.002)
            changed += isolation < isolations(keys, names)[library.records.row_of(hit.key_id)] - 0.01
    assert changed, "some keys of the tiny world are nearest to keys of a species that is left out"


def test_calibrating_never_reads_a_whole_key_file_into_memory(
    identifier: Identifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = identifier.library
    keys, lineages = library.keys("image"), library.records.lineages("image")
    queries = calibrate.Queries("image", rows=list(keys[:2]), truths=list(lineages[:2]))
    before = calibrate.ask(identifier, queries)
    monkeypatch.setattr(module, "IN_MEMORY_BYTES", 0)
    monkeypatch.setattr(library, "_keys", {})
    monkeypatch.setattr(library, "_indexes", {})
    monkeypatch.setattr(library, "keys", None)
    assert isinstance(library.key_rows("image"), module.KeyFile)
    for mine, read in zip(calibrate.ask(identifier, queries), before, strict=True):
        assert [hit.isolation for hit in mine.hits] == pytest.approx(
            [hit.isolation for hit in read.hits], abs=1e-3, nan_ok=True
        )


def test_a_species_known_by_that_photo_alone_is_not_known(
    identifier: Identifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = identifier.library
    keys, lineages = library.keys("image"), library.records.lineages("image")
    others = [replace(x, species=None) for x in library.records.lineages("dna")]
    own = [replace(x, species=f"{x.genus} {n}") for n, x in enumerate(lineages)]
    monkeypatch.setattr(library.records, "lineages", lambda modality: own if modality == "image" else others)
    queries = calibrate.Queries("image", rows=[keys[0]], truths=[own[0]])
    assert [case.missing for case in calibrate.ask(identifier, queries)] == [True]


def test_other_species_are_judged_by_a_calibration_that_does_not_know_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = [replace(A, species=f"Noctua {letter}") for letter in "abcdef"]
    cases = [case(name, [(name, 0.99), (B, 0.5)]) for name in names]
    cases += [case(name, [(B, 0.6), (A, 0.5)], missing=True) for name in names]
    taught: list[set[str | None]] = []
    fit_cases = calibrate.fit_cases

    def watched(given: calibrate.Cases, *rest: Any) -> Calibration:
        taught.append({c.species for c in given["dna"]})
        return fit_cases(given, *rest)

    monkeypatch.setattr(calibrate, "fit_cases", watched)
    known, missing = calibrate.cross_fitted({"dna": cases}, 0.95, None, folds=3)["dna"]
    assert sorted(a.truth.species or "" for a in known) == [name.species for name in names]
    assert sorted(a.truth.species or "" for a in missing) == [name.species for name in names]
    assert [len(species) for species in taught] == [4, 4, 4]
    left_out = [{name.species for name in names} - species for species in taught]
    assert set().union(*left_out) == {name.species for name in names}


def test_a_library_of_one_species_has_nothing_to_compare_a_missing_one_with() -> None:
    known = [case(A, [(A, 0.9)])] * 60
    found = calibrate.cross_fitted({"dna": [*known, *[case(A, [], missing=True)] * 60]}, 0.95, None)
    judged, missing = found["dna"]
    assert len(judged) == len(missing) == 60
    assert {(answer.cosine, answer.verdict.name) for answer in missing} == {(-1.0, None)}


def test_a_few_queries_of_each_species_are_asked_without_it() -> None:
    many = ["a"] * calibrate.FEW + [None] + ["b"] * 2
    found = calibrate._few_of_each(many)
    assert len([n for n in found if many[n] == "a"]) == calibrate.MISSING_EACH
    last = calibrate.FEW - 1
    assert {0, last, last + 2, last + 3} <= found and last + 1 not in found
    few = ["a"] * 40 + [None] + ["b"] * 2
    assert calibrate._few_of_each(few) == set(range(43)) - {40}


def new_to_the_library(
    truth: Lineage, named: Lineage, chance: float, known: bool = False
) -> tuple[Case, Verdict]:
    shares = tuple(RankShare(rank, named.at(rank) or "", chance) for rank in RANKS[:3])
    verdict = Verdict(named.genus, "genus", chance, True, "new_species", 0.01, "", shares)
    return Case(replace(truth, species=None), truth.species, [], not known), verdict


def test_the_genus_of_new_species_is_named_as_surely_as_missing_species_ask() -> None:
    """Chances below 0.8 are right of known specimens alone, which do not count."""
    answers = [new_to_the_library(A, A, 0.6, known=True) for _ in range(500)]
    answers += [new_to_the_library(replace(A, species=f"Noctua {n}"), B, 0.6) for n in range(20)]
    answers += [new_to_the_library(replace(A, species=f"Noctua {n}"), A, 0.9) for n in range(60)]
    assert fit_thresholds(answers, missing=True, target=0.95)["genus"] == pytest.approx(0.9)


def test_no_missing_species_decides_by_its_many_specimens() -> None:
    answers = [new_to_the_library(A, B, 0.7)] * 300
    answers += [new_to_the_library(replace(A, species=f"Noctua {n}"), A, 0.7) for n in range(60)]
    assert fit_thresholds(answers, missing=True, target=0.95)["genus"] == 0.5


def test_too_few_specimens_are_refused(identifier: Identifier) -> None:
    records = [Record(1, A, nucleotides=random_barcode(1))]
    with pytest.raises(ArgumentError, match="at least 50"):
        calibrate.fit(identifier, records, None)


def test_windows_are_short_and_of_the_barcode() -> None:
    barcode = random_barcode(1)
    found = {calibrate.window(barcode, seed) for seed in range(20)}
    assert len(found) > 10 and all(w in barcode and MIN_BASES <= len(w) < SHORT_BASES for w in found)
    assert calibrate.window(barcode[: SHORT_BASES - 1], 1) == ""


def test_chances_follow_what_was_right() -> None:
    """Names of a share of 0.7 are right in nine of ten cases near by, and in two of ten far off."""
    rng = random.Random(3)
    answers = []
    for _ in range(600):
        far = rng.random() < 0.5
        right = rng.random() < (0.2 if far else 0.9)
        found = [Hit(1, "dna", "dna", 0.9, A, mismatch=0.15 if far else 0.005, relatedness=0.0)]
        shares = tuple(RankShare(rank, A.at(rank) or "", 0.7) for rank in RANKS)
        verdict = Verdict(A.species, "species", 0.7, True, "none", None, "", shares)
        answers.append((Case(A if right else B, A.species, found, False), verdict))
    models = fit_chances(answers, missing=False)
    near, far_off = (models["species"].chance(0.7, log_mismatch(m)) for m in (0.005, 0.15))
    assert near == pytest.approx(0.9, abs=0.05) and far_off == pytest.approx(0.2, abs=0.06)
    assert fit_chances(answers[:20], missing=False) == {}  # too few to learn from


@pytest.mark.parametrize("missing", [False, True])
def test_specimens_of_interim_species_do_not_tell_whether_a_species_is_right(missing: bool) -> None:
    shares = tuple(RankShare(rank, A.at(rank) or "", 0.7) for rank in RANKS)
    verdict = Verdict(A.species, "species", 0.7, True, "none", None, "", shares)
    named = [(case(A, [(A, 0.9)]), verdict)] * 300
    unnamed = [(case(replace(A, species="Noctua sp. 2"), [(A, 0.9)], missing), verdict)] * 300
    for answers in (named, [*named, *unnamed]):
        assert fit_thresholds(answers, missing=False, target=0.95)["species"] == 0.5
        assert fit_chances(answers, missing=False)["species"].chance(0.7, -2.0) > 0.95


def steady_and_unsteady(known: bool, rng: random.Random) -> Case:
    """A photo that is seen less firmly lies three times as far from the keys of its own species."""
    views = rng.choice([-4.0, -2.0])
    distance = (0.1 if views < -3 else 0.3) * (1.0 if known else 1.6) * rng.uniform(0.9, 1.1)
    hits = [Hit(1, "image", "image", 1 - distance, A), Hit(2, "image", "image", 0.3, B)]
    truth = A if known else replace(A, species=None)
    species = A.species if known else "Noctua comes"
    return Case(truth, species, Hits.of(hits).with_views(views), not known)


def test_how_firmly_a_photo_is_seen_is_taken_into_account() -> None:
    rng = random.Random(5)
    cases = [steady_and_unsteady(known, rng) for known in (True, False) * 150]
    blind = [replace(case, hits=Hits.of(case.hits).with_views(None)) for case in cases]
    noticed = []
    for some in (cases, blind):
        model = fit_novelty(some, 0.05)["image->image"]
        assert model.weights is not None and ("views" in model.weights) == (some is cases)
        calibration = Calibration(novelty={"image->image": model}, fitted=True)
        noticed.append(np.mean([v.novelty != "none" for c, v in answers_of(some, calibration) if c.missing]))
    assert noticed[0] > 0.95 and noticed[1] < 0.6
    chances = fit_chances(answers_of(cases, Calibration()), missing=False)
    assert fit_unclear(cases) == -2.0 and fit_unclear(blind) is None
    assert chances["species"].views > 0
    assert fit_chances(answers_of(blind, Calibration()), missing=False)["species"].views == 0


def test_a_photo_that_misleads_beside_a_barcode_gets_little_weight() -> None:
    truth = Hit(1, "dna", "dna", 0.9, A), Hit(2, "dna", "dna", 0.85, B)
    wrong = Hit(3, "image", "image", 0.9, B), Hit(4, "image", "image", 0.5, A)
    right = Hit(3, "image", "image", 0.9, A), Hit(4, "image", "image", 0.5, B)
    calibration = Calibration(pairs={"dna->dna": PairScale(20.0, 0.0), "image->image": PairScale(10.0, 0.0)})
    for photo, low in ((wrong, True), (right, False)):
        pairs = [(Case(A, A.species, list(photo), False), Case(A, A.species, list(truth), False))] * 40
        weight = fit_image_weight(pairs, calibration)
        assert (weight == min(IMAGE_WEIGHTS)) if low else (weight >= 1.0)


def test_photos_stand_beside_barcodes_of_their_species_alone() -> None:
    photos, barcodes = [case(A, [(A, 0.9)])], [case(A, [(A, 0.9)])] * 9 + [case(B, [(B, 0.9)])] * 9
    pairs = pairs_of(photos, barcodes, per_photo=4)
    assert len(pairs) == 4 and all(dna.species == A.species for _, dna in pairs)
    assert pairs_of(photos, [case(A, [(A, 0.9)], missing=True)]) == []


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 1000))
def test_logistic_regression_ends_where_the_gradient_is_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    design = np.column_stack([np.ones(40), rng.normal(size=(40, 2)) * rng.uniform(0.1, 50, 2)])
    labels = (rng.random(40) < 0.4).astype(float)
    weights, prior = rng.uniform(0.1, 2, 40), rng.normal(size=3)
    found = logistic(design, labels, weights, prior, ridge=0.5)
    chance = 1 / (1 + np.exp(-np.clip(design @ found, -700, 700)))
    gradient = design.T @ (weights * (chance - labels)) + 0.5 * (found - prior)
    assert np.abs(gradient).max() < 1e-2


def test_a_missing_species_is_none_that_the_encoder_knows(identifier: Identifier) -> None:
    """What it learned of the photos of a species does not help to find the genus of it when it is missing."""
    keys, lineages = (
        identifier.library.keys("image").astype(np.float32),
        identifier.library.records.lineages("image"),
    )
    own = lineages[0]
    assert own.genus and own.species
    queries = calibrate.Queries("image", rows=[keys[0]], truths=[own])
    kin = (Kin("genus", (own.genus, "Other"), np.stack([keys[0], -keys[0]]), 0.5, (own.species, "Other x")),)
    lifted = {}
    for name, learned in (("plain", ()), ("kin", kin)):
        identifier.model.leaning = Leaning(frozenset(), off={"dna": 0.001}, kin=learned)
        for answer in calibrate.ask(identifier, queries):
            shifts = [hit.shift for hit in answer.hits if hit.pair == "image->dna"]
            lifted[name, answer.missing] = max(shifts)
    assert lifted["kin", True] == lifted["plain", True]
