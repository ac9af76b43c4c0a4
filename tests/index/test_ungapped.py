"""Alignments that are known without aligning are those that aligning gives."""

from __future__ import annotations

import random
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioscan_desktop.index import ungapped
from bioscan_desktop.index.barcodes import Alignment, align
from tests.conftest import random_barcode


def changed(sequence: str, places: list[int], letters: str, seed: int) -> str:
    """The sequence with other letters at some places."""
    rng = random.Random(seed)
    bases = list(sequence)
    for place in places:
        bases[place % len(bases)] = rng.choice(letters)
    return "".join(bases)


def with_other_bases(sequence: str, places: tuple[int, ...]) -> str:
    """The sequence with another base at each of some places."""
    return "".join("ACGT"["CGTA".index(base)] if at in places else base for at, base in enumerate(sequence))


def by_edlib(a: str, b: str) -> Alignment:
    with patch.object(ungapped, "mismatches", return_value=None):
        return align(a, b)


@given(
    seed=st.integers(0, 999),
    wrong=st.lists(st.integers(0, 657), max_size=6),
    open_=st.lists(st.integers(0, 657), max_size=3),
    start=st.integers(0, 30),
    end=st.integers(0, 30),
    swap=st.booleans(),
)
def test_the_answer_is_that_of_aligning(
    seed: int, wrong: list[int], open_: list[int], start: int, end: int, swap: bool
) -> None:
    whole = random_barcode(seed)
    part = changed(whole, wrong, "ACGT", seed)[start : len(whole) - end]
    gappy = changed(whole, open_, "NNNRY", seed)
    if swap:
        part, gappy = changed(part, open_, "NNNRY", seed), whole
    assert align(part, gappy) == by_edlib(part, gappy)


@given(
    unit=st.text("ACGT", min_size=1, max_size=30),
    wrong=st.lists(st.integers(0, 299), max_size=4),
    shift=st.integers(0, 20),
)
def test_repeats_are_not_taken_for_sure(unit: str, wrong: list[int], shift: int) -> None:
    whole = (unit * 300)[:300]
    part = changed(whole, wrong, "ACGT", 1)[shift : 280 + shift]
    assert align(part, whole) == by_edlib(part, whole)


def test_few_mismatches_far_apart_are_told_without_aligning() -> None:
    whole = random_barcode(5)
    other = "".join(
        "ACGT"["CGTA".index(base)] if at in (100, 300, 500) else base for at, base in enumerate(whole)
    )
    assert ungapped.mismatches(other, whole) == 3
    assert ungapped.mismatches(other[20:-30], whole) == 3
    assert ungapped.mismatches(other, whole[:200] + "N" + whole[201:]) == 3
    assert ungapped.within(other[20:-30], whole) == (20, [80, 280, 480])


@pytest.mark.parametrize("query", ["", "A", "ACG"])
def test_what_is_too_short_is_not_told(query: str) -> None:
    assert ungapped.mismatches(query, random_barcode(5)) is None


@pytest.mark.parametrize("places", [(0,), (656,), (100, 103), tuple(range(10, 650, 20))])
def test_what_might_be_aligned_another_way_is_not_told(places: tuple[int, ...]) -> None:
    whole = random_barcode(5)
    other = with_other_bases(whole, places)
    assert ungapped.mismatches(other, whole) is None


def test_an_inserted_or_a_missing_base_is_not_told() -> None:
    whole = random_barcode(6)
    assert ungapped.mismatches(whole[:300] + whole[301:], whole) is None
    assert ungapped.mismatches(whole, whole[:300] + "A" + whole[300:]) is None


def test_barcodes_that_overlap_only_are_not_told() -> None:
    whole = random_barcode(7)
    assert ungapped.mismatches(whole[40:], whole[:640]) is None
