"""Ranking training keys as the program ranks those of a library."""

import numpy as np
from bioscan_training.evaluate import nearest_by_evidence

from bioscan_desktop.index.aligned import AlignedIndex
from bioscan_desktop.inference.frame import pack, place
from tests.conftest import placeable_barcode


def test_alignment_and_embedding_decide_together() -> None:
    barcodes = [placeable_barcode(n) for n in range(6)]
    index = AlignedIndex(pack(place(barcodes).codes))
    keys = np.eye(6, 8, dtype=np.float32)
    codes = place([barcodes[2][40:600]]).codes
    blank = place(["ACGT" * 50]).codes
    # Embedded beside key 4, but the bases are those of key 2.
    query = (keys[4] * 0.8 + keys[2] * 0.6)[None]
    assert nearest_by_evidence(query, keys, codes, index)[0, 0] == 2
    # What is no barcode has its embedding alone.
    assert nearest_by_evidence(query, keys, blank, index, 2)[0].tolist() == [4, 2]
