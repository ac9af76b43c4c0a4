"""Dates as people write them in tables, as ISO 8601."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

_ISO = re.compile(r"[12]\d{3}(-[01]\d(-[0-3]\d(T[0-9:.]+(Z|[+-][0-9:]+)?)?)?)?")
_YEAR_FIRST = re.compile(r"([12]\d{3})[./ ](\d{1,2})[./ ](\d{1,2})")
_NUMBERS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2([12]\d{3})")
_WORDS = re.compile(r"(\d{1,2})[.\s-]*([^\W\d_]{3,})\.?[\s-]*([12]\d{3})")
_ROMAN = re.compile(r"(\d{1,2})[.\s-]+([ivx]{1,4})[.\s-]+([12]\d{3})")
_ROMANS = "i ii iii iv v vi vii viii ix x xi xii".split()
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan janv", "feb fév févr fev", "mar mär mars", "apr avr", "may mai", "jun juin", "jul juil",
            "aug août aou", "sep sept", "oct okt", "nov", "dec déc dez",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
"""Months by the beginnings of their English, French and German names."""


def iso_dates(texts: Sequence[str]) -> list[str]:
    """The dates of a column; "" for what is none, or cannot be told for sure.

    Known are `2026`, `2026-07`, `2026-07-31` with or without a time, two of these with `/` between them,
    `31.7.2026`, `31-Jul-2026`, `31 juillet 2026`, `31.vii.2026`, and `31/7/2026` or `7/31/2026` if some day
    of the column is past the twelfth and so tells which of the two it is.
    """
    day_first = _day_first(texts)
    return [_iso(text.strip(), day_first) for text in texts]


def _day_first(texts: Sequence[str]) -> bool | None:
    """Of dates with slashes or hyphens; None where the column does not tell, or contradicts itself."""
    slashed = [m for text in texts if (m := _NUMBERS.fullmatch(text.strip())) and m[2] != "."]
    first = any(int(m[1]) > 12 for m in slashed)
    second = any(int(m[3]) > 12 for m in slashed)
    return first if first != second else None


def _iso(text: str, day_first: bool | None) -> str:
    start, slash, end = text.partition("/")
    if all(_ISO.fullmatch(part) and _is_moment(part) for part in ((start, end) if slash else (start,))):
        return text
    folded = text.casefold()
    if found := _YEAR_FIRST.fullmatch(folded):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _NUMBERS.fullmatch(folded):
        one, two = int(found[1]), int(found[3])
        is_day_first = True if found[2] == "." else day_first
        if one == two:
            is_day_first = True
        if is_day_first is None:
            return ""
        day, month = (one, two) if is_day_first else (two, one)
        return _day(int(found[4]), month, day)
    if (found := _ROMAN.fullmatch(folded)) and found[2] in _ROMANS:
        return _day(int(found[3]), _ROMANS.index(found[2]) + 1, int(found[1]))
    if found := _WORDS.fullmatch(folded):
        month = next((_MONTHS[found[2][:n]] for n in (4, 3) if found[2][:n] in _MONTHS), 0)
        return _day(int(found[3]), month, int(found[1]))
    return ""


def _day(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""


def _is_moment(text: str) -> bool:
    """`2026-07-31` is a day of the calendar, and so are a year and a month; its time is one of the clock."""
    if "T" in text:
        try:
            datetime.fromisoformat(text)
        except ValueError:
            return False
        return True
    parts = [int(part) for part in text.split("-")]
    year, month, day = (*parts, 1, 1)[:3]
    return bool(_day(year, month, day))
