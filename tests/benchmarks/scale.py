"""What large libraries cost, by number of keys: `python -m tests.benchmarks.scale 1000 10000 100000`.

Made-up embeddings like those of insects: 300 families, 3,000 genera and 20,000 species of very unequal
abundance, in 96 dimensions, with noise in all 512. For each number of keys: the file, exact search, and
the graph: building it (beside plain hnswlib over the full rows with the same parameters, block by
block by turns), opening it in a new process, asking it, and adding keys to it. CPU seconds are given
beside seconds, since they hardly depend on what else the machine is doing.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from bioscan_desktop.index import graph_cache
from bioscan_desktop.index.exact import ExactIndex
from bioscan_desktop.index.hnsw import EF_CONSTRUCTION, HnswIndex, M
from bioscan_desktop.index.keys import KeyFile, KeyWriter

DIM = 512
QUERIES = 500
ADDED = 10_000
COLUMNS = (
    "keys key_bytes graph_bytes build_s build_cpu_s build_cpu_ratio exact_1_ms exact_64_ms "
    "query_10_ms query_10_cpu_ms recall_10 recall_50 load_s resident_mb add_s add_cpu_s"
).split()
ROOT = Path(__file__).resolve().parents[2]


def embeddings(n: int, dim: int = DIM, seed: int = 0, latent: int = 96) -> Iterator[np.ndarray]:
    """n unit rows in blocks, (m, dim) float32."""
    rng = np.random.default_rng(seed)
    families = rng.normal(size=(300, latent))
    genera = families[rng.integers(300, size=3000)] + 0.6 * rng.normal(size=(3000, latent))
    species = genera[rng.integers(3000, size=20_000)] + 0.4 * rng.normal(size=(20_000, latent))
    abundance = 1 / np.arange(1, 20_001)
    abundance /= abundance.sum()
    axes = rng.normal(size=(latent, dim)) / np.sqrt(latent)
    for start in range(0, n, 32_768):
        size = min(32_768, n - start)
        inner = species[rng.choice(20_000, size, p=abundance)] + 0.25 * rng.normal(size=(size, latent))
        rows = (inner @ axes).astype(np.float32) + 0.15 * rng.normal(size=(size, dim)).astype(np.float32)
        yield rows / np.linalg.norm(rows, axis=1, keepdims=True)


class _Clock:
    """Seconds, and CPU seconds of this process, since it was made."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def read(self) -> np.ndarray:
        """(2,)."""
        return np.array([time.perf_counter() - self._wall, time.process_time() - self._cpu])


