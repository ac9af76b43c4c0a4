"""Hits as columns and one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bioscan_desktop.core.hits import Hit
from bioscan_desktop.core.near import Hits, Near
from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.library.records import KeyRecord

PRONUBA = Lineage("Lepidoptera", "Noctuidae", "Noctua", "Noctua pronuba")
RAPAE = Lineage("Lepidoptera", "Pieridae", "Pieris", "Pieris rapae")

FOUND = [
    Hit(1, "dna", "dna", 0.9, PRONUBA, isolation=0.5, mismatch=0.01, relatedness=4.0),
    Hit(2, "dna", "image", 0.4, RAPAE, image_file="a.jpg", shift=0.125),
    Hit(3, "dna", "dna", 0.8, RAPAE),
]


def near() -> Near:
    """Two keys, of which one was aligned."""
    keys = [
        KeyRecord(7, "dna", 0, PRONUBA, "BOLD:AAA1", "Peru", "P7", 3, ("P7",), "ACGT", None),
        KeyRecord(8, "dna", 1, RAPAE, None, None, None, 1, (), None, "b.jpg"),
    ]
    unknown = np.array([0.25, np.nan])
    return Near(
        "dna", "dna", keys, np.array([7, 8]), np.array([0.9, 0.5]), np.zeros(2), unknown, unknown, unknown
    )


def test_a_key_becomes_a_hit_with_all_that_is_known_of_it() -> None:
    assert near().hit(0) == Hit(
        7, "dna", "dna", 0.9, PRONUBA, "P7", "BOLD:AAA1", "Peru", 3,
        consensus="ACGT", isolation=0.25, mismatch=0.25, relatedness=0.25,
    )  # fmt: skip
    assert near().hit(1) == Hit(8, "dna", "dna", 0.5, RAPAE, image_file="b.jpg")
    assert type(near().hit(0).score) is float and type(near().hit(0).mismatch) is float


def test_an_alignment_adds_to_a_hit() -> None:
    plain, group = near().hit(0), Hits.of(FOUND).groups[0]
    assert near().hit(0, 98.5, 600) == replace(plain, percent_identity=98.5, overlap_bp=600)
    assert group.hit(0, 98.5, 600) == replace(FOUND[0], percent_identity=98.5, overlap_bp=600)


def test_the_closest_aligned_key_of_a_name() -> None:
    rng = np.random.default_rng(1)
    names = [f"Noctua {name}" for name in rng.choice(list("abcd"), 30)]
    hits = [Hit(n, "dna", "dna", 0.5, replace(PRONUBA, species=name)) for n, name in enumerate(names)]
    shares = rng.random(30)
    shares[rng.random(30) < 0.3] = np.nan
    shares[np.array(names) == "Noctua d"] = np.nan
    group = replace(Near.of(hits), mismatch=shares)
    for name in ("Noctua a", "Noctua b", "Noctua c"):
        own = shares[[at for at, other in enumerate(names) if other == name]]
        assert group.least_mismatch("species", name) == np.nanmin(own)
    assert group.least_mismatch("genus", "Noctua") == np.nanmin(shares)
    assert group.least_mismatch("species", "Noctua d") == group.least_mismatch("family", "X") == np.inf


def test_the_place_of_a_hit_among_its_own_kind() -> None:
    hits = Hits.of(FOUND)
    assert [hits.place(n)[0].pair for n in range(3)] == ["dna->dna", "dna->dna", "dna->image"]
    assert [hits.place(n)[1] for n in range(3)] == [0, 1, 0]
    with pytest.raises(IndexError):
        hits.place(3)


def test_hits_are_given_back_as_they_were_those_of_a_pair_together() -> None:
    hits = Hits.of(FOUND)
    assert [group.pair for group in hits.groups] == ["dna->dna", "dna->image"]
    assert list(hits) == [FOUND[0], FOUND[2], FOUND[1]] and len(hits) == 3
    assert Hits.of(hits) is hits
    assert hits.column("key_ids").tolist() == [1, 3, 2]
    assert hits.groups[1].leaned.tolist() == [0.525]


def test_what_is_not_known_is_no_number() -> None:
    aligned, photo = Hits.of(FOUND).groups
    assert aligned.mismatch[0] == 0.01 and np.isnan(aligned.mismatch[1])
    assert aligned.is_aligned and not photo.is_aligned


def test_they_are_counted_like_a_list() -> None:
    hits = Hits.of(FOUND)
    assert hits[-1] == FOUND[1] and hits[1:] == [FOUND[2], FOUND[1]] and hits[:0] == []
    with pytest.raises(IndexError):
        hits[3]
    assert not Hits() and list(Hits.of([])) == [] and Hits().column("score").tolist() == []


def test_a_part_and_a_choice_keep_the_columns_together() -> None:
    whole = near()
    assert whole.part(1, 2).hit(0) == whole.hit(1)
    assert [len(part) for part in whole.split([0, 1, 1])] == [0, 1, 1]
    assert whole.split([1, 1])[1].hit(0) == whole.hit(1)
    turned = whole.take(np.array([1, 0]))
    assert [turned.hit(0), turned.hit(1)] == [whole.hit(1), whole.hit(0)]
    assert whole.species == ["Noctua pronuba", "Pieris rapae"] and turned.names("genus") == [
        "Pieris",
        "Noctua",
    ]


def test_one_pair_alone() -> None:
    hits = Hits.of(FOUND)
    assert list(hits.of_pair("dna->image")) == [FOUND[1]]
    assert not hits.of_pair("image->image")


def test_a_hit_may_say_more_than_the_columns() -> None:
    hits = Hits([near()])
    closer = replace(hits[0], percent_identity=99.5, overlap_bp=600)
    changed = hits.with_hits({0: closer})
    assert changed[0] is closer and changed[1] == hits[1]
    assert hits[0].percent_identity is None, "the others are as they were"


def test_what_is_known_of_the_query_stays_with_its_hits() -> None:
    hits = Hits.of(FOUND)
    assert hits.views is None
    seen = hits.with_views(-2.5)
    assert list(seen) == list(hits)
    changed = seen.with_hits({0: replace(FOUND[0], percent_identity=99.0)})
    assert changed.views == changed.of_pair("dna->image").views == Hits.of(changed).views == -2.5
    assert changed.with_views(-1.0)[0].percent_identity == 99.0
