"""Small pictures for reports: photos as JPEG bytes, barcodes as coloured bars."""

from __future__ import annotations

import io
from dataclasses import dataclass

from bioscan_desktop.core.errors import BioscanError
from bioscan_desktop.inference import crop
from bioscan_desktop.services.export.items import Picture

QUALITY = 82

BASE_COLOURS = {"A": "#3a9d3a", "C": "#2f6fd0", "G": "#26292b", "T": "#d0453a"}
"""The colours of sequencing traces."""


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A photo made small.

    Attributes:
        jpeg: without any metadata: no place, no camera, no name.
    """

    jpeg: bytes
    width: int
    height: int


def thumbnail(photo: Picture, side: int) -> Thumbnail | None:
    """The upright photo, or the part of it that was judged, with a long side of at most `side` pixels.

    None where there is none to be had.
    """
    if photo.source is None:
        return None
    try:
        image = crop.load(photo.source, photo.crop, max(32, side // 2)).image
    except BioscanError:
        return None
    image.thumbnail((side, side))
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=QUALITY, optimize=True)
    return Thumbnail(stream.getvalue(), image.width, image.height)


def runs(sequence: str) -> list[tuple[str, int, int]]:
    """Runs of equal bases as (base, start, length); ambiguous bases are left out."""
    found: list[tuple[str, int, int]] = []
    for place, base in enumerate(sequence):
        if base not in BASE_COLOURS:
            continue
        if found and found[-1][0] == base and sum(found[-1][1:]) == place:
            found[-1] = (base, found[-1][1], found[-1][2] + 1)
        else:
            found.append((base, place, 1))
    return found


def barcode_svg(sequence: str, label: str) -> str:
    """The barcode as an SVG picture: one path per base."""
    paths = []
    for base, colour in BASE_COLOURS.items():
        parts = "".join(
            f"M{start} 0h{length}v40h-{length}z" for b, start, length in runs(sequence) if b == base
        )
        if parts:
            paths.append(f'<path fill="{colour}" d="{parts}"/>')
    return (
        f'<svg class="strip" viewBox="0 0 {max(1, len(sequence))} 40" preserveAspectRatio="none" role="img" '
        f'aria-label="{label}">{"".join(paths)}</svg>'
    )
