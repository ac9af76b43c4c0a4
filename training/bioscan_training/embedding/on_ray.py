"""The same shards on a Ray cluster: Ray Data hands chunks to a pool of actors, each with the encoders.

The records are read once, here, and cut into chunks in the folder `chunks` beside the shards; an actor
reads its chunk and its photos, and writes the shard itself. So all machines need the source's photos,
the model pack and the output folder under the same paths, and nothing large travels through Ray.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from bioscan_desktop.core.errors import BioscanError
from bioscan_training.cluster import connected, reason_of, share_of
from bioscan_training.embedding.command import log_receipt
from bioscan_training.embedding.encode import Encoder, EncoderOptions
from bioscan_training.embedding.shards import EmbeddingFolder, EmbeddingsError
from bioscan_training.embedding.source import Chunk, Source, load_chunk, save_chunk

log = logging.getLogger(__name__)


class ShardWriter:
    """An actor: the encoders, opened once, and the folder that its shards go to."""

    def __init__(
        self, options: EncoderOptions, source: Source, folder: Path, settings: dict[str, Any]
    ) -> None:
        self.folder = EmbeddingFolder(folder, settings, {})
        self.error = ""
        try:
            self.encoder = Encoder(options, source.photos())
        except BioscanError as error:  # raised here, Ray would start the actor again and again
            self.error = error.message

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        """Embeds the chunk that `row` names; returns its receipt, or a sentence as `error`."""
        if self.error:
            return {"receipt": {}, "error": self.error}
        try:
            chunk = load_chunk(Path(str(row["chunk"])))
            # There already if Ray lost the answer of a machine that had finished.
            if not self.folder.has(chunk):
                for embedded in self.encoder.embed([chunk]):
                    self.folder.write(embedded)
            return {"receipt": self.folder.receipt(chunk.number) or {}, "error": ""}
        except BioscanError as error:
            return {"receipt": {}, "error": error.message}


def embed_on_ray(
    work: Iterable[Chunk],
    source: Source,
    folder: EmbeddingFolder,
    options: EncoderOptions,
    address: str,
    actors: int | None,
) -> None:
    """Embeds the chunks on a cluster.

    Args:
        address: of the cluster; `auto` for the one that this machine belongs to, `local` to start one.
        actors: how many; by default one per GPU, or one per core where there are none.

    Raises:
        BioscanError: if there is no cluster, or the encoders or the disk fail on it.
    """
    import ray

    chunks = folder.folder.resolve() / "chunks"
    shutil.rmtree(chunks, ignore_errors=True)
    chunks.mkdir()
    rows = []
    for chunk in work:
        path = chunks / f"{chunk.number:05d}.jsonl.gz"
        save_chunk(chunk, path)
        rows.append({"chunk": str(path)})
    try:
        if rows:
            with connected(address):
                try:
                    _run(rows, _absolute(source), folder, options, actors)
                except ray.exceptions.RayError as error:
                    raise EmbeddingsError(
                        f"Ray gave up ({reason_of(error)}); the same command goes on."
                    ) from None
    finally:
        shutil.rmtree(chunks, ignore_errors=True)


def _run(
    rows: list[dict[str, str]],
    source: Source,
    folder: EmbeddingFolder,
    options: EncoderOptions,
    actors: int | None,
) -> None:
    import ray

    logging.getLogger("ray.data").setLevel(logging.ERROR)  # what is done is told here, shard by shard
    ray.data.DataContext.get_current().enable_progress_bars = False
    share = share_of(options.provider, actors, options.threads)
    n_actors = min(len(rows), share.actors)
    options = replace(options, threads=share.threads, workers=options.workers or share.threads)
    log.info("%d shards for %d actors, %d GPUs", len(rows), n_actors, share.gpus)
    # No other operator: the actors may hold every core, and whatever waited for one would never run.
    done = ray.data.from_items(rows).map(
        ShardWriter,
        fn_constructor_args=(options, source, folder.folder.resolve(), folder.settings),
        compute=ray.data.ActorPoolStrategy(size=n_actors),
        **share.resources,
    )
    for row in done.iter_rows():
        if row["error"]:
            raise EmbeddingsError(str(row["error"]))
        log_receipt(row["receipt"])


def _absolute(source: Source) -> Source:
    """The source under paths that hold in another working folder."""
    paths = {name: getattr(source, name) for name in ("path", "images", "clibd_files")}
    return replace(source, **{name: path.resolve() for name, path in paths.items() if path is not None})
