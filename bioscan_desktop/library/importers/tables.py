"""Tables of specimen records in BOLD/BCDM or BIOSCAN column names: workbooks, TSV or CSV, gzipped or not."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from bioscan_desktop.core.errors import ArgumentError, reason
from bioscan_desktop.core.taxonomy import Lineage, clean_name
from bioscan_desktop.library.importers.headers import WITHIN, Wanted, find_header, folded
from bioscan_desktop.library.importers.workbooks import is_workbook, workbook_rows

# First the name of the contract, then what BOLD (of now, and its API of old), BIOSCAN-1M, BIOSCAN-5M and R
# make of it; letters and figures alone, as `folded` has them.
_ALIASES: dict[str, tuple[str, ...]] = {
    "processid": ("processid",),
    "sampleid": ("sampleid",),
    "image_file": ("imagefile", "image", "filename"),
    "nucleotides": ("nucleotides", "nuc", "nucraw", "dnabarcode"),
    "order": ("order", "ordername"),
    "family": ("family", "familyname"),
    "genus": ("genus", "genusname"),
    "species": ("species", "speciesname"),
    "bin_uri": ("binuri", "dnabin", "uri"),
    "country": ("country", "countryocean"),
    "specimen_id": ("specimenid",),
    "marker": ("markercode",),
}
_BARCODE_REGION = frozenset({"coi5p", "coi", "co1", "coxi", "cox1"})
"""Markers whose sequences are barcodes; BOLD's packages hold 28S, COI-3P and many more beside them."""
_WANTED = Wanted(
    frozenset(chain.from_iterable(_ALIASES.values())), (*_ALIASES["nucleotides"], *_ALIASES["image_file"])
)


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
        nucleotides: as written in the file, not yet cleaned; None if they are of another marker.
        other_marker: which one that is.
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
    other_marker: str | None = None

    def why_no_barcode(self, name: str) -> str | None:
        """A sentence, if its sequence is left out because of its marker."""
        if self.other_marker is None:
            return None
        return (
            f"{name}: the sequence is of the marker {self.other_marker}; only COI barcodes can be compared."
        )


def read_table(path: Path) -> Iterator[Record]:
    """Yields the records of a table; streams, so that millions of rows need no memory.

    Raises:
        ArgumentError: if the file is missing, neither text nor a workbook, or has none of the known columns.
    """
    try:
        rows = _rows(path)
        header = next(rows, [])
        names = [folded(name) for name in header]
        columns = {
            field: next((names.index(alias) for alias in aliases if alias in names), None)
            for field, aliases in _ALIASES.items()
        }
        if columns["nucleotides"] is None and columns["image_file"] is None:
            raise ArgumentError(
                f"{path} has neither a column 'nucleotides' nor 'image_file'; "
                f"it has: {', '.join(filter(None, map(str.strip, header[:12]))) or 'no header'}."
            )
        for number, cells in enumerate(rows, start=1):
            if cells:
                yield _record(number, cells, columns)
    except FileNotFoundError:
        raise ArgumentError(f"There is no file {path}.") from None
    except (OSError, EOFError, zlib.error, csv.Error) as error:
        raise ArgumentError(f"{path} cannot be read as a table ({reason(error)}).") from None


def _rows(path: Path) -> Iterator[list[str]]:
    """The rows of a workbook or text, its header first. The file is opened once: it may be a pipe."""
    with ExitStack() as stack:
        file = stack.enter_context(path.open("rb"))
        if is_workbook(file.peek(8)[:8]):
            yield from workbook_rows(path, _WANTED, None if file.seekable() else file.read())
            return
        stream = stack.enter_context(text_of(file, _WESTERN))
        yield from text_rows(_checked(stream, path), path.name.removesuffix(".gz").endswith(".tsv"), _WANTED)


def _checked(lines: Iterable[str], path: Path) -> Iterator[str]:
    for line in lines:
        if "\0" in line:
            raise ArgumentError(f"{path} cannot be read as a table: it is not text; save it as CSV or TSV.")
        yield line


