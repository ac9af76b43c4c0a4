"""The barcodes of a library in their common frame: kept, found again, and compared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bioscan_desktop.core.hits import Hit
from bioscan_desktop.core.near import Near
from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.inference.frame import pack, place
from bioscan_desktop.library import aligning
from bioscan_desktop.library.aligning import compare, load_planes
from bioscan_desktop.library.records import KeyRecord, RecordStore, write_records
from tests.conftest import placeable_barcode

A = Lineage("Lepidoptera", "Noctuidae", "Noctua", "Noctua pronuba")


@pytest.fixture
def records(tmp_path: Path) -> RecordStore:
    barcodes = [placeable_barcode(1), None, placeable_barcode(2)]
    keys = [
        KeyRecord(n + 1, "dna", n, A, None, None, f"P{n}", 1, (), barcode, None)
        for n, barcode in enumerate(barcodes)
    ]
    write_records(tmp_path / "records.sqlite", keys)
    return RecordStore(tmp_path / "records.sqlite")


def test_planes_are_those_of_the_keys_and_come_from_the_cache_next_time(
    records: RecordStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planes = load_planes(records, 3, "a" * 64, tmp_path / "cache")
    assert np.array_equal(planes, pack(place([placeable_barcode(1), "", placeable_barcode(2)]).codes))
    monkeypatch.setattr(aligning, "place", None)  # computing them again would fail
    assert np.array_equal(load_planes(records, 3, "a" * 64, tmp_path / "cache"), planes)
    records.close()


@pytest.mark.parametrize("damage", [b"", b"junk", b"PK\x03\x04 no archive", None])
def test_a_damaged_cache_is_computed_again(
    records: RecordStore, tmp_path: Path, damage: bytes | None
) -> None:
    cache = tmp_path / "cache"
    planes = load_planes(records, 3, "b" * 64, cache)
    (kept,) = cache.iterdir()
    if damage is None:
        np.save(kept, planes[:, :, :2])
    else:
        kept.write_bytes(damage)
    assert np.array_equal(load_planes(records, 3, "b" * 64, cache), planes)
    records.close()


def test_without_a_folder_for_it_nothing_is_kept(records: RecordStore, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert load_planes(records, 3, "c" * 64, None).shape[2] == 3
    assert load_planes(records, 3, "c" * 64, tmp_path / "file" / "cache").shape[2] == 3
    records.close()


def test_too_many_keys_are_not_scanned(records: RecordStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aligning, "MANY", 2)
    assert load_planes(records, 3, "d" * 64, None).shape[2] == 0
    records.close()


def test_keys_are_compared_by_their_barcodes() -> None:
    barcode = placeable_barcode(7)
    hit = Hit(1, "dna", "dna", 0.9, A, consensus=barcode)
    near = Near.of([hit, replace(hit, key_id=2, consensus=None)])
    found = compare(near, place([barcode]).codes[0], {})
    assert found.mismatch[0] == 0.0 and not np.isnan(found.relatedness[0])
    assert np.isnan(found.mismatch[1]) and np.isnan(found.relatedness[1])
