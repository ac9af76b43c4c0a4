"""Names of specimens as text embeddings, through the text encoder of a model pack."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.inference.text import WordPiece, text_of, words_of

__all__ = ["WordPiece", "can_embed_names", "embed_names", "text_of", "words_of"]


def can_embed_names(pack: ModelPack) -> bool:
    """True if the pack has a text encoder."""
    return pack.has("text")


def embed_names(lineages: Iterable[Lineage], pack: ModelPack) -> np.ndarray:
    """(n, dim) float32 unit rows; equal names are embedded once."""
    settings = pack.manifest.encoders["text"].text
    assert settings is not None  # checked when the manifest was read
    place: dict[str, int] = {}
    rows = [
        place.setdefault(text_of(name, settings.template, settings.unknown), len(place)) for name in lineages
    ]
    return pack.embed_texts(list(place))[rows]
