"""Stages `image` and `align`: the photo tower learns names, then to stand beside the barcodes.

Both stages are one routine with different weights. Photos and barcodes are paired by name, as there
are no specimens with both: any barcode of the species is a positive, and of the genus and family with
less weight. The barcode tower stays as stage `dna` left it; its embeddings of all training haplotypes
are computed once and serve as keys of all species in every step.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from bioscan_desktop.core.kin import Kin
from bioscan_desktop.core.leaning import Leaning
from bioscan_desktop.inference.images import ImagePreprocessing
from bioscan_training.basis import basis_of
from bioscan_training.config import Config, ExportConfig, ImageStage
from bioscan_training.data.barcodes import FramedBarcodes, balanced_rows, genus_batches, unique_haplotypes
from bioscan_training.data.photos import MEAN, STD, PhotoCache, augmented_batch, model_inputs
from bioscan_training.data.records import Record, read_records
from bioscan_training.dna_stage import (
    DataError,
    class_labels,
    embed_codes,
    load_dna_encoder,
    species_label,
)
from bioscan_training.encoders import ImageEncoder
from bioscan_training.evaluate import label_metrics, nearest
from bioscan_training.loop import ResumeError, Trainer, load_weights, read_state, schedule_recipe
from bioscan_training.losses import (
    UNKNOWN,
    CosineClassifier,
    Temperature,
    relatives_contrast,
    symmetric_alignment,
)

log = logging.getLogger(__name__)
_RANKS = ("species", "genus", "family")


def preprocessing_of(stage: ImageStage) -> ImagePreprocessing:
    """The evaluation transform; it goes into the manifest as it is."""
    return ImagePreprocessing(size=stage.size, resize=stage.resize, mode=stage.mode, mean=MEAN, std=STD)


def side_of(stage: ImageStage, epoch: int) -> int:
    """Side of the training crops of an epoch, px; see `ImageStage.first_size`."""
    first = stage.first_size or stage.train_size
    last = 2 * stage.schedule.epochs / 3
    steps = (stage.train_size - first) // 32
    return stage.train_size if epoch >= last else first + 32 * int((steps + 1) * epoch / last)


def rank_names(record: Record) -> tuple[str | None, str | None, str | None]:
    """(species, genus, family) to train on."""
    return species_label(record), record.genus, record.family


def leaning_of(
    settings: ExportConfig, splits: Collection[str], photos: Sequence[Record], kin: tuple[Kin, ...] = ()
) -> Leaning | None:
    """What the pack says of the species trained on; None where the recipe makes up for nothing.

    Args:
        splits: what the photo tower was trained on, see `trained_splits`.
        photos: all that were prepared, of every split.
        kin: what the tower learned of genera and families.
    """
    off = {"image": settings.lean_image, "dna": settings.lean_dna}
    within, abundance = {"dna": settings.lean_dna_genus}, {"dna": settings.abundance_dna}
    stretch, crowding = {"image": settings.stretch_image}, {"image": settings.crowding_image}
    tables = (off, within, abundance, stretch, crowding)
    if not any(value for table in tables for value in table.values()) and not kin:
        return None
    names = {species_label(r) for r in photos if r.split in splits}
    return Leaning(frozenset(name for name in names if name is not None), *tables, kin)


class PhotoLearner(nn.Module):
    """The photo tower, the prototypes of the ranks, and the temperature of the alignment."""

    def __init__(
        self, config: Config, stage: ImageStage, classes: dict[str, int], pretrained: bool = True
    ) -> None:
        super().__init__()
        self.encoder = ImageEncoder(config.image_model, config.dim, pretrained)
        for rank in _RANKS:
            smoothing = stage.smoothing if rank == "species" else 0.0
            head = CosineClassifier(classes[rank], config.dim, stage.scale, stage.margin, smoothing)
            self.add_module(rank, head)
        self.temperature = Temperature(stage.scale)


@torch.no_grad()
def embed_photos(
    encoder: nn.Module, paths: Sequence[Path], prep: ImagePreprocessing, batch: int = 64
) -> np.ndarray:
    """(n, d) float32 rows of photo files through the app's loader; `encoder` must be in eval mode."""
    rows = []
    for start in range(0, len(paths), batch):
        x = torch.from_numpy(model_inputs(paths[start : start + batch], prep))
        with torch.autocast("cpu", torch.bfloat16):
            rows.append(encoder(x.to(memory_format=torch.channels_last)).float().numpy())
    return np.concatenate(rows)


