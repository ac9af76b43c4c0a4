"""Key files that stay on disk: the same rows and answers as those in memory."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioscan_desktop.core.errors import PackError
from bioscan_desktop.index import keys as module
from bioscan_desktop.index.exact import BLOCK, ExactIndex
from bioscan_desktop.index.keys import (
    KeyFile,
    load_column,
    load_keys,
    open_keys,
    save_keys,
    take_rows,
    unit_blocks,
    widen,
)

N, DIM = BLOCK + 700, 24


def unit(n: int, dim: int = DIM, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "keys.npy"
    save_keys(path, unit(N))
    return path


def test_every_float16_is_widened_as_numpy_does() -> None:
    every = np.arange(65536, dtype=np.uint16).view(np.float16).reshape(256, 256)
    finite = np.isfinite(every)
    wide = widen(every)
    np.testing.assert_array_equal(wide[finite], every[finite].astype(np.float32))
    assert (np.abs(wide[~finite]) >= 65536).all()
    np.testing.assert_array_equal(widen(np.array([[0.1]], np.float64)), np.array([[0.1]], np.float32))


def test_small_files_are_read_and_large_ones_mapped(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(open_keys(path, DIM, N), np.ndarray)
    monkeypatch.setattr(module, "IN_MEMORY_BYTES", 1000)
    assert isinstance(open_keys(path, DIM, N), KeyFile)


def test_rows_are_those_in_memory(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, file = load_keys(path, DIM, N), KeyFile(path, DIM, N)
    assert (len(file), file.shape) == (N, (N, DIM))
    some = np.array([5, N - 1, 0, 5])
    np.testing.assert_allclose(take_rows(file, some), take_rows(rows, some), atol=1e-6)
    blocks = [block for _, block in unit_blocks(file, 1000)]
    np.testing.assert_allclose(np.concatenate(blocks), rows, atol=1e-6)
    monkeypatch.delattr(os, "pread")  # as on Windows
    np.testing.assert_allclose(KeyFile(path, DIM, N).take(some), rows[some], atol=1e-6)


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 5), st.integers(1, 60), st.sampled_from([None, 0.0, 0.002, 0.1, 0.9]))
def test_searching_a_file_finds_the_same(n: int, k: int, share: float | None) -> None:
    path = Path(os.environ["PYTEST_KEYS"])
    rows, file = load_keys(path, DIM, N), KeyFile(path, DIM, N)
    allowed = None if share is None else np.random.default_rng(n).random(N) < share
    queries = unit(n, seed=k)
    found, scores = ExactIndex(file).search(queries, k, allowed)
    expected, expected_scores = ExactIndex(rows).search(queries, k, allowed)
    assert (found == expected).mean() > 0.99 if found.size else found.shape == expected.shape
    np.testing.assert_allclose(scores, expected_scores, atol=2e-6)
    if allowed is not None:
        assert allowed[found].all()


@pytest.fixture(autouse=True)
def where(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """hypothesis draws many times within one test and so takes no fixture of a function."""
    monkeypatch.setenv("PYTEST_KEYS", str(path))


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0])
def test_unusable_rows_are_refused_when_they_are_met(tmp_path: Path, value: float) -> None:
    rows = unit(400)
    rows[123] = value
    save_keys(tmp_path / "keys.npy", rows)
    file = KeyFile(tmp_path / "keys.npy", DIM, 400)
    with pytest.raises(PackError, match="unusable"):
        ExactIndex(file).search(rows[:1], 5)
    with pytest.raises(PackError, match="unusable"):
        file.take(np.array([123]))


@pytest.mark.skipif(not hasattr(os, "pread"), reason="rows are mapped on this system")
def test_a_file_that_is_cut_while_it_is_open_is_one_sentence(tmp_path: Path) -> None:
    save_keys(tmp_path / "keys.npy", unit(400))
    file = KeyFile(tmp_path / "keys.npy", DIM, 400)
    os.truncate(tmp_path / "keys.npy", 2000)
    with pytest.raises(PackError, match="cannot be read"):
        file.take(np.array([3, 399]))


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps files that are in use")
def test_rows_of_a_file_that_was_replaced_meanwhile_are_read_on(tmp_path: Path) -> None:
    path = tmp_path / "keys.npy"
    save_keys(path, unit(400))
    file, before = KeyFile(path, DIM, 400), load_keys(path, DIM, 400)
    path.unlink()
    save_keys(path, unit(500, seed=1))
    np.testing.assert_allclose(file.take(np.array([399, 0])), before[[399, 0]], atol=1e-6)


def test_a_column_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    np.save(tmp_path / "column.npy", np.zeros(5, np.float16))
    assert load_column(tmp_path / "column.npy", 5).shape == (5,)
    with pytest.raises(PackError, match="has the shape"):
        load_column(tmp_path / "column.npy", 4)
    np.savez(tmp_path / "zip.npz", column=np.zeros(5))
    rubbish = (
        b"",
        b"PK\x03\x04rubbish",
        (tmp_path / "zip.npz").read_bytes(),
        b"\x93NUMPY\x01\x00\x10\x00{'descr': rubbish",
    )
    for data in rubbish:
        (tmp_path / "bad.npy").write_bytes(data)
        with pytest.raises(PackError, match="cannot be read"):
            load_column(tmp_path / "bad.npy", 5)


def test_cut_foreign_and_missing_files(path: Path, tmp_path: Path) -> None:
    with pytest.raises(PackError, match="shape"):
        KeyFile(path, DIM, N + 1)
    for data in (b"", b"rubbish" * 50, path.read_bytes()[:-5], b"\x93NUMPY\x01\x00\x10\x00{'descr': rubbish"):
        (tmp_path / "bad.npy").write_bytes(data)
        with pytest.raises(PackError, match="cannot be read"):
            KeyFile(tmp_path / "bad.npy", DIM, N)
    np.save(tmp_path / "words.npy", np.full((N, DIM), "word"))
    with pytest.raises(PackError, match="cannot be read"):
        KeyFile(tmp_path / "words.npy", DIM, N)
    with pytest.raises(PackError, match="cannot be read"):
        open_keys(tmp_path / "gone.npy", DIM, N)
