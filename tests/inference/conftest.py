"""Model packs with two forms of each encoder."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest

from bioscan_desktop.inference.manifest import Variant, sha256_of
from tests.conftest import make_model


@pytest.fixture
def with_variant(tmp_path: Path) -> Path:
    """A pack whose `int8` files are those of another seed, so that one sees which was opened."""
    folder, other = tmp_path / "model", tmp_path / "other"
    manifest = make_model(folder)
    make_model(other, seed=8)
    cards = {}
    for modality, card in manifest.encoders.items():
        file = f"{modality}.int8.onnx"
        shutil.copy(other / card.file, folder / file)
        cards[modality] = dataclasses.replace(
            card, variants={"int8": Variant(file, sha256_of(folder / file))}
        )
    dataclasses.replace(manifest, encoders=cards).save(folder)
    return folder
