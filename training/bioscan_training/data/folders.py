"""Folders of photos whose names are labels (ImageFolder), as a stream of entries.

photos/Noctua pronuba/a.jpg                        the folder is the species, or its genus
photos/Lepidoptera/Noctuidae/Noctua_pronuba/a.jpg  folders above it are higher ranks
photos/train/Noctua pronuba/a.jpg                  a first folder train, val or test is the split
photos/01_Animalia_…_Lepidoptera_Noctuidae_Noctua_pronuba/a.jpg     as in iNaturalist 2021
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from bioscan_desktop.inference.images import SUFFIXES as PHOTO_SUFFIXES
from bioscan_desktop.library.importers.folders import scan
from bioscan_training.data.bold import names_of
from bioscan_training.data.entries import Entry
from bioscan_training.data.records import RecordsError

SPLITS = {"train": "train", "val": "val", "valid": "val", "validation": "val", "test": "test"}

_INATURALIST = re.compile(r"\d+_[^_]+_[^_]+_[^_]+_([^_]+)_([^_]+)_([^_]+)_([^_]+)")


def read_image_folder(root: Path) -> Iterator[Entry]:
    """Streams the photos below a folder, in natural order of their names.

    Raises:
        RecordsError: if there is no such folder, or a folder in it cannot be read.
    """
    if not root.is_dir():
        raise RecordsError(f"There is no folder {root}.")

    def failed(path: Path, reason: str) -> None:
        raise RecordsError(f"{path} cannot be read ({reason}).")

    row = 0
    for path in scan(root, True, failed):
        if path.suffix.lower() in PHOTO_SUFFIXES:
            relative = PurePosixPath(path.relative_to(root).as_posix())
            folders = list(relative.parts[:-1])
            split = SPLITS.get(folders[0].lower(), "") if folders else ""
            names = names_of_folders(folders[1:] if split else folders)
            yield Entry(row=row, dataset="folder", image_file=str(relative), split=split).named(names)
            row += 1


def names_of_folders(folders: list[str]) -> dict[str, str]:
    """Names that folders on the way to a photo tell, finer folders last."""
    found: dict[str, str] = {}
    for folder in folders:
        whole = _INATURALIST.fullmatch(folder)
        if whole:
            order, family, genus, epithet = whole.groups()
            found.update(order=order, family=family, genus=genus, species=f"{genus} {epithet}")
        else:
            found.update(names_of(" ".join(folder.replace("_", " ").split())))
    return found
