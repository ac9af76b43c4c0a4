"""Hints that no reference of a species is from the country of a specimen, looked up in a worker."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from bioscan_desktop.ui import work
from bioscan_desktop.ui.models.specimens import Row

if TYPE_CHECKING:
    from bioscan_desktop.services.identify import Identification
    from bioscan_desktop.ui.workbench import Workbench

KEPT = 200


class CountryHints(QObject):
    """The cache, by result; forgotten when the country of the specimens may be another.

    Signals:
        ready: key of the row whose hint is there now.
        forgotten: all have to be asked for again.
    """

    ready = Signal(int)
    forgotten = Signal()

    def __init__(self, bench: Workbench, parent: QObject) -> None:
        super().__init__(parent)
        self._bench = bench
        self._found: OrderedDict[int, tuple[Identification, str | None]] = OrderedDict()
        bench.collecting.changed.connect(self._forget)
        bench.limits_changed.connect(self._forget)
        bench.engine_changed.connect(self._forget)

    def of(self, row: Row) -> str:
        """The sentence, in English; "" where there is none, or for now, and it is asked for then."""
        result, bench = row.result, self._bench
        if result is None or result.verdict is None or result.verdict.rank != "species":
            return ""
        known = self._found.get(row.key)
        if known is not None and known[0] is result:
            return known[1] or ""
        choice, limits, p = bench.collecting.choice, bench.limits, result.provenance
        says_where = choice.sheet is not None or choice.country or limits.countries
        if bench.engine is None or not says_where:
            return ""
        if bench.engine.library_key != (p.library_id, p.library_version):
            return ""
        self._found[row.key] = (result, None)
        while len(self._found) > KEPT:
            self._found.popitem(last=False)
        look = partial(
            work.country_hint, bench.engine.identifier, result, row.specimen, choice, limits.countries
        )
        job = bench.jobs.make("pictures", "countries", look)
        job.done.connect(partial(self._on_done, row.key, result))
        bench.jobs.run(job)
        return ""

    def _on_done(self, key: int, result: Identification, sentence: str) -> None:
        known = self._found.get(key)
        if known is not None and known[0] is result and sentence:
            self._found[key] = (result, sentence)
            self.ready.emit(key)

    def _forget(self) -> None:
        self._found.clear()
        self.forgotten.emit()
