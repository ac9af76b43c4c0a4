"""Approximate search with hnswlib: a cache that can be deleted and rebuilt from the keys.

hnswlib stores neither `ef` nor a checksum, loads an index of a wrong dimension without complaint,
raises when fewer than k keys are reachable, and opens files by native path, which fails on
non-ASCII names on Windows. All of that is guarded here. Where hnswlib cannot be imported (it has
no wheels), `build_or_load` returns an exact index and the reason.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np

from bioscan_desktop.index.exact import ExactIndex, Index, check_queries

M = 16
EF_CONSTRUCTION = 200
EF_SEARCH = 128
CACHE_VERSION = 1


class HnswIndex:
    """Nearest unit rows through a navigable small-world graph.

    Args:
        keys: (n, d) float32 unit rows.
        graph: a built `hnswlib.Index` over exactly these rows.
    """

    kind = "hnsw"

    def __init__(self, keys: np.ndarray, graph: Any) -> None:
        self.keys = keys
        self._graph = graph

    def __len__(self) -> int:
        return len(self.keys)

    def search(self, queries: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Nearest rows, best first; see `Index.search`. Falls back to exact where the graph cannot."""
        queries = check_queries(queries, self.keys.shape[1])
        k = min(k, len(self.keys))
        if k == 0:
            return np.zeros((len(queries), 0), np.int64), np.zeros((len(queries), 0), np.float32)
        self._graph.set_ef(max(EF_SEARCH, 2 * k))
        try:
            rows, distances = self._graph.knn_query(queries, k=k)
        except RuntimeError:  # fewer than k keys can be reached from the entry point
            return ExactIndex(self.keys).search(queries, k)
        return rows.astype(np.int64), (1.0 - distances).astype(np.float32)


def build(keys: np.ndarray) -> HnswIndex:
    """Builds the graph. Raises ImportError where hnswlib is missing."""
    import hnswlib

    graph = hnswlib.Index(space="ip", dim=keys.shape[1])
    graph.init_index(max_elements=max(len(keys), 1), M=M, ef_construction=EF_CONSTRUCTION, random_seed=42)
    if len(keys):
        graph.add_items(keys, np.arange(len(keys)))
    return HnswIndex(keys, graph)


def build_or_load(keys: np.ndarray, cache: Path | None) -> tuple[Index, str]:
    """An HNSW index from the cache file or built anew, or an exact index.

    Args:
        keys: (n, d) float32 unit rows.
        cache: file to read from or write to; None keeps nothing.

    Returns:
        the index, and a sentence where the exact index serves instead ("" otherwise).
    """
    try:
        import hnswlib  # noqa: F401 - probing
    except ImportError as error:
        return ExactIndex(keys), f"Exact search is used: hnswlib is not installed ({error})."
    digest = hashlib.sha256(np.ascontiguousarray(keys).tobytes()).hexdigest()
    if cache is not None:
        found = _load(keys, cache, digest)
        if found is not None:
            return found, ""
    index = build(keys)
    if cache is not None:
        _save(index, cache, digest)
    return index, ""


def _load(keys: np.ndarray, cache: Path, digest: str) -> HnswIndex | None:
    """The cached index, or None if there is none, or it is damaged or of other keys.

    The file is ours, in the user's cache folder, and is unpickled only if its recorded hash fits.
    """
    try:
        data = cache.read_bytes()
    except OSError:
        return None
    head, _, body = data.partition(b"\n")
    expected = f"bioscan-hnsw {CACHE_VERSION} {digest} {hashlib.sha256(body).hexdigest()}"
    if head != expected.encode():
        return None
    graph = pickle.loads(body)
    if graph.dim != keys.shape[1] or graph.element_count != len(keys):
        return None
    return HnswIndex(keys, graph)


def _save(index: HnswIndex, cache: Path, digest: str) -> None:
    """Writes the cache atomically; a full disk or read-only folder only costs the next start time."""
    body = pickle.dumps(index._graph)
    head = f"bioscan-hnsw {CACHE_VERSION} {digest} {hashlib.sha256(body).hexdigest()}\n".encode()
    part = cache.with_name(f"{cache.name}.{os.getpid()}.part")
    try:
        cache.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(head + body)
        part.replace(cache)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
