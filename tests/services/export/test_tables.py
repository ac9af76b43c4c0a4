"""results.csv and hits.csv: columns, numbers, what stands where."""

from __future__ import annotations

import csv
import dataclasses
import io
from pathlib import Path

import pytest

from bioscan_desktop.services.export import tables
from bioscan_desktop.services.export.exporting import export
from bioscan_desktop.services.export.items import ExportItem
from bioscan_desktop.services.export.provenance import ExportOptions

RESULTS_3_2 = (
    "query_id,file_name,sequence_id,modality,status,error_code,error_message,kingdom,phylum,class,order,"
    "family,subfamily,genus,species,bin_uri,decided_name,decided_rank,decided_by,decision_rule,share_order,"
    "share_family,share_genus,share_species,novelty,novelty_p,n_hits,top_score,top_percent_identity,"
    "top_processid,flags,verification_status,verified_name,verified_rank,verified_by,verified_at,notes,"
    "pack_id,pack_version,model_id,model_sha256,app_version,run_id,created_at"
).split(",")
HITS_3_2 = (
    "query_id,hit_rank,key_modality,score,percent_identity,alignment_length,mismatches,gap_opens,"
    "query_coverage,processid,sampleid,bin_uri,kingdom,phylum,class,order,family,subfamily,genus,species,"
    "agreement_rank,agreement_with,country_iso,inst,marker_code,image_file,licence,attribution"
).split(",")
"""The columns that were agreed upon, in their order; others may stand between them."""


@pytest.mark.parametrize(
    ("columns", "agreed"), [(tables.RESULT_COLUMNS, RESULTS_3_2), (tables.HIT_COLUMNS, HITS_3_2)]
)
def test_the_columns_that_were_agreed_upon(columns: tuple[str, ...], agreed: list[str]) -> None:
    assert [name for name in columns if name in agreed] == agreed
    assert len(set(columns)) == len(columns)


def test_every_item_is_a_row_and_every_hit_another(
    items: list[ExportItem], options: ExportOptions, tmp_path: Path
) -> None:
    written = export(items, "csv", tmp_path, options)
    assert [path.name for path in written.paths] == ["results.csv", "hits.csv", "results.csv.provenance.json"]
    texts = [path.read_bytes().decode() for path in written.paths[:2]]
    results, hits = (list(csv.DictReader(io.StringIO(text, newline=""))) for text in texts)
    assert len(results) == len(items)
    assert len(hits) == sum(len(item.hits) for item in items)
    both = results[2]
    assert (both["decided_name"], both["verified_name"], both["final_name"]) == (
        "Pieris rapae", "Pieris mannii", "Pieris mannii",
    )  # fmt: skip
    assert both["decided_by"].startswith("BIOSCAN Desktop 0.1.0; tiny 1")
    assert both["verified_by"] == "Zoë Müller"
    assert results[6]["verified_by"] == "Anna Muster"  # nobody was named: who hands out the data
    assert results[0]["confidence"] == "0.9312" and results[0]["notices"] == ""
    assert results[1]["notices"] == "Short barcode: 600 bases."
    assert hits[2]["country"] == "Côte d'Ivoire"


def test_alignments_need_the_library_of_the_results(
    by_id: dict[str, ExportItem], options: ExportOptions
) -> None:
    item = by_id["both_3"]  # handed in as reverse complement
    row = tables.hit_rows(item, options)[0]
    assert (row["alignment_length"], row["percent_identity"]) == (658, 99.39)
    assert row["mismatches"] == 2
    assert row["query_coverage"] == 1.0
    assert row["licence"] == "CC0 1.0"
    assert options.library is not None
    for library in (None, dataclasses.replace(options.library, version="2")):
        row = tables.hit_rows(item, dataclasses.replace(options, library=library))[0]
        assert row["alignment_length"] == 658
        assert (row["mismatches"], row["licence"]) == (None, "")


def test_a_library_that_says_otherwise_is_not_believed(
    by_id: dict[str, ExportItem], options: ExportOptions
) -> None:
    assert options.library is not None
    other = dataclasses.replace(options.library, barcode_of=lambda _: "ACGT" * 160)
    row = tables.hit_rows(by_id["both_3"], dataclasses.replace(options, library=other))[0]
    assert row["mismatches"] is None


def test_byte_order_mark_and_guard_are_options(
    items: list[ExportItem], options: ExportOptions, tmp_path: Path
) -> None:
    plain = dataclasses.replace(options, guard=False)
    export(items, "csv", tmp_path / "plain.csv", plain)
    export(items, "csv", tmp_path / "excel.csv", dataclasses.replace(options, bom=True))
    assert (tmp_path / "plain-hits.csv").exists()
    assert not (tmp_path / "plain.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert (tmp_path / "excel.csv").read_bytes().startswith(b"\xef\xbb\xbfquery_id")
    assert "\n=cmd" in (tmp_path / "plain.csv").read_text(encoding="utf-8")
    assert "\n'=cmd" in (tmp_path / "excel.csv").read_text(encoding="utf-8-sig")


def test_a_bin_is_given_with_its_species_only(by_id: dict[str, ExportItem]) -> None:
    assert tables.shared_bin(by_id["both_3"]) == "BOLD:TST0001"
    assert tables.shared_bin(by_id["Käfer 2"]) == ""  # a genus has no BIN
    assert tables.shared_bin(by_id["mix_4"]) == ""


def test_unknown_columns_are_a_bug() -> None:
    with pytest.raises(ValueError, match="no column of the table: b"):
        tables.TableWriter(io.StringIO(), ("a",)).write({"b": 1})
