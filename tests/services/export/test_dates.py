"""Dates of field books as ISO 8601; what cannot be told for sure is no date."""

from __future__ import annotations

import pytest

from bioscan_desktop.services.export.dates import iso_dates


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2026", "2026"), ("2026-07", "2026-07"), ("2026-07-31", "2026-07-31"),
        ("2026-07-31T22:05:00+02:00", "2026-07-31T22:05:00+02:00"),
        ("2026-07-31T22:05Z", "2026-07-31T22:05Z"), ("2026-07-31T25:00", ""), ("2026-07-31T....", ""),
        ("2026-07-30/2026-08-01", "2026-07-30/2026-08-01"),
        ("2026/7/3", "2026-07-03"), ("3.7.2026", "2026-07-03"), ("31-Jul-2026", "2026-07-31"),
        ("31 juillet 2026", "2026-07-31"), ("3. Dezember 2026", "2026-12-03"), ("1 août 2026", "2026-08-01"),
        ("31.vii.2026", "2026-07-31"), ("4 iv 2026", "2026-04-04"), ("7/7/2026", "2026-07-07"),
        ("2026-02-30", ""), ("31.2.2026", ""), ("3/7/2026", ""), ("summer", ""), ("", ""), ("3.7.26", ""),
    ],
)  # fmt: skip
def test_ways_to_write_a_date(written: str, iso: str) -> None:
    assert iso_dates([written]) == [iso]


def test_a_day_past_the_twelfth_tells_the_order_of_the_whole_column() -> None:
    assert iso_dates(["3/7/2026", "31/7/2026"]) == ["2026-07-03", "2026-07-31"]
    assert iso_dates(["3/7/2026", "7/31/2026"]) == ["2026-03-07", "2026-07-31"]
    assert iso_dates(["3/7/2026", "7/31/2026", "31/7/2026"]) == ["", "", ""]
