"""What stage `contrast` is trained on: specimens with a photo, a barcode, names, or all of them.

Sources, told apart by what they are:

    a folder that `prepare` wrote           barcodes.tsv.gz for barcodes alone and photos.tsv for photos
                                            alone, joined by process or sample id
    a folder of `prepare --partition clibd` train.tsv.gz, keys.tsv.gz, queries-val.tsv.gz, queries-test.tsv.gz
    a file that `convert` reads             CLIBD's HDF5 files with their photos inside; the metadata of
                                            BIOSCAN-1M and BIOSCAN-5M, BOLD tables, records tables
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bioscan_desktop.core.taxonomy import Lineage
from bioscan_training.data.clibd_hdf5 import ClibdFile
from bioscan_training.data.convert import entries_of, format_of
from bioscan_training.data.entries import Entry
from bioscan_training.data.images import open_photos
from bioscan_training.data.records import Record, RecordsError, stream_records

PREPARED = ("barcodes.tsv.gz", "photos.tsv")
PARTITIONED = ("train.tsv.gz", "keys.tsv.gz", "queries-val.tsv.gz", "queries-test.tsv.gz")
_FOLDERS = (PREPARED, PARTITIONED)


@dataclass(frozen=True, slots=True)
class Specimen:
    """One specimen.

    Attributes:
        photo: name of its photo, or "".
        barcode: upper-case bases, or "".
        bin_uri: its BIN, or "".
        entry: where its photo is found, if it is no plain file.
    """

    lineage: Lineage
    photo: str = ""
    barcode: str = ""
    bin_uri: str = ""
    entry: Entry | None = None

    @property
    def named(self) -> bool:
        """True if any of its names is known."""
        return any(self.lineage.names())


class SpecimenSource:
    """A data set, read split by split.

    Args:
        data: see the module.
        images: folder or zip file of the photos; None where they are not wanted, or within `data`.

    Raises:
        RecordsError: `data` is none of those.
    """

    def __init__(self, data: Path, images: Path | None) -> None:
        self.data = data
        self.images = images
        self._file: ClibdFile | None = None
        self.read_photo: Callable[[Specimen], bytes | None]
        if data.is_dir():
            # `prepare` writes a queries-test.tsv.gz, too, whose records its other tables have already.
            found = ([data / name for name in names if (data / name).is_file()] for names in _FOLDERS)
            self.tables = next((tables for tables in found if tables), [])
            if not self.tables:
                raise RecordsError(f"{data} holds no prepared data: run `bioscan-train prepare` first.")
            self.read_photo = self._reader_by_path()
            return
        self.tables = []
        if format_of(data) == "clibd-hdf5":
            file = self._file = ClibdFile(data)
            self.read_photo = lambda specimen: file.read(specimen.entry) if specimen.entry else None
        elif images is not None:
            photos = open_photos(images)
            self.read_photo = lambda specimen: photos.read(specimen.entry) if specimen.entry else None
        else:
            self.read_photo = lambda specimen: None

    def _reader_by_path(self) -> Callable[[Specimen], bytes | None]:
        """Photos by the paths that the tables give, from folders or zip files."""
        if self.images is None:
            return lambda specimen: None
        photos = open_photos(self.images)
        return lambda specimen: photos.read_path(specimen.photo)

    def read(self, splits: Sequence[str]) -> list[Specimen]:
        """The specimens of these splits, in file order.

        Raises:
            RecordsError: the data cannot be read, or have none of these splits.
        """
        if not splits:
            return []
        found = list(self._entries(splits) if not self.tables else self._records(splits))
        if not found:
            raise RecordsError(f"{self.data} has no record in the split {' or '.join(splits)}.")
        return found

    def barcodes(self, splits: Sequence[str]) -> Iterator[str]:
        """The barcodes of these splits in file order, equal ones included; none is held.

        Raises:
            RecordsError: the data cannot be read.
        """
        if not self.tables:
            yield from (s.barcode for s in self._entries(splits) if s.barcode)
            return
        for table in self.tables:
            if table.name != PREPARED[1]:
                yield from (
                    r.nucleotides for r in stream_records(table) if r.split in splits and r.nucleotides
                )

    def _records(self, splits: Sequence[str]) -> Iterator[Specimen]:
        rows = (
            self._specimen(record, table.name)
            for table in self.tables
            for record in stream_records(table)
            if record.split in splits
        )
        joined: dict[str, Specimen] = {}
        for number, (name, new) in enumerate(rows):
            key = name or f"\x00{number}"
            known = joined.get(key)
            # A photo of an id that has one already is a further photo of the same specimen.
            if known is not None and not (known.photo and new.photo):
                joined[key] = _together(known, new)
            else:
                joined[key if known is None else f"{key}\x00{number}"] = (
                    new if known is None else replace(new, barcode=new.barcode or known.barcode)
                )
        yield from joined.values()

    def _specimen(self, record: Record, table: str) -> tuple[str, Specimen]:
        """Its process id, and what the table may tell of it: `prepare` splits photos and barcodes apart, so
        that the photo of a barcode for training may be one for testing."""
        photo = record.image_file if self.images is not None and table != PREPARED[0] else ""
        barcode = record.nucleotides if table != PREPARED[1] else ""
        return record.processid, Specimen(record.lineage, photo, barcode, record.bin_uri)

    def _entries(self, splits: Sequence[str]) -> Iterator[Specimen]:
        wanted = "+".join(splits)
        entries = entries_of(self.data, split=wanted) if self._file is None else self._file.entries(wanted)
        has_photos = self._file is not None or self.images is not None
        for entry in entries:
            photo = (entry.image_file or entry.processid) if has_photos else ""
            name = f"{entry.split}/{photo}" if photo else ""
            yield Specimen(entry.lineage, name, entry.nucleotides, entry.bin_uri, entry)

    def close(self) -> None:
        """Closes the file."""
        if self._file is not None:
            self._file.close()


def _together(one: Specimen, other: Specimen) -> Specimen:
    """A photo and a barcode of one id; the deeper names count."""
    deeper = max(one, other, key=lambda s: len(s.lineage.path()))
    return Specimen(
        deeper.lineage, one.photo or other.photo, one.barcode or other.barcode, one.bin_uri or other.bin_uri
    )
