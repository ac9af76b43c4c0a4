"""How near each key is to the next key of another name: its isolation, for judging novelty.

Up to `EXACT_UP_TO` keys each is compared with each. Above, keys are put into cells: one or more for a
name of some keys, and cells of neighbours for keys whose names are rare or that lie far from the others
of their name. The keys of a cell are then compared with those of the cells that are likely to be
nearest. How many nearest keys that misses is told in docs/scale.md.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bioscan_desktop.index.keys import KeyFile, Keys, take_rows, unit_blocks, widen
from bioscan_desktop.index.projection import fit_projection

EXACT_UP_TO = 60_000
"""Above, comparing each key with each would take minutes."""

MOST_PAIRS = EXACT_UP_TO**2
"""Comparisons that are made at most to keep isolations true when keys come and go; above, all are found
anew."""

CELL = 64
"""Keys of a name that share a cell at most."""

RARE = 4
"""Keys of a name below this share cells with other names."""

FAR = 2.5
"""Keys that are so many times as far from the centre of their cell as is usual, in squared distance,
share cells with other names, too: most are named wrongly, and have neighbours of their own."""

MIXED = 16, 8192
"""Keys in a cell of several names, about, and the number of such cells at most."""

NEAR = 64
"""Cells that each cell is compared with."""

ROUNDS = 5
"""Of moving the centres of mixed cells (k-means)."""


def isolations(keys: Keys, names: np.ndarray) -> np.ndarray:
    """The cosine of each key to the nearest key of another name.

    Args:
        keys: (n, d) unit rows.
        names: (n,) of any comparable kind.

    Returns:
        (n,) float16; -1 where there is no other name. Where there are many keys some are too small,
        see above.
    """
    if len(keys) > EXACT_UP_TO:
        return isolations_by_cells(keys, names)
    rows = take_rows(keys, np.arange(len(keys)))
    return nearest_others(rows, names, rows, names).astype(np.float16)


def nearest_others(
    rows: np.ndarray, names: np.ndarray, others: Keys, other_names: np.ndarray, block: int = 2048
) -> np.ndarray:
    """For each row the largest cosine among the others of another name.

    Args:
        rows, others: (n, d) and (m, d) unit rows.
        names, other_names: (n,) and (m,), of one comparable kind.

    Returns:
        (n,) float32; -1 where there is no other name.
    """
    nearest = np.full(len(rows), -1.0, dtype=np.float32)
    numbers = np.unique(np.concatenate([names, other_names]), return_inverse=True)[1]
    mine, theirs = numbers[: len(names)], numbers[len(names) :]
    for first, part in unit_blocks(others, 4 * block):
        for start in range(0, len(rows), block):
            scores = rows[start : start + block] @ part.T
            scores[mine[start : start + block, None] == theirs[None, first : first + len(part)]] = -1.0
            stop = start + len(scores)
            nearest[start:stop] = np.maximum(nearest[start:stop], scores.max(axis=1))
    return nearest


def isolations_by_cells(keys: Keys, names: np.ndarray) -> np.ndarray:
    """The cosine of each key to the nearest key of another name, among the keys of the nearest cells.

    Args:
        keys, names: as for `isolations`.

    Returns:
        (n,) float16; -1 where no key of another name was near.
    """
    numbers = np.unique(names, return_inverse=True)[1]
    axes = fit_projection(keys)
    short = np.empty((len(keys), keys.shape[1] if axes is None else axes.shape[1]), dtype=np.float32)
    for start, rows in unit_blocks(keys):
        short[start : start + len(rows)] = rows if axes is None else rows @ axes
    cells, owners = _cells(short, numbers)
    nearest = np.full(len(keys), -1.0, dtype=np.float32)
    for cell, near in zip(cells, _near_cells(short, cells, owners), strict=True):
        others = np.concatenate([cells[number] for number in near]) if len(near) else np.zeros(0, np.int64)
        if not len(others):
            continue
        scores = _rows(keys, cell) @ _rows(keys, others).T
        scores[numbers[cell, None] == numbers[None, others]] = -1.0
        nearest[cell] = scores.max(axis=1)
    if isinstance(keys, KeyFile):
        keys.release()
    return nearest.astype(np.float16)


def _cells(short: np.ndarray, numbers: np.ndarray) -> tuple[list[np.ndarray], np.ndarray]:
    """Rows by cell, and the name that all keys of a cell have; -1 for cells of several names."""
    order = np.argsort(numbers, kind="stable")
    cells: list[np.ndarray] = []
    owners: list[int] = []
    rare = []
    for name, own in enumerate(np.split(order, np.flatnonzero(np.diff(numbers[order])) + 1)):
        if len(own) < RARE:
            rare.append(own)
            continue
        parts = _halves(short, own)
        cells += parts
        owners += [name] * len(parts)
    if cells:
        apart = [((short[cell] - short[cell].mean(axis=0)) ** 2).sum(axis=1) for cell in cells]
        border = FAR * float(np.median(np.concatenate(apart)))
        rare += [cell[far > border] for cell, far in zip(cells, apart, strict=True)]
        cells = [cell[far <= border] for cell, far in zip(cells, apart, strict=True)]
        kept = [number for number, cell in enumerate(cells) if len(cell)]
        cells, owners = [cells[number] for number in kept], [owners[number] for number in kept]
    if sum(map(len, rare)):
        mixed = _mixed(short, np.concatenate(rare))
        cells += mixed
        owners += [-1] * len(mixed)
    return cells, np.array(owners)


def _halves(short: np.ndarray, rows: np.ndarray) -> list[np.ndarray]:
    """Parts of at most `CELL` rows: halved again and again along the axis in which they differ most."""
    waiting, done = [rows], []
    while waiting:
        part = waiting.pop()
        if len(part) <= CELL:
            done.append(part)
            continue
        some = short[part[:: -(-len(part) // 256)]]
        axis = np.linalg.svd(some - some.mean(axis=0), full_matrices=False)[2][0]
        half = len(part) // 2
        sides = np.argpartition(short[part] @ axis, half)
        waiting += [part[sides[:half]], part[sides[half:]]]
    return done


def _mixed(short: np.ndarray, rows: np.ndarray) -> list[np.ndarray]:
    """Rows by cell of neighbours: k-means, on a sample where there are many."""
    size, most = MIXED
    count = min(max(1, len(rows) // size), most)
    sample = short[np.random.default_rng(0).permutation(rows)[: 32 * count]]
    centres = sample[:count].copy()
    for _ in range(ROUNDS):
        nearest = _nearest(sample, centres)
        sums = np.zeros_like(centres)
        np.add.at(sums, nearest, sample)
        members = np.bincount(nearest, minlength=count)
        centres[members > 0] = sums[members > 0] / members[members > 0, None]
    nearest = _nearest(short[rows], centres)
    order = np.argsort(nearest, kind="stable")
    return np.split(rows[order], np.flatnonzero(np.diff(nearest[order])) + 1)


def _nearest(rows: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """(n,) number of the centre nearest to each row."""
    half = np.einsum("cd,cd->c", centres, centres) / 2
    parts = [
        (rows[start : start + 2048] @ centres.T - half).argmax(axis=1) for start in range(0, len(rows), 2048)
    ]
    return np.concatenate(parts)


def _near_cells(short: np.ndarray, cells: list[np.ndarray], owners: np.ndarray) -> Iterator[np.ndarray]:
    """For each cell the numbers of those that are likely to have the nearest key of another name.

    A key of m others whose cosines have the mean c and the spread s finds the nearest at about
    c + s sqrt(2 ln m). Mixed cells are compared with themselves, too.
    """
    centres = np.stack([short[cell].mean(axis=0) for cell in cells])
    lengths = np.array([np.square(short[cell]).sum(axis=1).mean() for cell in cells])
    within = np.maximum(lengths - np.square(centres).sum(axis=1), 0) / centres.shape[1]
    above = np.sqrt(2 * within * np.log([len(cell) for cell in cells])).astype(np.float32)
    count = min(NEAR, len(centres))
    for start in range(0, len(centres), 512):
        scores = centres[start : start + 512] @ centres.T + above
        mine = owners[start : start + 512, None]
        scores[(mine == owners[None]) & (mine >= 0)] = -np.inf
        near = np.argpartition(-scores, count - 1, axis=1)[:, :count]
        usable = np.isfinite(np.take_along_axis(scores, near, 1))
        yield from (row[fits] for row, fits in zip(near, usable, strict=True))


def _rows(keys: Keys, numbers: np.ndarray) -> np.ndarray:
    """Some rows, (m, d) float32 unit rows: of a file they are mapped, since nearly all are needed anyway."""
    if not isinstance(keys, KeyFile):
        return keys[numbers]
    rows = widen(keys.raw[numbers])
    rows *= keys.scales[numbers, None]
    return rows
