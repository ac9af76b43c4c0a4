"""The sample sheet that a session keeps."""

from __future__ import annotations

from pathlib import Path

from bioscan_desktop.session.database import Database
from bioscan_desktop.session.samples import StoredSamples, load, save


def test_a_sheet_is_kept_with_its_content(tmp_path: Path) -> None:
    first = StoredSamples(tmp_path / "a.csv", b"id,date\n" * 999, {"dates": True, "digits": 2})
    with Database(tmp_path / "s") as database:
        assert load(database) is None
        save(database, first)
        assert load(database) == first
        when = database.value("SELECT read_at FROM sample_sheets")
        save(database, first)  # the copy that is there already is not written again
        assert database.value("SELECT read_at FROM sample_sheets") == when
        assert database.value("SELECT length(content) FROM sample_sheets") < 200
    with Database(tmp_path / "s", read_only=True) as database:
        assert load(database) == first


def test_another_sheet_takes_its_place(tmp_path: Path) -> None:
    with Database(tmp_path / "s") as database:
        for path, content in (("a.csv", b"1"), ("a.csv", b"2"), ("b.csv", b"2")):
            save(database, StoredSamples(tmp_path / path, content))
            assert load(database) == StoredSamples(tmp_path / path, content)
            assert database.value("SELECT count(*) FROM sample_sheets") == 1
        save(database, StoredSamples(choices={"places": True}))
        assert load(database) == StoredSamples(choices={"places": True})
        assert database.value("SELECT count(*) FROM sample_sheets") == 0


def test_names_that_are_no_text_come_back(tmp_path: Path) -> None:
    path = tmp_path / "caf\udce9.csv"
    with Database(tmp_path / "s") as database:
        save(database, StoredSamples(path, b"1"))
        found = load(database)
    assert found is not None and found.content == b"1"
    assert found.path is not None and found.path.name in ("caf\udce9.csv", "caf\\udce9.csv")


def test_a_damaged_copy_is_left_out(tmp_path: Path) -> None:
    with Database(tmp_path / "s") as database:
        for wrong in (b"no zlib", b"x\x9c\x03\x00\x00\x00\x00\x01"):
            save(database, StoredSamples(tmp_path / "a.csv", b"1"))
            with database.transaction() as connection:
                connection.execute("UPDATE sample_sheets SET content = ?", (wrong,))
            assert load(database) == StoredSamples(tmp_path / "a.csv")
