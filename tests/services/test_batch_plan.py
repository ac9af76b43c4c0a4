"""Which photo and which barcode are one specimen, and in which order specimens come."""

from __future__ import annotations

import tracemalloc
import unicodedata
from pathlib import Path

import pytest

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.services import specimens
from bioscan_desktop.services.batch_plan import Placed, place
from bioscan_desktop.services.batch_preview import preview
from bioscan_desktop.services.batch_scan import Found, walk
from bioscan_desktop.session import specimens as stored_specimens
from bioscan_desktop.session.database import Database
from bioscan_desktop.session.specimens import StoredSpecimen
from tests.conftest import random_barcode


class Folder:
    """A folder of files that only have names, and the specimens that are made of it."""

    def __init__(self, root: Path, database: Database) -> None:
        self.root, self.database = root, database
        root.mkdir()

    def photos(self, *names: str) -> None:
        for name in names:
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("x")

    def fasta(self, name: str, *headers: str) -> None:
        lines = [f">{header}\n{random_barcode(n)}\n" for n, header in enumerate(headers)]
        (self.root / name).write_text("".join(lines), encoding="utf-8")

    def table(self, text: str) -> Path:
        path = self.root.parent / "specimens.tsv"
        path.write_text(text, encoding="utf-8")
        return path

    def place(self, table: Path | None = None, views: str | None = None) -> Placed:
        return place(self.database, self.root, walk(self.root), table, views=views)

    @property
    def rows(self) -> list[tuple[str, str | None, bool]]:
        """(id, photo, has a barcode)"""
        sql = "SELECT query_id, photo, barcode IS NOT NULL FROM specimens ORDER BY specimen_id"
        return [(row[0], row[1], bool(row[2])) for row in self.database.rows(sql)]

    @property
    def stored(self) -> list[StoredSpecimen]:
        numbers = self.database.integers("SELECT specimen_id FROM specimens ORDER BY specimen_id")
        found = [stored_specimens.get(self.database, number) for number in numbers]
        return [one for one in found if one is not None]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    with Database(tmp_path / "s.sqlite") as database:
        yield Folder(tmp_path / "photos", database)


def test_photos_alone_come_in_natural_order_with_ids_of_their_own(folder: Folder) -> None:
    folder.photos("p10.jpg", "p2.jpg", "box/p2.jpg", "Box 10/p2.JPG", "Box 9/p2.png")
    assert folder.place() == Placed(5, 0, 0, 5)
    assert folder.rows == [
        ("p2", "p2.jpg", False),
        ("p10", "p10.jpg", False),
        ("p2.2", "box/p2.jpg", False),
        ("p2.3", "Box 9/p2.png", False),
        ("p2.4", "Box 10/p2.JPG", False),
    ]


def test_the_order_is_that_of_identify(folder: Folder) -> None:
    folder.photos("b/p1.jpg", "a.jpg", "p10.jpg", "p9.jpg")
    folder.fasta("c.fasta", "x", "y")
    folder.fasta("b/z.fa", "w")
    folder.place()
    found = specimens.unique_ids(specimens.collect([folder.root]))
    assert [row[0] for row in folder.rows] == [one.query_id for one in found]


def test_the_same_name_is_one_specimen(folder: Folder) -> None:
    folder.photos("b1.jpg", "sub/AB-2.jpg", "c.jpg")
    folder.fasta("all.fasta", "ab-2|Noctua|COI", "C", "alone")
    assert folder.place().joined == 2
    assert folder.rows == [
        ("alone", None, True),
        ("b1", "b1.jpg", False),
        ("c", "c.jpg", True),
        ("AB-2", "sub/AB-2.jpg", True),
    ]


def test_a_name_that_stands_for_several_joins_nothing_and_says_so(folder: Folder) -> None:
    folder.photos("a/IMG_1.jpg", "b/IMG_1.jpg", "two.jpg")
    folder.fasta("x.fasta", "IMG_1", "two")
    folder.fasta("y.fasta", "two")
    placed = folder.place()
    assert placed.joined == 0 and len(folder.rows) == 6
    assert placed.apart == (
        ("img_1", "2 photos and 1 barcode share the name img_1; it is not clear which belong together."),
        ("two", "1 photo and 2 barcodes share the name two; it is not clear which belong together."),
    )


