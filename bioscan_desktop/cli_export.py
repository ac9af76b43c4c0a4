"""`bioscan export`: saved results as files for spreadsheets, portals, alignment programs and paper."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bioscan_desktop.cli_parts import EXIT_OK, EXIT_SOME_FAILED, ProgressLine, command
from bioscan_desktop.core.errors import ArgumentError, BioscanError
from bioscan_desktop.files import is_file
from bioscan_desktop.services.export.collecting_choice import CollectingChoice
from bioscan_desktop.services.export.formats import BY_NAME


def add(commands: Any) -> None:
    """Adds the command."""
    parser = command(
        commands,
        "export",
        "write saved results in another format: Excel, Darwin Core, BOLD, report, PDF and more",
        "bioscan export results.jsonl --to html --out report.html",
    )
    parser.add_argument(
        "results",
        type=Path,
        metavar="RESULTS",
        help="JSON lines of `bioscan identify`, a session file, or the folder of a batch",
    )
    parser.add_argument("--to", required=True, metavar="FORMAT", help=", ".join(BY_NAME))
    parser.add_argument("--out", type=Path, required=True, metavar="PATH", help="the file to write")
    parser.add_argument(
        "--library", metavar="ID|PATH", help="library of the results (the one that they name, if installed)"
    )
    parser.add_argument(
        "--specimen", action="append", default=[], metavar="ID", help="only this one; may be given again"
    )
    parser.add_argument("--images", type=Path, metavar="DIR", help="look for photos here, by file name")
    parser.add_argument(
        "--samples",
        type=Path,
        metavar="TABLE",
        help="say when, where and by whom specimens were collected, from a sample sheet (the session's)",
    )
    parser.add_argument(
        "--no-samples",
        action="store_true",
        help="leave out the sample sheet and the choices that a session brings along",
    )
    parser.add_argument(
        "--country", default="", metavar="NAME", help="of all specimens that the samples say no country of"
    )
    parser.add_argument(
        "--photo-dates", action="store_true", help="take dates from the photos, where the samples have none"
    )
    parser.add_argument(
        "--photo-places", action="store_true", help="take places from the photos, where the samples have none"
    )
    parser.add_argument(
        "--place-digits",
        type=int,
        choices=range(5),
        metavar="N",
        help="round coordinates to so many decimals: 1 is about 8 km, 2 about 800 m",
    )
    parser.add_argument("--made-by", default="", metavar="NAME", help="who decides and hands out the data")
    parser.add_argument("--title", default="", help="of the data set or report")
    parser.add_argument("--licence", default="", metavar="L", help="of your records, such as CC0-1.0")
    parser.add_argument(
        "--basis-of-record",
        default="PreservedSpecimen",
        metavar="B",
        help="Darwin Core's (PreservedSpecimen)",
    )
    parser.add_argument(
        "--photo-base", default="", metavar="URL", help="where the photos can be seen, for Darwin Core"
    )
    parser.add_argument("--bom", action="store_true", help="begin tables with a byte order mark, for Excel")
    parser.add_argument(
        "--no-guard", action="store_true", help="no apostrophe before text that looks like a formula"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Reads the results and writes them."""
    from bioscan_desktop.services.export import exporting, sources
    from bioscan_desktop.services.export.collecting import Collecting, add_all
    from bioscan_desktop.services.export.items import ExportItem
    from bioscan_desktop.services.export.provenance import ExportOptions

    reader = sources.open_results(arguments.results)
    wanted = set(arguments.specimen)
    found: set[str] = set()

    def items() -> Iterator[ExportItem]:
        for item in reader.items():
            if wanted and item.query_id not in wanted:
                continue
            found.add(item.query_id)
            yield _with_photo(item, arguments)

    choice = _choice(arguments, CollectingChoice() if arguments.no_samples else reader.collecting())
    collecting = Collecting(choice) if choice else None
    if arguments.to not in BY_NAME:
        raise ArgumentError(f"There is no format {arguments.to}; choose one of {', '.join(BY_NAME)}.")
    with contextlib.ExitStack() as stack:
        first = next(reader.items(), None)
        library = _library(arguments, first, BY_NAME[arguments.to].needs_library, stack)
        options = ExportOptions(
            collected=_columns(collecting, first),
            library=library,
            bom=arguments.bom,
            guard=not arguments.no_guard,
            made_by=arguments.made_by,
            licence=arguments.licence,
            basis_of_record=arguments.basis_of_record,
            photo_base=arguments.photo_base,
        )
        if arguments.title:
            options = dataclasses.replace(options, title=arguments.title)
        try:
            with ProgressLine() as progress:
                written = exporting.export(
                    add_all(items(), collecting), arguments.to, arguments.out, options, progress.show
                )
        finally:
            missing = sorted(wanted - found)
            if missing:
                print(f"bioscan: there is no result of {', '.join(missing)}.", file=sys.stderr)
    for sentence in (*written.notices, *(collecting.told() if collecting is not None else ())):
        print(f"bioscan: {sentence}", file=sys.stderr)
    noun = "result" if written.count == 1 else "results"
    names = ", ".join(str(path) for path in written.paths)
    print(f"bioscan: {written.count} {noun} written to {names}.", file=sys.stderr)
    return EXIT_SOME_FAILED if wanted - found else EXIT_OK


