"""A data set that `bioscan-train embed` has embedded becomes a library, as if it were built here."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from bioscan_training import cli as training_cli

from bioscan_desktop import cli
from bioscan_desktop.library.pack import LibraryManifest
from bioscan_desktop.library.records import RecordStore
from tests.conftest import TinyWorld


def test_embed_then_build(world: TinyWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, out = tmp_path / "embeddings", tmp_path / "lib"
    words = ["--quiet", "embed", world.records, "--images", world.images, "--pack", world.model]
    words += ["--out", folder, "--mirror", "--shard-size", "7", "--provider", "cpu"]
    assert training_cli.main([str(word) for word in words]) == 0
    capsys.readouterr()
    words = ["library", "build", "--from-embeddings", folder, "--records", world.records]
    words += ["--images", world.images, "--model", world.model, "--provider", "cpu", "--out", out]
    assert cli.main([str(word) for word in words]) == 0
    built, here = LibraryManifest.load(out), LibraryManifest.load(world.library)
    assert json.loads(capsys.readouterr().out)["skipped"] == 0
    assert built.counts == here.counts
    stores = [RecordStore(library / "records.sqlite") for library in (out, world.library)]
    for modality in ("dna", "image"):
        mine, expected = (list(store.every(modality)) for store in stores)
        assert mine == expected
        rows = [np.load(library / f"keys.{modality}.npy") for library in (out, world.library)]
        np.testing.assert_allclose(*rows, atol=2e-3)
    for store in stores:
        store.close()
