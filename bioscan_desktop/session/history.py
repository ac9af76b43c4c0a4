"""What can be taken back, kept with the session: each step, and the rows and contents that are set aside
for it.

A specimen that is taken out of a list is not deleted. It goes with its answer and its decisions to the
`aside_*` tables, under its number, and comes back from there. Where a step gave a specimen other content,
that which it would have again is set aside as a copy under a number of its own. What no step needs any
more is deleted.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bioscan_desktop.session import decisions, specimens
from bioscan_desktop.session.database import Database, readable
from bioscan_desktop.session.limits import KEPT, ROWS_KEPT

_SPECIMEN = (
    "specimen_id, query_id, sample, input, photo, photo_size, photo_mtime_ns, photo_hash, picture, crop, "
    "more, barcode, barcode_from, parts, error_code, error_message, error_kind, state, step, added_at"
)
_RESULT = (
    "run_id, status, error_code, error_message, modality, name, rank, rank_level, confidence, calibrated, "
    "novelty, conflict, record, finished_at"
)
_DECISION = (
    "decision_id, specimen_id, action, name, rank, processid, note, machine_name, machine_rank, made_by, "
    "made_at, state"
)


@dataclass(frozen=True, slots=True)
class StepRow:
    """A specimen that a step is about.

    Attributes:
        role: `gone` for one that the step takes out, `came` for one that it brings in, `changed` for one
            that it gives other content, `said` for one that somebody decided or wrote something about.
        place: in the list, of `gone` and `came`.
        other: number of the content set aside that is its own when the step turns, of `changed`.
    """

    role: str
    specimen_id: int
    place: int = 0
    other: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Attributes:
        kind: `edit`, `decision` or `note`.
        text: what Undo and Redo call it.
        counts: False if it was taken back, and could be made again.
        said: before and after, of a decision or a note, as JSON knows it.
        step_id: None before it is in a session; later steps have higher ones.
    """

    kind: str
    text: str
    counts: bool
    rows: Sequence[StepRow]
    said: Any = None
    step_id: int | None = None


@dataclass(frozen=True, slots=True)
class Filed:
    """A specimen with what was found and said about it."""

    specimen: specimens.StoredSpecimen
    record: dict[str, Any] | None
    decision: decisions.Decision | None
    note: str


# -- specimens -----------------------------------------------------------------------------------


def set_aside(database: Database, numbers: Iterable[int]) -> None:
    """Takes specimens out of the session, so that they can be brought back."""
    chosen = [(number,) for number in numbers]
    with database.transaction() as connection:
        for statement in (
            f"INSERT INTO aside_specimens ({_SPECIMEN}, ids, names) SELECT {_SPECIMEN}, ids, names "
            "FROM specimens LEFT JOIN words ON words.rowid = specimen_id WHERE specimen_id = ?",
            f"INSERT INTO aside_results (specimen_id, number, {_RESULT}) "
            f"SELECT specimen_id, number, {_RESULT} FROM results WHERE specimen_id = ?",
            f"INSERT INTO aside_decisions ({_DECISION}) SELECT {_DECISION} FROM decisions "
            "WHERE specimen_id = ?",
        ):
            connection.executemany(statement, chosen)
        specimens.remove(database, [number for (number,) in chosen])


def bring_back(database: Database, numbers: Iterable[int]) -> set[int]:
    """Puts specimens that were set aside back under their numbers, with their answers and decisions.

    Where a new specimen has the id of an old one by now, the old one gets `.2`, `.3`, ….

    Returns:
        those that are back; the others are not set aside any more.
    """
    with database.transaction() as connection:
        return {number for number in numbers if _bring_back(connection, number)}


def _bring_back(connection: sqlite3.Connection, number: int) -> bool:
    row = connection.execute(
        "SELECT query_id, ids, names FROM aside_specimens WHERE specimen_id = ?", (number,)
    ).fetchone()
    if (
        row is None
        or connection.execute("SELECT 1 FROM specimens WHERE specimen_id = ?", (number,)).fetchone()
    ):
        return False
    query_id = specimens.take_id(connection, row["query_id"])
    if query_id != row["query_id"]:
        connection.execute(
            "UPDATE aside_specimens SET query_id = ? WHERE specimen_id = ?", (query_id, number)
        )
    for statement in (
        f"INSERT INTO specimens ({_SPECIMEN}) SELECT {_SPECIMEN} FROM aside_specimens WHERE specimen_id = ?",
        f"INSERT INTO results (specimen_id, number, {_RESULT}) SELECT specimen_id, CASE WHEN EXISTS "
        "(SELECT 1 FROM results WHERE results.number = aside_results.number) "
        f"THEN (SELECT max(number) + 1 FROM results) ELSE number END, {_RESULT} FROM aside_results "
        "WHERE specimen_id = ?",
        f"INSERT INTO decisions ({_DECISION}) SELECT {_DECISION} FROM aside_decisions WHERE specimen_id = ?",
        "DELETE FROM aside_specimens WHERE specimen_id = ?",
    ):
        connection.execute(statement, (number,))
    connection.execute("INSERT INTO words (rowid, ids, names) VALUES (?, ?, ?)", (number, *row[1:]))
    return True


