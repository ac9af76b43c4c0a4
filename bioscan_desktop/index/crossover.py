"""From how many keys on a graph pays, on this machine: measured once, and kept.

Exact search costs the same for each key, needs no preparation and misses nothing; a graph answers in a
time that hardly grows with the number of keys. So a graph pays from the number of keys on at which
exact search is the slower of the two and takes longer than `WAIT_S` for one specimen. Both are
measured for about a second, on made-up rows of the library's length.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np

from bioscan_desktop.index.exact import products
from bioscan_desktop.index.hnsw import EF_CONSTRUCTION, M
from bioscan_desktop.index.keys import PIECE, widen
from bioscan_desktop.inference.remembered import keep, processor, recall

WAIT_S = 0.05
"""Embedding a photo takes 5 to 200 ms; a search below this is no reason to wait for anything else."""

LEAST = 50_000
"""Below so many keys exact search takes some milliseconds, and measuring is not worth its second."""

_ROWS, _GRAPH_ROWS, _GRAPH_DIM = 65_536, 2_000, 128
"""Rows for exact search are more than a processor's cache holds, as those of a library are."""

_PART = 2_048
"""Rows timed at once: half a millisecond, in which a busy machine seldom turns to something else."""

_VERSION = 2


@dataclass(frozen=True)
class Speed:
    """What searching costs on a machine, for rows of one length.

    Attributes:
        exact_s: per key and query.
        add_s: per key that is added to a small graph.
        query_s: per query of such a graph, ranking by full rows included.
    """

    exact_s: float
    add_s: float
    query_s: float

    def exact(self, n: int) -> float:
        """Seconds that a query takes exactly."""
        return self.exact_s * n

    def graph(self, n: int) -> float:
        """Seconds that a query of a graph takes; they grow with the logarithm of the number of keys."""
        return self.query_s * self._growth(n)

    def building(self, n: int) -> float:
        """Seconds that building a graph takes."""
        return self.add_s * n * self._growth(n)

    def _growth(self, n: int) -> float:
        return math.log(max(n, 3)) / math.log(_GRAPH_ROWS)

    @property
    def crossover(self) -> int:
        """Number of keys from which on a graph pays."""
        n = max(1, math.ceil(WAIT_S / self.exact_s))
        while n < 1 << 40 and self.exact(n) < self.graph(n):
            n *= 2
        return n


def pays(n: int, dim: int, store: Path | None) -> bool:
    """True if a graph over n keys pays on this machine."""
    return n >= LEAST and n >= speed(dim, store).crossover


def speed(dim: int, store: Path | None) -> Speed:
    """What searching costs here, from the file `store` or measured now.

    Args:
        dim: length of the rows.
        store: JSON by processor and length of rows; None keeps nothing. Nor is kept what was measured
            without hnswlib, which may be installed later.
    """
    name = f"{processor()}, {dim}"
    try:
        return Speed(**recall(store, _VERSION)[name])
    except (LookupError, TypeError):
        found = measure(dim)
    if math.isfinite(found.query_s):
        keep(store, _VERSION, name, asdict(found))
    return found


def measure(dim: int) -> Speed:
    """Measures exact search and a small graph. Without hnswlib a graph takes for ever."""
    rng = np.random.default_rng(0)
    rows = np.tile(rng.normal(size=(_ROWS // 16, dim)).astype(np.float16), (16, 1))
    query = rng.normal(size=(1, dim)).astype(np.float32)
    size = max(1, PIECE // dim)
    buffer = np.empty((size, dim), dtype=np.float32)

    def exact(first: int) -> None:
        for start in range(first, first + _PART, size):
            part = rows[start : min(start + size, first + _PART)]
            products(query, widen(part, buffer[: len(part)]))

    parts = [partial(exact, first) for first in range(0, _ROWS, _PART)]
    best = [math.inf] * len(parts)
    for _ in range(9):  # all parts in turn, so that none is still in the cache
        best = [min(known, _best(part, 1)) for known, part in zip(best, parts, strict=True)]
    exact_s = sum(best) / _ROWS
    try:
        import hnswlib
    except ImportError:
        return Speed(exact_s, math.inf, math.inf)
    short = min(dim, _GRAPH_DIM)
    # Clusters, as embeddings have them: rows that are all alike are walked twice as slowly.
    centres = rng.normal(size=(200, short))
    points = centres[rng.integers(200, size=_GRAPH_ROWS)] + 0.5 * rng.normal(size=(_GRAPH_ROWS, short))
    points = (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)
    graph = hnswlib.Index(space="ip", dim=short)
    graph.init_index(max_elements=_GRAPH_ROWS, M=M, ef_construction=EF_CONSTRUCTION)
    start = time.perf_counter()
    graph.add_items(points)
    add_s = (time.perf_counter() - start) / _GRAPH_ROWS
    graph.set_ef(100)

    def ask() -> None:
        for number in range(50):
            labels, _ = graph.knn_query(points[number : number + 1], k=100, num_threads=1)
            widen(rows[labels[0].astype(np.int64)]) @ query[0]

    return Speed(exact_s, add_s, _best(ask) / 50)


def _best(thing: Callable[[], None], times: int = 9) -> float:
    """Seconds of the least disturbed run."""
    best = math.inf
    for _ in range(times):
        start = time.perf_counter()
        thing()
        best = min(best, time.perf_counter() - start)
    return best
