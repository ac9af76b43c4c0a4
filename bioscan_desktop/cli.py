"""`bioscan`: the same services as the window, for scripts. No Qt.

Data goes to standard output or `--out`, everything for people to standard error. Exit codes: 0 all
items ok, 1 some item failed (the others are still reported), 2 bad arguments or an unusable pack.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from io import BufferedReader
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, cast

from bioscan_desktop import (
    __version__,
    cli_batch,
    cli_browse,
    cli_crop,
    cli_export,
    cli_library,
    cli_packs,
)
from bioscan_desktop.cli_parts import (
    EXIT_OK,
    EXIT_SOME_FAILED,
    EXIT_UNUSABLE,
    Parser,
    ProgressLine,
    add_join_by_name,
    add_packs,
    add_restriction,
    command,
    ended_in_order,
    names_in,
    output,
    say,
    settle_streams,
    told_as_bug,
    write_no_more,
)
from bioscan_desktop.core.errors import ArgumentError, BioscanError

if TYPE_CHECKING:
    from bioscan_desktop.library.pack import Library
    from bioscan_desktop.library.restriction import Restriction

FIGURES = "n_queries keys top_k seen unseen harmonic_mean verdict novelty_auroc ece".split()
"""Keys that `evaluate --json` always has; null where they were not asked for, as without `--unseen`."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs `bioscan` and returns its exit code."""
    settle_streams()
    arguments = _parser().parse_args(argv)
    try:
        with ended_in_order():
            code = arguments.run(arguments)
        sys.stdout.flush()  # here, where a full disk can still be told
        return code
    except BioscanError as error:
        print(f"bioscan: {error.message}", file=sys.stderr)
        return EXIT_UNUSABLE
    except KeyboardInterrupt:
        print("bioscan: stopped.", file=sys.stderr)
        return EXIT_SOME_FAILED
    except BrokenPipeError:  # `bioscan … | head` has seen enough
        write_no_more()
        return EXIT_OK
    except OSError as error:
        where = f"{error.filename}: " if error.filename is not None else ""
        print(f"bioscan: {where}{error.strerror or error}.", file=sys.stderr)
        write_no_more()
        return EXIT_UNUSABLE
    except Exception as error:
        print(f"bioscan: {told_as_bug(error)}", file=sys.stderr)
        return EXIT_UNUSABLE


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="bioscan",
        description="Identify insects offline from photos and DNA barcodes.",
        epilog="example:\n  bioscan identify photos/ --format csv --out names.csv\n\n"
        "`bioscan COMMAND --help` explains each command.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"bioscan {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Parser)
    _add_identify(commands)
    cli_batch.add(commands)
    cli_library.add(commands, _add_pack_actions)
    _add_model(commands)
    cli_packs.add(commands)
    _add_evaluate(commands)
    cli_export.add(commands)
    cli_crop.add(commands)
    selftest = command(commands, "selftest", "check that this installation identifies", "bioscan selftest")
    selftest.set_defaults(run=_run_selftest)
    return parser


def _add_identify(commands: argparse._SubParsersAction) -> None:
    parser = command(
        commands,
        "identify",
        "identify photos, barcodes, folders of them, or specimens with both",
        "bioscan identify photos/ barcodes.fasta --format csv --out names.csv",
    )
    parser.add_argument(
        "inputs",
        nargs="*",
        metavar="INPUT",
        help="photo, folder, FASTA, FASTQ, AB1, or - for sequences on standard input",
    )
    parser.add_argument("--sequence", action="append", default=[], metavar="ACGT", help="one barcode")
    parser.add_argument(
        "--specimens",
        type=Path,
        metavar="TSV",
        help="table: specimen_id, image_file, nucleotides; rows of one specimen are judged together",
    )
    add_join_by_name(parser)
    add_packs(parser)
    parser.add_argument("--top-k", type=int, default=5, metavar="K", help="reference hits to report (5)")
    parser.add_argument(
        "--format",
        choices=("jsonl", "csv"),
        default="jsonl",
        help="a line of JSON for each specimen (jsonl), or a row of a table",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="write here instead of standard output")
    parser.add_argument("--no-recursive", action="store_true", help="do not look into folders within folders")
    add_restriction(parser)
    parser.set_defaults(run=_run_identify)


