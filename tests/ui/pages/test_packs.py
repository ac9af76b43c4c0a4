"""The page of models and libraries."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from bioscan_desktop import paths
from bioscan_desktop.services import packs
from bioscan_desktop.services.download import Offer
from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.models.found import FOUND
from bioscan_desktop.ui.pages.packs import PacksPage
from bioscan_desktop.ui.widgets.pack_details import offer_rows, size_text
from tests.conftest import TinyWorld


@pytest.fixture
def page(window: MainWindow, world: TinyWorld, qtbot: QtBot) -> PacksPage:
    packs.install("models", world.model)
    window.shell.show_page("packs")
    page = window.shell.page("packs")
    assert isinstance(page, PacksPage)
    qtbot.waitUntil(lambda: bool(page.packs))
    return page


@pytest.fixture
def zipped(world: TinyWorld, tmp_path: Path) -> Path:
    path = tmp_path / "tiny.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in world.library.iterdir():
            archive.write(file, file.name)
    return path


def lines(page: PacksPage) -> list[tuple[str, str]]:
    model = page.found
    found = [model.index(row).data(FOUND) for row in range(model.rowCount())]
    return [(line.title, line.detail) for line in found]


def choose(page: PacksPage, kind: str, name: str) -> None:
    row = next(row for row in range(page.found.rowCount()) if page.name_at(row) == (kind, name))
    page.list.setCurrentIndex(page.found.index(row))


def idle(page: PacksPage) -> bool:
    return page._job is None


def facts(page: PacksPage) -> dict[str, str]:
    grid = page.details._grid
    texts = [grid.itemAt(n).widget().text() for n in range(grid.count())]  # type: ignore[union-attr]
    return dict(zip(texts[::2], texts[1::2], strict=True))


def test_what_is_installed(page: PacksPage) -> None:
    titles = [title for title, _ in lines(page)]
    assert titles == ["Libraries", "Starter library", "Models", "Tiny model", "Starter"]
    assert page.details._title.text() == "Starter library"
    shown = facts(page)
    assert "1 669 species".replace(" ", "\u202f", 1) in shown["Holds"]
    version = packs.open_model("starter").manifest.version
    assert shown["Needs the model"] == f"starter {version} (installed)"
    assert shown["Certainty"].startswith("Calibrated") and "CC0" in shown["Licence"]
    assert "came with the program" in shown["On disk"]
    assert page.details._about.toPlainText()
    assert not page.details.remove.isVisible()
    choose(page, "models", "tiny")
    assert "installed by you" in facts(page)["On disk"] and page.details.remove.isVisible()
    assert not page.details.use.isVisible()


def test_installing_choosing_and_removing(
    page: PacksPage, window: MainWindow, world: TinyWorld, library: Path, zipped: Path, qtbot: QtBot
) -> None:
    page.install(zipped)
    qtbot.waitUntil(lambda: page.current is not None and page.current.name == "tiny")
    assert page.details.use.isEnabled()
    engine = window.bench.engine
    page.details.use.click()
    qtbot.waitUntil(lambda: window.bench.engine is not engine and not window.bench.is_opening)
    assert window.bench.settings.get("library") == "tiny"
    assert lines(page)[1][1].startswith("In use") and not page.details.use.isEnabled()
    assert page.details.banner.text == "In use." and not page.details.remove.isEnabled()
    window.bench.open_engine(str(library), str(world.model), "cpu")
    qtbot.waitUntil(lambda: page.details.remove.isEnabled())
    page.details.remove.click()
    box = page.findChild(QMessageBox)
    assert isinstance(box, QMessageBox) and "Remove Tiny library" in box.text()
    box.button(QMessageBox.StandardButton.Cancel).click()
    assert (paths.data_dir() / "libraries" / "tiny").is_dir()
    page.details.remove.click()
    boxes = [b for b in page.findChildren(QMessageBox) if b.isVisible()]
    boxes[0].button(QMessageBox.StandardButton.Yes).click()
    qtbot.waitUntil(lambda: "Tiny library" not in [title for title, _ in lines(page)])
    assert not (paths.data_dir() / "libraries" / "tiny").exists()


def test_a_library_without_its_model(page: PacksPage, zipped: Path, qtbot: QtBot) -> None:
    choose(page, "models", "tiny")
    page._remove(page.current)
    qtbot.waitUntil(lambda: "Tiny model" not in [title for title, _ in lines(page)])
    page.install(zipped)
    qtbot.waitUntil(lambda: page.current is not None and page.current.name == "tiny")
    assert "not installed, so it cannot be used yet" in page.details.banner.text
    assert not page.details.use.isEnabled()
    assert "model missing" in lines(page)[1][1]


def test_checking_files(page: PacksPage, qtbot: QtBot) -> None:
    choose(page, "models", "tiny")
    page.details.check.click()
    qtbot.waitUntil(lambda: page.details.banner.text.endswith("the pack is whole."))
    assert page.current is not None
    (page.current.folder / "dna.onnx").write_bytes(b"changed")
    qtbot.waitUntil(lambda: idle(page))
    page.details.check.click()
    qtbot.waitUntil(lambda: "hash mismatch" in page.details.banner.text)


def test_a_damaged_pack_is_listed_with_its_reason(page: PacksPage, qtbot: QtBot) -> None:
    (paths.data_dir() / "models" / "tiny" / "manifest.json").write_text("{")
    page.refresh()
    qtbot.waitUntil(lambda: ("tiny", "Cannot be used") in lines(page))
    choose(page, "models", "tiny")
    assert "cannot be read" in page.details.banner.text and not page.details.check.isEnabled()


def test_what_is_no_pack_is_said(page: PacksPage, tmp_path: Path, qtbot: QtBot) -> None:
    for name, data in (("notes.zip", b"no zip"), ("photo.jpg", b"\xff\xd8")):
        (tmp_path / name).write_bytes(data)
        page.install(tmp_path / name)
        qtbot.waitUntil(lambda: idle(page))
        assert "neither a model pack nor a library pack" in page.details.banner.text


def test_one_thing_at_a_time(page: PacksPage, window: MainWindow, zipped: Path, qtbot: QtBot) -> None:
    page.install(zipped)
    with qtbot.waitSignal(window.bench.said) as caught:
        page.install(zipped)
    assert "One thing at a time" in caught.args[0]
    qtbot.waitUntil(lambda: idle(page))


def test_a_pack_can_be_dropped(page: PacksPage, zipped: Path, world: TinyWorld, qtbot: QtBot) -> None:
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(zipped))])
    enter = QDragEnterEvent(QPoint(5, 5), copy, mime, left, none)
    QApplication.sendEvent(page, enter)
    assert enter.isAccepted()
    drop = QDropEvent(QPointF(5, 5), copy, mime, left, none)
    QApplication.sendEvent(page, drop)
    assert drop.isAccepted()
    qtbot.waitUntil(lambda: (paths.data_dir() / "libraries" / "tiny").is_dir() and idle(page))
    # Photos are the window's: they are identified, wherever they are dropped.
    for path, taken in ((world.library, world.library), (world.photos["Noctua comes"], None)):
        mime.setUrls([QUrl.fromLocalFile(str(path))])
        assert PacksPage._dropped(QDropEvent(QPointF(5, 5), copy, mime, left, none)) == taken


def test_a_list_of_packs(
    page: PacksPage, window: MainWindow, zipped: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    data = zipped.read_bytes()
    entry = {
        "kind": "library", "id": "tiny", "version": "1", "title": "Tiny library", "url": zipped.name,
        "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), "species": 4, "licence": "CC0",
        "description": "Four species, *drawn*.",
    }  # fmt: skip
    index = tmp_path / "index.json"
    index.write_text(json.dumps({"format": "bioscan-index", "format_version": "1.0", "packs": [entry]}))
    page.address.setText(str(index))
    QTest.keyClick(page.address, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.current_offer is not None)
    assert window.bench.settings.get("pack_index") == str(index)
    assert facts(page)["Holds"] == "4 species" and page.details.download.isEnabled()
    assert "drawn" in page.details._about.toPlainText() and not page.details.use.isVisible()
    qtbot.waitUntil(lambda: idle(page))
    page.details.download.click()
    qtbot.waitUntil(lambda: page.current is not None and page.current.name == "tiny")
    choose(page, "offer", str(entry["sha256"]))
    assert page.details.banner.text == "This version is installed." and not page.details.download.isEnabled()
    page.address.setText("")
    page.look()
    assert page.offers == [] and page.current_offer is None


def test_a_list_that_cannot_be_had(page: PacksPage, tmp_path: Path, qtbot: QtBot) -> None:
    page.address.setText(str(tmp_path / "nothing.json"))
    page._look.click()
    qtbot.waitUntil(lambda: "cannot be read" in page.details.banner.text)


def test_an_update_is_called_one(page: PacksPage) -> None:
    offer = Offer("models", "tiny", "2", "Tiny model", "https://x.org/t.zip", 5_000_000_000, "0" * 64)
    page.offers = [offer]
    page._fill()
    choose(page, "offer", offer.sha256)
    assert page.details.banner.text == "Version 1 is installed; this one replaces it."
    assert dict(offer_rows(offer))["To download"] == "5.0 GB"
    page.details.show_work("Downloading", 4_000_000_000, 5_000_000_000)
    assert page.details._bar.value() == 4_000_000


def test_sizes() -> None:
    assert [size_text(n) for n in (1, 1500, 2_500_000, 13_000_000, 1_200_000_000)] == [
        "1 kB", "2 kB", "2.5 MB", "13 MB", "1.2 GB",
    ]  # fmt: skip


def test_everything_has_a_name_for_screen_readers(page: PacksPage) -> None:
    from tests.ui.test_access import _named

    assert _named(page) == []
    assert page.address.accessibleName()


def test_headings_of_a_card_stand_below_the_title(page: PacksPage) -> None:
    details = page.details
    details._tell("# Card\n\nWords.\n\n## What it covers\n\n|a|b|\n|-|-|\n|1|2|\n")
    sizes = {}
    block = details._about.document().begin()
    while block.isValid():
        if block.text():
            sizes[block.text()] = block.begin().fragment().charFormat().font().pointSizeF()
        block = block.next()
    assert sizes["Words."] < sizes["What it covers"] < details._title.font().pointSizeF()
    assert "Card" not in sizes  # the page has the title already
    (table,) = details._about.document().rootFrame().childFrames()
    rule = table.cellAt(1, 1).format().toTableCellFormat()
    assert rule.bottomBorder() == 1
    assert rule.bottomBorderBrush().color().name() == details._theme.colours.border
