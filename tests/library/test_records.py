"""The records database and the packing of bases."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioscan_desktop.core.errors import PackError
from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.library.records import (
    SCHEMA_VERSION,
    KeyRecord,
    RecordStore,
    pack_bases,
    unpack_bases,
    unpack_many,
    write_records,
)
from tests.conftest import random_barcode

PRONUBA = Lineage("Lepidoptera", "Noctuidae", "Noctua", "Noctua pronuba")
GENUS = Lineage("Lepidoptera", "Noctuidae", "Noctua")


def key(
    number: int, modality: str = "dna", lineage: Lineage = PRONUBA, consensus: str | None = None
) -> KeyRecord:
    return KeyRecord(
        number, modality, number - 1, lineage, "BOLD:AAA0001", "Côte d'Ivoire", f"P{number}", 2,
        (f"P{number}", "x'; DROP TABLE keys"), consensus, None,
    )  # fmt: skip


def store(path: Path, records: list[KeyRecord]) -> RecordStore:
    write_records(path / "records.sqlite", records)
    return RecordStore(path / "records.sqlite")


@given(
    st.text("ACGTRYSWKMBDHVN-", max_size=700) | st.text("ACGT", max_size=700) | st.text("ACGTN", max_size=99)
)
def test_bases_round_trip_in_half_the_space(sequence: str) -> None:
    packed = pack_bases(sequence)
    assert len(packed) <= (len(sequence) + 1) // 2
    assert unpack_bases(packed, len(sequence)) == sequence


def test_plain_bases_take_a_quarter_and_two_bytes_for_an_n() -> None:
    sequence = random_barcode(1, 219)
    assert len(pack_bases(sequence)) == 165
    assert len(pack_bases("N" + sequence[1:-1] + "N")) == 169
    assert unpack_bases(pack_bases("N" + sequence[1:-1] + "N"), 657) == "N" + sequence[1:-1] + "N"


def test_many_are_unpacked_as_each_alone() -> None:
    plain, gaps = random_barcode(1, 219), "N" + random_barcode(2, 50)[1:-1] + "N"
    sequences = [plain, None, gaps, "ACRYT", "A", gaps * 3, None, "NNNN", plain[:101]]
    stored = [(pack_bases(s), len(s)) if s is not None else (None, 0) for s in sequences]
    assert unpack_many(stored) == sequences
    assert unpack_many([]) == []


def test_records_round_trip(tmp_path: Path) -> None:
    records = [key(1, consensus=random_barcode(1)), key(2, lineage=GENUS), key(3, lineage=Lineage())]
    opened = store(tmp_path, records)
    assert opened.by_row("dna", [0, 1, 2]) == {r.row: r for r in records}
    assert opened.by_row("dna", [2, 2, 0]).keys() == {0, 2}
    assert opened.by_row("image", [0]) == {}
    assert opened.by_row("dna", []) == {}
    assert opened.lineages("dna") == [r.lineage for r in records]
    ranks = ("family", "genus", "species")
    names = {rank: [getattr(r.lineage, rank) for r in records] for rank in ranks}
    assert opened.families_to_species("dna") == names
    assert opened.families_to_species("image") == {rank: [] for rank in ranks}
    assert opened.by_species("Noctua pronuba") == records[:1]
    assert opened.count() == 3
    opened.close()


def test_thousands_of_rows_in_one_question(tmp_path: Path) -> None:
    opened = store(tmp_path, [key(n) for n in range(1, 2502)])
    assert len(opened.by_row("dna", range(2501))) == 2501
    opened.close()


@pytest.mark.parametrize(
    "having", [{1}, {2, 5}, {1, 2, 3, 5}, set(range(1, 40, 2)), set(range(1, 200)), set()]
)
@pytest.mark.parametrize("limit", [1, 5, 300])
def test_consensus_barcodes_are_spread_over_the_library(tmp_path: Path, having: set[int], limit: int) -> None:
    records = [key(n, consensus=random_barcode(n, 40) if n in having else None) for n in range(1, 201)]
    opened = store(tmp_path, records)
    found = [r.key_id for r in opened.with_consensus(limit)]
    assert len(found) == min(limit, len(having))
    assert set(found) <= having
    if limit == 5 and len(having) > 100:
        assert max(found) - min(found) > 100
    opened.close()


def test_it_can_be_asked_from_many_threads(tmp_path: Path) -> None:
    opened = store(tmp_path, [key(n) for n in range(1, 101)])
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: opened.by_row("dna", [n])[n].key_id, list(range(100)) * 3))
    assert answers == [n + 1 for n in range(100)] * 3
    opened.close()


def test_it_cannot_be_written(tmp_path: Path) -> None:
    opened = store(tmp_path, [key(1)])
    with pytest.raises(sqlite3.OperationalError):
        opened._connection.execute("DELETE FROM keys")
    opened.close()


@pytest.mark.parametrize("name", ["Ünï 昆虫", "100% #1?", 'it\'s "quoted"'])
def test_folders_of_every_kind(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    opened = store(tmp_path / name, [key(1)])
    assert opened.count() == 1
    opened.close()


@pytest.mark.parametrize(
    "cell",
    ["process_ids = '['", "consensus = x'01', consensus_bp = 9999", "consensus = 7",
     "species = CAST(x'ff41' AS TEXT)"],
)  # fmt: skip
def test_a_damaged_cell_is_one_sentence(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "records.sqlite"
    write_records(path, [key(n, consensus=random_barcode(n)) for n in range(1, 9)])
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"UPDATE keys SET {cell} WHERE key_id = 3")
        connection.commit()
    opened = RecordStore(path)
    with pytest.raises(PackError, match=r"cannot be read \(.*\); install it again"):
        opened.by_species("Noctua comes")
        opened.lineages("dna")
        list(opened.every("dna"))
    opened.close()


@pytest.mark.parametrize("damage", ["empty", "text", "cut", "other tables", "missing"])
def test_a_damaged_database_is_one_sentence(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "records.sqlite"
    write_records(path, [key(n, consensus=random_barcode(n)) for n in range(1, 200)])
    if damage == "empty":
        path.write_bytes(b"")
    elif damage == "text":
        path.write_text("this is no database\n" * 100)
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:5000])
    elif damage == "other tables":
        path.unlink()
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE birds (name)")
        connection.close()
    else:
        path.unlink()
    with pytest.raises(PackError) as caught:
        opened = RecordStore(path)
        try:
            opened.lineages("dna")
        finally:
            opened.close()
    assert caught.value.message.endswith(".")
    assert "\n" not in caught.value.message


def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    write_records(path, [key(1)])
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.commit()
    connection.close()
    with pytest.raises(PackError, match="newer program"):
        RecordStore(path)
