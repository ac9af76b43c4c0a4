"""Photos that are joined by the views in their file names: in a batch and of `bioscan identify` alike."""

from __future__ import annotations

import tempfile
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.inference.crop import Box
from bioscan_desktop.services.batch import Batch
from bioscan_desktop.services.batch_plan import place
from bioscan_desktop.services.batch_preview import preview
from bioscan_desktop.services.batch_scan import Found, walk
from bioscan_desktop.services.identify import Identifier
from bioscan_desktop.services.specimens import Specimen, collect, from_sequence, groups_by_name, join_by_name
from bioscan_desktop.session import queries, specimens
from bioscan_desktop.session.database import Database
from tests.conftest import SPECIES, draw_insect, random_barcode
from tests.services.test_batch_plan import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with Database(tmp_path / "s.sqlite") as database:
        yield Folder(tmp_path / "photos", database)


def photos(folder: Folder) -> dict[str, list[str]]:
    """All photos of each specimen by its id."""
    return {
        one.query_id: [path for path in (one.photo, *(more.photo for more in one.more)) if path]
        for one in folder.stored
    }


NAMES = ("AB-1_dorsal.jpg", "AB-1_ventral.jpg", "AB-1.jpg", "AB-2_1.jpg", "AB-2_2.jpg", "box/AB-1_head.jpg")


def test_nothing_is_joined_silently(folder: Folder) -> None:
    folder.photos(*NAMES)
    placed = folder.place()
    assert (placed.added, placed.several) == (6, 0)


def test_views_by_word_and_by_number(folder: Folder, tmp_path: Path) -> None:
    folder.photos(*NAMES)
    assert folder.place(views="words").several == 1
    words = photos(folder)
    assert words == {
        "AB-1": ["AB-1.jpg", "AB-1_dorsal.jpg", "AB-1_ventral.jpg"],
        "AB-2_1": ["AB-2_1.jpg"], "AB-2_2": ["AB-2_2.jpg"], "AB-1_head": ["box/AB-1_head.jpg"],
    }  # fmt: skip
    with Database(tmp_path / "n.sqlite") as database:
        placed = place(database, folder.root, walk(folder.root), views="numbers")
    assert (placed.added, placed.several) == (3, 2)


def test_the_barcode_of_the_sample_goes_with_them(folder: Folder) -> None:
    folder.photos("AB-1_dorsal.jpg", "AB-1_ventral.jpg", "other/AB-1_dorsal.jpg", "other/AB-1_D.jpg",
                  "C-3_dorsal.jpg", "C-3_head.jpg", "D-4-a_dorsal.jpg", "D-4-a_head.jpg")  # fmt: skip
    folder.fasta("x.fasta", "ab-1", "C-3", "D-4")
    placed = folder.place(views="words")
    assert (placed.several, placed.joined) == (4, 2)
    assert placed.apart == (
        ("ab-1", "2 photos and 1 barcode share the name ab-1; it is not clear which belong together."),
    )
    by_id = {one.query_id: one for one in folder.stored}
    assert by_id["C-3"].barcode is not None and len(by_id["C-3"].more) == 1
    assert by_id["C-3"].input == "C-3_dorsal.jpg + C-3_head.jpg + C-3"
    assert by_id["D-4-a"].barcode is not None
    assert by_id["ab-1"].photo is None and by_id["ab-1"].barcode is not None  # no barcode is lost


def test_a_table_counts_before_names(folder: Folder) -> None:
    folder.photos("AB-1_dorsal.jpg", "AB-1_ventral.jpg", "AB-1_head.jpg")
    table = folder.table("specimen_id\timage_file\nX\tAB-1_head.jpg\n")
    folder.place(table, views="words")
    assert photos(folder) == {"AB-1": ["AB-1_dorsal.jpg", "AB-1_ventral.jpg"], "X": ["AB-1_head.jpg"]}


def test_what_comes_later_goes_with_its_specimen(folder: Folder) -> None:
    folder.photos("AB-1_dorsal.jpg", "AB-2.jpg", "AB-4_head.jpg")
    folder.place(views="words")
    with folder.database.transaction() as connection:
        connection.execute("UPDATE specimens SET state = 'done'")
    folder.photos("AB-1_ventral.jpg", "AB-1_head.jpg", "AB-2_V.jpg", "AB-3_dorsal.jpg", "box/AB-4_dorsal.jpg")
    folder.fasta("x.fasta", "AB-1")
    assert folder.place(views="words").added == 2
    assert photos(folder) == {
        "AB-1_dorsal": ["AB-1_dorsal.jpg", "AB-1_head.jpg", "AB-1_ventral.jpg"],
        "AB-2": ["AB-2.jpg", "AB-2_V.jpg"],
        "AB-4_head": ["AB-4_head.jpg"],
        "AB-3_dorsal": ["AB-3_dorsal.jpg"],
        "AB-4_dorsal": ["box/AB-4_dorsal.jpg"],
    }
    (first, *_) = folder.stored
    assert first.barcode is not None
    assert first.input == "AB-1_dorsal.jpg + AB-1_head.jpg + AB-1_ventral.jpg + AB-1"
    waiting = folder.database.rows("SELECT query_id FROM specimens WHERE state = 'waiting' ORDER BY query_id")
    assert [row[0] for row in waiting] == ["AB-1_dorsal", "AB-2", "AB-3_dorsal", "AB-4_dorsal"]


def test_views_that_come_after_the_barcode_all_go_with_it(folder: Folder) -> None:
    folder.fasta("x.fasta", "AB-1")
    folder.place(views="words")
    folder.photos("AB-1_ventral.jpg", "AB-1_dorsal.jpg")
    folder.place(views="words")
    assert photos(folder) == {"AB-1": ["AB-1_dorsal.jpg", "AB-1_ventral.jpg"]}


