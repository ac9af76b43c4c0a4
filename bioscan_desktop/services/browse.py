"""The names of a library as a tree: how much there is of each taxon, and finding one by name.

All is counted once from the records, in a worker: some seconds per million keys. Taxa are numbered
from the top down and depth first, so that the descendants of a taxon are one range of numbers and
its keys one slice of a sorted array; whatever is asked afterwards is answered at once, with
100,000 species as with ten.
"""

from __future__ import annotations

import re
import sqlite3
import threading
import unicodedata
from array import array
from dataclasses import dataclass

import numpy as np

from bioscan_desktop.core.taxonomy import RANKS, Lineage, is_interim
from bioscan_desktop.library.pack import MODALITIES
from bioscan_desktop.library.records import RecordStore
from bioscan_desktop.services.census import Census, take
from bioscan_desktop.services.tasks import CancelToken, ProgressCallback, silent

ROOT = 0
"""Number of the taxon that stands for the whole library."""

LEVELS: tuple[str, ...] = ("none", *RANKS)
"""How far a record is named; an interim name such as `Noctua sp. 2` counts as its genus."""

SIZES: tuple[int, ...] = (1, 2, 5, 10, 50)
"""Records from which a species counts to the next class of `Taxonomy.species_by_records`; the first holds
those without any."""

