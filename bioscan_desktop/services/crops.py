"""Proposed crops of many photos, and copies of the parts; see `inference.crop` for how they are found."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bioscan_desktop.core.errors import ArgumentError, BioscanError, InputError, PhotoError
from bioscan_desktop.files import is_folder
from bioscan_desktop.inference import crop, raw
from bioscan_desktop.inference.crop import Box
from bioscan_desktop.inference.images import SUFFIXES, load_rgb
from bioscan_desktop.library.importers.folders import scan

JPEG_QUALITY = 92


@dataclass(frozen=True, slots=True)
class Proposed:
    """What was found in one photo.

    Attributes:
        boxes: the most conspicuous first; empty if the whole photo is best.
        error: why it cannot be read.
    """

    photo: Path
    boxes: tuple[Box, ...] = ()
    error: BioscanError | None = None


def propose_all(paths: Iterable[Path], recursive: bool = True) -> Iterator[Proposed]:
    """One answer per photo of the files and folders; a photo that cannot be read is one, too."""
    for path in raw.without_pictured(paths):
        if is_folder(path):
            yield from _of_folder(path, recursive)
        else:
            yield _propose(path)


def _of_folder(folder: Path, recursive: bool) -> Iterator[Proposed]:
    problems: list[tuple[Path, str]] = []
    for photo in scan(folder, recursive, lambda where, why: problems.append((where, why))):
        if photo.suffix.lower() in SUFFIXES:
            yield _propose(photo)
    for where, why in problems:
        error = InputError(f"The folder {where} cannot be read ({why}).", "folder_unreadable")
        yield Proposed(where, error=error)


def _propose(photo: Path) -> Proposed:
    try:
        return Proposed(photo, tuple(crop.propose_for(photo)))
    except PhotoError as error:
        return Proposed(photo, error=error)


def save_parts(proposed: Proposed, folder: Path, name: str = "") -> list[Path]:
    """Writes a copy of each part as JPEG, in full resolution; the photo itself is left alone.

    Args:
        name: what the files' names begin with; the photo's by default.

    Returns:
        the files, named `NAME_crop1.jpg` and so on.

    Raises:
        ArgumentError: if the folder cannot be written, or has a file of that name.
        PhotoError: if the photo cannot be read any more.
    """
    if not proposed.boxes:
        return []
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArgumentError(f"{folder} cannot be written ({error.strerror or error}).") from None
    image = load_rgb(proposed.photo).image
    files = []
    for number, box in enumerate(proposed.boxes, start=1):
        target = folder / f"{name or proposed.photo.stem}_crop{number}.jpg"
        try:
            with target.open("xb") as stream:
                crop.apply(image, box).save(stream, "JPEG", quality=JPEG_QUALITY)
        except FileExistsError:
            raise ArgumentError(f"{target} is there already; name an empty folder.") from None
        except OSError as error:
            with contextlib.suppress(OSError):
                target.unlink(missing_ok=True)  # half a picture, if any
            raise ArgumentError(f"{target} cannot be written ({error.strerror or error}).") from None
        files.append(target)
    return files
