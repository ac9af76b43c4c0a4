"""A hint beside a verdict: no reference of the species is from the country of the specimen.

It changes neither the name nor its shares. The records of a library are no map of where a species lives:
they show where specimens were collected for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from bioscan_desktop.core.verdict import Verdict
from bioscan_desktop.library.countries import distance_km, same_country
from bioscan_desktop.library.pack import Library
from bioscan_desktop.services.export.collecting import ids_of
from bioscan_desktop.services.export.collecting_choice import CollectingChoice
from bioscan_desktop.services.export.sample_sheet import SampleSheet, read_sheet

NAMED = 3
"""So many of the nearest countries are named."""

NO_COUNTRY = "exception"
"""So begins what BOLD has in the place of a country, for specimens of cultures and quarantine."""


def country_hint(
    library: Library,
    verdict: Verdict,
    names: Sequence[str],
    choice: CollectingChoice,
    restricted_to: Sequence[str],
) -> str:
    """A sentence if the library knows where its specimens of the species are from, and none is from there.

    Args:
        names: what a sample sheet may call the specimen, see `ids_of`.
        choice: whose sheet or country says where the specimen is from.
        restricted_to: countries that say so where the choice does not.

    Returns:
        "" where there is nothing to tell, or not enough known: the verdict is no species, the library has no
        record of it with a country, or none at all from there, so that it may be spelled otherwise.

    Raises:
        ArgumentError: if the sheet cannot be read.
    """
    species = verdict.name if verdict.rank == "species" else None
    if species is None:
        return ""
    own = _country_of(names, choice)
    wanted = [own] if own else list(restricted_to)
    known = _origins(library, species)
    if not wanted or not known:
        return ""
    places = {same_country(name) for name in wanted}
    if not places.isdisjoint(map(same_country, known)):
        return ""
    spelled = [name for name, _ in library.records.countries() if same_country(name) in places]
    if {same_country(name) for name in spelled} != places:
        return ""
    return _sentence(known, spelled, places)


def _sentence(known: dict[str, int], spelled: Sequence[str], places: set[str]) -> str:
    by_distance = sorted(
        (min(distance_km(same_country(name), place) for place in places), -count, name)
        for name, count in known.items()
    )
    each = list({same_country(name): name for name in reversed(spelled)}.values())[::-1]
    where = ", ".join([*each[:NAMED], *(["…"] if len(each) > NAMED else [])])
    nearest = ", ".join(name for *_, name in by_distance[:NAMED])
    total = sum(known.values())
    if total == 1:
        it = "The only reference of this species with a known country"
        return f"{it} is not from {where}, but from {nearest}."
    they = "they" if len(known) <= NAMED else "the nearest"
    return (
        f"None of the {total:,} references of this species with a known country is from {where}; {they} are "
        f"from {nearest}."
    )


def _origins(library: Library, species: str) -> dict[str, int]:
    """Records by country of the specimens of a species."""
    found: dict[str, int] = {}
    for country, count in library.records.countries_of(species):
        if not country.casefold().startswith(NO_COUNTRY):
            found[country] = found.get(country, 0) + count
    return found


def _country_of(names: Sequence[str], choice: CollectingChoice) -> str:
    row = _read(choice.sheet, choice.copy).find(ids_of(*names)) if choice.sheet is not None else None
    values = row.values if row is not None else {}
    return values.get("country") or values.get("countryCode") or choice.country


@lru_cache(maxsize=1)
def _read(sheet: Path, copy: bytes) -> SampleSheet:
    """The sheet, read once for all specimens that are looked at."""
    return read_sheet(sheet, copy)
