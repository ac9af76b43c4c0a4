"""Specimens of a session file for the review: read as they are looked at, decided where they are kept."""

from __future__ import annotations

import sqlite3
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject

from bioscan_desktop.core.errors import SessionError
from bioscan_desktop.services import recorded
from bioscan_desktop.session import decisions, queries, specimens
from bioscan_desktop.session.database import Database
from bioscan_desktop.ui.deciding import Decision, restored
from bioscan_desktop.ui.jobs import Jobs
from bioscan_desktop.ui.models.country_hints import origin_of
from bioscan_desktop.ui.models.specimens import Row, State
from bioscan_desktop.ui.review_sources import ReviewSource
from bioscan_desktop.ui.sentences import translated
from bioscan_desktop.ui.translating import tr

T = TypeVar("T")

KEPT = 300
"""Rows that are kept as they were read."""

ANSWERED = frozenset({"ok", "partial", "failed"})

_STATES = {"ok": State.DONE, "partial": State.PARTIAL, "failed": State.FAILED}

_ORDERS = {"listed": "added", "unsure": "confidence"}


class SessionSource(ReviewSource):
    """A session of a batch run. Undo goes through all of its decisions, also those of earlier days.

    Keys are the numbers of its specimens, negative, so that they are none of the list's.

    Raises:
        SessionError: if the file cannot be used, or is in use elsewhere.
    """

    def __init__(self, path: Path, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path = path
        self._jobs = jobs
        self._closed = False
        self._database = Database(path)
        # Batch runs call all their sessions the same; their folder tells them apart.
        self.title = path.parent.name if path.stem == "session" else path.stem
        self.origin = origin_of(self._database)
        root = self._database.fact("root")
        self._root = Path(root) if root else None
        self._rows: OrderedDict[int, Row] = OrderedDict()
        self._told = ""

    def close(self) -> None:
        """Lets others write the file."""
        self._closed = True
        self._rows.clear()
        self._database.close()

    # -- asking --------------------------------------------------------------------------------

    def keys(self, which: str, order: str) -> list[int]:
        wanted = {
            "open": [queries.Filter(states=ANSWERED, decided=frozenset({"open"}))],
            "skip": [queries.Filter(states=ANSWERED, decided=frozenset({"skip"}))],
            "all": [queries.Filter(states=ANSWERED)],
            "look": _look(),
        }[which]
        by = _ORDERS[order]
        if len(wanted) == 1:
            return [-number for number in queries.numbers(self._database, wanted[0], by)]
        found = {number for one in wanted for number in queries.numbers(self._database, one)}
        open_ones = queries.Filter(states=ANSWERED, decided=frozenset({"open"}))
        return [-number for number in queries.numbers(self._database, open_ones, by) if number in found]

    def ask(self, which: str, order: str, tell: Callable[[list[int]], None]) -> None:
        job = self._jobs.make("pictures", "look through session", lambda _: self._keys(which, order))
        job.done.connect(tell)
        job.failed.connect(self._on_failed)
        self._jobs.run(job)

    def _keys(self, which: str, order: str) -> list[int]:
        """As `keys`, in a worker; nobody waits for it any more once the session is closed."""
        try:
            return self.keys(which, order)
        except sqlite3.ProgrammingError:
            if self._closed:
                return []
            raise

    def _on_failed(self, error: SessionError) -> None:
        if error.message != self._told:  # a drive that is gone is asked again with each key
            self._told = error.message
            self.failed.emit(translated(error.message))

    def _tried(self, read: Callable[[], T], instead: T) -> T:
        """What is read while the window is drawn; where it cannot be, that is told and nothing is there."""
        try:
            return read()
        except SessionError as error:
            self._on_failed(error)
            return instead

    def has_rows(self) -> bool:
        answered = queries.Filter(states=ANSWERED)
        return self._tried(lambda: bool(queries.page(self._database, answered, limit=1)), False)

    def row(self, key: int) -> Row | None:
        if key in self._rows:
            self._rows.move_to_end(key)
            return self._rows[key]
        return self._tried(lambda: self._read(key), None)

    def _read(self, key: int) -> Row | None:
        stored = specimens.get(self._database, -key)
        if stored is None:
            return None
        row = Row(key, recorded.specimen_of(stored, self._root))
        record = specimens.record_of(self._database, -key)
        if record is not None:
            row.result = recorded.identification_of(record, row.specimen)
            row.state = _STATES[row.result.status]
        self._read_decision(row)
        self._rows[key] = row
        while len(self._rows) > KEPT:
            self._rows.popitem(last=False)
        return row

    def _read_decision(self, row: Row) -> None:
        row.decision = restored(decisions.current(self._database, -row.key))
        row.note = "\n".join(decisions.notes(self._database, -row.key))

    def decided(self, keys: Sequence[int]) -> set[int]:
        found = self._current_of(keys)
        return {-number for number, one in found.items() if one.action != "skip"}

    def kinds(self, keys: Sequence[int]) -> Counter[str]:
        found = self._current_of(keys)
        kinds = Counter("name" if one.action == "choose" else one.action for one in found.values())
        kinds["open"] = len(keys) - len(found)
        return kinds

    def _current_of(self, keys: Sequence[int]) -> dict[int, decisions.Decision]:
        return self._tried(lambda: decisions.current_of(self._database, [-key for key in keys]), {})

    # -- deciding ------------------------------------------------------------------------------

    def decide(self, key: int, decision: Decision) -> None:
        decisions.decide(
            self._database, -key, decision.action, decision.name, decision.rank, decision.processid
        )
        self._read_again(-key)

    def undo(self) -> None:
        taken = decisions.undo(self._database)
        if taken is not None:
            self._read_again(taken.specimen_id)

    def redo(self) -> None:
        made = decisions.redo(self._database)
        if made is not None:
            self._read_again(made.specimen_id)

    def undo_text(self) -> str | None:
        return tr("decision") if self._tried(lambda: decisions.can_undo(self._database), False) else None

    def redo_text(self) -> str | None:
        return tr("decision") if self._tried(lambda: decisions.can_redo(self._database), False) else None

    def _read_again(self, number: int) -> None:
        if -number in self._rows:
            self._read_decision(self._rows[-number])
        self.changed.emit([-number])
        self.undo_changed.emit()


def _look() -> list[queries.Filter]:
    """What `review_sources.needs_look` says of rows, as questions to the file."""
    opened = frozenset({"open"})
    return [
        queries.Filter(decided=opened, states=ANSWERED, conflict=True),
        queries.Filter(decided=opened, states=ANSWERED, novelty=frozenset({"new_species", "unlike_library"})),
        queries.Filter(decided=opened, states=ANSWERED, ranks=frozenset({None})),
        queries.Filter(decided=opened, states=frozenset({"partial", "failed"})),
    ]
