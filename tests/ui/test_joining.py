"""Photo and barcode of one specimen: joined by dropping, pasting, name; taken apart; undone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from bioscan_desktop.ui import wording
from bioscan_desktop.ui.main_window import MainWindow

SPECIES = "Pieris rapae"
OTHER = "Episyrphus balteatus"


def _row_point(window: MainWindow, place: int) -> QPoint:
    return window.page.list.visualRect(window.page.listed.index(place)).center()


def test_a_barcode_dropped_on_a_row_joins_it(
    window: MainWindow, world, drop: Callable, settled: Callable
) -> None:
    drop(window, world.photos[SPECIES])
    settled(window, 1)
    point = _row_point(window, 0)
    drop(window, text=world.barcodes[SPECIES], at=window.page.list.viewport(), point=point)
    qt_wait(window)
    (row,) = settled(window, 1)
    assert row.specimen.modality == "both"
    assert row.result.modality_agreement == "species"
    assert "attached" in window.messages.text
    assert "agree down to species" in window.page.panel._agree.text


def test_what_a_drop_has_joined_is_shown(
    window: MainWindow, world, drop: Callable, settled: Callable
) -> None:
    drop(window, world.photos[SPECIES], world.photos[OTHER])
    first, second = settled(window, 2)
    window.page.select(second.key)
    barcode = world.barcodes[SPECIES]
    drop(window, text=barcode, at=window.page.list.viewport(), point=_row_point(window, 0))
    qt_wait(window)
    settled(window, 2)
    assert window.page.current is first and "attached" in window.messages.text


def test_a_barcode_dropped_on_the_result_joins_the_specimen_shown(
    window: MainWindow, world, drop: Callable, settled: Callable, tmp_path: Path
) -> None:
    drop(window, world.photos[SPECIES])
    settled(window, 1)
    fasta = tmp_path / "one.fasta"
    fasta.write_text(f">x\n{world.barcodes[SPECIES]}\n", encoding="utf-8")
    drop(window, fasta, at=window.page.panel)
    qt_wait(window)
    assert settled(window, 1)[0].specimen.modality == "both"


def test_contradicting_photo_and_barcode_are_flagged(
    window: MainWindow, world, drop: Callable, settled: Callable
) -> None:
    drop(window, world.photos[SPECIES])
    settled(window, 1)
    QGuiApplication.clipboard().setText(world.barcodes[OTHER])
    window.acts["attach_clipboard"].trigger()
    qt_wait(window)
    (row,) = settled(window, 1)
    assert wording.conflict_rank(row.result) == "order"
    assert row.mark == "conflict"
    assert window.page.panel._conflict.isVisible()
    assert "Lepidoptera" in window.page.panel._conflict.text
    assert "Diptera" in window.page.panel._conflict.text


def test_undo_redo_and_separate(window: MainWindow, world, drop: Callable, settled: Callable) -> None:
    drop(window, world.photos[SPECIES])
    (row,) = settled(window, 1)
    before = row.result
    QGuiApplication.clipboard().setText(world.barcodes[SPECIES])
    window.acts["attach_clipboard"].trigger()
    qt_wait(window)
    settled(window, 1)
    window.acts["undo"].trigger()
    assert row.specimen.modality == "image"
    assert row.result is before  # nothing is computed again
    window.acts["redo"].trigger()
    assert settled(window, 1)[0].specimen.modality == "both"
    window.acts["unjoin"].trigger()
    rows = settled(window, 2)
    assert [r.specimen.modality for r in rows] == ["image", "dna"]
    window.acts["undo"].trigger()
    assert settled(window, 1)[0].specimen.modality == "both"


def test_photo_and_barcode_of_the_same_name_are_joined_and_said(
    window: MainWindow, world, drop: Callable, settled: Callable, tmp_path: Path
) -> None:
    name = world.photos[SPECIES].stem
    fasta = tmp_path / "many.fasta"
    fasta.write_text(f">{name}\n{world.barcodes[SPECIES]}\n>other\n{world.barcodes[OTHER]}\n")
    drop(window, world.photos[SPECIES], fasta)
    rows = settled(window, 2)
    assert [r.specimen.modality for r in rows] == ["both", "dna"]
    assert window.messages.text.startswith("1 photo and 2 barcodes added. 1 photo was joined")
    window.messages._undo.click()
    assert [r.specimen.modality for r in settled(window, 3)] == ["image", "dna", "dna"]


def test_a_second_barcode_is_not_put_over_the_first(
    window: MainWindow, world, drop: Callable, settled: Callable
) -> None:
    drop(window, text=world.barcodes[SPECIES])
    settled(window, 1)
    drop(window, text=world.barcodes[OTHER], at=window.page.list.viewport(), point=_row_point(window, 0))
    qt_wait(window)
    assert [r.specimen.modality for r in settled(window, 2)] == ["dna", "dna"]


def test_a_broken_barcode_is_not_attached(
    window: MainWindow, world, drop: Callable, settled: Callable
) -> None:
    drop(window, world.photos[SPECIES])
    settled(window, 1)
    drop(window, text=">short\nACGTACGT", at=window.page.panel)
    qt_wait(window)
    (row,) = settled(window, 1)
    assert row.specimen.modality == "image"
    assert "Not attached" in window.messages.text and "8 bases" in window.messages.text


def test_two_selected_rows_are_joined(window: MainWindow, world, drop: Callable, settled: Callable) -> None:
    drop(window, world.photos[SPECIES])
    drop(window, text=f">mine\n{world.barcodes[SPECIES]}")
    settled(window, 2)
    window.acts["select_all"].trigger()
    assert window.acts["join"].isEnabled()
    window.acts["join"].trigger()
    assert settled(window, 1)[0].specimen.modality == "both"


def test_the_attach_dialog_takes_pasted_bases(
    window: MainWindow, world, drop: Callable, settled: Callable, qtbot: QtBot
) -> None:
    QGuiApplication.clipboard().setText("")
    drop(window, world.photos[SPECIES])
    settled(window, 1)
    window.acts["attach"].trigger()
    from bioscan_desktop.ui.dialogs.simple import AttachDialog

    (dialog,) = window.findChildren(AttachDialog)
    assert not dialog._ok.isEnabled()
    dialog._edit.setPlainText(world.barcodes[SPECIES])
    dialog._ok.click()
    qt_wait(window)
    assert settled(window, 1)[0].specimen.modality == "both"


def qt_wait(window: MainWindow) -> None:
    """Lets a drop begin to be read."""
    from PySide6.QtTest import QTest

    QTest.qWait(30)
