"""What a barcode's bases say of its quality: reading frame, stops, shifts of the frame, N, GC."""

from __future__ import annotations

import pytest
from Bio.Seq import Seq
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bioscan_desktop.core.barcode import clean, facts, reverse_complement, stop_codons, translate
from tests.conftest import random_barcode

# The first bases of a moth's COI after the Folmer primer; as usual it reads in frame 2.
REAL = (
    "AACATTATATTTTATTTTTGGAATTTGAGCAGGAATAGTAGGAACTTCTTTAAGATTATTAATTCGAGCTGAATTAGGAAACCCAGGATCTTTAATTGGA"
    "GATGATCAAATTTATAATACTATTGTAACAGCTCAT"
)
light = settings(max_examples=80, deadline=None)
bases = st.text("ACGT", min_size=3, max_size=300)
iupac = st.text("ACGTRYSWKMBDHVN", min_size=1, max_size=300)
coding = st.builds(random_barcode, st.integers(0, 10**6), st.integers(120, 220))


@light
@given(bases, st.sampled_from([1, 2, 3]))
def test_translation_is_that_of_code_5(sequence: str, frame: int) -> None:
    part = sequence[frame - 1 :]
    whole = part[: len(part) - len(part) % 3]
    assert translate(sequence, frame) == str(Seq(whole).translate(table=5))


@pytest.mark.parametrize(
    ("codon", "amino_acid"),
    [("TGA", "W"), ("ATA", "M"), ("AGA", "S"), ("AGG", "S"), ("TAA", "*"), ("TAG", "*")],
)
def test_where_the_invertebrate_code_is_its_own(codon: str, amino_acid: str) -> None:
    assert translate(codon) == amino_acid


@pytest.mark.parametrize(
    ("codon", "amino_acid"),
    [("CTN", "L"), ("TAR", "*"), ("ATN", "X"), ("NNN", "X"), ("AGN", "S"), ("GC", "")],
)
def test_ambiguous_codons_are_read_as_far_as_they_go(codon: str, amino_acid: str) -> None:
    assert translate(codon) == amino_acid


@light
@given(iupac)
def test_facts_hold_for_any_sequence(sequence: str) -> None:
    found = facts(sequence)
    assert found.length == len(sequence)
    assert found.fewest_stops == min(found.stops) == stop_codons(sequence)
    assert found.protein == translate(sequence, found.frame)
    assert len(found.protein) == max(0, (found.length - found.frame + 1) // 3)
    assert found.protein.count("*") == found.fewest_stops
    assert 0 <= found.gc <= 1 and 0 <= found.n_share <= 1
    assert found.n_count + found.ambiguous <= found.length
    if found.shift_at is not None:
        assert found.fewest_stops and 1 <= found.shift_at <= found.length
    assert all(sentence.endswith(".") for sentence in found.sentences())


@light
@given(bases)
def test_gc_is_the_same_on_both_strands(sequence: str) -> None:
    assert facts(sequence).gc == pytest.approx(facts(reverse_complement(sequence)).gc)


@light
@given(iupac, st.integers(0, 40))
def test_ns_are_counted_and_no_part_of_gc(sequence: str, n: int) -> None:
    plain, padded = facts(sequence), facts(sequence + "N" * n)
    assert padded.n_count == plain.n_count + n
    assert padded.gc == plain.gc


def test_a_real_barcode_reads_in_frame_2() -> None:
    found = facts(REAL)
    assert (found.frame, found.fewest_stops, found.shift_at) == (2, 0, None)
    assert found.protein.startswith("TLYFIFGIWAGMVGTSLSLLIRAELGNPGSLIGDDQIYNTIVTAH")


@light
@given(st.sampled_from([0, 1, 2]))
def test_the_frame_follows_the_start(cut: int) -> None:
    assert facts(REAL[cut:]).frame == (2, 1, 3)[cut]


@light
@given(coding, st.integers(0, 10**6))
def test_a_lost_base_is_a_shift_near_where_it_was(sequence: str, where: int) -> None:
    """Unless chance leaves a frame free of stops, which it does near the ends."""
    place = 90 + where % (len(sequence) - 180)
    broken = sequence[:place] + sequence[place + 1 :]
    found = facts(broken)
    assume(found.fewest_stops > 0)
    assert found.shift_at is not None
    assert "base is missing or one too many" in found.sentences()[0]


@light
@given(coding, st.integers(0, 10**6))
def test_a_lost_codon_is_no_shift(sequence: str, where: int) -> None:
    place = 3 * (where % (len(sequence) // 3 - 1))
    lost = facts(sequence[:place] + sequence[place + 3 :])
    assert lost.fewest_stops == 0 and lost.shift_at is None


def test_stops_everywhere_are_told_with_their_number() -> None:
    found = facts("TAACTAATTAATTAGTTAGTTA" * 20)
    assert found.fewest_stops > 3 and found.shift_at is None
    assert f"at least {found.fewest_stops}: perhaps a nuclear copy (pseudogene)" in found.sentences()[0]


def test_many_n_and_turning_are_told() -> None:
    barcode = clean(reverse_complement(random_barcode(1)))
    assert any("reversed" in sentence for sentence in barcode.notices)
    assert facts("ACG" * 200 + "N" * 7).sentences() == ("1.2% of the bases are N.",)
    assert facts("ACG" * 200 + "N" * 6).sentences() == ()


@light
@given(st.text("TAGR", max_size=60) | iupac)
def test_stops_are_those_of_the_translation(sequence: str) -> None:
    assert stop_codons(sequence) == min(translate(sequence, frame).count("*") for frame in (1, 2, 3))
