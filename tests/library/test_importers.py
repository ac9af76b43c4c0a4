"""Tables, sequence files and folders as people have them."""

from __future__ import annotations

import gzip
import os
import random
import struct
import threading
from pathlib import Path

import pytest

from bioscan_desktop.core.errors import ArgumentError, BarcodeError
from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.library.importers.folders import scan
from bioscan_desktop.library.importers.sequences import is_sequence_file, read_sequences
from bioscan_desktop.library.importers.tables import Record, read_table
from tests.conftest import random_barcode

GOOD = random_barcode(1)
HEADER = "processid\timage_file\tnucleotides\torder\tfamily\tgenus\tspecies\tbin_uri\tcountry\n"
ROW = f"P1\ta.jpg\t{GOOD}\tLepidoptera\tNoctuidae\tNoctua\tNoctua pronuba\tBOLD:AAA0001\tFrance\n"
EXPECTED = Record(
    1,
    Lineage("Lepidoptera", "Noctuidae", "Noctua", "Noctua pronuba"),
    processid="P1",
    image_file="a.jpg",
    nucleotides=GOOD,
    bin_uri="BOLD:AAA0001",
    country="France",
)


def table(folder: Path, text: str | bytes, name: str = "records.tsv") -> list[Record]:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(read_table(path))


