"""Two barcodes base by base: the alignment that `index.barcodes.align` counts, written out in rows."""

from __future__ import annotations

from dataclasses import dataclass

import edlib

from bioscan_desktop.core.barcode import facts, translate
from bioscan_desktop.index.barcodes import _solid
from bioscan_desktop.inference.columns import CIGAR, EQUALITIES

MATCH, MISMATCH, GAP = "|", "×", " "
"""The marks between the two rows."""


@dataclass(frozen=True, slots=True)
class GappedAlignment:
    """Query and reference with gaps, without what hangs over at either end.

    Attributes:
        query_row, reference_row: bases and `-`, of equal length.
        marks: `MATCH`, `MISMATCH` or `GAP` for each column. Ambiguity codes match what they stand for.
        query_start, reference_start: 0-based place of the first aligned base in each sequence.
        query_length: bases of the whole query.
        query_amino_acids, reference_amino_acids: the letter below the middle base of each codon,
            blank elsewhere, each in its own likeliest frame; see `core.barcode.facts`.
    """

    query_row: str
    reference_row: str
    marks: str
    query_start: int
    reference_start: int
    query_length: int
    query_amino_acids: str
    reference_amino_acids: str

    def differs_at(self, column: int) -> bool:
        """True for a mismatch and for a gap."""
        return self.marks[column] != MATCH

    @property
    def overlap_bp(self) -> int:
        """Columns without terminal gaps."""
        return len(self.marks)

    @property
    def matches(self) -> int:
        """Columns with equal bases."""
        return self.marks.count(MATCH)

    @property
    def mismatches(self) -> int:
        """Columns with different bases."""
        return self.marks.count(MISMATCH)

    @property
    def gap_columns(self) -> int:
        """Columns in which one of the two has no base."""
        return self.marks.count(GAP)

    @property
    def percent_identity(self) -> float:
        """100 x matches / overlap."""
        return 100.0 * self.matches / self.overlap_bp if self.overlap_bp else 0.0

    @property
    def coverage(self) -> float:
        """Share of the query's bases that lie in the overlap, 0 to 1."""
        used = self.overlap_bp - self.query_row.count("-")
        return used / self.query_length if self.query_length else 0.0

    @property
    def amino_acid_changes(self) -> int:
        """Codons of the query whose amino acid differs from the reference's in the same column."""
        pairs = zip(self.query_amino_acids, self.reference_amino_acids, strict=True)
        return sum(a != b and " " not in (a, b) and "X" not in (a, b) for a, b in pairs)


def gapped(query: str, reference: str, amino_acids: bool = True) -> GappedAlignment:
    """Aligns two barcodes with free gaps at the ends of both, and keeps the rows.

    Args:
        amino_acids: also find the frames and translate; without, those rows are blank.

    The counts are those of `index.barcodes.align`: the shorter is placed within the longer, tails
    that overhang are cut, and both directions are tried.
    """
    swapped = (len(reference), reference) < (len(query), query)
    short, long = (reference, query) if swapped else (query, reference)
    columns, cut = _columns(short, long)
    if cut:
        turned, _ = _columns(short[::-1], long[::-1])
        if _matched(turned) > _matched(columns):
            last = len(short) - 1, len(long) - 1
            columns = [
                (last[0] - s if s is not None else None, last[1] - t if t is not None else None, kind)
                for s, t, kind in reversed(turned)
            ]
    places = [(t, s, kind) if swapped else (s, t, kind) for s, t, kind in columns]
    queried = [q for q, _, _ in places]
    referred = [r for _, r, _ in places]
    return GappedAlignment(
        query_row="".join("-" if q is None else query[q] for q in queried),
        reference_row="".join("-" if r is None else reference[r] for r in referred),
        marks="".join({"=": MATCH, "X": MISMATCH}.get(kind, GAP) for _, _, kind in places),
        query_start=next((q for q in queried if q is not None), 0),
        reference_start=next((r for r in referred if r is not None), 0),
        query_length=len(query),
        query_amino_acids=_below(query, queried) if amino_acids else " " * len(places),
        reference_amino_acids=_below(reference, referred) if amino_acids else " " * len(places),
    )


Column = tuple[int | None, int | None, str]
"""Place in the shorter, place in the longer (None for a gap), and `=`, `X`, `I` or `D`."""


def _columns(short: str, long: str) -> tuple[list[Column], bool]:
    """The columns of the overlap, and whether an overhang was cut off."""
    result = edlib.align(short, long, mode="HW", task="path", additionalEqualities=EQUALITIES)
    runs = [(int(count), kind) for count, kind in CIGAR.findall(result["cigar"] or "")]
    s, t = 0, (result["locations"][0][0] or 0) if result["locations"] else 0
    first, last = _kept(runs)
    columns: list[Column] = []
    for number, (count, kind) in enumerate(runs):
        for _ in range(count):
            if first <= number < last:
                columns.append((s if kind != "D" else None, t if kind != "I" else None, kind))
            s += kind != "D"
            t += kind != "I"
    return columns, (first, last) != (0, len(runs))


def _kept(runs: list[tuple[int, str]]) -> tuple[int, int]:
    """The runs [first, last) that are left when tails that hold a gap are cut."""
    first, last = _solid(runs), len(runs) - _solid(runs[::-1])
    if not any(kind in "ID" for _, kind in runs[:first]):
        first = 0
    if not any(kind in "ID" for _, kind in runs[last:]):
        last = len(runs)
    return first, max(first, last)


def _matched(columns: list[Column]) -> int:
    return sum(kind == "=" for _, _, kind in columns)


def _below(sequence: str, places: list[int | None]) -> str:
    """Amino acids below the columns in which the middle bases of their codons stand."""
    frame = facts(sequence).frame
    protein = translate(sequence, frame)
    letters = {3 * number + frame: letter for number, letter in enumerate(protein)}
    return "".join(letters.get(place, " ") if place is not None else " " for place in places)
