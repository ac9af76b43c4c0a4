"""A library as one file."""

from __future__ import annotations

import csv
import os
import shutil
import sqlite3
import zipfile
from pathlib import Path

import pytest

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.library.edit import remove_records
from bioscan_desktop.library.exporting import COLUMNS, export_library
from bioscan_desktop.library.importers.tables import read_table
from bioscan_desktop.library.pack import Library, LibraryManifest
from bioscan_desktop.services import packs
from tests.conftest import TinyWorld


def test_a_zip_can_be_installed(world: TinyWorld, tmp_path: Path) -> None:
    changed = Path(shutil.copytree(world.library, tmp_path / "changed"))
    (changed / "LIBRARY_CARD.md").write_text("card")
    remove_records(changed, ["Noctua comes"])
    assert export_library(changed, tmp_path / "lib.zip") == 12
    with zipfile.ZipFile(tmp_path / "lib.zip") as archive:
        names = set(archive.namelist())
    assert names == {*LibraryManifest.load(world.library).files, "manifest.json", "LIBRARY_CARD.md"}
    library = Library(packs.install("libraries", tmp_path / "lib.zip"))
    assert library.manifest.counts["species"] == 3
    library.manifest.verify(library.folder)
    library.close()


def test_files_dated_before_zip_files_are_packed_too(world: TinyWorld, tmp_path: Path) -> None:
    old = Path(shutil.copytree(world.library, tmp_path / "old"))
    for path in old.iterdir():
        os.utime(path, (0, 0))
    assert export_library(old, tmp_path / "lib.zip") == 16


def test_a_table_has_a_row_per_key_and_is_read_again(world: TinyWorld, tmp_path: Path) -> None:
    assert export_library(world.library, tmp_path / "lib.tsv") == 16
    with (tmp_path / "lib.tsv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    assert list(rows[0]) == COLUMNS
    dna = [row for row in rows if row["modality"] == "dna"]
    assert {row["species"] for row in dna} == set(world.barcodes)
    assert all(row["n_records"] == "3" and row["country"] == "France" for row in dna)
    again = [r for r in read_table(tmp_path / "lib.tsv") if r.nucleotides]
    assert [r.nucleotides for r in again] == [row["nucleotides"] for row in dna]


def test_nothing_in_a_table_is_taken_for_a_formula(world: TinyWorld, tmp_path: Path) -> None:
    changed = Path(shutil.copytree(world.library, tmp_path / "changed"))
    connection = sqlite3.connect(changed / "records.sqlite")
    connection.execute("UPDATE keys SET species = '=HYPERLINK(1)', processid = '@x', image_file = '+1.jpg'")
    connection.commit()
    connection.close()
    export_library(changed, tmp_path / "lib.tsv")
    with (tmp_path / "lib.tsv").open(encoding="utf-8", newline="") as stream:
        row = next(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert (row["species"], row["processid"], row["image_file"]) == ("'=HYPERLINK(1)", "'@x", "'+1.jpg")


def test_fasta_has_the_barcodes_with_their_names(world: TinyWorld, tmp_path: Path) -> None:
    assert export_library(world.library, tmp_path / "lib.FASTA") == 4
    lines = (tmp_path / "lib.FASTA").read_text().splitlines()
    assert ">TINY000-26|Noctua pronuba|COI-5P|BOLD:TST0000|3" in lines
    assert all(set(line) <= set("ACGTN") for line in lines[1::2])


@pytest.mark.parametrize("name", ["lib", "lib.csv", "gone/lib.tsv"])
def test_what_cannot_be_written_is_one_sentence(world: TinyWorld, tmp_path: Path, name: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        export_library(world.library, tmp_path / name)
    assert caught.value.message.endswith(".")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such pipes, and links need rights there")
def test_a_pipe_is_not_replaced_and_a_link_stays(world: TinyWorld, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.tsv")
    with pytest.raises(ArgumentError, match=r"cannot be written \(a device or a pipe is there\)"):
        export_library(world.library, tmp_path / "pipe.tsv")
    (tmp_path / "link.tsv").symlink_to("store.tsv")
    export_library(world.library, tmp_path / "link.tsv")
    assert (tmp_path / "link.tsv").is_symlink()
    assert {path.name for path in tmp_path.iterdir()} == {"pipe.tsv", "link.tsv", "store.tsv"}
