"""Addresses of SQLite files."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path, PureWindowsPath

import pytest

from bioscan_desktop.paths import database_address


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("C:\\moths\\a b.sqlite", "file:///C:/moths/a%20b.sqlite?mode=ro"),
        ("\\\\museum\\share\\a #1.sqlite", "file:////museum/share/a%20%231.sqlite?mode=ro"),
    ],
)
def test_drives_and_shares_of_windows(path: str, address: str) -> None:
    assert database_address(PureWindowsPath(path), "mode=ro") == address


def test_sqlite_opens_it_whatever_the_name(tmp_path: Path) -> None:
    path = tmp_path / "Käfer ?#% 昆虫.sqlite"
    with closing(sqlite3.connect(database_address(path, "mode=rwc"), uri=True)) as connection:
        connection.execute("CREATE TABLE t (a)")
    assert path.is_file()
    with closing(sqlite3.connect(f"file:///{path}?mode=ro".replace("?#%", "%3F%23%25"), uri=True)) as again:
        assert again.execute("SELECT count(*) FROM t").fetchone() == (0,)  # four slashes, as of a share
