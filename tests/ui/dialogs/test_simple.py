"""The sheet of shortcuts on small screens, and edges that tell a dialog from what is behind it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QDialog, QScrollArea
from pytestqt.qtbot import QtBot

from bioscan_desktop import ui
from bioscan_desktop.ui.contrast import contrast
from bioscan_desktop.ui.dialogs import simple
from bioscan_desktop.ui.dialogs.crash import show_crash
from bioscan_desktop.ui.theme import CONTRAST_DARK, LIGHT, Theme


def test_keys_are_never_cut_off_at_the_side(qtbot: QtBot) -> None:
    """The screen of the tests is 800 pixels wide: three columns have no room there."""
    dialog = simple.ShortcutsDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    area = dialog.findChild(QScrollArea)
    assert area is not None
    assert area.widget().sizeHint().width() <= area.viewport().width()
    assert area.horizontalScrollBar().maximum() == 0


def test_letters_of_menus_are_left_out() -> None:
    assert simple._plain("Arrêter (&x)") == "Arrêter"
    assert simple._plain("&Modèles && bibliothèques…") == "Modèles & bibliothèques"
    assert simple._plain("BIN (&2 names)") == "BIN (2 names)"


@pytest.mark.parametrize("colours", [CONTRAST_DARK, LIGHT], ids=lambda colours: colours.name)
def test_dialogs_have_an_edge(qapp: QApplication, qtbot: QtBot, colours: object) -> None:
    theme = Theme(colours.name)  # type: ignore[attr-defined]
    theme.apply()
    about = simple.AboutDialog("")
    crash = show_crash(ValueError("x"))
    for dialog in (about, crash):
        qtbot.addWidget(dialog)
        dialog.show()
        image = dialog.grab().toImage()
        height, width = image.height() - 1, image.width() - 1
        for x, y in ((0, height // 2), (width, height // 2), (width // 2, 0), (width // 2, height)):
            assert image.pixelColor(x, y) == QColor(theme.colours.border), (type(dialog), x, y)
    if theme.colours is CONTRAST_DARK:
        assert contrast(theme.colours.border, theme.colours.window) >= 7
    Theme("light").apply()


def test_all_dialogs_are_made_so() -> None:
    folder = Path(ui.__file__).parent
    plain = [path.name for path in folder.rglob("*.py") if "(QDialog):" in path.read_text("utf-8")]
    assert plain == ["edged.py"]
    assert not any("= QMessageBox(" in path.read_text("utf-8") for path in folder.rglob("*.py"))
    assert issubclass(simple.AboutDialog, QDialog)
