"""Results and decisions out of session files, and out of what is none."""

from __future__ import annotations

import json
import sqlite3
import sys
import zlib
from contextlib import closing
from pathlib import Path

import pytest

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.services.export.items import Decision, ExportItem
from bioscan_desktop.services.export.provenance import ExportOptions
from bioscan_desktop.services.export.session_source import (
    APPLICATION_ID,
    SessionFile,
    decision_of,
    lineage_of,
)
from bioscan_desktop.services.export.sources import open_results
from bioscan_desktop.services.export.tables import result_row

TABLES = (
    "CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE specimens (specimen_id INTEGER PRIMARY KEY, query_id TEXT, photo TEXT, picture BLOB)",
    "CREATE TABLE results (specimen_id INTEGER PRIMARY KEY, record BLOB NOT NULL, finished_at TEXT NOT NULL)",
    "CREATE TABLE decisions (decision_id INTEGER PRIMARY KEY, specimen_id INTEGER, action TEXT, name TEXT, "
    "rank TEXT, processid TEXT, note TEXT DEFAULT '', made_by TEXT, made_at TEXT, state TEXT DEFAULT 'done')",
)
"""The columns that are read; a session has more."""

AT = "2026-11-26T10:00:00.000+00:00"


def make(path: Path, items: list[ExportItem], version: int = 1000, mark: int = APPLICATION_ID) -> Path:
    """A session with these results, answered at `AT`."""
    with closing(sqlite3.connect(path)) as connection:
        for statement in TABLES:
            connection.execute(statement)
        connection.execute("INSERT INTO facts VALUES ('root', ?)", (json.dumps(str(path.parent / "photos")),))
        for number, item in enumerate(items, start=1):
            packed = zlib.compress(json.dumps({**item.record, "kept": {}}).encode())
            picture = b"picture" if number == 2 else None
            photo = f"{number}.jpg" if number != 2 else None
            connection.execute(
                "INSERT INTO specimens VALUES (?, ?, ?, ?)", (number, item.query_id, photo, picture)
            )
            connection.execute("INSERT INTO results VALUES (?, ?, ?)", (number, packed, AT))
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute(f"PRAGMA application_id = {mark}")
        connection.commit()
    return path


def decide(path: Path, number: int, action: str, name: str = "", rank: str = "", **more: str) -> None:
    values = {"specimen_id": number, "action": action, "name": name or None, "rank": rank or None,
              "made_by": "zoe", "made_at": AT, **more}  # fmt: skip
    with closing(sqlite3.connect(path)) as connection:
        marks = ", ".join("?" * len(values))
        connection.execute(
            f"INSERT INTO decisions ({', '.join(values)}) VALUES ({marks})", list(values.values())
        )
        connection.commit()


def test_results_come_back_with_time_and_photo(items: list[ExportItem], tmp_path: Path) -> None:
    make(tmp_path / "session.sqlite", items)
    for source in (tmp_path, tmp_path / "session.sqlite"):
        found = list(open_results(source).items())
        assert [item.query_id for item in found] == [item.query_id for item in items]
        assert found[0].photo == tmp_path / "photos" / "1.jpg"
        assert found[1].photo == b"picture"
        assert {item.identified_at for item in found} == {AT}
        assert {item.decision for item in found} == {None}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names of files are text")
def test_a_photo_whose_name_is_no_text_comes_back(items: list[ExportItem], tmp_path: Path) -> None:
    path = make(tmp_path / "session.sqlite", items)
    photo = tmp_path / "photos" / "caf\udce9.jpg"
    photo.parent.mkdir(exist_ok=True)
    photo.write_bytes(b"1")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE specimens SET photo = 'caf\\udce9.jpg' WHERE specimen_id = 1")
        connection.commit()
    assert next(iter(SessionFile(path).items())).photo == photo


def test_the_latest_decision_counts(items: list[ExportItem], tmp_path: Path) -> None:
    path = make(tmp_path / "session.sqlite", items)
    decide(path, 1, "accept", "Noctua pronuba", "species")
    decide(path, 1, "note", note="Wron.")
    decide(path, 1, "note", note="Worn.")
    decide(path, 2, "reject")
    decide(path, 2, "name", "Noctua comes", "species")
    decide(path, 3, "unknown")
    decide(path, 4, "reject", note="No insect.")
    decide(path, 5, "skip")
    decide(path, 5, "note", note="A leg is missing.")
    decide(path, 6, "name", "Quercus", "genus", state="undone")
    written = list(SessionFile(path).items())
    found = [item.decision for item in written]
    # What was written counts, whether or not somebody decided.
    assert result_row(written[4], ExportOptions())["notes"] == "A leg is missing."
    lineage = {"order": "Lepidoptera", "family": "Noctuidae", "genus": "Noctua"}
    assert found[0] == Decision(
        "Noctua pronuba", "species", {**lineage, "species": "Noctua pronuba"}, "zoe", AT, "Worn."
    )
    assert found[1] == Decision("Noctua comes", "species", {**lineage, "species": "Noctua comes"}, "zoe", AT)
    assert found[2] is not None and found[2].status == "UnknownToHuman"
    assert found[3] is not None and (found[3].status, found[3].notes) == ("RejectedByHuman", "No insect.")
    assert found[4:] == [None] * 4


def test_names_above_a_persons_name(by_id: dict[str, ExportItem]) -> None:
    record = by_id["mix_4"].record  # no lineage of the machine's; a butterfly and a fly among the hits
    fly = lineage_of(record, "Episyrphus balteatus", "species")
    assert fly == {
        "order": "Diptera",
        "family": "Syrphidae",
        "genus": "Episyrphus",
        "species": "Episyrphus balteatus",
    }
    assert lineage_of(record, "Pieridae", "family", "TEST001-26") == {
        "order": "Lepidoptera",
        "family": "Pieridae",
    }
    assert lineage_of(record, "Pieris napi", "species")["family"] == "Pieridae"
    assert lineage_of(record, "Quercus robur", "species") == {"species": "Quercus robur"}
    assert lineage_of(record, "something", None) == {}
    assert decision_of(record, []) is None


def test_what_is_no_session_is_said(items: list[ExportItem], tmp_path: Path) -> None:
    other = make(tmp_path / "other.sqlite", items, mark=7)
    newer = make(tmp_path / "newer.sqlite", items, version=2000)
    make(tmp_path / "minor.sqlite", items, version=1007)
    empty = tmp_path / "empty.sqlite"
    with closing(sqlite3.connect(empty)) as connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("CREATE TABLE something (x)")
    broken = make(tmp_path / "broken.sqlite", items)
    with closing(sqlite3.connect(broken)) as connection:
        connection.execute("UPDATE results SET record = x'00' WHERE specimen_id = 3")
        connection.commit()
    damaged = make(tmp_path / "damaged.sqlite", [ExportItem({**items[0].record, "hits": 3})])
    for path, words in (
        (other, "is not a session of this program"),
        (newer, "made by a newer version"),
        (empty, "cannot be read"),
        (broken, "cannot be read"),
        (damaged, "hits cannot be understood"),
    ):
        with pytest.raises(ArgumentError, match=words):
            list(open_results(path).items())
    assert len(list(open_results(tmp_path / "minor.sqlite").items())) == len(items)
