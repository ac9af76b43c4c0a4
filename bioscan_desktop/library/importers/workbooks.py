"""Tables in Excel workbooks (.xlsx), row by row, as texts.

Only values are read: what a formula gave when the workbook was saved, a date as ISO 8601, a number as it is
without `.0`. A cell that is merged over several rows counts for each of them. Workbooks are zip files of XML
(ECMA-376 part 1, 18); they are read as a stream and within limits, since a small file may unpack to a huge
one.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from lzma import LZMAError
from pathlib import Path
from xml.parsers import expat

from bioscan_desktop.core.errors import ArgumentError, reason
from bioscan_desktop.library.importers.cell_formats import CellFormat, format_of
from bioscan_desktop.library.importers.headers import WITHIN, Wanted, find_header

MAX_SHEET, MAX_TEXTS, MAX_OTHER = 512 << 20, 256 << 20, 16 << 20
"""Unpacked bytes of a sheet, of the texts of all sheets, and of what says where these are."""
MAX_ROWS, MAX_CELLS = 1_048_576, 20_000_000
"""Rows are those of Excel."""
MAX_COLUMNS = 1024
"""Cells further right are not read."""
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CHUNK = 1 << 16
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def is_workbook(head: bytes) -> bool:
    """Whether a file is an Excel workbook, by its first eight bytes; also one that cannot be read."""
    return head.startswith((_ZIP, _OLE))


def workbook_rows(path: Path, wanted: Wanted, content: bytes | None = None) -> Iterator[list[str]]:
    """The rows of the visible sheet whose header names most of the columns, from the header on.

    Of equal ones, the first. Without any header, the first sheet from its first row with text on. A header
    of two rows becomes one; rows without cells are empty lists.

    Args:
        wanted: which columns make a header.
        content: of the file, if it was read already.

    Raises:
        ArgumentError: in one sentence, if it is protected, damaged, too large, or no workbook.
    """
    with _opened(path, content) as book:
        found = max(_tables(book, wanted), key=lambda table: table.known, default=None)
        yield from found.rows(book) if found is not None else ()


def workbook_tables(path: Path, wanted: Wanted, content: bytes | None = None) -> list[list[list[str]]]:
    """The rows of every visible sheet that has a header, each as `workbook_rows` gives them.

    Raises:
        ArgumentError: as there.
    """
    with _opened(path, content) as book:
        return [list(table.rows(book)) for table in _tables(book, wanted)]


@contextmanager
def _opened(path: Path, content: bytes | None) -> Iterator[_Workbook]:
    try:
        head = content[:8] if content is not None else _head(path)
        if head.startswith(_OLE):
            raise _protected_or_old(path, content)
        with zipfile.ZipFile(path if content is None else io.BytesIO(content)) as archive:
            yield _Workbook(archive, path)
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, LookupError, ValueError,
            struct.error, NotImplementedError, LZMAError) as error:  # fmt: skip
        raise ArgumentError(
            f"{path} is a damaged workbook ({_short(error)}); open it in a spreadsheet program and save it "
            "again."
        ) from None
    except RuntimeError:  # zipfile's word for an encrypted part
        raise ArgumentError(f"{path} is protected by a password; save it without one.") from None


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(8)


def _short(error: Exception) -> str:
    return "a part is missing" if isinstance(error, KeyError) else reason(error)


def _protected_or_old(path: Path, content: bytes | None) -> ArgumentError:
    """Excel before 2007 and encrypted workbooks share a container; the latter name their stream."""
    if content is None:
        with path.open("rb") as stream:
            content = stream.read(MAX_OTHER)
    if "EncryptedPackage".encode("utf-16-le") in content:
        return ArgumentError(f"{path} is protected by a password; save it without one.")
    return ArgumentError(f"{path} is of an old version of Excel; save it as .xlsx or as CSV.")


@dataclass(frozen=True)
class _Table:
    """A table within a workbook: its sheet, its header, how many rows of the sheet are above its rows, and
    how many columns of it are known."""

    sheet: str
    names: list[str]
    skipped: int
    known: int

    def rows(self, book: _Workbook) -> Iterator[list[str]]:
        yield self.names
        yield from islice(book.rows(self.sheet), self.skipped, None)


def _tables(book: _Workbook, wanted: Wanted) -> list[_Table]:
    """The sheets with a header; if there is none, the first with text; empty where all are empty."""
    found: list[_Table] = []
    first: list[_Table] = []
    for sheet in book.sheets:
        rows = list(islice(book.rows(sheet), WITHIN + 1))
        header = find_header(rows, wanted)
        if header is not None:
            found.append(_Table(sheet, header.names, header.end, header.known))
        elif not first:
            filled = (number for number, row in enumerate(rows) if any(row))
            first = [_Table(sheet, rows[number], number + 1, 0) for number in islice(filled, 1)]
    return found or first


@dataclass
class _Parsing:
    """What happens at the marks of an XML file: `start(name, values)`, `end(name)`, names without prefix."""

    start: Callable[[str, Mapping[str, str]], None] = lambda name, values: None
    end: Callable[[str], None] = lambda name: None
    text: Callable[[str], None] | None = None


class _Workbook:
    """The parts of a workbook.

    Attributes:
        sheets: names of the parts that hold the visible sheets, in order.
    """

    def __init__(self, archive: zipfile.ZipFile, path: Path) -> None:
        self._archive, self._path = archive, path
        start = next(iter(self._links("", "officeDocument").values()), "")
        if not start.endswith(".xml"):  # .xlsb has .bin
            raise _no_workbook(path)
        targets, shown = self._links(start, "worksheet"), []
        self._from_1904 = False

        def on_start(name: str, values: Mapping[str, str]) -> None:
            if name == "sheet" and values.get("state", "visible") == "visible":
                shown.append(next((value for key, value in values.items() if key.endswith(":id")), ""))
            elif name == "workbookPr":
                self._from_1904 = values.get("date1904") in ("1", "true", "on")

        self._parse(start, MAX_OTHER, _Parsing(on_start))
        self.sheets = [targets[link] for link in shown if link in targets]
        if not self.sheets:
            raise _no_workbook(path)
        texts = next(iter(self._links(start, "sharedStrings").values()), None)
        self._texts = self._read_texts(texts) if texts is not None else []
        styles = next(iter(self._links(start, "styles").values()), None)
        self._formats = self._read_formats(styles) if styles is not None else []
        self._merges: dict[str, dict[int, list[tuple[int, int]]]] = {}

    def rows(self, sheet: str) -> Iterator[list[str]]:
        """All rows of a sheet; rows that are not in the file are empty."""
        if sheet not in self._merges:
            self._merges[sheet] = self._read_merges(sheet)
        reading = _SheetReading(
            self._texts, self._formats, self._from_1904, self._merges[sheet], str(self._path)
        )
        parsing = _Parsing(reading.start, reading.end, reading.text)
        for _ in self._parts(sheet, MAX_SHEET, parsing):
            yield from reading.done
            reading.done.clear()

    def _links(self, part: str, kind: str) -> dict[str, str]:
        """Parts of a kind that a part refers to, by the names that it has for them."""
        folder, name = posixpath.split(part)
        file = posixpath.join(folder, "_rels", f"{name}.rels")
        found: dict[str, str] = {}

        def on_start(name: str, values: Mapping[str, str]) -> None:
            if name == "Relationship" and values.get("Type", "").endswith(f"/{kind}"):
                target = posixpath.normpath(posixpath.join(folder, values["Target"]))
                found[values["Id"]] = target.lstrip("/")

        if file in self._archive.namelist():
            self._parse(file, MAX_OTHER, _Parsing(on_start))
        return found

    def _read_texts(self, part: str) -> list[str]:
        """The shared texts, without the readings that East Asian cells may have beside them."""
        found: list[str] = []
        pieces: list[str] = []
        open_marks: list[str] = []

        def on_start(name: str, _: Mapping[str, str]) -> None:
            open_marks.append(name)
            if name == "si":
                pieces.clear()

        def on_end(name: str) -> None:
            open_marks.pop()
            if name == "si":
                found.append(_unescaped("".join(pieces)))

        def on_text(text: str) -> None:
            if open_marks[-1] == "t" and "rPh" not in open_marks:
                pieces.append(text)

        self._parse(part, MAX_TEXTS, _Parsing(on_start, on_end, on_text))
        return found

    def _read_formats(self, part: str) -> list[CellFormat]:
        """How each style shows numbers."""
        codes: dict[int, str] = {}
        found: list[CellFormat] = []
        inside: list[str] = []

        def on_start(name: str, values: Mapping[str, str]) -> None:
            inside.append(name)
            if name == "numFmt" and "numFmts" in inside:
                codes[int(values["numFmtId"])] = values["formatCode"]
            elif name == "xf" and "cellXfs" in inside:
                number = int(values.get("numFmtId", "0"))
                found.append(format_of(number, codes.get(number, "")))

        def on_end(_: str) -> None:
            inside.pop()

        self._parse(part, MAX_OTHER, _Parsing(on_start, on_end))
        return found

    def _read_merges(self, sheet: str) -> dict[int, list[tuple[int, int]]]:
        """(column, last row) of the cells that are merged over rows, by their first row."""
        found: dict[int, list[tuple[int, int]]] = {}

        def on_start(name: str, values: Mapping[str, str]) -> None:
            if name == "mergeCell":
                first, _, last = values["ref"].partition(":")
                (column, top), (_, bottom) = _place(first), _place(last or first)
                if bottom > top and column < MAX_COLUMNS:
                    found.setdefault(top, []).append((column, bottom))

        # They stand behind all cells, so most sheets are spared the parsing.
        if self._has(sheet, b"mergeCell"):
            self._parse(sheet, MAX_SHEET, _Parsing(on_start))
        return found

    def _has(self, part: str, mark: bytes) -> bool:
        before = b""
        for chunk in self._chunks(part, MAX_SHEET):
            if mark in before + chunk:
                return True
            before = chunk[-len(mark) :]
        return False

    def _chunks(self, part: str, limit: int) -> Iterator[bytes]:
        # No more than this size is unpacked, whatever the part really holds.
        if self._archive.getinfo(part).file_size > limit:
            raise _too_large(str(self._path))
        with self._archive.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk

    def _parse(self, part: str, limit: int, parsing: _Parsing) -> None:
        for _ in self._parts(part, limit, parsing):
            pass

    def _parts(self, part: str, limit: int, parsing: _Parsing) -> Iterator[None]:
        """Parses a part; stops after each piece of it."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = lambda name, values: parsing.start(name.rpartition(":")[2], values)
        parser.EndElementHandler = lambda name: parsing.end(name.rpartition(":")[2])
        if parsing.text is not None:
            parser.CharacterDataHandler = parsing.text

        def refuse(*_: object) -> None:
            raise ValueError("it declares a document type")  # entities could blow it up

        parser.StartDoctypeDeclHandler = refuse
        for chunk in self._chunks(part, limit):
            parser.Parse(chunk)
            yield
        parser.Parse(b"", True)
        yield


