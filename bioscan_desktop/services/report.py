"""Writing identifications one by one as they come, for `bioscan identify`: JSON lines or results.csv."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO, TYPE_CHECKING

from bioscan_desktop.services.export import jsonl
from bioscan_desktop.services.identify import Identification

if TYPE_CHECKING:
    from bioscan_desktop.services.export.provenance import ExportOptions


def writer_for(
    kind: str, stream: IO[str], options: ExportOptions | None = None
) -> Callable[[Identification], None]:
    """A function that writes one identification to the stream, as `jsonl` or `csv`."""
    if kind == "jsonl":
        return lambda result: _write_line(result, stream)
    from bioscan_desktop.services.export import tables
    from bioscan_desktop.services.export.items import ExportItem
    from bioscan_desktop.services.export.provenance import ExportOptions

    options = options or ExportOptions()
    table = tables.TableWriter(stream, tables.RESULT_COLUMNS, options.guard)
    return lambda result: table.write(tables.result_row(ExportItem(result.to_json()), options))


def _write_line(result: Identification, stream: IO[str]) -> None:
    stream.write(jsonl.line(result.to_json()))
