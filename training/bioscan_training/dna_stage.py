"""Stage `dna`: the barcode tower learns a metric from names at three ranks.

Species and genus prototypes give the metric, the contrast among relatives rehearses queries of a
species without reference, and distillation of aligned identity keeps the order of everything that no
label speaks about. Validation looks at held-out haplotypes and at species held out for tuning.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from bioscan_desktop.core.errors import BioscanError
from bioscan_desktop.core.taxonomy import is_interim
from bioscan_desktop.inference.tokens import codon_ids
from bioscan_training.basis import basis_of
from bioscan_training.config import Config
from bioscan_training.data.barcodes import (
    PAD,
    FramedBarcodes,
    balanced_rows,
    genus_batches,
    unique_haplotypes,
)
from bioscan_training.data.records import Record, read_records
from bioscan_training.encoders import DnaEncoder
from bioscan_training.evaluate import label_metrics, nearest
from bioscan_training.loop import Trainer, load_weights, read_state, schedule_recipe
from bioscan_training.losses import (
    UNKNOWN,
    CosineClassifier,
    distance_distillation,
    relatives_contrast,
)

log = logging.getLogger(__name__)


class DataError(BioscanError):
    """The prepared data cannot be trained on; the message is one sentence."""

    code = "training_data"


def class_labels(names: Sequence[str | None]) -> tuple[np.ndarray, list[str]]:
    """(n,) int64 class numbers, `UNKNOWN` for None, and the sorted class names."""
    classes = sorted({name for name in names if name is not None})
    number = {name: i for i, name in enumerate(classes)}
    return np.array([UNKNOWN if n is None else number[n] for n in names], dtype=np.int64), classes


def species_label(record: Record) -> str | None:
    """The species to train on: an interim name says nothing that holds for other records."""
    name = record.species
    return None if name is None or is_interim(name) else name


class DnaLearner(nn.Module):
    """The tower and the prototypes of the ranks."""

    def __init__(self, config: Config, classes: dict[str, int]) -> None:
        super().__init__()
        stage = config.dna
        self.encoder = DnaEncoder(config.dna_model, config.dim)
        self.species = CosineClassifier(classes["species"], config.dim, stage.scale, stage.margin)
        self.genus = CosineClassifier(classes["genus"], config.dim, stage.scale, stage.margin)
        self.family = CosineClassifier(classes["family"], config.dim, stage.scale, stage.margin)


@torch.no_grad()
def embed_codes(encoder: nn.Module, codes: np.ndarray, batch: int = 1024) -> np.ndarray:
    """(n, 658) uint8 placed codes -> (n, d) float32 unit rows; `encoder` must be in eval mode."""
    rows = []
    for start in range(0, len(codes), batch):
        tokens = torch.from_numpy(codon_ids(codes[start : start + batch]))
        with torch.autocast("cpu", torch.bfloat16):
            rows.append(encoder(tokens).float().numpy())
    return np.concatenate(rows)


def _identity(aligned: Tensor) -> Tensor:
    """(n, c) uint8 aligned codes -> (n, n) shares of equal bases where both have one, else NaN."""
    known = (aligned != PAD).float()
    bases = nn.functional.one_hot(aligned.long(), PAD + 1)[:, :, :PAD].flatten(1).float()
    overlap = known @ known.T
    same = bases @ bases.T
    return torch.where(overlap >= 100, same / overlap.clamp_min(1), torch.full_like(same, torch.nan))


def train_dna(config: Config, data: Path, run_dir: Path, stop_at: int | None = None) -> nn.Module:
    """Trains the barcode tower.

    Args:
        data: folder that `prepare` wrote.
        run_dir: where checkpoints, weights and metrics go.

    Returns:
        The averaged learner in eval mode.
    """
    stage = config.dna
    every = unique_haplotypes(read_records(data / "barcodes.tsv.gz"))
    records = [r for r in every if r.split in stage.train_splits]
    array = FramedBarcodes([r.nucleotides for r in records])
    records = [r for r, placed in zip(records, array.placed, strict=True) if placed]
    array.codes = array.codes[array.placed]
    if not records:
        raise DataError("None of the training barcodes reads as COI, so there is nothing to train on.")
    species, species_names = class_labels([species_label(r) for r in records])
    genus, genus_names = class_labels([r.genus for r in records])
    family, family_names = class_labels([r.family for r in records])
    labels = torch.from_numpy(np.stack([species, genus, family], axis=1))
    log.info(
        "dna: %d haplotypes, %d species, %d genera, %d families",
        *(len(records), len(species_names), len(genus_names), len(family_names)),
    )

    torch.manual_seed(config.seed)
    sizes = {"species": len(species_names), "genus": len(genus_names), "family": len(family_names)}
    learner = DnaLearner(config, sizes)
    learner.encoder.centre(torch.from_numpy(codon_ids(array.codes[:: max(1, len(array) // 5000)])))
    groups = [r.species for r in records]
    genera = [r.genus for r in records]
    epochs: dict[int, list[np.ndarray]] = {}

    def batches_of(epoch: int) -> list[np.ndarray]:
        if epoch not in epochs:
            epochs.clear()
            rng = np.random.default_rng([config.seed, epoch, 1])
            rows = balanced_rows(groups, stage.cap, rng)
            epochs[epoch] = genus_batches(genera, rows, stage.schedule.batch, stage.per_genus, rng)
        return epochs[epoch]

    steps_per_epoch = len(batches_of(0))  # the cap makes every epoch equally long

    def batch_of(step: int) -> Any:
        rows = batches_of(step // steps_per_epoch)[step % steps_per_epoch]
        rng = np.random.default_rng([config.seed, step, 2])
        tokens = torch.from_numpy(codon_ids(array.augmented(rows, stage.augmentation, rng)))
        identity = _identity(torch.from_numpy(array.codes[rows])) if stage.distil > 0 else None
        return tokens, labels[rows], identity

    def loss_of(model: nn.Module, batch: Any) -> tuple[Tensor, dict[str, float]]:
        tokens, label, identity = batch
        x = model.encoder(tokens)
        with torch.autocast("cpu", enabled=False):
            parts = {
                "species": stage.species * model.species(x, label[:, 0]),
                "genus": stage.genus * model.genus(x, label[:, 1]),
                "family": stage.family * model.family(x, label[:, 2]),
                "relatives": stage.relatives * relatives_contrast(x, label[:, 1], label[:, 0], stage.scale),
            }
            if identity is not None:
                parts["distil"] = stage.distil * distance_distillation(x, identity, stage.scale, 100.0)
        return sum(parts.values(), torch.zeros(())), {k: float(v.detach()) for k, v in parts.items()}

    validate = dna_validation(every, records, array.codes)
    trainer = Trainer(
        learner,
        run_dir,
        "dna",
        stage.schedule,
        config.seed,
        schedule_recipe(model=config.dna_model, stage=stage, seed=config.seed),
        basis_of(array.codes, [(species_label(r), r.genus, r.family) for r in records]),
    )
    trainer.resume()
    return trainer.fit(steps_per_epoch, batch_of, loss_of, validate, stop_at)


def dna_validation(every: Sequence[Record], keys: Sequence[Record], key_codes: np.ndarray) -> Any:
    """A function that embeds `val` and `val_unseen` barcodes and looks them up among the keys."""
    groups = {}
    for split in ("val", "val_unseen"):
        rows = [r for r in every if r.split == split]
        if rows:
            groups[split] = [r.lineage for r in rows], FramedBarcodes([r.nucleotides for r in rows]).codes
    key_lineages = [r.lineage for r in keys]

    def validate(model: nn.Module) -> dict[str, float]:
        key_rows = embed_codes(model.encoder, key_codes)
        figures = {}
        for split, (lineages, codes) in groups.items():
            found = nearest(embed_codes(model.encoder, codes), key_rows)
            metrics = label_metrics(found, lineages, key_lineages, only_known=True)
            for rank in ("species", "genus", "family"):
                if rank in metrics:
                    figures[f"{split}/{rank}"] = metrics[rank]["micro"]
        return figures

    return validate


def load_dna_encoder(config: Config, run_dir: Path) -> DnaEncoder:
    """The trained barcode tower in eval mode.

    Raises:
        FileNotFoundError: the stage has not finished in `run_dir`.
        ResumeError: it was trained by another recipe.
    """
    path = run_dir / "dna.pt"
    if not path.exists():
        raise FileNotFoundError(
            f"Stage dna has not finished in {run_dir}: run `bioscan-train fit --stage dna`."
        )
    state = read_state(path)["model"]
    encoder = DnaEncoder(config.dna_model, config.dim)
    prefix = "encoder."
    own = {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}
    load_weights(encoder, own, path)
    return encoder.eval()
