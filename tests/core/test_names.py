"""Names of a library: completing and placing what people type."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioscan_desktop.core.agreement import agreement
from bioscan_desktop.core.names import NameIndex
from bioscan_desktop.core.taxonomy import Lineage

PRONUBA = Lineage("Lepidoptera", "Noctuidae", "Noctua", "Noctua pronuba")
COMES = Lineage("Lepidoptera", "Noctuidae", "Noctua", "Noctua comes")
MEGASELIA = Lineage("Diptera", "Phoridae", "Megaselia", "Megaselia sp. 2")
INDEX = NameIndex(
    [
        (PRONUBA, "BOLD:AAA0001", 3),
        (Lineage(None, None, "Noctua", "Noctua pronuba"), None, 9),
        (COMES, "BOLD:AAA0002", 1),
        (Lineage("Lepidoptera", "Pieridae", "Pieris", "Pieris rapae"), None, 1),
        (MEGASELIA, "BOLD:AAB0003", 1),
        (Lineage("Diptera", "Phoridae", "Megaselia", "Megaselia sp. 3"), "BOLD:AAB0004", 1),
        (Lineage("Diptera", "Phoridae", "Megaselia", "Megaselia sp. 3"), "BOLD:AAB0005", 1),
    ]
)


@pytest.mark.parametrize(
    "text",
    [
        "Noctua pronuba",
        "  noctua   PRONUBA ",
        "Noctua pronuba (Linnaeus, 1758)",
        "Noctua pronuba L.",
        "Noctua pronuba innuba",
        "Noctua_pronuba",
        "Noctua (Noctua) pronuba",
        "Noctua (Noctua) pronuba (Linnaeus, 1758)",
        "NOCTUA PRONUBA Linnaeus, 1758",
    ],
)
def test_a_species_brings_its_genus_family_and_order(text: str) -> None:
    found = INDEX.resolve(text)
    assert found is not None
    assert (found.text, found.rank, found.lineage, found.known) == (
        "Noctua pronuba",
        "species",
        PRONUBA,
        True,
    )


@pytest.mark.parametrize(
    ("text", "rank", "lineage"),
    [
        ("noctua", "genus", Lineage("Lepidoptera", "Noctuidae", "Noctua")),
        ("Noctua (Linnaeus, 1758)", "genus", Lineage("Lepidoptera", "Noctuidae", "Noctua")),
        ("Noctua (Linnaeus) Schrank", "genus", Lineage("Lepidoptera", "Noctuidae", "Noctua")),
        ("Noctua Linnaeus, 1758", "genus", Lineage("Lepidoptera", "Noctuidae", "Noctua")),
        ("PIERIDAE", "family", Lineage("Lepidoptera", "Pieridae")),
        ("Diptera", "order", Lineage("Diptera")),
    ],
)
def test_coarser_names_are_placed(text: str, rank: str, lineage: Lineage) -> None:
    found = INDEX.resolve(text)
    assert found is not None and (found.rank, found.lineage, found.known) == (rank, lineage, True)


@pytest.mark.parametrize("text", ["", "  ", "unknown", "None", "not_classified"])
def test_a_blank_is_no_name(text: str) -> None:
    assert INDEX.resolve(text) is None


def test_an_unknown_species_is_accepted_under_its_genus() -> None:
    found = INDEX.resolve("noctua tirrenica Biebinger")
    assert found is not None and not found.known
    assert found.lineage == Lineage("Lepidoptera", "Noctuidae", "Noctua", "Noctua tirrenica")
    assert found.known_above == "genus"
    assert agreement(found.lineage, PRONUBA) == "genus"


@pytest.mark.parametrize(
    "text",
    ["Noctua pronuba × comes", "Noctua comes x pronuba", "Noctua comes X pronuba", "Noctua × hybrida",
     "Noctua comes agg.", "Noctua comes group", "Noctua pronuba sp. n.", "Noctua pronuba/comes"],
)  # fmt: skip
def test_what_is_no_one_species_stays_as_it_is(text: str) -> None:
    found = INDEX.resolve(text)
    assert found is not None and (found.text, found.rank, found.known) == (text, "species", False)
    assert found.lineage == Lineage("Lepidoptera", "Noctuidae", "Noctua", text)


@pytest.mark.parametrize(
    ("text", "rank", "lineage"),
    [
        ("Foo bar", "species", Lineage(genus="Foo", species="Foo bar")),
        ("Fooidae", "family", Lineage(family="Fooidae")),
        ("Foo", "genus", Lineage(genus="Foo")),
    ],
)
def test_wholly_unknown_names_are_accepted(text: str, rank: str, lineage: Lineage) -> None:
    found = INDEX.resolve(text)
    assert found is not None
    assert (found.rank, found.lineage, found.known, found.known_above) == (rank, lineage, False, None)


def test_interim_names_agree_only_within_their_bin() -> None:
    sp_2, sp_3 = INDEX.resolve("Megaselia sp. 2"), INDEX.resolve("Megaselia sp. 3")
    assert sp_2 is not None and sp_3 is not None
    assert sp_2.bin_uri == "BOLD:AAB0003"
    assert sp_3.bin_uri is None  # two BINs: the name says nothing sure
    assert agreement(MEGASELIA, sp_2.lineage, "BOLD:AAB0003", sp_2.bin_uri) == "species"
    assert agreement(MEGASELIA, sp_2.lineage, "BOLD:AAB0009", sp_2.bin_uri) == "genus"
    cf = INDEX.resolve("Noctua cf. pronuba")
    assert cf is not None and agreement(PRONUBA, cf.lineage, "BOLD:AAA0001", cf.bin_uri) == "genus"


def test_a_bin_stands_for_its_lineage() -> None:
    found = INDEX.resolve("bold:aab0003")
    assert found is not None
    assert (found.text, found.lineage, found.bin_uri) == ("BOLD:AAB0003", MEGASELIA, "BOLD:AAB0003")


def test_completion_takes_beginnings_and_epithets() -> None:
    assert INDEX.complete("noct") == ["Noctua", "Noctua comes", "Noctua pronuba", "Noctuidae"]
    assert INDEX.complete("Noctua ") == ["Noctua comes", "Noctua pronuba"]
    assert INDEX.complete("pron") == ["Noctua pronuba"]
    assert INDEX.complete("p") == ["Phoridae", "Pieridae", "Pieris", "Pieris rapae", "Noctua pronuba"]
    assert INDEX.complete("noct", 2) == ["Noctua", "Noctua comes"]
    assert INDEX.complete("") == INDEX.complete("zz") == []


@given(st.text(max_size=40))
def test_any_text_is_a_name_or_none(text: str) -> None:
    found = INDEX.resolve(text)
    if found is not None:
        assert found.text.strip() and found.rank is not None
        assert found.lineage.finest_rank() is not None
    INDEX.complete(text)


def test_a_hundred_thousand_names_complete_at_once() -> None:
    rows = [
        (
            Lineage("Coleoptera", f"F{n % 300}idae", f"Genus{n % 9000}", f"Genus{n % 9000} epitheton{n}"),
            None,
            1,
        )
        for n in range(100_000)
    ]
    index = NameIndex(rows)
    start = time.thread_time()
    for text in ("g", "genus1", "epi", "coleo", "genus88 ep"):
        assert index.complete(text)
    # All five together, in processor time; a person notices 50 ms.
    assert time.thread_time() - start < 0.05
