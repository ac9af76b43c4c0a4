"""`pretrain-dna`: the barcode tower learns to fill in masked k-mers.

BarcodeBERT's task (Millan Arias et al. 2023, arXiv:2311.02401): half of the k-mers of a barcode are
replaced by the mask token, and the loss is the cross-entropy of the true k-mers at those places alone.
K-mers with an ambiguous base, padding included, are neither masked nor predicted: they all have one id.
"""

from __future__ import annotations

import hashlib
import logging
import math
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from bioscan_desktop.inference.tokens import KmerTokenizer
from bioscan_training.basis import basis_of
from bioscan_training.config import Config, ConfigError
from bioscan_training.contrast.batches import token_rows
from bioscan_training.contrast.model import barcode_bert, barcode_tokenizer, padding_id, start_as_bert
from bioscan_training.contrast.specimens import SpecimenSource
from bioscan_training.contrast.starts import fill_tower
from bioscan_training.loop import AUTOCAST, Trainer, schedule_recipe
from bioscan_training.parallel import ALONE, Workers, device_of
from bioscan_training.towers import Bert, BertShape
from bioscan_training.towers.barcode import OutputLayer, trailing_mask

log = logging.getLogger(__name__)

IGNORED = -100
"""Target of places that are not predicted."""

_ORDER, _MASK, _VAL_MASK = 21, 22, 23


class MaskedBarcodes(nn.Module):
    """A barcode BERT with a layer that predicts k-mers.

    Input (n, t) int64 ids, some of them the mask's; output (n, t, vocabulary) logits.
    """

    def __init__(self, shape: BertShape, pad_id: int | None) -> None:
        super().__init__()
        self.bert = Bert(shape)
        self.predict = OutputLayer(shape, shape.vocabulary)
        self.pad_id = pad_id
        start_as_bert(self)

    def forward(self, ids: Tensor, real: Tensor | None = None) -> Tensor:
        """See the class. `real` (n, t) is False on padding; None attends to everything."""
        return self.predict(self.bert(ids, real))


