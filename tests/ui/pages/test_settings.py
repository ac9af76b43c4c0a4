"""The page of settings."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QSpinBox
from pytestqt.qtbot import QtBot

from bioscan_desktop.settings import SETTINGS, Settings
from bioscan_desktop.ui import theme
from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.pages.settings import CHOICE_WORDS, SettingsPage


@pytest.fixture
def page(window: MainWindow) -> SettingsPage:
    window.acts["page_settings"].trigger()
    page = window.shell.page("settings")
    assert isinstance(page, SettingsPage)
    return page


def test_a_change_counts_at_once(
    window: MainWindow, page: SettingsPage, settings: Settings, settled: Callable
) -> None:
    box, spin = page.control("theme"), page.control("top_k")
    assert isinstance(box, QComboBox) and isinstance(spin, QSpinBox)
    box.setCurrentIndex(box.findData("dark"))
    assert window._theme.colours is theme.DARK
    spin.setValue(2)
    window.acts["sample"].trigger()
    (row,) = settled(window, 1)
    assert len(row.result.hits) == 2
    assert settings.get("top_k") == 2 and settings.get("theme") == "dark"


def test_another_processor_opens_the_packs_again(
    window: MainWindow, page: SettingsPage, qtbot: QtBot
) -> None:
    box = page.control("provider")
    assert isinstance(box, QComboBox)
    before = window.bench.engine
    with qtbot.waitSignal(window.bench.engine_changed):
        box.setCurrentIndex(box.findData("cpu"))
    assert window.bench.engine is not before


def test_every_shown_setting_has_a_named_control_and_words_for_its_choices(page: SettingsPage) -> None:
    for setting in SETTINGS:
        if setting.shown:
            assert page.control(setting.name).accessibleName() == setting.title
            assert all(choice in CHOICE_WORDS for choice in setting.choices)


def test_the_wheel_changes_nothing(page: SettingsPage, settings: Settings) -> None:
    down, none = QPoint(0, -120), Qt.KeyboardModifier.NoModifier
    for name in ("top_k", "theme"):
        control = page.control(name)
        event = QWheelEvent(
            QPointF(5, 5), QPointF(5, 5), down, down, Qt.MouseButton.NoButton, none,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(control, event)
    assert settings.get("top_k") == 5 and settings.get("theme") == "system"
