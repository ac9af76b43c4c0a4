"""Human decisions: apart from the machine's, with a history that can be walked both ways."""

from __future__ import annotations

import random

import pytest

from bioscan_desktop.session import decisions
from bioscan_desktop.session.database import Database


def state(database: Database) -> dict[int, tuple[str, str | None]]:
    found = decisions.current_of(database, list(range(1, 8)))
    return {number: (one.action, one.name) for number, one in found.items()}


def test_the_latest_counts_and_the_others_are_its_history(filled: Database) -> None:
    decisions.decide(filled, 1, "accept", made_by="Ana")
    decisions.decide(filled, 1, "name", "Noctua comes", "species", note="by genitalia")
    decisions.decide(filled, 1, "note", note="box 3")
    now = decisions.current(filled, 1)
    assert now is not None and (now.action, now.name, now.machine_name) == ("name", "Noctua comes", "Noctua")
    assert [one.action for one in decisions.history(filled, 1)] == ["accept", "name", "note"]
    assert decisions.history(filled, 1)[0].made_by == "Ana"
    assert decisions.notes(filled, 1) == ["by genitalia", "box 3"]
    assert decisions.current(filled, 2) is None


def test_accepting_takes_the_machines_name(filled: Database) -> None:
    made = decisions.decide(filled, 2, "accept")
    assert (made.name, made.rank) == ("Noctua comes", "species")
    assert decisions.decide(filled, 6, "accept").name is None  # not identified yet


def test_an_unknown_action_is_a_bug(filled: Database) -> None:
    with pytest.raises(ValueError, match="unknown action"):
        decisions.decide(filled, 1, "like")


def test_undo_lasts_beyond_closing(filled: Database) -> None:
    decisions.decide(filled, 1, "accept")
    decisions.decide(filled, 2, "reject")
    filled.close()
    with Database(filled.path) as again:
        undone = decisions.undo(again)
        assert undone is not None and undone.specimen_id == 2
        assert decisions.can_undo(again) and decisions.can_redo(again)
        assert state(again) == {1: ("accept", "Noctua")}
        assert decisions.undo(again) is not None and decisions.undo(again) is None
        redone = decisions.redo(again)
        assert redone is not None and redone.specimen_id == 1


def test_a_new_decision_drops_what_could_be_redone(filled: Database) -> None:
    decisions.decide(filled, 1, "accept")
    decisions.undo(filled)
    decisions.decide(filled, 2, "unknown")
    assert not decisions.can_redo(filled) and decisions.redo(filled) is None
    assert filled.value("SELECT count(*) FROM decisions") == 2


def test_withdrawing_leaves_the_notes(filled: Database) -> None:
    decisions.decide(filled, 1, "accept")
    decisions.decide(filled, 1, "note", note="box 3")
    decisions.decide(filled, 2, "reject")
    decisions.withdraw(filled, 1)
    assert decisions.current(filled, 1) is None and decisions.notes(filled, 1) == ["box 3"]
    assert state(filled) == {2: ("reject", None)}
    assert filled.value("SELECT count(*) FROM decisions") == 3


def test_the_note_that_was_written_last_counts(filled: Database) -> None:
    for number, text in ((1, "box 3"), (2, "worn"), (1, "box 4"), (2, "")):
        decisions.decide(filled, number, "note", note=text)
    assert decisions.latest_notes(filled, [1, 2, 3]) == {1: "box 4"}
    assert [decisions.notes(filled, number) for number in (1, 2, 3)] == [["box 4"], [], []]


def test_a_hundred_mixed_steps_there_and_back(filled: Database) -> None:
    rng = random.Random(5)
    states = [state(filled)]
    for _ in range(100):
        action = rng.choice([a for a in decisions.ACTIONS if a != "note"])
        decisions.decide(filled, rng.randint(1, 5), action, rng.choice([None, "X y"]))
        states.append(state(filled))
    for expected in states[-2::-1]:
        assert decisions.undo(filled) is not None
        assert state(filled) == expected
    for expected in states[1:]:
        assert decisions.redo(filled) is not None
        assert state(filled) == expected
    assert not decisions.can_redo(filled)
