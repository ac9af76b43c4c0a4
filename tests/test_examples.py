"""The example in the `--help` of every command works: each is run for real, word for word.

It runs in a folder that has files of exactly the names in the example, all of them tiny.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import gzip
import io
import json
import re
import shlex
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from bioscan_training import cli as training_cli
from bioscan_training.data.splits import UNSEEN, VAL_UNSEEN, SplitRules, held_out

from bioscan_desktop import cli, paths
from bioscan_desktop.inference.manifest import sha256_of
from tests.conftest import (
    SPECIES,
    TinyWorld,
    draw_insect,
    make_model,
    mutate,
    placeable_barcode,
    random_barcode,
)

RECIPE = """\
seed = 42
dim = 16
stages = ["dna", "align"]
threads = 1

[dna_model]
embedding = 12
hidden = 16

[dna.schedule]
epochs = 1
eval_every = 1
precision = "fp32"

[image_model]
frozen_blocks = 14

[align]
mode = "squash"
size = 32
resize = 32
train_size = 32
align_species = 1.0

[align.schedule]
epochs = 1
eval_every = 1
precision = "fp32"

[export]
parity_inputs = 8
calibration = 8
"""
"""Stands in for `training/configs/starter.toml`; the real one trains for an hour."""


BARCODE_RECIPE = """\
threads = 1
device = "cpu"

[towers.dna]
k = 3
max_bases = 300
width = 16
layers = 1
heads = 2
hidden = 32

[pretrain.schedule]
epochs = 1
batch = 8
"""
"""Stands in for `training/configs/clibd.toml`, for its barcode tower alone."""


def examples(parser: argparse.ArgumentParser, prefix: str) -> Iterator[tuple[str, str]]:
    """(command, example or '') of every subcommand."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, sub in action.choices.items():
                below = list(examples(sub, f"{prefix} {name}"))
                text = re.search(r"example:\s*(.+)", sub.epilog or "")
                yield from below or [(f"{prefix} {name}", text[1] if text else "")]


EXAMPLES = {
    **dict(examples(cli._parser(), "bioscan")),
    **dict(examples(training_cli._parser(), "bioscan-train")),
}

RECIPE_CHAIN = ("prepare", "fit", "export", "evaluate")
"""Each of these works on what those before it left; they are run in one folder."""

ELSEWHERE = {
    "bioscan-train batch": "tests/training/test_batch_on_ray.py runs it",
    "bioscan-train smoke": "tests/training/test_smoke.py runs it",
    "bioscan-train fit-relatedness": "tests/training/test_relatedness.py runs it",
}


def run(command: str) -> None:
    """Runs the example of a command in the current folder."""
    program, *words = shlex.split(EXAMPLES[command])
    main = {"bioscan": cli.main, "bioscan-train": training_cli.main}[program]
    try:
        code = main(words)
    except SystemExit as stop:  # argparse
        code = int(stop.code or 0)
    assert code == 0


def species_of_splits(n_seen: int = 5) -> list[str]:
    """Species that `prepare` with its default seed and rules holds out, and some that it does not."""
    wanted = {UNSEEN: 2, VAL_UNSEEN: 2, None: n_seen}
    found: list[str] = []
    for number in range(10_000):
        name = f"Noctua {chr(97 + number % 26)}{'aeiou'[number // 26 % 5]}{chr(97 + number // 130)}na"
        side = held_out(name, 42, SplitRules())
        if wanted[side]:
            wanted[side] -= 1
            found.append(name)
    return found


def write_records(path: Path, photos: Path, copies: int = 8, species: list[str] | None = None) -> None:
    """A table with photos and barcodes, gzipped if its name says so."""
    photos.mkdir(parents=True, exist_ok=True)
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow("processid image_file nucleotides order family genus species fold".split())
    for number, name in enumerate(species or species_of_splits()):
        order, family, *_, colour = SPECIES[number % len(SPECIES)]
        for copy in range(copies):
            photo = f"{number}_{copy}.jpg"
            draw_insect(colour, (96, 72), seed=20 * number + copy).save(photos / photo)
            barcode = mutate(placeable_barcode(number), 2, copy)
            names = [order, f"{family[:-4]}{number % 2}idae", name.split()[0], name]
            writer.writerow([f"EX{number}{copy}", photo, barcode, *names, copy % 4])
    data = text.getvalue().encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


