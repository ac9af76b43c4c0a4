"""HNSW against exact search, at ten thousand and a hundred thousand keys."""

from __future__ import annotations

import time

import numpy as np
import pytest

from bioscan_desktop.index import tuning
from bioscan_desktop.index.exact import ExactIndex, products
from tests.benchmarks.test_photo import clustered
from tests.benchmarks.timing import by_turns, show

pytestmark = pytest.mark.benchmark

DIM = 256


@pytest.mark.timeout(900)
@pytest.mark.parametrize("n", [10_000, 100_000])
def test_hnsw_against_exact(n: int) -> None:
    rows = clustered(n + 256, DIM, species=n // 20)
    keys, queries = rows[:n], rows[n:]
    exact = ExactIndex(keys)
    start = time.perf_counter()
    graph = tuning.build(keys)
    build_s = time.perf_counter() - start
    true, found = exact.search(queries, 10)[0], graph.search(queries, 10)[0]
    recall = np.mean([len({*a} & {*b}) / 10 for a, b in zip(true.tolist(), found.tolist(), strict=True)])
    one = queries[:1]
    times = by_turns(
        {
            "exact, one query": lambda: exact.search(one, 50),
            "HNSW, one query": lambda: graph.search(one, 50),
            "exact, 64 queries": lambda: exact.search(queries[:64], 50),
            "HNSW, 64 queries": lambda: graph.search(queries[:64], 50),
        },
        rounds=10,
    )
    ratio = times["exact, one query"].median / times["HNSW, one query"].median
    show(
        f"{n:,} keys of {DIM}",
        times,
        {"HNSW, one query": f"{ratio:.1f} x faster; built in {build_s:.1f} s; recall@10 {recall:.3f}"},
    )
    assert recall >= 0.98
    if n >= 100_000:
        assert ratio > 1, "the graph should pay at this size"


def test_a_few_queries_leave_other_cores_alone() -> None:
    """Work, of all cores, in comparing the photos of a step with all keys: against one product by BLAS."""
    rows = clustered(20_016, DIM, species=1000)
    keys, queries = rows[:20_000], rows[20_000:]
    work: dict[str, list[float]] = {"in parts": [], "as one product": []}
    things = {"in parts": lambda: products(queries, keys), "as one product": lambda: queries @ keys.T}
    for _ in range(40):
        for name, thing in things.items():
            start = time.process_time()
            thing()
            time.sleep(0.05)  # who has shared a product still looks for more to do
            work[name].append((time.process_time() - start) * 1000)
    parts, whole = (float(np.median(values)) for values in work.values())
    print(f"\n16 queries, 20,000 keys: {parts:.1f} ms of work in parts, {whole:.1f} ms as one product")
    assert parts < whole
