"""Marks drawn by numpy, the camera, and colours that everyone can tell apart."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioscan_desktop.ui import group_colours, raster
from bioscan_desktop.ui.contrast import contrast
from bioscan_desktop.ui.raster import Camera
from bioscan_desktop.ui.theme import LIGHT, THEMES, Colours

WHITE, RED, BLUE = 0xFFFFFFFF, 0xFFFF0000, 0xFF0000FF


def draw(*marks: tuple[float, float, int, bool], radius: float = 2.0, side: int = 21) -> np.ndarray:
    pixels = np.array([(x, y) for x, y, _, _ in marks], dtype=np.float32).reshape(-1, 2)
    colours = np.array([c for *_, c, _ in marks], dtype=np.uint32)
    hollow = np.array([h for *_, h in marks], dtype=bool)
    return raster.draw(pixels, colours, hollow, side, side, WHITE, radius)


def test_a_disc_is_round_and_filled() -> None:
    picture = draw((10, 10, RED, False), radius=4)
    assert picture[10, 10] == RED and picture[10, 13] == RED and picture[14, 14] == WHITE
    assert np.array_equal(picture, picture.T) and np.array_equal(picture, picture[::-1, ::-1])
    covered = (picture == RED).sum() + 0.5 * ((picture != RED) & (picture != WHITE)).sum()
    assert covered == pytest.approx(np.pi * 16, rel=0.1)
    half = picture[(picture != RED) & (picture != WHITE)]
    assert set(half.tolist()) == {0xFFFF7F7F}


def test_a_square_is_hollow() -> None:
    picture = draw((10, 10, RED, True), radius=3)
    assert picture[10, 10] == WHITE and picture[10, 13] == RED and picture[7, 7] == RED
    assert (picture == RED).sum() == 24


def test_a_square_hides_what_is_below_it() -> None:
    assert draw((10, 10, BLUE, False), (10, 10, RED, True), radius=3)[10, 10] == WHITE


def test_later_marks_cover_earlier_ones() -> None:
    assert draw((10, 10, RED, False), (10, 10, BLUE, False))[10, 10] == BLUE


@given(st.lists(st.tuples(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9)), max_size=8), st.floats(0.5, 10))
def test_marks_beyond_the_picture_do_no_harm(places: list[tuple[float, float]], radius: float) -> None:
    picture = draw(*((x, y, RED, n % 2 == 0) for n, (x, y) in enumerate(places)), radius=radius)
    assert picture.shape == (21, 21)


def test_a_mark_at_the_edge_is_cut() -> None:
    picture = draw((0, 0, RED, False), radius=4)
    assert picture[0, 0] == RED and picture[0, 3] == RED and picture[20, 20] == WHITE


def test_the_camera_there_and_back() -> None:
    camera = Camera(50, 100, 80)
    xy = np.array([(0, 0), (1, 1), (-2, 0.5)], dtype=np.float32)
    pixels = camera.to_pixels(xy)
    assert pixels[0].tolist() == [100, 80] and pixels[1].tolist() == [150, 30]
    assert np.allclose(camera.to_plane(pixels), xy)
    nearer = camera.zoomed(2, 150, 30)
    assert nearer.to_pixels(xy)[1].tolist() == [150, 30] and nearer.scale == 100
    assert camera.moved(5, -5).to_pixels(xy)[0].tolist() == [105, 75]


@pytest.mark.parametrize("count", [0, 1, 2, 500])
def test_fitting_shows_all(count: int) -> None:
    xy = np.random.default_rng(1).uniform(-3, 7, size=(count, 2)).astype(np.float32)
    pixels = raster.fitting(xy, 400, 300).to_pixels(xy)
    assert ((pixels >= 0) & (pixels <= (400, 300))).all()


# Machado, Oliveira & Fernandes 2009, severity 1.
_VISIONS = {
    "full": (1, 0, 0, 0, 1, 0, 0, 0, 1),
    "no red": (0.1523, 1.0526, -0.2049, 0.1145, 0.7863, 0.0992, -0.0039, -0.0481, 1.0520),
    "no green": (0.3673, 0.8606, -0.2280, 0.2801, 0.6725, 0.0474, -0.0118, 0.0429, 0.9689),
    "no blue": (1.2555, -0.0767, -0.1788, -0.0784, 0.9308, 0.1476, 0.0047, 0.6914, 0.3039),
}
_TO_XYZ = np.array([(0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505)])


def lab(colour: str, vision: str) -> np.ndarray:
    """CIELAB of a colour as seen."""
    srgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.reshape(_VISIONS[vision], (3, 3)) @ linear, 0, 1)
    t = _TO_XYZ @ seen / (0.9505, 1, 1.089)
    f = np.where(t > 0.008856, np.cbrt(t), 7.787 * t + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("colours", THEMES, ids=lambda c: c.name)
@pytest.mark.parametrize("vision", _VISIONS)
def test_groups_can_be_told_apart_by_everyone(colours: Colours, vision: str) -> None:
    shown = group_colours.palette(colours, group_colours.COUNT)
    assert len(shown) == group_colours.COUNT + 1
    assert all(contrast(colour, colours.field) >= 3 for colour in shown)
    for a, b in combinations(shown, 2):
        assert np.linalg.norm(lab(a, vision) - lab(b, vision)) >= 15, (a, b)


def test_fewer_groups_take_the_first_colours() -> None:
    assert group_colours.palette(LIGHT, 2) == [*group_colours.ON_LIGHT[:2], group_colours.OTHERS_ON_LIGHT]