def _run_identify(arguments: argparse.Namespace) -> int:
    from bioscan_desktop.services import packs, specimens
    from bioscan_desktop.services.identify import Identifier
    from bioscan_desktop.services.report import writer_for

    if not arguments.inputs and not arguments.sequence and arguments.specimens is None:
        raise ArgumentError("Nothing to identify: name photos, folders or sequence files, or use --sequence.")
    if arguments.top_k < 1:
        raise ArgumentError("--top-k must be 1 or more.")
    library = packs.open_library(arguments.library)
    model = _model(arguments, library)
    identifier = Identifier(model, library, _restriction(arguments, library))
    for modality in library.modalities:
        library.index(modality)  # now, so that what is to be said of the search is said first
    report = model.provider_report()
    limits = identifier.restriction.notices if identifier.restriction is not None else []
    for notice in [*library.notices, *limits, *([report.reason] if report.reason else [])]:
        print(f"bioscan: {notice}", file=sys.stderr)

    def all_specimens() -> Iterator[specimens.Specimen]:
        for number, text in enumerate(arguments.sequence, start=1):
            yield specimens.from_sequence(text, "sequence" if number == 1 else f"sequence.{number}")
        if arguments.specimens is not None:
            empty = True
            for specimen in specimens.from_table(arguments.specimens):
                empty = False
                yield specimen
            if empty:
                raise ArgumentError(f"{arguments.specimens} has a header and no specimen below it.")
        if arguments.join_by_name is None:
            yield from named()
        else:
            yield from specimens.join_by_name(list(named()), arguments.join_by_name == "numbers")

    def named() -> Iterator[specimens.Specimen]:
        for is_stream, names in groupby(arguments.inputs, "-".__eq__):
            if not is_stream:
                yield from specimens.collect(map(Path, names), not arguments.no_recursive)
                continue
            for _ in names:
                yield from specimens.from_stream(cast(BufferedReader, sys.stdin.buffer))

    asked = failed = 0
    with output(arguments.out) as stream:
        write = writer_for(arguments.format, stream)
        with ProgressLine() as progress:
            for result in identifier.identify(
                specimens.unique_ids(all_specimens()), arguments.top_k, progress.show
            ):
                write(result)
                asked += 1
                failed += result.status == "failed"
    if failed:
        say(f"{failed:,} of {asked:,} specimens cannot be identified; their lines say why.")
    return EXIT_SOME_FAILED if failed else EXIT_OK


def _restriction(arguments: argparse.Namespace, library: Library) -> Restriction | None:
    from bioscan_desktop.library.restriction import Restriction, names_to_restrict_to

    names = names_to_restrict_to(arguments.restrict_to)
    return Restriction(library, names, arguments.country) if names or arguments.country else None


def _add_model(commands: argparse._SubParsersAction) -> None:
    model = commands.add_parser("model", help="look at and install model packs")
    actions = model.add_subparsers(dest="action", required=True, metavar="ACTION")
    _add_pack_actions(actions, "model", "models")


def _add_pack_actions(actions: argparse._SubParsersAction, noun: str, kind: str) -> None:
    """What can be done with packs of either kind."""
    if kind == "libraries":
        cli_browse.add(actions)
    for name, text in (("info", "show the manifest of"), ("verify", "check the files of")):
        action = command(actions, name, f"{text} a {noun} pack", f"bioscan {noun} {name} my-{noun}")
        action.add_argument(
            "pack", nargs="?", default="starter", metavar="ID|PATH", help="name or folder (starter)"
        )
        action.set_defaults(run=_run_pack, kind=kind, verb=name)
    listing = command(actions, "list", f"list installed {noun} packs", f"bioscan {noun} list")
    listing.set_defaults(run=_run_list, kind=kind)
    install = command(
        actions,
        "install",
        f"install a {noun} pack from a folder or zip file",
        f"bioscan {noun} install my-{noun}",
    )
    install.add_argument("source", type=Path, metavar="PATH", help="folder or zip file of the pack")
    install.set_defaults(run=_run_install, kind=kind)


