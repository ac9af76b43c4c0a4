"""Lines for scripts and for spreadsheets."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from pathlib import Path

import pytest

from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.services.export.items import ExportItem
from bioscan_desktop.services.export.provenance import ExportOptions
from bioscan_desktop.services.export.tables import RESULT_COLUMNS, result_row
from bioscan_desktop.services.identify import Identification, Identifier
from bioscan_desktop.services.report import writer_for
from bioscan_desktop.services.specimens import Specimen, from_sequence, join
from tests.conftest import TinyWorld

RAPAE = "Pieris rapae"

# As the command line promises them to scripts; more may be added, none may go.
LINE = {
    "query_id", "input", "modality", "status", "error", "verdict", "ranks", "by_modality",
    "modality_agreement", "hits", "library", "model", "provider", "elapsed_ms", "app_version",
}  # fmt: skip
VERDICT = {"name", "rank", "confidence", "calibrated", "novelty", "novelty_p", "reason"}
HIT = {
    "hit_rank", "key_modality", "score", "percent_identity", "overlap_bp", "processid", "bin_uri", "order",
    "family", "genus", "species", "country", "badge", "badge_against", "n_records", "image_file",
}  # fmt: skip


@pytest.fixture
def results(world: TinyWorld, identifier: Identifier, tmp_path: Path) -> list[Identification]:
    photo = Specimen("p", "p.jpg", world.photos[RAPAE])
    barcode = from_sequence(world.barcodes[RAPAE], "b")
    gone = Specimen("=cmd|' /C calc'!A0", "+gone.jpg", tmp_path / "gone.jpg")
    return list(identifier.identify([photo, barcode, join(photo, barcode), gone]))


def test_json_lines_have_the_promised_keys(results: list[Identification]) -> None:
    stream = io.StringIO()
    write = writer_for("jsonl", stream)
    for result in results:
        write(result)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert len(lines) == 4
    for line in lines:
        assert set(line) == LINE | {"notices", "photo", "nucleotides"}
        assert set(line["library"]) == {"id", "version"}
        assert set(line["model"]) == {"id", "version", "sha256"}
        for verdict in [line["verdict"], *line["by_modality"].values()]:
            assert verdict is None or set(verdict) == VERDICT
        for hit in line["hits"]:
            assert set(hit) == HIT | {"query_modality", "key_id"}
            assert hit["badge"] in ("species", "genus", "family", "order", "none")
        for share in line["ranks"]:
            assert set(share) == {"rank", "name", "share"}
        assert [hit["hit_rank"] for hit in line["hits"]] == list(range(1, len(line["hits"]) + 1))
    photo, barcode, both, gone = lines
    assert [line["modality"] for line in lines] == ["image", "dna", "both", "image"]
    assert [line["status"] for line in lines] == ["ok", "ok", "ok", "failed"]
    assert set(both["by_modality"]) == {"image", "dna"}
    assert both["modality_agreement"] is not None
    assert photo["modality_agreement"] is barcode["modality_agreement"] is None
    assert (gone["verdict"], gone["hits"], gone["ranks"]) == (None, [], [])
    assert set(gone["error"]) == {"code", "message"}
    assert barcode["hits"][0]["percent_identity"] > 98


def test_every_column_of_the_csv_is_written(results: list[Identification]) -> None:
    stream = io.StringIO(newline="")
    write = writer_for("csv", stream)
    for result in results:
        write(result)
    assert stream.getvalue().count("\r\n") == 5
    rows = list(csv.DictReader(io.StringIO(stream.getvalue(), newline="")))
    assert list(rows[0]) == list(RESULT_COLUMNS)
    for result, row in zip(results, rows, strict=True):
        values = result.to_json()
        assert row["status"] == values["status"]
        assert row["decided_name"] == ((values["verdict"] or {}).get("name") or "")
        assert row["n_hits"] == str(len(values["hits"]))
        if result.verdict is not None and result.verdict.rank is not None:
            assert row[result.verdict.rank] == result.verdict.name
    assert rows[1]["top_species"] == RAPAE
    assert float(rows[1]["top_percent_identity"]) > 98
    assert rows[3]["error_code"] == "file_missing"


def test_no_rank_is_named_below_the_verdict(results: list[Identification]) -> None:
    for result in results[:3]:
        assert result.verdict is not None
        row = result_row(ExportItem(result.to_json()), ExportOptions())
        assert [row.get(rank) for rank in ("order", "family", "genus", "species")] == list(
            result.verdict.lineage.names()
        )


def test_no_cell_is_a_formula(results: list[Identification]) -> None:
    evil = '=HYPERLINK("http://x")'
    hit = dataclasses.replace(
        results[1].hits[0], lineage=Lineage("@order", "-family", "+genus", evil), processid=evil
    )
    verdict = results[1].verdict
    assert verdict is not None
    poisoned = dataclasses.replace(
        results[1],
        hits=(hit, *results[1].hits[1:]),
        verdict=dataclasses.replace(verdict, name=evil, reason=evil),
        provenance=dataclasses.replace(results[1].provenance, library_id=evil),
    )
    stream = io.StringIO(newline="")
    write = writer_for("csv", stream)
    for result in (results[3], poisoned):
        write(result)
    gone, row = csv.DictReader(io.StringIO(stream.getvalue(), newline=""))
    assert gone["query_id"] == "'=cmd|' /C calc'!A0"
    assert gone["input"] == "'+gone.jpg"
    assert row["decided_name"] == row["reason"] == row["top_processid"] == f"'{evil}"
    assert not [value for value in row.values() if value[:1] in tuple("=+-@\t\r")]
