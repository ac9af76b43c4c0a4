"""Barcodes: the app's tokens from base codes, and augmentation that stays within its limits."""

import numpy as np
import pytest
from bioscan_training.data.barcodes import (
    PAD,
    Augmentation,
    BarcodeArray,
    FramedBarcodes,
    balanced_rows,
    codes_to_tokens,
    genus_batches,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from bioscan_desktop.inference.frame import backbone
from bioscan_desktop.inference.tokens import KmerTokenizer

TOKENIZERS = [
    KmerTokenizer(6, 1, 60, ("<MASK>", "<UNK>")),
    KmerTokenizer(5, 5, 60, prefix_id=0),
    KmerTokenizer(4, 4, 62, ("[MASK]", "[UNK]")),
]
NONE = Augmentation(crop=0, trim=0, min_bases=20, substitution=0, ambiguous=0)


def framed(n: int, seed: int = 0) -> FramedBarcodes:
    """Barcodes of the frame with a tenth of their bases changed, and their lengths cut at random."""
    rng = np.random.default_rng(seed)
    sequences = []
    for _ in range(n):
        bases = np.where(rng.random(658) < 0.1, rng.choice(list("ACGT"), 658), list(backbone()))
        begin, end = rng.integers(0, 150), rng.integers(500, 659)
        sequences.append("".join(bases[begin:end]))
    return FramedBarcodes(sequences)


@given(st.lists(st.text("ACGTNRacgt-", max_size=90), min_size=1, max_size=8), st.sampled_from(TOKENIZERS))
@settings(max_examples=80, deadline=None)
def test_training_and_app_cut_the_same_tokens(sequences: list[str], tokenizer: KmerTokenizer) -> None:
    array = BarcodeArray(sequences)
    codes = array.plain(np.arange(len(sequences)), tokenizer.max_bases)
    assert np.array_equal(codes_to_tokens(codes, tokenizer), tokenizer.encode_batch(sequences))


def test_no_augmentation_changes_nothing() -> None:
    barcodes = framed(5)
    rows = np.array([4, 0, 2])
    assert np.array_equal(barcodes.augmented(rows, NONE, np.random.default_rng(0)), barcodes.codes[rows])


@given(st.integers(0, 2**32), st.integers(20, 300))
@settings(max_examples=60, deadline=None)
def test_windows_keep_enough_bases_and_come_from_the_barcode(seed: int, shortest: int) -> None:
    barcodes = framed(4, seed)
    how = Augmentation(crop=0.5, trim=10, min_bases=shortest, substitution=0, ambiguous=0)
    codes = barcodes.augmented(np.arange(4), how, np.random.default_rng(seed))
    kept = codes < PAD
    assert (kept.sum(axis=1) >= shortest).all()
    assert np.array_equal(codes[kept], barcodes.codes[kept])
    for row in kept:  # one window, without holes
        columns = np.flatnonzero(row)
        assert columns[-1] - columns[0] + 1 == len(columns)


def test_augmentation_depends_on_the_generator_alone() -> None:
    barcodes = framed(6)
    before = barcodes.codes.copy()
    how = Augmentation(substitution=0.2, ambiguous=0.2)
    one, two, other = (barcodes.augmented(np.arange(6), how, np.random.default_rng(s)) for s in (1, 1, 2))
    assert np.array_equal(one, two) and not np.array_equal(one, other)
    assert one.max() <= PAD
    assert np.array_equal(barcodes.codes, before)


def test_what_is_no_barcode_has_no_place() -> None:
    rng = np.random.default_rng(0)
    barcodes = FramedBarcodes([backbone(), "".join(rng.choice(list("ACGT"), 600)), ""])
    assert barcodes.placed.tolist() == [True, False, False]
    assert (barcodes.codes[1:] == PAD).all()


def test_an_epoch_is_capped_per_group_and_repeatable() -> None:
    groups = ["a"] * 50 + ["b"] * 3 + [None] * 4
    rows = balanced_rows(groups, 10, np.random.default_rng(0))
    kept = [groups[i] for i in rows]
    assert (kept.count("a"), kept.count("b"), kept.count(None)) == (10, 3, 4)
    assert len(set(rows.tolist())) == len(rows)
    assert np.array_equal(rows, balanced_rows(groups, 10, np.random.default_rng(0)))
    assert sorted(balanced_rows(groups, 0, np.random.default_rng(0))) == list(range(len(groups)))


@pytest.mark.parametrize("batch", [8, 32])
def test_batches_are_full_and_without_repeats(batch: int) -> None:
    genera = [f"g{i % 9}" for i in range(200)]
    batches = genus_batches(genera, np.arange(200), batch, 4, np.random.default_rng(0))
    assert all(len(b) == batch for b in batches) and len(batches) == 200 // batch
    rows = np.concatenate(batches)
    assert len(set(rows.tolist())) == len(rows)
