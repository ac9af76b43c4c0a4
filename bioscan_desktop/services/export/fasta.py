"""FASTA of the barcodes, with what was found in the header.

    >sample_1|Noctua_pronuba|COI-5P rank=species share=0.97 calibrated=yes novelty=none …

Up to the first space the header has BOLD's form, process or sample id, identification, marker, which
alignment and tree programs show as the label. What follows is `key=value`, without spaces in values.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import IO

from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.services.export.escaping import one_word
from bioscan_desktop.services.export.items import ExportItem

LINE = 80
KEYS = (
    "status", "rank", "share", "calibrated", "novelty", "tax", "verified", "nearest", "identity",
    "overlap", "library", "model", "app",
)  # fmt: skip


def write(items: Iterable[ExportItem], stream: IO[str]) -> None:
    """One record per specimen with a barcode."""
    for item in items:
        if item.sequence is not None:
            stream.write(f">{header(item)}\n")
            stream.writelines(f"{part}\n" for part in textwrap.wrap(item.sequence, LINE))


def header(item: ExportItem) -> str:
    """One line without `>`."""
    final, verdict = item.final, item.verdict
    label = "|".join(
        one_word(part).replace("|", "_") for part in (item.query_id, final.text or "Unknown", "COI-5P")
    )
    record = item.record
    lineage = [f"{rank[0]}:{item.machine.lineage[rank]}" for rank in RANKS if rank in item.machine.lineage]
    aligned = next((hit for hit in item.hits if hit.get("percent_identity") is not None), {})
    values = {
        "status": record["status"],
        "rank": item.machine.rank,
        "share": f"{verdict['confidence']:.4f}" if item.machine.rank else None,
        "calibrated": ("yes" if verdict["calibrated"] else "no") if verdict else None,
        "novelty": verdict.get("novelty"),
        "tax": ",".join(lineage),
        "verified": item.human.text if item.human else None,
        "nearest": aligned.get("processid"),
        "identity": aligned.get("percent_identity"),
        "overlap": aligned.get("overlap_bp"),
        "library": f"{record['library']['id']}/{record['library']['version']}",
        "model": f"{record['model']['id']}/{record['model']['version']}",
        "app": record["app_version"],
    }
    told = [f"{key}={one_word(str(values[key]))}" for key in KEYS if values[key] not in (None, "")]
    return " ".join([label, *told])
