"""Writing identifications as lines: JSON for scripts, CSV for spreadsheets."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from typing import IO

from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.services.identify import Identification

CSV_COLUMNS: tuple[str, ...] = (
    "query_id",
    "input",
    "modality",
    "status",
    "error_code",
    "error_message",
    *RANKS,
    "decided_name",
    "decided_rank",
    "confidence",
    "calibrated",
    *(f"share_{rank}" for rank in RANKS),
    "novelty",
    "novelty_p",
    "modality_agreement",
    "reason",
    "n_hits",
    "top_score",
    "top_percent_identity",
    "top_processid",
    "top_species",
    "library_id",
    "library_version",
    "model_id",
    "model_version",
    "app_version",
)
"""Per-rank numbers are called share_…, so that no tool takes them for taxa."""


def writer_for(kind: str, stream: IO[str]) -> Callable[[Identification], None]:
    """A function that writes one identification to the stream, as `jsonl` or `csv`."""
    if kind == "jsonl":

        def write_json(result: Identification) -> None:
            stream.write(json.dumps(result.to_json(), ensure_ascii=False) + "\n")

        return write_json
    rows = csv.DictWriter(stream, CSV_COLUMNS, lineterminator="\r\n")
    rows.writeheader()
    return lambda result: rows.writerow(csv_row(result))


def csv_row(result: Identification) -> dict[str, object]:
    """One line of results.csv. Names above and at the verdict's rank only."""
    values = result.to_json()
    verdict = values["verdict"] or {}
    top = values["hits"][0] if values["hits"] else {}
    lineage = dict(zip(RANKS, result.verdict.lineage.names(), strict=True)) if result.verdict else {}
    row: dict[str, object] = {
        "query_id": values["query_id"],
        "input": values["input"],
        "modality": values["modality"],
        "status": values["status"],
        "error_code": values["error"]["code"] if values["error"] else None,
        "error_message": values["error"]["message"] if values["error"] else None,
        **lineage,
        "decided_name": verdict.get("name"),
        "decided_rank": verdict.get("rank"),
        "confidence": verdict.get("confidence"),
        "calibrated": verdict.get("calibrated"),
        **{f"share_{share['rank']}": share["share"] for share in values["ranks"]},
        "novelty": verdict.get("novelty"),
        "novelty_p": verdict.get("novelty_p"),
        "modality_agreement": values["modality_agreement"],
        "reason": verdict.get("reason"),
        "n_hits": len(values["hits"]),
        "top_score": top.get("score"),
        "top_percent_identity": top.get("percent_identity"),
        "top_processid": top.get("processid"),
        "top_species": top.get("species"),
        "library_id": values["library"]["id"],
        "library_version": values["library"]["version"],
        "model_id": values["model"]["id"],
        "model_version": values["model"]["version"],
        "app_version": values["app_version"],
    }
    return {name: safe_cell(value) if isinstance(value, str) else value for name, value in row.items()}


def safe_cell(text: str) -> str:
    """Free text that a spreadsheet would take for a formula gets an apostrophe in front."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
