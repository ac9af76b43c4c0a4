"""Building a library pack, and what opening one refuses."""

from __future__ import annotations

import csv
import json
import math
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioscan_desktop.core.barcode import reverse_complement
from bioscan_desktop.core.calibration import Calibration
from bioscan_desktop.core.errors import ArgumentError, PackError
from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.index import graph_cache, hnsw
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.library import build as module
from bioscan_desktop.library.build import BuildOptions, BuildSummary, build_library, cluster_rows
from bioscan_desktop.library.edit import remove_records
from bioscan_desktop.library.importers.tables import Record, read_table
from bioscan_desktop.library.pack import Library, LibraryManifest
from bioscan_desktop.services import packs
from tests.conftest import DIM, TinyWorld, draw_insect, make_model, mutate, random_barcode

PRONUBA = ("Lepidoptera", "Noctuidae", "Noctua", "Noctua pronuba")
COMES = ("Lepidoptera", "Noctuidae", "Noctua", "Noctua comes")
A, B = random_barcode(1), random_barcode(2)


@pytest.fixture
def model(world: TinyWorld) -> ModelPack:
    return ModelPack(world.model, "cpu")


def write_table(path: Path, rows: list[tuple[str, ...]]) -> Iterator[Record]:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, delimiter="\t")
        writer.writerow("processid image_file nucleotides order family genus species bin_uri country".split())
        writer.writerows(rows)
    return read_table(path)


def dna(
    process: str, sequence: str, names: tuple[str, ...] = PRONUBA, bin_uri: str = "", country: str = ""
) -> tuple:
    return (process, "", sequence, *names, bin_uri, country)


def photo(process: str, file: str, names: tuple[str, ...] = PRONUBA) -> tuple:
    return (process, file, "", *names, "", "")


def built(
    tmp_path: Path, model: ModelPack, rows: list[tuple], **options: object
) -> tuple[BuildSummary, Library]:
    summary = build_library(
        write_table(tmp_path / "r.tsv", rows), model, tmp_path / "lib", BuildOptions("lib", **options)
    )
    return summary, Library(tmp_path / "lib", exact=True)


def dna_keys(library: Library) -> list:
    rows = library.records.by_row("dna", range(library.manifest.counts["dna_keys"]))
    return [rows[number] for number in sorted(rows)]


