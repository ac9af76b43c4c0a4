"""Adding to, removing from and merging libraries: contents, identity of what stays, and kills."""

from __future__ import annotations

import csv
import dataclasses
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bioscan_desktop.core.calibration import Calibration
from bioscan_desktop.core.errors import ArgumentError, PackError
from bioscan_desktop.index.isolation import isolations
from bioscan_desktop.index.keys import KeyFile
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.library import draft as draft_module
from bioscan_desktop.library import growing, shrinking
from bioscan_desktop.library.build import BuildOptions, build_library
from bioscan_desktop.library.calibrated import TOLERATED_CHANGE
from bioscan_desktop.library.changing import stored_keys
from bioscan_desktop.library.draft import Draft, lock, next_version
from bioscan_desktop.library.edit import add_records, merge_libraries, remove_records
from bioscan_desktop.library.importers.tables import Record, read_table
from bioscan_desktop.library.pack import Library, LibraryManifest
from bioscan_desktop.library.recalibrating import store_calibration
from bioscan_desktop.library.records import KeyRecord, RecordStore
from tests.conftest import SPECIES, TinyWorld, draw_insect, make_model, mutate, random_barcode

ROOT = Path(__file__).resolve().parents[2]
PRONUBA, COMES, RAPAE, BALTEATUS = (names[:4] for names in SPECIES)
NEW = ("Diptera", "Muscidae", "Musca", "Musca domestica")


@pytest.fixture
def model(world: TinyWorld) -> ModelPack:
    return ModelPack(world.model, "cpu")


@pytest.fixture
def pack(world: TinyWorld, tmp_path: Path) -> Path:
    """A copy of the tiny library: a key for each of 4 species' barcodes, and 12 photos."""
    return Path(shutil.copytree(world.library, tmp_path / "pack"))


