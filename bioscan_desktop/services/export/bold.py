"""Tab-separated values with the columns of BOLD's data packages (BCDM).

The specimens are the user's own, so what BOLD alone can give (process id, BIN, record id) stays
blank; `identifier_email` is left out, since it would make a person's address public. No quoting; what a
spreadsheet would take for a formula gets an apostrophe, unless the options say otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO

from bioscan_desktop.services.export.escaping import one_line, safe_cell
from bioscan_desktop.services.export.items import ExportItem
from bioscan_desktop.services.export.provenance import ExportOptions

COLUMNS: tuple[str, ...] = tuple(
    """processid sampleid fieldid museumid record_id specimenid processid_minted_date bin_uri
    bin_created_date collection_code inst taxid kingdom phylum class order family subfamily tribe genus
    species subspecies species_reference identification identification_method identification_rank
    identified_by taxonomy_notes sex reproduction life_stage short_note notes voucher_type tissue_type
    specimen_linkout associated_specimens associated_taxa collectors collection_date_start
    collection_date_end collection_event_id collection_time collection_notes geoid country/ocean
    country_iso province/state region sector site site_code coord coord_accuracy coord_source elev
    elev_accuracy depth depth_accuracy habitat sampling_protocol nuc nuc_basecount insdc_acs funding_src
    marker_code primers_forward primers_reverse sequence_run_site sequence_upload_date
    bold_recordset_code_arr ecoregion biome realm sovereign_inst""".split()
)

METHODS = {
    "image": "Image based identification",
    "dna": "BIOSCAN Desktop: nearest barcodes",
    "both": "BIOSCAN Desktop: photo and barcode",
}
"""The first is BOLD's own word (BOLD:CV:IDM5); it has none for an engine that is not its own."""

FILLED: tuple[str, ...] = (
    "sampleid", "kingdom", "phylum", "class", "order", "family", "genus", "species", "identification",
    "identification_method", "identification_rank", "identified_by", "taxonomy_notes", "notes", "nuc",
    "nuc_basecount", "marker_code",
)  # fmt: skip


COLLECTED: dict[str, str] = {
    "eventTime": "collection_time",
    "recordedBy": "collectors",
    "country": "country/ocean",
    "countryCode": "country_iso",
    "stateProvince": "province/state",
    "locality": "site",
    "coordinateUncertaintyInMeters": "coord_accuracy",
    "minimumElevationInMeters": "elev",
    "habitat": "habitat",
    "samplingProtocol": "sampling_protocol",
    "sex": "sex",
    "lifeStage": "life_stage",
    "fieldNumber": "fieldid",
    "catalogNumber": "museumid",
    "occurrenceRemarks": "collection_notes",
}
"""BOLD's columns by Darwin Core's terms, beside dates and coordinates."""


def write(items: Iterable[ExportItem], stream: IO[str], options: ExportOptions) -> None:
    """A header and one line per specimen."""
    stream.write("\t".join(COLUMNS) + "\n")
    for item in items:
        row = bold_row(item, options)
        stream.write("\t".join(row.get(name, "") for name in COLUMNS) + "\n")


def bold_row(item: ExportItem, options: ExportOptions) -> dict[str, str]:
    """The columns that are not blank."""
    final, human = item.final, item.human
    sequence = item.sequence or ""
    by = ((item.decision.by if item.decision else "") or options.made_by) if human else item.machine_name
    row = {
        "sampleid": item.query_id,
        **final.lineage,
        "identification": final.text,
        "identification_method": "" if human or not final.text else METHODS[item.record["modality"]],
        "identification_rank": final.rank or "",
        "identified_by": by if final.text else "",
        "taxonomy_notes": _reason(item),
        "notes": f"{item.machine_name}; model sha256 {item.record['model'].get('sha256') or 'unknown'}",
        "nuc": sequence,
        "nuc_basecount": str(sum(base in "ACGT" for base in sequence)) if sequence else "",
        "marker_code": "COI-5P" if sequence else "",
        **_collected(item),
    }
    made_safe = safe_cell if options.guard else str
    return {name: made_safe(one_line(value)) for name, value in row.items() if value}


def _collected(item: ExportItem) -> dict[str, str]:
    """What is known of the collecting, in BOLD's columns."""
    known = item.collected
    row = {column: known[term] for term, column in COLLECTED.items() if term in known}
    start, _, end = known.get("eventDate", "").partition("/")
    if start:
        row |= {"collection_date_start": start[:10], "collection_date_end": end[:10]}
    if "decimalLatitude" in known:
        row["coord"] = f"[{known['decimalLatitude']}, {known['decimalLongitude']}]"
    return row


def _reason(item: ExportItem) -> str:
    error = item.record.get("error") or {}
    machine = f"Machine: {item.machine.text}. " if item.decision is not None and item.machine.text else ""
    return machine + str(item.verdict.get("reason") or error.get("message") or "")
