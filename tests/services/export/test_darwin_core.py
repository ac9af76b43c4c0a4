"""Darwin Core archives: readable by others, and refused by our own check when they would not be."""

from __future__ import annotations

import dataclasses
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.services.export import darwin_core, darwin_core_check
from bioscan_desktop.services.export.exporting import export
from bioscan_desktop.services.export.items import ExportItem
from bioscan_desktop.services.export.provenance import ExportOptions

dwca = pytest.importorskip("dwca.read", reason="the independent reader is not installed")
DWC = darwin_core.DWC


@pytest.fixture
def archive(items: list[ExportItem], options: ExportOptions, tmp_path: Path) -> Path:
    path = tmp_path / "archive.zip"
    export(items, "dwca", path, options)
    return path


def test_it_opens_in_an_independent_reader(archive: Path) -> None:
    with dwca.DwCAReader(str(archive)) as reader:
        assert reader.descriptor.core.type == DWC + "Occurrence"
        kinds = {extension.type for extension in reader.descriptor.extensions}
        assert kinds == {
            DWC + "Identification",
            "http://rs.gbif.org/terms/1.0/Multimedia",
            "http://rs.gbif.org/terms/1.0/DNADerivedData",
        }
        rows = {row.data[DWC + "recordNumber"]: row for row in reader.rows}
        assert len(rows) == 7  # what could not be read is no occurrence
        both = rows["both_3"]
        assert both.data[DWC + "scientificName"] == "Pieris mannii"
        assert both.data[DWC + "identificationVerificationStatus"] == "ValidatedByHuman"
        assert both.data[DWC + "identifiedBy"] == "Zoë Müller"
        assert both.data[DWC + "previousIdentifications"].startswith(
            "Pieris rapae (species, 1.00) by BIOSCAN"
        )
        named = [e.data for e in both.extensions if e.rowtype == DWC + "Identification"]
        assert [row[DWC + "identificationVerificationStatus"] for row in named] == [
            "PredictedByMachine", "ValidatedByHuman",
        ]  # fmt: skip
        assert [row[DWC + "scientificName"] for row in named] == ["Pieris rapae", "Pieris mannii"]
        assert named[0][DWC + "identifiedBy"] == "BIOSCAN Desktop 0.1.0; tiny 1 (library tiny 1)"
        assert reader.metadata is not None
        assert reader.metadata.find("dataset/title").text == "Moths & flies of <Here>"


def test_names_are_clean(archive: Path) -> None:
    with dwca.DwCAReader(str(archive)) as reader:
        rows = {row.data[DWC + "recordNumber"]: row.data for row in reader.rows}
    fly = rows["fly_7"]
    assert (fly[DWC + "scientificName"], fly[DWC + "taxonRank"]) == ("Episyrphus", "genus")
    assert fly[DWC + "identificationQualifier"] == "cf. balteatus"
    assert fly[DWC + "verbatimIdentification"] == "Episyrphus cf. balteatus"
    assert fly[DWC + "higherClassification"].endswith("| Syrphidae")
    moth = rows["moth_1"]
    assert (moth[DWC + "genus"], moth[DWC + "specificEpithet"]) == ("Noctua", "pronuba")
    assert moth[DWC + "dateIdentified"] == "2026-11-26T10:00:00+00:00"
    assert "certainty of 0.93" in moth[DWC + "identificationRemarks"]
    for name in ("mix_4", "leaf_6", "moth_8"):
        assert rows[name][DWC + "scientificName"] == "incertae sedis"
    assert rows["moth_8"][DWC + "identificationVerificationStatus"] == "RejectedByHuman"
    properties = json.loads(moth[DWC + "dynamicProperties"])
    assert properties["threshold"]["species"] == 0.8
    assert properties["model_sha256"] == "ab" * 32


def test_an_uncalibrated_share_is_called_so(by_id: dict[str, ExportItem]) -> None:
    assert "uncalibrated share of 0.70" in darwin_core.remarks(by_id["fly_7"])


def test_occurrence_ids_stay_and_differ(items: list[ExportItem]) -> None:
    first, again, used = set(), set(), set()
    for item in items:
        first.add(darwin_core.occurrence_id(item, used))
    used = set()
    for item in reversed(items):
        again.add(darwin_core.occurrence_id(item, used))
    assert first == again and len(first) == len(items)
    assert darwin_core.occurrence_id(items[0], used) not in first  # the same specimen twice in one file


def test_photos_get_an_address(items: list[ExportItem], options: ExportOptions, tmp_path: Path) -> None:
    addressed = dataclasses.replace(options, photo_base="https://example.org/photos/")
    export(items, "dwca", tmp_path / "a.zip", addressed)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        text = archive.read("multimedia.txt").decode()
    assert "\thttps://example.org/photos/moth_1.jpg\t" in text
    assert "\tCC-BY-4.0" in text


def test_addresses_of_photos_have_no_blanks(
    by_id: dict[str, ExportItem], options: ExportOptions, tmp_path: Path
) -> None:
    addressed = dataclasses.replace(options, photo_base="https://example.org/photos")
    item = by_id["moth_1"]
    named = dataclasses.replace(item, record={**item.record, "photo": "/card/Größe #1 100%.jpg"})
    export([named], "dwca", tmp_path / "a.zip", addressed)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        row = archive.read("multimedia.txt").decode().splitlines()[1].split("\t")
    assert row[3] == "https://example.org/photos/Gr%C3%B6%C3%9Fe%20%231%20100%25.jpg"
    assert row[2] == "image/jpeg" and row[4] == "Größe #1 100%.jpg"


