"""Folders are looked through as a person would, and a file is taken when it is whole."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest

from bioscan_desktop.library.importers.folders import scan
from bioscan_desktop.services import batch_scan
from bioscan_desktop.services.batch_scan import Found, Settling
from bioscan_desktop.session.database import readable
from bioscan_desktop.session.specimens import FileFacts


def test_the_same_files_in_the_same_order_as_a_plain_scan(tmp_path: Path) -> None:
    rng = random.Random(1)
    for _ in range(60):
        folder = tmp_path.joinpath(*rng.sample(["box2", "box10", "b", "Ünï"], rng.randint(0, 3)))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"p{rng.randint(1, 30)}.{rng.choice(['jpg', 'JPG', 'txt', 'fasta', 'CR2'])}").write_text(
            "x"
        )
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "a.jpg").write_text("x")
    (tmp_path / "._a.jpg").write_text("x")
    for recursive in (True, False):
        found = sorted((f.path for f in batch_scan.walk(tmp_path, recursive)), key=batch_scan.sort_key)
        plain = [p.relative_to(tmp_path).as_posix() for p in scan(tmp_path, recursive, lambda *_: None)]
        assert found == plain and len(found) > 5


def test_what_is_told_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "x.jpg").write_text("x")
    (tmp_path / "a.jpg").write_text("four")
    (tmp_path / "b.fa.gz").write_text("x")
    found = {f.path: f for f in batch_scan.walk(tmp_path, leave_out=tmp_path / "run")}
    assert {path: f.kind for path, f in found.items()} == {"a.jpg": "photo", "b.fa.gz": "sequences"}
    facts = found["a.jpg"].facts
    assert facts is not None and facts.size == 4 and facts.mtime_ns == (tmp_path / "a.jpg").stat().st_mtime_ns


def test_a_raw_file_is_a_photo_unless_its_picture_is_there(tmp_path: Path) -> None:
    for name in ("a.CR2", "a.JPG", "b.CR2", "box/a.nef"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    found = {f.path: f.kind for f in batch_scan.walk(tmp_path)}
    assert found == {"a.JPG": "photo", "b.CR2": "photo", "box/a.nef": "photo"}


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_links_to_folders_are_not_followed_and_those_to_files_are(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "p.jpg").write_text("x")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "a" / "loop.jpg").symlink_to(tmp_path)
    (tmp_path / "q.jpg").symlink_to(tmp_path / "a" / "p.jpg")
    (tmp_path / "gone.jpg").symlink_to(tmp_path / "nowhere")
    found = {f.path: f.facts for f in batch_scan.walk(tmp_path)}
    assert set(found) == {"a/p.jpg", "q.jpg", "gone.jpg"} and found["gone.jpg"] is None


def test_an_unreadable_folder_is_a_problem_and_not_empty(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    real = os.scandir

    def failing(path: Path) -> object:
        if Path(path).name == "gone":
            raise PermissionError(13, "Permission denied")
        return real(path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch_scan.os, "scandir", failing)
        assert list(batch_scan.walk(tmp_path)) == [Found("gone", "problem", why="Permission denied")]


def test_a_locked_folder_does_not_stop_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("shut", "open"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "p.jpg").write_text("x")
    real = os.stat, os.scandir

    def refusing(number: int):
        def look(path="", *more, **options):
            if "shut" in str(path) and (number == 1 or not str(path).endswith("shut")):
                raise PermissionError(13, "Permission denied", str(path))
            return real[number](path, *more, **options)

        return look

    monkeypatch.setattr(os, "stat", refusing(0))
    monkeypatch.setattr(os, "scandir", refusing(1))
    found = {f.path: f.kind for f in batch_scan.walk(tmp_path)}
    assert found == {"shut": "problem", "open/p.jpg": "photo"}


def test_names_that_are_no_text() -> None:
    assert batch_scan.is_nameable("昆虫/a.jpg")
    assert not batch_scan.is_nameable("a\udcff.jpg")
    assert readable("a\udcff.jpg") == "a\\udcff.jpg"


def test_a_file_is_written_when_it_has_stayed_the_same() -> None:
    clock = [0.0]
    settling = Settling(2.0, lambda: clock[0])

    def look(at: float, size: int, mtime: int = 0) -> bool:
        clock[0] = at
        return settling.is_written(Found("a.jpg", "photo", FileFacts(size, mtime)))

    assert not look(0, 10)
    assert not look(1, 20)  # grows
    assert not look(2.5, 20)  # 1.5 s the same
    assert not look(2.9, 20, mtime=1)  # rewritten in place
    assert not look(4.8, 20, mtime=1)
    assert look(4.9, 20, mtime=1)
    assert settling.waiting == 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such files")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """It is empty for ever; its row will say what it is."""
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "zero.jpg").symlink_to("/dev/zero")
    (tmp_path / "new.jpg").write_bytes(b"half of a photo")
    settling = Settling()
    found = {one.path: settling.is_written(one) for one in batch_scan.walk(tmp_path)}
    assert found == {"pipe.jpg": True, "zero.jpg": True, "new.jpg": False}
    assert settling.waiting == 1


def test_what_was_exported_into_the_folder_of_a_run_is_no_specimen(tmp_path: Path) -> None:
    for folder in ("run", "half", "run/within"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "results.fasta").touch()
    for name in batch_scan.RUN_FILES:
        (tmp_path / "run" / name).touch()
    (tmp_path / "half" / "run.json").touch()
    assert [found.path for found in batch_scan.walk(tmp_path)] == ["half/results.fasta"]


def test_an_empty_file_is_not_written_yet() -> None:
    clock = [0.0]
    settling = Settling(1.0, lambda: clock[0])
    for second in range(5):
        clock[0] = second
        assert not settling.is_written(Found("a.jpg", "photo", FileFacts(0, 1)))
    settling.forget(lambda path: path == "a.jpg")
    assert settling.waiting == 0
