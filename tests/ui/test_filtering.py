"""Finding and filtering in a list of any length, and what stays selected."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bioscan_desktop.services.specimens import Specimen
from bioscan_desktop.ui import deciding, filtering
from bioscan_desktop.ui.filtering import ALL, Wanted
from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.models import filtered
from bioscan_desktop.ui.models.filtered import FilteredModel
from bioscan_desktop.ui.models.specimens import Row, SpecimenModel, State


def rows(model: SpecimenModel, number: int) -> list[Row]:
    states = list(State)
    made = [
        model.new_row(Specimen(f"moth_{i:05d}", f"/a/moth_{i:05d}.jpg", Path("x.jpg"))) for i in range(number)
    ]
    for i, row in enumerate(made):
        row.state = states[i % len(states)]
    return made


def states_of(*values: str) -> Wanted:
    return Wanted(state=frozenset(values))


def test_words_must_all_occur_and_states_are_alternatives() -> None:
    model = SpecimenModel()
    model.append(rows(model, 12))
    wanted = Wanted("MOTH 0001")
    assert [r.specimen.query_id for r in model.rows if wanted.matches(r)] == [
        "moth_00001",
        "moth_00010",
        "moth_00011",
    ]
    either = states_of("failed", "stopped")
    assert {r.state for r in model.rows if either.matches(r)} == {State.FAILED, State.STOPPED}
    assert {r.state for r in model.rows if states_of("waiting").matches(r)} == {State.WAITING, State.WORKING}
    assert not any(replace(either, text="butterfly").matches(r) for r in model.rows)


def test_facets_follow_state_and_decision() -> None:
    row = rows(SpecimenModel(), 1)[0]
    assert row.facets.state == "waiting" and row.facets.decision == "open"
    row.state = State.FAILED
    row.decision = deciding.simple("unknown", None)
    assert row.facets.state == "failed" and row.facets.decision == "unknown"
    row.decision = deciding.own(None, "Noctua comes", "species")
    assert row.facets.decision == "name" and "noctua comes" in row.words


def test_every_value_is_toggled_told_and_counted() -> None:
    for group, (_, values) in filtering.GROUPS.items():
        for value, words in values.items():
            wanted = ALL.toggled(group, value)
            assert wanted.chosen == 1 and words.lower() in wanted.told()
            assert wanted.toggled(group, value) == ALL
    model = SpecimenModel()
    counts = filtering.count(rows(model, 12))
    assert counts["state"]["failed"] == 2 and counts["state"]["waiting"] == 4
    assert counts["decision"]["open"] == 12


@pytest.mark.parametrize("seed", range(6))
def test_the_filtered_list_is_right_after_any_change(qapp: QApplication, seed: int) -> None:
    """Against a plain filter, while rows come, go, and change; Qt's own tester looks on."""
    rng = random.Random(seed)
    source = SpecimenModel()
    model = FilteredModel(source)
    tester = QAbstractItemModelTester(model)
    for _ in range(60):
        what = rng.randrange(5)
        if what == 0:
            source.append(rows(source, rng.randrange(1, 9)))
        elif what == 1 and source.rows:
            chosen = rng.sample(list(source.rows), len(source.rows) // 3)
            removed = source.places_of(row.key for row in chosen)
            source.take_out(removed)
            if rng.random() < 0.5:
                source.restore(removed)
        elif what == 2 and source.rows:
            row = rng.choice(source.rows)
            row.state = rng.choice(list(State))
            source.touch([row.key])
            model.refresh()
        else:
            model.set_wanted(
                rng.choice([ALL, states_of("failed"), states_of("done", "waiting"), Wanted("1")])
            )
        expected = [r for r in source.rows if model.wanted.matches(r)]
        assert model.rows == expected
        assert model.rowCount() == len(expected)
        for number, row in enumerate(expected):
            assert model.at(model.index(number)) is row
            assert model.index_of(row.key).row() == number
        hidden = [r for r in source.rows if r not in expected]
        assert not any(model.index_of(r.key).isValid() for r in hidden)
    del tester


def test_finding_by_taxon(window: MainWindow, world, drop: Callable, settled: Callable, qtbot: QtBot) -> None:
    drop(window, *world.photos.values())
    settled(window, 4)
    window.activateWindow()
    window.acts["find"].trigger()
    assert window.page.filter.words.hasFocus()
    QTest.keyClicks(window.page.filter.words, "dipt")
    qtbot.waitUntil(lambda: window.page.listed.rowCount() < 4)
    found = [row.result.verdict.lineage.order for row in window.page.listed.rows]
    assert found and set(found) == {"Diptera"}
    assert f"{len(found)} of 4 specimens" in window.page._counts.text()
    assert window.page.current in window.page.listed.rows
    QTest.keyClick(window.page.filter.words, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.page.listed.rowCount() == 4)
    QTest.keyClick(window.page.filter.words, Qt.Key.Key_Escape)
    assert window.page.list.hasFocus()


def test_boxes_filter_and_select_all_takes_only_what_is_shown(
    window: MainWindow, world, drop: Callable, settled: Callable, tmp_path: Path
) -> None:
    (tmp_path / "empty.jpg").write_bytes(b"")
    drop(window, *world.photos.values(), tmp_path / "empty.jpg")
    settled(window, 5)
    bar = window.page.filter
    bar.button.click()
    assert bar.panel.isVisible() and "(1)" in bar.panel.box("state", "failed").text()
    bar.panel.box("state", "failed").click()
    assert [row.state for row in window.page.listed.rows] == [State.FAILED]
    assert bar.button.text() == "Filter (1)" and "failed" in window.page._counts.text()
    window.acts["select_all"].trigger()
    assert len(window.page.selected) == 1
    window.acts["remove"].trigger()
    assert window.bench.model.rowCount() == 4 and window.page.listed.rowCount() == 0
    assert window.page.panel.key is None
    assert window.page._all.isVisible() and not window.page.list.isVisible()
    bar.panel.clear_button.click()
    assert window.page.listed.rowCount() == 4 and window.page.current is not None


def test_a_new_choice_is_told_of_once_and_none_at_all_too(window: MainWindow) -> None:
    window.bench.model.append(rows(window.bench.model, 12))
    told: list[int] = []
    window.page.selection_changed.connect(lambda: told.append(len(window.page.selected)))
    for wanted, selected in ((states_of("failed"), 1), (Wanted("butterfly"), 0), (ALL, 1)):
        told.clear()
        window.page.filter.ask(wanted)
        assert told == [selected]
        assert window.acts["remove"].isEnabled() == bool(selected)


def test_what_is_dropped_shows_up_whatever_is_asked_for(
    window: MainWindow, world, drop: Callable, settled: Callable
) -> None:
    photos = list(world.photos.values())
    drop(window, photos[0])
    settled(window, 1)
    window.page.filter.ask(states_of("failed"))
    drop(window, photos[1])
    rows_now = settled(window, 2)
    assert window.page.panel.key == rows_now[1].key
    assert window.page.filter.wanted == ALL and window.page.filter.words.text() == ""


def test_a_long_list_is_gone_through_in_short_turns(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was shown before is shown until then, and changes meanwhile are not lost."""
    monkeypatch.setattr(filtered, "TURN_S", 0.0)
    source = SpecimenModel()
    source.append(rows(source, 6_000))
    model = FilteredModel(source)
    model.set_wanted(states_of("failed"))
    assert model.is_busy and model.rowCount() == 6_000
    QApplication.processEvents()
    source.append(rows(source, 12))
    source.take_out(source.places_of([row.key for row in source.rows[:6]]))
    qtbot.waitUntil(lambda: not model.is_busy)
    assert model.rows == [row for row in source.rows if row.state is State.FAILED]
    model.set_wanted(states_of("failed", "done"))
    assert model.is_busy
    source.take_out(source.places_of([row.key for row in source.rows[:600]]))
    qtbot.waitUntil(lambda: not model.is_busy)
    assert model.rows == [row for row in source.rows if row.state in (State.FAILED, State.DONE)]


def test_escape_clears_one_thing_after_the_other(
    window: MainWindow, world: Any, drop: Callable[..., None], settled: Callable[..., list[Row]]
) -> None:
    drop(window, *world.photos.values())
    rows = settled(window, 4)
    page, escape = window.page, Qt.Key.Key_Escape
    window.messages.hide()
    page.filter.ask(Wanted(text="noctua"))
    page.list.setFocus()
    page.list.selectAll()
    assert len(page.listed.rows) == len(page.selected) == 2
    current = page.current
    window.say("News.")
    QTest.keyClick(page.list, escape)
    assert not window.messages.isVisible() and len(page.listed.rows) == 2
    QTest.keyClick(page.list, escape)
    assert len(page.listed.rows) == 4 and page.selected == [page.current] == [current]
    page.list.selectAll()
    QTest.keyClick(page.list, escape)
    assert page.selected == [page.current] == [current]
    QTest.keyClick(page.list, escape)
    assert page.current is current and list(window.bench.model.rows) == rows
