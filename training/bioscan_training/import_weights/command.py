"""`bioscan-train import-weights`: published weights to a model pack.

This module loads no torch, so that help and wrong arguments are answered at once.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from bioscan_desktop.core.errors import BioscanError
from bioscan_training import options_file
from bioscan_training.import_weights.published import NOTED_SHA256, PUBLISHED, Published

ABOUT = "Make a model pack of published weights: CLIBD, BarcodeBERT, BioCLIP."
EXAMPLE = (
    "bioscan-train import-weights clibd best.pth --variant 5m-idt --vocabulary vocab.txt"
    " --out models/clibd-5m-idt"
)

VARIANTS = ("fp16", "int8")
POOLINGS = ("softmax_mean", "logits_mean", "cls_token", "hidden_state_mean")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    variants = "; ".join(f"{source}: {', '.join(models)}" for source, models in PUBLISHED.items())
    parser.add_argument("source", choices=tuple(PUBLISHED), help="format of the checkpoint")
    parser.add_argument(
        "checkpoint", type=Path, nargs="?", metavar="CHECKPOINT", help=".pth, .pt, .bin or .safetensors"
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="PACK_DIR", help="folder of the new model pack"
    )
    parser.add_argument(
        "--from-hub", action="store_true", help="download the variant's checkpoint from Hugging Face"
    )
    parser.add_argument("--variant", help=f"which published model it is ({variants})")
    parser.add_argument(
        "--revision", metavar="COMMIT", help="with --from-hub: another commit than the pinned one"
    )
    parser.add_argument("--sha256", metavar="HEX", help="refuse a checkpoint with another hash")
    options_file.add_argument(parser, "JSON|TOML", "open_clip_config.json, or BarcodeBERT's config.json")
    parser.add_argument(
        "--vocabulary",
        type=Path,
        metavar="FILE",
        help="of the text encoder: BERT's vocab.txt, CLIP's bpe_simple_vocab_16e6.txt.gz or merges.txt, or a "
        "tokenizer.json; without it the text encoder is left out",
    )
    parser.add_argument(
        "--pooling",
        choices=POOLINGS,
        default="softmax_mean",
        help="of CLIBD's DNA encoder; the published weights need softmax_mean (default)",
    )
    parser.add_argument(
        "--variants",
        nargs="+",
        choices=VARIANTS,
        default=[],
        help="also write smaller forms of every encoder: fp16 halves the file, int8 quarters the matrices",
    )
    parser.add_argument(
        "--mirror",
        action="store_true",
        help="let the program embed each photo and its mirror image, which the authors do not; takes twice "
        "as long",
    )
    parser.add_argument("--id", help="id of the pack; by default that of the variant, or the file's name")


def run(args: argparse.Namespace) -> int:
    """Imports the weights; prints what was done as JSON.

    Raises:
        BioscanError: in one sentence.
    """
    published = _published(args)
    if args.from_hub == (args.checkpoint is not None):
        raise BioscanError("Give either a checkpoint or --from-hub.", "bad_argument")
    if args.from_hub and published is None:
        raise BioscanError("Say with --variant which published model to download.", "bad_argument")
    if args.revision and not args.from_hub:
        raise BioscanError("--revision belongs to --from-hub.", "bad_argument")
    if args.out.exists():
        raise BioscanError(f"{args.out} exists already; choose another folder.", "bad_argument")
    try:
        import torch  # noqa: F401 - asked for here, so that its absence is told in one sentence
    except ImportError:
        raise BioscanError(
            'Importing weights needs torch: pip install "bioscan-desktop[train]".', "bad_argument"
        ) from None
    report = import_weights(args, published)
    sys.stdout.write(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    return 0


def _published(args: argparse.Namespace) -> Published | None:
    if args.variant is None:
        return None
    models = PUBLISHED[args.source]
    if args.variant not in models:
        raise BioscanError(
            f"There is no variant {args.variant!r} of {args.source}; known are {', '.join(models)}.",
            "bad_argument",
        )
    return models[args.variant]


def import_weights(args: argparse.Namespace, published: Published | None) -> dict[str, Any]:
    """Reads the checkpoint, fills the towers and writes the pack; returns the account of it."""
    from bioscan_training.import_weights import checkpoints
    from bioscan_training.import_weights.barcodebert import barcodebert_towers
    from bioscan_training.import_weights.clibd import clibd_towers
    from bioscan_training.import_weights.openclip import openclip_towers
    from bioscan_training.import_weights.pack import write_pack

    path, config_path = args.checkpoint, args.config
    if args.from_hub:
        assert published is not None
        path = checkpoints.fetch(published.weights, args.revision)
        if config_path is None and published.config is not None:
            config_path = checkpoints.fetch(published.config, args.revision)
    checkpoint = checkpoints.read_checkpoint(path)
    sha256 = checkpoints.check_sha256(path, args.sha256)
    config = checkpoints.read_json(config_path) if config_path is not None else None
    if args.source == "clibd":
        state = checkpoints.state_of(checkpoint, path.name)
        towers, ledger, notes = clibd_towers(state, path.name, args.vocabulary, args.pooling)
    elif args.source == "barcodebert":
        towers, ledger, notes = barcodebert_towers(checkpoint, path.name, config)
    else:
        if config is None:
            raise BioscanError(
                f"Give the open_clip_config.json of {path.name} with --config: its weights do not tell "
                "which GELU they were trained with.",
                "bad_argument",
            )
        state = checkpoints.state_of(checkpoint, path.name)
        towers, ledger, notes = openclip_towers(state, path.name, config, args.vocabulary)

    source: dict[str, Any] = {"format": args.source, "file": path.name, "sha256": sha256}
    if published is not None:
        source |= {"variant": args.variant, "citation": published.citation}
        noted = NOTED_SHA256.get(published.id)
        if noted is not None:
            source["sha256_is_that_of_the_authors_mirror"] = sha256 == noted
    if args.from_hub and published is not None:
        source |= {
            "repository": published.weights.repo,
            "path": published.weights.file,
            "revision": args.revision or published.weights.revision,
        }
    tensors = {"used": ledger.used, "changed": notes, "left_out": ledger.left_out}
    id = args.id or (published.id if published else f"{args.source}-{path.stem}")
    variants = tuple(dict.fromkeys(args.variants))
    manifest = write_pack(
        {
            name: replace(tower, variants=variants, mirror=args.mirror or name != "image")
            for name, tower in towers.items()
        },
        args.out,
        id=id,
        title=published.title if published else f"{args.source}: {path.name}",
        licence=published.licence if published else "not stated",
        provenance={"source": source, "tensors": tensors},
    )
    return {
        "out": str(args.out),
        "id": id,
        "dim": manifest.dim,
        "encoders": {name: card.parity for name, card in manifest.encoders.items()},
        "variants": {v.file: v.parity for card in manifest.encoders.values() for v in card.variants.values()},
        "source": source,
        "tensors": tensors,
    }
