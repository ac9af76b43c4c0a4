"""What people hand in, as specimens: nothing gets lost, nothing raises."""

from __future__ import annotations

import csv
import io
import os
import unicodedata
from pathlib import Path

import pytest

from bioscan_desktop.core.barcode import clean
from bioscan_desktop.core.errors import ArgumentError, BarcodeError
from bioscan_desktop.inference.crop import Box
from bioscan_desktop.services.specimens import (
    Specimen,
    collect,
    cut,
    from_sequence,
    from_stream,
    from_table,
    from_text,
    join,
    join_photos,
    unique_ids,
)
from tests.conftest import draw_insect, random_barcode

GOOD, OTHER = random_barcode(1), random_barcode(2)


def write(path: Path, rows: list[tuple[str, ...]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, delimiter="\t").writerows(rows)
    return path


class TestCollect:
    def test_files_and_folders_in_the_order_given(self, tmp_path: Path) -> None:
        for name in ("z.jpg", "folder/10.png", "folder/2.png", "folder/deep/x.jpg"):
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            draw_insect((1, 2, 3)).save(path)
        (tmp_path / "s.fasta").write_text(f">a one\n{GOOD}\n>b\nACGT\n")
        given = [tmp_path / "z.jpg", tmp_path / "s.fasta", tmp_path / "folder"]
        found = list(collect(given))
        assert [s.query_id for s in found] == ["z", "a", "b", "2", "10", "x"]
        assert [s.modality for s in found] == ["image", "dna", "dna", "image", "image", "image"]
        assert found[1].input == "a one"
        assert found[2].error is not None
        assert [s.query_id for s in collect(given, recursive=False)] == ["z", "a", "b", "2", "10"]

    @pytest.mark.parametrize("ending", [".jpg", ".fasta", ""])
    def test_a_name_too_long_for_the_system_stops_nothing(self, tmp_path: Path, ending: str) -> None:
        (tmp_path / "s.fasta").write_text(f">a one\n{GOOD}\n")
        found = list(collect([tmp_path / ("x" * 300 + ending), tmp_path / "s.fasta"]))
        assert [s.query_id for s in found] == ["x" * 300, "a"]

    def test_a_raw_file_is_no_second_specimen_beside_its_picture(self, tmp_path: Path) -> None:
        for name in ("a.CR2", "a.JPG", "b.CR2"):
            (tmp_path / name).write_bytes(b"x")
        assert [s.input for s in collect(sorted(tmp_path.iterdir()))] == [
            str(tmp_path / "a.JPG"),
            str(tmp_path / "b.CR2"),
        ]
        assert [s.input for s in collect([tmp_path / "a.CR2"])] == [str(tmp_path / "a.CR2")]
        assert [s.query_id for s in collect([tmp_path])] == ["a", "b"]

    @pytest.mark.parametrize(
        ("name", "content", "code"),
        [
            ("gone.fasta", None, "file_missing"),
            ("notes.txt", b"hello", "unknown_file_type"),
            ("empty.fasta", b"", "empty_file"),
            ("binary.fasta", b"\x89PNG\x00\x00", "not_text"),
        ],
    )
    def test_what_cannot_be_used_is_a_row_with_an_error(
        self, tmp_path: Path, name: str, content: bytes | None, code: str
    ) -> None:
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content)
        (specimen,) = collect([path])
        assert specimen.error is not None
        assert specimen.error.code == code
        assert specimen.photo is None
        assert specimen.query_id == path.stem

    def test_a_missing_photo_is_told_by_the_loader(self, tmp_path: Path) -> None:
        (specimen,) = collect([tmp_path / "gone.jpg"])
        assert specimen.photo == tmp_path / "gone.jpg"

    def test_an_empty_folder_is_a_row(self, tmp_path: Path) -> None:
        (specimen,) = collect([tmp_path])
        assert specimen.error is not None
        assert specimen.error.code == "empty_folder"

    def test_an_unreadable_folder_is_a_row_and_no_empty_one(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "locked").mkdir()
        (tmp_path / "open").mkdir()
        draw_insect((1, 2, 3)).save(tmp_path / "open" / "a.jpg")
        real = os.scandir

        def deny(path: str) -> object:
            if Path(path).name == "locked":
                raise PermissionError(13, "Permission denied", str(path))
            return real(path)

        monkeypatch.setattr(os, "scandir", deny)
        found = list(collect([tmp_path]))
        assert [s.query_id for s in found] == ["a", "locked"]
        assert found[1].error is not None
        assert found[1].error.code == "folder_unreadable"
        assert "Permission denied" in found[1].error.message
        (alone,) = collect([tmp_path / "locked"])
        assert alone.error is not None
        assert alone.error.code == "folder_unreadable"


