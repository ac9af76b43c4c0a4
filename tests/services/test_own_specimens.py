"""The user's own specimens: into a copy of what came with the program, or in place."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bioscan_desktop import paths
from bioscan_desktop.core.errors import ArgumentError, Cancelled
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.library.pack import Library, LibraryManifest
from bioscan_desktop.services import own_specimens, packs
from bioscan_desktop.services.identify import Identifier
from bioscan_desktop.services.specimens import from_sequence
from bioscan_desktop.services.tasks import CancelToken
from tests.conftest import TinyWorld, draw_insect, random_barcode


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A species that the tiny library lacks, by barcode and by photo."""
    (tmp_path / "photos").mkdir()
    draw_insect((20, 80, 160), seed=5).save(tmp_path / "photos" / "a.png")
    path = tmp_path / "own.tsv"
    names = "Lepidoptera\tLycaenidae\tMaculinea\tMaculinea arion"
    path.write_text(
        "processid\timage_file\tnucleotides\torder\tfamily\tgenus\tspecies\n"
        f"OWN1\t\t{random_barcode(40)}\t{names}\nOWN1\ta.png\t\t{names}\n",
        encoding="utf-8",
    )
    return path


@pytest.fixture
def opened(world: TinyWorld, tmp_path: Path) -> Iterator[Identifier]:
    """A library of the user's own, opened."""
    shutil.copytree(world.library, tmp_path / "mine")
    library = Library(tmp_path / "mine")
    yield Identifier(ModelPack(world.model, "cpu"), library)
    library.close()


def named(folder: Path, model: ModelPack, seed: int) -> str | None:
    library = Library(folder)
    try:
        result = Identifier(model, library).identify_one(from_sequence(random_barcode(seed)))
        return result.hits[0].lineage.species
    finally:
        library.close()


def test_a_library_of_the_user_is_changed_in_place(opened: Identifier, table: Path) -> None:
    before = opened.library.manifest
    told: list[str] = []
    added = own_specimens.add_specimens(
        opened, table, table.parent / "photos", lambda progress: told.append(progress.label)
    )
    assert not added.copied and added.folder == opened.library.folder and told
    assert added.change.added_keys == 2
    after = LibraryManifest.load(added.folder)
    assert after.id == before.id and after.version != before.version
    packs.verify("libraries", added.folder)
    assert named(added.folder, opened.model, 40) == "Maculinea arion"


def test_what_came_with_the_program_is_copied(
    opened: Identifier, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "resources_dir", lambda: opened.library.folder.parent)
    added = own_specimens.add_specimens(opened, table, None)
    assert added.copied and added.folder == paths.data_dir() / "libraries" / "mine-own"
    manifest = LibraryManifest.load(added.folder)
    assert (manifest.id, manifest.title) == ("mine-own", "Tiny library + own specimens")
    assert named(added.folder, opened.model, 40) == "Maculinea arion"
    assert named(opened.library.folder, opened.model, 40) != "Maculinea arion"
    assert own_specimens.target_of(opened.library.folder) == added.folder.with_name("mine-own-2")
    assert "mine-own" in [entry.name for entry in packs.installed("libraries")]


def test_nothing_is_changed_by_what_cannot_be_used(opened: Identifier, table: Path, tmp_path: Path) -> None:
    before = (opened.library.folder / "manifest.json").read_bytes()
    with pytest.raises(ArgumentError, match="There is no folder"):
        own_specimens.add_specimens(opened, table, tmp_path / "nowhere")
    with pytest.raises(ArgumentError):
        own_specimens.add_specimens(opened, tmp_path / "nothing.tsv", None)
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        own_specimens.add_specimens(opened, table, None, cancel=token)
    assert (opened.library.folder / "manifest.json").read_bytes() == before
    left = [p.name for p in opened.library.folder.parent.iterdir() if "adding" in p.name]
    assert not left
