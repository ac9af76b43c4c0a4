"""Alignments of barcodes with their neighbours, made in a worker when a row is looked at."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from bioscan_desktop.core.errors import BioscanError
from bioscan_desktop.ui import work
from bioscan_desktop.ui.jobs import Job, Jobs

if TYPE_CHECKING:
    from bioscan_desktop.services.barcode_evidence import BarcodeEvidence
    from bioscan_desktop.services.identify import Identification
    from bioscan_desktop.ui.models.specimens import Row

KEPT = 40

PATIENCE_MS = 120
"""Rows that are passed over with the arrow keys are not worth the work."""


class Evidences(QObject):
    """The cache, by result: a row that is identified anew is aligned anew.

    Signals:
        ready: key of the row whose evidence is there now, or cannot be had.
    """

    ready = Signal(int)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._engine: work.Engine | None = None
        self._found: OrderedDict[int, tuple[Identification, BarcodeEvidence | None]] = OrderedDict()
        self._wanted: tuple[int, Identification] | None = None
        self._job: Job | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PATIENCE_MS)
        self._timer.timeout.connect(self._start)

    def set_engine(self, engine: work.Engine | None) -> None:
        """What is open now; other results are not aligned with it."""
        self._engine = engine

    def of(self, row: Row) -> BarcodeEvidence | None:
        """The evidence of a row, or None for now; it is asked for then."""
        result = row.result
        if result is None or result.specimen.barcode is None or "dna" not in result.by_modality:
            return None
        known = self._found.get(row.key)
        if known is not None and known[0] is result:
            self._found.move_to_end(row.key)
            return known[1]
        if self._can_align(result) and (self._wanted is None or self._wanted[1] is not result):
            self._wanted = (row.key, result)
            self._timer.start()
        return None

    def is_known(self, row: Row) -> bool:
        """True once it was tried, or where it cannot be tried."""
        if row.result is None:
            return True
        known = self._found.get(row.key)
        return (known is not None and known[0] is row.result) or not self._can_align(row.result)

    def _can_align(self, result: Identification) -> bool:
        """The library that gave the result is the one that is open."""
        p = result.provenance
        return self._engine is not None and self._engine.library_key == (p.library_id, p.library_version)

    def _start(self) -> None:
        if self._wanted is None or self._engine is None:
            return
        if self._job is not None:
            self._job.cancel()
        key, result = self._wanted
        job = self._jobs.make(
            "pictures", "align", partial(work.barcode_evidence, self._engine.identifier, result.specimen)
        )
        job.done.connect(partial(self._on_done, key, result))
        job.failed.connect(partial(self._on_failed, key, result))
        job.ended.connect(partial(self._on_ended, job, result))
        self._job = job
        self._jobs.run(job)

    def _on_done(self, key: int, result: Identification, evidence: BarcodeEvidence | None) -> None:
        self._found[key] = (result, evidence)
        while len(self._found) > KEPT:
            self._found.popitem(last=False)
        self.ready.emit(key)

    def _on_failed(self, key: int, result: Identification, _: BioscanError) -> None:
        # The result itself has told already what was wrong; here is only nothing to show.
        self._on_done(key, result, None)

    def _on_ended(self, job: Job, result: Identification) -> None:
        if self._job is job:
            self._job = None
        if self._wanted is not None and self._wanted[1] is result:
            self._wanted = None
