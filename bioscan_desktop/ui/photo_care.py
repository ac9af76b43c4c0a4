"""The photos of the open session: their contents are remembered, and moved ones are found again by them."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from bioscan_desktop.services.tasks import Progress
from bioscan_desktop.ui.jobs import Job, Reporter

if TYPE_CHECKING:
    from bioscan_desktop.services.specimens import Specimen
    from bioscan_desktop.session.database import Database
    from bioscan_desktop.ui.models.specimens import Row
    from bioscan_desktop.ui.session_link import SessionLink
    from bioscan_desktop.ui.workbench import Workbench

AT_A_TIME = 20
"""Photos whose content is read in one go, after which others have their turn."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Photos that are not where the session says.

    Attributes:
        photos: their paths, by the specimens' numbers; of several of a specimen the last.
        unknown: numbers of those whose content was never read, so that it cannot be recognized.
        total: specimens of the session with photos.
    """

    photos: dict[int, str]
    unknown: frozenset[int]
    total: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a look through a folder came to.

    Attributes:
        places: of all photos of a specimen, by the specimens' numbers; None for a pasted picture.
        lost: what is still not there.
        files: that were looked at.
    """

    places: dict[int, list[Path | None]]
    lost: Lost
    files: int


class PhotoCare(QObject):
    """Works on the session of a link, whichever is open."""

    def __init__(self, bench: Workbench, link: SessionLink) -> None:
        super().__init__(link)
        self._bench, self._link = bench, link
        self._reading: Job | None = None
        self._of: Database | None = None
        self._last = 0
        link.saved.connect(self._read_on)
        link.changed.connect(self._read_on)

    # -- remembering ---------------------------------------------------------------------------

    def _read_on(self) -> None:
        """Reads the contents of photos that came into the session, a few at a time."""
        database = self._link.database
        if database is not self._of:
            if self._reading is not None:
                self._reading.cancel()
            self._reading, self._of, self._last = None, database, 0
        if database is None or self._reading is not None:
            return
        job = self._bench.jobs.make("pictures", "read photos", partial(_read, database, self._last))
        job.done.connect(partial(self._on_read, job))
        job.ended.connect(partial(self._on_ended, job))
        self._reading = self._bench.jobs.run(job)

    def _on_read(self, job: Job, last: int) -> None:
        if job is not self._reading:
            return  # of the session that was open before
        self._reading = None
        if last > self._last:
            self._last = last
            self._read_on()

    def _on_ended(self, job: Job) -> None:
        if job is self._reading:
            self._reading = None

    # -- finding again -------------------------------------------------------------------------

    def look(self) -> Job | None:
        """A job, not started yet, that finds a `Lost`; None while no session is open."""
        database = self._link.database
        if database is None:
            return None
        return self._bench.jobs.make("library", "missing photos", partial(_missing, database))

    def find_in(self, folder: Path) -> Job | None:
        """A job, not started yet, that looks through a folder for a `Found`, and keeps new places."""
        database = self._link.database
        if database is None:
            return None
        job = self._bench.jobs.make("library", "find photos", partial(_find, database, folder))
        job.done.connect(partial(self._take, database))
        return job

    def run(self, job: Job) -> None:
        """Starts a job of `look` or `find_in`."""
        self._bench.jobs.run(job)

    def _take(self, database: Database, found: Found) -> None:
        """The list shows the photos at their new places. Answers stay: it is the same photo."""
        if database is not self._link.database or not found.places:
            return
        keys = []
        for key, paths in self._link.keys_of(found.places).items():
            row = self._bench.model.find(key)
            if row is not None:
                _move(row, paths)
                self._bench.pictures.forget(key)
                keys.append(key)
        self._link.accept(keys)
        self._bench.model.touch(keys)
        self._bench.results_changed.emit(keys)


def _move(row: Row, paths: Sequence[Path | None]) -> None:
    """Photos of a row have these places now; None for a pasted picture, which stays."""

    def moved(photos: Sequence[Specimen]) -> list[Specimen]:
        return [
            replace(one, photo=path) if path is not None else one
            for one, path in zip(photos, paths, strict=False)
        ]

    first, *more = moved((row.specimen, *row.specimen.more))
    row.specimen = replace(first, more=tuple(more))
    if row.result is not None:
        row.result = replace(row.result, specimen=row.specimen)
    if row.parts is not None:
        row.parts = (*moved(row.parts[: len(paths)]), *row.parts[len(paths) :])


def _read(database: Database, after: int, reporter: Reporter) -> int:
    """Runs in a worker; returns the last number that was looked at."""
    from bioscan_desktop.session import photos

    try:
        found = photos.unread(database, after, AT_A_TIME)
        root = _root(database)
        known = []
        for number, photo in found:
            reporter.cancel.check()
            try:
                known.append((number, photo, photos.read_facts(photos.absolute(photo, root))))
            except OSError:
                continue  # it is not there, or cannot be read: its answer says so
        photos.remember(database, known)
    except sqlite3.ProgrammingError:
        return after  # the session was closed meanwhile
    return found[-1][0] if found else after


def _root(database: Database) -> Path | None:
    root = database.fact("root")
    return Path(root) if root else None


def _paths(database: Database, number: int, root: Path | None) -> list[Path | None]:
    """Where the photos of a specimen are; None for a pasted picture."""
    from bioscan_desktop.session import photos, specimens

    stored = specimens.get(database, number)
    names = [stored.photo, *(one.photo for one in stored.more)] if stored is not None else []
    return [photos.absolute(name, root) if name is not None else None for name in names]


def _missing(database: Database, _: Reporter) -> Lost:
    """Runs in a worker."""
    from bioscan_desktop.session import photos

    lost = dict(photos.missing_photos(database, _root(database)))
    unread = {number for number, _ in photos.unread(database, 0, -1)}
    total = int(database.value("SELECT count(*) FROM specimens WHERE photo IS NOT NULL"))
    return Lost(lost, frozenset(unread & lost.keys()), total)


def _find(database: Database, folder: Path, reporter: Reporter) -> Found:
    """Runs in a worker. What was found is kept at once, in one change; stopping changes nothing."""
    from bioscan_desktop.session import photos

    before, root, files = _missing(database, reporter), _root(database), 0

    def candidates() -> Iterator[Path]:
        nonlocal files
        for parent, folders, names in os.walk(folder):
            folders.sort()
            for name in sorted(names):
                files += 1
                if files % 20 == 0:
                    reporter.progress(Progress(files, None, name))
                yield Path(parent, name)

    photos.relink(database, root, candidates(), check=reporter.cancel.check)
    after = _missing(database, reporter)
    numbers = {number for number, photo in before.photos.items() if after.photos.get(number) != photo}
    places = {number: _paths(database, number, root) for number in numbers}
    return Found(places, after, files)
