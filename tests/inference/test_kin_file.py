"""The file of what a photo encoder learned of genera and families."""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pytest

from bioscan_desktop.core.errors import PackError
from bioscan_desktop.core.kin import Kin
from bioscan_desktop.core.leaning import Leaning
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.inference.kin_file import read_kin, write_kin
from bioscan_desktop.inference.manifest import KinCard, ModelManifest, sha256_of
from tests.conftest import TinyWorld

SHARES = {"genus": 0.5, "family": 1.0}


def unit(n: int, dim: int = 8) -> np.ndarray:
    x = np.random.default_rng(n).normal(size=(n, dim)).astype(np.float32)
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def written(path: Path) -> tuple[Kin, ...]:
    species = ("Noctua comes", "Noctua pronuba", "Agrotis puta")
    genera = Kin("genus", ("Noctua", "Noctua", "Agrotis"), unit(3), 0.5, species)
    kin = (genera, Kin("family", ("N",), unit(1), 1.0))
    write_kin(path, kin)
    return kin


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "kin.npz"
    for before, after in zip(written(path), read_kin(path, SHARES, 8), strict=True):
        assert (before.rank, before.names, before.share) == (after.rank, after.names, after.share)
        assert before.species == after.species
        np.testing.assert_allclose(before.rows, after.rows, atol=1e-3)
        np.testing.assert_allclose(np.linalg.norm(after.rows, axis=1), 1, atol=1e-6)
    assert [kin.rank for kin in read_kin(path, {"family": 1.0}, 8)] == ["family"]


def arrays(**changed: object) -> dict[str, object]:
    whole: dict[str, object] = {"genus.names": np.array(["A"]), "genus.rows": unit(1).astype(np.float16)}
    return whole | {"genus.species": np.array(["A x"])} | changed


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (arrays(**{"genus.rows": unit(2)}), "does not belong"),
        (arrays(**{"genus.rows": unit(1, 4)}), "does not belong"),
        (arrays(**{"genus.rows": np.array([["x"] * 8])}), "does not belong"),
        (arrays(**{"genus.names": np.array([7])}), "does not belong"),
        (arrays(**{"genus.species": np.array(["A x", "A y"])}), "does not belong"),
        (arrays(**{"genus.rows": np.full((1, 8), np.nan)}), "no directions"),
        (arrays(**{"genus.rows": np.zeros((1, 8))}), "no directions"),
        ({"genus.names": np.array(["A"])}, "cannot be read"),
        ({"genus.names": np.array([None]), "genus.rows": unit(1)}, "cannot be read"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, values: dict[str, np.ndarray], words: str) -> None:
    np.savez(tmp_path / "kin.npz", **values)  # type: ignore[arg-type]
    with pytest.raises(PackError, match=words):
        read_kin(tmp_path / "kin.npz", {"genus": 0.5}, 8)


def test_missing_and_broken_files(tmp_path: Path) -> None:
    path = tmp_path / "kin.npz"
    with pytest.raises(PackError, match="No such file"):
        read_kin(path, SHARES, 8)
    written(path)
    for damaged in (b"", b"no archive", path.read_bytes()[:200]):
        path.write_bytes(damaged)
        with pytest.raises(PackError, match="cannot be read"):
            read_kin(path, SHARES, 8)


def test_a_damaged_byte_is_told_wherever_it_is(tmp_path: Path) -> None:
    path = tmp_path / "kin.npz"
    written(path)
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x0F]) + whole[place + 1 :])
        with contextlib.suppress(PackError):  # a few bytes mean nothing, such as those of the time
            read_kin(path, SHARES, 8)


def test_a_model_carries_it(world: TinyWorld, tmp_path: Path) -> None:
    folder = shutil.copytree(world.model, tmp_path / "model")
    manifest = ModelManifest.load(folder)
    kin = (Kin("genus", ("Noctua", "Agrotis"), unit(2, manifest.dim), 0.5),)
    write_kin(folder / "kin.npz", kin)
    image = dataclasses.replace(
        manifest.encoders["image"],
        leaning=Leaning(frozenset({"Noctua pronuba"}), {"dna": 0.1}),
        kin=KinCard("kin.npz", sha256_of(folder / "kin.npz"), {"genus": 0.5}),
    )
    changed = dataclasses.replace(manifest, encoders={**manifest.encoders, "image": image})
    changed.save(folder)
    read = ModelManifest.load(folder)
    assert read.encoders["image"] == image and "kin.npz" in read.files()
    assert read.fingerprint == manifest.fingerprint, "libraries built before still fit"
    leaning = ModelPack(folder, "cpu").leaning
    assert leaning is not None and leaning.kin[0].names == ("Noctua", "Agrotis")
    read.verify(folder)
    (folder / "kin.npz").write_bytes(b"other")
    with pytest.raises(PackError):
        read.verify(folder)


@pytest.mark.parametrize("share", [-0.1, float("nan"), "much", None])
def test_shares_of_another_kind_are_refused(world: TinyWorld, tmp_path: Path, share: object) -> None:
    folder = shutil.copytree(world.model, tmp_path / "model")
    manifest = ModelManifest.load(folder)
    card = KinCard("kin.npz", "0" * 64, {"genus": share})  # type: ignore[dict-item]
    image = dataclasses.replace(manifest.encoders["image"], kin=card)
    dataclasses.replace(manifest, encoders={**manifest.encoders, "image": image}).save(folder)
    with pytest.raises(PackError, match="damaged manifest"):
        ModelManifest.load(folder)
