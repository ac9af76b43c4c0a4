"""Barcodes that are asked for, as a library compares them: in the common frame, misread bases left open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bioscan_desktop.inference.frame import LEAST_SCORE, place
from bioscan_desktop.inference.misread import without_misread
from bioscan_desktop.library.pack import Library


@dataclass(frozen=True)
class Asked:
    """Barcodes in the frame.

    Attributes:
        codes: (n, 658) uint8 base codes.
        is_coi: (n,) bool: which have a place in the frame at all.
        misread: (n,) int64 bases that were left open.
    """

    codes: np.ndarray
    is_coi: np.ndarray
    misread: np.ndarray


def asked_barcodes(library: Library, sequences: Sequence[str]) -> Asked | None:
    """Barcodes (coding strand) of queries; None if the library's own have no place in the frame."""
    if not library.is_coi:
        return None
    placed = place(sequences)
    codes = without_misread(placed.codes, library.usual)
    return Asked(codes, placed.score >= LEAST_SCORE, (codes != placed.codes).sum(axis=1))


def misread_notice(bases: int) -> str:
    """What a user is told of so many bases that were left open."""
    return (
        f"Probable sequencing errors: {bases} of the bases, which COI hardly ever has at their place, count "
        "as open (N)."
    )
