"""`bioscan library`: build, change, pass on and look at library packs."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bioscan_desktop import paths
from bioscan_desktop.cli_parts import (
    EXIT_OK,
    EXIT_SOME_FAILED,
    PROVIDER,
    ProgressLine,
    command,
    names_in,
)
from bioscan_desktop.core.errors import ArgumentError

if TYPE_CHECKING:
    from bioscan_desktop.library.changing import Change
    from bioscan_desktop.library.importers.tables import Record
    from bioscan_desktop.library.pack import Library

SHOWN = 20
"""Sentences about skipped records that are told one by one."""


def add(commands: Any, add_pack_actions: Callable[[Any, str, str], None]) -> None:
    """Adds the group.

    Args:
        add_pack_actions: adds what libraries and models have in common.
    """
    library = commands.add_parser("library", help="build, change and look at library packs")
    actions = library.add_subparsers(dest="action", required=True, metavar="ACTION")
    _add_build(actions)
    _add_changes(actions)
    add_pack_actions(actions, "library", "libraries")


def _add_build(actions: Any) -> None:
    build = command(
        actions,
        "build",
        "build a library pack from a table of records",
        "bioscan library build --records records.tsv --images photos/ --model starter --out my-library",
    )
    build.add_argument(
        "--records",
        type=Path,
        action="append",
        default=[],
        metavar="TSV",
        help="table of specimens with a header: nucleotides or image_file, and names; may be repeated",
    )
    build.add_argument(
        "--from-embeddings",
        type=Path,
        metavar="DIR",
        help="specimens that `bioscan-train embed` has embedded; --records then brings their barcodes",
    )
    build.add_argument("--images", type=Path, metavar="DIR", help="folder that image_file is relative to")
    build.add_argument("--model", default="starter", metavar="ID|PATH", help="model pack (starter)")
    build.add_argument("--out", type=Path, required=True, metavar="LIB", help="new folder")
    build.add_argument("--id", help="name for --library (default: the folder's name)")
    build.add_argument("--pack-version", default="1", metavar="V", help="of the library (1)")
    build.add_argument("--title", default="", help="shown to people")
    build.add_argument("--licence", default="", help="of the records, such as CC-BY-4.0")
    build.add_argument("--attribution", default="", help="whom to name")
    build.add_argument(
        "--exclude-species", type=Path, metavar="FILE", help="leave these out, one name a line"
    )
    build.add_argument(
        "--cluster-similarity", type=float, metavar="COS", help="haplotypes this close share a key"
    )
    build.add_argument(
        "--embeddings-only", action="store_true", help="keep no photo name and no barcode of a single record"
    )
    build.add_argument(
        "--restart",
        action="store_true",
        help="throw away what a stopped build has left; do not go on with it",
    )
    _add_encoders(build)
    build.set_defaults(run=_run_build)


def _add_encoders(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--provider", choices=("auto", "cpu", "cuda"), default="auto", help=PROVIDER)
    parser.add_argument(
        "--precision",
        choices=("auto", "fp32", "fp16", "int8"),
        default="fp32",
        help="which of the model's files to use (fp32)",
    )


def _add_changes(actions: Any) -> None:
    add_ = command(
        actions,
        "add",
        "add records to a library",
        "bioscan library add my-library --records new.tsv --images photos/",
    )
    _add_target(add_)
    add_.add_argument(
        "--records",
        type=Path,
        required=True,
        action="append",
        metavar="TSV",
        help="table as of `bioscan library build`; may be repeated",
    )
    add_.add_argument("--images", type=Path, metavar="DIR", help="folder that image_file is relative to")
    add_.add_argument("--model", metavar="ID|PATH", help="model pack (the one the library was built with)")
    add_.add_argument(
        "--embeddings-only", action="store_true", help="keep no photo name and no barcode of a single record"
    )
    _add_encoders(add_)
    add_.set_defaults(run=_run_add)
    remove = command(
        actions,
        "remove",
        "remove specimens or taxa from a library",
        'bioscan library remove my-library --taxon "Noctua comes"',
    )
    _add_target(remove)
    remove.add_argument("--processid", action="append", default=[], metavar="ID", help="one specimen")
    remove.add_argument("--taxon", action="append", default=[], metavar="NAME", help="of any rank, or a BIN")
    remove.add_argument("--list", type=Path, metavar="FILE", help="names or process ids, one a line")
    remove.set_defaults(run=_run_remove)
    export = command(
        actions,
        "export",
        "write a library to one file: .zip to pass on, .tsv, or .fasta",
        "bioscan library export my-library --out my-library.zip",
    )
    export.add_argument("library", metavar="LIB", help="name or folder")
    export.add_argument("--out", type=Path, required=True, metavar="FILE", help="its ending decides")
    export.set_defaults(run=_run_export)
    merge = command(
        actions,
        "merge",
        "join libraries of one model into a new one",
        "bioscan library merge my-library other-library --out both",
    )
    merge.add_argument("libraries", nargs="+", metavar="LIB", help="names or folders; the first leads")
    merge.add_argument("--out", type=Path, required=True, metavar="LIB", help="new folder")
    merge.add_argument("--pack-version", metavar="V", help="of the new library (the first one's, plus one)")
    merge.set_defaults(run=_run_merge)
    index = command(
        actions,
        "index",
        "prepare fast search in a large library, once",
        "bioscan library index my-library",
    )
    index.add_argument(
        "library", nargs="?", default="starter", metavar="LIB", help="name or folder (starter)"
    )
    index.set_defaults(run=_run_index)


def _add_target(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("library", metavar="LIB", help="name or folder of the library to change")
    parser.add_argument("--out", type=Path, metavar="LIB", help="write a changed copy to this new folder")
    parser.add_argument("--pack-version", metavar="V", help="of the changed library (plus one)")


def _run_build(arguments: argparse.Namespace) -> int:
    from bioscan_desktop.library.build import DEFAULT_CLUSTER_SIMILARITY, BuildOptions, build_library
    from bioscan_desktop.library.embedded import Embedded
    from bioscan_desktop.library.staging import discard
    from bioscan_desktop.services import packs
    from bioscan_desktop.services.tasks import Progress

    similarity = arguments.cluster_similarity
    if similarity is not None and not 0 < similarity <= 1:
        raise ArgumentError("--cluster-similarity is a cosine above 0 and at most 1.")
    _check_images(arguments.images)
    if not arguments.records and arguments.from_embeddings is None:
        raise ArgumentError("Name the records with --records, or embeddings with --from-embeddings.")
    excluded = names_in(arguments.exclude_species)
    if excluded and arguments.from_embeddings is not None:
        raise ArgumentError("--exclude-species is for --records; or remove them by `bioscan library remove`.")
    embedded = Embedded(arguments.from_embeddings) if arguments.from_embeddings is not None else None
    if arguments.restart:
        discard(arguments.out)
    model = packs.open_model(arguments.model, arguments.provider, arguments.precision)
    options = BuildOptions(
        id=arguments.id or arguments.out.name,
        version=arguments.pack_version,
        title=arguments.title,
        licence=arguments.licence,
        attribution=arguments.attribution,
        images=arguments.images,
        embeddings_only=arguments.embeddings_only,
        cluster_similarity=similarity if similarity is not None else DEFAULT_CLUSTER_SIMILARITY,
    )
    records = (r for r in _read(arguments.records) if r.lineage.species not in excluded)
    with ProgressLine() as progress:
        summary = build_library(
            records,
            model,
            arguments.out,
            options,
            lambda what, done, total: progress.show(Progress(done, total, what)),
            {"files": _files(arguments), "excluded": sorted(excluded)},
            embedded,
        )
    _tell_skipped(summary.skipped)
    if summary.without_family:
        print(
            f"bioscan: {summary.without_family} barcodes and photos have no family; fill it in and build "
            "again, since nothing below the order can be named from them.",
            file=sys.stderr,
        )
    print(json.dumps({"out": str(arguments.out), "skipped": len(summary.skipped), **summary.manifest.counts}))
    return EXIT_SOME_FAILED if summary.skipped else EXIT_OK


def _run_add(arguments: argparse.Namespace) -> int:
    from bioscan_desktop.library.edit import add_records
    from bioscan_desktop.library.pack import Library
    from bioscan_desktop.services import packs
    from bioscan_desktop.services.tasks import Progress

    _check_images(arguments.images)
    folder = packs.to_change(arguments.library, arguments.out)
    if arguments.model is not None:
        model = packs.open_model(arguments.model, arguments.provider, arguments.precision)
    else:
        library = Library(folder, exact=True)
        library.close()
        model = packs.model_for(library, arguments.provider, arguments.precision)
    with ProgressLine() as progress:
        change = add_records(
            folder,
            _read(arguments.records),
            model,
            arguments.out,
            arguments.images,
            arguments.embeddings_only,
            arguments.pack_version,
            lambda what, done, total: progress.show(Progress(done, total, what)),
        )
    return _tell(change, arguments.out or folder)


def _run_remove(arguments: argparse.Namespace) -> int:
    from bioscan_desktop.library.edit import remove_records
    from bioscan_desktop.services import packs

    names = [*arguments.processid, *arguments.taxon, *sorted(names_in(arguments.list))]
    if not names:
        raise ArgumentError("Nothing to remove: use --taxon, --processid or --list.")
    folder = packs.to_change(arguments.library, arguments.out)
    return _tell(
        remove_records(folder, names, arguments.out, arguments.pack_version), arguments.out or folder
    )


def _run_export(arguments: argparse.Namespace) -> int:
    from bioscan_desktop.library.exporting import export_library
    from bioscan_desktop.services import packs

    count = export_library(packs.find("libraries", arguments.library), arguments.out)
    print(json.dumps({"out": str(arguments.out), "keys": count}))
    return EXIT_OK


def _run_merge(arguments: argparse.Namespace) -> int:
    from bioscan_desktop.library.edit import merge_libraries
    from bioscan_desktop.services import packs

    folders = [packs.find("libraries", name) for name in arguments.libraries]
    return _tell(merge_libraries(folders, arguments.out, arguments.pack_version), arguments.out)


def _run_index(arguments: argparse.Namespace) -> int:
    from bioscan_desktop.services import packs

    library = packs.open_library(arguments.library)
    try:
        told = _prepare(library, library.modalities)
        lost = [m for m, what in told.items() if what["search"] == "hnsw" and not library.has_graph(m)]
        if lost:
            raise ArgumentError(
                f"The prepared search cannot be kept: the folder {paths.cache_dir()} cannot be written. Free "
                "some space, or set BIOSCAN_HOME to a folder that can be."
            )
        print(json.dumps(told))
    finally:
        library.close()
    return EXIT_OK


def _prepare(library: Library, modalities: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Prepares the search of some modalities; returns what it is like."""
    from bioscan_desktop.index.hnsw import HnswIndex
    from bioscan_desktop.services.tasks import Progress

    told: dict[str, dict[str, Any]] = {}
    with ProgressLine() as progress:
        for modality in modalities:
            start = time.perf_counter()
            notice = library.prepare_index(
                modality, lambda what, done, total: progress.show(Progress(done, total, what))
            )
            if notice:
                print(f"bioscan: {notice}", file=sys.stderr)
            index = library.index(modality)
            told[modality] = {"search": index.kind, "keys": len(index)}
            if isinstance(index, HnswIndex):
                told[modality]["recall"] = {str(k): round(r, 3) for k, r in index.graph.recall.items()}
            told[modality]["seconds"] = round(time.perf_counter() - start, 1)
    return told


