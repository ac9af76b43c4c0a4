"""Crops of folders of photos, from the service and from the command line."""

from __future__ import annotations

import csv
import errno
import io
from pathlib import Path

import pytest
from PIL import Image

from bioscan_desktop import cli
from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.inference.crop import Box
from bioscan_desktop.services import crops
from bioscan_desktop.services.specimens import Specimen, cut, join_photos
from tests.inference.test_crop import photo


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    photo((180, 160, 130)).save(tmp_path / "in" / "small.png")
    photo((400, 300, 600)).save(tmp_path / "in" / "deep" / "large.png")
    (tmp_path / "in" / "broken.jpg").write_bytes(b"")
    (tmp_path / "in" / "list.fasta").write_text(">a\nACGT\n")
    return tmp_path / "in"


def test_every_photo_has_an_answer(folder: Path) -> None:
    found = {one.photo.name: one for one in crops.propose_all([folder])}
    assert set(found) == {"small.png", "large.png", "broken.jpg"}
    assert len(found["small.png"].boxes) == 1 and found["large.png"].boxes == ()
    assert "empty" in found["broken.jpg"].error.message
    flat = {one.photo.name for one in crops.propose_all([folder], recursive=False)}
    assert flat == {"small.png", "broken.jpg"}


def test_copies_are_parts_and_nothing_is_overwritten(folder: Path, tmp_path: Path) -> None:
    before = (folder / "small.png").read_bytes()
    (found,) = crops.propose_all([folder / "small.png"])
    (file,) = crops.save_parts(found, tmp_path / "out")
    with Image.open(file) as image:
        assert image.size == (round(800 * found.boxes[0].width), round(600 * found.boxes[0].height))
    assert (folder / "small.png").read_bytes() == before
    with pytest.raises(ArgumentError, match="there already"):
        crops.save_parts(found, tmp_path / "out")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ArgumentError, match="cannot be written"):
        crops.save_parts(found, tmp_path / "file")


def test_a_full_disk_leaves_no_half_copy(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Image.Image, stream: io.BufferedWriter, *_: object, **__: object) -> None:
        stream.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    (found,) = crops.propose_all([folder / "small.png"])
    with monkeypatch.context() as patch:
        patch.setattr(Image.Image, "save", full)
        with pytest.raises(ArgumentError, match="No space left"):
            crops.save_parts(found, tmp_path / "out")
    assert len(crops.save_parts(found, tmp_path / "out")) == 1


def test_the_command_writes_a_table(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["crop", str(folder), "--save", str(tmp_path / "out")]) == 1  # one is broken
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out), delimiter="\t"))
    by_name = {Path(row["photo"]).name: row for row in rows}
    assert by_name["small.png"]["part"] == "1" and 0 <= float(by_name["small.png"]["left"]) < 0.3
    assert by_name["large.png"]["part"] == "" and by_name["large.png"]["error"] == ""
    assert "empty" in by_name["broken.jpg"]["error"]
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["small_crop1.jpg"]


def test_photos_of_one_name_in_several_folders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder in ("card 1", "card 2"):
        (tmp_path / folder).mkdir()
        photo((180, 160, 130)).save(tmp_path / folder / "DSC_0001.png")
    assert cli.main(["crop", str(tmp_path), "--save", str(tmp_path / "out")]) == 0
    names = sorted(file.name for file in (tmp_path / "out").iterdir())
    assert names == ["DSC_0001.2_crop1.jpg", "DSC_0001_crop1.jpg"]


def test_a_photo_that_vanishes_before_its_parts_are_cut_is_a_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2):
        photo((180, 160, 130)).save(tmp_path / f"{number}.png")
    propose = crops.crop.propose_for

    def proposed(path: Path) -> list[Box]:
        boxes = propose(path)
        if path.name == "1.png":
            path.unlink()
        return boxes

    monkeypatch.setattr(crops.crop, "propose_for", proposed)
    assert cli.main(["crop", str(tmp_path), "--save", str(tmp_path / "out")]) == 1
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out), delimiter="\t"))
    assert [(row["part"], bool(row["error"])) for row in rows] == [("", True), ("1", False)]


def test_specimens_of_parts_are_numbered_and_the_barcode_stays_with_the_first() -> None:
    specimen = Specimen("a", "a.jpg", Path("a.jpg"))
    one, two = Box(0, 0, 0.5, 0.5), Box(0.5, 0.5, 1, 1)
    assert [s.query_id for s in cut(specimen, [one, two])] == ["a.1", "a.2"]
    assert [s.crop for s in cut(specimen, [one, two])] == [one, two]
    assert cut(specimen, [one])[0].query_id == "a"
    assert cut(cut(specimen, [one])[0], [])[0] == specimen


def test_a_further_photo_is_cut_alone(tmp_path: Path) -> None:
    a, b = (Specimen(name, name, tmp_path / f"{name}.jpg") for name in "ab")
    box = Box(0, 0, 0.5, 1)
    (one,) = cut(join_photos([a, b]), [box], photo=1)
    assert [photo.crop for photo in one.photos] == [None, box]
    assert cut(one, [], photo=1) == [join_photos([a, b])]
    with pytest.raises(ArgumentError, match="none can become several"):
        cut(one, [box, box], photo=1)
