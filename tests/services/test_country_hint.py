"""The hint that no reference of a species is from the country of the specimen."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.core.verdict import Verdict
from bioscan_desktop.library.pack import Library
from bioscan_desktop.library.records import KeyRecord, RecordStore, write_records
from bioscan_desktop.services.country_hint import country_hint
from bioscan_desktop.services.export.collecting_choice import CollectingChoice

RAPAE, COMES, SOLA = "Pieris rapae", "Noctua comes", "Noctua sola"
ANYWHERE = CollectingChoice()
NORWAY = CollectingChoice(country="Norge")


class Known:
    """A library as far as its records."""

    def __init__(self, path: Path) -> None:
        self.records = RecordStore(path)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    def key(number: int, species: str, **places: int) -> KeyRecord:
        found = tuple((name.replace("_", " "), n) for name, n in places.items())
        lineage = Lineage("Lepidoptera", "Pieridae", species.split()[0], species)
        count = max(1, sum(places.values()))
        return KeyRecord(
            number, "dna", number - 1, lineage, None, None, None, count, (), None, None, places=found
        )

    write_records(
        tmp_path / "records.sqlite",
        [
            key(1, RAPAE, Peru=1000, Sweden=3, Finland=20, Atlantis=1),
            key(2, RAPAE, Sweden=2, Spain=9, United_Kingdom=1),
            key(3, COMES, Norway=1, Sweden=4),
            key(4, SOLA, Sweden=1),
            key(5, "Noctua ignota"),
            key(6, "Noctua culta", **{"Exception_-_Culture": 2}),
            key(7, "Noctua duo", Sweden=1, Peru=1),
        ],
    )
    return cast(Library, Known(tmp_path / "records.sqlite"))


def verdict(species: str, rank: str = "species") -> Verdict:
    return Verdict(species, rank, 0.9, True, "none", None, "", ())


def test_the_nearest_countries_are_named(library: Library) -> None:
    said = country_hint(library, verdict(RAPAE), ("a", ""), NORWAY, ())
    assert said == (
        "None of the 1,036 references of this species with a known country is from Norway; the nearest are "
        "from Sweden, Finland, United Kingdom."
    )
    assert country_hint(library, verdict(SOLA), ("a", ""), NORWAY, ()) == (
        "The only reference of this species with a known country is not from Norway, but from Sweden."
    )
    assert country_hint(library, verdict("Noctua duo"), ("a", ""), NORWAY, ()) == (
        "None of the 2 references of this species with a known country is from Norway; they are from Sweden, "
        "Peru."
    )


@pytest.mark.parametrize("name", [COMES, "Noctua ignota", "Noctua culta", "Noctua nova"])
def test_it_is_silent_where_it_knows_nothing_or_all_is_well(library: Library, name: str) -> None:
    assert country_hint(library, verdict(name), ("a", ""), NORWAY, ()) == ""


def test_it_is_silent_about_other_ranks_and_countries_that_the_library_does_not_have(
    library: Library,
) -> None:
    assert country_hint(library, verdict(RAPAE, "genus"), ("a", ""), NORWAY, ()) == ""
    assert country_hint(library, verdict(RAPAE), ("a", ""), ANYWHERE, ()) == ""
    assert country_hint(library, verdict(RAPAE), ("a", ""), CollectingChoice(country="Utopia"), ()) == ""
    assert country_hint(library, verdict(RAPAE), ("a", ""), ANYWHERE, ("Norway", "Utopia")) == ""


def test_the_sheet_goes_before_the_country_of_all_and_this_before_the_restriction(
    library: Library, tmp_path: Path
) -> None:
    sheet = tmp_path / "samples.csv"
    sheet.write_text("filename,country,country_iso\na.jpg,Norway,\nb.jpg,Sweden,\nc.jpg,,NO\nd.jpg,,\n")
    choice = CollectingChoice(sheet, country="Spain")
    hints = [country_hint(library, verdict(RAPAE), ("x", f"{n}.jpg"), choice, ("Norway",)) for n in "abcde"]
    assert [bool(hint) for hint in hints] == [True, False, True, False, False]
    several = country_hint(
        library, verdict(SOLA), ("x", ""), ANYWHERE, ("Norway", "Peru", "Spain", "Finland")
    )
    assert several.endswith("is not from Peru, Finland, Spain, …, but from Sweden.")
