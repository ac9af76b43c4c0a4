"""Texts to tokens by CLIP's byte pairs, and to embeddings by a pack of either kind."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from bioscan_desktop.core.errors import PackError
from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.inference.text import BytePairs, WordPiece, chunks_of, read_merges, text_of
from tests.conftest import DIM, add_text_encoder, make_model

MERGES = ["n o", "c t", "u a</w>", "no ct", "noct ua</w>", "a a", "aa a</w>", "Ã ©</w>"]


@pytest.fixture
def merges(tmp_path: Path) -> Path:
    """A short list of merges."""
    path = tmp_path / "merges.txt"
    path.write_text("\n".join(["#version: 0.2", *MERGES, ""]), encoding="utf-8")
    return path


def pieces(tokenizer: BytePairs, text: str) -> list[int]:
    """The ids of a text, without padding."""
    ids, mask = tokenizer.encode([text])
    assert (ids[mask == 0] == 0).all()
    return ids[0][mask[0] == 1].tolist()


def test_pairs_are_joined_in_their_order(merges: Path) -> None:
    tokenizer = BytePairs(merges, 12)
    merge = {name: 512 + number for number, name in enumerate(MERGES)}
    start, end = 512 + len(MERGES), 513 + len(MERGES)
    assert tokenizer.vocab_size == end + 1
    assert pieces(tokenizer, " Noctua\n") == [start, merge["noct ua</w>"], end]
    assert pieces(tokenizer, "aaa") == [start, merge["aa a</w>"], end]
    assert pieces(tokenizer, "aaaa") == [start, merge["a a"], ord("a") - 33, 256 + ord("a") - 33, end]
    assert pieces(tokenizer, "é") == [start, merge["Ã ©</w>"], end]
    assert pieces(tokenizer, "e\u0301") == [start, merge["Ã ©</w>"], end]
    assert pieces(tokenizer, "") == [start, end]


def test_long_texts_keep_their_end(merges: Path) -> None:
    tokenizer = BytePairs(merges, 5)
    found = pieces(tokenizer, "noctua " * 9)
    assert len(found) == 5 and found[0] == 520 and found[-1] == 521


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Noctua (L., 1758)", ["noctua", "(", "l", ".,", "1", "7", "5", "8", ")"]),
        ("O'Reilly’s", ["o", "'re", "illy", "'s"]),
        ("a &amp;  b\x00", ["a", "&", "b"]),
        ("not_classified", ["not", "_", "classified"]),
        ("\uff21\uff22", ["ab"]),
    ],
)
def test_words_are_cut_as_in_clip(text: str, wanted: list[str]) -> None:
    assert list(chunks_of(text)) == wanted


def test_only_line_feeds_end_a_token(tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_bytes("[PAD]\r\n[UNK]\n[CLS]\n[SEP]\n\u2028\n\x85\nnoctua\n".encode())
    ids, _ = WordPiece(words, 4).encode(["noctua"])
    assert ids.tolist() == [[2, 6, 3, 0]]


def test_a_gzipped_list_is_the_same_list(merges: Path, tmp_path: Path) -> None:
    packed = tmp_path / "merges.txt.gz"
    packed.write_bytes(gzip.compress(merges.read_bytes()))
    assert read_merges(packed) == read_merges(merges) == [tuple(m.split()) for m in MERGES]


def test_tokens_are_those_of_openclip() -> None:
    open_clip = pytest.importorskip("open_clip.tokenizer", reason="open_clip is not installed")
    texts = [
        "a photo of Noctua pronuba.",
        "Noctuá (Linnæus, 1758)",
        "Müller’s e\u0301tude – “q”",
        "sp. BOLD:AAA1234",
        "word " * 100,
        "",
        "Tipula × hybrida ♀♂ ½",
        "O'Reilly's",
        "İstanbul ß 日本",
    ]
    ids, _ = BytePairs(Path(open_clip.default_bpe()), 77).encode(texts)
    assert ids.tolist() == open_clip.SimpleTokenizer()(texts).tolist()


def test_a_wording_may_ask_for_the_epithet() -> None:
    moth = Lineage("Lepidoptera", "Noctuidae", "Noctua", "Noctua pronuba")
    template = "a photo of {family} {genus} {epithet}."
    assert text_of(moth, template, "") == "a photo of Noctuidae Noctua pronuba."
    assert text_of(Lineage("Lepidoptera", "Noctuidae", "Noctua"), template, "?") == (
        "a photo of Noctuidae Noctua ?."
    )


@pytest.mark.parametrize("kind", ["wordpiece", "clip-bpe"])
def test_a_pack_embeds_texts(tmp_path: Path, merges: Path, kind: str) -> None:
    make_model(tmp_path / "pack")
    words = tmp_path / "words.txt"
    words.write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\nnoctua\nab\n", encoding="utf-8")
    add_text_encoder(tmp_path / "pack", kind, merges if kind == "clip-bpe" else words, 12)
    pack = ModelPack(tmp_path / "pack", "cpu")
    rows = pack.embed_texts(["Noctua", "ab", "noctua"])
    assert rows.shape == (3, DIM) and rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    assert (rows[0] == rows[2]).all() and abs(rows[0] - rows[1]).max() > 0.01
    assert pack.embed_texts([]).shape == (0, DIM)
    many = pack.embed_texts(["noctua", "ab"] * 200)
    assert many.shape == (400, DIM)
    np.testing.assert_allclose(many[399], rows[1], atol=1e-6)


def test_a_pack_without_a_text_encoder_says_so(tmp_path: Path) -> None:
    make_model(tmp_path / "pack")
    with pytest.raises(PackError, match="has no encoder for text"):
        ModelPack(tmp_path / "pack", "cpu").embed_texts(["Noctua"])


@pytest.mark.parametrize(("kind", "content"), [("wordpiece", "[PAD]\nnoctua\n"), ("clip-bpe", "#\nno\n")])
def test_a_vocabulary_that_is_none_is_refused(tmp_path: Path, kind: str, content: str) -> None:
    make_model(tmp_path / "pack")
    words = tmp_path / "words.txt"
    words.write_text(content, encoding="utf-8")
    add_text_encoder(tmp_path / "pack", kind, words, 12)
    with pytest.raises(PackError, match=r"vocabulary .* cannot be used"):
        ModelPack(tmp_path / "pack", "cpu").embed_texts(["Noctua"])
