"""Names that people confirmed as records for a library."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.library.importers.tables import Record, read_table
from bioscan_desktop.services.export import library_records
from bioscan_desktop.services.export.exporting import export
from bioscan_desktop.services.export.items import Decision, ExportItem, Picture
from bioscan_desktop.services.export.provenance import ExportOptions
from tests.services.export.test_escaping import with_text

LINEAGE = {
    "order": "Diptera",
    "family": "Syrphidae",
    "genus": "Episyrphus",
    "species": "Episyrphus balteatus",
}
NAMED = Decision("Episyrphus balteatus", "species", LINEAGE)


def written(items: list[ExportItem], folder: Path) -> tuple[list[Record], tuple[str, ...]]:
    done = export(items, "library", folder / "own.records.tsv", ExportOptions())
    return list(read_table(folder / "own.records.tsv")), done.notices


def test_only_what_a_person_named_is_a_record(items: list[ExportItem], tmp_path: Path) -> None:
    photo, barcode = items[0], items[1]
    near, far = tmp_path / "a" / "b" / "1.jpg", tmp_path / "a" / "=2.jpg"
    records, notices = written(
        [
            replace(photo, decision=NAMED, pictures=(Picture(near),), collected={"country": "Peru"}),
            replace(barcode, decision=NAMED, pictures=()),
            replace(photo, decision=NAMED, pictures=(Picture(far),)),
            replace(photo, decision=NAMED, pictures=(Picture(b"pasted"),)),
            replace(photo, decision=None, pictures=(Picture(near),)),
            replace(photo, decision=Decision("", None), pictures=(Picture(near),)),
            replace(barcode, decision=Decision("Fooia", "genus", {"genus": "Fooia"})),
        ],
        tmp_path,
    )
    assert [(r.processid, r.image_file, bool(r.nucleotides), r.lineage.species) for r in records] == [
        (photo.query_id, "b/1.jpg", False, "Episyrphus balteatus"),
        (barcode.query_id, None, True, "Episyrphus balteatus"),
        (f"{photo.query_id}.2", "./=2.jpg", False, "Episyrphus balteatus"),
        (f"{barcode.query_id}.2", None, True, None),
    ]
    assert records[0].country == "Peru" and records[0].lineage.order == "Diptera"
    assert notices == (
        f"The photos are named as seen from {tmp_path / 'a'}; give this as the folder of their photos.",
        "Left out, without a name that a person gave: 2 of 7 specimens.",
        "Left out, with neither a barcode nor a photo file: 1 of 7 specimens.",
        "Without an order, which a library needs: 1 of 4 records; fill it in.",
    )


def test_without_any_name_there_is_no_file(items: list[ExportItem], tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="No specimen has a name that a person gave; accept names"):
        written([replace(item, decision=None) for item in items], tmp_path)
    assert list(tmp_path.iterdir()) == []


@settings(deadline=None, max_examples=60)
@given(st.text(min_size=1))
def test_tables_keep_their_shape(text: str) -> None:
    stream = io.StringIO()
    item = replace(with_text(text), decision=Decision(text, "species", {"order": text, "species": text}))
    library_records.write([item], stream, ExportOptions())
    lines = stream.getvalue().split("\n")
    assert len(lines) == 3 and lines[2] == ""
    cells = lines[1].split("\t")
    assert len(cells) == len(library_records.COLUMNS)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
