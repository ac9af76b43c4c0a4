"""Exact search by blocked matrix products: the truth for small libraries and the oracle for HNSW."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from bioscan_desktop.core.errors import PackError

BLOCK = 16_384
"""Rows per product: the scores of one block stay in the processor's cache."""


class Index(Protocol):
    """Nearest unit rows by cosine."""

    kind: str

    def __len__(self) -> int: ...

    def search(self, queries: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Returns (rows, scores), both (n, min(k, len)), best first, scores float32 cosines."""
        ...


class ExactIndex:
    """Cosine by brute force; no build, no tuning, free filtering.

    Args:
        keys: (n, d) float32 unit rows, kept by reference.
    """

    kind = "exact"

    def __init__(self, keys: np.ndarray) -> None:
        self.keys = keys

    def __len__(self) -> int:
        return len(self.keys)

    def search(
        self, queries: np.ndarray, k: int, allowed: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Nearest rows.

        Args:
            queries: (q, d) float32 unit rows.
            k: clamped to the number of keys.
            allowed: (n,) bool; False rows are left out.

        Returns:
            rows (q, k) int64 and scores (q, k) float32, best first; ties by row number.
        """
        queries = check_queries(queries, self.keys.shape[1])
        usable = len(self.keys) if allowed is None else int(allowed.sum())
        k = min(k, usable)
        rows = np.zeros((len(queries), 0), dtype=np.int64)
        scores = np.zeros((len(queries), 0), dtype=np.float32)
        if k == 0:
            return rows, scores
        for start in range(0, len(self.keys), BLOCK):
            block = np.asarray(self.keys[start : start + BLOCK], dtype=np.float32)
            found = queries @ block.T  # (q, block)
            if allowed is not None:
                found[:, ~allowed[start : start + BLOCK]] = -np.inf
            numbers = np.broadcast_to(np.arange(start, start + len(block)), found.shape)
            rows, scores = _best(np.hstack([rows, numbers]), np.hstack([scores, found]), k)
        return rows, scores


def check_queries(queries: np.ndarray, dim: int) -> np.ndarray:
    """Returns (q, d) float32; HNSW and BLAS would search nonsense without a word.

    Raises:
        PackError: on a wrong dimension, NaN or a zero row.
    """
    queries = np.atleast_2d(np.asarray(queries, dtype=np.float32))
    if queries.shape[1] != dim:
        raise PackError(
            f"The model gives embeddings of length {queries.shape[1]}, the library's keys have {dim}; "
            "they do not belong together."
        )
    norms = np.linalg.norm(queries, axis=1)
    if not np.isfinite(norms).all() or (norms < 1e-6).any():
        raise PackError("The model gave an unusable embedding (NaN or zero).")
    return queries


def _best(rows: np.ndarray, scores: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    if scores.shape[1] > k:
        part = np.argpartition(-scores, k - 1, axis=1)[:, :k]
        last = np.take_along_axis(scores, part, 1).min(axis=1, keepdims=True)
        # argpartition takes any of several equal last places; those queries are sorted in full.
        for query in np.flatnonzero((scores >= last).sum(axis=1) > k):
            part[query] = np.lexsort((rows[query], -scores[query]))[:k]
        rows, scores = np.take_along_axis(rows, part, 1), np.take_along_axis(scores, part, 1)
    order = np.lexsort((rows, -scores), axis=1)
    return np.take_along_axis(rows, order, 1), np.take_along_axis(scores, order, 1)
