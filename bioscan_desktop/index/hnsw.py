"""Approximate search with hnswlib over shortened rows, ranked by the full ones.

The graph is a cache that can be deleted and rebuilt from the keys at any time; `graph_cache` keeps
it on disk. It proposes candidates; their order and scores come from the full rows, so that scores
are those of exact search. How hard it is searched is found by measuring, see `tuning`.

hnswlib stores neither `ef` nor a checksum, loads an index of a wrong dimension without complaint,
and raises when fewer than k keys are reachable. All of that is guarded here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bioscan_desktop.index.exact import ExactIndex, check_queries
from bioscan_desktop.index.keys import KeyFile, Keys, take_rows
from bioscan_desktop.index.projection import fit_projection

M = 16
EF_CONSTRUCTION = 200
LEAST_RECALL = 0.95
"""Where even the widest search does not reach the target, a graph is used from this recall on."""

AT_ONCE = 32
"""Queries whose candidates are ranked together."""

BLOCK = 32_768
"""Rows added at a time."""

Report = Callable[[str, int, int | None], None]
"""Called with (what, done, total)."""


@dataclass(frozen=True)
class Effort:
    """How hard a graph is searched, and what that brings.

    Attributes:
        breadth: the nearest keys that are kept while the graph is walked: hnswlib's `ef`.
        ranked: the nearest of these, by the graph's axes, that are ranked by their full rows.
        recall: measured share of the nearest keys that are found.
    """

    breadth: int
    ranked: int
    recall: float


UNTUNED = 128
"""Breadth of a graph that was not tuned."""


@dataclass
class Graph:
    """A graph and what is needed to use it.

    Attributes:
        inner: `hnswlib.Index` over the shortened rows.
        projection: (d, p), or None for the rows as they are.
        hashes: (labels,) of the stored rows; a label is a key's number in the graph.
        rows: (labels,) row in the key matrix, -1 for keys that are no longer in it.
        efforts: by number of neighbours; empty before tuning.
    """

    inner: Any
    projection: np.ndarray | None
    hashes: np.ndarray
    rows: np.ndarray
    efforts: dict[int, Effort] = field(default_factory=dict)

    @property
    def recall(self) -> dict[int, float]:
        """As it was measured, by number of neighbours."""
        return {size: effort.recall for size, effort in self.efforts.items()}

    @property
    def good(self) -> bool:
        """True if its recall, as far as that was measured, suffices."""
        return all(effort.recall >= LEAST_RECALL for effort in self.efforts.values())

    def shorten(self, rows: np.ndarray) -> np.ndarray:
        """(m, d) to (m, p)."""
        return rows if self.projection is None else rows @ self.projection

    def effort(self, k: int) -> tuple[int, int]:
        """(breadth, ranked) for k neighbours: as was measured for as many, or for the next larger number."""
        sizes = sorted(self.efforts)
        if not sizes:
            return max(UNTUNED, 2 * k), max(UNTUNED, 2 * k)
        size = next((size for size in sizes if size >= k), sizes[-1])
        known, more = self.efforts[size], max(1.0, k / size)
        return round(known.breadth * more), round(known.ranked * more)


class HnswIndex:
    """Nearest unit rows through a navigable small-world graph.

    Args:
        keys: (n, d) unit rows, in memory or on disk.
        graph: over these rows.
    """

    kind = "hnsw"

    def __init__(self, keys: Keys, graph: Graph) -> None:
        self.keys: Any = keys
        self.graph = graph
        self._asking = threading.Lock()  # hnswlib keeps the breadth for the next query, whoever asks it

    def __len__(self) -> int:
        return len(self.keys)

    def search(self, queries: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Nearest rows, best first; see `Index.search`. Falls back to exact where the graph cannot."""
        queries = check_queries(queries, self.keys.shape[1])
        k = min(k, len(self.keys))
        if k == 0 or not len(queries):
            return np.zeros((len(queries), k), np.int64), np.zeros((len(queries), k), np.float32)
        breadth, ranked = self.graph.effort(k)
        parts = []
        for start in range(0, len(queries), AT_ONCE):
            part = queries[start : start + AT_ONCE]
            found = self.propose(part, breadth, max(ranked, k))
            parts.append(
                ExactIndex(self.keys).search(part, k) if found is None else self._rank(part, found, k)
            )
        return np.concatenate([rows for rows, _ in parts]), np.concatenate([scores for _, scores in parts])

    def propose(self, queries: np.ndarray, breadth: int, count: int) -> np.ndarray | None:
        """The nearest rows by the graph's axes, (q, count), nearest first.

        Returns:
            None if fewer than so many keys can be reached from the entry point.
        """
        count = min(count, len(self.keys))
        # One query is not worth waking other threads for.
        threads = 1 if len(queries) == 1 else -1
        short = self.graph.shorten(queries)
        try:
            with self._asking:
                self.graph.inner.set_ef(max(breadth, count))
                labels, _ = self.graph.inner.knn_query(short, k=count, num_threads=threads)
        except RuntimeError:
            return None
        return self.graph.rows[labels.astype(np.int64)]

    def scores(self, queries: np.ndarray, found: np.ndarray) -> np.ndarray:
        """Cosines of the queries to the rows that were found for each, (q, count) float32."""
        every, place = np.unique(found, return_inverse=True)
        full = take_rows(self.keys, every)  # each row is read once for all queries
        places = place.reshape(found.shape)
        return np.stack([full[p] @ q for p, q in zip(places, queries, strict=True)]).astype(np.float32)

    def _rank(self, queries: np.ndarray, found: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        scores = self.scores(queries, found)
        order = np.lexsort((found, -scores), axis=1)[:, :k]
        return np.take_along_axis(found, order, 1), np.take_along_axis(scores, order, 1)


def empty_graph(keys: Keys) -> Graph:
    """A graph without keys, with axes that suit these."""
    import hnswlib

    projection = fit_projection(keys)
    inner = hnswlib.Index(space="ip", dim=keys.shape[1] if projection is None else projection.shape[1])
    inner.init_index(max_elements=max(len(keys), 1), M=M, ef_construction=EF_CONSTRUCTION, random_seed=42)
    return Graph(inner, projection, np.zeros(0, np.uint64), np.zeros(0, np.int64))


def add_rows(
    graph: Graph,
    keys: Keys,
    numbers: np.ndarray,
    hashes: np.ndarray,
    report: Report | None = None,
    checkpoint: Callable[[], None] | None = None,
) -> None:
    """Adds rows of the key matrix to a graph.

    Args:
        numbers: of the rows.
        hashes: (n,) of all rows of the matrix.
        checkpoint: called after each block.
    """
    room = len(graph.rows) + len(numbers)
    if room > graph.inner.get_max_elements():
        graph.inner.resize_index(room)
    for start in range(0, len(numbers), BLOCK):
        part = numbers[start : start + BLOCK]
        labels = np.arange(len(graph.rows), len(graph.rows) + len(part))
        graph.inner.add_items(graph.shorten(take_rows(keys, part)), labels)
        graph.rows = np.concatenate([graph.rows, part])
        graph.hashes = np.concatenate([graph.hashes, hashes[part]])
        if report is not None:
            report("preparing the search", start + len(part), len(numbers))
        if checkpoint is not None:
            checkpoint()


def row_hashes(keys: Keys) -> np.ndarray:
    """(n,) uint64: equal for equal rows, and for others with a chance of 2^-64."""
    dim = keys.shape[1]
    source = keys.raw if isinstance(keys, KeyFile) else keys
    words = -(-dim * source.dtype.itemsize // 8)
    factors = np.random.default_rng(7).integers(2**63, size=words, dtype=np.uint64) * np.uint64(
        2
    ) + np.uint64(1)
    hashes = np.empty(len(keys), dtype=np.uint64)
    for start in range(0, len(keys), 4096):
        rows = np.ascontiguousarray(source[start : start + 4096])
        data = np.zeros((len(rows), 8 * words), dtype=np.uint8)
        data[:, : rows.dtype.itemsize * dim] = rows.view(np.uint8).reshape(len(rows), -1)
        mixed = data.view(np.uint64) * factors
        mixed ^= mixed >> np.uint64(29)  # so that high bits of a word count in low bits of the sum
        hashes[start : start + len(rows)] = (mixed * factors[::-1]).sum(axis=1, dtype=np.uint64)
    return hashes
