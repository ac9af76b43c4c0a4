"""Ranks, names and lineages, with the rules for what counts as a name.

Ranks follow CLIBD and BOLD/BCDM: order, family, genus, species (`RANKS`, coarse to fine). A name
is either a clean string or `None`; blank never equals blank.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

RANKS: tuple[str, ...] = ("order", "family", "genus", "species")
"""Coarse to fine."""

_UNKNOWN = frozenset({"", "none", "na", "nan", "n/a", "null", "unknown", "unidentified", "not_classified"})
_NO_WORDS = re.compile(r"[-–—?./*…\s]+|#[A-Z][A-Z0-9/]*[!?]?")
"""What people put into an empty cell, and spreadsheets where a formula fails (`#N/A`, `#REF!`)."""

_NO_TAXON = frozenset(
    "nd indet undet undetermined indeterminate unclassified unassigned unspecified incertaesedis "
    "indetermine indeterminee nondetermine nondeterminee inconnu inconnue nonidentifie nonidentifiee "
    "unbestimmt unbekannt nichtbestimmt indeterminado sindeterminar sinidentificar desconocido desconocida "
    "desconhecido desconhecida naoidentificado nondeterminato nonidentificato sconosciuto sconosciuta "
    "onbekend ongedetermineerd onbepaald".split()
)
"""Words in place of a taxon's name, by their plain letters alone. `ni` is none of them: *Trichoplusia ni*."""

# An interim name stands for a specimen group that nobody has named: "Noctua sp. 2", "cf. comes",
# "BOLD:AAA1234", "Megaselia sp. BIOUG123", or for no one species: an aggregate, a hybrid, one of two. It
# never counts as a species match on its own.
_INTERIM_TOKENS = frozenset(
    "sp spp cf nr aff near gr agg aggr group complex indet undet spec species n gen incertae x ×".split()
)
_INTERIM_SIGNS = re.compile(r"[\d:/?]|×")
_WORDS = re.compile(r"[^\s.]+")
_SPACE = re.compile(r"\s+")

_YEAR = re.compile(r"\[?(1[789]|20)\d\d\]?\)?")
_SUBGENUS = re.compile(r"\([^\W\d_]+\)")
_PARTICLES = frozenset("af da de del den der des di du la le van von zu".split())
"""Words in lower case that an author's name may begin with."""


def clean_name(value: object) -> str | None:
    """Returns the name with single spaces, or None where the field says that it is unknown."""
    if value is None:
        return None
    name = _SPACE.sub(" ", str(value).replace("_", " ")).strip()
    is_unknown = name.lower() in _UNKNOWN or name.lower() == "not classified" or _NO_WORDS.fullmatch(name)
    return None if is_unknown else name


def clean_taxon(value: object) -> str | None:
    """The same of a cell for a taxon: `n.d.`, `indet.` and `unbestimmt` are no names of taxa."""
    name = clean_name(value)
    return None if name is None or _letters(name) in _NO_TAXON else name


@lru_cache(maxsize=65_536)
def _letters(text: str) -> str:
    plain = text if text.isascii() else unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in plain.casefold() if sign.isalpha())


@lru_cache(maxsize=65_536)
def is_interim(species: str) -> bool:
    """True for names such as `Noctua sp.`, `Noctua cf.comes`, `AGG Thera`, `Megaselia BOLD:AAA1`,
    `Acronicta psi/tridens`, `Papilio machaon × hospiton`.

    Such a name places a specimen in a genus at best.
    """
    if len(species.split()) < 2 or _INTERIM_SIGNS.search(species):
        return True
    return any(
        word.lower() in _INTERIM_TOKENS or _letters(word) in _NO_TAXON for word in _WORDS.findall(species)
    )


def without_author(name: str) -> str:
    """`Noctua pronuba (Linnaeus, 1758)` is `Noctua pronuba`.

    Only an author with a year is taken off: other words in capitals may be part of an interim name, which
    stays as it is.
    """
    words = name.split()
    if len(words) < 3 or not _YEAR.fullmatch(words[-1]):
        return name
    first = 2 if _SUBGENUS.fullmatch(words[1]) and words[2][0].islower() else 1
    while first < len(words) - 1 and not _begins_author(words[first]):
        first += 1
    author = " ".join(words[first:-1])
    bare = " ".join(words[:first])
    if not author or not re.search(r"[^\W\d_A-Z]|[.,]", author) or re.search(r"\d", bare + author):
        return name
    return name if first > 1 and is_interim(bare) else bare


def _begins_author(word: str) -> bool:
    return word.lstrip("(")[:1].isupper() or word.lstrip("(") in _PARTICLES


@dataclass(frozen=True, slots=True)
class Lineage:
    """The names of one specimen from order to species; None where a rank is unknown."""

    order: str | None = None
    family: str | None = None
    genus: str | None = None
    species: str | None = None

    @classmethod
    def from_row(cls, row: Mapping[str, object]) -> Lineage:
        """Reads `order family genus species` of a BOLD/BCDM row, without authors; see `without_author`.

        An aggregate keeps no species. An epithet alone, as museums write it, gets its genus.
        """
        names = (clean_taxon(row.get(rank)) for rank in RANKS)
        order, family, genus, species = (name and without_author(name) for name in names)
        if species is not None and species.upper().startswith("AGG "):
            species = None
        if species is not None and genus is not None and species[0].islower():
            first, _, rest = species.partition(" ")
            if not rest or first.casefold() != genus.casefold():
                species = f"{genus} {species}"
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
