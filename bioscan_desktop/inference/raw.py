"""RAW files of cameras: what a sensor saw, before it became a picture.

Most cameras write a JPEG of the same name beside it if they are told to. Where there is one it is the photo,
and the RAW file of it no second specimen. Where there is none, the JPEG is used that cameras embed for their
screens, if the package rawpy is installed (LibRaw; it has no wheels for Macs with Intel processors). The
values of the sensor are not developed: that would give other colours than the camera's own.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from pathlib import Path

from PIL import Image

from bioscan_desktop.core.errors import PhotoError
from bioscan_desktop.files import is_there

SUFFIXES: frozenset[str] = frozenset(
    ".3fr .arw .cr2 .cr3 .crw .dng .erf .iiq .mrw .nef .nrw .orf .pef .raf .rw2 .rwl .sr2 .srw .x3f".split()
)
"""File endings of RAW files. `.raw` is not among them, since instruments of all kinds write it."""

_PICTURES = tuple(
    end for name in ("jpg", "jpeg", "heic", "hif", "tif", "tiff") for end in (name, name.upper())
)
"""What cameras and their programs make of a RAW file."""


def is_raw(path: Path) -> bool:
    """True by name."""
    return path.suffix.lower() in SUFFIXES


def has_picture(path: Path, there: Callable[[Path], bool] = is_there) -> bool:
    """Whether a RAW file has its picture beside it: `IMG_0412.JPG` of `IMG_0412.CR2`.

    Args:
        there: tells whether there is such a file.
    """
    return is_raw(path) and any(there(path.with_name(f"{path.stem}.{end}")) for end in _PICTURES)


def without_pictured(paths: Iterable[Path]) -> list[Path]:
    """Files and folders as they were named, without the RAW files whose pictures were named, too."""
    named = list(paths)
    known = set(named)
    return [path for path in named if not has_picture(path, known.__contains__)]


MIN_SIDE = 256
"""Pixels of the short side of an embedded picture; smaller ones are stamps for lists."""

PREVIEW_NOTICE = "The picture that the camera embedded in its RAW file is used."


def embedded_jpeg(data: bytes) -> bytes:
    """The largest picture in a RAW file, with an EXIF orientation.

    Raises:
        PhotoError: if rawpy is not installed, or there is no such picture.
    """
    try:
        import rawpy
    except ImportError:
        raise refuse() from None
    try:
        with rawpy.imread(io.BytesIO(data)) as photo:
            found = photo.extract_thumb().data
        if not isinstance(found, bytes):  # the pixels of a stamp
            raise _without_picture()
        with Image.open(io.BytesIO(found)) as picture:
            if min(picture.size) < MIN_SIDE:
                raise _without_picture()
        return found
    except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError):
        raise _without_picture() from None
    except (rawpy.LibRawError, OSError):  # of Pillow, where it is no picture
        raise PhotoError(
            "this RAW file is damaged or of a camera that is not known; export it as JPEG or TIFF.",
            "raw_photo",
        ) from None


def _without_picture() -> PhotoError:
    return PhotoError(
        "this RAW file of a camera has no embedded picture that is large enough; export it as JPEG or TIFF.",
        "raw_photo",
    )


def refuse() -> PhotoError:
    """What is said of a RAW file where rawpy is not installed."""
    return PhotoError(
        "this is a RAW file of a camera, which cannot be read as it is; export it as JPEG or TIFF.",
        "raw_photo",
    )