class TestBarcodes:
    def test_identical_barcodes_of_one_name_are_one_key(self, tmp_path: Path, model: ModelPack) -> None:
        rows = [dna(f"P{n}", A, bin_uri="BOLD:A", country="France") for n in range(7)]
        rows += [dna("Q1", A.lower(), country="Spain"), dna("Q2", reverse_complement(A)), dna("R", A, COMES)]
        summary, library = built(tmp_path, model, rows)
        assert summary.manifest.counts == {
            "dna_keys": 2,
            "image_keys": 0,
            "barcodes": 10,
            "photos": 0,
            "species": 2,
            "species_with_dna": 2,
            "species_with_photos": 0,
        }
        assert summary.skipped == []
        comes, pronuba = dna_keys(library)
        assert (comes.lineage.species, comes.n_records) == ("Noctua comes", 1)
        assert (pronuba.n_records, pronuba.processid, pronuba.process_ids) == (
            9,
            "P0",
            ("P0", "P1", "P2", "P3", "P4"),
        )
        assert (pronuba.bin_uri, pronuba.country) == ("BOLD:A", "France")
        library.close()

    def test_a_single_record_keeps_its_barcode(self, tmp_path: Path, model: ModelPack) -> None:
        _, library = built(tmp_path, model, [dna("P1", A)])
        assert [k.consensus for k in dna_keys(library)] == [A]
        library.close()

    def test_a_lone_record_shares_a_barcode_where_none_may_be_kept(
        self, tmp_path: Path, model: ModelPack
    ) -> None:
        other = mutate(A, 5, 3)
        rows = [dna("P1", A), dna("P2", other)]
        _, library = built(tmp_path, model, rows, cluster_similarity=1.0, embeddings_only=True)
        given = [k.consensus for k in dna_keys(library)]
        apart = sum(a != b for a, b in zip(A, other, strict=True))
        assert len(given) == 2 and all(
            barcode is not None and barcode.count("N") == apart for barcode in given
        )
        library.close()

    def test_a_barcode_of_a_single_record_is_not_kept(self, tmp_path: Path, model: ModelPack) -> None:
        rows = [dna("P1", A), dna("P2", B, COMES), dna("P3", B, COMES)]
        _, library = built(tmp_path, model, rows, embeddings_only=True)
        assert {k.lineage.species: k.consensus for k in dna_keys(library)} == {
            "Noctua pronuba": None,
            "Noctua comes": B,
        }
        database = (tmp_path / "lib" / "records.sqlite").read_bytes()
        assert A[:40].encode() not in database
        library.close()

    def test_a_specimen_with_several_rows_counts_once(self, tmp_path: Path, model: ModelPack) -> None:
        """A table with a row a photo repeats the barcode; another one has both reads of a specimen."""
        rows = [dna("P1", A, country="France")] * 3 + [
            dna("Q1", read, COMES, country="Spain") for read in (B, mutate(B, 1, 1))
        ]
        _, library = built(tmp_path, model, rows, embeddings_only=True, cluster_similarity=0.5)
        comes, pronuba = dna_keys(library)
        assert (pronuba.n_records, comes.n_records) == (1, 1)
        assert pronuba.consensus is None and comes.consensus is None
        assert library.records.countries() == [("France", 1), ("Spain", 1)]
        assert comes.process_ids == ("Q1",)
        library.close()

    def test_near_haplotypes_share_a_key_and_far_ones_do_not(self, tmp_path: Path, model: ModelPack) -> None:
        rows = [dna("P1", A), dna("P2", A), dna("P3", mutate(A, 1, 3)), dna("P4", B)]
        _, library = built(tmp_path, model, rows, cluster_similarity=0.95)
        near, far = sorted(dna_keys(library), key=lambda k: -k.n_records)
        assert (near.n_records, far.n_records) == (3, 1)
        assert near.consensus == A
        library.close()

    def test_a_similarity_of_one_keeps_every_haplotype(self, tmp_path: Path, model: ModelPack) -> None:
        rows = [dna("P1", A), dna("P2", A), dna("P3", mutate(A, 1, 3))]
        _, library = built(tmp_path, model, rows, cluster_similarity=1.0)
        assert [k.n_records for k in dna_keys(library)] == [2, 1]
        library.close()

    def test_names_never_share_a_key(self, tmp_path: Path, model: ModelPack) -> None:
        rows = [dna("P1", A), dna("P2", A, COMES), dna("P3", A, (*PRONUBA[:3], ""))]
        _, library = built(tmp_path, model, rows, cluster_similarity=0.5)
        assert {k.lineage for k in dna_keys(library)} == {
            Lineage(*PRONUBA), Lineage(*COMES), Lineage(*PRONUBA[:3]),
        }  # fmt: skip
        library.close()

    def test_keys_are_the_weighted_mean_of_their_haplotypes(self, tmp_path: Path, model: ModelPack) -> None:
        other = mutate(A, 1, 3)
        _, library = built(
            tmp_path, model, [dna(f"P{n}", A) for n in range(3)] + [dna("Q", other)], cluster_similarity=0.9
        )
        rows = model.embed_barcodes([A, other])
        mean = 3 * rows[0] + rows[1]
        assert float(library.keys("dna")[0] @ (mean / np.linalg.norm(mean))) > 0.9999
        library.close()


