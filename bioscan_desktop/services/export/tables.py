"""results.csv, one line per specimen, and hits.csv, one line per specimen and reference.

Columns that hold numbers per rank are called `share_…`, so that no tool takes them for taxa. The
verdict of the machine (`decided_…`) and the name of a person (`verified_…`) stand apart.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import IO, Any

from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.services.export.alignments import align_hit
from bioscan_desktop.services.export.escaping import safe_cell
from bioscan_desktop.services.export.items import ExportItem, hit_lineage
from bioscan_desktop.services.export.provenance import ExportOptions
from bioscan_desktop.services.export.sample_sheet import NUMBERS

Row = dict[str, Any]

SEPARATOR = " | "
"""Between several values of a cell, as Darwin Core recommends."""

TAXA: tuple[str, ...] = (
    "kingdom", "phylum", "class", "order", "family", "subfamily", "genus", "species",
)  # fmt: skip

RESULT_COLUMNS: tuple[str, ...] = (
    "query_id", "input", "file_name", "sequence_id", "modality", "status", "error_code", "error_message",
    *TAXA, "bin_uri", "decided_name", "decided_rank", "confidence", "calibrated", "decided_by",
    "decision_rule", *(f"share_{rank}" for rank in RANKS), "novelty", "novelty_p", "modality_agreement",
    "reason", "notices", "n_hits", "top_score", "top_percent_identity", "top_processid", "top_species",
    "flags", "verification_status", "verified_name", "verified_rank", "verified_by", "verified_at", "notes",
    "final_name", "final_rank", "pack_id", "pack_version", "model_id", "model_version", "model_sha256",
    "app_version", "run_id", "created_at", "further_photos",
)  # fmt: skip

HIT_COLUMNS: tuple[str, ...] = (
    "query_id", "hit_rank", "query_modality", "key_modality", "score", "percent_identity",
    "alignment_length", "mismatches", "gap_opens", "query_coverage", "processid", "sampleid", "bin_uri",
    *TAXA, "agreement_rank", "agreement_with", "country", "country_iso", "inst", "marker_code", "n_records",
    "image_file", "licence", "attribution", "pack_id", "pack_version",
)  # fmt: skip


def result_columns(options: ExportOptions) -> tuple[str, ...]:
    """The columns of results.csv; those of the collecting stand behind, where anything is known of it."""
    return (*RESULT_COLUMNS, *options.collected)


def result_row(item: ExportItem, options: ExportOptions) -> Row:
    """One line of results.csv. Names above and at the verdict's rank only."""
    record, verdict, top = item.record, item.verdict, item.top
    error = record.get("error") or {}
    machine, human, final = item.machine, item.human, item.final
    decision = item.decision
    shares = {f"share_{share['rank']}": share["share"] for share in record.get("ranks") or ()}
    return {
        "query_id": item.query_id,
        "input": record["input"],
        "file_name": item.file_name,
        "sequence_id": item.query_id if record.get("modality") in ("dna", "both") else "",
        "modality": record["modality"],
        "status": record["status"],
        "error_code": error.get("code"),
        "error_message": error.get("message"),
        **machine.lineage,
        "bin_uri": shared_bin(item),
        "decided_name": machine.text,
        "decided_rank": machine.rank,
        "confidence": verdict.get("confidence"),
        "calibrated": verdict.get("calibrated"),
        "decided_by": "" if item.failed else item.machine_name,
        "decision_rule": item.rule,
        **shares,
        "novelty": verdict.get("novelty"),
        "novelty_p": verdict.get("novelty_p"),
        "modality_agreement": record.get("modality_agreement"),
        "reason": verdict.get("reason"),
        "notices": " ".join(record.get("notices") or ()),
        "n_hits": len(item.hits),
        "top_score": top.get("score"),
        "top_percent_identity": top.get("percent_identity"),
        "top_processid": top.get("processid"),
        "top_species": top.get("species"),
        "flags": ";".join(item.flags),
        "verification_status": "" if item.failed and decision is None else item.status,
        "verified_name": human.text if human else "",
        "verified_rank": human.rank if human else "",
        "verified_by": (decision.by or options.made_by) if decision else "",
        "verified_at": decision.at if decision else "",
        "notes": item.written,
        "final_name": final.text,
        "final_rank": final.rank,
        "pack_id": record["library"]["id"],
        "pack_version": record["library"]["version"],
        "model_id": record["model"]["id"],
        "model_version": record["model"]["version"],
        "model_sha256": record["model"].get("sha256"),
        "app_version": record["app_version"],
        "run_id": options.run_id,
        "created_at": item.identified_at or options.created_at,
        "further_photos": SEPARATOR.join(item.file_names[1:]),
        **_collected(item, options),
    }


