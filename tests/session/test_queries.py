"""Filters, counts and pages agree with each other and with what is in the session."""

from __future__ import annotations

import itertools

import pytest

from bioscan_desktop.session import decisions, queries, specimens
from bioscan_desktop.session.database import Database
from bioscan_desktop.session.queries import Filter
from tests.session.conftest import photo


def ids(database: Database, wanted: Filter, order: str = "added") -> list[str]:
    return [row.query_id for row in queries.page(database, wanted, order)]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(), ["moth-1", "moth-2", "fly", "bee", "broken", "new", "seq"]),
        (Filter(states=frozenset({"waiting"})), ["new", "seq"]),
        (Filter(states=frozenset({"partial", "failed"})), ["bee", "broken"]),
        (Filter(ranks=frozenset({"species", "genus"})), ["moth-1", "moth-2"]),
        (Filter(ranks=frozenset({None}), states=frozenset({"partial"})), ["bee"]),
        (Filter(novelty=frozenset({"new_species"})), ["fly"]),
        (Filter(conflict=True), ["fly"]),
        (Filter(conflict=False, states=frozenset({"ok"})), ["moth-1", "moth-2"]),
        (Filter(text="noct"), ["moth-1", "moth-2"]),
        (Filter(text="NOCTUIDAE comes"), ["moth-2"]),
        (Filter(text="oth-"), ["moth-1", "moth-2"]),
        (Filter(text="fl"), ["fly"]),
        (Filter(text='"'), []),
        (Filter(text="%"), []),
        (Filter(text='moth"-'), []),
        (Filter(text="se seq"), ["seq"]),
        (Filter(decided=frozenset({"accept"})), ["moth-1"]),
        (Filter(decided=frozenset({"open"}), states=frozenset({"ok"})), ["moth-2", "fly"]),
    ],
)
def test_filters(filled: Database, wanted: Filter, found: list[str]) -> None:
    decisions.decide(filled, 1, "accept")
    decisions.decide(filled, 2, "note", note="look again")
    assert ids(filled, wanted) == found
    assert queries.count(filled, wanted) == len(found)
    assert len(queries.numbers(filled, wanted)) == len(found)


@pytest.mark.parametrize("order", queries.ORDERS)
def test_pages_go_on_where_the_last_one_ended(filled: Database, order: str) -> None:
    whole = queries.page(filled, order=order)
    last, pieces = None, []
    while part := queries.page(filled, order=order, after=last, limit=2):
        pieces += part
        last = part[-1]
    assert pieces == whole and len(whole) == 7
    assert list(queries.numbers(filled, order=order)) == [row.specimen_id for row in whole]


def test_orders(filled: Database) -> None:
    assert ids(filled, Filter(), "recent")[:5] == ["broken", "bee", "fly", "moth-2", "moth-1"]
    # Contradictions, no name, failed, the share of the evidence, what waits.
    unsure = ["fly", "bee", "broken", "moth-1", "moth-2", "new", "seq"]
    assert ids(filled, Filter(), "confidence") == unsure
    assert ids(filled, Filter(), "name") == ["fly", "moth-1", "moth-2", "bee", "broken", "new", "seq"]


def test_rows_come_in_the_order_asked_for(filled: Database) -> None:
    assert [r.query_id for r in queries.rows_of(filled, [4, 99, 1])] == ["bee", "moth-1"]
    row = queries.rows_of(filled, [7])[0]
    assert (row.state, row.has_barcode, row.error) == ("waiting", True, "seq is short.")


def test_counts(filled: Database) -> None:
    decisions.decide(filled, 1, "accept")
    decisions.decide(filled, 1, "reject")
    decisions.decide(filled, 2, "skip")
    found = queries.counts(filled)
    assert found.total == 7 and found.conflicts == 1 and found.decided == 1
    assert found.by_state == {"waiting": 2, "ok": 3, "partial": 1, "failed": 1}
    assert found.by_rank == {None: 1, "order": 1, "genus": 1, "species": 1}
    assert found.by_novelty == {"none": 2, "new_species": 1, "unlike_library": 1}
    specimens.wait_again(filled, [1, 5])
    found = queries.counts(filled)
    assert found.by_state == {"waiting": 4, "ok": 2, "partial": 1, "failed": 0}
    assert found.by_rank["genus"] == 0
    assert sum(found.by_state.values()) == found.total


def test_an_empty_session(database: Database) -> None:
    assert queries.counts(database).total == 0
    assert queries.page(database) == [] and len(queries.numbers(database)) == 0


def test_steps_of_a_large_session_keep_to_the_index(database: Database) -> None:
    """The next step is found without reading all specimens."""
    specimens.add(database, [photo(f"p{n}") for n in range(50)])
    plan = database.rows(
        "EXPLAIN QUERY PLAN SELECT min(step) FROM specimens WHERE state = 'waiting' AND step > 1"
    )
    assert "specimens_by_step" in " ".join(itertools.chain(*[map(str, row) for row in plan]))