class TestTables:
    @pytest.mark.parametrize(
        "data",
        [
            (HEADER + ROW).encode(),
            ("\ufeff" + HEADER + ROW).encode(),
            (HEADER + ROW).replace("\n", "\r\n").encode(),
            (HEADER + ROW).rstrip("\n").encode(),
            (HEADER + "\n" + ROW + "\n\n").replace("\n\n", "\n", 1).encode(),
            gzip.compress((HEADER + ROW).encode()),
        ],
        ids=["plain", "bom", "crlf", "no last line end", "blank lines", "gzipped"],
    )
    def test_the_same_table_in_other_clothes(self, tmp_path: Path, data: bytes) -> None:
        assert table(tmp_path, data) == [EXPECTED]

    def test_csv_with_quotes(self, tmp_path: Path) -> None:
        text = '"processid",image_file,nucleotides,order,"country"\n'
        text += f'P1,"a, b.jpg",{GOOD},Diptera,"Côte ""d\'Ivoire"""\n'
        (record,) = table(tmp_path, text, "records.csv")
        assert record.image_file == "a, b.jpg"
        assert record.country == 'Côte "d\'Ivoire"'
        assert record.lineage.order == "Diptera"

    def test_bare_quotation_marks_in_tabs_are_text(self, tmp_path: Path) -> None:
        rows = table(tmp_path, HEADER + ROW.replace("France", '"France') + ROW.replace("P1", "P2"))
        assert [r.processid for r in rows] == ["P1", "P2"]
        assert rows[0].country == '"France'

    def test_a_comma_in_the_header_moves_no_column(self, tmp_path: Path) -> None:
        text = f'"processid","notes, remarks","nucleotides"\nP1,"a, b",{GOOD}\n'
        (record,) = table(tmp_path, text, "records.csv")
        assert (record.processid, record.nucleotides) == ("P1", GOOD)

    def test_semicolons(self, tmp_path: Path) -> None:
        text = f'processid;"country";nucleotides\nP1;"Perú; north, west";{GOOD}\n'
        (record,) = table(tmp_path, text, "records.csv")
        assert (record.processid, record.country) == ("P1", "Perú; north, west")
        assert record.nucleotides == GOOD

    def test_tabs_with_quotes_as_r_writes_them(self, tmp_path: Path) -> None:
        text = "\n".join(
            "\t".join(f'"{c}"' for c in line.split("\t")) for line in (HEADER + ROW).splitlines()
        )
        assert table(tmp_path, text) == [EXPECTED]

    @pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig"])
    def test_other_encodings(self, tmp_path: Path, encoding: str) -> None:
        """Of Excel: CSV in Western Europe, Unicode text, and CSV UTF-8."""
        text = f"processid,nucleotides,country\nP1,{GOOD},Perú\n"
        for data in (text.encode(encoding), gzip.compress(text.encode(encoding))):
            (record,) = table(tmp_path, data, "records.csv")
            assert (record.processid, record.nucleotides, record.country) == ("P1", GOOD, "Perú")

    def test_what_is_no_text_is_told(self, tmp_path: Path) -> None:
        text = f"processid,nucleotides\nP1,{GOOD}\n".encode("utf-16-le")  # without its mark
        with pytest.raises(ArgumentError, match="it is not text; save it as CSV or TSV"):
            table(tmp_path, text)

    def test_titles_above_the_header(self, tmp_path: Path) -> None:
        """Also the line with which Excel is told what stands between the cells."""
        for title in ("Moths of 2026;;\n\n", "sep=;\r\n", "Bern, Aare, in July\n", "\n"):
            text = f"{title}processid;nucleotides;country\nP1;{GOOD};Peru\n"
            (record,) = table(tmp_path, text, "records.csv")
            assert record == Record(1, Lineage(), processid="P1", nucleotides=GOOD, country="Peru")

    def test_a_table_from_a_pipe(self, tmp_path: Path) -> None:
        """As of `--specimens <(zcat …)`: it can be opened once only."""
        for data in ((HEADER + ROW).encode(), gzip.compress((HEADER + ROW).encode())):
            pipe = tmp_path / f"pipe{len(data)}"
            os.mkfifo(pipe)
            writer = threading.Thread(target=pipe.write_bytes, args=(data,))
            writer.start()
            assert list(read_table(pipe)) == [EXPECTED]
            writer.join()

    @pytest.mark.parametrize(
        ("columns", "field"),
        [
            ("nuc", "nucleotides"),
            ("nucraw", "nucleotides"),
            ("dna_barcode", "nucleotides"),
            ("Nucleotides", "nucleotides"),
            ("DNA barcode", "nucleotides"),
        ],
    )
    def test_names_of_other_databases(self, tmp_path: Path, columns: str, field: str) -> None:
        (record,) = table(tmp_path, f"sample_id\t{columns}\turi\tcountry/ocean\nS1\t{GOOD}\tBOLD:A\tPeru\n")
        assert getattr(record, field) == GOOD
        assert (record.sampleid, record.bin_uri, record.country) == ("S1", "BOLD:A", "Peru")

    def test_the_tables_of_the_old_interface_of_bold(self, tmp_path: Path) -> None:
        names = "processid sampleid order_name family_name genus_name species_name markercode nucleotides"
        cells = ["P1", "S1", "Lepidoptera", "Noctuidae", "Noctua", "Noctua pronuba", "COI-5P", GOOD]
        (record,) = table(tmp_path, "\t".join(names.split()) + "\n" + "\t".join(cells) + "\n")
        assert record.lineage == EXPECTED.lineage

    @pytest.mark.parametrize(
        ("marker", "other"),
        [("COI-5P", None), ("coi", None), ("COX1", None), ("", None), ("None", None), ("28S", "28S"),
         ("COI-3P", "COI-3P"), ("COII", "COII")],
    )  # fmt: skip
    def test_sequences_of_other_markers_are_no_barcodes(
        self, tmp_path: Path, marker: str, other: str | None
    ) -> None:
        (record,) = table(tmp_path, f"processid\tnuc\tmarker_code\nP1\t{GOOD}\t{marker}\n")
        assert (record.nucleotides, record.other_marker) == (None if other else GOOD, other)
        why = f"P1: the sequence is of the marker {other}; only COI barcodes can be compared."
        assert record.why_no_barcode("P1") == (why if other else None)
        (photo,) = table(tmp_path, f"processid\timage_file\tnuc\tmarker_code\nP1\ta.jpg\t\t{marker}\n")
        assert photo.other_marker is None

    def test_names_with_blanks_as_in_spreadsheets(self, tmp_path: Path) -> None:
        (record,) = table(
            tmp_path, f"Process ID;Sample-ID;BIN URI;Nucleotides (COI)\nP1;S1;B1;{GOOD}\n", "a.csv"
        )
        assert (record.processid, record.sampleid, record.bin_uri) == ("P1", "S1", "B1")
        assert record.nucleotides == GOOD

    @pytest.mark.parametrize("word", ["", "None", "not_classified", "NA", "nan", " "])
    def test_words_for_unknown_are_unknown_in_every_column(self, tmp_path: Path, word: str) -> None:
        columns = HEADER.strip().split("\t")
        (record,) = table(tmp_path, HEADER + "\t".join([word] * len(columns)) + "\n")
        assert record == Record(1, Lineage())

    def test_file_names_keep_their_underscores(self, tmp_path: Path) -> None:
        (record,) = table(tmp_path, "image_file\tspecies\nmy_photo__1.jpg\tNoctua_pronuba\n")
        assert record.image_file == "my_photo__1.jpg"
        assert record.lineage.species == "Noctua pronuba"

    def test_short_and_long_rows(self, tmp_path: Path) -> None:
        rows = table(tmp_path, HEADER + "P1\n" + ROW.strip() + "\textra\textra\n")
        assert [r.processid for r in rows] == ["P1", "P1"]
        assert rows[0].nucleotides is None
        assert rows[1].country == "France"

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"species\tgenus\nA\tB\n",
            b"\x89PNG\r\n\x1a\n\x00\x00",
            gzip.compress(b"image_file\na.jpg\n")[:-9],
            gzip.compress(b"image_file\n" + os.urandom(300).hex().encode())[:60] + b"\xff" * 60,
            b'image_file,country\n"' + b"x" * 200_000,
        ],
        ids=["empty", "no columns", "binary", "cut gzip", "damaged gzip", "endless quote"],
    )
    def test_what_is_no_table_is_one_sentence(self, tmp_path: Path, data: bytes) -> None:
        with pytest.raises(ArgumentError) as caught:
            table(tmp_path, data, "records.csv")
        assert caught.value.message.endswith(".")
        assert "\n" not in caught.value.message

    def test_a_missing_file_and_a_folder(self, tmp_path: Path) -> None:
        with pytest.raises(ArgumentError, match="no file"):
            list(read_table(tmp_path / "gone.tsv"))
        with pytest.raises(ArgumentError, match="cannot be read"):
            list(read_table(tmp_path))

    def test_it_streams(self, tmp_path: Path) -> None:
        path = tmp_path / "records.tsv"
        path.write_bytes((HEADER + ROW * 5000).encode() + b"\xff")
        assert next(read_table(path)) == EXPECTED  # the damage far below is not met


