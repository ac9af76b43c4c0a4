"""What is read of a session that is opened, in a worker: its rows, what is set aside, and its steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bioscan_desktop.core.errors import SessionError
from bioscan_desktop.services.export.collecting_choice import CollectingChoice
from bioscan_desktop.ui.deciding import restored
from bioscan_desktop.ui.jobs import Reporter
from bioscan_desktop.ui.session_writing import Kept

if TYPE_CHECKING:
    from bioscan_desktop.session.database import Database
    from bioscan_desktop.session.history import Filed
    from bioscan_desktop.session.history import Step as KeptStep

CHUNK = 100
"""Rows that are read at a time when a session is opened."""

Opening = Callable[[], "tuple[Database, str]"]
"""Opens a session in a worker; the text is a sentence for the user, or ""."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a session says beside its rows, read before them."""

    is_empty: bool
    limits: dict[str, Any] | None
    collecting: CollectingChoice | None


@dataclass(frozen=True, slots=True)
class SetAside:
    """Specimens that are not in the list, by their numbers; read after its rows."""

    kept: list[tuple[int, Kept]]


def read(
    opening: Opening, opened: list[Database], reporter: Reporter
) -> tuple[int, str, str, list[KeptStep]]:
    """Opens a session and hands over its rows in chunks, and after them what is set aside.

    Returns:
        their number, its name, a sentence, and what can be taken back.
    """
    from bioscan_desktop.services.export import kept_collecting
    from bioscan_desktop.session import history, queries
    from bioscan_desktop.session.backups import due

    database, sentence = opening()
    opened.append(database)
    numbers = queries.numbers(database)
    steps = history.steps(database)
    if (len(numbers) or steps) and due(database.path):
        try:
            database.backup()
        except SessionError as error:  # such as no room: the session itself can be used
            sentence = sentence or error.message
    root = Path(kept) if (kept := database.fact("root")) else None
    reporter.item(Facts(not len(numbers), database.fact("limits"), kept_collecting.load(database)))
    for part in _chunks(numbers, reporter):
        reporter.item(list(_rows(database, part, root)))
    for part in _chunks(history.numbers_aside(database), reporter):
        aside = history.aside(database, part)
        reporter.item(SetAside([(number, _kept(one, root)) for number, one in aside]))
    return len(numbers), database.fact("name", database.path.stem), sentence, steps


def _chunks(numbers: Sequence[int], reporter: Reporter) -> Iterator[Sequence[int]]:
    for start in range(0, len(numbers), CHUNK):
        reporter.cancel.check()
        yield numbers[start : start + CHUNK]


def _rows(database: Database, numbers: Sequence[int], root: Path | None) -> Iterator[tuple[int, Kept]]:
    from bioscan_desktop.session import decisions, queries, specimens
    from bioscan_desktop.session.history import Filed

    waiting = {row.specimen_id for row in queries.rows_of(database, numbers) if row.state == "waiting"}
    decided = decisions.current_of(database, numbers)
    notes = decisions.latest_notes(database, numbers)
    for number in numbers:
        stored = specimens.get(database, number)
        if stored is None:
            continue
        record = None if number in waiting else specimens.record_of(database, number)
        yield number, _kept(Filed(stored, record, decided.get(number), notes.get(number, "")), root)


def _kept(one: Filed, root: Path | None) -> Kept:
    from bioscan_desktop.services import recorded

    specimen = recorded.specimen_of(one.specimen, root)
    result = recorded.identification_of(one.record, specimen) if one.record is not None else None
    parts = recorded.parts_of(one.specimen, specimen)
    return Kept(specimen, result, restored(one.decision), one.note, parts)
