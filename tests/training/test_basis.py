"""Equal hashes for equal data alone."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs torch")

from bioscan_training.basis import basis_of  # noqa: E402


def test_equal_parts_give_equal_hashes_however_they_lie_in_memory() -> None:
    weights = {"a": torch.arange(48.0).reshape(2, 3, 2, 4), "n": torch.tensor(3)}
    turned = {"n": torch.tensor(3), "a": weights["a"].contiguous(memory_format=torch.channels_last)}
    codes = np.arange(12, dtype=np.uint8).reshape(3, 4)
    assert basis_of(codes, weights, ["x"]) == basis_of(np.asfortranarray(codes), turned, ["x"])


def test_one_value_or_one_name_more_gives_another() -> None:
    weights, other = {"a": torch.zeros(3)}, {"a": torch.tensor([0.0, 0.0, 1e-7])}
    parts = [(weights,), (other,), ({"b": torch.zeros(3)},), (["x", "y"],), (["x"], ["z"]), (["y", "x"],)]
    assert len({basis_of(*part) for part in parts}) == len(parts)
