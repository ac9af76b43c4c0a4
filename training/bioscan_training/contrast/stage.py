"""Stage `contrast`: two or three towers learn one space, each record's views beside each other.

The recipe of CLIBD (Gong et al. 2024, arXiv:2405.17537): image, barcode and text of a specimen, InfoNCE
over all ordered pairs of modalities, a learned temperature.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from bioscan_desktop.inference.text import text_of
from bioscan_training.basis import basis_of
from bioscan_training.config import Config, ConfigError
from bioscan_training.contrast.batches import Batch, Inputs, Sampler
from bioscan_training.contrast.model import (
    PROJECTIONS,
    ContrastLearner,
    build_tower,
    dna_tokenizer,
    embed,
    image_preprocessing,
    learns,
    set_learning,
    text_tokenizer,
)
from bioscan_training.contrast.specimens import Specimen, SpecimenSource
from bioscan_training.contrast.starts import fill_tower
from bioscan_training.contrast.vocabulary import build_vocabulary, write_vocabulary
from bioscan_training.encoders import DnaEncoder
from bioscan_training.evaluate import label_metrics, nearest
from bioscan_training.loop import AUTOCAST, Trainer, load_weights, read_state, schedule_recipe
from bioscan_training.losses import modal_contrast
from bioscan_training.parallel import ALONE, Workers, device_of

log = logging.getLogger(__name__)

T = TypeVar("T")

_RANKS = ("order", "family", "genus", "species")
_AT_ONCE = 64
_CENTRED = 5000
"""Barcodes that the mean codons are taken from, at most."""


def start_file(config: Config, modality: str, run_dir: Path) -> Path | None:
    """The checkpoint that a tower starts from, or None.

    Raises:
        ConfigError: there is no such file.
    """
    init = getattr(config.towers, modality).init
    if not init or (init == "imagenet" and modality == "image"):
        if init and config.towers.image.kind != "efficientnet-lite0":
            raise ConfigError("'towers.image.init' = 'imagenet' is for efficientnet-lite0; found a vit-b16.")
        return None
    path = run_dir / "pretrain.pt" if init == "pretrain" and modality == "dna" else Path(init)
    if not path.is_file():
        hint = ": run `bioscan-train pretrain-dna` first" if init == "pretrain" else ""
        raise ConfigError(
            f"'towers.{modality}.init' must be a file of weights; there is none at {path}{hint}."
        )
    return path


def make_learner(
    config: Config, run_dir: Path, start: bool = True
) -> tuple[ContrastLearner, tuple[str, ...]]:
    """The towers of a recipe, ready to learn.

    Args:
        start: load what the towers start from; without it the shapes alone are right.

    Returns:
        The learner, and the names of its modules that start fresh in a tower that does not.
    """
    stage = config.contrast
    torch.manual_seed(config.seed)
    towers: dict[str, nn.Module] = {}
    fresh = ["temperature"]
    for modality in stage.modalities:
        settings = getattr(config.towers, modality)
        tower = build_tower(config, modality, run_dir)
        path = start_file(config, modality, run_dir) if start else None
        if path is not None:
            fresh += [f"{modality}.{name}" for name in fill_tower(tower, modality, path)]
        elif modality == "image" and settings.init == "imagenet":
            fresh += [f"image.{name}" for name in PROJECTIONS["image"]]
        set_learning(tower, modality, settings.train, settings.rank)
        towers[modality] = tower
    if not any(learns(tower) for tower in towers.values()):
        raise ConfigError("'towers' must have one tower at least that learns; all are 'frozen'.")
    learner = ContrastLearner(towers, 1 / stage.temperature, stage.clamp_temperature)
    return learner.to(memory_format=torch.channels_last), tuple(fresh)


def _moved(x: Tensor, device: torch.device | str) -> Tensor:
    """On the device; pictures with their channels last, as the towers' convolutions have them."""
    return x.to(device, memory_format=torch.channels_last if x.ndim == 4 else torch.preserve_format)


