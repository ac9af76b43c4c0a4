"""Comparing barcodes in the frame: against counting base by base, and against what is known of codons."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bioscan_desktop.index import aligned
from bioscan_desktop.index.aligned import DEFAULT_WEIGHTS, FEATURES, LEAST_OVERLAP, AlignedIndex, amino_acids
from bioscan_desktop.inference.columns import BLANK, base_codes
from bioscan_desktop.inference.frame import WORDS, backbone, pack, place
from tests.conftest import placeable_barcode


def index_of(barcodes: list[str], weights: dict[str, float] | None = None) -> AlignedIndex:
    return AlignedIndex(pack(place(barcodes).codes), weights)


def codes_of(barcode: str) -> np.ndarray:
    return place([barcode]).codes[0]


def changed(barcode: str, count: int, seed: int) -> str:
    rng, bases = random.Random(seed), list(barcode)
    for at in rng.sample(range(len(bases)), count):
        bases[at] = rng.choice([b for b in "ACGT" if b != bases[at]])
    return "".join(bases)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.integers(0, 120), st.integers(0, 200), st.integers(0, 200))
def test_mismatch_is_the_share_of_differing_bases_where_both_have_one(
    seed: int, count: int, left: int, right: int
) -> None:
    barcode = placeable_barcode(seed)
    other = changed(barcode, count, seed)[left : 658 - right]
    query = codes_of(barcode)
    found = index_of([other, barcode]).compare(query, np.array([0, 1]))
    both = (codes_of(other) < BLANK) & (query < BLANK)
    assume(both.sum() >= LEAST_OVERLAP)
    assert found.mismatch[0] == pytest.approx((codes_of(other) != query)[both].mean())
    assert found.mismatch[1] == 0.0


def test_the_most_related_and_the_least_differing_are_found() -> None:
    query = placeable_barcode(1)
    barcodes = [changed(query, 10 + 3 * n, n) for n in range(60)]
    index = index_of(barcodes)
    every = index.compare(codes_of(query), np.arange(60))
    found = index.search(codes_of(query), 5)
    assert set(np.argsort(every.mismatch)[:5]) <= set(found.rows)
    assert set(np.argsort(-every.relatedness)[:5]) <= set(found.rows)
    assert len(found.rows) <= 10
    by_row = dict(zip(found.rows.tolist(), found.mismatch, strict=True))
    assert all(by_row[row] == every.mismatch[row] for row in by_row)


@pytest.mark.parametrize("threads", [1, 3])
def test_many_barcodes_are_answered_as_each_alone(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # Fewer are looked at than there are, so that the choice of those matters too.
    monkeypatch.setattr(aligned, "WIDE", 30)
    query = placeable_barcode(1)
    barcodes = [changed(query, 5 + n, n)[n % 7 * 20 : 658 - n % 5 * 30] for n in range(120)]
    index = index_of([*barcodes, "", query[:50]])
    asked = [changed(query, 3 * n, 200 + n)[n % 3 * 150 : 658 - n % 4 * 40] for n in range(21)]
    queries, allowed = place([*asked, "A" * 300]).codes, np.arange(122) % 4 != 1
    also = np.random.default_rng(0).integers(0, 122, (22, 6))
    together = index.search_many(queries, 5, allowed, also, threads)
    for codes, wanted, found in zip(queries, also, together, strict=True):
        alone = index.search(codes, 5, allowed, wanted)
        assert np.array_equal(found.rows, alone.rows) and set(wanted) <= set(found.rows)
        np.testing.assert_allclose(found.mismatch, alone.mismatch)
        np.testing.assert_allclose(found.relatedness, alone.relatedness)
    assert index.search_many(queries[:0], 5) == []


def test_the_first_answers_are_those_that_come_when_all_amino_acids_are_kept() -> None:
    barcodes = [placeable_barcode(n) for n in range(40)]
    codes = place(barcodes).codes
    index = index_of(barcodes)
    first = index.compare(codes[0], np.arange(1, 9))
    assert index._acids is None
    index.compare(codes[0], np.arange(40))
    assert index._acids is not None
    later = index.compare(codes[0], np.arange(1, 9))
    np.testing.assert_array_equal(first.relatedness, later.relatedness)
    np.testing.assert_array_equal(first.mismatch, later.mismatch)


def test_the_least_differing_are_those_of_a_plain_count() -> None:
    query = placeable_barcode(2)
    rng = random.Random(2)
    barcodes = [changed(query, rng.randrange(200), n)[rng.randrange(300) :] for n in range(900)]
    index, codes = index_of(barcodes), codes_of(query[: 658 - 90])
    every = index.compare(codes, np.arange(900)).mismatch
    found = index.search(codes, 25)
    assert set(np.argsort(every, kind="stable")[:25]) <= set(found.rows)


def test_shares_of_many_are_those_counted_base_by_base() -> None:
    rng = np.random.default_rng(4)
    codes = rng.integers(0, BLANK, (90, 658), dtype=np.uint8)
    for row in codes[10:]:
        start, stop = np.sort(rng.integers(0, 659, 2))
        row[:start] = row[stop:] = BLANK
        row[rng.random(658) < 0.03] = BLANK
    shares = AlignedIndex(pack(codes))._shares(pack(codes[::3]))
    for share, query in zip(shares, codes[::3], strict=True):
        both = (query < BLANK) & (codes < BLANK)
        counted = ((query != codes) & both).sum(axis=1) / np.maximum(both.sum(axis=1), 1)
        counted[both.sum(axis=1) < LEAST_OVERLAP] = np.inf
        assert np.array_equal(share, counted.astype(np.float32))
    assert np.isinf(shares).any() and (shares == 0.0).any()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([0.0, 0.25, 0.5, float("inf")]), min_size=1, max_size=60), st.integers(1, 30))
def test_of_equal_values_the_first_are_taken(values: list[float], k: int) -> None:
    expected = sorted(sorted(range(len(values)), key=lambda n: (values[n], n))[:k])
    assert aligned._least(np.array(values, dtype=np.float32), k).tolist() == expected


def test_what_is_not_allowed_is_left_out_and_what_is_asked_for_is_given() -> None:
    query = placeable_barcode(1)
    index = index_of([changed(query, n, n) for n in range(1, 31)])
    allowed = np.arange(30) >= 10
    found = index.search(codes_of(query), 3, allowed, also=np.array([2, 29]))
    assert {2, 29} <= set(found.rows)
    assert (np.setdiff1d(found.rows, [2, 29]) >= 10).all() and 10 in found.rows


def test_keys_without_a_barcode_or_without_overlap_are_not_compared() -> None:
    whole = placeable_barcode(3)
    index = index_of(["", whole[:300], whole])
    query = codes_of(whole[300 - LEAST_OVERLAP + 1 :])
    found = index.compare(query, np.arange(3))
    assert np.isnan(found.mismatch[:2]).all() and np.isnan(found.relatedness[:2]).all()
    assert found.mismatch[2] == 0.0
    assert index.search(query, 5).rows.tolist() == [2]


def test_a_silent_change_of_a_third_position_says_less_than_a_changed_protein() -> None:
    barcode = placeable_barcode(4)
    third = range(0, 658, 3)
    second = range(2, 658, 3)
    variants = []
    for places in (third, second):
        bases = list(barcode)
        for at in places[:20]:
            bases[at] = {"A": "G", "G": "A", "C": "T", "T": "C"}[bases[at]]
        variants.append("".join(bases))
    found = index_of(variants).compare(codes_of(barcode), np.arange(2))
    assert found.mismatch[0] == pytest.approx(found.mismatch[1], abs=0.001)
    assert found.relatedness[0] > found.relatedness[1]


def test_features_are_named_and_weighed_by_name() -> None:
    barcode = placeable_barcode(5)
    query, other = codes_of(barcode), changed(barcode, 40, 5)
    only = dict.fromkeys(FEATURES, 0.0) | {"overlap": 2.0}
    found = index_of([other], only).compare(query, np.array([0]))
    assert found.relatedness[0] == pytest.approx(2.0)  # all 658 positions overlap
    assert DEFAULT_WEIGHTS.keys() == set(FEATURES)


def test_codons_are_read_by_the_mitochondrial_code_of_invertebrates() -> None:
    codes = np.full((1, 658), BLANK, dtype=np.uint8)
    codes[0, 1:16] = base_codes("ATATGAAGATAGTTT")  # Met Trp Ser stop Phe; Ile, stop, Arg elsewhere
    codes[0, 16:19] = base_codes("ANA")
    letters = amino_acids(pack(codes))[0]
    assert bytes(letters[:5]) == b"MWS*F"
    assert letters[5] == 255 and (letters[6:] == 255).all()


def test_other_arrays_are_refused() -> None:
    with pytest.raises(ValueError, match="planes"):
        AlignedIndex(np.zeros((3, WORDS, 2), dtype=np.int64))
    assert len(index_of([backbone()])) == 1