class TestSkipped:
    def test_rows_that_cannot_be_used_are_told_and_the_others_kept(
        self, tmp_path: Path, model: ModelPack
    ) -> None:
        images = tmp_path / "images"
        images.mkdir()
        draw_insect((150, 90, 40)).save(images / "good.png")
        (images / "text.jpg").write_text("no photo" * 50)
        rows = [
            dna("P1", A),
            dna("short", "ACGT" * 5),
            dna("protein", "MFSLIVWEFILPQ" * 20),
            dna("nameless", A, ("", "", "", "")),
            photo("P2", "good.png"),
            photo("P3", "text.jpg"),
            photo("P4", "gone.jpg"),
            ("nothing", "", "", *PRONUBA, "", ""),
        ]
        summary, library = built(tmp_path, model, rows, images=images)
        assert [name for name, _ in summary.skipped] == [
            "short", "protein", "nameless", "nothing", "text.jpg", "gone.jpg",
        ]  # fmt: skip
        assert all(sentence.endswith(".") for _, sentence in summary.skipped)
        assert summary.manifest.counts["dna_keys"] == summary.manifest.counts["image_keys"] == 1
        library.close()

    def test_sequences_of_other_markers_do_not_become_barcodes(
        self, tmp_path: Path, model: ModelPack
    ) -> None:
        """As in BOLD's data packages."""
        lines = ["processid\tnuc\tmarker_code\torder\tfamily\tgenus\tspecies"]
        lines += ["\t".join((name, text, marker, *PRONUBA)) for name, text, marker in
                  (("P1", A, "COI-5P"), ("P1", B, "28S"), ("P2", B, "CAD"))]  # fmt: skip
        (tmp_path / "bold.tsv").write_text("\n".join(lines))
        summary = build_library(
            read_table(tmp_path / "bold.tsv"), model, tmp_path / "lib", BuildOptions("lib")
        )
        assert summary.manifest.counts["dna_keys"] == summary.manifest.counts["barcodes"] == 1
        assert [sentence for _, sentence in summary.skipped] == [
            f"{name}: the sequence is of the marker {marker}; only COI barcodes can be compared."
            for name, marker in (("P1", "28S"), ("P2", "CAD"))
        ]

    def test_nothing_usable_is_one_sentence_with_the_first_problem(
        self, tmp_path: Path, model: ModelPack
    ) -> None:
        with pytest.raises(ArgumentError, match="only 20 bases"):
            built(tmp_path, model, [dna("short", "ACGT" * 5)])
        assert [p.name for p in tmp_path.iterdir()] == ["r.tsv"]


class TestPhotos:
    @pytest.fixture
    def images(self, tmp_path: Path) -> Path:
        folder = tmp_path / "images"
        folder.mkdir()
        for n in range(3):
            draw_insect((150, 90, 40 + 50 * n), seed=n).save(folder / f"{n}.png")
        return folder

    def test_each_photo_is_a_key(self, tmp_path: Path, model: ModelPack, images: Path) -> None:
        rows = [photo(f"P{n}", f"{n}.png") for n in range(3)]
        summary, library = built(tmp_path, model, rows, images=images)
        assert summary.manifest.counts["image_keys"] == summary.manifest.counts["photos"] == 3
        assert summary.manifest.images_root == str(images.resolve())
        keys = library.records.by_row("image", range(3))
        assert [keys[n].image_file for n in range(3)] == ["0.png", "1.png", "2.png"]
        assert library.modalities == ("image",)
        library.close()

    def test_a_table_of_windows(self, tmp_path: Path, model: ModelPack, images: Path) -> None:
        (images / "sub").mkdir()
        (images / "0.png").rename(images / "sub" / "0.png")
        _, library = built(tmp_path, model, [photo("P0", "sub\\0.png")], images=images)
        assert library.records.by_row("image", [0])[0].image_file == "sub/0.png"
        library.close()

    def test_embeddings_only_names_no_photo(self, tmp_path: Path, model: ModelPack, images: Path) -> None:
        rows = [photo(f"P{n}", f"{n}.png") for n in range(3)]
        summary, library = built(tmp_path, model, rows, images=images, embeddings_only=True)
        assert summary.manifest.images_root is None
        assert all(k.image_file is None for k in library.records.by_row("image", range(3)).values())
        for file in (tmp_path / "lib").iterdir():
            assert b".png" not in file.read_bytes()
        library.close()

    def test_without_a_folder_photos_are_left_alone(self, tmp_path: Path, model: ModelPack) -> None:
        summary, library = built(tmp_path, model, [dna("P1", A), photo("P2", "0.png")])
        assert summary.manifest.counts["image_keys"] == 0
        assert summary.skipped == []
        library.close()

    def test_ids_go_on_after_those_of_the_barcodes(
        self, tmp_path: Path, model: ModelPack, images: Path
    ) -> None:
        _, library = built(tmp_path, model, [dna("P1", A), photo("P2", "0.png")], images=images)
        hits = library.search("dna", model.embed_barcodes([A]), 5)[0]
        assert sorted((h.key_id, h.key_modality) for h in hits) == [(1, "dna"), (2, "image")]
        library.close()


