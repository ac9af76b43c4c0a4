"""`bioscan-train embed`: its arguments, and what becomes of them.

Nothing heavy is imported before the arguments are known.
"""

from __future__ import annotations

import argparse
import json
import logging
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bioscan_desktop.core.errors import ArgumentError
from bioscan_training.data.convert import add_source_arguments
from bioscan_training.data.images import PACKAGES

if TYPE_CHECKING:
    from bioscan_training.embedding.encode import EncoderOptions
    from bioscan_training.embedding.shards import EmbeddingFolder
    from bioscan_training.embedding.source import Chunk, Source

ABOUT = "Embed a whole data set with a model pack, into numbered shards; a run that was stopped goes on."
EXAMPLE = (
    "bioscan-train embed records.tsv.gz --images photos --pack resources/models/starter --out embeddings"
)

SHARD_SIZE = 8192
BATCH = 64
MODALITIES = ("image", "dna", "text")

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    add_source_arguments(parser)
    parser.add_argument("--pack", type=Path, required=True, metavar="DIR", help="folder of the model pack")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the shards")
    parser.add_argument("--images", type=Path, metavar="DIR|ZIP", help="photos, in folders or zip files")
    parser.add_argument("--package", choices=PACKAGES, default="cropped_256", help="which of the photos")
    parser.add_argument(
        "--only", action="append", choices=MODALITIES, help="only this modality; may be repeated"
    )
    parser.add_argument(
        "--mirror",
        action="store_true",
        help="mean over each photo and its mirror image, as libraries are built with models whose manifest "
        "does not say otherwise; takes twice as long",
    )
    parser.add_argument(
        "--dtype", choices=("float32", "float16"), default="float32", help="of what is written (float32)"
    )
    parser.add_argument("--shard-size", type=_positive, metavar="N", help=f"specimens ({SHARD_SIZE})")
    parser.add_argument("--batch", type=_positive, metavar="N", help=f"specimens at a time ({BATCH})")
    parser.add_argument(
        "--provider",
        choices=("auto", "cpu", "cuda"),
        default="auto",
        help="where to compute; auto takes the graphics card if it can be used",
    )
    parser.add_argument(
        "--precision", choices=("fp32", "int8"), default="fp32", help="which of the pack's files (fp32)"
    )
    parser.add_argument("--threads", type=_positive, metavar="N", help="of each encoder (all cores)")
    parser.add_argument("--workers", type=_positive, metavar="N", help="threads that decode photos")
    parser.add_argument(
        "--part",
        type=_part,
        default=(1, 1),
        metavar="I/N",
        help="only each N-th shard, as job I of N (from 1)",
    )
    parser.add_argument(
        "--ray",
        nargs="?",
        const="auto",
        metavar="ADDRESS",
        help="on a Ray cluster: its address, nothing for the one that this runs in, or `local`",
    )
    parser.add_argument("--actors", type=_positive, metavar="N", help="with --ray: processes that embed")
    parser.add_argument("--check", action="store_true", help="afterwards compare all files with their hashes")


