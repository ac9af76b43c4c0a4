"""Folders of photos and sequence files, scanned in natural order."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from bioscan_desktop.core.natural import natural_text
from bioscan_desktop.inference import raw
from bioscan_desktop.inference.images import SUFFIXES as PHOTO_SUFFIXES
from bioscan_desktop.library.importers.sequences import is_sequence_file


def scan(folder: Path, recursive: bool, failed: Callable[[Path, str], None]) -> Iterator[Path]:
    """Yields photos and sequence files. Hidden files, links to folders, and RAW files with their picture
    beside them are left out.

    Args:
        folder: where to look.
        recursive: look into folders within.
        failed: told of each folder that cannot be read, which must never pass for an empty one.
    """

    def on_error(error: OSError) -> None:
        failed(Path(error.filename or folder), error.strerror or str(error))

    def order(name: str) -> tuple[str, str]:
        return natural_text(name), name  # `a1` and `A01` stand as the system has them, which may change

    for root, folders, files in os.walk(folder, onerror=on_error):
        folders[:] = sorted((f for f in folders if not f.startswith(".")), key=order) if recursive else []
        for name in sorted(files, key=order):
            path = Path(root, name)
            if name.startswith(".") or raw.has_picture(path):
                continue
            if path.suffix.lower() in PHOTO_SUFFIXES or is_sequence_file(path):
                yield path
