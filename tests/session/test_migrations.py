"""Each step from an older session file to a newer one, and that a broken step changes nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from bioscan_desktop.core.errors import SessionError
from bioscan_desktop.session import decisions, history, migrations, queries, samples, specimens
from bioscan_desktop.session.backups import backups_of
from bioscan_desktop.session.database import Database
from tests.session.conftest import photo

TABLES_1_0 = {"facts", "runs", "sources", "specimens", "given_ids", "results", "decisions", "words"}
TABLES_1_1 = {*TABLES_1_0, "steps", "step_rows", "aside_specimens", "aside_results", "aside_decisions"}
TABLES = {*TABLES_1_1, "sample_sheets"}


def of_1_0(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A session as format 1.0 has it: two specimens, one decision that can be undone."""
    steps = migrations.STEPS
    monkeypatch.setattr(migrations, "STEPS", steps[:1])
    with Database(path) as database, database.transaction() as connection:
        for name in ("a", "b"):
            connection.execute(
                "INSERT INTO specimens (query_id, sample, input, state, step, added_at) "
                "VALUES (?, ?, ?, 'waiting', 0, '')",
                (name, name, f"{name}.jpg"),
            )
            connection.execute("INSERT INTO words VALUES (?, '')", (name,))
        decisions.decide(database, 1, "unknown")
        after = {"action": "unknown", "name": None, "rank": None, "made_at": "2026-01-01"}
        step = {"specimen": 1, "kind": "decision", "text": "unknown a", "before": None, "after": after}
        database.set_fact("history", [{**step, "counts": True}])
    monkeypatch.setattr(migrations, "STEPS", steps)


def tables(path: Path) -> set[str]:
    connection = sqlite3.connect(path)
    found = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    connection.close()
    return found


def test_from_nothing_to_the_newest(tmp_path: Path) -> None:
    with Database(tmp_path / "s") as database:
        assert database.value("PRAGMA user_version") == migrations.newest()
        assert database.value("PRAGMA application_id") == migrations.APPLICATION_ID
    assert tables(tmp_path / "s") >= TABLES


def test_from_1_0_to_the_newest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "s"
    of_1_0(path, monkeypatch)
    assert tables(path) >= TABLES_1_0 and "steps" not in tables(path)
    with Database(path) as database:
        (step,) = history.steps(database)
        assert (step.kind, step.text, step.counts) == ("decision", "unknown a", True)
        assert step.rows == [history.StepRow("said", 1)] and step.said[0] is None
        assert step.said[1]["action"] == "unknown" and database.fact("history") is None
        stored = specimens.get(database, 1)
        assert stored is not None and stored.parts is None
        history.set_aside(database, [1, 2])
        assert history.bring_back(database, [2, 1]) == {1, 2}
        assert decisions.current(database, 1) is not None
    (backup,) = backups_of(path)
    assert ".before-update." in backup.name and tables(backup) >= TABLES_1_0
    assert "steps" not in tables(backup)


def test_from_1_1_to_the_newest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, steps = tmp_path / "s", migrations.STEPS
    monkeypatch.setattr(migrations, "STEPS", steps[:2])
    with Database(path) as database, database.transaction() as connection:
        connection.execute(
            "INSERT INTO specimens (query_id, sample, input, state, step, added_at) "
            "VALUES ('a', 'a', 'a.jpg', 'waiting', 0, '')"
        )
    assert tables(path) >= TABLES_1_1 and "sample_sheets" not in tables(path)
    monkeypatch.setattr(migrations, "STEPS", steps)
    with Database(path, read_only=True) as database:
        assert samples.load(database) is None
    with Database(path) as database:
        assert [row.query_id for row in queries.page(database)] == ["a"] and samples.load(database) is None
        samples.save(database, samples.StoredSamples(tmp_path / "x.csv", b"id"))
    (backup,) = backups_of(path)
    assert "sample_sheets" not in tables(backup)


def test_photos_and_parts_of_1_1_come_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, steps = tmp_path / "s", migrations.STEPS
    monkeypatch.setattr(migrations, "STEPS", steps[:2])
    with Database(path) as database, database.transaction() as connection:
        for table, more in (("specimens", ""), ("aside_specimens", ", ids")):
            connection.execute(
                f"INSERT INTO {table} (specimen_id, query_id, sample, input, photo, parts, state, step, "
                f"added_at{more}) VALUES (?, 'a', 'a', 'a.jpg + b', 'a.jpg', ?, 'waiting', 0, ''"
                f"{', NULL' if more else ''})",
                (len(more) + 1, '["a", "a.jpg", "b", "b.fasta"]'),
            )
    monkeypatch.setattr(migrations, "STEPS", steps)
    with Database(path, read_only=True) as database:
        stored = specimens.get(database, 1)
        assert stored is not None and stored.more == ()
        assert stored.parts == ("a", "a.jpg", "b", "b.fasta")
    with Database(path) as database:
        for table in ("specimens", "aside_specimens"):
            stored = specimens.get(database, 1 if table == "specimens" else 6, table)
            assert stored is not None
            assert (stored.more, stored.parts) == ((), ("a", "a.jpg", "b", "b.fasta"))
    (backup,) = backups_of(path)
    assert ".before-update." in backup.name


def test_a_file_of_1_0_can_be_read_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "s"
    of_1_0(path, monkeypatch)
    with Database(path, read_only=True) as database:
        assert [row.query_id for row in queries.page(database)] == ["a", "b"]
        stored = specimens.get(database, 2)
        assert stored is not None and stored.parts is None
    assert "steps" not in tables(path)


def test_an_older_file_is_backed_up_and_taken_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s"
    with Database(path) as database:
        specimens.add(database, [photo("a")])

    def add_place(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE specimens ADD COLUMN place TEXT")

    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, (2000, add_place)))
    with pytest.raises(SessionError) as caught, Database(path, read_only=True):
        pass
    assert caught.value.code == "session_older"
    with Database(path) as database:
        assert database.value("PRAGMA user_version") == 2000
        assert tuple(database.one("SELECT query_id, place FROM specimens") or ()) == ("a", None)
    (backup,) = backups_of(path)
    assert ".before-update." in backup.name
    connection = sqlite3.connect(backup)
    assert connection.execute("PRAGMA user_version").fetchone() == (migrations.STEPS[-2][0],)
    connection.close()


def test_a_step_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "s"
    with Database(path) as database:
        specimens.add(database, [photo("a")])

    def half(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM specimens")
        raise RuntimeError("a bug")

    steps = migrations.STEPS
    monkeypatch.setattr(migrations, "STEPS", (*steps, (2000, half)))
    with pytest.raises(RuntimeError), Database(path):
        pass
    monkeypatch.setattr(migrations, "STEPS", steps)
    with Database(path) as database:
        assert database.value("SELECT count(*) FROM specimens") == 1
