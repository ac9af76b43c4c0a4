"""The table that `bioclip predict` writes, one line per specimen.

Columns are pybioclip's; `score` is the share of the evidence behind the name, and ranks below the
verdict's stay blank, as with `bioclip predict --rank`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO

from bioscan_desktop.services.export.items import ExportItem, epithet, split_species
from bioscan_desktop.services.export.provenance import ExportOptions
from bioscan_desktop.services.export.tables import TableWriter

COLUMNS = (
    "file_name", "kingdom", "phylum", "class", "order", "family", "genus", "species_epithet", "species",
    "common_name", "score",
)  # fmt: skip


def write(items: Iterable[ExportItem], stream: IO[str], options: ExportOptions) -> None:
    """One line per specimen that has a name; without a photo, its id stands for the file."""
    table = TableWriter(stream, COLUMNS, options.guard)
    for item in items:
        name = item.machine
        if not name.text:
            continue
        row = {rank: text for rank, text in name.lineage.items() if rank in COLUMNS}
        if name.rank == "species":
            row["species_epithet"] = epithet(split_species(name.text)[0])
        photo = item.record.get("photo")
        table.write({"file_name": photo or item.file_name or item.query_id, **row,
                     "score": item.verdict["confidence"]})  # fmt: skip
