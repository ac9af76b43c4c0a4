"""From a public table or HDF5 file to CLIBD's figures of a model pack, on the command line."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from bioscan_training.benchmark import Item, benchmark_hdf5, embed
from bioscan_training.cli import main
from bioscan_training.data.bioscan import CLIBD_1M
from bioscan_training.data.images import chunk_of
from bioscan_training.data.records import read_records
from bioscan_training.evaluate import label_metrics

from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.inference.images import load_rgb, to_array
from tests.conftest import SPECIES, TinyWorld, draw_insect, mutate, random_barcode

PER_SPECIES = 10


def specimen(number: int, copy: int) -> tuple[str, bytes, str]:
    """(id, photo, barcode) of a made-up specimen."""
    stream = io.BytesIO()
    draw_insect(SPECIES[number][4], seed=100 * number + copy).save(stream, "PNG")
    return f"TINY{number}{copy:02d}-26", stream.getvalue(), mutate(random_barcode(number), 1, copy)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of BIOSCAN-5M's shape with photos in its tree; the last record has no species."""
    root = tmp_path_factory.mktemp("data")
    with (root / "metadata.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(
            "processid sampleid order family genus species dna_bin dna_barcode split chunk".split()
        )
        for number, (order, family, genus, species, _) in enumerate(SPECIES):
            for copy in range(PER_SPECIES):
                process, photo, barcode = specimen(number, copy)
                chunk = chunk_of(process, "train")
                names = [order, family, genus, species]
                writer.writerow([process, f"S{process}", *names, "BOLD:A", barcode, "train", chunk])
                path = root / "bioscan5m/images/cropped_256/train" / chunk / f"{process}.jpg"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(photo)
        writer.writerow(["X1-26", "SX1", "Diptera", "", "", "", "", random_barcode(9), "pretrain", "00"])
    return root


