"""Sample sheets: columns of field books, BOLD and Darwin Core; rows by id, by photo, by plate and well."""

from __future__ import annotations

import datetime as dt
import unicodedata
from pathlib import Path

import pytest

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.services.export.sample_sheet import degrees, read_sheet


def sheet(tmp_path: Path, text: str, name: str = "samples.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_sheet(path)


def test_the_columns_of_a_field_book(tmp_path: Path) -> None:
    found = sheet(
        tmp_path,
        "Sample ID;Date;Lat;Lon;Elevation;Collectors;Exact Site;Trap\n"
        "M1;31.7.2026;46,95;7,45;540 m;A. Muster;Bern, Aare;light\nM2;;;;;None;;\n",
    )
    row = found.find(["m1"])
    assert row is not None and row.values == {
        "eventDate": "2026-07-31", "decimalLatitude": "46.95", "decimalLongitude": "7.45",
        "minimumElevationInMeters": "540", "recordedBy": "A. Muster", "locality": "Bern, Aare",
        "samplingProtocol": "light",
    }  # fmt: skip
    assert found.find(["M2"]).values == {} and found.find(["M3"]) is None
    assert (len(found), found.notices) == (2, ())
    assert found.terms == (
        "eventDate", "recordedBy", "locality", "decimalLatitude", "decimalLongitude",
        "minimumElevationInMeters", "samplingProtocol",
    )  # fmt: skip


def test_the_columns_of_bold(tmp_path: Path) -> None:
    text = (
        "processid\tsampleid\tcountry/ocean\tcountry_iso\tcoord\tcollection_date_start\tcollection_date_end\n"
        "ABC1-26\tM1\tCôte d'Ivoire\tCI\t[5.35, -4.01]\t2026-07-30\t2026-08-01\n"
    )
    found = sheet(tmp_path, text, "b.tsv")
    assert found.find(["ABC1-26"]) is found.find(["M1"])
    assert found.find(["M1"]).values == {
        "eventDate": "2026-07-30/2026-08-01", "country": "Côte d'Ivoire", "countryCode": "CI",
        "decimalLatitude": "5.35", "decimalLongitude": "-4.01",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sampleid,countryCode\nM1,NA\nM2,ZA\n", {"countryCode": "NA"}),
        ("sampleid,country,site\nM1,NA,Etosha\nM2,ZA,\n", {"country": "NA", "locality": "Etosha"}),
        (
            "sampleid,country,country_iso\nM1,Namibia,NA\n,,\n",
            {"country": "Namibia", "countryCode": "NA"},
        ),
        (
            "sampleid,countryCode,lat,lon\nM1,NA,-22.6,17.1\n",
            {"countryCode": "NA", "decimalLatitude": "-22.6", "decimalLongitude": "17.1"},
        ),
        # of R, and of places elsewhere
        ("sampleid,countryCode,site\nM1,NA,pond\nM2,FI,NA\n", {"locality": "pond"}),
        ("sampleid,country,site\nM1,NA,pond\nM2,Finland,wood\n", {"locality": "pond"}),
        ("sampleid,country,countryCode\nM1,Finland,NA\n", {"country": "Finland"}),
        (
            "sampleid,countryCode,lat,lon\nM1,NA,60.2,24.9\n",
            {"decimalLatitude": "60.2", "decimalLongitude": "24.9"},
        ),
        ("sampleid,countryCode,site\nM1,na,pond\n", {"locality": "pond"}),
    ],
)
def test_namibia_is_a_country(tmp_path: Path, text: str, expected: dict[str, str]) -> None:
    row = sheet(tmp_path, text).find(["M1"])
    assert row is not None and row.values == expected


def test_plates_and_wells(tmp_path: Path) -> None:
    found = sheet(tmp_path, "Plate,Well,Site\nP7,A1,pond\nP7,H12,wood\nP8,A1,heath\n")
    for name, site in (("P7_A01", "pond"), ("p7-a1", "pond"), ("P7.H12", "wood"), ("P8 A01", "heath")):
        row = found.find([name])
        assert row is not None and row.values["locality"] == site, name
    assert found.find(["A01"]) is None
    assert sheet(tmp_path, "well,site\na1,pond\n").find(["A01"]) is not None