@dataclass
class _SheetReading:
    """Makes rows of the marks of a sheet; those that are complete wait in `done`."""

    texts: Sequence[str]
    formats: Sequence[CellFormat]
    from_1904: bool
    merges: Mapping[int, Sequence[tuple[int, int]]]
    path: str
    done: list[list[str]] = field(default_factory=list)
    _cells: dict[int, str] = field(default_factory=dict)
    _down: dict[int, tuple[int, str]] = field(default_factory=dict)  # by column: last row, text
    _row: int = 0
    _column: int = -1
    _n_cells: int = 0
    _kind: str = ""
    _style: int = 0
    _pieces: list[str] = field(default_factory=list)
    _formula: bool = False
    _listens: bool = False
    _phonetic: bool = False

    def start(self, name: str, values: Mapping[str, str]) -> None:
        if name == "c":
            self._n_cells += 1
            if self._n_cells > MAX_CELLS:
                raise _too_large(self.path)
            self._column = _place(values["r"])[0] if "r" in values else self._column + 1
            self._kind, self._style = values.get("t", "n"), int(values.get("s", "0"))
            self._formula = False
            self._pieces.clear()
        elif name in ("v", "t"):
            self._listens = not self._phonetic
        elif name == "f":
            self._formula = True
        elif name == "rPh":
            self._phonetic = True
        elif name == "row":
            row = int(values["r"]) if "r" in values else self._row + 1
            if not self._row < row <= MAX_ROWS:
                raise ValueError(f"its row {row} is out of place")
            self.done.extend([] for _ in range(row - self._row - 1))
            self._row, self._column = row, -1
            self._cells = {}

    def text(self, text: str) -> None:
        if self._listens:
            self._pieces.append(text)

    def end(self, name: str) -> None:
        if name == "c":
            if self._column < MAX_COLUMNS and (text := self._value()):
                self._cells[self._column] = text
        elif name in ("v", "t"):
            self._listens = False
        elif name == "rPh":
            self._phonetic = False
        elif name == "row":
            self._end_row()

    def _end_row(self) -> None:
        cells = self._cells
        for column, (last, text) in list(self._down.items()):
            if self._row > last:
                del self._down[column]
            elif cells:  # a row of nothing else says nothing
                cells.setdefault(column, text)
        for column, last in self.merges.get(self._row, ()):
            if column in cells:
                self._down[column] = (last, cells[column])
        self._n_cells += max(cells, default=-1) + 1 - len(cells)
        self.done.append([cells.get(column, "") for column in range(max(cells, default=-1) + 1)])

    def _value(self) -> str:
        """The text of the cell that ends."""
        text, kind = "".join(self._pieces), self._kind
        if kind == "s":
            return self.texts[int(text)] if text.strip() else ""
        if kind in ("str", "inlineStr"):
            return _unescaped(text)
        if kind == "e":
            return ""  # such as #N/A
        if not text.strip():
            if self._formula:
                raise ArgumentError(
                    f"{self.path} has formulas without values, the first in row {self._row}; open it in a "
                    "spreadsheet program and save it again."
                )
            return ""
        if kind == "b":
            return "TRUE" if text.strip() == "1" else "FALSE"
        if kind == "d":
            return text.removesuffix("T00:00:00")
        shown = self.formats[self._style] if self._style < len(self.formats) else CellFormat()
        return shown.text(text.strip(), self.from_1904)


def _no_workbook(path: Path) -> ArgumentError:
    return ArgumentError(f"{path} is no Excel workbook; save it as .xlsx or as CSV.")


def _too_large(path: str) -> ArgumentError:
    return ArgumentError(f"{path} is too large for a workbook; save its table as CSV or TSV.")


def _place(cell: str) -> tuple[int, int]:
    """(column from 0, row from 1) of a cell such as `AB12`."""
    found = _PLACE.fullmatch(cell.replace("$", ""))
    if found is None:
        raise ValueError(f"it has a cell {cell[:20]!r}")
    column = 0
    for letter in found[1]:
        column = 26 * column + ord(letter) - 64
    return column - 1, int(found[2])


def _unescaped(text: str) -> str:
    """With the signs that XML cannot hold, which are written as `_x000D_`."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
