"""The rows of an alignment say the same as its counts."""

from __future__ import annotations

import random
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioscan_desktop.core.barcode import facts
from bioscan_desktop.index import ungapped
from bioscan_desktop.index.alignment_view import GAP, MATCH, MISMATCH, gapped
from bioscan_desktop.index.barcodes import align
from tests.conftest import mutate, random_barcode

light = settings(max_examples=80, deadline=None)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, str]:
    """Two barcodes of one species: changed, cut at the ends, a base lost or too many."""
    reference = random_barcode(draw(st.integers(0, 1000)), draw(st.integers(60, 219)))
    query = mutate(reference, draw(st.integers(0, 8)), draw(st.integers(0, 100)))
    query = query[draw(st.integers(0, 40)) :]
    rng = random.Random(draw(st.integers(0, 1000)))
    for _ in range(draw(st.integers(0, 2))):
        place = rng.randrange(len(query))
        query = query[:place] + rng.choice(["", "A", "ACG"]) + query[place + 1 :]
    prefix = draw(st.sampled_from(["", "ACGGTTCATG", "TT"]))
    return prefix + query, reference[: len(reference) - draw(st.integers(0, 40))]


@light
@given(pairs())
def test_rows_are_the_alignment_that_is_counted(pair: tuple[str, str]) -> None:
    query, reference = pair
    rows, counts = gapped(query, reference), align(query, reference)
    assert (rows.matches, rows.mismatches, rows.gap_columns) == (
        counts.matches,
        counts.mismatches,
        counts.gap_columns,
    )
    assert rows.percent_identity == counts.percent_identity
    assert rows.overlap_bp == counts.overlap_bp


@light
@given(pairs())
def test_rows_are_the_sequences(pair: tuple[str, str]) -> None:
    query, reference = pair
    rows = gapped(query, reference)
    bare_query, bare_reference = rows.query_row.replace("-", ""), rows.reference_row.replace("-", "")
    assert query[rows.query_start :].startswith(bare_query)
    assert reference[rows.reference_start :].startswith(bare_reference)
    assert rows.coverage == len(bare_query) / len(query)
    for a, b, mark in zip(rows.query_row, rows.reference_row, rows.marks, strict=True):
        assert mark == (GAP if "-" in (a, b) else MATCH if a == b else MISMATCH)


@light
@given(pairs())
def test_turning_the_pair_turns_the_rows(pair: tuple[str, str]) -> None:
    one, other = gapped(*pair), gapped(*pair[::-1])
    assert (one.query_row, one.reference_row) == (other.reference_row, other.query_row)


@light
@given(pairs())
def test_what_is_known_without_aligning_has_the_rows_of_aligning(pair: tuple[str, str]) -> None:
    with patch.object(ungapped, "within", return_value=None):
        aligned = gapped(*pair)
    assert gapped(*pair) == aligned


def test_amino_acids_stand_below_the_middle_of_their_codons() -> None:
    barcode = random_barcode(3)
    rows = gapped(barcode, barcode)
    found = facts(barcode)
    assert rows.query_amino_acids.replace(" ", "") == found.protein
    assert rows.query_amino_acids[found.frame] == found.protein[0]
    assert rows.amino_acid_changes == 0


def test_a_changed_codon_is_a_changed_amino_acid() -> None:
    barcode = random_barcode(3)
    place = facts(barcode).frame - 1 + 60
    changed = (
        barcode[:place] + ("ATG" if barcode[place : place + 3] != "ATG" else "TGG") + barcode[place + 3 :]
    )
    rows = gapped(changed, barcode)
    assert rows.amino_acid_changes == 1


@pytest.mark.parametrize(("code", "mark"), [("N", MATCH), ("R", MATCH), ("Y", MISMATCH)])
def test_ambiguity_codes_match_what_they_stand_for(code: str, mark: str) -> None:
    reference = "ACGTTGCAGG" * 20
    query = reference[:100] + code + reference[101:]
    assert reference[100] == "A"
    assert gapped(query, reference).marks[100] == mark
