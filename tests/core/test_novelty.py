"""What distances to the nearest keys say of a missing species."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from bioscan_desktop.core.calibration import USUAL_VIEWS, NoveltyModel, log_distance, log_mismatch
from bioscan_desktop.core.hits import Hit
from bioscan_desktop.core.near import Hits, Near
from bioscan_desktop.core.novelty import CROWD, familiarity_of, familiarity_terms, open_mismatch
from bioscan_desktop.core.taxonomy import Lineage


def hit(key: int, species: str | None, score: float, mismatch: float | None) -> Hit:
    genus = species.split()[0] if species else "Noctua"
    found = Hit(key, "dna", "dna", score, Lineage("Lepidoptera", "Noctuidae", genus, species))
    return replace(found, mismatch=mismatch, isolation=0.8 if key == 1 else None)


HITS = [
    hit(1, "Noctua pronuba", 0.98, 0.010),
    hit(2, "Noctua pronuba", 0.97, 0.012),
    hit(3, "Noctua comes", 0.90, 0.010 + CROWD),
    hit(4, "Noctua comes", 0.89, 0.015),
    hit(5, "Noctua fimbriata", 0.85, 0.011 + CROWD),
    hit(6, None, 0.84, 0.012),
    hit(7, "Noctua orbona", 0.83, None),
]


def test_terms_by_hand() -> None:
    terms = familiarity_terms(HITS)
    assert terms["nearest"] == log_distance(0.98)
    assert terms["second"] == log_distance(0.90)
    assert terms["isolation"] == log_distance(0.8)
    assert terms["mismatch"] == log_mismatch(0.010)
    assert terms["mismatch_other"] == pytest.approx(log_mismatch(0.012))
    # One other species is about as similar: comes; fimbriata lies beyond, the nameless one is none.
    assert terms["crowd"] == pytest.approx(math.log(2))


def test_bases_that_a_key_leaves_open_count_a_quarter() -> None:
    bare = hit(1, "Noctua pronuba", 0.98, 0.01)
    ends = replace(bare, consensus="NN" + "ACGT" * 50 + "N")
    inner = replace(bare, consensus="ACGT" * 20 + "N" * 20 + "ACGT" * 20)
    opened = open_mismatch(Near.of([bare, ends, inner]))
    assert opened[0] == 0.01
    assert opened[1:] == pytest.approx([0.01, (0.01 * 160 + 0.25 * 20) / 180])


def test_a_key_that_leaves_much_open_is_not_the_closest() -> None:
    gappy = replace(hit(2, "Noctua comes", 0.9, 0.0), consensus="ACGT" * 20 + "N" * 20 + "ACGT" * 20)
    sharp = replace(hit(1, "Noctua pronuba", 0.98, 0.005), consensus="ACGT" * 45)
    terms = familiarity_terms([gappy, sharp])
    assert terms["mismatch"] == log_mismatch(0.0)
    assert terms["mismatch_open"] == pytest.approx(log_mismatch(0.005))
    assert terms["crowd"] == 0.0


def test_terms_do_not_depend_on_the_order_of_hits() -> None:
    assert familiarity_terms(HITS[::-1]) == familiarity_terms(HITS)


def test_photos_have_no_terms_of_aligned_bases() -> None:
    assert set(familiarity_terms([replace(h, mismatch=None) for h in HITS])) == {
        "nearest",
        "second",
        "isolation",
    }


def test_how_firmly_a_photo_is_seen_is_a_term_where_it_is_known() -> None:
    assert familiarity_terms(Hits.of(HITS).with_views(-2.5)) == {**familiarity_terms(HITS), "views": -2.5}
    model = NoveltyModel((), (), weights={"nearest": -1.0, "views": 0.5})
    usual = familiarity_of(Hits.of(HITS).with_views(USUAL_VIEWS), model)
    assert usual is not None and familiarity_of(HITS, model) == usual
    assert (familiarity_of(Hits.of(HITS).with_views(-2.5), model) or 0) > usual
