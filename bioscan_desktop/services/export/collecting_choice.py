"""What is handed out of where and when specimens were collected.

A module of its own, so that the window can keep a choice before what reads sheets and photos is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class CollectingChoice:
    """What the user wants to be handed out.

    Attributes:
        sheet: a table of samples.
        dates, places: take the date and the place out of photos, where the sheet has none. Off unless
            asked for: a photo of a pinned specimen tells where the collection is.
        digits: decimals of coordinates; None leaves them as they are.
    """

    sheet: Path | None = None
    dates: bool = False
    places: bool = False
    digits: int | None = None

    def __bool__(self) -> bool:
        return self.sheet is not None or self.dates or self.places or self.digits is not None
