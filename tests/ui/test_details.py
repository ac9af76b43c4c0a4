"""Own names, what badges compare with, why this rank, DNA evidence, alignment: by keyboard and mouse."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from bioscan_desktop.core.names import NameIndex
from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.settings import Settings
from bioscan_desktop.ui import deciding, details, intake, theme
from bioscan_desktop.ui.contrast import contrast
from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.models.specimens import Row
from bioscan_desktop.ui.widgets.own_name import OwnNameEdit
from tests.conftest import mutate

SPECIES, RELATIVE, OTHER = "Noctua pronuba", "Noctua comes", "Pieris rapae"


@pytest.fixture
def both(window: MainWindow, world, drop: Callable, settled: Callable, qtbot: QtBot) -> Row:
    """The window with one specimen that has photo and barcode, its names and alignments ready."""
    drop(window, world.photos[SPECIES])
    (row,) = settled(window, 1)
    window.bench.take(intake.Intake(text=world.barcodes[SPECIES]), row.key)
    qtbot.waitUntil(lambda: row.specimen.modality == "both")
    settled(window, 1)
    qtbot.waitUntil(lambda: row.result is not None and len(row.result.by_modality) == 2)
    qtbot.waitUntil(lambda: window.bench.names is not None)
    qtbot.waitUntil(lambda: window.bench.evidences.of(row) is not None)
    window.activateWindow()
    window.page.list.setFocus()
    return row


def type_keys(window: MainWindow, text: str) -> None:
    """Types into whatever has the focus, or the popup over it."""
    for letter in text:
        target = QApplication.activePopupWidget() or window.focusWidget()
        QTest.keyClicks(target, letter)


def press(window: MainWindow, key: Qt.Key) -> None:
    QTest.keyClick(QApplication.activePopupWidget() or window.focusWidget(), key)


def shortcut(window: MainWindow, name: str) -> None:
    """Presses the first shortcut of an action."""
    sequence = window.acts[name].shortcuts()[0]
    combination = sequence[0]
    QTest.keyClick(window.focusWidget() or window, combination.key(), combination.keyboardModifiers())


def words_of_badges(window: MainWindow) -> list[str]:
    return [
        card._badge.accessibleName() for card in window.page.panel.hits.cards if not card._badge.isHidden()
    ]


class TestOwnName:
    def test_a_name_is_given_by_keyboard_alone(self, window: MainWindow, both: Row, qtbot: QtBot) -> None:
        shortcut(window, "own_name")
        edit = window.page.panel.own_name
        assert window.focusWidget() is edit
        type_keys(window, "noctua c")
        popup = QApplication.activePopupWidget()
        assert popup is not None and edit._found.stringList() == [RELATIVE]
        press(window, Qt.Key.Key_Down)
        press(window, Qt.Key.Key_Return)
        assert both.own_name == RELATIVE
        assert "verdict agrees" in window.page.panel.determination.name_words.text()
        press(window, Qt.Key.Key_Return)
        assert window.page.list.hasFocus()
        assert f"your own name, {RELATIVE}" in window.page.panel.hits.bar.titles

    def test_the_list_tells_a_name_that_is_not_the_answers(self, window: MainWindow, both: Row) -> None:
        window.bench.name(both.key, SPECIES)
        assert both.named_otherwise == ""
        window.bench.name(both.key, RELATIVE)
        assert both.named_otherwise == RELATIVE
        window.bench.decide(both.key, deciding.simple("unknown", both.result))
        assert both.named_otherwise == ""

    def test_its_line_comes_into_sight_whole(self, window: MainWindow, both: Row, qtbot: QtBot) -> None:
        window.resize(1280, 640)
        panel = window.page.panel
        qtbot.waitUntil(lambda: panel.verticalScrollBar().maximum() > 0)
        shortcut(window, "own_name")
        foot = panel.own_name.mapTo(panel.viewport(), panel.own_name.rect().bottomLeft()).y()
        assert 0 < foot < panel.viewport().height() - 40

    def test_it_is_placed_whatever_its_spelling(self, window: MainWindow, both: Row) -> None:
        shortcut(window, "own_name")
        QGuiApplication.clipboard().setText("NOCTUA COMES Hübner, 1813")
        window.page.panel.own_name.paste()
        press(window, Qt.Key.Key_Return)
        assert both.own_name == RELATIVE
        assert window.page.panel.own_name.text() == RELATIVE

    def test_an_unknown_name_is_accepted_and_says_so(self, window: MainWindow, both: Row) -> None:
        shortcut(window, "own_name")
        type_keys(window, "Phengaris arion")
        press(window, Qt.Key.Key_Return)
        assert both.own_name == "Phengaris arion"
        assert "Not in this library" in window.page.panel.determination.name_words.text()
        window._choose_badges("user")
        assert set(words_of_badges(window)) == {"No shared rank with your own name, Phengaris arion"}

    def test_escape_takes_the_typing_back(self, window: MainWindow, both: Row) -> None:
        shortcut(window, "own_name")
        type_keys(window, "xyz")
        press(window, Qt.Key.Key_Escape)
        assert both.own_name == "" and window.page.panel.own_name.text() == ""
        assert window.page.list.hasFocus()

    def test_it_can_be_undone_and_redone(self, window: MainWindow, both: Row) -> None:
        window.bench.name(both.key, SPECIES)
        window.bench.name(both.key, RELATIVE)
        window.acts["undo"].trigger()
        assert both.own_name == SPECIES == window.page.panel.own_name.text()
        window.acts["undo"].trigger()
        assert both.own_name == ""
        window.acts["redo"].trigger()
        assert both.own_name == SPECIES
        assert both.result is not None  # naming identifies nothing anew

    def test_it_belongs_to_its_row(
        self, window: MainWindow, both: Row, world, drop: Callable, settled: Callable
    ) -> None:
        drop(window, world.photos[OTHER])
        settled(window, 2)
        window.page.select(both.key)
        shortcut(window, "own_name")
        type_keys(window, SPECIES)
        window.page.select(window.bench.model.rows[1].key)
        assert both.own_name == SPECIES
        assert window.bench.model.rows[1].own_name == "" == window.page.panel.own_name.text()

    def test_it_is_copied_with_the_result(self, window: MainWindow, both: Row) -> None:
        window.bench.name(both.key, RELATIVE)
        window.acts["copy"].trigger()
        assert f"Your own name: {RELATIVE}" in QGuiApplication.clipboard().text()

    def test_a_hundred_thousand_names_do_not_hold_the_typing_up(self, qapp, qtbot: QtBot) -> None:
        rows = (
            (
                Lineage("Coleoptera", f"F{n % 300}idae", f"Genus{n % 9000}", f"Genus{n % 9000} alba{n}"),
                None,
                1,
            )
            for n in range(100_000)
        )
        edit = OwnNameEdit()
        qtbot.addWidget(edit)
        edit.set_names(NameIndex(rows))
        edit.show()
        slowest = 0.0
        for letter in "genus88 alba":
            start = time.thread_time()
            edit.insert(letter)
            edit._on_edited(edit.text())
            slowest = max(slowest, time.thread_time() - start)
        assert slowest < 0.05
        assert len(edit._found.stringList()) == 12


class TestStandards:
    def test_the_selector_shows_only_what_exists(
        self, window: MainWindow, world, drop: Callable, settled: Callable, qtbot: QtBot
    ) -> None:
        drop(window, world.photos[SPECIES])
        (row,) = settled(window, 1)
        bar = window.page.panel.hits.bar
        assert len(bar.titles) == 1 and "consensus" in bar.titles[0]
        assert not bar._box.isVisible()
        window.bench.take(intake.Intake(text=world.barcodes[SPECIES]), row.key)
        qtbot.waitUntil(lambda: row.specimen.modality == "both")
        settled(window, 1)
        assert bar._box.isVisible() and len(bar.titles) == 2
        window.bench.name(row.key, SPECIES)
        assert len(bar.titles) == 3

    def test_the_choice_is_made_by_keyboard_and_remembered(
        self, window: MainWindow, both: Row, settings: Settings, world, drop: Callable, settled: Callable
    ) -> None:
        window.bench.name(both.key, RELATIVE)
        box = window.page.panel.hits.bar._box
        box.setFocus()
        QTest.keyClick(box, Qt.Key.Key_Down)
        assert settings.get("badges") == "user"
        assert all(f"your own name, {RELATIVE}" in words for words in words_of_badges(window))
        assert "Same genus as your own name" in words_of_badges(window)[0]
        drop(window, world.photos[OTHER])  # has no own name: its badges fall back to the verdict
        rows = settled(window, 2)
        window.page.select(rows[1].key)
        assert all("consensus" in words for words in words_of_badges(window))
        window.page.select(both.key)
        assert all("your own name" in words for words in words_of_badges(window))

    def test_photo_and_barcode_judge_each_other(self, window: MainWindow, both: Row) -> None:
        window._choose_badges("other_modality")
        cards = window.page.panel.hits.cards
        assert both.result is not None
        for hit, card in zip(both.result.hits, cards, strict=False):
            assert hit is not None
            assert "'s verdict, " in card._badge.toolTip() or card._badge.isHidden()
        assert any("the barcode's verdict" in words for words in words_of_badges(window))
        assert any("the photo's verdict" in words for words in words_of_badges(window))

    def test_badges_say_the_level_in_name_and_tooltip(self, window: MainWindow, both: Row) -> None:
        for card in window.page.panel.hits.cards:
            assert card._badge.toolTip() == card._badge.accessibleName()
            assert card._badge.accessibleName() in card.accessibleName()


def escape(dialog: QWidget) -> None:
    """Esc as a dialog gets it; without a screen the main window stays active, and its keys come first."""
    none = Qt.KeyboardModifier.NoModifier
    dialog.keyPressEvent(QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Escape, none))


class TestReferences:
    def test_what_is_alike_and_where_it_comes_from_stand_in_lines_of_their_own(
        self, window: MainWindow, both: Row
    ) -> None:
        for card in window.page.panel.hits.cards:
            alike, *_, origin = card._facts.text().split("<br>")
            assert "similarity" in alike and "record" not in alike
            assert "record" in origin and "similarity" not in origin

    def test_cards_of_a_line_begin_at_one_height(self, window: MainWindow, both: Row, qtbot: QtBot) -> None:
        window.resize(2000, 1200)
        grid = window.page.panel.hits
        qtbot.waitUntil(lambda: len({card.y() for card in grid.cards}) < len(grid.cards))
        tops = {(card.y(), card._name.mapTo(card, card._name.rect().topLeft()).y()) for card in grid.cards}
        assert len(tops) == len({card.y() for card in grid.cards})


class TestMissingPhoto:
    def test_its_place_asks_for_one_where_the_card_would_be_empty(
        self,
        window: MainWindow,
        both: Row,
        world,
        settled: Callable,
        qtbot: QtBot,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        panel = window.page.panel
        window.resize(1400, 900)
        assert panel._slot.isHidden()
        window.bench.take(intake.Intake(text=world.barcodes[OTHER]))
        alone = settled(window, 2)[1]
        window.page.select(alone.key)
        qtbot.waitUntil(panel._slot.isVisible)
        asked: list[str] = []
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: asked.append("photo") or ("", ""))
        panel._slot.click()
        assert asked == ["photo"]
        window.resize(700, 600)  # where specimen and reasons stand one below the other
        qtbot.waitUntil(panel._slot.isHidden)


class TestWhy:
    def test_it_opens_by_key_follows_the_list_and_closes(
        self, window: MainWindow, both: Row, world, drop: Callable, settled: Callable
    ) -> None:
        drop(window, world.photos[OTHER])
        rows = settled(window, 2)
        window.page.select(both.key)
        shortcut(window, "why")
        dialog = window.details.why
        assert dialog.isVisible() and not dialog.isModal()
        assert both.result is not None and both.result.verdict is not None
        assert str(both.result.verdict.name) in dialog.summary
        window.page.select(rows[1].key)  # the window is not blocked
        assert rows[1].result is not None and rows[1].result.verdict is not None
        assert str(rows[1].result.verdict.name) in dialog.summary
        escape(dialog)
        assert not dialog.isVisible()

    def test_each_rank_shows_share_threshold_and_sentence(self, window: MainWindow, both: Row) -> None:
        window.page.panel._why.click()
        assert window.bench.engine is not None and both.result is not None
        asked = window.bench.engine.asked(both.result)
        cards = [c for c in window.details.why._cards.values() if c.isVisibleTo(window.details.why)]
        assert both.result.verdict is not None
        assert len(cards) == len(both.result.verdict.ranks)
        for card, share in zip(cards, both.result.verdict.ranks, strict=True):
            rung = card._bars._rung
            assert rung is not None
            assert (rung.share, rung.asked) == (share.share, asked[share.rank])
            assert share.name in card.accessibleName() and rung.sentence in card.accessibleName()
            card.grab()

    def test_a_row_without_a_verdict_has_nothing_to_explain(
        self, window: MainWindow, settled: Callable
    ) -> None:
        window.bench.take(intake.Intake(text=">short\nACGT\n"))
        settled(window, 1)
        assert not window.acts["why"].isEnabled() and not window.acts["alignment"].isEnabled()
        window.details.show_why()
        assert not window.details.why.isVisible()


class TestDna:
    def test_the_card_tells_facts_nearest_and_gap(self, window: MainWindow, both: Row, world) -> None:
        card = window.page.panel.dna
        assert card.isVisible()
        values = [value.text() for _, value in card._values]
        assert values[0] == f"{len(world.barcodes[SPECIES])} bp"
        assert "no stop codons" in values[3]
        assert f"Nearest reference: {SPECIES}" in card._sentences.text()
        aligned = [c for c in window.page.panel.hits.cards if "identity" in c._facts.text()]
        assert aligned and all("equal bases / alignment columns" in c._facts.toolTip() for c in aligned)
        assert card._chart.isVisible() and card._chart.accessibleDescription()
        card.grab()
        shortcut(window, "dna")
        assert card.hasFocus()

    def test_a_photo_alone_has_none(
        self, window: MainWindow, world, drop: Callable, settled: Callable
    ) -> None:
        drop(window, world.photos[SPECIES])
        settled(window, 1)
        assert not window.page.panel.dna.isVisible()
        assert not window.acts["dna"].isEnabled()

    def test_stops_are_told_in_the_card(
        self, window: MainWindow, world, settled: Callable, qtbot: QtBot
    ) -> None:
        barcode = world.barcodes[SPECIES]
        window.bench.take(intake.Intake(text=f">pseudo\n{barcode[:300]}TAATTAATTAA{barcode[311:]}\n"))
        (row,) = settled(window, 1)
        assert "pseudogene" in window.page.panel.dna._trouble.text
        qtbot.waitUntil(lambda: window.bench.evidences.is_known(row))
        assert "pseudogene" in window.page.panel.dna._trouble.text

    def test_rows_passed_over_are_not_aligned(
        self, window: MainWindow, world, settled: Callable, qtbot: QtBot
    ) -> None:
        fasta = "".join(f">B{n}\n{mutate(world.barcodes[SPECIES], 1, n)}\n" for n in range(8))
        window.bench.take(intake.Intake(text=fasta))
        rows = settled(window, 8)
        ready: list[int] = []
        window.bench.evidences.ready.connect(ready.append)
        for row in rows:
            window.page.select(row.key)
        qtbot.waitUntil(lambda: rows[-1].key in ready)
        assert not {row.key for row in rows[1:-1]} & set(ready)


class TestAlignment:
    def test_it_opens_by_key_and_copies(self, window: MainWindow, both: Row, world) -> None:
        shortcut(window, "alignment")
        dialog = window.details.alignment
        assert dialog.isVisible() and not dialog.isModal()
        shown = dialog.shown
        assert shown is not None and shown.taxon == SPECIES
        assert "identity" in dialog._counts.text() and "covers" in dialog._counts.text()
        dialog.grab()
        (copy,) = [b for b in dialog.findChildren(QPushButton) if "Copy" in b.text()]
        copy.click()
        assert world.barcodes[SPECIES][:40] in QGuiApplication.clipboard().text()
        escape(dialog)
        assert not dialog.isVisible()

    def test_another_reference_is_chosen_by_keyboard(self, window: MainWindow, both: Row) -> None:
        shortcut(window, "alignment")
        dialog = window.details.alignment
        (box,) = dialog.findChildren(QComboBox)
        first = dialog.shown
        box.setFocus()
        QTest.keyClick(box, Qt.Key.Key_End)
        assert dialog.shown is not None and dialog.shown is not first

    def test_a_card_opens_its_own(self, window: MainWindow, both: Row) -> None:
        cards = [c for c in window.page.panel.hits.cards if c._align.isVisible() and c._align.isEnabled()]
        assert cards
        cards[-1]._align.click()
        assert window.details.alignment.shown is not None
        assert window.details.alignment.shown.hit.key_id == cards[-1]._key_id


@pytest.mark.parametrize("colours", (theme.LIGHT, theme.DARK), ids=lambda c: c.name)
def test_marks_of_chart_bars_and_alignment_stand_out(colours: theme.Colours) -> None:
    assert contrast(colours.outline, colours.card) >= 3  # outlines of the chart's marks
    assert contrast(colours.muted, colours.card) >= 3  # its axis and rules
    assert contrast(colours.muted, colours.hover) >= 3
    assert contrast(colours.text, colours.bar) >= 3 or contrast(colours.text, colours.track) >= 3
    assert contrast(colours.novelty, colours.track) >= 3  # the runner-up's bar
    assert contrast(colours.muted, colours.track) >= 3  # a share that is too small
    assert contrast(colours.muted, colours.field) >= 3  # outline of the line for the own name
    assert contrast(colours.error, colours.error_ground) >= 4.5
    assert contrast(colours.warning, colours.warning_ground) >= 4.5


class TestShowFile:
    def test_it_opens_the_folder_or_says_why_not(
        self, window: MainWindow, both: Row, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        opened: list[QUrl] = []
        works = True

        def open_url(url: QUrl) -> bool:
            opened.append(url)
            return works

        said: list[str] = []
        window.bench.said.connect(lambda text, undo: said.append(text))
        monkeypatch.setattr(details.QDesktopServices, "openUrl", open_url)
        window.page.select(both.key)
        assert isinstance(both.specimen.photo, Path)
        shortcut(window, "show_file")
        assert [url.toLocalFile() for url in opened] == [str(both.specimen.photo.parent)] and not said
        works = False
        shortcut(window, "show_file")
        assert said[-1].startswith("No program opens folders here; the photo is ")
        both.specimen = replace(both.specimen, photo=tmp_path / "gone" / "moth.jpg")
        shortcut(window, "show_file")
        assert "is not there; is its drive plugged in?" in said[-1] and len(opened) == 2

    def test_a_barcode_or_a_pasted_picture_has_none(self, window: MainWindow, both: Row) -> None:
        window.page.select(both.key)
        assert window.details.can_show_file(both)
        both.specimen = replace(both.specimen, photo=b"picture")
        assert not window.details.can_show_file(both) and not window.details.can_show_file(None)
