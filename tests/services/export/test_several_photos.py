"""Specimens of several photos: every format that names photos names all of them."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from bioscan_desktop.services.export import record_shape, words
from bioscan_desktop.services.export.collecting import ids_of
from bioscan_desktop.services.export.exporting import export
from bioscan_desktop.services.export.items import ExportItem
from bioscan_desktop.services.export.provenance import ExportOptions
from bioscan_desktop.services.export.specimen_card import machine_words, title
from tests.services.export.conftest import verdict

REASON = (
    "The photos contradict each other: photo 1 says family Noctuidae, photo 2 says family Pieridae. "
    "Perhaps photos of two specimens were mixed up."
)


@pytest.fixture
def several(by_id: dict[str, ExportItem]) -> ExportItem:
    """A moth from above and from below, and a pasted picture of it."""
    item = by_id["moth_1"]
    more = {
        "input": "/photos/moth_1.jpg + Pasted picture + /photos/moth_1 below.tif",
        "photos": ["/photos/moth_1.jpg", None, "/photos/moth_1 below.tif"],
        "by_photo": [item.record["verdict"], None, item.record["verdict"]],
        "photo_conflict": None,
    }
    return replace(item, record={**item.record, **more})


@pytest.fixture
def mixed(several: ExportItem) -> ExportItem:
    """Photos of two individuals."""
    answer = verdict("Lepidoptera", "order", 0.9, reason=REASON)
    return replace(several, record={**several.record, "verdict": answer, "photo_conflict": "family"})


def test_all_photos_are_named(several: ExportItem, by_id: dict[str, ExportItem]) -> None:
    assert record_shape.problem(several.record) == ""
    assert several.file_names == ["moth_1.jpg", "Pasted picture", "moth_1 below.tif"]
    assert several.file_name == "moth_1.jpg"
    assert (by_id["both_3"].file_names, by_id["Käfer 2"].file_names) == (["both_3.png"], [])


def test_damaged_records_are_refused(several: ExportItem) -> None:
    for name, value in (("photos", "a"), ("by_photo", [1]), ("photo_conflict", "genus")):
        assert name in record_shape.problem({**several.record, name: value})


def test_results_csv(
    several: ExportItem, by_id: dict[str, ExportItem], options: ExportOptions, tmp_path: Path
) -> None:
    export([several, by_id["moth_8"]], "csv", tmp_path / "a.csv", options)
    text = (tmp_path / "a.csv").read_text(encoding="utf-8-sig")
    first, second = csv.DictReader(io.StringIO(text))
    assert first["file_name"] == "moth_1.jpg"
    assert first["further_photos"] == "Pasted picture | moth_1 below.tif"
    assert second["further_photos"] == ""


def test_multimedia_has_a_row_for_each_photo(
    several: ExportItem, options: ExportOptions, tmp_path: Path
) -> None:
    export([several], "dwca", tmp_path / "a.zip", replace(options, photo_base="https://example.org/p"))
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        rows = [line.split("\t") for line in archive.read("multimedia.txt").decode().splitlines()[1:]]
        header, core = (line.split("\t") for line in archive.read("occurrence.txt").decode().splitlines())
    assert [row[4] for row in rows] == ["moth_1.jpg", "Pasted picture", "moth_1 below.tif"]
    assert [row[3] for row in rows] == [
        f"https://example.org/p/{name}" for name in ("moth_1.jpg", "Pasted%20picture", "moth_1%20below.tif")
    ]
    assert [row[2] for row in rows] == ["image/jpeg", "", "image/tiff"]
    assert {row[0] for row in rows} == {core[0]}
    assert core[header.index("associatedMedia")] == " | ".join(row[3] for row in rows)


def test_reports_name_all_photos(several: ExportItem, options: ExportOptions, tmp_path: Path) -> None:
    export([several], "html", tmp_path / "a.html", options)
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "moth_1.jpg, Pasted picture, moth_1 below.tif" in page


def test_photos_that_contradict_each_other(mixed: ExportItem) -> None:
    assert mixed.conflict == "family"
    assert mixed.flags[0] == "conflict_family"
    assert mixed.rule == "conflict"
    assert title(mixed)[0] == "The photos disagree"
    assert machine_words(mixed) == "The machine found that the photos disagree."
    assert words.agreement_sentence(mixed.record, mixed.conflict) == REASON


def test_a_sheet_may_name_a_specimen_by_any_of_its_photos(several: ExportItem) -> None:
    found = ids_of(several.query_id, *several.file_names)
    assert found == ["moth_1", "moth_1", "Pasted picture", "moth_1 below", "moth_1"]
