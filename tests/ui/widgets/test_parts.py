"""Small parts: bars that wait for their turn to be drawn."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QPaintEvent
from pytestqt.qtbot import QtBot

from bioscan_desktop import ui
from bioscan_desktop.ui.widgets.parts import ProgressBar


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
