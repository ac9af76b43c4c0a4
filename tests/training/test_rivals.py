"""Known and missing species told apart by the program and by plainer means, on the tiny world."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from bioscan_training.cli import main
from bioscan_training.rivals import rivals

from bioscan_desktop import cli
from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.library.importers.tables import Record
from bioscan_desktop.services.identify import Identifier
from tests.conftest import SPECIES, TinyWorld, mutate, random_barcode


def records(known: bool, missing: bool) -> list[Record]:
    found = []
    for number, (order, family, genus, species, _) in enumerate(SPECIES):
        for copy in range(3):
            if known:
                sequence = mutate(random_barcode(number), 2, copy)
                found.append(Record(len(found), Lineage(order, family, genus, species), nucleotides=sequence))
            if missing:
                sequence = mutate(random_barcode(number), 60, copy)
                lineage = Lineage(order, family, genus, f"{genus} absens")
                found.append(Record(len(found), lineage, nucleotides=sequence))
    return found


def test_every_means_tells_the_far_ones_apart(identifier: Identifier) -> None:
    found = rivals(identifier, records(known=True, missing=True))
    assert {"program", "cosine", "percent_identity", "5-mer_cosine"} <= set(found)
    assert ("vsearch_identity" in found) == (shutil.which("vsearch") is not None)
    for name in ("percent_identity", "5-mer_cosine", "vsearch_identity"):
        if name in found:
            assert found[name]["auroc"] == 1.0, name
            assert found[name]["missing"] == 0.0, name
    assert found["percent_identity"]["at_97"]["missing"] == 0.0


def test_both_kinds_are_needed(identifier: Identifier) -> None:
    with pytest.raises(ArgumentError, match="some not"):
        rivals(identifier, records(known=True, missing=False))


def test_barcodes_that_cannot_be_used_are_told(
    world: TinyWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["model", "install", str(world.model)]) == 0
    rows = ["processid\tnucleotides\torder\tfamily\tgenus\tspecies"]
    for number, record in enumerate(records(known=True, missing=True)):
        rows.append("\t".join([f"Q{number}", str(record.nucleotides), *map(str, record.lineage.names())]))
    table = tmp_path / "q.tsv"
    table.write_text("\n".join(rows) + "\n")
    assert main(["rivals", str(world.library), "--queries", str(table)]) == 0
    capsys.readouterr()
    table.write_text("\n".join([*rows, "BAD\tACGT\tDiptera\t\t\tMusca domestica"]) + "\n")
    assert main(["rivals", str(world.library), "--queries", str(table)]) == 1
    said = capsys.readouterr()
    assert said.err.startswith("Left out: BAD has only 4 bases") and said.err.count("\n") == 1
    assert "5-mer" in said.out


def test_a_library_that_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rivals", str(tmp_path / "nowhere"), "--queries", str(tmp_path / "none.tsv")]) == 2
    assert "nowhere" in capsys.readouterr().err
