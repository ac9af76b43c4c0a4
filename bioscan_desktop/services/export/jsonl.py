"""JSON: one result a line as `bioscan identify` writes it, or one document with its provenance.

What a person decided stands beside the machine's answer under `decision`, and never in its place.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bioscan_desktop.services.export.items import ExportItem
    from bioscan_desktop.services.export.provenance import Provenance


def as_json(item: ExportItem) -> dict[str, Any]:
    """The record, with `identified_at`, `collected`, and `decision` or else `notes`, where there are any."""
    values = dict(item.record)
    if item.identified_at:
        values["identified_at"] = item.identified_at
    if item.collected:
        values["collected"] = dict(item.collected)
    if item.decision is not None:
        d = item.decision
        values["decision"] = {
            "name": d.name,
            "rank": d.rank,
            "lineage": dict(d.lineage),
            "by": d.by,
            "at": d.at,
            "notes": d.notes,
            "unknown": d.unknown,
        }
    elif item.notes:
        values["notes"] = item.notes
    return values


def line(values: dict[str, Any]) -> str:
    """One line of JSON lines."""
    return json.dumps(values, ensure_ascii=False) + "\n"


def write_lines(items: Iterable[ExportItem], stream: IO[str]) -> None:
    """One object a line."""
    for item in items:
        stream.write(line(as_json(item)))


def write_document(items: Iterable[ExportItem], stream: IO[str], provenance: Provenance) -> None:
    """`{"results": […], "provenance": {…}}`; the schema's version is in `provenance`."""
    stream.write('{"results": [')
    for number, item in enumerate(items):
        stream.write(",\n" if number else "\n")
        stream.write(line(as_json(item)).rstrip("\n"))
    stream.write('\n],\n"provenance": ')
    stream.write(json.dumps(provenance.as_dict(), ensure_ascii=False, indent=1))
    stream.write("}\n")
