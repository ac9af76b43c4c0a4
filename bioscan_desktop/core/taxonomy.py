"""Ranks, names and lineages, with the rules for what counts as a name.

Ranks follow CLIBD and BOLD/BCDM: order, family, genus, species (`RANKS`, coarse to fine). A name
is either a clean string or `None`; blank never equals blank.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

RANKS: tuple[str, ...] = ("order", "family", "genus", "species")
"""Coarse to fine."""

_UNKNOWN = frozenset({"", "none", "na", "nan", "n/a", "null", "unknown", "unidentified", "not_classified"})

# An interim name stands for a specimen group that nobody has named: "Noctua sp. 2", "cf. comes",
# "BOLD:AAA1234", "Megaselia sp. BIOUG123". It never counts as a species match on its own.
_INTERIM_TOKENS = frozenset(
    {"sp", "spp", "cf", "nr", "aff", "near", "gr", "agg", "group", "complex", "indet", "spec", "n", "gen"}
)
_HAS_DIGIT = re.compile(r"\d")
_SPACE = re.compile(r"\s+")


def clean_name(value: object) -> str | None:
    """Returns the name with single spaces, or None where the field says that it is unknown."""
    if value is None:
        return None
    name = _SPACE.sub(" ", str(value).replace("_", " ")).strip()
    return None if name.lower() in _UNKNOWN or name.lower() == "not classified" else name


@lru_cache(maxsize=65_536)
def is_interim(species: str) -> bool:
    """True for names such as `Noctua sp.`, `Noctua cf. comes`, `AGG Thera`, `Megaselia BOLD:AAA1`.

    Such a name places a specimen in a genus at best.
    """
    tokens = species.split()
    if len(tokens) < 2 or ":" in species or _HAS_DIGIT.search(species):
        return True
    return any(token.rstrip(".").lower() in _INTERIM_TOKENS for token in tokens)


@dataclass(frozen=True, slots=True)
class Lineage:
    """The names of one specimen from order to species; None where a rank is unknown."""

    order: str | None = None
    family: str | None = None
    genus: str | None = None
    species: str | None = None

    @classmethod
    def from_row(cls, row: Mapping[str, object]) -> Lineage:
        """Reads `order family genus species` of a BOLD/BCDM row. An aggregate keeps no species."""
        order, family, genus, species = (clean_name(row.get(rank)) for rank in RANKS)
        if species is not None and species.upper().startswith("AGG "):
            species = None
        if species is not None and genus is None and not is_interim(species):
            genus = species.split()[0]
        return cls(order, family, genus, species)

    def at(self, rank: str) -> str | None:
        """The name at `rank`."""
        return getattr(self, rank)

    def taxon(self, rank: str) -> str | None:
        """The name at `rank`, or None where that is unknown or an interim species name: no taxon has it."""
        name = self.at(rank)
        return None if name is None or (rank == "species" and is_interim(name)) else name

    def names(self) -> tuple[str | None, ...]:
        """(order, family, genus, species)."""
        return (self.order, self.family, self.genus, self.species)

    def path(self) -> tuple[str, ...]:
        """The names from order downward up to the first unknown rank.

        Interim species names end the path at the genus.
        """
        return _path(self.order, self.family, self.genus, self.species)

    def finest_rank(self) -> str | None:
        """The finest rank that has a name, or None."""
        for rank in reversed(RANKS):
            if self.at(rank) is not None:
                return rank
        return None


@lru_cache(maxsize=65_536)
def _path(*names: str | None) -> tuple[str, ...]:
    path: list[str] = []
    for rank, name in zip(RANKS, names, strict=True):
        if name is None or (rank == "species" and is_interim(name)):
            break
        path.append(name)
    return tuple(path)
