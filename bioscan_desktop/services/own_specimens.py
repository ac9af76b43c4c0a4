"""Adding a user's own specimens to the library that is open.

A library that came with the program stays as it is: its first additions make a copy in the user's
folder, and later ones go into that copy. Any other library is changed in place, which takes effect
in one step at the end; see `library.edit`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from bioscan_desktop import paths
from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.library.changing import Change
from bioscan_desktop.library.edit import add_records
from bioscan_desktop.library.importers.tables import read_table
from bioscan_desktop.library.pack import LibraryManifest
from bioscan_desktop.services import packs
from bioscan_desktop.services.identify import Identifier
from bioscan_desktop.services.tasks import CancelToken, Progress, ProgressCallback, silent


@dataclass(frozen=True)
class Added:
    """What became of it.

    Attributes:
        folder: of the library that has the specimens now.
        copied: it is a new copy.
    """

    folder: Path
    copied: bool
    change: Change


def target_of(folder: Path) -> Path | None:
    """Where a copy of a library that came with the program goes; None if it is changed in place."""
    if not folder.resolve().is_relative_to(paths.resources_dir().resolve()):
        return None
    root = paths.data_dir() / "libraries"
    number = 1
    while (target := root / f"{folder.name}-own{f'-{number}' if number > 1 else ''}").exists():
        number += 1
    return target


def add_specimens(
    identifier: Identifier,
    table: Path,
    images: Path | None,
    progress: ProgressCallback = silent,
    cancel: CancelToken | None = None,
) -> Added:
    """Adds the records of a table, with their photos, to the library that an identifier uses.

    Args:
        images: folder that the column `image_file` is relative to; None leaves photos alone.

    Raises:
        ArgumentError: if the table cannot be read, or has nothing to add.
        PackError: if the library cannot be changed.
        Cancelled: after `cancel`; the library is as it was then.
    """
    if images is not None and not images.is_dir():
        raise ArgumentError(f"There is no folder {images}.")
    folder = identifier.library.folder
    out = target_of(folder)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)

    def report(what: str, done: int, total: int | None) -> None:
        if cancel is not None:
            cancel.check()
        progress(Progress(done, total, what))

    change = add_records(folder, read_table(table), identifier.model, out, images, report=report)
    if out is not None:
        packs.verify("libraries", out)
        manifest = LibraryManifest.load(out)
        replace(manifest, id=out.name, title=f"{manifest.title} + own specimens").save(out)
    return Added(out or folder, out is not None, change)