def _choice(arguments: argparse.Namespace, kept: CollectingChoice) -> CollectingChoice:
    """What is asked for, and where nothing is, what was chosen with the results."""
    if arguments.samples is not None:
        kept = dataclasses.replace(kept, sheet=arguments.samples, copy=b"")
    digits = arguments.place_digits
    return dataclasses.replace(
        kept,
        dates=kept.dates or arguments.photo_dates,
        places=kept.places or arguments.photo_places,
        digits=kept.digits if digits is None else digits,
        country=arguments.country or kept.country,
    )


def _columns(collecting: Any, first: Any) -> tuple[str, ...]:
    """Terms of the collecting that tables need columns for, also where saved results bring them along."""
    from bioscan_desktop.services.export.sample_sheet import TERMS

    kept = TERMS if first is not None and first.collected else ()
    terms = {*kept, *(collecting.terms if collecting is not None else ())}
    return tuple(term for term in TERMS if term in terms)


def _with_photo(item: Any, arguments: argparse.Namespace) -> Any:
    """The item with its photos from `--images`, where they are there."""
    if arguments.images is None or not item.file_name:
        return item
    from bioscan_desktop.services.export.items import Picture

    files = [arguments.images / name for name in item.file_names]
    known = item.pictures or [Picture(None)] * len(files)
    pictures = [
        dataclasses.replace(one, source=file) if is_file(file) else one
        for file, one in zip(files, known, strict=False)
    ]
    return dataclasses.replace(item, pictures=tuple(pictures))


def _library(arguments: argparse.Namespace, first: Any, needed: bool, stack: contextlib.ExitStack) -> Any:
    """What the library knows; None, with a notice, where it is not needed and not at hand.

    Raises:
        BioscanError: if it is needed, or was asked for by name, and cannot be opened, or is another one.
    """
    from bioscan_desktop.services import packs
    from bioscan_desktop.services.export.provenance import LibraryFacts

    if first is None:
        return None
    named = first.record["library"]
    try:
        library = packs.open_library(arguments.library or named["id"])
    except BioscanError as error:
        if arguments.library or needed:
            raise
        print(
            f"bioscan: the library {named['id']} {named['version']} of these results is not at hand, so its "
            f"licence, thresholds and alignments are left out ({error.message.rstrip('.')}).",
            file=sys.stderr,
        )
        return None
    stack.callback(library.close)
    facts = LibraryFacts.of(library)
    if not facts.made(first):
        sentence = (
            f"The results were made with the library {named['id']} {named['version']}, "
            f"not with {facts.id} {facts.version}"
        )
        if arguments.library or needed:
            raise ArgumentError(f"{sentence}.")
        print(f"bioscan: {sentence}, so its thresholds and alignments are left out.", file=sys.stderr)
        return None
    return facts
