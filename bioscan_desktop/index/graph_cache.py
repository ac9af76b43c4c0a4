"""Graphs on disk: kept in step with their keys, and never half written.

    meta.json            of which keys, how hard to search, names and checksums of the others
    graph-TOKEN.bin      hnswlib's own file
    labels-TOKEN.npz     hashes and rows of the labels, and the projection

Files are written under new names; they count once `meta.json`, which names them, is replaced. While
a large graph is built it is stored every other minute, so that a killed run goes on from there: an
unfinished graph is simply one that lacks keys. In the same way a graph follows a library that grows
or shrinks: keys are known by the hash of their row, new ones are added, missing ones are marked.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import time
import zlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from bioscan_desktop.index.exact import ExactIndex, Index
from bioscan_desktop.index.hnsw import (
    LEAST_RECALL,
    Effort,
    Graph,
    HnswIndex,
    Report,
    empty_graph,
    row_hashes,
)
from bioscan_desktop.index.keys import Keys
from bioscan_desktop.index.native import native_path
from bioscan_desktop.index.tuning import add_and_tune

CACHE_VERSION = 3
CHECKPOINT_S = 120.0
"""Seconds of building between two stores; storing a million keys takes about two."""

REUSED = 0.5
"""Share of the keys that a graph must have already, to be brought up to date and not built anew."""

LEFT_S = 86_400.0
"""Seconds after which a file that no `meta.json` names was left by a killed program. A newer one may be
another program's, which is just storing a graph of the same library."""

DEAD = 0.25
"""Share of marked keys at which a graph is built anew: it walks through them for nothing."""


def load(keys: Keys, folder: Path, identity: str) -> HnswIndex | None:
    """The stored graph of exactly these keys.

    Args:
        folder: of the graph.
        identity: hash of the key file.

    Returns:
        None if there is none, it is of other keys, unfinished, damaged, or misses too much.
    """
    meta = _meta(folder)
    if meta is None or meta.get("identity") != identity or not meta.get("complete"):
        return None
    graph = _read(folder, meta, keys.shape[1])
    if graph is None or int(graph.rows.max(initial=-1)) >= len(keys) or not graph.good:
        return None
    return HnswIndex(keys, graph)


def refusal(folder: Path, identity: str) -> str:
    """What is wrong with a stored graph that `load` does not take, to end a sentence; "" if there is none.

    Preparing the graph mends all of that; what it cannot mend is told by `shortfall`.

    Args:
        folder, identity: as for `load`.
    """
    meta = _meta(folder)
    if meta is None:
        return ""
    if meta.get("identity") != identity:
        return "belongs to other keys than this library has"
    if not meta.get("complete"):
        return "is not finished"
    return "is damaged"


def shortfall(folder: Path, identity: str) -> str:
    """That the graph of exactly these keys was built and found too few of them; "" otherwise.

    Building it again gives the same graph, up to the order in which threads add keys. So exact search
    serves until the keys change.

    Args:
        folder, identity: as for `load`.
    """
    meta = _meta(folder)
    if meta is None or meta.get("identity") != identity or not meta.get("complete"):
        return ""
    try:
        recall = min(float(effort["recall"]) for effort in meta["efforts"].values())
    except (LookupError, TypeError, ValueError, AttributeError):
        return ""
    return _too_few(recall) if recall < LEAST_RECALL else ""


def _too_few(recall: float) -> str:
    return f"Exact search is used: a graph would find only {recall:.0%} of the nearest keys of this library."


def exists(folder: Path) -> bool:
    """True if a graph is stored, of whatever keys."""
    return _meta(folder) is not None


def prepare(
    keys: Keys, folder: Path | None, identity: str, report: Report | None = None
) -> tuple[Index, str]:
    """An index over the keys: the stored graph, brought up to date, or a new one.

    Args:
        folder: of the graph; None keeps it in memory only.
        identity: hash of the key file.
        report: told how far it is.

    Returns:
        the index, and a sentence where the exact index serves instead ("" otherwise).
    """
    try:
        import hnswlib  # noqa: F401 - probing
    except ImportError as error:
        return ExactIndex(keys), f"Exact search is used: hnswlib is not installed ({error})."
    if folder is not None and (found := load(keys, folder, identity)) is not None:
        return found, ""
    if folder is not None and (notice := shortfall(folder, identity)):
        return ExactIndex(keys), notice
    hashes = row_hashes(keys)
    graph = _stored(keys, folder, hashes)
    index = None
    if graph is not None:
        missing = np.setdiff1d(np.arange(len(keys)), graph.rows)
        index = _complete(graph, keys, missing, hashes, folder, identity, report)
    if index is None or not index.graph.good:  # none, or its axes do not suit what came later
        everything = np.arange(len(keys))
        index = _complete(empty_graph(keys), keys, everything, hashes, folder, identity, report)
    graph = index.graph
    if folder is not None:
        _write(folder, graph, identity, complete=True)
    if not graph.good:
        return ExactIndex(keys), _too_few(min(graph.recall.values()))
    return index, ""


def _complete(
    graph: Graph,
    keys: Keys,
    missing: np.ndarray,
    hashes: np.ndarray,
    folder: Path | None,
    identity: str,
    report: Report | None,
) -> HnswIndex:
    """Adds the missing rows, storing what there is from time to time, and tunes."""
    last = time.monotonic()

    def checkpoint() -> None:
        nonlocal last
        if folder is not None and time.monotonic() - last > CHECKPOINT_S:
            _write(folder, graph, identity, complete=False)
            last = time.monotonic()

    return add_and_tune(graph, keys, missing, hashes, report, checkpoint)


