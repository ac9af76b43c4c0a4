"""Training in the order of CLIBD's own loop (scripts/train_cl.py, util/dataset.py), written again plainly.

Each time that a record comes up, its JPEG is decoded in full, resized as a float tensor, cropped and
turned, and its barcode and its names are cut into tokens. Towers, loss and optimiser are ours, in float32.

    python authors_loop.py RECIPE DATA PHOTOS RUN

prints the seconds of each epoch as JSON.
"""

from __future__ import annotations

import itertools
import json
import math
import sys
import time
from pathlib import Path

import numpy as np
import torch
from bioscan_training.config import Config, load_config
from bioscan_training.contrast.stage import make_learner
from bioscan_training.contrast.vocabulary import build_vocabulary, write_vocabulary
from bioscan_training.data.records import Record, read_records
from bioscan_training.names_text import WordPiece
from PIL import Image
from torch import Tensor
from torch.nn import functional as F


def pixels_of(path: Path, rng: np.random.Generator) -> Tensor:
    """ToTensor, Resize(256), RandomResizedCrop(224), flips, rotation by up to 45 degrees."""
    with Image.open(path) as picture:
        x = torch.from_numpy(np.array(picture.convert("RGB"))).permute(2, 0, 1)[None].float() / 255
    scale = 256 / min(x.shape[2:])
    size = [round(scale * side) for side in x.shape[2:]]
    x = F.interpolate(x, size, mode="bilinear", antialias=True)
    area, ratio = rng.uniform(0.08, 1.0), math.exp(rng.uniform(-math.log(4 / 3), math.log(4 / 3)))
    h = min(size[0], max(1, round(math.sqrt(area * size[0] * size[1] / ratio))))
    w = min(size[1], max(1, round(math.sqrt(area * size[0] * size[1] * ratio))))
    top, left = rng.integers(size[0] - h + 1), rng.integers(size[1] - w + 1)
    x = F.interpolate(x[:, :, top : top + h, left : left + w], (224, 224), mode="bilinear", antialias=True)
    x = x.flip(3) if rng.random() < 0.5 else x
    x = x.flip(2) if rng.random() < 0.5 else x
    angle = rng.uniform(-math.pi / 4, math.pi / 4)
    c, s = math.cos(angle), math.sin(angle)
    grid = F.affine_grid(torch.tensor([[[c, -s, 0.0], [s, c, 0.0]]]), list(x.shape), align_corners=False)
    return F.grid_sample(x, grid, mode="nearest", align_corners=False)[0]


def tokens_of(barcode: str, vocabulary: dict[str, int]) -> list[int]:
    """Cut or padded to 660 bases, then 5-mers looked up one by one."""
    barcode = barcode[:660].ljust(660, "N")
    return [0, *(vocabulary.get(barcode[i : i + 5], 2) for i in range(0, 660, 5))]


def loss_of(rows: list[Tensor], scale: Tensor) -> Tensor:
    """The mean of the cross-entropies of all ordered pairs of modalities."""
    target = torch.arange(len(rows[0]))
    pairs = [(a, b) for a in rows for b in rows if a is not b]
    return torch.stack([F.cross_entropy(scale * a @ b.T, target) for a, b in pairs]).mean()


class Specimens(torch.utils.data.Dataset):
    """Pixels, tokens of the barcode, ids and mask of the names of one record."""

    def __init__(self, records: list[Record], photos: Path, words: WordPiece) -> None:
        self.records, self.photos, self.words = records, photos, words
        kmers = map("".join, itertools.product("ACGT", repeat=5))
        self.vocabulary = {kmer: number for number, kmer in enumerate(kmers, start=3)}

    def __len__(self) -> int:
        return len(self.records)

    def __getitem__(self, number: int) -> tuple[Tensor, ...]:
        record = self.records[number]
        pixels = pixels_of(self.photos / record.image_file, np.random.default_rng(number))
        ids, mask = self.words.encode([names_of(record)])
        tokens = torch.tensor(tokens_of(record.nucleotides, self.vocabulary))
        return pixels, tokens, torch.from_numpy(ids[0]), torch.from_numpy(mask[0])


def names_of(record: Record) -> str:
    """The prompt of a specimen."""
    return " ".join(name or "not_classified" for name in record.lineage.names())


def train(config: Config, data: Path, photos: Path, run: Path) -> list[float]:
    """Trains; returns the seconds of each epoch."""
    records = read_records(data / "photos.tsv")
    schedule, text = config.contrast.schedule, config.towers.text
    run.mkdir()
    write_vocabulary(build_vocabulary(map(names_of, records), text.vocabulary_size), run / "vocabulary.txt")
    torch.set_num_threads(config.threads)
    learner, _ = make_learner(config, run)
    learner.train()
    optimizer = torch.optim.AdamW(learner.parameters(), lr=schedule.lr)
    loader = torch.utils.data.DataLoader(
        Specimens(records, photos, WordPiece(run / "vocabulary.txt", text.max_tokens)),
        batch_size=schedule.batch,
        shuffle=True,
        drop_last=True,
        num_workers=config.contrast.workers,
        persistent_workers=True,
    )
    seconds = []
    for _ in range(schedule.epochs):
        start = time.perf_counter()
        for pixels, tokens, ids, mask in loader:
            rows = [
                learner.tower("image")(pixels),
                learner.tower("dna")(tokens),
                learner.tower("text")(ids, mask),
            ]
            optimizer.zero_grad(set_to_none=True)
            loss_of(rows, learner.temperature()).backward()
            optimizer.step()
        seconds.append(time.perf_counter() - start)
    return seconds


if __name__ == "__main__":
    recipe, *folders = map(Path, sys.argv[1:])
    sys.stdout.write(json.dumps(train(load_config(recipe), *folders)) + "\n")
