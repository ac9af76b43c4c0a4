"""`bioscan-train batch`: what `bioscan batch` does, on a Ray cluster.

Nothing heavy is imported before the arguments are known.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bioscan_desktop.core.errors import ArgumentError

if TYPE_CHECKING:
    from bioscan_desktop.services.tasks import Progress

ABOUT = "Identify a large folder on a Ray cluster: the run, and its rows, are those of `bioscan batch`."
EXAMPLE = "bioscan-train batch photos --out run --ray local"

TELL_EVERY_S = 30.0
"""How often the log says how far it is."""

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument(
        "folder", nargs="?", type=Path, help="photos and sequence files; may be left out with --resume"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="RUN_DIR", help="folder of the run")
    parser.add_argument(
        "--ray",
        nargs="?",
        const="auto",
        default="auto",
        metavar="ADDRESS",
        help="address of the cluster, nothing for the one that this runs in, or `local`",
    )
    parser.add_argument("--resume", action="store_true", help="go on with the run that is in RUN_DIR")
    parser.add_argument("--retry-failed", action="store_true", help="resume, and try again what failed")
    parser.add_argument("--specimens", type=Path, metavar="TSV", help="table of photos and barcodes")
    parser.add_argument("--library", metavar="ID|PATH", help="library pack (starter)")
    parser.add_argument("--model", metavar="ID|PATH", help="model pack (that of the library)")
    parser.add_argument("--provider", choices=("auto", "cpu", "cuda"), default="auto", help="of the actors")
    parser.add_argument(
        "--precision",
        choices=("auto", "fp32", "fp16", "int8"),
        default="auto",
        help="which of the model's files to use; auto takes int8 where that is the faster",
    )
    parser.add_argument("--top-k", type=int, metavar="K", help="reference hits to report (5)")
    parser.add_argument(
        "--restrict-to",
        action="append",
        default=[],
        metavar="FILE|TAXON",
        help="answer only from this taxon or BIN, or from those in a list; may be repeated",
    )
    parser.add_argument(
        "--country",
        action="append",
        default=[],
        metavar="NAME",
        help="answer only from species with a reference from this country; may be repeated",
    )
    parser.add_argument("--actors", type=int, metavar="N", help="processes that identify")
    parser.add_argument("--threads", type=int, metavar="N", help="of each actor")


def run(args: argparse.Namespace) -> int:
    """Runs the command; returns its exit code: 1 if some specimens failed, or if it was stopped.

    Raises:
        BioscanError: in one sentence.
    """
    from bioscan_training.cluster import require_ray

    for name in ("top_k", "actors", "threads"):
        if getattr(args, name) is not None and getattr(args, name) < 1:
            raise ArgumentError(f"--{name.replace('_', '-')} must be 1 or more.")
    require_ray()
    from bioscan_desktop.services.batch import Batch

    resume = args.resume or args.retry_failed
    try:
        with Batch(args.folder, args.out, resume, table=args.specimens) as batch:
            counts = _work(args, batch)
    except KeyboardInterrupt:
        sys.stderr.write(f"Stopped. Go on with: bioscan-train batch --resume --out {args.out}\n")
        return 1
    failed = counts.state("failed")
    log.info("%d specimens in %s, %d of them failed", counts.total, args.out / "results.csv", failed)
    return 1 if failed else 0


def _work(args: argparse.Namespace, batch):  # type: ignore[no-untyped-def]
    from bioscan_desktop.library.restriction import names_to_restrict_to
    from bioscan_desktop.services.batch_provenance import LIMITS, open_identifier
    from bioscan_training.batch_on_ray import Packs, RayAnswers
    from bioscan_training.cluster import connected, share_of

    before = batch.made_with
    limits = {"restrict_to": names_to_restrict_to(args.restrict_to), "countries": args.country}
    if before is not None and not any(limits.values()):
        limits = {name: before.settings.get(name, []) for name in LIMITS}
    top_k = args.top_k or (before.settings["top_k"] if before is not None else 5)
    # What is settled here, the precision above all, holds for all machines.
    identifier = open_identifier(batch.database, args.library, args.model, "cpu", args.precision, limits)
    batch.plan()
    if args.retry_failed:
        batch.retry_failed()
    with connected(args.ray):
        share = share_of(args.provider, args.actors, args.threads)
        log.info("%d actors, %d GPUs", share.actors, share.gpus)
        packs = Packs(
            identifier.library.folder.resolve(),
            identifier.model.folder.resolve(),
            args.provider,
            identifier.model.precision,
            share.threads,
            tuple(tuple(limits[name]) for name in LIMITS),
        )
        answering = RayAnswers(packs, batch.root.path, top_k, share)
        return batch.run(identifier, top_k, _Log().show, notice=log.info, limits=limits, answering=answering)


class _Log:
    """A line now and then."""

    def __init__(self) -> None:
        self._told = time.monotonic()

    def show(self, progress: Progress) -> None:
        if time.monotonic() - self._told >= TELL_EVERY_S:
            self._told = time.monotonic()
            log.info("%d of %s", progress.done, progress.total)
