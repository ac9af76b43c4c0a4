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

import numpy as np

from bioscan_desktop.core.calibration import USUAL_VIEWS, log_distance
from bioscan_desktop.core.matching import DECISION_K
from bioscan_desktop.core.several import contradiction
from bioscan_desktop.core.taxonomy import RANKS, Lineage
from bioscan_desktop.core.verdict import Verdict
from bioscan_desktop.inference.encoders import mean_row
from bioscan_desktop.inference.images import load_rgb, to_array
from bioscan_desktop.library.importers.tables import read_table
from bioscan_desktop.services import packs
from bioscan_desktop.services.answered import Answered
from bioscan_desktop.services.identify import Identifier, Judgement, Neighbours
from bioscan_desktop.services.reliability import reliability
from bioscan_desktop.services.specimens import Specimen, join_photos

EACH = 6
"""Groups of a species and source, at most."""

COLUMNS = (
    "photos asked answer n first_species first_genus named_species species_right named_genus genus_right "
    "ece_species ece_genus new unlike contradict"
).split()

Group = tuple[Lineage, list[str]]


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


def groups(table: Path, size: int, seed: int) -> list[Group]:
    """Groups of photos of one species from one source; the same for the same seed."""
    by_species: dict[tuple[Lineage, str], list[str]] = defaultdict(list)
    for record in read_table(table):
        if record.image_file and record.lineage.species:
            by_species[record.lineage, Path(record.image_file).parent.name].append(record.image_file)
    chance, found = random.Random(seed), []
    for (truth, _), photos in sorted(by_species.items(), key=lambda one: str(one[0])):
        several = list(itertools.combinations(photos, size))
        found += [(truth, list(one)) for one in chance.sample(several, min(EACH, len(several)))]
    return found


class Asker:
    """Asks a library groups of photos, each of which is embedded once.

    Args:
        images: folder of the photos.
    """

    def __init__(self, identifier: Identifier, images: Path) -> None:
        self._identifier, self._images = identifier, images
        self._seen: dict[str, tuple[np.ndarray, float]] = {}
        lineages = identifier.library.records.lineages
        self._species = {
            m: np.array([one.species or "" for one in lineages(m)]) for m in identifier.library.modalities
        }

    def _see(self, name: str) -> tuple[np.ndarray, float]:
        """The embedding of a photo, and how far its views lie apart."""
        model = self._identifier.model
        if name not in self._seen:
            picture = load_rgb(self._images / name, model.preprocessing.min_side).image
            rows, cosines = model.embed_views([to_array(picture, model.preprocessing)])
            views = USUAL_VIEWS if cosines is None else log_distance(float(cosines[0]))
            self._seen[name] = rows[0], views
        return self._seen[name]

    def ask(self, truth: Lineage, photos: Sequence[str], without_species: bool) -> Judgement:
        """What is said of photos of one specimen."""
        specimen = join_photos([Specimen(name, name, self._images / name) for name in photos])
        each, views = zip(*(self._see(name) for name in photos), strict=True)
        allowed = {m: own != truth.species for m, own in self._species.items()} if without_species else None
        hits = self._identifier.library.search(
            "image", np.stack([mean_row(each), *each]), DECISION_K,
            allowed=allowed, leaning=self._identifier.model.leaning,
        )  # fmt: skip
        found = Neighbours.of(specimen)
        for one, near, apart in zip(
            [found, *found.apart], hits, [sum(views) / len(views), *views], strict=False
        ):
            one.hits["image"] = near.with_views(apart)
        return self._identifier.judge(found)


def ask_all(asker: Asker, found: Sequence[Group], without_species: bool) -> dict[str, Tally]:
    """The answers to groups of photos, by how they were asked."""
    tallies = {name: Tally() for name in ("one", "better", "joint")}
    for truth, photos in found:
        judged = asker.ask(truth, photos, without_species)
        assert judged.verdict is not None
        verdicts = [one for one in judged.by_photo or (judged.verdict,) if one is not None]
        tallies["joint"].add(truth, judged.verdict, contradiction(judged.by_photo) is not None)
        tallies["better"].add(truth, max(verdicts, key=_depth))
        for verdict in verdicts:
            tallies["one"].add(truth, verdict)
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
    asker = Asker(identifier, arguments.images)
    rows = csv.writer(sys.stdout, delimiter="\t", lineterminator="\n")
    rows.writerow(COLUMNS)
    for size in (1, 2, 3):
        found = groups(arguments.queries, size, arguments.seed)
        for asked in ("whole", "without_species"):
            for name, tally in ask_all(asker, found, asked == "without_species").items():
                figures = [f"{value:.4g}" for value in tally.figures()]
                rows.writerow([size, asked, name, *figures])
            sys.stdout.flush()


if __name__ == "__main__":
    main()
