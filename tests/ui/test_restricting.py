"""The user restricts the answers: what is chosen is seen, told with each answer, and kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bioscan_desktop.ui import intake
from bioscan_desktop.ui.dialogs.missing_names import MissingNamesDialog
from bioscan_desktop.ui.dialogs.restrict import RestrictDialog
from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.restricting import ALL, Limits


def restrict(window: MainWindow, qtbot: QtBot, limits: Limits, file: Path | None = None) -> None:
    window.bench.restrict(limits, file)
    qtbot.waitUntil(lambda: not window.bench.is_restricting)


def open_dialog(window: MainWindow, qtbot: QtBot) -> RestrictDialog:
    window.acts["restrict"].trigger()
    dialog = window.findChild(RestrictDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: not dialog.words.text().startswith("Counting"))
    return dialog


def test_taxa_typed_by_keyboard_restrict_the_next_answers(
    window: MainWindow, world, settled: Callable, qtbot: QtBot
) -> None:
    bench, bar = window.bench, window.restriction
    assert bar.words.full_text == "The whole library may answer"
    assert not bar.clear.isVisible() and not bar.isVisible()
    dialog = open_dialog(window, qtbot)
    QTest.keyClicks(dialog.taxa, "Diptera")
    QTest.keyClick(dialog.taxa, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bench.restriction is not None)
    assert bench.limits == Limits(taxa=("Diptera",))
    size = bench.restriction.size
    assert (size.species, size.all_species) == (1, 4)
    assert bar.words.full_text == f"Only Diptera · {size.told}"
    assert bar.isVisible()
    assert bar.clear.isVisible() and bar.clear.accessibleName() == "Take the restriction away"
    bench.take(intake.Intake(text=world.barcodes["Pieris rapae"]))
    (row,) = settled(window, 1)
    assert {hit.lineage.order for hit in row.result.hits} == {"Diptera"}
    assert row.result.restricted[0] == bench.restriction.told
    assert row.result.restricted[-1].startswith("The whole library would answer Pieris rapae (species, ")
    assert window.page.panel._limited.text == " ".join(row.result.restricted)
    assert "left out" in window.page.panel._limited.text


def test_taking_it_away_offers_to_identify_again(
    window: MainWindow, world, settled: Callable, qtbot: QtBot
) -> None:
    restrict(window, qtbot, Limits(taxa=("Diptera",)))
    window.bench.take(intake.Intake(text=world.barcodes["Pieris rapae"]))
    settled(window, 1)
    assert not window.restriction.again.isVisible()
    window.restriction.clear.setFocus()
    QTest.keyClick(window.restriction.clear, Qt.Key.Key_Space)
    assert window.bench.limits == ALL and window.bench.restriction is None
    assert window.restriction.again.isVisible()
    window.restriction.again.click()
    (row,) = settled(window, 1)
    assert row.result.restricted == ()
    assert row.result.verdict.name == "Pieris rapae"
    assert not window.restriction.again.isVisible() and not window.restriction.isVisible()
    assert not window.page.panel._limited.isVisible()


def test_a_list_of_names_and_what_the_library_lacks_of_it(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "checklist.txt"
    path.write_text("Noctua comes (Linnaeus)\nNoctua comas\n", encoding="utf-8")
    dialog = open_dialog(window, qtbot)
    assert not dialog.forget.isVisible()
    dialog.use_list(path)
    assert dialog.forget.isVisible()
    dialog.take.click()
    qtbot.waitUntil(lambda: window.bench.restriction is not None)
    names = ("Noctua comes (Linnaeus)", "Noctua comas")
    assert window.bench.limits == Limits(listed=names, file="checklist.txt")
    assert window.restriction.words.full_text.startswith("Only checklist.txt · 1 of 4 species")
    assert "no reference of 1 of the 2 names" in window.messages.text
    assert "'Noctua comas' (Noctua comes?)" in window.restriction.words.toolTip()
    assert window.restriction.missing.text() == "1 name not found…"
    window.restriction.missing.click()
    lacking = window.findChild(MissingNamesDialog)
    assert lacking is not None and lacking.title.text() == "1 name is not in the library"
    lacking.copy.click()
    assert QGuiApplication.clipboard().text() == "Noctua comas\tNoctua comes"
    lacking.close()
    again = open_dialog(window, qtbot)
    assert again._list_words.text() == "List: checklist.txt (2 names)"
    again.whole.click()
    assert window.bench.limits == ALL and not window.restriction.missing.isVisible()


def test_countries_are_found_and_ticked_by_keyboard(window: MainWindow, qtbot: QtBot) -> None:
    dialog = open_dialog(window, qtbot)
    names = [name for name, _ in window.bench.engine.identifier.library.records.countries()]
    assert [dialog.countries.item(i).text() for i in range(dialog.countries.count())] == [
        f"{name}  ({n} records)" for name, n in window.bench.engine.identifier.library.records.countries()
    ]
    QTest.keyClicks(dialog.search, "zzz")
    assert all(dialog.countries.item(i).isHidden() for i in range(dialog.countries.count()))
    dialog.search.clear()
    QTest.keyClicks(dialog.search, names[0][:4].lower())
    assert not dialog.countries.item(0).isHidden()
    dialog.countries.setFocus()
    QTest.keyClick(dialog.countries, Qt.Key.Key_Space)
    assert dialog.limits.countries == (dialog.countries.currentItem().data(Qt.ItemDataRole.UserRole),)
    dialog.take.click()
    qtbot.waitUntil(lambda: window.bench.restriction is not None)
    assert window.bench.limits.countries[0] in window.restriction.words.full_text


def test_what_the_library_does_not_have_changes_nothing(window: MainWindow, qtbot: QtBot) -> None:
    restrict(window, qtbot, Limits(taxa=("Diptera",)))
    before = window.bench.restriction
    restrict(window, qtbot, Limits(taxa=("Nemo",)))
    assert "has no 'Nemo'" in window.messages.text
    assert window.bench.limits == Limits(taxa=("Diptera",)) and window.bench.restriction is before
    restrict(window, qtbot, Limits(), Path("/nowhere/list.txt"))
    assert window.bench.restriction is before


def test_it_waits_for_a_library_and_holds_in_the_next(
    bare_window: MainWindow, library: Path, world, qtbot: QtBot
) -> None:
    bench = bare_window.bench
    bench.restrict(Limits(taxa=("Diptera",)))
    assert bare_window.restriction.words.full_text == "Only Diptera, once a library is open"
    bare_window.open_packs()
    qtbot.waitUntil(lambda: bench.restriction is not None)
    first = bench.restriction.library
    bench.open_engine(str(library), str(world.model), "cpu")
    qtbot.waitUntil(lambda: bench.restriction is not None and bench.restriction.library is not first)
    assert bench.answering is not None and bench.answering.restriction is bench.restriction


def test_nothing_is_identified_without_the_restriction_while_it_is_looked_up(
    window: MainWindow, world, settled: Callable
) -> None:
    window.bench.restrict(Limits(taxa=("Diptera",)))
    window.bench.take(intake.Intake(text=world.barcodes["Pieris rapae"]))
    (row,) = settled(window, 1)
    assert row.result.restricted


def test_a_batch_is_restricted_and_says_so(window: MainWindow, world, qtbot: QtBot, tmp_path: Path) -> None:
    restrict(window, qtbot, Limits(taxa=("Diptera",)))
    window.shell.show_page("batch")
    page = window.shell.page("batch")
    assert page.restriction.words.full_text == window.restriction.words.full_text
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.fasta").write_text(f">rapae\n{world.barcodes['Pieris rapae']}\n")
    page.begin.use_folder(folder)
    page.begin.out.setText(str(tmp_path / "out"))
    page.begin.begin.click()
    qtbot.waitUntil(lambda: page.control.state == "done" and page.rows.rowCount() == 1, timeout=20_000)
    qtbot.waitUntil(lambda: "Only Diptera could answer" in page.status._place.text())
    page.table.selectRow(0)
    qtbot.waitUntil(lambda: page._about.isVisible())
    assert page._notices.text().startswith("Restricted to Diptera: 1 of 4 species")
    QApplication.processEvents()
