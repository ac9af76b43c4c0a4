"""A model pack under CLIBD's protocol, on its data or on a rebuilt partition.

Records come from CLIBD's HDF5 file, or from the tables of `bioscan-train prepare --partition clibd`
with the photos in folders or zip files. Photos are prepared as the pack's manifest says, and nothing
is done to them beyond; the figures are those of the paper's Table 1.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from bioscan_desktop.core.errors import BioscanError
from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.inference.images import load_rgb, to_array
from bioscan_desktop.services.retrieval import Embedded, benchmark
from bioscan_training.data.clibd_hdf5 import ClibdFile
from bioscan_training.data.images import Photos
from bioscan_training.data.records import RecordsError, read_records
from bioscan_training.names_text import can_embed_names, embed_names

BATCH = 64
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Item:
    """A record to embed: its names, its barcode, and how to get its photo."""

    lineage: Lineage
    nucleotides: str
    photo: Callable[[], bytes | None]


def embed(items: Iterable[Item], pack: ModelPack) -> tuple[Embedded, list[str]]:
    """Embeds records with the encoders that the pack has; what a record lacks becomes NaN.

    The text of a record is its names.

    Returns:
        the embeddings, and a sentence for each photo that cannot be read, which counts as missing.
    """
    lineages: list[Lineage] = []
    parts: dict[str, list[np.ndarray]] = {m: [] for m in ("image", "dna") if pack.has(m)}
    broken: list[str] = []
    stream = iter(items)
    while batch := list(islice(stream, BATCH)):
        lineages.extend(item.lineage for item in batch)
        if "dna" in parts:
            parts["dna"].append(_barcodes(batch, pack))
        if "image" in parts:
            rows, failed = _photos(batch, pack)
            parts["image"].append(rows)
            broken += failed
        if len(lineages) % (BATCH * 50) == 0:
            _LOG.info("embedded %d records", len(lineages))
    empty = np.zeros((0, pack.dim), dtype=np.float32)
    vectors = {m: np.concatenate([empty, *rows]) for m, rows in parts.items()}
    if can_embed_names(pack):
        vectors["text"] = embed_names(lineages, pack)
    return Embedded(lineages, {m: rows for m, rows in vectors.items() if np.isfinite(rows).any()}), broken


def _barcodes(batch: list[Item], pack: ModelPack) -> np.ndarray:
    """(n, dim) float32, NaN where there is no barcode."""
    rows = np.full((len(batch), pack.dim), np.nan, dtype=np.float32)
    there = [i for i, item in enumerate(batch) if item.nucleotides]
    if there:
        rows[there] = pack.embed_barcodes([batch[i].nucleotides for i in there])
    return rows


def _photos(batch: list[Item], pack: ModelPack) -> tuple[np.ndarray, list[str]]:
    """(n, dim) float32, NaN where there is no photo; and why photos could not be read."""
    rows = np.full((len(batch), pack.dim), np.nan, dtype=np.float32)
    there, pixels = [], []
    failed: list[str] = []
    for i, item in enumerate(batch):
        data = item.photo()
        if data is None:
            continue
        try:
            loaded = load_rgb(data, pack.preprocessing.min_side)
        except BioscanError as error:
            failed.append(f"a photo of {item.lineage.species or 'no species'}: {error.message}")
            continue
        there.append(i)
        pixels.append(to_array(loaded.image, pack.preprocessing))
    if there:
        # Not `embed_images`: the paper has no mean over the photo and its mirror image.
        rows[there] = pack.embed_arrays("image", np.stack(pixels))
    return rows, failed


def items_of_hdf5(file: ClibdFile, group: str) -> Iterator[Item]:
    """The records of a group of CLIBD's HDF5 file, with its labels as they are."""
    for entry in file.entries(group):
        names = (entry.order, entry.family, entry.genus, entry.species)
        lineage = Lineage(*(name or None for name in names))
        yield Item(lineage, entry.nucleotides, lambda entry=entry: file.read(entry))  # type: ignore[misc]


def items_of_table(path: Path, photos: Photos | None, ending: str) -> Iterator[Item]:
    """The records of a prepared table whose split ends so; '' for all."""
    for record in read_records(path):
        if record.split.endswith(ending):
            name = record.image_file

            def photo(name: str = name) -> bytes | None:
                return photos.read_path(name) if photos is not None and name else None

            yield Item(record.lineage, record.nucleotides, photo)


def benchmark_hdf5(
    pack: ModelPack, path: Path, split: str, count_unknown: bool = False
) -> tuple[dict[str, Any], list[str]]:
    """The figures on CLIBD's HDF5 file.

    Args:
        split: `val` or `test`: which queries ask.
        count_unknown: see `evaluate.top_k_accuracy`.

    Returns:
        the figures, and a sentence for each photo that was left out.

    Raises:
        RecordsError: if the file cannot be read, or has nothing that the pack can embed.
    """
    with ClibdFile(path) as file:
        groups = ("all_keys", f"{split}_seen", f"{split}_unseen")
        parts = [embed(items_of_hdf5(file, group), pack) for group in groups]
    return _figures(pack, parts, split, count_unknown)


def benchmark_tables(
    pack: ModelPack, folder: Path, photos: Photos | None, split: str, count_unknown: bool = False
) -> tuple[dict[str, Any], list[str]]:
    """The same on the tables that `partition.prepare_clibd` wrote."""
    keys, queries = folder / "keys.tsv.gz", folder / f"queries-{split}.tsv.gz"
    sources = ((keys, ""), (queries, "_seen"), (queries, "_unseen"))
    parts = [embed(items_of_table(path, photos, ending), pack) for path, ending in sources]
    return _figures(pack, parts, split, count_unknown)


def _figures(
    pack: ModelPack, parts: list[tuple[Embedded, list[str]]], split: str, count_unknown: bool
) -> tuple[dict[str, Any], list[str]]:
    keys, seen, unseen = (embedded for embedded, _ in parts)
    broken = [sentence for _, found in parts for sentence in found]
    if not keys.vectors or not (seen.vectors or unseen.vectors):
        raise RecordsError("There are no keys, or no queries, that this model pack can embed.")
    model = {"id": pack.manifest.id, "sha256": pack.manifest.fingerprint}
    return {"split": split, "model": model, **benchmark(keys, seen, unseen, count_unknown)}, broken
