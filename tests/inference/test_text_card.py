"""A model pack may hold a text encoder; its vocabulary is a file of the pack."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from bioscan_desktop.core.errors import PackError
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.inference.manifest import EncoderCard, ModelManifest, TextTokenizer, sha256_of
from tests.conftest import make_model, random_barcode


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    manifest = make_model(folder)
    (folder / "text.onnx").write_bytes((folder / "dna.onnx").read_bytes())
    (folder / "words.txt").write_text("[PAD]\n[UNK]\n", encoding="utf-8")
    text = TextTokenizer(
        "wordpiece", 20, "words.txt", sha256_of(folder / "words.txt"), "{genus} {species}", "not_classified"
    )
    card = EncoderCard("text.onnx", sha256_of(folder / "text.onnx"), text=text)
    dataclasses.replace(manifest, encoders={**manifest.encoders, "text": card}).save(folder)
    return folder


def test_a_text_card_survives_saving(pack: Path) -> None:
    manifest = ModelManifest.load(pack)
    card = manifest.encoders["text"]
    assert card.text is not None
    assert (card.text.max_tokens, card.text.unknown) == (20, "not_classified")
    assert TextTokenizer.from_dict(card.text.to_dict()) == card.text
    manifest.verify(pack)


def test_a_changed_vocabulary_is_noticed(pack: Path) -> None:
    (pack / "words.txt").write_text("[UNK]\n[PAD]\n", encoding="utf-8")
    with pytest.raises(PackError, match=r"words\.txt is damaged or was changed"):
        ModelManifest.load(pack).verify(pack)


def test_a_vocabulary_belongs_to_the_embedding_space(pack: Path) -> None:
    manifest = ModelManifest.load(pack)
    card = manifest.encoders["text"]
    assert card.text is not None
    other = dataclasses.replace(card, text=dataclasses.replace(card.text, max_tokens=21))
    changed = dataclasses.replace(manifest, encoders={**manifest.encoders, "text": other})
    assert changed.fingerprint != manifest.fingerprint


CARD = {"kind": "wordpiece", "max_tokens": 20, "vocabulary": "words.txt", "sha256": "0"}


@pytest.mark.parametrize(
    "damage",
    [
        None,
        {"kind": "wordpiece"},
        {**CARD, "kind": "letters"},
        {**CARD, "max_tokens": "20"},
        {**CARD, "max_tokens": 2},
        {**CARD, "template": "{tribe} {0}"},
        {**CARD, "template": "{genus"},
        {**CARD, "template": "{genus.epithet}"},
        {**CARD, "template": 7},
    ],
)
def test_a_text_encoder_needs_its_settings(pack: Path, damage: dict[str, object] | None) -> None:
    values = json.loads((pack / "manifest.json").read_text(encoding="utf-8"))
    values["encoders"]["text"]["text"] = damage
    (pack / "manifest.json").write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(PackError, match=r"does not say how input for 'text'|damaged manifest"):
        ModelManifest.load(pack)


def test_the_other_encoders_work_beside_it(pack: Path) -> None:
    model = ModelPack(pack, "cpu")
    assert model.embed_barcodes([random_barcode(1)]).shape == (1, model.dim)
    for modality in model.manifest.encoders:
        assert model.session(modality).output_dim == model.dim
