"""Names and lineages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioscan_desktop.core.taxonomy import (
    RANKS,
    Lineage,
    clean_name,
    clean_taxon,
    is_interim,
    without_author,
)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "  ",
        "None",
        "none",
        "NA",
        "nan",
        "N/A",
        "null",
        "Unknown",
        "not_classified",
        "Not Classified",
        "-",
        "—",
        " ?? ",
        "./.",
        "#N/A",
        "#NV",
        "#REF!",
        "#NAME?",
    ],
)
def test_words_for_unknown_are_unknown(value: object) -> None:
    assert clean_name(value) is None


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (" Noctua   pronuba ", "Noctua pronuba"),
        ("Noctua_pronuba", "Noctua pronuba"),
        ("Nana", "Nana"),
        ("Noneus", "Noneus"),
        ("♂", "♂"),
        ("+", "+"),
        ("#12", "#12"),
        ("ND", "ND"),
        (float("nan"), None),
        ("Noctua\u00a0comes", "Noctua comes"),
    ],
)
def test_names_keep_their_words(value: object, name: str | None) -> None:
    assert clean_name(value) == name


@pytest.mark.parametrize(
    "cell",
    ["ND", "n.d.", "N. D.", "indet.", "Indet. 2", "Undetermined", "incertae sedis", "Indéterminée",
     "Inde\u0301termine\u0301",
     "sin identificar", "unbestimmt", "onbekend", "-", "NA"],
)  # fmt: skip
def test_what_stands_for_no_taxon_is_none(cell: str) -> None:
    assert clean_taxon(cell) is None
    names = {"order": "Lepidoptera", "family": "Noctuidae", "genus": cell, "species": cell}
    assert Lineage.from_row(names) == Lineage("Lepidoptera", "Noctuidae")
    assert Lineage.from_row({**names, "order": cell}).order is None
    of_genus = Lineage.from_row({**names, "genus": "Noctua"})
    assert of_genus.genus == "Noctua" and of_genus.taxon("species") is None


@pytest.mark.parametrize(("genus", "epithet"), [("Trichoplusia", "ni"), ("Noctua", "indistincta")])
def test_short_epithets_are_names(genus: str, epithet: str) -> None:
    of = {"order": "Lepidoptera", "family": "Noctuidae", "genus": genus, "species": epithet}
    assert Lineage.from_row(of).taxon("species") == f"{genus} {epithet}"


@pytest.mark.parametrize(
    "name",
    [
        "Noctua undetermined",
        "Noctua sp.",
        "Noctua sp. 2",
        "Noctua cf. comes",
        "Noctua nr comes",
        "Noctua aff. comes",
        "Megaselia BIOUG123",
        "BOLD:AAA1234",
        "Megaselia BOLD:AAA1234",
        "AGG Thera",
        "Noctua",
        "Noctua comes complex",
        "Idaea Janzen8319",
        "gen. sp.",
        "Noctua cf.comes",
        "Noctua sp.A",
        "Noctua sp_A",
        "Noctua species A",
        "Noctua comes?",
        "Acronicta psi/tridens",
        "Papilio machaon × hospiton",
        "Papilio machaon x hospiton",
        "Papilio ×hospiton",
    ],
)
def test_interim_names(name: str) -> None:
    assert is_interim(clean_name(name) or "")


@pytest.mark.parametrize(
    "name",
    [
        "Noctua pronuba",
        "Pieris rapae crucivora",
        "Spilosoma lutea",
        "Aglais io",
        "Nemophora associatella",
        "Satyrium w-album",
        "Aedes (Ochlerotatus) caspius",
        "Noctua pronuba L.",
    ],
)
def test_real_names_are_not_interim(name: str) -> None:
    assert not is_interim(name)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Noctua pronuba (Linnaeus, 1758)", "Noctua pronuba"),
        ("Agrotis segetum (Denis & Schiffermüller, 1775)", "Agrotis segetum"),
        ("Xestia c-nigrum Linnaeus 1758", "Xestia c-nigrum"),
        ("Aedes (Ochlerotatus) caspius (Pallas, 1771)", "Aedes (Ochlerotatus) caspius"),
        ("Culex pipiens pallens Coquillett, 1898", "Culex pipiens pallens"),
        ("Cephus pygmeus de Geer, 1773", "Cephus pygmeus"),
        ("Hadena filograna (Esper, [1788])", "Hadena filograna"),
        ("Pieris rapae L., 1758", "Pieris rapae"),
        ("Noctua Linnaeus, 1758", "Noctua"),
        ("Noctuidae Latreille, 1809", "Noctuidae"),
        *((name, name) for name in (
            "Noctua pronuba", "Noctua", "Noctua pronuba L.", "Megaselia sp. Smith, 2001",
            "Megaselia sp. 2001", "Aus bus DHJ 2010", "Aus bus DHJ01 Smith, 2010", "Noctua pronuba 1758",
        )),
    ],
)  # fmt: skip
def test_an_author_with_a_year_is_no_part_of_a_name(written: str, name: str) -> None:
    assert without_author(written) == name
    assert Lineage.from_row({"order": written, "species": written}) == Lineage.from_row(
        {"order": name, "species": name}
    )


@pytest.mark.parametrize(
    ("row", "lineage"),
    [
        ({"order": "Lepidoptera"}, Lineage("Lepidoptera")),
        ({"species": "Noctua pronuba"}, Lineage(genus="Noctua", species="Noctua pronuba")),
        ({"species": "Noctua sp. 2"}, Lineage(species="Noctua sp. 2")),
        ({"genus": "Thera", "species": "AGG Thera obeliscata"}, Lineage(genus="Thera")),
        ({"order": "not_classified", "genus": "None"}, Lineage()),
        ({"species": "agg Thera"}, Lineage()),
        ({"genus": "Noctua", "species": "pronuba"}, Lineage(genus="Noctua", species="Noctua pronuba")),
        (
            {"genus": "Noctua", "species": "pronuba (Linnaeus, 1758)"},
            Lineage(genus="Noctua", species="Noctua pronuba"),
        ),
        ({"genus": "Noctua", "species": "cf. comes"}, Lineage(genus="Noctua", species="Noctua cf. comes")),
        ({"genus": "Noctua", "species": "noctua comes"}, Lineage(genus="Noctua", species="noctua comes")),
        ({"genus": "Perdix", "species": "perdix"}, Lineage(genus="Perdix", species="Perdix perdix")),
        ({"species": "pronuba"}, Lineage(species="pronuba")),
        ({}, Lineage()),
    ],
)
def test_rows_become_lineages(row: dict[str, object], lineage: Lineage) -> None:
    assert Lineage.from_row(row) == lineage


@pytest.mark.parametrize(
    ("lineage", "path"),
    [
        (Lineage("O", "F", "G", "G alba"), ("O", "F", "G", "G alba")),
        (Lineage("O", "F", "G", "G sp. 1"), ("O", "F", "G")),
        (Lineage("O", None, "G", "G alba"), ("O",)),
        (Lineage(None, "F", "G", "G alba"), ()),
        (Lineage(), ()),
    ],
)
def test_a_path_stops_at_the_first_gap(lineage: Lineage, path: tuple[str, ...]) -> None:
    assert lineage.path() == path


def test_an_interim_species_name_is_no_taxon() -> None:
    interim, named = (Lineage("O", "F", "G", name) for name in ("G sp. 1", "G alba"))
    assert [interim.taxon(rank) for rank in RANKS] == ["O", "F", "G", None]
    assert named.taxon("species") == "G alba" and Lineage().taxon("order") is None


@given(st.tuples(*[st.one_of(st.none(), st.sampled_from(["A", "B c", "D sp. 1"]))] * 4))
def test_a_path_is_a_prefix_of_the_names(names: tuple[str | None, ...]) -> None:
    lineage = Lineage(*names)
    path = lineage.path()
    assert path == lineage.names()[: len(path)]
    assert None not in path
    finest = lineage.finest_rank()
    assert (finest is None) == (lineage == Lineage())
    if finest is not None:
        assert lineage.at(finest) is not None
        assert all(lineage.at(rank) is None for rank in RANKS[RANKS.index(finest) + 1 :])
