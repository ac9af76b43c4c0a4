"""The list of specimens as a session on the disk: kept while people work, there again at the next start.

Whatever changes in the list is written in a worker, a moment later, each change once. A killed window
loses at most that moment. A second window gets a session of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from bioscan_desktop.core.errors import SessionError
from bioscan_desktop.ui.deciding import restored
from bioscan_desktop.ui.jobs import Reporter
from bioscan_desktop.ui.kept_history import restore, steps_of
from bioscan_desktop.ui.models.specimens import Row, State
from bioscan_desktop.ui.restricting import Limits
from bioscan_desktop.ui.sentences import translated
from bioscan_desktop.ui.session_files import (
    Recent,
    delete,
    find_recent,
    is_empty,
    open_again,
    open_latest,
    open_new,
    open_path,
)
from bioscan_desktop.ui.session_writing import Kept, Writing, kept_of, write
from bioscan_desktop.ui.translating import tr
from bioscan_desktop.ui.turns import keep_for_good

if TYPE_CHECKING:
    from bioscan_desktop.services.identify import Identifier
    from bioscan_desktop.session.database import Database
    from bioscan_desktop.ui.workbench import Workbench

T = TypeVar("T")
log = logging.getLogger("bioscan.session")

CHUNK = 100
"""Rows that are read at a time when a session is opened."""

MANY = 3000
"""Rows from which on a session is a large one."""

RETRY_MS = 10_000
"""After a failure to write, such as on a full disk."""

Opening = Callable[[], "tuple[Database, str]"]
"""Opens a session in a worker; the text is a sentence for the user, or ""."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a session says beside its rows, read before them."""

    is_empty: bool
    limits: dict[str, Any] | None
    history: list[dict[str, Any]]