def test_a_photo_whose_name_is_no_text_gets_an_address(
    by_id: dict[str, ExportItem], options: ExportOptions, tmp_path: Path
) -> None:
    addressed = dataclasses.replace(options, photo_base="https://example.org/photos")
    item = by_id["moth_1"]
    named = dataclasses.replace(item, record={**item.record, "photo": "/card/moth\udcff.jpg"})
    export([named], "dwca", tmp_path / "a.zip", addressed)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        row = archive.read("multimedia.txt").decode().splitlines()[1].split("\t")
    assert row[3] == "https://example.org/photos/moth%5Cudcff.jpg"


def metadata(item: ExportItem, options: ExportOptions, folder: Path, **changed: str) -> ElementTree.Element:
    export([item], "dwca", folder / "a.zip", dataclasses.replace(options, **changed))  # type: ignore[arg-type]
    with zipfile.ZipFile(folder / "a.zip") as archive:
        return ElementTree.fromstring(archive.read("eml.xml"))


@pytest.mark.parametrize(
    ("licence", "address"),
    [
        ("CC0-1.0", "http://creativecommons.org/publicdomain/zero/1.0/legalcode"),
        ("CC0 1.0", "http://creativecommons.org/publicdomain/zero/1.0/legalcode"),
        ("CC-BY-4.0", "http://creativecommons.org/licenses/by/4.0/legalcode"),
        ("cc by-nc 4.0", "http://creativecommons.org/licenses/by-nc/4.0/legalcode"),
        ("CC-BY-NC-ND-4.0", None),
        ("ask <me>", None),
    ],
)
def test_licences_are_told_as_gbif_reads_them(
    items: list[ExportItem], options: ExportOptions, tmp_path: Path, licence: str, address: str | None
) -> None:
    told = metadata(items[0], options, tmp_path, licence=licence).find("dataset/intellectualRights/para")
    assert told is not None
    link = told.find("ulink")
    assert (link.get("url") if link is not None else None) == address
    if link is None:
        assert told.text == licence


def test_a_data_set_always_has_a_title(
    items: list[ExportItem], options: ExportOptions, tmp_path: Path
) -> None:
    assert metadata(items[0], options, tmp_path, title=" ").findtext("dataset/title") == ExportOptions.title


def test_a_wrong_basis_of_record_is_refused(
    items: list[ExportItem], options: ExportOptions, tmp_path: Path
) -> None:
    with pytest.raises(darwin_core_check.ArchiveError, match="basisOfRecord is Photo"):
        export(items, "dwca", tmp_path / "a.zip", dataclasses.replace(options, basis_of_record="Photo"))
    assert list(tmp_path.iterdir()) == []


def test_nothing_readable_gives_no_archive(options: ExportOptions, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="no result"):
        export([], "dwca", tmp_path / "a.zip", options)
    assert list(tmp_path.iterdir()) == []


def drop_file(files: dict[str, str]) -> None:
    del files["dna.txt"]


def break_meta(files: dict[str, str]) -> None:
    files["meta.xml"] = files["meta.xml"].replace("</archive>", "")


def renumber(files: dict[str, str]) -> None:
    files["meta.xml"] = files["meta.xml"].replace('<field index="2"', '<field index="3"', 1)


def blank_name(files: dict[str, str]) -> None:
    files["occurrence.txt"] = files["occurrence.txt"].replace("\tNoctua pronuba\t", "\t\t", 1)


def twice(files: dict[str, str]) -> None:
    files["occurrence.txt"] += files["occurrence.txt"].splitlines(keepends=True)[1]


def orphan(files: dict[str, str]) -> None:
    files["multimedia.txt"] = files["multimedia.txt"].replace("urn:uuid:", "urn:uuid:0", 1)


def short_row(files: dict[str, str]) -> None:
    files["dna.txt"] = files["dna.txt"].rstrip("\n").rsplit("\t", 1)[0] + "\n"


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (drop_file, "dna.txt, which is not in the archive"),
        (break_meta, "meta.xml of the archive cannot be read"),
        (renumber, "numbers the columns"),
        (blank_name, "scientificName is blank"),
        (twice, "is there twice"),
        (orphan, "there is no occurrence"),
        (short_row, "columns instead of"),
    ],
)
def test_the_check_finds_what_is_wrong(
    archive: Path, spoil: Callable[[dict[str, str]], None], words: str, tmp_path: Path
) -> None:
    assert darwin_core_check.check(archive)["occurrence.txt"] == 7
    with zipfile.ZipFile(archive) as source:
        files = {name: source.read(name).decode() for name in source.namelist()}
    spoil(files)
    bad = tmp_path / "bad.zip"
    with zipfile.ZipFile(bad, "w") as target:
        for name, text in files.items():
            target.writestr(name, text)
    with pytest.raises(darwin_core_check.ArchiveError, match=words):
        darwin_core_check.check(bad)


def test_terms_are_those_of_the_standards(archive: Path) -> None:
    with zipfile.ZipFile(archive) as source:
        root = ElementTree.fromstring(source.read("meta.xml"))
    terms = [node.attrib["term"] for node in root.iter(f"{darwin_core_check.TEXT}field")]
    known = (DWC, darwin_core.DC, "http://rs.gbif.org/terms/", "https://w3id.org/mixs/")
    assert terms and all(term.startswith(known) for term in terms)
