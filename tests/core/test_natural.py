"""Names in the order in which a person counts."""

from __future__ import annotations

from bioscan_desktop.core.natural import natural_text


def test_numbers_count_whatever_their_length_and_case_does_not() -> None:
    names = ["img10", "IMG2", "img1", "img002b", "img2a", "b", "7", "img", "Éa", "img99999999999999999999"]
    assert sorted(names, key=natural_text) == [
        "7", "b", "img", "img1", "IMG2", "img2a", "img002b", "img10", "img99999999999999999999", "Éa",
    ]  # fmt: skip


def test_equal_names_are_equal() -> None:
    assert natural_text("Moth_007") == natural_text("moth_7")


def test_figures_of_any_number_and_script_count() -> None:
    many = ["1" * 5000, "2" * 5000, "1" * 5001]
    assert sorted(reversed(many), key=natural_text) == many
    assert natural_text("foto٠٧") == natural_text("foto7") and natural_text("000") == natural_text("0")
