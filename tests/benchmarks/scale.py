"""What large libraries cost, by number of keys: `python -m tests.benchmarks.scale 1000 10000 100000`.

Made-up embeddings like those of insects: 300 families, 3,000 genera and 20,000 species of very unequal
abundance, in 96 dimensions, with noise in all 512. For each number of keys: the file, exact search, and
the graph: building it (beside plain hnswlib over the full rows with the same parameters, block by
block by turns), opening it in a new process, asking it, adding keys to it and taking keys away. From
`KILLED_FROM` keys on a build is killed first, and must go on from what it had stored. CPU seconds are
given beside seconds, since they hardly depend on what else the machine is doing.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from bioscan_desktop.index import graph_cache
from bioscan_desktop.index.exact import ExactIndex
from bioscan_desktop.index.hnsw import BLOCK, EF_CONSTRUCTION, HnswIndex, M
from bioscan_desktop.index.keys import KeyFile, KeyWriter
from bioscan_desktop.index.tuning import PROBES

DIM = 512
QUERIES = 500
ADDED = 10_000
KILLED_FROM = 3 * BLOCK + PROBES
COLUMNS = (
    "keys key_bytes graph_bytes build_s build_cpu_s build_cpu_ratio exact_1_ms exact_64_ms "
    "query_10_ms query_10_cpu_ms recall_10 query_50_ms query_50_cpu_ms recall_50 load_s load_cpu_s "
    "resident_mb add_s add_cpu_s remove_s remove_cpu_s"
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

    Each step leaves its figures in the folder, and is not done again where they are there: a million
    keys take long on a machine that has other things to do, and may be measured step by step.

    Args:
        plain: keys that plain hnswlib gets for comparison; None gives it all.
    """
    report: dict[str, Any] = {"keys": n}
    steps: dict[str, Callable[[], dict[str, Any]]] = {
        "keys": lambda: _write_keys(n, folder),
        "exact": lambda: _search_exactly(_keys(folder, n), folder),
        "killed": lambda: _resume_after_a_kill(_keys(folder, n), folder) if n >= KILLED_FROM else {},
        "build": lambda: _build(_keys(folder, n), folder, n if plain is None else min(n, plain)),
        "open": lambda: _open_elsewhere(n, folder),
        "add": lambda: _add(n, folder),
        "remove": lambda: _remove(n, folder),
    }
    for name, step in steps.items():
        path = folder / f"{name}.json"
        if not path.exists():
            found = step()
            path.write_text(json.dumps(found), encoding="utf-8")
        report |= json.loads(path.read_text(encoding="utf-8"))
    return report


def _keys(folder: Path, n: int, name: str = "keys") -> KeyFile:
    return KeyFile(folder / f"{name}.npy", DIM, n)


def _write_keys(n: int, folder: Path) -> dict[str, Any]:
    """Writes the keys, and beside them queries and more keys of the same kinds."""
    held_out, extra = [], []
    with KeyWriter(folder / "keys.npy", DIM) as writer:
        for block in embeddings(n + QUERIES + ADDED):
            first = writer.count + sum(map(len, held_out)) + sum(map(len, extra))
            ends = np.clip([n - first, n + QUERIES - first], 0, len(block))
            writer.write(block[: ends[0]])
            held_out.append(block[ends[0] : ends[1]])
            extra.append(block[ends[1] :])
    np.save(folder / "queries.npy", np.concatenate(held_out))
    np.save(folder / "more.npy", np.concatenate(extra))
    return {"key_bytes": (folder / "keys.npy").stat().st_size / n}


def _search_exactly(keys: KeyFile, folder: Path) -> dict[str, Any]:
    """Keeps the true neighbours of the queries."""
    queries, exact = np.load(folder / "queries.npy"), ExactIndex(keys)
    np.save(folder / "true.npy", exact.search(queries, 50)[0])
    report = {}
    for size in (1, 64):
        times = []
        for number in range(5):
            clock = _Clock()
            exact.search(queries[number * size : (number + 1) * size], 10)
            times.append(clock.read() * 1000 / size)
        report[f"exact_{size}_ms"], report[f"exact_{size}_cpu_ms"] = np.min(times, axis=0).tolist()
    return report


def _build(keys: KeyFile, folder: Path, plain: int) -> dict[str, Any]:
    """Builds the graph from nothing, and plain hnswlib's of the first `plain` keys by turns."""
    import hnswlib

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

    shutil.rmtree(folder / "graph", ignore_errors=True)
    whole = _Clock()
    index, notice = graph_cache.prepare(keys, folder / "graph", "first", by_turns)
    ours = whole.read() - spent
    assert isinstance(index, HnswIndex), notice
    if plain == len(keys):
        compared = ours  # axes, hashes, tuning and storing count too
    report: dict[str, Any] = {"plain_keys": plain}
    report["build_s"], report["build_cpu_s"] = ours.tolist()
    report["plain_s"], report["plain_cpu_s"] = spent.tolist()
    report["build_ratio"], report["build_cpu_ratio"] = (compared / spent).tolist()
    return report


