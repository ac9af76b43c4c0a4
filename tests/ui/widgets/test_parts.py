"""Small parts: bars that wait for their turn to be drawn."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from bioscan_desktop import ui
from bioscan_desktop.ui import icons
from bioscan_desktop.ui.widgets.parts import ProgressBar, size_to_fit


class _Counted(ProgressBar):
    painted = 0

    def paintEvent(self, event: QPaintEvent) -> None:
        self.painted += 1
        super().paintEvent(event)


def test_progress_is_drawn_in_the_next_turn_and_not_at_once(qtbot: QtBot) -> None:
    bar = _Counted()
    qtbot.addWidget(bar)
    bar.setRange(0, 100)
    bar.show()
    qtbot.waitUntil(lambda: bar.painted > 0)
    before = bar.painted
    for value in range(1, 51):
        bar.setValue(value)
    bar.setRange(0, 200)
    assert bar.painted == before
    qtbot.waitUntil(lambda: bar.painted > before)
    assert bar.value() == 50


def test_every_bar_of_the_window_is_drawn_so() -> None:
    folder = Path(ui.__file__).parent
    plain = [path.name for path in folder.rglob("*.py") if " QProgressBar()" in path.read_text("utf-8")]
    assert plain == []


@pytest.mark.parametrize(("window", "size"), [((400, 300), (300, 200)), ((700, 500), (350, 250))])
def test_a_dialog_grows_with_its_window(window: tuple[int, int], size: tuple[int, int], qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.resize(*window)
    dialog = QDialog(QWidget(parent))
    size_to_fit(dialog, 300, 200, of_window=0.5)
    assert dialog.size() == QSize(*size)


def test_an_icon_keeps_away_from_the_words_beside_it(qtbot: QtBot) -> None:
    button = QPushButton("Open")
    qtbot.addWidget(button)
    icons.put_beside_text(button, icons.icon("stopped", "#000000"))
    image = QImage(button.iconSize(), QImage.Format.Format_ARGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    button.icon().paint(painter, image.rect())
    painter.end()
    inked = [x for x in range(image.width()) if image.pixelColor(x, 8).lightness() < 128]
    assert inked and max(inked) < 16 <= image.width() - icons.GAP
