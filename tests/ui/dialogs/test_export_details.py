"""What holds for all exports: name, licence, sample sheet, and what is taken from the photos."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bioscan_desktop.ui import intake
from bioscan_desktop.ui.dialogs.export_details import ExportDetailsDialog
from bioscan_desktop.ui.main_window import MainWindow
from tests.conftest import TinyWorld


def open_dialog(window: MainWindow, qtbot: QtBot) -> ExportDetailsDialog:
    window.acts["export_details"].trigger()
    dialog = next(one for one in window.findChildren(ExportDetailsDialog) if one.isVisible())
    qtbot.waitUntil(lambda: dialog.take.isEnabled())
    return dialog


def test_a_sheet_is_joined_to_what_is_exported(
    window: MainWindow, world: TinyWorld, settled: Callable, qtbot: QtBot, tmp_path: Path
) -> None:
    window.bench.take(intake.Intake(text=f">M1\n{world.barcodes['Pieris rapae']}\n"))
    window.bench.take(intake.Intake(text=f">M2\n{world.barcodes['Noctua comes']}\n"))
    rows = settled(window, 2)
    window.bench.name(rows[0].key, "Noctua comes")
    sheet = tmp_path / "samples.csv"
    sheet.write_text("sampleid,date,lat,lon\nM1,31.7.2026,46.9512,-7.4512\nM3,3/7/2026,,\n")
    dialog = open_dialog(window, qtbot)
    assert not dialog.forget.isVisible() and not dialog.dates.isChecked() and not dialog.places.isChecked()
    QTest.keyClicks(dialog.name, " Anna  Muster")
    dialog.licence.setCurrentText("CC0-1.0")
    dialog.use_sheet(sheet)
    assert not dialog.take.isEnabled()
    qtbot.waitUntil(lambda: dialog.take.isEnabled())
    assert dialog.found.text().startswith("1 of 2 specimens of the list have a row. The dates of 1 of 2 rows")
    dialog.digits.setCurrentIndex(1)
    QTest.keyClicks(dialog.country, " Switzerland")
    dialog.take.click()
    window.bench.export(tmp_path / "r.csv")
    qtbot.waitUntil(lambda: "samples.csv has no row for 1 of 2 specimens: M2." in window.messages.text)
    assert "No specimen was found for 1 of 2 rows of samples.csv." in window.messages.text
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as stream:
        found = {row["query_id"]: row for row in csv.DictReader(stream)}
    assert (found["M1"]["eventDate"], found["M1"]["decimalLatitude"]) == ("2026-07-31", "46.95")
    assert {row["country"] for row in found.values()} == {"Switzerland"}
    assert found["M1"]["verified_by"] == "Anna Muster" and found["M2"]["eventDate"] == ""
    again = open_dialog(window, qtbot)
    assert (again.name.text(), again.licence.currentText()) == ("Anna Muster", "CC0-1.0")
    assert again.country.text() == "Switzerland"
    assert again.sheet_words.text() == "samples.csv" and again.choice == window.bench.collecting.choice
    again.forget.click()
    again.reject()
    assert window.bench.collecting.choice.sheet == sheet


def test_what_is_no_sheet_is_told(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = open_dialog(window, qtbot)
    (tmp_path / "colours.csv").write_text("sampleid,colour\nM1,red\n")
    dialog.use_sheet(tmp_path / "colours.csv")
    qtbot.waitUntil(lambda: "has no column that says when" in dialog.found.text())
    assert dialog.sheet is None and dialog.take.isEnabled()
    dialog.close()