def test_the_sample_id_at_the_beginning_of_a_file_name(folder: Folder) -> None:
    folder.photos("AB-12_back.jpg", "AB-12_side.jpg", "AB-1_side.jpg", "AB-123.jpg", "IMG_5.jpg")
    folder.fasta("x.fasta", "AB-12", "AB-1", "IMG", "AB-1_side_2")
    assert folder.place().joined == 2
    assert [row for row in folder.rows if row[1]] == [
        ("AB-1_side", "AB-1_side.jpg", True),
        ("AB-12_back", "AB-12_back.jpg", True),
        ("AB-12_side", "AB-12_side.jpg", False),
        ("AB-123", "AB-123.jpg", False),
        ("IMG_5", "IMG_5.jpg", False),
    ]


def test_the_longest_beginning_counts(folder: Folder) -> None:
    folder.photos("A1_B2_side.jpg")
    folder.fasta("x.fasta", "A1", "A1_B2")
    folder.place()
    assert folder.rows == [("A1_B2_side", "A1_B2_side.jpg", True), ("A1", None, True)]
    assert folder.database.value("SELECT input FROM specimens") == "A1_B2_side.jpg + A1_B2"


def test_a_broken_barcode_is_joined_with_its_photo_and_tells_its_fault(folder: Folder) -> None:
    folder.photos("a.jpg")
    (folder.root / "b.fasta").write_text(">a\nACGT\n>c\nMKLV\n")
    (folder.root / "empty.fasta").write_text("")
    folder.place()
    rows = folder.database.rows("SELECT query_id, photo, error_code FROM specimens ORDER BY specimen_id")
    assert [tuple(row) for row in rows] == [
        ("a", "a.jpg", "too_short"),
        ("c", None, "not_dna"),
        ("empty", None, "empty_file"),
    ]


def test_a_table_says_who_belongs_to_whom(folder: Folder, tmp_path: Path) -> None:
    folder.photos("IMG_1.jpg", "sub/IMG_2.jpg", "sub/IMG_3.jpg", "other.jpg")
    folder.fasta("x.fasta", "PROC9-26", "PROC8-26")
    (tmp_path / "beside.jpg").write_text("x")
    table = folder.table(
        "specimen_id\timage_file\tnucleotides\tprocessid\n"
        f"moth\tIMG_1.jpg\t{random_barcode(7)}\t\n"
        "fly\tsub/IMG_2.jpg\t\tPROC9-26\n"
        "fly\tIMG_3.jpg\t\t\n"
        "bee\tbeside.jpg\t\t\n"
        "wasp\tnowhere.jpg\t\t\n"
        "ant\t\t\tPROC8-26\n"
        "nothing\t\t\t\n"
    )
    assert folder.place(table).joined == 2
    assert folder.rows == [
        ("moth", "IMG_1.jpg", True),
        ("wasp", "nowhere.jpg", False),
        ("other", "other.jpg", False),
        ("ant", None, True),
        ("fly", "sub/IMG_2.jpg", True),
        ("bee", str(tmp_path / "beside.jpg"), False),
        ("nothing", None, False),
    ]
    (fly,) = (one for one in folder.stored if one.query_id == "fly")
    assert [(one.query_id, one.photo, one.facts is not None) for one in fly.more] == [
        ("IMG_3", "sub/IMG_3.jpg", True)
    ]
    assert fly.input == "sub/IMG_2.jpg + sub/IMG_3.jpg + PROC9-26"
    error = folder.database.value("SELECT error_message FROM specimens WHERE query_id = 'nothing'")
    assert error == "nothing: the table names neither a photo nor a barcode."


def test_names_from_a_mac_are_those_of_tables_and_sequences(folder: Folder) -> None:
    def mac(name: str) -> str:
        return unicodedata.normalize("NFD", name)

    folder.photos(mac("forêt_é1.jpg"), mac("sub/été.jpg"), mac("Bär.jpg"))
    folder.fasta("x.fasta", "bär")
    folder.place(folder.table("specimen_id\timage_file\nM1\tforêt_é1.jpg\nM2\tété.jpg\n"))
    assert sorted(folder.rows) == [
        (mac("Bär"), mac("Bär.jpg"), True),
        ("M1", mac("forêt_é1.jpg"), False),
        ("M2", mac("sub/été.jpg"), False),
    ]


