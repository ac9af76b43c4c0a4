"""Cropping by mouse and keyboard; several parts become several specimens; all of it can be undone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bioscan_desktop.inference.crop import Box
from bioscan_desktop.ui.dialogs.crop import CropDialog
from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.models.specimens import State
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.widgets.crop_view import CropView
from tests.inference.test_crop import photo

Key = Qt.Key
Shift = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def view(qtbot: QtBot) -> CropView:
    view = CropView(Theme("light"))
    qtbot.addWidget(view)
    view.resize(408, 308)  # the photo lies 4 pixels within
    picture = QPixmap(800, 600)
    picture.fill(Qt.GlobalColor.white)
    view.show_picture(picture)
    view.show()
    return view


def drag(view: CropView, start: tuple[int, int], end: tuple[int, int]) -> None:
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(view, left, pos=QPoint(*start))
    QTest.mouseMove(view, QPoint(*end))
    QTest.mouseRelease(view, left, pos=QPoint(*end))


def close(box: Box, *values: float) -> bool:
    return (box.left, box.top, box.right, box.bottom) == pytest.approx(values, abs=0.015)


def test_draw_move_and_size_by_mouse(view: CropView) -> None:
    drag(view, (104, 79), (204, 154))
    assert len(view.boxes) == 1 and close(view.boxes[0], 0.25, 0.25, 0.5, 0.5)
    drag(view, (154, 116), (194, 116))
    assert close(view.boxes[0], 0.35, 0.25, 0.6, 0.5)
    drag(view, (244, 154), (324, 229))  # the lower right corner
    assert close(view.boxes[0], 0.35, 0.25, 0.8, 0.75)
    drag(view, (20, 20), (60, 60))
    assert len(view.boxes) == 2 and view.current == 1
    drag(view, (380, 280), (381, 281))  # a press is no rectangle
    assert len(view.boxes) == 2


def test_a_box_cannot_leave_the_photo(view: CropView) -> None:
    drag(view, (104, 79), (204, 154))
    drag(view, (154, 116), (900, 900))
    assert close(view.boxes[0], 0.75, 0.75, 1.0, 1.0)
    for _ in range(60):
        QTest.keyClick(view, Key.Key_Right)
        QTest.keyClick(view, Key.Key_Plus)
    assert close(view.boxes[0], 0.0, 0.0, 1.0, 1.0)


def test_a_box_that_is_taken_out_while_it_is_dragged(view: CropView) -> None:
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(104, 79))
    QTest.mouseMove(view, QPoint(204, 154))
    QTest.keyClick(view, Key.Key_Delete)
    QTest.mouseMove(view, QPoint(240, 190))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(240, 190))
    assert view.boxes == []


def test_everything_by_keyboard(view: CropView) -> None:
    QTest.keyClick(view, Key.Key_N)
    assert close(view.boxes[0], 0.3, 0.3, 0.7, 0.7)
    QTest.keyClick(view, Key.Key_Left)
    QTest.keyClick(view, Key.Key_Down)
    assert close(view.boxes[0], 0.29, 0.31, 0.69, 0.71)
    for _ in range(10):
        QTest.keyClick(view, Key.Key_Right, Shift)
    assert close(view.boxes[0], 0.29, 0.31, 0.79, 0.71)
    QTest.keyClick(view, Key.Key_Minus)
    assert view.boxes[0].width == pytest.approx(0.48, abs=0.01)
    QTest.keyClick(view, Key.Key_N)
    assert view.current == 1 and "Crop 2 of 2" in view.accessibleName()
    QTest.keyClick(view, Key.Key_PageDown)
    assert view.current == 0
    QTest.keyClick(view, Key.Key_Delete)
    assert len(view.boxes) == 1
    QTest.keyClick(view, Key.Key_Delete)
    assert view.boxes == [] and "all of it" in view.accessibleName()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    photo((180, 160, 130)).save(tmp_path / "small.png")
    return tmp_path / "small.png"


def asked(window: MainWindow, qtbot: QtBot) -> CropDialog:
    window.acts["crop"].trigger()
    (dialog,) = window.findChildren(CropDialog)
    qtbot.waitUntil(lambda: bool(dialog.view.boxes) and dialog.view._picture is not None)
    return dialog


def test_the_proposal_is_shown_and_then_used(
    window: MainWindow, small: Path, drop: Callable, settled: Callable, qtbot: QtBot
) -> None:
    drop(window, small)
    (row,) = settled(window, 1)
    whole = row.result
    dialog = asked(window, qtbot)
    assert "Please check" in dialog._words.text() and row.specimen.crop is None
    box = dialog.view.boxes[0]
    QTest.keyClick(dialog.view, Key.Key_Return)
    settled(window, 1)
    assert row.specimen.crop == box and row.result is not whole and row.state is State.DONE
    assert window.page.panel._cropped.full_text == f"{box.area:.0%} of the photo"
    qtbot.waitUntil(lambda: window.bench.pictures.preview(row) is not None)
    preview = window.bench.pictures.preview(row)
    assert abs(preview.width() - 800 * box.width) <= 2
    window.acts["undo"].trigger()
    settled(window, 1)
    assert row.specimen.crop is None


def test_a_dialog_closed_before_its_photo_was_read(
    window: MainWindow, small: Path, drop: Callable, settled: Callable, qtbot: QtBot
) -> None:
    drop(window, small)
    settled(window, 1)
    window.acts["crop"].trigger()
    (dialog,) = window.findChildren(CropDialog)
    dialog.reject()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not window.findChildren(CropDialog)
    qtbot.waitUntil(lambda: not [job for job in window.jobs.running if job.name in ("picture", "crop")])


def test_a_proposal_does_not_replace_what_was_drawn_meanwhile(
    window: MainWindow, small: Path, drop: Callable, settled: Callable, qtbot: QtBot
) -> None:
    drop(window, small)
    settled(window, 1)
    window.acts["crop"].trigger()
    (dialog,) = window.findChildren(CropDialog)
    QTest.keyClick(dialog.view, Key.Key_N)
    drawn = dialog.view.boxes
    qtbot.waitUntil(lambda: not [job for job in window.jobs.running if job.name == "crop"])
    assert dialog.view.boxes == drawn and "Looking" not in dialog._words.text()
    dialog.propose.click()  # asked for, it replaces them
    qtbot.waitUntil(lambda: dialog.view.boxes != drawn)


def test_several_insects_become_several_specimens(
    window: MainWindow, tmp_path: Path, drop: Callable, settled: Callable, qtbot: QtBot
) -> None:
    photo((140, 130, 130), (640, 150, 130), (400, 470, 130)).save(tmp_path / "sheet.png")
    drop(window, tmp_path / "sheet.png")
    settled(window, 1)
    dialog = asked(window, qtbot)
    assert dialog.use.text() == "Make 3 specimens"
    dialog.view.remove()
    dialog.use.click()
    rows = settled(window, 2)
    assert [row.specimen.query_id for row in rows] == ["sheet.1", "sheet.2"]
    assert rows[0].specimen.crop != rows[1].specimen.crop
    assert "2 specimens were made of sheet.png" in window.messages.text
    window.acts["undo"].trigger()
    (row,) = settled(window, 1)
    assert row.specimen.query_id == "sheet" and row.specimen.crop is None


def test_the_whole_photo_again(
    window: MainWindow, small: Path, drop: Callable, settled: Callable, qtbot: QtBot
) -> None:
    drop(window, small)
    (row,) = settled(window, 1)
    window.bench.crop(row.key, [Box(0.1, 0.1, 0.5, 0.5)])
    settled(window, 1)
    dialog = asked(window, qtbot)
    assert close(dialog.view.boxes[0], 0.1, 0.1, 0.5, 0.5)
    dialog.whole.click()
    settled(window, 1)
    assert row.specimen.crop is None
