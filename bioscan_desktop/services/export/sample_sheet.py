"""Tables of samples, as field books, barcoding laboratories and BOLD keep them.

Columns are known by Darwin Core's names, by BOLD's, and by the plain words of field books. A row is found by
any of its ids, or by plate and well: `A1` is `A01`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from bioscan_desktop.core.errors import ArgumentError, reason
from bioscan_desktop.core.taxonomy import clean_name
from bioscan_desktop.files import comparable
from bioscan_desktop.library.countries import same_country
from bioscan_desktop.library.importers.headers import Wanted, folded
from bioscan_desktop.library.importers.tables import decoded, text_rows
from bioscan_desktop.library.importers.workbooks import is_workbook, workbook_tables
from bioscan_desktop.services.export.dates import excel_date, iso_dates

TERMS: dict[str, tuple[str, ...]] = {
    "eventDate": (
        "date",
        "collectiondate",
        "collectiondatestart",
        "datecollected",
        "observedon",
        "datestart",
    ),
    "verbatimEventDate": (),
    "eventTime": ("collectiontime", "time"),
    "recordedBy": ("collectors", "collector", "collectedby", "leg", "collecteur"),
    "country": ("countryocean", "pays"),
    "countryCode": ("countryiso",),
    "stateProvince": ("provincestate", "state", "province"),
    "locality": ("exactsite", "site", "place", "placeguess", "lieu", "station"),
    "decimalLatitude": ("latitude", "lat"),
    "decimalLongitude": ("longitude", "long", "lon", "lng"),
    "geodeticDatum": ("datum",),
    "coordinateUncertaintyInMeters": ("coordaccuracy", "positionalaccuracy", "accuracy"),
    "dataGeneralizations": (),
    "minimumElevationInMeters": ("elev", "elevation", "altitude"),
    "habitat": (),
    "samplingProtocol": ("trap", "method"),
    "sex": (),
    "lifeStage": (),
    "fieldNumber": ("fieldid",),
    "catalogNumber": ("museumid",),
    "occurrenceRemarks": ("collectionnotes", "remarks", "remarques"),
}
"""Darwin Core's terms, each with the other names of its column: letters alone, in lower case."""

NUMBERS = frozenset(
    "decimalLatitude decimalLongitude coordinateUncertaintyInMeters minimumElevationInMeters".split()
)
"""Terms whose values are numbers."""

PLATE, WELL = ("plate", "plateid"), ("well", "wellid", "wellposition")
IDS = (
    "queryid", "specimenid", "sampleid", "processid", "materialsampleid", "recordnumber", "catalognumber",
    "museumid", "fieldid", "fieldnumber", "filename", "imagefile", "id", "specimen", "sample", "photo",
    "image", "file",
)  # fmt: skip
"""Columns by which a row is found, the surest first."""
FILES = ("filename", "imagefile", "photo", "image", "file")
"""Those of them whose endings do not count."""
MAX_BYTES = 64 << 20
"""Of a file of samples: some 300,000 rows. A copy of it is kept with the session."""
END, COORD = ("collectiondateend", "enddate", "dateend"), ("coord", "coordinates", "latlon")

_KNOWN = frozenset(
    (*map(str.casefold, TERMS), *chain.from_iterable(TERMS.values()), *COORD, *END, *PLATE, *WELL, *IDS)
)
_WANTED = Wanted(_KNOWN, (*IDS, *WELL), fewest=2)

_COUNTRIES = frozenset(("country", "countrycode", *TERMS["country"], *TERMS["countryCode"]))
_CODE = re.compile(r"[A-Z]{2}")
_NAMIBIA, _NAMIBIA_WITHIN = "NA", (-29.1, -16.8, 11.6, 25.4)
"""Its code, which may mean that nothing is known, and the degrees of latitude and longitude that it has."""

_SHORT_WELL = re.compile(r"(^|[-_. ])([a-p])(\d)$")
_ANGLE = re.compile(
    r"(\d{1,3}(?:\.\d+)?)\s*[°º]\s*(?:(\d{1,2}(?:\.\d+)?)\s*['’′]\s*)?(?:(\d{1,2}(?:\.\d+)?)\s*(?:[\"”″]|'')\s*)?"
)


