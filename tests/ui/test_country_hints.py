"""The hint beside a verdict that no reference of the species is from the country of the specimen."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pytestqt.qtbot import QtBot

from bioscan_desktop.services.export.collecting_choice import CollectingChoice
from bioscan_desktop.ui.batch_control import Setup
from bioscan_desktop.ui.intake import Intake
from bioscan_desktop.ui.main_window import MainWindow

RAPAE = "Pieris rapae"


def open_with_norway(window: MainWindow, world: Any, library: Path, folder: Path, qtbot: QtBot) -> None:
    """The tiny library, in which one of three records of another species is from Norway."""
    shutil.copytree(library, folder)
    with contextlib.closing(sqlite3.connect(folder / "records.sqlite")) as connection, connection:
        connection.execute(
            "UPDATE places SET country = 'Norway' WHERE key_id = (SELECT min(key_id) FROM keys WHERE "
            "modality = 'dna' AND species = 'Noctua comes')"
        )
    with qtbot.waitSignal(window.bench.engine_changed, timeout=20_000):
        window.bench.open_engine(str(folder), str(world.model), "cpu")


def test_a_country_without_records_is_told_and_changes_nothing(
    window: MainWindow,
    world: Any,
    library: Path,
    settled: Callable[..., list[Any]],
    qtbot: QtBot,
    tmp_path: Path,
) -> None:
    open_with_norway(window, world, library, tmp_path / "library", qtbot)
    bench, said = window.bench, window.page.panel._country
    bench.take(Intake(text=f">M1\n{world.barcodes[RAPAE]}\n>M2\n{world.barcodes['Noctua comes']}\n"))
    rows = settled(window, 2)
    window.page.select(rows[0].key)
    before = rows[0].result.to_json()
    assert said.isHidden() and rows[0].result.verdict.name == RAPAE
    bench.collecting.choose(CollectingChoice(country="NO"))
    qtbot.waitUntil(lambda: said.isVisible())
    assert said.text() == (
        "Hint: None of the 6 references of this species with a known country is from Norway; they are from "
        "France."
    )
    assert "no map of where a species lives" in said.toolTip() == said.accessibleDescription()
    assert rows[0].result.to_json() == before
    window.page.select(rows[1].key)
    assert said.isHidden()
    window.page.select(rows[0].key)
    assert said.isVisible()
    sheet = tmp_path / "samples.csv"
    sheet.write_text("id,country\nM1,France\n")
    bench.collecting.choose(CollectingChoice(sheet, copy=sheet.read_bytes(), country="NO"))
    assert said.isHidden()
    qtbot.wait(100)
    assert said.isHidden()


def test_review_says_it_too(
    window: MainWindow,
    world: Any,
    library: Path,
    settled: Callable[..., list[Any]],
    qtbot: QtBot,
    tmp_path: Path,
) -> None:
    open_with_norway(window, world, library, tmp_path / "library", qtbot)
    window.bench.take(Intake(text=f">M1\n{world.barcodes[RAPAE]}\n>M2\n{world.barcodes['Noctua comes']}\n"))
    settled(window, 2)
    window.bench.collecting.choose(CollectingChoice(country="NO"))
    window.acts["page_review"].trigger()
    page = window.shell.page("review")
    qtbot.waitUntil(page.answer._country.isVisible)
    assert page.answer._country.text() == window.page.panel._country.text() != ""
    page.go(1)
    assert page.answer._country.isHidden()


def test_batch_says_it_where_a_sheet_names_the_specimen(
    window: MainWindow, world: Any, library: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    open_with_norway(window, world, library, tmp_path / "library", qtbot)
    folder, sheet = tmp_path / "in", tmp_path / "samples.csv"
    folder.mkdir()
    (folder / "some.fasta").write_text(f">M1\n{world.barcodes[RAPAE]}\n", encoding="ascii")
    sheet.write_text("id,country\nM1,Norway\n")
    window.bench.collecting.choose(CollectingChoice(country="NO"))  # of the list, not of this folder
    window.shell.show_page("batch")
    page = window.shell.page("batch")
    page.control.start(Setup(tmp_path / "out", folder))
    qtbot.waitUntil(lambda: page.control.state == "done" and page.rows.rowCount() == 1, timeout=30_000)
    page.table.selectRow(0)
    qtbot.waitUntil(page._about.isVisible)
    qtbot.wait(100)
    said = page._country
    assert said.isHidden() and "Pieris rapae" in page._headline.text()
    window.bench.collecting.choose(CollectingChoice(sheet, copy=sheet.read_bytes()))
    qtbot.waitUntil(said.isVisible)
    assert said.text().startswith("Hint: None of the 6 references") and "from Norway" in said.text()
    page.control.read_record(1)  # as with each look at a run that goes on
    qtbot.wait(100)
    assert said.isVisible()
    window.acts["page_review"].trigger()
    review = window.shell.page("review")
    assert review.open_session(tmp_path / "out" / "session.sqlite")
    qtbot.waitUntil(review.answer._country.isVisible)
    assert review.answer._country.text() == said.text()
    review.close_session()
