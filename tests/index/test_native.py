"""Files with any letters, for libraries that open plain names alone: Windows' ways, tried on any system."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from bioscan_desktop.index import graph_cache, native
from bioscan_desktop.index.native import native_path, short_name


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    folder = tmp_path / "Jürgen 昆虫"
    folder.mkdir()
    return folder / "graph.bin"


def as_it_is(path: Path) -> str:
    return str(path)


def round_trip(path: Path, **how: object) -> list[str]:
    """Writes a file and reads it back; returns the folders of the names under which C++ saw it."""
    seen = []
    with native_path(path, windows=True, **how) as name:  # type: ignore[arg-type]
        assert name.isascii()
        seen.append(str(Path(name).parent))
        Path(name).write_bytes(b"graph")
    assert path.read_bytes() == b"graph"
    with native_path(path, windows=True, **how) as name:  # type: ignore[arg-type]
        assert name.isascii() and Path(name).read_bytes() == b"graph"
        seen.append(str(Path(name).parent))
    assert path.read_bytes() == b"graph"
    return seen


def test_elsewhere_and_with_plain_letters_the_name_is_its_own(graph: Path, tmp_path: Path) -> None:
    with native_path(graph, windows=False) as name:
        assert name == str(graph)
    with native_path(tmp_path / "graph.bin", windows=True) as name:
        assert name == str(tmp_path / "graph.bin")


def test_a_folder_with_a_short_name_needs_no_copy(graph: Path, tmp_path: Path) -> None:
    short = tmp_path / "JRGEN~1"
    short.symlink_to(graph.parent)
    places = {graph.parent: str(short)}
    assert round_trip(graph, short=lambda path: places.get(path, str(path))) == [str(short)] * 2


def test_otherwise_the_folder_for_temporary_files_serves(
    graph: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temp").mkdir()
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path / "temp"))
    seen = round_trip(graph, short=as_it_is)
    assert {Path(folder).parent for folder in seen} == {tmp_path / "temp"}
    assert list((tmp_path / "temp").iterdir()) == []


def test_a_user_whose_temporary_folder_has_such_letters_too(
    graph: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on every Windows machine where the cache has: both lie below the user's folder."""
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(graph.parent))
    for_all = tmp_path / "ProgramData"
    for_all.mkdir()
    environment = {"ProgramData": str(for_all), "PUBLIC": str(tmp_path / "none")}
    seen = round_trip(graph, short=as_it_is, environment=environment)
    assert {Path(folder).parent for folder in seen} == {for_all}
    assert list(for_all.iterdir()) == []
    # Where that cannot be written to, the next is tried.
    environment = {"ProgramData": str(tmp_path / "none"), "PUBLIC": str(for_all)}
    graph.unlink()
    assert len(round_trip(graph, short=as_it_is, environment=environment)) == 2


@pytest.mark.parametrize("environment", [{}, {"PUBLIC": "/no/such/folder"}])
def test_without_any_plain_folder_the_graph_is_not_stored(
    graph: Path, environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(graph.parent))
    with pytest.raises(OSError, match="no folder with a plain name"):
        round_trip(graph, short=as_it_is, environment=environment)


def test_a_graph_is_stored_and_read_by_way_of_a_plain_folder(
    graph: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ProgramData").mkdir()
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(graph.parent))
    environment = {"ProgramData": str(tmp_path / "ProgramData")}
    names = []

    def as_on_windows(path: Path) -> object:
        names.append(path.name)
        return native.native_path(path, True, as_it_is, environment)

    monkeypatch.setattr(graph_cache, "native_path", as_on_windows)
    rows = np.random.default_rng(0).normal(size=(300, 16)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    graph_cache.prepare(rows, graph.parent / "keys", "one")
    found = graph_cache.load(rows, graph.parent / "keys", "one")
    assert found is not None and found.search(rows[:9], 1)[0].ravel().tolist() == list(range(9))
    assert len(names) == 2 and len(set(names)) == 1


@pytest.mark.skipif(sys.platform != "win32", reason="only Windows has short names")
def test_short_names_lead_to_the_same_folder(graph: Path) -> None:
    assert Path(short_name(graph.parent)).samefile(graph.parent)


@pytest.mark.skipif(sys.platform == "win32", reason="only Windows has short names")
def test_other_systems_have_no_short_names(graph: Path) -> None:
    assert short_name(graph) == str(graph)