@dataclass(frozen=True, slots=True)
class Row:
    """A sample: its line in the file, 1 below the header, and what is known of it by term."""

    number: int
    values: Mapping[str, str]


@dataclass(frozen=True)
class SampleSheet:
    """The rows of a table.

    Attributes:
        terms: that are filled somewhere, in the order of `TERMS`.
        notices: sentences about what could not be read.
        content: of the file that they were read from.
    """

    terms: tuple[str, ...]
    notices: tuple[str, ...]
    _rows: Sequence[Row]
    _places: Mapping[str, Row] = field(repr=False)
    content: bytes = field(default=b"", repr=False)

    @classmethod
    def empty(cls) -> SampleSheet:
        """Without rows."""
        return cls((), (), (), {})

    def __len__(self) -> int:
        return len(self._rows)

    def find(self, names: Iterable[str]) -> Row | None:
        """The row of a specimen, by the first of its names that is known."""
        return next((self._places[key] for name in names if (key := _folded(name)) in self._places), None)


def read_sheet(path: Path, copy: bytes = b"") -> SampleSheet:
    """Reads a workbook, or a table with tabs, commas or semicolons.

    Dates become ISO 8601, coordinates decimal degrees; what cannot be read is told and left out.

    Args:
        copy: content of the file as it was read last; counts where the file cannot be read any more.

    Raises:
        ArgumentError: if the file cannot be read as a table, or has no column of ids, or of nothing else.
    """
    notices: list[str] = []
    content = _content(path, copy, notices)
    try:
        tables = _tables(path, content)
    except (UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(path, error) from None
    columns = {folded(cell) for table in tables for cell in table[0]}
    cells = _joined([_cells(table) for table in tables])
    if columns.isdisjoint((*IDS, *WELL)):
        raise ArgumentError(
            f"{path} has no column that says which specimen a row is of, such as sampleid, "
            "specimen_id or well."
        )
    values = _values(cells, notices, path.name)
    terms = tuple(term for term in TERMS if any(term in row for row in values))
    if not terms:
        raise ArgumentError(
            f"{path} has no column that says when, where or by whom specimens were collected, such as date, "
            "locality, lat, lon or collectors."
        )
    rows = [Row(number, row) for number, row in enumerate(values, start=1)]
    places = _placed(cells, rows, notices, path.name)
    return SampleSheet(terms, tuple(notices), rows, places, content)


def _content(path: Path, copy: bytes, notices: list[str]) -> bytes:
    """Of the file, or of its copy, with a sentence that says so."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ArgumentError(f"{path} is too large for a table of samples: {MAX_BYTES >> 20} MB at most.")
        content = path.read_bytes()
    except OSError as error:
        if not copy:
            raise _unreadable(path, error) from None
        notices.append(f"{path} cannot be read ({reason(error)}); its copy in the session was used.")
        return copy
    if copy and content != copy:
        notices.append(f"{path.name} has changed since it was read last, and was read anew.")
    return content


def _tables(path: Path, content: bytes) -> list[list[list[str]]]:
    """The rows, with the header first; of a workbook those of each sheet."""
    if is_workbook(content):
        return workbook_tables(path, _WANTED, content)
    # Rows end where csv says so: cells may have line ends of their own, FileMaker's vertical tabs too.
    lines = io.StringIO(decoded(content), newline="")
    rows = list(text_rows(lines, path.suffix.lower() == ".tsv", _WANTED))
    return [rows] if rows else []


def _cells(table: Sequence[Sequence[str]]) -> list[dict[str, str]]:
    """The filled cells of each row below the header, by column; rows without any are none."""
    columns = [folded(cell) for cell in table[0]]
    codes = _code_columns(columns, table[1:])
    filled = (
        {
            name: value
            for number, (name, cell) in enumerate(zip(columns, row, strict=False))
            if name and (value := cell.strip() if number in codes else clean(cell))
        }
        for row in table[1:]
    )
    rows = [row for row in filled if row]
    if {"eventdate", *TERMS["eventDate"]}.isdisjoint(columns) and any(
        iso_dates([row.get("datum", "") for row in rows])
    ):  # German for date, and no geodetic datum
        return [{"date" if name == "datum" else name: value for name, value in row.items()} for row in rows]
    return rows


def _code_columns(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> set[int]:
    """The columns of countries in which `NA` is the code of Namibia.

    R writes `NA` into whatever is empty. So it is a code only where the sheet has it in no other column, and
    where all else in its column are codes, too; `_country` looks at what else is known of the place.
    """
    cells = [{row[number].strip() for row in rows if number < len(row)} for number in range(len(columns))]
    having = {number for number, found in enumerate(cells) if _NAMIBIA in found}
    are_codes = {
        number
        for number in having
        if columns[number] in _COUNTRIES and all(_CODE.fullmatch(cell) for cell in cells[number] if cell)
    }
    return are_codes if are_codes == having else set()


def _joined(tables: Sequence[Sequence[dict[str, str]]]) -> list[dict[str, str]]:
    """The rows of all sheets. BOLD's workbooks tell of a specimen on several: what is found there by the
    surest column of ids that both have, and contradicts nothing, goes into its first row."""
    rows: list[dict[str, str]] = []
    places: dict[str, dict[str, dict[str, str]]] = {}
    for table in tables:
        told = []  # rows that this sheet adds, or adds something to
        for row in table:
            column = next((name for name in IDS if name in row and name in places), "")
            first = places[column].get(_folded(row[column]), {}) if column else {}
            if first and all(first.get(n, value) == value for n, value in row.items() if n in _KNOWN):
                first.update(row)
                told.append(first)
            else:
                rows.append(row)
                told.append(row)
        for row in told:
            for name in IDS:
                if name in row:
                    places.setdefault(name, {}).setdefault(_folded(row[name]), row)
    return rows


def _unreadable(path: Path, error: Exception) -> ArgumentError:
    return ArgumentError(
        f"{path} cannot be read as a table of samples ({reason(error)}); save it as CSV or TSV."
    )


def clean(cell: str) -> str:
    """The text of a cell in one line; "" where it says that it is not known."""
    text = " ".join(cell.split())
    return "" if clean_name(text) is None else text


def _values(cells: Sequence[Mapping[str, str]], notices: list[str], name: str) -> list[dict[str, str]]:
    """What is known of each row, by term."""
    found = []
    for row in cells:
        values = {term: _first(row, (term.casefold(), *others)) for term, others in TERMS.items()}
        found.append({term: value for term, value in values.items() if value})
    starts = iso_dates([row.get("eventDate", "") for row in found])
    ends = iso_dates([_first(row, END) for row in cells])
    unclear = counted = 0
    for row, values, start, end in zip(cells, found, starts, ends, strict=True):
        written = values.pop("eventDate", "")
        if not start and (day := excel_date(written)):
            values["verbatimEventDate"], counted = written, counted + 1
            start, end = day, end or excel_date(_first(row, END))
        if start:
            values["eventDate"] = f"{start}/{end}" if end and end != start and "/" not in start else start
        elif written:
            values["verbatimEventDate"], unclear = written, unclear + 1
        _place(row, values)
        _country(values)
    if counted:
        notices.append(
            f"The dates of {counted} of {len(cells)} rows of {name} are numbers, which were read as Excel's "
            "count of days; look whether they are right."
        )
    if unclear:
        notices.append(
            f"The dates of {unclear} of {len(cells)} rows of {name} cannot be told for sure and are handed "
            "out as they are written; write them as 2026-07-31."
        )
    lost = sum(
        bool(_first(row, (*COORD, "decimallatitude", "latitude", "lat"))) and "decimalLatitude" not in values
        for row, values in zip(cells, found, strict=True)
    )
    if lost:
        notices.append(
            f"The coordinates of {lost} of {len(cells)} rows of {name} cannot be read and are left out."
        )
    return found


def _place(row: Mapping[str, str], values: dict[str, str]) -> None:
    """Coordinates as decimal degrees, both or neither; heights and accuracies as plain numbers."""
    north, east = values.pop("decimalLatitude", ""), values.pop("decimalLongitude", "")
    pair = re.split(r"[,;]\s*|\s+", _first(row, COORD).strip("[]() "), maxsplit=1)
    if not (north and east) and len(pair) == 2:
        north, east = pair
    latitude, longitude = degrees(north, "ns", 90), degrees(east, "ew", 180)
    if latitude is not None and longitude is not None:
        values["decimalLatitude"], values["decimalLongitude"] = _number(latitude), _number(longitude)
    else:
        values.pop("geodeticDatum", None)
    for term in ("coordinateUncertaintyInMeters", "minimumElevationInMeters"):
        number = re.fullmatch(r"(-?\d+(?:[.,]\d+)?)\s*m?", values.pop(term, ""))
        if number is not None:
            values[term] = number[1].replace(",", ".")


def _country(values: dict[str, str]) -> None:
    """Leaves `NA` out where it cannot be Namibia: in another country, or at a place outside."""
    named = values.get("country", _NAMIBIA)
    here = same_country(named) == _NAMIBIA
    if here and "decimalLatitude" in values:
        south, north, west, east = _NAMIBIA_WITHIN
        here = south <= float(values["decimalLatitude"]) <= north
        here = here and west <= float(values["decimalLongitude"]) <= east
    for term in ("country", "countryCode"):
        if values.get(term) == _NAMIBIA and not here:
            del values[term]


def degrees(text: str, sides: str, most: int) -> float | None:
    """Decimal degrees of `46.5`, `46,5`, `7.25 W` or `46°30'12"N`; None where it is no such place.

    Args:
        sides: the letters of the positive and of the negative side.
        most: limit of the degrees.
    """
    folded = text.casefold().replace(",", ".").strip()
    bare = folded.strip(sides + " ")
    angle = _ANGLE.fullmatch(bare.removeprefix("-"))
    if angle is not None:
        value = sum(float(part or 0) / 60**power for power, part in enumerate(angle.groups()))
    else:
        try:
            value = abs(float(bare))
        except ValueError:
            return None
    is_negative = bare.startswith("-") or sides[1] in (folded[:1], folded[-1:])
    return (-value if is_negative else value) if value <= most else None


def _number(value: float) -> str:
    """With at most six decimals, a tenth of a metre."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _first(row: Mapping[str, str], names: Iterable[str]) -> str:
    return next((row[name] for name in names if name in row), "")


def _placed(
    cells: Sequence[Mapping[str, str]], rows: Sequence[Row], notices: list[str], name: str
) -> dict[str, Row]:
    """Rows by all that they may be called; the surer column goes before, the first of equal rows counts."""
    found: dict[str, Row] = {}
    twice: set[str] = set()
    for column in IDS:
        own: dict[str, Row] = {}
        for cell, row in zip(cells, rows, strict=True):
            if column in cell:
                value = cell[column]
                text = value.rpartition(".")[0] or value if column in FILES else value
                if own.setdefault(_folded(text), row) is not row:
                    twice.add(value)
        found = {**own, **found}
    for cell, row in zip(cells, rows, strict=True):
        plate, well = _first(cell, PLATE), _first(cell, WELL)
        if well:
            found.setdefault(_folded(f"{plate}_{well}" if plate else well), row)
    if twice:
        notices.append(
            f"{name} has several rows of one specimen, of which the first counts: "
            f"{', '.join(sorted(twice)[:5])}."
        )
    return found


def _folded(name: str) -> str:
    """Without case; wells with two figures; plate and well with one kind of sign between them."""
    text = _SHORT_WELL.sub(r"\g<1>\g<2>0\g<3>", comparable(name).strip())
    return re.sub(r"[-_. ]+(?=[a-p]\d\d$)", "_", text)
