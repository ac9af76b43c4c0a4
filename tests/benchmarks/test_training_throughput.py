"""Samples a second of stage `contrast`, against a loop in the order of CLIBD's own (`authors_loop`).

Ours: photos are decoded once, at reduced scale, into a file of bytes; tokens are computed once per distinct
barcode and name. Theirs: both anew each time. Both run as programs of their own, by turns, with the same
settings of their threads; both prepare batches ahead while the towers work, we on two threads, they in two
processes. The towers are small: it is the way to them that is measured, and larger ones bring both nearer
together.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from bioscan_training.data.records import Record, haplotype_of, write_records
from PIL import Image

from bioscan_desktop.core.taxonomy import Lineage
from tests.conftest import draw_insect, random_barcode

pytest.importorskip("torch", reason="training needs torch")

pytestmark = pytest.mark.benchmark

ROOT = Path(__file__).parents[2]
RECORDS, BATCH, EPOCHS, THREADS, ROUNDS = 192, 32, 3, 2, 2
SMALL = "width = 64\nlayers = 2\nheads = 2\nhidden = 128\n"
RECIPE = f"""
dim = 64
threads = {THREADS}
device = "cpu"
stages = ["contrast"]
[towers.image]
{SMALL}
[towers.dna]
{SMALL}
[towers.text]
{SMALL}
[contrast]
pairing = "record"
workers = {THREADS}
[contrast.schedule]
epochs = {EPOCHS}
batch = {BATCH}
precision = "fp32"
ema = 0.0
eval_every = 0
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """What `prepare` writes, and photos of 1024 x 768 with the noise of a sensor, about 200 kB each."""
    rng = np.random.default_rng(0)
    found = []
    for i in range(RECORDS):
        colour = tuple(int(v) for v in rng.integers(20, 230, 3))
        picture = np.asarray(draw_insect(colour, (1024, 768), seed=i), dtype=np.int16)
        noisy = np.clip(picture + rng.normal(0, 8, picture.shape), 0, 255).astype(np.uint8)
        Image.fromarray(noisy).save(tmp_path / f"{i}.jpg", quality=90)
        genus = f"Genus{chr(97 + i % 26)}"
        lineage = Lineage("Diptera", f"Family{i % 9}idae", genus, f"{genus} species{chr(97 + i // 26)}")
        barcode = random_barcode(i)
        found.append(
            Record(f"R{i}", f"{i}.jpg", barcode, lineage, haplotype=haplotype_of(barcode), split="train")
        )
    write_records(tmp_path / "barcodes.tsv.gz", found)
    write_records(tmp_path / "photos.tsv", found)
    (tmp_path / "recipe.toml").write_text(RECIPE, encoding="utf-8")
    return tmp_path


def seconds_of(command: list[str]) -> tuple[float, str]:
    """How long a program takes from its start to its end, and what it prints."""
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "training")]),
        "OMP_WAIT_POLICY": "passive",  # as `bioscan-train` sets it, for both
    }
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *command], env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return time.perf_counter() - start, done.stdout


@pytest.mark.timeout(900)
def test_contrast_against_the_order_of_the_authors(data: Path) -> None:
    recipe = str(data / "recipe.toml")
    epochs: dict[str, list[float]] = {"ours": [], "theirs": []}
    whole: dict[str, list[float]] = {"ours": [], "theirs": []}
    for number in range(ROUNDS):
        run = data / f"run-{number}"
        words = ["--config", recipe, "--data", str(data), "--images", str(data), "--run", str(run)]
        seconds, _ = seconds_of(["-m", "bioscan_training.cli", "--quiet", "fit", *words])
        whole["ours"].append(seconds)
        rows = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
        assert len(rows) == EPOCHS
        epochs["ours"] += [b - a for a, b in pairwise(row["seconds"] for row in rows)]
        loop = str(Path(__file__).with_name("authors_loop.py"))
        seconds, printed = seconds_of([loop, recipe, str(data), str(data), str(data / f"theirs-{number}")])
        whole["theirs"].append(seconds)
        epochs["theirs"] += json.loads(printed)[1:]
    size = np.mean([path.stat().st_size for path in data.glob("*.jpg")]) / 1000
    print(f"\n{RECORDS} records, photos of 1024 x 768 and {size:.0f} kB, {THREADS} threads, samples/s")
    print(f"(load {os.getloadavg()[0]:.1f})  {'':<22}{'a later epoch':>16}{f'{EPOCHS} epochs':>12}")
    names = {"ours": "stage contrast, its decoding included", "theirs": "order of the authors"}
    for who, name in names.items():
        later, all_in = RECORDS / min(epochs[who]), EPOCHS * RECORDS / min(whole[who])
        print(f"  {name:<40}{later:>14.1f}{all_in:>12.1f}")
    later, all_in = (min(times["theirs"]) / min(times["ours"]) for times in (epochs, whole))
    print(f"  {'ratio':<40}{later:>14.2f}{all_in:>12.2f}")
    assert later >= 1
    assert all_in >= 1
