"""Alignment, orientation and consensus of barcodes, against pairs worked out by hand."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioscan_desktop.core.barcode import reverse_complement
from bioscan_desktop.index.barcodes import Orientation, align, consensus
from tests.conftest import mutate, random_barcode


def random_bases(n: int, seed: int) -> str:
    return "".join(random.Random(seed).choices("ACGT", k=n))


BASES = random_bases(650, 1)
_OTHER = {"A": "C", "C": "A", "G": "T", "T": "G"}


def substituted(sequence: str, *places: int) -> str:
    bases = list(sequence)
    for place in places:
        bases[place] = _OTHER[bases[place]]
    return "".join(bases)


class TestAlign:
    def test_a_barcode_is_identical_with_itself(self) -> None:
        found = align(BASES, BASES)
        assert (found.matches, found.mismatches, found.gap_columns) == (650, 0, 0)
        assert found.percent_identity == 100.0
        assert found.overlap_bp == 650

    @pytest.mark.parametrize("places", [(300,), (50, 56, 62), (100, 200, 300, 400, 500), (20, 629)])
    def test_substitutions(self, places: tuple[int, ...]) -> None:
        found = align(BASES, substituted(BASES, *places))
        assert (found.matches, found.mismatches, found.gap_columns) == (650 - len(places), len(places), 0)
        assert found.percent_identity == pytest.approx(100 * (650 - len(places)) / 650)

    @pytest.mark.parametrize("places", [(0,), (649,), (0, 649), (2, 5, 645)])
    def test_mismatches_near_an_end_cost_no_matches(self, places: tuple[int, ...]) -> None:
        found = align(BASES, substituted(BASES, *places))
        assert found.matches == 650 - len(places)
        # The very last column may be taken for a terminal gap.
        assert len(places) - 1 <= found.mismatches + found.gap_columns <= len(places)

    def test_a_part_is_identical_with_the_whole(self) -> None:
        for part in (BASES[100:], BASES[:500], BASES[100:500]):
            found = align(part, BASES)
            assert (found.matches, found.overlap_bp) == (len(part), len(part))

    @pytest.mark.parametrize("shift", [10, 58, 150, 300])
    def test_barcodes_that_overlap_at_their_ends(self, shift: int) -> None:
        long = random_bases(650 + shift, 2)
        found = align(long[:650], long[shift:])
        assert found.percent_identity >= 99.0
        assert found.overlap_bp == pytest.approx(650 - shift, abs=6)

    @pytest.mark.parametrize("shift", [58, 150])
    def test_offset_overlaps_with_substitutions(self, shift: int) -> None:
        long = random_bases(650 + shift, 2)
        places = (250, 300, 350, 400)
        found = align(long[:650], substituted(long, *places)[shift:])
        assert found.mismatches == pytest.approx(4, abs=1)
        assert found.percent_identity == pytest.approx(100 * (1 - 4 / (650 - shift)), abs=0.4)

    def test_ambiguous_bases_match_what_they_stand_for(self) -> None:
        bases = list(BASES)
        for place in (100, 200, 300):
            bases[place] = "N"
        bases[400] = "R" if BASES[400] in "AG" else "Y"
        assert align("".join(bases), BASES).percent_identity == 100.0
        bases[400] = "Y" if BASES[400] in "AG" else "R"
        found = align("".join(bases), BASES)
        assert (found.matches, found.mismatches) == (649, 1)

    @pytest.mark.parametrize(("at", "bases"), [(300, 1), (300, 3), (150, 9)])
    def test_deletions_and_insertions_are_gap_columns(self, at: int, bases: int) -> None:
        shorter = BASES[:at] + BASES[at + bases :]
        found = align(shorter, BASES)
        assert (found.matches, found.mismatches, found.gap_columns) == (650 - bases, 0, bases)
        assert found.percent_identity == pytest.approx(100 * (650 - bases) / 650)

    def test_unrelated_barcodes_are_far_below_a_species(self) -> None:
        assert align(random_bases(650, 5), random_bases(650, 6)).percent_identity < 75

    @settings(max_examples=60, deadline=None)
    @given(st.integers(0, 999), st.integers(0, 30), st.integers(0, 150), st.integers(0, 150), st.booleans())
    def test_the_order_of_the_two_does_not_matter(
        self, seed: int, substitutions: int, left: int, right: int, equal: bool
    ) -> None:
        a = random_bases(500, seed)
        b = substituted(a, *random.Random(seed).sample(range(500), substitutions))
        b = b[left : len(b) - right] if not equal else (b[left:] + random_bases(left, seed + 1))
        one, two = align(a, b), align(b, a)
        assert one == two
        assert 0 <= one.percent_identity <= 100

    def test_reverse_complements_of_both_give_the_same(self) -> None:
        a, b = BASES, substituted(BASES, 100, 200, 300)[40:]
        turned = align(reverse_complement(a), reverse_complement(b))
        assert turned.percent_identity == pytest.approx(align(a, b).percent_identity)


class TestConsensus:
    def test_the_majority_wins(self) -> None:
        a, b = BASES, substituted(BASES, 10, 20)
        assert consensus(a, [(a, 2), (b, 1)]) == a
        assert consensus(a, [(a, 1), (b, 2)]) == b

    def test_a_tie_is_n(self) -> None:
        b = substituted(BASES, 10, 20)
        found = consensus(BASES, [(BASES, 3), (b, 3)])
        assert [i for i, base in enumerate(found) if base == "N"] == [10, 20]
        assert all(
            f == base for i, (f, base) in enumerate(zip(found, BASES, strict=True)) if i not in (10, 20)
        )

    def test_half_of_the_votes_is_no_majority(self) -> None:
        c = substituted(BASES, 10)
        third = next(base for base in "ACGT" if base not in (BASES[10], c[10]))
        d = BASES[:10] + third + BASES[11:]
        assert consensus(BASES, [(BASES, 2), (c, 1), (d, 1)])[10] == "N"
        assert consensus(BASES, [(BASES, 3), (c, 1), (d, 1)])[10] == BASES[10]

    def test_ambiguous_bases_do_not_vote(self) -> None:
        unclear = BASES[:10] + "N" + BASES[11:]
        c = substituted(BASES, 10)
        assert consensus(BASES, [(unclear, 9), (c, 1)])[10] == c[10]
        assert consensus(unclear, [(unclear, 9)])[10] == "N"

    def test_shorter_records_vote_where_they_are(self) -> None:
        truth = substituted(BASES, 300)
        parts = [(truth[200:], 1), (truth[:450], 1), (truth[100:600], 1)]
        assert consensus(BASES, [(BASES, 1), *parts]) == truth

    def test_longer_records_are_cut_to_the_backbone(self) -> None:
        longer = random_bases(30, 8) + substituted(BASES, 300) + random_bases(25, 9)
        assert consensus(BASES, [(BASES, 1), (longer, 2)]) == substituted(BASES, 300)

    def test_deletions_leave_the_other_columns_in_place(self) -> None:
        gapped = BASES[:200] + BASES[203:]
        changed = substituted(gapped, 400)  # position 403 of the backbone
        found = consensus(BASES, [(BASES, 1), (changed, 2)])
        assert found == substituted(BASES, 403)

    @settings(max_examples=30, deadline=None)
    @given(st.integers(0, 999), st.lists(st.integers(1, 5), min_size=1, max_size=5))
    def test_it_has_the_length_of_the_backbone(self, seed: int, records: list[int]) -> None:
        backbone = random_bases(200, seed)
        members = [(substituted(backbone, n, 2 * n)[: 200 - 7 * n], count) for n, count in enumerate(records)]
        found = consensus(backbone, members)
        assert len(found) == 200
        assert set(found) <= set("ACGTN")


class TestOrientation:
    REFERENCES = tuple(random_barcode(n) for n in range(8))

    def test_the_coding_strand_scores_above_the_other(self) -> None:
        orientation = Orientation(self.REFERENCES)
        for reference in self.REFERENCES:
            relative = mutate(reference, 10, 3)
            assert orientation.score(relative) > 0 > orientation.score(reverse_complement(relative))

    def test_both_strands_are_counted_word_by_word(self) -> None:
        references = (*self.REFERENCES, "ACGTNNACGTAC", "ACGRT")
        counts = [dict.fromkeys(map("".join, itertools.product("ACGT", repeat=6)), 1) for _ in range(2)]
        for reference in references:
            for own, strand in zip(counts, (reference, reverse_complement(reference)), strict=True):
                for word in (strand[at : at + 6] for at in range(len(strand) - 5)):
                    if word in own:
                        own[word] += 1
        forward, backward = (np.array(list(own.values()), dtype=float) for own in counts)
        expected = np.log(forward / forward.sum()) - np.log(backward / backward.sum())
        scores = [Orientation(references).score(word) for word in counts[0]]
        np.testing.assert_array_equal(scores, expected)

    def test_the_two_strands_are_mirror_images(self) -> None:
        orientation = Orientation(self.REFERENCES)
        score = orientation.score(self.REFERENCES[0])
        assert orientation.score(reverse_complement(self.REFERENCES[0])) == pytest.approx(-score)

    @pytest.mark.parametrize("sequence", ["", "ACGTA", "NNNNNNNNNN", "RYSWKM" * 5])
    def test_too_little_to_tell_is_zero(self, sequence: str) -> None:
        assert Orientation(self.REFERENCES).score(sequence) == 0.0
