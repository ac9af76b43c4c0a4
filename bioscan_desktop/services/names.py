"""Names as queries and as keys, for packs with a text encoder.

Names as keys is how BioCLIP (arXiv:2311.18803) is measured: a photo is named by the nearest of all
candidate names, without any reference photo. The candidates here are the species of a library.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from bioscan_desktop.core.errors import ArgumentError, BioscanError
from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.files import named_in
from bioscan_desktop.index.exact import ExactIndex
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.inference.images import load_rgb
from bioscan_desktop.inference.text import text_of
from bioscan_desktop.library.importers.tables import Record
from bioscan_desktop.library.pack import Library
from bioscan_desktop.services.evaluate import TOP_K, LabelledQuery
from bioscan_desktop.services.specimens import from_sequence

_AT_ONCE = 32


def embed_lineages(model: ModelPack, lineages: Sequence[Lineage]) -> np.ndarray:
    """(n, dim) float32 unit rows of names, in the wording that the pack's text encoder asks for.

    Raises:
        ArgumentError: if the pack has no text encoder.
    """
    card = model.manifest.encoders.get("text")
    if card is None or card.text is None:
        raise ArgumentError(
            f"The model pack {model.manifest.id} has no text encoder, so names cannot be compared with it."
        )
    return model.embed_texts([text_of(name, card.text.template, card.text.unknown) for name in lineages])


def candidates(library: Library) -> list[Lineage]:
    """The species of a library, each once."""
    named = {
        lineage.species: lineage
        for modality in library.modalities
        for lineage in library.records.lineages(modality)
        if lineage.species
    }
    return [named[species] for species in sorted(named)]


def answer_names(
    model: ModelPack, library: Library, records: Iterable[Record], keys: str
) -> list[LabelledQuery]:
    """Asks the library for the names of the records, each distinct name once.

    Args:
        keys: `image`, `dna` or `all`, nearest first by plain cosine.

    Raises:
        ArgumentError: if the pack has no text encoder.
    """
    asked = [name for name in dict.fromkeys(record.lineage for record in records) if any(name.names())]
    found = library.search(
        "text", embed_lineages(model, asked), max(TOP_K), None if keys == "all" else [keys]
    )
    answered = []
    for name, hits in zip(asked, found, strict=True):
        nearest = sorted(hits, key=lambda hit: -hit.score)[: max(TOP_K)]
        if nearest:
            answered.append(LabelledQuery(name, tuple(hit.lineage for hit in nearest)))
    return answered


def name_records(
    model: ModelPack, names: Sequence[Lineage], records: Iterable[Record], query: str, images: Path | None
) -> list[LabelledQuery]:
    """Finds the nearest of the names for the photo or barcode of each record.

    Photos and barcodes that cannot be read are left out. Barcodes are read in the direction they are given.

    Args:
        query: `image` or `dna`.
        images: folder of the photos.

    Raises:
        ArgumentError: if the pack has no text encoder.
    """
    index = ExactIndex(embed_lineages(model, names))
    answered = []
    stream = iter(records)
    while group := list(islice(stream, _AT_ONCE)):
        truths, rows = _embedded(model, group, query, images)
        if truths:
            near, _ = index.search(rows, max(TOP_K))
            answered += [
                LabelledQuery(truth, tuple(names[int(place)] for place in places))
                for truth, places in zip(truths, near, strict=True)
            ]
    return answered


def _embedded(
    model: ModelPack, records: Sequence[Record], query: str, images: Path | None
) -> tuple[list[Lineage], np.ndarray]:
    if query == "dna":
        cleaned = [(record.lineage, from_sequence(record.nucleotides or "").barcode) for record in records]
        there = [(lineage, barcode.sequence) for lineage, barcode in cleaned if barcode is not None]
        sequences = [sequence for _, sequence in there]
        rows = model.embed_barcodes(sequences) if there else np.zeros((0, model.dim), dtype=np.float32)
        return [lineage for lineage, _ in there], rows
    truths, photos = [], []
    for record in records:
        if images is None or not record.image_file:
            continue
        try:
            photos.append(load_rgb(named_in(images, record.image_file), model.preprocessing.min_side).image)
        except BioscanError:
            continue  # told by the search among the library's keys
        truths.append(record.lineage)
    return truths, model.embed_images(photos) if photos else np.zeros((0, model.dim), dtype=np.float32)
