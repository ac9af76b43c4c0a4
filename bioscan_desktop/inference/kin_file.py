"""The file of a model pack that holds what its photo encoder learned of genera and families."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from bioscan_desktop.core.errors import PackError, reason
from bioscan_desktop.core.kin import FIRST, Kin


def write_kin(path: Path, kin: Sequence[Kin]) -> None:
    """Writes `NAME.npz`: for each rank `RANK.names`, (r,) text, `RANK.rows`, (r, d) float16, and
    `RANK.species`, (r,) or (0,) text."""
    arrays: dict[str, np.ndarray] = {}
    for part in kin:
        arrays[f"{part.rank}.names"] = np.array(part.names, dtype=str)
        arrays[f"{part.rank}.rows"] = part.rows.astype(np.float16)
        arrays[f"{part.rank}.species"] = np.array(part.species, dtype=str)
    np.savez_compressed(path, allow_pickle=False, **arrays)


def read_kin(path: Path, shares: Mapping[str, float], dim: int) -> tuple[Kin, ...]:
    """Reads what `write_kin` wrote.

    Args:
        shares: by rank, see `core.kin`; ranks without one are not read.
        dim: length of the rows.

    Raises:
        PackError: in one sentence, where the file is missing, damaged or does not fit.
    """
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            read = {
                rank: [arrays[f"{rank}.{column}"] for column in ("names", "rows", "species")]
                for rank in shares
            }
    # What zipfile raises depends on the byte that is damaged; a RuntimeError where it seems encrypted.
    except (OSError, KeyError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise _unusable(path, reason(error)) from None
    kin = []
    for rank, (names, rows, species) in read.items():
        table = rows.astype(np.float32) if rows.dtype.kind == "f" else np.zeros((0, 0), np.float32)
        texts = names.dtype.kind == species.dtype.kind == "U" and len(species) in (0, len(names))
        if rank not in FIRST or not texts or table.shape != (len(names), dim):
            raise _unusable(path, "it does not belong to its model")
        lengths = np.linalg.norm(table, axis=1, keepdims=True)
        if not np.isfinite(table).all() or (lengths < 0.5).any():
            raise _unusable(path, "its rows are no directions")
        own = tuple(map(str, names)), table / lengths, shares[rank], tuple(map(str, species))
        kin.append(Kin(rank, *own))
    return tuple(kin)


def _unusable(path: Path, why: str) -> PackError:
    return PackError(f"The file {path} cannot be read ({why}); install the model again.")
