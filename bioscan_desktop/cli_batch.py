"""`bioscan batch`: a folder scan that survives whatever happens to it."""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bioscan_desktop.cli_parts import (
    EXIT_OK,
    EXIT_SOME_FAILED,
    PRECISION,
    PROVIDER,
    ProgressLine,
    add_join_by_name,
    add_restriction,
    say,
)
from bioscan_desktop.core.errors import ArgumentError, Cancelled
from bioscan_desktop.files import shown

if TYPE_CHECKING:
    from bioscan_desktop.services.batch import Batch
    from bioscan_desktop.services.batch_plan import Placed
    from bioscan_desktop.services.identify import Identifier
    from bioscan_desktop.services.tasks import CancelToken

LOG_EVERY_S = 60.0
"""How often a line is written where standard error is no terminal, such as the log of a night's run."""

_ABOUT = """\
Identify all photos and sequence files in a folder, and those in folders within.

RUN_DIR gets results.csv (a line per specimen), hits.csv (a line per reference shown), run.json (what the
names were given with) and session.sqlite, from which a run that was stopped, killed or struck by a power
cut is taken up with --resume. Photos and barcodes of one name are joined into one specimen; --dry-run shows
which. Nothing is written into FOLDER."""


def add(commands: argparse._SubParsersAction) -> None:
    """Adds `batch` to the commands of `bioscan`."""
    parser = commands.add_parser(
        "batch",
        help="identify a large folder; can be stopped and taken up again",
        description=_ABOUT,
        epilog="example:\n  bioscan batch photos/ --out run/ --resume",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "folder", nargs="?", type=Path, metavar="FOLDER", help="photos and sequence files; may be left out "
        "with --resume",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, metavar="RUN_DIR", help="folder of the run")
    parser.add_argument("--resume", action="store_true", help="go on with the run that is in RUN_DIR")
    parser.add_argument("--retry-failed", action="store_true", help="resume, and try again what failed")
    parser.add_argument(
        "--add-new", action="store_true", help="resume, with the files that came into FOLDER since"
    )
    parser.add_argument(
        "--watch", action="store_true", help="go on with new files as they come, until Ctrl+C"
    )
    parser.add_argument("--dry-run", action="store_true", help="only show what would be joined")
    parser.add_argument(
        "--specimens", type=Path, metavar="TSV", help="table that says which photos and barcodes belong "
        "together: specimen_id, image_file, and nucleotides or processid",
    )  # fmt: skip
    add_join_by_name(parser)
    parser.add_argument("--library", metavar="ID|PATH", help="library pack (starter)")
    parser.add_argument("--model", metavar="ID|PATH", help="model pack (the one the library was built with)")
    parser.add_argument("--provider", choices=("auto", "cpu", "cuda"), default="auto", help=PROVIDER)
    parser.add_argument(
        "--precision", choices=("auto", "fp32", "fp16", "int8"), default="auto", help=PRECISION
    )
    parser.add_argument("--top-k", type=int, metavar="K", help="reference hits to report (5)")
    parser.add_argument("--no-recursive", action="store_true", help="do not look into folders within folders")
    add_restriction(parser)
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    if arguments.top_k is not None and arguments.top_k < 1:
        raise ArgumentError("--top-k must be 1 or more.")
    if arguments.dry_run:
        return _preview(arguments)
    if arguments.out is None:
        raise ArgumentError("--out is missing: name a folder for the run.")
    from bioscan_desktop.services.batch import Batch
    from bioscan_desktop.services.tasks import CancelToken

    resume = arguments.resume or arguments.retry_failed or arguments.add_new
    cancel = CancelToken()
    with (
        Batch(
            arguments.folder,
            arguments.out,
            resume,
            not arguments.no_recursive,
            arguments.specimens,
            arguments.join_by_name,
        ) as batch,
        _stopped_by_signals(cancel),
        ProgressLine(LOG_EVERY_S) as line,
    ):
        try:
            return _work(arguments, batch, line, cancel)
        except Cancelled:
            line.clear()
            say(f"stopped. Go on with: bioscan batch --resume --out {arguments.out}")
            return EXIT_SOME_FAILED


