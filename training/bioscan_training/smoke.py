"""`bioscan-train smoke`: the whole way from records to names on a made-up set, in a minute or two.

Eight drawn species with evolved barcodes, four specimens each, go through every command in turn. It
shows that an installation can train, resume, export and identify; how good a model is, it cannot show.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import logging
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from bioscan_desktop.core.errors import BioscanError
from bioscan_desktop.inference.frame import backbone

ABOUT = "Try the whole way on 32 drawn specimens: prepare, train, resume, evaluate, export, identify."
EXAMPLE = "bioscan-train smoke --keep smoke"

PER_SPECIES = 4
CODONS = 219
SEED = 2

TAXA = (
    ("Lepidoptera", "Noctuidae", "Noctua", "pronuba", (150, 95, 45), 0.50),
    ("Lepidoptera", "Noctuidae", "Noctua", "comes", (190, 150, 110), 0.50),
    ("Lepidoptera", "Noctuidae", "Agrotis", "segetum", (95, 80, 75), 0.42),
    ("Lepidoptera", "Pieridae", "Pieris", "rapae", (232, 230, 205), 0.62),
    ("Lepidoptera", "Pieridae", "Colias", "croceus", (235, 165, 30), 0.58),
    ("Diptera", "Syrphidae", "Episyrphus", "balteatus", (215, 185, 40), 0.24),
    ("Diptera", "Syrphidae", "Eristalis", "tenax", (70, 50, 30), 0.28),
    ("Diptera", "Tipulidae", "Tipula", "paludosa", (130, 130, 135), 0.16),
)
"""(order, family, genus, epithet, colour of the wings, their height as a share of the picture)."""

_CODONS = [a + b + c for a in "ACGT" for b in "ACGT" for c in "ACGT" if a + b + c not in ("TAA", "TAG")]
"""All but the stops of the invertebrate mitochondrial code (5)."""

STAGES = ("dna", "align")
EPOCHS = 6
"""Of the last stage."""

RECIPE = f"""\
seed = {SEED}
dim = 32
stages = {json.dumps(STAGES)}
threads = 2

[splits]
unseen = 0.15
val_unseen = 0.15
test = 0.2
val = 0.2

[dna_model]
embedding = 12
hidden = 32

[dna.schedule]
epochs = 12
batch = 5
lr = 3e-3
ema = 0.9
eval_every = 6
checkpoint_s = 0.0

[image_model]
frozen_blocks = 14

[align]
mode = "squash"
size = 64
resize = 64
train_size = 64
align_species = 1.0

[align.schedule]
epochs = {EPOCHS}
batch = 5
lr = 3e-3
ema = 0.9
eval_every = 4
checkpoint_s = 0.0

