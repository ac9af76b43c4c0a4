"""`bioscan library taxa`, `bioscan library map` and `bioscan packs`."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest

from bioscan_desktop import paths
from bioscan_desktop.cli import main
from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.inference.manifest import sha256_of
from bioscan_desktop.library.build import BuildOptions, build_library
from bioscan_desktop.library.importers.tables import Record
from tests.conftest import TinyWorld

Captured = pytest.CaptureFixture[str]


def table(captured: Captured) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(captured.readouterr().out)))


def test_taxa_right_below(world: TinyWorld, capsys: Captured) -> None:
    assert main(["library", "taxa", str(world.library)]) == 0
    rows = table(capsys)
    assert [(row["rank"], row["name"]) for row in rows] == [
        ("library", "Tiny library"), ("order", "Diptera"), ("order", "Lepidoptera"),
    ]  # fmt: skip
    assert (rows[0]["species"], rows[0]["barcodes"], rows[0]["photos_to_species"]) == ("4", "12", "12")


def test_taxa_of_a_rank_and_by_bin(world: TinyWorld, capsys: Captured) -> None:
    assert main(["library", "taxa", str(world.library), "lepidoptera", "--rank", "species"]) == 0
    assert [row["name"] for row in table(capsys)] == ["Noctua comes", "Noctua pronuba", "Pieris rapae"]
    assert main(["library", "taxa", str(world.library), "BOLD:TST0002"]) == 0
    assert [row["name"] for row in table(capsys)] == ["Pieris rapae"]


def test_a_checklist_is_looked_up(world: TinyWorld, tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "list.csv"
    path.write_text('scientificName\n"Noctua comes Hübner, 1813"\nPieris rapea\n', encoding="utf-8")
    assert main(["library", "taxa", str(world.library), "--list", str(path)]) == 0
    told = capsys.readouterr()
    assert list(csv.reader(io.StringIO(told.out))) == [
        ["entry", "found", "rank", "barcodes", "photos", "similar"],
        ["Noctua comes Hübner, 1813", "Noctua comes", "species", "3", "3", ""],
        ["Pieris rapea", "", "", "0", "0", "Pieris rapae"],
    ]
    assert "bioscan: 1 of 2 names are in the library." in told.err
    assert main(["library", "taxa", str(world.library), "Noctua", "--list", str(path)]) == 2
    assert "give no name, rank or distances" in capsys.readouterr().err


def test_distances(world: TinyWorld, capsys: Captured) -> None:
    assert main(["library", "taxa", str(world.library), "Noctua", "--distances", "image"]) == 0
    rows = table(capsys)
    assert {row["name"] for row in rows} == {"Noctua comes", "Noctua pronuba"}
    for row in rows:
        assert row["keys"] == "3"
        assert float(row["gap"]) == pytest.approx(
            float(row["nearest_distance"]) - float(row["within_max"]), abs=2e-4
        )


def test_no_name_is_taken_for_a_formula(world: TinyWorld, tmp_path: Path, capsys: Captured) -> None:
    record = Record(1, Lineage("=1+1", "F", "G"), nucleotides=world.barcodes["Pieris rapae"])
    build_library([record], ModelPack(world.model, "cpu"), tmp_path / "lib", BuildOptions("lib"))
    assert main(["library", "taxa", str(tmp_path / "lib")]) == 0
    assert "\norder,'=1+1," in capsys.readouterr().out
    assert main(["library", "map", str(tmp_path / "lib")]) == 0
    assert ",'=1+1,F,G," in capsys.readouterr().out


def test_a_name_that_is_not_there(world: TinyWorld, capsys: Captured) -> None:
    assert main(["library", "taxa", str(world.library), "Noctu"]) == 2
    assert "no name or BIN 'Noctu'; did you mean Noctuidae, Noctua" in capsys.readouterr().err
    assert main(["library", "taxa", str(world.library), "Maculinea"]) == 2
    assert "'Maculinea'." in capsys.readouterr().err


def test_a_map(world: TinyWorld, capsys: Captured) -> None:
    assert main(["library", "map", str(world.library), "Noctua"]) == 0
    rows = table(capsys)
    assert {row["genus"] for row in rows} == {"Noctua"} and {row["kind"] for row in rows} == {"image", "dna"}
    assert all(abs(float(row["x"])) < 2 for row in rows)


def test_packs_from_list_to_removal(world: TinyWorld, tmp_path: Path, capsys: Captured) -> None:
    packed = tmp_path / "tiny.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in world.library.iterdir():
            archive.write(file, file.name)
    entry = {
        "kind": "library", "id": "tiny", "version": "1", "title": "Tiny library", "url": "tiny.zip",
        "bytes": packed.stat().st_size, "sha256": sha256_of(packed), "licence": "CC0",
    }  # fmt: skip
    index = tmp_path / "packs.json"
    index.write_text(json.dumps({"format": "bioscan-index", "format_version": "1.0", "packs": [entry]}))
    assert main(["packs", "offers", str(index)]) == 0
    assert capsys.readouterr().out == f"library\ttiny\t1\t{entry['bytes']}\tCC0\tTiny library\n"
    assert main(["packs", "download", str(index), "other"]) == 2
    assert "does not offer 'other'; it offers tiny." in capsys.readouterr().err
    assert main(["packs", "download", str(index), "tiny"]) == 0
    assert capsys.readouterr().out.strip() == str(paths.data_dir() / "libraries" / "tiny")
    assert main(["packs", "list"]) == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert ["library", "tiny", "model not installed"] in [[line[0], line[1], line[5]] for line in lines]
    assert ["library", "starter", "ok"] in [[line[0], line[1], line[5]] for line in lines]
    assert main(["packs", "remove", "library", "tiny"]) == 0
    assert main(["packs", "remove", "library", "tiny"]) == 2
    assert main(["packs", "remove", "library", "starter"]) == 2
    assert "came with the program" in capsys.readouterr().err
