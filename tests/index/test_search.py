"""Exact and HNSW search, the key files, and the HNSW cache."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioscan_desktop.core.errors import PackError
from bioscan_desktop.index import exact, tuning
from bioscan_desktop.index.exact import ExactIndex, products
from bioscan_desktop.index.hnsw import Graph, HnswIndex
from bioscan_desktop.index.keys import load_column, load_keys, save_keys

DIM = 24


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def clustered(n: int, dim: int = 64, species: int = 100, seed: int = 0) -> np.ndarray:
    """Unit rows in clusters, as embeddings of species are."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(species, dim))
    return unit(centres[rng.integers(species, size=n)] + 0.4 * rng.normal(size=(n, dim)))


def naive(keys: np.ndarray, queries: np.ndarray, k: int) -> tuple[list[list[int]], list[list[float]]]:
    rows, scores = [], []
    for query in queries:
        ranked = sorted(range(len(keys)), key=lambda i: (-float(np.float32(keys[i] @ query)), i))[:k]
        rows.append(ranked)
        scores.append([float(keys[i] @ query) for i in ranked])
    return rows, scores


KEYS = clustered(400, DIM, 20)
QUERIES = clustered(9, DIM, 20, seed=1)


class TestProducts:
    @pytest.mark.parametrize("n", [0, 1, 17, 63, 64, 300, 5000])
    @pytest.mark.parametrize("count", [1, 2, 3, 16, 31, 32, 33])
    def test_they_are_those_of_all_rows(self, n: int, count: int) -> None:
        rng = np.random.default_rng(n)
        queries, keys = unit(rng.normal(size=(count, 256))), unit(rng.normal(size=(n, 256)))
        wide = np.full((count, n + 2), 7, dtype=np.float32)
        found = products(queries, keys, wide[:, 1:-1])
        np.testing.assert_allclose(found, queries.astype(float) @ keys.T.astype(float), atol=1e-6)
        assert (wide[:, [0, -1]] == 7).all()
        np.testing.assert_array_equal(found, products(queries, keys))

    @pytest.mark.parametrize("dim", [96, 256, 512])
    def test_equal_rows_have_equal_ones_wherever_they_stand(self, dim: int) -> None:
        """So that ties go by row number, and not by the order of sums."""
        rng = np.random.default_rng(dim)
        keys = np.repeat(unit(rng.normal(size=(1, dim))), 5003, axis=0)
        for count in (1, 2, 3, 7, 16, 22, 32):
            found = products(unit(rng.normal(size=(count, dim))), keys)
            assert (found == found[:, :1]).all(), count


