"""RAW files of cameras: each is told of, unless its picture lies beside it."""

from __future__ import annotations

import io
import struct
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bioscan_desktop.core.errors import PhotoError
from bioscan_desktop.inference import raw
from bioscan_desktop.inference.images import SUFFIXES, load_rgb


@pytest.mark.parametrize("name", ["IMG_0412.CR2", "a.cr3", "a.NEF", "a.arw", "a.dng", "a.orf", "a.raf"])
def test_it_is_a_photo_that_cannot_be_read(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "rawpy", None)  # it is not installed
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


Entries = dict[int, tuple[str, tuple[int, ...] | bytes]]
"""Tags of a TIFF with the letters of `struct` for their values; `R` is a fraction, `S` a signed one."""

_TYPES = {"B": 1, "s": 2, "H": 3, "I": 4, "R": 5, "S": 10}


def directory(entries: Entries, start: int) -> bytes:
    """A directory of a TIFF that lies at `start`, its longer values behind it."""
    head, longer = struct.pack("<H", len(entries)), b""
    behind = start + 2 + 12 * len(entries) + 4
    for tag, (letter, values) in sorted(entries.items()):
        if isinstance(values, bytes):
            packed, count = values, len(values)
        else:
            code = {"R": "I", "S": "i"}.get(letter, letter)
            packed = struct.pack(f"<{len(values)}{code}", *values)
            count = len(values) // 2 if letter in "RS" else len(values)
        if len(packed) > 4:
            packed, longer = struct.pack("<I", behind + len(longer)), longer + packed + bytes(len(packed) % 2)
        head += struct.pack("<HHI", tag, _TYPES[letter], count) + packed.ljust(4, b"\0")
    return head + bytes(4) + longer


def negative(picture: Image.Image | None, orientation: int = 1) -> bytes:
    """A DNG as cameras write it: a picture to look at, and 64×48 values of a Bayer sensor."""
    stream = io.BytesIO()
    if picture is not None:
        picture.save(stream, "JPEG", quality=95)
    jpeg = stream.getvalue() + bytes(stream.tell() % 2)
    sensor = np.random.default_rng(0).integers(100, 4000, (48, 64)).astype("<u2").tobytes()
    matrix = (1, 1, 0, 1, 0, 1) * 3

    def raw_directory(start: int, at: int) -> bytes:
        return directory(
            {
                254: ("I", (0,)), 256: ("I", (64,)), 257: ("I", (48,)), 258: ("H", (16,)), 259: ("H", (1,)),
                262: ("H", (32803,)), 273: ("I", (at,)), 277: ("H", (1,)), 278: ("I", (48,)),
                279: ("I", (len(sensor),)), 33421: ("H", (2, 2)), 33422: ("B", (0, 1, 1, 2)),
                50717: ("I", (4095,)),
            },
            start,
        )  # fmt: skip

    def first_directory(raw_at: int, jpeg_at: int) -> bytes:
        entries: Entries = {
            254: ("I", (1,)), 271: ("s", b"Bioscan\0"), 272: ("s", b"Drawn\0"), 274: ("H", (orientation,)),
            330: ("I", (raw_at,)), 50706: ("B", (1, 4, 0, 0)), 50708: ("s", b"Drawn\0"),
            50721: ("S", matrix), 50728: ("R", (1, 2, 1, 1, 1, 2)), 50778: ("H", (21,)),
        }  # fmt: skip
        if picture is not None:
            entries |= {
                256: ("I", (picture.width,)), 257: ("I", (picture.height,)), 258: ("H", (8, 8, 8)),
                259: ("H", (7,)), 262: ("H", (6,)), 273: ("I", (jpeg_at,)), 277: ("H", (3,)),
                278: ("I", (picture.height,)), 279: ("I", (len(jpeg),)),
            }  # fmt: skip
        return directory(entries, 8)

    raw_at = 8 + len(first_directory(0, 0))
    jpeg_at = raw_at + len(raw_directory(raw_at, 0))
    return (
        b"II*\0\x08\0\0\0"
        + first_directory(raw_at, jpeg_at)
        + raw_directory(raw_at, jpeg_at + len(jpeg))
        + jpeg
        + sensor
    )


def corners() -> Image.Image:
    """A picture whose left upper corner is red."""
    picture = Image.new("RGB", (480, 320), "navy")
    picture.paste((230, 30, 30), (0, 0, 120, 80))
    return picture


class TestEmbedded:
    """With rawpy: the camera's own picture."""

    @pytest.fixture(autouse=True)
    def _rawpy(self) -> None:
        pytest.importorskip("rawpy", reason="needs the package rawpy")

    @pytest.mark.parametrize(
        ("orientation", "size", "corner"),
        [(1, (480, 320), (5, 5)), (6, (320, 480), (315, 5)), (8, (320, 480), (5, 475))],
    )
    def test_it_is_used_and_upright(
        self, tmp_path: Path, orientation: int, size: tuple[int, int], corner: tuple[int, int]
    ) -> None:
        path = tmp_path / "a.DNG"
        path.write_bytes(negative(corners(), orientation))
        seen: list[bytes] = []
        loaded = load_rgb(path, seen=seen.append)
        assert loaded.image.size == size == (loaded.width, loaded.height)
        red, green, blue = loaded.image.getpixel(corner)
        assert red > 200 and green < 60 and blue < 60
        assert loaded.notices == ("The picture that the camera embedded in its RAW file is used.",)
        assert seen == [path.read_bytes()]

    @pytest.mark.parametrize(
        ("content", "why"),
        [
            (negative(None), "no embedded picture"),
            (negative(Image.new("RGB", (160, 120))), "no embedded picture"),
            (negative(corners())[:300], "damaged"),
            (b"II*\0" + bytes(500), "damaged"),
            (b"Caught at light, 3 July.", "damaged"),
        ],
    )
    def test_what_has_none_says_what_to_do(self, tmp_path: Path, content: bytes, why: str) -> None:
        path = tmp_path / "a.dng"
        path.write_bytes(content)
        with pytest.raises(PhotoError, match=why) as caught:
            load_rgb(path)
        assert caught.value.code == "raw_photo"
        assert caught.value.message.startswith("a.dng: this RAW file ")
        assert caught.value.message.endswith("; export it as JPEG or TIFF.")

    def test_cut_short_anywhere_it_is_a_picture_or_a_sentence(self, tmp_path: Path) -> None:
        whole = negative(corners())
        path = tmp_path / "a.dng"
        for length in range(1, len(whole), len(whole) // 60):
            path.write_bytes(whole[:length])
            try:
                assert load_rgb(path).image.size == (480, 320)
            except PhotoError as error:
                assert error.message.startswith("a.dng: ")
