"""Where, when and by whom specimens were collected: from a sample sheet, and from the photos themselves.

Values go by their Darwin Core terms. The sheet counts before the photo. Of places only as much is handed
out as the user wants: see `Collecting`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

from bioscan_desktop.services.export.collecting_choice import CollectingChoice
from bioscan_desktop.services.export.items import ExportItem
from bioscan_desktop.services.export.photo_facts import photo_facts
from bioscan_desktop.services.export.sample_sheet import SampleSheet, read_sheet

_DATE = ("eventDate",)
_PLACE = ("decimalLatitude", "decimalLongitude", "geodeticDatum")
_ROUNDED = ("coordinateUncertaintyInMeters", "dataGeneralizations")
DEGREE_M = 111_320
"""Metres of a degree of latitude, and of longitude at the equator, where it is longest."""
NAMED = 5
"""So many specimens are named in a sentence."""


class Collecting:
    """Adds to results what is known of the collecting of their specimens.

    Attributes:
        terms: that may be filled, in order.

    Raises:
        ArgumentError: if the sheet cannot be used.
    """

    def __init__(self, choice: CollectingChoice) -> None:
        self._choice = choice
        self._sheet = SampleSheet.empty()
        if choice.sheet is not None:
            self._sheet = read_sheet(choice.sheet, choice.copy)
        more = (*(_DATE if choice.dates else ()), *(_PLACE if choice.places else ()))
        where = ("country",) if choice.country else ()
        terms = dict.fromkeys((*self._sheet.terms, *where, *more))
        if choice.digits is not None and "decimalLatitude" in terms:
            terms |= dict.fromkeys(_ROUNDED)
        self.terms: tuple[str, ...] = tuple(terms)
        self._without: list[str] = []
        self._used: set[int] = set()
        self._seen = 0

    @property
    def choice(self) -> CollectingChoice:
        """What was chosen, with the sheet as it was read now."""
        return replace(self._choice, copy=self._sheet.content)

    def add(self, item: ExportItem) -> ExportItem:
        """The item with what is known of its collecting."""
        self._seen += 1
        row = self._sheet.find(ids_of(item.query_id, *item.file_names))
        values = dict(item.collected)  # of results that were saved with it
        if row is not None:
            self._used.add(row.number)
            values |= row.values
        elif self._choice.sheet is not None:
            self._without.append(item.query_id)
        if self._choice.country and not values.keys() & {"country", "countryCode"}:
            values["country"] = self._choice.country
        dates = self._choice.dates and "eventDate" not in values
        places = self._choice.places and "decimalLatitude" not in values
        if dates or places:
            values |= photo_facts(item.photo, dates, places)
        return replace(item, collected=self._rounded(values))

    def told(self) -> list[str]:
        """Sentences about what could not be joined or read, once all items were added."""
        found = list(self._sheet.notices)
        name = self._choice.sheet.name if self._choice.sheet is not None else ""
        if self._without:
            more = f" and {len(self._without) - NAMED} more" if len(self._without) > NAMED else ""
            names = ", ".join(self._without[:NAMED]) + more
            found.append(f"{name} has no row for {len(self._without)} of {self._seen} specimens: {names}.")
        if idle := len(self._sheet) - len(self._used):
            found.append(f"No specimen was found for {idle} of {len(self._sheet)} rows of {name}.")
        return found

    def _rounded(self, values: dict[str, str]) -> Mapping[str, str]:
        digits = self._choice.digits
        if digits is None or "decimalLatitude" not in values:
            return values
        for term in ("decimalLatitude", "decimalLongitude"):
            values[term] = f"{float(values[term]):.{digits}f}"
        # Half of the diagonal of the square that is rounded to one point.
        half = math.ceil(DEGREE_M * 10**-digits * math.sqrt(0.5))
        known = values.get("coordinateUncertaintyInMeters", "")
        values["coordinateUncertaintyInMeters"] = str(half + math.ceil(float(known or 0)))
        values["dataGeneralizations"] = f"Coordinates rounded to {10**-digits:g} degree."
        return values


def add_all(items: Iterable[ExportItem], collecting: Collecting | None) -> Iterable[ExportItem]:
    """The items with what is known of their collecting; as they are without any."""
    return items if collecting is None else map(collecting.add, items)


def ids_of(query_id: str, *file_names: str) -> list[str]:
    """What a sheet may call a specimen: its id, a photo without ending, or the head of its sequence id."""
    stems = [name.rpartition(".")[0] or name for name in file_names]
    return [name for name in (query_id, *stems, query_id.partition("|")[0]) if name]