def records(path: Path, rows: list[tuple[str, ...]]) -> list[Record]:
    """Rows of processid, image_file, nucleotides, names, country."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, delimiter="\t")
        writer.writerow("processid image_file nucleotides order family genus species country".split())
        writer.writerows(rows)
    return list(read_table(path))


def new_barcodes(path: Path, count: int = 2) -> list[Record]:
    """Records of a species that the tiny library lacks."""
    return records(path, [(f"NEW{n}", "", random_barcode(77), *NEW, "Chad") for n in range(count)])


def keys_of(folder: Path, modality: str) -> list[KeyRecord]:
    manifest = LibraryManifest.load(folder)
    store = RecordStore(manifest.path(folder, "records.sqlite"))
    found = list(store.every(modality))
    store.close()
    return found


def rows_of(folder: Path, modality: str) -> np.ndarray:
    """As they lie on disk."""
    return np.array(stored_keys(folder, LibraryManifest.load(folder), modality).raw)


def check(folder: Path) -> LibraryManifest:
    """The library is whole: hashes, row numbers, counts and isolations fit its keys."""
    manifest = LibraryManifest.load(folder)
    manifest.verify(folder)
    library = Library(folder, exact=True)
    for modality in library.modalities:
        rows = library.keys(modality)
        found = list(library.records.every(modality))
        assert [key.row for key in found] == list(range(len(rows)))
        column = np.load(manifest.path(folder, f"isolation.{modality}.npy"))
        names = np.array([key.lineage.species or f"\0{key.row}" for key in found])
        np.testing.assert_allclose(column.astype(np.float32), isolations(rows, names), atol=2e-3)
    library.close()
    return manifest


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != ".lock"}


class TestAdd:
    def test_a_new_species_is_found_and_nothing_else_moves(
        self, pack: Path, model: ModelPack, tmp_path: Path
    ) -> None:
        before = {m: rows_of(pack, m) for m in ("dna", "image")}
        change = add_records(pack, new_barcodes(tmp_path / "n.tsv"), model)
        assert (change.added_keys, change.joined, change.known, change.skipped) == (1, 0, 0, [])
        manifest = check(pack)
        assert (manifest.id, manifest.version) == ("tiny", "2")
        assert manifest.counts["species"] == 5
        np.testing.assert_array_equal(rows_of(pack, "dna")[:-1], before["dna"])
        np.testing.assert_array_equal(rows_of(pack, "image"), before["image"])
        library = Library(pack)
        hit = library.search("dna", model.embed_barcodes([random_barcode(77)]), 1, ["dna"])[0][0]
        assert (hit.lineage.species, hit.n_records, hit.country) == ("Musca domestica", 2, "Chad")
        assert hit.consensus == random_barcode(77)
        library.close()

    def test_what_is_there_is_never_embedded_again(
        self, pack: Path, world: TinyWorld, model: ModelPack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        embedded: list[str] = []
        embed = model.embed_barcodes

        def counting(barcodes: list[str]) -> np.ndarray:
            embedded.extend(barcodes)
            return embed(barcodes)

        monkeypatch.setattr(model, "embed_barcodes", counting)
        monkeypatch.setattr(model, "embed_images", lambda _: 1 / 0)
        everything = [*read_table(world.records), *new_barcodes(tmp_path / "n.tsv")]
        change = add_records(pack, everything, model, images=world.images)
        assert embedded == [random_barcode(77)]
        assert (change.added_keys, change.known) == (1, 24)
        check(pack)

    def test_nothing_new_changes_nothing(self, pack: Path, world: TinyWorld, model: ModelPack) -> None:
        before = snapshot(pack)
        with pytest.raises(ArgumentError, match="All 24 usable records are in the library tiny already"):
            add_records(pack, read_table(world.records), model, images=world.images)
        assert snapshot(pack) == before

    def test_near_haplotypes_of_a_name_join_its_key(
        self, pack: Path, model: ModelPack, tmp_path: Path
    ) -> None:
        old = next(key for key in keys_of(pack, "dna") if key.lineage.species == PRONUBA[3])
        near = mutate(random_barcode(0), 1, 9)
        change = add_records(
            pack,
            records(
                tmp_path / "n.tsv",
                [("N1", "", near, *PRONUBA, "Chad"), ("N2", "", random_barcode(0), *COMES, "Chad")],
            ),
            model,
        )
        assert (change.added_keys, change.joined) == (1, 1)
        check(pack)
        found = {key.key_id: key for key in keys_of(pack, "dna")}
        assert found[old.key_id].n_records == old.n_records + 1
        assert found[old.key_id].consensus == old.consensus
        assert found[old.key_id].country == "France"
        assert len(found) == 5  # the same barcode under another name never joins
        again = add_records(pack, [*new_barcodes(tmp_path / "m.tsv"), *read_table(tmp_path / "n.tsv")], model)
        assert (again.known, again.added_keys, again.manifest.version) == (2, 1, "3")
        check(pack)

    def test_photos_of_another_folder_are_named_in_full(
        self, pack: Path, world: TinyWorld, model: ModelPack, tmp_path: Path
    ) -> None:
        images = tmp_path / "more"
        images.mkdir()
        draw_insect((9, 200, 9), seed=5).save(images / "fly.png")
        rows = records(
            tmp_path / "n.tsv", [("F1", "fly.png", "", *NEW, ""), ("F2", "gone.png", "", *NEW, "")]
        )
        change = add_records(pack, rows, model, images=images)
        assert [name for name, _ in change.skipped] == ["gone.png"]
        assert keys_of(pack, "image")[-1].image_file == str(images / "fly.png")
        assert LibraryManifest.load(pack).images_root == str(world.images.resolve())
        with pytest.raises(ArgumentError, match="already"):
            add_records(pack, rows[:1], model, images=images)

    def test_a_copy_leaves_the_library_as_it_is(self, pack: Path, model: ModelPack, tmp_path: Path) -> None:
        (pack / "LIBRARY_CARD.md").write_text("card")
        before = snapshot(pack)
        add_records(pack, new_barcodes(tmp_path / "n.tsv"), model, tmp_path / "copy", version="2026.1")
        assert snapshot(pack) == before
        manifest = check(tmp_path / "copy")
        assert (manifest.id, manifest.version, manifest.stored_as) == ("copy", "2026.1", {})
        assert (tmp_path / "copy" / "LIBRARY_CARD.md").read_text() == "card"
        with pytest.raises(ArgumentError, match="exists already"):
            add_records(pack, [], model, tmp_path / "copy")

    def test_a_library_without_single_barcodes_stays_so(
        self, pack: Path, model: ModelPack, tmp_path: Path
    ) -> None:
        manifest = LibraryManifest.load(pack)
        dataclasses.replace(manifest, provenance={"embeddings_only": True}).save(pack)
        add_records(pack, new_barcodes(tmp_path / "n.tsv", 1), model)
        assert keys_of(pack, "dna")[-1].consensus is None

    def test_another_model_is_refused(self, pack: Path, tmp_path: Path) -> None:
        make_model(tmp_path / "other", seed=9)
        with pytest.raises(PackError, match="cannot be joined"):
            add_records(pack, new_barcodes(tmp_path / "n.tsv"), ModelPack(tmp_path / "other", "cpu"))

    def test_a_library_of_format_1_0_is_changed_too(
        self, pack: Path, world: TinyWorld, model: ModelPack, tmp_path: Path
    ) -> None:
        make_old(pack)
        change = add_records(
            pack, [*read_table(world.records), *new_barcodes(tmp_path / "n.tsv")], model, images=world.images
        )
        assert (change.known, change.added_keys) == (24, 1)
        store = RecordStore(change.manifest.path(pack, "records.sqlite"))
        assert store.has_specimens
        assert dict(store.countries()) == {"France": 24, "Chad": 2}
        store.close()


def make_old(pack: Path) -> None:
    """Takes away what format 1.0 did not have."""
    connection = sqlite3.connect(pack / "records.sqlite")
    connection.executescript("DROP TABLE specimens; DROP TABLE places;")
    connection.close()
    manifest = LibraryManifest.load(pack)
    digest = draft_module.sha256_of(pack / "records.sqlite")
    dataclasses.replace(manifest, files={**manifest.files, "records.sqlite": digest}).save(pack)


class TestRemove:
    def test_a_taxon_goes_and_the_others_stay(self, pack: Path) -> None:
        before = {(k.modality, k.key_id): k for m in ("dna", "image") for k in keys_of(pack, m)}
        rows = {m: rows_of(pack, m) for m in ("dna", "image")}
        change = remove_records(pack, ["noctua COMES", "gone"])
        assert (change.removed_keys, change.reduced) == (4, 0)
        assert change.skipped == [("gone", "gone is not in the library.")]
        assert check(pack).counts["species"] == 3
        for modality in ("dna", "image"):
            new = rows_of(pack, modality)
            for key in keys_of(pack, modality):
                old = before[modality, key.key_id]
                np.testing.assert_array_equal(new[key.row], rows[modality][old.row])
                assert dataclasses.replace(key, row=old.row) == old

    @pytest.mark.parametrize("name", ["Diptera", "Syrphidae", "Episyrphus", "Episyrphus balteatus"])
    def test_any_rank(self, pack: Path, name: str) -> None:
        assert remove_records(pack, [name]).removed_keys == 4
        assert check(pack).counts["species"] == 3

    def test_a_bin(self, pack: Path) -> None:
        assert remove_records(pack, ["BOLD:TST0002"]).manifest.counts["species_with_dna"] == 3

    @pytest.mark.parametrize("single", [True, False])
    def test_specimens_count_out_of_their_keys(self, pack: Path, single: bool) -> None:
        manifest = LibraryManifest.load(pack)
        assert manifest.provenance["embeddings_only"] is False
        dataclasses.replace(manifest, provenance={"embeddings_only": not single}).save(pack)
        change = remove_records(pack, ["TINY000-26"])  # one of three barcodes, and one photo
        assert (change.removed_keys, change.reduced) == (1, 1)
        key = keys_of(pack, "dna")
        pronuba = next(k for k in key if k.lineage.species == PRONUBA[3])
        assert (pronuba.n_records, pronuba.process_ids) == (2, ("TINY001-26", "TINY002-26"))
        assert pronuba.consensus is not None
        remove_records(pack, ["TINY001-26"])
        pronuba = next(k for k in keys_of(pack, "dna") if k.lineage.species == PRONUBA[3])
        assert pronuba.n_records == 1
        assert (pronuba.consensus is not None) is single  # only if a single record's may be kept
        remove_records(pack, ["TINY002-26"])
        assert PRONUBA[3] not in {k.lineage.species for k in keys_of(pack, "dna")}
        assert check(pack).version == "4"

    def test_a_whole_modality(self, pack: Path, model: ModelPack, tmp_path: Path) -> None:
        add_records(pack, new_barcodes(tmp_path / "n.tsv"), model)
        remove_records(pack, ["Noctuidae", "Pieridae", "Syrphidae"], version="x")
        manifest = check(pack)
        assert (manifest.counts["dna_keys"], manifest.counts["image_keys"], manifest.version) == (1, 0, "x")
        assert not [name for name in (*manifest.files, *manifest.stored_as) if "image" in name]

    @pytest.mark.parametrize(
        ("names", "words"),
        [(["gone"], "has nothing of gone"), (["Lepidoptera", "Diptera"], "leave nothing")],
    )
    def test_nothing_or_everything_is_refused(self, pack: Path, names: list[str], words: str) -> None:
        before = snapshot(pack)
        with pytest.raises(ArgumentError, match=words):
            remove_records(pack, names)
        assert snapshot(pack) == before

    def test_removing_what_was_added_gives_the_same_keys(
        self, pack: Path, model: ModelPack, tmp_path: Path
    ) -> None:
        before = {m: rows_of(pack, m) for m in ("dna", "image")}
        listed = {m: keys_of(pack, m) for m in ("dna", "image")}
        add_records(pack, new_barcodes(tmp_path / "n.tsv"), model)
        remove_records(pack, [NEW[3]])
        for modality, rows in before.items():
            np.testing.assert_array_equal(rows_of(pack, modality), rows)
            assert keys_of(pack, modality) == listed[modality]


class TestMerge:
    def test_halves_make_the_whole(self, world: TinyWorld, tmp_path: Path) -> None:
        a, b = tmp_path / "a", tmp_path / "b"
        remove_records(world.library, ["Diptera"], a)
        remove_records(world.library, ["Noctuidae"], b)
        change = merge_libraries([a, b], tmp_path / "both")
        assert (change.added_keys, change.known, change.joined) == (4, 4, 0)
        manifest = check(tmp_path / "both")
        assert manifest.counts == LibraryManifest.load(world.library).counts
        assert (manifest.id, manifest.version) == ("both", "3")
        for modality in ("dna", "image"):
            names = [k.lineage.species for k in keys_of(tmp_path / "both", modality)]
            rows, expected = rows_of(tmp_path / "both", modality), rows_of(world.library, modality)
            order = [k.lineage.species for k in keys_of(world.library, modality)]
            for species in set(names):
                mine = rows[[n == species for n in names]]
                np.testing.assert_array_equal(mine, expected[[n == species for n in order]])

    def test_a_library_with_itself_is_itself(self, world: TinyWorld, tmp_path: Path) -> None:
        change = merge_libraries([world.library] * 3, tmp_path / "same")
        assert (change.added_keys, change.known) == (0, 32)
        assert check(tmp_path / "same").counts == LibraryManifest.load(world.library).counts

    def test_specimens_that_both_have_count_once(
        self, world: TinyWorld, model: ModelPack, tmp_path: Path
    ) -> None:
        rows = [(f"TINY0{n:02d}-26", "", random_barcode(0), *PRONUBA, "Spain") for n in (0, 1, 7, 8)]
        build_library(records(tmp_path / "n.tsv", rows), model, tmp_path / "b", BuildOptions("b"))
        merge_libraries([world.library, tmp_path / "b"], tmp_path / "both")
        pronuba = next(k for k in keys_of(tmp_path / "both", "dna") if k.lineage.species == PRONUBA[3])
        assert pronuba.n_records == 5

    def test_what_takes_in_single_barcodes_no_longer_says_that_it_holds_none(
        self, world: TinyWorld, model: ModelPack, tmp_path: Path
    ) -> None:
        folders = [tmp_path / "a", tmp_path / "b"]
        for number, folder in enumerate(folders):
            rows = [(f"N{number}", "", random_barcode(70 + number), *NEW, "Chad")]
            options = BuildOptions(folder.name, embeddings_only=True)
            build_library(records(tmp_path / "n.tsv", rows), model, folder, options)
        merge_libraries(folders, tmp_path / "bare")
        assert check(tmp_path / "bare").provenance["embeddings_only"] is True
        merge_libraries([tmp_path / "bare", world.library], tmp_path / "mixed")
        assert "embeddings_only" not in check(tmp_path / "mixed").provenance
        merge_libraries([world.library, tmp_path / "bare"], tmp_path / "named")
        assert check(tmp_path / "named").provenance["embeddings_only"] is False

    def test_others_are_refused(self, world: TinyWorld, tmp_path: Path) -> None:
        make_model(tmp_path / "other", seed=9)
        other = ModelPack(tmp_path / "other", "cpu")
        build_library(new_barcodes(tmp_path / "n.tsv"), other, tmp_path / "lib", BuildOptions("foreign"))
        with pytest.raises(PackError, match="the library foreign belongs to another"):
            merge_libraries([world.library, tmp_path / "lib"], tmp_path / "both")
        with pytest.raises(ArgumentError, match="two libraries"):
            merge_libraries([world.library], tmp_path / "both")
        assert not (tmp_path / "both").exists()


class TestCalibration:
    @pytest.fixture
    def calibrated(self, pack: Path) -> Path:
        calibration = Calibration(fitted=True, short=Calibration(fitted=True))
        (pack / "calibration.json").write_text(json.dumps(calibration.to_dict()))
        return pack

    def test_a_large_change_is_said_and_answers_are_not_calibrated(self, calibrated: Path) -> None:
        remove_records(calibrated, ["Noctua comes"])
        library = Library(calibrated)
        assert not library.calibration.fitted
        assert library.calibration.short is not None and not library.calibration.short.fitted
        assert library.notices == [
            "The library's calibration was fitted on its version 1; since then 0 keys were added and "
            "4 removed, so answers count as not calibrated until it is calibrated again."
        ]
        library.close()

    def test_a_small_change_is_only_said(self, calibrated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bioscan_desktop.library.calibrated.TOLERATED_CHANGE", 5 / 16)
        for name, counts in (("Noctua comes", True), ("Pieris rapae", False)):
            remove_records(calibrated, [name])
            library = Library(calibrated)
            assert library.calibration.fitted is counts
            assert len(library.notices) == 1
            library.close()
        assert TOLERATED_CHANGE == 0.01

    def test_a_new_calibration_counts_again(self, calibrated: Path) -> None:
        remove_records(calibrated, ["Noctua comes"])
        fresh = Calibration(thresholds={"dna": {"species": 0.4}}, fitted=True)
        store_calibration(calibrated, fresh, LibraryManifest.load(calibrated))
        library = Library(calibrated)
        assert (library.calibration, library.notices) == (fresh, [])
        library.close()


class TestManyKeys:
    def test_isolations_are_found_anew_where_keeping_them_true_would_take_long(
        self, pack: Path, model: ModelPack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def no_comparing(*_: object) -> None:
            raise AssertionError("too many pairs")

        for module in (growing, shrinking):
            monkeypatch.setattr(module, "MOST_PAIRS", 0)
            monkeypatch.setattr(module, "nearest_others", no_comparing)
        add_records(pack, new_barcodes(tmp_path / "n.tsv"), model)
        check(pack)
        remove_records(pack, ["Noctua comes"])
        check(pack)

    def test_many_keys_are_removed_without_reading_them(
        self, pack: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        take, read = KeyFile.take, []

        def watched(self: KeyFile, numbers: np.ndarray) -> np.ndarray:
            read.append(self.path.name)
            return take(self, numbers)

        monkeypatch.setattr(shrinking, "MOST_PAIRS", 0)
        monkeypatch.setattr(KeyFile, "take", watched)
        remove_records(pack, ["Noctuidae"])
        assert read and "keys.dna.npy" not in read and "keys.image.npy" not in read


class TestSafety:
    @pytest.mark.parametrize("step", ["records.sqlite", "keys", "isolation", "manifest", "tidy"])
    @pytest.mark.skipif(os.name == "nt", reason="kill -9 is POSIX")
    def test_a_kill_leaves_the_old_library_or_the_new(self, pack: Path, step: str) -> None:
        """Killed for real, as far into the change as each step."""
        before = snapshot(pack)
        code = f"""
