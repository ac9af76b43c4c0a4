"""Names in the order in which a person counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioscan_desktop.core.natural import natural_text


def test_numbers_count_whatever_their_length_and_case_does_not() -> None:
    names = ["img10", "IMG2", "img1", "img002b", "img2a", "b", "7", "img", "Éa", "img99999999999999999999"]
    assert sorted(names, key=natural_text) == [
        "7", "b", "img", "img1", "IMG2", "img2a", "img002b", "img10", "img99999999999999999999", "Éa",
    ]  # fmt: skip


def test_equal_names_are_equal() -> None:
    assert natural_text("Moth_007") == natural_text("moth_7")


def test_figures_of_any_number_and_script_count() -> None:
    first, second, third = "1" * 5000, "2" * 5000, "1" * 5001
    assert sorted([third, second, first], key=natural_text) == [first, second, third]
    assert natural_text("foto٠٧") == natural_text("foto7") and natural_text("000") == natural_text("0")


def test_natural_order() -> None:
    names = ["img10.jpg", "IMG2.jpg", "img1.jpg", "a", "10", "9", "b1c2", "b1c10", ""]
    assert sorted(names, key=natural_text) == [
        "", "9", "10", "a", "b1c2", "b1c10", "img1.jpg", "IMG2.jpg", "img10.jpg",
    ]  # fmt: skip


@given(st.lists(st.text(max_size=12), max_size=8))
def test_any_names_can_be_sorted(names: list[str]) -> None:
    ordered = sorted(names, key=natural_text)
    assert sorted(ordered, key=natural_text) == ordered


@given(st.text(max_size=5), st.integers(0, 10**6), st.integers(0, 10**6))
def test_numbers_sort_as_numbers(stem: str, a: int, b: int) -> None:
    stem = stem.rstrip("0123456789") + "_"
    assert (natural_text(f"{stem}{a}") < natural_text(f"{stem}{b}")) == (a < b)


@pytest.mark.parametrize("name", ["²", "٣", "①.jpg", "x²y"])
def test_digits_of_other_scripts(name: str) -> None:
    assert natural_text(name)