class SessionLink(QObject):
    """Keeps the rows of a workbench in a session.

    Args:
        folder: of the sessions.

    Signals:
        restored: how many rows came back.
        trouble: a sentence; the list itself is unharmed.
        changed: another session is open, or it has another name.
        saved: what was changed is on the disk.
    """

    restored = Signal(int)
    trouble = Signal(str)
    changed = Signal()
    saved = Signal()

    def __init__(self, bench: Workbench, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.bench, self._folder = bench, folder
        self._database: Database | None = None
        self._opened: list[Database] = []  # by a worker; what is in it has to be closed
        self._run: tuple[object, int] | None = None  # (identifier, number of its run)
        self._numbers: dict[int, int] = {}
        self._kept: dict[int, Kept] = {}
        self._dirty: set[int] = set()
        self._removed: dict[int, int] = {}
        self._writing: Writing | None = None
        self._busy = False  # rows come from the session itself, or go with it
        self._next: Opening | None = None
        self._changed: set[str] = set()  # of `name`, `limits`, `history`
        self._read_facts: _Facts | None = None
        self._earlier: list[dict[str, Any]] = []  # what could be taken back before this start
        self._told = ""
        self.name = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.save)
        model = bench.model
        model.came.connect(self._on_came)
        model.leaving.connect(self._on_leaving)
        bench.results_changed.connect(self._note)
        bench.limits_changed.connect(partial(self._note_other, "limits"))
        bench.undo_stack.indexChanged.connect(lambda _: self._note_other("history"))
        bench.jobs.stopped.connect(self.close)

    @property
    def database(self) -> Database | None:
        """The open session."""
        return self._database

    def keys_of(self, by_number: Mapping[int, T]) -> dict[int, T]:
        """By the keys of the rows what is given by the numbers of their specimens."""
        return {key: by_number[number] for key, number in self._numbers.items() if number in by_number}

    def accept(self, keys: Iterable[int]) -> None:
        """Takes rows as they are for what is on the disk, where someone else has written it."""
        for key in keys:
            row = self.bench.model.find(key)
            # With changes that are still to be written it is written anew, or they would be lost.
            unsaved = key in self._dirty or (self._writing is not None and key in self._writing.rows)
            if row is not None and key in self._kept and not unsaved:
                self._kept[key] = kept_of(row)

    @property
    def path(self) -> Path | None:
        """Of the open session."""
        return self._database.path if self._database is not None else None

    # -- opening -------------------------------------------------------------------------------

    def begin(self) -> None:
        """Opens the session that was used last, or a new one."""
        self._start(partial(open_latest, self._folder))

    def new(self) -> None:
        """Begins an empty session; the one that was open stays on the disk."""
        self._change(partial(open_new, self._folder))

    def open(self, path: Path) -> None:
        """Opens another session in the place of this one."""
        self._change(partial(open_path, path))

    def rename(self, name: str) -> None:
        """Gives the session a name for people; its file stays where it is."""
        name = " ".join(name.split())
        if self._database is not None and name and name != self.name:
            self.name = name
            self._note_other("name")
            self.changed.emit()

    def recent(self, tell: Callable[[list[Recent]], None]) -> None:
        """Finds the sessions that can be opened, in a worker; the latest first."""
        job = self.bench.jobs.make(
            "session", "recent sessions", partial(find_recent, self._folder, self.path)
        )
        job.done.connect(tell)
        self.bench.jobs.run(job)

    def _start(self, opening: Opening, instead: Opening | None = None) -> None:
        """Opens a session in a worker.

        Args:
            instead: what is opened if it cannot be, so that the list is kept in any case.
        """
        opened: list[Database] = []
        self._opened = opened
        job = self.bench.jobs.make("session", "open session", partial(_read, opening, opened))
        job.items.connect(self._on_read)
        job.done.connect(partial(self._on_opened, opened))
        job.failed.connect(lambda error: self.trouble.emit(translated(error.message)))
        job.failed.connect(lambda _: self._on_not_opened(opened, instead))
        job.crashed.connect(lambda _: self._on_not_opened(opened, instead))
        self.bench.jobs.run(job)

    def _on_not_opened(self, opened: list[Database], instead: Opening | None) -> None:
        if opened is not self._opened:
            return
        if opened:  # some of it could not be read: what could is kept in a session of its own
            opened.pop().close()
            instead, self._read_facts = partial(open_new, self._folder), None
            self._numbers, self._kept = {}, {}
        if instead is not None:
            self._start(instead)

    def _on_read(self, chunks: list[_Facts | list[tuple[int, Kept]]]) -> None:
        """Rows of the session join the list; those without an answer are identified."""
        rows = []
        for chunk in chunks:
            if isinstance(chunk, _Facts):
                self._read_facts = chunk
                limits = Limits.of(chunk.limits)
                # A new session takes over what is in force.
                if (chunk.limits is not None or not chunk.is_empty) and limits != self.bench.limits:
                    self.bench.restrict(limits)
                continue
            for number, kept in chunk:
                row = self.bench.model.new_row(kept.specimen)
                row.decision, row.note = kept.decision, kept.note
                row.state = State.STOPPED
                if kept.result is not None:
                    row.take(kept.result)
                self._numbers[row.key], self._kept[row.key] = number, kept
                rows.append(row)
        self._busy = True
        self.bench.model.append(rows)
        self._busy = False
        if len(self._numbers) > MANY:
            keep_for_good()
        self.bench.identify_again([row.key for row in rows if row.state is State.STOPPED])

    def _on_opened(self, opened: list[Database], found: tuple[int, str, str]) -> None:
        count, self.name, sentence = found
        if opened is not self._opened:
            return  # another one was asked for meanwhile
        self._database = opened[0]
        self._bring_history_back()
        self._dirty.update(row.key for row in self.bench.model.rows if row.key not in self._numbers)
        if sentence:
            self.trouble.emit(translated(sentence))
        self.changed.emit()
        self.restored.emit(count)
        self.save()

    def _bring_history_back(self) -> None:
        kept = self._read_facts.history if self._read_facts is not None else []
        self._read_facts = None
        bench, self._earlier = self.bench, []
        if bench.undo_stack.count():
            # Something was changed meanwhile; what is older is there again at the next start.
            self._earlier = [one for one in kept if one["counts"]]
        elif kept:
            keys = {number: key for key, number in self._numbers.items()}
            restore(bench.undo_stack, bench.model, kept, keys, bench.on_said)

    def _change(self, opening: Opening) -> None:
        """Writes what is left, empties the list, and opens another session."""
        self.bench.cancel()
        if self._writing is not None:
            self._next = opening  # when that is on the disk
            return
        error = self._write_left()
        if error is not None:  # what is in the list is nowhere else
            self._told = ""
            self._on_not_saved(error)
            self._timer.start(RETRY_MS)
            return
        before = self.path
        self.close()
        self._busy = True
        self.bench.model.remove([row.key for row in self.bench.model.rows])
        self._busy = False
        self.bench.undo_stack.clear()
        self.bench.work_changed.emit()
        self._start(opening, partial(open_again, before, self._folder))

    # -- keeping up ----------------------------------------------------------------------------

    def _on_came(self, rows: list[Row]) -> None:
        if not self._busy:
            self._note(row.key for row in rows)

    def _on_leaving(self, rows: list[Row]) -> None:
        if self._busy:
            return
        for row in rows:
            self._dirty.discard(row.key)
            if row.key in self._numbers:
                self._removed[row.key] = self._numbers.pop(row.key)
                self._kept.pop(row.key, None)
        self._timer.start(0)

    def _note(self, keys: Iterable[int]) -> None:
        self._dirty.update(keys)
        self._timer.start(0)

    def _note_other(self, what: str) -> None:
        self._changed.add(what)
        self._timer.start(0)

    def save(self) -> None:
        """Writes what has changed, in a worker; what changes meanwhile follows."""
        database = self._database
        if database is None or self._writing is not None:
            return
        writing = self._collect()
        if writing is None:
            return
        self._writing, identifier = writing, self._identifier()
        job = self.bench.jobs.make(
            "session", "save session", lambda _: self._write_to(database, writing, identifier)
        )
        job.failed.connect(self._on_not_saved)
        job.ended.connect(partial(self._on_saved, writing))
        self.bench.jobs.run(job)

    def _collect(self) -> Writing | None:
        """What has changed since it was written last."""
        rows: dict[int, tuple[Kept, Kept | None]] = {}
        for key in self._dirty:
            row = self.bench.model.find(key)
            if row is not None:
                now, before = kept_of(row), self._kept.get(key)
                if before is None or not now.is_same(before):
                    rows[key] = (now, before)
        self._dirty.clear()
        # A row that was taken out and put back by Undo before that was written is a new one.
        removed, self._removed = list(self._removed.values()), {}
        changed, self._changed = self._changed, set()
        if not rows and not removed and not changed:
            return None
        writing = Writing(rows, removed, {}, earlier=self._earlier)
        if "name" in changed:
            writing.facts["name"] = self.name
        if "limits" in changed:
            writing.facts["limits"] = self.bench.limits.to_dict()
        if "history" in changed:
            writing.steps = steps_of(self.bench.undo_stack)
        wanted = {*rows, *(step.key for step in writing.steps or ())}
        writing.numbers = {key: self._numbers[key] for key in wanted if key in self._numbers}
        return writing

    def _identifier(self) -> Identifier | None:
        engine = self.bench.engine
        return engine.identifier if engine is not None else None

    def _write_to(self, database: Database, writing: Writing, identifier: Identifier | None) -> None:
        """Runs in a worker; what it reports is in `writing`, since nobody hears a worker after the end."""
        with writing.guard:
            # Not before: a run that could not be written is none to refer to.
            self._run = write(database, writing, identifier, self.bench.top_k, self._run)
            writing.done = True

    def _on_saved(self, writing: Writing) -> None:
        if self._writing is not writing:
            return  # closed meanwhile
        self._writing = None
        self._take(writing)
        self.saved.emit()
        following, self._next = self._next, None
        if following is not None:
            self._change(following)
        elif not writing.done:
            self._timer.start(RETRY_MS)
        else:
            self._told = ""
            if self._dirty or self._removed or self._changed:
                self.save()

    def _take(self, writing: Writing) -> None:
        """Remembers what is on the disk now; what is not there goes back to what has to be written."""
        if not writing.done:
            self._dirty.update(writing.rows)
            self._changed |= {"history"} if writing.steps is not None else set()
            self._changed |= writing.facts.keys()
            self._removed.update({-number: number for number in writing.removed})
            return
        for key, (now, _) in writing.rows.items():
            if self.bench.model.find(key) is None:  # taken out meanwhile
                self._removed[key] = writing.numbers[key]
            elif key in self._removed:  # and put back: a new one, as in `_collect`
                self._dirty.add(key)
            else:
                self._numbers[key], self._kept[key] = writing.numbers[key], now

    def _on_not_saved(self, error: SessionError) -> None:
        if error.message != self._told:
            self._told = error.message
            then = tr("Until then the list is kept in memory only.")
            self.trouble.emit(f"{translated(error.message)} {then}")

    def close(self) -> None:
        """Writes what is left and lets others open the session. An empty one leaves no file."""
        self._timer.stop()
        writing, self._writing = self._writing, None
        if writing is not None:
            with writing.guard:  # a long one goes on after the patience with workers has ended
                self._take(writing)
        error = self._write_left()
        if error is not None:
            log.error("The session cannot be saved: %s", error.message)
        database, self._database = self._database, None
        empty = database is not None and error is None and is_empty(database)
        for one in self._opened:
            one.close()
        if database is not None and empty:
            delete(database.path)
        self._opened, self._run, self._changed, self._earlier = [], None, set(), []
        self._numbers, self._kept, self._dirty, self._removed = {}, {}, set(), {}

    def _write_left(self) -> SessionError | None:
        """Writes in the window's thread what is left; returns why it cannot be."""
        database = self._database
        left = self._collect() if database is not None else None
        if database is None or left is None:
            return None
        error = None
        try:
            self._write_to(database, left, self._identifier())
        except SessionError as problem:
            error = problem
        self._take(left)
        return error


