"""The page on which a library is browsed and searched."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QModelIndex, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from bioscan_desktop.core.calibration import Calibration
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.library.build import BuildOptions, build_library
from bioscan_desktop.library.importers.tables import read_table
from bioscan_desktop.services import packs
from bioscan_desktop.services.distances import SpeciesGap
from bioscan_desktop.ui.dialogs.add_specimens import AddSpecimensDialog
from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.models.found import FOUND
from bioscan_desktop.ui.models.key_records import KeyRecordModel
from bioscan_desktop.ui.pages.library import LibraryPage
from bioscan_desktop.ui.widgets.library_cards import trust_note, trust_rows
from bioscan_desktop.ui.widgets.taxon_distances import summary
from tests.conftest import SPECIES, TinyWorld, add_text_encoder, random_barcode


@pytest.fixture
def page(window: MainWindow, qtbot: QtBot) -> LibraryPage:
    window.shell.show_page("library")
    page = window.shell.page("library")
    assert isinstance(page, LibraryPage)
    qtbot.waitUntil(lambda: page.source.taxonomy is not None)
    return page


def taxon(page: LibraryPage, name: str) -> int:
    assert page.source.taxonomy is not None
    return page.source.taxonomy.search(name)[0].taxon


def rows(page: LibraryPage, parent: QModelIndex | None = None) -> list[tuple[str, ...]]:
    model, above = page.model, parent if parent is not None else QModelIndex()
    return [
        tuple(model.index(row, column, above).data() for column in range(model.columnCount()))
        for row in range(model.rowCount(above))
    ]


def test_the_whole_library_comes_first(page: LibraryPage, qtbot: QtBot) -> None:
    assert rows(page) == [("Tiny library", "4", "12", "12")]
    assert page.tree.currentIndex() == page.model.index_of(0)
    assert rows(page, page.model.index_of(0)) == [("Diptera", "1", "3", "3"), ("Lepidoptera", "3", "9", "9")]
    facts = page.panel._facts.text()
    assert facts.startswith("Whole library · 3 families · 3 genera · 4 species · 12 barcodes in")
    assert "Name" in page.panel.overview.named.chart.accessibleName() or page.panel.overview.named.isVisible()
    assert "Lepidoptera: 9 barcodes, 9 photos" in page.panel.overview.groups.chart.accessibleDescription()


def test_the_whole_library_tells_of_itself(page: LibraryPage, window: MainWindow) -> None:
    overview, library = page.panel.overview, window.bench.engine.identifier.library
    told = [widget.accessibleName() for widget in overview.about.findChildren(QLabel) if widget.isVisible()]
    assert f"Version: {library.manifest.version}" in told
    assert "Licence: none stated" in told
    assert overview.sizes.chart.accessibleDescription() == "2–4: 4 barcodes, 4 photos"
    page.show_taxon(taxon(page, "Noctuidae"))
    assert overview.sizes.isVisible() and not overview.about.isVisible() and not overview.trust.isVisible()
    page.show_taxon(taxon(page, "Noctua pronuba"))
    assert not overview.sizes.isVisible()
    page.show_taxon(0)
    assert overview.about.isVisible()


def test_what_a_calibration_asks_for() -> None:
    thresholds = {"dna": {"genus": 0.5, "species": 0.6}, "image": {"species": 0.74}, "both": {"species": 0.5}}
    provenance = {"known_queries": {"image": 210, "dna": 2063, "short": 2063}, "target_precision": 0.95}
    calibration = Calibration(fitted=True, thresholds=thresholds, provenance=provenance)
    genus, species = trust_rows(calibration)
    assert (genus.label, [(bar.kind, bar.text) for bar in genus.bars]) == ("Genus", [("dna", "50%")])
    assert [(bar.kind, bar.share, bar.text) for bar in species.bars] == [
        ("dna", 0.6, "60%"),
        ("image", 0.74, "74%"),
    ]
    note = trust_note(calibration)
    assert "2\u202f063 barcodes and 210 photos" in note and "95% are right" in note
    assert trust_note(Calibration(fitted=True)) == "" and trust_rows(Calibration()) == []


@pytest.mark.parametrize(("width", "columns"), [(500, 1), (900, 2), (1500, 3)])
def test_cards_fill_the_columns_there_are(page: LibraryPage, qtbot: QtBot, width: int, columns: int) -> None:
    overview = page.panel.overview
    overview.setParent(None)
    qtbot.addWidget(overview)
    overview.resize(width, 700)
    overview.show()
    shown = [card for card in overview.cards if card.isVisible()]
    qtbot.waitUntil(lambda: len({card.x() for card in shown}) == columns)
    qtbot.waitUntil(lambda: all(card.height() >= card.heightForWidth(card.width()) for card in shown))
    for card in shown:
        for other in shown:
            assert card is other or not card.geometry().intersects(other.geometry())


def test_the_model_keeps_qts_rules(page: LibraryPage, qtbot: QtBot) -> None:
    QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    QAbstractItemModelTester(page.panel.records.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    page.tree.expandAll()
    page.show_taxon(taxon(page, "Pieris rapae"))
    qtbot.wait(150)


def test_a_taxon_is_shown_where_it_stands(page: LibraryPage) -> None:
    page.show_taxon(taxon(page, "Noctua pronuba"))
    assert page.tree.currentIndex().data() == "Noctua pronuba"
    assert page.tree.isExpanded(page.model.index_of(taxon(page, "Noctua")))
    assert page.panel._title.text() == "<i>Noctua pronuba</i>"
    assert page.panel._path.accessibleName() == "Above it: Tiny library, Lepidoptera, Noctuidae, Noctua"
    assert not page.panel.overview.species.isVisible()
    page.panel._path.linkActivated.emit(str(taxon(page, "Noctuidae")))
    assert page.tree.currentIndex().data() == "Noctuidae"


def test_by_keyboard_from_search_to_records(page: LibraryPage, window: MainWindow, qtbot: QtBot) -> None:
    window.activateWindow()
    page.tree.setFocus()
    qtbot.waitUntil(page.tree.hasFocus)
    QTest.keyClick(page.tree, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert page.finder.field.hasFocus()
    QTest.keyClicks(page.finder.field, "noctua p")
    assert page.finder.isVisible() and not page.tree.isVisible()
    QTest.keyClick(page.finder.field, Qt.Key.Key_Down)
    assert page.finder.hasFocus()
    QTest.keyClick(page.finder, Qt.Key.Key_Return)
    assert page.panel.taxon == taxon(page, "Noctua pronuba")
    QTest.keyClick(page.finder, Qt.Key.Key_Escape)
    assert page.tree.isVisible() and page.tree.currentIndex().data() == "Noctua pronuba"
    page.panel.tabs.setCurrentWidget(page.panel.records)
    table = page.panel.records.table
    qtbot.waitUntil(lambda: table.model().index(0, 1).data() == "Noctua pronuba")
    table.setFocus()
    table.selectRow(0)
    QTest.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith(">TINY0") and "Noctua pronuba|BOLD:TST0000" in copied
    assert page.panel.records._title.text() == "Barcode of <i>Noctua pronuba</i>"


def test_enter_takes_the_first_of_what_was_found(page: LibraryPage) -> None:
    QTest.keyClicks(page.finder.field, "PIERI")
    QTest.keyClick(page.finder.field, Qt.Key.Key_Return)
    assert page.panel.taxon == taxon(page, "Pieridae")


def test_what_is_not_there_is_said(page: LibraryPage) -> None:
    QTest.keyClicks(page.finder.field, "Maculinea")
    (line,) = [page.finder.found.index(0).data(FOUND)]
    assert line.taxon is None and "begins with “Maculinea”" in line.title
    QTest.keyClick(page.finder.field, Qt.Key.Key_Return)
    assert page.panel.taxon == 0


def test_a_bin_leads_to_its_name(page: LibraryPage) -> None:
    QTest.keyClicks(page.finder.field, "bold:tst0002")
    line = page.finder.found.index(0).data(FOUND)
    assert (line.title, line.detail) == ("BOLD:TST0002", "BIN, named Pieris rapae")


def test_records_come_a_page_at_a_time(
    page: LibraryPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bioscan_desktop.ui.models.key_records.PAGE", 4)
    model = page.panel.records.model
    assert isinstance(model, KeyRecordModel)
    model.show_taxon(0)
    total = model.rowCount()
    assert total > 12 and model.record(total - 1) is None
    qtbot.waitUntil(lambda: model.record(total - 1) is not None)
    assert list(model._pages) == [(total - 1) // 4]
    # A page that comes in for the taxon before is thrown away.
    model.record(0)
    model.show_taxon(taxon(page, "Episyrphus"))
    qtbot.wait(200)
    qtbot.waitUntil(lambda: (record := model.record(0)) is not None and record.lineage.genus == "Episyrphus")


def test_chart_and_table_never_stand_on_each_other(
    page: LibraryPage, window: MainWindow, qtbot: QtBot
) -> None:
    window.resize(800, 500)
    tab = page.panel.distances
    page.panel.tabs.setCurrentWidget(tab)
    qtbot.waitUntil(lambda: tab.model.rowCount() > 0)  # without a chart, so that room is asked for anew
    tab.buttons["image"].click()
    qtbot.waitUntil(tab.chart.isVisible)
    qtbot.wait(50)
    assert not tab.chart.geometry().intersects(tab.table.geometry())
    assert tab.chart.height() >= tab.chart.minimumHeight()


def test_distances(page: LibraryPage, qtbot: QtBot) -> None:
    page.panel.tabs.setCurrentWidget(page.panel.distances)
    tab = page.panel.distances
    qtbot.waitUntil(lambda: tab.model.rowCount() == 4)
    assert "single reference" in tab.words.text() and not tab.chart.isVisible()
    tab.buttons["image"].click()
    qtbot.waitUntil(lambda: tab._shown == (0, "image"))
    assert "of 4 species" in tab.words.text()
    assert tab.chart.accessibleDescription() == tab.words.text()
    names = {tab.model.index(row, 0).data() for row in range(4)}
    assert names == {species for *_, species, _ in SPECIES}
    spot = tab.chart._spots[0]
    qtbot.mouseClick(
        tab.chart, Qt.MouseButton.LeftButton, pos=tab.chart.place_of(spot.within, spot.between).toPoint()
    )
    row = tab.table.currentIndex().row()
    assert tab.model.gap(row).taxon in {s.taxon for s in tab.chart._spots}
    chosen = tab.model.gap(row).taxon
    tab.table.activated.emit(tab.model.index(row, 0))
    assert page.panel.taxon == chosen
    qtbot.waitUntil(lambda: tab._shown == (chosen, "image"))
    assert tab.model.rowCount() == 1


def test_a_long_comparison_waits_to_be_asked(
    page: LibraryPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bioscan_desktop.ui.widgets.taxon_distances.AT_ONCE", 1)
    tab = page.panel.distances
    page.panel.tabs.setCurrentWidget(tab)
    assert tab._go.isVisible() and "takes a while" in tab.words.text()
    tab._go.click()
    qtbot.waitUntil(lambda: tab.model.rowCount() == 4)


def test_summaries_of_distances() -> None:
    apart = SpeciesGap(1, 3, 0.1, 0.2, 2, 0.3, (0, 1))
    overlapping = SpeciesGap(2, 3, 0.1, 0.4, 1, 0.3, (1, 0))
    single = SpeciesGap(3, 1, None, None, 1, 0.3, (2, 0))
    assert summary([apart, overlapping, single]) == (
        "1 of 2 species stand apart from all others; 1 overlap with another species. "
        "1 with a single reference cannot be judged."
    )
    assert "single reference" in summary([single, single])
    assert "nothing to compare" in summary([])


def test_another_library_is_counted_anew(
    page: LibraryPage, window: MainWindow, world: TinyWorld, tmp_path: Path, qtbot: QtBot
) -> None:
    page.show_taxon(taxon(page, "Noctua"))
    table = [r for r in read_table(world.records) if r.lineage.order == "Diptera"]
    build_library(table, ModelPack(world.model, "cpu"), tmp_path / "flies",
                  BuildOptions("flies", title="Flies", images=world.images))  # fmt: skip
    window.bench.open_engine(str(tmp_path / "flies"), str(world.model), "cpu")
    qtbot.waitUntil(lambda: rows(page) == [("Flies", "1", "3", "3")])
    assert page.panel.taxon == 0


def test_without_a_library_it_says_why(bare_window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    bare_window.shell.show_page("library")
    page = bare_window.shell.page("library")
    assert isinstance(page, LibraryPage)
    assert "being opened" in page.words.text()
    bare_window._library = str(tmp_path / "gone")
    bare_window.open_packs()
    qtbot.waitUntil(lambda: "There is no library pack" in page.words.text())
    assert page.currentWidget() is page._waiting


def test_the_map_is_asked_for_a_taxon(page: LibraryPage, window: MainWindow, qtbot: QtBot) -> None:
    asked: list[str] = []
    window.bench.page_asked.disconnect()
    window.bench.page_asked.connect(asked.append)
    page.show_taxon(taxon(page, "Noctua"))
    with qtbot.waitSignal(page.source.taxon_asked) as caught:
        page.panel.to_map.click()
    assert caught.args == [taxon(page, "Noctua")] and asked == ["map"]
    assert page.source.wanted == taxon(page, "Noctua")


def test_words_find_the_nearest_references_where_the_model_reads(
    bare_window: MainWindow, world: TinyWorld, tmp_path: Path, qtbot: QtBot
) -> None:
    model = tmp_path / "reading"
    shutil.copytree(world.model, model)
    parts = sorted({part for *names, _ in SPECIES for name in names for part in name.lower().split()})
    words = tmp_path / "words.txt"
    words.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *parts, ""]), encoding="utf-8")
    add_text_encoder(model, "wordpiece", words, 12, "{order} {family} {genus} {species}")
    build_library(read_table(world.records), ModelPack(model, "cpu"), tmp_path / "library",
                  BuildOptions("r", images=world.images))  # fmt: skip
    window = bare_window
    window._library, window._model = str(tmp_path / "library"), str(model)
    window.open_packs()
    window.shell.show_page("library")
    page = window.shell.page("library")
    assert isinstance(page, LibraryPage)
    qtbot.waitUntil(lambda: page.source.taxonomy is not None)
    assert "any words" in page.finder.field.placeholderText()
    QTest.keyClicks(page.finder.field, "brown moth")
    found = page.finder.found
    qtbot.waitUntil(lambda: found.rowCount() > 2)
    lines = [found.index(row).data(FOUND) for row in range(found.rowCount())]
    heading = next(i for i, line in enumerate(lines) if line.title == "Nearest references by the model")
    assert all("similarity" in line.detail for line in lines[heading + 1 :])
    QTest.keyClick(page.finder.field, Qt.Key.Key_Return)
    assert page.panel.taxon == lines[heading + 1].taxon


def test_everything_has_a_name_for_screen_readers(page: LibraryPage, qtbot: QtBot) -> None:
    from tests.ui.test_access import _named

    for tab in range(page.panel.tabs.count()):
        page.panel.tabs.setCurrentIndex(tab)
        qtbot.wait(50)
        assert _named(page) == []
    index = page.model.index_of(taxon(page, "Noctua"))
    spoken = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Noctua, genus, 2 species, 6 barcodes, 6 photos"


def test_themes_change_while_it_is_shown(page: LibraryPage, window: MainWindow, settled: Callable) -> None:
    page.show_taxon(taxon(page, "Noctua"))
    window._theme.choose("dark")
    assert window._theme.colours.link in page.panel._path.text()


def own_table(folder: Path) -> Path:
    (folder / "photos").mkdir()
    path = folder / "own.tsv"
    path.write_text(
        "processid\tnucleotides\torder\tfamily\tgenus\tspecies\n"
        f"OWN1\t{random_barcode(40)}\tLepidoptera\tLycaenidae\tMaculinea\tMaculinea arion\n",
        encoding="utf-8",
    )
    return path


def test_own_specimens_are_added_from_a_dropped_table(
    page: LibraryPage, window: MainWindow, world: TinyWorld, tmp_path: Path, qtbot: QtBot
) -> None:
    shutil.copytree(world.library, tmp_path / "mine")
    window.use_packs(library=str(tmp_path / "mine"), model=str(world.model))
    qtbot.waitUntil(
        lambda: page.source.engine is not None and page.source.engine.library_folder.name == "mine"
    )
    qtbot.waitUntil(lambda: page.source.taxonomy is not None)
    packs.install("models", world.model)
    table = own_table(tmp_path)
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(table))])
    QApplication.sendEvent(page, QDragEnterEvent(QPoint(5, 5), copy, mime, left, none))
    QApplication.sendEvent(page, QDropEvent(QPointF(5, 5), copy, mime, left, none))
    dialog = window.findChild(AddSpecimensDialog)
    assert isinstance(dialog, AddSpecimensDialog)
    assert dialog.paths == (table, tmp_path / "photos")
    said: list[str] = []
    window.bench.said.connect(lambda text, _: said.append(text))
    dialog._add.click()
    qtbot.waitUntil(lambda: bool(page.source.taxonomy and page.source.taxonomy.search("Maculinea arion")))
    assert said[0] == "Added to mine: 1 new reference."
    assert page.adding.button.isEnabled() and not page.adding.stop.isVisible()


def test_what_cannot_be_added_is_said(
    page: LibraryPage, window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    bad = tmp_path / "list.csv"
    bad.write_text("a,b\n1,2\n")
    with qtbot.waitSignal(window.bench.said) as caught:
        page.adding.add(bad, None)
    assert caught.args[0].startswith("Nothing was added: ")
    qtbot.waitUntil(page.adding.button.isEnabled)


def test_the_dialog_says_where_they_go(
    page: LibraryPage, window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page.adding.ask()
    dialog = window.findChild(AddSpecimensDialog)
    assert isinstance(dialog, AddSpecimensDialog)
    assert not dialog._add.isEnabled()
    assert any("They are added to Tiny library." in w.text() for w in dialog.findChildren(QLabel))
    dialog.reject()
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    assert page._dropped(QDropEvent(QPointF(), copy, QMimeData(), left, none)) is None
    for name, fits in (("a.tsv", True), ("a.tsv.gz", True), ("a.fasta.gz", False), ("a.jpg", False)):
        (tmp_path / name).write_text("x")
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(tmp_path / name))])
        assert (page._dropped(QDropEvent(QPointF(), copy, mime, left, none)) is not None) == fits
