"""What is measured once on a machine, and kept."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from bioscan_desktop.inference.remembered import keep, processor, recall


def test_values_are_kept_beside_each_other(tmp_path: Path) -> None:
    store = tmp_path / "cache" / "é.json"
    assert recall(store, 1) == {}
    keep(store, 1, "a", {"x": 1.5})
    keep(store, 1, "ß", [2])
    keep(store, 1, "a", 3)
    assert recall(store, 1) == {"a": 3, "ß": [2]}
    assert [path.name for path in store.parent.iterdir()] == [store.name]


def test_another_version_is_put_aside(tmp_path: Path) -> None:
    store = tmp_path / "store.json"
    keep(store, 1, "a", 1)
    assert recall(store, 2) == {}
    keep(store, 2, "b", 2)
    assert json.loads(store.read_text()) == {"version": 2, "b": 2}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"7", b"\xff", b"{}"])
def test_a_damaged_file_is_written_anew(tmp_path: Path, content: bytes) -> None:
    store = tmp_path / "store.json"
    store.write_bytes(content)
    assert recall(store, 1) == {}
    keep(store, 1, "a", 1)
    assert recall(store, 1) == {"a": 1}


def test_what_cannot_be_written_is_let_go(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    keep(None, 1, "a", 1)
    keep(tmp_path / "file" / "store.json", 1, "a", 1)
    keep(tmp_path / "folder", 1, "a", 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


def test_the_processor_is_named_with_its_number_of_cores() -> None:
    assert processor() == processor()
    assert processor().endswith(f" x {os.cpu_count()}")