def _read(opening: Opening, opened: list[Database], reporter: Reporter) -> tuple[int, str, str]:
    """Opens a session and hands over its rows in chunks; returns their number, its name, and a sentence."""
    from bioscan_desktop.session import queries
    from bioscan_desktop.session.backups import due

    database, sentence = opening()
    opened.append(database)
    numbers = queries.numbers(database)
    if len(numbers) and due(database.path):
        try:
            database.backup()
        except SessionError as error:  # such as no room: the session itself can be used
            sentence = sentence or error.message
    root = database.fact("root")
    reporter.item(_Facts(not len(numbers), database.fact("limits"), database.fact("history", [])))
    for start in range(0, len(numbers), CHUNK):
        reporter.cancel.check()
        part = numbers[start : start + CHUNK]
        reporter.item(list(_rows(database, part, Path(root) if root else None)))
    return len(numbers), database.fact("name", database.path.stem), sentence


def _rows(database: Database, numbers: Sequence[int], root: Path | None) -> Iterator[tuple[int, Kept]]:
    from bioscan_desktop.services import recorded
    from bioscan_desktop.session import decisions, queries, specimens

    waiting = {row.specimen_id for row in queries.rows_of(database, numbers) if row.state == "waiting"}
    decided = decisions.current_of(database, numbers)
    notes = decisions.latest_notes(database, numbers)
    for number in numbers:
        stored = specimens.get(database, number)
        if stored is None:
            continue
        specimen = recorded.specimen_of(stored, root)
        record = None if number in waiting else specimens.record_of(database, number)
        result = recorded.identification_of(record, specimen) if record is not None else None
        yield number, Kept(specimen, result, restored(decided.get(number)), notes.get(number, ""))
