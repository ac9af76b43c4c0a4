"""How hard graphs are searched: measured by keys that are not in them yet."""

from __future__ import annotations

import numpy as np
import pytest

from bioscan_desktop.index import tuning
from bioscan_desktop.index.exact import ExactIndex
from bioscan_desktop.index.hnsw import Effort, Graph, HnswIndex, empty_graph, row_hashes
from bioscan_desktop.index.tuning import PROBES, TARGET_RECALL, add_and_tune, build, held_back


def clustered(n: int, seed: int, dim: int = 128, latent: int = 24) -> np.ndarray:
    """Unit rows in clusters, in few dimensions with a little noise in the others; one space for all seeds."""
    fixed = np.random.default_rng(99)
    axes, centres = fixed.normal(size=(latent, dim)), fixed.normal(size=(60, latent))
    rng = np.random.default_rng(seed)
    rows = (centres[rng.integers(60, size=n)] + 0.4 * rng.normal(size=(n, latent))) @ axes
    rows += 0.2 * rng.normal(size=(n, dim))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


KEYS = clustered(3000, 0)
NEW = clustered(1200, 1)


def grown(graph: Graph, keys: np.ndarray, start: int) -> HnswIndex:
    return add_and_tune(graph, keys, np.arange(start, len(keys)), row_hashes(keys))


def no_search(*_: object) -> None:
    raise AssertionError("the efforts suffice")


def test_some_rows_are_held_back_and_all_get_into_the_graph() -> None:
    assert len(held_back(np.arange(5000))) == PROBES
    assert held_back(np.arange(3)).tolist() == []
    some = held_back(np.arange(100, 200))
    assert len(some) == 25 and len({*some.tolist()}) == 25 and some.min() >= 100
    index = build(KEYS)
    assert sorted(index.graph.rows.tolist()) == list(range(3000))
    rows, _ = index.search(KEYS[held_back(np.arange(3000))], 1)
    assert rows.ravel().tolist() == held_back(np.arange(3000)).tolist()


@pytest.mark.parametrize("k", [5, 10, 50, 300])
def test_new_specimens_are_found_as_often_as_promised(k: int) -> None:
    index = build(KEYS)
    assert set(index.graph.efforts) == {10, 50, 400}
    assert all(TARGET_RECALL <= recall <= 1 for recall in index.graph.recall.values())
    true, found = ExactIndex(KEYS).search(NEW[:200], k)[0], index.search(NEW[:200], k)[0]
    hits = [len({*a} & {*b}) / k for a, b in zip(true.tolist(), found.tolist(), strict=True)]
    assert np.mean(hits) >= TARGET_RECALL - 0.01


def test_where_the_graph_has_the_full_rows_its_order_is_the_right_one() -> None:
    keys = clustered(2000, 0, dim=48)
    index = build(keys)
    assert index.graph.projection is None
    assert {k: effort.ranked for k, effort in index.graph.efforts.items()} == {10: 10, 50: 50, 400: 400}


def test_equal_keys_are_as_good_as_each_other() -> None:
    """There are more nearest keys than are asked for; which of them are found does not matter."""
    index = build(np.repeat(KEYS[:8], 100, axis=0))
    assert min(index.graph.recall.values()) == 1


def test_efforts_that_suffice_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = build(KEYS).graph
    before = dict(graph.efforts)
    monkeypatch.setattr(tuning, "_least", no_search)
    assert grown(graph, np.concatenate([KEYS, NEW]), 3000).graph.efforts == before


def test_efforts_that_do_not_suffice_grow_and_never_shrink() -> None:
    graph = build(KEYS).graph
    graph.efforts = {10: Effort(10, 400, 0.99), 50: Effort(2000, 20, 0.99)}
    after = grown(graph, np.concatenate([KEYS, NEW]), 3000).graph.efforts
    assert after[10].breadth > 10 and after[10].ranked == 400
    assert after[50].breadth == 2000 and after[50].ranked >= 50 and 400 in after
    assert after[10].recall >= TARGET_RECALL


def test_few_new_keys_are_too_few_to_measure_by(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = build(KEYS).graph
    graph.efforts = before = {10: Effort(10, 10, 0.99), 50: Effort(50, 50, 0.99)}
    index = grown(graph, np.concatenate([KEYS, NEW[:20]]), 3000)
    assert index.graph.efforts == before


def test_the_widest_search_is_kept_where_even_that_misses_some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuning, "BREADTHS", (16, 50))
    monkeypatch.setattr(tuning, "TUNED_K", (10, 50))
    rows = np.random.default_rng(0).normal(size=(4000, 300)).astype(np.float32)
    rows[:, 40:] *= 0.6  # half of the length lies outside of any few axes
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    efforts = build(rows).graph.efforts
    assert efforts[10].breadth == efforts[10].ranked == 50
    assert 0 < efforts[10].recall < TARGET_RECALL
    assert not empty_graph(rows).efforts
