"""What is reviewed: specimens with answers, from wherever they are kept, and the decisions on them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from bioscan_desktop.ui.deciding import Decision
from bioscan_desktop.ui.models.country_hints import Origin
from bioscan_desktop.ui.models.specimens import Row, State
from bioscan_desktop.ui.ordering import ORDERS as LIST_ORDERS
from bioscan_desktop.ui.ordering import sorted_keys, unsureness
from bioscan_desktop.ui.translating import mark
from bioscan_desktop.ui.turns import Turns
from bioscan_desktop.ui.workbench import Workbench

WHICH: dict[str, str] = {
    "open": mark("Not decided yet"),
    "look": mark("Needs a look"),
    "skip": mark("Put off"),
    "all": mark("All"),
}
"""What can be gone through, with its words."""

ORDERS: dict[str, str] = {
    "listed": mark("in the order of the list"),
    "unsure": mark("least sure first"),
}

AGAIN_MS = 400
"""Answers come in by the hundred; what is gone through follows this much later."""

REST = 5
"""Times as long as it took to put all in order is waited before other rows make that needed again."""


class ReviewSource(QObject):
    """Specimens by key.

    Signals:
        changed: (keys) another decision, note or answer.
        rows_changed: rows came or went, or have answers now.
        undo_changed: what can be taken back is something else.
        failed: (sentence) it cannot be read or written any more.

    Attributes:
        title: of a session; "" for the list of the window.
        origin: where its specimens are from; None for the list of the window.
    """

    changed = Signal(list)
    rows_changed = Signal()
    undo_changed = Signal()
    failed = Signal(str)

    title = ""
    origin: Origin | None = None

    def ask(self, which: str, order: str, tell: Callable[[list[int]], None]) -> None:
        """Finds what is to be gone through, one of `WHICH` in one of `ORDERS`, and tells it by key.

        Few are told at once, many later, found in short turns or by a worker. What was asked before may
        not be told any more.
        """
        raise NotImplementedError

    def has_rows(self) -> bool:
        """There is anything at all that could be reviewed."""
        raise NotImplementedError

    def row(self, key: int) -> Row | None:
        """One specimen, with answer, decision and note; None if it is gone."""
        raise NotImplementedError

    def decide(self, key: int, decision: Decision) -> None:
        """Keeps a decision; the one before stays in the history."""
        raise NotImplementedError

    def decided(self, keys: Sequence[int]) -> set[int]:
        """Those about which anything but `skip` was decided."""
        raise NotImplementedError

    def kinds(self, keys: Sequence[int]) -> Counter[str]:
        """How many have which decision, as filters call them; `open` for none."""
        raise NotImplementedError

    def close(self) -> None:
        """Lets go of what it reads from."""

    @property
    def rows(self) -> Sequence[Row]:
        """Specimens whose photos may be compared with that of another."""
        return ()

    def undo(self) -> None:
        """Takes the last change back."""
        raise NotImplementedError

    def redo(self) -> None:
        """Makes the change again that was taken back last."""
        raise NotImplementedError

    def undo_text(self) -> str | None:
        """What `undo` would take back; None if nothing."""
        raise NotImplementedError

    def redo_text(self) -> str | None:
        """What `redo` would make again; None if nothing."""
        raise NotImplementedError


def needs_look(row: Row) -> bool:
    """Contradictions, what seems new to the library, what has no name, and what failed in part."""
    found = row.facets
    return bool(found.notice) or found.rank in ("none", "") or found.state in ("partial", "failed")


WANTED: dict[str, Callable[[Row], bool]] = {
    "open": lambda row: row.decision is None,
    "look": lambda row: row.decision is None and needs_look(row),
    "skip": lambda row: row.decision is not None and row.decision.action == "skip",
    "all": lambda row: True,
}


class WorkbenchSource(ReviewSource):
    """The list of the page Identify."""

    def __init__(self, bench: Workbench, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(AGAIN_MS)
        self._again.timeout.connect(self._on_again)
        self._turns = Turns(self)
        # Methods, not lambdas: these end with the source, when a session takes its place.
        bench.model.rowsInserted.connect(self._soon)
        bench.model.rowsRemoved.connect(self._soon)
        bench.model.modelReset.connect(self._soon)
        bench.results_changed.connect(self._on_results)
        bench.setting_changed.connect(self._on_setting)
        bench.undo_changed.connect(self.undo_changed)

    def ask(self, which: str, order: str, tell: Callable[[list[int]], None]) -> None:
        wanted, rows = WANTED[which], list(self._bench.model.rows)  # which may come and go meanwhile
        value = unsureness if order == "unsure" else LIST_ORDERS[self._bench.settings.get("list_order")].value
        found: list[int] = []

        def pick(start: int, end: int) -> list[Row]:
            return [row for row in rows[start:end] if _is_answered(row) and wanted(row)]

        began = time.perf_counter()

        def end() -> None:
            took_ms = 1000 * (time.perf_counter() - began)
            self._again.setInterval(max(AGAIN_MS, int(REST * took_ms)))
            tell(found)

        self._turns.stop()
        self._turns.run(sorted_keys(len(rows), pick, value, found, {}), end)

    def has_rows(self) -> bool:
        return any(_is_answered(row) for row in self._bench.model.rows)

    def row(self, key: int) -> Row | None:
        return self._bench.model.find(key)

    def decide(self, key: int, decision: Decision) -> None:
        self._bench.decide(key, decision)

    def decided(self, keys: Sequence[int]) -> set[int]:
        rows = [row for key in keys if (row := self._bench.model.find(key)) is not None]
        return {row.key for row in rows if row.decision is not None and row.decision.action != "skip"}

    def kinds(self, keys: Sequence[int]) -> Counter[str]:
        rows = (self._bench.model.find(key) for key in keys)
        return Counter(row.decision_kind for row in rows if row is not None)

    @property
    def rows(self) -> Sequence[Row]:
        return self._bench.model.rows

    def undo(self) -> None:
        self._bench.undo()

    def redo(self) -> None:
        self._bench.redo()

    def undo_text(self) -> str | None:
        return self._bench.undo_text()

    def redo_text(self) -> str | None:
        return self._bench.redo_text()

    def _soon(self) -> None:
        if not self._again.isActive():
            self._again.start()

    def _on_again(self) -> None:
        if self._turns.is_busy:
            self._again.start()  # else rows that come all the time would never let it end
        else:
            self.rows_changed.emit()

    def _on_results(self, keys: list[int]) -> None:
        self.changed.emit(keys)
        self._soon()

    def _on_setting(self, name: str) -> None:
        if name == "list_order":
            self._soon()


def _is_answered(row: Row) -> bool:
    return row.result is not None and row.state in (State.DONE, State.PARTIAL, State.FAILED)
