"""Isolations: exact among few keys, by cells among many, and kept true bit by bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bioscan_desktop.index import isolation as module
from bioscan_desktop.index.isolation import isolations, isolations_by_cells, nearest_others
from bioscan_desktop.index.keys import KeyFile, load_keys, save_keys

DIM = 128


def named(n: int, species: int = 150, latent: int = 20, dim: int = DIM) -> tuple[np.ndarray, np.ndarray]:
    """Unit rows about the centres of species of very unequal abundance, and their names."""
    rng = np.random.default_rng(3)
    abundance = 1 / np.arange(1, species + 1)
    names = rng.choice(species, n, p=abundance / abundance.sum())
    rows = rng.normal(size=(species, latent))[names] + 0.3 * rng.normal(size=(n, latent))
    rows = rows @ rng.normal(size=(latent, dim)) + 0.1 * rng.normal(size=(n, dim))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32), names


ROWS, NAMES = named(4000)


def exactly(rows: np.ndarray, names: np.ndarray) -> np.ndarray:
    return nearest_others(rows, names, rows, names)


def test_it_is_the_nearest_key_of_another_name() -> None:
    rows, names = ROWS[:300], np.arange(300) % 7
    expected = [max(float(rows[i] @ rows[j]) for j in range(300) if names[j] != names[i]) for i in range(300)]
    np.testing.assert_allclose(isolations(rows, names).astype(np.float32), expected, atol=2e-3)
    np.testing.assert_allclose(nearest_others(rows, names, rows, names, 64), expected, atol=1e-6)


@pytest.mark.parametrize("find", [isolations, isolations_by_cells])
@pytest.mark.parametrize("n", [1, 5, 200])
def test_alone_in_the_library_there_is_none(find: object, n: int) -> None:
    assert callable(find)
    assert find(ROWS[:n], np.zeros(n)).tolist() == [-1.0] * n


def test_it_may_be_taken_bit_by_bit() -> None:
    """The isolation of a grown library is the larger of its two parts."""
    rows, names = ROWS[:500], np.array([f"s{n % 40}" for n in range(500)])
    parts = [nearest_others(rows, names, rows[a:b], names[a:b], 64) for a, b in ((0, 200), (200, 500))]
    np.testing.assert_array_equal(np.maximum(*parts).astype(np.float16), isolations(rows, names))
    assert (nearest_others(rows[:3], names[:3], rows[:0], names[:0]) == -1).all()


class TestCells:
    @pytest.mark.parametrize("unnamed", [0.0, 0.8, 1.0])
    def test_nearly_all_are_those_of_comparing_all(self, unnamed: float) -> None:
        """Keys without a name have one of their own each, and fill cells together."""
        alone = np.random.default_rng(1).random(len(NAMES)) < unnamed
        names = np.where(alone, 1000 + np.arange(len(NAMES)), NAMES)
        found, expected = isolations_by_cells(ROWS, names).astype(np.float32), exactly(ROWS, names)
        assert (found <= expected + 1e-3).all(), "no key is nearer than the nearest"
        assert (found >= expected - 1e-3).mean() >= 0.98

    def test_few_keys_are_all_compared(self) -> None:
        rows, names = ROWS[:60], np.arange(60) % 9
        found = isolations_by_cells(rows, names).astype(np.float32)
        np.testing.assert_allclose(found, exactly(rows, names), atol=1e-3)

    def test_large_libraries_are_compared_by_cells_from_their_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        save_keys(tmp_path / "keys.npy", ROWS)
        keys = KeyFile(tmp_path / "keys.npy", DIM, len(ROWS))
        stored = load_keys(tmp_path / "keys.npy", DIM, len(ROWS))
        np.testing.assert_array_equal(
            isolations(keys, NAMES), nearest_others(stored, NAMES, stored, NAMES).astype(np.float16)
        )
        monkeypatch.setattr(module, "EXACT_UP_TO", len(ROWS) - 1)
        np.testing.assert_allclose(isolations(keys, NAMES), isolations_by_cells(stored, NAMES), atol=1e-3)

    def test_a_large_name_is_split_and_a_rare_one_shares(self) -> None:
        numbers = np.repeat([0, 1, 2, 3], [1000, module.RARE, module.RARE - 1, 1])
        cells, owners = module._cells(ROWS[: len(numbers)], numbers)
        assert sorted(np.concatenate(cells).tolist()) == list(range(len(numbers)))
        assert max(map(len, cells)) <= module.CELL
        assert {*owners.tolist()} <= {0, 1, -1} and {0, -1} <= {*owners.tolist()}
        for cell, owner in zip(cells, owners.tolist(), strict=True):
            assert owner == -1 or (numbers[cell] == owner).all()
