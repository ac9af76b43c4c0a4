"""Embeddings on disk as `.npy`: the truth from which every index can be rebuilt."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bioscan_desktop.core.errors import PackError


def load_keys(path: Path, dim: int, count: int) -> np.ndarray:
    """Reads a key matrix and checks it against what the manifest promises.

    Returns:
        (count, dim) float32 unit rows. Files may hold float16; rows are renormalised then.

    Raises:
        PackError: if the file is unreadable, of another shape, or holds NaN.
    """
    try:
        with path.open("rb") as stream:
            keys = np.lib.format.read_array(stream, allow_pickle=False)
        rows = keys.astype(np.float32)
    except Exception as error:  # a damaged header leads numpy's parser into errors of every kind
        raise PackError(f"The key file {path} cannot be read ({error}); install the library again.") from None
    if keys.shape != (count, dim):
        raise PackError(
            f"The key file {path} has the shape {keys.shape}, but the library says {(count, dim)}."
        )
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    if not np.isfinite(norms).all() or (len(rows) and float(norms.min()) < 1e-3):
        raise PackError(f"The key file {path} holds unusable numbers; install the library again.")
    rows /= norms
    return rows


def save_keys(path: Path, rows: np.ndarray) -> None:
    """Writes (n, d) unit rows as float16: half the size at a cosine error below 0.001."""
    np.save(path, rows.astype(np.float16), allow_pickle=False)


def load_column(path: Path, count: int) -> np.ndarray:
    """Reads one number per key, (count,).

    Raises:
        PackError: if the file is unreadable or of another length.
    """
    try:
        column = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise PackError(f"The file {path} cannot be read ({error}); install the library again.") from None
    if column.shape != (count,):
        raise PackError(f"The file {path} has the shape {column.shape}, but the library has {count} keys.")
    return column


def isolations(rows: np.ndarray, names: np.ndarray, block: int = 2048) -> np.ndarray:
    """The cosine of each key to the nearest key of another name.

    Args:
        rows: (n, d) float32 unit rows.
        names: (n,) of any comparable kind.

    Returns:
        (n,) float16; -1 where there is no other name.
    """
    nearest = np.full(len(rows), -1.0, dtype=np.float32)
    _, numbers = np.unique(names, return_inverse=True)
    for start in range(0, len(rows), block):
        scores = rows[start : start + block] @ rows.T
        scores[numbers[start : start + block, None] == numbers[None, :]] = -1.0
        nearest[start : start + block] = scores.max(axis=1)
    return nearest.astype(np.float16)
