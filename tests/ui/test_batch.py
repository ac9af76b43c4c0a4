"""The batch page: a folder from its choice to its results, by mouse and by keyboard."""

from __future__ import annotations

import csv
import shutil
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QObject, QPoint, QPointF, Qt, QUrl, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from bioscan_desktop.services.batch import STATE_FILE
from bioscan_desktop.session import queries
from bioscan_desktop.session.database import Database
from bioscan_desktop.session.queries import Row
from bioscan_desktop.ui.batch_control import Setup
from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.models import batch_rows
from bioscan_desktop.ui.models.batch_rows import BatchRows
from bioscan_desktop.ui.pages.batch import BatchPage, hits_html
from bioscan_desktop.ui.widgets.specimen_delegate import MARKS
from tests.conftest import SPECIES, draw_insect
from tests.services.test_batch import fill


@pytest.fixture
def page(window: MainWindow, qtbot: QtBot) -> Iterator[BatchPage]:
    """The page over the tiny library, as the shell makes it."""
    made = BatchPage(window._theme, window.bench, window)
    made.resize(1100, 760)
    qtbot.addWidget(made)
    made.show()
    yield made
    window.jobs.shutdown()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    fill(tmp_path / "photos", 30)
    return tmp_path / "photos"


def rows_of(out: Path) -> list[dict[str, str]]:
    with (out / "results.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def texts(page: BatchPage, column: int = 0) -> list[str]:
    model = page.rows
    return [model.data(model.index(n, column)) for n in range(model.rowCount())]


def done(page: BatchPage, qtbot: QtBot, state: str = "done") -> None:
    qtbot.waitUntil(lambda: page.control.state == state, timeout=30_000)
    qtbot.waitUntil(lambda: page.rows.rowCount() > 0 and "…" not in texts(page), timeout=10_000)


def test_from_the_folder_to_the_results(page: BatchPage, folder: Path, qtbot: QtBot) -> None:
    begin = page.begin
    assert not begin.begin.isEnabled()
    begin.use_folder(folder)
    assert begin.out.text() == str(folder.with_name("photos - identified"))
    qtbot.waitUntil(lambda: "specimens" in begin._found.text())
    assert begin._found.text() == "31 photos, 8 barcodes, 6 joined by name: 33 specimens"
    assert begin._pairs.text().startswith("box 0/S0_side.jpg  +  S0")
    assert "only 4 bases" in begin._apart.text()
    qtbot.mouseClick(begin.begin, Qt.MouseButton.LeftButton)
    assert page.currentIndex() == 1 and page.control.is_busy
    done(page, qtbot)
    out = folder.with_name("photos - identified")
    assert len(rows_of(out)) == page.rows.rowCount() == 33
    qtbot.waitUntil(lambda: page.status.tiles["failed"].text() == "2 failed")
    assert page.status.tiles["all"].text() == "33 in all"
    assert page.status.retry.isVisible() and not page.status.pause.isVisible()
    page.status.tiles["failed"].click()
    qtbot.waitUntil(lambda: sorted(texts(page)) == ["bad", "broken"])
    page.table.selectRow(texts(page).index("bad"))
    qtbot.waitUntil(page._about.isVisible)
    assert "only 4 bases" in page._reason.text()
    page.status.tiles["all"].click()
    page.search.setText("pieridae")
    pierids = {"Pieris rapae", "Pieris", "Pieridae"}
    qtbot.waitUntil(lambda: page.rows.rowCount() > 0 and set(texts(page, 1)) <= pierids)
    assert not page.table.currentIndex().isValid()  # the chosen row is not among these
    page.table.selectRow(1)
    qtbot.waitUntil(lambda: "Nearest:" in page._hits.text())
    chosen = texts(page)[1]
    page.search.clear()
    qtbot.waitUntil(lambda: page.rows.rowCount() == 33 and "…" not in texts(page))
    assert texts(page)[page.table.currentIndex().row()] == chosen


def test_photos_are_joined_by_name_where_chosen(page: BatchPage, tmp_path: Path, qtbot: QtBot) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("A-1_dorsal", "A-1_ventral", "B-2_1", "B-2_2"):
        draw_insect(SPECIES[0][4], (160, 120)).save(folder / f"{name}.jpg")
    begin = page.begin
    begin.use_folder(folder)
    for way, found, groups in (
        (0, "4 photos, 0 barcodes: 4 specimens", ""),
        (
            1,
            "4 photos, 0 barcodes, 1 of several photos: 3 specimens",
            "A-1:  A-1_dorsal.jpg  +  A-1_ventral.jpg",
        ),
        (2, "4 photos, 0 barcodes, 2 of several photos: 2 specimens", "B-2:  B-2_1.jpg  +  B-2_2.jpg"),
    ):
        begin.views.setCurrentIndex(way)
        qtbot.waitUntil(lambda found=found: begin._found.text() == found)
        assert begin._pairs.text().endswith(groups) and begin._pairs.isVisible() == bool(groups)
    begin.begin.click()
    done(page, qtbot)
    assert sorted(texts(page)) == ["A-1", "B-2"]
    out = folder.with_name("photos - identified")
    assert [row["further_photos"] for row in rows_of(out)] == ["A-1_ventral.jpg", "B-2_2.jpg"]

    assert begin.setup is not None and begin.setup.resume and begin.setup.views is None


def test_pausing_stopping_and_going_on(page: BatchPage, tmp_path: Path, qtbot: QtBot) -> None:
    fill(tmp_path / "photos", 400)
    out = tmp_path / "run"
    page.use(Setup(out, tmp_path / "photos"))
    qtbot.waitUntil(lambda: page.control.progress is not None and bool(page.control.progress.total))
    page.status.pause.click()
    assert page.control.state == "paused" and page.status.go_on.isVisible()
    qtbot.waitUntil(lambda: page.control.progress.phase == "pause", timeout=20_000)
    held = page.control.progress.done
    qtbot.wait(300)
    assert page.control.progress.done == held < 403
    page.status.go_on.click()
    assert page.control.state == "running"
    qtbot.waitUntil(lambda: page.control.progress.done > held, timeout=20_000)
    page.status.stop.click()
    done(page, qtbot, "stopped")
    kept = len(rows_of(out))
    assert held <= kept < 403 and page.status.go_on.isVisible() and not page.control.trouble
    page.status.go_on.click()
    done(page, qtbot)
    assert len(rows_of(out)) == 403


def test_retrying_what_failed(page: BatchPage, folder: Path, tmp_path: Path, qtbot: QtBot) -> None:
    page.use(Setup(tmp_path / "run", folder))
    done(page, qtbot)
    shutil.copy(folder / "box 0" / "S3_side.jpg", folder / "broken.jpg")
    qtbot.waitUntil(page.status.retry.isVisible)
    assert page.status.retry.text() == "&Retry 2 failed"
    page.status.retry.click()
    done(page, qtbot)
    assert [row["query_id"] for row in rows_of(tmp_path / "run") if row["status"] == "failed"] == ["bad"]


def test_an_earlier_run_is_opened_and_a_new_one_chosen(
    page: BatchPage, folder: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    page.use(Setup(tmp_path / "run", folder))
    done(page, qtbot)
    page.status.leave.click()
    assert page.currentIndex() == 0 and page.rows.rowCount() == 0
    page.begin.open_asked.emit(tmp_path / "run")
    done(page, qtbot, "stopped")
    assert page.rows.rowCount() == 33
    page.status.leave.click()
    page.begin.use_folder(folder)
    page.begin.out.setText(str(tmp_path / "run"))
    assert page.begin.begin.text() == "Go on with the run" and "taken up" in page.begin._found.text()


def test_troubles_are_said_where_they_belong(
    page: BatchPage, folder: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    page.begin.folder.setText(str(tmp_path / "none"))
    assert page.begin._banner.text == f"There is no folder {tmp_path / 'none'}."
    assert not page.begin.begin.isEnabled()
    (tmp_path / "run").mkdir()
    with Database(tmp_path / "run" / "session.sqlite"):
        page.use(Setup(tmp_path / "run", folder, resume=True))
        qtbot.waitUntil(lambda: page.control.state == "stopped", timeout=20_000)
    assert "is open in another window or program" in page.control.trouble
    assert page.status._banner.text == page.control.trouble


def test_without_a_library_it_says_so(bare_window: MainWindow, folder: Path, qtbot: QtBot) -> None:
    page = BatchPage(bare_window._theme, bare_window.bench, bare_window)
    qtbot.addWidget(page)
    page.use(Setup(folder.parent / "run", folder))
    assert page.control.state == "idle" and "Open a library first" in page.begin._banner.text


def test_a_folder_can_be_dropped(page: BatchPage, folder: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(folder))])
    copy, left, plain = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(50, 50), copy, mime, left, plain)
    QApplication.sendEvent(page, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(page, QDropEvent(QPointF(50, 50), copy, mime, left, plain))
    assert page.begin.folder.text() == str(folder)


def test_by_keyboard_alone(page: BatchPage, folder: Path, qtbot: QtBot) -> None:
    page.activateWindow()
    page.begin.folder.setFocus()
    QTest.keyClicks(page.begin.folder, str(folder))
    qtbot.waitUntil(lambda: "specimens" in page.begin._found.text())
    for _ in range(12):
        if page.begin.begin.hasFocus():
            break
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert page.begin.begin.hasFocus()
    QTest.keyClick(page.begin.begin, Qt.Key.Key_Space)
    done(page, qtbot)
    assert page.table.hasFocus()
    QTest.keyClick(page.table, Qt.Key.Key_Down)
    qtbot.waitUntil(page._about.isVisible)


def test_rows_are_sorted(page: BatchPage, folder: Path, qtbot: QtBot) -> None:
    page.begin.use_folder(folder)
    qtbot.waitUntil(lambda: page.begin.begin.isEnabled())
    page.begin.begin.click()
    done(page, qtbot)
    latest = texts(page)
    page.table.setFocus()
    QTest.keyClick(
        page.table, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    menu = QApplication.activePopupWidget()
    assert menu is page.order.menu_of_orders
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    out = folder.with_name("photos - identified")
    for order in ("added", "name", "confidence"):
        if order != "added":
            page.order.choice(order).trigger()
        assert page.order.chosen_order == order
        with Database(out / STATE_FILE, read_only=True) as database:
            expected = [row.query_id for row in queries.page(database, order=order)]
        assert expected != latest
        qtbot.waitUntil(lambda expected=expected: texts(page) == expected)  # type: ignore[misc]
    page.control.leave()
    assert page.order.chosen_order == "recent"


def test_everything_has_a_name(page: BatchPage) -> None:
    own = [w for kind in (QPushButton, QToolButton, QCheckBox, QLineEdit) for w in page.findChildren(kind)]
    own = [w for w in own if not isinstance(w.parent(), QLineEdit)]  # Qt's own, to clear a field
    assert len(own) > 15
    assert not [w for w in own if not (w.accessibleName() or w.text())]
    assert page.table.accessibleName() == "Specimens of the run"


class Reader(QObject):
    """Stands in for the control: notes what is asked for."""

    rows_read = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self.questions: list[Any] = []

    @property
    def asked(self) -> list[list[int]]:
        return [list(numbers) for numbers in self.questions]

    def read(self, numbers: Any) -> None:
        self.questions.append(numbers)

    def answer(self, **more: Any) -> None:
        questions, self.questions = self.questions, []
        for numbers in questions:
            self.rows_read.emit(numbers, [row(number, **more) for number in numbers])


def row(number: int, **more: Any) -> Row:
    values: dict[str, Any] = {
        "specimen_id": number, "query_id": f"p{number}", "input": f"box/p{number}.jpg", "photo": None,
        "has_barcode": False, "state": "ok", "error": None, "name": "Noctua comes", "rank": "species",
        "confidence": 0.97, "calibrated": True, "novelty": "none", "conflict": False, "number": number,
        "decision": None,
    }  # fmt: skip
    return Row(**{**values, **more})


def test_only_the_pages_that_are_looked_at_are_read(window: MainWindow, qtbot: QtBot) -> None:
    reader = Reader()
    model = BatchRows(window._theme, reader)  # type: ignore[arg-type]
    model.show_numbers(array("q", range(100_000)))
    assert model.rowCount() == 100_000
    assert model.data(model.index(70_050, 0)) == "…"
    qtbot.waitUntil(lambda: bool(reader.asked))
    assert reader.asked == [list(range(70_000, 70_100))]
    reader.answer()
    assert model.data(model.index(70_050, 0)) == "p70050"
    for place in range(0, 100_000, 500):  # as when the bar is drawn from top to bottom
        model.data(model.index(place, 0))
    qtbot.waitUntil(lambda: bool(reader.asked))
    assert len(reader.asked) == 1 and len(reader.asked[0]) <= batch_rows.AT_ONCE * batch_rows.PAGE
    model.data(model.index(50_000, 0))
    qtbot.wait(20)
    assert len(reader.asked) == 1  # one at a time; the next one is what is on the screen then
    reader.answer()
    assert reader.asked == [list(range(50_000, 50_100))]
    reader.answer()
    assert model.data(model.index(50_000, 0)) == "p50000"
    assert len(model._pages) <= batch_rows.KEPT


def test_rows_stay_on_the_screen_until_their_news_come(window: MainWindow, qtbot: QtBot) -> None:
    reader = Reader()
    model = BatchRows(window._theme, reader)  # type: ignore[arg-type]
    model.show_numbers(array("q", [1, 2, 3]))
    model.data(model.index(0, 0))
    qtbot.waitUntil(lambda: bool(reader.asked))
    reader.answer()
    model.show_numbers(array("q", [4, 1, 2, 3]))
    assert [model.data(model.index(n, 0)) for n in range(4)] == ["…", "p1", "p2", "p3"]
    qtbot.waitUntil(lambda: bool(reader.asked))
    reader.answer()
    assert [model.data(model.index(n, 0)) for n in range(4)] == ["p4", "p1", "p2", "p3"]
    model.show_numbers(array("q", [2]))
    assert model.rowCount() == 1 and model.data(model.index(0, 0)) == "p2"


def test_an_answer_that_comes_late_is_not_taken_for_news(window: MainWindow, qtbot: QtBot) -> None:
    reader = Reader()
    model = BatchRows(window._theme, reader)  # type: ignore[arg-type]
    model.show_numbers(array("q", [1, 2]))
    model.data(model.index(0, 0))
    qtbot.waitUntil(lambda: bool(reader.asked))
    late, reader.questions = reader.questions, []
    model.show_numbers(array("q", [1, 2]))  # the same rows, with answers by now
    model.data(model.index(0, 0))
    qtbot.waitUntil(lambda: bool(reader.asked))
    reader.rows_read.emit(late[0], [row(1, state="waiting"), row(2, state="waiting")])
    assert model.data(model.index(0, 1)) is None
    reader.answer()
    assert model.data(model.index(0, 1)) == "Noctua comes"


@pytest.mark.parametrize(
    ("more", "mark", "result", "sure"),
    [
        ({}, "done", "Noctua comes", "Very likely, 97%"),
        ({"calibrated": False}, "done", "Noctua comes", "Best match, 97%"),
        ({"confidence": 0.85}, "done", "Noctua comes", "Likely, 85%"),
        ({"confidence": 0.5}, "done", "Noctua comes", "Possible, 50%"),
        ({"name": None, "rank": None}, "undecided", "No name can be given", ""),
        ({"name": None, "rank": None, "novelty": "unlike_library"}, "novelty", "Not in this library", ""),
        ({"novelty": "new_species"}, "novelty", "Noctua comes", "Very likely, 97%"),
        ({"conflict": True}, "conflict", "Noctua comes", "Contradiction"),
        ({"state": "partial"}, "partial", "Noctua comes", "Very likely, 97%"),
        ({"state": "waiting"}, "waiting", "Waiting", ""),
        ({"state": "failed", "error": "p1.jpg: the file is empty."}, "failed", "the file is empty.", ""),
    ],
)
def test_what_rows_say(more: dict[str, Any], mark: str, result: str, sure: str) -> None:
    one = row(1, **more)
    assert batch_rows.mark_of(one) == mark and mark in MARKS
    assert batch_rows.text_of(one, 1) == result
    assert batch_rows.text_of(one, 3) == sure


def test_references_in_one_line() -> None:
    hits = [
        {"species": "Noctua sp. 2", "percent_identity": 99.21, "score": 0.9, "processid": "A1"},
        {"species": None, "genus": "Noctua", "percent_identity": None, "score": 0.8, "processid": None},
    ]
    html = hits_html(hits)
    assert html == "Nearest: Noctua sp. 2 (99.2 % identical, A1)  ·  <i>Noctua</i> (similarity 0.800)"
    assert hits_html([]) == ""


def test_long_ids_have_the_room_of_short_neighbours(page: BatchPage, tmp_path: Path, qtbot: QtBot) -> None:
    fill(tmp_path / "many", 4)
    photo = tmp_path / "many" / "box 1" / "S1_side.jpg"
    long = tmp_path / "photos" / "trap-12_2026-07-31_site-B_plate-0042_G07_dorsal.jpg"
    long.parent.mkdir()
    for copy in (long, long.with_name("short.jpg")):
        shutil.copy(photo, copy)
    page.control.start(Setup(tmp_path / "out", tmp_path / "photos"))
    done(page, qtbot)
    names = [text for text in texts(page) if text]
    assert long.stem in names
    for width, file_is in ((1500, "whole"), (900, "cut"), (790, "left out")):
        page.resize(width, 760)
        QApplication.processEvents()
        needs = {column: page.table.sizeHintForColumn(column) for column in (0, 1, 4)}
        widths = {column: page.table.columnWidth(column) for column in needs}
        assert page.table.isColumnHidden(4) is (file_is == "left out")
        assert (widths[4] >= needs[4]) is (file_is == "whole")
        assert widths[0] >= needs[0]
        assert widths[1] >= needs[1] and sum(widths.values()) <= page.width()
