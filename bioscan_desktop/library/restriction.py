"""Answers from a part of a library only: taxa, a list of species, countries.

Under a restriction keys are searched exactly, so that nothing allowed is missed however rare it is
among what is not. What is left out is counted: a specimen whose nearest references lie outside of
the restriction should not look as if it had been sure.

A country allows the keys with a record from there, and with them all keys of the same species or
BIN: few photos say where they were taken, and it is the species that occurs in a country.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.core.hits import Hit
from bioscan_desktop.core.leaning import Leaning
from bioscan_desktop.core.names import NameIndex
from bioscan_desktop.core.near import Hits
from bioscan_desktop.core.taxonomy import clean_name, is_interim
from bioscan_desktop.files import is_file
from bioscan_desktop.library import checklist
from bioscan_desktop.library.pack import Library

NEARER = 100
"""So many of the nearest keys of the whole library are looked at for what was left out."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much of a library may answer; names that stand for no one species are not counted."""

    species: int
    all_species: int
    keys: int
    all_keys: int

    @property
    def told(self) -> str:
        """`2 of 4 species and 5 of 9 references`."""
        return (
            f"{self.species:,} of {self.all_species:,} species and "
            f"{self.keys:,} of {self.all_keys:,} references"
        )


class Restriction:
    """The part of a library that may answer.

    Args:
        taxa: names of any rank, or BINs; none allows all.
        countries: as the library spells them, upper or lower case; none allows all.

    Attributes:
        title: what may answer, in a few words: `Peru`, or `Noctua, Pieris and 4 more names from Peru`.
        notices: sentences about names that the library does not have.
        missing: these names.

    Raises:
        ArgumentError: if the library has none of the taxa, one of the countries is unknown, or no
            key is left.
    """

    def __init__(self, library: Library, taxa: Sequence[str] = (), countries: Sequence[str] = ()) -> None:
        self.library = library
        self.notices: list[str] = []
        self.missing: tuple[checklist.Match, ...] = ()
        known = self._known_taxa(taxa)
        self.title = title(known, countries)
        self._taxa, self._countries = frozenset(map(_folded, known)), self._known_countries(countries)
        self._others = " or ".join(
            word for word, given in (("taxa", taxa), ("regions", countries)) if given
        )  # what is left out
        self._allowed: dict[str, np.ndarray] = {}
        if not any(self.allowed(modality).any() for modality in library.modalities):
            raise ArgumentError(
                f"The library {library.manifest.id} has no reference of these taxa from {_listed(countries)}."
            )

    @cached_property
    def size(self) -> Size:
        """How much of the library may answer."""
        records = self.library.records
        whole, there, keys, allowed = set[str](), set[str](), 0, 0
        for modality in self.library.modalities:
            mask = self.allowed(modality)
            keys, allowed = keys + len(mask), allowed + int(mask.sum())
            for name, may in zip(records.column("species", modality), mask, strict=True):
                if name and not is_interim(name):
                    whole.add(name)
                    there.update([name] if may else [])
        return Size(len(there), len(whole), allowed, keys)

    @property
    def told(self) -> str:
        """One sentence that goes with each answer."""
        return f"Restricted to {self.title}: {self.size.told} of the library could answer."

    def allowed(self, modality: str) -> np.ndarray:
        """(n,) bool for the keys of a modality."""
        if modality not in self._allowed:
            records = self.library.records
            lineages = records.lineages(modality)
            bins = records.column("bin_uri", modality)
            mask = np.ones(len(lineages), dtype=bool)
            if self._taxa:
                mask &= [
                    any(_folded(name) in self._taxa for name in (*lineage.names(), bin_uri) if name)
                    for lineage, bin_uri in zip(lineages, bins, strict=True)
                ]
            if self._countries:
                ids, species, there = self._occurring()
                mask &= [
                    key_id in ids or lineage.species in species or bin_uri in there
                    for key_id, lineage, bin_uri in zip(
                        records.column("key_id", modality), lineages, bins, strict=True
                    )
                ]
            self._allowed[modality] = mask
        return self._allowed[modality]

    def search(
        self,
        query_modality: str,
        queries: np.ndarray,
        k: int,
        keys: Sequence[str] | None = None,
        placed: np.ndarray | None = None,
        leaning: Leaning | None = None,
    ) -> tuple[list[Hits], list[list[str]]]:
        """The nearest allowed keys of each modality for each query, and what was left out.

        Args:
            query_modality, queries, k, keys, placed, leaning: as in `Library.search`.

        Returns:
            per query the hits, nearest first within each modality, and sentences.
        """
        masks = {modality: self.allowed(modality) for modality in self.library.modalities}
        hits = self.library.search(query_modality, queries, k, keys, placed, masks, leaning)
        nearer: list[list[Hit]] = [[] for _ in range(len(queries))]
        for modality, mask in masks.items():
            if (keys is not None and modality not in keys) or not mask.any():
                continue
            near, near_scores = self.library.index(modality).search(queries, NEARER)
            for number in range(len(queries)):
                found = hits[number].of_pair(f"{query_modality}->{modality}").column("score")
                best = found.max(initial=-1.0)
                out = ~mask[near[number]] & (near_scores[number] > best)
                left_out = self.library.near(
                    query_modality, modality, near[number][out], near_scores[number][out]
                )
                nearer[number] += Hits([left_out])
        return hits, [[self._left_out(found)] if found else [] for found in nearer]

    def _left_out(self, nearer: list[Hit]) -> str:
        """One sentence about the references that were nearer than all allowed ones."""
        many = f"at least {len(nearer)}" if len(nearer) >= NEARER else str(len(nearer))
        nearest = max(nearer, key=lambda hit: hit.score)
        rank = nearest.lineage.finest_rank()
        name = nearest.lineage.at(rank) if rank is not None else "unnamed"
        place = f", {nearest.country}" if nearest.country and self._countries else ""
        one = len(nearer) == 1
        return (
            f"{many[0].upper()}{many[1:]} nearer reference{'' if one else 's'} of other {self._others} "
            f"{'was' if one else 'were'} left out, the nearest of {name} ({nearest.score:.3f}{place})."
        )

    def _known_taxa(self, taxa: Sequence[str]) -> list[str]:
        """Names as the library spells them, each once."""
        if not taxa:
            return []
        matches = checklist.match(dict.fromkeys(taxa), NameIndex(self.library.records.names()))
        missing = [one for one in matches if one.found is None]
        self.missing = tuple(missing)
        if len(missing) == len(matches):
            raise ArgumentError(f"The library {self.library.manifest.id} has no {checklist.listed(missing)}.")
        if missing:
            self.notices.append(
                f"The library has no reference of {len(missing)} of the {len(matches)} names to restrict to: "
                f"{checklist.listed(missing)}."
            )
        return list(dict.fromkeys(one.found for one in matches if one.found is not None))

    def _known_countries(self, countries: Sequence[str]) -> list[str]:
        known = {_folded(name): name for name, _ in self.library.records.countries()} if countries else {}
        for country in countries:
            if _folded(country) not in known:
                near = difflib.get_close_matches(_folded(country), known, n=3, cutoff=0.75)
                hint = f"; it has {' and '.join(known[one] for one in near)}" if near else ""
                raise ArgumentError(
                    f"The library {self.library.manifest.id} has no reference of the country "
                    f"'{country}'{hint}."
                )
        return [known[_folded(country)] for country in countries]

    def _occurring(self) -> tuple[set[int], set[str], set[str]]:
        """Keys, species and BINs with a record from one of the countries."""
        records = self.library.records
        ids = records.keys_from(self._countries)
        species: set[str] = set()
        bins: set[str] = set()
        for modality in self.library.modalities:
            for key_id, name, bin_uri in zip(
                records.column("key_id", modality),
                records.column("species", modality),
                records.column("bin_uri", modality),
                strict=True,
            ):
                if key_id in ids:
                    species.update([name] if name and not is_interim(name) else [])
                    bins.update([bin_uri] if bin_uri else [])
        return ids, species, bins


def names_to_restrict_to(given: Sequence[str]) -> list[str]:
    """Names as they are given, and those in files; see `checklist.read_names`.

    Raises:
        ArgumentError: if a file cannot be read or holds no name.
    """
    names: list[str] = []
    for text in given:
        path = Path(text)
        names += checklist.read_names(path) if is_file(path) else [text]
    return names


def title(taxa: Sequence[str], countries: Sequence[str], shown: int = 3) -> str:
    """What may answer, in a few words."""
    parts = []
    for names, noun in ((taxa, "names"), (countries, "countries")):
        more = f" and {len(names) - shown:,} more {noun}" if len(names) > shown else ""
        parts += [", ".join(names[:shown]) + more] if names else []
    return " from ".join(parts)


def _folded(name: str) -> str:
    return (clean_name(name) or "").casefold()


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"'{name}'" for name in names[:5])
    return shown + (f" and {len(names) - 5} more" if len(names) > 5 else "")
