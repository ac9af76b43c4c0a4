"""Nothing is cut at the sides: no page has to be scrolled from left to right, nor holds the window open."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QDialog, QLabel, QPushButton, QSplitter, QWidget
from pytestqt.qtbot import QtBot

from bioscan_desktop.ui import intake
from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.restricting import Limits

SIZES = [(640, 400), (800, 600), (900, 640), (1280, 800)]
"""Pixels; the first are those of 1280 x 800 at 200 %."""


def sideways(window: QWidget) -> list[str]:
    """What is wider than its place."""
    return [
        f"{type(area).__name__} {area.accessibleName()} by {area.horizontalScrollBar().maximum()}"
        for area in window.findChildren(QAbstractScrollArea)
        if area.isVisible()
        and area.horizontalScrollBar().maximum() > 0
        and area.horizontalScrollBar().isVisible()
    ]


def cut_texts(page: QWidget) -> list[str]:
    """Texts of several lines that have room for fewer."""
    return [
        f"{text.text()!r}: {text.size()}"
        for text in page.findChildren(QLabel)
        if text.isVisible() and text.wordWrap() and text.height() < text.heightForWidth(text.width())
    ]


def pressed(window: QWidget) -> list[str]:
    """Buttons that are narrower than their words, and neighbours that stand on each other."""
    found = [
        f"{button.text()!r}: {button.width()}"
        for button in window.findChildren(QPushButton)
        if button.isVisible() and button.width() < button.minimumSizeHint().width()
    ]
    for splitter in window.findChildren(QSplitter):
        sides = [splitter.widget(n) for n in range(splitter.count())]
        shown = [side.geometry() for side in sides if side.isVisible()]
        found += [f"{one} over {other}" for one, other in pairwise(shown) if one.intersects(other)]
    return found


def check(window: MainWindow, size: tuple[int, int]) -> None:
    window.resize(*size)
    QTest.qWait(60)
    assert (window.width(), window.height()) == size
    assert sideways(window) == []
    QTest.qWait(60)  # higher pages were asked for meanwhile
    assert pressed(window) == []


@pytest.fixture
def filled(window: MainWindow, world: Any, settled: Callable, qtbot: QtBot) -> MainWindow:
    """A photo with a barcode and a long name, and a barcode that is answered from a part of the library."""
    window.bench.take(intake.Intake(paths=(world.photos["Pieris rapae"],)))
    (row,) = settled(window, 1)
    window.bench.take(intake.Intake(text=world.barcodes["Pieris rapae"]), row.key)
    settled(window, 1)
    window.bench.restrict(Limits(taxa=("Diptera",)))
    text = f">a-very-long-name-of-a-specimen_{'0123456789' * 6}\n{world.barcodes['Noctua comes']}\n"
    window.bench.take(intake.Intake(text=text))
    settled(window, 2)
    return window


@pytest.mark.parametrize("size", SIZES)
def test_results_fit(filled: MainWindow, size: tuple[int, int], qtbot: QtBot) -> None:
    for row in list(filled.bench.model.rows):
        filled.page.select(row.key)
        qtbot.waitUntil(lambda row=row: filled.bench.evidences.is_known(row))
        check(filled, size)
    assert filled.page.panel._limited.isVisible()


@pytest.mark.parametrize("size", SIZES)
def test_pages_fit(filled: MainWindow, size: tuple[int, int], qtbot: QtBot) -> None:
    for name in filled.shell.names:
        filled.shell.show_page(name)
        QTest.qWait(100)
        check(filled, size)


@pytest.mark.parametrize("size", SIZES)
def test_distances_fit(filled: MainWindow, size: tuple[int, int], qtbot: QtBot) -> None:
    filled.shell.show_page("library")
    panel = filled.shell.page("library").panel
    qtbot.waitUntil(lambda: panel.taxon is not None)
    panel.tabs.setCurrentWidget(panel.distances)
    qtbot.waitUntil(lambda: panel.distances.model.rowCount() > 0)
    check(filled, size)
    assert cut_texts(panel.distances) == []


@pytest.mark.parametrize("size", SIZES)
def test_facts_of_a_pack_fit(filled: MainWindow, size: tuple[int, int], qtbot: QtBot) -> None:
    filled.shell.show_page("packs")
    page = filled.shell.page("packs")
    qtbot.waitUntil(lambda: bool(page.packs))
    check(filled, size)
    assert cut_texts(page.details) == []


@pytest.mark.parametrize("size", [(640, 400), (800, 600)])
@pytest.mark.parametrize(
    "act", ["restrict", "export_details", "photos", "crop", "why", "quick_look", "shortcuts", "attach"]
)
def test_dialogs_are_no_larger_than_the_window(
    filled: MainWindow, size: tuple[int, int], act: str, qtbot: QtBot
) -> None:
    filled.resize(*size)
    filled.page.select(filled.bench.model.rows[0].key)
    if act == "attach":
        filled.bench.unjoin(filled.bench.model.rows[0].key)
    filled.acts[act].trigger()
    (dialog,) = [one for one in filled.findChildren(QDialog) if one.isVisible()]
    QTest.qWait(60)
    try:
        assert dialog.width() <= size[0] and dialog.height() <= size[1], dialog.size()
        assert pressed(dialog) == [] and sideways(dialog) == []
    finally:
        dialog.close()
