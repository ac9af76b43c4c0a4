"""How hard a graph must be searched to find what exact search finds: measured on its own keys.

The keys that are asked are not yet in the graph: some are held back, the graph is asked for their
neighbours, and then they are added too. They are what the next specimens will be. Keys that are in
the graph already are found more easily, by their own links; keys that were moved at random turned
out too easy in small libraries and too hard in large ones.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bioscan_desktop.index.exact import ExactIndex
from bioscan_desktop.index.hnsw import (
    AT_ONCE,
    Effort,
    Graph,
    HnswIndex,
    Report,
    add_rows,
    empty_graph,
    row_hashes,
)
from bioscan_desktop.index.keys import Keys, take_rows

TARGET_RECALL = 0.99

TUNED_K = (10, 50, 400)
"""Recall is measured for so many neighbours: to show, to name by, and to sort photos' neighbours anew.
Others get the effort of the next larger number."""

BREADTHS = (32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536)
RANK_COST = 2.0
"""Ranking a candidate by its full row takes about as long as two steps of breadth."""

PROBES = 256
"""Keys that are held back: a share of 0.99 of 10 x 256 is known to 0.002."""

FEWEST = 16
"""A graph that was tuned before is measured again by so many probes or more."""

TIE = 1e-6
"""Keys that are as near as the last neighbour, up to rounding, are as good as that one."""


def add_and_tune(
    graph: Graph,
    keys: Keys,
    missing: np.ndarray,
    hashes: np.ndarray,
    report: Report | None = None,
    checkpoint: Callable[[], None] | None = None,
) -> HnswIndex:
    """Adds rows to a graph and finds how hard it must be searched from then on.

    Args:
        missing: numbers of the rows, which are all that the graph lacks.
        hashes, report, checkpoint: see `add_rows`.
    """
    probes = held_back(missing)
    add_rows(graph, keys, np.setdiff1d(missing, probes), hashes, report, checkpoint)
    index = HnswIndex(keys, graph)
    tune(index, probes)
    add_rows(graph, keys, probes, hashes)
    return index


def build(keys: Keys, report: Report | None = None) -> HnswIndex:
    """Builds and tunes a graph in memory. Raises ImportError where hnswlib is missing."""
    return add_and_tune(empty_graph(keys), keys, np.arange(len(keys)), row_hashes(keys), report)


def held_back(missing: np.ndarray) -> np.ndarray:
    """Some of the rows that are to be added to a graph, which are to be asked before: sorted."""
    size = min(PROBES, len(missing) // 4)
    return np.sort(np.random.default_rng(1).choice(missing, size=size, replace=False))


def tune(index: HnswIndex, probes: np.ndarray) -> None:
    """Finds the least effort that reaches the target recall.

    A graph that was tuned before keeps its efforts as long as they suffice for the new keys too, and
    never gets smaller ones.

    Args:
        probes: rows that are not in the graph yet; all others are.
    """
    graph = index.graph
    if len(probes) < (FEWEST if graph.efforts else 1):
        return
    queries = take_rows(index.keys, probes)
    allowed = np.ones(len(index.keys), dtype=bool)
    allowed[probes] = False
    _, scores = ExactIndex(index.keys).search(queries, max(TUNED_K), allowed)
    most = len(index.keys) - len(probes)
    for size in TUNED_K:
        k = min(size, most)
        last = scores[:, k - 1] - TIE
        before = graph.efforts.get(size)
        if before is None:
            graph.efforts[size] = _least(index, queries, last, k, most)
        elif not _suffices(index, queries, last, k, before):
            found = _least(index, queries, last, k, most)
            graph.efforts[size] = Effort(
                max(before.breadth, found.breadth), max(before.ranked, found.ranked), found.recall
            )


def _least(index: HnswIndex, queries: np.ndarray, last: np.ndarray, k: int, most: int) -> Effort:
    """The cheapest effort that reaches the target; the largest one where none does."""
    best, cost = None, np.inf
    for breadth in BREADTHS:
        if breadth < k:
            continue
        if breadth >= cost:  # walking alone would cost more than all of the best so far
            break
        shares = _shares(index, queries, last, k, min(breadth, most)).mean(axis=0)
        enough = np.flatnonzero(shares >= TARGET_RECALL)
        ranked = max(k, int(enough[0]) + 1) if len(enough) else len(shares)
        if not len(enough) or breadth + RANK_COST * ranked < cost:
            best = Effort(breadth, ranked, float(shares[ranked - 1]))
            cost = breadth + RANK_COST * ranked if len(enough) else np.inf
    assert best is not None, "k is below the largest breadth"
    return best


def _suffices(index: HnswIndex, queries: np.ndarray, last: np.ndarray, k: int, effort: Effort) -> bool:
    """False if the recall of an effort is certainly below the target."""
    shares = _shares(index, queries, last, k, effort.breadth)[:, : effort.ranked][:, -1]
    return bool(shares.mean() + 2 * shares.std() / np.sqrt(len(shares)) >= TARGET_RECALL)


def _shares(index: HnswIndex, queries: np.ndarray, last: np.ndarray, k: int, breadth: int) -> np.ndarray:
    """Share of the k nearest keys among the first 1, 2, ... that the graph finds, (q, breadth).

    Args:
        last: (q,) cosine from which on a key is among the nearest.
    """
    parts = []
    for start in range(0, len(queries), AT_ONCE):
        part = queries[start : start + AT_ONCE]
        found = index.propose(part, breadth, breadth)
        if found is None:  # exact search will serve
            return np.ones((len(queries), breadth))
        good = index.scores(part, found) >= last[start : start + AT_ONCE, None]
        parts.append(np.minimum(np.cumsum(good, axis=1), k) / k)
    return np.concatenate(parts)
