"""A hundred thousand marks drawn into a picture within a frame, by numpy.

Qt draws each mark on its own, which takes about a microsecond or two; here one assignment draws the
same pixel of all marks. Marks are a few pixels large: discs for one kind, hollow squares for the
other. Edge pixels of discs are blended half and half, which is enough to make them round.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

MARGIN = 16
"""Pixels around the picture that marks at its edge may run into; cut off in the end."""


@dataclass(frozen=True)
class Camera:
    """How the plane is seen.

    Attributes:
        scale: pixels per unit.
        x, y: the pixel at which (0, 0) of the plane is; y of the plane points up.
    """

    scale: float
    x: float
    y: float

    def to_pixels(self, xy: np.ndarray) -> np.ndarray:
        """(n, 2) float32 places on the plane to (n, 2) float32 pixels."""
        result = xy * np.array([self.scale, -self.scale], dtype=np.float32)
        result += np.array([self.x, self.y], dtype=np.float32)
        return result

    def to_plane(self, pixels: np.ndarray) -> np.ndarray:
        """The inverse of `to_pixels`."""
        moved = np.asarray(pixels, dtype=np.float64) - (self.x, self.y)
        return moved / (self.scale, -self.scale)

    def zoomed(self, factor: float, x: float, y: float) -> Camera:
        """Nearer by a factor, with the pixel (x, y) staying where it is."""
        return Camera(self.scale * factor, x + (self.x - x) * factor, y + (self.y - y) * factor)

    def moved(self, dx: float, dy: float) -> Camera:
        """Shifted by pixels."""
        return Camera(self.scale, self.x + dx, self.y + dy)


def fitting(xy: np.ndarray, width: float, height: float, border: float = 36) -> Camera:
    """Shows all but the farthest points."""
    if not len(xy):
        return Camera(min(width, height) / 2.4, width / 2, height / 2)
    low, high = np.quantile(xy, [0.003, 0.997], axis=0) if len(xy) > 50 else (xy.min(axis=0), xy.max(axis=0))
    span = np.maximum(high - low, 1e-6)
    room = (max(20.0, width - 2 * border), max(20.0, height - 2 * border))
    scale = float(min(room[0] / span[0], room[1] / span[1], 2000.0))
    middle = (low + high) / 2
    return Camera(scale, width / 2 - float(middle[0]) * scale, height / 2 + float(middle[1]) * scale)


@lru_cache(maxsize=32)
def _disc(radius: float) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    """(pixels within, pixels at the edge) of a disc, as (dx, dy), by the share that it covers of each."""
    reach = int(radius + 1)
    fine = (np.arange(8) + 0.5) / 8 - 0.5
    inner, edge = [], []
    for dx in range(-reach, reach + 1):
        for dy in range(-reach, reach + 1):
            away = np.hypot(*np.meshgrid(dx + fine, dy + fine))
            covered = float((away <= radius).mean())
            if covered > 0.7:
                inner.append((dx, dy))
            elif covered > 0.2:
                edge.append((dx, dy))
    return tuple(inner), tuple(edge)


@lru_cache(maxsize=32)
def _square(radius: int) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    """(pixels of the frame, pixels of the hole) of a square; large ones have a thicker frame."""
    span = range(-radius, radius + 1)
    thick = 2 if radius >= 5 else 1
    frame = tuple((x, y) for x in span for y in span if max(abs(x), abs(y)) > radius - thick)
    hole = tuple((x, y) for x in span for y in span if max(abs(x), abs(y)) <= radius - thick)
    return frame, hole


def draw(
    pixels: np.ndarray,
    colours: np.ndarray,
    hollow: np.ndarray,
    width: int,
    height: int,
    ground: int,
    radius: float,
) -> np.ndarray:
    """Draws marks; later ones cover earlier ones.

    Args:
        pixels: (n, 2) float32 middles of the marks.
        colours: (n,) uint32, 0xffRRGGBB.
        hollow: (n,) bool: hollow squares instead of discs.
        ground: colour of the rest.
        radius: of the discs, below `MARGIN`.

    Returns:
        (height, width) uint32.
    """
    across = width + 2 * MARGIN
    picture = np.full((height + 2 * MARGIN, across), ground, dtype=np.uint32)
    flat = picture.ravel()
    with np.errstate(invalid="ignore"):
        x, y = np.rint(pixels[:, 0]), np.rint(pixels[:, 1])
        seen = (x > -MARGIN + radius + 1) & (x < width + MARGIN - radius - 2)
        seen &= (y > -MARGIN + radius + 1) & (y < height + MARGIN - radius - 2)
    for squares in (False, True):
        own = np.flatnonzero(seen & (hollow == squares))
        if not len(own):
            continue
        middle = (y[own].astype(np.int64) + MARGIN) * across + x[own].astype(np.int64) + MARGIN
        colour = colours[own]
        if squares:
            frame, hole = _square(max(1, round(radius)))
            _fill(flat, middle, hole, np.uint32(ground), across)
            _fill(flat, middle, frame, colour, across)
        else:
            inner, edge = _disc(radius)
            for dx, dy in edge:
                at = middle + (dy * across + dx)
                flat[at] = _half(flat[at], colour)
            _fill(flat, middle, inner, colour, across)
    return np.ascontiguousarray(picture[MARGIN : MARGIN + height, MARGIN : MARGIN + width])


def _fill(
    flat: np.ndarray, middle: np.ndarray, offsets: tuple[tuple[int, int], ...], colour: object, across: int
) -> None:
    for dx, dy in offsets:
        flat[middle + (dy * across + dx)] = colour


def _half(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The mean of two colours, all four channels at once."""
    return (a & b) + (((a ^ b) & np.uint32(0xFEFEFEFE)) >> np.uint32(1))