class TestSequences:
    @pytest.mark.parametrize("name", ["a.fasta", "a.FA", "a.fas.gz", "a.fastq", "b.AB1", "x.y.fna"])
    def test_sequence_files_by_name(self, name: str) -> None:
        assert is_sequence_file(Path(name))

    @pytest.mark.parametrize("name", ["a.jpg", "fasta", "a.txt", "a.gz", "a.fasta.zip", ".fasta"])
    def test_other_files_by_name(self, name: str) -> None:
        assert not is_sequence_file(Path(name))

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    @pytest.mark.parametrize("zipped", [False, True])
    def test_fasta_with_every_line_end(self, tmp_path: Path, end: str, zipped: bool) -> None:
        data = ("\ufeff" + end.join([">a", GOOD[:300], GOOD[300:], ">b", GOOD])).encode()
        path = tmp_path / "seqs.fasta"  # the first bytes decide, not the name
        path.write_bytes(gzip.compress(data) if zipped else data)
        found = list(read_sequences(path))
        assert [(r.id, r.barcode.sequence if r.barcode else None) for r in found] == [
            ("a", GOOD),
            ("b", GOOD),
        ]

    def test_headers_in_an_old_encoding_do_no_harm(self, tmp_path: Path) -> None:
        path = tmp_path / "seqs.fasta"
        path.write_bytes(">Müller-1 Zürich\n".encode("cp1252") + GOOD.encode() + b"\n>b\n" + GOOD.encode())
        found = list(read_sequences(path))
        assert [r.barcode.sequence if r.barcode else None for r in found] == [GOOD, GOOD]
        assert found[1].id == "b"

    @pytest.mark.parametrize("mark", ["", "\ufeff"])
    def test_unicode_text_of_windows(self, tmp_path: Path, mark: str) -> None:
        """Two bytes a letter, as Notepad and Excel save what they call Unicode."""
        path = tmp_path / "seqs.fasta"
        for data in (
            (f"{mark}>蛾1 Noctua\r\n{GOOD}\r\n").encode("utf-16"),
            f"{mark}>蛾1 Noctua\r\n{GOOD}".encode(),
        ):
            path.write_bytes(data)
            (record,) = read_sequences(path)
            assert (record.id, record.header) == ("蛾1", "蛾1 Noctua")
            assert record.barcode is not None and record.barcode.sequence == GOOD

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (b"", "empty_file"),
            (b"\r\n \n", "empty_file"),
            (b"\x89PNG\r\n\x1a\n\x00\x00\x00" + bytes(range(256)), "not_text"),
            ((">a\n" + GOOD).encode("utf-16-le"), "not_text"),
            (gzip.compress(GOOD.encode())[:-9], "file_unreadable"),
            (gzip.compress(os.urandom(300).hex().encode())[:60] + b"\xff" * 60, "file_unreadable"),
        ],
        ids=["empty", "blank", "png", "utf-16 without mark", "cut gzip", "damaged gzip"],
    )
    def test_files_that_are_none(self, tmp_path: Path, data: bytes, code: str) -> None:
        path = tmp_path / "seqs.fasta"
        path.write_bytes(data)
        with pytest.raises(BarcodeError) as caught:
            list(read_sequences(path))
        assert caught.value.code == code
        assert caught.value.message.startswith("seqs.fasta: ")
        assert caught.value.message.endswith(".")

    @pytest.mark.parametrize("name", ["gone.fasta", "gone.ab1"])
    def test_a_file_that_is_gone(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(BarcodeError) as caught:
            list(read_sequences(tmp_path / name))
        assert caught.value.code == "file_missing"

    def test_a_folder_named_like_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "a.fasta").mkdir()
        with pytest.raises(BarcodeError) as caught:
            list(read_sequences(tmp_path / "a.fasta"))
        assert caught.value.code == "file_unreadable"

    def test_a_trace_is_trimmed(self, tmp_path: Path) -> None:
        path = tmp_path / "trace 7.ab1"
        low = 60
        write_trace(path, "G" * low + GOOD + "C" * low, [3] * low + [55] * len(GOOD) + [3] * low)
        (record,) = read_sequences(path)
        assert record.id == "trace 7"
        assert record.barcode is not None
        assert record.barcode.sequence in GOOD or GOOD in record.barcode.sequence
        assert abs(len(record.barcode.sequence) - len(GOOD)) < 25

    def test_a_trace_without_a_readable_stretch(self, tmp_path: Path) -> None:
        write_trace(tmp_path / "a.ab1", "ACGT" * 100, [3] * 400)
        (record,) = read_sequences(tmp_path / "a.ab1")
        assert record.barcode is None
        assert record.error is not None

    @pytest.mark.parametrize("cut", [0, 3, 30, 200, 700])
    def test_a_damaged_trace_is_one_sentence(self, tmp_path: Path, cut: int) -> None:
        path = tmp_path / "a.ab1"
        write_trace(path, GOOD, [50] * len(GOOD))
        path.write_bytes(path.read_bytes()[:cut])
        with pytest.raises(BarcodeError) as caught:
            list(read_sequences(path))
        assert caught.value.code == "damaged_trace"

    @pytest.mark.timeout(20)
    @pytest.mark.parametrize(
        ("at", "value"), [(16, b"\0\0"), (18, b"\xff\xff\xff\xff"), (17, b"\1\x8d\0\0\0")]
    )
    def test_a_trace_that_claims_billions_of_entries_does_not_hang(
        self, tmp_path: Path, at: int, value: bytes
    ) -> None:
        path = tmp_path / "a.ab1"
        write_trace(path, GOOD, [50] * len(GOOD))
        data = path.read_bytes()
        path.write_bytes(data[:at] + value + data[at + len(value) :])
        with pytest.raises(BarcodeError) as caught:
            list(read_sequences(path))
        assert caught.value.code == "damaged_trace"


