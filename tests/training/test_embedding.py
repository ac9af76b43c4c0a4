"""`bioscan-train embed`: what the shards hold, that a run survives being killed, and what is refused."""

from __future__ import annotations

import csv
import gzip
import importlib.util
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from bioscan_training.cli import main
from bioscan_training.data.convert import entries_of, format_of
from bioscan_training.embedding.encode import Encoder, EncoderOptions
from bioscan_training.embedding.shards import EmbeddingFolder, EmbeddingsError
from bioscan_training.embedding.source import Chunk, Source, chunks_of, load_chunk, save_chunk

from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.inference.images import load_rgb, to_array
from tests.conftest import SPECIES, TinyWorld, draw_insect, make_model, random_barcode

ROOT = Path(__file__).resolve().parents[2]
ROWS = 42


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """`records.tsv` and `photos/`: 42 specimens, most with both; photo 7 is damaged, photo 8 missing."""
    (tmp_path / "photos").mkdir()
    with (tmp_path / "records.tsv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, delimiter="\t", lineterminator="\n")
        writer.writerow("processid image_file nucleotides order family genus species split".split())
        for i in range(ROWS):
            *names, colour = SPECIES[i % 4]
            if i != 8:
                draw_insect(colour, (64, 48), seed=i).save(tmp_path / "photos" / f"{i}.png")
            photo = f"{i}.png" if i % 5 else ""
            writer.writerow([f"P{i}", photo, random_barcode(i) if i % 3 else "", *names, "train"])
    (tmp_path / "photos" / "7.png").write_bytes(b"\x89PNG\r\n\x1a\n of another kind")
    return tmp_path


def words(data: Path, world: TinyWorld, out: str, *more: str) -> list[str]:
    """A command line with small shards and batches."""
    there = [str(data / "records.tsv"), "--images", str(data / "photos"), "--pack", str(world.model)]
    size = ["--shard-size", "10", "--batch", "4", "--provider", "cpu"]
    return ["--quiet", "embed", *there, "--out", str(data / out), *size, *more]


def rows_of(shard: Path) -> list[dict[str, str]]:
    with gzip.open(shard / "rows.tsv.gz", "rt", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def fresh(arguments: list[str]) -> subprocess.Popen[str]:
    """The command in a process of its own."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "training")])
    return subprocess.Popen(
        [sys.executable, "-m", "bioscan_training.cli", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )


def test_shards_hold_what_the_encoders_say(
    data: Path, world: TinyWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words(data, world, "out", "--check")) == 1
    report = json.loads(capsys.readouterr().out)
    assert (report["complete"], report["rows"], report["shards"], report["errors"]) == (True, ROWS, 5, 2)
    shards = sorted((data / "out").glob("shard-*"))
    rows = [row for shard in shards for row in rows_of(shard)]
    assert [int(row["row"]) for row in rows] == list(range(ROWS))
    assert [row["processid"] for row in rows] == [f"P{i}" for i in range(ROWS)]
    assert rows[1]["species"] == "Noctua comes" and rows[1]["split"] == "train"
    image, dna = (np.concatenate([np.load(shard / f"{m}.npy") for shard in shards]) for m in ("image", "dna"))
    assert image.dtype == dna.dtype == np.float32
    errors = {i: row["error"] for i, row in enumerate(rows) if row["error"]}
    assert set(errors) == {7, 8}
    assert errors[7].startswith("7.png: ") and errors[8] == "8.png: the photo is missing."
    assert set(np.flatnonzero(np.isnan(image[:, 0]))) == {7, 8, *range(0, ROWS, 5)}
    assert set(np.flatnonzero(np.isnan(dna[:, 0]))) == set(range(0, ROWS, 3))
    assert report["vectors"] == {"image": ROWS - 2 - 9, "dna": ROWS - 14}
    pack = ModelPack(world.model, "cpu")
    picture = load_rgb(data / "photos" / "41.png", pack.preprocessing.min_side).image
    expected = pack.embed_arrays("image", to_array(picture, pack.preprocessing)[None])
    np.testing.assert_allclose(image[41:], expected, atol=1e-6)
    np.testing.assert_allclose(dna[40:41], pack.embed_barcodes([random_barcode(40)]), atol=1e-6)


def test_specimens_that_cannot_be_used_are_told(
    data: Path, world: TinyWorld, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """0 if all went well, 1 if some photo or barcode failed; again where nothing was left to do."""
    caplog.set_level(logging.INFO)
    for _ in range(2):
        assert main(words(data, world, "both")) == 1
        assert json.loads(capsys.readouterr().out)["errors"] == 2
        assert "2 specimens have a photo or barcode that cannot be used" in caplog.text
        caplog.clear()
    assert main(words(data, world, "dna", "--only", "dna")) == 0
    assert json.loads(capsys.readouterr().out)["errors"] == 0
    assert "cannot be used" not in caplog.text


def test_mirrored_photos_are_embedded_as_libraries_are_built(data: Path, world: TinyWorld) -> None:
    assert main(words(data, world, "out", "--mirror", "--dtype", "float16", "--only", "image")) == 1
    shard = data / "out" / "shard-00000"
    assert {path.name for path in shard.iterdir()} == {"image.npy", "rows.tsv.gz", "shard.json"}
    rows = np.load(shard / "image.npy")
    assert rows.dtype == np.float16
    picture = load_rgb(data / "photos" / "4.png").image
    expected = ModelPack(world.model, "cpu").embed_images([picture])[0]
    np.testing.assert_allclose(rows[4].astype(np.float32), expected, atol=1e-3)


def test_a_killed_run_goes_on_and_ends_the_same(data: Path, world: TinyWorld) -> None:
    with (data / "records.tsv").open(encoding="utf-8") as stream:
        header, *lines = stream.readlines()
    (data / "records.tsv").write_text(header + "".join(lines * 80), encoding="utf-8")
    arguments = words(data, world, "killed")
    process = fresh(arguments)
    deadline = time.monotonic() + 60
    while not list((data / "killed").glob("shard-0000[0-9]/shard.json")):
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    before = {path: path.stat().st_mtime_ns for path in (data / "killed").glob("shard-?????/*")}
    assert not json.loads((data / "killed" / "manifest.json").read_text())["complete"]
    whole = len(lines) * 80 // 10
    assert 0 < len({path.parent for path in before}) < whole, "killed in the middle"
    (data / "killed" / "shard-00335.part").mkdir()  # as if it had been writing the last one
    (data / "killed" / "shard-00335.part" / "image.npy").write_bytes(b"half")
    assert main(arguments) == 1
    assert {path: path.stat().st_mtime_ns for path in before} == before, "what was there stays"
    assert main(words(data, world, "whole")) == 1
    assert contents(data / "killed") == contents(data / "whole")


def test_jobs_of_an_array_share_the_shards(
    data: Path, world: TinyWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words(data, world, "parts", "--part", "1/2")) == 1
    report = json.loads(capsys.readouterr().out)
    assert (report["complete"], report["rows"]) == (False, 22)
    assert main(words(data, world, "parts", "--part", "2/2")) == 1
    assert main(words(data, world, "whole")) == 1
    assert contents(data / "parts") == contents(data / "whole")


def test_another_source_or_model_is_refused(
    data: Path, world: TinyWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def refusal(*arguments: str) -> str:
        capsys.readouterr()
        assert main([*words(data, world, "out"), *arguments]) == 2
        error = capsys.readouterr().err
        assert error.count("\n") == 1 and "choose another folder" in error
        return error

    assert main(words(data, world, "out")) == 1
    make_model(tmp_path / "other", seed=8)
    assert "another model" in refusal("--pack", str(tmp_path / "other"))
    assert "another batch size" in refusal("--batch", "5")
    assert "another setting of 'mirror'" in refusal("--mirror")
    table = data / "records.tsv"
    text = table.read_text(encoding="utf-8")
    table.write_text(text + text.splitlines()[-1] + "\n", encoding="utf-8")
    assert "another source" in refusal()
    # Of the same length, so that only the rows can tell.
    table.write_text(text.replace("P41\t", "P14\t"), encoding="utf-8")
    assert "the specimens of shard-00004 are others now" in refusal()
    (data / "out2").mkdir()
    (data / "out2" / "diary.txt").touch()
    assert main(words(data, world, "out2")) == 2
    assert "holds something else" in capsys.readouterr().err


def test_the_format_is_documented(data: Path, world: TinyWorld) -> None:
    text = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    assert main(words(data, world, "out")) == 1
    manifest = json.loads((data / "out" / "manifest.json").read_text())
    receipt = json.loads((data / "out" / "shard-00000" / "shard.json").read_text())
    keys = {*manifest, *manifest["model"], *manifest["source"], *manifest["shards"][0], *receipt}
    keys |= set(rows_of(data / "out" / "shard-00000")[0])
    assert not [key for key in sorted(keys) if f"`{key}`" not in text]


def test_damage_is_found(data: Path, world: TinyWorld, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words(data, world, "out")) == 1
    shard = data / "out" / "shard-00002"
    (shard / "dna.npy").write_bytes(b"something")
    assert main(words(data, world, "out", "--check")) == 2
    assert "dna.npy is missing or damaged" in capsys.readouterr().err
    shutil.rmtree(shard)
    assert main(words(data, world, "out", "--check")) == 1


def test_little_more_than_a_shard_is_held(data: Path, world: TinyWorld) -> None:
    """However long the source is, records are taken from it only shortly before they are needed."""
    source = Source(data / "records.tsv", images=data / "photos").settled()
    taken = 0

    def endless() -> Iterator[Chunk]:
        nonlocal taken
        (chunk,) = chunks_of(source, ROWS)
        for number in range(10_000):
            taken += 1
            yield Chunk(number, number * ROWS, chunk.entries)

    options = EncoderOptions(world.model, ("image", "dna"), 8, provider="cpu", workers=2)
    with Encoder(options, source.photos()) as encoder:
        for number, embedded in enumerate(encoder.embed(endless())):
            assert embedded.chunk.number == number
            assert taken <= number + 2
            if number == 5:
                break


@pytest.mark.parametrize("kind", ["folder", "fasta"])
def test_other_sources_are_embedded_too(
    kind: str, data: Path, world: TinyWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    source = data / "photos"
    if kind == "fasta":
        source = data / "some.fasta"
        source.write_text("".join(f">F{i}|Noctua comes\n{random_barcode(i)}\n" for i in range(5)))
    pack = ["--pack", str(world.model), "--out", str(data / "out")]
    assert main(["--quiet", "embed", str(source), *pack]) == (1 if kind == "folder" else 0)
    report = json.loads(capsys.readouterr().out)
    found = {"folder": {"image": ROWS - 2, "dna": 0}, "fasta": {"dna": 5}}
    assert report["vectors"] == found[kind]


def test_hdf5_is_embedded_too(data: Path, world: TinyWorld, capsys: pytest.CaptureFixture[str]) -> None:
    h5py = pytest.importorskip("h5py", reason="training needs h5py")
    jpegs = []
    for i in range(3):
        draw_insect(SPECIES[i][4], (64, 48), seed=i).save(data / "one.jpg")
        jpegs.append((data / "one.jpg").read_bytes())
    with h5py.File(data / "some.hdf5", "w") as file:
        group = file.create_group("val_seen")
        padded = np.zeros((3, max(map(len, jpegs))), np.uint8)
        for row, jpeg in zip(padded, jpegs, strict=True):
            row[: len(jpeg)] = np.frombuffer(jpeg, np.uint8)
        group["image"], group["image_mask"] = padded, [len(jpegs[0]), 40, 0]
        group["barcode"] = [random_barcode(i).encode() for i in range(3)]
        for name, column in (("order", 0), ("species", 3)):
            group[name] = [SPECIES[i][column].encode() for i in range(3)]
    pack = ["--pack", str(world.model), "--out", str(data / "out")]
    assert main(["--quiet", "embed", str(data / "some.hdf5"), *pack]) == 1
    report = json.loads(capsys.readouterr().out)
    assert (report["vectors"], report["errors"]) == ({"image": 1, "dna": 3}, 1)


def test_what_cannot_be_embedded_is_said(
    data: Path, world: TinyWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = ["--pack", str(world.model), "--out", str(data / "out")]
    assert main(["embed", str(data / "records.tsv"), *pack, "--only", "image"]) == 2
    assert "photos need --images" in capsys.readouterr().err
    assert main(["embed", str(data / "records.tsv"), *pack, "--actors", "2"]) == 2
    assert "--actors belongs to --ray" in capsys.readouterr().err
    assert main(words(data, world, "out", "--split", "test")) == 2
    assert "holds no such record" in capsys.readouterr().err


def test_records_tables_keep_their_photos(data: Path) -> None:
    assert format_of(data / "records.tsv") == "records"
    entries = list(entries_of(data / "records.tsv", split="train"))
    assert len(entries) == ROWS and entries[1].image_file == "1.png"


def test_chunks_travel_unharmed(data: Path) -> None:
    source = Source(data / "records.tsv").settled()
    chunk = list(chunks_of(source, 20))[1]
    save_chunk(chunk, data / "chunk.jsonl.gz")
    assert load_chunk(data / "chunk.jsonl.gz") == chunk


def test_a_job_may_begin_while_another_writes_the_manifest(tmp_path: Path) -> None:
    (tmp_path / "manifest.json.4711.part").write_bytes(b"{")
    settings = {"model": {"id": "m"}, "shard_size": None}
    assert EmbeddingFolder(tmp_path, settings, {"shard_size": 10}).shard_size == 10
    (tmp_path / "manifest.json").unlink()
    (tmp_path / "notes.txt").touch()
    with pytest.raises(EmbeddingsError, match="something else"):
        EmbeddingFolder(tmp_path, settings, {"shard_size": 10})


def test_a_shard_without_its_receipt_is_damaged(tmp_path: Path) -> None:
    folder = EmbeddingFolder(tmp_path / "new", {"shard_size": None, "model": 1}, {"shard_size": 3})
    assert folder.shard_size == 3
    folder.path_of(0).mkdir()
    with pytest.raises(EmbeddingsError, match="is damaged"):
        folder.receipt(0)


def test_without_ray_one_sentence_is_said(
    data: Path, world: TinyWorld, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "ray"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "ray", None)
    assert main(words(data, world, "out", "--ray", "local")) == 2
    assert capsys.readouterr().err == '--ray needs Ray: pip install "bioscan-desktop[cluster]".\n'


@pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason='needs Ray: pip install "bioscan-desktop[cluster]"'
)
@pytest.mark.timeout(180)
def test_ray_writes_the_same_shards(data: Path, world: TinyWorld) -> None:
    """In processes of its own: Ray's sockets and warnings stay out of this one."""
    done = fresh(words(data, world, "ray", "--ray", "local", "--actors", "2", "--threads", "1"))
    out, err = done.communicate(timeout=150)
    assert done.returncode == 1, err
    assert json.loads(out)["rows"] == ROWS
    assert main(words(data, world, "here")) == 1
    assert contents(data / "ray") == contents(data / "here")
    # Nothing is left to do, so no cluster is needed; what is left, is done without one.
    shutil.rmtree(data / "ray" / "shard-00001")
    assert main(words(data, world, "ray")) == 1
    assert contents(data / "ray") == contents(data / "here")
