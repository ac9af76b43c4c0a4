"""Date, place and collector of a specimen as people read them in reports."""

from __future__ import annotations

from collections.abc import Mapping

_ADMINISTRATIVE = ("locality", "stateProvince")


def collecting_words(values: Mapping[str, str]) -> list[tuple[str, str]]:
    """What is known of date, place and collector, as (what, words).

    Args:
        values: by term of Darwin Core, as they are handed out: coordinates rounded as the user wants them.
    """
    day = values.get("eventDate", "").replace("/", " to ").replace("T", ", ")
    # What cannot be told for sure is handed out as it was written.
    day = day or values.get("verbatimEventDate", "")
    date = ", ".join(part for part in (day, values.get("eventTime")) if part)
    named = [values.get(term) for term in _ADMINISTRATIVE]
    named.append(values.get("country") or values.get("countryCode"))
    place = ", ".join(part for part in named if part)
    found = [
        ("Date", date),
        ("Place", "; ".join(part for part in (place, _coordinates(values), _height(values)) if part)),
        ("Collector", values.get("recordedBy", "")),
    ]
    return [(what, words) for what, words in found if words]


def _coordinates(values: Mapping[str, str]) -> str:
    north, east = values.get("decimalLatitude"), values.get("decimalLongitude")
    if not north or not east:
        return ""
    within = values.get("coordinateUncertaintyInMeters")
    datum = values.get("geodeticDatum")
    parts = (f"{north}, {east}", f"({datum})" if datum else "", f"within {within} m" if within else "")
    return " ".join(part for part in parts if part)


def _height(values: Mapping[str, str]) -> str:
    height = values.get("minimumElevationInMeters")
    return f"{height} m above sea level" if height else ""
