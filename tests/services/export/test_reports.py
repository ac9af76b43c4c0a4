"""The HTML report, the PDF sheets and the workbook."""

from __future__ import annotations

import dataclasses
import io
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.services.export import charts, html_report, pdf, pdf_fonts, pdf_pictures, tables, xlsx
from bioscan_desktop.services.export.collecting import Collecting
from bioscan_desktop.services.export.collecting_choice import CollectingChoice
from bioscan_desktop.services.export.escaping import safe_cell
from bioscan_desktop.services.export.exporting import export
from bioscan_desktop.services.export.items import ExportItem, Picture
from bioscan_desktop.services.export.pictures import BASE_COLOURS, barcode_svg, runs, thumbnail
from bioscan_desktop.services.export.provenance import ExportOptions, Provenance
from bioscan_desktop.services.export.specimen_card import asked_shares
from tests.conftest import draw_insect

VOID = {"meta", "img", "br"}


class Page(HTMLParser):
    """Checks that tags are closed in order, and collects what is asked of a report."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def with_photo(item: ExportItem, side: int = 1500) -> ExportItem:
    """The item with a picture that has a place in its EXIF."""
    image = draw_insect((150, 90, 40), (side, side * 3 // 4))
    exif = Image.Exif()
    exif[0x010E] = "secret garden"
    stream = io.BytesIO()
    image.save(stream, "JPEG", exif=exif)
    return dataclasses.replace(item, pictures=(Picture(stream.getvalue()),))


def page_of(items: list[ExportItem], options: ExportOptions, folder: Path) -> tuple[str, Page]:
    export(items, "html", folder / "report.html", options)
    text = (folder / "report.html").read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    assert page.open == []
    return text, page


def test_a_report_needs_nothing_from_elsewhere(
    items: list[ExportItem], options: ExportOptions, tmp_path: Path
) -> None:
    text, page = page_of([with_photo(items[0]), *items[1:]], options, tmp_path)
    for tag, attributes in page.tags:
        assert tag not in ("script", "link", "iframe", "object", "embed")
        assert not [name for name in attributes if name.startswith("on")]
        source = attributes.get("src") or attributes.get("href") or ""
        assert source.startswith(("data:image/jpeg;base64,", "#")) or not source
    assert "url(" not in text and "@import" not in text
    assert "default-src 'none'" in text


def test_every_specimen_is_listed_and_linked(
    items: list[ExportItem], options: ExportOptions, tmp_path: Path
) -> None:
    items[5] = dataclasses.replace(items[5], notes="A leg is missing.")  # nobody decided
    text, page = page_of(items, options, tmp_path)
    anchors = {attributes["id"] for tag, attributes in page.tags if tag == "article"}
    links = {attributes["href"] for tag, attributes in page.tags if tag == "a"} - {"#top"}
    assert links == {f"#{anchor}" for anchor in anchors}
    assert len(anchors) == len(items)
    for words in (
        "Pieris mannii",
        "The machine said: Pieris rapae",
        "Photo and barcode disagree",
        "Name rejected",
        "species is probably not in this library",
        "the file is no longer there",
        "Zoë Müller",
        "Notes: Not a Noctua.",
        "Notes: A leg is missing.",
    ):
        assert words in text, words
    assert "prefers-color-scheme: dark" in text and "@media print" in text


def test_pictures_are_small_and_carry_no_metadata(
    items: list[ExportItem], options: ExportOptions, tmp_path: Path
) -> None:
    item = with_photo(items[0])
    small = thumbnail(item.pictures[0], 600)
    assert small is not None and max(small.width, small.height) == 600
    with Image.open(io.BytesIO(small.jpeg)) as image:
        assert image.size == (small.width, small.height)
        assert not image.getexif()
    assert b"secret" not in small.jpeg
    text, _ = page_of([item], options, tmp_path)
    assert "data:image/jpeg;base64," in text
    assert thumbnail(Picture(tmp_path / "gone.jpg"), 600) is None
    assert thumbnail(Picture(None), 600) is None


def test_a_photo_that_is_gone_is_said(
    items: list[ExportItem], options: ExportOptions, tmp_path: Path
) -> None:
    text, _ = page_of([items[0]], options, tmp_path)
    assert "The photo is not where it was." in text


def test_a_name_that_stands_by_a_finer_one_is_not_said_to_lack_something(
    items: list[ExportItem], options: ExportOptions, tmp_path: Path
) -> None:
    assert options.library is not None
    asked = {"order": 0.5, "family": 0.995, "genus": 0.9, "species": 0.8}
    facts = dataclasses.replace(options.library, thresholds={"image": asked})
    options = dataclasses.replace(options, library=facts)
    assert asked_shares(items[0], options) == {"order": 0.5, "genus": 0.9, "species": 0.8}  # family: 0.99
    text, _ = page_of([items[0]], options, tmp_path)
    assert "90% are asked for" in text and "99.5% are asked for" not in text
    # A name that is not given does lack it, and is shown so.
    verdict = {**items[0].verdict, "name": "Lepidoptera", "rank": "order"}
    item = dataclasses.replace(items[0], record={**items[0].record, "verdict": verdict})
    assert asked_shares(item, options) == asked


def test_large_reports_wait_on_the_disk(
    items: list[ExportItem], options: ExportOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, _ = page_of(items, options, tmp_path)
    monkeypatch.setattr(html_report, "SPOOL_BYTES", 10)
    after, _ = page_of(items, options, tmp_path)
    assert before == after


def test_the_tally_counts_each_once(items: list[ExportItem]) -> None:
    tally = charts.Tally()
    for item in items:
        tally.add(item)
    assert dict(tally.outcomes) == {
        "species": 3, "genus": 1, "conflict": 1, "failed": 1, "unlike_library": 1, "order": 1,
    }  # fmt: skip
    assert sum(tally.shares) == 5
    assert (tally.count, tally.doubtful, tally.checked) == (8, 5, 3)
    assert tally.species == {"Noctua pronuba", "Pieris mannii", "Episyrphus cf. balteatus"}


def test_charts_show_every_count() -> None:
    tally = charts.Tally()
    tally.families.update({f"Family{n:02d}": n for n in range(1, 13)})
    drawn = charts.family_chart(tally)
    assert re.findall(r">(\d+)</text>", drawn) == ["12", "11", "10", "9", "8", "7", "6", "5", "10"]
    assert "4 others" in drawn


def test_barcode_strips_have_a_bar_for_each_base() -> None:
    assert runs("AACNNG") == [("A", 0, 2), ("C", 2, 1), ("G", 5, 1)]
    drawn = barcode_svg("AACNNG", "x")
    assert f'fill="{BASE_COLOURS["A"]}" d="M0 0h2v40h-2z"' in drawn
    assert drawn.count("<path") == 3


def test_sheets_have_a_page_each_and_all_names(
    items: list[ExportItem], options: ExportOptions, tmp_path: Path
) -> None:
    pypdf = pytest.importorskip("pypdf")
    items[5] = dataclasses.replace(items[5], notes="A leg is missing.")  # nobody decided
    export([with_photo(items[0]), *items[1:]], "pdf", tmp_path / "x.pdf", options)
    reader = pypdf.PdfReader(tmp_path / "x.pdf")
    texts = [page.extract_text() for page in reader.pages]
    assert len(texts) >= len(items)
    for item, text in zip(items, texts, strict=False):
        foot = text.splitlines()
        assert any(line.startswith(item.query_id.split(" ")[0]) for line in foot)
    assert "Noctua pronuba" in texts[0] and "Likely" in texts[0]
    assert "Zoë Müller" in texts[2] and "Pieris mannii" in texts[2]
    assert "Жанна" in texts[7] and "Notes: Not a Noctua." in texts[7]
    assert "Notes: A leg is missing." in texts[5]
    assert len(reader.pages[0].images) == 1
    assert reader.metadata.title == options.title
    assert reader.metadata.author == "Anna Muster"


def test_a_sheet_of_a_photo_whose_name_is_no_text(
    items: list[ExportItem], options: ExportOptions, tmp_path: Path
) -> None:
    pypdf = pytest.importorskip("pypdf")
    odd = dataclasses.replace(items[0], record={**items[0].record, "query_id": "moth\udcff\n1"})
    export([with_photo(odd)], "pdf", tmp_path / "x.pdf", options)
    assert len(pypdf.PdfReader(tmp_path / "x.pdf").pages[0].images) == 1


def test_a_long_list_of_references_goes_on_on_the_next_page(
    by_id: dict[str, ExportItem], options: ExportOptions, tmp_path: Path
) -> None:
    pypdf = pytest.importorskip("pypdf")
    item = by_id["both_3"]
    hits = [{**item.hits[0], "hit_rank": number} for number in range(1, 40)]
    record = {**item.record, "hits": hits, "notices": ["A long notice. " * 30] * 5}
    export([ExportItem(record)], "pdf", tmp_path / "x.pdf", options)
    pages = [page.extract_text() for page in pypdf.PdfReader(tmp_path / "x.pdf").pages]
    assert len(pages) >= 2
    assert f"{39 - pdf.MAX_HITS} more are left out here" in " ".join(pages)


def test_characters_without_a_font_are_shown_as_missing(tmp_path: Path) -> None:
    from fpdf import FPDF

    document = FPDF()
    fonts = pdf_fonts.Fonts(document, others=[])
    assert fonts.fit("Ünï Жанна\tŁódź") == "Ünï Жанна Łódź"
    assert fonts.fit("昆虫 \U0001f98b") == "\ufffd\ufffd \ufffd"
    fonts.close()
    damaged = tmp_path / "font.ttf"
    damaged.write_bytes(b"no font")
    document = FPDF()
    fonts = pdf_fonts.Fonts(document, others=[damaged])
    assert fonts.fit("昆") == "\ufffd"
    fonts.close()


def test_a_font_of_the_system_helps_out() -> None:
    from fpdf import FPDF

    covered = [path for path in pdf_fonts.system_fonts() if path.name == "DejaVuSans.ttf"]
    if not covered:
        pytest.skip("this system has no DejaVu Sans of its own")
    document = FPDF()
    fonts = pdf_fonts.Fonts(document, others=covered)
    assert fonts.fit("აბგ") == "აბგ"  # Georgian, which the small font lacks
    fonts.close()


def test_the_workbook_holds_what_the_tables_hold(
    items: list[ExportItem], options: ExportOptions, tmp_path: Path
) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    export(items, "xlsx", tmp_path / "x.xlsx", options)
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    assert book.sheetnames == ["Results", "Hits", "About"]
    rows = list(book["Results"].iter_rows(values_only=True))
    assert rows[0] == tables.RESULT_COLUMNS
    assert len(rows) == len(items) + 1
    for item, row in zip(items, rows[1:], strict=True):
        expected = tables.result_row(item, options)
        for name, value in zip(tables.RESULT_COLUMNS, row, strict=True):
            wanted = expected.get(name)
            assert value == (None if wanted == "" else wanted), name
    evil = book["Results"].cell(6, 1)
    assert evil.value == "=cmd|' /C calc'!A0" and evil.data_type in ("s", "inlineStr")
    assert safe_cell(str(evil.value)) != evil.value  # here text is text, without an apostrophe
    assert len(list(book["Hits"].iter_rows())) == sum(len(item.hits) for item in items) + 1
    about = dict(book["About"].iter_rows(values_only=True))
    assert about["Model SHA-256"] == "ab" * 32
    assert about["Exported by"] == "Anna Muster"
    book.close()


def test_too_many_rows_are_refused(
    items: list[ExportItem], options: ExportOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx, "MAX_ROWS", 4)
    with pytest.raises(ArgumentError, match="more than 3 rows for the sheet Hits"):
        export(items, "xlsx", tmp_path / "x.xlsx", options)
    assert list(tmp_path.iterdir()) == []


def test_long_cells_are_cut() -> None:
    assert len(xlsx.cell("x" * 40_000)) == xlsx.MAX_CHARACTERS
    assert xlsx.cell("a\x00b\ud800") == "ab"


def test_provenance_names_every_library_once(items: list[ExportItem], options: ExportOptions) -> None:
    provenance = Provenance(options)
    other = ExportItem({**items[0].record, "library": {"id": "other", "version": "2"}})
    for item in (*items, other, other):
        provenance.see(item)
    values = provenance.as_dict()
    assert [library["id"] for library in values["libraries"]] == ["tiny", "other"]
    assert "thresholds" not in values["libraries"][1]  # nobody knows them here
    assert values["n_results"] == 10


def test_pictures_of_references_come_from_the_library_of_the_results_alone(
    by_id: dict[str, ExportItem], options: ExportOptions, tmp_path: Path
) -> None:
    """Another library may have another photo of the same name."""
    draw_insect((150, 90, 40), (64, 64)).save(tmp_path / "1.jpg")
    item = by_id["moth_1"]
    hits = [{**hit, "image_file": "1.jpg"} for hit in item.hits]
    shown = dataclasses.replace(item, record={**item.record, "hits": hits})
    facts = dataclasses.replace(options.library, photo_of=lambda name: tmp_path / name)
    for version, pictures in (("1", 2), ("2", 0)):
        library = dataclasses.replace(facts, version=version)
        text, _ = page_of([shown], dataclasses.replace(options, library=library), tmp_path)
        assert text.count("Reference photo") == pictures


@pytest.mark.parametrize("field", ["title", "made_by", "run_id"])
def test_what_is_no_text_does_not_stop_workbooks_and_sheets(
    items: list[ExportItem], options: ExportOptions, tmp_path: Path, field: str
) -> None:
    """A terminal in another encoding gives lone surrogates."""
    given = dataclasses.replace(options, **{field: "Z\udcfcrich\x00"})  # type: ignore[arg-type]
    for name in ("xlsx", "pdf"):
        assert export(items[:1], name, tmp_path / name, given).count == 1


def test_a_barcode_on_paper_has_a_dot_for_each_base() -> None:
    strip = pdf_pictures.drawn_barcode("AANT")
    assert strip.size == (4, 1)
    a, n, t = strip.getpixel((1, 0)), strip.getpixel((2, 0)), strip.getpixel((3, 0))
    assert a == strip.getpixel((0, 0)) and len({a, n, t}) == 3 and n == pdf_pictures.TRACK


def test_a_chart_is_as_high_as_its_bars() -> None:
    few, many = (charts.bar_chart("Families", [("Apidae", 2, "taxon")] * number) for number in (2, 8))
    assert f'viewBox="0 0 {charts.WIDTH} 90"' in few and f'viewBox="0 0 {charts.WIDTH} 240"' in many


def test_nothing_stands_out_of_a_sheet_at_the_right(
    items: list[ExportItem], options: ExportOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[tuple[float, str]] = []
    plain = pdf._Sheets.cell

    def cell(sheets: pdf._Sheets, w: float, h: float, text: str = "", **kwargs: Any) -> object:
        found.append((sheets.get_x() + (w or sheets.get_string_width(text)), text))
        return plain(sheets, w, h, text, **kwargs)

    monkeypatch.setattr(pdf._Sheets, "cell", cell)
    sheets = pdf._Sheets(options)
    try:
        for item in items:
            sheets.add(item)
    finally:
        sheets.type.close()
        sheets.close()
    assert "›" in [text.strip() for _, text in found]
    assert [text for right, text in found if right > pdf.MARGIN + pdf.WIDTH + 0.5] == []


def test_reports_say_when_where_and_by_whom_specimens_were_collected(
    items: list[ExportItem], options: ExportOptions, tmp_path: Path
) -> None:
    sheet = tmp_path / "samples.csv"
    sheet.write_text(
        f"id,date,place,country,lat,lon,collectors\n{items[0].query_id},31.7.2026,<Aare>,Switzerland,"
        "46.9512,7.4512,A. Muster\n"
    )
    collecting = Collecting(CollectingChoice(sheet, digits=1))
    joined = list(map(collecting.add, items))
    text, _ = page_of(joined, options, tmp_path)
    place = "&lt;Aare&gt;, Switzerland; 47.0, 7.5 within 7872 m"
    assert f"<dt>Date</dt><dd>2026-07-31</dd><dt>Place</dt><dd>{place}</dd>" in text
    assert "<dt>Collector</dt><dd>A. Muster</dd>" in text and "46.95" not in text
    assert text.count('class="collected"') == 1
    pypdf = pytest.importorskip("pypdf")
    export(joined[:2], "pdf", tmp_path / "sheets.pdf", options)
    pages = [page.extract_text() for page in pypdf.PdfReader(tmp_path / "sheets.pdf").pages]
    first = " ".join(pages[0].split())
    assert "Date 2026-07-31" in first and "Collector A. Muster" in first
    assert "Place <Aare>, Switzerland; 47.0, 7.5 within 7872 m" in first
    assert "Collector" not in " ".join(pages[1:])
