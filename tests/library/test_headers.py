"""Where the header of a table stands."""

from __future__ import annotations

import pytest

from bioscan_desktop.library.importers.headers import WITHIN, Header, Wanted, find_header, folded

WANTED = Wanted(
    ("date", "lat", "lon", "collectiondatestart", "collectiondateend", "trap"), ("id", "sampleid"), 2
)
HEAD, ROW = ["id", "date", "lat", "lon"], ["M1", "2026-07-31", "46.9", "7.4"]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Sample ID", "sampleid"), ("country/ocean", "countryocean"), ("Élévation (m)", "elevation"),
        ("Date [dd.mm.yyyy]", "date"), ("\ufeffimage_file", "imagefile"), ("(id)", "id"), ("蛾", ""),
        ("species_2", "species2"),
    ],
)  # fmt: skip
def test_names_of_columns(written: str, name: str) -> None:
    assert folded(written) == name


def test_a_header_of_one_row() -> None:
    assert find_header([HEAD, ROW], WANTED) == Header(HEAD, 0, 1, 4)
    assert find_header([["Moths"], [], ["id", "date"], HEAD, ROW], WANTED) == Header(HEAD, 3, 4, 4)
    assert find_header([HEAD], WANTED) == Header(HEAD, 0, 1, 4)
    assert find_header([ROW, ROW], WANTED) is None and find_header([], WANTED) is None
    assert find_header([["id", "colour"]], WANTED) is None
    assert find_header([["x"]] * (WITHIN + 1) + [HEAD], WANTED) is None
    assert find_header([["x"]] * (WITHIN - 1) + [HEAD], WANTED) == Header(HEAD, WITHIN - 1, WITHIN, 4)


@pytest.mark.parametrize(
    ("upper", "lower", "names"),
    [
        (["id", "date", "Place", ""], ["", "", "lat", "lon"], HEAD),
        (["id", "date", "Place", ""], ["id", "date", "lat", "lon"], HEAD),  # merged downwards
        (["Sample", "Date", "Where"], ["ID", "", "Lat", "Lon"], ["Sample ID", "Date", "Lat", "Lon"]),
        (
            ["id", "Collection date", "", "lat"],
            ["", "Start", "End", "decimal"],
            ["id", "Collection date Start", "Collection date End", "lat"],
        ),
    ],
)
def test_a_header_of_two_rows(upper: list[str], lower: list[str], names: list[str]) -> None:
    found = find_header([["Moths of 2026"], upper, lower, ROW], WANTED)
    assert found is not None and found.names == names
    assert found.end == 3


def test_a_specimen_is_never_taken_for_a_part_of_the_header() -> None:
    """Not even where its cells are words that name columns."""
    head = ["id", "date", "lat", "remarks"]
    for row in (["M1", "", "", "trap"], ["M1", "lon", "", ""], head, [*head[:3], "trap"][:1]):
        assert find_header([head, row], WANTED) == Header(head, 0, 1, 3)
