"""Countries as collectors and libraries write them: which are the same, and how far apart they lie.

`countries.tsv` has a line a country: its ISO 3166 code, its name, and the latitude and longitude of its
towns that have a time zone of their own, from the tz database (`iso3166.tab` and `zone.tab`, public domain).
"""

from __future__ import annotations

import math
import re
import unicodedata
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("countries.tsv")

EARTH_KM = 6371.0
"""Mean radius."""

_OTHER_NAMES = {
    "AX": "aland", "BA": "bosnia and herzegovina, bosnia, bosnie herzegovine",
    "BE": "belgique, belgie, belgien", "BR": "bresil, brasil", "CD": "democratic republic of the congo, drc",
    "CG": "republic of the congo", "CH": "suisse, schweiz, svizzera", "CI": "cote d ivoire, ivory coast",
    "CZ": "czech, czechia, tchequie, republique tcheque", "DE": "deutschland, allemagne",
    "DK": "danmark, danemark", "EE": "eesti, estonie", "ES": "espana, espagne", "FI": "suomi, finlande",
    "GB": "uk, u k, united kingdom, great britain, england, scotland, wales, royaume uni, angleterre",
    "GF": "guyane francaise", "GR": "grece, hellas", "HR": "hrvatska, croatie", "HU": "magyarorszag, hongrie",
    "IE": "republic of ireland, irlande, eire", "IS": "islande", "IT": "italia, italie",
    "JP": "japon", "KR": "south korea, republic of korea", "LU": "letzebuerg", "MA": "marocco, maroc",
    "MK": "macedonia, fyrom", "MM": "myanmar, burma", "MX": "mexique",
    "NL": "nederland, pays bas, the netherlands, holland",
    "NO": "norge, norvege", "PE": "perou", "PL": "polska, pologne", "PS": "west bank",
    "PT": "portugal", "RE": "reunion", "RO": "roumanie", "RU": "russian federation, russie",
    "RS": "republic of serbia, serbie", "SE": "sverige, suede", "SI": "slovenija, slovenie",
    "SK": "slovensko, slovaquie", "ST": "sao tome and principe", "SZ": "swaziland",
    "TL": "timor leste", "TR": "turkiye, turquie", "TT": "trinidad and tobago",
    "US": "usa, u s a, united states of america, etats unis", "AT": "osterreich, autriche",
}  # fmt: skip
"""How BOLD, field books and neighbours call them, beside the name of the table; folded."""


def same_country(name: str) -> str:
    """What two names of a country have in common: its code, or else the name, folded."""
    folded = _folded(name)
    return _codes().get(folded, folded)


def distance_km(one: str, other: str) -> float:
    """Between the towns of two countries that lie nearest to each other; infinite where one is not known.

    Args:
        one, other: as `same_country` gives them.
    """
    towns = _towns()
    return min((_apart(a, b) for a in towns.get(one, ()) for b in towns.get(other, ())), default=math.inf)


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(re.findall(r"\w+", letters))


@cache
def _table() -> tuple[tuple[str, str, tuple[tuple[float, float], ...]], ...]:
    found = []
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        code, name, towns = line.split("\t")
        places = [town.split(",") for town in towns.split(" ")]
        found.append((code, name, tuple((float(north), float(east)) for north, east in places)))
    return tuple(found)


@cache
def _codes() -> dict[str, str]:
    """Codes by folded names; a code is a name as well."""
    codes = {_folded(name): code for code, name, _ in _table()}
    codes |= {code.lower(): code for code, _, _ in _table()}
    return codes | {name: code for code, names in _OTHER_NAMES.items() for name in names.split(", ")}


@cache
def _towns() -> dict[str, tuple[tuple[float, float], ...]]:
    return {code: towns for code, _, towns in _table()}


def _apart(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Along the great circle, km, between two points in degrees (haversine formula)."""
    (north, east), (north_2, east_2) = (map(math.radians, point) for point in (one, other))
    half = math.sin((north_2 - north) / 2) ** 2
    half += math.cos(north) * math.cos(north_2) * math.sin((east_2 - east) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, half)))
