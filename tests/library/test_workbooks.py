"""Workbooks as other programs write them: dates, numbers, formulas, merged cells, and files that harm."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.library.importers import workbooks
from bioscan_desktop.library.importers.cell_formats import CellFormat, format_of
from bioscan_desktop.library.importers.headers import Wanted
from bioscan_desktop.library.importers.workbooks import is_workbook, workbook_rows, workbook_tables

openpyxl = pytest.importorskip("openpyxl")

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


IDS = Wanted((), ("id",))


def read(path: Path, wanted: Wanted = IDS) -> list[list[str]]:
    rows = list(workbook_rows(path, wanted))
    assert rows == list(workbook_rows(path, wanted, path.read_bytes()))
    return rows


def raw(path: Path, sheet: str, parts: Mapping[str, str | None] = {}) -> Path:
    """A workbook of one sheet, written by hand."""
    sheets = '<sheets><sheet name="a" r:id="r1"/></sheets>'
    links = "<Relationships>{}</Relationships>"
    link = '<Relationship Id="r{}" Type="{}/{}" Target="{}"/>'
    files: dict[str, str | None] = {
        "_rels/.rels": links.format(link.format(1, LINKS, "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}">{sheets}</workbook>',
        "xl/_rels/workbook.xml.rels": links.format(link.format(1, LINKS, "worksheet", "/xl/sheet1.xml")),
        "xl/sheet1.xml": f'<x:worksheet xmlns:x="{MAIN}">{sheet}</x:worksheet>',
        **parts,
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            if text is not None:
                archive.writestr(name, text)
    return path


def test_values_are_texts_as_people_see_them(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["id", "date", "lat", "number", "flag", "text", "time", "error"])
    sheet.append(["M1", dt.date(2026, 7, 31), 46.95, 12, True, "Bern, \n Aare", dt.time(22, 5), "#N/A"])
    sheet.append(["0012", dt.datetime(2026, 7, 31, 22, 5), 0.1 + 0.2, 7.0, False, None, dt.time(1, 2, 3)])
    sheet.append([12, dt.datetime(2026, 8, 1), -1e-7, 1e15, None, "_x0041_"])
    sheet["A4"].number_format = "0000"
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx") == [
        ["id", "date", "lat", "number", "flag", "text", "time", "error"],
        ["M1", "2026-07-31", "46.95", "12", "TRUE", "Bern, \n Aare", "22:05"],
        ["0012", "2026-07-31T22:05", "0.3", "7", "FALSE", "", "01:02:03"],
        ["0012", "2026-08-01", "-0.0000001", "1000000000000000", "", "A"],
    ]


def test_values_of_formulas_are_those_that_were_saved(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["id", "date", "name"])
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_formula("A2", '="M"&1', None, "M1")
        sheet.write_formula("B2", "=TODAY()", day, 46234)
        sheet.write_rich_string("C2", "Pieris ", book.add_format({"italic": True}), "rapae")
    assert read(path) == [["id", "date", "name"], ["M1", "2026-07-31", "Pieris rapae"]]
    unsaved = openpyxl.Workbook()
    unsaved.active.append(["id"])
    unsaved.active.append(["=1+1"])
    unsaved.save(path)
    with pytest.raises(ArgumentError, match="has formulas without values, the first in row 2; open it in"):
        read(path)


def test_merged_cells_count_for_each_of_their_rows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Field book 2026"])
    sheet.merge_cells("A1:C1")
    sheet.append([])
    sheet.append(["id", "date", "place"])
    sheet.append(["M1", dt.date(2026, 7, 31), "Bern"])
    sheet.append(["M2"])
    sheet.append([])
    sheet.append(["M3"])
    sheet.append(["M4", None, "Thun"])
    sheet.merge_cells("B4:B7")
    sheet.merge_cells("C4:C5")
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx") == [
        ["id", "date", "place"],
        ["M1", "2026-07-31", "Bern"],
        ["M2", "2026-07-31", "Bern"],
        [],
        ["M3", "2026-07-31"],
        ["M4", "", "Thun"],
    ]


def test_the_visible_sheet_with_the_fullest_header_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Read me first"])
    hidden = book.create_sheet("old")
    hidden.append(["id", "old"])
    hidden.sheet_state = "hidden"
    book.create_sheet("samples").append(["id", "new"])
    book.create_sheet("more").append(["id", "more"])
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx") == [["id", "new"]]
    assert read(tmp_path / "a.xlsx", Wanted((), ("nowhere",))) == [["Read me first"]]
    assert read(tmp_path / "a.xlsx", Wanted(("more",), ("id",))) == [["id", "more"]]
    assert workbook_tables(tmp_path / "a.xlsx", IDS) == [[["id", "new"]], [["id", "more"]]]
    openpyxl.Workbook().save(tmp_path / "b.xlsx")
    assert read(tmp_path / "b.xlsx") == [] and workbook_tables(tmp_path / "b.xlsx", IDS) == []


def test_a_header_of_two_rows_below_a_title(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Moths of 2026", None, "id"])
    sheet.append([])
    sheet.append(["id", "Place", None, "Remarks"])
    sheet.append([None, "Lat", "Lon", None])
    sheet.append(["M1", 46.9, 7.4, "dusk"])
    for cells in ("A1:B1", "A3:A4", "B3:C3", "D3:D4"):
        sheet.merge_cells(cells)
    book.save(tmp_path / "a.xlsx")
    wanted = Wanted(("lat", "lon", "remarks"), ("id",))
    assert read(tmp_path / "a.xlsx", wanted) == [
        ["id", "Lat", "Lon", "Remarks"],
        ["M1", "46.9", "7.4", "dusk"],
    ]


def test_days_of_old_macs_count_from_1904(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append(["id", dt.date(2026, 7, 31)])
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx") == [["id", "2026-07-31"]]


@pytest.mark.parametrize(
    ("number", "code", "written", "shown"),
    [
        (0, "", "46234", "46234"), (2, "", "46234.5", "46234.5"), (14, "", "46234", "2026-07-31"),
        (22, "", "46234.920138888891", "2026-07-31T22:05"), (14, "", "46234.9", "2026-07-31"),
        (17, "", "46204", "2026-07"), (164, "mmm yyyy", "46234", "2026-07-31"),
        (164, "yyyy", "46023", "2026"), (164, "[$-40C]d mmmm yyyy;@", "46234", "2026-07-31"),
        (164, '0.0" m"', "540", "540"), (164, "0\\ m", "540.5", "540.5"), (164, "[Red]0.00", "1.5", "1.5"),
        (164, "h:mm", "0.5", "12:00"), (164, "mm:ss", "0.5", "12:00"), (164, "000", "-7", "-7"),
        (164, "000", "7", "007"), (164, "General", "1e-3", "0.001"), (14, "", "59", "1900-02-28"),
        (14, "", "61", "1900-03-01"), (14, "", "1", "1900-01-01"), (14, "", "-5", "-5"),
        (14, "", "99999999", "99999999"), (9, "", "0.25", "0.25"), (11, "", "12300", "12300"),
        (164, "dd.mm.yyyy hh:mm:ss", "46234.000011574", "2026-07-31T00:00:01"),
    ],
)  # fmt: skip
def test_how_numbers_are_shown(number: int, code: str, written: str, shown: str) -> None:
    assert format_of(number, code).text(written) == shown
    assert CellFormat().text("3.0") == "3"


def test_other_spellings_of_the_format(tmp_path: Path) -> None:
    cells = (
        '<x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>id</x:t></x:is></x:c>'
        '<x:c t="str"><x:v>d</x:v></x:c>'
        '<x:c t="str"><x:f>""</x:f><x:v></x:v></x:c></x:row>'
        '<x:row r="4"><x:c r="B4" t="d"><x:v>2026-07-31T00:00:00</x:v></x:c></x:row></x:sheetData>'
    )
    path = raw(tmp_path / "a.xlsx", cells)
    assert read(path) == [["id", "d"], [], [], ["", "2026-07-31"]]


@pytest.mark.parametrize(
    ("sheet", "why"),
    [
        ("<x:sheetData>", "mismatched tag"),
        ('<x:sheetData><x:row r="2"/><x:row r="2"/></x:sheetData>', "row 2 is out of place"),
        ('<x:sheetData><x:row r="9999999"/></x:sheetData>', "row 9999999 is out of place"),
        ('<x:sheetData><x:row><x:c><x:v>x</x:v></x:c></x:row></x:sheetData>', "could not convert"),
        ('<x:sheetData><x:row><x:c t="s"><x:v>5</x:v></x:c></x:row></x:sheetData>', "index out of range"),
        ('<x:sheetData><x:row><x:c r="?"><x:v>5</x:v></x:c></x:row></x:sheetData>', "a cell"),
    ],
)  # fmt: skip
def test_damaged_sheets_are_told(tmp_path: Path, sheet: str, why: str) -> None:
    path = raw(tmp_path / "a.xlsx", sheet)
    with pytest.raises(ArgumentError, match=f"is a damaged workbook .*{why}.*save it again") as caught:
        read(path)
    assert "\n" not in str(caught.value)


def test_entities_are_not_unfolded(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'
    path = raw(tmp_path / "a.xlsx", "", {"xl/sheet1.xml": bomb})
    with pytest.raises(ArgumentError, match="declares a document type"):
        read(path)


def test_what_is_no_workbook_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    for content, why in (
        (old, "is of an old version of Excel; save it as .xlsx or as CSV"),
        (old + "EncryptedPackage".encode("utf-16-le"), "is protected by a password; save it without one"),
        (b"PK\x03\x04" + b"\0" * 50, "is a damaged workbook"),
        (zipped({"mimetype": "opendocument"}), "is no Excel workbook; save it as .xlsx or as CSV"),
    ):
        path.write_bytes(content)
        assert is_workbook(content[:8])
        with pytest.raises(ArgumentError, match=why):
            read(path)
        with pytest.raises(ArgumentError, match=why):
            list(workbook_rows(path, IDS, content))
    raw(path, "", {"xl/sheet1.xml": None})
    with pytest.raises(ArgumentError, match="a part is missing"):
        read(path)
    raw(path, "", {"xl/sheet1.xml": '<?xml version="1.0" encoding="U-8"?><worksheet/>'})
    with pytest.raises(ArgumentError, match="unknown encoding"):
        read(path)
    whole = raw(path, "<x:sheetData/>").read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ArgumentError, match="is a damaged workbook"):
        read(path)
    assert not is_workbook(b"id,date\n") and not is_workbook(b"")


def zipped(files: dict[str, Any]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return stream.getvalue()


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = raw(tmp_path / "a.xlsx", " " * 3_000_000)
    assert path.stat().st_size < 10_000
    monkeypatch.setattr(workbooks, "MAX_SHEET", 2_000_000)
    with pytest.raises(ArgumentError, match="is too large for a workbook; save its table as CSV or TSV"):
        read(path)
    monkeypatch.setattr(workbooks, "MAX_CELLS", 50)
    raw(path, '<x:sheetData><x:row><x:c r="A1" t="str"><x:v>id</x:v></x:c></x:row>' + "".join(
        f'<x:row r="{row}"><x:c r="ALL{row}"><x:v>1</x:v></x:c></x:row>' for row in (2, 3)
    ) + "</x:sheetData>")  # fmt: skip
    with pytest.raises(ArgumentError, match="too large"):
        read(path)


def test_cells_far_to_the_right_are_not_read(tmp_path: Path) -> None:
    sheet = (
        '<x:sheetData><x:row><x:c r="A1" t="str"><x:v>id</x:v></x:c><x:c r="XFD1"><x:v>1</x:v></x:c></x:row>'
    )
    path = raw(
        tmp_path / "a.xlsx",
        f'{sheet}</x:sheetData><x:mergeCells><x:mergeCell ref="A1:XFD1048576"/></x:mergeCells>',
    )
    assert read(path) == [["id"]]