def write_trace(path: Path, sequence: str, qualities: list[int]) -> None:
    """A minimal ABIF file: base calls, qualities, sample name."""
    entries = [
        (b"PBAS", 1, 2, 1, sequence.encode()),
        (b"PBAS", 2, 2, 1, sequence.encode()),
        (b"PCON", 2, 2, 1, bytes(qualities)),
        (b"SMPL", 1, 18, 1, b"\x06sample"),
    ]
    start = 128
    data, directory = b"", b""
    for tag, number, kind, size, value in entries:
        directory += struct.pack(
            ">4sIHHIII", tag, number, kind, size, len(value), len(value), start + len(data)
        )
        directory += struct.pack(">I", 0)
        data += value
    head = b"ABIF" + struct.pack(">H", 101)
    head += struct.pack(
        ">4sIHHIIII", b"tdir", 1, 1023, 28, len(entries), 28 * len(entries), start + len(data), 0
    )
    path.write_bytes(head.ljust(start, b"\0") + data + directory)


@pytest.mark.timeout(60)
def test_damaged_bytes_never_raise_anything_else(tmp_path: Path) -> None:
    rng = random.Random(0)
    fasta = f">a x\n{GOOD}\n>b\n{GOOD}\n".encode()
    fastq = f"@a\n{GOOD}\n+\n{'I' * len(GOOD)}\n".encode() * 3
    write_trace(tmp_path / "good.ab1", GOOD, [50] * len(GOOD))
    kinds = {
        "a.fasta": fasta,
        "b.fasta": gzip.compress(fasta),
        "c.fastq": fastq,
        "d.ab1": (tmp_path / "good.ab1").read_bytes(),
        "e.tsv": (HEADER + ROW * 3).encode(),
        "f.csv": gzip.compress(b'image_file,country\n"a, b.jpg",France\n' * 3),
    }
    for name, data in kinds.items():
        path = tmp_path / name
        for _ in range(80):
            damaged = bytearray(data)
            for _ in range(rng.choice((1, 4, 30))):
                place = rng.randrange(len(damaged))
                if rng.random() < 0.6:
                    damaged[place] = rng.randrange(256)
                else:
                    damaged[place : place + rng.randrange(20)] = rng.randbytes(rng.randrange(20))
            path.write_bytes(damaged)
            try:
                if name.endswith("sv"):
                    list(read_table(path))
                else:
                    list(read_sequences(path))
            except (BarcodeError, ArgumentError) as error:
                assert error.message.endswith(".")


