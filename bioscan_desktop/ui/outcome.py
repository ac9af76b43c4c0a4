"""What came of a run of identifications, told to screen readers once the work is done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from bioscan_desktop.ui import wording
from bioscan_desktop.ui.models.specimens import Row, State, spoken
from bioscan_desktop.ui.telling import announce
from bioscan_desktop.ui.translating import tr

if TYPE_CHECKING:
    from bioscan_desktop.ui.pages.identify import IdentifyPage
    from bioscan_desktop.ui.workbench import Workbench

ENDED = frozenset({State.DONE, State.PARTIAL, State.FAILED})


def results_told(rows: Iterable[Row], current: Row | None) -> str:
    """What came of a run of identifications: of one specimen all, of several how many, and what needs a look.

    Args:
        rows: those with another result.
        current: the row that is looked at; its answer is told, too.
    """
    ended = [row for row in rows if row.state in ENDED]
    if len(ended) < 2:
        return "".join(spoken(row) for row in ended)
    failed = sum(row.state is State.FAILED for row in ended)
    conflicts = sum(row.result is not None and bool(wording.conflict_rank(row.result)) for row in ended)
    parts = [
        tr("%n specimens identified", "", len(ended) - failed),
        tr("%n failed", "", failed) if failed else "",
        tr("%n with a contradiction", "", conflicts) if conflicts else "",
    ]
    told = ", ".join(part for part in parts if part) + "."
    return f"{told} {spoken(current)}" if current in ended and current is not None else told


class ResultTeller(QObject):
    """Tells of results once the work is done; the progress bar tells of the time before.

    Args:
        page: the page of the list; its `current` is the row that is looked at.
    """

    def __init__(self, bench: Workbench, page: IdentifyPage) -> None:
        super().__init__(page)
        self._bench, self._page = bench, page
        self._keys: set[int] = set()
        bench.results_changed.connect(self._on_results)
        bench.work_changed.connect(self._on_work)

    def _on_results(self, keys: list[int]) -> None:
        if self._bench.is_busy:  # else a decision, which the window tells of by itself
            self._keys.update(keys)

    def _on_work(self) -> None:
        if self._keys and not self._bench.is_busy:
            found = map(self._bench.model.find, sorted(self._keys))
            self._keys.clear()
            announce(self._page, results_told([row for row in found if row is not None], self._page.current))
