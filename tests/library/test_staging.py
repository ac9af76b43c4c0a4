"""Builds that are stopped and go on, and builds from embeddings."""

from __future__ import annotations

import csv
import gc
import gzip
import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bioscan_desktop.core.errors import ArgumentError, PackError
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.library import reading, staging
from bioscan_desktop.library.build import BuildOptions, build_library
from bioscan_desktop.library.embedded import Embedded
from bioscan_desktop.library.importers.tables import Record, read_table
from bioscan_desktop.library.pack import Library, LibraryManifest
from bioscan_desktop.library.records import RecordStore
from bioscan_desktop.library.staging import Staging, discard
from tests.conftest import SPECIES, TinyWorld, random_barcode

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def model(world: TinyWorld) -> ModelPack:
    return ModelPack(world.model, "cpu")


def content(folder: Path) -> tuple[dict[str, bytes], list]:
    """Everything that a library says, its records in order."""
    manifest = LibraryManifest.load(folder)
    manifest.verify(folder)
    store = RecordStore(folder / "records.sqlite")
    records = [r for m in ("dna", "image") for r in store.every(m)]
    records += [store.origins([r.key_id]) for r in records]
    store.close()
    return {n: (folder / n).read_bytes() for n in manifest.files if n.endswith("npy")}, records


