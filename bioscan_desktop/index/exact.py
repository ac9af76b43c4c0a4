"""Exact search by blocked matrix products: the truth for small libraries and the oracle for HNSW."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from bioscan_desktop.core.errors import PackError
from bioscan_desktop.index.keys import MANY, PIECE, KeyFile, Keys, take_rows

BLOCK = 16_384
"""Rows per product: the scores of one block stay in the processor's cache."""

UNSHARED = 1 << 18
"""Multiplications in a product up to which OpenBLAS does not share it among threads. Of a shared one each
thread waits for the others, and then for more to do, so long that it takes the cores from who needs them,
such as the threads that decode photos."""

LONE = 32
"""Queries up to which a product is done in parts so small; with more of them sharing pays."""

FEW = 0.2
"""Where fewer than this share of a block is allowed, its rows are picked one by one."""


class Index(Protocol):
    """Nearest unit rows by cosine."""

    kind: str

    def __len__(self) -> int: ...

    def search(self, queries: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Returns (rows, scores), both (n, min(k, len)), best first, scores float32 cosines."""
        ...


class ExactIndex:
    """Cosine by brute force; no build, no tuning, free filtering, memory for one block of scores.

    Args:
        keys: (n, d) unit rows: float32 in memory, kept by reference, or a file.
    """

    kind = "exact"

    def __init__(self, keys: Keys) -> None:
        self.keys: Any = keys

    def __len__(self) -> int:
        return len(self.keys)

    def search(
        self,
        queries: np.ndarray,
        k: int,
        allowed: np.ndarray | None = None,
        shift: np.ndarray | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Nearest rows.

        Args:
            queries: (q, d) float32 unit rows.
            k: clamped to the number of keys.
            allowed: (n,) bool; False rows are left out.
            shift: (n,) float32, added to the cosines of each row.

        Returns:
            rows (q, k) int64 and scores (q, k) float32, best first; ties by row number. Scores are
            shifted cosines.
        """
        (found,) = self.search_shifted(queries, k, (shift,), allowed)
        return found

    def search_shifted(
        self,
        queries: np.ndarray,
        k: int,
        shifts: Sequence[np.ndarray | None],
        allowed: np.ndarray | None = None,
        scale: np.ndarray | None = None,
        gains: Sequence[tuple[np.ndarray, np.ndarray]] = (),
    ) -> list[tuple[np.ndarray, np.ndarray]]:
        """As `search`, once for each shift: the keys are read and multiplied only once.

        Args:
            scale: (n,) float32 that the cosines of each row are multiplied by before they are shifted.
            gains: pairs of (n,) int64 columns and (q, c) float32 tables; what the table of a query holds
                in the column of a row is added to its score, too.
        """
        queries = check_queries(queries, self.keys.shape[1])
        usable = len(self.keys) if allowed is None else int(allowed.sum())
        k = min(k, usable)
        width = 0 if len(queries) else k
        rows = np.zeros((len(queries), width), dtype=np.int64)
        scores = np.zeros((len(queries), width), dtype=np.float32)
        best = [(rows, scores) for _ in shifts]
        if k == 0 or not len(queries):
            return best
        for start in range(0, len(self.keys), BLOCK):
            stop = min(start + BLOCK, len(self.keys))
            part = None if allowed is None else start + np.flatnonzero(allowed[start:stop])
            if part is not None and not len(part):
                continue
            if part is not None and len(part) < FEW * (stop - start):
                numbers, found = part, products(queries, take_rows(self.keys, part))
            else:
                numbers, found = np.arange(start, stop), self._block(queries, start, stop)
                if part is not None:
                    numbers, found = part, found[:, part - start]
            if scale is not None:
                found = found * scale[numbers]
            for columns, table in gains:
                own = columns[numbers]
                for row, gain in zip(found, table, strict=True):  # a fifth of the time of `table[:, own]`
                    row += gain.take(own)
            for place, shift in enumerate(shifts):
                rows, scores = best[place]
                shifted = found if shift is None else found + shift[numbers]
                least = scores[:, -1:] if rows.shape[1] == k else np.float32(-np.inf)
                near, cosines = _promising(numbers, shifted, k, least)
                best[place] = _best(np.hstack([rows, near]), np.hstack([scores, cosines]), k)
        if isinstance(self.keys, KeyFile):
            self.keys.release()
        return best

    def _block(self, queries: np.ndarray, start: int, stop: int) -> np.ndarray:
        """(q, stop - start) cosines."""
        if not isinstance(self.keys, KeyFile):
            return products(queries, np.asarray(self.keys[start:stop], dtype=np.float32))
        found = np.empty((len(queries), stop - start), dtype=np.float32)
        for first, piece in self.keys.pieces(start, stop, PIECE if len(queries) <= LONE else MANY):
            products(queries, piece, found[:, first - start : first - start + len(piece)])
        found *= self.keys.scales[start:stop]
        return found


def products(queries: np.ndarray, keys: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """(q, d) and (n, d) float32 rows -> (q, n) their products; of a few queries in parts, see `UNSHARED`.

    Args:
        out: (q, n) float32 to write into.
    """
    (count, dim), n = queries.shape, len(keys)
    found = np.empty((count, n), dtype=np.float32) if out is None else out
    # A power of two: rows beyond the last full vector would be summed up in another order.
    rows = 1 << (UNSHARED // max(1, count * dim)).bit_length() >> 1
    if count > LONE or not 0 < rows < n:
        return np.matmul(queries, keys.T, out=found)
    whole = n - n % rows
    parts = keys[:whole].reshape(-1, rows, dim).transpose(0, 2, 1)
    np.matmul(queries, parts, out=found[:, :whole].reshape(count, -1, rows).transpose(1, 0, 2))
    if whole < n:  # as many rows as in the others, for the same reason
        np.matmul(queries, keys[n - rows :].T, out=found[:, n - rows :])
    return found


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


def _promising(
    numbers: np.ndarray, found: np.ndarray, k: int, least: np.ndarray | np.float32
) -> tuple[np.ndarray, np.ndarray]:
    """What may be among the `k` best of a block, without sorting it.

    The block is cut into groups. The `k`-th largest of their maxima is no larger than the `k`-th largest
    of all, so what lies below it is left out.

    Args:
        numbers: (n,) row numbers.
        found: (q, n) float32 cosines.
        least: (q, 1), the cosine of the last place so far.

    Returns:
        row numbers and cosines, both (q, p), ascending by row; short rows end with cosines of -inf.
    """
    width = found.shape[1] // (8 * k)
    if width > 1:
        groups = found.shape[1] // width
        maxima = found[:, : width * groups].reshape(len(found), width, groups).max(axis=1)
        least = np.maximum(least, np.partition(maxima, groups - k, axis=1)[:, groups - k, None])
    # `np.nonzero` of a table takes six times as long.
    queries, columns = np.divmod(np.flatnonzero(found >= least), found.shape[1])
    counts = np.bincount(queries, minlength=len(found))
    places = np.arange(len(queries)) - (np.cumsum(counts) - counts)[queries]
    near = np.zeros((len(found), counts.max(initial=0)), dtype=np.int64)
    cosines = np.full(near.shape, -np.inf, dtype=np.float32)
    near[queries, places] = numbers[columns]
    cosines[queries, places] = found[queries, columns]
    return near, cosines


def _best(rows: np.ndarray, scores: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The `k` best of each query, best first; of equal ones those that stand first, as smaller rows do.

    Whole numbers are sorted several times as fast as by two columns: the bits of a float32, turned so that
    they ascend where scores descend, and below them the place.
    """
    bits = (scores + np.float32(0)).view(np.int32)  # -0 is 0
    turned = np.where(bits < 0, bits & 0x7FFFFFFF, ~bits)
    keyed = turned.astype(np.int64) << 32 | np.arange(scores.shape[1])
    keyed.sort(axis=1)
    places = keyed[:, :k] & 0xFFFFFFFF
    return np.take_along_axis(rows, places, 1), np.take_along_axis(scores, places, 1)
