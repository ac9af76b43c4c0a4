"""What must hold for any split, whatever the names and the seed."""

import csv
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from bioscan_training.data.records import (
    Record,
    RecordsError,
    haplotype_of,
    read_records,
    write_records,
)
from bioscan_training.data.splits import (
    CALIBRATE,
    EXCLUDED,
    TEST,
    TRAIN,
    TUNE,
    UNSEEN,
    VAL,
    VAL_UNSEEN,
    SplitRules,
    held_out,
    split_barcodes,
    split_photos,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from bioscan_desktop.core.taxonomy import Lineage

RULES = SplitRules(unseen=0.2, val_unseen=0.1, test=0.2, val=0.1)


def barcode(species: str, haplotype: str) -> Record:
    return Record(
        "p", "", "ACGT", Lineage("O", "F", species.split()[0], species), species, haplotype=haplotype
    )


def photo(species: str, fold: str = "", credit: str = "me", genus: str = "Aus") -> Record:
    row = {"order": "O", "family": "F", "genus": genus, "species": species}
    return Record("p", "a.jpg", "", Lineage.from_row(row), species, fold=fold, credit=credit, source="s")


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 40)), min_size=1, max_size=120),
    st.integers(0, 2**32),
)
@settings(max_examples=60, deadline=None)
def test_equal_barcodes_and_held_out_species_never_cross(pairs: list[tuple[int, int]], seed: int) -> None:
    placed = split_barcodes([barcode(f"Aus s{s}", f"h{h}") for s, h in pairs], seed, RULES)
    sides: dict[str, set[str]] = {}
    for r in placed:
        sides.setdefault(r.haplotype, set()).add(r.split)
    assert all(len(s) == 1 for s in sides.values())
    for r in placed:
        own = held_out(r.species, seed, RULES)
        assert r.split in ({own, EXCLUDED} if own else {TRAIN, VAL, TEST, EXCLUDED})
    for species in {r.species for r in placed if r.split in (VAL, TEST)}:
        assert any(r.split == TRAIN for r in placed if r.species == species)


def test_order_and_company_do_not_matter() -> None:
    some = [barcode(f"Aus s{i % 7}", f"h{i}") for i in range(60)]
    alone = {r.haplotype: r.split for r in split_barcodes(some, 1, RULES)}
    more = [*(barcode("Bus x", f"x{i}") for i in range(9)), *reversed(some)]
    assert all(alone[r.haplotype] == r.split for r in split_barcodes(more, 1, RULES) if r.haplotype in alone)


def test_another_seed_gives_another_split() -> None:
    some = [barcode(f"Aus s{i % 7}", f"h{i}") for i in range(60)]
    assert [r.split for r in split_barcodes(some, 1, RULES)] != [
        r.split for r in split_barcodes(some, 2, RULES)
    ]


def test_a_haplotype_of_two_seen_species_is_never_a_query() -> None:
    seen = [n for n in (f"Aus s{i}" for i in range(50)) if held_out(n, 0, RULES) is None]
    shared = [barcode(seen[0], f"h{i}") for i in range(30)] + [barcode(seen[1], f"h{i}") for i in range(30)]
    assert {r.split for r in split_barcodes(shared, 0, RULES)} == {TRAIN}


def test_photos_and_barcodes_hold_out_the_same_species() -> None:
    names = [f"Aus s{i}" for i in range(60)]
    rules = SplitRules()
    photos = {r.species: r.split for r in split_photos([photo(n, "2") for n in names], 42, rules)}
    barcodes = {r.species: r.split for r in split_barcodes([barcode(n, n) for n in names], 42, rules)}
    for side in (UNSEEN, VAL_UNSEEN):
        assert {n for n in names if photos[n] == side} == {n for n in names if barcodes[n] == side} != set()


def test_photo_folds_and_photographers() -> None:
    seen = next(n for n in (f"Aus s{i}" for i in range(50)) if held_out(n, 42, SplitRules()) is None)
    folds = split_photos([photo(seen, f) for f in "0123"], 42, SplitRules(fold_calibrate=0))
    assert [r.split for r in folds] == [TEST, TUNE, TRAIN, TRAIN]
    rows = split_photos([photo(seen, credit=f"person {i % 40}") for i in range(200)], 42, SplitRules())
    by_person: dict[str, set[str]] = {}
    for r in rows:
        by_person.setdefault(r.credit, set()).add(r.split)
    assert all(len(s) == 1 for s in by_person.values())
    assert {r.split for r in rows} == {TRAIN, VAL}


