"""What is embedded: a stream of specimens, their photos, and the chunks that become shards."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from bioscan_desktop.core.errors import reason
from bioscan_training.data.clibd_hdf5 import ClibdFile
from bioscan_training.data.convert import entries_of, format_of
from bioscan_training.data.entries import Entry
from bioscan_training.data.images import open_photos
from bioscan_training.data.records import RecordsError, haplotype_of

COLUMNS = "processid sampleid image_file order family genus species bin_uri country split haplotype".split()
"""What is known of a specimen, as its shard's table has it, between `row` and `error`."""


class PhotoReader(Protocol):
    """Where photo files can be had: an HDF5 file, folders, or zip files."""

    def read(self, entry: Entry) -> bytes | None:
        """The photo file of a specimen as it is, or None where there is none."""


@dataclass(frozen=True)
class Source:
    """A data set as the command line names it. Plain values: it travels to other machines.

    Attributes:
        path: table, HDF5 file, FASTA file, or folder of photos.
        kind: one of `convert.FORMATS`; `auto` is settled by `settled`.
        split, partitioning, clibd_files: as for `convert.entries_of`.
        images: folder or zip file of the photos; not needed for HDF5 files and folders of photos.
        package: one of `images.PACKAGES`.
    """

    path: Path
    kind: str = "auto"
    split: str | None = None
    partitioning: str = "large_diptera_family"
    clibd_files: Path | None = None
    images: Path | None = None
    package: str = "cropped_256"

    def settled(self) -> Source:
        """The same with a definite kind.

        Raises:
            RecordsError: if the source is missing or of no known kind.
        """
        kind = format_of(self.path) if self.kind == "auto" else self.kind
        return Source(**{**vars(self), "kind": kind})

    @property
    def has_photos(self) -> bool:
        """True if photos can come with the records."""
        return self.images is not None or self.kind in ("clibd-hdf5", "folder")

    def identity(self) -> dict[str, Any]:
        """What two runs on the same source agree in. No folder is in it, so that data may move."""
        return {
            "kind": self.kind,
            "name": self.path.resolve().name,
            "bytes": self.path.stat().st_size if self.path.is_file() else None,
            "split": self.split,
            "partitioning": self.partitioning if self.kind == "bioscan1m" else None,
            "images": self.images.resolve().name if self.images is not None else None,
            "package": self.package if self.images is not None else None,
        }

    def entries(self) -> Iterator[Entry]:
        """Streams the specimens.

        Raises:
            RecordsError: if the source cannot be read.
        """
        return entries_of(self.path, self.kind, self.split, self.partitioning, self.clibd_files)

    def photos(self) -> PhotoReader | None:
        """Opens the photos; None where there are none. To be called where they are read.

        Raises:
            RecordsError: if they cannot be opened.
        """
        if self.images is not None:
            return open_photos(self.images, self.package)
        if self.kind == "clibd-hdf5":
            return ClibdFile(self.path)
        return open_photos(self.path) if self.kind == "folder" else None


@dataclass(frozen=True)
class Chunk:
    """The specimens of one shard.

    Attributes:
        number: of the shard, from 0.
        first: number of its first specimen in the source, from 0.
    """

    number: int
    first: int
    entries: list[Entry]

    @property
    def sha256(self) -> str:
        """Of everything that the shard's table says of the specimens: equal for the same rows."""
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(cells_of(entry) for entry in self.entries)
        return hashlib.sha256(text.getvalue().encode()).hexdigest()


def chunks_of(source: Source, size: int) -> Iterator[Chunk]:
    """Cuts the source into chunks of `size` specimens; one chunk is held at a time."""
    entries = source.entries()
    number = 0
    while part := list(islice(entries, size)):
        yield Chunk(number, number * size, part)
        number += 1


def cells_of(entry: Entry) -> list[str]:
    """The cells of `COLUMNS`."""
    return [haplotype_of(entry.nucleotides) if c == "haplotype" else getattr(entry, c) for c in COLUMNS]


def save_chunk(chunk: Chunk, path: Path) -> None:
    """Writes a chunk where another process can read it, as gzipped lines of JSON."""
    part = path.with_name(f"{path.name}.part")
    with gzip.open(part, "wt", encoding="utf-8", compresslevel=1) as stream:
        stream.write(json.dumps({"number": chunk.number, "first": chunk.first}) + "\n")
        stream.writelines(json.dumps(asdict(entry)) + "\n" for entry in chunk.entries)
    part.replace(path)


def load_chunk(path: Path) -> Chunk:
    """The inverse of `save_chunk`.

    Raises:
        RecordsError: if the file is missing or damaged.
    """
    try:
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            head = json.loads(stream.readline())
            return Chunk(head["number"], head["first"], [Entry(**json.loads(line)) for line in stream])
    except (OSError, EOFError, ValueError) as error:
        raise RecordsError(f"{path} cannot be read ({reason(error)}).") from None
