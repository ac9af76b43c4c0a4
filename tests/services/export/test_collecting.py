"""When and where specimens were collected: joined from sheet and photo, rounded, in each format."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from bioscan_desktop import cli
from bioscan_desktop.services.export.collecting import Collecting
from bioscan_desktop.services.export.collecting_choice import CollectingChoice
from bioscan_desktop.services.export.exporting import export
from bioscan_desktop.services.export.items import ExportItem, Picture
from bioscan_desktop.services.export.photo_facts import photo_facts
from bioscan_desktop.services.export.provenance import ExportOptions
from bioscan_desktop.services.export.sources import JsonLines
from bioscan_desktop.services.export.tables import RESULT_COLUMNS


def photo(date: str = "2026:07:31 22:05:00", place: bool = True, south: bool = False) -> bytes:
    image = Image.new("RGB", (64, 64), "white")
    exif = image.getexif()
    exif.get_ifd(0x8769).update({0x9003: date, 0x9011: "+02:00"})
    if place:
        degrees = tuple(IFDRational(*part) for part in ((46, 1), (57, 1), (36, 10)))
        exif.get_ifd(0x8825).update({1: "S" if south else "N", 2: degrees, 3: "W", 4: degrees})
    stream = io.BytesIO()
    image.save(stream, "JPEG", exif=exif)
    return stream.getvalue()


@pytest.fixture
def samples(items: list[ExportItem], tmp_path: Path) -> Path:
    """A row for the first item, and one for none."""
    path = tmp_path / "samples.csv"
    path.write_text(
        f"sampleid,date,lat,lon,accuracy,collectors,country\n{items[0].query_id},2026-07-31,46.9512,-7.4512,25,"
        "A. Muster,Peru\nother,2026,,,,,\n"
    )
    return path


def test_camera_data_are_read_as_they_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "p.jpg").write_bytes(photo(south=True))
    found = photo_facts(tmp_path / "p.jpg", dates=True, places=True)
    assert found == {
        "eventDate": "2026-07-31T22:05:00+02:00", "decimalLatitude": "-46.951000",
        "decimalLongitude": "-46.951000", "geodeticDatum": "WGS84",
    }  # fmt: skip
    assert photo_facts(photo(), dates=True, places=False) == {"eventDate": "2026-07-31T22:05:00+02:00"}
    assert photo_facts(photo(), dates=False, places=True).keys() == {
        "decimalLatitude", "decimalLongitude", "geodeticDatum",
    }  # fmt: skip


@pytest.mark.parametrize(
    "data", [photo("0000:00:00 00:00:00", place=False), b"", b"\xff\xd8\xff", photo()[:99]]
)
def test_photos_without_camera_data_tell_nothing(data: bytes) -> None:
    assert photo_facts(data, dates=True, places=True) == {}
    assert photo_facts(Path("/nowhere.jpg"), dates=True, places=True) == {}


def test_the_sheet_counts_before_the_photo_and_both_are_rounded(
    items: list[ExportItem], samples: Path
) -> None:
    first, second = (replace(item, pictures=(Picture(photo()),)) for item in items[:2])
    collecting = Collecting(CollectingChoice(samples, dates=True, places=True, digits=1))
    one, two = collecting.add(first).collected, collecting.add(second).collected
    assert one["eventDate"] == "2026-07-31" and two["eventDate"].startswith("2026-07-31T22:05")
    assert (one["decimalLatitude"], one["decimalLongitude"]) == ("47.0", "-7.5")
    assert (two["decimalLatitude"], two["decimalLongitude"]) == ("47.0", "-47.0")
    assert (one["coordinateUncertaintyInMeters"], two["coordinateUncertaintyInMeters"]) == ("7897", "7872")
    assert one["dataGeneralizations"] == "Coordinates rounded to 0.1 degree."
    assert set(one) | set(two) <= set(collecting.terms)
    assert collecting.told() == [
        f"samples.csv has no row for 1 of 2 specimens: {items[1].query_id}.",
        "No specimen was found for 1 of 2 rows of samples.csv.",
    ]


def test_tables_get_columns_and_a_longitude_is_no_formula(
    items: list[ExportItem], options: ExportOptions, samples: Path, tmp_path: Path
) -> None:
    collecting = Collecting(CollectingChoice(samples))
    asked = replace(options, collected=collecting.terms)
    export([collecting.add(item) for item in items], "csv", tmp_path / "r.csv", asked)
    with (tmp_path / "r.csv").open(encoding=asked.encoding, newline="") as stream:
        header, first, *_ = csv.reader(stream)
    assert tuple(header) == (*RESULT_COLUMNS, *collecting.terms)
    row = dict(zip(header, first, strict=True))
    assert (row["decimalLongitude"], row["recordedBy"]) == ("-7.4512", "A. Muster")


def test_archives_and_boldtables_say_when_and_where(
    items: list[ExportItem], options: ExportOptions, samples: Path, tmp_path: Path
) -> None:
    joined = [Collecting(CollectingChoice(samples)).add(item) for item in items]
    export(joined, "dwca", tmp_path / "a.zip", options)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        lines = archive.read("occurrence.txt").decode().splitlines()
    rows = [dict(zip(lines[0].split("\t"), line.split("\t"), strict=True)) for line in lines[1:]]
    row = next(row for row in rows if row["recordNumber"] == items[0].query_id)
    assert (row["eventDate"], row["decimalLatitude"], row["country"]) == ("2026-07-31", "46.9512", "Peru")
    export(joined, "bold", tmp_path / "b.tsv", options)
    header, first, *_ = (tmp_path / "b.tsv").read_text(encoding="utf-8").splitlines()
    row = dict(zip(header.split("\t"), first.split("\t"), strict=True))
    assert (row["coord"], row["collection_date_start"]) == ("[46.9512, -7.4512]", "2026-07-31")
    assert (row["collectors"], row["country/ocean"], row["coord_accuracy"]) == ("A. Muster", "Peru", "25")


def test_the_command_joins_and_json_lines_keep_it(
    items: list[ExportItem], options: ExportOptions, samples: Path, tmp_path: Path, capsys
) -> None:
    export(items, "jsonl", tmp_path / "r.jsonl", options)
    kept = str(tmp_path / "kept.jsonl")
    given = ["export", str(tmp_path / "r.jsonl"), "--to", "jsonl", "--out", kept, "--samples", str(samples)]
    assert cli.main(given) == 0
    assert f"samples.csv has no row for {len(items) - 1} of {len(items)} specimens" in capsys.readouterr().err
    with Path(kept).open(encoding="utf-8") as stream:
        assert json.loads(next(stream))["collected"]["recordedBy"] == "A. Muster"
    assert next(JsonLines(Path(kept)).items()).collected["country"] == "Peru"
    assert (
        cli.main(["export", kept, "--to", "csv", "--out", str(tmp_path / "t.csv"), "--place-digits", "0"])
        == 0
    )
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as stream:
        row = next(csv.DictReader(stream))
    assert (row["decimalLatitude"], row["country"]) == ("47.0", "Peru")
    assert row["dataGeneralizations"] == "Coordinates rounded to 1 degree."


def test_a_country_of_all_specimens_fills_what_the_sheet_leaves_open(
    items: list[ExportItem], samples: Path
) -> None:
    collecting = Collecting(CollectingChoice(samples, country="Chile"))
    found = [collecting.add(item).collected["country"] for item in items]
    assert found == ["Peru"] + ["Chile"] * (len(items) - 1)
    samples.write_text(f"sampleid,country_iso\n{items[0].query_id},PE\n")
    collecting = Collecting(CollectingChoice(samples, country="Chile"))
    assert collecting.terms == ("countryCode", "country")
    assert collecting.add(items[0]).collected == {"countryCode": "PE"}
    alone = Collecting(CollectingChoice(country="Chile"))
    assert alone.terms == ("country",) and alone.add(items[0]).collected == {"country": "Chile"}


def test_choices_come_back_as_they_were_kept() -> None:
    choice = CollectingChoice(None, True, False, 2, country="Chile")
    assert CollectingChoice.of(choice.to_dict()) == choice
    odd = {"dates": "yes", "places": 1, "digits": True, "country": 5}
    assert CollectingChoice.of(odd) == CollectingChoice()
    assert CollectingChoice.of({"digits": 17}).digits == 4 and CollectingChoice.of({"digits": -3}).digits == 0