def test_photos_are_found_without_their_endings(tmp_path: Path) -> None:
    found = sheet(tmp_path, "image_file,locality\nmoth.7.jpg,pond\n")
    assert found.find(["moth.7"]) is not None


def test_what_is_unclear_is_told_and_never_guessed(tmp_path: Path) -> None:
    found = sheet(
        tmp_path,
        "sampleid,date,lat,lon,datum\nM1,3/7/2026,95,7.45,WGS84\nM1,2026-07-31,46.9,,\nM2,2026,46.9,7.4,WGS84\n",
    )
    assert found.find(["M1"]).values == {"verbatimEventDate": "3/7/2026"}
    assert found.find(["M2"]).values["geodeticDatum"] == "WGS84"
    assert found.notices == (
        "The dates of 1 of 3 rows of samples.csv cannot be told for sure and are handed out as they are "
        "written; write them as 2026-07-31.",
        "The coordinates of 2 of 3 rows of samples.csv cannot be read and are left out.",
        "samples.csv has several rows of one specimen, of which the first counts: M1.",
    )


def test_dates_that_excel_left_as_numbers_are_read_and_told(tmp_path: Path) -> None:
    found = sheet(tmp_path, "sampleid,date,date end\nM1,45321,45323\nM2,2024-02-01,\nM3,4532,\nM4,,45323\n")
    assert [found.find([name]).values for name in ("M1", "M2", "M3", "M4")] == [
        {"eventDate": "2024-01-30/2024-02-01", "verbatimEventDate": "45321"},
        {"eventDate": "2024-02-01"},
        {"verbatimEventDate": "4532"},
        {},
    ]
    assert found.notices == (
        "The dates of 1 of 4 rows of samples.csv are numbers, which were read as Excel's count of days; look "
        "whether they are right.",
        "The dates of 1 of 4 rows of samples.csv cannot be told for sure and are handed out as they are "
        "written; write them as 2026-07-31.",
    )
    # A geodetic datum by its number is no date.
    assert sheet(tmp_path, "sampleid,site,datum\nM1,pond,25832\n").find(["M1"]).values == {"locality": "pond"}


def test_cells_may_have_several_lines(tmp_path: Path) -> None:
    """As Excel writes them between quotation marks, and FileMaker with vertical tabs."""
    text = 'sampleid,locality,date\r\nM1,"Bern\r\nAare",2026-07-31\r\nM2,Thun\x0bSee\u2028Nord,2026-08-01\r\n'
    found = sheet(tmp_path, text)
    assert len(found) == 2 and found.notices == ()
    assert found.find(["M1"]).values == {"eventDate": "2026-07-31", "locality": "Bern Aare"}
    assert found.find(["M2"]).values == {"eventDate": "2026-08-01", "locality": "Thun See Nord"}
    old_mac = sheet(tmp_path, "sampleid;locality\rM1;Bern, Aare\rM2;Thun\r")
    assert old_mac.find(["M1"]).values == {"locality": "Bern, Aare"} and len(old_mac) == 2


@pytest.mark.parametrize(
    "text",
    [
        'sampleid,country,"Collection\ndate",lat,lon\nA,France,2020-01-02,1.5,2.5\n',
        'My traps\r\n\r\nsampleid,country,"Collection\r\ndate",lat,lon\r\nA,France,2020-01-02,1.5,2.5\r\n',
        '"Collection\ndate";sampleid;country;lat;lon\n2020-01-02;A;France;1,5;2,5\n',
        'Nets of 5", "new"\nsampleid,country,date,lat,lon\nA,France,2020-01-02,1.5,2.5\n',
        '"Nets\nsampleid,country,date,lat,lon\nA,France,2020-01-02,1.5,2.5\n',
    ],
)
def test_headers_may_have_several_lines(text: str, tmp_path: Path) -> None:
    found = sheet(tmp_path, text)
    assert len(found) == 1 and found.find(["A"]).values == {
        "country": "France", "eventDate": "2020-01-02", "decimalLatitude": "1.5", "decimalLongitude": "2.5",
    }  # fmt: skip


