"""Boxes, what is proposed for drawn photos, and that a crop keeps the detail."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from bioscan_desktop.core.errors import PhotoError
from bioscan_desktop.inference import crop
from bioscan_desktop.inference.crop import Box

shares = st.floats(0, 1, allow_nan=False)


def photo(*insects: tuple[int, int, int], size: tuple[int, int] = (800, 600), seed: int = 1) -> Image.Image:
    """Dark ellipses with legs on a noisy ground; each insect as (x, y, length)."""
    rng = np.random.default_rng(seed)
    ground = np.clip(rng.normal((188, 196, 182), 6, (size[1], size[0], 3)), 0, 255).astype(np.uint8)
    image = Image.fromarray(ground)
    draw = ImageDraw.Draw(image)
    for x, y, length in insects:
        draw.ellipse((x - length // 2, y - length // 5, x + length // 2, y + length // 5), fill=(60, 38, 22))
        for leg in (-length // 4, 0, length // 4):
            draw.line((x + leg, y - length // 3, x + leg, y + length // 3), fill=(50, 30, 20), width=4)
    return image


def holds(box: Box, insect: tuple[int, int, int], size: tuple[int, int] = (800, 600)) -> bool:
    x, y, length = insect
    left, top, right, bottom = box.pixels(*size)
    return (
        left <= x - length / 2
        and right >= x + length / 2
        and top <= y - length / 3
        and bottom >= y + length / 3
    )


@pytest.mark.parametrize("insect", [(400, 300, 120), (120, 100, 100), (690, 500, 140), (250, 420, 200)])
@pytest.mark.parametrize("seed", range(3))
def test_a_small_insect_is_found_wherever_it_is(insect: tuple[int, int, int], seed: int) -> None:
    boxes = crop.propose(photo(insect, seed=seed))
    assert len(boxes) == 1
    assert holds(boxes[0], insect)
    assert boxes[0].area < 6 * (insect[2] / 800) * (insect[2] / 600)  # not much more than it
    left, top, right, bottom = boxes[0].pixels(800, 600)
    assert abs((right - left) - (bottom - top)) <= 12  # a square, as the model sees


def test_several_insects_are_several_boxes() -> None:
    insects = [(140, 130, 130), (640, 150, 130), (400, 470, 130)]
    boxes = crop.propose(photo(*insects))
    assert len(boxes) == 3
    for insect in insects:
        assert any(holds(box, insect) for box in boxes)


def test_where_the_insect_fills_the_photo_nothing_is_proposed() -> None:
    assert crop.propose(photo((400, 300, 600))) == []


@pytest.mark.parametrize("size", [(800, 600), (40, 1200), (16, 16), (5, 5)])
def test_a_photo_of_nothing_gives_nothing_or_boxes_within(size: tuple[int, int]) -> None:
    assert crop.propose(Image.new("RGB", size, (120, 130, 90))) == []
    rng = np.random.default_rng(0)
    noise = Image.fromarray(rng.integers(0, 255, (size[1], size[0], 3), np.uint8))
    for box in crop.propose(noise):
        assert 0 <= box.left < box.right <= 1 and 0 <= box.top < box.bottom <= 1


def test_the_proposal_is_the_same_at_any_size_and_each_time() -> None:
    image = photo((200, 400, 150))
    (box,) = crop.propose(image)
    assert crop.propose(image) == [box]
    (larger,) = crop.propose(image.resize((1600, 1200)))
    assert larger.left == pytest.approx(box.left, abs=0.03) and larger.top == pytest.approx(box.top, abs=0.03)


@given(shares, shares, shares, shares, st.integers(1, 5000), st.integers(1, 5000))
def test_boxes_lie_within_and_hold_at_least_a_pixel(
    a: float, b: float, c: float, d: float, width: int, height: int
) -> None:
    if a == c or b == d:
        with pytest.raises(ValueError, match="no rectangle"):
            Box(a, b, c, d)
        return
    box = Box(min(a, c), min(b, d), max(a, c), max(b, d))
    left, top, right, bottom = box.pixels(width, height)
    assert 0 <= left < right <= width and 0 <= top < bottom <= height


@pytest.mark.parametrize(
    "values", [(0.5, 0, 0.4, 1), (0, 0, 1.1, 1), (-0.1, 0, 1, 1), (0, 0, float("nan"), 1)]
)
def test_what_is_no_rectangle_is_refused(values: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError, match="no rectangle"):
        Box(*values)


def test_a_crop_keeps_the_detail_that_a_draft_decode_would_lose() -> None:
    """An eighth of a 12-megapixel JPEG must not come from a picture that was shrunk first."""
    image = photo((3500, 2500, 400), size=(4000, 3000))
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=90)
    box = Box(0.8, 0.75, 0.95, 0.95)
    part = crop.load(stream.getvalue(), box, 224)
    assert min(part.image.size) >= 224
    assert (part.width, part.height) == (4000, 3000)
    whole = crop.load(stream.getvalue(), None, 224)
    assert min(whole.image.size) < 3000


def test_a_small_photo_gives_what_it_has(tmp_path: Path) -> None:
    photo((100, 80, 60), size=(200, 160)).save(tmp_path / "a.png")
    assert crop.load(tmp_path / "a.png", Box(0.25, 0.25, 0.75, 0.75), 224).image.size == (100, 80)
    assert isinstance(crop.propose_for(tmp_path / "a.png"), list)
    with pytest.raises(PhotoError):
        crop.propose_for(tmp_path / "gone.png")
