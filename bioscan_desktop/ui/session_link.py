"""The list of specimens as a session on the disk: kept while people work, there again at the next start.

Whatever changes in the list is written in a worker, a moment later, each change once. A killed window
loses at most that moment. A second window gets a session of its own.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from bioscan_desktop.core.errors import SessionError
from bioscan_desktop.services.export.collecting_choice import CollectingChoice
from bioscan_desktop.ui.kept_history import Found, restore, steps_of
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
from bioscan_desktop.ui.session_reading import Facts, Opening, SetAside, read
from bioscan_desktop.ui.session_writing import Kept, Writing, kept_of, write
from bioscan_desktop.ui.translating import tr
from bioscan_desktop.ui.turns import TURN_S, keep_for_good

if TYPE_CHECKING:
    from bioscan_desktop.services.identify import Identifier
    from bioscan_desktop.session.database import Database
    from bioscan_desktop.session.history import Step as KeptStep
    from bioscan_desktop.ui.workbench import Workbench

T = TypeVar("T")
log = logging.getLogger("bioscan.session")

MANY = 3000
"""Rows from which on a session is a large one."""

RETRY_MS = 10_000
"""After a failure to write, such as on a full disk."""


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
        self._dirty: set[int] = set()  # to be compared with what is on the disk
        self._ready: dict[int, tuple[Kept, Kept | None]] = {}  # were compared, and are to be written
        self._moved: set[int] = set()  # have left the list, or are in it again
        self._left: dict[int, Row] = {}  # are not in the list
        self._aside: set[int] = set()  # nor in that on the disk
        self._writing: Writing | None = None
        self._busy = False  # rows come from the session itself, or go with it
        self._next: Opening | None = None
        self._changed: set[str] = set()  # of `name`, `limits`, `collecting`, `history`
        self._read_aside: dict[int, Kept] = {}
        self._earlier: frozenset[int] = frozenset()  # steps of before this start that are not on the stack
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
        bench.collecting.changed.connect(partial(self._note_other, "collecting"))
        bench.undo_stack.indexChanged.connect(lambda _: self._note_other("history"))
        # At once, and not after the last worker has ended: the system may not wait that long.
        bench.jobs.stopping.connect(self._write_rest)
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
            unsaved = key in self._dirty or key in self._ready
            unsaved = unsaved or (self._writing is not None and key in self._writing.rows)
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
        job = self.bench.jobs.make("session", "open session", partial(read, opening, opened))
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
            instead = partial(open_new, self._folder)
            self._numbers, self._kept, self._read_aside = {}, {}, {}
        if instead is not None:
            self._start(instead)

    def _on_read(self, chunks: list[Facts | SetAside | list[tuple[int, Kept]]]) -> None:
        """Rows of the session join the list; those without an answer are identified."""
        rows = []
        for chunk in chunks:
            if isinstance(chunk, Facts):
                limits = Limits.of(chunk.limits)
                # A new session takes over what is in force.
                if (chunk.limits is not None or not chunk.is_empty) and limits != self.bench.limits:
                    self.bench.restrict(limits)
                self._take_over(chunk)
            elif isinstance(chunk, SetAside):
                self._read_aside.update(chunk.kept)
            else:
                rows += [self._row(number, kept) for number, kept in chunk]
        for row in rows:
            if row.result is None:
                row.state = State.STOPPED
        self._busy = True
        self.bench.model.append(rows)
        self._busy = False
        if len(self._numbers) > MANY:
            keep_for_good()
        self.bench.identify_again([row.key for row in rows if row.state is State.STOPPED])

    def _take_over(self, facts: Facts) -> None:
        """What the session says of the collecting; a new one goes on as before, without the sheet."""
        collecting = self.bench.collecting
        if facts.collecting is not None or not facts.is_empty:
            collecting.choose(facts.collecting or CollectingChoice())
            self._changed.discard("collecting")
        else:
            collecting.choose(replace(collecting.choice, sheet=None, copy=b""))
            if collecting.choice:
                self._note_other("collecting")

    def _row(self, number: int, kept: Kept) -> Row:
        row = self.bench.model.new_row(kept.specimen)
        kept.put_into(row)
        self._numbers[row.key], self._kept[row.key] = number, kept
        return row

    def _on_opened(self, opened: list[Database], found: tuple[int, str, str, list[KeptStep]]) -> None:
        count, self.name, sentence, steps = found
        if opened is not self._opened:
            return  # another one was asked for meanwhile
        self._database = opened[0]
        self._bring_history_back(steps)
        self._dirty.update(self.bench.model.keys - self._numbers.keys())
        if sentence:
            self.trouble.emit(translated(sentence))
        self.changed.emit()
        self.restored.emit(count)
        self.save()

    def _bring_history_back(self, steps: list[KeptStep]) -> None:
        aside, self._read_aside = self._read_aside, {}
        bench, self._earlier = self.bench, frozenset()
        if bench.undo_stack.count():
            # Something was changed meanwhile; what is older is there again at the next start.
            self._changed.add("history")
            self._earlier = frozenset(one.step_id for one in steps if one.counts and one.step_id is not None)
        elif steps:
            rows = {number: row for key, number in self._numbers.items() if (row := bench.model.find(key))}
            contents = {row.other for step in steps for row in step.rows}
            for number in aside.keys() - contents:
                row = rows[number] = self._row(number, aside[number])
                self._left[row.key] = row
            self._aside = set(self._left)
            snapshots = {number: aside[number].snapshot for number in aside.keys() & contents}
            found = Found(rows, snapshots)
            restore(bench.undo_stack, bench.model, steps, found, bench.on_said, bench.on_edited, bench.edits)

    def _change(self, opening: Opening) -> None:
        """Writes what is left, empties the list, and opens another session."""
        self.bench.cancel()
        self.bench.edits.finish()
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
        self.bench.model.take_out(list(enumerate(self.bench.model.rows)))
        self._busy = False
        self.bench.undo_stack.clear()
        self.bench.work_changed.emit()
        self._start(opening, partial(open_again, before, self._folder))

    # -- keeping up ----------------------------------------------------------------------------

    @property
    def is_behind(self) -> bool:
        """True while there is something that is not on the disk yet."""
        waits = self._dirty or self._ready or self._moved or self._changed or self._timer.isActive()
        return self._writing is not None or bool(waits)

    def _on_came(self, rows: list[Row]) -> None:
        if self._busy:
            return
        keys = {row.key for row in rows}
        self._dirty |= keys - self._numbers.keys()
        self._moved |= keys & self._left.keys()
        for key in keys & self._left.keys():
            del self._left[key]
        self._timer.start(0)

    def _on_leaving(self, rows: list[Row]) -> None:
        if self._busy:
            return
        left = {row.key: row for row in rows}
        self._left |= left
        self._moved |= left.keys()
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
        if database is None or self._writing is not None or self.bench.edits.is_busy:
            return  # half an edit is not written; its end asks again
        if not self._compare(time.perf_counter() + TURN_S):
            self._timer.start(0)  # the window has its turn
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

    def _compare(self, end: float = math.inf) -> bool:
        """Finds out what is other than on the disk; False if there was no time for all of it."""
        find, dirty = self.bench.model.find, self._dirty
        while dirty:
            key = dirty.pop()
            row, before = find(key) or self._left.get(key), self._kept.get(key)
            if row is None or (before is not None and before.is_of(row)):
                self._ready.pop(key, None)
            else:
                self._ready[key] = (kept_of(row), before)
            if time.perf_counter() > end:
                break
        return not dirty

    def _collect(self) -> Writing | None:
        """What has changed since it was written last, all of which was compared."""
        rows, self._ready = self._ready, {}
        listed, moved, self._moved = self.bench.model.keys, self._moved, set()
        changed, self._changed = self._changed, set()
        gone = (moved - listed) - self._aside
        back = {key: self._kept[key] for key in moved & listed & self._aside}
        if not rows and not gone and not back and not changed:
            return None
        writing = Writing(rows, gone, back, {}, self._numbers.copy(), earlier=self._earlier)
        if "name" in changed:
            writing.facts["name"] = self.name
        if "limits" in changed:
            writing.facts["limits"] = self.bench.limits.to_dict()
        if "collecting" in changed:
            writing.collecting = self.bench.collecting.choice
        if "history" in changed or gone or back:
            writing.steps = steps_of(self.bench.undo_stack)
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
            if self._dirty or self._moved or self._changed:
                self.save()

    def _take(self, writing: Writing) -> None:
        """Remembers what is on the disk now; what is not there goes back to what has to be written."""
        if not writing.done:
            self._dirty.update(writing.rows)
            self._moved |= writing.gone | writing.back.keys()
            self._changed |= {"history"} if writing.steps is not None else set()
            self._changed |= writing.facts.keys()
            self._changed |= {"collecting"} if writing.collecting is not None else set()
            return
        for key, (now, _) in writing.rows.items():
            self._numbers[key], self._kept[key] = writing.numbers[key], now
        self._aside = (self._aside | writing.gone) - writing.back.keys()
        for step in writing.steps or ():
            step.command.step_id, step.command.kept_as = step.step_id, step.stands
        lost = set(writing.lost)
        for key in [key for key in self._aside if self._numbers[key] in lost] if lost else ():
            self._aside.discard(key)
            self._moved.discard(key)
            if key in self._left:  # else it is in the list again, and will be a new one
                del self._left[key]
            else:
                self._dirty.add(key)
            del self._numbers[key], self._kept[key]

    def _on_not_saved(self, error: SessionError) -> None:
        if error.message != self._told:
            self._told = error.message
            then = tr("Until then the list is kept in memory only.")
            self.trouble.emit(f"{translated(error.message)} {then}")

    def close(self) -> None:
        """Writes what is left and lets others open the session. An empty one leaves no file."""
        error = self._write_rest()
        database, self._database = self._database, None
        empty = database is not None and error is None and is_empty(database)
        for one in self._opened:
            one.close()
        if database is not None and empty:
            delete(database.path)
        self._opened, self._run, self._changed, self._earlier = [], None, set(), frozenset()
        self._numbers, self._kept, self._dirty, self._ready = {}, {}, set(), {}
        self._moved, self._left, self._aside, self._read_aside = set(), {}, set(), {}

    def _write_rest(self) -> SessionError | None:
        """Writes what is left, after what a worker is writing; returns why it cannot be."""
        self._timer.stop()
        writing, self._writing = self._writing, None
        if writing is not None:
            with writing.guard:  # a long one goes on after the patience with workers has ended
                self._take(writing)
        error = self._write_left()
        if error is not None:
            log.error("The session cannot be saved: %s", error.message)
        return error

    def _write_left(self) -> SessionError | None:
        """Writes in the window's thread what is left; returns why it cannot be."""
        database = self._database
        if database is None:
            return None
        self.bench.edits.finish()
        self._compare()
        left = self._collect()
        if left is None:
            return None
        error = None
        try:
            self._write_to(database, left, self._identifier())
        except SessionError as problem:
            error = problem
        self._take(left)
        return error
