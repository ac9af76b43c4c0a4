"""Hits in order of evidence, and the alignment of the nearest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bioscan_desktop.core.calibration import Calibration, PairScale
from bioscan_desktop.core.hits import Hit
from bioscan_desktop.core.near import Hits
from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.services.ranking import (
    ALIGNED,
    LEAST_PER_THREAD,
    align_many,
    align_nearest,
    by_evidence,
    together,
)
from tests.conftest import mutate, random_barcode

COMES = Lineage("Lepidoptera", "Noctuidae", "Noctua", "Noctua comes")
SCALES = Calibration(pairs={"dna->dna": PairScale(10.0, 0.0), "image->image": PairScale(10.0, 3.0)})


def hit(key_id: int, score: float, modality: str = "dna") -> Hit:
    return Hit(key_id, modality, modality, score, COMES)


def test_the_most_evidence_comes_first_whatever_kind_it_is_of() -> None:
    hits = {
        "dna": [hit(1, 0.9), hit(2, 0.5), hit(3, 0.9)],
        "image": [hit(4, 0.7, "image"), hit(5, 0.1, "image")],
    }
    # Evidence: 9, 5, 9 for the barcodes; 10, 4 for the photos. Of equal hits the smaller id is first.
    ranked = by_evidence(hits, SCALES, missing=False)
    assert [h.key_id for h in ranked] == [4, 1, 3, 2, 5]
    assert ranked[0] is hits["image"][0], "hits are given back as they are"
    assert by_evidence(hits, SCALES, missing=False, most=2) == ranked[:2]
    assert by_evidence({"dna": []}, SCALES, missing=False) == []


def test_of_photo_and_barcode_the_names_that_both_favour_come_first() -> None:
    other = replace(COMES, species="Noctua pronuba")
    # The photo is all but sure of one species, the barcode prefers another a little; the logits of
    # the photo are the larger ones, which says nothing of a barcode.
    hits = {
        "dna": [hit(1, 0.90), replace(hit(2, 0.85), lineage=other)],
        "image": [replace(hit(3, 0.9, "image"), lineage=other), hit(4, 0.88, "image")],
    }
    trusting = replace(SCALES, image_weight=0.1)
    assert together({"dna": hits["dna"]}, trusting, False, None) is None
    both = together(hits, trusting, False, None)
    assert both is not None and both[COMES.path()] > both[other.path()]
    assert [h.key_id for h in by_evidence(hits, trusting, False)] == [3, 4, 1, 2]
    assert [h.key_id for h in by_evidence(hits, trusting, False, together=both)] == [4, 1, 3, 2]
    assert [h.key_id for h in by_evidence(hits, trusting, False, 1, both)] == [4]


def test_where_photo_and_barcode_contradict_each_other_nothing_is_averaged() -> None:
    for names in (
        Lineage("Lepidoptera", "Pieridae", "Pieris", "Pieris rapae"),
        Lineage("Diptera", "Syrphidae", "Syrphus", "Syrphus ribesii"),
    ):
        hits = {"dna": [hit(1, 0.9)], "image": [replace(hit(3, 0.9, "image"), lineage=names)]}
        assert together(hits, SCALES, False, None) is None
    agreeing = {"dna": [hit(1, 0.9)], "image": [hit(3, 0.9, "image")]}
    assert together(agreeing, SCALES, False, None) is not None


def test_the_nearest_are_aligned_and_the_best_identity_is_told() -> None:
    barcode = random_barcode(3)
    plain = [replace(hit(n, 0.5), mismatch=0.002 * n, relatedness=1.0) for n in range(1, ALIGNED + 3)]
    hits = [replace(near, consensus=mutate(barcode, near.key_id, near.key_id)) for near in plain]
    found, identity = align_nearest(hits[::-1], barcode, 1)
    aligned = {h.key_id: h.percent_identity for h in found}
    assert [key_id for key_id, percent in sorted(aligned.items()) if percent is not None] == [1, 2, 3, 4, 5]
    assert identity == max(percent for percent in aligned.values() if percent is not None) == aligned[1]


@pytest.mark.parametrize("threads", [1, 3])
def test_many_barcodes_are_aligned_as_each_alone(threads: int) -> None:
    # Ends that hang over, gaps, and barcodes that lie within their keys.
    barcodes = [random_barcode(n)[n : 650 - 2 * n] for n in range(4 * LEAST_PER_THREAD)]
    near = {
        barcode: Hits.of(
            [
                replace(
                    hit(n, 0.5), mismatch=0.01 * n, consensus=mutate(barcode, 6 * n, n)[3 * n - 6 :] + "ACA"
                )
                for n in range(3, 11)
            ]
        )
        for barcode in barcodes
    }
    many = align_many(near, 5, threads)
    assert list(many) == barcodes
    for barcode, (hits, identity) in many.items():
        alone, best = align_nearest(near[barcode], barcode, 5)
        assert list(hits) == list(alone) and identity == best is not None
    assert align_many({}, 5, threads) == {}


def test_a_key_without_a_barcode_is_kept_and_has_no_identity() -> None:
    found, identity = align_nearest([hit(1, 0.9)], random_barcode(4), 5)
    assert list(found) == [hit(1, 0.9)] and identity is None
