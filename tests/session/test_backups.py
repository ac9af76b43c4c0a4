"""Copies of a session: whole, few, and good to go back to."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bioscan_desktop.core.errors import SessionError
from bioscan_desktop.session import backups, specimens
from bioscan_desktop.session.database import Database
from tests.session.conftest import photo


def test_the_newest_five_are_kept_and_those_by_hand_always(database: Database) -> None:
    by_hand = database.backup(backups.BY_HAND)
    made = [database.backup() for _ in range(8)]
    kept = backups.backups_of(database.path)
    assert kept[:5] == made[:2:-1]
    assert set(kept) == {by_hand, *made[3:]}


def test_a_backup_is_one_whole_file(database: Database) -> None:
    specimens.add(database, [photo("a")])
    backup = database.backup()
    assert [file.name for file in backup.parent.iterdir()] == [backup.name]
    with Database(backup, read_only=True) as copy:
        assert copy.value("SELECT query_id FROM specimens") == "a"


def test_one_a_day(database: Database) -> None:
    assert backups.due(database.path)
    database.backup()
    assert not backups.due(database.path)
    assert backups.due(database.path, datetime.now(UTC) + timedelta(days=1))


def test_going_back(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with Database(path) as database:
        specimens.add(database, [photo("before")])
        backup = database.backup()
        specimens.add(database, [photo("after")])
        with pytest.raises(SessionError) as caught:
            backups.restore(backup, path)
        assert caught.value.code == "session_busy"
    backups.restore(backup, path)
    with Database(path) as database:
        assert [row[0] for row in database.rows("SELECT query_id FROM specimens")] == ["before"]
    aside = backups.backups_of(path)[0]
    assert aside != backup
    with Database(aside, read_only=True) as replaced:
        assert replaced.value("SELECT count(*) FROM specimens") == 2


def test_a_damaged_backup_is_not_restored(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with Database(path) as database:
        specimens.add(database, [photo("a")])
    bad = tmp_path / "bad.backup"
    bad.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    with pytest.raises(SessionError):
        backups.restore(bad, path)
    with Database(path) as database:
        assert database.value("SELECT count(*) FROM specimens") == 1


def test_no_room_for_a_backup_is_one_sentence(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(sqlite3.Connection):
        def execute(self, *arguments: object) -> sqlite3.Cursor:  # type: ignore[override]
            raise sqlite3.OperationalError("database or disk is full")

    real = sqlite3.connect
    monkeypatch.setattr(backups.sqlite3, "connect", lambda p: real(p, factory=Full))
    with pytest.raises(SessionError, match="backed up"):
        database.backup()
    assert backups.backups_of(database.path) == []
    assert list((database.path.parent / "backups").iterdir()) == []
