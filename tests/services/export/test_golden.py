"""Every text format, byte by byte, against files that were looked at when they were made.

After a change that is meant, run `UPDATE_GOLDEN=1 pytest tests/services/export/test_golden.py`, and
look at the difference before it is committed.
"""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from bioscan_desktop.services.export.exporting import export
from bioscan_desktop.services.export.items import ExportItem
from bioscan_desktop.services.export.provenance import ExportOptions

TARGETS = {
    "csv": "results.csv",
    "species": "results.species.csv",
    "bold": "results.tsv",
    "library": "results.records.tsv",
    "fasta": "results.fasta",
    "blast6": "results.b6",
    "pybioclip": "results.pybioclip.csv",
    "jsonl": "results.jsonl",
    "json": "results.json",
    "html": "report.html",
}


def compare(made: Path, kept: Path) -> None:
    """The two are equal byte by byte."""
    if os.environ.get("UPDATE_GOLDEN"):
        kept.parent.mkdir(exist_ok=True)
        kept.write_bytes(made.read_bytes())
    assert kept.exists(), f"there is no golden file {kept.name}"
    assert made.read_bytes().decode() == kept.read_bytes().decode()


@pytest.mark.parametrize("name", TARGETS)
def test_as_it_was(
    name: str, items: list[ExportItem], options: ExportOptions, golden: Path, tmp_path: Path
) -> None:
    written = export(items, name, tmp_path / TARGETS[name], options)
    assert written.count == len(items)
    assert written.paths[0] == tmp_path / TARGETS[name]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path.name for path in written.paths)
    for path in written.paths:
        if path.name.endswith(".provenance.json") and name != "csv":
            assert path.read_bytes() == (golden / "results.csv.provenance.json").read_bytes()
        else:
            compare(path, golden / path.name)


def test_darwin_core_as_it_was(
    items: list[ExportItem], options: ExportOptions, golden: Path, tmp_path: Path
) -> None:
    export(items, "dwca", tmp_path / "archive.zip", options)
    with zipfile.ZipFile(tmp_path / "archive.zip") as archive:
        archive.extractall(tmp_path / "archive")
    names = sorted(path.name for path in (tmp_path / "archive").iterdir())
    assert names == [
        "dna.txt",
        "eml.xml",
        "identification.txt",
        "meta.xml",
        "multimedia.txt",
        "occurrence.txt",
    ]
    for name in names:
        compare(tmp_path / "archive" / name, golden / f"dwca-{name}")


def test_the_same_results_give_the_same_bytes(
    items: list[ExportItem], options: ExportOptions, tmp_path: Path
) -> None:
    for name in ("dwca", "html", "pdf", "xlsx"):
        made = [tmp_path / f"{name}{number}" for number in range(2)]
        for path in made:
            export(items, name, path, options)
        assert made[0].read_bytes() == made[1].read_bytes(), name
