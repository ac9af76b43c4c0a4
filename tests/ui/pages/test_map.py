"""The page with the map."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bioscan_desktop.services import embedding_map
from bioscan_desktop.services.embedding_map import Layout, Placed
from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.pages.map import MapPage
from bioscan_desktop.ui.widgets.map_legend import ENTRY
from bioscan_desktop.ui.widgets.scatter_view import ScatterView, mixed
from tests.conftest import TinyWorld


@pytest.fixture
def page(window: MainWindow, qtbot: QtBot) -> MapPage:
    window.shell.show_page("map")
    page = window.shell.page("map")
    assert isinstance(page, MapPage)
    qtbot.waitUntil(lambda: page.layout_shown is not None)
    return page


def legend(page: MapPage) -> list[str]:
    model = page.side.legend.entries
    return [model.index(row).data(ENTRY).spoken for row in range(model.rowCount())]


def pixel(page: MapPage, index: int) -> QPoint:
    x, y = page.view.camera.to_pixels(page.layout_shown.xy[index : index + 1])[0]
    return QPoint(round(float(x)), round(float(y)))


def taxon(page: MapPage, name: str) -> int:
    assert page.source.taxonomy is not None
    return page.source.taxonomy.search(name)[0].taxon


def test_the_overview_is_there_at_once(page: MapPage) -> None:
    assert page.points is not None and page.layout_shown is not None
    assert page.layout_shown.kind == "components"
    assert legend(page)[0].startswith("Lepidoptera, ") and "9 photo keys" in legend(page)[0]
    assert page.words.text().startswith(
        f"{len(page.points)} references on the map; these two directions hold"
    )
    image = page.view.grab().toImage()
    places = np.ndindex(image.width() // 2, image.height() // 2)
    found = {image.pixelColor(2 * x, 2 * y).name() for x, y in places}
    assert set(page.view._palette[:2]) <= found


def test_colours_by_rank(page: MapPage) -> None:
    page.bar.ranks.setCurrentIndex(page.bar.ranks.findData("family"))
    page.bar.ranks.activated.emit(1)
    assert page.rank == "family" and len(legend(page)) == 3
    assert {label.text for label in page.view._labels} == {"Noctuidae", "Pieridae", "Syrphidae"}
    page.colour_by("species")
    assert all(label.italic for label in page.view._labels)


def test_what_is_pointed_at_is_told(page: MapPage, qtbot: QtBot) -> None:
    index = int(np.flatnonzero(page.points.modality == 1)[0])
    page.view.zoom(30, QPointF(pixel(page, index)))
    QTest.mouseMove(page.view, pixel(page, index))
    nearest = page.view.point_at(QPointF(pixel(page, index)))
    page.view._point(nearest)
    name = page.source.taxonomy.name(int(page.points.taxon[nearest]))
    assert name in page.words.text()
    qtbot.waitUntil(lambda: "TINY" in page.words.text() and "France" in page.words.text())
    page.view._point(-1)
    assert "references on the map" in page.words.text()


def test_a_lasso_lists_what_it_takes_in(page: MapPage, qtbot: QtBot) -> None:
    QTest.keyClick(page.view, Qt.Key.Key_L)
    assert page.bar.lasso.isChecked() and page.view.lasso
    view = page.view
    corners = [QPoint(4, 4), QPoint(view.width() - 4, 4), QPoint(view.width() - 4, view.height() - 4),
               QPoint(4, view.height() - 4)]  # fmt: skip
    QTest.mousePress(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, corners[0])
    for corner in [*corners[1:], corners[0]]:
        QTest.mouseMove(view, corner)
    view.grab()  # with the outline half drawn
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, corners[0])
    count = len(page.points)
    assert page.side.selected.rowCount() == count and page.side.count.text() == f"{count} references selected"
    qtbot.waitUntil(lambda: page.side.selected.record(0) is not None)
    page.side.table.selectRow(1)
    assert page.view._pointed == page._selection[1]
    page.side.clear.click()
    assert page.side.selected.rowCount() == 0 and page.side.hint.isVisible()


def test_a_click_lists_one_and_the_ground_none(page: MapPage) -> None:
    index = 0
    page.view.zoom(50, QPointF(pixel(page, index)))
    QTest.mouseClick(page.view, Qt.MouseButton.LeftButton, pos=pixel(page, index))
    assert page.side.selected.rowCount() == 1
    page.view.fit()
    QTest.mouseClick(page.view, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert page.side.selected.rowCount() == 0


def test_the_map_moves_by_keys_wheel_and_drag(page: MapPage) -> None:
    view = page.view
    start = view.camera
    QTest.keyClick(view, Qt.Key.Key_Plus)
    assert view.camera.scale > start.scale
    QTest.keyClick(view, Qt.Key.Key_Left)
    moved = view.camera
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.camera.x < moved.x
    QTest.keyClick(view, Qt.Key.Key_0)
    assert view.camera == start
    centre = QPointF(view.rect().center())
    none = Qt.KeyboardModifier.NoModifier
    wheel = QWheelEvent(centre, centre, QPoint(0, 120), QPoint(0, 120), Qt.MouseButton.NoButton, none,
                        Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
    QApplication.sendEvent(view, wheel)
    assert view.camera.scale == pytest.approx(start.scale * 1.25)
    before = view.camera
    QTest.mousePress(view, Qt.MouseButton.LeftButton, none, QPoint(100, 100))
    QTest.mouseMove(view, QPoint(140, 90))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, none, QPoint(140, 90))
    assert (view.camera.x - before.x, view.camera.y - before.y) == (40, -10)
    for _ in range(60):
        view.zoom(0.5)
    assert view.camera.scale >= start.scale / 4.01


def test_a_group_stands_out_until_it_is_let_go(page: MapPage, qtbot: QtBot) -> None:
    page.side.legend.setFocus()
    page.side.legend.setCurrentIndex(page.side.legend.entries.index(0))
    assert page.view._emphasis is not None
    assert page.view._emphasis.sum() == page.grouping.groups[0].total
    assert page.side.only.isVisible()
    QTest.keyClick(page.side.legend, Qt.Key.Key_Escape)
    assert page.view._emphasis is None and not page.side.only.isVisible()


def test_a_map_of_one_group_only(page: MapPage, qtbot: QtBot) -> None:
    whole = len(page.points)
    page.side.legend.setCurrentIndex(page.side.legend.entries.index(0))
    page.side.only.click()
    qtbot.waitUntil(lambda: page.points is not None and len(page.points) < whole)
    assert page.rank == "family" and page.side.scope.text() == "Lepidoptera"
    page.side.whole.click()
    qtbot.waitUntil(lambda: page.points is not None and len(page.points) == whole)
    assert page.rank == "order"


def test_barcodes_and_photos_can_be_hidden(page: MapPage) -> None:
    page.bar.checks["image"].setChecked(False)
    assert page.view._shown.sum() == (page.points.modality == 1).sum()
    photo = int(np.flatnonzero(page.points.modality == 0)[0])
    page._on_lasso(np.array([(-9, -9), (9, -9), (9, 9), (-9, 9)]))
    assert photo not in page._selection and len(page._selection)


def test_the_specimen_at_hand_is_placed(
    page: MapPage, window: MainWindow, world: TinyWorld, drop: Callable, settled: Callable, qtbot: QtBot
) -> None:
    assert "Identify a specimen" in page.side.query_words.text()
    drop(window, world.photos["Pieris rapae"])
    settled(window, 1)
    window.shell.show_page("map")
    qtbot.waitUntil(lambda: len(page.view._queries) == 1)
    (query,) = page.view._queries
    assert query.hollow and len(query.hits)
    assert page.side.queries.currentText() == "pieris_rapae"
    assert "☆ its photo" in page.side.query_words.text()
    page.view.grab()
    page.show_specimen(0)
    assert page.view._queries == ()
    far = Placed("dna", np.zeros(2, dtype=np.float32), np.zeros(0, dtype=np.int64))
    page._on_placed(page.layout_shown, [far])
    assert page.side.query_words.text() == "★ its barcode; its nearest references are not on this map."
    page._on_placed(page.layout_shown, [])
    assert page.side.query_words.text() == "None of its nearest references is on this map."


def test_neighbourhoods_come_in_the_background(
    page: MapPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lay_out(vectors: np.ndarray, progress: Callable, cancel: object, threads: object = None) -> Layout:
        return Layout("neighbourhoods", vectors[:, :2].copy())

    monkeypatch.setattr(embedding_map, "has_neighbourhoods", lambda: True)
    monkeypatch.setattr(embedding_map, "neighbourhoods", lay_out)
    page.bar.offer(("image", "dna"), "")
    page.bar.kinds["neighbourhoods"].click()
    assert page.layout_shown.kind == "components" and page.stop.isVisible()  # until the other is there
    qtbot.waitUntil(lambda: page.layout_shown.kind == "neighbourhoods")
    assert not page.stop.isVisible() and "far apart means nothing" in page.words.text()


def test_without_the_package_it_says_so(page: MapPage, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    monkeypatch.setattr(embedding_map, "has_neighbourhoods", lambda: False)
    page._on_source()
    button = page.bar.kinds["neighbourhoods"]
    assert not button.isEnabled() and "pip install openTSNE" in button.toolTip()
    page.show_kind("neighbourhoods")
    qtbot.waitUntil(lambda: "openTSNE" in page.words.text() or page.kind == "components")


def test_a_map_of_the_library_before_is_not_shown(page: MapPage, window: MainWindow, qtbot: QtBot) -> None:
    shown = page.layout_shown
    late = window.jobs.make("library", "map", lambda _: None)
    page._on_made(late, (page.scope, page.kind), (page.points, shown))  # type: ignore[arg-type]
    page._on_source()  # as when another library is open
    page._on_made(late, (page.scope, page.kind), (page.points, shown))  # type: ignore[arg-type]
    assert page.layout_shown is None
    qtbot.waitUntil(lambda: page.layout_shown is not None)


def test_the_library_page_shows_a_taxon_here(page: MapPage) -> None:
    page.source.ask_for(taxon(page, "Noctua"))
    assert page.view._emphasis is not None and page.side.selected.rowCount() == page.view._emphasis.sum()
    assert "<i>Noctua</i>" in page.words.text()


def test_a_taxon_asked_for_before_the_map_was_made(window: MainWindow, qtbot: QtBot) -> None:
    from bioscan_desktop.ui.models.taxonomy import TaxonomySource

    source = TaxonomySource.of(window.bench)
    qtbot.waitUntil(lambda: source.taxonomy is not None)
    source.ask_for(source.taxonomy.search("Pieridae")[0].taxon)
    window.shell.show_page("map")
    page = window.shell.page("map")
    assert isinstance(page, MapPage)
    qtbot.waitUntil(lambda: "Pieridae" in page.words.text())


def test_everything_has_a_name_for_screen_readers(page: MapPage) -> None:
    from tests.ui.test_access import _named

    page._on_lasso(np.array([(-9, -9), (9, -9), (9, 9), (-9, 9)]))
    assert _named(page) == []


def test_the_theme_changes_the_colours(page: MapPage, window: MainWindow) -> None:
    before = list(page.view._palette)
    window._theme.choose("dark")
    assert page.view._palette != before
    assert isinstance(page.view, ScatterView)
    page.view.grab()


def test_mixing_colours() -> None:
    assert mixed("#000000", "#ffffff", 0.5) == "#808080" and mixed("#123456", "#ffffff", 0) == "#123456"
