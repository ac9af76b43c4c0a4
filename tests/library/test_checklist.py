"""Lists of names: how people and authorities write them, and what a library has of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.core.names import NameIndex
from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.library.checklist import Match, listed, match, read_names

NAMES = NameIndex(
    [
        (Lineage("Lepidoptera", "Noctuidae", "Noctua", "Noctua pronuba"), "BOLD:AAA0001", 3),
        (Lineage("Lepidoptera", "Nymphalidae", "Aglais", "Aglais io"), None, 1),
        (Lineage("Lepidoptera", "Pieridae", "Pieris", "Pieris rapae"), None, 1),
    ]
)

LISTS = {
    "plain": ("# my garden\nNoctua pronuba\n\nPieris rapae\n", ["Noctua pronuba", "Pieris rapae"]),
    "authors": ("Noctua pronuba (Linnaeus, 1758)\n", ["Noctua pronuba (Linnaeus"]),
    "more columns": ('\ufeffNoctua comes,12\n\n"Pieris rapae"\tx\nVanessa io;y\n',
                     ["Noctua comes", "Pieris rapae", "Vanessa io"]),
    "Darwin Core": (
        "taxonID,scientificName,acceptedNameUsage,taxonRank\n"
        '1,Noctuidae,,family\n2,"Noctua pronuba (Linnaeus, 1758)",,species\n'
        '3,"Inachis io (Linnaeus, 1758)","Aglais io (Linnaeus, 1758)",Species\n',
        ["Noctua pronuba (Linnaeus, 1758)", "Inachis io (Linnaeus, 1758) = Aglais io (Linnaeus, 1758)"],
    ),
    "GBIF": (
        "taxonKey\tscientificName\tacceptedScientificName\tspecies\n"
        "17\tPieris rapae (L.)\tPieris rapae (L.)\tPieris rapae\n",
        ["Pieris rapae (L.)"],
    ),
    "TAXREF": ("REGNE;RANG;CD_NOM;LB_NOM;NOM_VALIDE\nAnimalia;FM;1;Noctuidae;Noctuidae\n"
               "Animalia;ES;2;Inachis io;Aglais io (L.)\n", ["Inachis io = Aglais io (L.)"]),
    "ranks": ("order,family,genus,species\nDiptera,Syrphidae,,\nLepidoptera,Noctuidae,Noctua,pronuba\n",
              ["Syrphidae", "Noctua pronuba"]),
    "families alone": ("name,rank\nNoctuidae,family\nSyrphidae,family\n", ["Noctuidae", "Syrphidae"]),
    "iNaturalist": ("id,scientific_name,common_name\n1,Pieris rapae,Small White\n", ["Pieris rapae"]),
}  # fmt: skip


@pytest.mark.parametrize("kind", LISTS)
def test_lists_are_read(kind: str, tmp_path: Path) -> None:
    text, names = LISTS[kind]
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    assert read_names(path) == names


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig"])
def test_authors_with_accents_do_no_harm(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes("Noctua comes Hübner\r\nPieris rapae".encode(encoding))
    assert read_names(path) == ["Noctua comes Hübner", "Pieris rapae"]


def test_what_is_no_list_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("\n# nothing\n")
    with pytest.raises(ArgumentError, match="holds no names"):
        read_names(tmp_path / "empty.txt")
    for number, content in enumerate((b"\xff\xfe\x00", b"\x89PNG\x00\xfe")):
        (tmp_path / f"{number}.txt").write_bytes(content)
        with pytest.raises(ArgumentError, match="cannot be read as a list of names"):
            read_names(tmp_path / f"{number}.txt")


def test_names_are_looked_up_with_their_synonyms() -> None:
    found = match(
        ["noctua PRONUBA L.", "Inachis io = Aglais io", "bold:aaa0001", "Inachis io", "Pieris rapea", "Nemo"],
        NAMES,
    )
    assert found == [
        Match("noctua PRONUBA L.", "Noctua pronuba", "species"),
        Match("Inachis io = Aglais io", "Aglais io", "species"),
        Match("bold:aaa0001", "BOLD:AAA0001", "BIN"),
        Match("Inachis io", None, None, ("Aglais io",)),
        Match("Pieris rapea", None, None, ("Pieris rapae",)),
        Match("Nemo", None, None),
    ]
    assert listed(found[3:], 2) == "'Inachis io' (Aglais io?), 'Pieris rapea' (Pieris rapae?) and 1 more"


def test_an_aggregate_holds_its_species() -> None:
    agg, lacking = match(["Noctua pronuba agg.", "Noctua tirrenica agg."], NAMES)
    assert (agg.found, agg.rank, lacking.found) == ("Noctua pronuba", "species", None)


def test_a_hybrid_is_neither_of_its_parents() -> None:
    hybrids = match(["Noctua pronuba × comes", "Noctua pronuba x comes", "Noctua pronuba X fimbriata"], NAMES)
    assert [one.found for one in hybrids] == [None] * 3


def test_a_stray_quotation_mark_is_one_sentence_or_does_no_harm(tmp_path: Path) -> None:
    """All that follows it is one cell, of which csv takes no more than 131,072 letters."""
    many = "Pieris rapae\n" * 12_000
    (tmp_path / "list.txt").write_text(f'Noctua comes\n"{many}')
    assert read_names(tmp_path / "list.txt") == ["Noctua comes", "Pieris rapae"]
    (tmp_path / "table.csv").write_text(f'scientificName\nNoctua comes\n"{many}')
    with pytest.raises(ArgumentError, match=r"table.csv cannot be read as a list of names \(field larger"):
        read_names(tmp_path / "table.csv")


def test_names_of_workbooks(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    table, plain = openpyxl.Workbook(), openpyxl.Workbook()
    for row in (["Checklist of Bern"], [], ["CD", "scientificName", "taxonRank"], [1, "Pieridae", "family"],
                [2, "Pieris rapae (L.)", "species"], [], [3, "Aglais io", "species"]):  # fmt: skip
        table.active.append(row)
    for row in (["# my garden"], ["Pieris rapae", 3], [None, "x"], ["Aglais io"]):
        plain.active.append(row)
    table.save(tmp_path / "table.xlsx")
    plain.save(tmp_path / "plain.xlsx")
    assert read_names(tmp_path / "table.xlsx") == ["Pieris rapae (L.)", "Aglais io"]
    assert read_names(tmp_path / "plain.xlsx") == ["Pieris rapae", "Aglais io"]
    openpyxl.Workbook().save(tmp_path / "empty.xlsx")
    with pytest.raises(ArgumentError, match="holds no names"):
        read_names(tmp_path / "empty.xlsx")