def test_a_bare_name_is_found_within_folders(folder: Folder) -> None:
    folder.photos("a/IMG_1.JPG", "b/IMGx1.jpg", "c/100%.jpg", "d/two.jpg", "e/two.jpg", "top.jpg")
    names = ("img_1.jpg", "100%.jpg", "%.jpg", "two.jpg", "TOP.jpg")
    table = "specimen_id\timage_file\n" + "".join(f"{n}\t{name}\n" for n, name in enumerate(names))
    folder.place(folder.table(table))
    found = {row[0]: row[1] for row in folder.rows if row[0].isdigit()}
    assert found == {"0": "a/IMG_1.JPG", "1": "c/100%.jpg", "2": "%.jpg", "3": "two.jpg", "4": "TOP.jpg"}


def test_bare_names_are_looked_up_without_looking_through_all(tmp_path: Path) -> None:
    """A hundred thousand of them would else hold a run up for hours."""

    def steps(count: int) -> int:
        """Thousands of steps of SQLite."""
        taken = [0]

        def step() -> None:
            taken[0] += 1

        table = tmp_path / "t.tsv"
        table.write_text("image_file\n" + "".join(f"{n}.jpg\n" for n in range(count)))
        found = [Found(f"box/{n}.jpg", "photo", None) for n in range(count)]
        with Database(tmp_path / f"{count}.sqlite") as database, database.transaction() as connection:
            connection.set_progress_handler(step, 1000)
            assert place(database, tmp_path, found, table).added == count
            connection.set_progress_handler(None, 0)
        return taken[0]

    assert steps(1200) < 8 * steps(300)


def test_names_that_no_file_can_have_are_photos_that_are_not_there(folder: Folder) -> None:
    """A remark in the wrong column is no fault of the disk."""
    folder.photos("a.jpg")
    long = "a moth at the lamp, " * 20
    folder.place(folder.table(f"specimen_id\timage_file\nX\t{long}\nY\tsub\\{long}\nZ\ta.jpg\n"))
    assert sorted(row[0] for row in folder.rows) == ["X", "Y", "Z"]


def test_other_markers_of_a_table_are_told_where_there_is_nothing_else(folder: Folder) -> None:
    folder.photos("a.jpg")
    other, barcode = random_barcode(3), random_barcode(4)
    folder.place(
        folder.table(
            "specimen_id\timage_file\tnucleotides\tmarker_code\n"
            f"moth\t\t{other}\t28S\nmoth\t\t{barcode}\tCOI-5P\nfly\t\t{other}\t28S\nbee\ta.jpg\t{other}\t28S\n"
        )
    )
    assert folder.rows == [("bee", "a.jpg", False), ("moth", None, True), ("fly", None, False)]
    error = folder.database.value("SELECT error_message FROM specimens WHERE query_id = 'fly'")
    assert error == "fly: the sequence is of the marker 28S; only COI barcodes can be compared."


def test_a_barcode_that_a_table_repeats_for_each_photo_is_one(folder: Folder) -> None:
    folder.photos("a.jpg", "b.jpg")
    barcode, other = random_barcode(3), random_barcode(4)
    header = "specimen_id\timage_file\tnucleotides\n"
    rows = f"moth\ta.jpg\t{barcode}\nmoth\tb.jpg\t{barcode}\nfly\t\t{barcode}\nfly\t\t{other}\n"
    placed = folder.place(folder.table(header + rows))
    assert (placed.barcodes, placed.joined) == (3, 1)
    assert folder.rows == [
        ("moth", "a.jpg", True),
        ("fly", None, True),
        ("fly.2", None, True),
    ]


