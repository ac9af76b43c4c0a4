"""The rail, the pages beside it, and which actions are at hand on which."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from bioscan_desktop.ui import icons, intake
from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.pages import registry
from tests.conftest import TinyWorld


def test_pages_are_made_when_they_are_first_shown(window: MainWindow) -> None:
    assert window.shell.current == "identify"
    assert [name for name in window.shell.names if window.shell.is_made(name)] == ["identify"]
    window.acts["page_settings"].trigger()
    page = window.shell.page("settings")
    assert page.isVisible() and not window.page.isVisible()
    assert window.shell.rail.button("settings").isChecked()
    window.bench.page_asked.emit("identify")
    assert window.page.isVisible()
    window.acts["page_settings"].trigger()
    assert window.shell.page("settings") is page


def test_only_pages_that_exist_are_offered() -> None:
    missing = registry.PageSpec("nowhere", "Nowhere", 9, "", "bioscan_desktop.ui.pages.nowhere", "X", "")
    assert not missing.exists
    assert all(spec.exists for spec in registry.available())
    assert {"identify", "settings"} <= {spec.name for spec in registry.available()}


def test_every_page_has_its_number_and_its_drawing() -> None:
    assert [spec.number for spec in registry.SPECS] == [1, 2, 3, 4, 5, 6, 7]
    assert all(icons._svg("icons", spec.name) for spec in registry.SPECS)


def test_keys_lead_to_the_pages(window: MainWindow, qtbot: QtBot) -> None:
    window.activateWindow()
    for spec in [*registry.available()[1:], registry.available()[0]]:
        QTest.keyClick(window, Qt.Key(Qt.Key.Key_0 + spec.number), Qt.KeyboardModifier.ControlModifier)
        assert window.shell.current == spec.name
        assert window.shell.page(spec.name).isVisible()


def test_the_rail_goes_by_arrow_keys(window: MainWindow) -> None:
    rail = window.shell.rail
    rail.button("identify").setFocus()
    QTest.keyClick(rail.button("identify"), Qt.Key.Key_Up)
    assert rail.button("settings").hasFocus()
    QTest.keyClick(rail.button("settings"), Qt.Key.Key_Space)
    assert window.shell.current == "settings"
    assert rail.button("settings").hasFocus()  # the next arrow goes on from here
    QTest.keyClick(rail.button("settings"), Qt.Key.Key_Down)
    assert rail.button("identify").hasFocus()


def test_keys_of_the_list_do_nothing_on_other_pages(
    window: MainWindow, world, drop: Callable, settled: Callable
) -> None:
    drop(window, *world.photos.values())
    settled(window, 4)
    assert window.acts["remove"].isEnabled()
    window.acts["page_settings"].trigger()
    assert not window.acts["remove"].isEnabled()
    QTest.keyClick(window, Qt.Key.Key_Delete)
    assert window.bench.model.rowCount() == 4
    window.acts["page_identify"].trigger()
    assert window.acts["remove"].isEnabled()


def test_what_is_dropped_elsewhere_is_shown_where_it_is_identified(
    window: MainWindow, world, drop: Callable, settled: Callable
) -> None:
    window.acts["page_settings"].trigger()
    drop(window, world.photos["Pieris rapae"], at=window.shell)
    (row,) = settled(window, 1)
    assert window.shell.current == "identify"
    assert window.page.panel.key == row.key


@pytest.mark.parametrize("spec", registry.SPECS, ids=lambda spec: spec.name)
def test_rail_buttons_are_named(window: MainWindow, spec: registry.PageSpec) -> None:
    if spec.exists:
        button = window.shell.rail.button(spec.name)
        assert button.accessibleName() == spec.title
        window.shell.show_page(spec.name)  # Tab leads to the page that is shown, arrow keys to the others
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_the_window_is_no_larger_than_the_screen(bare_window: MainWindow) -> None:
    """With its title bar: otherwise the line of news and the state of the work lie below the screen."""
    room = bare_window.screen().availableSize()
    assert bare_window.width() < room.width()
    assert bare_window.height() <= 0.92 * room.height()


def test_the_list_has_the_keyboard_after_files_came_from_a_dialog(
    window: MainWindow, world: TinyWorld, settled: Callable, qtbot: QtBot
) -> None:
    """The keys that go through answers must not end up in the field for finding."""
    window.page.empty.setFocus()
    dialog = QDialog(window)
    dialog.show()
    qtbot.waitUntil(dialog.isActiveWindow)
    window.bench.take(intake.Intake(paths=(world.photos["Pieris rapae"],)))
    settled(window, 1)
    dialog.close()
    assert window.focusWidget() is window.page.list
