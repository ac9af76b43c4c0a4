"""`bioscan-train calibrate` on a copy of the tiny library: what is written, printed and drawn."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from bioscan_training.cli import main

from bioscan_desktop.core.calibration import Calibration
from tests.conftest import SPECIES, TinyWorld, mutate, random_barcode


@pytest.fixture
def library(world: TinyWorld, tmp_path: Path) -> Path:
    return Path(shutil.copytree(world.library, tmp_path / "library"))


@pytest.fixture
def queries(tmp_path: Path) -> Path:
    path = tmp_path / "queries.tsv"
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream, delimiter="\t")
        writer.writerow("processid nucleotides order family genus species".split())
        for number, (*names, _) in enumerate(SPECIES):
            for copy in range(15):
                sequence = mutate(random_barcode(number), 3, 1000 + copy)
                writer.writerow([f"Q{number}-{copy}", sequence, *names])
    return path


def test_a_calibration_is_written_and_drawn(
    world: TinyWorld, library: Path, queries: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unseen = tmp_path / "unseen.txt"
    unseen.write_text("Noctua comes\n")
    plots = tmp_path / "plots"
    asked = ["calibrate", str(library), "--queries", str(queries), "--model", str(world.model)]
    assert main(["--quiet", *asked, "--unseen", str(unseen), "--plots", str(plots)]) == 0
    told = json.loads(capsys.readouterr().out)
    written = Calibration.from_dict(json.loads((library / "calibration.json").read_text()))
    assert written.fitted and told["thresholds"] == written.thresholds
    assert {path.name for path in plots.iterdir()} == {"reliability.svg", "risk-coverage.svg"}
    held_out = told["held_out"]
    assert set(held_out) == {"dna", "short"}
    assert held_out["dna"]["missing_species"]["queries"] == {
        "known": 60, "missing": 60, "missing_species": 4
    }  # fmt: skip
    assert held_out["dna"]["missing_species_unseen"]["queries"]["missing_species"] == 1
    assert held_out["short"]["reliability"]["species"]["n"] > 0


def test_queries_that_cannot_be_used_are_told(
    world: TinyWorld, library: Path, queries: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.jpg").write_bytes(b"no photo")
    with queries.open("a") as stream:
        stream.write("BAD\tACGT\tDiptera\t\t\tMusca domestica\n")
    text = queries.read_text().splitlines()
    text = [
        f"{line}\t{'image_file' if n == 0 else 'bad.jpg' if n == 1 else ''}" for n, line in enumerate(text)
    ]
    queries.write_text("\n".join(text) + "\n")
    asked = ["calibrate", str(library), "--queries", str(queries), "--model", str(world.model)]
    assert main(["--quiet", *asked, "--images", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["provenance"]["known_queries"]["dna"] == 60
    assert [line.split()[2] for line in said.err.splitlines()] == ["bad.jpg:", "BAD"]


def test_without_plots_nothing_is_fitted_twice(
    world: TinyWorld, library: Path, queries: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["calibrate", str(library), "--queries", str(queries), "--model", str(world.model)]
    assert main(["--quiet", *asked]) == 0
    assert "held_out" not in json.loads(capsys.readouterr().out)
