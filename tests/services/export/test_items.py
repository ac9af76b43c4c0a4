"""The questions that every format asks of a result."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioscan_desktop.core.agreement import agreement
from bioscan_desktop.core.taxonomy import RANKS, Lineage
from bioscan_desktop.core.verdict import RankShare, Verdict
from bioscan_desktop.services.export.higher import higher_names
from bioscan_desktop.services.export.items import ExportItem, epithet, last_part, split_species
from bioscan_desktop.services.export.words import likelihood, percent
from bioscan_desktop.services.identify import Identifier
from bioscan_desktop.services.specimens import Specimen, from_sequence, join
from bioscan_desktop.ui import wording
from tests.conftest import TinyWorld


def test_the_final_name_is_the_persons(by_id: dict[str, ExportItem]) -> None:
    assert [by_id[name].final.text for name in ("moth_1", "both_3", "moth_8", "leaf_6")] == [
        "Noctua pronuba", "Pieris mannii", "", "",
    ]  # fmt: skip
    assert by_id["both_3"].machine.text == "Pieris rapae"
    assert by_id["both_3"].final.lineage["class"] == "Insecta"
    assert [by_id[name].status for name in ("moth_1", "both_3", "moth_8")] == [
        "PredictedByMachine", "ValidatedByHuman", "RejectedByHuman",
    ]  # fmt: skip


def test_the_machine_is_named_with_its_versions(by_id: dict[str, ExportItem]) -> None:
    assert by_id["moth_1"].machine_name == "BIOSCAN Desktop 0.1.0; tiny 1 (library tiny 1)"


def test_flags_and_rules(by_id: dict[str, ExportItem]) -> None:
    assert {name: (item.rule, item.flags) for name, item in by_id.items()} == {
        "moth_1": ("threshold", []),
        "Käfer 2": ("threshold", ["new_species"]),
        "both_3": ("threshold", []),
        "mix_4": ("conflict", ["conflict_order"]),
        "=cmd|' /C calc'!A0": ("", ["file_missing"]),
        "leaf_6": ("unlike_library", ["unlike_library"]),
        "fly_7": ("threshold", ["not_calibrated", "truncated_photo"]),
        "moth_8": ("threshold", []),
    }


def test_embedding_and_identity_may_contradict_each_other(by_id: dict[str, ExportItem]) -> None:
    first, second = by_id["Käfer 2"].hits
    item = ExportItem({**by_id["Käfer 2"].record, "hits": [first, {**second, "percent_identity": 99.9}]})
    assert "embedding_identity_conflict" in item.flags


NAMES = st.sampled_from(["Aus", "Bus"])
LINEAGES = st.builds(
    lambda a, b, c, n: (a, f"{a}{b}", f"{a}{b}{c}", n), NAMES, NAMES, NAMES, st.integers(0, 4)
)


@settings(deadline=None, max_examples=60)
@given(LINEAGES, LINEAGES)
def test_a_conflict_is_what_the_window_calls_one(a: tuple, b: tuple) -> None:
    """Told from names and the level of agreement, as a saved record has them, or from whole lineages."""

    def make(names: tuple) -> Verdict:
        known = [*names[:3], f"{names[2]} bus"][: names[3]]
        ranks = tuple(RankShare(rank, name, 1.0) for rank, name in zip(RANKS, known, strict=False))
        last = ranks[-1] if ranks else None
        return Verdict(
            last.name if last else None, last.rank if last else None, 1.0, True, "none", None, "", ranks
        )

    image, dna = make(a), make(b)
    record = {
        "by_modality": {m: {"name": v.name, "rank": v.rank} for m, v in (("image", image), ("dna", dna))},
        "modality_agreement": agreement(image.lineage, dna.lineage),
    }
    expected = None
    for rank in ("order", "family"):
        x, y = image.lineage.at(rank), dna.lineage.at(rank)
        if x and y and x != y:
            expected = rank
            break
    assert ExportItem(record).conflict == expected


def test_conflicts_of_real_results(world: TinyWorld, identifier: Identifier) -> None:
    photo = Specimen("p", "p.jpg", world.photos["Pieris rapae"])
    for species in world.barcodes:
        result = identifier.identify_one(join(photo, from_sequence(world.barcodes[species], "b")))
        item = ExportItem(result.to_json())
        assert item.conflict == wording.conflict_rank(result)
        assert result.verdict is not None
        lineage = {rank: name for rank, name in item.machine.lineage.items() if rank in RANKS}
        assert Lineage(**lineage) == result.verdict.lineage


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Noctua pronuba", ("Noctua pronuba", "species", "")),
        ("Noctua cf. comes", ("Noctua", "genus", "cf. comes")),
        ("Noctua sp. 2", ("Noctua", "genus", "sp. 2")),
        ("BOLD:AAA1234", ("", "", "BOLD:AAA1234")),
        ("cf. Noctua", ("", "", "cf. Noctua")),
    ],
)
def test_interim_names_are_taken_apart(name: str, expected: tuple[str, str, str]) -> None:
    assert split_species(name) == expected


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("Lepidoptera", "Insecta"),
        ("Araneae", "Arachnida"),
        ("Poduromorpha", "Collembola"),
        ("Nonsense", None),
        (None, None),
    ],
)
def test_higher_ranks(order: str | None, found: str | None) -> None:
    names = higher_names(order)
    assert names.get("class") == found
    assert names.get("kingdom") == ("Animalia" if found else None)


def test_words_are_those_of_the_window() -> None:
    assert likelihood("x", "none", True, 0.95) == "Very likely"
    assert likelihood("x", "none", True, 0.80) == "Likely"
    assert likelihood("x", "none", True, 0.79) == "Possible"
    assert likelihood("x", "none", False, 0.99) == "Best match"
    assert likelihood(None, "none", True, 0.0) == "Undecided"
    assert percent(0.9951) == ">99%"


@pytest.mark.parametrize(
    ("path", "elsewhere", "on_windows"),
    [
        ("/photos/a/moth.jpg", "moth.jpg", "moth.jpg"),
        ("box/left\\right.jpg", "left\\right.jpg", "right.jpg"),
        ("left\\right.jpg", "left\\right.jpg", "right.jpg"),
        ("C:\\photos\\moth.jpg", "moth.jpg", "moth.jpg"),
        ("d:/photos\\moth.jpg", "moth.jpg", "moth.jpg"),
        ("\\\\server\\photos\\moth.jpg", "moth.jpg", "moth.jpg"),
        ("folder/", "folder", "folder"),
        ("moth.jpg", "moth.jpg", "moth.jpg"),
    ],
)
def test_a_backslash_parts_folders_on_windows_alone(path: str, elsewhere: str, on_windows: str) -> None:
    assert last_part(path, windows=False) == elsewhere
    assert last_part(path, windows=True) == on_windows


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("Noctua pronuba", "pronuba"),
        ("Aedes (Ochlerotatus) caspius", "caspius"),
        ("Noctua pronuba innuba", "pronuba"),
        ("Noctua pronuba (L.)", "pronuba"),
        ("Noctua", ""),
    ],
)
def test_an_epithet_is_one_word(name: str, part: str) -> None:
    assert epithet(name) == part