def _collected(item: ExportItem, options: ExportOptions) -> Row:
    """Numbers as numbers, so that the minus of a longitude is not taken for a formula."""
    known = {term: item.collected[term] for term in options.collected if term in item.collected}
    return {term: float(value) if term in NUMBERS else value for term, value in known.items()}


def hit_rows(item: ExportItem, options: ExportOptions) -> list[Row]:
    """The lines of hits.csv of one specimen, best hit first."""
    facts = options.library if options.library is not None and options.library.made(item) else None
    rows = []
    for hit in item.hits:
        aligned = align_hit(item, hit, facts)
        rows.append(
            {
                "query_id": item.query_id,
                "hit_rank": hit["hit_rank"],
                "query_modality": hit.get("query_modality"),
                "key_modality": hit["key_modality"],
                "score": hit["score"],
                "percent_identity": hit["percent_identity"],
                "alignment_length": hit["overlap_bp"],
                "mismatches": aligned.mismatches if aligned else None,
                "gap_opens": aligned.gap_opens if aligned else None,
                "query_coverage": round(aligned.query_coverage, 4) if aligned else None,
                "processid": hit["processid"],
                "bin_uri": hit["bin_uri"],
                **hit_lineage(hit),
                "agreement_rank": hit["badge"],
                "agreement_with": hit["badge_against"],
                "country": hit["country"],
                "marker_code": "COI-5P" if hit["key_modality"] == "dna" else "",
                "n_records": hit["n_records"],
                "image_file": hit["image_file"],
                "licence": facts.licence if facts else "",
                "attribution": facts.attribution if facts else "",
                "pack_id": item.record["library"]["id"],
                "pack_version": item.record["library"]["version"],
            }
        )
    return rows


def shared_bin(item: ExportItem) -> str:
    """The BIN of the best barcode hit, where the verdict names a species and that hit agrees with it.

    A specimen's BIN is BOLD's to give. This one says: the nearest barcode of that species is in it.
    """
    if item.machine.rank != "species":
        return ""
    near = (hit for hit in item.hits if hit["key_modality"] == "dna" and hit.get("query_modality") == "dna")
    best = next(near, None)
    return best["bin_uri"] or "" if best is not None and best["species"] == item.machine.text else ""


def _cell(value: Any, guard: bool) -> Any:
    """As it is written: text made safe, truth as `true` and `false`.

    Args:
        guard: see `safe_cell`.
    """
    if isinstance(value, str):
        text = value.replace("\x00", "")
        return safe_cell(text) if guard else text
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


class TableWriter:
    """Writes rows as comma-separated values by RFC 4180; what a row lacks stays blank.

    Args:
        guard: see `safe_cell`.
        header: the columns' names come first; without them rows are added to a table that is there.

    Raises:
        ValueError: by `write`, for a column that there is not.
    """

    def __init__(
        self, stream: IO[str], columns: tuple[str, ...], guard: bool = True, header: bool = True
    ) -> None:
        self._guard = guard
        self._columns, self._known = columns, frozenset(columns)
        self._rows = csv.writer(stream, lineterminator="\r\n")
        if header:
            self._rows.writerow(columns)

    def write(self, row: Row) -> None:
        """One line."""
        if not self._known.issuperset(row):
            raise ValueError(f"no column of the table: {', '.join(sorted(set(row) - self._known))}")
        self._rows.writerow([_cell(row.get(name), self._guard) for name in self._columns])


def write(
    items: Iterable[ExportItem], results: IO[str], hits: IO[str] | None, options: ExportOptions
) -> None:
    """Both tables, or results.csv alone."""
    result_table = TableWriter(results, result_columns(options), options.guard)
    hit_table = TableWriter(hits, HIT_COLUMNS, options.guard) if hits is not None else None
    for item in items:
        result_table.write(result_row(item, options))
        if hit_table is not None:
            for row in hit_rows(item, options):
                hit_table.write(row)
