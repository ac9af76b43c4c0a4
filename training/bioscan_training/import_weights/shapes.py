"""Sizes of a network, read off its tensors."""

from __future__ import annotations

import re

from bioscan_training.import_weights.ledger import Ledger, WeightsError
from bioscan_training.towers import BertShape

HEAD_WIDTH = 64
"""Width of an attention head in BERT, ViT and CLIP alike. Tensors do not tell the number of heads."""


def depth_of(ledger: Ledger, prefix: str) -> int:
    """Number of blocks whose names are `prefix` and a number."""
    found = (re.match(re.escape(prefix) + r"(\d+)\.", name) for name in ledger.names(prefix))
    return max((int(match[1]) + 1 for match in found if match), default=0)


def heads_of(width: int, source: str) -> int:
    """Number of heads of the usual width.

    Raises:
        WeightsError: the width is no multiple of it.
    """
    if width % HEAD_WIDTH:
        raise WeightsError(f"{source} has a width of {width}, which is no multiple of {HEAD_WIDTH}.")
    return width // HEAD_WIDTH


def bert_shape(ledger: Ledger, prefix: str, heads: int | None = None, eps: float = 1e-12) -> BertShape:
    """Sizes of the BERT whose names start with the prefix; `heads` None takes the usual width of a head."""
    vocabulary, width = ledger.shape(f"{prefix}embeddings.word_embeddings.weight")
    return BertShape(
        vocabulary=vocabulary,
        width=width,
        depth=depth_of(ledger, f"{prefix}encoder.layer."),
        heads=heads or heads_of(width, ledger.source),
        hidden=ledger.shape(f"{prefix}encoder.layer.0.intermediate.dense.weight")[0],
        positions=ledger.shape(f"{prefix}embeddings.position_embeddings.weight")[0],
        types=ledger.shape(f"{prefix}embeddings.token_type_embeddings.weight")[0],
        eps=eps,
    )


def side_of(patches: int, source: str) -> int:
    """Patches along the side of a square picture.

    Raises:
        WeightsError: they form no square.
    """
    side = round(patches**0.5)
    if side * side != patches:
        raise WeightsError(f"{source} has positions for {patches} patches, which form no square.")
    return side
