"""`bioscan-train`: prepare data, train the towers, export a model pack.

No torch is imported before the arguments are known, so help and mistakes in a config are instant.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bioscan_desktop.cli_parts import Parser, settle_streams, told_as_bug, write_no_more
from bioscan_desktop.core.errors import BioscanError
from bioscan_training import average, options_file, rivals, skipped, smoke
from bioscan_training import batch_command as batch
from bioscan_training import benchmark_command as benchmark
from bioscan_training import relatedness_command as relatedness
from bioscan_training.config import Config, load_config
from bioscan_training.contrast import command as contrast
from bioscan_training.data import convert, rehearsal
from bioscan_training.data.doubtful import set_aside, write_doubts
from bioscan_training.data.library_tables import write_library_tables
from bioscan_training.data.records import Record, read_records, write_records
from bioscan_training.data.splits import UNSEEN, SplitRules, counts, held_out, split_barcodes, split_photos
from bioscan_training.embedding import command as embedding
from bioscan_training.import_weights import command as weights

STAGES = ("dna", "image", "align", "contrast")


class UsageError(BioscanError):
    """A wish that cannot be met; the message is one sentence for the user."""

    code = "bad_argument"


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="bioscan-train",
        description="Prepare data, train the towers, export a model pack, and measure it.",
        epilog="example: bioscan-train smoke\n\n`bioscan-train COMMAND --help` explains each command.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quiet", action="store_true", help="say nothing but errors")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(
        name: str, run: Callable[[argparse.Namespace], int], about: str, example: str
    ) -> argparse.ArgumentParser:
        sub = commands.add_parser(
            name,
            help=about,
            description=about,
            epilog=f"example: {example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        sub.set_defaults(run=run)
        return sub

    p = add(
        "prepare",
        _prepare,
        "Split barcodes and photos for training, validation and test.",
        "bioscan-train prepare --barcodes coi.tsv.gz --photos images.tsv --out prepared --seed 42",
    )
    p.add_argument("--barcodes", type=Path, help="records TSV with nucleotides (.gz allowed)")
    p.add_argument("--photos", type=Path, help="records TSV with image_file")
    p.add_argument("--partition", choices=("clibd",), help="CLIBD's partition, of --metadata alone")
    p.add_argument("--metadata", type=Path, help="with --partition: what `convert` reads")
    p.add_argument("--out", type=Path, required=True, help="folder for the split files and the report")
    p.add_argument("--seed", type=int, default=42, help="of the division into splits (42)")
    p.add_argument("--config", type=Path, help="recipe whose [splits] table to use")

    contrast.add_arguments(add("pretrain-dna", contrast.run, contrast.ABOUT, contrast.EXAMPLE))
    p = add(
        "fit",
        _fit,
        "Train the towers; a run that was stopped goes on where it was.",
        "bioscan-train fit --config training/configs/starter.toml --data prepared --images photos --run run",
    )
    _add_common(p)
    p.add_argument("--stage", action="append", choices=STAGES, help="only this stage; may be repeated")
    p.add_argument("--tuning", action="store_true", help="leave the `tune` photos out of training")

    average.add_arguments(add("average", average.run, average.ABOUT, average.EXAMPLE))

    p = add(
        "export",
        _export,
        "Write a model pack (ONNX, int8 variants, manifest) after parity checks.",
        "bioscan-train export --config training/configs/starter.toml --data prepared --images photos"
        " --run run --out resources/models/starter",
    )
    _add_common(p)
    p.add_argument("--out", type=Path, required=True, help="folder of the model pack")

    p = add(
        "evaluate",
        _evaluate,
        "Nearest-key metrics of a model pack or a run on held-out data, beside plain baselines.",
        "bioscan-train evaluate --config training/configs/starter.toml --data prepared --images photos"
        " --pack resources/models/starter --split test",
    )
    _add_common(p, run_required=False)
    p.add_argument("--pack", type=Path, help="evaluate this pack's ONNX encoders instead of a run's weights")
    p.add_argument("--variant", default="", help="variant of the pack's encoders, for instance int8")
    p.add_argument("--split", choices=("val", "test"), default="val", help="what asks (val)")
    p.add_argument(
        "--no-baselines", action="store_true", help="leave out k-mer, vsearch and untuned features"
    )
    p.add_argument("--json", type=Path, help="also write the figures to this file")
    p.add_argument("--markdown", type=Path, help="also write them as tables for a model card")

    p = add(
        "calibrate",
        _calibrate,
        "Fit a library's confidence and its sense of missing species on held-out specimens.",
        "bioscan-train calibrate resources/libraries/starter"
        " --queries prepared/queries-calibrate.tsv.gz --unseen prepared/unseen-calibrate.txt --images photos",
    )
    p.add_argument("library", type=Path, metavar="LIB", help="folder of the library pack")
    p.add_argument("--queries", type=Path, required=True, help="records TSV, no barcode of the library")
    p.add_argument("--images", type=Path, help="folder that image_file is relative to")
    p.add_argument(
        "--unseen", type=Path, help="species that no encoder was trained on, one a line; for --plots"
    )
    p.add_argument("--plots", type=Path, metavar="DIR", help="draw how far it holds for other species")
    p.add_argument("--target-precision", type=float, default=0.95, help="of the names given at each rank")
    p.add_argument("--model", metavar="ID|PATH", help="model pack (the one the library was built with)")
    rehearsal.add_arguments(add("rehearse", rehearsal.run, rehearsal.ABOUT, rehearsal.EXAMPLE))
    convert.add_arguments(add("convert", convert.run, convert.ABOUT, convert.EXAMPLE))
    benchmark.add_arguments(add("benchmark", benchmark.run, benchmark.ABOUT, benchmark.EXAMPLE))
    embedding.add_arguments(add("embed", embedding.run, embedding.ABOUT, embedding.EXAMPLE))
    relatedness.add_arguments(add("fit-relatedness", relatedness.run, relatedness.ABOUT, relatedness.EXAMPLE))
    rivals.add_arguments(add("rivals", rivals.run, rivals.ABOUT, rivals.EXAMPLE))
    batch.add_arguments(add("batch", batch.run, batch.ABOUT, batch.EXAMPLE))
    weights.add_arguments(add("import-weights", weights.run, weights.ABOUT, weights.EXAMPLE))
    smoke.add_arguments(add("smoke", smoke.run, smoke.ABOUT, smoke.EXAMPLE))
    options_file.add_where_missing(tuple(commands.choices.values()))
    return parser


def _add_common(p: argparse.ArgumentParser, run_required: bool = True) -> None:
    p.add_argument("--config", type=Path, required=True, help="recipe (TOML)")
    about = "folder that `prepare` wrote; for stage contrast also a file that `convert` reads"
    p.add_argument("--data", type=Path, required=True, help=about)
    p.add_argument("--images", type=Path, help="folder that image_file is relative to")
    # `torchrun` takes `--run` for an option of its own, so there is a second spelling.
    p.add_argument(
        "--run", "--run-dir", dest="run_dir", type=Path, required=run_required, help="folder of checkpoints"
    )


def _prepare(args: argparse.Namespace) -> int:
    if args.partition is not None:
        return _partition(args)
    if args.barcodes is None:
        raise UsageError("Say what to prepare: --barcodes, or --partition clibd with --metadata.")
    rules = load_config(args.config).splits if args.config else SplitRules()
    args.out.mkdir(parents=True, exist_ok=True)
    barcodes, doubts = set_aside(
        split_barcodes([r for r in read_records(args.barcodes) if r.nucleotides], args.seed, rules)
    )
    write_records(args.out / "barcodes.tsv.gz", barcodes)
    write_doubts(args.out / "doubtful.tsv", doubts)
    report: dict[str, Any] = {"seed": args.seed, "barcodes": counts(barcodes)}
    names = {r.species for r in barcodes}
    photos: list[Record] = []
    if args.photos:
        photos = split_photos([r for r in read_records(args.photos) if r.image_file], args.seed, rules)
        write_records(args.out / "photos.tsv", photos)
        report["photos"] = counts(photos)
        names |= {r.species for r in photos}
    unseen = sorted(n for n in names if n and held_out(n, args.seed, rules) == UNSEEN)
    (args.out / "unseen_species.txt").write_text("".join(f"{n}\n" for n in unseen), encoding="utf-8")
    report["unseen_species"] = len(unseen)
    report["library_tables"] = write_library_tables(args.out, barcodes, photos, args.seed, rules)
    text = json.dumps(report, indent=1)
    (args.out / "report.json").write_text(text + "\n", encoding="utf-8")
    sys.stdout.write(text + "\n")
    return 0


def _partition(args: argparse.Namespace) -> int:
    from bioscan_training.data.partition import prepare_clibd_files, report_table

    if args.metadata is None or args.barcodes is not None or args.photos is not None:
        raise UsageError("--partition clibd takes --metadata, and neither --barcodes nor --photos.")
    sys.stdout.write(report_table(prepare_clibd_files(args.metadata, args.out, args.seed)) + "\n")
    return 0


def _load(args: argparse.Namespace) -> Config:
    """Reads the config, then makes torch ready; in this order, so that config errors come first."""
    config = load_config(args.config)
    contrast.make_ready(config, None)
    stages = getattr(args, "stage", None) or config.stages
    if "contrast" not in stages and not (args.data / "barcodes.tsv.gz").exists():
        raise UsageError(f"{args.data} holds no prepared data: run `bioscan-train prepare` first.")
    return config


def _fit(args: argparse.Namespace) -> int:
    config = _load(args)
    stages = args.stage or config.stages
    if int(os.environ.get("WORLD_SIZE", "1")) > 1 and set(stages) != {"contrast"}:
        raise UsageError(f"Only stage contrast trains in several processes, not {', '.join(stages)}.")
    # All of it before the first stage, which may take hours.
    for stage in stages:
        if stage not in STAGES:
            raise UsageError(f"Unknown stage '{stage}' in the config; allowed: {', '.join(STAGES)}.")
        if stage in ("image", "align") and args.images is None:
            raise UsageError(f"Stage {stage} needs the photos: give their folder with --images.")
    args.run_dir.mkdir(parents=True, exist_ok=True)
    for stage in stages:
        if stage == "contrast":
            contrast.fit(config, args.data, args.images, args.run_dir)
        elif stage == "dna":
            from bioscan_training.dna_stage import train_dna

            train_dna(config, args.data, args.run_dir)
        else:
            from bioscan_training.photo_stage import train_photos

            train_photos(config, stage, args.data, args.images, args.run_dir, tuning=args.tuning)
    return 0


def _export(args: argparse.Namespace) -> int:
    config = _load(args)
    if "contrast" in config.stages:
        manifest = contrast.export(config, args.data, args.images, args.run_dir, args.out)
    else:
        from bioscan_training.export import export_pack

        manifest = export_pack(config, args.data, args.images, args.run_dir, args.out)
    sys.stdout.write(json.dumps(manifest, indent=1) + "\n")
    return 0


def _evaluate(args: argparse.Namespace) -> int:
    if args.pack is None and args.run_dir is None:
        raise UsageError("Say what to evaluate: --pack or --run.")
    config = _load(args)
    if args.pack is None and "contrast" in config.stages:
        raise UsageError("Runs of stage contrast are evaluated as packs: `export` first, then give --pack.")
    from bioscan_training.report import evaluate_all

    figures = evaluate_all(config, args)
    text = json.dumps(figures, indent=1)
    if args.json:
        args.json.write_text(text + "\n", encoding="utf-8")
    if args.markdown:
        from bioscan_training.report_tables import tables

        args.markdown.write_text(tables(figures), encoding="utf-8")
    sys.stdout.write(text + "\n")
    return 0


def _calibrate(args: argparse.Namespace) -> int:
    from bioscan_training.calibrate import calibrate_library

    if not args.queries.is_file():
        raise UsageError(f"There is no file of queries at {args.queries}.")
    left_out: list[str] = []
    fitted = calibrate_library(
        args.library,
        args.queries,
        args.images,
        args.target_precision,
        unseen=args.unseen,
        plots=args.plots,
        model=args.model,
        left_out=left_out,
    )
    sys.stdout.write(json.dumps(fitted, indent=1) + "\n")
    return skipped.tell(left_out)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line; returns its exit code: 2 after one sentence on stderr, 1 if it was stopped."""
    settle_streams()
    args = _parser().parse_args(argv)
    # Threads of torch that wait for each other would otherwise spin, and take the cores from the threads
    # that prepare photos and from other programs: on busy cores a step then takes several times as long.
    # To be said before torch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    logging.basicConfig(
        level=logging.ERROR if args.quiet or os.environ.get("RANK", "0") != "0" else logging.INFO,
        format="%(asctime)s %(message)s",
        stream=sys.stderr,
    )
    try:
        code = args.run(args)
        sys.stdout.flush()  # here, where a full disk can still be told
        return code
    except BioscanError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        return 1
    except BrokenPipeError:  # `bioscan-train … | head` has seen enough
        write_no_more()
        return 0
    except OSError as error:
        # With a number it comes from the system, else it is a sentence already.
        where = f"{error.filename} cannot be used: " if error.filename else ""
        sys.stderr.write(f"{where}{error.strerror}.\n" if error.strerror else f"{error}\n")
        write_no_more()
        return 2
    except Exception as error:
        sys.stderr.write(f"bioscan-train: {told_as_bug(error)}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
