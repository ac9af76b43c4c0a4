"""Specimens of several photos: every format that names photos names all of them."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from bioscan_desktop.inference.crop import Box
from bioscan_desktop.services.export import record_shape, words
from bioscan_desktop.services.export.collecting import ids_of
from bioscan_desktop.services.export.exporting import export
from bioscan_desktop.services.export.items import ExportItem, Picture
from bioscan_desktop.services.export.provenance import ExportOptions
from bioscan_desktop.services.export.session_source import SessionFile
from bioscan_desktop.services.export.sources import item_of
from bioscan_desktop.services.export.specimen_card import machine_words, title
from bioscan_desktop.services.recorded import stored_of
from bioscan_desktop.services.specimens import Specimen
from bioscan_desktop.session import specimens
from bioscan_desktop.session.database import Database
from tests.conftest import draw_insect
from tests.services.export.conftest import verdict

MADE_WITH = specimens.Provenance("0", "tiny", "1", "ab", "tiny", "1", "ab", "CPUExecutionProvider", "fp32")
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


def jpeg(seed: int, size: tuple[int, int] = (640, 480)) -> bytes:
    stream = io.BytesIO()
    draw_insect((150, 90, 40), size, seed=seed).save(stream, "JPEG")
    return stream.getvalue()


@pytest.fixture
def pictured(several: ExportItem) -> ExportItem:
    """The same with two pictures; the third is gone."""
    crop = Box(0.25, 0.0, 0.75, 1.0)
    return replace(several, pictures=(Picture(jpeg(1)), Picture(jpeg(2), crop), Picture(Path("/gone.tif"))))


def test_reports_show_all_photos_and_what_each_says(
    pictured: ExportItem, options: ExportOptions, tmp_path: Path
) -> None:
    export([pictured], "html", tmp_path / "a.html", options)
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    figures = re.findall(r"<figure>(.*?)</figure>", page)
    assert len(figures) == 3
    sizes = [tuple(map(int, re.findall(r'(?:width|height)="(\d+)"', figure))) for figure in figures]
    assert sizes == [(600, 450), (187, 280), ()]  # the second is the half of it that was judged
    says = "<br>By itself: Noctua pronuba (species, 93%), likely"
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", page)
    assert captions == [
        f"<b>1</b> moth_1.jpg{says}",
        "<b>2</b> Pasted picture<br>By itself: cannot be used",
        f"<b>3</b> moth_1 below.tif{says}",
    ]
    assert 'alt="Photo 2 of moth_1"' in figures[1] and "The photo is not where it was." in figures[2]


def test_older_answers_do_not_say_what_each_photo_tells(
    pictured: ExportItem, options: ExportOptions, tmp_path: Path
) -> None:
    record = {name: value for name, value in pictured.record.items() if name != "by_photo"}
    export([replace(pictured, record=record)], "html", tmp_path / "a.html", options)
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert page.count("<figure>") == 3 and "By itself" not in page


def test_sheets_show_all_photos(pictured: ExportItem, options: ExportOptions, tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf")
    export([pictured], "pdf", tmp_path / "a.pdf", options)
    page = pypdf.PdfReader(tmp_path / "a.pdf").pages[0]
    text = page.extract_text()
    for said in ("1 moth_1.jpg", "2 Pasted picture", "cannot be used", "(species, 93%), likely"):
        assert said in text
    assert [one.image.size for one in page.images] == [(640, 480), (187, 280)]


def test_many_photos_stay_on_their_page(several: ExportItem, options: ExportOptions, tmp_path: Path) -> None:
    """The tallest pictures, the longest names and a barcode: what stands beside is on the same page."""
    pypdf = pytest.importorskip("pypdf")
    number = 14
    names = [f"/photos/{place} {'long ' * 30}.jpg" for place in range(number)]
    record = {**several.record, "input": " + ".join(names), "photos": names,
              "by_photo": [several.record["verdict"]] * number,
              "modality": "both", "nucleotides": "ACGT" * 160, "hits": []}  # fmt: skip
    pictures = tuple(Picture(jpeg(place, (200, 800))) for place in range(number))
    export([replace(several, record=record, pictures=pictures)], "pdf", tmp_path / "a.pdf", options)
    first, *_ = pypdf.PdfReader(tmp_path / "a.pdf").pages
    text = first.extract_text()
    assert "4 more photos are left out here." in text and "Barcode of 640 bases" in text
    assert several.verdict["name"] in text
    assert len([one for one in first.images if one.image.width > 10 and one.image.height > 10]) == 10


def test_a_session_hands_out_all_photos_with_their_crops(several: ExportItem, tmp_path: Path) -> None:
    box = Box(0.1, 0.2, 0.3, 0.4)
    more = (Specimen("b", "b", b"pasted", crop=box), Specimen("c", "c", tmp_path / "c.jpg"))
    specimen = Specimen("a", "a + b + c", tmp_path / "a.jpg", crop=Box(0, 0, 0.5, 1), more=more)
    with Database(tmp_path / "session.sqlite") as database:
        (number,) = specimens.add(database, [stored_of(specimen)])
        run = specimens.start_run(database, MADE_WITH)
        specimens.save_answer(database, number, run, specimens.Answer(several.record, (), False))
    (found,) = SessionFile(tmp_path / "session.sqlite").items()
    assert found.pictures == (
        Picture(tmp_path / "a.jpg", Box(0, 0, 0.5, 1)),
        Picture(b"pasted", box),
        Picture(tmp_path / "c.jpg"),
    )


def test_saved_lines_find_all_photos(several: ExportItem) -> None:
    found = item_of(several.record).pictures
    assert found == tuple(map(Picture, (Path("/photos/moth_1.jpg"), None, Path("/photos/moth_1 below.tif"))))


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
