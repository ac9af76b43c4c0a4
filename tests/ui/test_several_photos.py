"""Several photos of one specimen in the window: joined, shown, taken apart, undone, kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from bioscan_desktop.core.calibration import Calibration, PairScale
from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.inference.crop import Box
from bioscan_desktop.services.specimens import Specimen, from_sequence
from bioscan_desktop.ui import joining, wording
from bioscan_desktop.ui.dialogs.crop import CropDialog
from bioscan_desktop.ui.dialogs.quick_look import QuickLook
from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.models.specimens import Row, spoken
from bioscan_desktop.ui.widgets.review_specimen import ReviewSpecimen

PRONUBA, RAPAE, BALTEATUS = "Noctua pronuba", "Pieris rapae", "Episyrphus balteatus"


def qt_wait(window: MainWindow) -> None:
    """Lets a drop begin to be read."""
    QTest.qWait(30)


@pytest.fixture
def three(window: MainWindow, world: Any, drop: Callable, settled: Callable) -> list[Row]:
    """Photos of three species, identified, all selected."""
    drop(window, *(world.photos[species] for species in (PRONUBA, RAPAE, BALTEATUS)))
    rows = settled(window, 3)
    window.acts["select_all"].trigger()
    return rows


class TestRules:
    def row(self, key: int, specimen: Specimen) -> Row:
        return Row(key, specimen)

    def photo(self, name: str) -> Specimen:
        return Specimen(name, f"{name}.jpg", Path(f"{name}.jpg"))

    def test_what_can_be_one(self) -> None:
        a, b, s = self.photo("a"), self.photo("b"), from_sequence("ACGT" * 150, "s")
        assert joining.alike([a, b]) and joining.alike([s, a, b])
        both = joining.join([a, s])
        assert joining.alike([b, both])
        for several in ([a], [s, s], [s, a, s], [both, s], [both, both], [a, from_sequence("A", "bad")]):
            assert not joining.alike(several)
            assert joining.plan([self.row(n, one) for n, one in enumerate(several)]) is None

    def test_the_first_photo_stays_and_names_it(self) -> None:
        s, a, b = from_sequence("ACGT" * 150, "s"), self.photo("a"), self.photo("b")
        rows = [self.row(number, one) for number, one in enumerate((s, a, b))]
        plan = joining.plan(rows)
        assert plan is not None
        first, others, joined, parts = plan
        assert (first.key, [row.key for row in others]) == (1, [2, 0])
        assert (joined.query_id, joined.input, joined.modality) == ("a", "a.jpg + b.jpg + s", "both")
        assert parts == (a, b, s)

    def test_what_was_joined_before_comes_apart_into_all_its_parts(self) -> None:
        a, b, s = self.photo("a"), self.photo("b"), from_sequence("ACGT" * 150, "s")
        both = self.row(0, joining.join([a, s]))
        both.parts = (a, s)
        plan = joining.plan([both, self.row(1, b)])
        assert plan is not None and plan[3] == (a, b, s)
        # Without parts, as a table of a batch joins them.
        plan = joining.plan([self.row(0, joining.join([a, b])), self.row(1, s)])
        assert plan is not None and [part.photo for part in plan[3]] == [a.photo, b.photo, None]


def test_join_separate_undo_redo(window: MainWindow, three: list[Row], settled: Callable) -> None:
    results = [row.result for row in three]
    names = [row.specimen.query_id for row in three]
    assert window.acts["join"].isEnabled()
    window.acts["join"].trigger()
    (row,) = settled(window, 1)
    assert row.key == three[0].key
    assert [photo.query_id for photo in row.specimen.photos] == names
    assert len(row.result.by_photo) == 3
    assert "2 specimens were joined to" in window.messages.text
    assert "3 photos" in spoken(row)
    window.acts["undo"].trigger()
    rows = settled(window, 3)
    assert [one.result for one in rows] == results  # nothing is computed again
    window.acts["redo"].trigger()
    (row,) = settled(window, 1)
    window.acts["unjoin"].trigger()
    rows = settled(window, 3)
    assert [one.specimen.query_id for one in rows] == names
    assert [one.specimen.input for one in rows] == [one.specimen.input for one in three[:1]] + [
        one.specimen.input for one in rows[1:]
    ]
    assert "by themselves again: 3 specimens" in window.messages.text
    window.acts["undo"].trigger()
    assert len(settled(window, 1)[0].specimen.photos) == 3


def test_what_cannot_be_joined_is_told(
    window: MainWindow, world: Any, drop: Callable, settled: Callable, tmp_path: Path
) -> None:
    assert not window.acts["join"].isEnabled()
    drop(window, text="".join(f">b{n}\n{world.barcodes[PRONUBA]}\n" for n in range(2)))
    settled(window, 2)
    drop(window, world.photos[RAPAE])
    settled(window, 3)
    (tmp_path / "notes.txt").write_text("no insect")
    drop(window, tmp_path / "notes.txt")
    rows = settled(window, 4)
    page, count = window.page, window.bench.undo_stack.count()
    for chosen, words in (
        (rows[:1], "select several photos of one specimen, or a photo and its barcode"),
        (rows[:2], "there is no photo among them"),
        (rows[:3], "2 of them have a barcode"),
        (rows[2:], "notes holds no photo and no barcode"),
        ([], "select several photos"),
    ):
        page.list.clearSelection()
        for row in chosen:
            index = page.list.model().index(window.bench.model.rows.index(row), 0)
            page.list.selectionModel().select(index, QItemSelectionModel.SelectionFlag.Select)
        window.messages.hide()
        page.list.setFocus()
        QTest.keyClick(page.list, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
        assert window.messages.isVisible() and words in window.messages.text
        assert "Nothing was joined" in window.messages.text
    assert window.bench.undo_stack.count() == count and window.bench.model.rowCount() == 4


def test_a_barcode_goes_with_them(window: MainWindow, world: Any, drop: Callable, settled: Callable) -> None:
    drop(window, text=f">mine\n{world.barcodes[PRONUBA]}")
    settled(window, 1)
    drop(window, *(world.photos[species] for species in (PRONUBA, RAPAE, BALTEATUS)))
    settled(window, 4)
    window.acts["select_all"].trigger()
    window.acts["join"].trigger()
    (row,) = settled(window, 1)
    assert (row.specimen.modality, len(row.specimen.photos)) == ("both", 3)
    assert window.acts["crop"].isEnabled() and window.page.panel.crop.isVisible()
    window.acts["unjoin"].trigger()
    assert [one.specimen.modality for one in settled(window, 4)] == ["image", "image", "image", "dna"]


def test_photos_that_contradict_each_other_are_flagged(
    window: MainWindow, three: list[Row], settled: Callable
) -> None:
    library = window.bench.engine.identifier.library
    library.calibration = Calibration(
        pairs={"image->image": PairScale(60.0, 0.0), "image->dna": PairScale(1.0, 0.0)},
        thresholds={m: dict.fromkeys(RANKS, 0.2) for m in ("image", "dna", "both")},
    )
    window.acts["join"].trigger()
    (row,) = settled(window, 1)
    assert wording.conflict_rank(row.result) == "order"
    assert (row.mark, row.second_line) == ("conflict", "Lepidoptera against Diptera")
    panel = window.page.panel
    assert panel._conflict.isVisible() and "The photos contradict each other" in panel._conflict.text
    assert panel._headline.text() == "The photos disagree"
    assert re.findall(r"Photo \d", panel._apart.text()) == ["Photo 1", "Photo 2", "Photo 3"]


def test_all_photos_are_shown_and_reached_with_the_keyboard(
    window: MainWindow, three: list[Row], settled: Callable, qtbot: QtBot
) -> None:
    window.acts["join"].trigger()
    settled(window, 1)
    panel = window.page.panel
    strip = panel._strip
    buttons = strip._buttons
    assert strip.isVisible() and [button.text() for button in buttons] == ["1", "2", "3"]
    qtbot.waitUntil(lambda: all(not button.icon().isNull() for button in buttons))
    assert "Photo 2 of 3" in buttons[1].accessibleName() and "pieris_rapae" in buttons[1].accessibleName()
    qtbot.waitUntil(lambda: panel._photo._picture is not None)
    first = panel._photo._picture.cacheKey()
    buttons[0].setFocus()
    QTest.keyClick(buttons[0], Qt.Key.Key_Right)
    assert buttons[1].isChecked() and not buttons[0].isChecked()
    qtbot.waitUntil(lambda: panel._photo._picture is not None and panel._photo._picture.cacheKey() != first)
    QTest.keyClick(buttons[1], Qt.Key.Key_Left)
    assert buttons[0].isChecked() and panel._photo._picture.cacheKey() == first
    QTest.keyClick(buttons[0], Qt.Key.Key_Left)
    assert buttons[0].isChecked()
    window.acts["undo"].trigger()
    settled(window, 3)
    assert not strip.isVisible()


def crop_shown(window: MainWindow, *boxes: Box) -> CropDialog:
    """Opens the dialog for the photo that is shown, with these boxes in it."""
    window.acts["crop"].trigger()
    dialog = window.findChildren(CropDialog)[-1]
    QTest.qWait(50)
    dialog.view.show_boxes(list(boxes))
    return dialog


def test_the_photo_that_is_shown_is_cropped(
    window: MainWindow, three: list[Row], settled: Callable, qtbot: QtBot, tmp_path: Path
) -> None:
    window.acts["join"].trigger()
    (row,) = settled(window, 1)
    before, panel = row.result, window.page.panel
    panel._strip._buttons[1].click()
    box = Box(0.1, 0.2, 0.6, 0.7)
    dialog = crop_shown(window, box, Box(0, 0, 0.1, 0.1))
    assert dialog._source == row.specimen.more[0].photo
    assert "Which part of photo 2 of" in " ".join(one.text() for one in dialog.findChildren(QLabel))
    assert not dialog.use.isEnabled() and "Keep one part only" in dialog._words.text()
    dialog.view.show_boxes([box])
    assert dialog.use.isEnabled() and "Keep one" not in dialog._words.text()
    dialog.use.click()
    (row,) = settled(window, 1)
    assert [photo.crop for photo in row.specimen.photos] == [None, box, None]
    assert [part.crop for part in row.parts] == [None, box, None]
    assert row.result.by_photo[1] != before.by_photo[1]
    assert [row.result.by_photo[n].ranks for n in (0, 2)] == [before.by_photo[n].ranks for n in (0, 2)]
    assert panel.shown_photo == 1 and panel._cropped.isVisible() and "25" in panel._cropped.text()
    panel._strip._buttons[0].click()
    assert not panel._cropped.isVisible()
    crop_shown(window, Box(0, 0, 0.5, 1)).use.click()  # the first one, too
    (row,) = settled(window, 1)
    assert [photo.crop for photo in row.specimen.photos] == [Box(0, 0, 0.5, 1), box, None]
    window.bench.export(tmp_path / "a.html", kind="html")
    qtbot.waitUntil(lambda: "written" in window.messages.text)
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    sizes = re.findall(r'<img src="[^"]+" width="(\d+)" height="(\d+)" alt="Photo', page)
    shapes = [round(int(width) / int(height), 2) for width, height in sizes]
    assert shapes == [0.67, 1.33, 1.33]  # of photos that are 4 to 3
    window.acts["unjoin"].trigger()
    rows = settled(window, 3)
    assert [one.specimen.crop for one in rows] == [Box(0, 0, 0.5, 1), box, None]
    for _ in range(3):
        window.acts["undo"].trigger()
    (row,) = settled(window, 1)
    assert [photo.crop for photo in row.specimen.photos] == [None, None, None]
    assert row.result is before


def test_the_review_shows_all_photos(
    window: MainWindow, three: list[Row], settled: Callable, qtbot: QtBot
) -> None:
    window.acts["join"].trigger()
    settled(window, 1)
    window.acts["page_review"].trigger()
    specimen = window.findChild(ReviewSpecimen)
    assert specimen is not None
    strip = specimen.strip
    qtbot.waitUntil(strip.isVisible)
    buttons = strip._buttons
    buttons[0].setFocus()
    QTest.keyClick(buttons[0], Qt.Key.Key_Right)
    assert buttons[1].isChecked() and buttons[1].font().bold() and not buttons[0].font().bold()
    qtbot.waitUntil(lambda: specimen.photo._picture is not None)


def test_the_quick_look_shows_all_photos(
    window: MainWindow, three: list[Row], settled: Callable, qtbot: QtBot
) -> None:
    window.acts["join"].trigger()
    (row,) = settled(window, 1)
    window.acts["quick_look"].trigger()
    look = window.findChild(QuickLook)
    assert look is not None
    qtbot.waitUntil(lambda: look.isVisible() and look.strip.isVisible())
    qtbot.waitUntil(lambda: window.bench.pictures.preview_known(row.key) and look.photo.picture is not None)
    first = look.photo.picture.cacheKey()
    buttons = look.strip._buttons
    buttons[0].setFocus()
    QTest.keyClick(buttons[0], Qt.Key.Key_Right)
    assert look.isVisible() and look.strip.chosen == 1  # and no other specimen is asked for
    qtbot.waitUntil(lambda: look.photo.picture is not None and look.photo.picture.cacheKey() != first)
    second = look.photo.picture.cacheKey()
    look.photo.zoom_by(4.0)
    qtbot.waitUntil(lambda: look.photo.picture.cacheKey() != second)  # read larger
    QTest.keyClick(buttons[1], Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: look.photo.picture is not None and look.photo.picture.cacheKey() == first)
    look.reject()