def _follow(folder: Path) -> None:
    """Brings the stored graphs of a library that was changed in place up to date."""
    from bioscan_desktop.services import packs

    library = packs.open_library(str(folder))
    try:
        _prepare(library, [m for m in library.modalities if library.has_graph(m)])
    finally:
        library.close()


def _files(arguments: argparse.Namespace) -> list[list[object]]:
    """What tells the sources of a build from others: names, sizes and dates of the files."""
    embeddings = [arguments.from_embeddings / "manifest.json"] if arguments.from_embeddings else []
    paths = [path.resolve() for path in (*arguments.records, *embeddings)]
    states = [(path, path.stat()) for path in paths if path.is_file()]
    return [[str(path), state.st_size, state.st_mtime_ns] for path, state in states]


def _read(tables: Iterable[Path]) -> Iterator[Record]:
    from bioscan_desktop.library.importers.tables import read_table

    for table in tables:
        yield from read_table(table)


def _check_images(folder: Path | None) -> None:
    if folder is not None and not folder.is_dir():
        raise ArgumentError(f"There is no folder {folder}.")


def _tell(change: Change, folder: Path) -> int:
    """Brings stored graphs up to date and prints what became of a library."""
    _follow(folder)
    _tell_skipped(change.skipped)
    numbers = ("added_keys", "removed_keys", "joined", "known", "reduced")
    report = {"out": str(folder), "version": change.manifest.version}
    report |= {name: getattr(change, name) for name in numbers}
    print(json.dumps({**report, "skipped": len(change.skipped), **change.manifest.counts}))
    return EXIT_SOME_FAILED if change.skipped else EXIT_OK


def _tell_skipped(skipped: list[tuple[str, str]]) -> None:
    for _, sentence in skipped[:SHOWN]:
        print(f"bioscan: skipped: {sentence}", file=sys.stderr)
    if len(skipped) > SHOWN:
        print(f"bioscan: skipped {len(skipped) - SHOWN} more.", file=sys.stderr)