def test_prepare_and_benchmark(
    dataset: Path, world: TinyWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prepared = tmp_path / "prepared"
    metadata = str(dataset / "metadata.csv")
    assert main(["prepare", "--partition", "clibd", "--metadata", metadata, "--out", str(prepared)]) == 0
    shown = capsys.readouterr().out
    assert "36,279" in shown and shown.splitlines()[-1].split() == ["all", "41", "4"]

    out = {name: tmp_path / name for name in ("figures.json", "figures.csv", "plots", "baseline.json")}
    command = ["benchmark", "--pack", str(world.model), "--data", str(prepared), "--images", str(dataset)]
    command += ["--split", "test", "--provider", "cpu"]
    files = ["--json", "--csv", "--plots", "--save"]
    options = [word for pair in zip(files, map(str, out.values()), strict=True) for word in pair]
    assert main([*command, *options]) == 0
    assert "image to dna" in capsys.readouterr().out
    figures = json.loads(out["figures.json"].read_text())
    assert figures["pairs"]["dna to dna"]["seen"]["top_k"]["1"]["species"]["micro"] == 1.0
    assert figures["pairs"]["image to all"]["n_failed"] == 0  # every photo was found
    assert len(list(out["plots"].glob("*.svg"))) == 9
    assert out["figures.csv"].read_text().startswith("query,keys,group")

    assert main([*command, "--compare", str(out["baseline.json"])]) == 0
    assert "Improved: 0  Regressed: 0" in capsys.readouterr().out
    assert main([*command, "--count-unknown", "--compare", str(out["baseline.json"])]) == 2
    assert "cannot be compared" in capsys.readouterr().err


def test_a_photo_that_cannot_be_read_is_told(
    dataset: Path, world: TinyWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = Path(shutil.copytree(dataset, tmp_path / "data"))
    prepared = str(tmp_path / "prepared")
    metadata = str(copy / "metadata.csv")
    assert main(["prepare", "--partition", "clibd", "--metadata", metadata, "--out", prepared]) == 0
    next(copy.rglob("TINY000-26.jpg")).write_bytes(b"no photo")
    capsys.readouterr()
    command = ["benchmark", "--pack", str(world.model), "--data", prepared, "--images", str(copy)]
    codes = {split: main([*command, "--split", split, "--provider", "cpu"]) for split in ("test", "val")}
    said = capsys.readouterr().err.splitlines()
    assert 1 in codes.values() and len(said) == sum(codes.values())
    assert all(line.startswith("Left out: a photo of Noctua pronuba: ") for line in said)


def test_hdf5_and_tables_give_the_same_figures(dataset: Path, world: TinyWorld, tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    prepared = tmp_path / "prepared"
    metadata = str(dataset / "metadata.csv")
    assert main(["prepare", "--partition", "clibd", "--metadata", metadata, "--out", str(prepared)]) == 0
    made = {f"STINY{n}{c:02d}-26": (n, c) for n in range(len(SPECIES)) for c in range(PER_SPECIES)}
    with h5py.File(tmp_path / "clibd.hdf5", "w") as file:
        for group_name in (*CLIBD_1M.splits, *CLIBD_1M.joins):
            ids = (prepared / "CLIBD_partitioning" / f"{group_name}.txt").read_text().split()
            ids = [i for i in ids if i in made]
            if not ids:
                continue
            group = file.create_group(group_name)
            rows = [specimen(*made[i]) for i in ids]
            lengths = np.array([len(photo) for _, photo, _ in rows])
            padded = np.zeros((len(ids), lengths.max()), dtype=np.uint8)
            for row, (_, photo, _) in enumerate(rows):
                padded[row, : len(photo)] = np.frombuffer(photo, np.uint8)
            group["image"], group["image_mask"] = padded, lengths
            group["barcode"] = np.array([barcode.encode() for *_, barcode in rows])
            group["processid"] = np.array([process.encode() for process, *_ in rows])
            for place, rank in enumerate(("order", "family", "genus", "species")):
                group[rank] = np.array([SPECIES[made[i][0]][place].encode() for i in ids])
    pack = ModelPack(world.model, "cpu")
    out = tmp_path / "t.json"
    command = ["benchmark", "--pack", str(world.model), "--data", str(prepared), "--images", str(dataset)]
    assert main([*command, "--split", "test", "--provider", "cpu", "--json", str(out)]) == 0
    assert benchmark_hdf5(pack, tmp_path / "clibd.hdf5", "test") == (json.loads(out.read_text()), [])


def test_photos_are_embedded_without_their_mirror_image(world: TinyWorld) -> None:
    pack = ModelPack(world.model, "cpu")
    _, photo, barcode = specimen(1, 1)
    name = Lineage(species="Noctua comes")
    items = [Item(name, barcode, lambda: photo), Item(name, "", lambda: None), Item(name, "", lambda: b"x")]
    made, _ = embed(items, pack)
    picture = load_rgb(photo, pack.preprocessing.min_side).image
    plain = pack.embed_arrays("image", to_array(picture, pack.preprocessing)[None])
    assert np.allclose(made.vectors["image"][0], plain[0], atol=1e-6)
    assert np.allclose(made.vectors["dna"][0], pack.embed_barcodes([barcode])[0], atol=1e-6)
    assert np.isnan(made.vectors["image"][1:]).all() and np.isnan(made.vectors["dna"][1:]).all()


def test_metrics_while_training_are_those_of_the_protocol() -> None:
    """Worked out by hand; a name that no key has counts only where that is asked for."""
    moth, fly = ("Lepidoptera", "Noctuidae", "Noctua"), ("Diptera", "Syrphidae", "Eristalis")
    keys = [
        Lineage(*moth, "Noctua comes"),
        Lineage(*moth, "Noctua pronuba"),
        Lineage(*fly, None),
        Lineage(*fly, "Eristalis tenax"),
    ]
    queries = [
        Lineage(*moth, "Noctua pronuba"),
        Lineage(*moth, "Noctua pronuba"),
        Lineage(*fly, "Eristalis arbustorum"),
        Lineage(*fly, "Eristalis sp. 2"),
        Lineage("Diptera", None, None, None),
    ]
    found = np.array([[1, 0], [0, 1], [3, 2], [2, 3], [0, 1]])
    metrics = label_metrics(found, queries, keys)
    assert metrics["order"] == {"n": 5, "micro": 0.8, "macro": pytest.approx((1 + 2 / 3) / 2), "top2": 0.8}
    assert metrics["genus"] == {"n": 4, "micro": 1.0, "macro": 1.0, "top2": 1.0}
    third = pytest.approx(1 / 3)
    assert metrics["species"] == {"n": 3, "micro": third, "macro": 0.25, "top2": pytest.approx(2 / 3)}
    known = label_metrics(found, queries, keys, only_known=True)
    assert known["species"] == {"n": 2, "micro": 0.5, "macro": 0.5, "top2": 1.0}
    assert known["order"] == metrics["order"]


def test_without_photos_barcodes_alone_are_measured(
    dataset: Path, world: TinyWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    metadata = str(dataset / "metadata.csv")
    assert main(["prepare", "--partition", "clibd", "--metadata", metadata, "--out", str(tmp_path)]) == 0
    out = tmp_path / "f.json"
    command = ["benchmark", "--pack", str(world.model), "--data", str(tmp_path), "--provider", "cpu"]
    assert main([*command, "--json", str(out)]) == 0
    assert list(json.loads(out.read_text())["pairs"]) == ["dna to dna"]
    capsys.readouterr()
    assert main(["benchmark", "--pack", str(world.model), "--data", str(tmp_path / "none")]) == 2
    assert "There is no records file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["prepare", "--out", "x"], "--barcodes, or --partition clibd"),
        (["prepare", "--partition", "clibd", "--out", "x"], "takes --metadata"),
        (["convert", "none.csv", "--out", "x.tsv"], "no file or folder"),
        (["convert", "{metadata}", "--split", "trian", "--out", "{out}"], "no split 'trian'"),
        (["convert", "{metadata}", "--split", "test", "--out", "{out}"], "holds no such record"),
    ],
)
def test_mistakes_are_told_in_a_sentence(
    arguments: list[str], sentence: str, dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.tsv"
    assert main([a.format(metadata=dataset / "metadata.csv", out=out) for a in arguments]) == 2
    assert sentence in capsys.readouterr().err
    assert not list(tmp_path.iterdir())  # nor a half-written file


def test_convert_writes_what_the_library_reads(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "seen.tsv.gz"
    metadata = str(dataset / "metadata.csv")
    assert main(["convert", metadata, "--split", "seen", "--named", "--out", str(out)]) == 0
    assert "40 records" in capsys.readouterr().out
    records = read_records(out)
    photos = dataset / "bioscan5m" / "images" / "cropped_256"
    assert len(records) == 40 and all((photos / r.image_file).is_file() for r in records)
    assert {r.split for r in records} == {"train"} and {r.source for r in records} == {"bioscan5m"}
    assert main(["convert", metadata, "--unique-barcodes", "--out", str(out)]) == 0
    assert len(read_records(out)) == len({r.nucleotides for r in records}) + 1


def test_convert_tells_formats_apart(tmp_path: Path, dataset: Path) -> None:
    fasta = tmp_path / "b.fasta"
    fasta.write_text(">P1|Aedes vexans|COI-5P\nACGTACGT\n")
    bold = tmp_path / "bold.tsv"
    bold.write_text("processid\tnuc\tspecies\nP2-20\tACGT\tAedes vexans\n")
    folder = tmp_path / "photos" / "val" / "Aedes vexans"
    folder.mkdir(parents=True)
    (folder / "a.jpg").write_bytes(b"")
    out = tmp_path / "out.tsv"
    for source, expected in (
        (fasta, ("P1", "", "fasta")),
        (bold, ("P2-20", "", "bold")),
        (tmp_path / "photos", ("", "val/Aedes vexans/a.jpg", "folder")),
    ):
        assert main(["convert", str(source), "--out", str(out)]) == 0
        (record,) = read_records(out)
        assert (record.processid, record.image_file, record.source) == expected
        assert record.species == "Aedes vexans"
    assert main(["convert", str(fasta), "--split", "train", "--out", str(out)]) == 2
    assert main(["convert", str(tmp_path / "photos"), "--split", "val", "--out", str(out)]) == 0
    assert main(["convert", str(tmp_path / "photos"), "--split", "train", "--out", str(out)]) == 2