class TestExact:
    @pytest.mark.parametrize("k", [1, 7, 399, 400, 1000])
    @pytest.mark.parametrize("block", [1, 64, 400, 16_384])
    def test_it_is_a_sort_by_cosine(self, k: int, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(exact, "BLOCK", block)
        rows, scores = ExactIndex(KEYS).search(QUERIES, k)
        assert rows.shape == scores.shape == (9, min(k, 400))
        assert rows.dtype == np.int64
        assert scores.dtype == np.float32
        expected_rows, expected_scores = naive(KEYS, QUERIES, k)
        np.testing.assert_allclose(scores, expected_scores, atol=1e-6)
        assert (rows == expected_rows).mean() > 0.99  # sums in another order may swap near-ties

    @settings(max_examples=40, deadline=None)
    @given(st.integers(1, 300), st.integers(1, 60), st.integers(1, 300), st.integers(0, 2**32))
    def test_ties_go_by_row_number(self, n: int, k: int, block: int, seed: int) -> None:
        # Keys of three directions only; integers, so that the products are exact.
        keys = np.eye(3, dtype=np.float32)[np.random.default_rng(seed).integers(3, size=n)]
        queries = np.array([[4, 2, 1], [1, 1, 1], [0, 0, 8]], dtype=np.float32)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(exact, "BLOCK", block)
            rows, scores = ExactIndex(keys).search(queries, k)
        expected_rows, expected_scores = naive(keys, queries, k)
        assert rows.tolist() == expected_rows
        assert scores.tolist() == expected_scores

    def test_scores_of_either_sign_are_sorted_and_both_zeros_are_equal(self) -> None:
        keys = np.array([[-1, 0], [0, 1], [-0.6, 0.8], [1, 0], [0, -1], [0.6, 0.8]], dtype=np.float32)
        shift = np.array([0, -0.0, 0, 0, 0, -2], dtype=np.float32)
        rows, scores = ExactIndex(keys).search(np.array([[1, -0.0]], dtype=np.float32), 6, shift=shift)
        assert rows.tolist() == [[3, 1, 4, 2, 0, 5]]
        np.testing.assert_allclose(scores, [[1, 0, 0, -0.6, -1, -1.4]], atol=1e-7)

    def test_rows_that_are_not_allowed_are_left_out(self) -> None:
        allowed = np.arange(400) % 3 == 0
        rows, scores = ExactIndex(KEYS).search(QUERIES, 20, allowed)
        assert allowed[rows].all()
        expected, expected_scores = ExactIndex(KEYS[allowed]).search(QUERIES, 20)
        np.testing.assert_array_equal(rows, np.flatnonzero(allowed)[expected])
        np.testing.assert_allclose(scores, expected_scores, atol=1e-6)

    def test_fewer_allowed_than_asked_for(self) -> None:
        allowed = np.zeros(400, dtype=bool)
        assert ExactIndex(KEYS).search(QUERIES, 5, allowed)[0].shape == (9, 0)
        allowed[[3, 77]] = True
        rows, scores = ExactIndex(KEYS).search(QUERIES, 5, allowed)
        assert {*rows.ravel().tolist()} == {3, 77}
        assert np.isfinite(scores).all()

    def test_one_query_may_be_a_vector(self) -> None:
        rows, _ = ExactIndex(KEYS).search(KEYS[5], 1)
        assert rows.tolist() == [[5]]

    @pytest.mark.parametrize("share", [0.05, 0.7, 1.0])
    def test_several_shifts_at_once_are_as_one_by_one(
        self, share: float, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(exact, "BLOCK", 150)
        index, queries = ExactIndex(clustered(1000)), clustered(7, seed=1)
        rng = np.random.default_rng(0)
        shifts = [rng.normal(0, 0.1, 1000).astype(np.float32), None, np.zeros(1000, dtype=np.float32)]
        allowed = None if share == 1 else rng.random(1000) < share
        together = index.search_shifted(queries, 12, shifts, allowed)
        for (rows, scores), shift in zip(together, shifts, strict=True):
            alone = index.search(queries, 12, allowed, shift)
            np.testing.assert_array_equal(rows, alone[0])
            np.testing.assert_array_equal(scores, alone[1])
        assert (together[0][0] != together[1][0]).any()


def indexes() -> list[Any]:
    return [pytest.param(ExactIndex, id="exact"), pytest.param(tuning.build, id="hnsw")]


@pytest.mark.parametrize("make", indexes())
class TestBoth:
    def test_a_key_finds_itself(self, make: Any) -> None:
        rows, scores = make(KEYS).search(KEYS[:50], 3)
        assert rows[:, 0].tolist() == list(range(50))
        np.testing.assert_allclose(scores[:, 0], 1, atol=1e-5)
        assert (np.diff(scores, axis=1) <= 1e-6).all()

    def test_no_query_has_no_answer(self, make: Any) -> None:
        rows, scores = make(KEYS).search(QUERIES[:0], 3)
        assert rows.shape == scores.shape == (0, 3)
        assert (rows.dtype, scores.dtype) == (np.int64, np.float32)

    @pytest.mark.parametrize("n", [0, 1, 7])
    def test_more_asked_for_than_there_is(self, make: Any, n: int) -> None:
        index = make(KEYS[:n])
        assert len(index) == n
        rows, scores = index.search(QUERIES, 50)
        assert rows.shape == scores.shape == (9, n)
        assert all(sorted(row) == list(range(n)) for row in rows.tolist())

    @pytest.mark.parametrize(
        "query",
        [np.full(DIM, np.nan), np.zeros(DIM), np.full(DIM, np.inf), np.ones(DIM + 1), np.ones(DIM - 1)],
    )
    def test_unusable_queries_are_refused(self, make: Any, query: np.ndarray) -> None:
        with pytest.raises(PackError) as caught:
            make(KEYS).search(query.astype(np.float32), 5)
        assert caught.value.message.endswith(".")

    def test_one_bad_query_among_good_ones_is_refused(self, make: Any) -> None:
        queries = QUERIES.copy()
        queries[4, 2] = np.nan
        with pytest.raises(PackError):
            make(KEYS).search(queries, 5)


class TestHnsw:
    def test_recall_on_clustered_rows(self) -> None:
        keys, queries = clustered(4000, 64, 200), clustered(200, 64, 200, seed=0)
        true, _ = ExactIndex(keys).search(queries, 10)
        found, scores = tuning.build(keys).search(queries, 10)
        recall = np.mean([len({*a} & {*b}) / 10 for a, b in zip(true.tolist(), found.tolist(), strict=True)])
        assert recall >= 0.98
        np.testing.assert_allclose(scores, np.einsum("qkd,qd->qk", keys[found], queries), atol=1e-5)

    def test_where_the_graph_cannot_it_is_exact(self) -> None:
        class Unreachable:
            def set_ef(self, _: int) -> None: ...

            def knn_query(self, *_: object, **__: object) -> None:
                raise RuntimeError("Cannot return the results in a contiguous 2D array")

        graph = Graph(Unreachable(), None, np.zeros(400, np.uint64), np.arange(400))
        rows, scores = HnswIndex(KEYS, graph).search(QUERIES, 5)
        expected, expected_scores = ExactIndex(KEYS).search(QUERIES, 5)
        np.testing.assert_array_equal(rows, expected)
        np.testing.assert_array_equal(scores, expected_scores)

    def test_two_threads_that_ask_for_more_or_less_keep_their_own_breadth(self) -> None:
        class Inner:
            breadth, asked, second_came = 0, 0, threading.Event()
            seen: ClassVar[list[tuple[int, int]]] = []

            def set_ef(self, breadth: int) -> None:
                self.breadth = breadth
                self.asked += 1
                if self.asked == 1:
                    self.second_came.wait(0.3)
                else:
                    self.second_came.set()

            def knn_query(self, rows: np.ndarray, k: int, **_: object) -> tuple[np.ndarray, None]:
                self.seen.append((k, self.breadth))
                return np.tile(np.arange(k), (len(rows), 1)), None

        index = HnswIndex(KEYS, Graph(Inner(), None, np.zeros(400, np.uint64), np.arange(400)))
        threads = [threading.Thread(target=index.propose, args=(QUERIES, b, 5 + b)) for b in (300, 50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(Inner.seen) == [(55, 55), (305, 305)]

    def test_many_identical_keys(self) -> None:
        keys = np.repeat(KEYS[:2], 60, axis=0)
        rows, scores = tuning.build(keys).search(KEYS[:1], 50)
        assert len({*rows[0].tolist()}) == 50
        np.testing.assert_allclose(scores, 1, atol=1e-5)


class TestKeyFiles:
    def test_round_trip_is_within_half_precision(self, tmp_path: Path) -> None:
        save_keys(tmp_path / "keys.npy", KEYS)
        rows = load_keys(tmp_path / "keys.npy", DIM, 400)
        assert rows.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
        assert ((rows * KEYS).sum(axis=1) > 0.999).all()

    def test_rows_beyond_the_first_piece_are_unit_rows_too(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        save_keys(tmp_path / "keys.npy", KEYS)
        whole = load_keys(tmp_path / "keys.npy", DIM, 400)
        stored = np.load(tmp_path / "keys.npy").astype(np.float32)
        np.testing.assert_array_equal(whole, stored / np.linalg.norm(stored, axis=1, keepdims=True))
        monkeypatch.setattr("bioscan_desktop.index.keys.PIECE", 7 * DIM)
        np.testing.assert_array_equal(load_keys(tmp_path / "keys.npy", DIM, 400), whole)

    @pytest.mark.parametrize(("dim", "count"), [(DIM + 1, 400), (DIM, 399), (DIM, 0)])
    def test_another_shape_is_refused(self, tmp_path: Path, dim: int, count: int) -> None:
        save_keys(tmp_path / "keys.npy", KEYS)
        with pytest.raises(PackError, match="shape"):
            load_keys(tmp_path / "keys.npy", dim, count)

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"\x93NUMPY",
            b"\x93NUMPY\x01\x00\x10\x00{'descr': rubbish",
            b"PK\x03\x04rubbish",
            b"rubbish" * 50,
        ],
    )
    def test_what_is_no_key_file(self, tmp_path: Path, data: bytes) -> None:
        (tmp_path / "keys.npy").write_bytes(data)
        with pytest.raises(PackError, match=r"cannot be read|install"):
            load_keys(tmp_path / "keys.npy", DIM, 400)

    def test_a_missing_or_cut_file(self, tmp_path: Path) -> None:
        path = tmp_path / "keys.npy"
        with pytest.raises(PackError, match="cannot be read"):
            load_keys(path, DIM, 400)
        save_keys(path, KEYS)
        path.write_bytes(path.read_bytes()[:-10])
        with pytest.raises(PackError, match="cannot be read"):
            load_keys(path, DIM, 400)

    def test_several_arrays_or_words_are_no_keys(self, tmp_path: Path) -> None:
        path = tmp_path / "keys.npy"
        with path.open("wb") as stream:
            np.savez(stream, a=KEYS)
        with pytest.raises(PackError):
            load_keys(path, DIM, 400)
        np.save(path, np.full((400, DIM), "word"))
        with pytest.raises(PackError):
            load_keys(path, DIM, 400)

    @pytest.mark.parametrize("value", [np.nan, np.inf, 0.0])
    def test_unusable_rows_are_refused(self, tmp_path: Path, value: float) -> None:
        keys = KEYS.copy()
        keys[123] = value
        save_keys(tmp_path / "keys.npy", keys)
        with pytest.raises(PackError, match="unusable"):
            load_keys(tmp_path / "keys.npy", DIM, 400)


class TestColumns:
    def test_a_column_of_another_length_is_refused(self, tmp_path: Path) -> None:
        np.save(tmp_path / "isolation.npy", np.zeros(4, np.float16))
        assert load_column(tmp_path / "isolation.npy", 4).shape == (4,)
        with pytest.raises(PackError, match="has 5 keys"):
            load_column(tmp_path / "isolation.npy", 5)
        with pytest.raises(PackError, match="cannot be read"):
            load_column(tmp_path / "gone.npy", 5)
