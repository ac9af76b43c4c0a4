"""Barcodes that lack bases, or have some too many: all behind them still stands in its own positions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioscan_desktop.inference.columns import BLANK, base_codes
from bioscan_desktop.inference.frame import LEAST_SCORE, POSITIONS, backbone, place
from bioscan_desktop.inference.slips import with_slips
from tests.inference.test_frame import mutated


def gains() -> np.ndarray:
    """Log-odds by which the bases of the backbone stand where they do."""
    table = np.full((POSITIONS, BLANK + 1), -2.0)
    table[np.arange(POSITIONS), base_codes(backbone())] = 1.2
    table[:, BLANK] = 0.0
    return table


def slipped(sequence: str, at: int, bases: int) -> str:
    """With so many bases less at a place, or more if negative."""
    if bases > 0:
        return sequence[:at] + sequence[at + bases :]
    return sequence[:at] + "ACG"[:-bases] + sequence[at:]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, POSITIONS), st.sampled_from([1, 2, 3, -1, -2, -3]), st.integers(0, 10_000))
def test_a_slip_hides_a_few_bases_and_misplaces_next_to_none(at: int, bases: int, seed: int) -> None:
    whole = mutated(backbone(), 0.1, seed)
    before, after = place([whole]), place([slipped(whole, at, bases)])
    assert after.score[0] >= LEAST_SCORE
    known = (after.codes[0] < BLANK) & (before.codes[0] < BLANK)
    assert known.sum() > POSITIONS - 60
    # Mostly none. Mutations beside a slip can hide it for some bases, and few bases beyond a slip near an
    # end tell too little to be worth a gap. Aligned with the most frequent bases, 15 were usual.
    assert (after.codes[0] != before.codes[0])[known].sum() <= (12 if 25 < at < POSITIONS - 25 else 22)


@pytest.mark.parametrize("length", [150, 300])
def test_fragments_slip_too(length: int) -> None:
    whole = mutated(backbone(), 0.1, seed=4)[200 : 200 + length]
    before, after = place([whole]), place([slipped(whole, length // 2, 1)])
    known = (after.codes[0] < BLANK) & (before.codes[0] < BLANK)
    assert known.sum() > length - 20 and (after.codes[0] == before.codes[0])[known].all()


def test_several_slips_are_followed() -> None:
    whole = mutated(backbone(), 0.1, seed=2)
    text = slipped(slipped(slipped(whole, 500, 1), 330, -1), 120, 1)
    before, after = place([whole]), place([text])
    known = (after.codes[0] < BLANK) & (before.codes[0] < BLANK)
    assert known.sum() > POSITIONS - 60 and (after.codes[0] == before.codes[0])[known].all()


def test_what_does_not_pay_is_no_slip() -> None:
    assert with_slips(base_codes(mutated(backbone(), 0.2, seed=3)), 0, gains()) is None
    few = backbone()[:-4] + "T" + backbone()[-4:]  # four bases behind it are worth less than a change
    assert with_slips(base_codes(few), 0, gains()) is None


def test_a_slip_by_hand() -> None:
    row = with_slips(base_codes(slipped(backbone(), 300, 1)), 0, gains())
    assert row is not None
    wrong = np.flatnonzero((row != base_codes(backbone())) & (row < BLANK))
    blank = np.flatnonzero(row == BLANK)
    assert len(wrong) == 0 and 1 <= len(blank) < 20 and abs(int(np.median(blank)) - 300) < 10


def test_most_slips_misplace_nothing() -> None:
    wrong = []
    for seed in range(60):
        whole = mutated(backbone(), 0.1, seed)
        placed = place([whole, slipped(whole, 60 + 9 * seed, (-1, 1)[seed % 2])])
        known = (placed.codes < BLANK).all(axis=0)
        wrong.append(int((placed.codes[0] != placed.codes[1])[known].sum()))
    assert np.mean(np.array(wrong) == 0) > 0.9
