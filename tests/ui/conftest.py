"""Fixtures of the window: the real window over the tiny world of `tests/conftest.py`."""

from __future__ import annotations

import json
import logging
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from bioscan_desktop import app as program
from bioscan_desktop.core.calibration import Calibration, NoveltyModel, PairScale
from bioscan_desktop.settings import Settings
from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.models.specimens import Row, State

ENDED = (State.DONE, State.PARTIAL, State.FAILED, State.STOPPED)


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    return QApplication


IGNORED = ("This plugin does not support ",)
"""What Qt's offscreen platform complains of by itself."""


@pytest.fixture(autouse=True)
def no_warnings(
    caplog: pytest.LogCaptureFixture, qtlog: Any, request: pytest.FixtureRequest
) -> Iterator[None]:
    """A warning of Qt's or ours that a test does not expect is a failure; see `expects_log`."""
    yield
    qt = [r.message for r in qtlog.records if r.type_name != "QtDebugMsg"]
    assert not [message for message in qt if not message.startswith(IGNORED)]
    if "expects_log" not in request.fixturenames:
        records = caplog.get_records("call")
        loud = [r for r in records if r.levelno >= logging.WARNING and r.name.startswith("bioscan")]
        assert not loud, [record.getMessage() for record in loud]


@pytest.fixture
def expects_log() -> None:
    """Asked for by tests in which the program must complain to the log."""


@pytest.fixture(scope="session")
def library(world: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny library with a calibration, under which photos are as telling as barcodes."""
    folder = tmp_path_factory.mktemp("calibrated") / "library"
    shutil.copytree(world.library, folder)
    calibration = Calibration(
        pairs={
            "image->image": PairScale(4000, -3985),
            "image->dna": PairScale(1, -20),
            "dna->dna": PairScale(15, 0),
            "dna->image": PairScale(1, -20),
        },
        novelty={
            "dna->dna": NoveltyModel(_line(0.95, 1.0), _line(0.65, 0.9)),
            "image->image": NoveltyModel(_line(0.995, 1.0), _line(0.9, 0.98)),
        },
    )
    (folder / "calibration.json").write_text(json.dumps(calibration.to_dict()), encoding="utf-8")
    return folder


def _line(low: float, high: float) -> tuple[float, ...]:
    return tuple(low + (high - low) * i / 199 for i in range(200))


@pytest.fixture
def settings(own_home: Path) -> Settings:
    return Settings(own_home / "config" / "settings.json")


@pytest.fixture
def bare_window(
    qapp: QApplication, qtbot: QtBot, settings: Settings, world: Any, library: Path
) -> Iterator[MainWindow]:
    """The window, shown, with packs not opened yet."""
    before = set(threading.enumerate())
    window = program.build(program.make_app(), settings)
    window._library, window._model, window._provider = str(library), str(world.model), "cpu"
    qtbot.addWidget(window)
    window.show()
    yield window
    window.close()
    assert not window.jobs.running
    leaked = [t for t in threading.enumerate() if t not in before and not t.name.startswith("Dummy")]
    assert not leaked, leaked
    assert all(pool.activeThreadCount() == 0 for pool in window.jobs._pools.values())


@pytest.fixture
def window(bare_window: MainWindow, qtbot: QtBot) -> MainWindow:
    """The window with the tiny library open."""
    bare_window.open_packs()
    qtbot.waitUntil(lambda: bare_window.bench.engine is not None and not bare_window.bench.is_opening)
    return bare_window


@pytest.fixture
def drop() -> Callable[..., None]:
    """Drops files or text on a widget of the window, as a file manager does."""

    def on(
        window: MainWindow,
        *paths: Path,
        text: str = "",
        at: QWidget | None = None,
        point: QPoint | None = None,
    ) -> None:
        mime = QMimeData()
        if paths:
            mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        if text:
            mime.setText(text)
        widget = at or window.page
        position = widget.mapTo(window, point or widget.rect().center())
        copy, left, plain = (
            Qt.DropAction.CopyAction,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        enter = QDragEnterEvent(position, copy, mime, left, plain)
        QApplication.sendEvent(window, enter)
        assert enter.isAccepted()
        QApplication.sendEvent(window, QDragMoveEvent(position, copy, mime, left, plain))
        event = QDropEvent(QPointF(position), copy, mime, left, plain)
        QApplication.sendEvent(window, event)
        assert event.isAccepted()

    return on


@pytest.fixture
def settled(qtbot: QtBot) -> Callable[..., list[Row]]:
    """Waits until a number of rows is there and all have ended; returns them."""

    def wait(window: MainWindow, count: int, timeout_ms: int = 10_000) -> list[Row]:
        def ready() -> bool:
            rows = window.bench.model.rows
            return len(rows) == count and not window.bench.is_busy and all(r.state in ENDED for r in rows)

        qtbot.waitUntil(ready, timeout=timeout_ms)
        qtbot.wait(60)  # menus follow a moment later
        return list(window.bench.model.rows)

    return wait
