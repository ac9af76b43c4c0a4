"""Low-rank adapters on queries and values, and their folding into the weights.

Hu et al. 2021, "LoRA" (arXiv:2106.09685), in CLIBD's form: rank 4 on queries and values, no scaling.
A linear layer with an adapter computes W x + b + B (A x); folded, it is (W + B A) x + b: the same map
in one product, equal up to the rounding of float32.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from bioscan_training.towers.bert import Bert
from bioscan_training.towers.vit import VisionTransformer

RANK = 4


class LoraLinear(nn.Module):
    """A linear layer `w` with an adapter `w_b(w_a(x))`; the names are those of CLIBD's BERTs."""

    def __init__(self, linear: nn.Linear, rank: int = RANK) -> None:
        super().__init__()
        self.w = linear
        self.w_a = nn.Linear(linear.in_features, rank, bias=False)
        self.w_b = nn.Linear(rank, linear.out_features, bias=False)
        nn.init.kaiming_uniform_(self.w_a.weight, a=math.sqrt(5))
        nn.init.zeros_(self.w_b.weight)

    def forward(self, x: Tensor) -> Tensor:
        """(…, in) -> (…, out)."""
        return self.w(x) + self.w_b(self.w_a(x))

    def folded(self) -> nn.Linear:
        """The plain layer that computes the same; the adapter stays as it is."""
        return _plain(self, self.w)


class LoraQkv(nn.Module):
    """A joint projection `qkv` with adapters on queries and values; the names are those of CLIBD's ViT."""

    def __init__(self, qkv: nn.Linear, rank: int = RANK) -> None:
        super().__init__()
        width = qkv.in_features
        self.qkv = qkv
        self.linear_a_q, self.linear_a_v = (nn.Linear(width, rank, bias=False) for _ in range(2))
        self.linear_b_q, self.linear_b_v = (nn.Linear(rank, width, bias=False) for _ in range(2))
        for first in (self.linear_a_q, self.linear_a_v):
            nn.init.kaiming_uniform_(first.weight, a=math.sqrt(5))
        for second in (self.linear_b_q, self.linear_b_v):
            nn.init.zeros_(second.weight)

    def forward(self, x: Tensor) -> Tensor:
        """(…, width) -> (…, 3 width): queries, keys, values."""
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        q = q + self.linear_b_q(self.linear_a_q(x))
        v = v + self.linear_b_v(self.linear_a_v(x))
        return torch.cat([q, k, v], dim=-1)

    def folded(self) -> nn.Linear:
        """The plain layer that computes the same; the adapters stay as they are."""
        return _plain(self, self.qkv)


def _plain(adapted: nn.Module, linear: nn.Linear) -> nn.Linear:
    plain = nn.Linear(linear.in_features, linear.out_features, bias=linear.bias is not None)
    state, _ = fold_state({f"x.{name}": tensor for name, tensor in adapted.state_dict().items()})
    plain.load_state_dict({name.removeprefix("x."): tensor for name, tensor in state.items()})
    return plain


def add_adapters(tower: nn.Module, rank: int = RANK) -> int:
    """Puts adapters on the queries and values of every block of a tower; returns how many layers got one.

    The tower's own weights are frozen: only the adapters, and what the caller opens again, learn.
    """
    tower.requires_grad_(False)
    count = 0
    for module in list(tower.modules()):
        if isinstance(module, VisionTransformer):
            for block in module.blocks:
                block.attn.qkv = LoraQkv(block.attn.qkv, rank)
                count += 1
        elif isinstance(module, Bert):
            for layer in module.encoder.layer:
                inner = layer.attention.self
                inner.query, inner.value = LoraLinear(inner.query, rank), LoraLinear(inner.value, rank)
                count += 2
    return count


def fold_adapters(tower: nn.Module) -> int:
    """Replaces every adapter of a tower by the plain layer that computes the same; returns how many."""
    count = 0
    for module in list(tower.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, LoraLinear | LoraQkv):
                setattr(module, name, child.folded())
                count += 1
    return count


_QKV = re.compile(r"(?P<stem>.*)\.linear_[ab]_(?P<part>[qv])\.weight")
_LINEAR = re.compile(r"(?P<stem>.*)\.w_[ab]\.weight")


def fold_state(state: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Folds the adapters of a checkpoint.

    Args:
        state: tensors by name; `X.qkv.weight` with `X.linear_{a,b}_{q,v}.weight`, and `X.w.weight` with
            `X.w_{a,b}.weight`, become `X.weight`.

    Returns:
        The folded state, and for each name of it that came from elsewhere or holds more than one
        tensor, a note on where from.

    Raises:
        KeyError: half an adapter, or one without a layer to fold into; names the missing tensor.
        ValueError: an adapter that does not fit its layer; names it.
    """
    folded = dict(state)
    notes: dict[str, str] = {}
    adapters = _adapters(state)
    for stem, inner in {(a.stem, "qkv" if a.part else "w") for a in adapters}:
        _rename(folded, f"{stem}.{inner}", stem, notes)
    for adapter in adapters:
        for name in (adapter.a, adapter.b):
            if name not in state:
                raise KeyError(name)
        a, b = folded.pop(adapter.a), folded.pop(adapter.b)
        target = f"{adapter.stem}.weight"
        weight = folded[target].clone()
        width = weight.shape[0] // 3 if adapter.part else weight.shape[0]
        start = 2 * width if adapter.part == "v" else 0
        part = weight[start : start + width]
        if a.ndim != 2 or b.ndim != 2 or a.shape[0] != b.shape[1] or (len(b), a.shape[1]) != part.shape:
            raise ValueError(adapter.b)
        part.copy_(part.double() + b.double() @ a.double())  # rounded once, at the end
        folded[target] = weight
        notes[target] = "folded with its low-rank adapter"
    return folded, notes


@dataclass(frozen=True)
class _Adapter:
    """Names of one adapter's tensors: of the layer `stem`, on its part `q` or `v`, or on all of it ("")."""

    stem: str
    part: str
    a: str
    b: str


def _adapters(state: Mapping[str, Tensor]) -> list[_Adapter]:
    found = set()
    for name in state:
        if (match := _QKV.fullmatch(name)) is not None:
            start = f"{match['stem']}.linear_"
            names = (f"{start}{side}_{match['part']}.weight" for side in "ab")
            found.add(_Adapter(match["stem"], match["part"], *names))
        elif (match := _LINEAR.fullmatch(name)) is not None:
            found.add(_Adapter(match["stem"], "", *(f"{match['stem']}.w_{side}.weight" for side in "ab")))
    return sorted(found, key=lambda adapter: adapter.a)


def _rename(state: dict[str, Tensor], inner: str, outer: str, notes: dict[str, str]) -> None:
    if f"{inner}.weight" not in state:
        raise KeyError(f"{inner}.weight")
    for kind in ("weight", "bias"):
        if f"{inner}.{kind}" in state:
            state[f"{outer}.{kind}"] = state.pop(f"{inner}.{kind}")
            notes[f"{outer}.{kind}"] = f"stored as {inner}.{kind}"
