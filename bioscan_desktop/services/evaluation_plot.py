"""Bars of an evaluation per rank, as SVG or PNG, drawn without a plotting library.

Both come from one list of shapes, so that they cannot differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw, ImageFont

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.services.evaluate import title

SUFFIXES = (".svg", ".png")
WIDTH, HEIGHT = 960, 400
PNG_SCALE = 2
"""Pixels of the PNG per unit of the drawing, for sharp text."""

# Okabe and Ito's blue and orange: apart for all kinds of colour vision, and in grey.
COLOURS = {"all": "#0072b2", "seen": "#0072b2", "unseen": "#e69f00"}
_INK, _GRID, _PAPER = "#222222", "#d8d8d8", "#ffffff"
_TOP, _BOTTOM, _LEFT, _GAP = 78, 352, 56, 64


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle; lines are thin ones."""

    x: float
    y: float
    width: float
    height: float
    colour: str


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text; `x` is its middle or one of its ends, `y` its base line."""

    x: float
    y: float
    words: str
    size: int = 12
    anchor: str = "middle"


def shapes(figures: dict[str, Any], k: str = "1") -> list[Box | Text]:
    """The drawing: a panel of micro and one of macro accuracy, a group of bars per rank."""
    names: list[str] = [name for name in ("seen", "unseen") if name in figures] or ["all"]
    groups = {name: figures if name == "all" else figures[name] for name in names}
    drawn: list[Box | Text] = [
        Box(0, 0, WIDTH, HEIGHT, _PAPER),
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
) -> list[Box | Text]:
    height = _BOTTOM - _TOP
    drawn: list[Box | Text] = []
    for percent in (0, 25, 50, 75, 100):
        y = _BOTTOM - height * percent / 100
        drawn += [Box(left, y, width, 1, _GRID), Text(left - 6, y + 4, f"{percent} %", 11, "end")]
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
    check_suffix(path)
    drawn = shapes(figures)
    try:
        if path.suffix.lower() == ".svg":
            path.write_text(to_svg(drawn), encoding="utf-8")
        else:
            to_image(drawn).save(path, format="PNG")
    except OSError as error:
        raise ArgumentError(f"{path} cannot be written ({error.strerror or error}).") from None


def check_suffix(path: Path) -> None:
    """Refuses names that are neither SVG nor PNG, before hours are spent on the figures.

    Raises:
        ArgumentError: if so.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise ArgumentError(f"{path.name}: a plot is drawn as {' or '.join(SUFFIXES)}.")


def to_svg(drawn: Sequence[Box | Text]) -> str:
    """The drawing as an SVG document."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">'
    lines = [head]
    for shape in drawn:
        if isinstance(shape, Box):
            at = f'x="{shape.x:.1f}" y="{shape.y:.1f}" width="{shape.width:.1f}" height="{shape.height:.1f}"'
            lines.append(f'<rect {at} fill="{shape.colour}"/>')
        else:
            at = f'x="{shape.x:.1f}" y="{shape.y:.1f}" font-size="{shape.size}" text-anchor="{shape.anchor}"'
            lines.append(f'<text {at} fill="{_INK}">{escape(shape.words)}</text>')
    return "\n".join([*lines, "</svg>", ""])


def to_image(drawn: Sequence[Box | Text]) -> Image.Image:
    """The drawing as pixels, (`HEIGHT`, `WIDTH`) times `PNG_SCALE`, RGB."""
    image = Image.new("RGB", (WIDTH * PNG_SCALE, HEIGHT * PNG_SCALE), _PAPER)
    pen = ImageDraw.Draw(image)
    for shape in drawn:
        x, y = shape.x * PNG_SCALE, shape.y * PNG_SCALE
        if isinstance(shape, Box):
            right = x + max(1.0, shape.width * PNG_SCALE) - 1
            pen.rectangle((x, y, right, y + max(1.0, shape.height * PNG_SCALE) - 1), shape.colour)
        else:
            anchor = {"start": "ls", "middle": "ms", "end": "rs"}[shape.anchor]
            font = ImageFont.load_default(shape.size * PNG_SCALE)
            pen.text((x, y), shape.words, _INK, font, anchor)
    return image