def text_rows(lines: Iterable[str], tabs: bool, wanted: Wanted) -> Iterator[list[str]]:
    """The rows of a table in text from its header on; from its first line with text on if it has none.

    Args:
        lines: with their line ends, as cells may go over several.
        tabs: its name says that tabs are between the columns.
    """
    rest = iter(lines)
    first = list(islice(rest, WITHIN + 1))
    if first:
        first[0] = first[0].removeprefix("\ufeff")
    found = list(_first_rows(first, tabs))
    rows = [one.cells for one in found]
    header = find_header(rows, wanted)
    if header is not None:
        yield header.names
        # Of two rows of a header, one may name so few columns that nothing stands between them.
        widest = max(range(header.start, header.end), key=lambda number: len(rows[number]))
        yield from csv.reader(chain(first[found[header.end - 1].end :], rest), found[widest].dialect)
        return
    start = next((one for one in found if any(one.cells)), None)
    if start is not None:
        yield from csv.reader(chain(first[start.start :], rest), start.dialect)


@dataclass(frozen=True)
class _FirstRow:
    """A row, how it is written, and its lines: from `start` to before `end`."""

    cells: list[str]
    dialect: type[csv.Dialect]
    start: int
    end: int


def _first_rows(lines: Sequence[str], tabs: bool) -> Iterator[_FirstRow]:
    """The rows of the first lines. Cells in quotation marks may go over several, as `Collection date` does
    where a column of a spreadsheet is narrow."""
    start = 0
    while start < len(lines):
        end = start + _lines_of(lines[start:], tabs)
        text = lines[start:end]
        dialect = dialect_of("".join(text), tabs)
        yield _FirstRow(next(csv.reader(text, dialect), []), dialect, start, end)
        start = end


def _lines_of(lines: Sequence[str], tabs: bool) -> int:
    """How many lines the first row takes; one, where a quotation mark is never closed."""
    reader = csv.reader(lines, dialect_of(lines[0], tabs))
    try:
        next(reader, [])
    except csv.Error:
        return 1
    closed = sum(line.count('"') for line in lines[: reader.line_num]) % 2 == 0
    return max(1, reader.line_num) if closed else 1


def dialect_of(header: str, tabs: bool) -> type[csv.Dialect]:
    """How a table is written, by its first line.

    R quotes all fields of a table if it quotes its header; BOLD quotes none.
    """
    if tabs or "\t" in header:
        return csv.excel_tab if header.startswith('"') else _Tabs
    return _Semicolons if header.count(";") > header.count(",") else csv.excel


_WESTERN = "bioscan-western"
"""Bytes that are no UTF-8 are letters of Western Europe, as Excel writes them in CSV."""


def _western(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", errors="replace"), error.end


codecs.register_error(_WESTERN, _western)


@contextmanager
def open_text(path: Path, errors: str = "strict") -> Iterator[TextIO]:
    """Opens a text, gzipped or not, in UTF-8 or UTF-16, by its first bytes rather than by its name."""
    with path.open("rb") as file, text_of(file, errors) as stream:
        yield stream


@contextmanager
def text_of(file: io.BufferedReader, errors: str) -> Iterator[TextIO]:
    """The same of a file that is open already, and stays so."""
    with ExitStack() as stack:
        binary: io.BufferedReader | gzip.GzipFile = file
        if file.peek(2)[:2] == b"\x1f\x8b":
            binary = stack.enter_context(gzip.GzipFile(fileobj=file))
        wide = binary.peek(2)[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        stream = io.TextIOWrapper(
            cast(BinaryIO, binary), encoding="utf-16" if wide else "utf-8", errors=errors, newline=""
        )
        stack.callback(stream.detach)
        yield stream


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

    nucleotides, marker = raw("nucleotides"), raw("marker")
    is_other = nucleotides is not None and marker is not None and folded(marker) not in _BARCODE_REGION
    return Record(
        row=number,
        lineage=Lineage.from_row({rank: cell(rank) for rank in ("order", "family", "genus", "species")}),
        processid=raw("processid"),
        sampleid=raw("sampleid"),
        image_file=raw("image_file"),
        nucleotides=None if is_other else nucleotides,
        bin_uri=raw("bin_uri"),
        country=cell("country"),
        specimen_id=raw("specimen_id"),
        other_marker=marker if is_other else None,
    )
