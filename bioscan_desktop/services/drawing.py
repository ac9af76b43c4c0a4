"""Drawings as SVG or PNG without a plotting library.

Both come from one list of shapes, so that they cannot differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw, ImageFont

from bioscan_desktop.core.errors import ArgumentError

SUFFIXES = (".svg", ".png")
PNG_SCALE = 2
"""Pixels of the PNG per unit of the drawing, for sharp text."""

# Of Okabe and Ito: apart for all kinds of colour vision, and in grey.
BLUE, ORANGE, GREEN, PURPLE = "#0072b2", "#e69f00", "#009e73", "#cc79a7"
INK, GRID, PAPER = "#222222", "#d8d8d8", "#ffffff"


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle; straight lines are thin ones."""

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


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points."""

    points: tuple[tuple[float, float], ...]
    colour: str
    width: float = 2.0


@dataclass(frozen=True, slots=True)
class Dot:
    """A filled circle."""

    x: float
    y: float
    radius: float
    colour: str


Shape = Box | Text | Line | Dot


def save(drawn: Sequence[Shape], path: Path, width: int, height: int) -> None:
    """Writes a drawing; the name of the file says whether SVG or PNG.

    Raises:
        ArgumentError: if the name ends otherwise, or the file cannot be written.
    """
    check_suffix(path)
    try:
        if path.suffix.lower() == ".svg":
            path.write_text(to_svg(drawn, width, height), encoding="utf-8")
        else:
            to_image(drawn, width, height).save(path, format="PNG")
    except OSError as error:
        raise ArgumentError(f"{path} cannot be written ({error.strerror or error}).") from None


def check_suffix(path: Path) -> None:
    """Refuses names that are neither SVG nor PNG, before hours are spent on the figures.

    Raises:
        ArgumentError: if so.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise ArgumentError(f"{path.name}: a plot is drawn as {' or '.join(SUFFIXES)}.")


def to_svg(drawn: Sequence[Shape], width: int, height: int) -> str:
    """The drawing as an SVG document."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif">'
    return "\n".join([head, *(_element(shape) for shape in drawn), "</svg>", ""])


def _element(shape: Shape) -> str:
    if isinstance(shape, Box):
        at = f'x="{shape.x:.1f}" y="{shape.y:.1f}" width="{shape.width:.1f}" height="{shape.height:.1f}"'
        return f'<rect {at} fill="{shape.colour}"/>'
    if isinstance(shape, Line):
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in shape.points)
        drawn = f'fill="none" stroke="{shape.colour}" stroke-width="{shape.width:g}"'
        return f'<polyline points="{points}" {drawn} stroke-linejoin="round"/>'
    if isinstance(shape, Dot):
        return f'<circle cx="{shape.x:.1f}" cy="{shape.y:.1f}" r="{shape.radius:g}" fill="{shape.colour}"/>'
    at = f'x="{shape.x:.1f}" y="{shape.y:.1f}" font-size="{shape.size}" text-anchor="{shape.anchor}"'
    return f'<text {at} fill="{INK}">{escape(shape.words)}</text>'


def to_image(drawn: Sequence[Shape], width: int, height: int) -> Image.Image:
    """The drawing as pixels, (height, width) times `PNG_SCALE`, RGB."""
    image = Image.new("RGB", (width * PNG_SCALE, height * PNG_SCALE), PAPER)
    pen = ImageDraw.Draw(image)
    for shape in drawn:
        if isinstance(shape, Line):
            points = [(x * PNG_SCALE, y * PNG_SCALE) for x, y in shape.points]
            pen.line(points, shape.colour, round(shape.width * PNG_SCALE), joint="curve")
            continue
        x, y = shape.x * PNG_SCALE, shape.y * PNG_SCALE
        if isinstance(shape, Box):
            right = x + max(1.0, shape.width * PNG_SCALE) - 1
            pen.rectangle((x, y, right, y + max(1.0, shape.height * PNG_SCALE) - 1), shape.colour)
        elif isinstance(shape, Dot):
            r = shape.radius * PNG_SCALE
            pen.ellipse((x - r, y - r, x + r, y + r), shape.colour)
        else:
            anchor = {"start": "ls", "middle": "ms", "end": "rs"}[shape.anchor]
            font = ImageFont.load_default(shape.size * PNG_SCALE)
            pen.text((x, y), shape.words, INK, font, anchor)
    return image