def _for_identify(folder: Path, world: TinyWorld) -> None:
    shutil.copytree(world.photos["Noctua comes"].parent, folder / "photos")
    barcodes = (f">{name}\n{barcode}\n" for name, barcode in world.barcodes.items())
    (folder / "barcodes.fasta").write_text("".join(barcodes), encoding="utf-8")


def _for_build(folder: Path, world: TinyWorld) -> None:
    shutil.copy(world.records, folder / "records.tsv")
    shutil.copytree(world.images, folder / "photos")


def _for_evaluate(folder: Path, world: TinyWorld) -> None:
    """Made-up barcodes under names of the starter library, which the example asks."""
    starter = paths.resources_dir() / "libraries" / "starter" / "records.sqlite"
    with contextlib.closing(sqlite3.connect(f"file:{starter}?mode=ro", uri=True)) as records:
        ranks = '"order", family, genus, species'
        names = records.execute(f"SELECT {ranks} FROM keys WHERE modality = 'dna' LIMIT 3").fetchall()
    rows = ["nucleotides\torder\tfamily\tgenus\tspecies"]
    rows += ["\t".join([random_barcode(n), *(name or "" for name in row)]) for n, row in enumerate(names)]
    (folder / "test.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def _for_library(folder: Path, world: TinyWorld) -> None:
    shutil.copytree(world.library, folder / "my-library")


def _for_add(folder: Path, world: TinyWorld) -> None:
    """A library, the model that it needs, and records that are new to it."""
    _for_library(folder, world)
    assert cli.main(["model", "install", str(world.model)]) == 0
    (folder / "photos").mkdir()
    draw_insect((20, 120, 60)).save(folder / "photos" / "new.png")
    text = "processid\timage_file\tnucleotides\torder\n"
    (folder / "new.tsv").write_text(f"{text}N1\tnew.png\t{random_barcode(99)}\tDiptera\n", encoding="utf-8")


def _for_merge(folder: Path, world: TinyWorld) -> None:
    for name in ("my-library", "other-library"):
        shutil.copytree(world.library, folder / name)


def _for_model(folder: Path, world: TinyWorld) -> None:
    shutil.copytree(world.model, folder / "my-model")


def _for_packs(folder: Path, world: TinyWorld) -> None:
    """The tiny library as `my-library`, installed, and in a list of packs."""
    source = folder / "source" / "my-library"
    shutil.copytree(world.library, source)
    manifest = json.loads((source / "manifest.json").read_text(encoding="utf-8"))
    (source / "manifest.json").write_text(json.dumps({**manifest, "id": "my-library"}), encoding="utf-8")
    packed = Path(shutil.make_archive(str(folder / "my-library"), "zip", source.parent))
    entry = {
        "kind": "library", "id": "my-library", "version": "1", "title": "My library", "url": packed.name,
        "bytes": packed.stat().st_size, "sha256": sha256_of(packed),
    }  # fmt: skip
    index = {"format": "bioscan-index", "format_version": "1.0", "packs": [entry]}
    (folder / "packs.json").write_text(json.dumps(index), encoding="utf-8")
    assert cli.main(["library", "install", str(packed)]) == 0


def _for_convert(folder: Path, world: TinyWorld) -> None:
    rows = ["processid,sampleid,order,family,genus,species,dna_bin,dna_barcode,split,chunk"]
    rows += [
        f"P{n},S{n},Diptera,,,,,{random_barcode(n)},{split},"
        for n, split in enumerate(("train", "pretrain", "val"))
    ]
    (folder / "BIOSCAN_5M_Insect_Dataset_metadata.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def _for_benchmark(folder: Path, world: TinyWorld) -> None:
    h5py = pytest.importorskip("h5py", reason="training needs h5py")
    shutil.copytree(world.model, folder / "models" / "clibd-1m")
    with h5py.File(folder / "BioScan_data_in_splits.hdf5", "w") as file:
        for name, species in (("all_keys", 4), ("test_seen", 2), ("test_unseen", 4)):
            group = file.create_group(name)
            first = 2 if name == "test_unseen" else 0
            rows = range(first, species)
            jpegs = []
            for n in rows:
                stream = io.BytesIO()
                draw_insect(SPECIES[n][4], (96, 72), seed=len(name) + n).save(stream, "JPEG")
                jpegs.append(np.frombuffer(stream.getvalue(), np.uint8))
            padded = np.zeros((len(jpegs), max(map(len, jpegs))), np.uint8)
            for row, jpeg in zip(padded, jpegs, strict=True):
                row[: len(jpeg)] = jpeg
            group["image"], group["image_mask"] = padded, [len(jpeg) for jpeg in jpegs]
            group["barcode"] = [mutate(random_barcode(n), 1, len(name)).encode() for n in rows]
            for column, rank in enumerate(("order", "family", "genus", "species")):
                group[rank] = [SPECIES[n][column].encode() for n in rows]


def _for_import(folder: Path, world: TinyWorld) -> None:
    """Random weights of a tiny network; the file's hash, which the variant knows, is only reported."""
    torch = pytest.importorskip("torch", reason="training needs torch")
    from tests.training import originals

    torch.save(originals.clibd_checkpoint("idt", words=30, depth=1, text_depth=1), folder / "best.pth")
    (folder / "vocab.txt").write_text("".join(f"word{n}\n" for n in range(30)), encoding="utf-8")
    (folder / "models").mkdir()


def _for_pretraining(folder: Path, world: TinyWorld) -> None:
    """`prepare` of the same table; the shipped recipe's tower would take days."""
    write_records(folder / "coi.tsv", folder / "photos")
    words = ["prepare", "--barcodes", "coi.tsv", "--photos", "coi.tsv", "--out", "prepared"]
    assert training_cli.main(words) == 0
    recipe = folder / "training" / "configs" / "clibd.toml"
    recipe.parent.mkdir(parents=True)
    recipe.write_text(BARCODE_RECIPE, encoding="utf-8")


def _for_embed(folder: Path, world: TinyWorld) -> None:
    write_records(folder / "records.tsv.gz", folder / "photos", copies=1)
    make_model(folder / "resources" / "models" / "starter")


def _for_calibrate(folder: Path, world: TinyWorld) -> None:
    """Queries of the species in the tiny library; one of them counts as never trained on."""
    shutil.copytree(world.library, folder / "resources" / "libraries" / "starter")
    assert cli.main(["model", "install", str(world.model)]) == 0
    (folder / "prepared").mkdir()
    (folder / "photos").mkdir()
    text = "processid\tnucleotides\torder\tfamily\tgenus\tspecies\n"
    for number, (*names, _) in enumerate(SPECIES):
        for copy in range(20):
            barcode = mutate(random_barcode(number), 3, 1000 + copy)
            text += "\t".join([f"Q{number}{copy}", barcode, *names]) + "\n"
    (folder / "prepared" / "queries-calibrate.tsv.gz").write_bytes(gzip.compress(text.encode()))
    (folder / "prepared" / "unseen-calibrate.txt").write_text("Pieris rapae\n", encoding="utf-8")


def _for_averages(folder: Path, _: TinyWorld) -> None:
    torch = pytest.importorskip("torch", reason="training needs torch")
    for name, value in (("run-54", 1.0), ("run-24", 2.0)):
        (folder / name).mkdir()
        model = {"encoder.head.weight": torch.full((2, 2), value)}
        for stage in ("align", "dna"):
            weights = model if stage == "align" else {"linear.weight": torch.ones(2)}
            torch.save({"recipe": "{}", "model": weights}, folder / name / f"{stage}.pt")


def _for_rivals(folder: Path, world: TinyWorld) -> None:
    """Queries of the species in the tiny library, and of one that it lacks."""
    pytest.importorskip("torch", reason="training needs torch")
    shutil.copytree(world.library, folder / "starter-without-unseen")
    assert cli.main(["model", "install", str(world.model)]) == 0
    (folder / "prepared").mkdir()
    text = "processid\tnucleotides\torder\tfamily\tgenus\tspecies\n"
    for number, (*names, _) in enumerate(SPECIES):
        text += "\t".join([f"Q{number}", mutate(random_barcode(number), 2, number), *names]) + "\n"
    text += (
        "\t".join(["Q9", random_barcode(9), "Diptera", "Syrphidae", "Eristalis", "Eristalis tenax"]) + "\n"
    )
    (folder / "prepared" / "queries-test.tsv.gz").write_bytes(gzip.compress(text.encode()))


def _for_export(folder: Path, world: TinyWorld) -> None:
    queries = [world.photos["Noctua comes"], "--sequence", world.barcodes["Pieris rapae"]]
    packed = ["--library", world.library, "--model", world.model, "--provider", "cpu"]
    words = ["identify", *queries, *packed, "--out", folder / "results.jsonl"]
    assert cli.main([str(word) for word in words]) == 0


LAYOUTS: dict[str, Callable[[Path, TinyWorld], None] | None] = {
    "bioscan identify": _for_identify,
    "bioscan batch": _for_identify,
    "bioscan crop": _for_identify,
    "bioscan library build": _for_build,
    "bioscan library add": _for_add,
    "bioscan library remove": _for_library,
    "bioscan library export": _for_library,
    "bioscan library merge": _for_merge,
    "bioscan library index": _for_library,
    "bioscan library info": _for_library,
    "bioscan library verify": _for_library,
    "bioscan library taxa": _for_library,
    "bioscan library map": _for_library,
    "bioscan library list": None,
    "bioscan library install": _for_library,
    "bioscan model info": _for_model,
    "bioscan model verify": _for_model,
    "bioscan model list": None,
    "bioscan model install": _for_model,
    "bioscan packs list": None,
    "bioscan packs offers": _for_packs,
    "bioscan packs download": _for_packs,
    "bioscan packs remove": _for_packs,
    "bioscan evaluate": _for_evaluate,
    "bioscan export": _for_export,
    "bioscan selftest": None,
    "bioscan-train convert": _for_convert,
    "bioscan-train benchmark": _for_benchmark,
    "bioscan-train import-weights": _for_import,
    "bioscan-train pretrain-dna": _for_pretraining,
    "bioscan-train rehearse": _for_pretraining,
    "bioscan-train embed": _for_embed,
    "bioscan-train calibrate": _for_calibrate,
    "bioscan-train rivals": _for_rivals,
    "bioscan-train average": _for_averages,
}

RESULTS = {
    "bioscan identify": "names.csv",
    "bioscan export": "report.html",
    "bioscan batch": "run/results.csv",
    "bioscan library build": "my-library/manifest.json",
    "bioscan library export": "my-library.zip",
    "bioscan library taxa": "species.csv",
    "bioscan library map": "map.csv",
    "bioscan library merge": "both/manifest.json",
    "bioscan-train convert": "seen.tsv.gz",
    "bioscan-train import-weights": "models/clibd-5m-idt/text.onnx",
    "bioscan-train pretrain-dna": "run/pretrain.pt",
    "bioscan-train rehearse": "rehearsal/barcodes.tsv.gz",
    "bioscan-train average": "run/align.pt",
    "bioscan-train embed": "embeddings/shard-00000/dna.npy",
    "bioscan-train calibrate": "resources/libraries/starter/calibration.json",
}
"""What must be there afterwards."""


def test_every_command_has_an_example_that_is_tried() -> None:
    assert not [name for name, text in EXAMPLES.items() if not text.startswith(f"{name} ") and text != name]
    chain = {f"bioscan-train {name}" for name in RECIPE_CHAIN}
    assert set(EXAMPLES) == set(LAYOUTS) | chain | set(ELSEWHERE)


@pytest.mark.parametrize("command", LAYOUTS)
def test_the_example_works(
    command: str, world: TinyWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = LAYOUTS[command]
    monkeypatch.chdir(tmp_path)
    if layout is not None:
        layout(tmp_path, world)
    run(command)
    if command in RESULTS:
        assert (tmp_path / RESULTS[command]).stat().st_size > 0


def test_the_examples_of_training_work_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch", reason="training needs torch")
    write_records(tmp_path / "coi.tsv.gz", tmp_path / "photos")
    write_records(tmp_path / "images.tsv", tmp_path / "photos")
    recipe = tmp_path / "training" / "configs" / "starter.toml"
    recipe.parent.mkdir(parents=True)
    recipe.write_text(RECIPE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in RECIPE_CHAIN:
        run(f"bioscan-train {name}")
    for made in ("prepared/report.json", "run/align.pt", "resources/models/starter/manifest.json"):
        assert (tmp_path / made).is_file()