class TestFolders:
    def tree(self, root: Path) -> None:
        for name in (
            "b/2.jpg", "b/10.JPG", "b/deep/x.fasta", "a.jpeg", "notes.txt", "Thumbs.db", "._a.jpg",
            ".hidden/c.jpg", "B.HEIC", "seq.fa.gz", "昆虫/é.png",
        ):  # fmt: skip
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"x")

    def found(self, root: Path, recursive: bool = True) -> list[str]:
        problems: list[Path] = []
        names = [
            p.relative_to(root).as_posix() for p in scan(root, recursive, lambda p, _: problems.append(p))
        ]
        assert problems == []
        return names

    def test_what_is_found_and_what_is_left_out(self, tmp_path: Path) -> None:
        self.tree(tmp_path)
        assert self.found(tmp_path) == [
            "a.jpeg", "B.HEIC", "seq.fa.gz", "b/2.jpg", "b/10.JPG", "b/deep/x.fasta", "昆虫/é.png",
        ]  # fmt: skip
        assert self.found(tmp_path, recursive=False) == ["a.jpeg", "B.HEIC", "seq.fa.gz"]

    def test_names_that_differ_in_case_and_noughts_have_one_order(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        names = ["a1.jpg", "A1.jpg", "a01.jpg", "a2.jpg"]
        for listed in (names, names[::-1]):
            walked = [(str(tmp_path), [], list(listed))]
            monkeypatch.setattr(os, "walk", lambda *_, found=walked, **__: iter(found))
            assert [p.name for p in scan(tmp_path, True, pytest.fail)] == [
                "A1.jpg", "a01.jpg", "a1.jpg", "a2.jpg",
            ]  # fmt: skip

    @pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
    def test_a_loop_of_links_ends(self, tmp_path: Path) -> None:
        self.tree(tmp_path)
        (tmp_path / "b" / "loop").symlink_to(tmp_path, target_is_directory=True)
        assert len(self.found(tmp_path)) == 7

    def test_an_unreadable_folder_is_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tree(tmp_path)
        real = os.scandir

        def deny(path: str) -> object:
            if Path(path).name == "b":
                raise PermissionError(13, "Permission denied", str(path))
            return real(path)

        monkeypatch.setattr(os, "scandir", deny)
        told: list[tuple[Path, str]] = []
        names = [p.name for p in scan(tmp_path, True, lambda *what: told.append(what))]
        assert told == [(tmp_path / "b", "Permission denied")]
        assert names == ["a.jpeg", "B.HEIC", "seq.fa.gz", "é.png"]

    def test_a_folder_that_is_gone_is_told(self, tmp_path: Path) -> None:
        told: list[Path] = []
        assert list(scan(tmp_path / "gone", True, lambda p, _: told.append(p))) == []
        assert told == [tmp_path / "gone"]


def test_a_workbook_is_a_table_of_records(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["Species", "NUC", "Image", "sampleid", "country"])
    book.active.append(["Pieris rapae", "ACGT", None, 12, "Peru"])
    book.active.append([])
    book.active.append([None, None, "a_b.jpg", 13.5, "not_classified"])
    book.save(tmp_path / "records.xlsx")
    assert list(read_table(tmp_path / "records.xlsx")) == [
        Record(
            1,
            Lineage(genus="Pieris", species="Pieris rapae"),
            sampleid="12",
            nucleotides="ACGT",
            country="Peru",
        ),
        Record(3, Lineage(), sampleid="13.5", image_file="a_b.jpg"),
    ]
    book.active["B1"] = book.active["C1"] = "x"
    book.save(tmp_path / "other.xlsx")
    with pytest.raises(ArgumentError, match=r"neither a column.*it has: Species, x, x, sampleid, country"):
        list(read_table(tmp_path / "other.xlsx"))
