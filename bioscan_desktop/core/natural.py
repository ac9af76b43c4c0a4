"""Names in the order in which a person counts: `photo2` before `photo10`."""

from __future__ import annotations

import re

_DIGITS = re.compile(r"(\d+)")
_PART = "\x03"


def natural_text(name: str) -> str:
    """Text that sorts names so, without regard to case: a number is led by how many digits it has.

    As text, and not as a list of numbers and words, it can be kept for each of a million names.
    """
    parts = []
    for part in _DIGITS.split(name):
        if part.isdecimal():
            # `int` refuses more than some thousand digits, which a header of a sequence may have.
            figures = part if part.isascii() else "".join(str(int(digit)) for digit in part)
            digits = figures.lstrip("0") or "0"
            parts.append(f"0{len(digits):05d}{digits}")
        else:
            parts.append(f"1{part.casefold()}")
    return _PART.join(parts)
