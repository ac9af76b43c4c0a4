"""Fewer numbers per key for the graph: the principal axes of the keys.

Trained embeddings fill a small part of their space. A graph over the axes that carry nearly all of
it is a fraction of the size and is walked several times faster; what it proposes is then ranked by
the full rows, so that scores are exact and only the choice of candidates is approximate.
"""

from __future__ import annotations

import numpy as np

from bioscan_desktop.index.keys import Keys, take_rows

KEPT = 0.97
"""Share of the keys' squared length that the axes must carry."""

STEP, MOST = 32, 256
"""Axes come in steps that suit the processor's vector units, and are worth it up to `MOST`."""

SAMPLE = 32_768


def fit_projection(keys: Keys) -> np.ndarray | None:
    """The leading axes of the keys, (d, p) float32 with orthonormal columns.

    The axes go through the origin, so that products with the axes are products of the rows.

    Returns:
        None where that would not make the rows much shorter.
    """
    n, dim = keys.shape
    if n == 0 or dim <= 2 * STEP:
        return None
    numbers = np.sort(np.random.default_rng(0).choice(n, size=min(n, SAMPLE), replace=False))
    rows = take_rows(keys, numbers)
    values, axes = np.linalg.eigh((rows.T @ rows).astype(np.float64))
    share = np.cumsum(values[::-1]) / values.sum()
    wanted = int(np.searchsorted(share, KEPT) + 1)
    size = max(2 * STEP, -(-wanted // STEP) * STEP)
    if size > min(MOST, 0.75 * dim):
        return None
    return np.ascontiguousarray(axes[:, ::-1][:, :size], dtype=np.float32)
