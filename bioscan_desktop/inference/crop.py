"""Where in a photo the insect is: a rectangle given by hand, or proposed. Pure functions of pixels.

A model sees a square from the middle of a photo. A small or off-centre insect fills little of it; with
a crop it fills most. `propose` finds what stands out from its surroundings, without any model:
1. the photo at 160 pixels, as lightness and two opponent colours (CIE L*a*b*, which is about as
   different as it looks)
2. the ground is what the border shows, as a few colours; a pixel stands out by its distance from the
   nearest of them, and by the edges around it, since legs and wing patterns have many
3. what stands out more than a threshold (Otsu 1979) is joined into patches over small gaps, and each
   patch is cut back to what stands out about as much as its best part; the middle of the photo counts
   more than its border, and a patch that the border cuts through counts less
4. the patches with the most of it are the insects; a margin is added, and sides are evened out, since
   the model's input is a square

It is a proposal: people see it before it is used. How often it is right: docs/crop.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path

import numpy as np
from PIL import Image

from bioscan_desktop.inference.images import LoadedImage, load_rgb

WORK_SIDE = 160
"""Pixels of the long side on which everything is computed."""

BORDER = 0.06
"""Width of the border that shows the ground, of the short side."""

GROUND_COLOURS = 4
"""Colours that the ground may have."""

MARGIN = 0.16
"""Added on each side, of the longer side of the patch."""

JOIN = 0.025
"""Gaps up to this part of the long side do not divide a patch: legs and antennae are thin."""

NEAR = 0.35
"""Patches with a smaller gap, in parts of the larger one's side, are of one insect."""

SEVERAL = 0.5
"""Another patch is another insect if it has this share of what the main one has."""

SMALLEST = 0.002
"""Patches below this share of the photo are dust."""

LARGEST = 0.85
"""A square of more than this part of the short side, in the middle, is not worth a crop."""

MOST = 0.8
"""A box of more than this share of the photo's area is no crop at all."""

SEED, GROWN = 0.6, 0.5
"""A patch has a pixel that stands out this much, and goes as far as this part of its own mean."""

CENTRE = 0.38
"""Spread of the weight that pixels in the middle have over those at the border, of each side."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of the upright photo; all values are shares (0 to 1) of its width and height."""

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        inside = 0 <= self.left < self.right <= 1 and 0 <= self.top < self.bottom <= 1
        if not inside:
            raise ValueError(f"no rectangle of a photo: {self}")

    @property
    def width(self) -> float:
        """Share of the photo's width."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Share of the photo's height."""
        return self.bottom - self.top

    @property
    def area(self) -> float:
        """Share of the photo's area."""
        return self.width * self.height

    def pixels(self, width: int, height: int) -> tuple[int, int, int, int]:
        """(left, top, right, bottom) in a photo of a size, at least one pixel each way."""
        left, top = int(self.left * width), int(self.top * height)
        right = max(left + 1, round(self.right * width))
        bottom = max(top + 1, round(self.bottom * height))
        return left, top, min(right, width), min(bottom, height)


WHOLE = Box(0.0, 0.0, 1.0, 1.0)


def apply(image: Image.Image, box: Box) -> Image.Image:
    """The part of a picture that a box names."""
    return image.crop(box.pixels(*image.size))


def load(
    source: Path | bytes, box: Box | None, min_side: int, seen: Callable[[bytes], None] = lambda _: None
) -> LoadedImage:
    """Reads a photo, or the part of it in a box.

    Args:
        min_side: the short side, in pixels, that the part should have at least, where the file has it.
        seen: as of `images.load_rgb`.

    Raises:
        PhotoError: as `images.load_rgb`.
    """
    if box is None:
        return load_rgb(source, min_side, seen)
    # The part needs the detail, so the whole is decoded at as much more as the part is smaller.
    loaded = load_rgb(source, ceil(min_side / min(box.width, box.height)), seen)
    return replace(loaded, image=apply(loaded.image, box))


def propose_for(source: Path | bytes, most: int = 8) -> list[Box]:
    """As `propose`, of a file or the bytes of one.

    Raises:
        PhotoError: as `images.load_rgb`.
    """
    return propose(load_rgb(source, WORK_SIDE).image, most)


def propose(image: Image.Image, most: int = 8) -> list[Box]:
    """Boxes around what stands out, the most conspicuous first; empty if the whole photo is best.

    Args:
        image: upright, RGB, of any size.
        most: boxes at most.
    """
    small = image.convert("RGB")
    small.thumbnail((WORK_SIDE, WORK_SIDE), Image.Resampling.BOX)
    if min(small.size) < 16:
        return []
    salience = _salience(np.asarray(small))  # (h, w) float32, 0..1
    height, width = salience.shape
    patches = _merged(_patches(salience))
    if len(patches) == 1 and not _is_worth_it(patches[0], width, height):
        return []
    return [_even(left, top, right, bottom, width, height) for top, left, bottom, right in patches[:most]]


