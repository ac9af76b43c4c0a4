"""Dates as people write them in tables, as ISO 8601."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

from bioscan_desktop.library.importers.cell_formats import CellFormat

_ISO = re.compile(r"[12]\d{3}(-[01]\d(-[0-3]\d(T[0-9:.]+(Z|[+-][0-9:]+)?)?)?)?")
_YEAR_FIRST = re.compile(r"([12]\d{3})[./ ](\d{1,2})[./ ](\d{1,2})")
_NUMBERS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2([12]\d{3})")
_COMPACT = re.compile(r"([12]\d{3})([01]\d)([0-3]\d)")
_WORDS = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|er|º)?[.\s-]*(?:de\s+|of\s+)?([^\W\d_]{3,})\.?[\s-]*(?:del?\s+)?([12]\d{3})"
)
_MONTH_FIRST = re.compile(r"([^\W\d_]{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+([12]\d{3})")
_ROMAN = re.compile(r"(\d{1,2})[.\s-]+([ivx]{1,4})[.\s-]+([12]\d{3})")
_ROMANS = "i ii iii iv v vi vii viii ix x xi xii".split()
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan janv ene gen", "feb fév févr fev", "mar mär mars maa mrt", "apr avr abr", "may mai mei mag",
            "jun juin giu", "jul juil lug", "aug août aou ago", "sep sept set", "oct okt out ott", "nov",
            "dec déc dez dic",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
"""Months by the beginnings of their names in English, French, German, Spanish, Portuguese, Italian, Dutch."""

_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?")
_SERIALS = range(18_264, 55_154)
"""Excel's numbers of the days from 1950 to 2050."""


def iso_dates(texts: Sequence[str]) -> list[str]:
    """The dates of a column; "" for what is none, or cannot be told for sure.

    Known are `2026`, `2026-07`, `2026-07-31` with or without a time, two of these with `/` between them,
    `20260731`, `31.7.2026`, `31-Jul-2026`, `31 juillet 2026`, `July 31, 2026`, `31.vii.2026`, and `31/7/2026`
    or `7/31/2026` if some day of the column is past the twelfth and so tells which of the two it is.
    """
    day_first = _day_first(texts)
    return [_iso(text.strip(), day_first) for text in texts]


def excel_date(text: str) -> str:
    """The day, with the time if there is one, of a number that Excel left in the place of a date: `45321` is
    2024-01-30. "" for other numbers, and for days that are not of 1950 to 2050."""
    written = text.strip().replace(",", ".")
    if not _SERIAL.fullmatch(written) or int(written[:5]) not in _SERIALS:
        return ""
    return CellFormat("ymdh").text(written)


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
    if found := _COMPACT.fullmatch(folded):
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
        return _day(int(found[3]), _month(found[2]), int(found[1]))
    if found := _MONTH_FIRST.fullmatch(folded):
        return _day(int(found[3]), _month(found[1]), int(found[2]))
    return ""


def _month(name: str) -> int:
    """1 to 12; 0 for what is none."""
    return next((_MONTHS[name[:n]] for n in (4, 3) if name[:n] in _MONTHS), 0)


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