class TestFolder:
    def test_an_existing_folder_is_refused(self, tmp_path: Path, model: ModelPack) -> None:
        (tmp_path / "lib").mkdir()
        with pytest.raises(ArgumentError, match="exists already"):
            built(tmp_path, model, [dna("P1", A)])

    @pytest.mark.parametrize(
        "failure",
        [OSError(28, "No space left on device"), sqlite3.OperationalError("database or disk is full")],
    )
    def test_a_full_disk_leaves_nothing_behind(
        self, tmp_path: Path, model: ModelPack, monkeypatch: pytest.MonkeyPatch, failure: Exception
    ) -> None:
        def fail(*_: object) -> None:
            raise failure

        monkeypatch.setattr(module, "create_tables", fail)
        with pytest.raises(PackError, match=r"cannot be written.*(space|full)"):
            built(tmp_path, model, [dna("P1", A)])
        assert [p.name for p in tmp_path.iterdir()] == ["r.tsv"]

    def test_a_bug_leaves_nothing_behind_either(
        self, tmp_path: Path, model: ModelPack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "cluster_rows", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            built(tmp_path, model, [dna("P1", A)])
        assert [p.name for p in tmp_path.iterdir()] == ["r.tsv"]

    def test_parents_are_made(self, tmp_path: Path, model: ModelPack) -> None:
        out = tmp_path / "Ünï 昆虫" / "deep" / "lib"
        build_library(write_table(tmp_path / "r.tsv", [dna("P1", A)]), model, out, BuildOptions("x"))
        assert [p.name for p in out.parent.iterdir()] == ["lib"]
        Library(out).close()

    def test_progress_reaches_the_end(self, tmp_path: Path, model: ModelPack) -> None:
        told: list[tuple[str, int, int | None]] = []
        build_library(
            write_table(tmp_path / "r.tsv", [dna("P1", A), dna("P2", B)]),
            model,
            tmp_path / "lib",
            BuildOptions("lib"),
            lambda *step: told.append(step),
        )
        assert ("reading records", 2, 2) in told
        assert ("embedding barcodes", 2, 2) in told

    def test_the_manifest_says_what_it_was_built_with(self, world: TinyWorld) -> None:
        manifest = LibraryManifest.load(world.library)
        manifest.verify(world.library)
        model = ModelPack(world.model, "cpu").manifest
        assert manifest.model == {"id": "tiny", "version": "1", "fingerprint": model.fingerprint}
        assert manifest.dim == DIM
        assert set(manifest.files) == {
            "records.sqlite",
            "keys.dna.npy",
            "keys.image.npy",
            "isolation.dna.npy",
            "isolation.image.npy",
        }

    def test_the_same_table_gives_the_same_library(
        self, tmp_path: Path, world: TinyWorld, model: ModelPack
    ) -> None:
        options = BuildOptions("tiny", title="Tiny library", images=world.images)
        build_library(read_table(world.records), model, tmp_path / "again", options)
        a, b = LibraryManifest.load(world.library), LibraryManifest.load(tmp_path / "again")
        assert a.counts == b.counts
        assert {n: h for n, h in a.files.items() if n.endswith("npy")} == {
            n: h for n, h in b.files.items() if n.endswith("npy")
        }


class TestClusters:
    @settings(deadline=None, max_examples=50)
    @given(st.integers(0, 40), st.integers(0, 999), st.floats(-1, 1))
    def test_every_row_is_in_one_cluster_near_its_centre(self, n: int, seed: int, similarity: float) -> None:
        rows = np.random.default_rng(seed).normal(size=(n, 3)).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        clusters = cluster_rows(rows, similarity)
        assert sorted(i for cluster in clusters for i in cluster) == list(range(n))
        for cluster in clusters:
            assert cluster == sorted(cluster)
            assert all(rows[cluster[0]] @ rows[i] >= similarity - 1e-5 for i in cluster[1:])
        centres = rows[[cluster[0] for cluster in clusters]]
        between = centres @ centres.T - 2 * np.eye(len(centres))
        assert not len(centres) or between.max() < similarity + 1e-5


@pytest.fixture
def pack(world: TinyWorld, tmp_path: Path) -> Path:
    """A copy of the tiny library that a test may damage."""
    return Path(shutil.copytree(world.library, tmp_path / "copy"))


class TestOpening:
    def test_another_model_is_refused(self, world: TinyWorld, tmp_path: Path) -> None:
        library = Library(world.library)
        library.check_model(ModelPack(world.model, "cpu").manifest)
        with pytest.raises(PackError, match="built with the model tiny 1"):
            library.check_model(make_model(tmp_path / "other", seed=8))
        with pytest.raises(PackError, match=rf"length {DIM + 8}.*length {DIM}"):
            library.check_model(make_model(tmp_path / "longer", dim=DIM + 8))
        library.close()

    def test_a_folder_that_is_none(self, tmp_path: Path, world: TinyWorld) -> None:
        with pytest.raises(PackError, match="no manifest"):
            Library(tmp_path)
        with pytest.raises(PackError, match="not a library pack"):
            Library(world.model)

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"format_version": "2.0"}, "newer"),
            ({"dim": None}, "damaged manifest"),
            ({"counts": {"dna_keys": "some"}}, "damaged manifest"),
            ({"model": 7}, "damaged manifest"),
            ({"id": ["x"]}, "damaged manifest"),
            ({"files": [1, 2]}, "damaged manifest"),
            ({"dim": float("inf")}, "damaged manifest"),
            ({"dim": 0}, "damaged manifest"),
            ({"counts": {"dna_keys": -1}}, "damaged manifest"),
            ({"calibrated": ["1"]}, "damaged manifest"),
            ({"calibrated": {"added": "some"}}, "damaged manifest"),
        ],
    )
    def test_damaged_manifests(self, pack: Path, change: dict[str, object], words: str) -> None:
        path = pack / "manifest.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
        with pytest.raises(PackError, match=words):
            Library(pack)

    def test_missing_records(self, pack: Path) -> None:
        (pack / "records.sqlite").unlink()
        with pytest.raises(PackError, match="lacks its file"):
            Library(pack)

    def test_records_of_another_library(self, pack: Path, world: TinyWorld) -> None:
        connection = sqlite3.connect(pack / "records.sqlite")
        connection.execute("DELETE FROM keys WHERE row > 1")
        connection.commit()
        connection.close()
        library = Library(pack)
        model = ModelPack(world.model, "cpu")
        with pytest.raises(PackError, match="do not belong together"):
            library.search("dna", model.embed_barcodes([A]), 50)
        library.close()

    def test_keys_of_another_length(self, pack: Path) -> None:
        np.save(pack / "keys.dna.npy", np.ones((3, DIM), np.float16))
        library = Library(pack)
        with pytest.raises(PackError, match="shape"):
            library.index("dna")
        library.close()

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "{",
            "[]",
            *(
                json.dumps({**Calibration().to_dict(), **part})
                for part in (
                    {"pairs": {"dna->dna": {"slope": None, "offset": 0.0}}},
                    {"thresholds": {"dna": {"species": math.nan}}},
                    {"unclear_views": None},
                    {"chances": {"dna": {"species": {"bias": "0"}}}},
                    {
                        "novelty": {
                            "dna->dna": {
                                "known": [None],
                                "unknown": [],
                                "alpha_known": 0.1,
                                "alpha_unknown": 0.1,
                            }
                        }
                    },
                )
            ),
            "null",
            '{"format_version": 99}',
            '{"format_version": 1, "pairs": [], "thresholds": {}, "novelty": {}}',
            '{"format_version": 1, "pairs": {}, "thresholds": {}, "novelty": {"dna->dna": {"known": [0.1], '
            '"unknown": [0.1], "alpha_known": 0.1, "alpha_unknown": 0.1, "weights": [1]}}}',
        ],
    )
    def test_a_damaged_calibration_is_not_used_and_said(self, pack: Path, text: str) -> None:
        (pack / "calibration.json").write_text(text)
        library = Library(pack)
        assert not library.calibration.fitted
        assert any("calibration" in notice for notice in library.notices)
        with pytest.raises(PackError, match=r"calibration cannot be read and is not used \("):
            library.manifest.verify(pack)
        library.close()

    def test_a_calibration_is_used(self, pack: Path) -> None:
        wanted = Calibration(thresholds={"dna": {"species": 0.5}}, fitted=True)
        (pack / "calibration.json").write_text(json.dumps(wanted.to_dict()))
        library = Library(pack)
        assert library.calibration == wanted
        assert library.notices == []
        library.manifest.verify(pack)
        library.close()