class TestText:
    def test_pasted_records(self) -> None:
        found = list(from_text(f">a\n{GOOD}\n>b\nxyz\n".splitlines(), "clipboard"))
        assert [(s.query_id, s.barcode is not None) for s in found] == [("a", True), ("b", False)]

    def test_a_bare_sequence_names_its_source(self) -> None:
        (specimen,) = from_text([GOOD], "clipboard")
        assert (specimen.query_id, specimen.input) == ("sequence_1", "clipboard")

    @pytest.mark.parametrize("text", ["", "\n\n", "\ufeff"])
    def test_nothing_is_a_row(self, text: str) -> None:
        (specimen,) = from_text([text], "clipboard")
        assert isinstance(specimen.error, BarcodeError)
        assert specimen.modality == "dna"

    def test_an_argument(self) -> None:
        assert from_sequence(GOOD).barcode == clean(GOOD)
        bad = from_sequence("ACGT", "mine")
        assert bad.query_id == "mine"
        assert bad.error is not None
        assert bad.error.code == "too_short"

    def test_a_stream_is_read_lazily(self) -> None:
        class Pipe(io.RawIOBase):
            parts = [b">a\n", GOOD.encode(), b"\n>b\n"]  # noqa: RUF012 - of one pipe

            def readable(self) -> bool:
                return True

            def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
                assert self.parts, "read too far"
                part = self.parts.pop(0)
                buffer[: len(part)] = part
                return len(part)

        assert next(from_stream(io.BufferedReader(Pipe()))).query_id == "a"


class TestTable:
    def test_rows_of_a_specimen_are_joined(self, tmp_path: Path) -> None:
        table = write(
            tmp_path / "t.tsv",
            [
                ("specimen_id", "image_file", "nucleotides"),
                ("S1", "a.jpg", GOOD),
                ("S2", "", OTHER),
                ("S1", "b.jpg", ""),
                ("S3", "c.jpg", ""),
                ("S2", "d.jpg", ""),
            ],
        )
        found = list(from_table(table))
        assert [(s.query_id, s.modality) for s in found] == [
            ("S1", "both"), ("S2", "both"), ("S3", "image"),
        ]  # fmt: skip
        assert [photo.photo for photo in found[0].photos] == [tmp_path / "a.jpg", tmp_path / "b.jpg"]
        assert found[0].input == "a.jpg + b.jpg"
        assert [photo.photo for photo in found[1].photos] == [tmp_path / "d.jpg"]
        assert next(s.photo for s in from_table(table, tmp_path / "x")) == tmp_path / "x" / "a.jpg"

    def test_no_barcode_of_a_specimen_is_lost(self, tmp_path: Path) -> None:
        head = ("specimen_id", "image_file", "nucleotides")
        rows = [("S1", "a.jpg", GOOD), ("S1", "b.jpg", GOOD), ("S1", "", OTHER), ("S1", "", "ACGT")]
        found = list(from_table(write(tmp_path / "t.tsv", [head, *rows])))
        assert [(s.query_id, s.modality, s.error is None) for s in found] == [
            ("S1", "both", True), ("S1.2", "dna", True), ("S1.3", "dna", False),
        ]  # fmt: skip
        assert [photo.input for photo in found[0].photos] == ["a.jpg + b.jpg", "b.jpg"]
        assert found[1].barcode is not None and found[1].barcode.sequence == OTHER

    def test_accents_of_a_mac(self, tmp_path: Path) -> None:
        """It writes `é` as two letters in names of files, unlike the tables of others, and the other way."""
        for number, (on_disk, in_table) in enumerate((("NFD", "NFC"), ("NFC", "NFD"))):
            name = tmp_path / unicodedata.normalize(on_disk, f"Forêt_é{number}.jpg")
            name.write_text("x")
            head = ("specimen_id", "image_file")
            row = ("S1", unicodedata.normalize(in_table, name.name))
            (found,) = from_table(write(tmp_path / "t.tsv", [head, row]))
            assert found.photo is not None and found.photo.is_file()
        (gone,) = from_table(write(tmp_path / "t.tsv", [head, ("S1", "x" * 300 + "é\\.jpg")]))
        assert gone.photo == tmp_path / ("x" * 300 + "é\\.jpg")

    def test_a_photo_that_is_named_twice_counts_once(self, tmp_path: Path) -> None:
        head = ("specimen_id", "image_file", "nucleotides")
        rows = [("S1", "a.jpg", GOOD), ("S1", "a.jpg", OTHER)]
        first, second = from_table(write(tmp_path / "t.tsv", [head, *rows]))
        assert first.more == ()
        assert (second.query_id, second.modality) == ("S1.2", "dna")

    def test_a_broken_barcode_leaves_the_photo(self, tmp_path: Path) -> None:
        table = write(
            tmp_path / "t.tsv", [("specimen_id", "image_file", "nucleotides"), ("S1", "a.jpg", "ACGT")]
        )
        (specimen,) = from_table(table)
        assert specimen.photo == tmp_path / "a.jpg"
        assert specimen.error is not None
        assert "S1" in specimen.error.message

    def test_a_row_with_neither_is_a_row(self, tmp_path: Path) -> None:
        table = write(tmp_path / "t.tsv", [("specimen_id", "image_file", "nucleotides"), ("S1", "", "None")])
        (specimen,) = from_table(table)
        assert specimen.error is not None
        assert specimen.error.code == "empty_row"

    def test_other_markers_are_told_where_there_is_nothing_else(self, tmp_path: Path) -> None:
        head = ("specimen_id", "image_file", "nucleotides", "marker_code")
        rows = [("S1", "", OTHER, "28S"), ("S1", "", GOOD, "COI-5P"), ("S2", "", OTHER, "28S"),
                ("S3", "a.jpg", OTHER, "28S")]  # fmt: skip
        first, second, third = from_table(write(tmp_path / "t.tsv", [head, *rows]))
        assert first.barcode is not None and first.barcode.sequence == GOOD
        assert (second.modality, second.error and second.error.code) == ("dna", "other_marker")
        assert (third.modality, third.barcode, third.error) == ("image", None, None)

    def test_names_fall_back(self, tmp_path: Path) -> None:
        table = write(
            tmp_path / "t.tsv",
            [("processid", "sampleid", "nucleotides"), ("P1", "S1", GOOD), ("P2", "", GOOD), ("", "", GOOD)],
        )
        assert [s.query_id for s in from_table(table)] == ["S1", "P2", "row_3"]

    def test_a_table_of_windows(self, tmp_path: Path) -> None:
        (tmp_path / "sub").mkdir()
        (tmp_path / "sub" / "a.jpg").write_bytes(b"1")
        (tmp_path / "t.tsv").write_text("specimen_id\timage_file\nX\tsub\\a.jpg\n", encoding="utf-8")
        (one,) = from_table(tmp_path / "t.tsv")
        assert isinstance(one.photo, Path) and one.photo.is_file()

    def test_no_table(self, tmp_path: Path) -> None:
        with pytest.raises(ArgumentError):
            list(from_table(tmp_path / "gone.tsv"))


