"""Bars of an evaluation per rank, as SVG or PNG."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.services.drawing import BLUE, GRID, ORANGE, PAPER, Box, Shape, Text, save
from bioscan_desktop.services.evaluate import title

WIDTH, HEIGHT = 960, 400
COLOURS = {"all": BLUE, "seen": BLUE, "unseen": ORANGE}
_TOP, _BOTTOM, _LEFT, _GAP = 78, 352, 56, 64


def shapes(figures: dict[str, Any], k: str = "1") -> list[Shape]:
    """The drawing: a panel of micro and one of macro accuracy, a group of bars per rank."""
    names: list[str] = [name for name in ("seen", "unseen") if name in figures] or ["all"]
    groups = {name: figures if name == "all" else figures[name] for name in names}
    drawn: list[Shape] = [
        Box(0, 0, WIDTH, HEIGHT, PAPER),
        Text(_LEFT, 26, f"Top-{k}: {title(figures)}", 16, "start"),
    ]
    x = float(_LEFT)
    for name in names:
        drawn += [Box(x, 40, 12, 12, COLOURS[name]), Text(x + 18, 51, name, 12, "start")]
        x += 90
    width = (WIDTH - _LEFT - _GAP - 16) / 2
    for number, mean in enumerate(("micro", "macro")):
        drawn += _panel(_LEFT + number * (width + _GAP), width, mean, groups, k)
    return drawn


def _panel(
    left: float, width: float, mean: str, groups: Mapping[str, Mapping[str, Any]], k: str
) -> list[Shape]:
    height = _BOTTOM - _TOP
    drawn: list[Shape] = []
    for percent in (0, 25, 50, 75, 100):
        y = _BOTTOM - height * percent / 100
        drawn += [Box(left, y, width, 1, GRID), Text(left - 6, y + 4, f"{percent} %", 11, "end")]
    slot = width / len(RANKS)
    bar = slot * 0.72 / len(groups)
    for number, rank in enumerate(RANKS):
        middle = left + slot * (number + 0.5)
        drawn.append(Text(middle, _BOTTOM + 18, rank))
        for place, (name, group) in enumerate(groups.items()):
            share = group["top_k"][k][rank][mean]
            x = middle + bar * (place - len(groups) / 2)
            if share is None:  # nobody was asked: a gap must not look like zero
                drawn.append(Text(x + bar / 2, _BOTTOM - 4, "–", 11))
                continue
            top = _BOTTOM - height * share
            drawn.append(Box(x + 1, top, bar - 2, _BOTTOM - top, COLOURS[name]))
            drawn.append(Text(x + bar / 2, top - 4, f"{100 * share:.1f}", 11))
    drawn.append(Text(left + width / 2, _BOTTOM + 38, f"{mean} accuracy", 13))
    return drawn


def save_plot(figures: dict[str, Any], path: Path) -> None:
    """Draws the figures into a file; its name says whether SVG or PNG.

    Raises:
        ArgumentError: if the name ends otherwise, or the file cannot be written.
    """
    save(shapes(figures), path, WIDTH, HEIGHT)