def contrast_loss(
    dim: int, workers: Workers = ALONE, chunk: int = 0, device: torch.device | str = "cpu"
) -> Callable[[nn.Module, Batch], tuple[Tensor, dict[str, float]]]:
    """A function of learner and batch that gives the loss of the whole batch and its terms.

    Args:
        dim: width of the joint space.
        chunk: see `model.embed`.
    """

    def loss_of(model: nn.Module, batch: Batch) -> tuple[Tensor, dict[str, float]]:
        rows: dict[str, Tensor] = {}
        for m in model.modalities:
            own = torch.zeros((batch.share, dim), device=device)
            if len(batch.places[m]):
                inputs = [_moved(x, device) for x in batch.inputs[m]]
                found = embed(model.tower(m), inputs, chunk).float()
                own = own.index_copy(0, batch.places[m].to(device), found)
            rows[m] = workers.gather(own)
        present = {m: flags.to(device) for m, flags in batch.present.items()}
        labels = None if batch.labels is None else batch.labels.to(device)
        with torch.autocast(torch.device(device).type, enabled=False):
            scale = model.temperature()
            loss, terms = modal_contrast(rows, present, labels, scale)
        return loss, {name: float(t.detach()) for name, t in terms.items()} | {"scale": float(scale.detach())}

    return loss_of


def train_contrast(
    config: Config,
    data: Path,
    images: Path | None,
    run_dir: Path,
    workers: Workers = ALONE,
    stop_at: int | None = None,
) -> nn.Module:
    """Trains the towers.

    Args:
        data: folder that `prepare` wrote, or a file that `convert` reads.
        images: folder of the photos; not needed for an HDF5 file.
        run_dir: where checkpoints, weights, the vocabulary and decoded photos go.

    Returns:
        The averaged learner in eval mode.
    """
    stage = config.contrast
    if not 2 <= len(stage.modalities) == len(set(stage.modalities)):
        raise ConfigError(
            f"'contrast.modalities' must be two or three of image, dna, text; found {list(stage.modalities)}."
        )
    source = SpecimenSource(data, images if "image" in stage.modalities else None)
    try:
        train = source.read(stage.train_splits)
        queries = (
            spread(source.read(stage.val_splits), stage.val_queries) if stage.schedule.eval_every else []
        )
        others = spread(source.read(stage.key_splits), stage.val_keys) if queries else []
        specimens = [*train, *queries, *others]
        with workers.first_alone():
            inputs = make_inputs(config, specimens, train, run_dir, source)
        device = device_of(config.device)
        sampler = Sampler(inputs, np.arange(len(train)), config, workers, stage.workers)
        learner, fresh = make_learner(config, run_dir)
        _centre(learner, inputs, sampler.items, config)
        trainer = Trainer(
            learner,
            run_dir,
            "contrast",
            stage.schedule,
            config.seed,
            schedule_recipe(
                towers=config.towers,
                stage=stage,
                seed=config.seed,
                dim=config.dim,
                image_model=config.image_model,
                dna_model=config.dna_model,
            ),
            _basis(train, config, run_dir),
            fresh=fresh,
            device=device,
            workers=workers,
        )
        trainer.resume()
        first, second = len(train), len(train) + len(queries)
        keys = np.arange(second, len(specimens)) if others else _even(first, stage.val_keys)
        validate = validation(inputs, np.arange(first, second), keys, config, device) if queries else None
        loss_of = contrast_loss(config.dim, workers, stage.schedule.cache_chunk, device)
        return trainer.fit(sampler.steps_per_epoch, sampler.batch_of, loss_of, validate, stop_at)
    finally:
        source.close()


def make_inputs(
    config: Config,
    specimens: Sequence[Specimen],
    train: Sequence[Specimen],
    run_dir: Path,
    source: SpecimenSource,
) -> Inputs:
    """What the recipe's towers are fed; builds the vocabulary and the cache of photos if there are none.

    Args:
        specimens: all that are trained on or validated with.
        train: those whose names make the vocabulary.
    """
    modalities, text = config.contrast.modalities, config.towers.text
    if "text" in modalities and not text.vocabulary and not (run_dir / "vocabulary.txt").exists():
        texts = (text_of(s.lineage, text.template, text.unknown) for s in train if s.named)
        write_vocabulary(build_vocabulary(texts, text.vocabulary_size), run_dir / "vocabulary.txt")
    inputs = Inputs(
        specimens,
        config,
        image_preprocessing(config.towers.image),
        dna_tokenizer(config) if "dna" in modalities else None,
        text_tokenizer(text, run_dir) if "text" in modalities else None,
    )
    if "image" in modalities:
        inputs.add_photos(source, run_dir)
    inputs.rows = {m: inputs.rows[m] for m in modalities}
    return inputs