_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Taxon:
    """A node of the tree.

    Attributes:
        number: 0 for the whole library.
        parent: number of the next taxon above; -1 for the whole library.
        rank: None for the whole library.
        lineage: from order down to this taxon, as far as the library knows it.
        n_children: taxa right below.
        interim: the name stands for a group that nobody has named, such as `Noctua sp. 2`.
    """

    number: int
    parent: int
    rank: str | None
    name: str
    lineage: Lineage
    n_children: int
    interim: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a library holds of a taxon and all below.

    Attributes:
        keys, records: by modality.
        named: by modality, the records by how far they are named, in the order of `LEVELS`.
        taxa: by rank, the taxa below and the taxon itself; interim names are not counted as species.
        species_with: by modality, the species that have a key.
    """

    keys: dict[str, int]
    records: dict[str, int]
    named: dict[str, tuple[int, ...]]
    taxa: dict[str, int]
    species_with: dict[str, int]

    @property
    def n_species(self) -> int:
        """Species below, or 1 for a species."""
        return self.taxa["species"]


@dataclass(frozen=True, slots=True)
class Match:
    """What was found by a name.

    Attributes:
        taxon: its number.
        text: the name, or the BIN that was asked for.
        is_bin: a BIN was found, and `taxon` is what it is named.
    """

    taxon: int
    text: str
    is_bin: bool = False


class Taxonomy:
    """See the module. Reads all records at once; every method is safe to call from any thread.

    Args:
        records: of a library.
        title: name of the whole.

    Attributes:
        has_bins: some record has a BIN.

    Raises:
        PackError: if the records cannot be read.
        Cancelled: after `cancel`.
    """

    def __init__(
        self,
        records: RecordStore,
        title: str,
        progress: ProgressCallback = silent,
        cancel: CancelToken | None = None,
    ) -> None:
        self.title = title
        census = take(records, progress, cancel or CancelToken())
        self._number_taxa(census.lineages)
        self._sort_keys(census)
        self._count(census)
        self.has_bins = bool(census.bins)
        self._lock = threading.Lock()
        self._search = self._make_search(census)

    def __len__(self) -> int:
        return len(self._names)

    # -- building ------------------------------------------------------------------------------

    def _number_taxa(self, lineages: list[Lineage]) -> None:
        """Numbers taxa depth first, siblings by name; a taxon hangs below the next one that is named."""
        tree: dict = {}
        for lineage in set(lineages):
            node = tree
            for rank, name in zip(RANKS, lineage.names(), strict=True):
                if name is not None:
                    node = node.setdefault((rank, name), {})
        self._names: list[str] = [self.title]
        self._ranks: list[str | None] = [None]
        self._parents = array("i", [-1])
        self._places = array("i", [0])
        self._children: dict[int, array] = {}
        self._ends = array("i", [0])
        self._of_path: dict[tuple[int, str, str], int] = {}
        # A stack in place of recursion; a taxon's end is known once all below it are numbered.
        stack: list[tuple[int, list, int]] = [(ROOT, _sorted_children(tree), 0)]
        while stack:
            number, below, done = stack.pop()
            if done == len(below):
                self._ends[number] = len(self._names)
                continue
            stack.append((number, below, done + 1))
            (rank, name), node = below[done]
            child = len(self._names)
            self._names.append(name)
            self._ranks.append(rank)
            self._parents.append(number)
            self._places.append(done)
            self._ends.append(0)
            self._children.setdefault(number, array("i")).append(child)
            self._of_path[number, rank, name] = child
            stack.append((child, _sorted_children(node), 0))

    def number_of(self, lineage: Lineage) -> int:
        """The finest taxon of a lineage that is in the tree; 0 if none is."""
        number = ROOT
        for rank, name in zip(RANKS, lineage.names(), strict=True):
            if name is not None:
                number = self._of_path.get((number, rank, name), number)
        return number

    def _sort_keys(self, census: Census) -> None:
        # A zero at the end, so that an empty library has something to look up.
        numbers = [*map(self.number_of, census.lineages), ROOT]
        self._of_lineage = np.array(numbers, dtype=np.int32)
        taxa = self._of_lineage[census.lineage]
        order = np.argsort(taxa, kind="stable")
        self.key_taxon = taxa[order]  # (n,) int32, ascending
        self.key_ids = census.key_id[order]  # (n,) int64
        self.key_modality = census.modality[order]  # (n,) int8: place in MODALITIES
        self.key_rows = census.row[order]  # (n,) int64: row in the key matrix of its modality
        self._key_country = census.country[order]
        self._countries = census.countries
        self._starts = np.searchsorted(self.key_taxon, np.arange(len(self) + 1))

    def _count(self, census: Census) -> None:
        level = np.array([_level(lineage) for lineage in census.lineages] or [0], dtype=np.int8)
        where = (self._of_lineage[census.lineage], census.modality, level[census.lineage])
        named = np.zeros((len(self), len(MODALITIES), len(LEVELS)), dtype=np.int64)
        np.add.at(named, where, census.n_records)
        keys = np.zeros((len(self), len(MODALITIES)), dtype=np.int64)
        np.add.at(keys, where[:2], 1)
        taxa = np.zeros((len(self), len(RANKS)), dtype=np.int64)
        self._interim = np.zeros(len(self), dtype=bool)
        for number, (rank, name) in enumerate(zip(self._ranks, self._names, strict=True)):
            if rank is None:
                continue
            self._interim[number] = rank == "species" and is_interim(name)
            taxa[number, RANKS.index(rank)] = not self._interim[number]
        with_keys = (keys > 0) & (taxa[:, -1:] > 0)
        self._named, self._keys, self._taxa, self._with_keys = map(
            _sums_from_top, (named, keys, taxa, with_keys)
        )

    def _make_search(self, census: Census) -> sqlite3.Connection:
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        connection.execute(
            "CREATE VIRTUAL TABLE names USING fts5(text, taxon UNINDEXED, depth UNINDEXED, "
            "size UNINDEXED, tokenize = \"unicode61 remove_diacritics 2\", prefix = '1 2 3')"
        )
        sizes = np.diff(self._starts)
        size = _sums_from_top(sizes[:, None])
        depths = {rank: place for place, rank in enumerate(RANKS)}
        connection.executemany(
            "INSERT INTO names VALUES (?, ?, ?, ?)",
            (
                (name, number, depths[rank], int(size[self._ends[number], 0] - size[number, 0]))
                for number, (name, rank) in enumerate(zip(self._names, self._ranks, strict=True))
                if rank is not None
            ),
        )
        connection.executemany(
            "INSERT INTO names VALUES (?, ?, ?, 0)",
            ((text, int(self._of_lineage[place]), len(RANKS)) for text, place in census.bins.items()),
        )
        connection.commit()
        return connection

    # -- asking --------------------------------------------------------------------------------

    def taxon(self, number: int) -> Taxon:
        """A node by its number."""
        rank = self._ranks[number]
        return Taxon(
            number,
            self._parents[number],
            rank,
            self._names[number],
            self._lineage(number),
            len(self._children.get(number, ())),
            bool(self._interim[number]),
        )

    def name(self, number: int) -> str:
        """The name of a taxon."""
        return self._names[number]

    def rank(self, number: int) -> str | None:
        """The rank of a taxon; None for the whole library."""
        return self._ranks[number]

    def _lineage(self, number: int) -> Lineage:
        names: dict[str, str] = {}
        while number > ROOT:
            rank = self._ranks[number]
            assert rank is not None
            names[rank] = self._names[number]
            number = self._parents[number]
        return Lineage(**names)

    def path(self, number: int) -> list[int]:
        """The taxa from the whole library down to this one."""
        path = [number]
        while path[-1] > ROOT:
            path.append(self._parents[path[-1]])
        return path[::-1]

    def parent(self, number: int) -> int:
        """The next taxon above; -1 above the whole library."""
        return self._parents[number]

    def place(self, number: int) -> int:
        """Which of its parent's children a taxon is, from 0."""
        return self._places[number]

    def child(self, number: int, place: int) -> int:
        """One of the taxa right below."""
        return self._children[number][place]

    def children(self, number: int) -> list[int]:
        """The taxa right below, by name."""
        return list(self._children.get(number, ()))

    def n_children(self, number: int) -> int:
        """How many there are right below."""
        return len(self._children.get(number, ()))

    def at_rank(self, number: int, rank: str) -> list[int]:
        """The taxa of a rank that are below a taxon, and the taxon itself if it is of that rank."""
        return [n for n in range(number, self._ends[number]) if self._ranks[n] == rank]

    def ancestor_at(self, number: int, rank: str) -> int | None:
        """The taxon of a rank that a taxon belongs to; None if there is none."""
        while number > ROOT and self._ranks[number] != rank:
            number = self._parents[number]
        return number if number > ROOT else None

    def counts(self, number: int) -> Counts:
        """How much there is of a taxon."""
        end = self._ends[number]
        named = self._named[end] - self._named[number]
        keys = self._keys[end] - self._keys[number]
        taxa = self._taxa[end] - self._taxa[number]
        species_with = self._with_keys[end] - self._with_keys[number]
        return Counts(
            keys={m: int(keys[i]) for i, m in enumerate(MODALITIES)},
            records={m: int(named[i].sum()) for i, m in enumerate(MODALITIES)},
            named={m: tuple(int(n) for n in named[i]) for i, m in enumerate(MODALITIES)},
            taxa={rank: int(taxa[i]) for i, rank in enumerate(RANKS)},
            species_with={m: int(species_with[i]) for i, m in enumerate(MODALITIES)},
        )

    def species_by_records(self, number: int) -> dict[str, tuple[int, ...]]:
        """By modality, how many species with a full name have so many records: none, then as in `SIZES`."""
        part = slice(number, self._ends[number] + 1)
        is_species = np.diff(self._taxa[part, -1]) > 0
        records = np.diff(self._named[part].sum(axis=2), axis=0)[is_species]  # (species, modalities)
        classes = np.searchsorted(SIZES, records, side="right")
        return {
            m: tuple(int(n) for n in np.bincount(classes[:, i], minlength=len(SIZES) + 1))
            for i, m in enumerate(MODALITIES)
        }

    def key_slice(self, number: int) -> slice:
        """Where the keys of a taxon and all below stand in `key_ids`, `key_taxon`, `key_rows`."""
        return slice(int(self._starts[number]), int(self._starts[self._ends[number]]))

    def rows(self, number: int, modality: str) -> np.ndarray:
        """(m,) int64 rows of a taxon in the key matrix of a modality."""
        part = self.key_slice(number)
        return self.key_rows[part][self.key_modality[part] == MODALITIES.index(modality)]

    def taxon_of_rows(self, modality: str, n_rows: int) -> np.ndarray:
        """(n_rows,) int32: the finest taxon of each row of a key matrix."""
        own = self.key_modality == MODALITIES.index(modality)
        result = np.zeros(n_rows, dtype=np.int32)
        result[self.key_rows[own]] = self.key_taxon[own]
        return result

    def countries(self, number: int) -> list[tuple[str | None, int]]:
        """Where the keys of a taxon come from: (country, keys), most first; None is not known."""
        counted = np.bincount(self._key_country[self.key_slice(number)], minlength=len(self._countries))
        order = np.argsort(-counted, kind="stable")
        return [(self._countries[i], int(counted[i])) for i in order if counted[i]]

    def is_species(self, number: int) -> bool:
        """True for a species with a full name."""
        return self._ranks[number] == "species" and not self._interim[number]

    def search(self, text: str, limit: int = 50) -> list[Match]:
        """Taxa by the beginnings of their words, in any order, whatever the case and accents; or BINs.

        What is spelt exactly so comes first, then names that begin so, then coarse ranks before
        fine ones and large groups before small ones.
        """
        words = _WORDS.findall(text)
        if not words:
            return []
        asked = " ".join(f'"{word}"*' for word in words)
        with self._lock:
            rows = self._search.execute(
                "SELECT text, taxon, depth FROM names WHERE names MATCH ? "
                "ORDER BY depth, size DESC, text LIMIT ?",
                (asked, max(limit, 400)),
            ).fetchall()
        wanted = fold(text)
        found = [(fold(name), name, taxon, depth) for name, taxon, depth in rows]
        found.sort(key=lambda f: (f[0] != wanted, not f[0].startswith(wanted)))
        return [Match(taxon, name, depth == len(RANKS)) for _, name, taxon, depth in found[:limit]]

    def close(self) -> None:
        """Releases the index of names."""
        with self._lock:
            self._search.close()


def fold(text: str) -> str:
    """Without case, accents and repeated spaces: how names are compared."""
    if text.isascii():
        return " ".join(text.casefold().split())
    plain = unicodedata.normalize("NFD", text.casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def _level(lineage: Lineage) -> int:
    """Place in `LEVELS` of the finest name; interim species do not count."""
    for depth in range(len(RANKS), 0, -1):
        name = lineage.names()[depth - 1]
        if name is not None and not (depth == len(RANKS) and is_interim(name)):
            return depth
    return 0


def _sorted_children(node: dict) -> list:
    return sorted(node.items(), key=lambda item: (fold(item[0][1]), item[0]))


def _sums_from_top(values: np.ndarray) -> np.ndarray:
    """Running sums with a leading zero: a range of taxa is the difference of two of its rows."""
    result = np.zeros((len(values) + 1, *values.shape[1:]), dtype=np.int64)
    np.cumsum(values, axis=0, out=result[1:])
    return result