def test_letters_of_western_europe(tmp_path: Path) -> None:
    found = sheet(tmp_path, "sampleid;lieu\nM1;Forêt\n".encode("cp1252"))
    assert found.find(["M1"]).values == {"locality": "Forêt"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name,date\nx,2026\n", "no column that says which specimen"),
        ("sampleid,colour\nM1,red\n", "no column that says when, where or by whom"),
        ("", "no column that says which specimen"),
        (b"\x89PNG\x00\xff", "cannot be read as a table of samples"),
    ],
)
def test_what_is_no_sheet_is_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        sheet(tmp_path, text)
    with pytest.raises(ArgumentError, match="cannot be read"):
        read_sheet(tmp_path / "nowhere.csv")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("46.5", 46.5), ("-46,5", -46.5), ("46.5 N", 46.5), ("S 46.5", -46.5), ("46°30'36\"S", -46.51),
        ("46° 30.6' N", 46.51), ("46°30′36″N", 46.51), ("46.5°", 46.5), ("91", None), ("46.5 O", None),
        ("north", None), ("", None), ("nan", None),
    ],
)  # fmt: skip
def test_degrees(text: str, value: float | None) -> None:
    found = degrees(text, "ns", 90)
    assert found == value if value is None else found == pytest.approx(value)


def test_a_copy_counts_where_the_file_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "samples.csv"
    path.write_text("id,date\nM1,2026-07-31\n")
    first = read_sheet(path)
    assert first.content == path.read_bytes() and read_sheet(path, first.content).notices == ()
    path.write_text("id,date\nM1,2026-08-01\n")
    newer = read_sheet(path, first.content)
    assert newer.notices == ("samples.csv has changed since it was read last, and was read anew.",)
    assert newer.find(["M1"]).values == {"eventDate": "2026-08-01"}
    path.unlink()
    kept = read_sheet(path, first.content)
    assert kept.find(["M1"]).values == {"eventDate": "2026-07-31"} and kept.content == first.content
    (notice,) = kept.notices
    assert notice.startswith(f"{path} cannot be read (") and notice.endswith(
        "); its copy in the session was used."
    )
    with pytest.raises(ArgumentError, match="cannot be read as a table of samples"):
        read_sheet(path)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "samples.csv"
    with path.open("wb") as stream:
        stream.truncate((64 << 20) + 1)
    with pytest.raises(ArgumentError, match="too large for a table of samples: 64 MB at most"):
        read_sheet(path)


def test_a_workbook_of_samples(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["Trip to the Aare", None, "id"])
    book.active.append(["Sample ID", "Date", "Time", "Lat", "Lon", "Elevation", "Collectors"])
    book.active.append([1, dt.date(2026, 7, 31), dt.time(22, 5), 46.95, -7.45, 540, "A. Muster"])
    book.active.append([2, None, None, 46, 7, 541.5, None])
    book.active.merge_cells("B3:B4")
    path = tmp_path / "samples.xlsx"
    book.save(path)
    found = read_sheet(path)
    assert found.find(["1"]).values == {
        "eventDate": "2026-07-31", "eventTime": "22:05", "decimalLatitude": "46.95",
        "decimalLongitude": "-7.45", "minimumElevationInMeters": "540", "recordedBy": "A. Muster",
    }  # fmt: skip
    second = found.find(["2"]).values
    assert (second["eventDate"], second["minimumElevationInMeters"]) == ("2026-07-31", "541.5")
    content = path.read_bytes()
    path.unlink()
    assert read_sheet(path, content).find(["1"]).values["eventDate"] == "2026-07-31"
    path.write_bytes(content[:900])
    with pytest.raises(ArgumentError, match="is a damaged workbook"):
        read_sheet(path)


