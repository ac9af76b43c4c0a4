"""A rehearsal holds species out of both modalities and asks nothing of the real test."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from bioscan_training.cli import main
from bioscan_training.data.records import read_records, write_records
from bioscan_training.data.rehearsal import rehearse
from bioscan_training.data.splits import EXCLUDED, TEST, TRAIN, TUNE, UNSEEN, VAL, VAL_UNSEEN

from tests.training.test_splits import barcode, photo

NAMES = [f"Aus b{number}" for number in range(40)]
PHOTOS = [replace(photo(name), split=split) for name in NAMES for split in (TRAIN, TUNE, TEST)]
BARCODES = [replace(barcode(n, n), split=split) for n in NAMES[:30] for split in (TRAIN, VAL, TEST)]
STRANGER = replace(photo("Bus c"), split=UNSEEN)


def test_a_species_is_held_out_of_photos_and_barcodes_alike() -> None:
    photos, barcodes = rehearse([*PHOTOS, STRANGER], BARCODES, 4)
    held = {r.species for r in photos if r.split == VAL_UNSEEN}
    assert 2 <= len(held) <= 15 and held <= set(NAMES[:30]), "only species that have both"
    assert {r.species for r in barcodes if r.split == VAL_UNSEEN} == held
    assert not held & {r.species for r in [*photos, *barcodes] if r.split in (TRAIN, TUNE, VAL)}
    assert photos[-1].split == EXCLUDED and not any(r.split in (TEST, UNSEEN) for r in photos)
    others = [r for r in photos if r.species not in held and r.split != EXCLUDED]
    assert others == [r for r in PHOTOS if r.species not in held and r.split != TEST]


def test_nothing_of_a_held_out_species_is_trained_on_under_another_name() -> None:
    moved = {r.species for r in rehearse(PHOTOS, BARCODES, 4)[0] if r.split == VAL_UNSEEN}
    held = next(name for name in NAMES if name in moved)
    other = next(name for name in NAMES[:30] if name not in moved)
    both = [r for r in BARCODES if r.species in (held, other) and r.split == TRAIN]
    mixed = [
        *(replace(r, haplotype="shared") for r in both),
        replace(BARCODES[0], lineage=replace(BARCODES[0].lineage, species=None), haplotype="shared"),
    ]
    aggregate = replace(photo(f"AGG {held} - cus"), split=TRAIN)
    assert aggregate.species is None
    photos, barcodes = rehearse([*PHOTOS, aggregate], [*BARCODES, *mixed], 4)
    assert [r.split for r in barcodes if r.haplotype == "shared"] == [EXCLUDED] * 3
    assert photos[-1].split == EXCLUDED


def test_the_choice_depends_on_the_name_alone() -> None:
    held = [
        {r.species for r in rehearse(p, b, 3)[0] if r.split == VAL_UNSEEN}
        for p, b in ((PHOTOS, BARCODES), (PHOTOS[::-1], BARCODES[::-1]), (PHOTOS[:60], BARCODES))
    ]
    assert held[0] == held[1] and held[2] == held[0] & {r.species for r in PHOTOS[:60]}


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_records(tmp_path / "photos.tsv", PHOTOS)
    write_records(tmp_path / "barcodes.tsv.gz", BARCODES)
    arguments = ["rehearse", "--data", str(tmp_path), "--out", str(tmp_path / "out")]
    assert main(arguments) == 0
    assert "photos: excluded" in capsys.readouterr().out
    assert any(r.split == VAL_UNSEEN for r in read_records(tmp_path / "out" / "barcodes.tsv.gz"))
    assert main([*arguments, "--every", "1"]) == 2
    assert "at least 2" in capsys.readouterr().err
