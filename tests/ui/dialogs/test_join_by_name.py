"""Joining by file names in the window: what is shown first, what is joined then, and how it is taken back."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bioscan_desktop.core.photo_names import Group
from bioscan_desktop.services.specimens import Specimen, from_sequence
from bioscan_desktop.ui import joining, regrouping
from bioscan_desktop.ui.dialogs.join_by_name import JoinByNameDialog
from bioscan_desktop.ui.main_window import MainWindow

RAPAE, PRONUBA = "Pieris rapae", "Noctua pronuba"
NAMES = ("A-1_dorsal.png", "A-1_ventral.png", "B-2_1.png", "B-2_2.png", "alone.png")


def ask(window: MainWindow, qtbot: QtBot) -> JoinByNameDialog:
    window.acts["join_by_name"].trigger()
    dialog = window.findChildren(JoinByNameDialog)[-1]
    qtbot.waitUntil(lambda: "Comparing" not in dialog.words.text())
    return dialog


def lines(dialog: JoinByNameDialog) -> list[str]:
    return [dialog.model.index(place, 0).data() for place in range(dialog.model.rowCount())]


@pytest.fixture
def five(window: MainWindow, world: Any, drop: Callable, settled: Callable, tmp_path: Path) -> MainWindow:
    for name in NAMES:
        shutil.copy(world.photos[RAPAE], tmp_path / name)
    drop(window, *(tmp_path / name for name in NAMES))
    settled(window, 5)
    window.page.select(window.bench.model.rows[0].key)
    return window


def test_shown_joined_undone(five: MainWindow, qtbot: QtBot, settled: Callable) -> None:
    dialog = ask(five, qtbot)
    assert lines(dialog) == ["A-1: A-1_dorsal.png + A-1_ventral.png"]
    assert dialog.words.text() == "2 of 5 rows become 1 specimen." and not dialog.warning.isVisible()
    assert five.bench.model.rowCount() == 5  # nothing has happened yet
    QTest.keyClick(dialog.ways, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: dialog.model.rowCount() == 2)
    assert dialog.warning.isVisible() and lines(dialog)[1] == "B-2: B-2_1.png + B-2_2.png"
    dialog.groups.setFocus()
    QTest.keyClick(dialog.groups, Qt.Key.Key_Space)
    assert [group.sample for group in dialog.model.ticked] == ["B-2"]
    QTest.keyClick(dialog.groups, Qt.Key.Key_Down)
    QTest.keyClick(dialog.groups, Qt.Key.Key_Space)
    assert not dialog.take.isEnabled() and dialog.words.text() == "Nothing is ticked, so nothing is joined."
    QTest.keyClick(dialog.groups, Qt.Key.Key_Space)
    QTest.keyClick(dialog.groups, Qt.Key.Key_Return)
    rows = settled(five, 4)
    assert [row.specimen.query_id for row in rows] == ["A-1_dorsal", "A-1_ventral", "B-2", "alone"]
    assert len(rows[2].result.by_photo) == 2
    assert five.messages.text == "2 rows of the list are 1 specimen now."
    five.acts["undo"].trigger()
    rows = settled(five, 5)
    assert [row.specimen.query_id for row in rows] == [Path(name).stem for name in NAMES]
    five.acts["redo"].trigger()
    row = settled(five, 4)[2]
    five.page.select(row.key)
    five.acts["unjoin"].trigger()
    names = [row.specimen.query_id for row in settled(five, 5)]
    assert names == ["A-1_dorsal", "A-1_ventral", "B-2_1", "B-2_2", "alone"]


def test_a_choice_of_rows_is_looked_through_alone(five: MainWindow, qtbot: QtBot) -> None:
    five.acts["select_all"].trigger()
    five.page.list.selectionModel().select(
        five.page.list.model().index(0, 0), five.page.list.selectionModel().SelectionFlag.Deselect
    )
    dialog = ask(five, qtbot)
    assert lines(dialog) == [] and not dialog.take.isEnabled() and not dialog.groups.isEnabled()
    assert dialog.words.text() == "No names here differ in a view alone, so there is nothing to join."
    dialog.reject()


def test_what_has_changed_since_is_left(five: MainWindow, qtbot: QtBot, settled: Callable) -> None:
    dialog = ask(five, qtbot)
    groups = dialog.model.ticked
    dialog.reject()
    five.bench.remove([five.bench.model.rows[1].key])
    count = five.bench.undo_stack.count()
    regrouping.join_by_name(five.bench, groups)
    assert five.bench.undo_stack.count() == count and five.bench.model.rowCount() == 4


def test_the_barcode_of_the_sample_goes_with_its_photos() -> None:
    a, b = (Specimen(name, name, Path(f"{name}.jpg")) for name in ("A-1_dorsal", "A-1_head"))
    code = from_sequence("ACGT" * 150, "a-1")
    group = Group("A-1", (0, 1))
    rows = [(10, a), (11, b), (12, code)]
    ((found,), left) = joining.proposed(rows, [group])
    assert (found.keys, found.specimens, left) == ((10, 11, 12), (a, b, code), 0)
    # Of two barcodes of the name, and of two groups of the name, nobody knows which.
    ((found,), _) = joining.proposed([*rows, (13, code)], [group])
    assert found.keys == (10, 11)
    twice = [*rows, (20, a), (21, b)]
    found_two, _ = joining.proposed(twice, [group, Group("A-1", (3, 4))])
    assert [one.keys for one in found_two] == [(10, 11), (20, 21)]
    # A Mac writes the accents of file names in another way.
    mac, other = Group(unicodedata.normalize("NFD", "Né-1"), (0, 1)), from_sequence("ACGT" * 150, "Né-1")
    ((found,), _) = joining.proposed([*rows[:2], (12, other)], [mac])
    assert found.keys == (10, 11, 12)
    # Two barcodes are two specimens.
    both = joining.join([a, code])
    assert joining.proposed([(1, both), (2, joining.join([b, code]))], [group]) == ([], 1)
