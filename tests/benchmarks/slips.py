"""What missing, surplus and wrong bases do to the naming of barcodes; a table, tab-separated.

    python -m tests.benchmarks.slips prepared/queries-test.tsv.gz

Barcodes of known species with at least 600 bases, as they are, and with a base missing, one too many, three
missing or five open somewhere between 60 bases from either end, or one, three or five substituted anywhere.
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
from collections.abc import Callable
from pathlib import Path

from bioscan_desktop.library.importers.tables import Record, read_table
from bioscan_desktop.services import packs
from bioscan_desktop.services.identify import Identifier
from bioscan_desktop.services.specimens import from_sequence

COLUMNS = ("error", "n", "first_species", "named_species", "species_right", "new", "unlike")
MARGIN, LEAST_BASES = 60, 600

Spoil = Callable[[str, int, random.Random], str]
ERRORS: dict[str, Spoil] = {
    "none": lambda bases, at, chance: bases,
    "one missing": lambda bases, at, chance: bases[:at] + bases[at + 1 :],
    "one too many": lambda bases, at, chance: bases[:at] + chance.choice("ACGT") + bases[at:],
    "three missing": lambda bases, at, chance: bases[:at] + bases[at + 3 :],
    "one substituted": lambda bases, at, chance: _substituted(bases, 1, chance),
    "three substituted": lambda bases, at, chance: _substituted(bases, 3, chance),
    "five substituted": lambda bases, at, chance: _substituted(bases, 5, chance),
    "five open": lambda bases, at, chance: bases[:at] + "NNNNN" + bases[at + 5 :],
}


def _substituted(bases: str, number: int, chance: random.Random) -> str:
    spoilt = list(bases)
    for place in chance.sample(range(len(bases)), number):
        spoilt[place] = chance.choice([base for base in "ACGT" if base != bases[place]])
    return "".join(spoilt)


def figures(identifier: Identifier, records: list[Record], spoil: Spoil, seed: int) -> list[float]:
    """The columns behind the error."""
    chance = random.Random(seed)
    specimens = []
    for record in records:
        bases = str(record.nucleotides)
        spoilt = spoil(bases, chance.randrange(MARGIN, len(bases) - MARGIN), chance)
        specimens.append(from_sequence(spoilt, str(record.processid)))
    first = named = right = new = unlike = 0
    for record, result in zip(records, identifier.identify(specimens), strict=True):
        assert result.verdict is not None
        first += result.hits[0].lineage.species == record.lineage.species
        is_named = result.verdict.rank == "species"
        named += is_named
        right += is_named and result.verdict.name == record.lineage.species
        new += result.verdict.novelty == "new_species"
        unlike += result.verdict.novelty == "unlike_library"
    n = len(records)
    return [n, first / n, named / n, right / max(1, named), new / n, unlike / n]


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("queries", type=Path)
    parser.add_argument("--library", default="starter")
    parser.add_argument("--number", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    library = packs.open_library(arguments.library)
    identifier = Identifier(packs.model_for(library, "cpu"), library)
    known = {lineage.species for lineage in library.records.lineages("dna")}
    records = [
        record
        for record in read_table(arguments.queries)
        if record.lineage.species in known and len(record.nucleotides or "") >= LEAST_BASES
    ]
    records = random.Random(arguments.seed).sample(records, min(arguments.number, len(records)))
    rows = csv.writer(sys.stdout, delimiter="\t", lineterminator="\n")
    rows.writerow(COLUMNS)
    for name, spoil in ERRORS.items():
        found = figures(identifier, records, spoil, arguments.seed)
        rows.writerow([name, *(f"{value:.4g}" for value in found)])
        sys.stdout.flush()


if __name__ == "__main__":
    main()
