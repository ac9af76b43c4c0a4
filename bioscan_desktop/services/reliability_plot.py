"""Reliability diagrams and curves of risk against coverage, a panel per kind of query and a line per rank."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.services.drawing import (
    BLUE,
    GREEN,
    GRID,
    INK,
    ORANGE,
    PURPLE,
    Box,
    Dot,
    Line,
    Shape,
    Text,
    save,
)

COLOURS = dict(zip(RANKS, (PURPLE, GREEN, ORANGE, BLUE), strict=True))
SIDE, LEFT, TOP, GAP, FOOT = 250, 60, 66, 70, 52
FEWEST = 10
"""A bin of fewer names is drawn as a small dot: it says little."""

LEAST_RISK = 0.02
"""The axis of risk goes at least so far."""

_WORDS = {"image": "photos", "dna": "barcodes", "short": "short barcodes", "both": "photo and barcode"}


def save_plots(figures: Mapping[str, dict[str, Any]], folder: Path, suffix: str = ".svg") -> list[Path]:
    """Writes `reliability` and `risk-coverage` into a folder.

    Args:
        figures: by kind of query (`image`, `dna`, `short`, `both`), with `reliability` and `risk_coverage`.
        folder: made if need be.
        suffix: `.svg` or `.png`.

    Raises:
        ArgumentError: if they cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArgumentError(f"{folder} cannot be made ({error.strerror or error}).") from None
    width = LEFT + len(figures) * (SIDE + GAP)
    drawings = {"reliability": reliability_shapes(figures), "risk-coverage": risk_shapes(figures)}
    paths = []
    for name, drawn in drawings.items():
        paths.append(folder / f"{name}{suffix}")
        save(drawn, paths[-1], width, TOP + SIDE + FOOT)
    return paths


def reliability_shapes(figures: Mapping[str, dict[str, Any]]) -> list[Shape]:
    """How often names were right (up) that were given such a chance (right); ideal is the diagonal."""
    drawn = _legend(figures)
    for number, (name, found) in enumerate(figures.items()):
        left = _left(number)
        drawn += _frame(left, _title(name), "stated chance", "names that are right", 1.0, 1.0)
        drawn.append(Line(((left, TOP + SIDE), (left + SIDE, TOP)), GRID, 2.0))
        for rank in RANKS:
            bins = found["reliability"][rank]["bins"]
            points = [(left + SIDE * b["confidence"], TOP + SIDE * (1 - b["right"])) for b in bins]
            if len(points) > 1:
                drawn.append(Line(tuple(points), COLOURS[rank], 1.5))
            drawn += [
                Dot(x, y, 3.5 if b["n"] >= FEWEST else 1.8, COLOURS[rank])
                for (x, y), b in zip(points, bins, strict=True)
            ]
    return drawn


def risk_shapes(figures: Mapping[str, dict[str, Any]]) -> list[Shape]:
    """Share of wrong names (up) against the share of queries named (right); dots are the verdicts."""
    drawn = _legend(figures, "dots: what the program names")
    for number, (name, found) in enumerate(figures.items()):
        left = _left(number)
        curves = found["risk_coverage"]
        most = _most_risk(curves)
        drawn += _frame(left, _title(name), "named", "of these wrong", 1.0, most)
        for rank in RANKS:
            points = [
                (left + SIDE * p["coverage"], TOP + SIDE * (1 - min(p["risk"] / most, 1.0)))
                for p in curves[rank]["curve"]
            ]
            if len(points) > 1:
                drawn.append(Line(tuple(points), COLOURS[rank], 1.8))
            given = curves[rank]["verdicts"]
            if given["risk"] is not None:
                x, y = left + SIDE * given["coverage"], TOP + SIDE * (1 - min(given["risk"] / most, 1.0))
                drawn.append(Dot(x, y, 5, COLOURS[rank]))
    return drawn


def _most_risk(curves: Mapping[str, Any]) -> float:
    """The end of the axis of risk: the first of a few round values that holds all curves."""
    found = [p["risk"] for rank in RANKS for p in curves[rank]["curve"]]
    most = max(found, default=0.0)
    return next((end for end in (LEAST_RISK, 0.05, 0.1, 0.2, 0.5) if most <= end), 1.0)


def _left(number: int) -> float:
    return LEFT + number * (SIDE + GAP)


def _title(name: str) -> str:
    return _WORDS.get(name, name)


def _legend(figures: Mapping[str, Any], more: str = "") -> list[Shape]:
    width = LEFT + len(figures) * (SIDE + GAP)
    drawn: list[Shape] = [Box(0, 0, width, TOP + SIDE + FOOT, "#ffffff")]
    for number, (rank, colour) in enumerate(COLOURS.items()):
        x = LEFT + number * 68
        drawn += [Box(x, 12, 12, 12, colour), Text(x + 16, 22, rank, 12, "start")]
    if more:
        drawn.append(Text(LEFT, 40, more, 11, "start"))
    return drawn


def _frame(left: float, title: str, across: str, up: str, most_across: float, most_up: float) -> list[Shape]:
    drawn: list[Shape] = [Text(left + SIDE / 2, TOP - 8, title, 13)]
    for step in range(5):
        x, y = left + SIDE * step / 4, TOP + SIDE * (1 - step / 4)
        drawn += [Box(left, y, SIDE, 1, GRID), Box(x, TOP, 1, SIDE, GRID)]
        drawn.append(Text(left - 6, y + 4, f"{100 * most_up * step / 4:g} %", 11, "end"))
        drawn.append(Text(x, TOP + SIDE + 16, f"{100 * most_across * step / 4:g} %", 11))
    drawn.append(Box(left, TOP + SIDE, SIDE, 1, INK))
    drawn.append(Text(left + SIDE / 2, TOP + SIDE + 36, f"across: {across}; up: {up}", 12))
    return drawn
