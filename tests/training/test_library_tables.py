"""What answers and what asks never overlap, and every species keeps an answering barcode."""

from pathlib import Path

from bioscan_training.data.library_tables import LIBRARY, place_for_library, write_library_tables
from bioscan_training.data.records import Record, read_records
from bioscan_training.data.splits import (
    CALIBRATE,
    TEST,
    VAL_UNSEEN,
    SplitRules,
    split_barcodes,
    split_photos,
)

from bioscan_desktop.core.taxonomy import Lineage

RULES = SplitRules()


def records(photos: bool) -> list[Record]:
    rows = []
    for species in range(120):
        genus = f"Genus{species // 3}"
        lineage = Lineage(
            "Lepidoptera", "Noctuidae", genus, f"{genus} s{'abc'[species % 3]}{'x' * (species + 1)}"
        )
        for n in range(1 + species % 9):
            name = f"{species}_{n}"
            if photos:
                fold = str(n % 4) if species % 2 else ""
                rows.append(Record("", f"{name}.jpg", "", lineage, source="s", credit=f"p{n}", fold=fold))
            else:
                rows += [Record(f"P{name}{c}", "", "ACGT" * 50, lineage, haplotype=name) for c in "ab"]
    return rows


def test_no_haplotype_both_asks_and_answers() -> None:
    placed = place_for_library(split_barcodes(records(False), 42, RULES), 42, RULES)
    sides: dict[str, set[str]] = {}
    for r in placed:
        sides.setdefault(r.haplotype, set()).add(r.split)
    assert all(len(found) == 1 for found in sides.values())
    assert {side for found in sides.values() for side in found} == {LIBRARY, TEST, CALIBRATE}


def test_every_species_can_answer() -> None:
    placed = place_for_library(split_barcodes(records(False), 42, RULES), 42, RULES)
    assert {r.species for r in placed} == {r.species for r in placed if r.split == LIBRARY}


def test_the_official_test_fold_never_answers() -> None:
    placed = place_for_library(split_photos(records(True), 42, RULES), 42, RULES)
    assert all(r.split != LIBRARY for r in placed if r.fold == RULES.test_fold)


def test_photos_set_aside_for_calibration_ask_and_answer(tmp_path: Path) -> None:
    rules = SplitRules(fold_calibrate=0.5)
    split = split_photos(records(True), 42, rules)
    aside = {r.image_file for r in split if r.split == CALIBRATE}
    write_library_tables(tmp_path, [], split, 42, rules)
    for name in ("library", "queries-calibrate"):
        assert aside and aside <= {r.image_file for r in read_records(tmp_path / f"{name}.tsv.gz")}
    tested = {r.image_file for r in read_records(tmp_path / "queries-test.tsv.gz")}
    assert tested and not tested & {r.image_file for r in read_records(tmp_path / "library.tsv.gz")}


def test_photos_of_species_held_out_for_tuning_all_ask_for_the_calibration(tmp_path: Path) -> None:
    photos = split_photos(records(True), 42, RULES)
    held = {r.image_file for r in photos if r.split == VAL_UNSEEN}
    write_library_tables(tmp_path, split_barcodes(records(False), 42, RULES), photos, 42, RULES)
    asking = {r.image_file for r in read_records(tmp_path / "queries-calibrate.tsv.gz") if r.image_file}
    answering = {r.image_file for r in read_records(tmp_path / "library.tsv.gz") if r.image_file}
    tested = {r.image_file for r in read_records(tmp_path / "queries-test.tsv.gz")}
    assert len(held) > 1 and held <= asking and held & answering, "most of them answer, too"
    assert not asking & tested


def test_the_tables_hold_every_record_once_and_queries_no_haplotype_twice(tmp_path: Path) -> None:
    barcodes, photos = split_barcodes(records(False), 42, RULES), split_photos(records(True), 42, RULES)
    sizes = write_library_tables(tmp_path, barcodes, photos, 42, RULES)
    tables = {name: read_records(tmp_path / f"{name}.tsv.gz") for name in sizes}
    assert sizes == {name: len(rows) for name, rows in tables.items()}
    both = tables["queries-both"]
    assert both and all(r.image_file and r.nucleotides for r in both)
    species_of = {r.haplotype: r.species for r in tables["queries-test"] if r.haplotype}
    assert all(species_of[r.haplotype] == r.species for r in both)
    assert len({r.processid for r in both}) == len(both)
    photos_asked = {r.image_file for r in tables["queries-test"]}
    assert {r.image_file for r in both} <= photos_asked
    asked = [
        r.haplotype for name in ("queries-test", "queries-calibrate") for r in tables[name] if r.haplotype
    ]
    assert len(asked) == len(set(asked))
    assert not set(asked) & {r.haplotype for r in tables["library"]}
    unseen = (tmp_path / "unseen-calibrate.txt").read_text(encoding="utf-8").split("\n")[:-1]
    assert unseen == sorted(set(unseen))
