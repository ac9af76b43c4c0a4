"""A library gets another calibration at one moment, with its hash in the manifest."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bioscan_desktop.core.calibration import DEFAULT, Calibration
from bioscan_desktop.core.errors import PackError
from bioscan_desktop.library.draft import Draft, lock
from bioscan_desktop.library.edit import remove_records
from bioscan_desktop.library.exporting import export_library
from bioscan_desktop.library.pack import Library, LibraryManifest
from bioscan_desktop.library.recalibrating import store_calibration
from bioscan_desktop.services import pack_facts, packs
from tests.conftest import TinyWorld

ROOT = Path(__file__).resolve().parents[2]
OLD = Calibration(thresholds={"dna": {"species": 0.5}}, fitted=True)
NEW = Calibration(thresholds={"dna": {"species": 0.4}}, fitted=True)


@pytest.fixture
def pack(world: TinyWorld, tmp_path: Path) -> Path:
    return Path(shutil.copytree(world.library, tmp_path / "pack"))


def store(pack: Path, calibration: Calibration) -> LibraryManifest:
    return store_calibration(pack, calibration, LibraryManifest.load(pack))


def opened(pack: Path) -> tuple[Calibration, list[str]]:
    library = Library(pack)
    library.close()
    return library.calibration, library.notices


def test_the_manifest_has_its_hash(pack: Path) -> None:
    for calibration in (OLD, NEW):
        manifest = store(pack, calibration)
        assert LibraryManifest.load(pack) == manifest and "calibration.json" in manifest.files
        manifest.verify(pack)
        assert opened(pack) == (calibration, [])
        names = {path.name for path in pack.iterdir()}
        assert names == {*manifest.files, "manifest.json", ".lock"}


def test_another_one_in_its_place_is_found(pack: Path) -> None:
    store(pack, OLD)
    (pack / "calibration.json").write_text(json.dumps(NEW.to_dict()))
    for check in (LibraryManifest.load(pack).verify, lambda folder: pack_facts.check("libraries", folder)):
        with pytest.raises(PackError, match=r"calibration\.json is damaged or was changed"):
            check(pack)
    assert opened(pack) == (
        DEFAULT,
        [
            "The library's calibration is not the one that its manifest lists and is not used; calibrate the "
            "library again or install it again."
        ],
    )
    (pack / "calibration.json").unlink()
    calibration, notices = opened(pack)
    assert calibration == DEFAULT and len(notices) == 1 and "cannot be read" in notices[0]
    store(pack, NEW)
    assert opened(pack) == (NEW, [])


def test_a_pack_that_does_not_list_it_opens_and_lists_it_with_the_next_change(
    pack: Path, tmp_path: Path
) -> None:
    (pack / "calibration.json").write_text(json.dumps(OLD.to_dict()))
    LibraryManifest.load(pack).verify(pack)
    assert opened(pack) == (OLD, [])
    export_library(pack, tmp_path / "pack.zip")
    with zipfile.ZipFile(tmp_path / "pack.zip") as archive:
        assert "calibration.json" in json.loads(archive.read("manifest.json"))["files"]
        assert sorted(archive.namelist()) == sorted(set(archive.namelist()))
    installed = packs.install("libraries", tmp_path / "pack.zip")
    assert opened(installed) == (OLD, [])
    remove_records(pack, ["Noctua comes"], tmp_path / "copy")
    remove_records(pack, ["Noctua comes"])
    for folder in (pack, tmp_path / "copy"):
        manifest = LibraryManifest.load(folder)
        assert "calibration.json" in manifest.files
        manifest.verify(folder)


def test_files_that_answers_come_from_need_a_hash(pack: Path) -> None:
    manifest = LibraryManifest.load(pack)
    for name in ("records.sqlite", "keys.dna.npy", "keys.image.npy"):
        sha256 = manifest.files.pop(name)
        manifest.save(pack)
        for check in (manifest.verify, lambda folder: pack_facts.check("libraries", folder)):
            with pytest.raises(PackError, match=f"has no hash of {name}; install the pack again"):
                check(pack)
        manifest.files[name] = sha256
    manifest.save(pack)
    manifest.verify(pack)


@pytest.mark.skipif(os.name == "nt", reason="kill -9 is POSIX")
@pytest.mark.parametrize(
    ("step", "calibration"),
    [("written", OLD), ("first manifest", OLD), ("plain file", NEW), ("second manifest", NEW), ("tidy", NEW)],
)
def test_a_kill_leaves_the_old_calibration_or_the_new(
    pack: Path, step: str, calibration: Calibration
) -> None:
    store(pack, OLD)
    (pack / "new.json").write_text(json.dumps(NEW.to_dict()))
    code = f"""
import json, os, signal
from pathlib import Path
from bioscan_desktop.core.calibration import Calibration
from bioscan_desktop.library import draft, pack
from bioscan_desktop.library.recalibrating import store_calibration
def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)
step, saved, save = {step!r}, [], pack.LibraryManifest.save
def save_or_die(self, folder):
    saved.append(1)
    if step == ("first manifest", "second manifest")[len(saved) - 1]: die()
    save(self, folder)
pack.LibraryManifest.save = save_or_die
if step == "written": draft.Draft.commit = die
if step == "plain file": draft.shutil.copyfile = die
if step == "tidy": draft.Draft._tidy = die
folder = Path({str(pack)!r})
new = Calibration.from_dict(json.loads((folder / "new.json").read_text()))
store_calibration(folder, new, pack.LibraryManifest.load(folder))
"""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=env, cwd=ROOT)
    assert done.returncode == -signal.SIGKILL
    (pack / "new.json").unlink()
    LibraryManifest.load(pack).verify(pack)
    assert opened(pack) == (calibration, [])
    manifest = store(pack, NEW)  # and nothing stays locked or left over
    assert opened(pack) == (NEW, [])
    assert {path.name for path in pack.iterdir()} == {*manifest.files, "manifest.json", ".lock"}


def test_what_cannot_have_its_own_name_keeps_the_other(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a program has the old file open, on Windows."""
    store(pack, OLD)
    replace = Path.replace

    def busy(self: Path, target: Path) -> Path:
        if Path(target).name == "calibration.json":
            raise PermissionError(13, "Permission denied")
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", busy)
        manifest = store(pack, NEW)
    assert manifest.stored_as["calibration.json"] != "calibration.json"
    LibraryManifest.load(pack).verify(pack)
    assert opened(pack) == (NEW, [])
    assert store(pack, OLD).stored_as == {} and opened(pack) == (OLD, [])


def test_one_that_was_fitted_on_another_state_is_refused(pack: Path) -> None:
    before = LibraryManifest.load(pack)
    remove_records(pack, ["Noctua comes"])
    with pytest.raises(PackError, match="was changed by another program meanwhile"):
        store_calibration(pack, NEW, before)
    with lock(pack), pytest.raises(PackError, match="Another program is just changing"):
        store(pack, NEW)
    assert opened(pack) == (DEFAULT, [])


def test_a_change_that_is_none_lists_the_calibration_of_an_old_pack(pack: Path) -> None:
    """The command that gives a shipped library the hash: `Draft.commit` of what is there."""
    (pack / "calibration.json").write_text(json.dumps(OLD.to_dict()))
    before = LibraryManifest.load(pack)
    with Draft(pack) as draft:
        draft.commit(draft.manifest)
    after = LibraryManifest.load(pack)
    assert set(after.files) - set(before.files) == {"calibration.json"}
    after.verify(pack)
