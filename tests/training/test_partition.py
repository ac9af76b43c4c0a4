"""CLIBD's partition: what its rule promises, for any records and seed."""

from __future__ import annotations

import csv
import gzip
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from bioscan_training.data.bioscan import CLIBD_1M, read_bioscan_1m, read_clibd_partition
from bioscan_training.data.entries import Entry
from bioscan_training.data.partition import (
    PUBLISHED,
    assign,
    prepare_clibd,
    prepare_clibd_files,
    record_id,
    records_by_species,
    report_table,
)
from bioscan_training.data.records import RecordsError, read_records
from hypothesis import given, settings
from hypothesis import strategies as st

sizes = st.lists(st.integers(1, 40), min_size=1, max_size=12)
seeds = st.integers(0, 1000)


def species_of_sizes(counts: list[int]) -> dict[str, list[str]]:
    """{species: ids}, one species per count."""
    return {f"Genus sp{i}": [f"S{i}-{j}" for j in range(count)] for i, count in enumerate(counts)}


@settings(max_examples=30, deadline=None)
@given(sizes, seeds)
def test_every_record_stands_in_one_place_that_the_rule_allows(counts: list[int], seed: int) -> None:
    records = species_of_sizes(counts)
    splits = assign(records, seed)

    assert set(splits) == {name for ids in records.values() for name in ids}
    sides = {species: Counter(splits[name] for name in ids) for species, ids in records.items()}
    seen = {"train_seen", "val_seen", "test_seen", "seen_keys"}
    for species, ids in records.items():
        n, side = len(ids), sides[species]
        if n == 1:
            assert side == {"single_species": 1}
        elif "train_seen" in side:
            assert n >= 10
            assert [side[s] for s in ("train_seen", "val_seen", "test_seen")] == [
                n * 7 // 10,
                n // 10,
                n // 10,
            ]
            assert set(side) == seen  # keys are what is left over, so there is always one
        else:
            (half,) = {name.split("_")[0] for name in side}
            assert half in ("val", "test")
            assert side == {f"{half}_unseen": n // 2, f"{half}_unseen_keys": n - n // 2}
    common = sum(n >= 10 for n in counts)
    assert sum("train_seen" in side for side in sides.values()) == common * 8 // 10


@settings(max_examples=20, deadline=None)
@given(sizes, seeds, st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(counts: list[int], seed: int, rng: random.Random) -> None:
    records = species_of_sizes(counts)
    mixed = [(species, rng.sample(ids, len(ids))) for species, ids in records.items()]
    rng.shuffle(mixed)
    assert assign(dict(mixed), seed) == assign(records, seed)


@settings(max_examples=30, deadline=None)
@given(sizes, seeds)
def test_no_species_is_on_two_sides(counts: list[int], seed: int) -> None:
    splits = assign(species_of_sizes(counts), seed)
    species_in = defaultdict(set)
    for name, split in splits.items():
        side = "seen" if (split.endswith("seen") and "unseen" not in split) or split == "seen_keys" else split
        species_in[side.removesuffix("_keys")].add(name.split("-")[0])
    groups = list(species_in.values())
    assert sum(map(len, groups)) == len(set().union(*groups))


def test_val_and_test_have_as_many_unseen_species_of_each_kind() -> None:
    splits = assign(species_of_sizes([12] * 20 + [4] * 10), 5)
    for side in ("val", "test"):
        sizes = Counter(
            len([n for n in splits if n.split("-")[0] == species])
            for species in {n.split("-")[0] for n, s in splits.items() if s == f"{side}_unseen"}
        )
        assert sizes == {12: 2, 4: 5}


def test_another_seed_is_another_draw() -> None:
    records = species_of_sizes([20] * 30)
    assert assign(records, 1) == assign(records, 1)
    assert assign(records, 1) != assign(records, 2)


def test_published_counts_agree_with_each_other() -> None:
    keys = [PUBLISHED[name]["records"] for name in CLIBD_1M.joins["all_keys"]]
    assert sum(keys) == 21_118  # the key group of the published HDF5 file
    assert set(PUBLISHED) | {"single_species"} == set(CLIBD_1M.splits)


def entries(counts: list[int], unnamed: int = 5) -> list[Entry]:
    """Specimens of made-up species, and some without a name."""
    found = []
    for species, ids in species_of_sizes(counts).items():
        for name in ids:
            found.append(
                Entry(
                    len(found),
                    "bioscan1m",
                    sampleid=name,
                    image_file=f"{name}.jpg",
                    chunk="7",
                    nucleotides="ACGT",
                    order="Diptera",
                    family="Phoridae",
                    genus="Genus",
                    species=species,
                    split="train",
                )
            )
    found += [Entry(len(found) + i, "bioscan1m", sampleid=f"N{i}", order="Diptera") for i in range(unnamed)]
    return found


def test_files_hold_every_record_once(tmp_path: Path) -> None:
    everything = entries([30] * 10 + [3] * 6 + [1] * 4)
    calls = []

    def source() -> Iterator[Entry]:
        calls.append(1)
        return iter(everything)

    report = prepare_clibd(source, tmp_path, 42)

    lines = {path.stem: path.read_text().split() for path in (tmp_path / "CLIBD_partitioning").glob("*.txt")}
    assert set(lines) == {*CLIBD_1M.splits, *CLIBD_1M.joins}
    in_parts = [name for split in CLIBD_1M.splits for name in lines[split]]
    assert sorted(in_parts) == sorted(e.sampleid for e in everything)
    for join, parts in CLIBD_1M.joins.items():
        assert sorted(lines[join]) == sorted(name for part in parts for name in lines[part])
    assert set(lines["no_split"]) == {f"N{i}" for i in range(5)}
    assert read_clibd_partition(tmp_path / "CLIBD_partitioning") == {
        name: split for split in CLIBD_1M.splits if split != "no_split" for name in lines[split]
    }

    assert json.loads((tmp_path / "partition.json").read_text()) == report
    assert report["records"] == len(everything) and report["species"] == 20
    for split, row in report["splits"].items():
        assert row["records"] == len(lines[split])
        assert row["published_records"] == PUBLISHED.get(split, {}).get("records")
    assert report["splits"]["train_seen"] == {
        "records": 8 * 21, "species": 8, "published_records": 36_279, "published_species": 916,
    }  # fmt: skip
    assert "36,279" in report_table(report) and "single_species" in report_table(report)

    keys = read_records(tmp_path / "keys.tsv.gz")
    assert sorted(r.processid for r in keys) == sorted(lines["all_keys"])
    assert {r.split for r in keys} == set(CLIBD_1M.joins["all_keys"])
    assert keys[0].image_file == f"part7/{keys[0].processid}.jpg"
    queries = read_records(tmp_path / "queries-test.tsv.gz")
    assert sorted(r.processid for r in queries) == sorted(lines["test_seen"] + lines["test_unseen"])
    unseen = set((tmp_path / "unseen_species.txt").read_text().splitlines())
    assert unseen == {r.species for r in keys if "unseen" in r.split}
    assert {r.species for r in queries if r.split == "test_unseen"} <= unseen
    assert not {r.species for r in read_records(tmp_path / "train.tsv.gz")} & unseen


def test_the_order_of_the_metadata_changes_no_file_but_its_order(tmp_path: Path) -> None:
    everything = entries([15] * 6 + [5] * 4)
    mixed = random.Random(3).sample(everything, len(everything))
    first = prepare_clibd(lambda: iter(everything), tmp_path / "a", 1)
    second = prepare_clibd(lambda: iter(mixed), tmp_path / "b", 1)
    assert first == second
    for path in (tmp_path / "a" / "CLIBD_partitioning").iterdir():
        other = tmp_path / "b" / "CLIBD_partitioning" / path.name
        assert sorted(path.read_text().split()) == sorted(other.read_text().split())


def test_a_specimen_with_two_photos_stays_together() -> None:
    twice = [*entries([12], 0), *entries([12], 0)]
    assert records_by_species(twice) == {"Genus sp0": {f"S0-{i}" for i in range(12)}}


def test_records_that_cannot_be_placed_are_told(tmp_path: Path) -> None:
    with pytest.raises(RecordsError, match="neither a sampleid nor a processid"):
        record_id(Entry(4))
    both = [Entry(0, sampleid="A", species="Aa bb"), Entry(1, sampleid="A", species="Aa cc")]
    with pytest.raises(RecordsError, match="A is both Aa bb and Aa cc"):
        records_by_species(both)
    with pytest.raises(RecordsError, match="No record has a species"):
        prepare_clibd(lambda: iter([Entry(0, sampleid="A")]), tmp_path, 1)


def test_a_metadata_file_is_partitioned_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "metadata.tsv"
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream, delimiter="\t")
        columns = "sampleid processid uri order family genus species nucraw image_file chunk_number"
        writer.writerow([*columns.split(), "large_diptera_family"])
        for i in range(40):
            species = f"Genus sp{i % 3}" if i % 4 else "not_classified"
            names = ["Diptera", "Phoridae", "not_classified", species]
            writer.writerow([f"S{i}", f"P{i}", "BOLD:A", *names, "ACGT", f"S{i}.jpg", 1, "train"])
    report = prepare_clibd_files(path, tmp_path / "out", 7)
    assert report["splits"]["no_split"]["records"] == 10
    splits = read_clibd_partition(tmp_path / "out" / "CLIBD_partitioning")
    read = list(read_bioscan_1m(path, "clibd", splits))
    assert Counter(e.split for e in read) == {
        split: row["records"] for split, row in report["splits"].items() if row["records"]
    }
    with gzip.open(tmp_path / "out" / "train.tsv.gz", "rt") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    assert {row["split"] for row in rows} == {"no_split", "train_seen"}


def test_a_records_table_can_be_partitioned(tmp_path: Path) -> None:
    path = tmp_path / "records.tsv"
    rows = [f"P{i}\tACGT\tAa b{chr(97 + i % 2)}\n" for i in range(30)]
    path.write_text("processid\tnucleotides\tspecies\n" + "".join(rows))
    report = prepare_clibd_files(path, tmp_path / "out", 1)
    assert report["records"] == 30 and report["splits"]["train_seen"]["records"] == 10
