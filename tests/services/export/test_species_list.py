"""The species list: what counts as a name, and what is counted of it."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

from bioscan_desktop.services.export import species_list
from bioscan_desktop.services.export.items import Decision, ExportItem
from bioscan_desktop.services.export.provenance import ExportOptions


def listed(items: list[ExportItem]) -> list[dict[str, str]]:
    stream = io.StringIO()
    species_list.write(items, stream, ExportOptions())
    return list(csv.DictReader(io.StringIO(stream.getvalue())))


def test_specimens_of_a_name_are_counted_with_their_dates(items: list[ExportItem]) -> None:
    one = next(item for item in items if item.machine.rank == "species" and item.decision is None)
    name, sure = one.machine.text, one.verdict["confidence"]
    lineage = {rank: one.machine.lineage[rank] for rank in ("order", "family", "genus", "species")}
    (row,) = listed(
        [
            replace(one, collected={"eventDate": "2026-07-31T22:05"}),
            replace(one, collected={"eventDate": "2026-06-01/2026-08-02"}),
            replace(one, decision=Decision(name, "species", lineage)),
        ]
    )
    assert (row["name"], row["rank"], row["order"]) == (name, "species", lineage["order"])
    assert (row["n_specimens"], row["n_validated"]) == ("3", "1")
    assert float(row["lowest_confidence"]) == sure
    assert (row["first_date"], row["last_date"]) == ("2026-06-01", "2026-08-02")
    assert row["specimens"] == "; ".join([one.query_id] * 3)


def test_the_person_s_name_counts_and_a_rejected_one_does_not(items: list[ExportItem]) -> None:
    one = next(item for item in items if item.machine.rank == "species")
    named = Decision("Noctua", "genus", {"order": "Lepidoptera", "genus": "Noctua"})
    rows = listed([replace(one, decision=Decision("")), replace(one, decision=named)])
    assert [(row["name"], row["n_specimens"]) for row in rows] == [("Noctua", "1"), ("", "1")]
    assert [row["lowest_confidence"] for row in rows] == ["", ""]


def test_what_could_not_be_read_is_no_specimen(items: list[ExportItem]) -> None:
    failed = [replace(item, decision=None) for item in items if item.failed]
    assert failed and listed(failed) == []


def test_long_lists_of_specimens_are_cut(items: list[ExportItem]) -> None:
    one = next(item for item in items if item.machine.text)
    (row,) = listed([one] * (species_list.NAMED + 2))
    assert row["specimens"].endswith("and 2 more")
