"""Queries and references aligned once more, for formats that say where they match.

A result keeps percent identity and overlap only. The rows behind them are made again from the
query's barcode and the library's, by the same alignment, and count only if they give the identity
that the result holds: a file must not mix what was found with what another library would say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bioscan_desktop.core.barcode import reverse_complement
from bioscan_desktop.index.alignment_view import GappedAlignment, gapped
from bioscan_desktop.services.export.items import ExportItem
from bioscan_desktop.services.export.provenance import LibraryFacts

_GAPS = re.compile("-+")

SAME = 0.011
"""Percentage points by which an identity may differ from the recorded one, which has two decimals."""


@dataclass(frozen=True, slots=True)
class AlignedHit:
    """A hit and where it matches, in numbers of BLAST: places count from 1, ends included.

    Attributes:
        target_start, target_end: in the reference; start is larger for the opposite strand.
        query_coverage: share of the query's bases in the overlap, 0 to 1.
    """

    percent_identity: float
    columns: int
    mismatches: int
    gap_opens: int
    query_start: int
    query_end: int
    target_start: int
    target_end: int
    query_coverage: float


def align_hit(item: ExportItem, hit: Mapping[str, Any], facts: LibraryFacts | None) -> AlignedHit | None:
    """The alignment of an item with one of its hits.

    None where the result holds no alignment, where the library or the sequence is not at hand, or
    where they are not those of the result.
    """
    recorded, sequence = hit.get("percent_identity"), item.sequence
    if recorded is None or sequence is None or facts is None or not facts.made(item):
        return None
    reference = facts.barcode_of(hit["key_id"]) if "key_id" in hit else None
    if reference is None:
        return None
    for turned in (False, True):
        found = gapped(reverse_complement(sequence) if turned else sequence, reference, amino_acids=False)
        if found.overlap_bp == hit["overlap_bp"] and abs(found.percent_identity - recorded) <= SAME:
            return _measured(found, turned)
    return None


def _measured(rows: GappedAlignment, turned: bool) -> AlignedHit:
    query_bases = rows.overlap_bp - rows.query_row.count("-")
    target_bases = rows.overlap_bp - rows.reference_row.count("-")
    first, last = rows.query_start + 1, rows.query_start + query_bases
    target = rows.reference_start + 1, rows.reference_start + target_bases
    if turned:  # as BLAST does: places in the query as given, and the reference read backwards
        first, last = rows.query_length - last + 1, rows.query_length - first + 1
        target = target[::-1]
    return AlignedHit(
        percent_identity=rows.percent_identity,
        columns=rows.overlap_bp,
        mismatches=rows.mismatches,
        gap_opens=_opens(rows.query_row) + _opens(rows.reference_row),
        query_start=first,
        query_end=last,
        target_start=target[0],
        target_end=target[1],
        query_coverage=rows.coverage,
    )


def _opens(row: str) -> int:
    """Runs of gaps."""
    return len(_GAPS.findall(row))