def test_a_table_joins_photos_without_a_barcode_and_names_alone_do_not(folder: Folder) -> None:
    folder.photos("m1_dorsal.jpg", "m1_ventral.jpg", "m2.jpg", "m10.jpg", "moth.jpg")
    table = folder.table("specimen_id\timage_file\nmoth\tm10.jpg\nmoth\tm2.jpg\nmoth\tgone.jpg\n")
    placed = folder.place(table)
    assert (placed.photos, placed.added) == (6, 4)
    # The photo of the folder whose own name is `moth` is not in the table: it stays by itself.
    assert folder.rows == [
        ("moth", "gone.jpg", False),
        ("m1_dorsal", "m1_dorsal.jpg", False),
        ("m1_ventral", "m1_ventral.jpg", False),
        ("moth.2", "moth.jpg", False),
    ]
    assert [one.photo for one in folder.stored[0].more] == ["m2.jpg", "m10.jpg"]


def test_a_table_that_cannot_be_read_changes_nothing(folder: Folder) -> None:
    folder.photos("a.jpg")
    with pytest.raises(ArgumentError):
        folder.place(folder.table("no,useful\ncolumns,here\n"))
    assert folder.rows == [] and folder.database.rows("SELECT * FROM sources") == []


def test_stopping_changes_nothing(folder: Folder) -> None:
    folder.photos("a.jpg", "b.jpg")

    def stop(seen: int) -> None:
        if seen == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        place(folder.database, folder.root, walk(folder.root), check=stop)
    assert folder.rows == []
    assert folder.place().added == 2


def test_what_comes_later_is_joined_to_what_is_there(folder: Folder) -> None:
    folder.photos("AB-1.jpg", "AB-2_side.jpg", "c.jpg")
    folder.fasta("x.fasta", "D4")
    assert folder.place().added == 4
    folder.photos("D4_back.jpg", "new.jpg")
    folder.fasta("later.fasta", "ab-1", "AB-2", "e")
    placed = folder.place()
    assert (placed.added, placed.joined) == (2, 3)
    assert folder.rows == [
        ("AB-1", "AB-1.jpg", True),
        ("AB-2_side", "AB-2_side.jpg", True),
        ("c", "c.jpg", False),
        ("D4", "D4_back.jpg", True),
        ("e", None, True),
        ("new", "new.jpg", False),
    ]
    assert folder.place() == Placed()


def test_what_comes_later_with_a_fault_tells_it(folder: Folder) -> None:
    folder.fasta("x.fasta", "AB-1")
    folder.place()
    folder.photos("AB-1.jpg")
    (folder.root / "broken.fasta").write_text(">AB-1\nACGT\n")
    assert folder.place().added == 1
    assert folder.rows == [("AB-1", None, True), ("AB-1.2", "AB-1.jpg", False)]
    assert [one.error and one.error.code for one in folder.stored] == [None, "too_short"]


def test_problems_are_rows(folder: Folder) -> None:
    found = [
        Found("shut", "problem", why="Permission denied"),
        Found("a\udcff.jpg", "photo"),
        Found(".", "problem", why="gone"),
    ]
    place(folder.database, folder.root, found)
    rows = folder.database.rows("SELECT query_id, error_code, error_message FROM specimens ORDER BY query_id")
    assert [(row[0], row[1]) for row in rows] == [
        ("a\\udcff", "bad_file_name"),
        ("photos", "folder_unreadable"),
        ("shut", "folder_unreadable"),
    ]
    assert all(row[2].endswith(".") for row in rows)


def test_a_preview_leaves_nothing_behind(folder: Folder, tmp_path: Path) -> None:
    folder.photos("a.jpg", "b.jpg")
    folder.fasta("x.fasta", "a one", "c")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    found = preview(folder.root, walk(folder.root), scratch)
    assert found.total == 3 and found.placed.joined == 1
    assert found.examples == (("a", "a.jpg", "a one"),)
    assert folder.rows == [] and found.problems == ()


def test_many_files_are_placed_without_holding_them(folder: Folder) -> None:
    """Their names are on the disk; what is held is a page of rows."""

    def files(count: int) -> int:
        tracemalloc.start()
        found = (Found(f"{count}/p{n}.jpg", "photo") for n in range(count))
        assert place(folder.database, folder.root, found).added == count
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    few = files(300)
    assert files(6_000) < few + 300_000
