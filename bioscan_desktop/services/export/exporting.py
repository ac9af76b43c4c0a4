"""The one way to write results, for the command line and for the window."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.core.ids import UniqueIds
from bioscan_desktop.services.export import (
    blast6,
    bold,
    fasta,
    jsonl,
    library_records,
    pybioclip,
    species_list,
    tables,
)
from bioscan_desktop.services.export.formats import BY_NAME
from bioscan_desktop.services.export.items import ExportItem
from bioscan_desktop.services.export.provenance import ExportOptions, Provenance, sidecar
from bioscan_desktop.services.export.target import Targets
from bioscan_desktop.services.tasks import CancelToken, Progress, ProgressCallback, silent


@dataclass(frozen=True, slots=True)
class Written:
    """What came of an export.

    Attributes:
        paths: the files, the one asked for first.
        count: results handed to the format.
        notices: sentences about what could not be joined to them, or was left out.
    """

    paths: tuple[Path, ...]
    count: int
    notices: tuple[str, ...] = ()


def export(
    items: Iterable[ExportItem],
    name: str,
    target: Path,
    options: ExportOptions,
    progress: ProgressCallback = silent,
    cancel: CancelToken | None = None,
    total: int | None = None,
) -> Written:
    """Writes results in one format. The files appear together when they are complete, or not at all.

    Args:
        name: of a `Format`.
        target: the file; for `csv` also a folder, which then gets results.csv and hits.csv.
        total: number of items for progress, if known.

    Raises:
        ArgumentError: if the format is none, there is nothing to write, or a file cannot be written.
        Cancelled: at the next item after `cancel`.
    """
    if name not in BY_NAME:
        raise ArgumentError(f"There is no format {name}; choose one of {', '.join(BY_NAME)}.")
    kind = BY_NAME[name]
    if target.is_dir():
        if name != "csv":
            raise ArgumentError(f"{target} is a folder; name the {kind.suffix} file to write.")
        target = target / "results.csv"
    provenance = Provenance(options)
    watched = _watched(items, provenance, progress, cancel or CancelToken(), total)
    with Targets() as targets:
        order = _Order(name, watched, target, options, provenance, targets)
        paths = _WRITERS.get(name, _write_stream)(order)
        if provenance.count == 0:
            raise ArgumentError("There is no result to export.")
        if not kind.carries_provenance:
            paths = (*paths, sidecar(target))
            provenance.write_beside(targets.part(paths[-1]))
    return Written(paths, provenance.count, tuple(order.notices))


def hits_path(target: Path) -> Path:
    """`hits.csv` beside `results.csv`, `names-hits.csv` beside `names.csv`."""
    if target.name == "results.csv":
        return target.with_name("hits.csv")
    return target.with_name(f"{target.stem}-hits.csv")


def _watched(
    items: Iterable[ExportItem],
    provenance: Provenance,
    progress: ProgressCallback,
    cancel: CancelToken,
    total: int | None,
) -> Iterator[ExportItem]:
    ids = UniqueIds()
    for number, item in enumerate(items, start=1):
        cancel.check()
        # A list may hold photos of one name from two folders, and rows of tables are told apart by their ids.
        if (own := ids.take(item.query_id)) != item.query_id:
            item = replace(item, record={**item.record, "query_id": own})
        provenance.see(item)
        yield item
        progress(Progress(number, total, item.query_id))


@dataclass(frozen=True, slots=True)
class _Order:
    """What a writer needs."""

    name: str
    items: Iterable[ExportItem]
    target: Path
    options: ExportOptions
    provenance: Provenance
    targets: Targets
    notices: list[str] = field(default_factory=list)


def _write_stream(order: _Order) -> tuple[Path, ...]:
    """The formats that are one stream of text."""
    items, options = order.items, order.options
    with order.targets.text(order.target) as stream:
        if order.name == "jsonl":
            jsonl.write_lines(items, stream)
        elif order.name == "json":
            jsonl.write_document(items, stream, order.provenance)
        elif order.name == "fasta":
            fasta.write(items, stream)
        elif order.name == "bold":
            bold.write(items, stream, options)
        elif order.name == "species":
            species_list.write(items, stream, options)
        elif order.name == "blast6":
            blast6.write(items, stream, options)
        else:
            pybioclip.write(items, stream, options)
    return (order.target,)


def _write_tables(order: _Order) -> tuple[Path, ...]:
    beside, encoding = hits_path(order.target), order.options.encoding
    text = order.targets.text
    with text(order.target, encoding) as results, text(beside, encoding) as hits:
        tables.write(order.items, results, hits, order.options)
    return (order.target, beside)


def _write_records(order: _Order) -> tuple[Path, ...]:
    with order.targets.text(order.target) as stream:
        order.notices.extend(library_records.write(order.items, stream, order.options))
    return (order.target,)


def _write_file(order: _Order) -> tuple[Path, ...]:
    """The formats whose writers want a file of their own. Their libraries are loaded at need."""
    from bioscan_desktop.services.export import darwin_core, html_report, pdf, xlsx

    write = {"xlsx": xlsx.write, "html": html_report.write, "pdf": pdf.write, "dwca": darwin_core.write}
    write[order.name](order.items, order.targets.part(order.target), order.options, order.provenance)
    return (order.target,)


_WRITERS: dict[str, Callable[[_Order], tuple[Path, ...]]] = {
    "csv": _write_tables,
    "library": _write_records,
    **dict.fromkeys(("xlsx", "html", "pdf", "dwca"), _write_file),
}
