"""Made-up specimens of six species, and a recipe whose towers train in a second."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bioscan_training.config import (
    Config,
    ContrastStage,
    DnaTower,
    ImageTower,
    PhotoAugmentation,
    Pretraining,
    Schedule,
    TextTower,
    Towers,
)
from bioscan_training.data.records import Record, haplotype_of, write_records

from bioscan_desktop.core.taxonomy import Lineage

BASES = 90
SMALL: dict[str, Any] = {"width": 16, "layers": 1, "heads": 2, "hidden": 32}
SCHEDULE = Schedule(
    epochs=2, batch=8, lr=3e-3, precision="fp32", ema=0.9, eval_every=0, checkpoint_s=0.0, watch="val/mean"
)
RECIPE = Config(
    dim=16,
    stages=("contrast",),
    threads=1,
    device="cpu",
    towers=Towers(
        image=ImageTower(size=32, resize=36, patch=8, **SMALL),
        dna=DnaTower(k=3, max_bases=BASES, **SMALL),
        text=TextTower(vocabulary_size=200, max_tokens=12, **SMALL),
    ),
    contrast=ContrastStage(
        photo_side=40,
        workers=1,
        schedule=SCHEDULE,
        augmentation=PhotoAugmentation(rotate=0.0, erase=0.0),
    ),
    pretrain=Pretraining(schedule=replace(SCHEDULE, watch="val/loss")),
)


def with_contrast(config: Config, **changes: Any) -> Config:
    """The recipe with other values in `[contrast]`; those of its schedule by their own names."""
    own = {k: v for k, v in changes.items() if hasattr(config.contrast, k) and k != "schedule"}
    schedule = replace(config.contrast.schedule, **{k: v for k, v in changes.items() if k not in own})
    return replace(config, contrast=replace(config.contrast, schedule=schedule, **own))


def with_tower(config: Config, name: str, **changes: Any) -> Config:
    """The recipe with other values in one of the tables of `[towers]`."""
    tower = replace(getattr(config.towers, name), **changes)
    return replace(config, towers=replace(config.towers, **{name: tower}))


def lineage(species: int) -> Lineage:
    """Six species in three genera and two families."""
    genus = f"G{'aeo'[species // 2]}rus"
    return Lineage("Odera", f"F{species // 4}idae", genus, f"{genus} s{'abcdef'[species]}")


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `prepare` writes. Of each species: photo and barcode P0 of one specimen, two photos and two
    barcodes of specimens that have nothing else, and one of each for validation."""
    from PIL import Image

    folder = tmp_path_factory.mktemp("prepared")
    rng = np.random.default_rng(0)
    barcodes, photos = [], []
    for s in range(6):
        names = lineage(s)
        ancestor = rng.choice(list("ACGT"), BASES)
        for i in range(4):
            bases = "".join(np.where(rng.random(BASES) < 0.03, rng.choice(list("ACGT"), BASES), ancestor))
            split = "val" if i == 3 else "train"
            name = names.species or ""
            barcodes.append(
                Record(
                    f"{'P' if i == 0 else 'B'}{s}-{i}", "", bases, names, name, haplotype=haplotype_of(bases),
                    split=split, bin_uri=f"BOLD:AAA000{s // 2}",
                )
            )  # fmt: skip
            pixels = np.clip(rng.normal(40 * s, 20, (36, 44, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / f"{s}-{i}.png")
            photos.append(
                Record(f"{'P' if i == 0 else 'F'}{s}-{i}", f"{s}-{i}.png", "", names, name, split=split)
            )
    write_records(folder / "barcodes.tsv.gz", barcodes)
    write_records(folder / "photos.tsv", photos)
    return folder


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """An empty run folder."""
    folder = tmp_path / "run"
    folder.mkdir()
    return folder


def recipe_file(path: Path, epochs: int, precision: str = "fp32") -> Path:
    """The recipe of the tests as a file."""
    path.write_text(
        f"""
dim = 16
stages = ["contrast"]
threads = 1
device = "cpu"
[towers.image]
size = 32
resize = 36
patch = 8
width = 16
layers = 1
heads = 2
hidden = 32
[towers.dna]
k = 3
max_bases = 90
width = 16
layers = 1
heads = 2
hidden = 32
[towers.text]
vocabulary_size = 200
max_tokens = 12
width = 16
layers = 1
heads = 2
hidden = 32
[contrast]
photo_side = 40
workers = 1
[contrast.schedule]
epochs = {epochs}
batch = 8
precision = "{precision}"
ema = 0.9
patience = 1000
watch = "val/mean"
checkpoint_s = 0.0
"""
    )
    return path