class BarcodeKeys:
    """Embeddings of all training haplotypes, from which every step draws a few per species.

    Attributes:
        embeddings: (m, d) float32 unit rows.
        labels: (m, 3) int64 of species, genus and family in the numbering of the photo classes.
        basis: a hash of the barcodes, their names and the tower.
        tower: a hash of the tower alone.
    """

    def __init__(self, config: Config, data: Path, run_dir: Path, numbers: Sequence[dict[str, int]]) -> None:
        records = unique_haplotypes(read_records(data / "barcodes.tsv.gz"))
        self.records = [r for r in records if r.split in config.dna.train_splits]
        framed = FramedBarcodes([r.nucleotides for r in self.records])
        self.records = [r for r, placed in zip(self.records, framed.placed, strict=True) if placed]
        encoder, codes = load_dna_encoder(config, run_dir), framed.codes[framed.placed]
        self.embeddings = embed_codes(encoder, codes)
        names = [rank_names(r) for r in self.records]
        self.tower = basis_of(encoder.state_dict())
        self.basis = basis_of(codes, names, encoder.state_dict())
        # Names without a photo get numbers of their own beyond the photo classes: plain negatives.
        extended = [dict(n) for n in numbers]
        for row in names:
            for known, name in zip(extended, row, strict=True):
                if name is not None:
                    known.setdefault(name, len(known))
        self.labels = np.array(
            [[UNKNOWN if n is None else e[n] for n, e in zip(row, extended, strict=True)] for row in names]
        )
        self.rows_of: dict[str, list[int]] = {}
        for i, row in enumerate(names):
            self.rows_of.setdefault(row[0] or f"? {row[1]}", []).append(i)

    def draw(self, per_species: int, rng: np.random.Generator) -> np.ndarray:
        """Rows of up to `per_species` random haplotypes of every species."""
        chosen = [rng.permutation(rows)[:per_species] for rows in self.rows_of.values()]
        return np.concatenate(chosen)