import os, signal
from pathlib import Path
from bioscan_desktop.library import changing, draft, edit, pack, shrinking
def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)
step = {step!r}
if step == "records.sqlite": shrinking._delete = die
if step == "keys": shrinking.KeyWriter.close = die
if step == "isolation": shrinking.finish = die
if step == "manifest": pack.LibraryManifest.save = die
if step == "tidy": draft.Draft._tidy = die
edit.remove_records(Path({str(pack)!r}), ["Noctua comes"])
"""
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run([sys.executable, "-c", code], env=env, cwd=ROOT)
        assert done.returncode == -signal.SIGKILL
        manifest = check(pack)
        assert manifest.counts["species"] == (3 if step == "tidy" else 4)
        if step != "tidy":
            assert {name: data for name, data in snapshot(pack).items() if name in before} == before
            remove_records(pack, ["Noctua comes"])  # and nothing stays locked or left over
        else:
            remove_records(pack, ["Pieris rapae"])
        manifest = check(pack)
        expected = {*manifest.files, "manifest.json", ".lock"}
        assert {path.name for path in pack.iterdir()} == expected

    def test_a_full_disk_changes_nothing(self, pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        before = snapshot(pack)

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("bioscan_desktop.library.shrinking.KeyWriter.write", full)
        with pytest.raises(PackError, match=r"cannot be written to .* \(No space"):
            remove_records(pack, ["Noctua comes"])
        assert snapshot(pack) == before

    def test_two_programs_do_not_change_it_at_once(self, pack: Path) -> None:
        with lock(pack), pytest.raises(PackError, match="Another program is just changing"):
            remove_records(pack, ["Noctua comes"])
        remove_records(pack, ["Noctua comes"])

    def test_a_copy_of_what_is_just_changing_is_refused(self, pack: Path, tmp_path: Path) -> None:
        with Draft(pack, tmp_path / "copy") as draft:
            manifest = draft.manifest
            remove_records(pack, ["Noctua comes"])
            with pytest.raises(PackError, match="changed by another program"):
                draft.commit(manifest)
        assert not (tmp_path / "copy").exists()

    def test_an_open_library_goes_on(self, pack: Path, world: TinyWorld, model: ModelPack) -> None:
        library = Library(pack)
        library.index("dna")
        remove_records(pack, ["Noctua comes"])
        hits = library.search("dna", model.embed_barcodes([world.barcodes["Noctua comes"]]), 1, ["dna"])
        assert hits[0][0].lineage.species == "Noctua comes"
        library.close()


@pytest.mark.parametrize(
    ("version", "after"),
    [("1", "2"), ("1.0.9", "1.0.10"), ("2024a", "2024a.1"), ("v9", "v10"), ("", ".1")],
)
def test_versions_go_on(version: str, after: str) -> None:
    assert next_version(version) == after