def mask_tokens(
    ids: np.ndarray, tokenizer: KmerTokenizer, share: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Hides a share of the k-mers.

    Args:
        ids: (n, t) int64.

    Returns:
        The ids with the mask's in place of the hidden ones, and the targets, `IGNORED` elsewhere; each
        barcode with a k-mer hides one at least.
    """
    known = ids >= len(tokenizer.specials)
    noise = np.where(known, rng.random(ids.shape), 2.0)
    hidden = noise < share
    rows = np.flatnonzero(known.any(axis=1) & ~hidden.any(axis=1))
    hidden[rows, noise[rows].argmin(axis=1)] = True
    mask_id = next(i for i, name in enumerate(tokenizer.specials) if "MASK" in name)
    return np.where(hidden, mask_id, ids), np.where(hidden, ids, IGNORED)


def masked_loss(model: nn.Module, ids: Tensor, targets: Tensor, real: Tensor | None) -> Tensor:
    """Mean cross-entropy of the hidden k-mers; only their places go through the last layer."""
    hidden = targets != IGNORED
    rows = model.predict(model.bert(ids, real)[hidden])
    return F.cross_entropy(rows.float(), targets[hidden], reduction="sum") / hidden.sum().clamp(min=1)


def pretrain_dna(
    config: Config, data: Path, run_dir: Path, workers: Workers = ALONE, stop_at: int | None = None
) -> nn.Module:
    """Trains the barcode tower's body on barcodes, named or not.

    Args:
        data: folder that `prepare` wrote, or a file that `convert` reads.
        run_dir: gets `pretrain.pt`, which `init = "pretrain"` of `[towers.dna]` starts from.

    Returns:
        The averaged model in eval mode.

    Raises:
        ConfigError: the recipe's barcode tower is no BERT, or batches cannot be made.
    """
    stage, tower = config.pretrain, config.towers.dna
    if tower.kind != "bert":
        raise ConfigError(f"'towers.dna.kind' must be bert to be pretrained; found {tower.kind!r}.")
    tokenizer, pad_id = barcode_tokenizer(tower), padding_id(tower)
    source = SpecimenSource(data, None)
    try:
        known: set[bytes] = set()
        train = token_rows(_haplotypes(source, stage.train_splits, known), tokenizer)
        held_out = np.zeros((0, tokenizer.n_tokens), dtype=train.dtype)
        if stage.schedule.eval_every:
            others = islice(_haplotypes(source, stage.val_splits, known), stage.val_barcodes)
            held_out = token_rows(others, tokenizer)
            if not len(held_out):
                raise ConfigError(
                    f"{data} has no barcode to validate on in the split {' or '.join(stage.val_splits)}; "
                    "'pretrain.schedule.eval_every' = 0 does without."
                )
    finally:
        source.close()
    if not len(train):
        raise ConfigError(f"{data} has no barcode in the split {' or '.join(stage.train_splits)}.")
    batch = min(stage.schedule.batch, len(train)) // workers.world * workers.world
    if batch < 1 or stage.schedule.batch % workers.world:
        raise ConfigError(
            f"'pretrain.schedule.batch' must be a multiple of the {workers.world} processes, of "
            f"{len(train)} barcodes; found {stage.schedule.batch}."
        )
    steps_per_epoch, share = len(train) // batch, batch // workers.world
    mine = slice(workers.rank * share, (workers.rank + 1) * share)
    device = device_of(config.device)
    log.info("pretrain: %d haplotypes, %d held out", len(train), len(held_out))

    def tensors(ids: np.ndarray, rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor | None]:
        hidden, targets = mask_tokens(ids, tokenizer, stage.mask, rng)
        real = None if pad_id is None else trailing_mask(torch.from_numpy(ids), pad_id)
        return torch.from_numpy(hidden), torch.from_numpy(targets), real

    order: dict[int, np.ndarray] = {}

    def batch_of(step: int) -> tuple[Any, float]:
        epoch, number = divmod(step, steps_per_epoch)
        if epoch not in order:
            order.clear()
            order[epoch] = np.random.default_rng([config.seed, epoch, _ORDER]).permutation(len(train))
        rows = order[epoch][number * batch : (number + 1) * batch]
        # All processes draw the masks of the whole batch, so that together they equal one process.
        rng = np.random.default_rng([config.seed, step, _MASK])
        ids, targets, real = tensors(train[rows].astype(np.int64), rng)
        count = (targets != IGNORED).sum(dim=1)
        part = int(count[mine].sum()) / max(1, int(count.sum()))
        return (ids[mine], targets[mine], None if real is None else real[mine]), part

    def loss_of(model: nn.Module, given: Any) -> tuple[Tensor, dict[str, float]]:
        (ids, targets, real), part = given
        inner = None if real is None else real.to(device)
        # Shares with more masked k-mers count for more, so that the mean is that of the whole batch.
        loss = masked_loss(model, ids.to(device), targets.to(device), inner) * (part * workers.world)
        return loss, {"loss": workers.mean(float(loss.detach()))}

    torch.manual_seed(config.seed)
    model = MaskedBarcodes(barcode_bert(tower), pad_id)
    if tower.init and tower.init != "pretrain":
        path = Path(tower.init)
        if not path.is_file():
            raise ConfigError(f"'towers.dna.init' must be a file of weights; there is none at {path}.")
        fill_tower(_Body(model.bert), "dna", path)
    recipe = schedule_recipe(tower=tower, stage=stage, seed=config.seed)
    trainer = Trainer(
        model,
        run_dir,
        "pretrain",
        stage.schedule,
        config.seed,
        recipe,
        basis_of(train),
        device=device,
        workers=workers,
    )
    trainer.resume()
    validate = _validation(held_out, tensors, config, device) if len(held_out) else None
    return trainer.fit(steps_per_epoch, batch_of, loss_of, validate, stop_at)


class _Body(nn.Module):
    """A BERT under the name that it has in a barcode tower."""

    def __init__(self, bert: Bert) -> None:
        super().__init__()
        self.bert = bert


def _haplotypes(source: SpecimenSource, splits: tuple[str, ...], known: set[bytes]) -> Iterator[str]:
    """The barcodes of the splits that are not known yet, each once, in file order.

    Args:
        known: digests of barcodes that came before; grows. Short ones, for there are millions: a set of
            them takes 80 bytes each.
    """
    for barcode in source.barcodes(splits):
        digest = hashlib.blake2b(barcode.encode(), digest_size=16).digest()
        if digest not in known:
            known.add(digest)
            yield barcode


def _validation(table: np.ndarray, tensors: Any, config: Config, device: torch.device) -> Any:
    """A function that gives the loss and the perplexity of held-out haplotypes, always masked alike."""
    batch = config.pretrain.schedule.batch
    dtype = AUTOCAST.get(config.pretrain.schedule.precision)

    @torch.no_grad()
    def validate(model: nn.Module) -> dict[str, float]:
        total, count = 0.0, 0
        for start in range(0, len(table), batch):
            rows = np.arange(start, min(start + batch, len(table)))
            rng = np.random.default_rng([config.seed, start, _VAL_MASK])
            ids, targets, real = tensors(table[rows].astype(np.int64), rng)
            n = int((targets != IGNORED).sum())
            if n == 0:
                continue
            with torch.autocast(device.type, dtype, enabled=dtype is not None):
                inner = None if real is None else real.to(device)
                total += n * float(masked_loss(model, ids.to(device), targets.to(device), inner))
            count += n
        loss = total / max(1, count)
        return {"val/loss": loss, "val/perplexity": math.exp(min(loss, 700.0))}

    return validate
