"""The barcodes of a library in the common frame, ready to be compared with a query base by base.

They are computed from the barcodes in `records.sqlite` when they are first needed, and kept in the
cache folder under the hash of that file. A library of more than `index.aligned.MANY` barcode keys is
not scanned: there only the keys near by embedding are compared.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from bioscan_desktop.core.near import Near
from bioscan_desktop.index.aligned import MANY, AlignedIndex
from bioscan_desktop.inference.frame import WORDS, pack, place
from bioscan_desktop.inference.misread import usual_bases
from bioscan_desktop.library.records import RecordStore

ALIGNED_K = 25
"""Keys that are most closely related, and that differ least, taken beside those near by embedding."""

SAMPLE = 20_000
"""Barcodes in the frame that tell which bases are usual, at most; so many take 11 ms."""

PLACED = 2_000
"""Barcodes that tell it where they must be placed first, which takes longer."""


def load_planes(records: RecordStore, count: int, sha256: str, cache: Path | None) -> np.ndarray:
    """Bit planes of all barcode keys, blank for those without a barcode.

    Args:
        count: of barcode keys.
        sha256: of the records.
        cache: folder to keep the planes in; None computes them each time.

    Returns:
        (3, W, count) uint64; (3, W, 0) if there are no barcodes, or too many.
    """
    empty = np.zeros((3, WORDS, 0), dtype=np.uint64)
    if not 0 < count <= MANY:
        return empty
    path = cache / f"frame-{sha256[:24]}.npy" if cache is not None and sha256 else None
    if path is not None:
        # A damaged file fails in many ways; the planes are then made anew.
        with contextlib.suppress(Exception), path.open("rb") as stream:
            planes = np.load(stream, allow_pickle=False)
            if planes.shape == (3, WORDS, count) and planes.dtype == np.uint64:
                return planes
    barcodes = records.barcodes(count)
    if not any(barcodes):
        return empty
    planes = pack(place(barcodes).codes)
    if path is not None:
        with contextlib.suppress(OSError):  # a full or read-only disk costs a second at the next start
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f"{path.name}.{os.getpid()}.part")
            try:
                with part.open("wb") as stream:
                    np.save(stream, planes, allow_pickle=False)
                part.replace(path)
            finally:
                part.unlink(missing_ok=True)
    return planes


def usual_of(records: RecordStore, aligned: AlignedIndex | None) -> np.ndarray:
    """(658, 5) bool: which bases belong where by a library's barcodes, see `inference.misread`.

    Args:
        aligned: its barcodes in the frame; None if they are too many, which a sample stands for.
    """
    if aligned is not None:
        return usual_bases(aligned.planes[:, :, :: -(-len(aligned) // SAMPLE)])
    return usual_bases(pack(place([r.consensus or "" for r in records.with_consensus(PLACED)]).codes))


def compare(near: Near, codes: np.ndarray, weights: Mapping[str, float]) -> Near:
    """Keys near a barcode with mismatch and relatedness, where they have a barcode.

    Args:
        codes: (658,) uint8 of the query in the frame.
        weights: of `index.aligned.FEATURES`.
    """
    index = AlignedIndex(pack(place([key.consensus or "" for key in near.keys]).codes), weights)
    found = index.compare(codes, np.arange(len(near)))
    return replace(near, mismatch=found.mismatch, relatedness=found.relatedness)
