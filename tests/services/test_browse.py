"""The tree of names: counts that add up, names that are found however they are typed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioscan_desktop.core.errors import Cancelled
from bioscan_desktop.core.taxonomy import RANKS, Lineage
from bioscan_desktop.library.pack import Library
from bioscan_desktop.library.records import KeyRecord, RecordStore, write_records
from bioscan_desktop.services.browse import LEVELS, ROOT, SIZES, Taxonomy, fold
from bioscan_desktop.services.census import complete
from bioscan_desktop.services.tasks import CancelToken
from tests.conftest import TinyWorld

NOCTUA = ("Lepidoptera", "Noctuidae", "Noctua")


def key(
    number: int, names: Sequence[str | None], modality: str = "dna", n_records: int = 1, **more: str | None
) -> KeyRecord:
    return KeyRecord(
        key_id=number,
        modality=modality,
        row=number,
        lineage=Lineage(*names),
        bin_uri=more.get("bin_uri"),
        country=more.get("country"),
        processid=None,
        process_ids=(),
        n_records=n_records,
        consensus=None,
        image_file=None,
    )


def taxonomy_of(folder: Path, *keys: KeyRecord) -> Taxonomy:
    path = folder / "records.sqlite"
    write_records(path, keys)
    store = RecordStore(path)
    try:
        return Taxonomy(store, "All")
    finally:
        store.close()


def names(taxonomy: Taxonomy, numbers: Sequence[int]) -> list[str]:
    return [taxonomy.taxon(number).name for number in numbers]


def find(taxonomy: Taxonomy, text: str) -> int:
    return taxonomy.search(text)[0].taxon


def test_the_tiny_library(world: TinyWorld) -> None:
    library = Library(world.library)
    taxonomy = Taxonomy(library.records, "Tiny library")
    library.close()
    assert names(taxonomy, taxonomy.children(ROOT)) == ["Diptera", "Lepidoptera"]
    noctua = find(taxonomy, "Noctua")
    assert names(taxonomy, taxonomy.path(noctua)) == ["Tiny library", *NOCTUA]
    assert names(taxonomy, taxonomy.children(noctua)) == ["Noctua comes", "Noctua pronuba"]
    counts = taxonomy.counts(noctua)
    assert counts.n_species == 2 and counts.records == {"image": 6, "dna": 6}
    assert counts.named["dna"] == (0, 0, 0, 0, 6)
    assert counts.species_with == {"image": 2, "dna": 2}
    whole = taxonomy.counts(ROOT)
    assert whole.taxa == {"order": 2, "family": 3, "genus": 3, "species": 4}
    assert whole.records == {"image": 12, "dna": 12}
    assert taxonomy.countries(ROOT) == [("France", sum(whole.keys.values()))]


def test_keys_of_a_taxon_are_its_own_and_those_below(tmp_path: Path) -> None:
    taxonomy = taxonomy_of(
        tmp_path,
        key(0, (*NOCTUA, "Noctua comes")),
        key(1, ("Diptera", None, None, None)),
        key(2, (*NOCTUA, None)),
        key(3, (*NOCTUA, "Noctua pronuba"), "image"),
        key(4, ("Lepidoptera", "Pieridae", None, None), n_records=7),
    )
    noctua = find(taxonomy, "Noctua")
    assert sorted(taxonomy.key_ids[taxonomy.key_slice(noctua)]) == [0, 2, 3]
    assert sorted(taxonomy.rows(noctua, "dna")) == [0, 2]
    assert list(taxonomy.rows(noctua, "image")) == [3]
    assert taxonomy.counts(noctua).named["dna"] == (0, 0, 0, 1, 1)
    assert taxonomy.counts(find(taxonomy, "Lepidoptera")).named["dna"] == (0, 0, 7, 1, 1)
    assert taxonomy.counts(ROOT).named["dna"] == (0, 1, 7, 1, 1)
    of_rows = taxonomy.taxon_of_rows("dna", 5)
    assert taxonomy.taxon(of_rows[4]).name == "Pieridae"
    assert taxonomy.ancestor_at(of_rows[0], "family") == find(taxonomy, "Noctuidae")
    assert taxonomy.ancestor_at(of_rows[1], "family") is None


def test_species_by_how_many_records_they_have(tmp_path: Path) -> None:
    taxonomy = taxonomy_of(
        tmp_path,
        key(0, (*NOCTUA, "Noctua comes"), n_records=1),
        key(1, (*NOCTUA, "Noctua pronuba"), n_records=30),
        key(2, (*NOCTUA, "Noctua pronuba"), n_records=19),
        key(3, (*NOCTUA, "Noctua pronuba"), "image"),
        key(4, (*NOCTUA, "Noctua fimbriata"), "image", n_records=4),
        key(5, (*NOCTUA, "Noctua sp. 2"), n_records=9),  # no species with a full name
        key(6, ("Diptera", "Culicidae", "Aedes", "Aedes vexans"), n_records=50),
    )
    assert SIZES == (1, 2, 5, 10, 50)
    assert taxonomy.species_by_records(find(taxonomy, "Noctua")) == {
        "dna": (1, 1, 0, 0, 1, 0),  # none, 1, 2-4, 5-9, 10-49, 50 and more
        "image": (1, 1, 1, 0, 0, 0),
    }
    assert taxonomy.species_by_records(ROOT)["dna"] == (1, 1, 0, 0, 1, 1)
    assert taxonomy.species_by_records(find(taxonomy, "Noctua comes"))["dna"] == (0, 1, 0, 0, 0, 0)


def test_a_taxon_hangs_below_the_next_one_that_is_named(tmp_path: Path) -> None:
    taxonomy = taxonomy_of(tmp_path, key(0, ("Diptera", None, "Aedes", "Aedes vexans")))
    assert names(taxonomy, taxonomy.path(find(taxonomy, "Aedes vexans"))) == [
        "All", "Diptera", "Aedes", "Aedes vexans",
    ]  # fmt: skip


def test_records_without_any_name_count_for_the_whole_only(tmp_path: Path) -> None:
    taxonomy = taxonomy_of(tmp_path, key(0, (None,) * 4), key(1, ("Diptera", None, None, None)))
    assert taxonomy.counts(ROOT).named["dna"] == (1, 1, 0, 0, 0)
    assert taxonomy.counts(find(taxonomy, "Diptera")).records["dna"] == 1


def test_an_interim_name_is_no_species(tmp_path: Path) -> None:
    taxonomy = taxonomy_of(tmp_path, key(0, (*NOCTUA, "Noctua sp. 2")), key(1, (*NOCTUA, "Noctua comes")))
    noctua = find(taxonomy, "Noctua")
    counts = taxonomy.counts(noctua)
    assert counts.n_species == 1 and counts.species_with["dna"] == 1
    assert counts.named["dna"] == (0, 0, 0, 1, 1)
    assert [taxonomy.taxon(n).interim for n in taxonomy.children(noctua)] == [False, True]
    assert not taxonomy.is_species(noctua)


def test_an_empty_library(tmp_path: Path) -> None:
    taxonomy = taxonomy_of(tmp_path)
    assert taxonomy.children(ROOT) == [] and taxonomy.search("a") == []
    assert taxonomy.counts(ROOT).records == {"image": 0, "dna": 0}
    assert taxonomy.species_by_records(ROOT) == {"image": (0,) * 6, "dna": (0,) * 6}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("noct", ["Noctuidae", "Noctua", "Noctua comes", "Noctua pronuba"]),
        ("NOCTUA", ["Noctua", "Noctua comes", "Noctua pronuba"]),
        ("pron noc", ["Noctua pronuba"]),
        ("  noctua   com", ["Noctua comes"]),
        ("hubneri", ["Erebia hübneri"]),
        ("HÜBNERI", ["Erebia hübneri"]),
        ("bold:aab", ["BOLD:AAB1234"]),
        ("", []),
        ("'\"*() OR", []),
        ("zzz", []),
    ],
)
def test_names_are_found_however_they_are_typed(tmp_path: Path, typed: str, found: list[str]) -> None:
    taxonomy = taxonomy_of(
        tmp_path,
        key(0, (*NOCTUA, "Noctua comes")),
        key(1, (*NOCTUA, "Noctua pronuba"), bin_uri="BOLD:AAB1234"),
        key(2, ("Lepidoptera", "Nymphalidae", "Erebia", "Erebia hübneri")),
    )
    matches = taxonomy.search(typed)
    assert [match.text for match in matches] == found
    assert all(match.is_bin == match.text.startswith("BOLD") for match in matches)
    if found == ["BOLD:AAB1234"]:
        assert taxonomy.taxon(matches[0].taxon).name == "Noctua pronuba"


def test_the_exact_name_comes_first(tmp_path: Path) -> None:
    """Though the genus is coarser and larger."""
    taxonomy = taxonomy_of(
        tmp_path,
        key(0, ("Diptera", "Syrphidae", "Anomala", None)),
        key(1, ("Diptera", "Syrphidae", "Ano", None)),
    )
    assert [match.text for match in taxonomy.search("ano")] == ["Ano", "Anomala"]


def test_unknown_ranks_are_filled_in_where_others_agree() -> None:
    known = Lineage(*NOCTUA, "Noctua comes")
    assert complete([known, Lineage(None, None, "Noctua", "Noctua pronuba")])[1] == Lineage(
        *NOCTUA, "Noctua pronuba"
    )
    two = [known, Lineage("Plantae", "Orchidaceae", "Noctua", None), Lineage(None, None, "Noctua", None)]
    assert complete(two) == two
    assert complete([*two, Lineage("Plantae", None, "Noctua", None)])[3].family == "Orchidaceae"


def test_the_page_after_the_last_is_not_asked_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bioscan_desktop.services.census.PAGE", 2)
    taxonomy = taxonomy_of(tmp_path, *(key(n, (*NOCTUA, f"Noctua {c}a")) for n, c in enumerate("pqrst")))
    assert taxonomy.counts(ROOT).keys["dna"] == 5


def test_counting_can_be_stopped(world: TinyWorld) -> None:
    library = Library(world.library)
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        Taxonomy(library.records, "Tiny", cancel=token)
    library.close()


LETTERS = st.sampled_from(["A", "B", None])


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(LETTERS, LETTERS, LETTERS, LETTERS, st.integers(1, 5)), max_size=30))
def test_what_is_below_adds_up(rows: list[tuple]) -> None:
    """For any names, also contradictory and patchy ones."""
    import tempfile

    records = [
        key(n, [f"{rank}{name}" if name else None for rank, name in zip(RANKS, row[:4], strict=True)],
            n_records=row[4])
        for n, row in enumerate(rows)
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        taxonomy = taxonomy_of(Path(folder), *records)
    assert taxonomy.counts(ROOT).records["dna"] == sum(row[4] for row in rows)
    for number in range(len(taxonomy)):
        counts, children = taxonomy.counts(number), taxonomy.children(number)
        own = int(np.sum(taxonomy.key_taxon == number))
        assert counts.keys["dna"] == own + sum(taxonomy.counts(c).keys["dna"] for c in children)
        assert len(counts.named["dna"]) == len(LEVELS)
        assert sum(counts.named["dna"]) == counts.records["dna"]
        for place, child in enumerate(children):
            assert taxonomy.child(number, place) == child
            assert (taxonomy.parent(child), taxonomy.place(child)) == (number, place)
            assert taxonomy.number_of(taxonomy.taxon(child).lineage) == child


def test_folding() -> None:
    assert fold("  Érébia  HÜBNERI ") == "erebia hubneri"
