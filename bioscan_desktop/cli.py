"""`bioscan`: the same services as the window, for scripts. No Qt.

Data goes to standard output or `--out`, everything for people to standard error. Exit codes: 0 all
items ok, 1 some item failed (the others are still reported), 2 bad arguments or an unusable pack.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from bioscan_desktop import __version__
from bioscan_desktop.core.errors import ArgumentError, BioscanError

EXIT_OK, EXIT_SOME_FAILED, EXIT_UNUSABLE = 0, 1, 2


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, and where help is."""

    def error(self, message: str) -> None:  # type: ignore[override]
        self.exit(EXIT_UNUSABLE, f"{self.prog}: {message} (see {self.prog} --help)\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs `bioscan` and returns its exit code."""
    for stream, errors in (
        (sys.stdin, "replace"),
        (sys.stdout, "backslashreplace"),
        (sys.stderr, "backslashreplace"),
    ):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors=errors)
    arguments = _parser().parse_args(argv)
    try:
        return arguments.run(arguments)
    except BioscanError as error:
        print(f"bioscan: {error.message}", file=sys.stderr)
        return EXIT_UNUSABLE
    except KeyboardInterrupt:
        print("bioscan: stopped.", file=sys.stderr)
        return EXIT_SOME_FAILED
    except BrokenPipeError:  # `bioscan … | head` has seen enough
        sys.stderr.close()
        return EXIT_OK


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="bioscan", description="Identify insects offline from photos and DNA barcodes.")
    parser.add_argument("--version", action="version", version=f"bioscan {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    _add_identify(commands)
    _add_library(commands)
    _add_model(commands)
    _add_evaluate(commands)
    selftest = _command(commands, "selftest", "check that this installation identifies", "bioscan selftest")
    selftest.set_defaults(run=_run_selftest)
    return parser


def _command(
    commands: argparse._SubParsersAction, name: str, text: str, example: str
) -> argparse.ArgumentParser:
    return commands.add_parser(
        name,
        help=text,
        description=f"{text[0].upper()}{text[1:]}.",
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _add_packs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--library", default="starter", metavar="ID|PATH", help="library pack (starter)")
    parser.add_argument("--model", metavar="ID|PATH", help="model pack (the one the library was built with)")
    parser.add_argument("--provider", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--precision", choices=("auto", "fp32", "fp16", "int8"), default="auto")


def _add_identify(commands: argparse._SubParsersAction) -> None:
    parser = _command(
        commands,
        "identify",
        "identify photos, barcodes, folders of them, or specimens with both",
        "bioscan identify photos/ barcodes.fasta --format csv --out names.csv",
    )
    parser.add_argument(
        "inputs", nargs="*", metavar="INPUT", help="photo, folder, FASTA, FASTQ, AB1, or - for FASTA"
    )
    parser.add_argument("--sequence", action="append", default=[], metavar="ACGT", help="one barcode")
    parser.add_argument(
        "--specimens", type=Path, metavar="TSV", help="table: specimen_id, image_file, nucleotides"
    )
    _add_packs(parser)
    parser.add_argument("--top-k", type=int, default=5, metavar="K", help="reference hits to report (5)")
    parser.add_argument("--format", choices=("jsonl", "csv"), default="jsonl")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write here instead of standard output")
    parser.add_argument("--no-recursive", action="store_true", help="do not look into folders within folders")
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
    identifier = Identifier(model, library)
    report = model.provider_report()
    for notice in [*library.notices, *([report.reason] if report.reason else [])]:
        print(f"bioscan: {notice}", file=sys.stderr)

    def all_specimens() -> Iterator[specimens.Specimen]:
        for number, text in enumerate(arguments.sequence, start=1):
            yield specimens.from_sequence(text, "sequence" if number == 1 else f"sequence.{number}")
        if arguments.specimens is not None:
            yield from specimens.from_table(arguments.specimens)
        for name in arguments.inputs:
            if name == "-":
                yield from specimens.from_stream(sys.stdin)
            else:
                yield from specimens.collect([Path(name)], not arguments.no_recursive)

    failed = 0
    with _output(arguments.out) as stream:
        write = writer_for(arguments.format, stream)
        with _ProgressLine() as progress:
            for result in identifier.identify(
                specimens.unique_ids(all_specimens()), arguments.top_k, progress.show
            ):
                write(result)
                failed += result.status == "failed"
    return EXIT_SOME_FAILED if failed else EXIT_OK


def _add_library(commands: argparse._SubParsersAction) -> None:
    library = commands.add_parser("library", help="build and look at library packs")
    actions = library.add_subparsers(dest="action", required=True, metavar="ACTION", parser_class=_Parser)
    build = _command(
        actions,
        "build",
        "build a library pack from a table of records",
        "bioscan library build --records records.tsv --images photos/ --model starter --out my-library",
    )
    build.add_argument("--records", type=Path, required=True, action="append", metavar="TSV")
    build.add_argument("--images", type=Path, metavar="DIR", help="folder that image_file is relative to")
    build.add_argument("--model", default="starter", metavar="ID|PATH")
    build.add_argument("--out", type=Path, required=True, metavar="LIB", help="new folder")
    build.add_argument("--id", help="name for --library (default: the folder's name)")
    build.add_argument("--pack-version", default="1", metavar="V")
    build.add_argument("--title", default="")
    build.add_argument("--licence", default="")
    build.add_argument("--attribution", default="")
    build.add_argument(
        "--exclude-species", type=Path, metavar="FILE", help="leave these out, one name a line"
    )
    build.add_argument(
        "--cluster-similarity", type=float, metavar="COS", help="haplotypes this close share a key"
    )
    build.add_argument("--embeddings-only", action="store_true", help="do not record photo names")
    build.add_argument("--provider", choices=("auto", "cpu", "cuda"), default="auto")
    build.add_argument("--precision", choices=("auto", "fp32", "fp16", "int8"), default="fp32")
    build.set_defaults(run=_run_build)
    for name, text in (("info", "show the manifest of"), ("verify", "check the files of")):
        action = _command(actions, name, f"{text} a library pack", f"bioscan library {name} my-library")
        action.add_argument("pack", nargs="?", default="starter", metavar="ID|PATH")
        action.set_defaults(run=_run_pack, kind="libraries", verb=name)
    listing = _command(actions, "list", "list installed library packs", "bioscan library list")
    listing.set_defaults(run=_run_list, kind="libraries")
    install = _command(
        actions,
        "install",
        "install a library pack from a folder or zip file",
        "bioscan library install my-library",
    )
    install.add_argument("source", type=Path)
    install.set_defaults(run=_run_install, kind="libraries")


def _run_build(arguments: argparse.Namespace) -> int:
    from bioscan_desktop.library.build import DEFAULT_CLUSTER_SIMILARITY, BuildOptions, build_library
    from bioscan_desktop.library.importers.tables import Record, read_table
    from bioscan_desktop.services import packs
    from bioscan_desktop.services.tasks import Progress

    similarity = arguments.cluster_similarity
    if similarity is not None and not 0 < similarity <= 1:
        raise ArgumentError("--cluster-similarity is a cosine above 0 and at most 1.")
    if arguments.images is not None and not arguments.images.is_dir():
        raise ArgumentError(f"There is no folder {arguments.images}.")
    excluded = _names(arguments.exclude_species)
    model = packs.open_model(arguments.model, arguments.provider, arguments.precision)
    options = BuildOptions(
        id=arguments.id or arguments.out.name,
        version=arguments.pack_version,
        title=arguments.title,
        licence=arguments.licence,
        attribution=arguments.attribution,
        images=arguments.images,
        keep_image_names=not arguments.embeddings_only,
        cluster_similarity=similarity if similarity is not None else DEFAULT_CLUSTER_SIMILARITY,
    )

    def records() -> Iterator[Record]:
        for table in arguments.records:
            yield from (r for r in read_table(table) if r.lineage.species not in excluded)

    with _ProgressLine() as progress:
        summary = build_library(
            records(),
            model,
            arguments.out,
            options,
            lambda what, done, total: progress.show(Progress(done, total, what)),
        )
    for _, sentence in summary.skipped[:20]:
        print(f"bioscan: skipped: {sentence}", file=sys.stderr)
    if len(summary.skipped) > 20:
        print(f"bioscan: skipped {len(summary.skipped) - 20} more records.", file=sys.stderr)
    print(json.dumps({"out": str(arguments.out), "skipped": len(summary.skipped), **summary.manifest.counts}))
    return EXIT_SOME_FAILED if summary.skipped else EXIT_OK


def _add_model(commands: argparse._SubParsersAction) -> None:
    model = commands.add_parser("model", help="look at and install model packs")
    actions = model.add_subparsers(dest="action", required=True, metavar="ACTION", parser_class=_Parser)
    listing = _command(actions, "list", "list installed model packs", "bioscan model list")
    listing.set_defaults(run=_run_list, kind="models")
    for name, text in (("info", "show the manifest of"), ("verify", "check the files of")):
        action = _command(actions, name, f"{text} a model pack", f"bioscan model {name} my-model")
        action.add_argument("pack", nargs="?", default="starter", metavar="ID|PATH")
        action.set_defaults(run=_run_pack, kind="models", verb=name)
    install = _command(
        actions,
        "install",
        "install a model pack from a folder or zip file",
        "bioscan model install my-model",
    )
    install.add_argument("source", type=Path)
    install.set_defaults(run=_run_install, kind="models")


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
    parser = _command(
        commands,
        "evaluate",
        "measure a library and its model on labelled queries",
        "bioscan evaluate --library starter --queries test.tsv --query dna --keys dna --json",
    )
    _add_packs(parser)
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
    parser.add_argument("--query", choices=("image", "dna", "text", "both"), default="dna")
    parser.add_argument("--keys", choices=("image", "dna", "all"), default="all")
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
    parser.set_defaults(run=_run_evaluate)


def _run_evaluate(arguments: argparse.Namespace) -> int:
    from bioscan_desktop.services import evaluate, evaluation_plot, evaluation_report

    # Whatever may be wrong with the baseline and the names is said before the long search.
    failed: list[tuple[str, str]] = []
    baseline = evaluation_report.load_figures(arguments.compare) if arguments.compare is not None else None
    if arguments.plot is not None:
        evaluation_plot.check_suffix(arguments.plot)
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
        with _output(arguments.csv) as stream:
            evaluation_report.write_csv(figures, stream)
    if arguments.plot is not None:
        evaluation_plot.save_plot(figures, arguments.plot)
    if arguments.json:
        shown = figures if compared is None else {**figures, "comparison": compared.as_dict()}
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
    unseen = _names(arguments.unseen) if arguments.unseen is not None else None
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
    with _ProgressLine() as progress:
        answered, failed = evaluate.answer(
            identifier, records, arguments.query, arguments.keys, arguments.images, progress.show
        )
    if not answered:
        raise ArgumentError(f"{arguments.queries} holds no usable query of the kind '{arguments.query}'.")
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


def _names(path: Path | None) -> frozenset[str]:
    if path is None:
        return frozenset()
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ArgumentError(f"{path} cannot be read as a list of names ({error}).") from None
    return frozenset(line.strip() for line in lines if line.strip())


@contextlib.contextmanager
def _output(path: Path | None) -> Iterator[IO[str]]:
    """Standard output, or a file that appears only when it is complete."""
    if path is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
            yield stream
        part.replace(path)
    except OSError as error:
        raise ArgumentError(f"{path} cannot be written ({error.strerror or error}).") from None


class _ProgressLine:
    """One line on standard error, if that is a terminal."""

    def __init__(self) -> None:
        self._shown = False

    def __enter__(self) -> _ProgressLine:
        return self

    def show(self, progress) -> None:  # type: ignore[no-untyped-def]
        """Draws the state over the last one."""
        if not sys.stderr.isatty():
            return
        share = f"{progress.done}/{progress.total}" if progress.total else str(progress.done)
        print(f"\r\x1b[2K{share}  {progress.label[:60]}", end="", file=sys.stderr, flush=True)
        self._shown = True

    def __exit__(self, *_: object) -> None:
        if self._shown:
            print("\r\x1b[2K", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
