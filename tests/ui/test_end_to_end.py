"""From a dropped photo to an exported table, once by mouse and once by keyboard alone."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget
from pytestqt.qtbot import QtBot

from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.models.specimens import State

Key = Qt.Key
LEFT = Qt.MouseButton.LeftButton
NO_MODIFIER = Qt.KeyboardModifier.NoModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def answer_dialogs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The system's file dialogs are not ours to press; they answer with this file."""
    target = tmp_path / "out" / "names.csv"
    target.parent.mkdir()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(target), ""))
    return target


def press(
    widget: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    QTest.keyClick(widget, key, modifier)


def click(widget: QWidget) -> None:
    assert widget.isVisible() and widget.isEnabled()
    QTest.mouseClick(widget, LEFT)


def exported(target: Path, qtbot: QtBot) -> list[dict[str, str]]:
    qtbot.waitUntil(target.exists)
    return list(csv.DictReader(target.read_text(encoding="utf-8-sig").splitlines()))


def test_by_mouse(
    window: MainWindow, world, drop: Callable, settled: Callable, answer_dialogs: Path, qtbot: QtBot
) -> None:
    drop(window, *world.photos.values())
    rows = settled(window, 4)
    page = window.page
    place = page.list.visualRect(page.listed.index(2)).center()
    QTest.mouseClick(page.list.viewport(), LEFT, pos=place)
    assert page.current is rows[2]
    name = rows[2].result.verdict.name
    assert name in page.panel._headline.text()
    panel = page.panel.determination
    page.panel.ensureWidgetVisible(panel.accept)
    click(panel.accept)
    assert rows[2].decision.action == "accept" and name in panel._decided.text()
    click(panel.reject)
    assert rows[2].decision.action == "reject"
    menu = window.acts["undo"]
    menu.trigger()
    assert rows[2].decision.action == "accept"
    menu.trigger()
    assert rows[2].decision is None
    click(window.shell.rail.button("review"))
    review = window.shell.page("review")
    click(review.keys.button("accept"))
    assert rows[0].decision.action == "accept"
    click(review.keys.button("undo"))
    assert rows[0].decision is None
    click(review.keys.button("reject"))
    click(review.keys.button("unknown"))
    click(window.shell.rail.button("identify"))
    window.bench.write_note(rows[1].key, "worn, no genitalia")
    window.acts["export"].trigger()
    table = exported(answer_dialogs, qtbot)
    assert [line["query_id"] for line in table] == [row.specimen.query_id for row in rows]
    assert table[2]["decided_name"] == name
    status = [line["verification_status"] for line in table]
    assert status == ["RejectedByHuman", "UnknownToHuman", "PredictedByMachine", "PredictedByMachine"]
    assert table[1]["notes"] == "worn, no genitalia" and table[1]["verified_at"] != ""


def test_by_keyboard_alone(
    window: MainWindow, world, settled: Callable, answer_dialogs: Path, qtbot: QtBot
) -> None:
    window.activateWindow()
    mime = QMimeData()
    fasta = "".join(f">{key.replace(' ', '_')}\n{value}\n" for key, value in world.barcodes.items())
    mime.setText(fasta)
    QGuiApplication.clipboard().setMimeData(mime)
    press(window.focusWidget() or window, Key.Key_V, CONTROL)
    rows = settled(window, len(world.barcodes))
    assert window.page.list.hasFocus()
    press(window.page.list, Key.Key_End)
    assert window.page.current is rows[-1]
    press(window.page.list, Key.Key_Return, CONTROL)
    assert rows[-1].decision.action == "accept"
    press(window.page.list, Key.Key_Z, CONTROL)
    assert rows[-1].decision is None
    press(window.page.list, Key.Key_3, CONTROL)
    review = window.shell.page("review")
    assert review.hasFocus()
    press(review, Key.Key_Return)
    press(review, Key.Key_U)
    assert [row.decision.action for row in rows[:2]] == ["accept", "unknown"]
    press(review, Key.Key_Z, CONTROL)
    assert rows[1].decision is None and review.current is rows[1]
    press(review, Key.Key_Y, CONTROL)
    assert rows[1].decision.action == "unknown"
    press(review, Key.Key_1, CONTROL)
    press(window.page.list, Key.Key_F, CONTROL)
    QTest.keyClicks(window.page.filter.words, rows[0].result.verdict.name.split()[-1])
    qtbot.waitUntil(lambda: window.page.listed.rowCount() < len(rows))
    press(window.page.filter.words, Key.Key_Escape)
    press(window.page.filter.words, Key.Key_Escape)
    press(window.page.list, Key.Key_E, CONTROL)
    table = exported(answer_dialogs, qtbot)
    assert [line["verification_status"] for line in table[:3]] == [
        "ValidatedByHuman", "UnknownToHuman", "PredictedByMachine",
    ]  # fmt: skip
    assert table[0]["verified_name"] == rows[0].result.verdict.name


def test_a_barcode_that_is_pasted_into_the_find_field_is_a_specimen(
    window: MainWindow, world, settled: Callable
) -> None:
    clipboard = QGuiApplication.clipboard()
    window.activateWindow()
    clipboard.setText(world.barcodes["Pieris rapae"])
    press(window, Key.Key_V, CONTROL)
    settled(window, 1)
    find = window.page.filter.words
    find.setFocus()
    press(find, Key.Key_V, CONTROL)
    settled(window, 2)
    assert find.text() == ""
    clipboard.setText("rapae")
    press(find, Key.Key_V, CONTROL)
    assert find.text() == "rapae" and len(window.bench.model.rows) == 2


def test_everything_that_can_be_pasted(window: MainWindow, world, settled: Callable) -> None:
    clipboard = QGuiApplication.clipboard()
    window.activateWindow()

    def paste() -> None:
        press(window, Key.Key_V, CONTROL)

    clipboard.setText(f">MY001\n{world.barcodes['Pieris rapae']}\n>MY002\nACGT\n")
    paste()
    rows = settled(window, 2)
    assert [row.state for row in rows] == [State.DONE, State.FAILED]  # one is too short, and says so
    assert "bases" in rows[1].second_line
    mime = QMimeData()
    mime.setImageData(QImage(str(world.photos["Noctua comes"])))
    clipboard.setMimeData(mime)
    paste()
    assert settled(window, 3)[2].specimen.query_id == "pasted picture 1"
    clipboard.setText(str(world.photos["Noctua comes"]))
    paste()
    assert settled(window, 4)[3].specimen.photo == world.photos["Noctua comes"]
    for nonsense in ("dinner at eight, bring the net", "12345", "{}", "\n\n", "http://example.org/a.jpg"):
        clipboard.setText(nonsense)
        window.messages.hide()
        paste()
        assert window.messages.text, nonsense
        assert window.bench.model.rowCount() == 4
    clipboard.clear()
    paste()
    assert "neither a photo nor a barcode" in window.messages.text


def test_the_menu_of_a_row_leads_to_the_same(
    window: MainWindow, world, drop: Callable, settled: Callable
) -> None:
    drop(window, world.photos["Pieris rapae"])
    (row,) = settled(window, 1)
    window.page.menu_asked.emit(QPoint(10, 10))
    (menu,) = [menu for menu in window.findChildren(QMenu) if menu.isVisible()]
    assert window.acts["crop"] in menu.actions() and window.acts["again"] in menu.actions()
    menu.close()
    assert row.decision is None
