"""Badges: the finest rank at which two specimens carry the same name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioscan_desktop.core.agreement import LETTERS, LEVELS, agreement, level_text
from bioscan_desktop.core.taxonomy import Lineage

PRONUBA = Lineage("Lepidoptera", "Noctuidae", "Noctua", "Noctua pronuba")


@pytest.mark.parametrize(
    ("other", "level"),
    [
        (PRONUBA, "species"),
        (Lineage("Lepidoptera", "Noctuidae", "Noctua", "Noctua comes"), "genus"),
        (Lineage("Lepidoptera", "Noctuidae", "Agrotis", "Agrotis ipsilon"), "family"),
        (Lineage("Lepidoptera", "Pieridae", "Pieris", "Pieris rapae"), "order"),
        (Lineage("Diptera", "Syrphidae", "Syrphus", "Syrphus ribesii"), "none"),
        (Lineage(), "none"),
        (Lineage("Lepidoptera"), "order"),
        (Lineage("Lepidoptera", "Noctuidae", "Noctua"), "genus"),
        (Lineage(species="Noctua pronuba"), "species"),  # libraries leave ranks blank
        (Lineage("Lepidoptera", "Erebidae", "Noctua"), "genus"),  # and classify differently above
        (Lineage(species="NOCTUA PRONUBA"), "species"),
        (Lineage("Lepidoptera", None, "Noctua", None), "genus"),
    ],
)
def test_levels(other: Lineage, level: str) -> None:
    assert agreement(PRONUBA, other) == level
    assert agreement(other, PRONUBA) == level


def test_blank_never_agrees_with_blank() -> None:
    assert agreement(Lineage(), Lineage()) == "none"
    assert agreement(Lineage("Diptera"), Lineage("Diptera")) == "order"


@pytest.mark.parametrize(
    ("bin_a", "bin_b", "level"),
    [
        (None, None, "genus"),
        ("BOLD:AAA0001", None, "genus"),
        ("", "", "genus"),
        ("BOLD:AAA0001", "BOLD:AAA0002", "genus"),
        ("BOLD:AAA0001", "BOLD:AAA0001", "species"),
    ],
)
def test_interim_names_need_the_same_bin(bin_a: str | None, bin_b: str | None, level: str) -> None:
    interim = Lineage("Diptera", "Phoridae", "Megaselia", "Megaselia sp. 2")
    assert agreement(interim, interim, bin_a, bin_b) == level


def test_a_bin_alone_is_no_name() -> None:
    assert agreement(Lineage(), Lineage(), "BOLD:AAA0001", "BOLD:AAA0001") == "none"


names = st.one_of(st.none(), st.sampled_from(["A", "a", "B", "A alba", "A sp. 1"]))
lineages = st.builds(Lineage, names, names, names, names)


@given(lineages, lineages)
def test_agreement_is_symmetric_and_true(a: Lineage, b: Lineage) -> None:
    level = agreement(a, b, "BIN", "BIN")
    assert level == agreement(b, a, "BIN", "BIN")
    if level != "none":
        left, right = a.at(level), b.at(level)
        assert left is not None
        assert right is not None
        assert left.casefold() == right.casefold()


def test_every_level_has_words_and_a_letter() -> None:
    assert set(LETTERS) == set(LEVELS)
    assert len(set(LETTERS.values())) == len(LEVELS)
    assert [level_text(level) for level in LEVELS] == [
        "Same species",
        "Same genus",
        "Same family",
        "Same order",
        "No shared rank",
    ]
