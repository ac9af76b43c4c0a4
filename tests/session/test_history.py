"""What was taken out of a session comes back as it was, and nothing is kept for ever."""

from __future__ import annotations

import pytest

from bioscan_desktop.session import decisions, history, queries, specimens
from bioscan_desktop.session.database import Database
from bioscan_desktop.session.history import Step, StepRow
from tests.session.conftest import MADE_WITH, photo, record


def everything(database: Database) -> list[tuple]:
    """What a session says of its specimens, in all tables."""
    tables = ("specimens", "results", "decisions", "words")
    order = {"words": "rowid", "decisions": "decision_id"}
    return [
        tuple(row)
        for table in tables
        for row in database.rows(f"SELECT rowid, * FROM {table} ORDER BY {order.get(table, 'specimen_id')}")
    ]


def test_what_was_set_aside_comes_back_as_it_was(filled: Database) -> None:
    decisions.decide(filled, 2, "accept")
    decisions.decide(filled, 2, "note", note="box 3")
    before, rows = everything(filled), queries.page(filled)
    history.set_aside(filled, [2, 3, 7])
    assert [row.specimen_id for row in queries.page(filled)] == [1, 4, 5, 6]
    assert queries.counts(filled).total == 4
    assert not list(queries.numbers(filled, queries.Filter(text="comes")))
    found = dict(history.aside(filled, [1, 2, 3, 7]))
    assert list(found) == [2, 3, 7] and list(history.numbers_aside(filled)) == [2, 3, 7]
    assert found[2].record is not None and found[2].record["verdict"]["name"] == "Noctua comes"
    assert found[2].decision is not None and found[2].decision.action == "accept"
    assert (found[2].note, found[7].record, found[7].decision) == ("box 3", None, None)
    assert history.bring_back(filled, [7, 3, 2, 1]) == {2, 3, 7}
    assert everything(filled) == before and queries.page(filled) == rows
    assert list(queries.numbers(filled, queries.Filter(text="comes"))) == [2]
    assert not list(history.numbers_aside(filled))
    assert not filled.value("SELECT count(*) FROM aside_results") + filled.value(
        "SELECT count(*) FROM aside_decisions"
    )


def test_new_specimens_take_nothing_from_those_set_aside(filled: Database) -> None:
    """Neither their number nor, when they come back, their id or the place of their answer."""
    history.set_aside(filled, [5, 7])
    (number,) = specimens.add(filled, [photo("broken")])
    assert number == 8
    run = specimens.start_run(filled, MADE_WITH)
    specimens.save_answer(filled, number, run, specimens.Answer(record()))
    assert filled.value("SELECT number FROM results WHERE specimen_id = 8") == 5  # as the one set aside
    assert history.bring_back(filled, [5, 7]) == {5, 7}
    assert [row.query_id for row in queries.page(filled)][-4:] == ["broken.2", "new", "seq", "broken"]
    assert sorted(filled.integers("SELECT number FROM results")) == [1, 2, 3, 4, 5, 6]
    assert history.bring_back(filled, [8]) == set()  # it is there


def test_a_step_is_kept_and_changed_where_it_stands(filled: Database) -> None:
    history.set_aside(filled, [1])
    rows = [StepRow("gone", 1, 0)]
    first = history.keep(filled, Step("edit", "remove", True, rows))
    second = history.keep(filled, Step("note", "write note", True, [StepRow("said", 2)], ["", "béton"]))
    assert first is not None and second is not None and first < second
    assert history.keep(filled, Step("edit", "remove", False, rows, None, first)) == first
    found = history.steps(filled)
    assert [(one.step_id, one.counts, one.said) for one in found] == [
        (first, False, None),
        (second, True, ["", "béton"]),
    ]
    assert found[0].rows == rows
    assert history.keep(filled, Step("edit", "x", True, rows, None, 99)) is None
    assert history.step_numbers(filled) == [first, second] and history.has_steps(filled)


def test_what_no_step_needs_is_deleted(filled: Database) -> None:
    answer = specimens.Answer(record(name="Noctua pronuba", rank="species"))
    run = specimens.start_run(filled, MADE_WITH)
    copy = history.copy_aside(filled, photo("moth-1"), answer, run)
    unanswered = history.copy_aside(filled, photo("part"), None, run)
    history.set_aside(filled, [1, 2])
    rows = [StepRow("gone", 1), StepRow("changed", 3, 0, copy), StepRow("changed", 4, 0, unanswered)]
    step = history.keep(filled, Step("edit", "join", True, rows))
    history.keep(filled, Step("note", "note", True, [StepRow("said", 2)], ["", "x"]))  # holds nothing back
    assert history.give_up(filled) == [2]
    found = dict(history.aside(filled, [copy, unanswered]))
    kept = found[copy].record
    assert kept is not None and kept["verdict"]["name"] == "Noctua pronuba"
    assert found[unanswered].record is None and found[copy].specimen.query_id == "moth-1"
    assert step is not None and sorted(history.give_up(filled, [step])) == [1, copy, unanswered]
    assert not filled.value("SELECT count(*) FROM step_rows WHERE role != 'said'")
    assert not history.bring_back(filled, [1])
    assert queries.counts(filled).total == 5  # of seven, and no copy is among them


def test_only_the_latest_steps_are_kept(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "KEPT", 3)
    monkeypatch.setattr(history, "ROWS_KEPT", 4)
    history.set_aside(filled, [1])
    for number in (1, 2, 3, 4):
        history.keep(filled, Step("edit", str(number), True, [StepRow("gone", number)]))
    assert history.give_up(filled) == [1]
    assert [one.text for one in history.steps(filled)] == ["2", "3", "4"]
    history.keep(filled, Step("edit", "many", True, [StepRow("gone", number) for number in (5, 6, 7)]))
    history.give_up(filled)
    assert [one.text for one in history.steps(filled)] == ["4", "many"]
    history.keep(filled, Step("edit", "all", True, [StepRow("gone", number) for number in range(1, 8)]))
    history.give_up(filled)
    assert [one.text for one in history.steps(filled)] == ["all"]  # the latest stays, however large
