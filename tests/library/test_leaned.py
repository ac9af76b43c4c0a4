"""Photos find species that their encoder was not trained on, by exact search and by graph."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from bioscan_desktop.core.leaning import Leaning
from bioscan_desktop.index.exact import ExactIndex
from bioscan_desktop.index.hnsw import build
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.inference.manifest import ModelManifest
from bioscan_desktop.library import leaned
from bioscan_desktop.library.pack import Library
from bioscan_desktop.library.restriction import Restriction
from bioscan_desktop.services.identify import Identifier
from bioscan_desktop.services.specimens import Specimen
from tests.conftest import SPECIES, TinyWorld, draw_insect


def rows(n: int, seed: int) -> np.ndarray:
    x = np.random.default_rng(seed).normal(size=(n, 16)).astype(np.float32)
    return x / np.linalg.norm(x, axis=1, keepdims=True)


@pytest.mark.parametrize("kind", ["exact", "graph"])
def test_the_best_by_shifted_cosine_with_plain_cosines(kind: str) -> None:
    keys, queries = rows(500, 1), rows(20, 2)
    shift = np.random.default_rng(3).uniform(-0.2, 0.2, 500).astype(np.float32)
    if kind == "graph":
        pytest.importorskip("hnswlib")
    index = ExactIndex(keys) if kind == "exact" else build(keys)
    found, scores = leaned.search(index, queries, 5, shift)
    plain = queries @ keys.T
    expected = np.argsort(-(plain + shift), axis=1)[:, :5]
    assert (found == expected).mean() >= (1.0 if kind == "exact" else 0.9)
    np.testing.assert_allclose(scores, np.take_along_axis(plain, found, 1), atol=1e-5)


def test_what_is_not_allowed_stays_out() -> None:
    keys, allowed = rows(100, 1), np.arange(100) % 3 == 0
    shift = np.where(allowed, -0.5, 0.5).astype(np.float32)
    found, _ = leaned.search(ExactIndex(keys), rows(4, 2), 10, shift, allowed)
    assert allowed[found].all()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "query.png"
    draw_insect(SPECIES[0][4], seed=99).save(path)
    return path


def leaning_to(species: str, off: float) -> Leaning:
    return Leaning(frozenset({species}), {"dna": off, "image": off})


def test_a_species_that_was_trained_on_gives_way(world: TinyWorld, photo: Path) -> None:
    model, library = ModelPack(world.model, "cpu"), Library(world.library)
    specimen = Specimen("q", "q", photo=photo)
    first = Identifier(model, library).identify_one(specimen, 3).hits[0].lineage.species
    assert first is not None
    image = dataclasses.replace(model.manifest.encoders["image"], leaning=leaning_to(first, 1.5))
    model.manifest = dataclasses.replace(model.manifest, encoders={**model.manifest.encoders, "image": image})
    for restriction in (None, Restriction(library, countries=[], taxa=[])):
        hits = Identifier(model, library, restriction).identify_one(specimen, 3).hits
        assert hits[0].lineage.species != first
        assert all(hit.shift == (-1.5 if hit.lineage.species == first else 0.0) for hit in hits)
        assert all(-1.0001 <= hit.score <= 1.0001 for hit in hits), "shown scores are plain cosines"
    library.close()


def test_the_manifest_carries_it_and_the_embedding_space_stays(world: TinyWorld, tmp_path: Path) -> None:
    manifest = ModelManifest.load(world.model)
    image = dataclasses.replace(manifest.encoders["image"], leaning=leaning_to("Noctua pronuba", 0.1))
    changed = dataclasses.replace(manifest, encoders={**manifest.encoders, "image": image})
    changed.save(tmp_path)
    read = ModelManifest.load(tmp_path)
    assert read.leaning == image.leaning and manifest.leaning is None
    assert read.fingerprint == manifest.fingerprint, "libraries built before still fit"
