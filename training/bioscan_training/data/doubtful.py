"""Training barcodes whose name is most likely wrong, found by what barcodes of that name look like.

Public barcodes hold contaminated samples and mixed-up labels. A few haplotypes of *Eristalis* that are
called *Episyrphus* draw every other *Eristalis* to the wrong genus, so such records cost more than their
number says: relatives of a missing species are named after them. A barcode is *doubtful* if

 1. it belongs to a cluster (single linkage at `LINK`) that is not the largest of its species, and
 2. a barcode of another genus, in the largest cluster of its own species, lies nearer to that cluster
    than any other barcode of its species does.

So the one cluster of a species is never doubtful, nor are deep lineages that have no better neighbours.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bioscan_desktop.core.taxonomy import is_interim
from bioscan_desktop.index.aligned import AlignedIndex, mismatch_of
from bioscan_desktop.inference.frame import differences, pack
from bioscan_training.data.barcodes import FramedBarcodes, unique_haplotypes
from bioscan_training.data.records import Record
from bioscan_training.data.splits import DOUBTFUL, TRAIN

LINK = 0.03
"""Share of differing bases up to which barcodes of one species belong together."""


@dataclass(frozen=True)
class Doubt:
    """A barcode that does not fit its name.

    Attributes:
        record: what it is called.
        own: share of bases that differ from the nearest barcode of the rest of its species.
        other: the same from the nearest barcode of another genus, …
        like: … whose species this is.
    """

    record: Record
    own: float
    other: float
    like: str


def set_aside(records: Sequence[Record]) -> tuple[list[Record], list[Doubt]]:
    """Gives doubtful training records the split `DOUBTFUL`; only training records are asked, and looked at.

    Returns:
        The records in order, and why, one row a haplotype of a name.
    """
    doubts = find_doubtful([r for r in records if r.split == TRAIN])
    names = {(d.record.haplotype, d.record.species) for d in doubts}
    placed = [
        replace(r, split=DOUBTFUL) if r.split == TRAIN and (r.haplotype, r.species) in names else r
        for r in records
    ]
    return placed, doubts


def write_doubts(path: Path, doubts: Sequence[Doubt]) -> None:
    """Writes why barcodes were set aside, as a table for people."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter="\t", lineterminator="\n")
        writer.writerow(
            ["processid", "haplotype", "species", "differs_from_own", "differs_from_other", "other"]
        )
        for d in doubts:
            name = [d.record.processid, d.record.haplotype, d.record.species]
            writer.writerow([*name, f"{d.own:.4f}", f"{d.other:.4f}", d.like])


def find_doubtful(records: Sequence[Record]) -> list[Doubt]:
    """Doubtful barcodes of species with proper names, in the order of the records."""
    rows = [r for r in unique_haplotypes(records) if r.species and r.genus and not is_interim(r.species)]
    if not rows:
        return []
    framed = FramedBarcodes([r.nucleotides for r in rows])
    rows = [r for r, placed in zip(rows, framed.placed, strict=True) if placed]
    codes = framed.codes[framed.placed]
    planes = pack(codes)
    index = AlignedIndex(planes)
    genera = np.array([r.genus for r in rows])
    members: dict[str, list[int]] = defaultdict(list)
    for row, record in enumerate(rows):
        members[record.species or ""].append(row)
    apart: list[np.ndarray] = []
    main = np.ones(len(rows), dtype=bool)
    for same in members.values():
        clusters = sorted(_linked(planes, np.array(same)), key=len, reverse=True)
        largest = len(clusters[0])
        for cluster in clusters[1:]:
            main[cluster] = False
            if len(cluster) < largest:
                apart.append(cluster)
    doubts: dict[int, Doubt] = {}
    for cluster in apart:
        first = rows[cluster[0]]
        rest = np.setdiff1d(members[first.species or ""], cluster)
        own = min(float(_mismatch(planes, row, rest).min()) for row in cluster.tolist())
        other, like = _nearest(index, codes[cluster], main & (genera != first.genus))
        if other < own:
            name = rows[like].species or ""
            doubts |= {row: Doubt(rows[row], own, other, name) for row in cluster.tolist()}
    return [doubts[row] for row in sorted(doubts)]


def _mismatch(planes: np.ndarray, row: int, others: np.ndarray) -> np.ndarray:
    """(n,) shares of bases that differ; 1 where too few can be compared."""
    found, usable = mismatch_of(differences(planes[:, :, row : row + 1], planes[:, :, others]))
    return np.where(usable, found, 1.0)


def _linked(planes: np.ndarray, rows: np.ndarray) -> list[np.ndarray]:
    """Clusters by single linkage. Each barcode is compared with those that no cluster has yet."""
    clusters = []
    while len(rows):
        waiting, rows, cluster = [int(rows[0])], rows[1:], []
        while waiting:
            row = waiting.pop()
            cluster.append(row)
            if len(rows):
                near = _mismatch(planes, row, rows) <= LINK
                waiting += rows[near].tolist()
                rows = rows[~near]
        clusters.append(np.array(sorted(cluster)))
    return clusters


def _nearest(index: AlignedIndex, cluster: np.ndarray, allowed: np.ndarray) -> tuple[float, int]:
    """The smallest mismatch of the members of a cluster, (n, 658) codes, with other rows, and with which."""
    best, like = 1.0, -1
    for found in index.search_many(cluster, 1, allowed):
        if len(found.rows):
            at = int(found.mismatch.argmin())
            if found.mismatch[at] < best:
                best, like = float(found.mismatch[at]), int(found.rows[at])
    return best, like
