"""Bases that do not belong where they stand: what a library's barcodes say, and what is left open."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bioscan_desktop.inference.columns import BLANK, base_codes
from bioscan_desktop.inference.frame import POSITIONS, backbone, base_counts, frequencies, pack
from bioscan_desktop.inference.misread import RARE, usual_bases, without_misread

BACKBONE = base_codes(backbone())


def drawn(n: int, seed: int) -> np.ndarray:
    """(n, 658) codes, some of them blank."""
    return np.random.default_rng(seed).integers(0, BLANK + 1, (n, POSITIONS)).astype(np.uint8)


@settings(max_examples=20, deadline=None)
@given(st.one_of(st.integers(0, 6), st.sampled_from([255, 256, 600])), st.integers(0, 10_000))
def test_bases_are_counted_where_they_stand(n: int, seed: int) -> None:
    codes = drawn(n, seed)
    expected = np.stack([(codes == base).sum(axis=0) for base in range(BLANK)], axis=1)
    assert np.array_equal(base_counts(pack(codes)), expected)


def test_frequencies_are_shares_and_some_bases_were_never_seen() -> None:
    shares = frequencies()
    assert np.allclose(shares.sum(axis=1), 1.0, atol=0.002)  # they are stored in half precision
    assert shares.min() == 0.0 and (shares < RARE).mean() > 0.2
    assert np.array_equal(shares.argmax(axis=1), BACKBONE)


def test_without_barcodes_insects_in_general_tell_what_is_usual() -> None:
    usual = usual_bases(pack(drawn(0, 1)))
    assert np.array_equal(usual[:, :BLANK], frequencies() >= RARE)
    assert usual[:, BLANK].all()


def test_what_one_key_of_a_small_library_has_belongs_there() -> None:
    rare = np.where(frequencies().min(axis=1) < RARE, frequencies().argmin(axis=1), BACKBONE)
    assert (rare != BACKBONE).sum() > 300
    keys = np.tile(BACKBONE, (100, 1))
    at, places = np.arange(POSITIONS), rare != BACKBONE
    assert not usual_bases(pack(keys))[at, rare][places].any()
    keys[7] = rare
    assert usual_bases(pack(keys))[at, rare].all()


def test_in_a_large_library_one_key_among_thousands_is_an_error_of_its_own() -> None:
    keys = np.tile(BACKBONE, (3000, 1))
    places = np.flatnonzero(frequencies().min(axis=1) == 0.0)
    rare = frequencies().argmin(axis=1)[places]
    keys[0, places] = rare
    assert not usual_bases(pack(keys))[places, rare].any()
    keys[:4, places] = rare
    assert usual_bases(pack(keys))[places, rare].all()


def test_what_many_keys_never_have_is_rare_even_where_other_insects_have_it() -> None:
    shares = frequencies()
    places, bases = np.nonzero((shares > 0.005) & (shares < 0.01) & (shares < shares.max(axis=1)[:, None]))
    assert len(places) > 20
    few, many = (usual_bases(pack(np.tile(BACKBONE, (n, 1))))[places, bases] for n in (100, 9000))
    assert few.all() and not many.any()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_only_what_does_not_belong_is_left_open(seed: int) -> None:
    usual = usual_bases(pack(np.tile(BACKBONE, (50, 1))))
    codes = drawn(5, seed)
    read = without_misread(codes, usual)
    belongs = usual[np.arange(POSITIONS), codes]
    assert read.dtype == np.uint8
    assert np.array_equal(read[belongs], codes[belongs]) and (read[~belongs] == BLANK).all()
    assert np.array_equal(without_misread(read, usual), read)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_about_a_third_or_more_of_random_errors_is_seen(seed: int) -> None:
    rng = np.random.default_rng(seed)
    places = rng.choice(POSITIONS, 100, replace=False)
    spoilt = BACKBONE.copy()
    spoilt[places] = (spoilt[places] + rng.integers(1, 4, 100)) % 4
    read = without_misread(spoilt[None], usual_bases(pack(drawn(0, 1))))[0]
    assert (read == BLANK).sum() >= 25
    assert np.array_equal(np.delete(read, places), np.delete(BACKBONE, places))
