"""Answers from a part of a library: what is allowed, that nothing is missed, what is told."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bioscan_desktop import cli
from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.library.build import BuildOptions, build_library
from bioscan_desktop.library.importers.tables import read_table
from bioscan_desktop.library.pack import Library
from bioscan_desktop.library.restriction import NEARER, Restriction, names_to_restrict_to
from bioscan_desktop.services import recorded
from bioscan_desktop.services.identify import Identifier
from bioscan_desktop.services.specimens import from_sequence
from tests.conftest import SPECIES, TinyWorld, draw_insect, mutate, random_barcode

PRONUBA, COMES, RAPAE, BALTEATUS = (names[:4] for names in SPECIES)


@pytest.fixture(scope="module")
def folder(world: TinyWorld, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Species of several countries; photos without one; a name that is none."""
    root = tmp_path_factory.mktemp("restricted")
    (root / "images").mkdir()
    rows = []
    for number, (names, country) in enumerate(
        [(PRONUBA, "Chad"), (COMES, "Peru"), (RAPAE, "Peru"), (BALTEATUS, "Côte d'Ivoire")]
    ):
        rows += [
            (f"D{number}{n}", "", random_barcode(number), *names, f"BOLD:T{number}", country) for n in "ab"
        ]
        draw_insect(SPECIES[number][4], seed=number).save(root / "images" / f"{number}.png")
        rows.append((f"F{number}", f"{number}.png", "", *names, "", ""))
    rows.append(("X", "", random_barcode(0), "Diptera", "Muscidae", "Musca", "Musca sp. 1", "BOLD:T0", ""))
    # Two records of one haplotype from other countries: the key's commonest country is Peru.
    rows.append(("D2c", "", random_barcode(2), *RAPAE, "BOLD:T2", "Fiji"))
    with (root / "r.tsv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, delimiter="\t")
        writer.writerow("processid image_file nucleotides order family genus species bin_uri country".split())
        writer.writerows(rows)
    options = BuildOptions("lib", images=root / "images", cluster_similarity=0.9999)
    build_library(read_table(root / "r.tsv"), ModelPack(world.model, "cpu"), root / "lib", options)
    return root / "lib"


@pytest.fixture
def library(folder: Path) -> Iterator[Library]:
    library = Library(folder)
    yield library
    library.close()


def species_of(library: Library, restriction: Restriction, modality: str) -> set[str | None]:
    lineages = library.records.lineages(modality)
    mask = restriction.allowed(modality)
    assert mask.shape == (len(lineages),)
    return {lineage.species for lineage, allowed in zip(lineages, mask, strict=True) if allowed}


@pytest.mark.parametrize(
    ("taxa", "countries", "dna", "photos"),
    [
        (["Noctua"], [], {PRONUBA[3], COMES[3]}, {PRONUBA[3], COMES[3]}),
        (["noctua PRONUBA", "syrphidae"], [], {PRONUBA[3], BALTEATUS[3]}, {PRONUBA[3], BALTEATUS[3]}),
        (["bold:t1"], [], {COMES[3]}, set()),
        ([], ["peru"], {COMES[3], RAPAE[3]}, {COMES[3], RAPAE[3]}),
        ([], ["CÔTE D'IVOIRE"], {BALTEATUS[3]}, {BALTEATUS[3]}),
        ([], ["Chad"], {PRONUBA[3], "Musca sp. 1"}, {PRONUBA[3]}),  # by the BIN
        ([], ["Fiji"], {RAPAE[3]}, {RAPAE[3]}),
        (["Noctua"], ["Peru", "Fiji"], {COMES[3]}, {COMES[3]}),
    ],
)  # fmt: skip
def test_what_is_allowed(
    library: Library, taxa: list[str], countries: list[str], dna: set[str], photos: set[str]
) -> None:
    restriction = Restriction(library, taxa, countries)
    assert species_of(library, restriction, "dna") == dna
    assert species_of(library, restriction, "image") == photos
    assert restriction.notices == []


@pytest.mark.parametrize(
    ("taxa", "countries", "words"),
    [
        (["Noctua pronubo"], [], "has no 'Noctua pronubo' (Noctua pronuba?)."),
        (["Nemo", "Nobody"], [], "has no 'Nemo', 'Nobody'."),
        ([], ["Perú"], "no reference of the country 'Perú'; it has Peru."),
        (["Diptera"], ["Peru"], "no reference of these taxa from 'Peru'."),
    ],
)
def test_what_is_not_there_is_one_sentence(
    library: Library, taxa: list[str], countries: list[str], words: str
) -> None:
    with pytest.raises(ArgumentError) as caught:
        Restriction(library, taxa, countries)
    assert caught.value.message.endswith(words)


def test_some_names_of_a_list_may_be_missing(library: Library) -> None:
    restriction = Restriction(library, ["Noctua", "Nemo"])
    assert restriction.notices == ["The library has no reference of 1 of the 2 names to restrict to: 'Nemo'."]


def test_a_rare_taxon_is_found_among_thousands_that_are_nearer(world: TinyWorld, tmp_path: Path) -> None:
    """Taking the nearest and dropping what is not allowed would find nothing at all."""
    model = ModelPack(world.model, "cpu")
    query = random_barcode(0)
    near = [
        (f"N{n}", mutate(query, 3, n), *PRONUBA[:3], f"Noctua {chr(97 + n % 26)}{n // 26}a")
        for n in range(400)
    ]
    rows = [*near, ("R", random_barcode(3), *BALTEATUS)]
    with (tmp_path / "r.tsv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, delimiter="\t")
        writer.writerow("processid nucleotides order family genus species".split())
        writer.writerows(rows)
    build_library(read_table(tmp_path / "r.tsv"), model, tmp_path / "lib", BuildOptions("lib"))
    library = Library(tmp_path / "lib")
    row = model.embed_barcodes([query])
    hits, told = Restriction(library, ["Syrphidae"]).search("dna", row, 5)
    assert [hit.lineage.species for hit in hits[0]] == [BALTEATUS[3]]
    assert told[0][0].startswith(f"At least {NEARER} nearer references of other taxa were left out, the ")
    library.close()


def test_the_hits_are_those_of_an_exact_search_and_left_out_ones_are_counted(
    library: Library, world: TinyWorld
) -> None:
    model = ModelPack(world.model, "cpu")
    queries = model.embed_barcodes([random_barcode(1), random_barcode(3)])
    hits, told = Restriction(library, countries=["Peru"]).search("dna", queries, 3, ["dna"])
    everything = library.search("dna", queries, 99, ["dna"])
    for query, found in enumerate(hits):
        allowed = [h for h in everything[query] if h.lineage.species in (COMES[3], RAPAE[3])][:3]
        assert [h.key_id for h in found] == [h.key_id for h in allowed]
        np.testing.assert_allclose([h.score for h in found], [h.score for h in allowed], atol=1e-6)
    nearer = [h for h in everything[1] if h.score > hits[1][0].score]
    verb = "reference of other regions was" if len(nearer) == 1 else "references of other regions were"
    assert told[0] == []
    assert told[1] == [
        f"{len(nearer)} nearer {verb} left out, the nearest of Episyrphus balteatus (1.000, Côte d'Ivoire)."
    ]


def test_results_say_what_was_left_out(library: Library, world: TinyWorld) -> None:
    model = ModelPack(world.model, "cpu")
    restricted = Identifier(model, library, Restriction(library, ["Lepidoptera"]))
    answer = restricted.identify_one(from_sequence(random_barcode(3), "query"))
    assert {hit.lineage.order for hit in answer.hits} == {"Lepidoptera"}
    part, left_out, whole = answer.restricted
    assert part == (
        "Restricted to Lepidoptera: 3 of 4 species and 6 of 9 references of the library could answer."
    )
    assert "left out" in left_out
    assert whole.startswith("The whole library would answer Episyrphus balteatus (species, ")
    assert answer.to_json()["notices"][:3] == [part, left_out, whole]
    inside = next(restricted.identify([from_sequence(random_barcode(0), "other")]))
    assert inside.hits[0].lineage.species in (PRONUBA[3],)
    assert not any("whole library" in sentence for sentence in inside.restricted)


def test_the_size_of_the_part_and_its_title(library: Library) -> None:
    size = Restriction(library, countries=["Peru"]).size
    assert (size.species, size.all_species) == (2, 4)
    masks = {m: Restriction(library, countries=["Peru"]).allowed(m) for m in library.modalities}
    assert size.keys == sum(mask.sum() for mask in masks.values())
    assert size.all_keys == sum(len(mask) for mask in masks.values())
    titles = {
        "Peru": ([], ["Peru"]),
        "Noctua from Peru, Fiji": (["Noctua"], ["Peru", "Fiji"]),
        "Noctua, Pieris, Noctuidae and 2 more names": (
            ["noctua", "Pieris", "Nemo", "Noctuidae", "Diptera", "Syrphidae"],
            [],
        ),
    }
    for title, names in titles.items():
        assert Restriction(library, *names).title == title


def test_answers_remember_their_restriction_in_a_session(library: Library, world: TinyWorld) -> None:
    restricted = Identifier(ModelPack(world.model, "cpu"), library, Restriction(library, ["Lepidoptera"]))
    answer = restricted.identify_one(from_sequence(random_barcode(3), "query"))
    kept = recorded.identification_of(recorded.answer_of(answer).record, answer.specimen)
    assert (kept.restricted, kept.notices) == (answer.restricted, answer.notices)


def test_names_are_found_however_a_list_writes_them(library: Library) -> None:
    given = ["Noctua pronuba L.", "Phalaena comes = Noctua (Noctua) comes Hübner", "Pieris rapea"]
    restriction = Restriction(library, given)
    assert species_of(library, restriction, "dna") == {PRONUBA[3], COMES[3]}
    assert restriction.title == "Noctua pronuba, Noctua comes"
    assert [one.similar for one in restriction.missing] == [("Pieris rapae",)]
    assert restriction.notices == [
        "The library has no reference of 1 of the 3 names to restrict to: 'Pieris rapea' (Pieris rapae?)."
    ]


def test_names_and_files_of_names(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_text("Noctua comes\nPieris rapae\n", encoding="utf-8")
    assert names_to_restrict_to(["Diptera", str(path)]) == ["Diptera", "Noctua comes", "Pieris rapae"]


def test_the_command(folder: Path, world: TinyWorld, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["identify", "--library", str(folder), "--model", str(world.model), "--provider", "cpu"]
    given += ["--sequence", random_barcode(3)]
    assert cli.main([*given, "--country", "Peru", "--restrict-to", "Noctua", "--restrict-to", "Nemo"]) == 0
    told = capsys.readouterr()
    answer = json.loads(told.out)
    assert {hit["species"] for hit in answer["hits"]} == {COMES[3]}
    assert any("other taxa or regions" in notice for notice in answer["notices"])
    assert "no reference of 1 of the 2 names" in told.err
    assert cli.main([*given, "--country", "Atlantis"]) == 2
    assert "country 'Atlantis'" in capsys.readouterr().err
