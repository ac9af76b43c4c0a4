"""What the photo tower of a run learned of genera and families, for `bioscan_desktop.core.kin`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from bioscan_desktop.core.kin import Kin
from bioscan_training.config import Config, ExportConfig
from bioscan_training.data.records import Record
from bioscan_training.dna_stage import species_label
from bioscan_training.photo_stage import (
    embed_photos,
    family_prototypes,
    finished_stage,
    load_image_encoder,
    preprocessing_of,
)


def shares_of(settings: ExportConfig) -> dict[str, float]:
    """By rank, those of the recipe that are not 0."""
    shares = {"genus": settings.kin_genus, "family": settings.kin_family}
    return {rank: share for rank, share in shares.items() if share}


def learned_kin(
    config: Config, run_dir: Path, photos: Sequence[Record], splits: Collection[str], images: Path
) -> tuple[Kin, ...]:
    """For each rank with a share, what the finished photo tower learned.

    Genera: the mean of the photos of each species that was trained on. Families: the prototypes that
    the tower was trained with, which tell families of new species better than means of photos do.

    Args:
        photos: all that were prepared.
        splits: that the tower was trained on.
        images: folder that `image_file` is relative to.
    """
    shares = shares_of(config.export)
    trained = [r for r in photos if r.split in splits]
    kin = []
    named = [r for r in trained if r.genus and species_label(r)]
    if named and (share := shares.get("genus")):
        groups: dict[tuple[str, str], list[int]] = {}
        for number, record in enumerate(named):
            groups.setdefault((record.genus or "", species_label(record) or ""), []).append(number)
        paths = [images / r.image_file for r in named]
        rows = embed_photos(
            load_image_encoder(config, run_dir), paths, preprocessing_of(finished_stage(config, run_dir))
        )
        means = [rows[groups[key]].mean(axis=0) for key in sorted(groups)]
        genera, species = zip(*sorted(groups), strict=True)
        kin.append(Kin("genus", genera, _unit(means), share, species))
    if share := shares.get("family"):
        families, rows = family_prototypes(run_dir, trained)
        kin.append(Kin("family", tuple(families), _unit(rows), share))
    return tuple(kin)


def _unit(rows: Sequence[np.ndarray] | np.ndarray) -> np.ndarray:
    """(n, d) float32 rows of length one, of means or weights of another length."""
    table = np.asarray(rows, dtype=np.float32)
    return table / np.linalg.norm(table, axis=1, keepdims=True)
