"""Data sets that were embedded already, by `bioscan-train embed`, on one machine or on many.

Its folder of shards is read where it lies: rows are mapped, tables are streamed. See
`docs/formats.md`, "Embeddings of a data set".
"""

from __future__ import annotations

import csv
import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bioscan_desktop.core.errors import PackError, reason
from bioscan_desktop.core.taxonomy import RANKS, Lineage, clean_name
from bioscan_desktop.inference.manifest import ModelManifest
from bioscan_desktop.library.importers.tables import Record


class Embedded:
    """A folder of embeddings.

    Raises:
        PackError: if it is none, incomplete or damaged.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            if manifest["format"] != "bioscan-embeddings" or not manifest["format_version"].startswith("1."):
                raise ValueError("of another format")
            if not manifest["complete"]:
                raise PackError(
                    f"The embeddings in {folder} are not complete; run `bioscan-train embed` again."
                )
            self.model = dict(manifest["model"])
            self.modalities = tuple(manifest["modalities"])
            self.dim = int(manifest["dim"])
            self._mirror = bool(manifest["mirror"])
            self._shards = [(str(shard["name"]), int(shard["rows"])) for shard in manifest["shards"]]
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise PackError(f"{folder} holds no embeddings that can be used ({reason(error)}).") from None
        self._starts = np.cumsum([0, *(rows for _, rows in self._shards)])

    def check_model(self, model: ModelManifest) -> None:
        """Refuses embeddings of another model, or photos embedded otherwise than queries are.

        Raises:
            PackError: in one sentence.
        """
        if self.model.get("fingerprint") != model.fingerprint:
            raise PackError(
                f"The embeddings in {self.folder} come from the model {self.model.get('id')} "
                f"{self.model.get('version')}, not from {model.id} {model.version}."
            )
        wanted = "image" in self.modalities and model.encoders["image"].mirror
        if "image" in self.modalities and self._mirror != wanted:
            raise PackError(
                f"The photos in {self.folder} were embedded {'with' if self._mirror else 'without'} their "
                f"mirror images; libraries of this model need `bioscan-train embed` "
                f"{'with' if wanted else 'without'} `--mirror`."
            )

    def records(self) -> Iterator[tuple[Record, int]]:
        """Every specimen with the number of its row; `nucleotides` is the short name of its barcode.

        Raises:
            PackError: if a shard cannot be read.
        """
        number = 0
        for name, rows in self._shards:
            path = self.folder / name / "rows.tsv.gz"
            first = number
            try:
                with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
                    for cells in csv.DictReader(stream, delimiter="\t"):
                        yield _record(cells, number), number
                        number += 1
            except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error, KeyError) as error:
                raise PackError(f"{path} cannot be read ({reason(error)}).") from None
            if number - first != rows:
                raise PackError(f"{path} has {number - first} rows, but the manifest says {rows}.")

    def take(self, modality: str, numbers: np.ndarray) -> np.ndarray:
        """(m, dim) float32 of some rows; NaN where there is nothing to embed.

        Raises:
            PackError: if a shard is missing or of another shape.
        """
        rows = np.full((len(numbers), self.dim), np.nan, dtype=np.float32)
        if modality not in self.modalities:
            return rows
        shard_of = np.searchsorted(self._starts, numbers, side="right") - 1
        for shard in np.unique(shard_of):
            name, count = self._shards[int(shard)]
            path = self.folder / name / f"{modality}.npy"
            try:
                stored = np.load(path, mmap_mode="r", allow_pickle=False)
            except (OSError, EOFError, ValueError) as error:
                raise PackError(f"{path} cannot be read ({reason(error)}).") from None
            if stored.shape != (count, self.dim):
                raise PackError(f"{path} has the shape {stored.shape}, not {(count, self.dim)}.")
            mine = np.flatnonzero(shard_of == shard)
            rows[mine] = stored[numbers[mine] - self._starts[shard]]
        return rows


def _record(cells: dict[str, str], number: int) -> Record:
    return Record(
        row=number,
        lineage=Lineage.from_row({rank: cells[rank] for rank in RANKS}),
        processid=cells["processid"] or None,
        sampleid=cells["sampleid"] or None,
        image_file=cells["image_file"] or None,
        nucleotides=cells["haplotype"] or None,
        bin_uri=clean_name(cells["bin_uri"]) and cells["bin_uri"],
        country=clean_name(cells["country"]),
    )
