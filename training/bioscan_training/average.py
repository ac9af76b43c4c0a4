"""`bioscan-train average`: one photo encoder of the weights of several runs.

Runs that start from the same weights and differ in how long, or on what schedule, they were trained
end near enough to each other for the mean of their weights to be a model, too, which is surer on
photos unlike the training ones and costs no more to run (Wortsman et al. 2022, arXiv:2203.05482).
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bioscan_desktop.core.errors import ArgumentError

if TYPE_CHECKING:
    from torch import Tensor

ABOUT = "Write a run whose photo encoder is the mean of those of several runs."
EXAMPLE = "bioscan-train average run-54 run-24 --out run"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN", help="folders where `fit` has finished")
    parser.add_argument("--stage", choices=("image", "align"), default="align", help="whose photo encoder")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the new run")


def run(args: argparse.Namespace) -> int:
    """Runs the command; returns its exit code."""
    average_runs(args.runs, args.stage, args.out)
    sys.stdout.write(f"{args.out}: the mean of {len(args.runs)} runs; export it, or evaluate it.\n")
    return 0


def average_runs(runs: Sequence[Path], stage: str, out: Path) -> None:
    """Writes `STAGE.pt` with the mean weights, and `dna.pt` of the first run.

    Raises:
        ArgumentError: fewer than two runs, one that has not finished, or runs that do not belong together.
    """
    from bioscan_training.loop import write_state

    if len(runs) < 2:
        raise ArgumentError("Give at least two runs to average.")
    if out.resolve() in {folder.resolve() for folder in runs}:
        raise ArgumentError(f"{out} is one of the runs; choose another --out, so that the run stays.")
    found = [_finished(folder, stage) for folder in runs]
    _same_barcodes(runs)
    mean = mean_weights([one["model"] for one in found])
    recipes = [json.loads(one["recipe"]) for one in found]
    out.mkdir(parents=True, exist_ok=True)
    told = {"recipe": json.dumps({"mean of": recipes}), "barcode_tower": found[0].get("barcode_tower", "")}
    write_state({**told, "model": mean}, out / f"{stage}.pt")
    if (runs[0] / "dna.pt").is_file():
        shutil.copyfile(runs[0] / "dna.pt", out / "dna.pt")


def mean_weights(models: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
    """The mean of each tensor, statistics of batch norms among them; counters are the first model's.

    Raises:
        ArgumentError: if the models have other tensors, or of other shapes.
    """
    first = models[0]
    for other in models[1:]:
        if {k: v.shape for k, v in other.items()} != {k: v.shape for k, v in first.items()}:
            raise ArgumentError("The runs have other towers or names, so their weights have no mean.")
    return {
        key: sum((model[key].float() for model in models[1:]), value.float()).div(len(models)).to(value.dtype)
        if value.is_floating_point()
        else value
        for key, value in first.items()
    }


def _finished(folder: Path, stage: str) -> dict[str, Any]:
    from bioscan_training.loop import read_state

    path = folder / f"{stage}.pt"
    if not path.is_file():
        raise ArgumentError(f"Stage {stage} has not finished in {folder}: run `bioscan-train fit`.")
    return read_state(path)


def _same_barcodes(runs: Sequence[Path]) -> None:
    """Photos that were aligned with other barcode encoders do not lie in one space."""
    import torch

    from bioscan_training.loop import read_state

    files = [folder / "dna.pt" for folder in runs]
    if not any(path.is_file() for path in files):
        return
    if not all(path.is_file() for path in files):
        raise ArgumentError("Some of the runs have a barcode encoder and some have none.")
    first, *others = (read_state(p)["model"] for p in files)
    for other in others:
        if first.keys() != other.keys() or not all(torch.equal(first[key], other[key]) for key in first):
            raise ArgumentError(
                "The runs have different barcode encoders; train them with one: copy dna.pt and dna.ckpt "
                "of the first run into the folder of the next before `fit`."
            )
