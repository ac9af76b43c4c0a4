"""RAW files of cameras: what a sensor saw, before it became a picture.

Most cameras write a JPEG of the same name beside it if they are told to. Where there is one it is the photo,
and the RAW file of it no second specimen.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from bioscan_desktop.core.errors import PhotoError

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


def has_picture(path: Path, is_there: Callable[[Path], bool] = os.path.exists) -> bool:
    """Whether a RAW file has its picture beside it: `IMG_0412.JPG` of `IMG_0412.CR2`.

    Args:
        is_there: tells whether there is such a file.
    """
    return is_raw(path) and any(is_there(path.with_name(f"{path.stem}.{end}")) for end in _PICTURES)


def without_pictured(paths: Iterable[Path]) -> list[Path]:
    """Files and folders as they were named, without the RAW files whose pictures were named, too."""
    named = list(paths)
    known = set(named)
    return [path for path in named if not has_picture(path, known.__contains__)]


def refuse() -> PhotoError:
    """What is said of a RAW file."""
    return PhotoError(
        "this is a RAW file of a camera, which cannot be read as it is; export it as JPEG or TIFF.",
        "raw_photo",
    )
