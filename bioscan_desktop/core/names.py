"""The names of a library: completing what is typed, and finding the lineage behind a name.

Everything is sorted once; a prefix is then found by bisection, so that completing is instant
however many names there are. Building takes a second per some 100,000 names: do it in a worker.
"""

from __future__ import annotations

import bisect
import difflib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from bioscan_desktop.core.taxonomy import RANKS, Lineage, clean_name, is_interim

_SUBGENUS = re.compile(r"^([^\W\d_]+) \([^\W\d_]+\) (?=[a-z])")
"""`Aedes (Ochlerotatus) ` before an epithet. Brackets behind the whole name hold its author."""


@dataclass(frozen=True, slots=True)
class Determination:
    """A name that a person gave a specimen, placed in a library.

    Attributes:
        text: as the library spells it, or as it was typed.
        rank: of the name, as far as can be told.
        lineage: with the ranks above from the library, as far as it knows them.
        known: the library has this very name.
        bin_uri: the BIN that an interim name stands for in the library, if it is one only, or the
            BIN that was typed instead of a name.
        known_above: the finest rank above an unknown name that the library knows; None if it knows
            none, or the name itself.
    """

    text: str
    rank: str | None
    lineage: Lineage
    known: bool
    bin_uri: str | None = None
    known_above: str | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    text: str
    rank: str
    lineage: Lineage
    bin_uri: str | None


class NameIndex:
    """Names of all ranks of a library.

    Args:
        rows: lineage, BIN and number of keys; repeated lineages are fine. Where a name stands under
            different names above, the lineage with the fewest blanks counts, then the commonest.
    """

    def __init__(self, rows: Iterable[tuple[Lineage, str | None, int]]) -> None:
        above: dict[tuple[str, str], Counter[tuple[str | None, ...]]] = defaultdict(Counter)
        bins: dict[tuple[str, str], set[str]] = defaultdict(set)
        of_bin: dict[str, Counter[Lineage]] = defaultdict(Counter)
        for lineage, bin_uri, count in rows:
            names = lineage.names()
            for depth, rank in enumerate(RANKS):
                name = names[depth]
                if name is not None:
                    above[rank, name][names[:depth]] += count
            if bin_uri:
                of_bin[bin_uri.casefold()][lineage] += count
                if lineage.species is not None:
                    bins["species", lineage.species].add(bin_uri)
        self._entries: dict[str, _Entry] = {}
        for (rank, name), seen in sorted(above.items(), key=lambda item: RANKS.index(item[0][0])):
            parents = max(seen, key=lambda p: (sum(n is not None for n in p), seen[p], tuple(map(str, p))))
            lineage = Lineage(**dict(zip(RANKS, (*parents, name), strict=False)))
            own = bins.get((rank, name), set())
            only = next(iter(own)) if len(own) == 1 else None
            self._entries[name.casefold()] = _Entry(name, rank, lineage, only)
        self._bins = {
            folded: (max(seen, key=lambda li: (seen[li], str(li))), folded.upper())
            for folded, seen in of_bin.items()
        }
        self._whole = sorted((folded, entry.text) for folded, entry in self._entries.items())
        # A species is found by its epithet, too: people say "pronuba".
        self._epithets = sorted(
            (folded.split(" ", 1)[1], entry.text)
            for folded, entry in self._entries.items()
            if entry.rank == "species" and " " in folded
        )

    def __len__(self) -> int:
        return len(self._entries)

    def complete(self, text: str, limit: int = 12) -> list[str]:
        """Names that begin so, or whose epithet does, in order of the alphabet; names first."""
        folded = " ".join(text.casefold().split())
        if not folded:
            return []
        if text.endswith(" "):
            folded += " "
        found: list[str] = []
        for names in (self._whole, self._epithets):
            start = bisect.bisect_left(names, (folded, ""))
            near = names[start : start + limit]
            found += [name for key, name in near if key.startswith(folded)]
        return list(dict.fromkeys(found))[:limit]

    def similar(self, text: str, limit: int = 3) -> list[str]:
        """Names that may have been meant by one that is not here: spelled alike, beginning with the same
        letter, or species of the same epithet in another genus."""
        folded = " ".join(text.casefold().split())
        if not folded or ":" in folded:
            return []
        start, end = (bisect.bisect_left(self._whole, (bound, "")) for bound in _letter(folded))
        there = dict(self._whole[start:end])
        # Species share the letters of their genus with all of it.
        cutoff = 0.85 if " " in folded else 0.75
        found = [there[key] for key in difflib.get_close_matches(folded, there, limit, cutoff)]
        epithet = folded.partition(" ")[2]
        if epithet:
            start = bisect.bisect_left(self._epithets, (epithet, ""))
            near = self._epithets[start : start + limit]
            found += [name for key, name in near if key == epithet]
        return list(dict.fromkeys(found))[:limit]

    def resolve(self, text: str) -> Determination | None:
        """Places a typed name; None for a blank.

        Case, author, year and subgenus do not matter, and a subspecies counts as its species. A name
        that the library lacks is accepted as it is, under its genus if the library has that.
        """
        name = clean_name(text)
        if name is None:
            return None
        plain = _SUBGENUS.sub(r"\1 ", name)
        bare = _without_author(plain)
        # The first two words go before `bare`: an epithet in capitals looks like an author. Of an interim
        # name they are another one: `Noctua pronuba × comes` is no N. pronuba.
        whole = bare == plain and is_interim(bare)
        for text in (name, plain, *([] if whole else [" ".join(plain.split()[:2])]), bare):
            if (found := self._known(text)) is not None:
                return found
        return self._unknown(bare)

    def _known(self, name: str) -> Determination | None:
        entry = self._entries.get(name.casefold())
        if entry is not None:
            bin_uri = entry.bin_uri if entry.rank == "species" and is_interim(entry.text) else None
            return Determination(entry.text, entry.rank, entry.lineage, True, bin_uri)
        if name.casefold() in self._bins:
            lineage, bin_uri = self._bins[name.casefold()]
            return Determination(bin_uri, lineage.finest_rank(), lineage, True, bin_uri)
        return None

    def _unknown(self, name: str) -> Determination:
        first, _, rest = name.partition(" ")
        if not rest:
            rank = "family" if name.casefold().endswith("idae") else "genus"
            return Determination(name, rank, Lineage(**{rank: name}), False)
        genus = self._entries.get(first.casefold())
        if genus is None or genus.rank != "genus":
            return Determination(name, "species", Lineage(genus=first, species=name), False)
        above = genus.lineage
        name = f"{genus.text} {rest}"
        lineage = Lineage(above.order, above.family, above.genus, name)
        return Determination(name, "species", lineage, False, known_above="genus")


def _letter(folded: str) -> tuple[str, str]:
    """Bounds of the names that begin with the same letter."""
    return folded[0], chr(ord(folded[0]) + 1)


def _without_author(name: str) -> str:
    """`Noctua pronuba (Linnaeus, 1758)`, `Noctua pronuba L.`, `Noctua pronuba innuba`: two words.

    Interim names keep all of their words, since those are what they mean.
    """
    words = name.split()
    if ":" in name:
        return name
    if len(words) >= 2 and (words[1][0] in "(&" or words[1][0].isupper()):
        return words[0]
    if len(words) >= 3 and not is_interim(" ".join(words[:2])):
        authored = words[2][0] in "(&" or (words[2][0].isupper() and words[2] != "X")  # a hybrid's sign
        subspecies = words[2].isalpha() and not is_interim(" ".join(words[:3]))
        if authored or subspecies:
            return " ".join(words[:2])
    return name
