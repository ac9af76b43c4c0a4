"""What is handed out of where and when specimens were collected.

A module of its own, so that the window can keep a choice before what reads sheets and photos is loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class CollectingChoice:
    """What the user wants to be handed out.

    Attributes:
        sheet: a table of samples.
        dates, places: take the date and the place out of photos, where the sheet has none. Off unless
            asked for: a photo of a pinned specimen tells where the collection is.
        digits: decimals of coordinates; None leaves them as they are.
        country: of all specimens that the sheet says no country of; "" leaves them without.
        copy: content of the sheet as it was read last, for when its file is gone.
    """

    sheet: Path | None = None
    dates: bool = False
    places: bool = False
    digits: int | None = None
    copy: bytes = field(default=b"", repr=False)
    country: str = ""

    def __bool__(self) -> bool:
        given = self.sheet is not None or self.digits is not None
        return given or self.dates or self.places or bool(self.country)

    def to_dict(self) -> dict[str, Any]:
        """All but the sheet, as JSON of a session."""
        return {
            "dates": self.dates, "places": self.places, "digits": self.digits, "country": self.country,
        }  # fmt: skip

    @classmethod
    def of(cls, said: Mapping[str, Any], sheet: Path | None = None, copy: bytes = b"") -> CollectingChoice:
        """The inverse of `to_dict`; what is no choice is taken for the careful one."""
        digits = said.get("digits")
        is_number = isinstance(digits, int) and not isinstance(digits, bool)
        rounded = min(max(int(digits), 0), 4) if is_number and digits is not None else None
        country = said.get("country")
        return cls(
            sheet,
            said.get("dates") is True,
            said.get("places") is True,
            rounded,
            copy,
            country if isinstance(country, str) else "",
        )