def _work(arguments: argparse.Namespace, batch: Batch, line: ProgressLine, cancel: CancelToken) -> int:
    made_with = batch.made_with
    top_k = arguments.top_k or (made_with.settings["top_k"] if made_with else 5)
    limits = _limits(arguments, batch)
    identifier = _identifier(arguments, batch, limits)
    placed = batch.plan(line.show, cancel, arguments.watch)
    if arguments.add_new and not placed.added:
        placed = batch.add_new(line.show, cancel)
    line.clear()
    if placed.added:
        say(_placed_text(placed))
    for _, sentence in placed.apart:
        say(sentence)
    if arguments.retry_failed:
        batch.retry_failed()
    counts = batch.run(
        identifier, top_k, line.show, cancel, watch=arguments.watch, notice=line.say, limits=limits
    )
    line.clear()
    failed = counts.state("failed")
    ending = f", {failed:,} of them failed; see results.csv and --retry-failed" if failed else ""
    say(f"{counts.total - counts.state('waiting'):,} specimens in {arguments.out / 'results.csv'}{ending}.")
    return EXIT_SOME_FAILED if failed else EXIT_OK


def _limits(arguments: argparse.Namespace, batch: Batch) -> dict[str, list[str]]:
    """What the answers are restricted to: what is named, or else what the run was begun with."""
    from bioscan_desktop.library.restriction import names_to_restrict_to
    from bioscan_desktop.services.batch_provenance import LIMITS

    named = {"restrict_to": list(names_to_restrict_to(arguments.restrict_to)), "countries": arguments.country}
    before = batch.made_with
    if before is not None and not any(named.values()):
        return {name: before.settings.get(name, []) for name in LIMITS}
    return named


def _identifier(arguments: argparse.Namespace, batch: Batch, limits: dict[str, list[str]]) -> Identifier:
    """With the packs that are named, or else those that the run was begun with."""
    from bioscan_desktop.services.batch_provenance import open_identifier

    identifier = open_identifier(
        batch.database, arguments.library, arguments.model, arguments.provider, arguments.precision, limits
    )
    report = identifier.model.provider_report()
    told = identifier.restriction.notices if identifier.restriction is not None else []
    for notice in [*identifier.library.notices, *told, *([report.reason] if report.reason else [])]:
        say(notice)
    return identifier


def _preview(arguments: argparse.Namespace) -> int:
    import tempfile

    from bioscan_desktop.services.batch_preview import preview
    from bioscan_desktop.services.batch_scan import walk

    folder = arguments.folder
    if folder is None or not folder.is_dir():
        raise ArgumentError(f"There is no folder {folder}." if folder else "Name a folder to look through.")
    root = folder.resolve()
    leave_out = arguments.out.resolve() if arguments.out is not None else None
    with tempfile.TemporaryDirectory() as scratch:
        found = preview(
            root,
            walk(root, not arguments.no_recursive, leave_out),
            Path(scratch),
            arguments.specimens,
            views=arguments.join_by_name,
        )
    lines = [_placed_text(found.placed)]
    lines += [f"  {name}: {' + '.join(photos)}" for name, photos in found.several]
    if found.placed.several > len(found.several):
        lines.append(f"  and {found.placed.several - len(found.several):,} more of several photos")
    lines += [f"  {name}: {photo} + {barcode}" for name, photo, barcode in found.examples]
    if found.placed.joined > len(found.examples):
        lines.append(f"  and {found.placed.joined - len(found.examples):,} more")
    lines += [sentence for _, sentence in found.placed.apart]
    lines += list(found.problems)
    sys.stdout.write("".join(f"{shown(line)}\n" for line in lines))
    return EXIT_OK


def _placed_text(placed: Placed) -> str:
    def number(n: int, noun: str) -> str:
        return f"{n:,} {noun}" + ("" if n == 1 else "s")

    text = f"{number(placed.photos, 'photo')}, {number(placed.barcodes, 'barcode')}"
    if placed.photos and placed.barcodes:
        text += f", {placed.joined:,} joined"
    if placed.several:
        text += f", {placed.several:,} of several photos"
    return f"{text}: {number(placed.added, 'specimen')}."


@contextlib.contextmanager
def _stopped_by_signals(cancel: CancelToken) -> Iterator[None]:
    """Ctrl+C and the system's request to end stop the run in good order; a second one ends it at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, _: object) -> None:
        if cancel.cancelled:
            raise KeyboardInterrupt
        cancel.cancel()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
