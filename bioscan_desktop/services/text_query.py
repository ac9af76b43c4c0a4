"""Asking a library in words: a taxon name, or any phrase where the model can read.

Names are looked up as they are written; that needs no model. A model pack with a text encoder also
puts the words into the space of photos and barcodes, and the keys nearest to them are the answer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.core.hits import Hit
from bioscan_desktop.services.browse import ROOT, Match, Taxonomy, fold
from bioscan_desktop.services.identify import Identifier
from bioscan_desktop.services.names import embed_lineages


@dataclass(frozen=True, slots=True)
class TextAnswer:
    """What words brought.

    Attributes:
        names: taxa and BINs by name.
        hits: keys nearest to the words by the model, nearest first; empty without a text encoder.
        asked: what the model was asked: the words, or the lineage of the taxon that they name.
    """

    names: list[Match]
    hits: list[Hit]
    asked: str


def can_read(identifier: Identifier) -> bool:
    """True if the model has a text encoder."""
    return identifier.model.has("text")


def ask(identifier: Identifier, taxonomy: Taxonomy, text: str, k: int = 12) -> TextAnswer:
    """Looks names up, and asks the model where it can read.

    A name that the library has is given to the model with its lineage, in the wording that it was
    trained on; other words are given as they are.

    Args:
        k: hits in all.

    Raises:
        ArgumentError: if there are no words.
    """
    text = " ".join(text.split())
    if not text:
        raise ArgumentError("Type a name or a few words to look for.")
    names = taxonomy.search(text)
    if not can_read(identifier):
        return TextAnswer(names, [], "")
    asked, row = _embedded(identifier, taxonomy, text, names)
    per_modality = identifier.library.search("text", row, k)[0]
    return TextAnswer(names, sorted(per_modality, key=lambda hit: -hit.score)[:k], asked)


def _embedded(
    identifier: Identifier, taxonomy: Taxonomy, text: str, names: list[Match]
) -> tuple[str, np.ndarray]:
    exact = [m.taxon for m in names if m.taxon != ROOT and not m.is_bin and fold(m.text) == fold(text)]
    if exact:
        lineage = taxonomy.taxon(exact[0]).lineage
        return " ".join(n for n in lineage.names() if n), embed_lineages(identifier.model, [lineage])
    return text, identifier.model.embed_texts([text])