def _run_pack(arguments: argparse.Namespace) -> int:
    from bioscan_desktop.services import packs

    folder = packs.find(arguments.kind, arguments.pack)
    packs.verify(arguments.kind, folder)
    if arguments.verb == "info":
        print(json.dumps(packs.describe(folder), indent=2, ensure_ascii=False))
    else:
        print(f"{folder}: every file is as its manifest says.")
    return EXIT_OK


def _run_list(arguments: argparse.Namespace) -> int:
    from bioscan_desktop.services import packs

    for entry in packs.installed(arguments.kind):
        print(f"{entry.name}\t{entry.version}\t{entry.error or entry.title}\t{entry.folder}")
    return EXIT_OK


def _run_install(arguments: argparse.Namespace) -> int:
    from bioscan_desktop.services import packs

    print(packs.install(arguments.kind, arguments.source))
    return EXIT_OK


def _add_evaluate(commands: argparse._SubParsersAction) -> None:
    parser = command(
        commands,
        "evaluate",
        "measure a library and its model on labelled queries",
        "bioscan evaluate --library starter --queries test.tsv --query dna --keys dna --json",
    )
    add_packs(parser)
    asked = parser.add_mutually_exclusive_group(required=True)
    asked.add_argument("--queries", type=Path, metavar="TSV", help="labelled photos or barcodes to identify")
    asked.add_argument(
        "--predictions",
        type=Path,
        nargs="+",
        metavar="CSV",
        help="score CLIBD's tables of predictions instead: all, or those of seen and of unseen species",
    )
    parser.add_argument("--images", type=Path, metavar="DIR", help="folder that image_file is relative to")
    parser.add_argument(
        "--query", choices=("image", "dna", "text", "both"), default="dna", help="what of them asks (dna)"
    )
    parser.add_argument(
        "--keys", choices=("image", "dna", "all"), default="all", help="what it is compared with (all)"
    )
    parser.add_argument("--unseen", type=Path, metavar="FILE", help="species the model was not trained on")
    parser.add_argument(
        "--count-unknown",
        action="store_true",
        help="count not_classified and interim names as labels, as CLIBD's code does",
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--save", type=Path, metavar="FILE", help="keep the figures as a baseline")
    parser.add_argument("--compare", type=Path, metavar="FILE", help="say what improved and regressed since")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="also write the figures as CSV")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="also draw them, as .svg or .png")
    parser.add_argument(
        "--plots",
        type=Path,
        metavar="DIR",
        help="draw reliability.svg and risk-coverage.svg: how far stated chances hold",
    )
    parser.set_defaults(run=_run_evaluate)


def _run_evaluate(arguments: argparse.Namespace) -> int:
    from bioscan_desktop.services import drawing, evaluate, evaluation_plot, evaluation_report
    from bioscan_desktop.services.reliability_plot import save_plots

    # Whatever may be wrong with the baseline and the names is said before the long search.
    failed: list[tuple[str, str]] = []
    baseline = evaluation_report.load_figures(arguments.compare) if arguments.compare is not None else None
    if arguments.plot is not None:
        drawing.check_suffix(arguments.plot)
    if arguments.plots is not None and (arguments.predictions is not None or arguments.query == "text"):
        raise ArgumentError("--plots draws how far verdicts hold; predictions and names have none.")
    if arguments.predictions is not None:
        if len(arguments.predictions) > 2:
            raise ArgumentError("--predictions takes one table, or two: of seen and of unseen species.")
        figures = evaluate.evaluate_predictions(*arguments.predictions)
    else:
        if baseline is not None:
            question = {"query": arguments.query, "keys": arguments.keys}
            protocol = {"count_unknown": arguments.count_unknown}
            evaluation_report.check_same_question({**question, "protocol": protocol}, baseline)
        figures, failed = _search_figures(arguments)
    for _, sentence in failed[:20]:
        print(f"bioscan: {sentence}", file=sys.stderr)
    compared = evaluation_report.compare(figures, baseline) if baseline is not None else None
    if arguments.save is not None:
        evaluation_report.save_figures(figures, arguments.save)
    if arguments.csv is not None:
        with output(arguments.csv) as stream:
            evaluation_report.write_csv(figures, stream)
    if arguments.plot is not None:
        evaluation_plot.save_plot(figures, arguments.plot)
    if arguments.plots is not None:
        save_plots({arguments.query: figures}, arguments.plots)
    if arguments.json:
        shown = {**figures, **{name: None for name in FIGURES if name not in figures}}
        if compared is not None:
            shown["comparison"] = compared.as_dict()
        print(json.dumps(shown, indent=2))
    else:
        print(evaluate.table(figures))
        if compared is not None:
            print(f"\n{compared.text()}")
    return EXIT_SOME_FAILED if failed else EXIT_OK


