"""The names of the open library for all pages that show them: counted once, in a worker."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from bioscan_desktop.core.errors import BioscanError
from bioscan_desktop.ui import library_work, work
from bioscan_desktop.ui.jobs import Job
from bioscan_desktop.ui.sentences import translated
from bioscan_desktop.ui.workbench import Workbench

if TYPE_CHECKING:
    from bioscan_desktop.services.browse import Taxonomy


class TaxonomySource(QObject):
    """Counts the library that is open, and again when another one is opened.

    Signals:
        changed: `taxonomy`, `error` or `words` is another.
        taxon_asked: (number) a page wants to show a taxon elsewhere, on the map for example.

    Attributes:
        taxonomy: None while there is none.
        engine: that it was counted for.
        error: why there is none; "" while it is on its way.
        wanted: the taxon asked for last; a page that is made later begins with it.
    """

    changed = Signal()
    taxon_asked = Signal(int)

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._bench = bench
        self._job: Job | None = None
        self.taxonomy: Taxonomy | None = None
        self.engine: work.Engine | None = None
        self.error = ""
        self.wanted = 0
        bench.engine_changed.connect(self._on_engine)
        self._on_engine()

    @staticmethod
    def of(bench: Workbench) -> TaxonomySource:
        """The one of a workbench, made when it is asked for first."""
        found = bench.findChild(TaxonomySource)
        return found if isinstance(found, TaxonomySource) else TaxonomySource(bench)

    def ask_for(self, taxon: int) -> None:
        """Has a taxon shown by the pages that listen."""
        self.wanted = taxon
        self.taxon_asked.emit(taxon)

    def _on_engine(self) -> None:
        engine = self._bench.engine
        if engine is self.engine and engine is not None:
            return
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self.engine, self.taxonomy, self.wanted = engine, None, 0
        self.error = self._bench.engine_error if engine is None else ""
        if engine is not None:
            job = self._bench.jobs.make(
                "library", "count names", partial(library_work.taxonomy, engine.identifier)
            )
            job.done.connect(partial(self._on_counted, engine))
            job.failed.connect(partial(self._on_failed, engine))
            self._job = self._bench.jobs.run(job)
        self.changed.emit()

    def _on_counted(self, engine: work.Engine, taxonomy: Taxonomy) -> None:
        if engine is self.engine:
            self.taxonomy = taxonomy
            self._job = None
            self.changed.emit()

    def _on_failed(self, engine: work.Engine, error: BioscanError) -> None:
        if engine is self.engine:
            self.error = translated(error.message)
            self._job = None
            self.changed.emit()
