"""OpenCLIP's towers, as in BioCLIP and BioCLIP 2.

Radford et al. 2021, "CLIP" (arXiv:2103.00020); Ilharco et al. 2021, OpenCLIP; Stevens et al. 2024,
"BioCLIP" (arXiv:2311.18803); Gu et al. 2025, "BioCLIP 2" (arXiv:2505.23883).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from bioscan_training.towers.attention import attend
from bioscan_training.towers.vit import VitShape


@dataclass(frozen=True)
class ClipImageShape(VitShape):
    """Sizes of CLIP's image tower.

    Attributes:
        quick_gelu: x * sigmoid(1.702 x), as in OpenAI's weights, instead of the exact GELU.
    """

    dim: int = 512
    quick_gelu: bool = False


@dataclass(frozen=True)
class ClipTextShape:
    """Sizes of CLIP's text tower; attributes as in `ClipImageShape`.

    Attributes:
        vocabulary: number of token ids; the last one ends a text.
        context: tokens per text, padded with 0.
    """

    vocabulary: int = 49408
    context: int = 77
    width: int = 512
    depth: int = 12
    heads: int = 8
    hidden: int = 2048
    dim: int = 512
    quick_gelu: bool = False


def quick_gelu(x: Tensor) -> Tensor:
    """OpenAI's approximation of GELU, element by element."""
    return x * torch.sigmoid(1.702 * x)


class _Attention(nn.Module):
    """Attention with one matrix for queries, keys and values, named as in `nn.MultiheadAttention`."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.in_proj_weight = nn.Parameter(torch.empty(3 * width, width))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * width))
        self.out_proj = nn.Linear(width, width)
        nn.init.xavier_uniform_(self.in_proj_weight)

    def forward(self, x: Tensor, mask: Tensor | None, first_only: bool) -> Tensor:
        q, k, v = F.linear(x, self.in_proj_weight, self.in_proj_bias).chunk(3, dim=-1)
        return self.out_proj(attend(q[:, :1] if first_only else q, k, v, self.heads, mask))


class _Mlp(nn.Module):
    def __init__(self, width: int, hidden: int, activation: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.c_fc = nn.Linear(width, hidden)
        self.c_proj = nn.Linear(hidden, width)
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        return self.c_proj(self.activation(self.c_fc(x)))


class _Block(nn.Module):
    def __init__(self, shape: ClipImageShape | ClipTextShape) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(shape.width)
        self.attn = _Attention(shape.width, shape.heads)
        self.ln_2 = nn.LayerNorm(shape.width)
        self.mlp = _Mlp(shape.width, shape.hidden, quick_gelu if shape.quick_gelu else F.gelu)

    def forward(self, x: Tensor, mask: Tensor | None = None, first_only: bool = False) -> Tensor:
        """(n, t, width) to the same, or to (n, 1, width): what becomes of the first token."""
        x = (x[:, :1] if first_only else x) + self.attn(self.ln_1(x), mask, first_only)
        return x + self.mlp(self.ln_2(x))


class _Transformer(nn.Module):
    def __init__(self, shape: ClipImageShape | ClipTextShape) -> None:
        super().__init__()
        self.resblocks = nn.ModuleList(_Block(shape) for _ in range(shape.depth))

    def forward(self, x: Tensor, mask: Tensor | None = None, first_only: bool = False) -> Tensor:
        """(n, t, width) to the same. `first_only`: (n, 1, width), and the last block computes no more."""
        for number, block in enumerate(self.resblocks, start=1):
            x = block(x, mask, first_only and number == len(self.resblocks))
        return x


class ClipImageTower(nn.Module):
    """CLIP's vision transformer; in a checkpoint its names start with `visual.`.

    Input (n, 3, image_size, image_size) float32, normalised as the model asks for; output (n, dim)
    float32 unit rows.
    """

    def __init__(self, shape: ClipImageShape) -> None:
        super().__init__()
        self.shape = shape
        spread = shape.width**-0.5
        self.conv1 = nn.Conv2d(3, shape.width, shape.patch, stride=shape.patch, bias=False)
        self.class_embedding = nn.Parameter(spread * torch.randn(shape.width))
        self.positional_embedding = nn.Parameter(spread * torch.randn(shape.tokens, shape.width))
        self.ln_pre = nn.LayerNorm(shape.width)
        self.transformer = _Transformer(shape)
        self.ln_post = nn.LayerNorm(shape.width)
        self.proj = nn.Parameter(spread * torch.randn(shape.width, shape.dim))

    def forward(self, pixels: Tensor) -> Tensor:
        """See the class."""
        x = self.conv1(pixels).flatten(2).transpose(1, 2)  # (n, patches, width)
        first = self.class_embedding.expand(x.shape[0], 1, -1)
        x = self.ln_pre(torch.cat([first, x], dim=1) + self.positional_embedding)
        x = self.ln_post(self.transformer(x, first_only=True)[:, 0])
        return F.normalize((x @ self.proj).float(), dim=-1)


class ClipTextTower(nn.Module):
    """CLIP's causal text transformer: each token sees those before it, the end token speaks for all.

    Input ids (n, context) int64 and mask (n, context) int64; ids behind the mask count as padding, so
    that other tokenizers' padding does no harm. Output (n, dim) float32 unit rows.
    """

    causal: Tensor

    def __init__(self, shape: ClipTextShape) -> None:
        super().__init__()
        self.shape = shape
        self.token_embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.positional_embedding = nn.Parameter(0.01 * torch.randn(shape.context, shape.width))
        self.transformer = _Transformer(shape)
        self.ln_final = nn.LayerNorm(shape.width)
        self.text_projection = nn.Parameter(shape.width**-0.5 * torch.randn(shape.width, shape.dim))
        triangle = torch.ones(shape.context, shape.context, dtype=torch.bool).tril()
        self.register_buffer("causal", triangle, persistent=False)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """See the class."""
        ids = ids * mask
        x = self.token_embedding(ids) + self.positional_embedding
        x = self.ln_final(self.transformer(x, self.causal))
        end = ids.argmax(dim=-1)  # the end token has the highest id
        x = x.gather(1, end[:, None, None].expand(-1, 1, x.shape[-1]))[:, 0]
        return F.normalize((x @ self.text_projection).float(), dim=-1)
