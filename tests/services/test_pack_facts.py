"""What is known of installed packs, checking them, and taking them away."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bioscan_desktop import paths
from bioscan_desktop.core.errors import ArgumentError, Cancelled, PackError
from bioscan_desktop.services import pack_facts, packs
from bioscan_desktop.services.pack_facts import PackFacts
from bioscan_desktop.services.tasks import CancelToken, Progress
from tests.conftest import TinyWorld


def facts(kind: str, name: str) -> PackFacts:
    return next(f for f in pack_facts.all_facts() if (f.kind, f.name) == (kind, name))


def test_facts_of_the_starter() -> None:
    library, model = facts("libraries", "starter"), facts("models", "starter")
    assert library.shipped and library.calibrated and library.model_there and not library.error
    assert library.size == sum(f.stat().st_size for f in library.folder.iterdir())
    assert library.counts["species"] > 1000 and "CC0" in library.licence
    assert library.card == library.folder / "LIBRARY_CARD.md"
    assert model.shipped and set(model.encoders) == {"image", "dna"} and model.calibrated is None
    kinds = [f.kind for f in pack_facts.all_facts()]
    assert kinds == sorted(kinds)


def test_an_installed_library_and_its_model(world: TinyWorld) -> None:
    packs.install("libraries", world.library)
    tiny = facts("libraries", "tiny")
    assert not tiny.shipped and tiny.calibrated is False and tiny.model == "tiny 1"
    assert not tiny.model_there
    packs.install("models", world.model)
    assert facts("libraries", "tiny").model_there
    assert facts("models", "tiny").counts == {"dimensions": 16}


def test_a_damaged_pack_says_so(world: TinyWorld) -> None:
    folder = packs.install("libraries", world.library)
    (folder / "manifest.json").write_text("{")
    assert "cannot be read" in facts("libraries", "tiny").error


def test_checking_tells_how_far_it_is(world: TinyWorld, tmp_path: Path) -> None:
    told: list[Progress] = []
    count = pack_facts.check("libraries", world.library, told.append)
    assert count == len(told) and told[0].total == count
    assert pack_facts.check("models", world.model) == 2
    copy = tmp_path / "copy"
    shutil.copytree(world.library, copy)
    (copy / "keys.dna.npy").write_bytes(b"changed")
    with pytest.raises(PackError, match="hash mismatch"):
        pack_facts.check("libraries", copy)
    shutil.copyfile(world.library / "keys.dna.npy", copy / "keys.dna.npy")
    (copy / "calibration.json").write_text("{", encoding="utf-8")
    with pytest.raises(PackError, match="calibration cannot be read"):
        pack_facts.check("libraries", copy)
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        pack_facts.check("libraries", world.library, cancel=token)


def test_removing(world: TinyWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = packs.install("libraries", world.library)
    with pytest.raises(ArgumentError, match="came with the program"):
        pack_facts.remove("libraries", "starter")
    for name in ("nothing", "../libraries/tiny", ""):
        with pytest.raises(ArgumentError, match="no installed library"):
            pack_facts.remove("libraries", name)

    def busy(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", busy)
        with pytest.raises(PackError, match="close what uses it"):
            pack_facts.remove("libraries", "tiny")
    assert (folder / "manifest.json").is_file()
    pack_facts.remove("libraries", "tiny")
    assert not folder.exists() and list((paths.data_dir() / "libraries").iterdir()) == []
