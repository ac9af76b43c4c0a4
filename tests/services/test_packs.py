"""Finding, checking and installing packs."""

from __future__ import annotations

import errno
import json
import os
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from bioscan_desktop import paths
from bioscan_desktop.core.errors import ArgumentError, BioscanError, PackError
from bioscan_desktop.library.draft import lock
from bioscan_desktop.library.pack import LibraryManifest
from bioscan_desktop.services import packs, selftest
from tests.conftest import TinyWorld, make_model


@pytest.fixture
def resources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty `resources` folder in place of the shipped one."""
    folder = tmp_path / "resources"
    folder.mkdir()
    monkeypatch.setattr(paths, "resources_dir", lambda: folder)
    return folder


def zipped(folder: Path, target: Path, inside: str = "") -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for path in folder.iterdir():
            archive.write(path, f"{inside}{path.name}")
    return target


class TestInstall:
    @pytest.mark.parametrize("kind", ["models", "libraries"])
    def test_from_a_folder(self, world: TinyWorld, kind: str) -> None:
        source = world.model if kind == "models" else world.library
        folder = packs.install(kind, source)
        assert folder == paths.data_dir() / kind / "tiny"
        assert {p.name for p in folder.iterdir()} == {p.name for p in source.iterdir()}
        assert packs.find(kind, "tiny") == folder
        packs.verify(kind, folder)
        assert [p.name for p in folder.parent.iterdir()] == ["tiny"]

    @pytest.mark.parametrize("inside", ["", "tiny-1.0/"])
    def test_from_a_zip(self, world: TinyWorld, tmp_path: Path, inside: str) -> None:
        archive = zipped(world.library, tmp_path / "Ünï pack.zip", inside)
        folder = packs.install("libraries", archive)
        packs.verify("libraries", folder)
        assert archive.is_file()

    def test_from_a_zip_of_a_mac(self, world: TinyWorld, tmp_path: Path) -> None:
        archive = zipped(world.library, tmp_path / "pack.zip", "tiny/")
        with zipfile.ZipFile(archive, "a") as opened:
            opened.writestr("__MACOSX/tiny/._manifest.json", b"\x00\x05\x16\x07")
        assert packs.kind_of(archive) == "libraries"
        packs.verify("libraries", packs.install("libraries", archive))

    def test_a_full_disk_is_one_sentence(self, world: TinyWorld, monkeypatch: pytest.MonkeyPatch) -> None:
        """Copying a folder reports all its files in one error."""

        def full(source: str, target: str, **_: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), source, None, target)

        copytree = shutil.copytree
        monkeypatch.setattr(shutil, "copytree", lambda a, b: copytree(a, b, copy_function=full))
        with pytest.raises(PackError) as caught:
            packs.install("models", world.model)
        assert caught.value.message == "The pack cannot be installed (No space left on device)."

    def test_again_replaces(self, world: TinyWorld) -> None:
        first = packs.install("models", world.model)
        (first / "left over").touch()
        assert packs.install("models", world.model) == first
        assert not (first / "left over").exists()

    @pytest.mark.parametrize(
        "name",
        [
            "../evil.txt",
            "a/../../evil.txt",
            "/evil.txt",
            "..\\evil.txt",
            "C:\\evil.txt",
            "C:evil.txt",
            "\\evil",
        ],
    )
    def test_a_zip_that_reaches_outside_is_refused(self, world: TinyWorld, tmp_path: Path, name: str) -> None:
        archive = zipped(world.model, tmp_path / "pack.zip")
        with zipfile.ZipFile(archive, "a") as opened:
            opened.writestr(name, "evil")
        with pytest.raises(PackError, match="outside of itself"):
            packs.install("models", archive)
        assert not list(tmp_path.rglob("evil*"))
        assert list((paths.data_dir() / "models").iterdir()) == []

    def test_a_manifest_that_reaches_outside_is_refused(self, world: TinyWorld, tmp_path: Path) -> None:
        copy = Path(shutil.copytree(world.library, tmp_path / "pack"))
        values = json.loads((copy / "manifest.json").read_text())
        values["files"]["../secret"] = "0" * 64
        (copy / "manifest.json").write_text(json.dumps(values))
        with pytest.raises(PackError, match="outside of itself"):
            packs.install("libraries", copy)

    @pytest.mark.parametrize("damage", ["changed", "missing"])
    @pytest.mark.parametrize("from_zip", [False, True])
    def test_a_damaged_pack_is_refused_and_the_old_one_kept(
        self, world: TinyWorld, tmp_path: Path, damage: str, from_zip: bool
    ) -> None:
        old = packs.install("models", world.model)
        copy = Path(shutil.copytree(world.model, tmp_path / "pack"))
        if damage == "changed":
            (copy / "dna.onnx").write_bytes((copy / "dna.onnx").read_bytes() + b"\0")
        else:
            (copy / "dna.onnx").unlink()
        with pytest.raises(PackError, match=r"hash mismatch|lacks its file"):
            packs.install("models", zipped(copy, tmp_path / "p.zip") if from_zip else copy)
        packs.verify("models", old)
        assert [p.name for p in old.parent.iterdir()] == ["tiny"]

    def test_damaged_zips_are_one_sentence(self, world: TinyWorld, tmp_path: Path) -> None:
        good = zipped(world.library, tmp_path / "good.zip").read_bytes()
        for number, data in enumerate(
            [
                b"",
                b"no zip",
                good[: len(good) // 2],
                good[:200] + bytes(300) + good[500:],
                good[:30] + b"\xff" * 4 + good[34:],
            ]
        ):
            archive = tmp_path / f"{number}.zip"
            archive.write_bytes(data)
            with pytest.raises(PackError) as caught:
                packs.install("libraries", archive)
            assert caught.value.message.endswith(".")
            assert "\n" not in caught.value.message

    def test_what_a_killed_program_has_left_is_thrown_away(self, world: TinyWorld) -> None:
        root = paths.data_dir() / "models"
        busy, killed = root / ".installing-1", root / ".installing-2"
        for folder in (busy, killed):
            folder.mkdir(parents=True)
            (folder / ".lock").touch()
        with lock(busy):
            packs.install("models", world.model)
            assert busy.is_dir() and not killed.exists()
        packs.install("models", world.model)
        assert [p.name for p in root.iterdir()] == ["tiny"]

    def test_ids_that_give_one_folder_do_not_replace_each_other(
        self, world: TinyWorld, tmp_path: Path
    ) -> None:
        for name, identifier in (("one", "a b"), ("two", "a/b")):
            shutil.copytree(world.library, tmp_path / name)
            replace(LibraryManifest.load(world.library), id=identifier).save(tmp_path / name)
        target = packs.install("libraries", tmp_path / "one")
        with pytest.raises(PackError, match="would replace another one, 'a b'"):
            packs.install("libraries", tmp_path / "two")
        assert packs.install("libraries", tmp_path / "one") == target
        assert LibraryManifest.load(target).id == "a b"

    def test_a_damaged_zip_that_was_packed_with_lzma(self, world: TinyWorld, tmp_path: Path) -> None:
        archive = tmp_path / "p.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_LZMA) as opened:
            opened.write(world.library / "manifest.json", "manifest.json")
        data = bytearray(archive.read_bytes())
        data[60:160] = b"\xff" * 100
        archive.write_bytes(data)
        with pytest.raises(PackError, match="damaged or encrypted"):
            packs.install("libraries", archive)
        with pytest.raises(PackError, match="holds neither"):
            packs.kind_of(archive)

    def test_a_zip_that_would_fill_the_disk_is_not_unpacked(
        self, world: TinyWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("manifest.json", bytes(5_000_000))
        usage = shutil.disk_usage(tmp_path)._replace(free=4_000_000)
        monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
        with pytest.raises(PackError, match=r"too little room .* 5 MB are needed, 4 MB are free"):
            packs.install("libraries", tmp_path / "bomb.zip")

    def test_an_empty_zip(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "empty.zip", "w"):
            pass
        with pytest.raises(PackError):
            packs.install("models", tmp_path / "empty.zip")

    def test_a_pack_of_the_other_kind_is_refused(self, world: TinyWorld) -> None:
        with pytest.raises(PackError, match="not a model pack"):
            packs.install("models", world.library)

    def test_a_missing_source(self, tmp_path: Path) -> None:
        with pytest.raises(BioscanError):
            packs.install("models", tmp_path / "gone.zip")

    def test_the_name_of_the_starter_is_taken(self, world: TinyWorld, tmp_path: Path) -> None:
        copy = Path(shutil.copytree(world.model, tmp_path / "pack"))
        values = {**json.loads((copy / "manifest.json").read_text()), "id": "starter"}
        (copy / "manifest.json").write_text(json.dumps(values))
        with pytest.raises(PackError, match="comes with the program"):
            packs.install("models", copy)

    @pytest.mark.parametrize(
        ("identifier", "folder"),
        [("a/b", "a-b"), ("..", None), ("昆虫 1.0", "昆虫-1.0"), ("../../x", "x"), ("", None)],
    )
    def test_the_folder_is_a_safe_name(
        self, world: TinyWorld, tmp_path: Path, identifier: str, folder: str | None
    ) -> None:
        copy = Path(shutil.copytree(world.model, tmp_path / "pack"))
        values = {**json.loads((copy / "manifest.json").read_text()), "id": identifier}
        (copy / "manifest.json").write_text(json.dumps(values))
        if folder is None:
            with pytest.raises(PackError, match="unusable id"):
                packs.install("models", copy)
        else:
            installed = packs.install("models", copy)
            assert installed.parent == paths.data_dir() / "models"
            assert installed.name == folder


class TestFind:
    def test_by_path_by_name_and_shipped(self, world: TinyWorld, resources: Path) -> None:
        assert packs.find("models", str(world.model)) == world.model
        shutil.copytree(world.model, resources / "models" / "starter")
        assert packs.find("models", "starter") == resources / "models" / "starter"

    @pytest.mark.parametrize("name", ["gone", "../tiny", "/gone/too", "x" * 300, "~nobody-here/x"])
    def test_what_is_not_there_names_what_is(self, world: TinyWorld, resources: Path, name: str) -> None:
        packs.install("libraries", world.library)
        with pytest.raises(ArgumentError, match=r"no library pack .*installed are: tiny\."):
            packs.find("libraries", name)

    def test_none_installed(self, resources: Path) -> None:
        with pytest.raises(ArgumentError, match="installed are: none"):
            packs.open_model("starter")

    def test_the_users_pack_goes_before_the_shipped_one(self, world: TinyWorld, resources: Path) -> None:
        shutil.copytree(world.model, resources / "models" / "tiny")
        own = paths.data_dir() / "models" / "tiny"
        shutil.copytree(world.model, own)
        assert packs.find("models", "tiny") == own
        assert [e.folder for e in packs.installed("models")] == [own]

    def test_unusable_packs_are_listed_with_their_error(self, world: TinyWorld, resources: Path) -> None:
        packs.install("libraries", world.library)
        broken = paths.data_dir() / "libraries" / "broken"
        broken.mkdir()
        (broken / "manifest.json").write_text("{")
        (paths.data_dir() / "libraries" / "no pack").mkdir()
        found = {e.name: e for e in packs.installed("libraries")}
        assert set(found) == {"tiny", "broken"}
        assert (found["tiny"].title, found["tiny"].version, found["tiny"].error) == ("Tiny library", "1", "")
        assert "cannot be read" in found["broken"].error

    def test_what_killed_programs_have_left_is_no_pack(self, world: TinyWorld, resources: Path) -> None:
        root = packs.install("libraries", world.library).parent
        for name in (".removed-tiny", ".tiny-own.changing-7"):
            shutil.copytree(root / "tiny", root / name)
        assert [entry.name for entry in packs.installed("libraries")] == ["tiny"]

    def test_a_folder_of_the_same_name_here_hides_no_pack(
        self, world: TinyWorld, resources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "here" / "tiny").mkdir(parents=True)
        monkeypatch.chdir(tmp_path / "here")
        assert packs.find("models", "tiny") == Path("tiny")  # its own sentence says what it lacks
        installed = packs.install("models", world.model)
        assert packs.find("models", "tiny") == installed
        shutil.copytree(world.model, "tiny", dirs_exist_ok=True)
        assert packs.find("models", "tiny") == Path("tiny")

    def test_the_model_of_a_library(self, world: TinyWorld, resources: Path, tmp_path: Path) -> None:
        library = packs.open_library(str(world.library))
        with pytest.raises(PackError, match="needs the model tiny 1"):
            packs.model_for(library)
        make_model(tmp_path / "other", seed=8)
        packs.install("models", tmp_path / "other")  # of the same name, with other weights
        with pytest.raises(PackError, match="not installed"):
            packs.model_for(library)
        packs.install("models", world.model)
        assert packs.model_for(library, "cpu").manifest.fingerprint == library.manifest.model["fingerprint"]
        library.close()

    def test_graphs_are_cached_in_the_users_folder(self, world: TinyWorld, own_home: Path) -> None:
        library = packs.open_library(str(world.library))
        before = {p.name for p in world.library.iterdir()}
        library.prepare_index("dna")
        assert [p.parent for p in own_home.rglob("*.hnsw")] == [paths.cache_dir() / "indexes"]
        assert {p.name for p in world.library.iterdir()} == before
        library.close()


class TestSelfTest:
    @pytest.fixture
    def shipped(self, world: TinyWorld, resources: Path) -> Path:
        shutil.copytree(world.model, resources / "models" / "starter")
        shutil.copytree(world.library, resources / "libraries" / "starter")
        return resources

    def test_all_is_well(self, shipped: Path) -> None:
        sentence = selftest.run()
        assert sentence.startswith("All is well: Tiny library, Tiny model, CPU")

    def test_a_changed_file_is_found(self, shipped: Path) -> None:
        path = shipped / "libraries" / "starter" / "keys.image.npy"
        path.write_bytes(path.read_bytes() + b"\0")
        with pytest.raises(PackError, match="hash mismatch"):
            selftest.run()

    def test_without_packs(self, resources: Path) -> None:
        with pytest.raises(BioscanError):
            selftest.run()


class TestKind:
    def test_of_folders_and_zip_files(self, world: TinyWorld, tmp_path: Path) -> None:
        assert packs.kind_of(world.model) == "models" and packs.kind_of(world.library) == "libraries"
        assert packs.kind_of(zipped(world.library, tmp_path / "a.zip", "tiny/")) == "libraries"
        assert packs.kind_of(zipped(world.model, tmp_path / "b.zip")) == "models"
        assert packs.kind_of(world.model.parent / "model") == "models"

    @pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"no zip at all"])
    def test_of_what_is_none(self, tmp_path: Path, data: bytes) -> None:
        path = tmp_path / "x.zip"
        path.write_bytes(data)
        with pytest.raises(PackError, match="neither a model pack nor a library pack"):
            packs.kind_of(path)
        with pytest.raises(PackError, match="neither"):
            packs.kind_of(tmp_path)


def test_the_old_pack_stays_if_the_new_one_cannot_take_its_place(
    world: TinyWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = packs.install("libraries", world.library)
    replace = Path.replace

    def fail(self: Path, target: Path) -> Path:
        if target == folder and self.name != "old":
            raise OSError(5, "Input/output error")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(PackError, match="cannot be installed"):
        packs.install("libraries", world.library)
    packs.verify("libraries", folder)
