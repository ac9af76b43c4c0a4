"""Which library and model are open; the part of the workbench that opens others."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from bioscan_desktop.core.errors import BioscanError
from bioscan_desktop.core.names import NameIndex
from bioscan_desktop.ui import work
from bioscan_desktop.ui.jobs import Job, Jobs
from bioscan_desktop.ui.sentences import translated
from bioscan_desktop.ui.translating import tr


class OpenPacks(QObject):
    """Opens packs in a worker and keeps those in use.

    Signals:
        said: (sentence, what Undo takes back or None): news for the user.
        engine_changed: another library or model is open, or none could be opened.
        opening: what is going on while packs are opened; "" at the end.
        names_changed: the library's names can be completed now, or are others.

    Attributes:
        engine: library and model in use; None before the first were opened.
        engine_error: why there are none.
        names: the library's names, once they were read.
    """

    said = Signal(str, object)
    engine_changed = Signal()
    opening = Signal(str)
    names_changed = Signal()

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.jobs = jobs
        self.names: NameIndex | None = None
        self.engine: work.Engine | None = None
        self.engine_error = ""
        self._opening: Job | None = None

    def _before_opening(self) -> None:
        """What is to be done before other packs are opened; the workbench says."""

    def _after_opening(self) -> None:
        """What is to be done once they are open, or could not be opened."""

    def open_engine(self, library: str, model: str, provider: str) -> None:
        """Opens packs in a worker. If that fails the engine in use stays."""
        if self._opening is not None:
            self._opening.cancel()
        self._before_opening()
        job = self.jobs.make("identify", "open packs", partial(work.open_engine, library, model, provider))
        job.progressed.connect(lambda progress: self.opening.emit(progress.label))
        job.done.connect(self._on_opened)
        job.failed.connect(self._on_not_opened)
        job.crashed.connect(
            lambda error: self._on_not_opened(
                BioscanError(tr("The packs cannot be opened ({error}).").format(error=error))
            )
        )
        job.ended.connect(partial(self._on_opening_ended, job))
        self._opening = self.jobs.run(job)
        self.opening.emit(tr("Opening the library"))

    @property
    def is_opening(self) -> bool:
        """True while packs are opened."""
        return self._opening is not None

    def _on_opened(self, engine: work.Engine) -> None:
        old, self.engine, self.engine_error = self.engine, engine, ""
        self.names = None
        job = self.jobs.make("intake", "names", partial(work.name_index, engine.identifier))
        job.done.connect(partial(self._on_names, engine))
        self.jobs.run(job)
        if old is not None:
            self.jobs.run(self.jobs.make("identify", "close", lambda _: old.identifier.library.close()))
        self.engine_changed.emit()

    def _on_names(self, engine: work.Engine, names: NameIndex) -> None:
        if self.engine is engine:
            self.names = names
            self.names_changed.emit()

    def _on_not_opened(self, error: BioscanError) -> None:
        if self.engine is None:
            self.engine_error = translated(error.message)
        else:
            self.said.emit(
                tr("{error} {library} stays open.").format(
                    error=translated(error.message), library=self.engine.library_title
                ),
                None,
            )
        self.engine_changed.emit()

    def _on_opening_ended(self, job: Job) -> None:
        if self._opening is job:
            self._opening = None
            self.opening.emit("")
        self._after_opening()
