"""Hints that no reference of a species is from the country of a specimen, looked up in a worker."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from bioscan_desktop.services.export.collecting_choice import CollectingChoice
from bioscan_desktop.ui import work
from bioscan_desktop.ui.models.specimens import Row

if TYPE_CHECKING:
    from bioscan_desktop.session.database import Database
    from bioscan_desktop.ui.workbench import Workbench

KEPT = 200


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the specimens of a session are from, as far as it says.

    Attributes:
        choice: its sample sheet and country; None if nothing was ever chosen in it.
        countries: that its answers were restricted to.
    """

    choice: CollectingChoice | None = None
    countries: tuple[str, ...] = ()


def origin_of(database: Database) -> Origin:
    """What a session says. Raises SessionError if it cannot be read."""
    from bioscan_desktop.services.export import kept_collecting
    from bioscan_desktop.session.specimens import first_run

    made_with = first_run(database)
    countries = made_with.settings.get("countries") if made_with is not None else None
    return Origin(kept_collecting.load(database), tuple(countries or ()))


class CountryHints(QObject):
    """The cache, by verdict; forgotten when the country of the specimens may be another.

    Signals:
        ready: key of the row whose hint is there now.
        forgotten: all have to be asked for again.
    """

    ready = Signal(int)
    forgotten = Signal()

    def __init__(self, bench: Workbench, parent: QObject) -> None:
        super().__init__(parent)
        self._bench = bench
        self._found: OrderedDict[int, tuple[tuple[object, ...], str]] = OrderedDict()
        bench.collecting.changed.connect(self._forget)
        bench.limits_changed.connect(self._forget)
        bench.engine_changed.connect(self._forget)

    def of(self, row: Row, origin: Origin | None = None) -> str:
        """The sentence, in English; "" where there is none, or for now, and it is asked for then.

        Args:
            origin: of the session that the row is of; None for the list of the window. Where it says
                nothing, a sample sheet of the window counts, which names specimens, but not its country.
        """
        result, bench = row.result, self._bench
        if result is None or result.verdict is None or result.verdict.rank != "species":
            return ""
        # Sessions are read again and again, and count their specimens alike: what is the same is not asked
        # for anew, nor taken for that of another.
        about = (result.verdict, result.provenance, row.specimen.query_id, origin)
        known = self._found.get(row.key)
        if known is not None and known[0] == about:
            return known[1]
        choice, countries, p = bench.collecting.choice, bench.limits.countries, result.provenance
        if origin is not None:
            choice, countries = origin.choice or replace(choice, country=""), origin.countries
        says_where = choice.sheet is not None or choice.country or countries
        if bench.engine is None or not says_where:
            return ""
        if bench.engine.library_key != (p.library_id, p.library_version):
            return ""
        self._found[row.key] = (about, "")
        while len(self._found) > KEPT:
            self._found.popitem(last=False)
        look = partial(work.country_hint, bench.engine.identifier, result, row.specimen, choice, countries)
        job = bench.jobs.make("pictures", "countries", look)
        job.done.connect(partial(self._on_done, row.key, about))
        bench.jobs.run(job)
        return ""

    def _on_done(self, key: int, about: tuple[object, ...], sentence: str) -> None:
        known = self._found.get(key)
        if known is not None and known[0] is about and sentence:
            self._found[key] = (about, sentence)
            self.ready.emit(key)

    def _forget(self) -> None:
        self._found.clear()
        self.forgotten.emit()