def measure(n: int, folder: Path, plain: int | None = None) -> dict[str, Any]:
    """All figures for n keys.

    Args:
        plain: keys that plain hnswlib gets for comparison; None gives it all.
    """
    import hnswlib

    plain = n if plain is None else min(n, plain)
    path = folder / "keys.npy"
    held_out, extra = [], []
    with KeyWriter(path, DIM) as writer:
        for block in embeddings(n + QUERIES + ADDED):
            first = writer.count + sum(map(len, held_out)) + sum(map(len, extra))
            ends = np.clip([n - first, n + QUERIES - first], 0, len(block))
            writer.write(block[: ends[0]])
            held_out.append(block[ends[0] : ends[1]])
            extra.append(block[ends[1] :])
    queries, more = np.concatenate(held_out), np.concatenate(extra)
    keys = KeyFile(path, DIM, n)
    exact = ExactIndex(keys)
    true, _ = exact.search(queries, 50)
    report: dict[str, Any] = {"keys": n, "key_bytes": path.stat().st_size / n}
    for size in (1, 64):
        times = []
        for number in range(5):
            clock = _Clock()
            exact.search(queries[number * size : (number + 1) * size], 10)
            times.append(clock.read() * 1000 / size)
        report[f"exact_{size}_ms"], report[f"exact_{size}_cpu_ms"] = np.min(times, axis=0).tolist()

    other: Any = hnswlib.Index(space="ip", dim=DIM)
    other.init_index(max_elements=plain, M=M, ef_construction=EF_CONSTRUCTION, random_seed=42)
    spent, compared = np.zeros(2), np.zeros(2)

    def by_turns(_: str, done: int, __: int | None) -> None:
        """Plain hnswlib gets the block that our graph got just now."""
        nonlocal spent, compared
        start = other.element_count
        if start < plain:
            compared = whole.read() - spent
            rows = keys.take(np.arange(start, min(done, plain)))
            clock = _Clock()
            other.add_items(rows, np.arange(start, start + len(rows)))
            spent += clock.read()

    whole = _Clock()
    index, notice = graph_cache.prepare(keys, folder / "graph", "first", by_turns)
    ours = whole.read() - spent
    assert isinstance(index, HnswIndex), notice
    if plain == n:
        compared = ours  # axes, hashes, tuning and storing count too
    report["build_s"], report["build_cpu_s"] = ours.tolist()
    report["plain_keys"] = plain
    report["plain_s"], report["plain_cpu_s"] = spent.tolist()
    report["build_ratio"], report["build_cpu_ratio"] = (compared / spent).tolist()
    stored = sum(file.stat().st_size for file in (folder / "graph").iterdir())
    axes = index.graph.projection.shape[1] if index.graph.projection is not None else DIM
    report |= {"graph_bytes": stored / n, "axes": axes, "candidates": index.graph.candidates}
    del index
    np.savez(folder / "queries.npz", queries=queries, true=true)
    command = [sys.executable, "-m", "tests.benchmarks.scale", "--open", str(folder), str(n)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    report |= json.loads(done.stdout)

    with KeyWriter(path, DIM, append=True) as writer:
        writer.write(more)
    clock = _Clock()
    grown, _ = graph_cache.prepare(KeyFile(path, DIM, n + ADDED), folder / "graph", "second")
    report["add_s"], report["add_cpu_s"] = clock.read().tolist()
    assert isinstance(grown, HnswIndex) and len(grown.graph.rows) == n + ADDED, "it was built anew"
    found, _ = grown.search(more[:100], 1)
    report["added_found"] = float(np.mean(found[:, 0] == n + np.arange(100)))
    return report


def open_and_ask(folder: Path, n: int) -> dict[str, Any]:
    """What a new process sees: opening the stored graph, single queries, memory."""
    with np.load(folder / "queries.npz") as stored:
        queries, true = stored["queries"], stored["true"]
    before = _resident()
    clock = _Clock()
    keys = KeyFile(folder / "keys.npy", DIM, n)
    index = graph_cache.load(keys, folder / "graph", "first")
    assert index is not None
    index.search(queries[:1], 10)
    load_s, load_cpu_s = clock.read().tolist()
    report: dict[str, Any] = {"load_s": load_s, "load_cpu_s": load_cpu_s}
    for k in (10, 50):
        times, found = [], []
        for query in queries:
            clock = _Clock()
            found.append(index.search(query, k)[0][0])
            times.append(clock.read() * 1000)
        wall, cpu = np.array(times).T
        report |= {
            f"query_{k}_ms": float(np.median(wall)),
            f"query_{k}_p99_ms": float(np.percentile(wall, 99)),
        }
        report[f"query_{k}_cpu_ms"] = float(np.mean(cpu))
        report[f"recall_{k}"] = float(
            np.mean([len({*a.tolist()} & {*b[:k].tolist()}) / k for a, b in zip(found, true, strict=True)])
        )
    report |= {"resident_mb": _resident(), "resident_before_mb": before, "peak_mb": _resident("VmHWM")}
    return report


def _resident(what: str = "VmRSS") -> float:
    """Megabytes of this process, as Linux tells them; 0 elsewhere."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(what))


def main() -> None:
    """Prints the figures as JSON lines, and as a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=[1000, 10_000, 100_000])
    parser.add_argument("--plain", type=int, metavar="N", help="keys that plain hnswlib gets (all)")
    parser.add_argument("--folder", type=Path, help="work here instead of in a temporary folder")
    parser.add_argument("--open", nargs=2, metavar=("FOLDER", "N"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.open:
        print(json.dumps(open_and_ask(Path(arguments.open[0]), int(arguments.open[1]))))
        return
    columns = (
        "keys key_bytes graph_bytes build_s exact_1_ms exact_64_ms query_10_ms recall_10 load_s resident_mb"
    )
    print(columns.replace(" ", "\t"), file=sys.stderr)
    for size in arguments.sizes:
        with tempfile.TemporaryDirectory(prefix="scale-", dir=arguments.folder) as folder:
            report = measure(size, Path(folder), arguments.plain)
        print(json.dumps(report), flush=True)
        print(*(f"{report[name]:.4g}" for name in COLUMNS), sep="\t", file=sys.stderr)


if __name__ == "__main__":
    main()