def _is_worth_it(patch: tuple[int, int, int, int], width: int, height: int) -> bool:
    """The square from the middle of the photo would lose some of the patch, or show it much smaller."""
    top, left, bottom, right = patch
    short = min(width, height)
    side = max(bottom - top, right - left) * (1 + 2 * MARGIN)
    if min(side, width) * min(side, height) > MOST * width * height:
        return False
    x, y = (width - short) / 2, (height - short) / 2
    is_inside = left >= x and right <= x + short and top >= y and bottom <= y + short
    return side <= LARGEST * short or not is_inside


def _salience(pixels: np.ndarray) -> np.ndarray:
    """How much each pixel stands out.

    Args:
        pixels: (h, w, 3) uint8.

    Returns:
        (h, w) float32, 0 to 1.
    """
    lab = _lab(pixels)
    ground = _ground_colours(lab)
    distance = np.sqrt(((lab[:, :, None, :] - ground[None, None]) ** 2).sum(-1)).min(-1)
    gy, gx = np.gradient(_blur(lab[:, :, 0], 1))
    edges = _blur(np.hypot(gx, gy), 2)
    found = _blur(_scaled(distance), 1) * 0.75 + _scaled(edges) * 0.25
    return _scaled(found)


def _lab(pixels: np.ndarray) -> np.ndarray:
    """CIE L*a*b* (D65) of sRGB; (h, w, 3) float32."""
    linear = pixels.astype(np.float32) / 255
    linear = np.where(linear <= 0.04045, linear / 12.92, ((linear + 0.055) / 1.055) ** 2.4)
    matrix = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], np.float32
    )
    xyz = linear @ matrix.T / np.array([0.9505, 1.0, 1.089], np.float32)
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1)


def _ground_colours(lab: np.ndarray) -> np.ndarray:
    """Colours of the border by k-means from fixed starts; (k, 3). Rare ones are left out."""
    width = max(2, round(BORDER * min(lab.shape[:2])))
    mask = np.ones(lab.shape[:2], bool)
    mask[width:-width, width:-width] = False
    border = lab[mask]  # (n, 3)
    ordered = border[np.argsort(border[:, 0], kind="stable")]
    centres = ordered[np.linspace(0, len(ordered) - 1, 2 * GROUND_COLOURS + 1).astype(int)[1::2]].copy()
    for _ in range(8):
        nearest = ((border[:, None] - centres[None]) ** 2).sum(-1).argmin(1)
        for number in range(len(centres)):
            mine = border[nearest == number]
            if len(mine):
                centres[number] = mine.mean(0)
    shares = np.bincount(nearest, minlength=len(centres)) / len(border)
    return centres[shares >= 0.08]


def _blur(values: np.ndarray, radius: int) -> np.ndarray:
    """Mean over squares of 2 radius + 1, twice, edges repeated."""
    for _ in range(2):
        for axis in (0, 1):
            padding = [(0, 0), (0, 0)]
            padding[axis] = (radius + 1, radius)
            total = np.cumsum(np.pad(values, padding, mode="edge"), axis=axis, dtype=np.float64)
            size = 2 * radius + 1
            if axis == 0:
                values = ((total[size:] - total[:-size]) / size).astype(np.float32)
            else:
                values = ((total[:, size:] - total[:, :-size]) / size).astype(np.float32)
    return values


def _scaled(values: np.ndarray) -> np.ndarray:
    """To 0..1; the brightest hundredth counts as one, so that a glint is not the scale."""
    low, high = np.percentile(values, (1, 99))
    return np.clip((values - low) / max(float(high - low), 1e-6), 0, 1).astype(np.float32)


def _otsu(values: np.ndarray) -> float:
    """The threshold between two groups that makes them most different (Otsu 1979)."""
    counts, edges = np.histogram(values, bins=64, range=(0, 1))
    middles = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    sums = np.cumsum(counts * middles)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    return float(middles[int(np.nanargmax(between[:-1]))]) if np.isfinite(between[:-1]).any() else 0.5


