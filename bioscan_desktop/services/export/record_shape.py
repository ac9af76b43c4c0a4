"""Whether a saved record has the shape that `Identification.to_json` gives it.

Files come from other versions, other programs and broken disks. What passes here can be written in
every format; what does not is named before anything is written.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from bioscan_desktop.core.agreement import LEVELS
from bioscan_desktop.core.taxonomy import RANKS

Check = Callable[[Any], bool]


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _bases(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and value.isalpha()


def _one_of(*allowed: str) -> Check:
    return lambda value: isinstance(value, str) and value in allowed


def _or_none(check: Check) -> Check:
    return lambda value: value is None or check(value)


def _list_of(check: Check) -> Check:
    return lambda value: isinstance(value, list) and all(check(one) for one in value)


def _object(needed: dict[str, Check], optional: dict[str, Check] | None = None) -> Check:
    """An object with these keys; others are left alone, since later versions may have more."""
    more = optional or {}

    def check(value: Any) -> bool:
        return (
            isinstance(value, dict)
            and all(name in value and one(value[name]) for name, one in needed.items())
            and all(name not in value or one(value[name]) for name, one in more.items())
        )

    return check


_MODALITY = _one_of("image", "dna")
_MAYBE = _or_none(_text)

_VERDICT_KEYS = _object(
    {"name": _MAYBE, "rank": _or_none(_one_of(*RANKS)), "confidence": _number, "calibrated": _flag,
     "novelty": _one_of("none", "new_species", "unlike_library")},
    {"novelty_p": _or_none(_number), "reason": _MAYBE},
)  # fmt: skip


def _verdict(value: Any) -> bool:
    """Name and rank come together."""
    return _VERDICT_KEYS(value) and (value["name"] is None) == (value["rank"] is None)


_HIT = _object(
    {"hit_rank": _whole, "key_modality": _MODALITY, "score": _number, "percent_identity": _or_none(_number),
     "overlap_bp": _or_none(_whole), "processid": _MAYBE, "bin_uri": _MAYBE, "country": _MAYBE,
     "badge": _one_of(*LEVELS), "badge_against": _text, "n_records": _whole, "image_file": _MAYBE,
     **dict.fromkeys(RANKS, _MAYBE)},
    {"query_modality": _MODALITY, "key_id": _whole},
)  # fmt: skip


def _by_modality(value: Any) -> bool:
    return isinstance(value, dict) and all(_MODALITY(m) and _verdict(v) for m, v in value.items())


SHAPE: dict[str, Check] = {
    "query_id": _text,
    "input": _text,
    "modality": _one_of("image", "dna", "both"),
    "status": _text,
    "error": _or_none(_object({"code": _text, "message": _text})),
    "verdict": _or_none(_verdict),
    "ranks": _list_of(_object({"rank": _one_of(*RANKS), "name": _text, "share": _number})),
    "by_modality": _by_modality,
    "modality_agreement": _or_none(_one_of(*LEVELS)),
    "hits": _list_of(_HIT),
    "library": _object({"id": _text, "version": _text}),
    "model": _object({"id": _text, "version": _text}, {"sha256": _MAYBE}),
    "app_version": _text,
}
OPTIONAL: dict[str, Check] = {
    "photo": _MAYBE,
    "nucleotides": _or_none(_bases),
    "photos": _list_of(_MAYBE),
    "by_photo": _list_of(_or_none(_verdict)),
    "photo_conflict": _or_none(_one_of("order", "family")),
    "notices": _list_of(_text),
    "provider": _MAYBE,
}


def problem(record: Any) -> str:
    """What is wrong with a record, in a few words; "" if nothing is."""
    if not isinstance(record, dict):
        return "it is no object"
    missing = [name for name in SHAPE if name not in record]
    if missing:
        return f"it lacks {', '.join(missing)}"
    checks = {**SHAPE, **{name: one for name, one in OPTIONAL.items() if name in record}}
    wrong = [name for name, check in checks.items() if not check(record[name])]
    return f"{', '.join(wrong)} cannot be understood" if wrong else ""