def run(args: argparse.Namespace) -> int:
    """Runs the command; returns its exit code: 1 if some photo or barcode could not be used.

    Raises:
        BioscanError: in one sentence.
    """
    from bioscan_desktop.inference.encoders import ModelPack
    from bioscan_training.embedding.encode import EncoderOptions, modalities_of
    from bioscan_training.embedding.shards import EmbeddingFolder
    from bioscan_training.embedding.source import Source

    if args.actors is not None and args.ray is None:
        raise ArgumentError("--actors belongs to --ray.")
    if args.part != (1, 1) and args.ray is not None:
        raise ArgumentError("--part is for jobs without --ray, which shares out the shards itself.")
    if args.ray is not None:
        from bioscan_training.cluster import require_ray

        require_ray(data=True)
    source = Source(
        args.source, args.format, args.split, args.partitioning, args.clibd_files, args.images, args.package
    ).settled()
    pack = ModelPack(args.pack, "cpu", args.precision)
    possible = modalities_of(pack, source.has_photos)
    modalities = possible if args.only is None else tuple(m for m in possible if m in args.only)
    if not modalities or set(args.only or ()) - set(possible):
        raise ArgumentError(
            f"Of this source, the model pack {pack.manifest.id} can embed: {', '.join(possible) or 'nothing'}"
            f"{'' if source.has_photos else '; photos need --images'}."
        )
    pack.manifest.verify(args.pack)
    model = {name: getattr(pack.manifest, name) for name in ("id", "version", "fingerprint")}
    settings: dict[str, Any] = {
        "model": model,
        "source": source.identity(),
        "modalities": list(modalities),
        "dim": pack.dim,
        "dtype": args.dtype,
        "precision": args.precision,
        "mirror": args.mirror,
        "shard_size": args.shard_size,
        "batch": args.batch,
    }
    folder = EmbeddingFolder(args.out, settings, {"shard_size": SHARD_SIZE, "batch": BATCH})
    options = EncoderOptions(
        args.pack.resolve(),
        modalities,
        int(folder.settings["batch"]),
        args.mirror,
        args.provider,
        args.precision,
        args.threads,
        args.workers,
    )
    work = _Work(source, folder, args.part)
    start = time.perf_counter()
    if args.ray is None:
        _embed_here(work, source, folder, options)
    else:
        from bioscan_training.embedding.on_ray import embed_on_ray

        embed_on_ray(work, source, folder, options, args.ray, args.actors)
    seconds = time.perf_counter() - start
    manifest = folder.finish(work.shards)
    if args.check and manifest["complete"]:
        folder.check()
    report = {name: manifest[name] for name in ("complete", "rows", "errors", "vectors")}
    report = {"out": str(args.out), **report, "shards": work.shards, "new_rows": work.new_rows}
    report |= {"seconds": round(seconds, 1), "rows_per_s": round(work.new_rows / max(seconds, 1e-9), 1)}
    sys.stdout.write(json.dumps(report, indent=1) + "\n")
    if report["errors"]:
        log.info("%d specimens have a photo or barcode that cannot be used: column `error` of rows.tsv.gz "
                 "says why", report["errors"])  # fmt: skip
    return 1 if report["errors"] else 0


class _Work:
    """The chunks that are still to be embedded, and a count of what went by.

    Attributes:
        shards: of the whole source, once all chunks were taken.
        new_rows: specimens that were to be embedded.
    """

    def __init__(self, source: Source, folder: EmbeddingFolder, part: tuple[int, int]) -> None:
        self._source, self._folder, self._part = source, folder, part
        self.shards = 0
        self.new_rows = 0

    def __iter__(self) -> Iterator[Chunk]:
        from bioscan_training.embedding.source import chunks_of

        own, parts = self._part
        for chunk in chunks_of(self._source, self._folder.shard_size):
            self.shards += 1
            if not self._folder.has(chunk) and chunk.number % parts == own - 1:
                self.new_rows += len(chunk.entries)
                yield chunk
        if not self.shards:
            raise ArgumentError(f"{self._source.path} holds no such record.")


def _embed_here(work: _Work, source: Source, folder: EmbeddingFolder, options: EncoderOptions) -> None:
    from bioscan_training.embedding.encode import Encoder

    with Encoder(options, source.photos()) as encoder:
        for embedded in encoder.embed(work):
            log_receipt(folder.write(embedded))


def log_receipt(receipt: dict[str, Any]) -> None:
    """Says that a shard is done."""
    log.info(
        "shard %d: %d rows, %d errors, %s",
        receipt["number"],
        receipt["rows"],
        receipt["errors"],
        " ".join(f"{m} {n}" for m, n in receipt["vectors"].items()),
    )


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1")
    return int(text)


def _part(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"([1-9]\d*)/([1-9]\d*)", text)
    if match is None or int(match[1]) > int(match[2]):
        raise argparse.ArgumentTypeError(f"{text!r} is not like 3/16")
    return int(match[1]), int(match[2])
