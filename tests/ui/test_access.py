"""Keyboard, names for screen readers, and contrast."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QPlainTextEdit, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from bioscan_desktop import settings as settings_module
from bioscan_desktop.core.agreement import LETTERS, LEVELS, level_text
from bioscan_desktop.ui import actions, theme
from bioscan_desktop.ui.contrast import contrast
from bioscan_desktop.ui.dialogs import simple
from bioscan_desktop.ui.intake import Intake
from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.models.specimens import SpecimenModel
from bioscan_desktop.ui.widgets.hit_card import HitCard
from bioscan_desktop.ui.widgets.specimen_delegate import MARKS

THEMES = theme.THEMES


@pytest.mark.parametrize("colours", THEMES, ids=lambda c: c.name)
def test_badges_stand_out_on_both_themes(colours: theme.Colours) -> None:
    for level in LEVELS:
        for ground in (colours.card, colours.window):
            assert contrast(colours.outline, ground) >= 3
        assert contrast(theme.BADGE_INK[level], theme.BADGE_FILL[level]) >= 4.5


@pytest.mark.parametrize("colours", THEMES, ids=lambda c: c.name)
def test_text_is_readable_on_both_themes(colours: theme.Colours) -> None:
    grounds = (colours.card, colours.window, colours.field, colours.selection, colours.hover)
    for ground in grounds:
        assert contrast(colours.text, ground) >= 7
        assert contrast(colours.muted, ground) >= 4.5
    for kind in ("error", "warning", "novelty", "good"):
        assert contrast(getattr(colours, kind), getattr(colours, f"{kind}_ground")) >= 4.5
    assert contrast(colours.error, colours.selection) >= 4.5
    assert contrast(theme.placeholder(colours), colours.field) >= 4.5
    assert contrast(colours.on_accent, colours.accent) >= 4.5
    assert contrast(colours.link, colours.card) >= 4.5
    assert contrast(colours.bar, colours.track) >= 3
    assert contrast(colours.muted, colours.track) >= 3
    assert contrast(colours.accent, colours.window) >= 3  # focus frames


@pytest.mark.parametrize("colours", (theme.CONTRAST_LIGHT, theme.CONTRAST_DARK), ids=lambda c: c.name)
def test_high_contrast_is_high(colours: theme.Colours) -> None:
    for ground in (colours.card, colours.window, colours.field, colours.selection, colours.hover):
        assert contrast(colours.text, ground) >= 9
        assert contrast(colours.muted, ground) >= 7
    for kind in ("error", "warning", "novelty", "good"):
        assert contrast(getattr(colours, kind), getattr(colours, f"{kind}_ground")) >= 7
    for role in ("border", "accent", "scroll", "link"):
        assert contrast(getattr(colours, role), colours.window) >= 7


def test_every_choice_of_colours_can_be_shown(window: MainWindow) -> None:
    for choice in settings_module.BY_NAME["theme"].choices:
        window.bench.change_setting("theme", choice)
        assert choice in ("system", window._theme.colours.name)


def test_high_contrast_of_the_system_is_followed(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theme, "_wants_contrast", lambda: True)
    window._theme._on_system_changed()
    assert window._theme.colours in (theme.CONTRAST_LIGHT, theme.CONTRAST_DARK)
    window.bench.change_setting("theme", "light")
    assert window._theme.colours is theme.LIGHT


def test_with_reduced_motion_the_bar_stands_still(window: MainWindow) -> None:
    def is_moving() -> bool:
        window.status.show_work(0, 0, None, "Opening")
        return window.status._bar.minimum() == window.status._bar.maximum()

    assert is_moving()
    window.bench.change_setting("motion", "reduced")
    assert not is_moving()
    assert not any(QApplication.isEffectEnabled(effect) for effect in theme.EFFECTS)


def test_badges_and_marks_differ_without_colour() -> None:
    assert len({LETTERS[level] for level in LEVELS}) == len(LEVELS)
    assert len({level_text(level) for level in LEVELS}) == len(LEVELS)
    assert len({icon for icon, _, _ in MARKS.values()}) == len(MARKS)


def test_contrast_follows_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def _named(root: QWidget) -> list[str]:
    """Controls that a screen reader would have no words for."""
    kinds = (QAbstractButton, QComboBox, QSpinBox, QPlainTextEdit)
    missing = []
    for kind in kinds:
        for widget in root.findChildren(kind):
            text = widget.text() if isinstance(widget, QAbstractButton) else ""
            named = widget.accessibleName() or text or widget.toolTip()
            if widget.isVisible() and not named and not widget.objectName().startswith("qt_"):
                missing.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
    return missing


def test_every_control_has_a_name(window: MainWindow, world, drop: Callable, settled: Callable) -> None:
    assert _named(window) == []
    drop(window, *world.photos.values())
    settled(window, 4)
    assert _named(window) == []
    for card in window.findChildren(HitCard):
        if card.isVisible():
            assert "similarity" in card.accessibleName() and card.focusPolicy() & Qt.FocusPolicy.TabFocus
    model = window.bench.model
    spoken = model.data(model.index(0), Qt.ItemDataRole.AccessibleTextRole)
    assert "photo" in spoken and "likely" in spoken.lower()
    assert model.data(model.index(0), SpecimenModel.KEY) == model.rows[0].key


def test_dialogs_have_names_and_a_way_out(window: MainWindow, qtbot: QtBot) -> None:
    dialogs = [
        simple.ShortcutsDialog(window),
        simple.AboutDialog("", window),
        simple.AttachDialog("moth", "", window),
    ]
    for dialog in dialogs:
        dialog.open()
        assert _named(dialog) == []
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        assert not dialog.isVisible()


def test_arrows_move_and_the_result_follows(
    window: MainWindow, world, drop: Callable, settled: Callable
) -> None:
    drop(window, *world.photos.values())
    rows = settled(window, 4)
    window.page.list.setFocus()
    for row in rows[1:]:
        QTest.keyClick(window.page.list, Qt.Key.Key_Down)
        assert window.page.panel.key == row.key
    QTest.keyClick(window.page.list, Qt.Key.Key_Home)
    assert window.page.panel.key == rows[0].key
    QTest.keyClick(window.page.list, Qt.Key.Key_Delete)
    assert window.bench.model.rowCount() == 3
    window.acts["focus"].trigger()
    assert window.page.panel.hasFocus()


def test_tab_reaches_the_buttons_of_the_first_page(window: MainWindow) -> None:
    window.activateWindow()
    window.page.empty._sample.setFocus()
    seen = []
    for _ in range(3):
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        seen.append(window.focusWidget().accessibleName())
    assert seen == ["Open photos", "Open folder", "Paste"]


def test_shortcuts_are_unique_and_every_action_does_something(window: MainWindow) -> None:
    keys = [key.toString() for action in window.acts.values() for key in action.shortcuts()]
    assert len(keys) == len(set(keys))
    for spec in actions.SPECS:
        assert window.acts[spec.name].toolTip()
        assert window.acts[spec.name].text()


def test_status_bar_tells_what_is_in_use(window: MainWindow, world) -> None:
    assert "Tiny library" in window.status.chip("library").text()
    assert "4 species" in window.status.chip("library").text()
    assert window.status.chip("chip").text() == "CPU"
    assert "search" in window.status.chip("index").text()
    window.status.chip("chip").click()
    assert "Computing on CPU" in window.messages.text


def test_a_graphics_card_that_failed_is_told(window: MainWindow) -> None:
    from dataclasses import replace

    assert window.bench.engine is not None
    window.bench.engine = replace(window.bench.engine, provider_reason="CUDA failed: no driver.")
    window._on_engine()
    chip = window.status.chip("chip")
    assert chip.text() == "CPU (CUDA failed)"
    assert "no driver" in chip.toolTip() and "no driver" in window.messages.text


def test_progress_has_its_room_before_what_is_open(window: MainWindow) -> None:
    status = window.status
    window.resize(1000, 700)
    QTest.qWait(30)
    assert status.chip("library").isVisible()
    chips = [name for name in ("library", "chip", "model", "index") if status.chip(name).isVisible()]
    status.show_work(123_456, 1_000_000, 7_300.0, "")
    QTest.qWait(30)
    assert status._words.width() >= status._words.sizeHint().width()
    assert [name for name in chips if status.chip(name).isVisible()] != chips
    status.show_work(0, 0, None, "")
    QTest.qWait(30)
    assert [name for name in chips if status.chip(name).isVisible()] == chips


@pytest.mark.parametrize("colours", theme.THEMES, ids=lambda colours: colours.name)
def test_hints_in_empty_fields_can_be_read(window: MainWindow, colours: theme.Colours) -> None:
    """What is drawn, not what was asked for: style sheets have a mind of their own."""
    window.bench.change_setting("theme", colours.name)
    window.bench.take(Intake(text=">a\n" + "ACGT" * 100))
    QTest.qWait(50)
    field = window.page.filter.words
    image = field.grab().toImage()
    drawn = {image.pixelColor(x, y).name() for x in range(8, image.width() // 2) for y in range(8, 18)}
    assert max(contrast(one, colours.field) for one in drawn) >= 4.4  # thin letters are blended a little
    assert theme.placeholder(colours) != colours.text
