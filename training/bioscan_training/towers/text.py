"""The text tower of CLIBD: BERT-small and a projection.

Turc et al. 2019, "Well-Read Students Learn Better" (arXiv:1908.08962) for BERT-small; Gong et al. 2024,
"CLIBD" (arXiv:2405.17537). A specimen's text is `order family genus species`.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from bioscan_training.towers.bert import Bert, BertShape


class BertTextTower(nn.Module):
    """A BERT, the mean over all its positions, and a linear projection.

    The mask keeps padding out of the attention, yet the mean takes padding in: so the published
    weights were trained.

    Input ids (n, t) int64 and mask (n, t) int64, output (n, dim) float32 unit rows.
    """

    def __init__(self, shape: BertShape, dim: int) -> None:
        super().__init__()
        self.bert = Bert(shape)
        self.proj = nn.Linear(shape.width, dim)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """See the class."""
        return F.normalize(self.proj(self.bert(ids, mask).mean(dim=1)).float(), dim=-1)
