"""Names of countries that are the same, and how far apart countries lie."""

from __future__ import annotations

import math

import pytest

from bioscan_desktop.library.countries import distance_km, same_country


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Norway", "norway"), ("Norway", "NO"), ("Norge", "Norvège"), ("United Kingdom", "U.K."),
        ("USA", "United States"), ("U.S.A.", "us"), ("Czechia", "Czech Republic"),
        ("Côte d'Ivoire", "Cote d'Ivoire"),
        ("Republic of Serbia", "Serbia"), ("Suisse", "Switzerland"), ("  costa  rica ", "Costa Rica"),
        ("Atlantis", "ATLANTIS"),
    ],
)  # fmt: skip
def test_names_of_one_country(one: str, other: str) -> None:
    assert same_country(one) == same_country(other)


def test_names_of_two_countries() -> None:
    names = ("Niger", "Nigeria", "Guinea", "Papua New Guinea", "Atlantis", "North Korea", "South Korea")
    assert len({same_country(name) for name in names}) == len(names)


def test_distances_go_from_town_to_town() -> None:
    def km(one: str, other: str) -> float:
        return distance_km(same_country(one), same_country(other))

    assert km("Norway", "Sweden") == pytest.approx(416, rel=0.02)  # Oslo and Stockholm
    assert km("Norway", "Norway") == 0
    assert km("Russia", "United States") < 2000 and km("Fiji", "Tonga") < 1000  # across the date line
    assert km("Norway", "Sweden") < km("Norway", "Finland") < km("Norway", "Spain") < km("Norway", "Peru")
    assert km("Norway", "Atlantis") == math.inf
