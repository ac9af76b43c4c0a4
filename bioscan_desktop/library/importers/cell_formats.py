"""How Excel shows the number in a cell: as a number, or as the day or time that it stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

_BUILT_IN = {
    **dict.fromkeys((14, 15, *range(27, 32), 36, *range(50, 55), 57, 58), "yyyy-mm-dd"),
    16: "d-mmm", 17: "mmm-yy", 22: "yyyy-mm-dd hh:mm",
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56), "hh:mm:ss"),
}  # fmt: skip
"""Codes of dates and times that need not be written into a file (ECMA-376 part 1, 18.8.30)."""

_NOT_CODE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
"""Words, single letters, widths, fillings, and colours, languages or conditions within a code."""

_LAST_DAY = 2_958_465
"""The last day of the year 9999."""


@dataclass(frozen=True, slots=True)
class CellFormat:
    """How a number is shown.

    Attributes:
        shows: letters of the parts of a date or time that are shown, of `ymdh`; "" for a number.
        figures: a whole number is filled up with zeros to so many, as in sample number 0012.
    """

    shows: str = ""
    figures: int = 0

    def text(self, written: str, from_1904: bool = False) -> str:
        """The number of a cell as text.

        Args:
            from_1904: days count from 1904, as in workbooks of old Macs.

        Raises:
            ValueError: if it is no number.
        """
        value = float(written)
        if self.shows and 0 <= value <= _LAST_DAY:
            return self._moment(value, from_1904)
        if value == int(value) and abs(value) < 1e15:
            return f"{int(value):0{self.figures}d}" if value >= 0 else str(int(value))
        # Excel shows 15 figures: 0.1 + 0.2 is 0.3, and coordinates are as they were typed.
        plain = f"{value:.15g}"
        return plain if "e" not in plain else f"{value:.15f}".rstrip("0").rstrip(".")

    def _moment(self, value: float, from_1904: bool) -> str:
        has_day = any(letter in self.shows for letter in "yd") or self.shows == "m"
        if not has_day or (value < 1 and not from_1904):
            seconds = round(value % 1 * 86_400) % 86_400
            hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
            return f"{hours:02d}:{minutes:02d}" + (f":{rest:02d}" if rest else "")
        # Excel counts a 29 February 1900 that never was, to agree with a program before it.
        start = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 31 if value < 60 else 30)
        moment = start + timedelta(seconds=round(value * 86_400))
        if "h" in self.shows and (moment.hour or moment.minute or moment.second):
            return moment.isoformat(timespec="seconds" if moment.second else "minutes")
        if "d" not in self.shows and moment.day == 1:  # "July 2026" is kept as its first day
            return f"{moment:%Y-%m}" if "m" in self.shows or moment.month > 1 else f"{moment:%Y}"
        return moment.date().isoformat()


def format_of(number: int, code: str) -> CellFormat:
    """The format with a number, and with its code where the file has one."""
    code = _NOT_CODE.sub("", (code or _BUILT_IN.get(number, "")).split(";")[0]).lower()
    if re.fullmatch(r"0{2,}", code):
        return CellFormat(figures=len(code))
    if re.search(r"[0#?]", code) and not re.search(r"[ydhs]", code):
        return CellFormat()  # a number with a word behind it
    shows = "".join(letter for letter in "yd" if letter in code) + ("h" if re.search("[hs]", code) else "")
    if "m" in code and shows != "h":  # beside hours alone, m are minutes
        shows += "m"
    return CellFormat(shows)
