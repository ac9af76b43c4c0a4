"""The session file: who may write it, what is refused, and that each refusal is one sentence."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bioscan_desktop.core.errors import SessionError
from bioscan_desktop.session import lock, migrations, queries, specimens
from bioscan_desktop.session.database import Database
from bioscan_desktop.session.specimens import Answer
from tests.session.conftest import MADE_WITH, photo, record

ROOT = Path(__file__).resolve().parents[2]


def code_of(path: Path, read_only: bool = False) -> str:
    with pytest.raises(SessionError) as caught, Database(path, read_only):
        pass
    assert caught.value.message.endswith(".") and "\n" not in caught.value.message
    return caught.value.code


def test_facts_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "Ünï 昆虫.sqlite"
    with Database(path) as database:
        database.set_facts({"name": "Käfer", "n": 3})
        assert database.fact("missing", "x") == "x"
    with Database(path, read_only=True) as database:
        assert (database.fact("name"), database.fact("n")) == ("Käfer", 3)


def test_a_change_is_made_as_a_whole_or_not_at_all(database: Database) -> None:
    with pytest.raises(RuntimeError), database.transaction():
        database.set_fact("a", 1)
        raise RuntimeError
    assert database.fact("a") is None
    with database.transaction():
        database.set_fact("a", 1)
        with database.transaction():
            database.set_fact("b", 2)
    assert (database.fact("a"), database.fact("b")) == (1, 2)


def test_a_second_writer_is_refused_and_a_reader_is_not(database: Database) -> None:
    database.set_fact("a", 1)
    assert code_of(database.path) == "session_busy"
    with Database(database.path, read_only=True) as reader:
        assert reader.fact("a") == 1
        database.set_fact("a", 2)
        assert reader.fact("a") == 2
        with pytest.raises(SessionError) as caught:
            reader.set_fact("a", 3)
        assert caught.value.code == "session_read_only"


def test_a_closed_session_can_be_written_again(tmp_path: Path) -> None:
    for value in range(3):
        with Database(tmp_path / "s") as database:
            database.set_fact("a", value)


def test_a_failed_opening_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "s"
    path.write_text("no session at all, but text that goes on and on" * 100)
    assert code_of(path) == "session_damaged"
    path.unlink()
    with Database(path):
        pass


def test_what_is_no_session_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE keys (a)")
    connection.close()
    before = other.read_bytes()
    assert code_of(other) == "session_damaged"
    assert other.read_bytes() == before
    assert code_of(tmp_path / "none", read_only=True) == "session_missing"
    assert code_of(tmp_path / "no-folder" / "s") == "session_read_only"


def test_a_newer_major_version_is_refused_and_untouched(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with Database(path) as database:
        database.set_fact("a", 1)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 2000")
    connection.close()
    assert code_of(path) == "session_newer"
    assert code_of(path, read_only=True) == "session_newer"
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT value FROM facts").fetchall() == [("1",)]
    connection.close()


def test_a_newer_minor_version_is_used(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with Database(path):
        pass
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {migrations.newest() + 1}")
    connection.execute("CREATE TABLE more (a)")
    connection.close()
    with Database(path) as database:
        specimens.add(database, [photo("a")])
        assert database.value("PRAGMA user_version") == migrations.newest() + 1


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    folder = tmp_path / "f"
    folder.mkdir()
    folder.chmod(stat.S_IREAD | stat.S_IEXEC)
    assert code_of(folder / "s") == "session_read_only"
    folder.chmod(stat.S_IRWXU)


def test_a_session_at_rest_can_be_read_from_a_copy_without_its_log(tmp_path: Path) -> None:
    with Database(tmp_path / "s") as database:
        database.set_fact("a", 1)
    shutil.copy(tmp_path / "s", tmp_path / "copy")
    with Database(tmp_path / "copy", read_only=True) as database:
        assert database.fact("a") == 1


def test_a_full_disk_is_one_sentence_and_loses_nothing(database: Database) -> None:
    specimens.add(database, [photo("kept")])
    pages = database.value("PRAGMA page_count")
    database.value(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(SessionError) as caught:
        for number in range(10_000):
            specimens.add(database, [photo(f"p{number}")])
    assert caught.value.code == "disk_full"
    database.value("PRAGMA max_page_count = 1000000000")
    found = [row[0] for row in database.rows("SELECT query_id FROM specimens ORDER BY specimen_id")]
    assert found[0] == "kept"
    specimens.add(database, [photo("after")])
    assert database.value("SELECT count(*) FROM specimens") == len(found) + 1


def test_a_damaged_file_names_its_newest_backup(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with Database(path) as database:
        specimens.add(database, [photo(f"p{n}") for n in range(500)])
        kept = database.backup("by-hand")
    data = bytearray(path.read_bytes())
    data[:100] = b"\xff" * 100
    path.write_bytes(data)
    with pytest.raises(SessionError, match=kept.name) as caught, Database(path):
        pass
    assert caught.value.code == "session_damaged"


@pytest.mark.parametrize(
    "cell", ["record = x'00'", "record = x'789c030000000001'", "name = CAST(x'ff' AS TEXT)"]
)
def test_a_damaged_cell_is_told(tmp_path: Path, cell: str) -> None:
    with Database(tmp_path / "s") as database:
        (number,) = specimens.add(database, [photo("p")])
        run = specimens.start_run(database, MADE_WITH)
        specimens.save_answer(database, number, run, Answer(record()))
        with database.transaction() as connection:
            connection.execute(f"UPDATE results SET {cell}")
        with pytest.raises(SessionError) as caught:
            specimens.record_of(database, number)
            queries.page(database)
        assert caught.value.code == "session_damaged"


WRITER = """
import sys
from pathlib import Path
from bioscan_desktop.session import specimens
from bioscan_desktop.session.database import Database
from bioscan_desktop.session.specimens import Answer
from bioscan_desktop.session.specimens import StoredSpecimen
with Database(Path(sys.argv[1])) as database:
    for number in range(1_000_000):
        specimens.add(database, [StoredSpecimen(f"p{number}", f"p{number}", f"p{number}.jpg")])
        print(number, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_writer_loses_nothing_and_frees_the_session(tmp_path: Path) -> None:
    path = tmp_path / "s"
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    told = -1
    until = time.monotonic() + 0.5
    for line in writer.stdout:
        told = int(line)
        if time.monotonic() > until:
            break
    assert code_of(path) == "session_busy"
    writer.send_signal(signal.SIGKILL)
    told = max([told, *(int(line) for line in writer.stdout.read().split())])
    writer.stdout.close()
    writer.wait()
    with Database(path) as database:
        kept = [row[0] for row in database.rows("SELECT query_id FROM specimens ORDER BY specimen_id")]
        assert database.value("PRAGMA quick_check") == "ok"
    # One more may have been kept than was told.
    assert kept[: told + 1] == [f"p{n}" for n in range(told + 1)] and len(kept) <= told + 2


MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/share /mnt/my\\040share nfs4 rw 0 0
tmpfs /mnt/my\\040share/local tmpfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/x", "ext4"),
        ("/mnt/my share/run", "nfs4"),
        ("/mnt/my share/local/run", "tmpfs"),
        ("/mnt/my shares", "ext4"),
        ("/", "ext4"),
    ],
)
def test_the_drive_of_a_path_is_found(path: str, kind: str) -> None:
    assert lock._type_of(path, MOUNTS) == kind


def test_network_drives_get_the_older_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Database(tmp_path / "local") as database:
        assert database.value("PRAGMA journal_mode") == "wal"
    monkeypatch.setattr("bioscan_desktop.session.database.on_network_drive", lambda _: True)
    with Database(tmp_path / "remote") as database:
        assert database.value("PRAGMA journal_mode") == "delete"
        specimens.start_run(database, MADE_WITH)


def test_every_step_is_newer_than_the_one_before() -> None:
    versions = [version for version, _ in migrations.STEPS]
    assert versions == sorted(set(versions)) and migrations.newest() == versions[-1]