def _basis(train: Sequence[Specimen], config: Config, run_dir: Path) -> str:
    """Of the specimens, and of what `pretrain-dna` left, which may have been trained anew."""
    pretrained = "dna" in config.contrast.modalities and config.towers.dna.init == "pretrain"
    return basis_of(
        [(s.lineage.names(), s.photo, s.barcode, s.bin_uri) for s in train],
        read_state(run_dir / "pretrain.pt")["model"] if pretrained else "",
    )


def _centre(learner: ContrastLearner, inputs: Inputs, items: np.ndarray, config: Config) -> None:
    """Tells the starter's barcode tower the mean codons, which it subtracts, where it starts fresh."""
    tower = learner.tower("dna") if "dna" in learner.modalities else None
    if not isinstance(tower, DnaEncoder) or config.towers.dna.init:
        return
    rows = inputs.rows["dna"][items]
    rows = rows[rows >= 0]
    tower.centre(*inputs.evaluation("dna", rows[_even(len(rows), _CENTRED)]))


def spread(things: Sequence[T], most: int) -> list[T]:
    """At most so many, spread evenly over the list."""
    return [things[i] for i in _even(len(things), most)]


def _even(n: int, most: int) -> np.ndarray:
    """At most so many of the numbers below n, spread evenly."""
    return np.linspace(0, n - 1, min(most, n)).astype(np.int64)


@torch.no_grad()
def embed_all(
    tower: nn.Module, inputs: Inputs, modality: str, specimens: np.ndarray, config: Config, device: Any
) -> tuple[np.ndarray, np.ndarray]:
    """Unit rows (k, d) of the specimens that have the modality, and which they are: (k,) int64."""
    rows = inputs.rows[modality][specimens]
    having, rows = specimens[rows >= 0], rows[rows >= 0]
    dtype = AUTOCAST.get(config.contrast.schedule.precision)
    parts = [np.zeros((0, config.dim), np.float32)]
    for start in range(0, len(rows), _AT_ONCE):
        x = [_moved(t, device) for t in inputs.evaluation(modality, rows[start : start + _AT_ONCE])]
        with torch.autocast(torch.device(device).type, dtype, enabled=dtype is not None):
            parts.append(tower(*x).float().cpu().numpy())
    return np.concatenate(parts), having


def validation(
    inputs: Inputs, queries: np.ndarray, keys: np.ndarray, config: Config, device: torch.device | str = "cpu"
) -> Callable[[nn.Module], dict[str, float]]:
    """A function that asks with held-out photos and barcodes among the photos and barcodes of the keys.

    Figures are `val/QUERY-KEYS/RANK`, micro accuracy of the nearest key over queries whose name is among
    the keys, and `val/mean`, the mean over all of micro and macro, by which CLIBD picks its best weights.
    """
    sides = [m for m in config.contrast.modalities if m != "text"]

    def validate(model: nn.Module) -> dict[str, float]:
        asked = {m: embed_all(model.tower(m), inputs, m, queries, config, device) for m in sides}
        known = {m: embed_all(model.tower(m), inputs, m, keys, config, device) for m in sides}
        figures: dict[str, float] = {}
        every: list[float] = []
        for a, (rows, who) in asked.items():
            for b, (key_rows, whose) in known.items():
                if not len(rows) or not len(key_rows):
                    continue
                truth = [inputs.specimens[i].lineage for i in who]
                names = [inputs.specimens[i].lineage for i in whose]
                metrics = label_metrics(nearest(rows, key_rows), truth, names, only_known=True)
                for rank in _RANKS:
                    if rank in metrics:
                        figures[f"val/{a}-{b}/{rank}"] = metrics[rank]["micro"]
                        every += [metrics[rank]["micro"], metrics[rank]["macro"]]
        return figures | ({"val/mean": float(np.mean(every))} if every else {})

    return validate


def load_learner(config: Config, run_dir: Path) -> ContrastLearner:
    """The trained towers in eval mode, adapters still in place.

    Raises:
        ConfigError: the stage has not finished in `run_dir`.
        ResumeError: it was trained with other towers.
    """
    path = run_dir / "contrast.pt"
    if not path.exists():
        raise ConfigError(f"Stage contrast has not finished in {run_dir}: run `bioscan-train fit`.")
    learner, _ = make_learner(config, run_dir, start=False)
    state = read_state(path)["model"]
    load_weights(learner, state, path)
    return learner.eval()
