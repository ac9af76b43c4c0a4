"""Specimens whose names people confirmed, as the table that `bioscan library build --records` reads.

Only names that a person accepted, chose or typed count: a library made of a machine's answers would
confirm the machine. Photos are named as seen from the folder that holds them all.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.services.export.escaping import one_line, safe_cell
from bioscan_desktop.services.export.items import ExportItem
from bioscan_desktop.services.export.provenance import ExportOptions

COLUMNS: tuple[str, ...] = (
    "processid", "sampleid", "image_file", "nucleotides", *RANKS, "bin_uri", "country",
)  # fmt: skip
"""As libraries are built from; BINs are left to BOLD, and stay blank."""

_FORMULA = ("=", "+", "-", "@")


def write(items: Iterable[ExportItem], stream: IO[str], options: ExportOptions) -> list[str]:
    """A header and one line per specimen with a name of a person's.

    Returns:
        sentences about where the photos are, and about what was left out.

    Raises:
        ArgumentError: if no specimen has such a name.
    """
    kept: list[tuple[ExportItem, Path | None]] = []
    seen, empty, homeless = 0, 0, 0
    for item in items:
        seen += 1
        if item.human is None:
            continue
        photo = item.photo.absolute() if isinstance(item.photo, Path) and item.file_name else None
        if photo is not None and one_line(str(photo)) != str(photo):
            photo = None  # a table without quoting cannot name it
        if photo is None and not item.sequence:
            empty += 1
            continue
        homeless += "order" not in item.human.lineage
        kept.append((item, photo))
    if seen and not kept and not empty:
        raise ArgumentError(
            "No specimen has a name that a person gave; accept names, or give your own, and export again."
        )
    root = _root([photo for _, photo in kept if photo is not None])
    stream.write("\t".join(COLUMNS) + "\n")
    for item, photo in kept:
        row = _row(item, _seen_from(photo, root) if photo is not None else "", options)
        stream.write("\t".join(row.get(name, "") for name in COLUMNS) + "\n")
    return _told(seen, len(kept), empty, homeless, root)


def _row(item: ExportItem, image_file: str, options: ExportOptions) -> dict[str, str]:
    """The columns that are not blank."""
    assert item.human is not None
    country = item.collected.get("country") or item.collected.get("countryCode") or ""
    names = {rank: item.human.lineage.get(rank, "") for rank in RANKS}
    row = {"processid": item.query_id, "sampleid": item.query_id, **names, "country": country}
    made_safe = safe_cell if options.guard else str
    found = {name: made_safe(one_line(value)) for name, value in row.items() if value}
    return found | {"image_file": image_file, "nucleotides": item.sequence or ""}


def _root(photos: list[Path]) -> Path | None:
    """The folder that holds all photos; None without any, or if they are on several drives."""
    try:
        return Path(os.path.commonpath([photo.parent for photo in photos])) if photos else None
    except ValueError:
        return None


def _seen_from(photo: Path, root: Path | None) -> str:
    name = photo.relative_to(root).as_posix() if root is not None else str(photo)
    return f"./{name}" if name.startswith(_FORMULA) else name


def _told(seen: int, kept: int, empty: int, homeless: int, root: Path | None) -> list[str]:
    found = []
    if root is not None:
        found.append(f"The photos are named as seen from {root}; give this as the folder of their photos.")
    if unnamed := seen - kept - empty:
        found.append(f"Left out, without a name that a person gave: {unnamed} of {seen} specimens.")
    if empty:
        found.append(f"Left out, with neither a barcode nor a photo file: {empty} of {seen} specimens.")
    if homeless:
        found.append(f"Without an order, which a library needs: {homeless} of {kept} records; fill it in.")
    return found