def test_some_photos_of_the_folds_calibrate_and_none_of_the_test_fold() -> None:
    seen = next(n for n in (f"Aus s{i}" for i in range(50)) if held_out(n, 42, SplitRules()) is None)
    rows = [replace(photo(seen, f), image_file=f"{f}/{i}.jpg") for f in "0123" for i in range(300)]
    placed = split_photos(rows, 42, SplitRules(fold_calibrate=0.1))
    for fold, other in (("1", TUNE), ("2", TRAIN), ("3", TRAIN)):
        sides = Counter(r.split for r in placed if r.fold == fold)
        assert set(sides) == {CALIBRATE, other} and 15 <= sides[CALIBRATE] <= 50
    assert {r.split for r in placed if r.fold == "0"} == {TEST}
    assert CALIBRATE not in {r.split for r in split_photos(rows, 42, SplitRules(fold_calibrate=0))}


def test_an_aggregate_of_a_held_out_species_is_left_out() -> None:
    rules = SplitRules()
    unseen = next(n for n in (f"Aus s{chr(97 + i)}" for i in range(26)) if held_out(n, 3, rules))
    seen = next(n for n in (f"Aus s{chr(97 + i)}" for i in range(26)) if not held_out(n, 3, rules))
    rows = [photo(f"AGG {unseen} - zzz", "2"), photo(f"AGG {seen} - {seen.split()[1]}", "2")]
    first, second = split_photos(rows, 3, rules)
    assert (first.split, second.split) == (EXCLUDED, TRAIN)
    assert second.species is None and second.genus == "Aus"


@pytest.mark.parametrize("name", ["records.tsv", "records.tsv.gz"])
def test_records_survive_a_round_trip(tmp_path: Path, name: str) -> None:
    rows = [barcode("Aus bus", "h1"), photo("AGG Aus x - y", "1"), photo("Aus cus", credit="Ä. Person")]
    write_records(tmp_path / name, rows)
    assert read_records(tmp_path / name) == rows


def test_unknown_names_and_the_nuc_column(tmp_path: Path) -> None:
    path = tmp_path / "r.tsv"
    path.write_text("sampleid\tnuc\torder\tgenus\tspecies\nS1\tacgt\tDiptera\tnot_classified\tNone\n")
    (record,) = read_records(path)
    assert record.nucleotides == "ACGT" and record.haplotype == haplotype_of("ACGT")
    assert record.lineage == Lineage("Diptera", None, None, None) and record.processid == "S1"


def test_gaps_make_no_other_haplotype(tmp_path: Path) -> None:
    path = tmp_path / "r.tsv"
    path.write_text("processid\tnucleotides\nP1\t--AC GT-\nP2\tacgt\n")
    one, other = read_records(path)
    assert one.nucleotides == other.nucleotides == "ACGT" and one.haplotype == other.haplotype


def test_a_mark_of_byte_order_is_no_part_of_a_name(tmp_path: Path) -> None:
    path = tmp_path / "r.tsv"
    path.write_text("processid\tnucleotides\nP1\tACGT\n", encoding="utf-8-sig")
    assert read_records(path)[0].processid == "P1"


@pytest.mark.parametrize("data", [b"no gzip", b"\x1f\x8b\x08\x00cut short"])
def test_damaged_tables_are_one_sentence(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "r.tsv.gz"
    path.write_bytes(data)
    with pytest.raises(RecordsError, match=r"r\.tsv\.gz cannot be read as a table"):
        read_records(path)


def test_whole_genomes_are_read_and_the_limit_of_fields_stays(tmp_path: Path) -> None:
    before = csv.field_size_limit()
    path = tmp_path / "genomes.tsv"
    path.write_text("processid\tnucleotides\tspecies\nP1\t" + "ACGT" * before + "\tAus bus\n")
    assert len(read_records(path)[0].nucleotides) == 4 * before
    assert csv.field_size_limit() == before
