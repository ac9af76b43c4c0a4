"""Each step from an older session file to a newer one, and that a broken step changes nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from bioscan_desktop.core.errors import SessionError
from bioscan_desktop.session import migrations, specimens
from bioscan_desktop.session.backups import backups_of
from bioscan_desktop.session.database import Database
from tests.session.conftest import photo

TABLES = {"facts", "runs", "sources", "specimens", "given_ids", "results", "decisions", "words"}


def tables(path: Path) -> set[str]:
    connection = sqlite3.connect(path)
    found = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    connection.close()
    return found


def test_from_nothing_to_1_0(tmp_path: Path) -> None:
    with Database(tmp_path / "s") as database:
        assert database.value("PRAGMA user_version") == 1000
        assert database.value("PRAGMA application_id") == migrations.APPLICATION_ID
    assert tables(tmp_path / "s") >= TABLES


def test_an_older_file_is_backed_up_and_taken_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s"
    with Database(path) as database:
        specimens.add(database, [photo("a")])

    def add_place(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE specimens ADD COLUMN place TEXT")

    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, (1001, add_place)))
    with pytest.raises(SessionError) as caught, Database(path, read_only=True):
        pass
    assert caught.value.code == "session_older"
    with Database(path) as database:
        assert database.value("PRAGMA user_version") == 1001
        assert tuple(database.one("SELECT query_id, place FROM specimens") or ()) == ("a", None)
    (backup,) = backups_of(path)
    assert ".before-update." in backup.name
    connection = sqlite3.connect(backup)
    assert connection.execute("PRAGMA user_version").fetchone() == (1000,)
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
