"""Date, place and collector in words."""

from __future__ import annotations

from bioscan_desktop.services.export.collecting_words import collecting_words


def test_all_of_it() -> None:
    values = {
        "eventDate": "2026-07-31/2026-08-02", "eventTime": "22:05", "locality": "Aare",
        "country": "Switzerland", "stateProvince": "Bern", "countryCode": "CH",
        "decimalLatitude": "46.95", "decimalLongitude": "7.45",
        "geodeticDatum": "WGS84", "coordinateUncertaintyInMeters": "788", "minimumElevationInMeters": "540",
        "recordedBy": "A. Muster", "habitat": "river",
    }  # fmt: skip
    assert collecting_words(values) == [
        ("Date", "2026-07-31 to 2026-08-02, 22:05"),
        (
            "Place",
            "Aare, Bern, Switzerland; 46.95, 7.45 (WGS84) within 788 m; 540 m above sea level",
        ),
        ("Collector", "A. Muster"),
    ]


def test_some_of_it() -> None:
    assert collecting_words({}) == [] and collecting_words({"decimalLatitude": "4", "sex": "female"}) == []
    assert collecting_words({"verbatimEventDate": "Tue 3/7/2026", "countryCode": "PE"}) == [
        ("Date", "Tue 3/7/2026"),
        ("Place", "PE"),
    ]
    assert collecting_words({"eventDate": "2026-07-31T22:05+02:00"}) == [("Date", "2026-07-31, 22:05+02:00")]
