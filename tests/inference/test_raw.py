"""RAW files of cameras: each is told of, unless its picture lies beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from bioscan_desktop.core.errors import PhotoError
from bioscan_desktop.inference import raw
from bioscan_desktop.inference.images import SUFFIXES, load_rgb


@pytest.mark.parametrize("name", ["IMG_0412.CR2", "a.cr3", "a.NEF", "a.arw", "a.dng", "a.orf", "a.raf"])
def test_it_is_a_photo_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    assert path.suffix.lower() in SUFFIXES
    # Most begin as TIFFs do, with a picture as large as a stamp, which must not be taken for the photo.
    Image.new("RGB", (160, 120), "red").save(path, "TIFF")
    with pytest.raises(PhotoError) as caught:
        load_rgb(path)
    assert caught.value.code == "raw_photo"
    assert caught.value.message == (
        f"{name}: this is a RAW file of a camera, which cannot be read as it is; export it as JPEG or TIFF."
    )


def test_a_jpeg_that_was_called_so_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.dng"
    Image.new("RGB", (160, 120), "red").save(path, "JPEG")
    assert load_rgb(path).image.size == (160, 120)


@pytest.mark.parametrize(
    ("name", "beside", "expected"),
    [
        ("IMG_1.CR2", "IMG_1.JPG", True),
        ("IMG_1.cr3", "IMG_1.HIF", True),
        ("IMG_1.NEF", "IMG_1.tif", True),
        ("IMG.1.CR2", "IMG.1.jpeg", True),
        ("IMG_1.CR2", "IMG_10.JPG", False),
        ("IMG_1.CR2", "IMG_1.txt", False),
        ("IMG_1.tif", "IMG_1.jpg", False),
    ],
)
def test_which_picture_is_of_it(tmp_path: Path, name: str, beside: str, expected: bool) -> None:
    (tmp_path / beside).touch()
    assert raw.has_picture(tmp_path / name) is expected
    named = [tmp_path / name, tmp_path / beside]
    assert raw.without_pictured(named) == (named[1:] if expected else named)
    assert raw.without_pictured(named[:1]) == named[:1]
