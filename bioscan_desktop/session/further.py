"""Further photos of a specimen, kept as JSON beside the first one, which has columns of its own.

A program that knows of one photo only finds that one.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bioscan_desktop.session.database import readable


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What tells one state of a file from another.

    Attributes:
        size: bytes.
        mtime_ns: time of the last change, nanoseconds.
        hash: of the content; None if it was not read.
    """

    size: int
    mtime_ns: int
    hash: str | None = None


@dataclass(frozen=True, slots=True)
class FurtherPhoto:
    """A photo of a specimen that has another one already.

    Attributes:
        query_id, input: what it was called before it was joined.
        photo, facts, picture, crop: as of `StoredSpecimen`.
    """

    query_id: str
    input: str
    photo: str | None = None
    facts: FileFacts | None = None
    picture: bytes | None = None
    crop: tuple[float, ...] | None = None


def to_text(photos: Sequence[FurtherPhoto], first: Sequence[str] | None = None) -> str | None:
    """As a session keeps them; None where there are none.

    Args:
        first: id and origin of the first photo before they were joined; None if it is not known.
    """
    if not photos:
        return None
    return json.dumps(
        {"first": list(map(readable, first)) if first else None, "photos": [_values(one) for one in photos]},
        ensure_ascii=False,
    )


def _values(one: FurtherPhoto) -> dict[str, Any]:
    facts = one.facts
    return {
        "id": readable(one.query_id),
        "input": readable(one.input),
        "photo": readable(one.photo) if one.photo is not None else None,
        "facts": [facts.size, facts.mtime_ns, facts.hash] if facts is not None else None,
        "picture": base64.b64encode(one.picture).decode() if one.picture is not None else None,
        "crop": one.crop,
    }


def from_text(text: str | None) -> tuple[tuple[FurtherPhoto, ...], tuple[str, ...] | None]:
    """The inverse of `to_text`: (photos, id and origin of the first one)."""
    if text is None:
        return (), None
    values = json.loads(text)
    photos = tuple(
        FurtherPhoto(
            one["id"],
            one["input"],
            one["photo"],
            FileFacts(*one["facts"]) if one["facts"] else None,
            base64.b64decode(one["picture"]) if one["picture"] else None,
            tuple(one["crop"]) if one["crop"] else None,
        )
        for one in values["photos"]
    )
    return photos, tuple(values["first"]) if values["first"] else None
