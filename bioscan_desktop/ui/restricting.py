"""Which part of the open library may answer; the part of the workbench that restricts it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from bioscan_desktop.core.errors import BioscanError
from bioscan_desktop.ui.jobs import Job, Jobs, Reporter
from bioscan_desktop.ui.open_packs import OpenPacks
from bioscan_desktop.ui.sentences import translated
from bioscan_desktop.ui.translating import tr

if TYPE_CHECKING:
    from bioscan_desktop.library.restriction import Restriction
    from bioscan_desktop.services.identify import Identifier


@dataclass(frozen=True, slots=True)
class Limits:
    """What the user restricts the answers to.

    Attributes:
        countries: as the library spells them.
        taxa: names that were typed.
        listed: names of a file, and `file` what that is called; "" without one.
    """

    countries: tuple[str, ...] = ()
    taxa: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    file: str = ""

    def __bool__(self) -> bool:
        return bool(self.countries or self.names)

    @property
    def names(self) -> tuple[str, ...]:
        """All names that may answer."""
        return (*self.taxa, *self.listed)

    @property
    def title(self) -> str:
        """In a few words: `Finland`, or `moths.txt from Finland, Norway`."""
        what = ", ".join([*self.taxa, *([self.file] if self.file else [])])
        where = ", ".join(self.countries)
        return tr("{what} from {where}").format(what=what, where=where) if what and where else what or where

    @classmethod
    def of(cls, kept: Mapping[str, Any] | None) -> Limits:
        """As a session keeps them; what it does not know is left out."""
        kept = kept or {}
        lists = {name: tuple(kept.get(name, ())) for name in ("countries", "taxa", "listed")}
        return cls(**lists, file=kept.get("file", ""))

    def to_dict(self) -> dict[str, Any]:
        """As a session keeps them."""
        return asdict(self)


ALL = Limits()
"""The whole library may answer."""


class Restricting(OpenPacks):
    """Keeps the restriction that was asked for in force, whichever library is open.

    Signals:
        limits_changed: another restriction is in force, or is being looked up.

    Attributes:
        limits: what was asked for last.
        restriction: what it comes to in the open library; None where all of it may answer.
    """

    limits_changed = Signal()

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(jobs, parent)
        self.limits = ALL
        self.restriction: Restriction | None = None
        self._narrowed: Identifier | None = None
        self._asked: tuple[Limits, Path | None] = (ALL, None)
        self._restricting: Job | None = None
        self.engine_changed.connect(self._on_other_engine)

    @property
    def is_restricting(self) -> bool:
        """True while it is looked up what may answer."""
        return self._restricting is not None

    @property
    def answering(self) -> Identifier | None:
        """What identifies now: None while nothing is open, or while it is looked up what may answer."""
        if self.engine is None or self.is_restricting:
            return None
        return self._narrowed or self.engine.identifier

    def restrict(self, limits: Limits, list_file: Path | None = None) -> None:
        """Lets only a part of the library answer from now on; `ALL` lets all of it.

        Args:
            list_file: names one a line, read in the place of `limits.listed`.
        """
        if self._restricting is not None:
            self._restricting.cancel()
            self._restricting = None
        self._asked = (limits, list_file)
        if not limits and list_file is None:
            self._put_in_force(limits, None)
            return
        if self.engine is None and list_file is None:
            self.limits = limits  # it is looked up once a library is open
            self.limits_changed.emit()
            return
        identifier = self.engine.identifier if self.engine is not None else None
        job = self.jobs.make("library", "restrict", partial(_look_up, identifier, limits, list_file))
        job.done.connect(partial(self._on_looked_up, job))
        job.failed.connect(partial(self._on_refused, job, limits == self.limits and list_file is None))
        job.ended.connect(partial(self._on_ended, job))
        self._restricting = self.jobs.run(job)
        self.limits_changed.emit()

    def _on_looked_up(self, job: Job, found: tuple[Limits, Identifier | None]) -> None:
        if job is self._restricting:
            self._restricting = None
            self._put_in_force(*found)

    def _put_in_force(self, limits: Limits, narrowed: Identifier | None) -> None:
        is_other, self.limits, self._narrowed = limits != self.limits, limits, narrowed
        self.restriction = narrowed.restriction if narrowed is not None else None
        if self.restriction is not None and self.restriction.notices:
            self.said.emit(" ".join(translated(notice) for notice in self.restriction.notices), None)
        if is_other:
            self._before_opening()  # what is under way would go on as before
        self.limits_changed.emit()
        self._after_opening()

    def _on_refused(self, job: Job, is_in_force: bool, error: BioscanError) -> None:
        if job is not self._restricting:
            return
        self._restricting = None
        sentence = translated(error.message)
        if is_in_force:  # another library, which has nothing of it
            self._put_in_force(ALL, None)
            sentence += " " + tr("The restriction was taken away: the whole library answers.")
        self.said.emit(sentence, None)

    def _on_ended(self, job: Job) -> None:
        if job is self._restricting:
            self._restricting = None  # it met a bug, which is told elsewhere
        self.limits_changed.emit()
        self._after_opening()

    def _on_other_engine(self) -> None:
        library = self.engine.identifier.library if self.engine is not None else None
        if self._narrowed is not None and self._narrowed.library is not library:
            self._narrowed, self.restriction = None, None
        if library is None:
            return
        if self.is_restricting:
            self.restrict(*self._asked)
        elif self.limits and self._narrowed is None:
            self.restrict(self.limits)


def _look_up(
    identifier: Identifier | None, limits: Limits, list_file: Path | None, reporter: Reporter
) -> tuple[Limits, Identifier | None]:
    """Runs in a worker: reads the list, and finds what may answer.

    Raises:
        ArgumentError: if the library has nothing of it, or the list cannot be read.
    """
    import sqlite3

    from bioscan_desktop.library.restriction import Restriction, names_to_restrict_to
    from bioscan_desktop.services.identify import Identifier

    if list_file is not None:
        listed = tuple(names_to_restrict_to([str(list_file)]))
        limits = Limits(limits.countries, limits.taxa, listed, list_file.name)
    if identifier is None:
        return limits, None
    try:
        restriction = Restriction(identifier.library, limits.names, limits.countries)
        for modality in identifier.library.modalities:
            reporter.cancel.check()
            restriction.allowed(modality)
        _ = restriction.size  # counted here, so that nobody waits for it later
    except sqlite3.ProgrammingError:
        reporter.cancel.check()  # the library was closed meanwhile, because another one is open
        raise
    return limits, Identifier(identifier.model, identifier.library, restriction)


def countries_of(identifier: Identifier, _: Reporter) -> list[tuple[str, int]]:
    """Runs in a worker: the countries of a library with the number of their records, most first."""
    return identifier.library.records.countries()
