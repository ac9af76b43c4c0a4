"""`bioscan-train pretrain-dna`, and how stage `contrast` of `fit` and `export` is run.

This module loads no torch, so that help and mistakes in a config are instant.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from bioscan_training.config import Config, ConfigError, load_config

ABOUT = "Pretrain the barcode tower of a recipe on masked k-mers; resumes where it was stopped."
EXAMPLE = "bioscan-train pretrain-dna --config training/configs/clibd.toml --data prepared --run run"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("--config", type=Path, required=True, help="recipe (TOML): [towers.dna], [pretrain]")
    parser.add_argument(
        "--data", type=Path, required=True, help="folder that `prepare` wrote, or a file that `convert` reads"
    )
    # `torchrun` takes `--run` for an option of its own, so there is a second spelling.
    parser.add_argument(
        "--run", "--run-dir", dest="run_dir", type=Path, required=True, help="folder of checkpoints"
    )


def make_ready(config: Config, run_dir: Path | None) -> None:
    """Gives torch its threads, and makes the run folder.

    Raises:
        ConfigError: torch is not installed, or a GPU is asked for and there is none.
    """
    try:
        import torch
    except ImportError:
        raise ConfigError('Training needs torch: pip install "bioscan-desktop[train]".') from None
    local = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    torch.set_num_threads(config.threads or max(1, (os.cpu_count() or 1) // local))
    if config.device == "cuda" and not torch.cuda.is_available():
        raise ConfigError("'device' is cuda, but torch finds no GPU; allowed are auto, cpu, cuda.")
    if run_dir is not None:
        run_dir.mkdir(parents=True, exist_ok=True)


def run(args: argparse.Namespace) -> int:
    """Runs `pretrain-dna`; returns its exit code."""
    config = load_config(args.config)
    make_ready(config, args.run_dir)
    from bioscan_training.contrast.pretrain import pretrain_dna
    from bioscan_training.parallel import device_of, joined

    with joined(device_of(config.device)) as workers:
        pretrain_dna(config, args.data, args.run_dir, workers)
    return 0


def fit(config: Config, data: Path, images: Path | None, run_dir: Path) -> None:
    """Runs stage `contrast`, beside the other processes of `torchrun` if it started any.

    Raises:
        ConfigError: photos are wanted and their folder is not given.
    """
    if "image" in config.contrast.modalities and images is None and data.is_dir():
        raise ConfigError("Stage contrast needs the photos: give their folder with --images.")
    from bioscan_training.contrast.stage import train_contrast
    from bioscan_training.parallel import device_of, joined

    with joined(device_of(config.device)) as workers:
        train_contrast(config, data, images, run_dir, workers)


def export(config: Config, data: Path, images: Path | None, run_dir: Path, out: Path) -> dict[str, Any]:
    """Writes the model pack of a contrast run; returns its manifest as plain values."""
    from bioscan_training.contrast.export import export_contrast

    return export_contrast(config, data, images, run_dir, out)
