"""Fitting a calibration: what it must find on answers whose law is known."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from bioscan_desktop.core.calibration import Calibration, PairScale
from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.core.matching import Hit, Verdict
from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.library.importers.tables import Record
from bioscan_desktop.services import calibrate
from bioscan_desktop.services.calibration_fit import (
    Case,
    fit_novelty,
    fit_scales,
    fit_thresholds,
    verdicts_of,
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
    found = verdicts_of(cases, calibration)
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


def decide_like(share: float) -> Verdict:
    from bioscan_desktop.core.matching import RankShare

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
    assert fitted.provenance["known_queries"] == {"dna": 80}
    assert fitted.provenance["missing_queries"] == {"dna": 80}
    assert all(0.5 <= share <= 1 for ranks in fitted.thresholds.values() for share in ranks.values())
    assert Calibration.from_dict(fitted.to_dict()) == fitted


def test_too_few_specimens_are_refused(identifier: Identifier) -> None:
    records = [Record(1, A, nucleotides=random_barcode(1))]
    with pytest.raises(ArgumentError, match="at least 50"):
        calibrate.fit(identifier, records, None)
