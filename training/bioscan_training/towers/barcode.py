"""Barcode towers: BarcodeBERT, and CLIBD's DNA encoder made from it.

Millan Arias et al. 2023, "BarcodeBERT" (arXiv:2311.02401): a BERT over k-mers that do not overlap.
Gong et al. 2024, "CLIBD" (arXiv:2405.17537): the same with its output layer replaced. CLIBD's published
weights were trained with a softmax over the output units before the mean over the tokens; the authors
call it a mistake, but the weights are only right with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from bioscan_training.towers.bert import Bert, BertShape, masked_mean

POOLINGS: tuple[str, ...] = ("softmax_mean", "logits_mean", "cls_token", "hidden_state_mean")
"""How token vectors become one: softmax over the output units, then the mean over the tokens (the
published CLIBD); the mean of the outputs; the first token; the mean of the last hidden states."""

_WITH_HEAD = ("softmax_mean", "logits_mean")


@dataclass(frozen=True)
class BarcodeShape:
    """Sizes and pooling of a barcode tower.

    Attributes:
        bert: the body.
        pooling: one of `POOLINGS`.
        units: outputs of the layer in place of the masked language model's; for the poolings with one.
        pad_id: if given, the trailing run of this id counts as padding: it is not attended to and has
            no part in a mean. CLIBD attends to its padding (None).
        projection: length of a linear projection after pooling, or None.
    """

    bert: BertShape
    pooling: str = "softmax_mean"
    units: int = 768
    pad_id: int | None = None
    projection: int | None = None

    def __post_init__(self) -> None:
        if self.pooling not in POOLINGS:
            raise ValueError(f"unknown pooling {self.pooling!r}; choose one of {', '.join(POOLINGS)}")

    @property
    def dim(self) -> int:
        """Length of an embedding."""
        return self.projection or (self.units if self.pooling in _WITH_HEAD else self.bert.width)


class _Transform(nn.Module):
    def __init__(self, shape: BertShape) -> None:
        super().__init__()
        self.dense = nn.Linear(shape.width, shape.width)
        self.LayerNorm = nn.LayerNorm(shape.width, eps=shape.eps)

    def forward(self, x: Tensor) -> Tensor:
        return self.LayerNorm(F.gelu(self.dense(x)))


class OutputLayer(nn.Module):
    """BERT's transform, then a linear layer in place of its vocabulary.

    Input (n, t, width), output (n, t, units).
    """

    def __init__(self, shape: BertShape, units: int) -> None:
        super().__init__()
        self.transform = _Transform(shape)
        self.decoder = nn.Linear(shape.width, units)

    def forward(self, x: Tensor) -> Tensor:
        """See the class."""
        return self.decoder(self.transform(x))


def trailing_mask(ids: Tensor, pad_id: int) -> Tensor:
    """(n, t) ids -> (n, t) bool, False on the run of padding at the end; the first token always counts.

    Only the end counts: an ambiguous base within a barcode gives the same id as padding, but its
    k-mer is part of the sequence, as in BarcodeBERT's mask by length.
    """
    number = torch.arange(1, ids.shape[1] + 1, device=ids.device)
    last = ((ids != pad_id).to(torch.int64) * number).amax(dim=1, keepdim=True)
    return number <= last.clamp(min=1)


class BarcodeTower(nn.Module):
    """A barcode encoder.

    Input (n, t) int64 ids of a `KmerTokenizer`, output (n, dim) float32 unit rows.
    """

    def __init__(self, shape: BarcodeShape) -> None:
        super().__init__()
        self.shape = shape
        self.bert = Bert(shape.bert)
        self.head = OutputLayer(shape.bert, shape.units) if shape.pooling in _WITH_HEAD else None
        width = shape.units if self.head is not None else shape.bert.width
        self.projection = nn.Linear(width, shape.projection) if shape.projection else None

    def pooled(self, ids: Tensor) -> Tensor:
        """(n, t) -> (n, dim), before it is brought to length one."""
        mask = None if self.shape.pad_id is None else trailing_mask(ids, self.shape.pad_id)
        x = self.bert(ids, mask)
        if self.head is not None:
            x = self.head(x)
        if self.shape.pooling == "softmax_mean":
            x = x.softmax(dim=-1)
        if self.shape.pooling == "cls_token":
            x = x[:, 0]
        else:
            x = x.mean(dim=1) if mask is None else masked_mean(x, mask)
        return x if self.projection is None else self.projection(x)

    def forward(self, ids: Tensor) -> Tensor:
        """See the class."""
        return F.normalize(self.pooled(ids).float(), dim=-1)