class TestSearching:
    def test_exact_and_hnsw_say_the_same(self, world: TinyWorld, tmp_path: Path) -> None:
        queries = ModelPack(world.model, "cpu").embed_barcodes(list(world.barcodes.values()))
        exact, graph = Library(world.library, exact=True), Library(world.library, tmp_path / "cache")
        assert not graph.has_graph("dna")
        assert [graph.prepare_index(modality) for modality in ("dna", "image")] == ["", ""]
        for a, b in zip(exact.search("dna", queries, 9), graph.search("dna", queries, 9), strict=True):
            np.testing.assert_allclose([h.score for h in a], [h.score for h in b], atol=1e-5)
            assert {h.lineage for h in a} == {h.lineage for h in b}
        assert (exact.index("dna").kind, graph.index("dna").kind) == ("exact", "hnsw")
        again = Library(world.library, tmp_path / "cache")
        assert again.index("dna").kind == "hnsw" and again.has_graph("dna")
        for library in (exact, graph, again):
            library.close()

    def test_the_stored_graph_of_another_content_is_not_used(
        self, pack: Path, world: TinyWorld, tmp_path: Path
    ) -> None:
        library = Library(pack, tmp_path / "cache")
        library.prepare_index("dna")
        library.close()
        remove_records(pack, ["Noctua comes"])
        library = Library(pack, tmp_path / "cache")
        assert library.index("dna").kind == "exact"
        assert library.has_graph("dna")
        assert library.notices == [
            "All 3 dna keys are compared one by one, since the graph that is stored for them belongs to "
            f"other keys than this library has; `bioscan library index {pack}` mends that."
        ]
        library.prepare_index("dna")
        assert (library.index("dna").kind, len(library.index("dna"))) == ("hnsw", 3)
        library.close()

    def test_a_graph_that_misses_too_much_is_not_said_to_be_mended_by_building_it(
        self, world: TinyWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for owner in (hnsw, graph_cache):
            monkeypatch.setattr(owner, "LEAST_RECALL", 1.01)
        library = Library(world.library, tmp_path / "cache")
        notice = library.prepare_index("dna")
        library.close()
        assert notice == (
            "Exact search is used: a graph would find only 100% of the nearest keys of this library."
        )
        library = Library(world.library, tmp_path / "cache")
        assert library.index("dna").kind == "exact"
        assert library.notices == [notice]
        library.close()

    def test_where_a_graph_would_pay_the_library_says_how(
        self, world: TinyWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bioscan_desktop.library.pack.crossover.pays", lambda n, dim, store: n == 12)
        library = Library(world.library, tmp_path / "cache")
        assert {library.index(m).kind for m in library.modalities} == {"exact"}
        assert library.notices == [
            f"All 12 image keys are compared one by one; `bioscan library index {world.library}` makes "
            "searching so many faster."
        ]
        library.close()

    def test_the_command_names_the_library_as_it_takes_it(
        self, world: TinyWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """By name what is installed, anything else by its folder."""
        monkeypatch.setattr("bioscan_desktop.library.pack.crossover.pays", lambda n, dim, store: n == 12)
        blank = Path(shutil.copytree(world.library, tmp_path / "my library"))
        for folder, called in ((packs.install("libraries", world.library), "tiny"), (blank, f'"{blank}"')):
            library = Library(folder, tmp_path / "cache")
            library.index("image")
            assert f"`bioscan library index {called}` makes" in library.notices[0]
            library.close()
            assert packs.find("libraries", called.strip('"')) == folder

    def test_the_cache_stays_in_its_folder_whatever_the_id(
        self, pack: Path, world: TinyWorld, tmp_path: Path
    ) -> None:
        path = pack / "manifest.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "id": "../../昆虫 x", "version": "1/2"}))
        library = Library(pack, tmp_path / "a" / "b" / "cache")
        library.prepare_index("dna")
        assert [p.name for p in (tmp_path / "a" / "b" / "cache").iterdir()] == ["..-..-昆虫-x-dna.hnsw"]
        library.close()

    @pytest.mark.parametrize(
        ("keys", "kinds"), [(None, {"dna", "image"}), (["dna"], {"dna"}), (["text"], set())]
    )
    def test_the_keys_asked_for(self, world: TinyWorld, keys: list[str] | None, kinds: set[str]) -> None:
        library = Library(world.library)
        hits = library.search("dna", ModelPack(world.model, "cpu").embed_barcodes([A]), 50, keys)[0]
        assert {h.key_modality for h in hits} == kinds
        assert all(h.query_modality == "dna" for h in hits)
        library.close()

    def test_a_library_without_any_barcode_has_no_orientation(self, tmp_path: Path, model: ModelPack) -> None:
        _, library = built(tmp_path, model, [dna("P1", A)], embeddings_only=True)
        assert library.orientation is None and not library.is_coi and library.aligned is None
        library.close()
