"""Chunks to embeddings: photos are decoded by threads while the encoders work on earlier ones.

Batches are cut within a chunk and always alike, so that a shard does not depend on what was computed
before it, where, or by how many processes.
"""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bioscan_desktop.core.errors import BioscanError
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.inference.images import load_rgb, to_array
from bioscan_training.data.entries import Entry
from bioscan_training.embedding.shards import Embedded
from bioscan_training.embedding.source import Chunk, PhotoReader
from bioscan_training.names_text import can_embed_names, embed_names

log = logging.getLogger(__name__)

AHEAD = 3
"""Batches whose photos are decoded before they are needed; with `batch` this bounds the memory."""

Decoded = tuple[np.ndarray | None, str]
"""Model input of a photo, or None; and a sentence where it should be there and is not."""


@dataclass(frozen=True)
class EncoderOptions:
    """How to open and feed a model pack. Plain values: they travel to other machines.

    Attributes:
        modalities: of the pack, in its order.
        mirror: photos are the mean over the picture and its mirror image, as most libraries are built.
        threads: of onnxruntime; None takes the machine's cores, at most 8.
        workers: threads that decode photos; None takes the machine's cores.
    """

    pack: Path
    modalities: tuple[str, ...]
    batch: int
    mirror: bool = False
    provider: str = "auto"
    precision: str = "fp32"
    threads: int | None = None
    workers: int | None = None

    def open(self) -> ModelPack:
        """The model pack, with CUDA if that was asked for by name.

        Raises:
            BioscanError: if the pack cannot be used, or CUDA cannot be had: on a cluster, going on with
                the processor would be noticed days later.
        """
        pack = ModelPack(self.pack, self.provider, self.precision, self.threads)
        if self.provider == "cuda":
            report = pack.provider_report()
            if report.reason:
                raise BioscanError(report.reason, "no_cuda")
        return pack


def modalities_of(pack: ModelPack, has_photos: bool) -> tuple[str, ...]:
    """What the pack can embed of a source."""
    there = {"image": pack.has("image") and has_photos, "dna": pack.has("dna"), "text": can_embed_names(pack)}
    return tuple(modality for modality, possible in there.items() if possible)


@dataclass
class _Batch:
    """Some specimens of a chunk, their photos on the way. `last` closes the chunk."""

    chunk: Chunk
    entries: list[Entry]
    last: bool
    photos: list[Future[Decoded]] = field(default_factory=list)


class Encoder:
    """Embeds chunks one after the other; a context manager.

    Args:
        photos: where photo files come from; None leaves them out.
    """

    def __init__(self, options: EncoderOptions, photos: PhotoReader | None) -> None:
        self.options = options
        self.pack = options.open()
        self.photos = photos if "image" in options.modalities else None
        self._pool = ThreadPoolExecutor(options.workers or os.cpu_count() or 1)

    def __enter__(self) -> Encoder:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def embed(self, chunks: Iterable[Chunk]) -> Iterator[Embedded]:
        """Embeds chunks in order; holds little more than one of them."""
        done: list[tuple[dict[str, np.ndarray], list[str]]] = []
        for batch in self._decoded(chunks):
            done.append(self._embed_batch(batch))
            if batch.last:
                yield self._joined(batch.chunk, done)
                done = []

    def _decoded(self, chunks: Iterable[Chunk]) -> Iterator[_Batch]:
        """The batches of all chunks, `AHEAD` of them being decoded meanwhile."""
        waiting: deque[_Batch] = deque()
        size = self.options.batch
        for chunk in chunks:
            for start in range(0, len(chunk.entries), size):
                batch = _Batch(chunk, chunk.entries[start : start + size], start + size >= len(chunk.entries))
                if self.photos is not None:
                    batch.photos = [self._pool.submit(self._decode, entry) for entry in batch.entries]
                waiting.append(batch)
                if len(waiting) > AHEAD:
                    yield waiting.popleft()
        yield from waiting

    def _decode(self, entry: Entry) -> Decoded:
        """Reads one photo; whatever is wrong with it becomes a sentence."""
        assert self.photos is not None
        name = entry.image_file or entry.processid
        try:
            data = self.photos.read(entry)
            if data is None:
                expected = entry.image_file or entry.dataset == "bioscan5m"
                return None, f"{name}: the photo is missing." if expected else ""
            prep = self.pack.preprocessing
            return to_array(load_rgb(data, prep.min_side).image, prep), ""
        except BioscanError as error:
            # The loader knows no name of a photo that it is given as bytes.
            reason = error.__cause__ if isinstance(error.__cause__, BioscanError) else error
            return None, f"{name}: {reason}"
        except OSError as error:
            return None, f"{name}: the photo cannot be read ({error.strerror or error})."
        except Exception as error:  # one photo in millions must not end the run of a week
            log.exception("%s", name)
            return None, f"{name}: the photo cannot be read ({type(error).__name__})."

    def _embed_batch(self, batch: _Batch) -> tuple[dict[str, np.ndarray], list[str]]:
        entries = batch.entries
        errors = [""] * len(entries)
        vectors: dict[str, np.ndarray] = {}
        for modality in self.options.modalities:
            if modality == "image":
                decoded = [photo.result() for photo in batch.photos]
                errors = [error for _, error in decoded] or errors
                pixels = {i: x for i, (x, _) in enumerate(decoded) if x is not None}
                vectors["image"] = self._rows(len(entries), list(pixels), self._images, list(pixels.values()))
            elif modality == "dna":
                at = [i for i, entry in enumerate(entries) if entry.nucleotides]
                vectors["dna"] = self._rows(
                    len(entries), at, self.pack.embed_barcodes, [entries[i].nucleotides for i in at]
                )
        return vectors, errors

    def _images(self, pixels: list[np.ndarray]) -> np.ndarray:
        x = np.stack(pixels)
        rows = self.pack.embed_arrays("image", x)
        if not self.options.mirror:
            return rows
        mean = rows + self.pack.embed_arrays("image", np.ascontiguousarray(x[:, :, :, ::-1]))
        return mean / np.linalg.norm(mean, axis=1, keepdims=True)

    def _rows(self, n: int, at: list[int], embed, inputs: list) -> np.ndarray:  # type: ignore[no-untyped-def]
        """(n, dim) float32 with the embeddings of `inputs` at the rows `at`, else NaN."""
        rows = np.full((n, self.pack.dim), np.nan, dtype=np.float32)
        if at:
            rows[at] = embed(inputs)
        return rows

    def _joined(self, chunk: Chunk, done: list[tuple[dict[str, np.ndarray], list[str]]]) -> Embedded:
        errors = [error for _, some in done for error in some]
        vectors = {m: np.concatenate([v[m] for v, _ in done]) for m in done[0][0]}
        if "text" in self.options.modalities:
            lineages = [entry.lineage for entry in chunk.entries]
            at = [i for i, lineage in enumerate(lineages) if any(lineage.names())]
            vectors["text"] = self._rows(
                len(lineages), at, lambda names: embed_names(names, self.pack), [lineages[i] for i in at]
            )
        return Embedded(chunk, vectors, errors, self.pack.provider_report().active)
