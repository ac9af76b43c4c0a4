"""When and where a photo was taken, as its camera wrote it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bioscan_desktop.inference.images import camera_data

_EXIF, _GPS = 0x8769, 0x8825
"""Blocks within the camera data (EXIF 2.32, 4.6.3)."""
_TAKEN, _OFFSET = 0x9003, 0x9011
"""DateTimeOriginal and its offset from UTC, in the first. The place is in 1 to 4 of the second."""
_MOMENT = re.compile(r"([12]\d{3}):([01]\d):([0-3]\d) ([0-2]\d:[0-5]\d:[0-5]\d)")
_SHIFT = re.compile(r"[+-]\d\d:\d\d")


def photo_facts(photo: Path | bytes | None, dates: bool, places: bool) -> dict[str, str]:
    """`eventDate`, `decimalLatitude`, `decimalLongitude` and `geodeticDatum`, as far as they are there.

    Args:
        dates, places: what is wanted.
    """
    if photo is None:
        return {}
    try:
        data = photo if isinstance(photo, bytes) else photo.read_bytes()
    except OSError:
        return {}
    exif = camera_data(data)
    found = {}
    if dates and (moment := _moment(_block(exif, _EXIF))):
        found["eventDate"] = moment
    if places and (place := _place(_block(exif, _GPS))):
        found |= place
    return found


def _block(exif: Any, tag: int) -> Mapping[int, Any]:
    try:
        return dict(exif.get_ifd(tag))
    except Exception:  # as with the whole block
        return {}


def _moment(block: Mapping[int, Any]) -> str:
    """ISO 8601 of DateTimeOriginal, with the zone where the camera knows it."""
    found = _MOMENT.match(str(block.get(_TAKEN, "")))
    if found is None:
        return ""
    shift = str(block.get(_OFFSET, ""))
    zone = shift if _SHIFT.fullmatch(shift) else ""
    return f"{found[1]}-{found[2]}-{found[3]}T{found[4]}{zone}"


def _place(block: Mapping[int, Any]) -> dict[str, str]:
    try:
        north, east = (
            (-1 if str(block[ref]).strip("\0 ").upper() in "SW" else 1) * _degrees(block[value])
            for ref, value in ((1, 2), (3, 4))
        )
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return {}
    if not (abs(north) <= 90 and abs(east) <= 180) or (north == 0 and east == 0):  # no fix yet
        return {}
    return {
        "decimalLatitude": f"{north:.6f}",
        "decimalLongitude": f"{east:.6f}",
        "geodeticDatum": "WGS84",
    }


def _degrees(values: Any) -> float:
    degrees, minutes, seconds = (float(value) for value in values)
    return degrees + minutes / 60 + seconds / 3600
