"""The quick look: by keys alone, through the list in any order, with and without a photo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from bioscan_desktop.core.barcode import facts
from bioscan_desktop.ui import intake
from bioscan_desktop.ui.dialogs.quick_look import QuickLook
from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.models import thumbnails
from bioscan_desktop.ui.models.specimens import Row

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def rows(window: MainWindow, world: Any, drop: Callable, settled: Callable) -> list[Row]:
    """Four photos; the list has the keyboard."""
    drop(window, *world.photos.values())
    found = settled(window, 4)
    window.activateWindow()
    window.page.list.setFocus()
    window.page.select(found[0].key)
    return found


def opened(window: MainWindow) -> QuickLook:
    QTest.keyClick(window.page.list, Key.Key_Space)
    dialog = window.details.quick_look
    assert dialog.isVisible() and not dialog.isModal()
    return dialog


def press(dialog: QuickLook, key: Qt.Key, modifiers: Qt.KeyboardModifier | None = None) -> None:
    """A key as the dialog gets it; without a screen the main window stays active, and its keys come first."""
    none = Qt.KeyboardModifier.NoModifier
    target = dialog.photo if dialog.photo.isVisible() else dialog
    event = QKeyEvent(QEvent.Type.KeyPress, key, modifiers if modifiers is not None else none)
    target.keyPressEvent(event)
    if target is dialog.photo and not event.isAccepted():
        dialog.keyPressEvent(event)


def test_space_opens_arrows_go_on_space_closes(window: MainWindow, rows: list[Row], qtbot: QtBot) -> None:
    dialog = opened(window)
    assert dialog.key == rows[0].key and dialog.windowTitle() == "Quick look"
    qtbot.waitUntil(lambda: dialog.photo.picture is not None and dialog.photo.picture.width() > 200)
    assert rows[0].specimen.query_id in dialog.told and dialog._place.text() == "1 of 4"
    assert rows[0].result is not None and rows[0].result.verdict is not None
    assert str(rows[0].result.verdict.name) in dialog.told
    press(dialog, Key.Key_Down)
    assert dialog.key == rows[1].key and window.page.selected == [rows[1]]
    press(dialog, Key.Key_Right)
    press(dialog, Key.Key_Up)
    press(dialog, Key.Key_Left)
    press(dialog, Key.Key_Up)
    assert dialog.key == rows[0].key == window.page.panel.key
    assert not dialog.buttons["before"].isEnabled()
    dialog.buttons["after"].click()
    assert dialog.key == rows[1].key
    press(dialog, Key.Key_Space)
    assert not dialog.isVisible()
    opened(window)
    press(dialog, Key.Key_Escape)
    assert not dialog.isVisible()


def test_it_goes_through_the_list_as_it_stands(window: MainWindow, rows: list[Row]) -> None:
    window.page.order.choice("name").trigger()
    in_order = window.page.listed.rows
    window.page.select(in_order[0].key)
    dialog = opened(window)
    seen = [dialog.key]
    for _ in range(4):
        press(dialog, Key.Key_Down)
        seen.append(dialog.key)
    assert seen == [row.key for row in [*in_order, in_order[-1]]]


def test_space_belongs_to_buttons_and_fields_elsewhere(window: MainWindow, rows: list[Row]) -> None:
    window.page.filter.words.setFocus()
    QTest.keyClick(window.page.filter.words, Key.Key_Space)
    assert window.page.filter.words.text() == " "
    window.page.filter.words.clear()
    button = window.page.panel.findChildren(QPushButton)[0]
    button.setFocus()
    QTest.keyClick(button, Key.Key_Space)
    assert "quick_look" not in vars(window.details)
    window.page.list.setFocus()
    QTest.keyClick(window.page.list, Key.Key_Space, CONTROL)
    assert window.page.selected == [] and "quick_look" not in vars(window.details)
    window.acts["quick_look"].trigger()
    assert window.details.quick_look.isVisible()


def test_a_double_click_opens_it(window: MainWindow, rows: list[Row]) -> None:
    view = window.page.list
    place = view.visualRect(window.page.listed.index(2)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.details.quick_look.isVisible() and window.details.quick_look.key == rows[2].key


def test_it_zooms_and_each_photo_begins_whole(window: MainWindow, rows: list[Row], qtbot: QtBot) -> None:
    dialog = opened(window)
    qtbot.waitUntil(lambda: window.bench.pictures.preview_known(rows[0].key))
    coarse = dialog.photo.picture
    for _ in range(3):
        QTest.keyClicks(dialog.photo, "+")
    assert dialog.photo.zoom > 1.5
    qtbot.waitUntil(lambda: dialog.photo.picture is not coarse)  # read anew, for a close look
    middle = dialog.photo.middle
    press(dialog, Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert dialog.key == rows[0].key and dialog.photo.middle.y() > middle.y()
    window.page.show_current()  # as when other answers come
    assert dialog.photo.zoom > 1.5
    press(dialog, Key.Key_Down)
    assert dialog.key == rows[1].key and dialog.photo.zoom == 1


def test_it_decides_about_what_it_shows(window: MainWindow, rows: list[Row]) -> None:
    window.page.list.selectAll()
    dialog = opened(window)
    shown = window.page.current
    assert shown is not None
    press(dialog, Key.Key_Return)
    assert shown.decision is None and dialog.isVisible()
    press(dialog, Key.Key_Return, CONTROL)
    assert [row.decision_kind for row in rows if row is not shown] == ["open"] * 3
    assert shown.decision_kind == "accept" and "Your decision" in dialog.told
    press(dialog, Key.Key_Backspace, CONTROL)
    assert shown.decision_kind == "reject"
    press(dialog, Key.Key_Backspace, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert shown.decision is None and "Your decision" not in dialog.told


def test_a_barcode_is_told_in_words(
    window: MainWindow, rows: list[Row], world: Any, settled: Callable, qtbot: QtBot
) -> None:
    window.bench.take(intake.Intake(text=world.barcodes["Noctua pronuba"]))
    row = settled(window, 5)[-1]
    window.page.select(row.key)
    window.page.list.setFocus()
    dialog = opened(window)
    assert row.specimen.barcode is not None
    length = facts(row.specimen.barcode.sequence).length
    assert not dialog.photo.isVisible() and f"{length} bp" in dialog.told
    assert dialog._barcode_words.text() == "DNA barcode, no photo"
    qtbot.waitUntil(lambda: "Nearest reference" in dialog.told)
    press(dialog, Key.Key_Up)
    assert dialog.photo.isVisible() and dialog.key == rows[3].key


def test_what_cannot_be_shown_says_so(
    window: MainWindow, tmp_path: Any, drop: Callable, settled: Callable, qtbot: QtBot
) -> None:
    (tmp_path / "empty.jpg").write_bytes(b"")
    drop(window, tmp_path / "empty.jpg")
    settled(window, 1)
    window.bench.take(intake.Intake(text=">short\nACGT\n"))
    _, short = settled(window, 2)
    window.activateWindow()
    window.page.list.setFocus()
    window.page.select(window.bench.model.rows[0].key)
    dialog = opened(window)
    qtbot.waitUntil(lambda: dialog.photo.accessibleName().endswith("The photo cannot be shown."))
    press(dialog, Key.Key_Down)
    assert dialog.key == short.key
    assert "neither photo nor barcode" in dialog._barcode_words.text()
    assert short.second_line in dialog.told


def test_it_follows_and_closes_with_the_last_specimen(window: MainWindow, rows: list[Row]) -> None:
    dialog = opened(window)
    window.bench.remove([rows[0].key])
    assert window.page.current is not None and dialog.key == window.page.current.key
    window.bench.remove([row.key for row in rows])
    assert not dialog.isVisible() and not window.acts["quick_look"].isEnabled()


def test_photos_that_were_passed_over_are_not_read(
    window: MainWindow, rows: list[Row], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = window.bench.pictures
    with monkeypatch.context() as narrow:
        narrow.setattr(thumbnails, "READING_MAX", 1)
        for row in rows:
            pictures.forget(row.key)
            pictures.preview(row)
        assert list(pictures._reading) == [rows[-1].key]
    # From here on the window reads, too: who was passed over and still waits asks again.
    qtbot.waitUntil(lambda: pictures.preview_known(rows[-1].key) and not pictures._reading)
    pictures.forget(rows[0].key)
    qtbot.waitUntil(lambda: pictures.preview(rows[0]) is not None)
