"""Photos side by side: which are offered, and that they zoom together."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bioscan_desktop.ui.dialogs.photos import counterparts
from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.widgets.zoom_view import ZOOM_MAX, Tied, ZoomView


@pytest.fixture
def pair(qtbot: QtBot) -> tuple[ZoomView, ZoomView]:
    theme = Theme("light")
    views = ZoomView(theme, "left"), ZoomView(theme, "right")
    for view, size in zip(views, ((400, 300), (1200, 700)), strict=True):
        qtbot.addWidget(view)
        view.resize(400, 300)
        picture = QPixmap(*size)
        picture.fill(Qt.GlobalColor.white)
        view.show_picture(picture, "photo")
        view.show()
    return views


def test_both_show_the_same_part(pair: tuple[ZoomView, ZoomView]) -> None:
    left, right = pair
    tied = Tied(pair)
    left.zoom_by(4, QPointF(0, 0))
    assert left.zoom == right.zoom == 4 and left.middle == right.middle
    assert left.middle.x() < 0.2  # the corner under the pointer stays there
    QTest.keyClick(right, Qt.Key.Key_Right)
    assert left.middle == right.middle and right.middle.x() > 0.13
    tied.tie(False)
    QTest.keyClick(left, Qt.Key.Key_Plus)
    assert left.zoom > right.zoom
    tied.tie(True)
    assert left.zoom == right.zoom


def test_the_picture_never_leaves_its_frame(pair: tuple[ZoomView, ZoomView]) -> None:
    left, _ = pair
    for _ in range(40):
        QTest.keyClick(left, Qt.Key.Key_Plus)
    assert left.zoom == ZOOM_MAX
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Up):
        for _ in range(200):
            QTest.keyClick(left, key)
    half = 0.5 / ZOOM_MAX
    assert (left.middle.x(), left.middle.y()) == pytest.approx((half, half))
    QTest.keyClick(left, Qt.Key.Key_0)
    assert left.zoom == 1 and left.middle == QPointF(0.5, 0.5)


def test_dragging_moves_what_is_under_the_pointer(pair: tuple[ZoomView, ZoomView]) -> None:
    left, _ = pair
    left.zoom_by(2)
    QTest.mousePress(left, Qt.MouseButton.LeftButton, pos=QPoint(200, 150))
    QTest.mouseMove(left, QPoint(240, 150))
    QTest.mouseRelease(left, Qt.MouseButton.LeftButton, pos=QPoint(240, 150))
    assert left.middle.x() == pytest.approx(0.5 - 40 / 800, abs=0.01)


def test_references_with_photos_are_offered(
    window: MainWindow, world, drop: Callable, settled: Callable, qtbot: QtBot
) -> None:
    drop(window, *world.photos.values())
    rows = settled(window, 4)
    window.page.select(rows[0].key)
    offered = counterparts(rows[0], window.bench.model.rows, window.bench.engine)
    assert [one.key_id for one in offered if one.key_id] == [hit.key_id for hit in rows[0].result.hits]
    card = window.page.panel.hits.cards[1]
    assert card._look.isVisible()
    card._look.click()
    dialog = window.details.photos
    assert dialog.isVisible() and dialog.box.currentIndex() == 1
    qtbot.waitUntil(lambda: dialog.mine.picture is not None and dialog.other.picture is not None)
    window.page.select(rows[2].key)
    assert dialog.key == rows[2].key  # it follows the row that is looked at
    dialog.close()


def test_without_photos_of_references_other_specimens_are_offered(
    window: MainWindow, world, drop: Callable, settled: Callable
) -> None:
    photo = world.photos["Pieris rapae"]
    drop(window, photo, photo)
    rows = settled(window, 2)
    offered = counterparts(rows[0], window.bench.model.rows, None)
    assert [one.key_id for one in offered] == [None]
    assert rows[1].specimen.query_id in offered[0].title
