"""Where a run stands: the line, and the curves that are drawn from its figures."""

import json
import logging
from pathlib import Path

import pytest
from bioscan_training import progress
from bioscan_training.progress import ProgressLine, draw_curves, read_metrics
from PIL import Image


def write(run: Path, rows: list[dict[str, object]], tail: str = "") -> None:
    (run / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows) + tail)


def row(stage: str, epoch: int, **figures: object) -> dict[str, object]:
    return {"stage": stage, "step": 10 * epoch, "seconds": 1.0, "epoch": epoch, "lr": 0.1, **figures}


def test_of_an_epoch_that_was_repeated_the_last_row_counts(tmp_path: Path) -> None:
    rows = [row("a", 1, loss=3.0), row("a", 2, loss=2.0), row("b", 1, loss=9.0), row("a", 2, loss=2.5)]
    write(tmp_path, rows, tail='{"stage": "a", "st')  # a kill while it was written
    found = read_metrics(tmp_path)
    assert [r["loss"] for r in found["a"]] == [3.0, 2.5] and len(found["b"]) == 1


def colours(path: Path) -> set[tuple[int, int, int]]:
    with Image.open(path) as image:
        return {colour for _, colour in image.convert("RGB").getcolors(2**24)}


def test_each_stage_has_a_panel_of_losses_and_one_of_figures(tmp_path: Path) -> None:
    rows = [row("contrast", n, loss=4.0 - n, scale=14.0, **{"val/mean": n / 4}) for n in (1, 2, 3)]
    write(tmp_path, rows)
    draw_curves(tmp_path)
    with Image.open(tmp_path / "curves.png") as one:
        height = one.height
    write(tmp_path, [*rows, row("dna", 1, loss=float("nan")), row("dna", 2, loss=1.0)])
    draw_curves(tmp_path)
    with Image.open(tmp_path / "curves.png") as two:
        assert two.height == 2 * height
    blue, orange = (0, 0x72, 0xB2), (0xE6, 0x9F, 0)
    assert blue in colours(tmp_path / "curves.png") and orange not in colours(tmp_path / "curves.png")


def test_more_figures_than_colours_leave_out_the_dull_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = {f"val/{a}-{b}/{r}": 0.5 for a in "xy" for b in "xy" for r in ("order", "family", "species")}
    write(tmp_path, [row("contrast", 1, loss=1.0, **figures, **{"val/mean": 0.5})])
    drawn: list[list[str]] = []
    monkeypatch.setattr(progress, "_panel", lambda *given: drawn.append(list(given[-1])))
    draw_curves(tmp_path)
    assert drawn[0] == ["loss"]
    assert drawn[1][0] == "val/mean" and len(drawn[1]) == 7
    assert sum(name.endswith("species") for name in drawn[1]) == 4


def test_a_log_file_gets_a_line_now_and_then(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    line = ProgressLine("dna", 10, 110)
    with caplog.at_level(logging.INFO):
        for step in range(11, 31):
            now[0] += 2.0
            line.step(step, 0.5)
    assert [record.getMessage() for record in caplog.records] == [
        "dna: step 25 of 110, loss 0.5000, 2.00 s a step, 0:02:50 left"
    ]
