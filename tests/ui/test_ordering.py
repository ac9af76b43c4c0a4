"""The list in any order: the rules, rows that come, go and change, and what is selected and looked at."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bioscan_desktop.core.taxonomy import RANKS, Lineage
from bioscan_desktop.core.verdict import RankShare, Verdict
from bioscan_desktop.services.identify import Identification, Provenance
from bioscan_desktop.services.specimens import Specimen
from bioscan_desktop.settings import BY_NAME, Settings
from bioscan_desktop.ui.filtering import ALL, Wanted
from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.models import filtered
from bioscan_desktop.ui.models.filtered import FilteredModel
from bioscan_desktop.ui.models.specimens import Row, SpecimenModel, State
from bioscan_desktop.ui.ordering import ORDERS
from bioscan_desktop.ui.pages import identify
from bioscan_desktop.ui.pages.review import ReviewPage

PRONUBA = Lineage("Lepidoptera", "Noctuidae", "Noctua", "Noctua pronuba")
COMES = Lineage("Lepidoptera", "Noctuidae", "Noctua", "Noctua comes")
SP_2, SP_10 = (Lineage("Diptera", "Phoridae", "Megaselia", f"Megaselia sp. {n}") for n in (2, 10))
BEETLE = Lineage("Coleoptera")
TAXA = (PRONUBA, COMES, SP_2, SP_10, BEETLE)


def verdict(lineage: Lineage, confidence: float = 0.9) -> Verdict:
    shares = tuple(RankShare(r, name, confidence) for r in RANKS if (name := lineage.at(r)))
    rank = lineage.finest_rank()
    name = lineage.at(rank) if rank is not None else None
    return Verdict(name, rank, confidence, True, "none", None, "", shares)


def answered(row: Row, whole: Verdict | None, **by_modality: Verdict) -> Row:
    """The row with an answer; None for one that failed."""
    status = "failed" if whole is None else "ok"
    origin = Provenance("l", "1", "m", "1", "", "CPU")
    parts = (whole, by_modality or ({"image": whole} if whole else {}), None, (), (), (), 1.0, origin)
    row.take(Identification(row.specimen, status, None, *parts))
    return row


def new_rows(model: SpecimenModel, names: Sequence[str]) -> list[Row]:
    return [model.new_row(Specimen(name, f"/a/{name}.jpg", Path(f"/a/{name}.jpg"))) for name in names]


def some_answer(row: Row, rng: random.Random) -> None:
    """As a run of the identifier may leave a row."""
    if rng.random() < 0.2:
        row.result, row.state = None, State.WAITING
    else:
        answered(row, rng.choice([None, *(verdict(t, rng.choice([0.5, 0.9])) for t in (Lineage(), *TAXA))]))


@pytest.fixture
def every_kind() -> list[Row]:
    """A row of each kind, in no order."""
    model = SpecimenModel()
    sure, doubtful, nameless, failed, waiting, conflict, genus, order = new_rows(
        model, ["img10", "img2", "b3", "b4", "b5", "a1", "a2", "a10"]
    )
    answered(sure, verdict(PRONUBA, 0.97))
    answered(doubtful, verdict(COMES, 0.61))
    answered(nameless, verdict(Lineage()))
    answered(failed, None)
    answered(conflict, verdict(PRONUBA, 0.99), image=verdict(PRONUBA), dna=verdict(SP_2))
    answered(genus, verdict(Lineage("Lepidoptera", "Noctuidae", "Noctua"), 0.8))
    answered(order, verdict(BEETLE, 0.8))
    return [sure, doubtful, nameless, failed, waiting, conflict, genus, order]


def sorted_names(rows: Sequence[Row], order: str) -> list[str]:
    value = ORDERS[order].value
    return [row.specimen.query_id for row in (sorted(rows, key=value) if value is not None else rows)]


def test_names_of_specimens_are_counted(every_kind: list[Row]) -> None:
    assert sorted_names(every_kind, "name") == ["a1", "a2", "a10", "b3", "b4", "b5", "img2", "img10"]
    assert sorted_names(every_kind, "arrival")[0] == "img10"


def test_taxa_stand_in_their_ranks_and_what_has_no_name_stands_behind(every_kind: list[Row]) -> None:
    assert sorted_names(every_kind, "taxon") == [
        "a10",  # Coleoptera
        "img2",  # Noctua comes
        "img10",  # Noctua pronuba
        "a2",  # Noctua
        "a1",  # contradiction
        "b3",  # no name
        "b4",  # failed
        "b5",  # waits
    ]
    model = SpecimenModel()
    flies = new_rows(model, ["1", "2", "3", "4"])
    for row, lineage in zip(flies, (SP_10, SP_2, SP_10, SP_2), strict=True):
        answered(row, verdict(lineage))
    assert sorted_names(flies[::-1], "taxon") == ["2", "4", "1", "3"]


def test_the_least_sure_come_first_and_what_waits_last(every_kind: list[Row]) -> None:
    assert sorted_names(every_kind, "unsure") == ["a1", "b3", "b4", "img2", "a2", "a10", "img10", "b5"]


def test_every_order_is_a_setting() -> None:
    assert tuple(ORDERS) == BY_NAME["list_order"].choices
    assert BY_NAME["list_order"].default == "arrival"


@pytest.mark.parametrize("seed", range(8))
def test_the_list_is_right_after_any_change(qapp: QApplication, seed: int) -> None:
    """Against a plain filter and sort; what rows were sorted by stays until they are placed anew."""
    rng = random.Random(seed)
    source = SpecimenModel()
    model = FilteredModel(source)
    tester = QAbstractItemModelTester(model)
    by: dict[int, Any] = {}

    def shown() -> None:
        value = model.order.value
        for row in source.rows:
            if value is not None and model.wanted.matches(row):
                by.setdefault(row.key, value(row))

    def placed() -> None:
        by.clear()
        shown()

    source.leaving.connect(lambda rows: [by.pop(row.key, None) for row in rows])
    for _ in range(60):
        what = rng.randrange(6)
        if what == 0:
            fresh = new_rows(source, [f"m{rng.randrange(99)}" for _ in range(rng.choice([1, 5, 40]))])
            for row in fresh:
                some_answer(row, rng)
            source.append(fresh)
        elif what == 1 and source.rows:
            chosen = rng.sample(list(source.rows), len(source.rows) // 3)
            removed = source.places_of(row.key for row in chosen)
            source.take_out(removed)
            if rng.random() < 0.7:
                source.restore(removed)
        elif what == 2 and source.rows:
            row = rng.choice(source.rows)
            some_answer(row, rng)
            source.touch([row.key])
            assert model.is_stale == (model.order.value is not None)
            if rng.random() < 0.5:
                model.place_anew()
                placed()
                assert not model.is_stale
            model.refresh()
        elif what == 3:
            model.set_order(rng.choice(list(ORDERS.values())))
            placed()
        else:
            model.set_wanted(rng.choice([ALL, Wanted(state=frozenset({"done"})), Wanted("m1")]))
        shown()
        expected = [r for r in source.rows if model.wanted.matches(r)]
        expected.sort(key=lambda row: by.get(row.key, 0))
        assert [row.key for row in model.rows] == [row.key for row in expected]
        for number, row in enumerate(expected):
            assert model.at(model.index(number)) is row
            assert model.index_of(row.key).row() == number
        keys = [row.key for row in expected[::3]]
        assert model.numbers_of(keys) == list(range(0, len(expected), 3))
        hidden = [r for r in source.rows if r not in expected]
        assert not any(model.index_of(r.key).isValid() for r in hidden)
    del tester


def test_a_long_list_is_sorted_in_short_turns(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filtered, "TURN_S", 0.0)
    source = SpecimenModel()
    source.append(new_rows(source, [f"moth_{n}" for n in range(6_000, 0, -1)]))
    model = FilteredModel(source)
    model.set_order(ORDERS["name"])
    assert model.is_busy and model.rows == list(source.rows)  # as before, until then
    QApplication.processEvents()
    source.append(new_rows(source, ["moth_0", "moth_7000"]))
    source.take_out(source.places_of([source.rows[0].key]))
    qtbot.waitUntil(lambda: not model.is_busy)
    assert [row.specimen.query_id for row in model.rows] == [
        *(f"moth_{n}" for n in range(6_000)), "moth_7000",
    ]  # fmt: skip
    # Many that go to many places come to the end first.
    many = new_rows(source, [f"moth_{n}b" for n in range(40)])
    source.append(many)
    assert model.rows[-40:] == many and not model.is_busy
    source.append(new_rows(source, ["moth_3c"]))
    qtbot.waitUntil(lambda: model.rows[1] is many[0] and not model.is_busy)
    assert [row.specimen.query_id for row in model.rows[6:9]] == ["moth_3", "moth_3b", "moth_3c"]


@pytest.fixture
def filled(window: MainWindow, qtbot: QtBot) -> Iterator[MainWindow]:
    """Ninety rows with answers, the least sure in the middle."""
    model = window.bench.model
    rows = new_rows(model, [f"img{(7 * n) % 90}" for n in range(90)])
    for number, row in enumerate(rows):
        answered(row, verdict(TAXA[number % len(TAXA)], 0.5 + abs(number - 45) / 100))
    model.append(rows)
    window.activateWindow()
    window.page.list.setFocus()
    yield window


def choose(window: MainWindow, name: str) -> None:
    window.page.order.choice(name).trigger()


def top_of(window: MainWindow, row: Row) -> int:
    view = window.page.list
    return view.visualRect(window.page.listed.index_of(row.key)).top()


def test_it_is_chosen_by_key_told_and_remembered(filled: MainWindow, settings: Settings) -> None:
    window, page = filled, filled.page
    QTest.keyClick(
        page.list, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    menu = QApplication.activePopupWidget()
    assert menu is page.order.menu_of_orders and menu.activeAction() is page.order.choice("arrival")
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert [row.specimen.query_id for row in page.listed.rows] == [f"img{n}" for n in range(90)]
    assert "by name of the specimen" in page._counts.text()
    assert "by name" in page.order.accessibleName() and page.order.choice("name").isChecked()
    assert window.acts["sort"].menu() is page.order.menu_of_orders
    assert Settings(settings.path).get("list_order") == "name"
    page.order.click()
    assert QApplication.activePopupWidget() is menu
    menu.close()
    choose(window, "arrival")
    assert page.listed.rows == list(window.bench.model.rows)
    assert "by name" not in page._counts.text()


def test_it_is_there_at_the_next_start(
    settings: Settings, request: pytest.FixtureRequest, world: Any, drop: Callable, settled: Callable
) -> None:
    settings.set("list_order", "name")
    window = request.getfixturevalue("window")
    photos = sorted(world.photos.values(), reverse=True)
    drop(window, *photos)
    settled(window, 4)
    page = window.page
    assert [row.specimen.query_id for row in page.listed.rows] == [photo.stem for photo in photos[::-1]]
    assert page.order.choice("name").isChecked() and page.current is not None


def test_at_the_top_it_stays_there_else_with_the_specimen(filled: MainWindow) -> None:
    window, page = filled, filled.page
    choose(window, "unsure")
    assert page.list.currentIndex().row() == 0 and page.current is window.bench.model.rows[45]
    page.step(3)
    looked_at = page.current
    assert looked_at is not None
    before = top_of(window, looked_at)
    choose(window, "taxon")
    assert page.current is looked_at and page.selected == [looked_at]
    assert top_of(window, looked_at) == before or page.list.verticalScrollBar().value() == 0
    assert page.panel.key == looked_at.key


def test_all_that_is_selected_stays_selected(filled: MainWindow) -> None:
    page = filled.page
    page.list.selectAll()
    choose(filled, "name")
    assert len(page.selected) == 90
    page.list.clearSelection()
    page.select(page.listed.rows[10].key)
    for _ in range(3):
        QTest.keyClick(page.list, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    chosen = {row.key for row in page.selected}
    assert len(chosen) == 4
    current = page.current
    choose(filled, "arrival")
    assert {row.key for row in page.selected} == chosen and page.current is current
    choose(filled, "name")
    assert [row.specimen.query_id for row in page.selected] == ["img10", "img11", "img12", "img13"]


def test_of_rows_all_over_the_list_the_current_one_stays_selected(
    filled: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands of them would hold the window up; nobody loses them without asking for another order."""
    monkeypatch.setattr(identify, "GROUPS_MAX", 2)
    page, bench = filled.page, filled.bench
    choose(filled, "unsure")
    page.select(page.listed.rows[10].key)
    for _ in range(5):
        QTest.keyClick(page.list, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    before, current = page.selected, page.current
    answered(before[0], verdict(PRONUBA, 0.999))
    bench.model.touch([before[0].key])
    bench.work_changed.emit()
    assert page.selected == before
    choose(filled, "name")
    assert page.selected == [page.current] == [current]


def test_answers_do_not_move_rows_until_the_work_has_ended(filled: MainWindow, qtbot: QtBot) -> None:
    window, page, bench = filled, filled.page, filled.bench
    choose(window, "unsure")
    page.list.verticalScrollBar().setValue(700)
    page.select(page.listed.rows[20].key)
    looked_at, before = page.current, page.listed.rows
    assert looked_at is not None
    top = top_of(window, looked_at)
    go_on = threading.Event()
    bench._collect(lambda _: go_on.wait(5), None)
    assert bench.is_busy
    for row in before[:6]:
        answered(row, verdict(PRONUBA, 0.999))
    bench.model.touch([row.key for row in before[:6]])
    bench.work_changed.emit()
    bench.results_changed.emit([row.key for row in before[:6]])
    assert page.listed.rows == before
    assert page._counts.text().endswith("not in their places yet")
    came = answered(new_rows(bench.model, ["new"])[0], verdict(COMES, 0.501))
    bench.model.append([came])
    assert page.listed.rows[1] is came  # in its place at once
    go_on.set()
    qtbot.waitUntil(lambda: not bench.is_busy and not page.listed.is_stale)
    assert {row.key for row in page.listed.rows[-6:]} == {row.key for row in before[:6]}
    assert page.current is looked_at and page.selected == [looked_at]
    assert top_of(window, looked_at) == top
    assert page._counts.text().endswith("least sure first")


def test_removal_and_undo_keep_the_order(filled: MainWindow) -> None:
    window, page, model = filled, filled.page, filled.bench.model
    arrived = list(model.rows)
    choose(window, "name")
    in_order = page.listed.rows
    for count in (1, 5, 40):  # at few places of the list as it came, and at many
        page.select(in_order[30].key)
        for _ in range(count - 1):
            QTest.keyClick(page.list, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
        assert page.selected_keys == [row.key for row in in_order[30 : 30 + count]]
        window.acts["remove"].trigger()
        assert page.listed.rows == in_order[:30] + in_order[30 + count :]
        assert page.current is not None and page.panel.key == page.current.key
        assert page.current in in_order[29 : 32 + count]
        window.bench.undo()
        assert page.listed.rows == in_order and list(model.rows) == arrived


def test_a_filter_keeps_the_order(filled: MainWindow, qtbot: QtBot) -> None:
    page = filled.page
    choose(filled, "unsure")
    page.filter.ask(Wanted("megaselia"))
    found = page.listed.rows
    assert len(found) == 36
    sure = [row.result.verdict.confidence for row in found if row.result and row.result.verdict]
    assert sure == sorted(sure)
    assert page._counts.text().endswith("least sure first")
    page.filter.clear()
    assert len(page.listed.rows) == 90


def test_review_goes_through_in_the_order_of_the_list(filled: MainWindow, qtbot: QtBot) -> None:
    choose(filled, "name")
    filled.acts["page_review"].trigger()
    page = filled.shell.page("review")
    assert isinstance(page, ReviewPage)
    page.which.setCurrentIndex(page.which.findData("all"))
    assert page.line.keys == [row.key for row in filled.page.listed.rows]
