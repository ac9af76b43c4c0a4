"""Where the header of a table stands: below titles and remarks, in one row or in two."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

WITHIN = 20
"""Rows in which a header is looked for, below titles and remarks."""

_IN_BRACKETS = re.compile(r"\([^)]*\)|\[[^]]*\]")
_NO_LETTERS = re.compile(r"[^a-z0-9]")


def folded(cell: str) -> str:
    """The name of a column by its letters and figures alone: `Élévation (m)` is `elevation`.

    What stands in brackets is a unit or a pattern; if nothing else is there, it is the name.
    """
    plain = unicodedata.normalize("NFKD", cell.casefold())
    return _NO_LETTERS.sub("", _IN_BRACKETS.sub("", plain)) or _NO_LETTERS.sub("", plain)


@dataclass(frozen=True)
class Wanted:
    """The columns that make a row the header of a table.

    Attributes:
        columns: folded names of all columns that are known.
        needed: those of which a header names one at least.
        fewest: known columns that a header names.
    """

    columns: Collection[str]
    needed: Collection[str]
    fewest: int = 1

    def count(self, cells: Sequence[str]) -> int:
        """Known columns that a row names, each counted once; 0 if it is no header."""
        names = {folded(cell) for cell in cells if self.knows(cell)}
        return 0 if names.isdisjoint(self.needed) or len(names) < self.fewest else len(names)

    def knows(self, cell: str) -> bool:
        """Whether a cell names a column that is known."""
        name = folded(cell)
        return name in self.columns or name in self.needed


@dataclass(frozen=True)
class Header:
    """A header that was found.

    Attributes:
        names: of the columns, as they are written.
        start: rows of the table above the header.
        end: rows of it up to the end of the header.
        known: columns of it that are known.
    """

    names: list[str]
    start: int
    end: int
    known: int


def find_header(rows: Sequence[list[str]], wanted: Wanted) -> Header | None:
    """The header among the first rows of a table: what names most of the known columns; None if none does.

    Two rows are taken together if they name more of them than each by itself, as where `Coordinates`
    stands above `Lat` and `Lon`, or `Collection date` above `Start` and `End`.
    """
    found: list[Header] = []
    for number, row in enumerate(rows[:WITHIN]):
        found.append(Header(row, number, number + 1, wanted.count(row)))
        if number + 1 < len(rows):
            both = _together(row, rows[number + 1], wanted)
            found.append(Header(both, number, number + 2, wanted.count(both)))
    # Of equal ones that of one row, then the first one.
    best = max(found, key=lambda header: (header.known, header.start - header.end), default=None)
    return best if best is not None and best.known else None


def _together(upper: Sequence[str], lower: Sequence[str], wanted: Wanted) -> list[str]:
    """The names of two rows; none where the lower one is a specimen, with something of its own as its id.

    A cell of the upper row counts for the empty ones right of it, too.
    """
    names, group = [], ""
    for number in range(max(len(upper), len(lower))):
        above = upper[number].strip() if number < len(upper) else ""
        below = lower[number].strip() if number < len(lower) else ""
        group = above or group
        choices = [f"{group} {below}", below, above] if below else [above]
        name = next((name for name in choices if wanted.knows(name)), choices[0])
        if below and name == above != below and folded(above) in wanted.needed:
            return []
        names.append(name)
    return names
