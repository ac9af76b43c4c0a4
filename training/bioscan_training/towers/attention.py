"""Multi-head attention on queries, keys and values that are already projected."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def attend(q: Tensor, k: Tensor, v: Tensor, heads: int, mask: Tensor | None = None) -> Tensor:
    """Softmax attention, Vaswani et al. 2017 (arXiv:1706.03762), with 1 / sqrt(width / heads) scaling.

    Args:
        q: (n, s, width).
        k, v: (n, t, width).
        heads: divides the width.
        mask: bool, broadcast to (n, heads, s, t); False shuts a key out for a query.

    Returns:
        (n, s, width), the heads side by side.
    """
    n, _, width = q.shape
    q, k, v = (x.reshape(n, -1, heads, width // heads).transpose(1, 2) for x in (q, k, v))
    scale = (width // heads) ** -0.5  # given, so that it is a constant in an exported graph
    out = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, scale=scale)
    return out.transpose(1, 2).reshape(n, -1, width)
