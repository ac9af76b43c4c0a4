"""`bioscan-train benchmark`: its arguments, and what becomes of the figures.

Nothing heavy is imported before the arguments are known.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from bioscan_training import skipped
from bioscan_training.data.images import PACKAGES

ABOUT = "CLIBD's benchmark: seen and unseen species, each kind of query against each kind of key."
EXAMPLE = "bioscan-train benchmark --pack models/clibd-1m --hdf5 BioScan_data_in_splits.hdf5 --split test"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("--pack", type=Path, required=True, metavar="DIR", help="folder of the model pack")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--hdf5", type=Path, metavar="FILE", help="CLIBD's HDF5 file")
    source.add_argument(
        "--data", type=Path, metavar="DIR", help="folder that `prepare --partition clibd` wrote"
    )
    parser.add_argument(
        "--images", type=Path, metavar="DIR|ZIP", help="with --data: photos, in folders or zip files"
    )
    parser.add_argument("--package", choices=PACKAGES, default="cropped_256", help="which of the photos")
    parser.add_argument("--split", choices=("val", "test"), default="val", help="which queries ask")
    parser.add_argument(
        "--count-unknown",
        action="store_true",
        help="count not_classified and interim names as labels, as CLIBD's code does",
    )
    parser.add_argument(
        "--provider",
        choices=("auto", "cpu", "cuda"),
        default="auto",
        help="where to compute; auto takes the graphics card if it can be used",
    )
    parser.add_argument(
        "--precision",
        choices=("auto", "fp32", "int8"),
        default="fp32",
        help="which of the pack's files (fp32)",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures as JSON")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="also write the figures as CSV")
    parser.add_argument("--plots", type=Path, metavar="DIR", help="also draw each pair, as SVG")
    parser.add_argument("--save", type=Path, metavar="FILE", help="keep the figures as a baseline")
    parser.add_argument("--compare", type=Path, metavar="FILE", help="say what improved and regressed since")


def run(args: argparse.Namespace) -> int:
    """Runs the command; returns its exit code: 1 if some photo could not be read."""
    from bioscan_desktop.inference.encoders import ModelPack
    from bioscan_desktop.services import evaluation_plot, evaluation_report
    from bioscan_desktop.services.evaluate import table
    from bioscan_desktop.services.retrieval import pairs_table
    from bioscan_training.benchmark import benchmark_hdf5, benchmark_tables
    from bioscan_training.data.images import open_photos

    baseline = evaluation_report.load_figures(args.compare) if args.compare is not None else None
    if baseline is not None:
        question = {"query": "each", "keys": "each", "protocol": {"count_unknown": args.count_unknown}}
        evaluation_report.check_same_question(question, baseline)
    pack = ModelPack(args.pack, args.provider, args.precision)
    if args.hdf5 is not None:
        figures, broken = benchmark_hdf5(pack, args.hdf5, args.split, args.count_unknown)
    else:
        photos = open_photos(args.images, args.package) if args.images is not None else None
        figures, broken = benchmark_tables(pack, args.data, photos, args.split, args.count_unknown)
    if args.save is not None:
        evaluation_report.save_figures(figures, args.save)
    if args.json is not None:
        args.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    if args.csv is not None:
        with args.csv.open("w", encoding="utf-8", newline="") as stream:
            evaluation_report.write_csv(figures, stream)
    if args.plots is not None:
        args.plots.mkdir(parents=True, exist_ok=True)
        for name, pair in figures["pairs"].items():
            evaluation_plot.save_plot(pair, args.plots / f"{name.replace(' ', '-')}.svg")
    lines = [table(pair) for pair in figures["pairs"].values()]
    lines += [pairs_table(figures, mean) for mean in ("micro", "macro")]
    if baseline is not None:
        lines.append(evaluation_report.compare(figures, baseline).text())
    sys.stdout.write("\n\n".join(lines) + "\n")
    return skipped.tell(broken)