def train_photos(
    config: Config,
    name: str,
    data: Path,
    images: Path,
    run_dir: Path,
    tuning: bool = False,
    stop_at: int | None = None,
) -> nn.Module:
    """Trains the photo tower in stage `image` or `align`.

    Args:
        name: the stage.
        data: folder that `prepare` wrote.
        images: folder that `image_file` is relative to.
        tuning: validate on the official tuning fold instead of training on it.

    Returns:
        The averaged learner in eval mode.
    """
    stage: ImageStage = getattr(config, name)
    if tuning:
        stage = replace(stage, train_splits=tuple(s for s in stage.train_splits if s != "tune"))
    every = read_records(data / "photos.tsv")
    records = [r for r in every if r.split in stage.train_splits]
    if not records:
        raise DataError(f"There is no photo in the split {' or '.join(stage.train_splits)} to train on.")
    names = [rank_names(r) for r in records]
    numbers = [{n: i for i, n in enumerate(class_labels([row[c] for row in names])[1])} for c in range(3)]
    labels = torch.tensor(
        [[UNKNOWN if n is None else m[n] for n, m in zip(row, numbers, strict=True)] for row in names]
    )
    cache = PhotoCache([images / r.image_file for r in records], run_dir)
    uses_dna = max(stage.align_species, stage.align_genus, stage.align_family) > 0
    keys = BarcodeKeys(config, data, run_dir, numbers) if uses_dna else None
    log.info("%s: %d photos, %d species, %d genera, %d families", name, len(records), *map(len, numbers))

    torch.manual_seed(config.seed)
    sizes = {rank: len(n) for rank, n in zip(_RANKS, numbers, strict=True)}
    learner = PhotoLearner(config, stage, sizes)
    start: dict[str, Tensor] = {}
    if stage.init:
        path = run_dir / f"{stage.init}.pt"
        if not path.exists():
            raise FileNotFoundError(
                f"Stage {name} starts from stage {stage.init}, which has not finished in {run_dir}."
            )
        start = read_state(path)["model"]
        load_weights(learner, start, path)
    learner.to(memory_format=torch.channels_last)

    groups = [r.raw_species or None for r in records]
    epochs: dict[int, list[np.ndarray]] = {}

    def batches_of(epoch: int) -> list[np.ndarray]:
        if epoch not in epochs:
            epochs.clear()
            rng = np.random.default_rng([config.seed, epoch, 3])
            rows = balanced_rows(groups, stage.cap, rng)
            epochs[epoch] = genus_batches(groups, rows, stage.schedule.batch, stage.per_species, rng)
        return epochs[epoch]

    steps_per_epoch = len(batches_of(0))

    def batch_of(step: int) -> Any:
        rows = batches_of(step // steps_per_epoch)[step % steps_per_epoch]
        rng = np.random.default_rng([config.seed, step, 4])
        side = side_of(stage, step // steps_per_epoch)
        x = torch.from_numpy(augmented_batch(cache, rows, side, stage.augmentation, rng))
        x = x.contiguous(memory_format=torch.channels_last)
        if keys is None:
            return x, labels[rows], None, None
        drawn = keys.draw(stage.keys_per_species, rng)
        return x, labels[rows], torch.from_numpy(keys.embeddings[drawn]), torch.from_numpy(keys.labels[drawn])

    def loss_of(model: nn.Module, batch: Any) -> tuple[Tensor, dict[str, float]]:
        images, label, key_rows, key_labels = batch
        x = model.encoder(images)
        parts: dict[str, Tensor] = {}
        with torch.autocast("cpu", enabled=False):
            for column, rank in enumerate(_RANKS):
                weight = getattr(stage, rank)
                if weight > 0:
                    parts[rank] = weight * getattr(model, rank)(x, label[:, column])
            if stage.neighbours > 0:
                nobody = torch.full_like(label[:, 0], UNKNOWN)
                parts["neighbours"] = stage.neighbours * relatives_contrast(
                    x, label[:, 0], nobody, stage.scale
                )
            if key_rows is not None:
                scale = model.temperature()
                for column, rank in enumerate(_RANKS):
                    weight = getattr(stage, f"align_{rank}")
                    if weight > 0:
                        parts[f"align_{rank}"] = weight * symmetric_alignment(
                            x, key_rows, label[:, column], key_labels[:, column], scale
                        )
        return sum(parts.values(), torch.zeros(())), {k: float(v.detach()) for k, v in parts.items()}

    trainer = Trainer(
        learner,
        run_dir,
        name,
        stage.schedule,
        config.seed,
        schedule_recipe(model=config.image_model, stage=stage, seed=config.seed),
        basis_of([r.image_file for r in records], names, keys.basis if keys is not None else "", start),
        fresh=("head", *_RANKS, "temperature"),
        barcode_tower=keys.tower if keys is not None else "",
    )
    trainer.resume()
    validate = photo_validation(every, records, keys, stage, images)
    return trainer.fit(steps_per_epoch, batch_of, loss_of, validate, stop_at)


def photo_validation(
    every: Sequence[Record],
    trained: Sequence[Record],
    keys: BarcodeKeys | None,
    stage: ImageStage,
    images: Path,
) -> Any:
    """A function that looks validation photos up among training photos and training barcodes.

    Seen species: the tuning fold if it is not trained on, and `val`. Species held out for tuning have
    photos on the query side only, so their genus is what can be right.
    """
    prep = preprocessing_of(stage)
    seen = [r for r in every if r.split in ("val", "tune") and r.split not in stage.train_splits]
    unseen = [r for r in every if r.split == "val_unseen"]
    key_lineages = [r.lineage for r in trained]

    def validate(model: nn.Module) -> dict[str, float]:
        encoder = model.encoder
        paths = [[images / r.image_file for r in group] for group in (trained, seen, unseen)]
        photo_keys, *queries = [embed_photos(encoder, p, prep) if p else np.zeros((0, 1)) for p in paths]
        figures = {}
        for label, group, rows in zip(("val", "val_unseen"), (seen, unseen), queries, strict=True):
            if not group:
                continue
            truth = [r.lineage for r in group]
            sides = [("image", photo_keys, key_lineages)]
            if keys is not None:
                sides.append(("dna", keys.embeddings, [r.lineage for r in keys.records]))
            for side, key_rows, lineages in sides:
                metrics = label_metrics(nearest(rows, key_rows), truth, lineages, only_known=True)
                for rank in _RANKS:
                    if rank in metrics:
                        figures[f"{label}/{side}/{rank}"] = metrics[rank]["micro"]
        return figures

    return validate


def finished_stage(config: Config, run_dir: Path) -> ImageStage:
    """The stage that the photo tower of a run comes from: `align` where it has finished, else `image`.

    Raises:
        FileNotFoundError: neither has finished in `run_dir`.
    """
    return getattr(config, _finished(run_dir).stem)


def trained_splits(run_dir: Path) -> frozenset[str]:
    """Splits that the photo tower of `finished_stage` was trained on, by its own account.

    `fit --tuning` leaves one out that the recipe names. For a mean of several runs, those of any.

    Raises:
        FileNotFoundError: no photo stage has finished in `run_dir`.
    """
    return _splits_of(json.loads(read_state(_finished(run_dir))["recipe"]))


def _splits_of(recipe: dict[str, Any]) -> frozenset[str]:
    if "mean of" in recipe:
        return frozenset().union(*map(_splits_of, recipe["mean of"]))
    return frozenset(recipe["stage"]["train_splits"])


def _finished(run_dir: Path) -> Path:
    path = next((p for p in (run_dir / "align.pt", run_dir / "image.pt") if p.exists()), None)
    if path is None:
        raise FileNotFoundError(f"No photo stage has finished in {run_dir}: run `bioscan-train fit`.")
    return path


def family_prototypes(run_dir: Path, trained: Sequence[Record]) -> tuple[list[str], np.ndarray]:
    """Names and (n, d) prototypes of the families that the photo tower of `run_dir` was trained with.

    Args:
        trained: the records that it was trained on.

    Raises:
        DataError: they are not the families of the run.
    """
    path = _finished(run_dir)
    weight = read_state(path)["model"]["family.weight"].float().numpy()
    names = class_labels([rank_names(r)[2] for r in trained])[1]
    if len(names) != len(weight):
        raise DataError(
            f"{path} was trained with {len(weight)} families, and the photos that it was trained on are of "
            f"{len(names)} now: they were prepared anew since; fit again."
        )
    return list(names), weight


def load_image_encoder(config: Config, run_dir: Path) -> ImageEncoder:
    """The trained photo tower of `finished_stage` in eval mode.

    Raises:
        FileNotFoundError: no photo stage has finished in `run_dir`.
        ResumeError: it was trained by another recipe, or lies in the space of another barcode tower than
            that of the run.
    """
    path = _finished(run_dir)
    found = read_state(path)
    beside = found.get("barcode_tower", "")  # older ones do not tell
    if beside and beside != basis_of(load_dna_encoder(config, run_dir).state_dict()):
        raise ResumeError(
            f"{path.name} in {run_dir} was trained with another dna.pt than the one that is there; delete "
            f"{path.stem}.pt and {path.stem}.ckpt and run `bioscan-train fit` again."
        )
    state = found["model"]
    encoder = ImageEncoder(config.image_model, config.dim, pretrained=False)
    prefix = "encoder."
    own = {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}
    load_weights(encoder, own, path)
    return encoder.eval()