def test_join() -> None:
    photo, barcode = Specimen("p", "p.jpg", Path("p.jpg")), from_sequence(GOOD, "b")
    both = join(photo, barcode)
    assert (both.query_id, both.modality, both.input) == ("p", "both", "p.jpg + b")
    for pair in ((barcode, photo), (photo, photo), (photo, from_sequence("ACGT"))):
        with pytest.raises(ArgumentError):
            join(*pair)


class TestSeveralPhotos:
    def test_the_first_names_the_specimen_and_all_are_kept(self) -> None:
        a, b, c = (Specimen(name, f"{name}.jpg", Path(f"{name}.jpg")) for name in "abc")
        joined = join_photos([join_photos([a, b]), c])
        assert (joined.query_id, joined.input, joined.modality) == ("a", "a.jpg + b.jpg + c.jpg", "image")
        assert [photo.photo for photo in joined.photos] == [a.photo, b.photo, c.photo]
        assert joined.more == (b, c)

    def test_one_of_them_may_have_the_barcode(self) -> None:
        a, b = (Specimen(name, f"{name}.jpg", Path(f"{name}.jpg")) for name in "ab")
        both = join(b, from_sequence(GOOD, "s"))
        joined = join_photos([a, both])
        assert joined.modality == "both"
        assert joined.barcode == both.barcode
        assert all(photo.barcode is None for photo in joined.photos)
        assert join(join_photos([a, b]), from_sequence(GOOD, "s")).more == (b,)

    def test_two_barcodes_are_two_specimens(self) -> None:
        one = join(Specimen("a", "a.jpg", Path("a.jpg")), from_sequence(GOOD, "s"))
        for several in ([one, one], [one, from_sequence(OTHER)]):
            with pytest.raises(ArgumentError):
                join_photos(several)

    def test_parts_of_the_first_photo_share_no_further_photos(self) -> None:
        a, b = (Specimen(name, f"{name}.jpg", Path(f"{name}.jpg")) for name in "ab")
        first, second = cut(join_photos([a, b]), [Box(0, 0, 0.5, 1), Box(0.5, 0, 1, 1)])
        assert (first.more, second.more) == ((b,), ())


def test_ids_become_unique_and_nothing_else_changes() -> None:
    given = [
        Specimen(name, f"{n}.jpg", Path(f"{n}.jpg")) for n, name in enumerate(["a", "a", "b", "a.2", "a"])
    ]
    found = list(unique_ids(given))
    assert [s.query_id for s in found] == ["a", "a.2", "b", "a.2.2", "a.3"]
    assert [s.photo for s in found] == [s.photo for s in given]


@pytest.mark.parametrize(
    ("name", "text", "ids"),
    [
        ("read.txt", ">a\n{0}\n>b\n{0}\n", ["a", "b"]),
        ("read.TXT", "\ufeff\r\n>a\r\n{0}\r\n", ["a"]),
        ("read", ">a\n{0}\n", ["a"]),
        ("notes.txt", "seen > 3 at the lamp", None),
        ("page.html", ">a\n{0}\n", None),
    ],
)
def test_fasta_that_an_editor_has_saved_as_text(
    tmp_path: Path, name: str, text: str, ids: list[str] | None
) -> None:
    path = tmp_path / name
    path.write_bytes(text.format(random_barcode(1)).encode())
    found = list(collect([path]))
    if ids is None:
        assert [getattr(s.error, "code", None) for s in found] == ["unknown_file_type"]
    else:
        assert [s.query_id for s in found] == ids and all(s.barcode and not s.error for s in found)
