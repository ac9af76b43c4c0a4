"""Addresses of SQLite files, and what a complete file may replace."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path, PureWindowsPath

import pytest

from bioscan_desktop.paths import database_address, replaceable


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


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such pipes, and links need rights there")
def test_links_stay_and_devices_and_pipes_are_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "link-to-pipe").symlink_to("pipe")
    assert replaceable(tmp_path / "pipe") is None
    assert replaceable(tmp_path / "link-to-pipe") is None
    assert replaceable(Path(os.devnull)) is None
    for there in (False, True):
        assert replaceable(tmp_path / "file") == tmp_path / "file"
        assert replaceable(tmp_path / "link") == (tmp_path / "file").resolve()
        (tmp_path / "file").write_text("from before")
        assert there or (tmp_path / "link").read_text() == "from before"
