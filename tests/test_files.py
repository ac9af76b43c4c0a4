"""What may be read, and how its name is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bioscan_desktop.files import file_size, named, shown


def test_the_size_of_a_file_and_of_one_that_is_linked(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    assert file_size(tmp_path / "a") == 5
    if os.name != "nt":
        (tmp_path / "b").symlink_to("a")
        assert file_size(tmp_path / "b") == 5


def test_what_is_no_file_is_refused_without_being_opened(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        file_size(tmp_path / "none")
    with pytest.raises(IsADirectoryError, match="folder"):
        file_size(tmp_path)
    with pytest.raises(OSError, match="a device") as caught:
        file_size(Path(os.devnull))
    assert caught.value.strerror == "it is a pipe or a device, not a file"


@pytest.mark.parametrize(
    "name, told",
    [
        ("昆虫 🦋 é.jpg", "昆虫 🦋 é.jpg"),
        ("a\nb\r\t.jpg", "a\\nb\\r\\t.jpg"),
        ("\x1b[2J\x7f\x9b", "\\x1b[2J\\x7f\\x9b"),
        ("a\u2028b", "a\\u2028b"),
        ("caf\udce9", "caf\\udce9"),
    ],
)
def test_a_name_stays_on_one_line(name: str, told: str) -> None:
    assert shown(name) == told


def test_a_table_of_windows_names_files_everywhere(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.jpg").write_bytes(b"1")
    assert (tmp_path / named(tmp_path, "sub\\a.jpg")).is_file()
    assert named(tmp_path, "sub/a.jpg") == "sub/a.jpg"
    if os.name != "nt":  # a backslash may be a letter of a name
        (tmp_path / "a\\b.jpg").write_bytes(b"1")
        assert named(tmp_path, "a\\b.jpg") == "a\\b.jpg"
