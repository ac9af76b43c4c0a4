"""Photos find species that their encoder was not trained on, by exact search and by graph."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bioscan_desktop.core.kin import Kin
from bioscan_desktop.core.leaning import Leaning
from bioscan_desktop.index.exact import ExactIndex, Index
from bioscan_desktop.index.tuning import build
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.inference.manifest import ModelManifest
from bioscan_desktop.library import leaned
from bioscan_desktop.library.leaned import Shifts
from bioscan_desktop.library.pack import Library
from bioscan_desktop.library.restriction import Restriction
from bioscan_desktop.services.identify import Identifier
from bioscan_desktop.services.specimens import Specimen
from tests.conftest import SPECIES, TinyWorld, draw_insect


def rows(n: int, seed: int) -> np.ndarray:
    x = np.random.default_rng(seed).normal(size=(n, 16)).astype(np.float32)
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def named(genera: Sequence[str | None], species: Sequence[str | None]) -> dict[str, Sequence[str | None]]:
    """All of family F."""
    return {"family": ["F"] * len(species), "genus": genera, "species": species}


def index_of(kind: str, keys: np.ndarray) -> Index:
    if kind == "graph":
        pytest.importorskip("hnswlib")
        return build(keys)
    return ExactIndex(keys)


@pytest.mark.parametrize("kind", ["exact", "graph"])
def test_the_best_by_shifted_cosine_with_plain_cosines(kind: str) -> None:
    keys, queries = rows(500, 1), rows(20, 2)
    off = np.random.default_rng(3).random(500) < 0.5
    names = [f"G{row} s{row}" for row in range(500)]
    leaning = Leaning(frozenset(np.array(names)[off].tolist()), {"image": 0.2})
    shifts = Shifts.of(named([name.split()[0] for name in names], names), "image", leaning)
    plain = queries @ keys.T
    expected = np.argsort(-(plain - 0.2 * off), axis=1)[:, :5]
    right = 0
    for number, (found, cosines, added) in enumerate(leaned.search(index_of(kind, keys), queries, 5, shifts)):
        right += (found == expected[number]).sum()
        np.testing.assert_allclose(cosines, plain[number, found], atol=1e-5)
        np.testing.assert_allclose(added, -0.2 * off[found], atol=1e-5)
    assert right >= (100 if kind == "exact" else 90)


@pytest.mark.parametrize("kind", ["exact", "graph"])
def test_genera_stand_as_a_photo_tells_them_and_species_once_each(kind: str) -> None:
    """Genus A is nearest by a trained species; within it, the other one is preferred."""
    angles = np.deg2rad([10, 11, 12, 20, 40])
    keys = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    genera, species = ["A", "A", "A", "A", "B"], ["A x", "A x", "A x", "A y", "B z"]
    query = np.array([[1.0, 0.0]], dtype=np.float32)
    plain = Shifts.of(named(genera, species), "dna", Leaning(frozenset({"A x"}), {"dna": 0.01}))
    ((found, _, _),) = leaned.search(index_of(kind, keys), query, 5, plain)
    assert found.tolist() == [0, 1, 2, 3, 4]
    leaning = Leaning(frozenset({"A x"}), {"dna": 0.01}, {"dna": 0.5})
    ((found, cosines, added),) = leaned.search(
        index_of(kind, keys), query, 5, Shifts.of(named(genera, species), "dna", leaning)
    )
    assert found.tolist() == [3, 4, 0]
    np.testing.assert_allclose(cosines, keys[found, 0], atol=1e-6)
    # The preferred species takes the place that the genus has by its nearest key.
    assert cosines[0] + added[0] == pytest.approx(float(keys[0, 0]) - 0.01, abs=1e-6)
    assert cosines[1] + added[1] == pytest.approx(float(keys[4, 0]), abs=1e-6)
    many = Leaning(frozenset(), {}, {}, {"dna": 0.1})
    ((found, *_),) = leaned.search(
        index_of(kind, keys), query, 1, Shifts.of(named(genera, species), "dna", many)
    )
    assert found.tolist() == [0], "three references count for more than one"


@pytest.mark.parametrize("kind", ["exact", "graph"])
def test_far_and_crowded_keys_stand_back(kind: str) -> None:
    """Distances to species trained on are stretched, and a share of the isolation is taken off."""
    keys, queries = rows(500, 1), rows(20, 2)
    names = [f"G{row} s{row}" for row in range(500)]
    trained = np.random.default_rng(3).random(500) < 0.5
    isolation = np.random.default_rng(4).random(500).astype(np.float16)
    leaning = Leaning(
        frozenset(np.array(names)[trained].tolist()), stretch={"image": 0.3}, crowding={"image": 0.4}
    )
    shifts = Shifts.of(named([name.split()[0] for name in names], names), "image", leaning, isolation)
    plain, known = queries @ keys.T, isolation.astype(np.float32)
    judged = np.where(trained, 1 - 1.3 * (1 - plain), plain) - 0.4 * (known - known.mean())
    expected = np.argsort(-judged, axis=1)[:, :5]
    right = 0
    for number, (found, cosines, added) in enumerate(leaned.search(index_of(kind, keys), queries, 5, shifts)):
        right += (found == expected[number]).sum()
        np.testing.assert_allclose(cosines, plain[number, found], atol=1e-5)
        np.testing.assert_allclose(cosines + added, judged[number, found], atol=1e-5)
    assert right >= (100 if kind == "exact" else 90)
    # Without isolations the rest holds.
    bare = Shifts.of(named([name.split()[0] for name in names], names), "image", leaning)
    ((found, *_),) = leaned.search(index_of(kind, keys), queries[:1], 1, bare)
    assert found[0] == np.where(trained, 1 - 1.3 * (1 - plain[0]), plain[0]).argmax()


def test_the_species_of_a_genus_are_stretched_alike() -> None:
    """Both ways of comparing keys know that a species was trained on."""
    angles = np.deg2rad([20, 22, 40])
    keys = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    query = np.array([[1.0, 0.0]], dtype=np.float32)
    leaning = Leaning(frozenset({"A x"}), within={"dna": 0.001}, stretch={"dna": 0.5})
    shifts = Shifts.of(named(["A", "A", "B"], ["A x", "A y", "B z"]), "dna", leaning)
    ((found, cosines, added),) = leaned.search(ExactIndex(keys), query, 3, shifts)
    assert found.tolist() == [1, 0, 2]
    np.testing.assert_allclose(cosines, keys[found, 0], atol=1e-6)
    assert cosines[1] + added[1] == pytest.approx(1 - 1.5 * (1 - keys[0, 0]) - 0.001, abs=1e-6)


def test_keys_without_names_stand_for_themselves() -> None:
    keys = rows(6, 1)
    shifts = Shifts.of(named([None] * 6, [None] * 6), "dna", Leaning(frozenset({"A x"}), {}, {"dna": 0.5}))
    ((found, cosines, added),) = leaned.search(ExactIndex(keys), keys[:1], 6, shifts)
    assert len(found) == 6 and found[0] == 0 and not added.any()
    assert (np.diff(cosines) <= 0).all()


def test_keys_of_one_name_share_their_shifts_and_number() -> None:
    genera, species = ["A", "B", None, "A", None, "B"], ["A x", "B y", None, "A x", "B y", None]
    leaning = Leaning(frozenset({"A x"}), {}, {"dna": 0.5}, stretch={"dna": 0.5})
    shifts = Shifts.of(named(genera, species), "dna", leaning)
    assert shifts.genus.tolist() == [0, 1, -3, 0, -5, 1]
    assert shifts.species.tolist() == [0, 1, -3, 0, 1, -6]
    assert shifts.scale is not None and shifts.scale.tolist() == [1.5, 1, 1, 1.5, 1, 1]
    expected = [leaning.between_genera(name, "dna") - (0.5 if name == "A x" else 0) for name in species]
    np.testing.assert_allclose(shifts.between, expected, atol=1e-7)


@pytest.mark.parametrize("kind", ["exact", "graph"])
def test_what_was_learned_of_genera_counts_for_their_barcodes(kind: str) -> None:
    """Each query has gains of its own, within a genus nothing changes, photo keys are left alone."""
    keys, queries, seen = rows(400, 1), rows(20, 2), rows(30, 3)
    genera = [f"G{row % 40}" for row in range(400)]
    species: list[str | None] = [f"{genus} s{row}" for row, genus in enumerate(genera)]
    kin = Kin("genus", tuple(f"G{row}" for row in range(30)), seen, 0.3)
    leaning = Leaning(frozenset(), within={"dna": 0.1}, kin=(kin,))
    shifts = Shifts.of(named(genera, species), "dna", leaning)
    gains = kin.gains(queries)
    plain, added_to = queries @ keys.T, gains[:, kin.columns(genera)]
    assert (added_to > 0).any(axis=1).all() and (added_to[:, 30:40] == 0).all()
    right = 0
    answers = leaned.search(index_of(kind, keys), queries, 5, shifts, gains=[gains])
    for number, (found, cosines, added) in enumerate(answers):
        right += (found == np.argsort(-(plain + added_to)[number])[:5]).sum()
        np.testing.assert_allclose(cosines, plain[number, found], atol=1e-5)
        np.testing.assert_allclose(added, added_to[number, found], atol=1e-5)
    assert right >= (100 if kind == "exact" else 85)
    assert Shifts.of(named(genera, species), "image", leaning).kin == ()


def test_what_is_not_allowed_stays_out() -> None:
    keys, allowed = rows(100, 1), np.arange(100) % 3 == 0
    names = [f"G s{row}" for row in range(100)]
    leaning = Leaning(frozenset(np.array(names)[allowed].tolist()), {"dna": 0.5}, {"dna": 0.9})
    shifts = Shifts.of(named(["G"] * 100, names), "dna", leaning)
    for found, *_ in leaned.search(ExactIndex(keys), rows(4, 2), 10, shifts, allowed):
        assert len(found) == 10 and allowed[found].all()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "query.png"
    draw_insect(SPECIES[0][4], seed=99).save(path)
    return path


def leaning_to(species: str, off: float) -> Leaning:
    both = {"dna": off, "image": off}
    return Leaning(frozenset({species}), both, {"dna": off})


def test_a_species_that_was_trained_on_gives_way(world: TinyWorld, photo: Path) -> None:
    model, library = ModelPack(world.model, "cpu"), Library(world.library)
    specimen = Specimen("q", "q", photo=photo)
    first = Identifier(model, library).identify_one(specimen, 3).hits[0].lineage.species
    assert first is not None
    model.leaning = leaning_to(first, 1.5)
    for restriction in (None, Restriction(library, countries=[], taxa=[])):
        hits = Identifier(model, library, restriction).identify_one(specimen, 3).hits
        assert hits[0].lineage.species != first
        assert all(
            (hit.shift < -0.5) == (hit.lineage.species == first)
            for hit in hits
            if hit.key_modality == "image"
        )
        assert all(-1.0001 <= hit.score <= 1.0001 for hit in hits), "shown scores are plain cosines"
    library.close()


def test_a_library_gives_the_isolation_of_its_photos(world: TinyWorld, photo: Path) -> None:
    model, library = ModelPack(world.model, "cpu"), Library(world.library)
    model.leaning = Leaning(frozenset(), crowding={"image": 0.5})
    answer = Identifier(model, library).identify_one(Specimen("q", "q", photo=photo), 50)
    photos = [hit for hit in answer.hits if hit.key_modality == "image"]
    isolation = np.array([hit.isolation for hit in photos], dtype=float)
    shift = np.array([hit.shift for hit in photos])
    assert len(photos) > 3 and np.ptp(isolation) > 0.01
    np.testing.assert_allclose(np.diff(shift), -0.5 * np.diff(isolation), atol=1e-4)
    library.close()


def test_the_manifest_carries_it_and_the_embedding_space_stays(world: TinyWorld, tmp_path: Path) -> None:
    manifest = ModelManifest.load(world.model)
    image = dataclasses.replace(manifest.encoders["image"], leaning=leaning_to("Noctua pronuba", 0.1))
    changed = dataclasses.replace(manifest, encoders={**manifest.encoders, "image": image})
    changed.save(tmp_path)
    read = ModelManifest.load(tmp_path)
    assert read.encoders["image"] == image and manifest.encoders["image"].leaning is None
    assert read.fingerprint == manifest.fingerprint, "libraries built before still fit"