def _stored(keys: Keys, folder: Path | None, hashes: np.ndarray) -> Graph | None:
    """The stored graph, if enough of it is of use, with the rows that its labels have now."""
    meta = _meta(folder) if folder is not None else None
    graph = _read(folder, meta, keys.shape[1]) if folder is not None and meta is not None else None
    return graph if graph is not None and _follow(graph, hashes) else None


def _follow(graph: Graph, hashes: np.ndarray) -> bool:
    """Gives the labels of a stored graph the rows of these keys, and marks those without.

    Returns:
        False if too little of the graph can be used; it is unchanged then.
    """
    alive = np.flatnonzero(graph.rows >= 0)
    rows = np.full(len(graph.rows), -1, dtype=np.int64)
    rows[alive] = match(graph.hashes[alive], hashes)
    kept = int((rows >= 0).sum())
    # An unfinished graph has few keys and no dead ones; what it has is worth keeping.
    dead = 1 - kept / max(1, len(rows))
    if not kept or dead > DEAD or (dead > 0 and kept < REUSED * len(hashes)):
        return False
    for label in np.flatnonzero((rows < 0) & (graph.rows >= 0)):
        graph.inner.mark_deleted(int(label))
    graph.rows = rows
    return True


def match(old: np.ndarray, new: np.ndarray) -> np.ndarray:
    """For each old hash the place of an equal new one, each place given once; -1 where there is none."""
    order_old, order_new = np.argsort(old, kind="stable"), np.argsort(new, kind="stable")
    a, b = old[order_old], new[order_new]
    nth = np.arange(len(a)) - np.searchsorted(a, a)  # the how-manieth of its equals
    place = np.searchsorted(b, a) + nth
    fits = place < len(b)
    fits[fits] = b[place[fits]] == a[fits]
    found = np.full(len(old), -1, dtype=np.int64)
    found[order_old[fits]] = order_new[place[fits]]
    return found


def _meta(folder: Path) -> dict[str, Any] | None:
    try:
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        return meta if meta["version"] == CACHE_VERSION else None
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _read(folder: Path, meta: dict[str, Any], dim: int) -> Graph | None:
    """A stored graph, or None if it is damaged."""
    try:
        import hnswlib

        graph_file, labels_file = folder / str(meta["graph"]), folder / str(meta["labels"])
        if _checksum(graph_file) != meta["graph_crc32"] or _checksum(labels_file) != meta["labels_crc32"]:
            return None
        with np.load(labels_file, allow_pickle=False) as labels:
            hashes, rows, axes = labels["hashes"], labels["rows"], labels["projection"]
        projection = axes if axes.size else None
        if projection is not None and len(projection) != dim:
            return None
        short = dim if projection is None else projection.shape[1]
        inner = hnswlib.Index(space="ip", dim=short)
        with native_path(graph_file) as path:
            inner.load_index(path)
        if inner.element_count != len(rows):
            return None
        efforts = {int(k): Effort(**effort) for k, effort in meta["efforts"].items()}
        return Graph(inner, projection, hashes, rows, efforts)
    except (ImportError, OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError):
        return None


def _write(folder: Path, graph: Graph, identity: str, complete: bool) -> None:
    """Stores a graph; a full disk or read-only folder only costs the time to build it again."""
    token = secrets.token_hex(4)
    graph_file, labels_file = folder / f"graph-{token}.bin", folder / f"labels-{token}.npz"
    part = folder / f"meta-{token}.part"
    before = _meta(folder) or {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with native_path(graph_file) as path:
            graph.inner.save_index(path)
        axes = graph.projection if graph.projection is not None else np.zeros((0, 0), np.float32)
        with labels_file.open("wb") as stream:
            np.savez(stream, hashes=graph.hashes, rows=graph.rows, projection=axes)
        meta = {
            "version": CACHE_VERSION,
            "identity": identity,
            "complete": complete,
            "graph": graph_file.name,
            "graph_crc32": _checksum(graph_file),
            "labels": labels_file.name,
            "labels_crc32": _checksum(labels_file),
            "efforts": {size: asdict(effort) for size, effort in graph.efforts.items()},
        }
        part.write_text(json.dumps(meta, indent=1) + "\n", encoding="utf-8")
        part.replace(folder / "meta.json")
    except (OSError, RuntimeError):
        _remove(part, graph_file, labels_file)
        return
    _remove(*(folder / Path(str(before[name])).name for name in ("graph", "labels") if name in before))
    _remove(*_left(folder, {graph_file.name, labels_file.name, "meta.json"}))


def _left(folder: Path, named: set[str]) -> list[Path]:
    """What killed programs have left in the folder of a graph."""
    found = []
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if path.name not in named and time.time() - path.stat().st_mtime > LEFT_S:
                found.append(path)
    return found


def _checksum(path: Path) -> int:
    """CRC-32 of a file, without holding it in memory."""
    value = 0
    with path.open("rb") as stream:
        while block := stream.read(1 << 22):
            value = zlib.crc32(block, value)
    return value


def _remove(*paths: Path) -> None:
    for path in paths:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
