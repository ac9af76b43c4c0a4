"""The species list: one line per name, with how many specimens have it and when they were collected.

What counts is the final name: a person's where there is one. Specimens without a name share the last line,
and those that could not be read are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import IO

from bioscan_desktop.services.export.items import VALIDATED, ExportItem, Name
from bioscan_desktop.services.export.provenance import ExportOptions
from bioscan_desktop.services.export.tables import TAXA, TableWriter

COLUMNS = (
    "name", "rank", *TAXA, "n_specimens", "n_photos", "n_barcodes", "n_validated", "lowest_confidence",
    "first_date", "last_date", "specimens",
)  # fmt: skip
NAMED = 20
"""So many specimens of a name are listed."""


@dataclass(slots=True)
class _Count:
    """What is known of the specimens of one name."""

    name: Name
    specimens: int = 0
    photos: int = 0
    barcodes: int = 0
    validated: int = 0
    confidence: float | None = None
    first: str = ""
    last: str = ""
    ids: list[str] = field(default_factory=list)

    def add(self, item: ExportItem) -> None:
        modality, is_validated = item.record["modality"], item.status == VALIDATED
        self.specimens += 1
        self.photos += modality in ("image", "both")
        self.barcodes += modality in ("dna", "both")
        self.validated += is_validated
        if not is_validated and self.name.text:
            share = item.verdict["confidence"]
            self.confidence = share if self.confidence is None else min(self.confidence, share)
        start, _, end = item.collected.get("eventDate", "").partition("/")
        if start:
            self.first = min(self.first or start[:10], start[:10])
            self.last = max(self.last, (end or start)[:10])
        if len(self.ids) < NAMED:
            self.ids.append(item.query_id)


def write(items: Iterable[ExportItem], stream: IO[str], options: ExportOptions) -> None:
    """Lines in order of the lineages."""
    counts: dict[tuple[str, str], _Count] = {}
    for item in items:
        if item.failed and item.decision is None:
            continue
        name = item.final
        key = (name.rank or "", name.text)
        if key not in counts:
            counts[key] = _Count(name)
        counts[key].add(item)
    table = TableWriter(stream, COLUMNS, options.guard)
    for one in sorted(counts.values(), key=_place):
        more = f" and {one.specimens - NAMED} more" if one.specimens > NAMED else ""
        table.write(
            {
                "name": one.name.text,
                "rank": one.name.rank or "",
                **{rank: text for rank, text in one.name.lineage.items() if rank in TAXA},
                "n_specimens": one.specimens,
                "n_photos": one.photos,
                "n_barcodes": one.barcodes,
                "n_validated": one.validated,
                "lowest_confidence": one.confidence,
                "first_date": one.first,
                "last_date": one.last,
                "specimens": "; ".join(one.ids) + more,
            }
        )


def _place(one: _Count) -> tuple[bool, tuple[str, ...], str]:
    """No name comes last; a genus comes before its species."""
    return not one.name.text, tuple(one.name.lineage.get(rank, "") for rank in TAXA), one.name.text
