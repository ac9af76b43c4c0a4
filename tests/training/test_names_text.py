"""The tokenizer for names, beside BERT's own, and names as keys of the benchmark."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from bioscan_training.benchmark import Item, embed
from bioscan_training.names_text import WordPiece, can_embed_names, embed_names, text_of

from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.services.retrieval import Embedded, benchmark
from tests.conftest import DIM, SPECIES, add_text_encoder, make_model

TOKENS = """[PAD] [UNK] [CLS] [SEP] [MASK] not _ classified dip ##tera di ##p a ##b ##c b c é - . , ( )
noctua pro ##nuba ##nub come ##s sp 2 ##9 9""".split()
TEXTS = [
    "Diptera not_classified",
    "Noctua  pronuba\tcomes",
    "Noctuá (Noctua) pronuba, sp. 29",
    "abc zzz a-b é",
    "",
    "x" * 120,
    "pronuba " * 30,
    "\u0000a\u200db",
]
TEMPLATE = "{order} {family} {genus} {species}"


@pytest.fixture
def vocabulary(tmp_path: Path) -> Path:
    """A small vocabulary file."""
    path = tmp_path / "vocab.txt"
    path.write_text("\n".join(TOKENS) + "\n", encoding="utf-8")
    return path


def test_words_are_cut_into_the_longest_known_pieces(vocabulary: Path) -> None:
    ids, mask = WordPiece(vocabulary, 12).encode(["Diptera not_classified", "zzz"])
    names = [TOKENS[i] for i in ids[0][mask[0] == 1]]
    assert names == ["[CLS]", "dip", "##tera", "not", "_", "classified", "[SEP]"]
    assert [TOKENS[i] for i in ids[1][:4]] == ["[CLS]", "[UNK]", "[SEP]", "[PAD]"]
    assert mask[1].sum() == 3


def test_tokens_are_those_of_bert(vocabulary: Path) -> None:
    transformers = pytest.importorskip("transformers")
    theirs = transformers.BertTokenizer(str(vocabulary), do_lower_case=True)
    wanted = theirs(TEXTS, padding="max_length", max_length=20, truncation=True)
    ids, mask = WordPiece(vocabulary, 20).encode(TEXTS)
    assert ids.tolist() == wanted["input_ids"]
    assert mask.tolist() == wanted["attention_mask"]


def test_missing_names_have_their_word() -> None:
    assert text_of(Lineage("Diptera"), TEMPLATE, "not_classified") == (
        "Diptera not_classified not_classified not_classified"
    )
    assert text_of(Lineage("Diptera", "Phoridae"), "", "").split() == ["Diptera", "Phoridae"]


@pytest.fixture
def pack(tmp_path: Path, vocabulary: Path) -> ModelPack:
    """The tiny model with a text encoder."""
    folder = tmp_path / "pack"
    make_model(folder)
    add_text_encoder(folder, "wordpiece", vocabulary, 20, TEMPLATE, "not_classified")
    return ModelPack(folder, "cpu")


def test_equal_names_share_a_row(pack: ModelPack) -> None:
    names = [Lineage(*SPECIES[i][:4]) for i in (0, 1, 0)]
    rows = embed_names(names, pack)
    assert rows.shape == (3, DIM) and rows.dtype == np.float32
    assert (rows[0] == rows[2]).all() and not np.allclose(rows[0], rows[1])
    assert embed_names([], pack).shape == (0, DIM)


def test_names_are_keys_of_the_benchmark(pack: ModelPack) -> None:
    assert can_embed_names(pack)
    items = [Item(Lineage(*SPECIES[i][:4]), "ACGT" * 160, lambda: None) for i in range(2)]
    made, _ = embed(items, pack)
    assert set(made.vectors) == {"dna", "text"}
    pairs = benchmark(made, made, Embedded([], {}))["pairs"]
    assert pairs["text to text"]["seen"]["top_k"]["1"]["species"]["micro"] == 1.0
    assert "dna to text" in pairs and "text to all" in pairs


def test_a_pack_without_names_is_left_as_it_is(tmp_path: Path) -> None:
    make_model(tmp_path / "plain")
    assert not can_embed_names(ModelPack(tmp_path / "plain", "cpu"))
