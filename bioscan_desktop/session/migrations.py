"""The tables of a session file, and the steps that bring older files up to date.

`PRAGMA user_version` is 1000 x major + minor. A file of a newer major version is refused; one of a
newer minor version only has tables or columns more, and is used as it is. Older files go through the
steps that they lack, each in one transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable

APPLICATION_ID = 0x42494F53
"""`BIOS` in ASCII: tells session files from other SQLite files."""

_TABLES_1_0 = (
    # Single facts about the session, as JSON: what kind it is, its name, the folder of its photos.
    "CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    # What answers were made with; a row each time that the work is taken up.
    """CREATE TABLE runs (
        run_id INTEGER PRIMARY KEY,
        started_at TEXT NOT NULL,
        app_version TEXT NOT NULL,
        library_id TEXT NOT NULL, library_version TEXT NOT NULL, library_sha256 TEXT NOT NULL,
        model_id TEXT NOT NULL, model_version TEXT NOT NULL, model_sha256 TEXT NOT NULL,
        provider TEXT NOT NULL, precision TEXT NOT NULL, settings TEXT NOT NULL)""",
    # Files that a folder scan has seen, so that a later look finds what is new.
    """CREATE TABLE sources (
        path TEXT PRIMARY KEY, size INTEGER, mtime_ns INTEGER, placed INTEGER NOT NULL DEFAULT 0
        ) WITHOUT ROWID""",
    """CREATE TABLE specimens (
        specimen_id INTEGER PRIMARY KEY,
        query_id TEXT NOT NULL UNIQUE,
        sample TEXT NOT NULL,
        input TEXT NOT NULL,
        photo TEXT, photo_size INTEGER, photo_mtime_ns INTEGER, photo_hash TEXT,
        picture BLOB, crop TEXT,
        barcode TEXT, barcode_from TEXT,
        error_code TEXT, error_message TEXT, error_kind TEXT,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'done')),
        step INTEGER NOT NULL,
        added_at TEXT NOT NULL)""",
    "CREATE INDEX specimens_by_step ON specimens (state, step)",
    "CREATE INDEX specimens_by_sample ON specimens (sample)",
    "CREATE INDEX specimens_by_photo ON specimens (photo) WHERE photo IS NOT NULL",
    "CREATE INDEX specimens_by_hash ON specimens (photo_hash) WHERE photo_hash IS NOT NULL",
    # How often an id was asked for, so that the next one of the same name gets its number at once.
    "CREATE TABLE given_ids (id TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID",
    # The machine's latest answer: the record as it was given, and columns of it to filter and sort by.
    """CREATE TABLE results (
        specimen_id INTEGER PRIMARY KEY REFERENCES specimens ON DELETE CASCADE,
        run_id INTEGER NOT NULL REFERENCES runs,
        number INTEGER NOT NULL UNIQUE,
        status TEXT NOT NULL, error_code TEXT, error_message TEXT,
        modality TEXT NOT NULL,
        name TEXT, rank TEXT, rank_level INTEGER NOT NULL, confidence REAL, calibrated INTEGER,
        novelty TEXT, conflict INTEGER NOT NULL,
        record BLOB NOT NULL,
        finished_at TEXT NOT NULL)""",
    "CREATE INDEX results_by_kind ON results (status, rank_level, novelty, conflict)",
    "CREATE INDEX results_by_confidence ON results (confidence, specimen_id)",
    "CREATE INDEX results_by_name ON results (name COLLATE NOCASE, specimen_id)",
    # What people decided. Never touched by a run. An undone decision stays, so that it can be redone.
    """CREATE TABLE decisions (
        decision_id INTEGER PRIMARY KEY AUTOINCREMENT,
        specimen_id INTEGER NOT NULL REFERENCES specimens ON DELETE CASCADE,
        action TEXT NOT NULL,
        name TEXT, rank TEXT, processid TEXT, note TEXT NOT NULL DEFAULT '',
        machine_name TEXT, machine_rank TEXT,
        made_by TEXT NOT NULL, made_at TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'done' CHECK (state IN ('done', 'undone', 'dropped')))""",
    "CREATE INDEX decisions_by_specimen ON decisions (specimen_id, decision_id) WHERE state = 'done'",
    "CREATE INDEX decisions_by_state ON decisions (state, decision_id)",
    # Names and ids to search for, any three letters of them in a row.
    "CREATE VIRTUAL TABLE words USING fts5(ids, names, tokenize = 'trigram')",
)


def _create(connection: sqlite3.Connection) -> None:
    for statement in _TABLES_1_0:
        connection.execute(statement)


_SET_ASIDE_1_1 = (
    # Photo and barcode as they were before they were joined: ids and origins of both, as JSON.
    "ALTER TABLE specimens ADD COLUMN parts TEXT",
    # What can be taken back, the latest last, and the specimens that each step is about; see `history`.
    """CREATE TABLE steps (
        step_id INTEGER PRIMARY KEY AUTOINCREMENT,
        counts INTEGER NOT NULL, n_rows INTEGER NOT NULL,
        kind TEXT NOT NULL, text TEXT NOT NULL, said TEXT NOT NULL)""",
    """CREATE TABLE step_rows (
        step_id INTEGER NOT NULL REFERENCES steps ON DELETE CASCADE,
        role TEXT NOT NULL, specimen_id INTEGER NOT NULL, place INTEGER NOT NULL, other INTEGER)""",
    "CREATE INDEX step_rows_by_step ON step_rows (step_id, place)",
    "CREATE INDEX step_rows_by_specimen ON step_rows (specimen_id)",
    "CREATE INDEX step_rows_by_other ON step_rows (other) WHERE other IS NOT NULL",
    # Specimens that were taken out of the list, as long as a step could bring them back.
    """CREATE TABLE aside_specimens (
        specimen_id INTEGER PRIMARY KEY, query_id TEXT NOT NULL, sample TEXT NOT NULL, input TEXT NOT NULL,
        photo TEXT, photo_size INTEGER, photo_mtime_ns INTEGER, photo_hash TEXT, picture BLOB, crop TEXT,
        barcode TEXT, barcode_from TEXT, parts TEXT,
        error_code TEXT, error_message TEXT, error_kind TEXT,
        state TEXT NOT NULL, step INTEGER NOT NULL, added_at TEXT NOT NULL, ids TEXT, names TEXT)""",
    """CREATE TABLE aside_results (
        specimen_id INTEGER PRIMARY KEY REFERENCES aside_specimens ON DELETE CASCADE,
        run_id INTEGER NOT NULL REFERENCES runs, number INTEGER NOT NULL,
        status TEXT NOT NULL, error_code TEXT, error_message TEXT, modality TEXT NOT NULL,
        name TEXT, rank TEXT, rank_level INTEGER NOT NULL, confidence REAL, calibrated INTEGER,
        novelty TEXT, conflict INTEGER NOT NULL, record BLOB NOT NULL, finished_at TEXT NOT NULL)""",
    """CREATE TABLE aside_decisions (
        decision_id INTEGER PRIMARY KEY,
        specimen_id INTEGER NOT NULL REFERENCES aside_specimens ON DELETE CASCADE,
        action TEXT NOT NULL, name TEXT, rank TEXT, processid TEXT, note TEXT NOT NULL,
        machine_name TEXT, machine_rank TEXT, made_by TEXT NOT NULL, made_at TEXT NOT NULL,
        state TEXT NOT NULL)""",
    "CREATE INDEX aside_decisions_by_specimen ON aside_decisions (specimen_id)",
)


def _set_aside(connection: sqlite3.Connection) -> None:
    """Steps get tables of their own; those that 1.0 kept as one fact are taken over."""
    for statement in _SET_ASIDE_1_1:
        connection.execute(statement)
    kept = connection.execute("SELECT value FROM facts WHERE key = 'history'").fetchone()
    for one in json.loads(kept[0]) if kept is not None else ():
        said = json.dumps([one["before"], one["after"]], ensure_ascii=False)
        step = connection.execute(
            "INSERT INTO steps (counts, n_rows, kind, text, said) VALUES (?, 1, ?, ?, ?)",
            (int(one["counts"]), one["kind"], one["text"], said),
        ).lastrowid
        connection.execute("INSERT INTO step_rows VALUES (?, 'said', ?, 0, NULL)", (step, one["specimen"]))
    connection.execute("DELETE FROM facts WHERE key = 'history'")


_SAMPLES_1_2 = """CREATE TABLE sample_sheets (
    path TEXT PRIMARY KEY, sha256 TEXT NOT NULL, content BLOB NOT NULL, read_at TEXT NOT NULL)"""
"""The table that exports take dates, places and collectors from, with a packed copy; see `samples`."""


def _keep_samples(connection: sqlite3.Connection) -> None:
    connection.execute(_SAMPLES_1_2)


_FURTHER_PHOTOS_1_3 = (
    # Photos of a specimen beyond the first, as JSON; see `further`.
    "ALTER TABLE specimens ADD COLUMN more TEXT",
    "ALTER TABLE aside_specimens ADD COLUMN more TEXT",
)


def _further_photos(connection: sqlite3.Connection) -> None:
    for statement in _FURTHER_PHOTOS_1_3:
        connection.execute(statement)


STEPS: tuple[tuple[int, Callable[[sqlite3.Connection], None]], ...] = (
    (1000, _create),
    (1001, _set_aside),
    (1002, _keep_samples),
    (1003, _further_photos),
)
"""(version that the step leads to, what it does); append only."""


def newest() -> int:
    """The version that this program writes."""
    return STEPS[-1][0]


def migrate(connection: sqlite3.Connection) -> None:
    """Takes the steps that a file lacks. The connection is in autocommit mode."""
    for version, step in STEPS:
        if connection.execute("PRAGMA user_version").fetchone()[0] >= version:
            continue
        connection.execute("BEGIN IMMEDIATE")
        try:
            step(connection)
            connection.execute(f"PRAGMA user_version = {version}")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