def copy_aside(
    database: Database, content: specimens.StoredSpecimen, answer: specimens.Answer | None, run_id: int | None
) -> int:
    """Sets a content aside that no specimen has at present; returns its number."""
    with database.transaction() as connection:
        (number,) = specimens.add(database, [replace(content, query_id="")])  # a specimen may have its id
        if answer is not None and run_id is not None:
            specimens.save_answer(database, number, run_id, answer)
        set_aside(database, [number])
        connection.execute(
            "UPDATE aside_specimens SET query_id = ? WHERE specimen_id = ?",
            (readable(content.query_id), number),
        )
    return number


def numbers_aside(database: Database) -> Sequence[int]:
    """The numbers under which something is set aside, in order."""
    return database.integers("SELECT specimen_id FROM aside_specimens ORDER BY specimen_id")


def aside(database: Database, numbers: Sequence[int]) -> Iterator[tuple[int, Filed]]:
    """What is set aside under some numbers; those under which there is nothing are left out."""
    decided = decisions.current_of(database, numbers, "aside_decisions")
    notes = decisions.latest_notes(database, numbers, "aside_decisions")
    for number in numbers:
        stored = specimens.get(database, number, "aside_specimens")
        if stored is not None:
            waits = database.value("SELECT state FROM aside_specimens WHERE specimen_id = ?", (number,))
            record = specimens.record_of(database, number, "aside_results") if waits == "done" else None
            yield number, Filed(stored, record, decided.get(number), notes.get(number, ""))


# -- steps ---------------------------------------------------------------------------------------


def keep(database: Database, step: Step) -> int | None:
    """Keeps a step as the latest, or in the place of what was kept of it.

    Returns:
        its number; None if it was given up meanwhile.
    """
    with database.transaction() as connection:
        number = step.step_id
        values = (int(step.counts), len(step.rows))
        said = readable(json.dumps(step.said, ensure_ascii=False))
        if number is None:
            number = connection.execute(
                "INSERT INTO steps (counts, n_rows, kind, text, said) VALUES (?, ?, ?, ?, ?)",
                (*values, step.kind, readable(step.text), said),
            ).lastrowid
        elif not connection.execute(
            "UPDATE steps SET counts = ?, n_rows = ? WHERE step_id = ?", (*values, number)
        ).rowcount:
            return None
        connection.execute("DELETE FROM step_rows WHERE step_id = ?", (number,))
        connection.executemany(
            "INSERT INTO step_rows VALUES (?, ?, ?, ?, ?)",
            ((number, row.role, row.specimen_id, row.place, row.other) for row in step.rows),
        )
    return number


def steps(database: Database) -> list[Step]:
    """All steps, the oldest first."""
    rows: dict[int, list[StepRow]] = {}
    for step_id, *row in database.rows("SELECT * FROM step_rows ORDER BY step_id, place"):
        rows.setdefault(step_id, []).append(StepRow(*row))
    return [
        Step(one["kind"], one["text"], bool(one["counts"]), rows.get(one["step_id"], ()),
             json.loads(one["said"]), one["step_id"])
        for one in database.rows("SELECT * FROM steps ORDER BY step_id")
    ]  # fmt: skip


def step_numbers(database: Database) -> list[int]:
    """The numbers of all steps, in order."""
    return list(database.integers("SELECT step_id FROM steps ORDER BY step_id"))


def has_steps(database: Database) -> bool:
    """True if there is something that could be taken back or made again."""
    return database.one("SELECT 1 FROM steps LIMIT 1") is not None


def give_up(database: Database, numbers: Iterable[int] = ()) -> list[int]:
    """Gives up some steps, and the oldest beyond `KEPT` and `ROWS_KEPT`, with what is set aside for them.

    Returns:
        the numbers of the specimens that are gone for good.
    """
    with database.transaction() as connection:
        connection.executemany("DELETE FROM steps WHERE step_id = ?", [(number,) for number in numbers])
        rows = 0
        counted = connection.execute("SELECT step_id, n_rows FROM steps ORDER BY step_id DESC").fetchall()
        for place, (step_id, n_rows) in enumerate(counted):
            rows += n_rows
            if place and (place >= KEPT or rows > ROWS_KEPT):
                connection.execute("DELETE FROM steps WHERE step_id <= ?", (step_id,))
                break
        gone = connection.execute(
            "SELECT specimen_id FROM aside_specimens WHERE NOT EXISTS (SELECT 1 FROM step_rows WHERE "
            "step_rows.specimen_id = aside_specimens.specimen_id AND role IN ('gone', 'came')) "
            "AND NOT EXISTS (SELECT 1 FROM step_rows WHERE other = aside_specimens.specimen_id)"
        ).fetchall()
        connection.executemany("DELETE FROM aside_specimens WHERE specimen_id = ?", gone)
    return [row[0] for row in gone]
