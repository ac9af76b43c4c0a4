"""Two barcodes base by base: the alignment that `index.barcodes.align` counts, written out in rows."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from bioscan_desktop.core.barcode import facts, translate
from bioscan_desktop.index import ungapped
from bioscan_desktop.index.barcodes import _solid
from bioscan_desktop.inference.columns import EQUALITIES
from bioscan_desktop.inference.edlib_path import Runs, path

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
    rows = _rows(short, long)
    places = [(row.long, row.short) if swapped else (row.short, row.long) for row in rows]
    queried, referred = [q for q, _ in places], [r for _, r in places]
    return GappedAlignment(
        query_row=_written(query, queried, rows),
        reference_row=_written(reference, referred, rows),
        marks="".join(row.count * {"=": MATCH, "X": MISMATCH}.get(row.kind, GAP) for row in rows),
        query_start=next((q for q in queried if q is not None), 0),
        reference_start=next((r for r in referred if r is not None), 0),
        query_length=len(query),
        query_amino_acids=_below(query, queried, rows, amino_acids),
        reference_amino_acids=_below(reference, referred, rows, amino_acids),
    )


@dataclass(frozen=True, slots=True)
class _Run:
    """Columns of one kind.

    Attributes:
        kind: `=`, `X`, `I` or `D`.
        short, long: place of the first in the shorter and in the longer; None for gaps.
    """

    kind: str
    count: int
    short: int | None
    long: int | None


def _rows(short: str, long: str) -> list[_Run]:
    """The runs of the overlap."""
    known = ungapped.within(short, long)
    if known is not None:
        offset, breaks = known
        runs: Runs = []
        for before, after in pairwise((-1, *breaks, len(short))):
            runs += [(after - before - 1, "="), (1, "X")]
        return _placed(runs[:-1], 0, len(runs) - 1, offset)
    # The equalities cost the binding of edlib a tenth of its time.
    equal = EQUALITIES if ungapped.ambiguous(short) or ungapped.ambiguous(long) else ()
    runs, start = path(short, long, equal)
    first, last = _kept(runs)
    found = _placed(runs, first, last, start)
    if (first, last) == (0, len(runs)):
        return found
    runs, start = path(short[::-1], long[::-1], equal)
    turned = _placed(runs, *_kept(runs), start)
    if _matched(turned) <= _matched(found):
        return found
    return [
        _Run(row.kind, row.count, _turned(row.short, row, short), _turned(row.long, row, long))
        for row in reversed(turned)
    ]


def _turned(place: int | None, row: _Run, sequence: str) -> int | None:
    """The first place of a run of the reversed sequence in the sequence itself."""
    return None if place is None else len(sequence) - place - row.count


def _placed(runs: Runs, first: int, last: int, start: int) -> list[_Run]:
    """The runs from `first` to before `last`, those that have columns."""
    short, long = 0, start
    found = []
    for number, (count, kind) in enumerate(runs):
        if first <= number < last and count:
            found.append(_Run(kind, count, short if kind != "D" else None, long if kind != "I" else None))
        short += count * (kind != "D")
        long += count * (kind != "I")
    return found


def _kept(runs: Runs) -> tuple[int, int]:
    """The runs [first, last) that are left when tails that hold a gap are cut."""
    first, last = _solid(runs), len(runs) - _solid(runs[::-1])
    if not any(kind in "ID" for _, kind in runs[:first]):
        first = 0
    if not any(kind in "ID" for _, kind in runs[last:]):
        last = len(runs)
    return first, max(first, last)


def _matched(rows: list[_Run]) -> int:
    return sum(row.count for row in rows if row.kind == "=")


def _written(sequence: str, places: list[int | None], rows: list[_Run]) -> str:
    """A sequence with its gaps."""
    return "".join(
        "-" * row.count if place is None else sequence[place : place + row.count]
        for place, row in zip(places, rows, strict=True)
    )


def _below(sequence: str, places: list[int | None], rows: list[_Run], wanted: bool) -> str:
    """Amino acids below the columns in which the middle bases of their codons stand, if they are wanted."""
    letters: dict[int, str] = {}
    if wanted:
        frame = facts(sequence).frame
        letters = {3 * number + frame: letter for number, letter in enumerate(translate(sequence, frame))}
    return "".join(
        " " * row.count
        if place is None or not letters
        else "".join(letters.get(at, " ") for at in range(place, place + row.count))
        for place, row in zip(places, rows, strict=True)
    )