def test_what_comes_later_is_found_by_its_name(folder: Folder) -> None:
    folder.photos("a + b-1_dorsal.jpg")
    folder.place(views="words")
    folder.photos("a + b-1_head.jpg")
    folder.place(views="words")
    (one,) = folder.stored
    assert [more.input for more in one.more] == ["a + b-1_head.jpg"]
    folder.photos("C-1.jpg")
    folder.place()
    folder.fasta("x.fasta", "C-1 Trap77")
    assert folder.place().joined == 1
    assert list(queries.numbers(folder.database, queries.Filter(text="trap77"))) == [2]
    for text in ("dorsal", "head"):
        assert list(queries.numbers(folder.database, queries.Filter(text=text))) == [one.specimen_id]


def test_names_from_a_mac_are_those_of_barcodes_and_of_what_comes_later(folder: Folder) -> None:
    """Its files have `e` and an accent where others have `é`."""
    mac = [unicodedata.normalize("NFD", f"Né-{view}.jpg") for view in ("1_dorsal", "1_head", "2_head", "2_V")]
    folder.photos(*mac[:3])
    folder.fasta("x.fasta", unicodedata.normalize("NFC", "Né-1"))
    assert folder.place(views="words").joined == 1
    folder.photos(mac[3])
    assert folder.place(views="words").added == 0
    assert sorted(photos(folder).values()) == [mac[:2], mac[2:]]


_NAME = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "box/"]),
    st.sampled_from(["A-1", "A-2", "昆虫-3", "Ä-4", "a-1", "x", "12", "12-3"]),
    st.sampled_from(["", "_dorsal", " Ventral", "-1", " (2)", "_head_3", "_D"]),
    st.sampled_from([".jpg", ".png"]),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(_NAME, max_size=10, unique=True), st.booleans())
def test_a_batch_joins_as_identify_does(names: list[str], numbers: bool) -> None:
    root = Path("/photos")
    found = [Found(name, "photo", None) for name in names]
    with tempfile.TemporaryDirectory() as scratch, Database(Path(scratch) / "s.sqlite") as database:
        place(database, root, found, views="numbers" if numbers else "words")
        rows = database.integers("SELECT specimen_id FROM specimens")
        stored = [one for number in rows if (one := specimens.get(database, number)) is not None]
    batch = sorted([one.photo or "", *(more.photo or "" for more in one.more)] for one in stored)
    given_ = [Specimen(Path(name).stem, name, root / name) for name in names]
    joined = join_by_name(given_, numbers)
    identify = sorted([str(one.photo.relative_to(root)) for one in each.photos] for each in joined)  # type: ignore[union-attr]
    assert batch == identify
    assert sorted(path for group in batch for path in group) == sorted(names)


def test_what_names_cannot_tell_stays_apart() -> None:
    one, two = (Specimen(f"A-1_{view}", "", Path(f"A-1_{view}.jpg")) for view in ("dorsal", "head"))
    barcode = from_sequence("ACGT" * 150, "A-1")
    pasted = Specimen("A-1_ventral", "", b"x")
    assert [group.members for group in groups_by_name([barcode, two, pasted, one])] == [(3, 1)]
    cut = [replace(one, query_id=f"A-1_dorsal.{n}", crop=Box(0, 0, 1 / n, 1)) for n in (1, 2)]
    assert groups_by_name([*cut, two]) == []  # two insects in one photo
    joined = replace(one, more=(two,))
    third = Specimen("A-1_V", "", Path("A-1_V.jpg"))
    assert groups_by_name([joined, third]) == []


def test_identify_joins_in_the_place_of_the_first(folder: Folder) -> None:
    folder.photos("A-1_ventral.jpg", "B-1.jpg", "A-1_dorsal.jpg", "C-1_head.jpg")
    found = join_by_name(list(collect([folder.root])))
    assert [(one.query_id, len(one.photos)) for one in found] == [("A-1", 2), ("B-1", 1), ("C-1_head", 1)]
    assert found[0].input.endswith("A-1_ventral.jpg")


def test_a_run_remembers_its_choice(tmp_path: Path, identifier: Identifier) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for view in ("dorsal", "ventral"):
        draw_insect(SPECIES[0][4], (160, 120)).save(folder / f"A-1_{view}.jpg")
    (folder / "x.fasta").write_text(f">A-1\n{random_barcode(0)}\n")
    with tempfile.TemporaryDirectory() as scratch:
        found = preview(folder, walk(folder), Path(scratch), views="words")
    assert found.several == (("A-1", ("A-1_dorsal.jpg", "A-1_ventral.jpg")),)
    assert (found.total, found.placed.several, found.placed.joined) == (1, 1, 1)
    with Batch(folder, tmp_path / "run", views="words") as batch:
        batch.plan()
        batch.run(identifier)
    draw_insect(SPECIES[0][4], (160, 120), seed=3).save(folder / "A-1_head.jpg")
    with pytest.raises(ArgumentError, match="not joined by name in this way"):
        Batch(None, tmp_path / "run", resume=True, views="numbers")
    with Batch(None, tmp_path / "run", resume=True) as batch:
        assert batch.add_new().added == 0
        batch.run(identifier)
        ((_, record, _),) = specimens.records(batch.database)
    assert [Path(photo).name for photo in record["photos"]] == [
        "A-1_dorsal.jpg", "A-1_ventral.jpg", "A-1_head.jpg",
    ]  # fmt: skip
    assert record["modality"] == "both" and len(record["by_photo"]) == 3
