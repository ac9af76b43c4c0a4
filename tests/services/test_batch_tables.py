"""results.csv and hits.csv: columns that scripts may rely on, and cells that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.services import batch_tables
from bioscan_desktop.services.batch_tables import HIT_COLUMNS, RESULT_COLUMNS, Tables
from bioscan_desktop.services.export.provenance import ExportOptions
from bioscan_desktop.services.identify import Identification, Identifier
from bioscan_desktop.services.recorded import answer_of, stored_of
from bioscan_desktop.services.report import writer_for
from bioscan_desktop.services.specimens import Specimen, from_sequence, join
from bioscan_desktop.session import decisions, specimens
from bioscan_desktop.session.database import Database
from tests.conftest import TinyWorld
from tests.session.conftest import MADE_WITH

RAPAE, BALTEATUS = "Pieris rapae", "Episyrphus balteatus"


@pytest.fixture
def results(world: TinyWorld, identifier: Identifier, tmp_path: Path) -> list[Identification]:
    photo = Specimen("p", "p.jpg", world.photos[RAPAE])
    other = from_sequence(world.barcodes[BALTEATUS], "o")
    both = replace(join(photo, other), query_id="both")
    given = [photo, both, Specimen("=cmd()", "@x", tmp_path / "gone.jpg")]
    return list(identifier.identify(given))


@pytest.fixture
def tables(results: list[Identification], database: Database, tmp_path: Path) -> Tables:
    run = specimens.start_run(database, MADE_WITH)
    for result in results:
        (number,) = specimens.add(database, [stored_of(result.specimen)])
        specimens.save_answer(database, number, run, answer_of(result))
    return Tables(tmp_path, database, ExportOptions(run_id="r"))


@pytest.fixture
def database(tmp_path: Path):  # type: ignore[no-untyped-def]
    with Database(tmp_path / "s.sqlite") as opened:
        yield opened


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_row_is_that_of_identify(tables: Tables, results: list[Identification], tmp_path: Path) -> None:
    tables.finish()
    stream = io.StringIO()
    write = writer_for("csv", stream, ExportOptions(run_id="r"))
    for result in results:
        write(result)
    plain = list(csv.DictReader(io.StringIO(stream.getvalue())))
    for ours, theirs in zip(read(tmp_path / "results.csv"), plain, strict=True):
        assert {k: v for k, v in ours.items() if k != "created_at"} == {
            k: v for k, v in theirs.items() if k != "created_at"
        }


def test_both_tables(tables: Tables, tmp_path: Path) -> None:
    tables.finish()
    raw = (tmp_path / "results.csv").read_bytes()
    assert raw.startswith(b"query_id,input,") and raw.count(b"\r\n") == 4
    rows, hits = read(tmp_path / "results.csv"), read(tmp_path / "hits.csv")
    assert tuple(rows[0]) == RESULT_COLUMNS and tuple(hits[0]) == HIT_COLUMNS
    assert rows[2]["query_id"] == "'=cmd()" and rows[2]["input"] == "'@x"
    assert rows[2]["verification_status"] == "" and rows[2]["n_hits"] == "0"
    assert {hit["query_id"] for hit in hits} == {"p", "both"}
    assert all(hit["agreement_with"] == "verdict" for hit in hits)
    assert len(list(tmp_path.glob("*.part"))) == 0


@pytest.mark.parametrize(
    ("action", "status", "name"),
    [
        ("accept", "ValidatedByHuman", "Pieris rapae"),
        ("reject", "RejectedByHuman", ""),
        ("unknown", "UnknownToHuman", ""),
        ("skip", "PredictedByMachine", ""),
        ("note", "PredictedByMachine", ""),
    ],
)
def test_what_people_decided(
    tables: Tables, database: Database, tmp_path: Path, action: str, status: str, name: str
) -> None:
    made = decisions.decide(database, 1, action, note="=look", made_by="Ana")
    tables.finish()
    row = read(tmp_path / "results.csv")[0]
    assert (row["verification_status"], row["notes"]) == (status, "'=look")
    assert row["verified_name"] == (made.name or "") and (not name or row["verified_name"])
    assert row["verified_by"] == ("" if status == "PredictedByMachine" else "Ana")


def test_of_a_note_that_was_changed_the_last_counts(
    tables: Tables, database: Database, tmp_path: Path
) -> None:
    for number, action, note in ((1, "note", "A leg"), (1, "note", "A leg is missing."), (1, "accept", ""),
                                 (2, "note", "Old"), (2, "note", "New")):  # fmt: skip
        decisions.decide(database, number, action, note=note)
    tables.finish()
    assert [row["notes"] for row in read(tmp_path / "results.csv")] == ["A leg is missing.", "New", ""]


def test_rows_are_there_as_soon_as_they_are_flushed(
    tables: Tables, results: list[Identification], tmp_path: Path
) -> None:
    assert tables.begin() == ""
    assert len(read(tmp_path / "results.csv")) == 3
    tables.append(1, answer_of(results[0]).record, "now")
    tables.flush()
    assert len(read(tmp_path / "results.csv")) == 4
    tables.finish()
    assert len(read(tmp_path / "results.csv")) == 3


class TestTheEnd:
    """The tables are written anew only where what was added is not what the session would give."""

    @pytest.fixture
    def added(self, tables: Tables, results: list[Identification], database: Database) -> Tables:
        tables.begin()
        (number,) = specimens.add(database, [stored_of(results[0].specimen)])
        answer = answer_of(results[0])
        tables.append(number, answer.record, specimens.save_answer(database, number, 1, answer))
        return tables

    def test_rows_that_came_in_order_stay(self, added: Tables, tmp_path: Path) -> None:
        files = [tmp_path / name for name in ("results.csv", "hits.csv")]
        before = [file.stat().st_ino for file in files]
        added.finish()
        assert [file.stat().st_ino for file in files] == before
        kept = [file.read_bytes() for file in files]
        added.write()
        assert [file.read_bytes() for file in files] == kept
        assert len(read(files[0])) == 4

    @pytest.mark.parametrize("mishap", ["longer", "shorter", "gone", "replaced"])
    def test_what_others_did_to_a_table_is_undone(self, added: Tables, tmp_path: Path, mishap: str) -> None:
        if sys.platform == "win32" and mishap in ("gone", "replaced"):
            pytest.skip("Windows removes no file that is open")
        path = tmp_path / "results.csv"
        added.flush()
        data = path.read_bytes()
        if mishap in ("gone", "replaced"):
            path.unlink()
        if mishap != "gone":
            path.write_bytes({"longer": data + b"x", "shorter": data[:-5], "replaced": data}[mishap])
        added.finish()
        assert path.read_bytes() == data

    def test_an_answer_that_was_given_again_replaces_the_old_one(
        self, added: Tables, results: list[Identification], tmp_path: Path
    ) -> None:
        added.append(2, answer_of(results[1]).record, "now")
        added.finish()
        assert len(read(tmp_path / "results.csv")) == 4


def test_what_cannot_be_written_leaves_the_old_tables(
    tables: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables.finish()
    before = (tmp_path / "results.csv").read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(batch_tables.os, "fsync", full)
    with pytest.raises(ArgumentError, match="No space left") as caught:
        tables.finish()
    assert caught.value.message.endswith(".")
    assert (tmp_path / "results.csv").read_bytes() == before
    assert len(list(tmp_path.glob("*.part"))) == 0