class TestGoingOn:
    @pytest.mark.skipif(os.name == "nt", reason="kill -9 is POSIX")
    @pytest.mark.parametrize("step", ["reading", "barcodes", "photos", "writing"])
    def test_a_killed_build_ends_as_an_undisturbed_one(
        self, step: str, world: TinyWorld, model: ModelPack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        code = f"""
import os, signal
from pathlib import Path
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.library import build, reading, staging
from bioscan_desktop.library.importers.tables import read_table
def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)
reading.STORED_EVERY, staging.SHARD, build.BATCH = 5, 2, 2
step = {step!r}
def report(what, done, total):
    if (what, done) in {{"reading": [("reading records", 15)], "barcodes": [("embedding barcodes", 4)],
                        "photos": [("embedding photos", 8)]}}.get(step, []): die()
if step == "writing": build.count_records = die
build.build_library(read_table(Path({str(world.records)!r})), ModelPack(Path({str(world.model)!r}), "cpu"),
    Path({str(tmp_path / "lib")!r}), build.BuildOptions("tiny", title="Tiny library",
    images=Path({str(world.images)!r})), report, "records")
"""
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run([sys.executable, "-c", code], env=env, cwd=ROOT)
        assert done.returncode == -signal.SIGKILL
        assert [p.name for p in tmp_path.iterdir()] == [".lib.building"]
        monkeypatch.setattr(staging, "SHARD", 2)
        monkeypatch.setattr(reading, "STORED_EVERY", 5)
        embedded: list[int] = []
        for name in ("embed_barcodes", "embed_images"):
            embed = getattr(model, name)
            monkeypatch.setattr(model, name, lambda x, f=embed: (embedded.append(len(x)), f(x))[1])
        told: list[tuple[str, int, int | None]] = []
        options = BuildOptions("tiny", title="Tiny library", images=world.images)
        build_library(
            read_table(world.records), model, tmp_path / "lib", options, lambda *s: told.append(s), "records"
        )
        assert content(tmp_path / "lib") == content(world.library)
        assert [p.name for p in tmp_path.iterdir()] == ["lib"]
        # 7 haplotypes and 12 photos in shards of two: what was complete is not embedded again.
        assert sum(embedded) == {"reading": 19, "barcodes": 17, "photos": 6, "writing": 0}[step]
        assert (("reading records", 5, None) in told) is False

    def test_another_build_is_refused_until_told_to_begin_anew(
        self, world: TinyWorld, model: ModelPack, tmp_path: Path
    ) -> None:
        def stopped(*_: object) -> None:
            raise KeyboardInterrupt

        out = tmp_path / "lib"
        with pytest.raises(KeyboardInterrupt):
            build_library(read_table(world.records), model, out, BuildOptions("a"), stopped, "one")
        with pytest.raises(PackError, match="build of lib with another source was stopped"):
            build_library(read_table(world.records), model, out, BuildOptions("a"), None, "two")
        with pytest.raises(PackError, match="another options"):
            options = BuildOptions("a", cluster_similarity=0.5)
            build_library(read_table(world.records), model, out, options, None, "one")
        discard(out)
        build_library(read_table(world.records), model, out, BuildOptions("a"), None, "two")
        assert [p.name for p in tmp_path.iterdir()] == ["lib"]

    def test_two_builds_at_once_are_refused(self, world: TinyWorld, model: ModelPack, tmp_path: Path) -> None:
        with (
            Staging(tmp_path / "lib", {"model": 1}),
            pytest.raises(PackError, match="Another program is just changing"),
        ):
            build_library(read_table(world.records), model, tmp_path / "lib", BuildOptions("a"), None, "x")

    def test_a_full_disk_keeps_what_there_is_and_says_so(
        self, world: TinyWorld, model: ModelPack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        out = tmp_path / "lib"
        with monkeypatch.context() as patch:
            patch.setattr("bioscan_desktop.library.build.create_tables", full)
            with pytest.raises(PackError, match=r"No space left on device\); the same command goes on"):
                build_library(read_table(world.records), model, out, BuildOptions("a"), None, "one")
        monkeypatch.setattr(model, "embed_barcodes", lambda _: 1 / 0)
        build_library(read_table(world.records), model, out, BuildOptions("a"), None, "one")

    def test_nothing_usable_leaves_nothing(self, model: ModelPack, tmp_path: Path) -> None:
        with pytest.raises(ArgumentError, match="None of the records"):
            build_library([], model, tmp_path / "lib", BuildOptions("a"), None, "one")
        assert list(tmp_path.iterdir()) == []


def test_a_name_with_very_many_haplotypes_is_clustered_in_parts(
    world: TinyWorld, model: ModelPack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_TOGETHER", 4)
    path = tmp_path / "r.tsv"
    rows = [f"P{n}\t{random_barcode(n)}\tDiptera\tBOLD:{'AB'[n % 2]}" for n in range(11)]
    path.write_text("\n".join(["processid\tnucleotides\torder\tbin_uri", *rows]) + "\n")
    build_library(read_table(path), model, tmp_path / "lib", BuildOptions("a", cluster_similarity=0.99))
    library = Library(tmp_path / "lib")
    assert library.manifest.counts["dna_keys"] == library.manifest.counts["barcodes"] == 11
    found = library.search("dna", model.embed_barcodes([random_barcode(n) for n in range(11)]), 1)
    assert [hits[0].processid for hits in found] == [f"P{n}" for n in range(11)]
    library.close()


def test_no_more_haplotypes_than_are_clustered_at_once_are_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In parts by the BIN that most of their records have; of two BINs the first that was read."""
    monkeypatch.setattr(reading, "MOST_TOGETHER", 6)
    bins = {"A": "ADGJMPS", "B": "BEHKN", "": "CFILORUXVWYZQT"}
    own = {name: named for named, names in bins.items() for name in names}
    with Staging(tmp_path / "lib", None) as stage:
        run = stage.connection.execute
        for number, name in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ", start=1):
            run(
                'INSERT INTO haplotypes (id, "order", family, genus, species, sequence, n_records) '
                "VALUES (?, 'Diptera', '', '', '', ?, 1)",
                [number, name],
            )
            # Twice its own BIN, once another; or each once, its own first; or none.
            for named in {"A": "ZAA", "B": "BZ", "": " "}[own[name]]:
                run("INSERT INTO members VALUES (?, NULL, NULL, ?)", [number, named.strip()])
        run("INSERT INTO haplotypes VALUES (90, 'Acari', '', '', '', 'few', 1, NULL, NULL)")
        stage.store(0, done=True)
        found, alive = [], []
        for group in reading.haplotype_groups(stage):
            found.append("".join(haplotype.sequence for _, haplotype in group))
            assert [place for place, _ in group] == sorted(place for place, _ in group)
            alive.append(sum(type(thing) is reading.Haplotype for thing in gc.get_objects()))
            del group
        assert found == ["few", "CFILOQ", "RTUVWX", "YZ", "ADGJMP", "S", "BEHKN"]
        assert max(alive) == 6


def write_embeddings(folder: Path, world: TinyWorld, pack: ModelPack, **changed: object) -> list[Record]:
    """What `bioscan-train embed` would make of the tiny world's table; returns its records."""
    from bioscan_desktop.inference.images import load_rgb

    records = list(read_table(world.records))
    columns = (
        "processid sampleid image_file order family genus species bin_uri country split haplotype".split()
    )
    shards = []
    for number, start in enumerate(range(0, len(records), 10)):
        part = records[start : start + 10]
        shard = folder / f"shard-{number:05d}"
        shard.mkdir(parents=True)
        vectors = {m: np.full((len(part), pack.dim), np.nan, np.float32) for m in ("image", "dna")}
        with gzip.open(shard / "rows.tsv.gz", "wt", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, delimiter="\t")
            writer.writerow(["row", *columns, "error"])
            for row, r in enumerate(part):
                name = hashlib.sha256(r.nucleotides.encode()).hexdigest()[:10] if r.nucleotides else ""
                cells = [r.processid, "", r.image_file or "", *r.lineage.names(), r.bin_uri or "", r.country]
                writer.writerow([start + row, *cells, "", name, ""])
                if r.nucleotides:
                    vectors["dna"][row] = pack.embed_barcodes([r.nucleotides])[0]
                if r.image_file:
                    image = load_rgb(world.images / r.image_file, pack.preprocessing.min_side).image
                    vectors["image"][row] = pack.embed_images([image])[0]
        for modality, rows in vectors.items():
            np.save(shard / f"{modality}.npy", rows)
        shards.append({"name": shard.name, "rows": len(part), "files": {}})
    card = pack.manifest
    manifest = {
        "format": "bioscan-embeddings", "format_version": "1.0", "complete": True, "mirror": True,
        "model": {"id": card.id, "version": card.version, "fingerprint": card.fingerprint},
        "modalities": ["image", "dna"], "dim": pack.dim, "shards": shards, **changed,
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return records


class TestFromEmbeddings:
    def test_it_is_the_library_of_the_same_records(
        self, world: TinyWorld, model: ModelPack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        records = write_embeddings(tmp_path / "e", world, model)
        monkeypatch.setattr(model, "embed_barcodes", lambda _: 1 / 0)
        monkeypatch.setattr(model, "embed_images", lambda _: 1 / 0)
        options = BuildOptions("tiny", images=world.images)
        out = tmp_path / "lib"
        build_library(records, model, out, options, source="e", embedded=Embedded(tmp_path / "e"))
        files, found = content(out)
        expected_files, expected = content(world.library)
        assert found == expected  # names, counts, specimens, countries and consensus barcodes
        for name in ("keys.dna.npy", "keys.image.npy"):
            np.testing.assert_allclose(np.load(out / name), np.load(world.library / name), atol=2e-3)
        assert files.keys() == expected_files.keys()

    def test_without_a_table_there_are_no_barcodes(
        self, world: TinyWorld, model: ModelPack, tmp_path: Path
    ) -> None:
        write_embeddings(tmp_path / "e", world, model)
        build_library([], model, tmp_path / "lib", BuildOptions("a"), embedded=Embedded(tmp_path / "e"))
        library = Library(tmp_path / "lib")
        assert library.manifest.counts["barcodes"] == 12 and library.records.with_consensus(9) == []
        assert (
            library.search("dna", model.embed_barcodes([random_barcode(1)]), 1, ["dna"])[0][0].lineage.species
            == SPECIES[1][3]
        )
        library.close()

    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"complete": False}, "not complete"),
            ({"format": "x"}, "no embeddings that can be used"),
            ({"model": {"fingerprint": "x", "id": "other", "version": "1"}}, "come from the model other 1"),
            ({"mirror": False}, "without their mirror images; .* with `--mirror`"),
            ({"shards": [{"name": "shard-00000", "rows": 9}]}, "has 10 rows"),
            ({"shards": [{"name": "gone", "rows": 9}]}, "cannot be read"),
        ],
    )
    def test_what_cannot_be_used_is_one_sentence(
        self, world: TinyWorld, model: ModelPack, tmp_path: Path, changed: dict, words: str
    ) -> None:
        write_embeddings(tmp_path / "e", world, model, **changed)
        with pytest.raises(PackError, match=words) as caught:
            build_library([], model, tmp_path / "lib", BuildOptions("a"), embedded=Embedded(tmp_path / "e"))
        assert caught.value.message.endswith(".")
        assert not (tmp_path / "lib").exists()

    @pytest.mark.parametrize(("name", "damage"), [("rows.tsv.gz", b"\xff" * 40), ("dna.npy", b"")])
    def test_a_damaged_shard_is_one_sentence(
        self, world: TinyWorld, model: ModelPack, tmp_path: Path, name: str, damage: bytes
    ) -> None:
        write_embeddings(tmp_path / "e", world, model)
        path = sorted((tmp_path / "e").glob(f"*/{name}"))[0]
        path.write_bytes(path.read_bytes()[:60] + damage if damage else damage)
        with pytest.raises(PackError, match=f"{name} cannot be read"):
            build_library([], model, tmp_path / "lib", BuildOptions("a"), embedded=Embedded(tmp_path / "e"))
