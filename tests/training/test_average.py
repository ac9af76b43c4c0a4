"""The mean of runs: what it is of, and what it is refused for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from bioscan_training.average import average_runs, mean_weights
from bioscan_training.cli import main

from bioscan_desktop.core.errors import ArgumentError


def finished(folder: Path, value: float, barcodes: float | None = 1.0, **more: torch.Tensor) -> Path:
    folder.mkdir()
    model = {"encoder.head.weight": torch.full((2, 3), value), "encoder.bn.count": torch.tensor(int(value))}
    torch.save({"recipe": json.dumps({"epochs": value}), "model": model | more}, folder / "align.pt")
    if barcodes is not None:
        weights = {"recipe": "{}", "model": {"linear.weight": torch.full((2,), barcodes)}}
        torch.save(weights, folder / "dna.pt")
    return folder


def test_the_mean_of_two_runs_is_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs = [finished(tmp_path / "a", 1.0), finished(tmp_path / "b", 4.0)]
    assert main(["average", *map(str, runs), "--out", str(tmp_path / "mean")]) == 0
    assert "the mean of 2 runs" in capsys.readouterr().out
    found = torch.load(tmp_path / "mean" / "align.pt", weights_only=True)
    assert torch.equal(found["model"]["encoder.head.weight"], torch.full((2, 3), 2.5))
    assert found["model"]["encoder.bn.count"] == 1
    assert json.loads(found["recipe"]) == {"mean of": [{"epochs": 1.0}, {"epochs": 4.0}]}
    assert (tmp_path / "mean" / "dna.pt").read_bytes() == (runs[0] / "dna.pt").read_bytes()


def test_halves_stay_halves() -> None:
    half = {"w": torch.tensor([1.0, 2.0], dtype=torch.float16)}
    mean = mean_weights([half, {"w": torch.tensor([2.0, 4.0], dtype=torch.float16)}])
    assert mean["w"].dtype == torch.float16 and mean["w"].tolist() == [1.5, 3.0]


def test_what_does_not_belong_together_has_no_mean(tmp_path: Path) -> None:
    first = finished(tmp_path / "a", 1.0)
    others = {
        "towers or names": finished(tmp_path / "b", 1.0, extra=torch.zeros(1)),
        "different barcode encoders": finished(tmp_path / "c", 1.0, barcodes=2.0),
        "some have none": finished(tmp_path / "d", 1.0, barcodes=None),
        "has not finished": tmp_path / "e",
    }
    for message, other in others.items():
        with pytest.raises(ArgumentError, match=message):
            average_runs([first, other], "align", tmp_path / "mean")
    with pytest.raises(ArgumentError, match="at least two"):
        average_runs([first], "align", tmp_path / "mean")
    with pytest.raises(ArgumentError, match="one of the runs"):
        average_runs([first, finished(tmp_path / "f", 1.0)], "align", first)
    assert not (tmp_path / "mean").exists()
