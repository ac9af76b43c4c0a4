"""Stored graphs: read back, damaged, killed, and following keys that change."""

from __future__ import annotations

import builtins
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioscan_desktop.index import graph_cache, hnsw
from bioscan_desktop.index.exact import ExactIndex
from bioscan_desktop.index.graph_cache import load, match, prepare, refusal, shortfall
from bioscan_desktop.index.hnsw import HnswIndex, row_hashes
from bioscan_desktop.index.keys import KeyFile, save_keys
from bioscan_desktop.index.projection import fit_projection

ROOT = Path(__file__).resolve().parents[2]
DIM = 96


def clustered(n: int, seed: int = 0, dim: int = DIM, latent: int = 20) -> np.ndarray:
    """Unit rows in clusters, in few dimensions with a little noise in the others; one space for all seeds."""
    fixed = np.random.default_rng(99)
    axes, centres = fixed.normal(size=(latent, dim)), fixed.normal(size=(n // 20 + 5, latent))
    rng = np.random.default_rng(seed)
    rows = (centres[rng.integers(len(centres), size=n)] + 0.4 * rng.normal(size=(n, latent))) @ axes
    rows += 0.1 * rng.normal(size=(n, dim))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


KEYS = clustered(2000)
QUERIES = clustered(2000, seed=5)[:50]


def recall(index: Any, keys: Any, k: int = 10) -> float:
    true, found = ExactIndex(keys).search(QUERIES, k)[0], index.search(QUERIES, k)[0]
    return float(np.mean([len({*a} & {*b}) / k for a, b in zip(true.tolist(), found.tolist(), strict=True)]))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "Ünï 昆虫" / "keys.hnsw"
    index, notice = prepare(KEYS, folder, "one")
    assert (index.kind, notice) == ("hnsw", "")
    return folder


def no_building(*_: Any, **__: Any) -> None:
    raise AssertionError("the stored graph is good")


class TestReading:
    def test_it_is_read_back_with_all_that_was_measured(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(graph_cache, "add_and_tune", no_building)
        index = load(KEYS, folder, "one")
        assert isinstance(index, HnswIndex)
        assert index.graph.projection is not None and index.graph.projection.shape == (DIM, 64)
        assert set(index.graph.efforts) == {10, 50, 400} and index.graph.good
        assert recall(index, KEYS) >= 0.97
        again, _ = prepare(KEYS, folder, "one")
        np.testing.assert_array_equal(again.search(QUERIES, 10)[0], index.search(QUERIES, 10)[0])

    def test_scores_are_those_of_exact_search(self, folder: Path) -> None:
        index = load(KEYS, folder, "one")
        assert index is not None
        rows, scores = index.search(QUERIES, 10)
        np.testing.assert_allclose(scores, np.einsum("qkd,qd->qk", KEYS[rows], QUERIES), atol=1e-6)

    @pytest.mark.parametrize("identity", ["two", ""])
    def test_the_graph_of_other_keys_is_not_used(self, folder: Path, identity: str) -> None:
        assert load(KEYS, folder, identity) is None

    @pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "gone"])
    @pytest.mark.parametrize("part", ["graph", "labels", "meta"])
    def test_damage_is_noticed_and_mended(self, folder: Path, damage: str, part: str) -> None:
        path = next(folder.glob(f"{part}*"))
        good = path.read_bytes()
        middle = len(good) // 2
        data = {
            "cut": good[:-10],
            "flipped": good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1 :],
            "empty": b"",
        }
        if damage == "gone":
            path.unlink()
        else:
            path.write_bytes(data[damage])
        if (part, damage) != ("meta", "flipped"):  # a flipped bit in a number may still be JSON
            assert load(KEYS, folder, "one") is None
        for file in folder.iterdir():
            os.utime(file, (1, 1))
        index, notice = prepare(KEYS, folder, "one")
        assert (index.kind, notice) == ("hnsw", "")
        assert index.search(KEYS[:20], 1)[0].ravel().tolist() == list(range(20))
        assert load(KEYS, folder, "one") is not None
        assert len(list(folder.iterdir())) == 3

    def test_what_another_program_is_just_storing_is_left_alone(self, folder: Path) -> None:
        before = {file.name for file in folder.iterdir()} - {"meta.json"}
        for name in ("graph-theirs.bin", "graph-killed.bin"):
            (folder / name).write_bytes(b"half")
        os.utime(folder / "graph-killed.bin", (1, 1))
        prepare(KEYS[:-1], folder, "two")
        names = {file.name for file in folder.iterdir()}
        assert "graph-theirs.bin" in names and "graph-killed.bin" not in names
        assert not names & before and len(names) == 4

    def test_why_a_graph_is_not_used_is_told(self, folder: Path) -> None:
        path = folder / "meta.json"
        meta = json.loads(path.read_text())
        assert refusal(folder, "two") == "belongs to other keys than this library has"
        path.write_text(json.dumps({**meta, "complete": False}))
        assert refusal(folder, "one") == "is not finished"
        worst = {**meta["efforts"], "10": {**meta["efforts"]["10"], "recall": 0.801}}
        path.write_text(json.dumps({**meta, "efforts": worst}))
        assert load(KEYS, folder, "one") is None
        few = "Exact search is used: a graph would find only 80% of the nearest keys of this library."
        assert shortfall(folder, "one") == few
        assert shortfall(folder, "two") == ""
        for efforts in (meta["efforts"], 7, {"10": 7}):
            path.write_text(json.dumps({**meta, "efforts": efforts}))
            (folder / meta["graph"]).write_bytes(b"")
            assert load(KEYS, folder, "one") is None
            assert refusal(folder, "one") == "is damaged" and shortfall(folder, "one") == ""
        path.unlink()
        assert refusal(folder, "one") == ""

    def test_an_older_format_is_built_anew(self, folder: Path) -> None:
        path = folder / "meta.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "version": 1}))
        assert not graph_cache.exists(folder)
        assert prepare(KEYS, folder, "one")[0].kind == "hnsw"

    def test_a_graph_that_misses_too_much_is_not_used(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for module in (hnsw, graph_cache):
            monkeypatch.setattr(module, "LEAST_RECALL", 1.01)
        index, notice = prepare(KEYS[:500], tmp_path / "g", "one")
        assert index.kind == "exact"
        assert notice.startswith("Exact search is used: a graph would find only ")
        assert load(KEYS[:500], tmp_path / "g", "one") is None
        with monkeypatch.context() as patch:  # nor is it built again, which would take as long for nothing
            patch.setattr(graph_cache, "add_and_tune", no_building)
            index, again = prepare(KEYS[:500], tmp_path / "g", "one")
        assert (index.kind, again) == ("exact", notice)
        monkeypatch.undo()
        assert prepare(KEYS[:510], tmp_path / "g", "two")[0].kind == "hnsw"


class TestWriting:
    def test_a_folder_that_cannot_be_written_only_costs_time(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("not a folder")
        index, notice = prepare(KEYS, tmp_path / "file" / "graph", "one")
        assert (index.kind, notice) == ("hnsw", "")

    def test_a_full_disk_leaves_nothing_behind(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(_: Path, __: Path) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Path, "replace", full)
        assert len(prepare(KEYS, tmp_path / "graph", "one")[0]) == 2000
        assert list((tmp_path / "graph").iterdir()) == []

    def test_without_hnswlib_the_exact_index_serves(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = builtins.__import__

        def no_hnswlib(name: str, *arguments: Any) -> Any:
            if name == "hnswlib":
                raise ImportError("No module named 'hnswlib'")
            return real(name, *arguments)

        monkeypatch.setattr(builtins, "__import__", no_hnswlib)
        index, notice = prepare(KEYS, folder, "one")
        assert index.kind == "exact"
        assert "hnswlib" in notice and notice.endswith(".")
        assert load(KEYS, folder, "one") is None

    @pytest.mark.skipif(os.name == "nt", reason="kill -9 is POSIX")
    def test_a_killed_build_goes_on(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Killed for real in the middle; what was stored until then is not built again."""
        save_keys(tmp_path / "keys.npy", KEYS)
        code = f"""
import os, signal
from pathlib import Path
from bioscan_desktop.index import graph_cache, hnsw
from bioscan_desktop.index.keys import KeyFile
hnsw.BLOCK, graph_cache.CHECKPOINT_S = 500, 0.0
def report(what, done, total):
    if done >= 1500: os.kill(os.getpid(), signal.SIGKILL)
keys = KeyFile(Path({str(tmp_path / "keys.npy")!r}), {DIM}, 2000)
graph_cache.prepare(keys, Path({str(tmp_path / "graph")!r}), "one", report)
"""
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run([sys.executable, "-c", code], env=env, cwd=ROOT)
        assert done.returncode == -signal.SIGKILL
        keys = KeyFile(tmp_path / "keys.npy", DIM, 2000)
        assert load(keys, tmp_path / "graph", "one") is None
        told: list[tuple[str, int, int | None]] = []
        index, _ = prepare(keys, tmp_path / "graph", "one", lambda *step: told.append(step))
        assert told == [("preparing the search", 750, 750)]  # a quarter is held back, for measuring
        assert recall(index, keys) >= 0.97
        assert load(keys, tmp_path / "graph", "one") is not None


class TestFollowing:
    def test_added_keys_are_added_and_missing_ones_not_found(self, folder: Path) -> None:
        new = clustered(2000, seed=9)[:300]
        changed = np.concatenate([KEYS[200:], new])
        told: list[tuple[str, int, int | None]] = []
        index, _ = prepare(changed, folder, "two", lambda *step: told.append(step))
        assert told == [("preparing the search", 225, 225)]  # and 75 that are asked first
        assert isinstance(index, HnswIndex)
        assert recall(index, changed) >= 0.97
        assert index.search(new[:50], 1)[0].ravel().tolist() == list(range(1800, 1850))
        loaded = load(changed, folder, "two")
        assert loaded is not None
        np.testing.assert_array_equal(loaded.search(QUERIES, 50)[0], index.search(QUERIES, 50)[0])
        assert load(KEYS, folder, "one") is None

    def test_removed_keys_may_come_back(self, folder: Path) -> None:
        prepare(KEYS[100:], folder, "two")
        index, _ = prepare(KEYS, folder, "three")
        assert index.search(KEYS[:50], 1)[0].ravel().tolist() == list(range(50))
        assert recall(index, KEYS) >= 0.97

    @pytest.mark.parametrize(
        "keys", [KEYS[1500:], clustered(2000, seed=1), KEYS[:0]], ids=["few", "other", "none"]
    )
    def test_too_many_changes_build_it_anew(self, folder: Path, keys: np.ndarray) -> None:
        index, _ = prepare(keys, folder, "two")
        assert isinstance(index, HnswIndex)
        assert len(index.graph.rows) == len(keys)
        if len(keys):
            assert recall(index, keys) >= 0.97

    def test_axes_that_do_not_suit_what_came_are_given_up(self, tmp_path: Path) -> None:
        """Keys of another part of the space: along the old axes they all look alike."""
        rng = np.random.default_rng(0)
        axes = np.linalg.qr(rng.normal(size=(DIM, DIM)))[0]
        old, new = rng.normal(size=(1200, 30)) @ axes[:30], rng.normal(size=(1100, 60)) @ axes[30:90]
        keys = np.concatenate([old, new]).astype(np.float32)
        keys /= np.linalg.norm(keys, axis=1, keepdims=True)
        prepare(keys[:1200], tmp_path / "graph", "one")
        index, _ = prepare(keys, tmp_path / "graph", "two")
        true = ExactIndex(keys).search(keys[1200:1300], 10)[0]
        found = index.search(keys[1200:1300], 10)[0]
        assert np.mean([len({*a} & {*b}) for a, b in zip(true.tolist(), found.tolist(), strict=True)]) >= 9.5

    @given(st.lists(st.integers(0, 5), max_size=30), st.lists(st.integers(0, 5), max_size=30))
    def test_equal_rows_are_matched_one_to_one(self, old: list[int], new: list[int]) -> None:
        places = match(np.array(old, dtype=np.uint64), np.array(new, dtype=np.uint64))
        used = [p for p in places.tolist() if p >= 0]
        assert len(used) == len(set(used)) == sum(min(old.count(v), new.count(v)) for v in set(old))
        assert all(new[p] == v for v, p in zip(old, places.tolist(), strict=True) if p >= 0)

    def test_hashes_tell_rows_apart_and_depend_on_nothing_else(self, tmp_path: Path) -> None:
        hashes = row_hashes(KEYS)
        assert len(set(hashes.tolist())) == 2000
        np.testing.assert_array_equal(row_hashes(KEYS[7:9]), hashes[7:9])
        nearly = KEYS[:1].copy()
        nearly[0, 3] = np.nextafter(nearly[0, 3], 1)
        swapped = KEYS[:1, ::-1]
        assert len({row_hashes(k)[0] for k in (nearly, swapped, KEYS[:1])}) == 3
        save_keys(tmp_path / "keys.npy", KEYS[:10, :33])
        assert len(set(row_hashes(KeyFile(tmp_path / "keys.npy", 33, 10)).tolist())) == 10


class TestAxes:
    def test_axes_keep_products(self) -> None:
        axes = fit_projection(KEYS)
        assert axes is not None
        np.testing.assert_allclose(axes.T @ axes, np.eye(axes.shape[1]), atol=1e-5)
        short = KEYS @ axes
        np.testing.assert_allclose(short[:50] @ short.T, KEYS[:50] @ KEYS.T, atol=0.05)

    def test_rows_that_fill_their_space_stay_as_they_are(self) -> None:
        rows = np.random.default_rng(0).normal(size=(3000, 128)).astype(np.float32)
        assert fit_projection(rows) is None
        assert fit_projection(KEYS[:, :64]) is None
        assert fit_projection(KEYS[:0]) is None
