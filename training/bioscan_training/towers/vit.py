"""The vision transformer of CLIBD's image encoder.

Dosovitskiy et al. 2021, "An Image is Worth 16x16 Words" (arXiv:2010.11929), in the form of timm's
`vit_base_patch16_224`: layer norm before each half block, biases on queries, keys and values, exact
GELU, and a linear head on the class token.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from bioscan_training.towers.attention import attend

LAYER_NORM_EPS = 1e-6


@dataclass(frozen=True)
class VitShape:
    """Sizes of a vision transformer.

    Attributes:
        image_size, patch: sides in pixels; `patch` divides `image_size`.
        width, depth, heads, hidden: of the blocks; `hidden` of their MLP.
        dim: length of an embedding.
    """

    image_size: int = 224
    patch: int = 16
    width: int = 768
    depth: int = 12
    heads: int = 12
    hidden: int = 3072
    dim: int = 768

    @property
    def tokens(self) -> int:
        """Patches, and the class token."""
        return (self.image_size // self.patch) ** 2 + 1


class _Attention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x: Tensor, first_only: bool) -> Tensor:
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        return self.proj(attend(q[:, :1] if first_only else q, k, v, self.heads))


class _Mlp(nn.Module):
    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, hidden)
        self.fc2 = nn.Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(F.gelu(self.fc1(x)))


class _Block(nn.Module):
    def __init__(self, shape: VitShape) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(shape.width, eps=LAYER_NORM_EPS)
        self.attn = _Attention(shape.width, shape.heads)
        self.norm2 = nn.LayerNorm(shape.width, eps=LAYER_NORM_EPS)
        self.mlp = _Mlp(shape.width, shape.hidden)

    def forward(self, x: Tensor, first_only: bool) -> Tensor:
        """(n, t, width) to the same, or to (n, 1, width): what becomes of the first token."""
        x = (x[:, :1] if first_only else x) + self.attn(self.norm1(x), first_only)
        return x + self.mlp(self.norm2(x))


class _PatchEmbedding(nn.Module):
    def __init__(self, patch: int, width: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(3, width, patch, stride=patch)

    def forward(self, pixels: Tensor) -> Tensor:
        return self.proj(pixels).flatten(2).transpose(1, 2)  # (n, patches, width)


class VisionTransformer(nn.Module):
    """ViT with a linear head.

    Input (n, 3, image_size, image_size) float32, for CLIBD plain values from 0 to 1; output (n, dim)
    float32 unit rows.
    """

    def __init__(self, shape: VitShape) -> None:
        super().__init__()
        self.shape = shape
        self.cls_token = nn.Parameter(torch.zeros(1, 1, shape.width))
        self.pos_embed = nn.Parameter(0.02 * torch.randn(1, shape.tokens, shape.width))
        self.patch_embed = _PatchEmbedding(shape.patch, shape.width)
        self.blocks = nn.ModuleList(_Block(shape) for _ in range(shape.depth))
        self.norm = nn.LayerNorm(shape.width, eps=LAYER_NORM_EPS)
        self.head = nn.Linear(shape.width, shape.dim)

    def logits(self, pixels: Tensor) -> Tensor:
        """(n, 3, h, w) -> (n, dim), the head's output before it is brought to length one."""
        x = self.patch_embed(pixels)
        x = torch.cat([self.cls_token.expand(x.shape[0], -1, -1), x], dim=1) + self.pos_embed
        for number, block in enumerate(self.blocks, start=1):
            x = block(x, first_only=number == len(self.blocks))  # the head reads the class token alone
        return self.head(self.norm(x[:, 0]))

    def forward(self, pixels: Tensor) -> Tensor:
        """See the class."""
        return F.normalize(self.logits(pixels).float(), dim=-1)
