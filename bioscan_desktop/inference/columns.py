"""Base codes, and which base of one barcode stands over which base of another."""

from __future__ import annotations

import numpy as np

from bioscan_desktop.inference.edlib_path import path

BLANK = 4
"""The code of no base or an ambiguous one. A0 C1 G2 T3."""

# Ambiguity codes match the bases that they stand for; a barcode with an N is not less identical.
_IUPAC = {
    "R": "AG", "Y": "CT", "S": "CG", "W": "AT", "K": "GT", "M": "AC",
    "B": "CGT", "D": "AGT", "H": "ACT", "V": "ACG", "N": "ACGT",
}  # fmt: skip
EQUALITIES = tuple((code, base) for code, bases in _IUPAC.items() for base in bases)

_CODE = np.full(256, BLANK, dtype=np.uint8)
for _i, _base in enumerate(b"ACGT"):
    _CODE[_base] = _i


def base_codes(sequence: str) -> np.ndarray:
    """(len(sequence),) uint8 codes; `BLANK` for anything but A, C, G, T."""
    return _CODE[np.frombuffer(sequence.encode("ascii", "replace"), dtype=np.uint8)]


def map_columns(sequence: str, backbone: str) -> np.ndarray:
    """(len(backbone),) uint8: the base code of `sequence` at each backbone position, `BLANK` for none.

    Insertions against the backbone are dropped.
    """
    codes = base_codes(sequence)
    columns = np.full(len(backbone), BLANK, dtype=np.uint8)
    swapped = len(sequence) > len(backbone)
    query, target = (backbone, sequence) if swapped else (sequence, backbone)
    runs, t = path(query, target, EQUALITIES)
    q = 0
    for count, kind in runs:
        if kind in "=X":
            at_backbone, at_sequence = (q, t) if swapped else (t, q)
            columns[at_backbone : at_backbone + count] = codes[at_sequence : at_sequence + count]
        q += count if kind in "=XI" else 0
        t += count if kind in "=XD" else 0
    return columns
