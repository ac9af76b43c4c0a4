"""Lists of names as people have them, and which of these names a library has.

A checklist is a text with one name a line, or a table that some authority publishes: Darwin Core, GBIF,
TAXREF, iNaturalist, BOLD. Names come with authors and years, synonyms beside the names in use.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bioscan_desktop.core.errors import ArgumentError, reason
from bioscan_desktop.core.names import NameIndex
from bioscan_desktop.core.taxonomy import RANKS, clean_name, is_interim
from bioscan_desktop.library.importers.headers import Wanted, folded
from bioscan_desktop.library.importers.tables import decoded, dialect_of
from bioscan_desktop.library.importers.workbooks import is_workbook, workbook_rows

SAME = " = "
"""Stands between a name and its synonyms; any of them will do."""

NAME_COLUMNS = (
    "canonicalname", "scientificname", "lbnom", "nomscientifique", "latinname", "taxonname",
)  # fmt: skip
"""Columns that hold the name, most useful first; letters alone, in lower case."""

VAGUE_COLUMNS = ("taxon", "binomial", "name")
"""The same, where a table has none of `NAME_COLUMNS` and no column for a rank."""

ACCEPTED_COLUMNS = (
    "acceptednameusage", "acceptedscientificname", "acceptedname", "validname", "nomvalide",
)  # fmt: skip
"""Columns with the name in use, where the other is a synonym."""

RANK_COLUMNS = ("taxonrank", "rank", "rang")
SPECIES_RANKS = frozenset("species subspecies variety form es sses var fo".split())
"""As Darwin Core and TAXREF write them."""


@dataclass(frozen=True, slots=True)
class Match:
    """A name of a list, looked up in a library.

    Attributes:
        entry: as the list has it.
        found: as the library spells it; None if it has none of these names.
        rank: of the name found.
        similar: names of the library that may have been meant, where none was found.
    """

    entry: str
    found: str | None
    rank: str | None
    similar: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """`'Pieris rapea' (Pieris rapae?)`."""
        hint = f" ({' or '.join(self.similar)}?)" if self.similar else ""
        return f"'{self.entry}'{hint}"


def read_names(path: Path) -> list[str]:
    """The names of a list, each once; synonyms of a row with ` = ` between them.

    A workbook is a table; without a header, or one that is not known, the names are in its first column. A
    text has one name a line, before the first tab, comma or semicolon; lines that begin with # are
    remarks. A table is known by its first line. If it has a column for ranks, and species among them, names
    of coarser ranks are headings and left out.

    Raises:
        ArgumentError: if the file cannot be read or holds no name.
    """
    try:
        content = path.read_bytes()
        if is_workbook(content[:8]):
            rows = [row for row in workbook_rows(path, _WANTED, content) if any(row)]
            plain = [row[0] for row in rows]
        else:
            lines = [line for line in decoded(content).splitlines() if line.strip()]
            plain = [re.split(r"[\t,;]", line)[0] for line in lines]
            rows = _rows_of_table(lines, path.suffix.lower() in (".tsv", ".tab"))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ArgumentError(f"{path} cannot be read as a list of names ({reason(error)}).") from None
    names = _of_table(rows) if rows else None
    if names is None:
        names = [name.strip(' "') for name in plain if not name.startswith("#")]
    found = [name for name in dict.fromkeys(names) if name]
    if not found:
        raise ArgumentError(f"{path} holds no names.")
    return found


def match(entries: Iterable[str], names: NameIndex) -> list[Match]:
    """Looks up entries: case, author, year and subgenus do not matter; see `NameIndex.resolve`.

    An aggregate, such as `Noctua comes agg.`, holds its species. A hybrid is neither of its parents.
    """
    found = []
    for entry in entries:
        spellings = [name for name in entry.split(SAME) if clean_name(name)]
        spellings += [
            " ".join(name.split()[:2]) for name in spellings if is_interim(name) and not _HYBRID.search(name)
        ]
        placed = [one for name in spellings if (one := names.resolve(name)) is not None]
        known = next((one for one in placed if one.known), None)
        if known is not None:
            found.append(Match(entry, known.text, "BIN" if known.text == known.bin_uri else known.rank))
        else:
            near = dict.fromkeys(name for one in placed for name in names.similar(one.text))
            found.append(Match(entry, None, None, tuple(near)[:3]))
    return found


def listed(matches: Sequence[Match], shown: int = 5) -> str:
    """The first of some names, and how many more there are."""
    more = f" and {len(matches) - shown} more" if len(matches) > shown else ""
    return ", ".join(one.told for one in matches[:shown]) + more


_HYBRID = re.compile(r"×|\bx\b", re.IGNORECASE)

_WANTED = Wanted((), (*NAME_COLUMNS, *VAGUE_COLUMNS, *RANKS))


def _rows_of_table(lines: Sequence[str], tabs: bool) -> list[list[str]]:
    """Empty without a header: in a plain list a stray quotation mark would take all that follows it."""
    if not lines:
        return []
    dialect = dialect_of(lines[0], tabs)
    header = next(csv.reader(lines[:1], dialect))
    return list(csv.reader(lines, dialect)) if _WANTED.count(header) else []


def _of_table(rows: Sequence[Sequence[str]]) -> list[str] | None:
    """The names of a table; None if the first row is no header."""
    columns = [folded(cell) for cell in rows[0]]
    place = {name: columns.index(name) for name in columns if name}
    direct = [name for name in NAME_COLUMNS if name in place][:1]
    ranks = [rank for rank in RANKS if rank in place]
    if not direct and not ranks:
        direct = [name for name in VAGUE_COLUMNS if name in place][:1]
    if not direct and not ranks:
        return None
    direct += [name for name in ACCEPTED_COLUMNS if name in place]
    rank_column = next((place[name] for name in RANK_COLUMNS if name in place), None)
    found: list[tuple[str, bool]] = []
    for row in rows[1:]:
        cells = {name: clean_name(row[at]) for name, at in place.items() if at < len(row)}
        if direct:
            written = [name for column in direct if (name := cells.get(column))]
            name = SAME.join(dict.fromkeys(written))
        else:
            name = _finest(cells, ranks)
        rank = row[rank_column] if rank_column is not None and rank_column < len(row) else ""
        found.append((name, rank.strip().casefold() in SPECIES_RANKS))
    has_species = any(is_species for _, is_species in found)
    return [name for name, is_species in found if is_species or not has_species]


def _finest(cells: dict[str, str | None], ranks: Sequence[str]) -> str:
    """The finest name of a row; an epithet alone gets its genus."""
    for rank in reversed(ranks):
        name = cells.get(rank)
        if name:
            genus = cells.get("genus")
            return f"{genus} {name}" if rank == "species" and genus and name[:1].islower() else name
    return ""
