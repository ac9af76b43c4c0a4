"""What goes into a session comes out of it, in the same order, under ids that can be told apart."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bioscan_desktop.core.barcode import Barcode
from bioscan_desktop.core.errors import BarcodeError, InputError
from bioscan_desktop.core.ids import UniqueIds
from bioscan_desktop.session import decisions, joins, queries, specimens
from bioscan_desktop.session.database import Database
from bioscan_desktop.session.specimens import STEP, Answer, FileFacts, StoredSpecimen
from tests.session.conftest import MADE_WITH, photo, record


def test_a_specimen_comes_back_as_it_was(database: Database) -> None:
    given = [
        StoredSpecimen(
            "Käfer", "käfer", "Käfer.jpg + seq", "sub/Käfer.jpg", FileFacts(1, 2, "ab"),
            barcode=Barcode("ACGT" * 30, ("Short.",), True), barcode_from="b.fasta",
        ),
        StoredSpecimen("pasted", "pasted", "pasted", picture=b"\x00\xff", crop=(0.1, 0.25, 0.5, 1.0)),
        StoredSpecimen("bad", "bad", "bad", error=BarcodeError("bad is empty.", "empty_barcode")),
        StoredSpecimen("folder", "folder", "folder", error=InputError("Unreadable.", "folder_unreadable")),
    ]  # fmt: skip
    for number, one in zip(specimens.add(database, given), given, strict=True):
        back = specimens.get(database, number)
        assert back is not None and type(back.error) is type(one.error)
        kept = ("query_id", "sample", "input", "photo", "facts", "picture", "crop", "barcode", "barcode_from")
        for name in kept:
            assert getattr(back, name) == getattr(one, name)
        assert (back.error and (back.error.code, back.error.message)) == (
            one.error and (one.error.code, one.error.message)
        )
    assert specimens.get(database, 999) is None


def test_what_is_no_text_is_kept_with_marks(database: Database) -> None:
    """Old systems leave file names that are no text; Python hands their bytes on as lone surrogates."""
    error = InputError("caf\udce9.jpg: no.", "no")
    odd = StoredSpecimen("caf\udce9", "caf\udce9", "caf\udce9.jpg", "caf\udce9.jpg", error=error)
    (number,) = specimens.add(database, [odd])
    specimens.change(database, number, odd)
    joins.join_barcode(database, number, odd)
    joins.join_photo(database, number, odd)
    back = specimens.get(database, number)
    assert back is not None and back.query_id == "caf\\udce9" and back.photo == "caf\\udce9.jpg"
    assert back.error is not None and back.error.message == "caf\\udce9.jpg: no."
    run = specimens.start_run(database, MADE_WITH)
    answer = record("failed", input="caf\udce9.jpg")
    answer["error"] = {"code": "no", "message": "caf\udce9.jpg: no."}
    specimens.save_answer(database, number, run, Answer(answer))
    assert specimens.record_of(database, number) == answer
    database.set_fact("history", ["accept caf\udce9"])
    assert database.fact("history") == ["accept caf\udce9"]
    made = decisions.decide(database, number, "name", "caf\udce9", note="caf\udce9")
    assert made.name == made.note == "caf\\udce9"


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(["a", "a.2", "a.3", "b", "a.2.2"]), max_size=20))
def test_ids_are_those_of_every_other_way_in(tmp_path_factory, wanted: list[str]) -> None:  # type: ignore[no-untyped-def]
    ids = UniqueIds()
    with Database(tmp_path_factory.mktemp("s") / "s") as database:
        specimens.add(database, [photo(name) for name in wanted])
        found = [row[0] for row in database.rows("SELECT query_id FROM specimens ORDER BY specimen_id")]
    assert found == [ids.take(name) for name in wanted]


def test_steps_are_filled_and_taken_up_as_a_whole(database: Database) -> None:
    added = specimens.add(database, [photo(f"p{n}") for n in range(STEP + 3)])
    run = specimens.start_run(database, MADE_WITH)
    for number in added[: STEP - 1]:
        specimens.save_answer(database, number, run, Answer(record()))
    steps = [([s.specimen_id for s in step], left) for step, left in specimens.waiting_steps(database)]
    assert steps == [(added[:STEP], {added[STEP - 1]}), (added[STEP:], set(added[STEP:]))]
    for number in added[STEP - 1 :]:
        specimens.save_answer(database, number, run, Answer(record()))
    assert list(specimens.waiting_steps(database)) == []
    later = specimens.add(database, [photo("late")])
    specimens.wait_again(database, added[:2])
    steps = [([s.specimen_id for s in step], left) for step, left in specimens.waiting_steps(database)]
    assert steps == [(later, set(later)), (added[:2], set(added[:2]))]


def test_an_answer_is_kept_whole_and_a_new_one_takes_its_place(filled: Database) -> None:
    first = specimens.record_of(filled, 1)
    assert first == record()
    decisions.decide(filled, 1, "accept", made_by="me")
    specimens.wait_again(filled, [1])
    assert specimens.record_of(filled, 1) == first
    new = record(name="Noctua comes", rank="species", hits=[{"species": "x"}])
    specimens.save_answer(
        filled, 1, specimens.start_run(filled, MADE_WITH), Answer(new), FileFacts(5, 6, "h")
    )
    assert specimens.record_of(filled, 1) == new
    assert [number for number, *_ in specimens.records(filled)] == [1, 2, 3, 4, 5]
    stored = specimens.get(filled, 1)
    assert stored is not None and stored.facts == FileFacts(5, 6, "h")
    decided = decisions.current(filled, 1)
    assert decided is not None and (decided.name, decided.machine_name) == ("Noctua", "Noctua")


def test_records_are_read_page_by_page(filled: Database) -> None:
    assert list(specimens.records(filled, page=2)) == list(specimens.records(filled))


def test_parts_that_arrive_later_are_joined(database: Database) -> None:
    (moth,) = specimens.add(database, [photo("moth")])
    (seq,) = specimens.add(
        database, [StoredSpecimen("fly", "fly", "fly header", barcode=Barcode("ACGT" * 40))]
    )
    run = specimens.start_run(database, MADE_WITH)
    for number in (moth, seq):
        specimens.save_answer(database, number, run, Answer(record()))
    barcode = StoredSpecimen("moth", "moth", "moth header", barcode=Barcode("ACGG" * 40), barcode_from="b.fa")
    joins.join_barcode(database, moth, barcode)
    joins.join_photo(database, seq, photo("fly"))
    both = [specimens.get(database, number) for number in (moth, seq)]
    assert [s and (s.query_id, s.input, s.photo, bool(s.barcode)) for s in both] == [
        ("moth", "moth.jpg + moth header", "moth.jpg", True),
        ("fly", "fly.jpg + fly header", "fly.jpg", True),
    ]
    assert queries.counts(database).state("waiting") == 2


def test_other_content_under_the_same_number(filled: Database) -> None:
    decisions.decide(filled, 1, "accept")
    new = StoredSpecimen("other", "other", "x + y", "x.jpg", FileFacts(7, 8, "h"), crop=(0.0, 0.5, 1.0, 1.0),
                         barcode=Barcode("ACGT" * 40), barcode_from="b.fa")  # fmt: skip
    specimens.change(filled, 1, new)
    back = specimens.get(filled, 1)
    assert back is not None and back.query_id == "moth-1"
    for name in ("input", "photo", "facts", "crop", "barcode", "barcode_from"):
        assert getattr(back, name) == getattr(new, name)
    assert queries.rows_of(filled, [1])[0].state == "waiting"
    assert decisions.current(filled, 1) is not None


def test_removed_specimens_leave_nothing_behind(filled: Database) -> None:
    decisions.decide(filled, 1, "accept")
    specimens.remove(filled, [1, 2])
    assert queries.counts(filled).total == 5
    for table in ("results", "decisions", "specimens"):
        assert not filled.rows(f"SELECT 1 FROM {table} WHERE specimen_id IN (1, 2)")
    assert [r.query_id for r in queries.page(filled, queries.Filter(text="noctua"))] == []


def test_what_the_first_answers_were_made_with_is_known(filled: Database) -> None:
    specimens.start_run(filled, specimens.Provenance(*"abcdefghi"))
    assert specimens.first_run(filled) == MADE_WITH
