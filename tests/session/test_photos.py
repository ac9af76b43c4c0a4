"""Photos that moved are found again by their content, and only by that."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from bioscan_desktop.session import history, photos, specimens
from bioscan_desktop.session.database import Database
from bioscan_desktop.session.further import FurtherPhoto
from bioscan_desktop.session.specimens import StoredSpecimen


@pytest.fixture
def root(tmp_path: Path, database: Database) -> Path:
    """Three photos, two of the same size."""
    folder = tmp_path / "photos"
    (folder / "sub").mkdir(parents=True)
    for name, data in (("a.jpg", b"aaaa"), ("sub/b.jpg", b"bbbb"), ("c.jpg", b"cc")):
        path = folder / name
        path.write_bytes(data)
        stored = StoredSpecimen(path.stem, path.stem, name, name, photos.read_facts(path))
        specimens.add(database, [stored])
    database.set_fact("root", str(folder))
    return folder


def names(database: Database) -> list[str]:
    return [row[0] for row in database.rows("SELECT photo FROM specimens ORDER BY specimen_id")]


def test_paths_there_and_back(tmp_path: Path) -> None:
    inside, outside = tmp_path / "a" / "b.jpg", tmp_path.parent / "c.jpg"
    assert photos.relative(inside, tmp_path) == "a/b.jpg"
    for path in (inside, outside):
        assert photos.absolute(photos.relative(path, tmp_path), tmp_path) == path
        assert photos.absolute(photos.relative(path, None), None) == path


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file names are always text there")
def test_a_name_that_is_no_text_there_and_back(database: Database, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.jpg"))
    path.touch()
    for root in (tmp_path, None):
        kept = photos.relative(path, root)
        assert kept.endswith("caf\\udce9.jpg") and photos.absolute(kept, root) == path
        specimens.add(database, [StoredSpecimen("x", "x", str(path), kept)])
    assert photos.missing_photos(database, tmp_path) == []
    plain = tmp_path / "a\\udce9.jpg"
    plain.touch()
    assert photos.absolute(photos.relative(plain, tmp_path), tmp_path) == plain


def test_a_changed_file_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"one")
    before = photos.read_facts(path)
    assert photos.same_file(before, photos.look(path))
    path.write_bytes(b"three")
    assert not photos.same_file(before, photos.look(path))
    assert photos.read_facts(path).hash != before.hash


def test_nothing_to_relink(root: Path, database: Database) -> None:
    assert photos.missing_photos(database, root) == []
    assert photos.relink(database, root, []) == photos.Relinked(0, 0)
    assert names(database) == ["a.jpg", "sub/b.jpg", "c.jpg"]


def test_the_whole_folder_was_moved(root: Path, database: Database, tmp_path: Path) -> None:
    moved = root.rename(tmp_path / "elsewhere")
    assert len(photos.missing_photos(database, root)) == 3
    assert photos.relink(database, root, [], moved) == photos.Relinked(0, 0)
    assert names(database) == ["a.jpg", "sub/b.jpg", "c.jpg"]
    assert database.fact("root") == str(moved)


def test_renamed_photos_are_found_by_content(root: Path, database: Database) -> None:
    (root / "a.jpg").rename(root / "sub" / "x.jpg")
    (root / "sub" / "b.jpg").rename(root / "y.jpg")
    (root / "c.jpg").unlink()
    (root / "decoy.jpg").write_bytes(b"dddd")
    found = photos.relink(database, root, sorted(root.rglob("*.jpg")))
    assert found == photos.Relinked(2, 1)
    assert names(database) == ["sub/x.jpg", "y.jpg", "c.jpg"]


def test_a_changed_photo_is_not_taken_for_the_old_one(root: Path, database: Database) -> None:
    (root / "a.jpg").unlink()
    (root / "new.jpg").write_bytes(b"AAAA")
    assert photos.relink(database, root, [root / "new.jpg"]) == photos.Relinked(0, 1)


def test_stopping_changes_nothing(root: Path, database: Database) -> None:
    (root / "a.jpg").rename(root / "x.jpg")

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        photos.relink(database, root, [root / "x.jpg"], check=stop)
    assert names(database)[0] == "a.jpg"


class TestFurtherPhotos:
    """Photos of a specimen beyond the first."""

    @pytest.fixture
    def number(self, root: Path, database: Database) -> int:
        """A specimen of three photos: two files, and a pasted picture in between."""
        more = (
            FurtherPhoto("pasted", "pasted", picture=b"PNG", crop=(0.0, 0.0, 0.5, 1.0)),
            FurtherPhoto("b", "sub/b.jpg", "sub/b.jpg"),
        )
        stored = StoredSpecimen(
            "m", "m", "c.jpg + pasted + sub/b.jpg", "c.jpg", more=more, parts=("c", "c.jpg")
        )
        (number,) = specimens.add(database, [stored])
        return number

    def stored(self, database: Database, number: int) -> StoredSpecimen:
        found = specimens.get(database, number)
        assert found is not None
        return found

    def test_their_contents_are_remembered(self, root: Path, database: Database, number: int) -> None:
        assert photos.unread(database, 0, 20) == [(number, "c.jpg"), (number, "sub/b.jpg")]
        facts = photos.read_facts(root / "sub/b.jpg")
        photos.remember(database, [(number, "sub/b.jpg", facts), (number, "elsewhere.jpg", facts)])
        assert photos.unread(database, 0, 20) == [(number, "c.jpg")]
        first, second = self.stored(database, number).more
        assert (first.facts, first.picture, first.crop) == (None, b"PNG", (0.0, 0.0, 0.5, 1.0))
        assert second.facts == facts
        assert self.stored(database, number).parts == ("c", "c.jpg")

    def test_a_moved_one_is_found_again(self, root: Path, database: Database, number: int) -> None:
        facts = photos.read_facts(root / "sub/b.jpg")
        photos.remember(database, [(number, "sub/b.jpg", facts)])
        (root / "sub/b.jpg").rename(root / "moved.jpg")
        assert (number, "sub/b.jpg") in photos.missing_photos(database, root)
        # The specimen that has the same photo alone finds it, too.
        assert photos.relink(database, root, [root / "moved.jpg"]) == photos.Relinked(2, 0)
        assert self.stored(database, number).more[1].photo == "moved.jpg"
        assert photos.missing_photos(database, root) == []

    def test_set_aside_and_back(self, database: Database, number: int) -> None:
        before = self.stored(database, number)
        history.set_aside(database, [number])
        assert specimens.get(database, number) is None
        history.bring_back(database, [number])
        assert self.stored(database, number) == before

    def test_other_content_takes_their_place(self, database: Database, number: int) -> None:
        before = self.stored(database, number)
        specimens.change(database, number, StoredSpecimen("m", "m", "c.jpg", "c.jpg"))
        assert self.stored(database, number).more == ()
        specimens.change(database, number, before)
        assert self.stored(database, number) == before
