"""`bioscan-train fit-relatedness`: its arguments, and its table.

Nothing heavy is imported before the arguments are known.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

ABOUT = "Fit the weights of aligned differences, and say how they go with the encoder."
EXAMPLE = (
    "bioscan-train fit-relatedness --data prepared --config training/configs/starter.toml --run run-fold"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder that `prepare` wrote")
    parser.add_argument("--folds", type=int, default=5, help="parts that the species are divided into")
    parser.add_argument("--seed", type=int, default=42, help="that `prepare` was given (42)")
    parser.add_argument(
        "--config", type=Path, help="recipe of an encoder to train without the first fold, for the table"
    )
    parser.add_argument(
        "--run", "--run-dir", dest="run_dir", type=Path, metavar="DIR", help="its folder of checkpoints"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to this file")


def run(args: argparse.Namespace) -> int:
    """Runs the command; returns its exit code."""
    from bioscan_desktop.core.errors import ArgumentError
    from bioscan_training.config import load_config
    from bioscan_training.contrast.command import make_ready

    if (args.config is None) != (args.run_dir is None):
        raise ArgumentError("The table with an encoder needs both --config and --run.")
    if args.folds < 2:
        raise ArgumentError("--folds must be 2 or more, so that there is a part to fit on.")
    if not (args.data / "barcodes.tsv.gz").is_file():
        raise ArgumentError(f"{args.data} holds no prepared data: run `bioscan-train prepare` first.")
    config = load_config(args.config) if args.config is not None else None
    if config is not None:
        make_ready(config, None)
    from bioscan_training.relatedness import fit_folds, together

    figures = fit_folds(args.data, args.folds, args.seed)
    if config is not None:
        first = figures["fold_weights"]["0"]
        figures["together"] = together(config, args.data, args.run_dir, args.folds, args.seed, first)
    if args.json:
        args.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(text(figures) + "\n")
    return 0


def text(figures: dict[str, Any]) -> str:
    """The figures for people."""
    lines = [f"{'weight':<24}{'fitted':>9}{'in use':>9}{'spread over folds':>19}"]
    lines += [
        f"{name:<24}{weight:>9.1f}{figures['in_use'][name]:>9.1f}{figures['spread'][name]:>19.1f}"
        for name, weight in figures["weights"].items()
    ]
    lines.append(f"\n{'fold':<6}{'n':>6}{'refitted':>18}{'in use':>18}   (genus / family found, per cent)")
    for fold, row in figures["folds"].items():
        lines.append(f"{fold:<6}{row['n']:>6}{_pair(row['refitted']):>18}{_pair(row['in_use']):>18}")
    table = figures.get("together")
    if table is not None:
        groups = list(next(iter(table.values())))
        lines.append("\ncosine, relatedness, mismatch; species / genus / family found, per cent")
        lines.append(f"{'':<12}" + "".join(f"{group:>24}" for group in groups))
        for scale, row in table.items():
            lines.append(f"{scale:<12}" + "".join(f"{_cell(row[group]):>24}" for group in groups))
    return "\n".join(lines)


def _pair(found: dict[str, float]) -> str:
    return f"{100 * found['genus']:.1f} / {100 * found['family']:.1f}"


def _cell(found: dict[str, float]) -> str:
    ranks = ("species", "genus", "family")
    return " / ".join("–" if found.get(rank) is None else f"{100 * found[rank]:.1f}" for rank in ranks)
