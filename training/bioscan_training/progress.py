"""How a run tells where it stands: a line on the terminal, TensorBoard, and curves as a picture."""

from __future__ import annotations

import json
import logging
import math
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from bioscan_training.config import ConfigError

log = logging.getLogger(__name__)

_QUIET_S = 30.0
"""Seconds between two lines in a log file; a terminal's line changes a few times a second."""


class ProgressLine:
    """One line that is overwritten on a terminal, and a line now and then in a log file."""

    def __init__(self, name: str, done: int, total: int) -> None:
        self.name = name
        self.first = done
        self.total = total
        self.started = self.shown = time.monotonic()
        self.terminal = sys.stderr.isatty() and log.isEnabledFor(logging.INFO)

    def step(self, done: int, loss: float) -> None:
        """Says that step `done` is over."""
        now = time.monotonic()
        if now - self.shown < (0.25 if self.terminal else _QUIET_S):
            return
        self.shown = now
        each = (now - self.started) / max(1, done - self.first)
        text = f"{self.name}: step {done} of {self.total}, loss {loss:.4f}, {each:.2f} s a step, "
        text += f"{_clock(each * (self.total - done))} left"
        if self.terminal:
            sys.stderr.write(f"\r{text:<100}")
            sys.stderr.flush()
        else:
            log.info(text)

    def clear(self) -> None:
        """Makes room for another line."""
        if self.terminal:
            sys.stderr.write(f"\r{'':<100}\r")
            sys.stderr.flush()


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"


class Board:
    """TensorBoard's files.

    Raises:
        ConfigError: TensorBoard is not installed.
    """

    def __init__(self, folder: Path) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            raise ConfigError(
                "'tensorboard = true' needs the package tensorboard: pip install tensorboard."
            ) from None
        self._writer = SummaryWriter(str(folder))

    def add(self, figures: Mapping[str, Any], step: int) -> None:
        """Writes the figures of a step."""
        for name, value in figures.items():
            if isinstance(value, int | float):
                self._writer.add_scalar(name, value, step)
        self._writer.flush()


def read_metrics(run_dir: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows of `metrics.jsonl` by stage; of an epoch that was repeated after a kill, the last one."""
    rows: dict[str, dict[int, dict[str, Any]]] = {}
    for line in (run_dir / "metrics.jsonl").read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue  # a kill while it was written
        rows.setdefault(row["stage"], {})[row["step"]] = row
    return {stage: [row for _, row in sorted(found.items())] for stage, found in rows.items()}


_NOT_DRAWN = frozenset({"stage", "step", "seconds", "epoch", "lr", "scale"})
_TELLING = ("mean", "species", "genus", "family")
"""What is drawn first where there are more figures than colours."""

_SIDE = (560, 300)
_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#222222")
_INK, _GRID = "#222222", "#d8d8d8"
_MOST_LINES = len(_COLOURS)


def draw_curves(run_dir: Path) -> None:
    """Draws `curves.png` from `metrics.jsonl`: per stage a panel of losses and one of other figures."""
    panels = []
    for stage, rows in read_metrics(run_dir).items():
        names = list(dict.fromkeys(n for row in rows for n in row if n not in _NOT_DRAWN))
        losses = [n for n in names if n.rpartition("/")[2] == "loss" or not n.startswith("val/")]
        others = sorted((n for n in names if n not in losses), key=_dull)
        panels += [(f"{stage}: {what}", rows, part) for what, part in (("losses", losses), ("val", others))]
    panels = [panel for panel in panels if panel[2]]
    if not panels:
        return
    width, height = _SIDE
    image = Image.new("RGB", (2 * width, height * math.ceil(len(panels) / 2)), "#ffffff")
    pen = ImageDraw.Draw(image)
    for number, (title, rows, names) in enumerate(panels):
        _panel(pen, (number % 2 * width, number // 2 * height), title, rows, names[:_MOST_LINES])
    part = run_dir / "curves.png.part"
    image.save(part, format="PNG")
    part.replace(run_dir / "curves.png")


def _dull(name: str) -> int:
    last = name.rpartition("/")[2]
    return _TELLING.index(last) if last in _TELLING else len(_TELLING)


def _panel(
    pen: ImageDraw.ImageDraw,
    corner: tuple[int, int],
    title: str,
    rows: Sequence[Mapping[str, Any]],
    names: Sequence[str],
) -> None:
    left, top = corner[0] + 56, corner[1] + 36
    right, bottom = corner[0] + _SIDE[0] - 170, corner[1] + _SIDE[1] - 30
    lines = {n: [(r["epoch"], float(r[n])) for r in rows if n in r and math.isfinite(r[n])] for n in names}
    values = [value for line in lines.values() for _, value in line] or [0.0]
    low, high = min(0.0, *values), max(*values, 1e-9)
    last = max(2, max(r["epoch"] for r in rows))
    pen.text((left, corner[1] + 10), title, _INK, ImageFont.load_default(14))
    for share in (0.0, 0.5, 1.0):
        y = bottom - share * (bottom - top)
        pen.line((left, y, right, y), _GRID)
        pen.text((left - 6, y), f"{low + share * (high - low):.3g}", _INK, ImageFont.load_default(11), "rm")
    pen.text((left, bottom + 6), "epoch 1", _INK, ImageFont.load_default(11))
    pen.text((right, bottom + 6), str(last), _INK, ImageFont.load_default(11), "ra")
    for number, (name, line) in enumerate(lines.items()):
        colour = _COLOURS[number]
        at = [
            (
                left + (epoch - 1) / (last - 1) * (right - left),
                bottom - (value - low) / (high - low) * (bottom - top),
            )
            for epoch, value in line
        ]
        if len(at) > 1:
            pen.line(at, colour, 2)
        for x, y in at:
            pen.ellipse((x - 2, y - 2, x + 2, y + 2), colour)
        pen.text((right + 10, top + 16 * number), name[:28], colour, ImageFont.load_default(11))
