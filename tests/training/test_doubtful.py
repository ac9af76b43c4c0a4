"""Barcodes under a wrong name are found by their neighbours, and only those."""

from __future__ import annotations

import gzip
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from bioscan_training.cli import main
from bioscan_training.data.doubtful import find_doubtful, set_aside
from bioscan_training.data.records import Record, read_records, write_records
from bioscan_training.data.splits import DOUBTFUL, TEST, TRAIN

from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.inference.frame import backbone

FLY, BEE, MOTH = "Eristalis tenax", "Apis mellifera", "Agrotis segetum"


def changed(sequence: str, count: int, seed: int) -> str:
    rng, bases = random.Random(seed), list(sequence)
    for at in rng.sample(range(len(bases)), count):
        bases[at] = rng.choice([b for b in "ACGT" if b != bases[at]])
    return "".join(bases)


ROOTS = {name: changed(backbone(), 60, n) for n, name in enumerate((FLY, BEE, MOTH))}


def record(name: str, sequence: str, split: str = TRAIN) -> Record:
    lineage = Lineage("Diptera", "Syrphidae", name.split()[0], name)
    key = f"{name} {sequence}"
    return Record(key[-6:], "", sequence, lineage, name, haplotype=sequence, split=split)


def several(name: str, count: int = 5, seed: int = 100) -> list[Record]:
    return [record(name, changed(ROOTS[name], 3, seed + n)) for n in range(count)]


@pytest.fixture
def clean() -> list[Record]:
    return [*several(FLY), *several(BEE), *several(MOTH)]


def test_clean_names_raise_no_doubt(clean: list[Record]) -> None:
    assert find_doubtful(clean) == []
    assert find_doubtful([]) == []


def test_a_barcode_of_another_genus_is_found(clean: list[Record]) -> None:
    wrong = record(FLY, changed(ROOTS[BEE], 2, 7))
    (doubt,) = find_doubtful([*clean, wrong])
    assert doubt.record is wrong and doubt.like == BEE
    assert doubt.other < 0.02 < 0.1 < doubt.own


def test_two_wrong_names_do_not_vouch_for_each_other(clean: list[Record]) -> None:
    # A lineage of the fly's own, four per cent off, in which a record is called a moth.
    deep = changed(ROOTS[FLY], 26, 8)
    own = [record(FLY, changed(deep, 1, n)) for n in range(3)]
    moth = record(MOTH, changed(deep, 1, 9))
    assert [d.record for d in find_doubtful([*clean, *own, moth])] == [moth]


def test_a_lineage_without_better_neighbours_stays(clean: list[Record]) -> None:
    assert find_doubtful([*clean, record(FLY, changed(ROOTS[FLY], 40, 3))]) == []


def test_the_only_clusters_of_a_species_and_equal_halves_stay(clean: list[Record]) -> None:
    lone = "Volucella bombylans"
    near = changed(ROOTS[BEE], 2, 11)
    assert find_doubtful([*clean, record(lone, near)]) == []
    halves = [record(lone, near), record(lone, changed(ROOTS[MOTH], 2, 12))]
    assert find_doubtful([*clean, *halves]) == []


def test_interim_names_and_what_is_no_coi_are_not_judged(clean: list[Record]) -> None:
    name = Lineage("Diptera", "Syrphidae", "Eristalis", "Eristalis sp. 1")
    interim = [replace(r, lineage=name) if r.species == FLY else r for r in clean]
    stray = replace(record(FLY, changed(ROOTS[BEE], 2, 7)), lineage=name)
    assert find_doubtful([*interim, stray, record(FLY, "ACGT" * 100)]) == []


def test_only_training_records_are_asked_and_looked_at(clean: list[Record]) -> None:
    wrong = changed(ROOTS[BEE], 2, 7)
    asking = [*clean, record(FLY, wrong), record(FLY, changed(wrong, 1, 1), TEST)]
    placed, doubts = set_aside(asking)
    assert [r.split for r in placed] == [*[TRAIN] * len(clean), DOUBTFUL, TEST] and len(doubts) == 1
    # Without others to train on nothing tells, even if they stand in the test.
    hidden = [replace(r, split=TEST) if r.species != FLY else r for r in asking]
    assert set_aside(hidden) == (hidden, [])


def test_prepare_sets_them_aside_and_says_why(
    clean: list[Record], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = replace(record(FLY, changed(ROOTS[BEE], 2, 7)), processid="WRONG")
    write_records(tmp_path / "coi.tsv.gz", [*clean, wrong])
    out = tmp_path / "prepared"
    # With this seed none of the species is held out, and the wrong record is trained on.
    command = ["prepare", "--barcodes", str(tmp_path / "coi.tsv.gz"), "--out", str(out), "--seed", "3"]
    assert main(["--quiet", *command]) == 0
    assert '"doubtful"' in capsys.readouterr().out
    splits = {r.processid: r.split for r in read_records(out / "barcodes.tsv.gz")}
    assert splits["WRONG"] == DOUBTFUL and Counter(splits.values())[DOUBTFUL] == 1
    for table in ("library", "queries-test", "queries-calibrate"):
        assert "WRONG" not in gzip.decompress((out / f"{table}.tsv.gz").read_bytes()).decode()
    header, row = (out / "doubtful.tsv").read_text().splitlines()
    assert header.split("\t")[0] == "processid" and row.split("\t")[0] == "WRONG" and row.endswith(BEE)
