"""CLIBD's partition of BIOSCAN-1M, rebuilt from the metadata of any data set with species names.

The rule (arXiv:2405.17537, section 4; dataset/create_splits.py of its code), in records per species:

    10 or more   80 % of the species are seen: 70 % of their records train, 10 % val, 10 % test, and
                 the rest are keys. Of the other species, half are for val and half for test; half
                 of the records of each ask, the rest are keys.
    2 to 9       half of these species for val and half for test, as unseen ones.
    1            single_species.
    no species   no_split: for pretraining.

The published partition came from a random generator over rows in file order. Here a record or
species is placed by the hash of the seed and its own name, so that the same records always give the
same partition, in whatever order they come; so it is another draw of the same rule. To work with the
published draw, read its files with `bioscan.read_clibd_partition`.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from bioscan_training.data.bioscan import CLIBD_1M
from bioscan_training.data.convert import entries_of
from bioscan_training.data.entries import Entry
from bioscan_training.data.images import image_paths
from bioscan_training.data.records import Record, RecordsError, records_writer
from bioscan_training.data.splits import unit_hash

PUBLISHED: dict[str, dict[str, int]] = {
    "no_split": {"records": 1_043_863},
    "train_seen": {"records": 36_279, "species": 916},
    "seen_keys": {"records": 6_350, "species": 916},
    "val_seen": {"records": 4_878, "species": 916},
    "test_seen": {"records": 4_878, "species": 916},
    "val_unseen": {"records": 6_952, "species": 1_771},
    "val_unseen_keys": {"records": 7_645, "species": 1_771},
    "test_unseen": {"records": 6_448, "species": 1_772},
    "test_unseen_keys": {"records": 7_123, "species": 1_772},
}
"""Counts of the published partition of BIOSCAN-1M (docs/static/images/partition.svg of CLIBD)."""

TABLES = {
    "train": "no_split+train_seen",
    "keys": "all_keys",
    "queries-val": "val_seen+val_unseen",
    "queries-test": "test_seen+test_unseen",
}
"""What `prepare_clibd` writes as tables for `bioscan library build` and `bioscan evaluate`."""


@dataclass(frozen=True)
class PartitionRules:
    """Shares and limits of the partition.

    Attributes:
        min_records: species with fewer are unseen.
        seen: share of the other species that are seen.
        train, val, test: shares of the records of a seen species; the rest are keys.
    """

    min_records: int = 10
    seen: Fraction = Fraction(8, 10)
    train: Fraction = Fraction(7, 10)
    val: Fraction = Fraction(1, 10)
    test: Fraction = Fraction(1, 10)


def record_id(entry: Entry) -> str:
    """What a record is known by: its sampleid, as in the published files, or its processid.

    Raises:
        RecordsError: if it has neither.
    """
    name = entry.sampleid or entry.processid
    if not name:
        raise RecordsError(f"Record {entry.row + 1} has neither a sampleid nor a processid.")
    return name


def records_by_species(entries: Iterable[Entry]) -> dict[str, set[str]]:
    """{species: ids of its records}; records without a species are left out.

    Memory grows with the records that have a species (9 % of BIOSCAN-5M), not with all.

    Raises:
        RecordsError: if an id stands for two species.
    """
    species_of: dict[str, str] = {}
    for entry in entries:
        if entry.species:
            name = record_id(entry)
            if species_of.setdefault(name, entry.species) != entry.species:
                raise RecordsError(f"{name} is both {species_of[name]} and {entry.species}.")
    found: dict[str, set[str]] = defaultdict(set)
    for name, species in species_of.items():
        found[species].add(name)
    return dict(found)


def assign(
    records: Mapping[str, Collection[str]], seed: int, rules: PartitionRules | None = None
) -> dict[str, str]:
    """{record id: split} of all records that have a species; the others are `no_split`.

    Args:
        records: {species: ids of its records}.
        seed: another seed is another draw.
    """
    rules = rules or PartitionRules()
    common = [species for species, ids in records.items() if len(ids) >= rules.min_records]
    tail = [species for species, ids in records.items() if 2 <= len(ids) < rules.min_records]
    seen, unseen = _cut(_shuffled(common, seed, "species"), rules.seen)
    splits: dict[str, str] = {}
    for species in seen:
        ids = _shuffled(records[species], seed, "record")
        for split, share in (("train_seen", rules.train), ("val_seen", rules.val), ("test_seen", rules.test)):
            count = int(share * len(records[species]))
            splits.update(dict.fromkeys(ids[:count], split))
            ids = ids[count:]
        splits.update(dict.fromkeys(ids, "seen_keys"))
    # Common and rare species are halved apart, so that val and test are equally hard.
    for group in (unseen, _shuffled(tail, seed, "species")):
        for side, part in zip(("val", "test"), _cut(group, Fraction(1, 2)), strict=True):
            for species in part:
                queries, keys = _cut(_shuffled(records[species], seed, "record"), Fraction(1, 2))
                splits.update(dict.fromkeys(queries, f"{side}_unseen"))
                splits.update(dict.fromkeys(keys, f"{side}_unseen_keys"))
    for alone in records.values():
        if len(alone) == 1:
            splits.update(dict.fromkeys(alone, "single_species"))
    return splits


def _shuffled(names: Iterable[str], seed: int, kind: str) -> list[str]:
    """In an order that depends on the seed and the names alone."""
    return sorted(names, key=lambda name: (unit_hash(seed, f"clibd {kind}", name), name))


def _cut(names: list[str], share: Fraction) -> tuple[list[str], list[str]]:
    """The first part, rounded down, and the rest."""
    count = int(share * len(names))
    return names[:count], names[count:]


def placed(entries: Iterable[Entry], splits: Mapping[str, str]) -> Iterator[tuple[Entry, str]]:
    """Each record with its split."""
    return ((entry, splits.get(record_id(entry), "no_split")) for entry in entries)


def prepare_clibd(
    source: Callable[[], Iterator[Entry]], out: Path, seed: int, rules: PartitionRules | None = None
) -> dict[str, Any]:
    """Writes the partition of a data set.

        CLIBD_partitioning/{split}.txt    ids, one a line, as the bioscan-dataset package reads them
        {train,keys,queries-…}.tsv.gz     records for `bioscan library build` and `bioscan evaluate`
        unseen_species.txt                for `bioscan evaluate --unseen`
        partition.json                    counts beside the published ones

    Args:
        source: gives the records anew each time; they are read twice, never held.

    Returns:
        the report.

    Raises:
        RecordsError: if the records cannot be read, or none has a species.
    """
    rules = rules or PartitionRules()
    by_species = records_by_species(source())
    if not by_species:
        raise RecordsError("No record has a species, so there is nothing to partition.")
    splits = assign(by_species, seed, rules)
    folder = out / "CLIBD_partitioning"
    folder.mkdir(parents=True, exist_ok=True)
    counted = _write(out, folder, placed(source(), splits))
    report = {"seed": seed, "rules": {k: float(v) for k, v in asdict(rules).items()}}
    report |= _report(counted, by_species, splits)
    unseen = sorted(s for s, ids in by_species.items() if "_unseen" in splits[next(iter(ids))])
    (out / "unseen_species.txt").write_text("".join(f"{name}\n" for name in unseen), encoding="utf-8")
    (out / "partition.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return report


def _write(out: Path, folder: Path, records: Iterable[tuple[Entry, str]]) -> Counter[str]:
    """Writes the tables, and the files of ids, joins included; counts the records of each split."""
    counted: Counter[str] = Counter()
    with ExitStack() as stack:
        ids = {
            name: stack.enter_context((folder / f"{name}.txt").open("w", encoding="utf-8", newline="\n"))
            for name in (*CLIBD_1M.splits, *CLIBD_1M.joins)
        }
        files_of = {split: [ids[split]] for split in CLIBD_1M.splits}
        for join, parts in CLIBD_1M.joins.items():
            for part in parts:
                files_of[part].append(ids[join])
        tables_of: dict[str, list[Callable[[Record], None]]] = {split: [] for split in CLIBD_1M.splits}
        for name, what in TABLES.items():
            write = stack.enter_context(records_writer(out / f"{name}.tsv.gz"))
            for split in CLIBD_1M.explode(what):
                tables_of[split].append(write)
        for entry, split in records:
            counted[split] += 1
            for file in files_of[split]:
                file.write(f"{record_id(entry)}\n")
            if tables_of[split]:
                record = replace(entry.record(next(iter(image_paths(entry)), "")), split=split)
                for write in tables_of[split]:
                    write(record)
    return counted


def _report(
    counted: Mapping[str, int], by_species: Mapping[str, Collection[str]], splits: Mapping[str, str]
) -> dict[str, Any]:
    species: Counter[str] = Counter()
    for ids in by_species.values():
        species.update({splits[name] for name in ids})
    return {
        "records": sum(counted.values()),
        "species": len(by_species),
        "splits": {
            split: {
                "records": counted.get(split, 0),
                "species": species[split],
                "published_records": PUBLISHED.get(split, {}).get("records"),
                "published_species": PUBLISHED.get(split, {}).get("species"),
            }
            for split in CLIBD_1M.splits
        },
    }


def prepare_clibd_files(metadata: Path, out: Path, seed: int) -> dict[str, Any]:
    """`prepare_clibd` of whatever `bioscan-train convert` reads.

    Raises:
        RecordsError: if the file is nothing of that kind.
    """
    return prepare_clibd(lambda: entries_of(metadata), out, seed)


def report_table(report: Mapping[str, Any]) -> str:
    """The counts for people, beside the published ones."""
    lines = [f"{'':<18}{'records':>10}{'published':>11}{'species':>9}{'published':>11}"]
    for split, row in report["splits"].items():
        cells = [row[name] for name in ("records", "published_records", "species", "published_species")]
        shown = ["–" if cell is None else f"{cell:,}" for cell in cells]
        lines.append(f"{split:<18}{shown[0]:>10}{shown[1]:>11}{shown[2]:>9}{shown[3]:>11}")
    lines.append(f"{'all':<18}{report['records']:>10,}{'':>11}{report['species']:>9,}")
    return "\n".join(lines)