[export]
pack_id = "smoke"
title = "Smoke"
parity_inputs = 8
calibration = 8
"""


class SmokeError(BioscanError):
    """A step that came out wrong; the message is one sentence."""

    code = "smoke"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="new folder for everything, instead of a temporary one"
    )


def run(args: argparse.Namespace) -> int:
    """Runs the command: 0 if every step came out right, else 1."""
    if args.keep is not None and args.keep.exists():
        raise SmokeError(f"{args.keep} exists already; choose another folder.")
    with contextlib.ExitStack() as stack:
        if args.keep is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        else:
            folder = args.keep
            folder.mkdir(parents=True)
        return 0 if Smoke(folder).run() else 1


@dataclass
class Smoke:
    """The steps, in order, in one folder."""

    folder: Path
    truth: dict[str, str] = field(default_factory=dict)

    def run(self) -> bool:
        """Runs all steps up to the first that is wrong, and says of each how long it took."""
        start = time.perf_counter()
        for step in self._steps():
            begin = time.perf_counter()
            name = (step.__doc__ or "").split(":")[0]
            try:
                outcome, right = step(), True
            except (BioscanError, OSError, KeyError, ValueError) as error:
                outcome, right = f"{error}", False
            seconds = time.perf_counter() - begin
            print(f"{'ok   ' if right else 'WRONG'} {name:<14}{seconds:>6.1f} s  {outcome}", flush=True)
            if not right:
                return False
        print(f"all well after {time.perf_counter() - start:.0f} s", flush=True)
        return True

    def _steps(self) -> tuple[Callable[[], str], ...]:
        return (
            self.draw, self.prepare, self.fit, self.evaluate, self.export, self.build, self.identify
        )  # fmt: skip

    def draw(self) -> str:
        """specimens: drawn photos and evolved barcodes."""
        self.truth = write_specimens(self.folder)
        (self.folder / "recipe.toml").write_text(RECIPE, encoding="utf-8")
        return f"{len(self.truth)} of {len(TAXA)} species"

    def prepare(self) -> str:
        """prepare: every split has something."""
        table = str(self.folder / "records.tsv")
        report = json.loads(
            self._train("prepare", "--barcodes", table, "--photos", table, "--seed", str(SEED), "--config",
                        self._at("recipe.toml"), "--out", self._at("prepared"))
        )  # fmt: skip
        splits = {split: n["records"] for split, n in report["barcodes"].items()}
        missing = {"train", "val", "test", "unseen", "val_unseen"} - set(splits)
        _demand(not missing, f"no barcodes in {', '.join(sorted(missing))}")
        return " ".join(f"{split} {n}" for split, n in splits.items())

    def fit(self) -> str:
        """fit: killed in the middle, it goes on where it was."""
        run, stage = self.folder / "run", STAGES[-1]
        checkpoint, finished = run / f"{stage}.ckpt", run / f"{stage}.pt"
        command = ["-m", "bioscan_training.cli", "--quiet", "fit", *self._common()]
        process = subprocess.Popen([sys.executable, *command], stderr=subprocess.PIPE, encoding="utf-8")
        # After the first epoch and the checkpoint behind it: a run begun anew would tell that epoch twice.
        while process.poll() is None and not self._losses(stage):
            time.sleep(0.01)
        saved = _changed(checkpoint)
        while process.poll() is None and _changed(checkpoint) == saved:
            time.sleep(0.01)
        process.kill()
        words = process.communicate()[1].strip().splitlines()
        _demand(checkpoint.exists(), words[-1] if words else "it ended without a checkpoint")
        _demand(not finished.exists(), "it ended before it could be killed")
        before = len(self._losses(stage))
        self._train("fit", *self._common())
        _demand(finished.exists(), f"it left no {finished.name}")
        losses = self._losses(stage)
        _demand(len(losses) == EPOCHS, f"{len(losses)} epochs are told of {EPOCHS}: it did not go on")
        _demand(losses[-1] < losses[0], f"the loss went from {losses[0]:.2f} to {losses[-1]:.2f}")
        return f"loss from {losses[0]:.2f} to {losses[-1]:.2f}, killed after epoch {before} of {EPOCHS}"

    def _losses(self, stage: str) -> list[float]:
        """By epoch, as `metrics.jsonl` has them."""
        path = self.folder / "run" / "metrics.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        with contextlib.suppress(ValueError):  # the last line is being written
            rows = [json.loads(line) for line in lines]
            return [row["loss"] for row in rows if row["stage"] == stage]
        return []

    def evaluate(self) -> str:
        """evaluate: figures of held-out barcodes."""
        figures = json.loads(self._train("evaluate", *self._common(), "--split", "test", "--no-baselines"))
        found = figures["dna to dna"]["seen"]["model"]["species"]["micro"]
        _demand(found > 0.5, f"only {found:.0%} of the held-out barcodes are nearest to their species")
        return f"{found:.0%} of held-out barcodes nearest to their species"

    def export(self) -> str:
        """export: a model pack that answers as the towers do."""
        manifest = json.loads(self._train("export", *self._common(), "--out", self._at("pack")))
        parity = {name: card["parity"]["cosine_min"] for name, card in manifest["encoders"].items()}
        _demand({"image", "dna"} <= set(parity), f"it has no more than {', '.join(parity)}")
        return " ".join(f"{name} {value:.5f}" for name, value in parity.items())

    def build(self) -> str:
        """library build: keys of the specimens."""
        out = self._app(
            "library", "build", "--records", self._at("prepared", "library.tsv.gz"),
            "--images", self._at("photos"), "--model", self._at("pack"), "--out", self._at("library"),
        )  # fmt: skip
        counts = json.loads(out)
        _demand(counts["skipped"] == 0, f"{counts['skipped']} records were skipped")
        _demand(counts["species"] == len(TAXA), f"it has {counts['species']} species")
        return f"{counts['dna_keys']} keys of barcodes, {counts['image_keys']} of photos"

    def identify(self) -> str:
        """identify: most specimens get their name."""
        out = self._app(
            "identify", "--specimens", self._at("specimens.tsv"), "--library", self._at("library"),
            "--model", self._at("pack"), "--provider", "cpu",
        )  # fmt: skip
        rows = [json.loads(line) for line in out.splitlines()]
        _demand(len(rows) == len(self.truth), f"{len(rows)} answers for {len(self.truth)} specimens")
        right = sum(_best(row) == self.truth[row["query_id"]] for row in rows)
        _demand(right >= 0.75 * len(rows), f"only {right} of {len(rows)} specimens get their name")
        return f"{right} of {len(rows)} specimens get their name"

    def _common(self) -> list[str]:
        return [
            "--config", self._at("recipe.toml"), "--data", self._at("prepared"),
            "--images", self._at("photos"), "--run", self._at("run"),
        ]  # fmt: skip

    def _at(self, *parts: str) -> str:
        return str(self.folder.joinpath(*parts))

    def _train(self, *words: str) -> str:
        """A command of `bioscan-train`, here, where torch is loaded already; returns what it prints."""
        from bioscan_training.cli import main

        out, err = io.StringIO(), io.StringIO()
        logging.disable(logging.WARNING)
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = main(["--quiet", *words])
        finally:
            logging.disable(logging.NOTSET)
        _demand(code == 0, err.getvalue().strip() or f"it ended with {code}")
        return out.getvalue()

    def _app(self, *words: str) -> str:
        """A command of `bioscan`, in a process of its own; returns what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "bioscan_desktop.cli", *words], capture_output=True, encoding="utf-8"
        )
        _demand(done.returncode == 0, done.stderr.strip() or f"it ended with {done.returncode}")
        return done.stdout


