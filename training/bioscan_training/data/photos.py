"""Photos decoded once into a flat file, and augmented from there.

The decoded copies are at most `side` pixels long, so an epoch costs no JPEG decoding. Evaluation and
export never read them: they go through the app's own loader and `to_array`.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from bioscan_desktop.core.errors import PhotoError
from bioscan_desktop.inference.images import ImagePreprocessing, load_rgb, to_array
from bioscan_training.config import PhotoAugmentation

log = logging.getLogger(__name__)

MEAN = (127 / 255, 127 / 255, 127 / 255)
STD = (128 / 255, 128 / 255, 128 / 255)
"""Per channel, on values in [0, 1]. The pretrained Lite0 weights come from TensorFlow and expect
(pixel - 127) / 128; the usual ImageNet statistics cost untuned nearest neighbours 8 points."""


class PhotoCache:
    """Decoded photos in one memory-mapped uint8 file.

    Args:
        paths: photo files; their order gives the row numbers.
        folder: where the cache lies; rebuilt if the list of photos or the side changes, or if `read` gives
            a photo that could not be read when it was made.
        side: long side in pixels; smaller photos stay as they are.
        read: gives the photo of a row where `paths` are mere names. A photo that it does not have, or
            that is damaged, is then kept as an empty one. It is called by one thread.
        threads: that decode.
    """

    def __init__(
        self,
        paths: Sequence[Path | str],
        folder: Path,
        side: int = 320,
        read: Callable[[int], Path | bytes | None] | None = None,
        threads: int = 1,
    ) -> None:
        key = hashlib.sha256("\n".join([str(side), *map(str, paths)]).encode()).hexdigest()[:16]
        data, index = folder / f"photos-{key}.u8", folder / f"photos-{key}.json"
        if not index.exists() or (read is not None and _any_come_since(index, read, side)):
            index.unlink(missing_ok=True)  # it must not outlive the photos that it tells of
            shapes = []
            sources = map(Path, paths) if read is None else map(read, range(len(paths)))
            decode = partial(small_photo if read is None else _if_any, side=side)
            with data.open("wb") as handle:
                for picture in _in_order(decode, sources, threads):
                    shapes.append([0, 0] if picture is None else [picture.height, picture.width])
                    if picture is not None:
                        handle.write(np.asarray(picture, dtype=np.uint8).tobytes())
            part = index.with_suffix(".part")
            part.write_text(json.dumps(shapes))
            part.replace(index)
        self.shapes = np.array(json.loads(index.read_text()), dtype=np.int64).reshape(-1, 2)
        sizes = self.shapes.prod(1) * 3
        self.starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        self.present = sizes > 0
        self.flat = np.memmap(data, dtype=np.uint8, mode="r") if sizes.sum() else np.zeros(0, np.uint8)

    def __len__(self) -> int:
        return len(self.shapes)

    def picture(self, row: int) -> Image.Image:
        """The decoded photo, mode RGB."""
        height, width = self.shapes[row]
        start = self.starts[row]
        pixels = self.flat[start : start + height * width * 3].reshape(height, width, 3)
        return Image.fromarray(np.asarray(pixels))


def small_photo(source: Path | bytes, side: int) -> Image.Image:
    """A decoded photo whose long side is at most `side` pixels, mode RGB.

    Raises:
        PhotoError: if no picture can be had from it.
    """
    picture = load_rgb(source, min_side=side).image
    picture.thumbnail((side, side), Image.Resampling.BICUBIC)
    return picture


def _in_order(
    decode: Callable[[Any], Image.Image | None], sources: Iterable[Any], threads: int
) -> Iterator[Image.Image | None]:
    """The decoded sources, in their order; a few wait decoded, and no more."""
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[Image.Image | None]] = deque()
        for source in sources:
            waiting.append(pool.submit(decode, source))
            if len(waiting) > 2 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _if_any(source: Path | bytes | None, side: int) -> Image.Image | None:
    try:
        return None if source is None else small_photo(source, side)
    except PhotoError as error:
        log.warning("a photo is left out: %s", error)
        return None


def _any_come_since(index: Path, read: Callable[[int], Path | bytes | None], side: int) -> bool:
    """True if any photo that a cache lacks can be read now: the folder was wrong, or not yet full."""
    lacking = (row for row, (height, _) in enumerate(json.loads(index.read_text())) if not height)
    return any(_if_any(read(row), side) is not None for row in lacking)


def _edge_colour(picture: Image.Image) -> tuple[int, ...]:
    """Mean colour of the edge; a border of it tells less of a turn than a black wedge does."""
    edge = np.asarray(picture)
    ring = np.concatenate([edge[0], edge[-1], edge[:, 0], edge[:, -1]]).mean(0)
    return tuple(int(v) for v in ring)


def random_view(
    picture: Image.Image, size: int, how: PhotoAugmentation, rng: np.random.Generator
) -> np.ndarray:
    """A random crop, turned and mirrored by chance: (size, size, 3) uint8."""
    if how.shrink > 0 and rng.random() < how.shrink:
        factor = float(rng.uniform(1.0, how.most_shrink))
        wide = round(picture.width * factor), round(picture.height * factor)
        left, top = (int(rng.integers(0, w - p + 1)) for w, p in zip(wide, picture.size, strict=True))
        canvas = Image.new("RGB", wide, _edge_colour(picture))
        canvas.paste(picture, (left, top))
        picture = canvas
    if rng.random() < how.rotate:
        degrees = float(rng.uniform(-how.max_degrees, how.max_degrees))
        picture = picture.rotate(degrees, Image.Resampling.BILINEAR, fillcolor=_edge_colour(picture))
    width, height = picture.size
    area = width * height * rng.uniform(how.min_area, 1.0)
    ratio = float(np.exp(rng.uniform(-np.log(how.aspect), np.log(how.aspect))))
    w, h = min(width, (area * ratio) ** 0.5), min(height, (area / ratio) ** 0.5)
    left, top = rng.uniform(0, width - w), rng.uniform(0, height - h)
    box = (left, top, left + w, top + h)
    pixels = np.asarray(picture.resize((size, size), Image.Resampling.BILINEAR, box=box))
    if rng.random() < how.flip:
        pixels = pixels[:, ::-1]
    if rng.random() < how.vertical_flip:
        pixels = pixels[::-1]
    return pixels


_LUMA = np.array([0.299, 0.587, 0.114])


def _colour_matrix(how: PhotoAugmentation, rng: np.random.Generator) -> np.ndarray:
    """(3, 3): saturation and hue as one linear map on RGB (hue turns about the grey axis)."""
    grey = rng.random() < how.grey
    s = 0.0 if grey else 1.0 + rng.uniform(-how.saturation, how.saturation)
    saturation = s * np.eye(3) + (1 - s) * np.tile(_LUMA, (3, 1))
    angle = 2 * np.pi * rng.uniform(-how.hue, how.hue)
    c, q, t = np.cos(angle), np.sin(angle) / np.sqrt(3), (1 - np.cos(angle)) / 3
    hue = np.array([[c + t, t - q, t + q], [t + q, c + t, t - q], [t - q, t + q, c + t]])
    return saturation @ hue


def augmented_batch(
    cache: PhotoCache, rows: np.ndarray, size: int, how: PhotoAugmentation, rng: np.random.Generator
) -> np.ndarray:
    """Random views with random light: (n, 3, size, size) float32, normalised with `MEAN` and `STD`."""
    views = np.stack([random_view(cache.picture(int(row)), size, how, rng) for row in rows])
    x = np.ascontiguousarray(views.transpose(0, 3, 1, 2)).astype(np.float32) / 255.0
    for one in x:
        change_light(one, how, rng)
    mean, std = np.array(MEAN, np.float32), np.array(STD, np.float32)
    return (x - mean[None, :, None, None]) / std[None, :, None, None]


def change_light(x: np.ndarray, how: PhotoAugmentation, rng: np.random.Generator) -> None:
    """Changes the light of a view in place, and perhaps erases a part: (3, size, size) float32, 0 to 1."""
    size = x.shape[-1]
    matrix = _colour_matrix(how, rng) * (1.0 + rng.uniform(-how.brightness, how.brightness))
    contrast = 1.0 + rng.uniform(-how.contrast, how.contrast)
    flat = matrix.astype(np.float32) @ x.reshape(3, -1)
    middle = flat.mean()
    x[:] = np.clip((flat - middle) * contrast + middle, 0, 1).reshape(3, size, size)
    if rng.random() < how.erase:
        side = (rng.uniform(0.15, 0.45, 2) * size).astype(int)
        y0, x0 = (rng.random(2) * (size - side)).astype(int)
        x[:, y0 : y0 + side[0], x0 : x0 + side[1]] = rng.random((3, 1, 1))


def model_inputs(paths: Sequence[Path], prep: ImagePreprocessing) -> np.ndarray:
    """What the app would feed: (n, 3, size, size) float32 through its own loader."""
    return np.stack([to_array(load_rgb(path, prep.min_side).image, prep) for path in paths])
