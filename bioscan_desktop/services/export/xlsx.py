"""A workbook with the sheets Results, Hits and About.

Text is written as text, so that no cell is ever a formula, whatever it begins with. A name that is
too long for a cell is cut, and more rows than a sheet holds are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.services.export.escaping import legal
from bioscan_desktop.services.export.items import ExportItem
from bioscan_desktop.services.export.provenance import ExportOptions, Provenance
from bioscan_desktop.services.export.tables import (
    HIT_COLUMNS,
    RESULT_COLUMNS,
    Row,
    hit_rows,
    result_columns,
    result_row,
)

MAX_ROWS, MAX_CHARACTERS = 1_048_576, 32_767
_WIDTHS = {"query_id": 24, "input": 32, "reason": 60, "decided_name": 26, "final_name": 26, "species": 26,
           "decided_by": 40, "error_message": 40, "notices": 40, "verified_name": 26,
           "attribution": 30}  # fmt: skip
_SHARE = ("confidence", "query_coverage", *(name for name in RESULT_COLUMNS if name.startswith("share_")))


def write(items: Iterable[ExportItem], path: Path, options: ExportOptions, provenance: Provenance) -> None:
    """Writes the workbook; rows go to the disk as they come.

    Raises:
        ArgumentError: if there are more rows than a sheet holds.
        OSError: if the file cannot be written.
    """
    with path.open("wb") as file:
        _write(items, file, options, provenance)


def _write(
    items: Iterable[ExportItem], file: BinaryIO, options: ExportOptions, provenance: Provenance
) -> None:
    import xlsxwriter
    from xlsxwriter.exceptions import XlsxWriterException

    book = xlsxwriter.Workbook(
        _Target(file),
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": True,
            "in_memory": False,
        },
    )
    try:
        created = datetime.fromisoformat(options.created_at)
        said = {"title": options.title, "author": options.made_by, "comments": f"Run {options.run_id}"}
        book.set_properties({name: legal(text) for name, text in said.items()} | {"created": created})
        results = _Sheet(book, "Results", result_columns(options), frozen=1)
        hits = _Sheet(book, "Hits", HIT_COLUMNS, frozen=2)
        for item in items:
            results.add(result_row(item, options))
            for row in hit_rows(item, options):
                hits.add(row)
        results.close()
        hits.close()
        about = book.add_worksheet("About")
        about.set_column(0, 0, 38)
        about.set_column(1, 1, 90, book.add_format({"text_wrap": True, "valign": "top"}))
        bold = book.add_format({"bold": True, "valign": "top"})
        for number, (what, value) in enumerate(provenance.lines()):
            about.write_string(number, 0, what, bold)
            about.write_string(number, 1, cell(value))
    finally:
        try:
            book.close()
        except XlsxWriterException as error:  # it wraps what the system said
            cause = error.args[0] if error.args else None
            raise cause if isinstance(cause, OSError) else OSError(0, str(error), file.name) from None


class _Target:
    """The file for the archive. Where a disk is full the archive is thrown away half written, and writes its
    directory even then: that goes nowhere, and complains no more."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._failed, self._place = file, False, 0

    def write(self, data: bytes) -> int:
        self._try(lambda: self._file.write(data))
        self._place += len(data)
        return len(data)

    def seek(self, place: int) -> int:
        self._try(lambda: self._file.seek(place))
        self._place = place
        return place

    def tell(self) -> int:
        return self._place

    def flush(self) -> None:
        self._try(self._file.flush)

    def _try(self, act: Callable[[], object]) -> None:
        if self._failed or self._file.closed:
            return
        try:
            act()
        except OSError:
            self._failed = True
            raise


class _Sheet:
    """One sheet with a header that stays in sight and can be filtered by."""

    def __init__(self, book: Any, name: str, columns: tuple[str, ...], frozen: int) -> None:
        self._columns, self._name, self._rows = columns, name, 0
        self._sheet = book.add_worksheet(name)
        self._share = book.add_format({"num_format": "0.0%"})
        head = book.add_format({"bold": True, "bg_color": "#DCEBDC", "bottom": 1})
        for number, column in enumerate(columns):
            self._sheet.set_column(number, number, _WIDTHS.get(column, max(10, len(column) + 3)))
        for number, column in enumerate(columns):
            self._sheet.write_string(0, number, column, head)
        self._sheet.freeze_panes(1, frozen)

    def add(self, row: Row) -> None:
        self._rows += 1
        if self._rows >= MAX_ROWS:
            raise ArgumentError(
                f"There are more than {MAX_ROWS - 1:,} rows for the sheet {self._name}; "
                "export comma-separated tables instead."
            )
        for number, column in enumerate(self._columns):
            value = row.get(column)
            if value is None or value == "":
                continue
            if isinstance(value, bool):
                self._sheet.write_boolean(self._rows, number, value)
            elif isinstance(value, int | float):
                style = self._share if column in _SHARE else None
                self._sheet.write_number(self._rows, number, value, style)
            else:
                self._sheet.write_string(self._rows, number, cell(str(value)))

    def close(self) -> None:
        self._sheet.autofilter(0, 0, self._rows, len(self._columns) - 1)


def cell(text: str) -> str:
    """What a cell can hold."""
    kept = legal(text)
    return kept if len(kept) <= MAX_CHARACTERS else f"{kept[: MAX_CHARACTERS - 1]}…"