def test_a_header_of_two_rows_below_a_title(tmp_path: Path) -> None:
    """As a workbook, and as the CSV that Excel makes of it."""
    openpyxl = pytest.importorskip("openpyxl")
    rows = [
        ["Moths of the Aare, 2026"],
        ["Specimen", "Collecting", None, None, None, "Collector"],
        ["Sample ID", "Date (dd.mm.yyyy)", "Lat (°)", "Lon (°)", "Elev (m)"],
        ["M1", dt.date(2026, 7, 31), 46.95, 7.45, 540, "A. Muster"],
    ]
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells in ("A1:F1", "B2:E2", "F2:F3"):
        book.active.merge_cells(cells)
    book.save(tmp_path / "samples.xlsx")
    text = (
        "Moths of the Aare, 2026;;;;;\r\nSpecimen;Collecting;;;;Collector\r\n"
        "Sample ID;Date (dd.mm.yyyy);Lat (°);Lon (°);Elev (m);\r\nM1;31.07.2026;46,95;7,45;540;A. Muster\r\n"
    )
    (tmp_path / "samples.csv").write_bytes(text.encode("cp1252"))
    for name in ("samples.xlsx", "samples.csv"):
        found = read_sheet(tmp_path / name)
        assert len(found) == 1 and found.notices == ()
        assert found.find(["M1"]).values == {
            "eventDate": "2026-07-31", "decimalLatitude": "46.95", "decimalLongitude": "7.45",
            "minimumElevationInMeters": "540", "recordedBy": "A. Muster",
        }  # fmt: skip


def test_all_sheets_of_a_workbook_count(tmp_path: Path) -> None:
    """BOLD tells of a specimen on several sheets; others have a sheet a year."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["Sample ID", "Process ID", "Museum ID"])
    book.active.append(["M1", "GMX1-26", "NHM 1"])
    collecting = book.create_sheet("Collection Data")
    collecting.append(["Sample ID", "Collection Date", "Country/Ocean"])
    collecting.append(["M1", "31-Jul-2026", "France"])
    collecting.append(["M2", "01-Aug-2026", "Peru"])
    book.create_sheet("Codes").append(["F", "female"])
    traits = book.create_sheet("Traits")  # knows M1 by an id that only the first sheet gives it
    traits.append(["Process ID", "Collectors"])
    traits.append(["GMX1-26", "A. Muster"])
    labels = book.create_sheet("Labels")
    labels.append(["Sample ID", "Field ID"])
    labels.append(["M2", "F 2"])
    last = book.create_sheet("Last")  # and M2 by one that the sheet before adds to it
    last.append(["Field ID", "Collectors"])
    last.append(["F 2", "B. Beispiel"])
    other = book.create_sheet("2025")
    other.append(["sampleid", "date", "country", "process id"])
    other.append(["M1", "2025-07-01", "Chad", "GMX9-26"])
    book.save(tmp_path / "bold.xlsx")
    found = read_sheet(tmp_path / "bold.xlsx")
    assert len(found) == 3
    expected = {
        "eventDate": "2026-07-31",
        "country": "France",
        "catalogNumber": "NHM 1",
        "recordedBy": "A. Muster",
    }
    assert found.find(["GMX1-26"]).values == found.find(["M1"]).values == expected
    second = {"eventDate": "2026-08-01", "country": "Peru", "fieldNumber": "F 2", "recordedBy": "B. Beispiel"}
    assert found.find(["M2"]).values == second
    assert found.find(["GMX9-26"]).values == {"eventDate": "2025-07-01", "country": "Chad"}
    assert found.notices == ("bold.xlsx has several rows of one specimen, of which the first counts: M1.",)


def test_accents_that_are_letters_of_their_own(tmp_path: Path) -> None:
    """As in the names of photos from a Mac."""
    found = sheet(tmp_path, "image_file;date\nforêt.jpg;2026-07-31\n")
    assert found.find([unicodedata.normalize("NFD", "Forêt")]) is not None


def test_empty_rows_are_no_rows(tmp_path: Path) -> None:
    assert len(sheet(tmp_path, "sampleid;date\nM1;2026-07-31\n;\n\nM2;2026-07-31\n;;;\n")) == 2


def test_datum_is_a_date_in_german(tmp_path: Path) -> None:
    found = sheet(tmp_path, "sampleid;Datum;lat;lon\nM1;31.07.2026;46,9;7,4\n")
    assert found.find(["M1"]).values["eventDate"] == "2026-07-31"
    assert "geodeticDatum" not in found.terms
    for head, date in (
        ("sampleid;datum;date;lat;lon", "2026-07-31"),
        ("sampleid;datum;time;lat;lon", "22:05"),
    ):
        found = sheet(tmp_path, f"{head}\nM1;WGS84;{date};46,9;7,4\n")
        assert found.find(["M1"]).values["geodeticDatum"] == "WGS84"
