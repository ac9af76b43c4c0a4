"""What people decided about specimens, apart from the machine's answers, with undo that lasts.

A decision is never overwritten: the latest one counts, the earlier ones are its history. Undo and redo
go through all decisions of a session in the order in which they were made, also after it was closed. A
new decision after an undo drops what could have been redone; it stays in the file for the record.
"""

from __future__ import annotations

import getpass
import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from bioscan_desktop.session.database import Database, now, readable

ACTIONS: tuple[str, ...] = ("accept", "reject", "choose", "name", "unknown", "skip", "note")
"""Accept or reject the machine's name; choose that of a reference; give an own name or a coarser rank;
say that it cannot be told; put off; write a note. `note` and `skip` decide nothing about the name."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision.

    Attributes:
        action: one of `ACTIONS`.
        name, rank: what the specimen is; None for reject, unknown, skip and note.
        processid: of the chosen reference.
        machine_name, machine_rank: the machine's answer when it was made.
        made_by, made_at: user's name, and ISO 8601.
    """

    decision_id: int
    specimen_id: int
    action: str
    name: str | None
    rank: str | None
    processid: str | None
    note: str
    machine_name: str | None
    machine_rank: str | None
    made_by: str
    made_at: str


def decide(
    database: Database,
    specimen_id: int,
    action: str,
    name: str | None = None,
    rank: str | None = None,
    processid: str | None = None,
    note: str = "",
    made_by: str | None = None,
) -> Decision:
    """Keeps a decision. `accept` without a name takes the machine's.

    Raises:
        ValueError: for an action that there is not.
    """
    if action not in ACTIONS:
        raise ValueError(f"unknown action {action!r}")
    with database.transaction() as connection:
        machine = connection.execute(
            "SELECT name, rank FROM results WHERE specimen_id = ?", (specimen_id,)
        ).fetchone()
        machine_name, machine_rank = (machine["name"], machine["rank"]) if machine else (None, None)
        if action == "accept" and name is None:
            name, rank = machine_name, machine_rank
        connection.execute("UPDATE decisions SET state = 'dropped' WHERE state = 'undone'")
        cursor = connection.execute(
            "INSERT INTO decisions (specimen_id, action, name, rank, processid, note, machine_name, "
            "machine_rank, made_by, made_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                specimen_id,
                action,
                readable(name) if name is not None else None,
                rank,
                processid,
                readable(note),
                machine_name,
                machine_rank,
                made_by if made_by is not None else user_name(),
                now(),
            ),
        )
        row = connection.execute(
            "SELECT * FROM decisions WHERE decision_id = ?", (cursor.lastrowid,)
        ).fetchone()
    return _of_row(row)


def undo(database: Database) -> Decision | None:
    """Takes back the latest decision that counts; returns it, or None if there is none."""
    return _turn(database, "done", "undone", "DESC")


def redo(database: Database) -> Decision | None:
    """Makes the decision count again that was taken back last."""
    return _turn(database, "undone", "done", "ASC")


def withdraw(database: Database, specimen_id: int) -> None:
    """Takes back the decision that counts on a specimen, and those before it; they stay in the file."""
    with database.transaction() as connection:
        connection.execute(
            "UPDATE decisions SET state = 'dropped' WHERE specimen_id = ? AND state = 'done' "
            "AND action != 'note'",
            (specimen_id,),
        )


def _turn(database: Database, state: str, new: str, direction: str) -> Decision | None:
    with database.transaction() as connection:
        row = connection.execute(
            f"SELECT * FROM decisions WHERE state = ? ORDER BY decision_id {direction} LIMIT 1", (state,)
        ).fetchone()
        if row is None:
            return None
        connection.execute("UPDATE decisions SET state = ? WHERE decision_id = ?", (new, row["decision_id"]))
    return _of_row(row)


def can_undo(database: Database) -> bool:
    """True if there is a decision to take back."""
    return database.one("SELECT 1 FROM decisions WHERE state = 'done' LIMIT 1") is not None


def can_redo(database: Database) -> bool:
    """True if a decision was taken back and none was made since."""
    return database.one("SELECT 1 FROM decisions WHERE state = 'undone' LIMIT 1") is not None


def current(database: Database, specimen_id: int) -> Decision | None:
    """The decision that counts; notes are no decisions."""
    row = database.one(
        "SELECT * FROM decisions WHERE specimen_id = ? AND state = 'done' AND action != 'note' "
        "ORDER BY decision_id DESC LIMIT 1",
        (specimen_id,),
    )
    return None if row is None else _of_row(row)


def current_of(database: Database, numbers: Sequence[int], table: str = "decisions") -> dict[int, Decision]:
    """The decisions that count, of several specimens at once; see `history` for `aside_decisions`."""
    found: dict[int, Decision] = {}
    for start in range(0, len(numbers), 500):
        part = numbers[start : start + 500]
        rows = database.rows(
            f"SELECT * FROM {table} WHERE state = 'done' AND action != 'note' AND specimen_id IN "
            f"({', '.join('?' * len(part))}) ORDER BY decision_id",
            part,
        )
        found.update({row["specimen_id"]: _of_row(row) for row in rows})
    return found


def history(database: Database, specimen_id: int) -> list[Decision]:
    """All decisions on a specimen that count or did, oldest first; those taken back are left out."""
    rows = database.rows(
        "SELECT * FROM decisions WHERE specimen_id = ? AND state = 'done' ORDER BY decision_id",
        (specimen_id,),
    )
    return [_of_row(row) for row in rows]


def notes(database: Database, specimen_id: int) -> list[str]:
    """What people wrote about a specimen, oldest first: with decisions, and the latest note by itself."""
    found = history(database, specimen_id)
    last = max((one.decision_id for one in found if one.action == "note"), default=None)
    return [one.note for one in found if one.note and (one.action != "note" or one.decision_id == last)]


def latest_notes(database: Database, numbers: Sequence[int], table: str = "decisions") -> dict[int, str]:
    """What was written last about several specimens; those without a note, or an empty one, are left out."""
    found: dict[int, str] = {}
    for start in range(0, len(numbers), 500):
        part = numbers[start : start + 500]
        rows = database.rows(
            f"SELECT specimen_id, note FROM {table} WHERE state = 'done' AND action = 'note' AND "
            f"specimen_id IN ({', '.join('?' * len(part))}) ORDER BY decision_id",
            part,
        )
        found.update({row["specimen_id"]: row["note"] for row in rows})
    return {number: note for number, note in found.items() if note}


def user_name() -> str:
    """Who works here, by the account's name; empty where there is none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no account, as in some containers
        return os.environ.get("USERNAME", "")


def _of_row(row: sqlite3.Row) -> Decision:
    return Decision(**{name: row[name] for name in Decision.__dataclass_fields__})
