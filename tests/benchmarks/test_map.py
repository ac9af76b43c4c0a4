"""A frame of the map with 100,000 marks, against Qt drawing the same marks.

pytest tests/benchmarks/test_map.py -m benchmark -s
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bioscan_desktop.services.embedding_map import components, inside
from bioscan_desktop.ui import group_colours
from bioscan_desktop.ui.theme import LIGHT, Theme
from bioscan_desktop.ui.widgets.scatter_view import ScatterView

pytestmark = pytest.mark.benchmark

COUNT = 100_000


def least_s(run: Callable[[], object], times: int = 9) -> float:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return min(taken)


@pytest.fixture
def view(qtbot: QtBot) -> ScatterView:
    rng = np.random.default_rng(0)
    view = ScatterView(Theme("light"))
    qtbot.addWidget(view)
    view.resize(1100, 650)
    view.show()
    view.show_points(rng.normal(scale=0.4, size=(COUNT, 2)).astype(np.float32), rng.random(COUNT) < 0.2)
    view.show_groups(rng.integers(0, 8, COUNT).astype(np.int16), group_colours.palette(LIGHT, 7), [])
    QTest.qWait(50)
    return view


def test_a_frame_is_far_cheaper_than_qts(view: ScatterView) -> None:
    def ours() -> None:
        view._picture = None
        view.grab()

    places = [QPointF(float(x), float(y)) for x, y in view.camera.to_pixels(view._xy)]
    colours = [QColor(view._palette[n]) for n in view._group]

    def qts() -> None:
        image = QImage(view.size(), QImage.Format.Format_RGB32)
        painter = QPainter(image)
        painter.setPen(Qt.PenStyle.NoPen)
        for place, colour in zip(places, colours, strict=True):
            painter.setBrush(colour)
            painter.drawEllipse(place, 1.7, 1.7)
        painter.end()

    frame, other = least_s(ours), least_s(qts, 3)
    hover = least_s(lambda: view.point_at(QPointF(500, 300)))
    print(f"\n{COUNT} marks: a frame {frame * 1000:.1f} ms, drawn one by one {other * 1000:.0f} ms "
          f"(ratio {frame / other:.3f}); pointing {hover * 1000:.1f} ms")  # fmt: skip
    assert frame / other < 0.3


def test_a_lasso_costs_less_than_a_frame(view: ScatterView) -> None:
    turns = np.linspace(0, 2 * np.pi, 200)
    outline = np.stack([np.cos(turns), np.sin(turns)], axis=1) * 0.5
    lasso = least_s(lambda: inside(view._xy, outline), 3)
    print(f"\na lasso of 200 corners over {COUNT} marks: {lasso * 1000:.0f} ms")
    assert lasso < 1


def test_components_cost_few_products(view: ScatterView) -> None:
    rows = np.random.default_rng(0).normal(size=(COUNT, 256)).astype(np.float32)
    product = least_s(lambda: rows.T @ rows, 3)
    layout = least_s(lambda: components(rows), 3)
    print(f"\ncomponents of {COUNT} x 256: {layout:.2f} s, one product {product:.2f} s "
          f"(ratio {layout / product:.1f})")  # fmt: skip
    assert layout / product < 8
