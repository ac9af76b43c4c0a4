"""Tables of specimen records in BOLD/BCDM or BIOSCAN column names: workbooks, TSV or CSV, gzipped or not."""

from __future__ import annotations

import codecs
import csv
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from bioscan_desktop.core.errors import ArgumentError, reason
from bioscan_desktop.core.taxonomy import Lineage, clean_name
from bioscan_desktop.library.importers.workbooks import is_workbook, workbook_rows

# First the name of the contract, then what BOLD, BIOSCAN-1M, BIOSCAN-5M and R make of it.
_ALIASES: dict[str, tuple[str, ...]] = {
    "processid": ("processid", "process_id"),
    "sampleid": ("sampleid", "sample_id"),
    "image_file": ("image_file", "image", "file_name"),
    "nucleotides": ("nucleotides", "nuc", "nucraw", "dna_barcode"),
    "order": ("order",),
    "family": ("family",),
    "genus": ("genus", "genus_name"),
    "species": ("species", "species_name"),
    "bin_uri": ("bin_uri", "dna_bin", "uri"),
    "country": ("country", "country/ocean", "country.ocean"),
    "specimen_id": ("specimen_id",),
}


class _Tabs(csv.excel_tab):
    """BOLD writes bare quotation marks inside tab-separated fields."""

    quoting = csv.QUOTE_NONE


class _Semicolons(csv.excel):
    """What Excel writes as CSV where the comma stands in numbers."""

    delimiter = ";"


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a table: a photo, a barcode, or both of one specimen.

    Attributes:
        row: line of the file, 1 for the first below the header.
        nucleotides: as written in the file, not yet cleaned.
    """

    row: int
    lineage: Lineage
    processid: str | None = None
    sampleid: str | None = None
    image_file: str | None = None
    nucleotides: str | None = None
    bin_uri: str | None = None
    country: str | None = None
    specimen_id: str | None = None


def read_table(path: Path) -> Iterator[Record]:
    """Yields the records of a table; streams, so that millions of rows need no memory.

    Raises:
        ArgumentError: if the file is missing, neither text nor a workbook, or has none of the known columns.
    """
    try:
        with path.open("rb") as probe:
            head = probe.read(8)
        rows = workbook_rows(path, _is_header) if is_workbook(head) else _text_rows(path)
        names = _column_names(next(rows, []))
        columns = {
            field: next((names.index(alias) for alias in aliases if alias in names), None)
            for field, aliases in _ALIASES.items()
        }
        if columns["nucleotides"] is None and columns["image_file"] is None:
            raise ArgumentError(
                f"{path} has neither a column 'nucleotides' nor 'image_file'; "
                f"it has: {', '.join(names[:12]) or 'no header'}."
            )
        for number, cells in enumerate(rows, start=1):
            if cells:
                yield _record(number, cells, columns)
    except FileNotFoundError:
        raise ArgumentError(f"There is no file {path}.") from None
    except UnicodeDecodeError:
        raise ArgumentError(
            f"{path} cannot be read as a table: it is not UTF-8 text; save it as CSV UTF-8 or as TSV."
        ) from None
    except (OSError, EOFError, zlib.error, csv.Error) as error:
        raise ArgumentError(f"{path} cannot be read as a table ({reason(error)}).") from None


def _text_rows(path: Path) -> Iterator[list[str]]:
    """The rows of a text, its header first."""
    with open_text(path) as stream:
        header = stream.readline().lstrip("\ufeff").rstrip("\r\n")
        dialect = dialect_of(header, path.name.removesuffix(".gz").endswith(".tsv"))
        yield next(csv.reader([header], dialect), [])
        yield from csv.reader(stream, dialect)


def _column_names(cells: list[str]) -> list[str]:
    return [name.strip().lower() for name in cells]


def _is_header(cells: list[str]) -> bool:
    wanted = {*_ALIASES["nucleotides"], *_ALIASES["image_file"]}
    return not wanted.isdisjoint(_column_names(cells))


def dialect_of(header: str, tabs: bool) -> type[csv.Dialect]:
    """How a table is written, by its first line.

    R quotes all fields of a table if it quotes its header; BOLD quotes none.
    """
    if tabs or "\t" in header:
        return csv.excel_tab if header.startswith('"') else _Tabs
    return _Semicolons if header.count(";") > header.count(",") else csv.excel


def open_text(path: Path, errors: str = "strict") -> TextIO:
    """Opens a UTF-8 text file, gzipped or not, by its first bytes rather than by its name."""
    with path.open("rb") as probe:
        zipped = probe.read(2) == b"\x1f\x8b"
    if zipped:
        return gzip.open(path, "rt", encoding="utf-8", errors=errors, newline="")
    return path.open(encoding="utf-8", errors=errors, newline="")


def decoded(content: bytes) -> str:
    """UTF-8, what Excel calls Unicode text, or the letters of Western Europe, in which authors stand.

    Raises:
        UnicodeDecodeError: if it is no text.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        if b"\0" in content:
            raise
        return content.decode("cp1252", errors="replace")


def _record(number: int, cells: list[str], columns: dict[str, int | None]) -> Record:
    def cell(field: str) -> str | None:
        index = columns[field]
        return clean_name(cells[index]) if index is not None and index < len(cells) else None

    def raw(field: str) -> str | None:
        """File names and sequences keep their underscores."""
        index = columns[field]
        text = cells[index].strip() if index is not None and index < len(cells) else ""
        return None if clean_name(text) is None else text

    return Record(
        row=number,
        lineage=Lineage.from_row({rank: cell(rank) for rank in ("order", "family", "genus", "species")}),
        processid=raw("processid"),
        sampleid=raw("sampleid"),
        image_file=raw("image_file"),
        nucleotides=raw("nucleotides"),
        bin_uri=raw("bin_uri"),
        country=cell("country"),
        specimen_id=raw("specimen_id"),
    )
