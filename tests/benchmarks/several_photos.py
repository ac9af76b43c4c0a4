"""What several photos of a specimen are worth: `python -m tests.benchmarks.several_photos QUERIES IMAGES`.

Photos of one individual are hardly ever labelled as such. So two or three photos of one species from one
source stand for them, which are of other individuals: a photo tells more beside them than beside another
photo of the same insect. Each group is asked as one specimen, with all of its library and without its
species; beside it its photos one by one, and the one of them that was named deepest and surest.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import random
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bioscan_desktop.core.near import Hits
from bioscan_desktop.core.taxonomy import RANKS, Lineage
from bioscan_desktop.core.verdict import Verdict
from bioscan_desktop.library.importers.tables import read_table
from bioscan_desktop.services import packs
from bioscan_desktop.services.answered import Answered
from bioscan_desktop.services.identify import Identifier
from bioscan_desktop.services.reliability import reliability
from bioscan_desktop.services.specimens import Specimen, join_photos

EACH = 6
"""Groups of a species and source, at most."""

COLUMNS = (
    "photos asked answer n first_species first_genus named_species species_right named_genus genus_right "
    "ece_species ece_genus new unlike contradict"
).split()

Group = tuple[Lineage, list[Specimen]]


class Without:
    """In the place of a restriction: everything but one species may answer."""

    notices: Sequence[str] = ()
    told = ""

    def __init__(self, identifier: Identifier) -> None:
        self._library = identifier.library
        library = self._library
        self._names = {m: np.array([o.species or "" for o in library.records.lineages(m)])
                       for m in library.modalities}  # fmt: skip
        self.species = ""

    def search(
        self, modality: str, rows: np.ndarray, k: int, keys: Any, placed: Any, leaning: Any
    ) -> tuple[list[Hits], list[list[str]]]:
        """As that of a restriction; nothing is told of what is left out."""
        allowed = {m: names != self.species for m, names in self._names.items()}
        found = self._library.search(modality, rows, k, keys, placed, allowed, leaning)
        return found, [[] for _ in found]


@dataclass
class Tally:
    """Answers of one kind."""

    answered: list[Answered] = field(default_factory=list)
    contradict: int = 0

    def add(self, truth: Lineage, verdict: Verdict, contradict: bool = False) -> None:
        """Adds an answer."""
        self.answered.append(Answered(truth, (), verdict, 0.0))
        self.contradict += contradict

    def figures(self) -> Iterator[float]:
        """Those of `COLUMNS` from `n` on."""
        pairs = [(one.truth, one.verdict) for one in self.answered]
        yield len(pairs)
        for rank in ("species", "genus"):
            yield _mean(any(s.rank == rank and s.name == t.at(rank) for s in v.ranks) for t, v in pairs)
        for rank in ("species", "genus"):
            named = [(t.at(rank), v.lineage.at(rank)) for t, v in pairs if v.lineage.at(rank)]
            yield len(named) / len(pairs)
            yield _mean(own == name for own, name in named)
        held = reliability(self.answered)
        for rank in ("species", "genus"):
            yield held[rank]["ece"] if held[rank]["ece"] is not None else float("nan")
        for novelty in ("new_species", "unlike_library"):
            yield _mean(v.novelty == novelty for _, v in pairs)
        yield self.contradict / len(pairs)


def _mean(values: Iterator[bool]) -> float:
    found = list(values)
    return sum(found) / len(found) if found else float("nan")


def groups(table: Path, images: Path, size: int, seed: int) -> list[Group]:
    """Groups of photos of one species from one source; the same for the same seed."""
    by_species: dict[tuple[Lineage, str], list[Specimen]] = defaultdict(list)
    for record in read_table(table):
        if record.image_file and record.lineage.species:
            name = record.image_file
            source = Path(name).parent.name
            by_species[record.lineage, source].append(Specimen(name, name, images / name))
    chance, found = random.Random(seed), []
    for (truth, _), photos in sorted(by_species.items(), key=lambda one: str(one[0])):
        several = list(itertools.combinations(photos, size))
        found += [(truth, list(one)) for one in chance.sample(several, min(EACH, len(several)))]
    return found


def ask(identifier: Identifier, found: Sequence[Group], without: Without | None) -> dict[str, Tally]:
    """The answers to groups of photos, by how they were asked."""
    tallies = {name: Tally() for name in ("one", "better", "joint")}
    for truth, photos in found:
        if without is not None:
            without.species = truth.species or ""
        result = identifier.identify_one(join_photos(photos)) if len(photos) > 1 else None
        if result is not None and result.verdict is not None:
            tallies["joint"].add(truth, result.verdict, result.photo_conflict is not None)
        alone = result.by_photo if result is not None else [identifier.identify_one(photos[0]).verdict]
        verdicts = [verdict for verdict in alone if verdict is not None]
        for verdict in verdicts:
            tallies["one"].add(truth, verdict)
        tallies["better"].add(truth, max(verdicts, key=_depth))
    return tallies if len(found[0][1]) > 1 else {"one": tallies["one"]}


def _depth(verdict: Verdict) -> tuple[int, float]:
    return (RANKS.index(verdict.rank) + 1 if verdict.rank else 0, verdict.confidence)


def main() -> None:
    """Prints a table, tab-separated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("queries", type=Path)
    parser.add_argument("images", type=Path)
    parser.add_argument("--library", default="starter")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    library = packs.open_library(arguments.library)
    identifier = Identifier(packs.model_for(library, "cpu"), library)
    rows = csv.writer(sys.stdout, delimiter="\t", lineterminator="\n")
    rows.writerow(COLUMNS)
    for size in (1, 2, 3):
        found = groups(arguments.queries, arguments.images, size, arguments.seed)
        for asked, without in (("whole", None), ("without_species", Without(identifier))):
            identifier.restriction = without  # type: ignore[assignment]
            for name, tally in ask(identifier, found, without).items():
                figures = [f"{value:.4g}" for value in tally.figures()]
                rows.writerow([size, asked, name, *figures])
                sys.stdout.flush()


if __name__ == "__main__":
    main()