def _search_figures(arguments: argparse.Namespace) -> tuple[dict, list[tuple[str, str]]]:
    """Asks the library all queries; returns the figures and the queries that failed."""
    from bioscan_desktop.library.importers.tables import read_table
    from bioscan_desktop.services import evaluate, names, packs
    from bioscan_desktop.services.identify import Identifier

    if arguments.query in ("image", "both") and arguments.images is None:
        raise ArgumentError("Photos as queries need --images DIR, the folder that image_file is relative to.")
    unseen = names_in(arguments.unseen) if arguments.unseen is not None else None
    library = packs.open_library(arguments.library)
    identifier = Identifier(_model(arguments, library), library)
    head = {
        "query": arguments.query,
        "keys": arguments.keys,
        "library": {"id": library.manifest.id, "version": library.manifest.version},
        "model": {"id": identifier.model.manifest.id, "sha256": identifier.model.manifest.fingerprint},
    }
    if arguments.query == "text":
        asked = names.answer_names(identifier.model, library, read_table(arguments.queries), arguments.keys)
        if not asked:
            raise ArgumentError(f"{arguments.queries} holds no name, or the library no such keys.")
        figures = evaluate.retrieval_figures(
            asked, evaluate.seen_and_unseen(asked, unseen), arguments.count_unknown
        )
        return {"n_queries": len(asked), "n_failed": 0, **head, **figures}, []
    column = {"image": ["image_file"], "dna": ["nucleotides"], "both": ["image_file", "nucleotides"]}
    records = (
        r for r in read_table(arguments.queries) if all(getattr(r, name) for name in column[arguments.query])
    )
    with ProgressLine() as progress:
        answered, failed = evaluate.answer(
            identifier, records, arguments.query, arguments.keys, arguments.images, progress.show
        )
    if not answered:
        first = f" The first problem: {failed[0][1]}" if failed else ""
        raise ArgumentError(
            f"{arguments.queries} holds no usable query of the kind '{arguments.query}'.{first}"
        )
    known = frozenset(
        lineage.species
        for modality in library.modalities
        if arguments.keys in ("all", modality)
        for lineage in library.records.lineages(modality)
        if lineage.species
    )
    figures = {
        "n_queries": len(answered),
        "n_failed": len(failed),
        **head,
        **evaluate.summarise(answered, unseen, known, arguments.count_unknown),
    }
    if arguments.query in ("image", "dna") and identifier.model.has("text"):
        candidates = names.candidates(library)
        again = (
            r for r in read_table(arguments.queries) if all(getattr(r, n) for n in column[arguments.query])
        )
        named = names.name_records(identifier.model, candidates, again, arguments.query, arguments.images)
        groups = evaluate.seen_and_unseen(named, unseen)
        figures["names"] = {
            "n_queries": len(named),
            "query": arguments.query,
            "keys": "names",
            "n_candidates": len(candidates),
            **evaluate.retrieval_figures(named, groups, arguments.count_unknown),
        }
    return figures, failed


def _run_selftest(arguments: argparse.Namespace) -> int:
    from bioscan_desktop.services.selftest import run

    print(run())
    return EXIT_OK


def _model(arguments: argparse.Namespace, library):  # type: ignore[no-untyped-def]
    from bioscan_desktop.services import packs

    if arguments.model is None:
        return packs.model_for(library, arguments.provider, arguments.precision)
    return packs.open_model(arguments.model, arguments.provider, arguments.precision)


if __name__ == "__main__":
    sys.exit(main())
