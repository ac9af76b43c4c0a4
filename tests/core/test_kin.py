"""What names gain by what lies near a photo."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioscan_desktop.core.kin import FIRST, Kin
from bioscan_desktop.core.leaning import Leaning


def unit(n: int, seed: int, dim: int = 8) -> np.ndarray:
    x = np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32)
    return x / np.linalg.norm(x, axis=1, keepdims=True)


@given(st.integers(0, 10_000), st.integers(1, 60), st.integers(1, 5), st.sampled_from(["genus", "family"]))
def test_gains_are_those_of_a_plain_loop(seed: int, rows: int, queries: int, rank: str) -> None:
    rng = np.random.default_rng(seed)
    names = tuple(f"N{number}" for number in rng.integers(0, 40, rows))
    kin, asked = Kin(rank, names, unit(rows, seed), 0.5), unit(queries, seed + 1)
    gains = kin.gains(asked)
    known = list(dict.fromkeys(names))
    assert gains.shape == (queries, len(known) + 1) and not gains[:, -1].any()
    for row, query in zip(gains, asked, strict=True):
        nearest = {name: max(kin.rows[i] @ query for i, n in enumerate(names) if n == name) for name in known}
        ladder = sorted(nearest.values(), reverse=True)
        floor = ladder[min(FIRST[rank], len(ladder)) - 1]
        for name, column in zip(known, kin.columns(known), strict=True):
            assert row[column] == pytest.approx(0.5 * max(0.0, nearest[name] - floor), abs=1e-5)


def test_names_that_were_never_seen_gain_nothing() -> None:
    kin = Kin("family", ("A", "B", "A"), unit(3, 1), 1.0)
    gains = kin.gains(unit(4, 2))
    assert kin.columns(["B", "C", None, "A"]).tolist() == [1, 2, 2, 0]
    assert not gains[:, kin.columns(["C", None])].any()
    assert (gains[:, :2].max(axis=1) > 0).all() and (gains[:, :2].min(axis=1) == 0).all()


def test_a_species_can_be_taken_for_one_that_was_never_seen() -> None:
    rows, asked = unit(3, 1), unit(3, 1)
    kin = Kin("genus", ("A", "A", "B"), rows, 1.0, ("A x", "A y", "B z"))
    whole, others = kin.gains(asked), Kin("genus", ("A", "B"), rows[1:], 1.0).gains(asked)
    np.testing.assert_allclose(kin.gains(asked, without="A x"), others, atol=1e-6)
    assert whole[0, 0] > others[0, 0] + 0.1
    np.testing.assert_array_equal(kin.gains(asked, without="C c"), whole)
    only = kin.gains(asked, without="B z")
    assert not only[:, 1].any(), "a genus of which nothing is known gains nothing"


def test_without_rows_there_are_no_gains() -> None:
    assert Kin("genus", (), np.zeros((0, 8), np.float32), 1.0).gains(unit(2, 1)).tolist() == [[0.0], [0.0]]
    assert Kin("genus", ("A",), unit(1, 1), 1.0).gains(unit(0, 1)).shape == (0, 2)


def test_it_counts_for_barcodes_alone() -> None:
    kin = (Kin("genus", ("A",), unit(1, 1), 0.5),)
    leaning = Leaning(frozenset(), kin=kin)
    assert leaning.touches("dna") and not leaning.touches("image") and not leaning.by_genus("dna")
    assert leaning.kin_of("dna") == kin and leaning.kin_of("image") == ()
