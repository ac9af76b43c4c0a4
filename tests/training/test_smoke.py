"""`bioscan-train smoke` goes all the way, and says so only where every step is right."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch")

from bioscan_training import smoke
from bioscan_training.cli import main

from bioscan_desktop.core.barcode import stop_codons
from bioscan_desktop.inference.frame import LEAST_SCORE, place


def test_all_the_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep = tmp_path / "kept"
    code = main(["smoke", "--keep", str(keep)])
    lines = capsys.readouterr().out.splitlines()
    assert code == 0, lines
    assert lines[-1].startswith("all well")
    assert all(line.startswith("ok ") for line in lines[:-1]) and len(lines) >= 8
    assert (keep / "library" / "manifest.json").is_file()


def test_a_wrong_step_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smoke, "RECIPE", smoke.RECIPE.replace("unseen = 0.15", "unseen = 0.0"))
    assert main(["smoke", "--keep", str(tmp_path / "kept")]) == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("WRONG prepare") and "unseen" in last


def test_a_folder_is_not_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["smoke", "--keep", str(tmp_path)]) == 2
    assert "exists already" in capsys.readouterr().err


def test_barcodes_code_for_a_protein_and_differ_as_the_names_do() -> None:
    made = list(smoke.specimens_of())
    assert all(stop_codons(barcode) == 0 and len(barcode) == 657 for _, barcode in made)
    assert (place([barcode for _, barcode in made]).score >= LEAST_SCORE).all()  # or nothing would be trained

    def distance(a: int, b: int) -> int:
        return sum(x != y for x, y in zip(made[a][1], made[b][1], strict=True))

    per = smoke.PER_SPECIES
    same_species, same_genus, other_order = distance(0, 1), distance(0, per), distance(0, 7 * per)
    assert same_species < same_genus < other_order
