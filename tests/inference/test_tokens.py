"""The barcode tokenizer against a naive one, and against the published schemes."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioscan_desktop.inference.frame import backbone
from bioscan_desktop.inference.tokens import FrameTokenizer, KmerTokenizer, tokenizer_from_dict
from tests.conftest import placeable_barcode, random_barcode

CLIBD = KmerTokenizer(5, 5, 660, ("<MASK>", "<CLS>", "<UNK>"), prefix_id=0)
BARCODEBERT = KmerTokenizer(4, 4, 660, ("[MASK]", "[UNK]"))


def naive(tokenizer: KmerTokenizer, sequence: str) -> list[int]:
    """Padding, a vocabulary and a dictionary, as the published code does it."""
    kmers = ["".join(kmer) for kmer in itertools.product("ACGT", repeat=tokenizer.k)]
    vocabulary = {kmer: len(tokenizer.specials) + number for number, kmer in enumerate(kmers)}
    padded = sequence[: tokenizer.max_bases].ljust(tokenizer.max_bases, "N")
    starts = range(0, tokenizer.max_bases - tokenizer.k + 1, tokenizer.stride)
    tokens = [vocabulary.get(padded[i : i + tokenizer.k], tokenizer.unk_id) for i in starts]
    return tokens if tokenizer.prefix_id is None else [tokenizer.prefix_id, *tokens]


@settings(deadline=None, max_examples=80)
@given(
    st.text("ACGTNRYacgt-", max_size=60),
    st.integers(1, 4),
    st.integers(1, 5),
    st.integers(4, 50),
    st.sampled_from([None, 0, 1]),
    st.sampled_from([("<MASK>", "<CLS>", "<UNK>"), ("[MASK]", "[UNK]"), ("<UNK>",)]),
)
def test_ids_are_those_of_a_naive_tokenizer(
    sequence: str, k: int, stride: int, max_bases: int, prefix: int | None, specials: tuple[str, ...]
) -> None:
    tokenizer = KmerTokenizer(k, stride, max_bases, specials, prefix)
    ids = tokenizer.encode(sequence)
    assert ids.tolist() == naive(tokenizer, sequence)
    assert ids.dtype == np.int64
    assert len(ids) == tokenizer.n_tokens
    assert ids.min() >= 0
    assert ids.max() < tokenizer.vocab_size


def test_a_batch_is_its_rows() -> None:
    sequences = ["", "ACGT", random_barcode(1), random_barcode(2) * 2]
    batch = CLIBD.encode_batch(sequences)
    assert batch.shape == (4, 133)
    for row, sequence in zip(batch, sequences, strict=True):
        np.testing.assert_array_equal(row, CLIBD.encode(sequence))
    assert CLIBD.encode_batch([]).shape == (0, 133)


def test_clibd_makes_133_tokens_behind_a_zero() -> None:
    ids = CLIBD.encode("AAAAA" + "ACGTA" + "TTTTT" + "ACGTN" + "A" * 300)
    assert len(ids) == CLIBD.n_tokens == 133
    assert CLIBD.vocab_size == 1027
    # 3 + base-4 number: AAAAA = 0, ACGTA = 0*256 + 1*64 + 2*16 + 3*4 + 0 = 108, TTTTT = 1023.
    assert ids[:5].tolist() == [0, 3, 111, 1026, 2]
    assert ids[65:].tolist() == [2] * 68  # 320 bases are 64 tokens, the rest is padding


def test_barcodebert_has_no_prefix() -> None:
    ids = BARCODEBERT.encode("AAAATTTTACGT")
    assert BARCODEBERT.n_tokens == 165
    assert BARCODEBERT.vocab_size == 258
    assert ids[:4].tolist() == [2, 257, 2 + 27, 1]


def test_longer_barcodes_are_cut() -> None:
    barcode = random_barcode(1, 220)
    np.testing.assert_array_equal(CLIBD.encode(barcode), CLIBD.encode(barcode + "ACGTACGT"))


def test_a_partial_last_kmer_is_unknown() -> None:
    assert CLIBD.encode("ACGTAACG")[:3].tolist() == [0, 111, 2]


@pytest.mark.parametrize("letters", ["acgta", "ACG-A", "ACGRA", "ACGÄA", "蛾ACGT"])
def test_anything_but_plain_bases_is_unknown(letters: str) -> None:
    assert CLIBD.encode(letters)[1] == CLIBD.unk_id


def test_settings_round_trip_as_json() -> None:
    for tokenizer in (CLIBD, BARCODEBERT):
        assert KmerTokenizer.from_dict(json.loads(json.dumps(tokenizer.to_dict()))) == tokenizer


@pytest.mark.parametrize(
    "settings_",
    [
        (0, 1, 10),
        (11, 1, 660),
        (5, 0, 660),
        (5, 1, 4),
        (5, 5, 660, ("<MASK>",)),
        (5.0, 5, 660),
        (5, 5, "660"),
    ],
)
def test_impossible_settings_are_refused(settings_: tuple) -> None:
    with pytest.raises(ValueError, match=r"tokenizer"):
        KmerTokenizer(*settings_)


def test_codons_stand_where_the_frame_has_them() -> None:
    tokenizer = FrameTokenizer()
    barcode = placeable_barcode(1)
    whole, part = tokenizer.encode_batch([barcode, barcode[100:400]])
    assert whole.shape == (tokenizer.n_tokens,) and tokenizer.n_tokens == 220
    # The frame begins with the third base of a codon, so codon c has bases 3c - 2 to 3c.
    for codon in (1, 57, 219):
        first, second, third = ("ACGT".index(b) for b in barcode[3 * codon - 2 : 3 * codon + 1])
        assert whole[codon] == 25 * first + 5 * second + third
    assert whole[0] == 25 * 4 + 5 * 4 + "ACGT".index(barcode[0])
    inside = slice(34, 134)  # codons wholly within bases 100 to 399
    assert np.array_equal(part[inside], whole[inside])
    assert (part[:34] == tokenizer.vocab_size - 1).all() and (part[134:] == tokenizer.vocab_size - 1).all()


def test_what_has_no_place_in_the_frame_is_blank() -> None:
    tokenizer = FrameTokenizer()
    rng = np.random.default_rng(0)
    ids = tokenizer.encode_batch(["".join(rng.choice(list("ACGT"), 500)), "", backbone()[:40]])
    assert (ids == tokenizer.vocab_size - 1).all()


@pytest.mark.parametrize("tokenizer", [CLIBD, BARCODEBERT, FrameTokenizer()])
def test_manifests_bring_the_tokenizer_back(tokenizer: KmerTokenizer | FrameTokenizer) -> None:
    assert tokenizer_from_dict(json.loads(json.dumps(tokenizer.to_dict()))) == tokenizer


def test_unknown_tokenizers_are_refused() -> None:
    with pytest.raises(ValueError, match="wavelets"):
        tokenizer_from_dict({"kind": "wavelets"})