def _patches(salience: np.ndarray) -> list[tuple[int, int, int, int]]:
    """(top, left, bottom, right) of each insect, pixels, the most salient first."""
    height, width = salience.shape
    y, x = np.mgrid[0:height, 0:width]
    off = ((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2) / (2 * CENTRE**2)
    weighted = salience * (0.35 + 0.65 * np.exp(-off)).astype(np.float32)
    radius = max(1, round(JOIN * max(height, width) / 2))
    found: list[tuple[float, tuple[np.ndarray, np.ndarray]]] = []
    for rows, columns in _connected(weighted > _otsu(weighted), radius):
        values = weighted[rows, columns]
        if values.max() < SEED * weighted.max():
            continue
        # Back to what stands out about as much as the best part: rings, stems, leaves fall off.
        best = float(np.sort(values)[-max(8, len(values) // 4) :].mean())
        kept = np.zeros_like(salience, bool)
        kept[rows[values > GROWN * best], columns[values > GROWN * best]] = True
        parts = _connected(kept, radius)
        found += [(_weight(weighted, *part), part) for part in parts]
    found = [(weight, part) for weight, part in found if len(part[0]) >= SMALLEST * salience.size]
    found.sort(key=lambda one: -one[0])
    return [_bounds(*part) for weight, part in found if weight >= SEVERAL * found[0][0]]


def _merged(patches: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Patches nearer to each other than part of their size are one insect: its wings, body, legs."""
    kept: list[tuple[int, int, int, int]] = []
    for patch in patches:
        place = 0
        while place < len(kept):
            other = kept[place]
            gap = max(
                max(patch[0], other[0]) - min(patch[2], other[2]),
                max(patch[1], other[1]) - min(patch[3], other[3]),
            )
            if gap < NEAR * max(_side(patch), _side(other)):
                patch = (
                    min(patch[0], other[0]),
                    min(patch[1], other[1]),
                    max(patch[2], other[2]),
                    max(patch[3], other[3]),
                )
                del kept[place]
                place = 0  # the larger one may be near to those that were far
            else:
                place += 1
        kept.append(patch)
    return kept


def _side(patch: tuple[int, int, int, int]) -> int:
    return max(patch[2] - patch[0], patch[3] - patch[1])


def _connected(mask: np.ndarray, radius: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """(rows, columns) of the pixels of each patch, where gaps of about the radius do not divide."""
    labels = _label(_blur(mask.astype(np.float32), radius) > 0.12)
    labels[~mask] = 0
    found = []
    for number in range(1, int(labels.max(initial=0)) + 1):
        rows, columns = np.nonzero(labels == number)
        found.append((rows, columns))
    return found


def _weight(weighted: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> float:
    """How much of a patch there is; what runs out of the picture is ground more often than insect."""
    height, width = weighted.shape
    edge = ((rows == 0) | (rows == height - 1) | (columns == 0) | (columns == width - 1)).sum()
    cut = max(0.15, 1 - 4 * float(edge) / (2 * (np.ptp(rows) + np.ptp(columns)) + 1))
    return float(weighted[rows, columns].sum()) * cut


def _bounds(rows: np.ndarray, columns: np.ndarray) -> tuple[int, int, int, int]:
    """(top, left, bottom, right) around a patch."""
    return int(rows.min()), int(columns.min()), int(rows.max()) + 1, int(columns.max()) + 1


def _label(mask: np.ndarray) -> np.ndarray:
    """Numbers patches of touching pixels from 1; by runs of rows, joined where they overlap."""
    parent = [0]
    labels = np.zeros(mask.shape, np.int32)

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    before: list[tuple[int, int, int]] = []
    for y, row in enumerate(mask):
        changes = np.flatnonzero(np.diff(np.concatenate(([0], row.view(np.int8), [0]))))
        runs = []
        for start, end in zip(changes[::2], changes[1::2], strict=True):
            touching = [number for a, b, number in before if a <= end and start <= b]
            if touching:
                number = root(touching[0])
                for other in touching[1:]:
                    parent[root(other)] = number
            else:
                number = len(parent)
                parent.append(number)
            labels[y, start:end] = number
            runs.append((int(start), int(end), number))
        before = runs
    roots = np.array([root(number) for number in range(len(parent))])
    _, compact = np.unique(roots, return_inverse=True)
    return compact[labels]


def _even(left: int, top: int, right: int, bottom: int, width: int, height: int) -> Box:
    """The rectangle with a margin, as near to a square as the photo allows, in shares of it."""
    margin = MARGIN * max(right - left, bottom - top)
    side = max(right - left, bottom - top) + 2 * margin
    wide, high = min(side, width), min(side, height)
    x = min(max(0.0, (left + right - wide) / 2), width - wide)
    y = min(max(0.0, (top + bottom - high) / 2), height - high)
    return Box(x / width, y / height, min(1.0, (x + wide) / width), min(1.0, (y + high) / height))
