"""Reading and writing the records TSV: one row per photo, barcode or specimen.

The columns are those of BOLD/BCDM, any subset in any order; `nuc` is accepted for `nucleotides`.
Blank, `None` and `not_classified` mean unknown.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from bioscan_desktop.core.errors import BioscanError, reason
from bioscan_desktop.core.taxonomy import Lineage, clean_name

OUTPUT_COLUMNS = (
    "processid",
    "image_file",
    "nucleotides",
    "order",
    "family",
    "genus",
    "species",
    "country",
    "source",
    "credit",
    "haplotype",
    "fold",
    "split",
    "bin_uri",
)
"""What `bioscan-train prepare` writes: the records format, and `source` to `split`, which are ours."""


class RecordsError(BioscanError):
    """A records file that cannot be used; the message is one sentence for the user."""

    code = "bad_records"


@dataclass(frozen=True, slots=True)
class Record:
    """One photo, one barcode, or one specimen with both.

    Attributes:
        lineage: cleaned names. An aggregate (`AGG …`) has no species.
        haplotype: equal for equal barcodes, empty without a barcode.
        raw_species: the species as the file gives it, for rules about aggregates.
        fold: official cross-validation fold of the photo's source, or empty.
        split: `train`, `val`, … once prepared, else empty.
    """

    processid: str
    image_file: str
    nucleotides: str
    lineage: Lineage
    raw_species: str = ""
    country: str = ""
    source: str = ""
    credit: str = ""
    haplotype: str = ""
    fold: str = ""
    split: str = field(default="")
    bin_uri: str = ""

    @property
    def species(self) -> str | None:
        """The species name, or None where it is unknown or an aggregate."""
        return self.lineage.species

    @property
    def genus(self) -> str | None:
        """The genus name, or None."""
        return self.lineage.genus

    @property
    def family(self) -> str | None:
        """The family name, or None."""
        return self.lineage.family


def haplotype_of(nucleotides: str) -> str:
    """A short name that two barcodes share exactly if their letters are the same."""
    return hashlib.sha256(nucleotides.encode()).hexdigest()[:10] if nucleotides else ""


@contextmanager
def _open(path: Path, mode: str) -> Iterator[IO[str]]:
    # Spreadsheets write a mark of byte order, which would be part of the first column's name.
    encoding = "utf-8-sig" if mode == "r" else "utf-8"
    if path.suffix == ".gz":
        # On bases, the default level of 9 takes fourteen times as long as 5 to save 6 % of the file.
        with gzip.open(path, f"{mode}t", compresslevel=5, encoding=encoding, newline="") as handle:
            yield handle  # type: ignore[misc]
    else:
        with path.open(mode, encoding=encoding, newline="") as handle:
            yield handle


def read_records(path: Path) -> list[Record]:
    """Reads a records TSV, gzipped or not. Barcodes lose their gaps, which are no part of a haplotype.

    Raises:
        RecordsError: the file is missing, damaged, empty, or has neither a photo nor a barcode column.
    """
    return list(stream_records(path))


def stream_records(path: Path) -> Iterator[Record]:
    """`read_records` record by record, for tables of millions."""
    if not path.is_file():
        raise RecordsError(f"There is no records file at {path}.")
    # Whole genomes are longer than csv takes by itself; the limit is the process's, so it is put back.
    before = csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    empty = True
    try:
        with _open(path, "r") as handle:
            reader = csv.DictReader(handle, delimiter="\t")
            columns = set(reader.fieldnames or ())
            if not columns & {"image_file", "nucleotides", "nuc"}:
                raise RecordsError(f"{path.name} has neither an image_file nor a nucleotides column.")
            for row in reader:
                empty = False
                yield _record(row)
    except (OSError, UnicodeDecodeError, EOFError, zlib.error, csv.Error) as error:
        raise RecordsError(f"{path.name} cannot be read as a table ({reason(error)}).") from None
    finally:
        csv.field_size_limit(before)
    if empty:
        raise RecordsError(f"{path.name} holds no record.")


def _record(row: dict[str, str]) -> Record:
    nucleotides = without_gaps(clean_name(row.get("nucleotides") or row.get("nuc")) or "")
    fold = row.get("fold") or row.get("eumoths_fold") or ""
    return Record(
        processid=(row.get("processid") or row.get("sampleid") or "").strip(),
        image_file=clean_name_path(row.get("image_file")),
        nucleotides=nucleotides,
        lineage=Lineage.from_row(row),
        raw_species=clean_name(row.get("species")) or "",
        country=clean_name(row.get("country")) or "",
        source=row.get("source") or "",
        credit=row.get("credit") or "",
        haplotype=row.get("haplotype") or haplotype_of(nucleotides),
        fold=fold.strip(),
        split=row.get("split") or "",
        bin_uri=clean_name(row.get("bin_uri")) or "",
    )


_GAPS = re.compile(r"[\s\-.]+")


def without_gaps(bases: str) -> str:
    """Upper-case bases without blanks and gaps."""
    return _GAPS.sub("", bases).upper()


def clean_name_path(value: str | None) -> str:
    """A file path as given, or '' where it is unknown. Underscores are part of a path, so they stay."""
    value = (value or "").strip()
    return "" if value.lower() in {"none", "not_classified", "nan"} else value


def write_records(path: Path, records: Iterable[Record]) -> None:
    """Writes `OUTPUT_COLUMNS`, gzipped where the name ends in .gz. Unknown names become blanks."""
    with records_writer(path) as write:
        for record in records:
            write(record)


@contextmanager
def records_writer(path: Path) -> Iterator[Callable[[Record], None]]:
    """`write_records` record by record, for several tables at a time."""
    with _open(path, "w") as handle:
        writer = csv.writer(handle, delimiter="\t", lineterminator="\n")
        writer.writerow(OUTPUT_COLUMNS)

        def write(r: Record) -> None:
            names = [name or "" for name in r.lineage.names()]
            names[3] = r.raw_species  # an aggregate keeps its name in the file; reading drops it again
            what = [r.processid, r.image_file, r.nucleotides]
            ours = [r.source, r.credit, r.haplotype, r.fold, r.split]
            writer.writerow([*what, *names, r.country, *ours, r.bin_uri])

        yield write