def _changed(path: Path) -> int:
    """When a file was written last, in ns; 0 where it is not there."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _demand(right: bool, otherwise: str) -> None:
    if not right:
        raise SmokeError(otherwise)


def _best(row: dict[str, Any]) -> str:
    """The species of an answer: that of the verdict, or of the nearest key where it stops before."""
    return next((rank["name"] for rank in row["ranks"] if rank["rank"] == "species"), "")


def write_specimens(folder: Path) -> dict[str, str]:
    """Writes `records.tsv`, `specimens.tsv` and the folder `photos`; returns species by specimen."""
    (folder / "photos").mkdir()
    truth: dict[str, str] = {}
    columns = "processid specimen_id image_file nucleotides order family genus species fold".split()
    with contextlib.ExitStack() as stack:
        streams = [
            stack.enter_context((folder / name).open("w", newline="", encoding="utf-8"))
            for name in ("records.tsv", "specimens.tsv")
        ]
        records, specimens = (csv.writer(s, delimiter="\t", lineterminator="\n") for s in streams)
        records.writerow(columns)
        specimens.writerow(["specimen_id", "image_file", "nucleotides"])
        for number, (taxon, barcode) in enumerate(specimens_of()):
            order, family, genus, epithet, colour, height = taxon
            id, name = f"SMOKE{number:03d}-26", f"{number:03d}.jpg"
            draw_insect(colour, height, number).save(folder / "photos" / name, quality=90)
            truth[id] = f"{genus} {epithet}"
            names = [order, family, genus, truth[id]]
            records.writerow([id, id, name, barcode, *names, number % PER_SPECIES])
            specimens.writerow([id, f"photos/{name}", barcode])
    return truth


def specimens_of() -> Iterator[tuple[tuple[str, str, str, str, tuple[int, int, int], float], str]]:
    """(taxon, barcode) of every specimen: barcodes evolve down the tree, and a little within a species."""
    rng = random.Random(SEED)
    root = backbone()[1:]  # the frame begins with the last base of a codon
    codons: dict[tuple[str, ...], list[str]] = {(): [root[3 * c : 3 * c + 3] for c in range(CODONS)]}
    for taxon in TAXA:
        names = tuple(map(str, taxon[:4]))
        for depth, changes in ((1, 20), (2, 12), (3, 8), (4, 5)):
            if names[:depth] not in codons:
                codons[names[:depth]] = _evolved(codons[names[: depth - 1]], changes, rng)
        for _ in range(PER_SPECIES):
            yield taxon, "".join(_evolved(codons[names], rng.randint(1, 2), rng))


def _evolved(codons: list[str], changes: int, rng: random.Random) -> list[str]:
    """A copy in which so many codons are others, none of them a stop."""
    copy = list(codons)
    for position in rng.sample(range(len(copy)), changes):
        copy[position] = rng.choice(_CODONS)
    return copy


def draw_insect(colour: tuple[int, int, int], height: float, seed: int) -> Image.Image:
    """A drawn insect with spread wings, 320 x 240 px, each a little different in place, size and light."""
    rng = random.Random(seed)
    light = rng.uniform(0.92, 1.06)
    wing = tuple(min(255, int(light * c + rng.uniform(-5, 5))) for c in colour)
    image = Image.new("RGB", (320, 240), (int(238 * light), int(236 * light), int(228 * light)))
    draw = ImageDraw.Draw(image)
    x, y = 160 + rng.uniform(-8, 8), 120 + rng.uniform(-6, 6)
    span, tall = 105 * rng.uniform(0.95, 1.05), 240 * height * rng.uniform(0.95, 1.05) / 2
    for side in (-1, 1):
        tip = (x + side * span, y - tall)
        draw.polygon([(x, y - 8), tip, (x + side * span, y), (x, y + 12)], fill=wing, outline=(30, 30, 30))
        draw.polygon([(x, y), (x + side * span * 0.75, y + tall * 0.8), (x, y + 20)], fill=wing)
    draw.ellipse((x - 9, y - 35, x + 9, y + 45), fill=tuple(c // 2 for c in wing), outline=(20, 20, 20))
    return image
