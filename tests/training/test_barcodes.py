"""Barcodes: the app's tokens from base codes, and augmentation that stays within its limits."""

import numpy as np
import pytest
from bioscan_training.data.barcodes import (
    PAD,
    Augmentation,
    BarcodeArray,
    align_codes,
    balanced_rows,
    codes_to_tokens,
    genus_batches,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from bioscan_desktop.inference.tokens import KmerTokenizer

TOKENIZERS = [
    KmerTokenizer(6, 1, 60, ("<MASK>", "<UNK>")),
    KmerTokenizer(5, 5, 60, prefix_id=0),
    KmerTokenizer(4, 4, 62, ("[MASK]", "[UNK]")),
]
NONE = Augmentation(crop=0, trim=0, min_bases=20, substitution=0, ambiguous=0, indel=0)


def random_barcodes(n: int, length: int, seed: int = 0) -> list[str]:
    rng = np.random.default_rng(seed)
    return ["".join(rng.choice(list("ACGT"), length)) for _ in range(n)]


@given(st.lists(st.text("ACGTNRacgt-", max_size=90), min_size=1, max_size=8), st.sampled_from(TOKENIZERS))
@settings(max_examples=80, deadline=None)
def test_training_and_app_cut_the_same_tokens(sequences: list[str], tokenizer: KmerTokenizer) -> None:
    array = BarcodeArray(sequences)
    codes = array.plain(np.arange(len(sequences)), tokenizer.max_bases)
    assert np.array_equal(codes_to_tokens(codes, tokenizer), tokenizer.encode_batch(sequences))


def test_no_augmentation_changes_nothing() -> None:
    array = BarcodeArray(random_barcodes(5, 50))
    rows = np.arange(5)
    assert np.array_equal(array.augmented(rows, 60, NONE, np.random.default_rng(0)), array.plain(rows, 60))


@given(st.integers(0, 2**32), st.integers(1, 90))
@settings(max_examples=60, deadline=None)
def test_windows_keep_enough_bases_and_come_from_the_barcode(seed: int, length: int) -> None:
    sequences = random_barcodes(4, length, seed)
    how = Augmentation(crop=0.5, trim=10, min_bases=20, substitution=0, ambiguous=0, indel=0)
    codes = BarcodeArray(sequences).augmented(np.arange(4), 60, how, np.random.default_rng(seed))
    for row, sequence in zip(codes, sequences, strict=True):
        kept = "".join("ACGTN"[c] for c in row).rstrip("N")
        assert kept in sequence and len(kept) >= min(20, length)


def test_augmentation_depends_on_the_generator_alone() -> None:
    array = BarcodeArray(random_barcodes(6, 80))
    how = Augmentation(indel=1.0, substitution=0.2, ambiguous=0.2)
    one, two, other = (array.augmented(np.arange(6), 60, how, np.random.default_rng(s)) for s in (1, 1, 2))
    assert np.array_equal(one, two) and not np.array_equal(one, other)
    assert one.max() <= PAD


def test_alignment_finds_the_offset_of_fragments() -> None:
    full = random_barcodes(1, 658)[0]
    array = BarcodeArray([full, full[100:400], "ACG" + full[:600], "A" * 4])
    placed = align_codes(array, references=1)
    whole = placed[0]
    assert np.array_equal(placed[1, 100:400], whole[100:400])
    assert (placed[1, :100] == PAD).all() and (placed[1, 400:] == PAD).all()
    assert np.array_equal(placed[2, :600], whole[:600])
    assert (placed[3] == PAD).all()


def test_an_epoch_is_capped_per_group_and_repeatable() -> None:
    groups = ["a"] * 50 + ["b"] * 3 + [None] * 4
    rows = balanced_rows(groups, 10, np.random.default_rng(0))
    kept = [groups[i] for i in rows]
    assert (kept.count("a"), kept.count("b"), kept.count(None)) == (10, 3, 4)
    assert len(set(rows.tolist())) == len(rows)
    assert np.array_equal(rows, balanced_rows(groups, 10, np.random.default_rng(0)))


@pytest.mark.parametrize("batch", [8, 32])
def test_batches_are_full_and_without_repeats(batch: int) -> None:
    genera = [f"g{i % 9}" for i in range(200)]
    batches = genus_batches(genera, np.arange(200), batch, 4, np.random.default_rng(0))
    assert all(len(b) == batch for b in batches) and len(batches) == 200 // batch
    rows = np.concatenate(batches)
    assert len(set(rows.tolist())) == len(rows)
