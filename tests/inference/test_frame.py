"""Placing barcodes in the common frame, and counting differences there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioscan_desktop.core.barcode import reverse_complement
from bioscan_desktop.inference.columns import BLANK, base_codes, map_columns
from bioscan_desktop.inference.frame import (
    LEAST_SCORE,
    POSITIONS,
    backbone,
    differences,
    pack,
    place,
)


def mutated(sequence: str, share: float, seed: int) -> str:
    """The sequence with that share of its bases replaced at random."""
    rng = np.random.default_rng(seed)
    bases = list(sequence)
    for at in np.flatnonzero(rng.random(len(bases)) < share):
        bases[at] = rng.choice([b for b in "ACGT" if b != bases[at]])
    return "".join(bases)


def test_a_whole_barcode_stands_where_it_belongs() -> None:
    placed = place([mutated(backbone(), 0.15, seed=1)])
    assert placed.start.tolist() == [0]
    assert placed.score[0] > 0.5
    assert (placed.codes[0] < BLANK).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 500), st.integers(120, 400), st.integers(0, 10_000))
def test_a_fragment_is_found_wherever_it_was_cut(first: int, length: int, seed: int) -> None:
    barcode = mutated(backbone(), 0.1, seed)
    fragment = barcode[first : first + length]
    if len(fragment) < 120:
        return
    placed = place([fragment])
    assert placed.start[0] == first
    assert np.array_equal(placed.codes[0, first : first + len(fragment)], base_codes(fragment))
    assert (placed.codes[0] < BLANK).sum() == len(fragment)


def test_what_hangs_over_is_left_out() -> None:
    barcode = mutated(backbone(), 0.1, seed=3)
    rng = np.random.default_rng(0)
    tails = ["".join(rng.choice(list("ACGT"), 60)) for _ in range(2)]
    placed = place([tails[0] + barcode + tails[1]])
    assert placed.start[0] == -60
    assert np.array_equal(placed.codes[0], base_codes(barcode))


def test_a_long_sequence_beside_short_ones_changes_nothing() -> None:
    barcode = mutated(backbone(), 0.1, seed=5)
    rng = np.random.default_rng(1)
    short, long = barcode[50:400], "".join(rng.choice(list("ACGT"), 700)) + barcode
    together, alone = place([short, long]), place([short])
    assert together.start.tolist() == [50, -700] and alone.start[0] == 50
    assert np.array_equal(together.codes[0], alone.codes[0])


def test_bases_after_a_gap_stand_in_their_own_positions() -> None:
    barcode = mutated(backbone(), 0.08, seed=4)
    placed = place([barcode[:300] + barcode[303:]])
    own = base_codes(barcode)
    both = placed.codes[0] < BLANK
    assert both.sum() >= 640
    assert (placed.codes[0][both] == own[both]).mean() > 0.98


@pytest.mark.parametrize("seed", range(3))
def test_what_is_no_barcode_has_no_place(seed: int) -> None:
    rng = np.random.default_rng(seed)
    noise = "".join(rng.choice(list("ACGT"), 658))
    placed = place([noise, reverse_complement(mutated(backbone(), 0.1, seed)), "A" * 400, "N" * 300])
    assert (placed.score < LEAST_SCORE).all()
    assert (placed.codes == BLANK).all()


def test_nothing_to_place() -> None:
    assert place([]).codes.shape == (0, POSITIONS)


barcodes = st.lists(st.text("ACGTN", min_size=POSITIONS, max_size=POSITIONS), min_size=2, max_size=4)


@settings(max_examples=30, deadline=None)
@given(barcodes)
def test_counts_equal_counting_base_by_base(sequences: list[str]) -> None:
    codes = np.stack([base_codes(s) for s in sequences])
    planes = pack(codes)
    found = differences(planes[:, :, :1], planes)
    for row in range(len(codes)):
        for phase in range(3):
            a, b = codes[0, phase::3].astype(int), codes[row, phase::3].astype(int)
            both = (a < BLANK) & (b < BLANK)
            unlike = both & (a != b)
            transitions = unlike & (a % 2 == b % 2)
            assert found.compared[phase, row] == both.sum()
            assert found.transitions[phase, row] == transitions.sum()
            assert found.transversions[phase, row] == (unlike & ~transitions).sum()


def test_pairs_are_counted_as_each_with_each() -> None:
    codes = np.stack([base_codes(mutated(backbone(), 0.1, seed)) for seed in range(5)])
    planes = pack(codes)
    owners, rows = np.array([0, 3, 3, 1]), np.array([4, 2, 3, 0])
    pairs = differences(planes[:, :, owners], planes[:, :, rows])
    table = differences(planes[:, :, :, None], planes[:, :, None, :])
    assert table.compared.shape == (3, 5, 5)
    assert np.array_equal(pairs.transitions, table.transitions[:, owners, rows])
    assert pairs.transversions[:, 2].tolist() == [0, 0, 0]


def test_columns_of_a_longer_and_a_shorter_sequence() -> None:
    assert map_columns("ACGTACGTAC", "CGTACG").tolist() == base_codes("CGTACG").tolist()
    assert map_columns("CGTACG", "ACGTACGTAC")[1:7].tolist() == base_codes("CGTACG").tolist()