def _open_elsewhere(n: int, folder: Path) -> dict[str, Any]:
    """What a new process sees of the stored graph."""
    command = [sys.executable, "-m", "tests.benchmarks.scale", "--open", str(folder), str(n)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    stored = sum(file.stat().st_size for file in (folder / "graph").iterdir())
    return {"graph_bytes": stored / n, **json.loads(done.stdout)}


def _add(n: int, folder: Path) -> dict[str, Any]:
    """What it costs to add keys, and whether they are found then."""
    more = np.load(folder / "more.npy")
    shutil.copyfile(folder / "keys.npy", folder / "grown.npy")
    with KeyWriter(folder / "grown.npy", DIM, append=True) as writer:
        writer.write(more)
    clock = _Clock()
    index, _ = graph_cache.prepare(_keys(folder, n + ADDED, "grown"), folder / "graph", "second")
    seconds, cpu_seconds = clock.read().tolist()
    assert isinstance(index, HnswIndex) and len(index.graph.rows) == n + ADDED, "it was built anew"
    found, _ = index.search(more[:100], 50)  # as many as names are decided by
    right = float(np.mean(found[:, 0] == n + np.arange(100)))
    return {"add_s": seconds, "add_cpu_s": cpu_seconds, "added_found": right}


def _remove(n: int, folder: Path) -> dict[str, Any]:
    """What it costs to take keys away, here and there, and what is found then."""
    grown = _keys(folder, n + ADDED, "grown")
    stays = np.ones(len(grown), dtype=bool)
    gone = np.sort(np.random.default_rng(3).choice(len(grown), min(ADDED, len(grown) // 10), replace=False))
    stays[gone] = False
    with KeyWriter(folder / "left.npy", DIM) as writer:
        for start in range(0, len(grown), BLOCK):
            writer.write(grown.raw[start : start + BLOCK][stays[start : start + BLOCK]])
    left = _keys(folder, int(stays.sum()), "left")
    clock = _Clock()
    index, _ = graph_cache.prepare(left, folder / "graph", "third")
    seconds, cpu_seconds = clock.read().tolist()
    assert isinstance(index, HnswIndex) and len(index.graph.rows) == len(grown), "it was built anew"
    queries = grown.take(gone[:100])
    true, found = ExactIndex(left).search(queries, 10)[0], index.search(queries, 10)[0]
    return {"remove_s": seconds, "remove_cpu_s": cpu_seconds, "recall_10_removed": _recall(found, true)}


def _resume_after_a_kill(keys: KeyFile, folder: Path) -> dict[str, Any]:
    """Kills a build in its third block; how many keys the next one finds in the graph already."""
    shutil.rmtree(folder / "killed", ignore_errors=True)
    command = [sys.executable, "-m", "tests.benchmarks.scale", "--killed", str(folder), str(len(keys))]
    done = subprocess.run(command, cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL, done.returncode
    assert graph_cache.load(keys, folder / "killed", "first") is None, "half a graph is none"
    missing: list[int] = []

    def stop(_: str, __: int, total: int | None) -> None:
        missing.append(total or 0)
        raise InterruptedError

    with contextlib.suppress(InterruptedError):
        graph_cache.prepare(keys, folder / "killed", "first", stop)
    shutil.rmtree(folder / "killed")
    return {"resumed_keys": len(keys) - PROBES - missing[0]}


def _build_and_be_killed(folder: Path, n: int) -> None:
    def die(_: str, added: int, __: int | None) -> None:
        if added >= 3 * BLOCK:
            os.kill(os.getpid(), signal.SIGKILL)

    graph_cache.CHECKPOINT_S = 0.0
    graph_cache.prepare(_keys(folder, n), folder / "killed", "first", die)


def _recall(found: np.ndarray, true: np.ndarray) -> float:
    """Share of the true neighbours that were found; both (q, k)."""
    pairs = zip(found.tolist(), true.tolist(), strict=True)
    return float(np.mean([len({*a} & {*b}) / len(b) for a, b in pairs]))


def open_and_ask(folder: Path, n: int) -> dict[str, Any]:
    """What a new process sees: opening the stored graph, single queries, memory."""
    queries, true = np.load(folder / "queries.npy"), np.load(folder / "true.npy")
    before = _resident()
    clock = _Clock()
    index = graph_cache.load(_keys(folder, n), folder / "graph", "first")
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
        report[f"recall_{k}"] = _recall(np.array(found), true[:, :k])
    graph = index.graph
    report["axes"] = DIM if graph.projection is None else graph.projection.shape[1]
    for k, effort in graph.efforts.items():
        report |= {f"breadth_{k}": effort.breadth, f"ranked_{k}": effort.ranked}
        report[f"promised_{k}"] = effort.recall
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
    parser.add_argument("--folder", type=Path, help="work and go on here, and keep everything")
    parser.add_argument("--open", nargs=2, metavar=("FOLDER", "N"), help=argparse.SUPPRESS)
    parser.add_argument("--killed", nargs=2, metavar=("FOLDER", "N"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.killed:
        _build_and_be_killed(Path(arguments.killed[0]), int(arguments.killed[1]))
        return
    if arguments.open:
        print(json.dumps(open_and_ask(Path(arguments.open[0]), int(arguments.open[1]))))
        return
    columns = (
        "keys key_bytes graph_bytes build_s exact_1_ms exact_64_ms query_10_ms recall_10 load_s resident_mb"
    )
    print(columns.replace(" ", "\t"), file=sys.stderr)
    for size in arguments.sizes:
        with contextlib.ExitStack() as stack:
            if arguments.folder is None:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="scale-")))
            else:
                folder = arguments.folder / str(size)
                folder.mkdir(parents=True, exist_ok=True)
            report = measure(size, folder, arguments.plain)
        print(json.dumps(report), flush=True)
        print(*(f"{report[name]:.4g}" for name in COLUMNS), sep="\t", file=sys.stderr)


if __name__ == "__main__":
    main()
