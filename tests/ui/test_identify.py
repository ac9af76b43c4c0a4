"""Dropping and pasting real files leads to the right verdict on the page."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from bioscan_desktop.services.specimens import Specimen
from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.models.specimens import State
from bioscan_desktop.ui.taking import Taking
from bioscan_desktop.ui.workbench import URGENT


def test_a_dropped_photo_is_identified(window: MainWindow, world, drop: Callable, settled: Callable) -> None:
    drop(window, world.photos["Episyrphus balteatus"])
    (row,) = settled(window, 1)
    assert row.state is State.DONE
    assert row.result.verdict.lineage.order == "Diptera"
    assert window.page.current is row
    assert (
        "Episyrphus" in window.page.panel._headline.text() or "Diptera" in window.page.panel._headline.text()
    )
    assert window.page.panel.hits.cards[0].isVisible()


def test_a_pasted_barcode_is_identified(window: MainWindow, world, settled: Callable) -> None:
    QGuiApplication.clipboard().setText(f">MY001\n{world.barcodes['Pieris rapae']}\n")
    window.acts["paste"].trigger()
    (row,) = settled(window, 1)
    assert row.specimen.query_id == "MY001"
    assert row.result.verdict.lineage.genus == "Pieris"
    assert row.result.hits[0].percent_identity > 95


def test_a_pasted_picture_is_identified(window: MainWindow, world, settled: Callable) -> None:
    mime = QMimeData()
    mime.setImageData(QImage(str(world.photos["Episyrphus balteatus"])))
    QGuiApplication.clipboard().setMimeData(mime)
    window.acts["paste"].trigger()
    (row,) = settled(window, 1)
    assert row.specimen.query_id == "pasted picture 1"
    assert row.result.verdict.lineage.order == "Diptera"


def test_nonsense_on_the_clipboard_is_told_in_one_sentence(window: MainWindow, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText("dinner at eight, bring the net")
    window.acts["paste"].trigger()
    assert "neither a DNA barcode nor a file" in window.messages.text
    assert window.bench.model.rowCount() == 0


def test_the_sample_barcode_finds_the_species_it_was_made_from(window: MainWindow, settled: Callable) -> None:
    window.page.empty._sample.click()
    (row,) = settled(window, 1)
    assert row.result.verdict.name is not None
    assert row.result.verdict.name.split()[0] in row.specimen.input


def test_specimens_dropped_before_the_library_is_open_wait_for_it(
    bare_window: MainWindow, world, drop: Callable, settled: Callable, qtbot: QtBot
) -> None:
    drop(bare_window, world.photos["Pieris rapae"])
    qtbot.waitUntil(lambda: bare_window.bench.model.rowCount() == 1)
    assert bare_window.bench.model.rows[0].state is State.WAITING
    bare_window.open_packs()
    assert settled(bare_window, 1)[0].state is State.DONE


def test_what_was_found_before_stop_does_not_come_after_it(window: MainWindow) -> None:
    """News of a folder come ten times a second; the last ones are on their way when Stop is pressed."""
    bench, taking = window.bench, Taking(None)
    job = window.jobs.make("intake", "take in", lambda _: None)
    job.cancel()
    bench._on_found(taking, job, [Specimen(f"s{n}", f"s{n}.jpg") for n in range(2 * URGENT)])
    bench._on_all_found(taking, job)
    assert not bench.model.rows and not bench.is_busy
