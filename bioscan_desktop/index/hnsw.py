"""Approximate search with hnswlib over shortened rows, ranked by the full ones.

The graph is a cache that can be deleted and rebuilt from the keys at any time; `graph_cache` keeps
it on disk. It proposes candidates; their order and scores come from the full rows, so that scores
are those of exact search. How many candidates are asked for is found by measuring: some keys are
looked up in the graph and exactly, and the fewest that reach the target recall are taken.

hnswlib stores neither `ef` nor a checksum, loads an index of a wrong dimension without complaint,
and raises when fewer than k keys are reachable. All of that is guarded here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bioscan_desktop.index.exact import ExactIndex, check_queries
from bioscan_desktop.index.keys import KeyFile, Keys, take_rows
from bioscan_desktop.index.projection import fit_projection

M = 16
EF_CONSTRUCTION = 200
TARGET_RECALL = 0.99
LEAST_RECALL = 0.95
"""Where even the most candidates do not reach the target, a graph is used from this recall on."""

TUNED_K = (10, 50)
"""Recall is measured for so many neighbours; what is asked for is taken from the nearer larger one."""

CANDIDATES = (32, 48, 64, 96, 128, 192, 256, 384, 512, 768)
PROBES = 256
"""Keys that are looked up to measure recall: a share of 0.99 of 10 x 256 is known to 0.002."""

AT_ONCE = 32
"""Queries whose candidates are ranked together."""

BLOCK = 32_768
"""Rows added at a time."""

Report = Callable[[str, int, int | None], None]
"""Called with (what, done, total)."""


@dataclass
class Graph:
    """A graph and what is needed to use it.

    Attributes:
        inner: `hnswlib.Index` over the shortened rows.
        projection: (d, p), or None for the rows as they are.
        hashes: (labels,) of the stored rows; a label is a key's number in the graph.
        rows: (labels,) row in the key matrix, -1 for keys that are no longer in it.
        candidates: to ask for, by number of neighbours; empty before tuning.
        recall: that was measured then, by number of neighbours.
    """

    inner: Any
    projection: np.ndarray | None
    hashes: np.ndarray
    rows: np.ndarray
    candidates: dict[int, int] = field(default_factory=dict)
    recall: dict[int, float] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        """True if its recall, as far as that was measured, suffices."""
        return all(recall >= LEAST_RECALL for recall in self.recall.values())

    def shorten(self, rows: np.ndarray) -> np.ndarray:
        """(m, d) to (m, p)."""
        return rows if self.projection is None else rows @ self.projection

    def asked(self, k: int) -> int:
        """How many candidates are needed for k neighbours."""
        known = [self.candidates[size] for size in sorted(self.candidates) if size >= k]
        most = max(self.candidates.values(), default=2 * CANDIDATES[2])
        return max(known[0] if known else most * k // max(TUNED_K), k)


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

    def __len__(self) -> int:
        return len(self.keys)

    def search(self, queries: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Nearest rows, best first; see `Index.search`. Falls back to exact where the graph cannot."""
        queries = check_queries(queries, self.keys.shape[1])
        k = min(k, len(self.keys))
        if k == 0:
            return np.zeros((len(queries), 0), np.int64), np.zeros((len(queries), 0), np.float32)
        return self.search_candidates(queries, k, self.graph.asked(k))

    def search_candidates(
        self, queries: np.ndarray, k: int, candidates: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """The best k of so many candidates of the graph."""
        wanted = min(max(candidates, k), len(self.keys))
        self.graph.inner.set_ef(max(wanted, CANDIDATES[0]))
        parts = [
            self._rank(queries[start : start + AT_ONCE], k, wanted)
            for start in range(0, len(queries), AT_ONCE)
        ]
        return np.concatenate([rows for rows, _ in parts]), np.concatenate([scores for _, scores in parts])

    def _rank(self, queries: np.ndarray, k: int, wanted: int) -> tuple[np.ndarray, np.ndarray]:
        short = self.graph.shorten(queries)
        # One query is not worth waking other threads for.
        threads = 1 if len(queries) == 1 else -1
        try:
            labels, _ = self.graph.inner.knn_query(short, k=wanted, num_threads=threads)
        except RuntimeError:  # fewer than so many keys can be reached from the entry point
            return ExactIndex(self.keys).search(queries, k)
        found = self.graph.rows[labels.astype(np.int64)]  # (q, wanted)
        every, place = np.unique(found, return_inverse=True)
        full = take_rows(self.keys, every)  # each row is read once for all queries
        places = place.reshape(found.shape)
        scores = np.stack([full[p] @ q for p, q in zip(places, queries, strict=True)]).astype(np.float32)
        order = np.lexsort((found, -scores), axis=1)[:, :k]
        return np.take_along_axis(found, order, 1), np.take_along_axis(scores, order, 1)


def build(keys: Keys, report: Report | None = None) -> HnswIndex:
    """Builds and tunes a graph in memory. Raises ImportError where hnswlib is missing."""
    graph = empty_graph(keys)
    add_rows(graph, keys, np.arange(len(keys)), row_hashes(keys), report)
    index = HnswIndex(keys, graph)
    tune(index)
    return index


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


def tune(index: HnswIndex) -> None:
    """Finds how many candidates give the target recall, by queries that lie among the keys."""
    graph, n = index.graph, len(index)
    graph.candidates, graph.recall = {}, {}
    if n < 2:
        return
    queries = _probes(index.keys)
    true, _ = ExactIndex(index.keys).search(queries, min(max(TUNED_K), n))
    for size in TUNED_K:
        k = min(size, n)
        for candidates in (c for c in CANDIDATES if c >= size or c == CANDIDATES[-1]):
            found, _ = index.search_candidates(queries, k, candidates)
            hits = [len({*a} & {*b}) for a, b in zip(found.tolist(), true[:, :k].tolist(), strict=True)]
            graph.candidates[size], graph.recall[size] = candidates, float(np.mean(hits)) / k
            if graph.recall[size] >= TARGET_RECALL:
                break


def _probes(keys: Keys) -> np.ndarray:
    """Queries such as specimens of the same kinds would give, (q, d) unit rows.

    A key that is moved by the difference of two of its neighbours stays among its kind, but has no
    links in the graph, which make finding a key itself easier than finding a new specimen.
    """
    numbers = np.sort(np.random.default_rng(1).choice(len(keys), size=min(PROBES, len(keys)), replace=False))
    rows = take_rows(keys, numbers)
    near, _ = ExactIndex(keys).search(rows, 8)
    moved = rows + take_rows(keys, near[:, near.shape[1] // 2]) - take_rows(keys, near[:, -1])
    norms = np.linalg.norm(moved, axis=1, keepdims=True)
    return np.where(norms > 0.1, moved / np.maximum(norms, 0.1), rows).astype(np.float32)
