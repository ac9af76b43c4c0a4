"""BERT's body: embeddings and encoder, without the pooler.

Devlin et al. 2019, "BERT" (arXiv:1810.04805), with the names and defaults of transformers' `BertModel`,
whose output it equals. Layer norm follows each half block.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from bioscan_training.towers.attention import attend


@dataclass(frozen=True)
class BertShape:
    """Sizes of a BERT.

    Attributes:
        vocabulary: number of token ids.
        width, depth, heads, hidden: of the encoder; `hidden` of its feed-forward layers.
        positions: longest input, tokens.
        types: token types; only type 0 is used.
        eps: of the layer norms.
    """

    vocabulary: int
    width: int = 768
    depth: int = 12
    heads: int = 12
    hidden: int = 3072
    positions: int = 512
    types: int = 2
    eps: float = 1e-12

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> BertShape:
        """Reads transformers' `BertConfig` as a dictionary; its defaults fill the gaps.

        Raises:
            ValueError: the configuration asks for something that this body does not do.
        """
        activation = config.get("hidden_act", "gelu")
        position = config.get("position_embedding_type") or "absolute"
        if activation != "gelu" or position != "absolute" or config.get("is_decoder"):
            raise ValueError(f"a BERT with {activation} and {position} positions is not supported")
        return cls(
            vocabulary=int(config["vocab_size"]),
            width=int(config.get("hidden_size", 768)),
            depth=int(config.get("num_hidden_layers", 12)),
            heads=int(config.get("num_attention_heads", 12)),
            hidden=int(config.get("intermediate_size", 3072)),
            positions=int(config.get("max_position_embeddings", 512)),
            types=int(config.get("type_vocab_size", 2)),
            eps=float(config.get("layer_norm_eps", 1e-12)),
        )


class _Embeddings(nn.Module):
    def __init__(self, shape: BertShape) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(shape.vocabulary, shape.width)
        self.position_embeddings = nn.Embedding(shape.positions, shape.width)
        self.token_type_embeddings = nn.Embedding(shape.types, shape.width)
        self.LayerNorm = nn.LayerNorm(shape.width, eps=shape.eps)

    def forward(self, ids: Tensor) -> Tensor:
        place = self.position_embeddings.weight[: ids.shape[1]] + self.token_type_embeddings.weight[0]
        return self.LayerNorm(self.word_embeddings(ids) + place)


class _Projections(nn.Module):
    """Queries, keys and values; `self` in transformers' names."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)


class _AddNorm(nn.Module):
    """A linear layer whose output is added to the input of its half block, then normalised."""

    def __init__(self, inner: int, width: int, eps: float) -> None:
        super().__init__()
        self.dense = nn.Linear(inner, width)
        self.LayerNorm = nn.LayerNorm(width, eps=eps)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        return self.LayerNorm(self.dense(x) + skip)


class _Attention(nn.Module):
    def __init__(self, shape: BertShape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.self = _Projections(shape.width)
        self.output = _AddNorm(shape.width, shape.width, shape.eps)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        inner = self.self
        y = attend(inner.query(x), inner.key(x), inner.value(x), self.heads, mask)
        return self.output(y, x)


class _Dense(nn.Module):
    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.dense = nn.Linear(width, hidden)

    def forward(self, x: Tensor) -> Tensor:
        return F.gelu(self.dense(x))


class _Layer(nn.Module):
    def __init__(self, shape: BertShape) -> None:
        super().__init__()
        self.attention = _Attention(shape)
        self.intermediate = _Dense(shape.width, shape.hidden)
        self.output = _AddNorm(shape.hidden, shape.width, shape.eps)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        x = self.attention(x, mask)
        return self.output(self.intermediate(x), x)


class _Encoder(nn.Module):
    def __init__(self, shape: BertShape) -> None:
        super().__init__()
        self.layer = nn.ModuleList(_Layer(shape) for _ in range(shape.depth))


class Bert(nn.Module):
    """Token ids to one vector per token.

    Input ids (n, t) int64 and a mask (n, t), 0 where a token must not be attended to, or None;
    output (n, t, width) float32.
    """

    def __init__(self, shape: BertShape) -> None:
        super().__init__()
        self.shape = shape
        self.embeddings = _Embeddings(shape)
        self.encoder = _Encoder(shape)

    def forward(self, ids: Tensor, mask: Tensor | None = None) -> Tensor:
        """See the class."""
        open_keys = None if mask is None else mask.to(torch.bool)[:, None, None, :]
        x = self.embeddings(ids)
        for layer in self.encoder.layer:
            x = layer(x, open_keys)
        return x


def masked_mean(x: Tensor, mask: Tensor) -> Tensor:
    """(n, t, width) and a mask (n, t) -> (n, width), the mean over the tokens that count."""
    weight = mask.to(x.dtype).unsqueeze(-1)
    return (x * weight).sum(dim=1) / weight.sum(dim=1)
