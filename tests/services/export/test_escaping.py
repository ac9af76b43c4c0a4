"""Text from anyone must not break out of any format."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioscan_desktop.services.export import bold, exporting, fasta, tables
from bioscan_desktop.services.export.escaping import legal, one_line, one_word, safe_cell, xml
from bioscan_desktop.services.export.items import Decision, ExportItem
from bioscan_desktop.services.export.provenance import ExportOptions
from tests.services.export.conftest import make_items

OPTIONS = ExportOptions(run_id="run", created_at="2026-11-26T14:00:00+00:00")


def with_text(text: str) -> ExportItem:
    """An item in which everything that comes from outside is this text."""
    item = make_items()[2]
    hits = [{**hit, "processid": text, "country": text, "species": text} for hit in item.hits]
    record = {**item.record, "query_id": text, "input": text, "photo": text, "hits": hits, "notices": [text]}
    decision = Decision(text, "species", {"genus": text, "species": text}, text, "2026-11-26", text)
    return ExportItem(record, decision)


@pytest.mark.parametrize(("guard", "told"), [(True, "'=1+1"), (False, "=1+1")])
def test_a_table_of_bold_is_guarded_as_others_are(guard: bool, told: str) -> None:
    stream = io.StringIO()
    bold.write([with_text("=1+1")], stream, replace(OPTIONS, guard=guard))
    header, row = (line.split("\t") for line in stream.getvalue().splitlines())
    assert dict(zip(header, row, strict=True))["sampleid"] == told


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("\n=x", "'\n=x"),
        ("＝x", "'＝x"),
        ("Noctua = x", "Noctua = x"),
        ("'=x", "'=x"),
        ("", ""),
    ],
)
def test_safe_cells(text: str, safe: str) -> None:
    assert safe_cell(text) == safe


@settings(deadline=None, max_examples=60)
@given(st.text())
def test_lines_and_words_have_no_breaks(text: str) -> None:
    assert not set("\t\r\n\x00\u2028\x85") & set(one_line(text))
    assert len(one_line(text).splitlines()) <= 1
    assert one_word(text) and not any(character.isspace() for character in one_word(text))


@settings(deadline=None, max_examples=60)
@given(st.text())
def test_xml_gives_the_text_back(text: str) -> None:
    root = ElementTree.fromstring(f'<a b="{xml(text)}">{xml(text)}</a>')
    assert (root.text or "") == legal(text).replace("\r\n", "\n").replace("\r", "\n")
    assert "<" not in xml(text) and '"' not in xml(text)


@settings(deadline=None, max_examples=60)
@given(st.text(min_size=1))
def test_tables_keep_their_shape(text: str) -> None:
    results, hits = io.StringIO(newline=""), io.StringIO(newline="")
    tables.write([with_text(text)], results, hits, OPTIONS)
    for stream, columns, lines in ((results, tables.RESULT_COLUMNS, 1), (hits, tables.HIT_COLUMNS, 2)):
        rows = list(csv.reader(io.StringIO(stream.getvalue(), newline="")))
        assert len(rows) == 1 + lines
        assert all(len(row) == len(columns) for row in rows)
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    row = next(csv.DictReader(io.StringIO(results.getvalue(), newline="")))
    assert row["query_id"].removeprefix("'") == text.replace("\x00", "").removeprefix("'")


@settings(deadline=None, max_examples=60)
@given(st.text(min_size=1))
def test_bold_tables_keep_their_shape(text: str) -> None:
    stream = io.StringIO()
    bold.write([with_text(text)], stream, OPTIONS)
    lines = stream.getvalue().split("\n")
    assert len(lines) == 3 and lines[2] == ""
    assert len(lines[1].split("\t")) == len(bold.COLUMNS)


@settings(deadline=None, max_examples=60)
@given(st.text(min_size=1))
def test_fasta_has_one_header_per_specimen(text: str) -> None:
    stream = io.StringIO()
    fasta.write([with_text(text)], stream)
    lines = stream.getvalue().splitlines()
    assert [line[:1] == ">" for line in lines].count(True) == 1
    label = lines[0].split(" ")[0]
    assert label.count("|") == 2 and label.endswith("|COI-5P")
    assert "".join(lines[1:]) == with_text(text).sequence


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "a\tb\r\nc\x00d\x0be",
        "=cmd|' /C calc'!A0",
        "昆虫 Ünï \U0001f98b ‮txet",
        "]]>&amp;<!--",
        "\ufffe\ud800",
    ],
)
def test_every_format_survives_hostile_text(text: str, tmp_path: Path) -> None:
    for name in (
        "csv",
        "species",
        "xlsx",
        "html",
        "pdf",
        "dwca",
        "bold",
        "fasta",
        "pybioclip",
        "jsonl",
        "json",
        "library",
    ):
        written = exporting.export([with_text(text)], name, tmp_path / f"out.{name}", OPTIONS)
        assert written.count == 1
    page = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert "<script" not in page and "<img src=x" not in page
