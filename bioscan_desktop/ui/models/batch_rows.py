"""The rows of a run, as many as there are: only their numbers are held, and the pages that are looked at."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer
from PySide6.QtGui import QFont

from bioscan_desktop.services.export import words
from bioscan_desktop.ui import icons, wording
from bioscan_desktop.ui.sentences import translated
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import mark, tr
from bioscan_desktop.ui.widgets.specimen_delegate import MARKS

if TYPE_CHECKING:
    from bioscan_desktop.session.queries import Row
    from bioscan_desktop.ui.batch_control import BatchControl

COLUMNS = (
    mark("Specimen"),
    mark("Result"),
    mark("Rank"),
    mark("How sure"),
    mark("From"),
)
PAGE = 100
KEPT = 40
"""Pages in memory."""

AT_ONCE = 3
"""Pages that are read together."""

SURE = 0.999
"""Shares are kept rounded: what reads 1 was a little less, and is told so, as the other pages do."""

Index = QModelIndex | QPersistentModelIndex


class BatchRows(QAbstractTableModel):
    """Rows by their place; a page that is not there yet is asked for and shows dots until it comes."""

    NUMBER = Qt.ItemDataRole.UserRole + 1

    def __init__(self, theme: Theme, control: BatchControl, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme, self._control = theme, control
        self._numbers: array[int] = array("q")
        self._pages: OrderedDict[int, dict[int, Row]] = OrderedDict()
        self._stale: dict[int, Row] = {}
        self._asked: dict[int, None] = {}  # pages, the last one asked for at the end
        self._reading: list[int] = []
        self._question: array[int] | None = None  # the numbers that are being read
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._ask)
        control.rows_read.connect(self._on_rows)

    def show_numbers(self, numbers: array[int]) -> None:
        """Other rows, or the same ones with other answers."""
        old, new = len(self._numbers), len(numbers)
        shared = min(old, new)
        if new < old:
            self.beginRemoveRows(QModelIndex(), new, old - 1)
            self._numbers = numbers
            self.endRemoveRows()
        elif new > old:
            self.beginInsertRows(QModelIndex(), old, new - 1)
            self._numbers = numbers
            self.endInsertRows()
        else:
            self._numbers = numbers
        # What is on the screen stays there until the new page comes.
        self._asked.clear()
        self._reading, self._question = [], None
        held = {number: row for page in self._pages.values() for number, row in page.items()}
        self._stale = held if len(held) + len(self._stale) > KEPT * PAGE else {**self._stale, **held}
        self._pages.clear()
        if shared:
            self.dataChanged.emit(self.index(0, 0), self.index(shared - 1, len(COLUMNS) - 1))

    def row(self, place: int) -> Row | None:
        """The row at a place, or None while it is being read."""
        if not 0 <= place < len(self._numbers):
            return None
        number, page = self._numbers[place], place // PAGE
        held = self._pages.get(page)
        if held is not None:
            self._pages.move_to_end(page)
            return held.get(number)
        if page not in self._reading:
            self._asked.pop(page, None)
            self._asked[page] = None
            if not self._reading and not self._timer.isActive():
                self._timer.start(0)
        return self._stale.get(number)

    def number(self, place: int) -> int | None:
        """The number of the specimen at a place."""
        return self._numbers[place] if 0 <= place < len(self._numbers) else None

    def _ask(self) -> None:
        """Reads the pages that were looked for last: those are on the screen now. One read at a time."""
        if self._reading or not self._asked:
            return
        self._reading = list(self._asked)[-AT_ONCE:]
        self._asked.clear()
        wanted = array("q")
        for page in self._reading:
            wanted.extend(self._numbers[page * PAGE : (page + 1) * PAGE])
        self._question = wanted
        self._control.read(wanted)

    def _on_rows(self, question: array[int], rows: list[Row]) -> None:
        if question is not self._question:
            return  # asked before, when the rows may have had other answers
        found = {row.specimen_id: row for row in rows}
        pages, self._reading, self._question = self._reading, [], None
        for page in pages:
            numbers = self._numbers[page * PAGE : (page + 1) * PAGE]
            if len(numbers) and all(number in found for number in numbers):
                self._pages[page] = {number: found[number] for number in numbers}
                while len(self._pages) > KEPT:
                    self._pages.popitem(last=False)
                first = page * PAGE
                self.dataChanged.emit(
                    self.index(first, 0), self.index(first + len(numbers) - 1, len(COLUMNS) - 1)
                )
        self._ask()

    # -- Qt ------------------------------------------------------------------------------------

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._numbers)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return tr(COLUMNS[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == self.NUMBER:
            return self.number(index.row())
        row = self.row(index.row())
        if row is None:
            return "…" if role == Qt.ItemDataRole.DisplayRole and index.column() == 0 else None
        if role == Qt.ItemDataRole.DisplayRole:
            return text_of(row, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return translated(row.error or "") or (
                text_of(row, index.column()) if index.column() in (0, 4) else None
            )
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return text_of(row, index.column()) if index.column() else spoken(row)
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 0:
            name, colour, _ = MARKS[mark_of(row)]
            return icons.icon(name, getattr(self._theme.colours, colour))
        if role == Qt.ItemDataRole.FontRole and index.column() == 1 and row.name:
            font = QFont()
            font.setItalic(wording.taxon(row.name, row.rank).italic)
            return font
        return None


def mark_of(row: Row) -> str:
    """The sign of a row, of `MARKS`."""
    if row.state in ("waiting", "failed"):
        return row.state
    if row.conflict:
        return "conflict"
    if row.state == "partial":
        return "partial"
    if row.novelty in ("new_species", "unlike_library"):
        return "novelty"
    return "done" if row.name else "undecided"


def spoken(row: Row) -> str:
    """A row in one sentence, for screen readers: they come to its first cell."""
    cells = [text_of(row, column) for column in range(len(COLUMNS) - 1)]
    return wording.labelled(tr(MARKS[mark_of(row)][2]), ", ".join(cell for cell in cells if cell))


def text_of(row: Row, column: int) -> str:
    """What a cell says."""
    if column == 0:
        return row.query_id
    if column == 4:
        return row.input
    if row.state == "waiting":
        return tr("Waiting") if column == 1 else ""
    if row.state == "failed":
        if column != 1:
            return ""
        file = row.input.rpartition("/")[2]
        return translated((row.error or "").removeprefix(f"{file}: ")) or tr(
            "Failed"
        )  # the file is named beside it
    if column == 1:
        if row.name:
            return row.name
        return tr("Not in this library") if row.novelty == "unlike_library" else tr("No name can be given")
    if column == 2:
        return wording.rank_noun(row.rank)
    return sureness(row)


def sureness(row: Row) -> str:
    """The word of a calibrated band and its share; see `wording`."""
    if row.conflict:
        return tr("Contradiction")
    if row.name is None or row.confidence is None:
        return ""
    told = words.likelihood(row.name, row.novelty or "none", row.calibrated, row.confidence)
    return f"{translated(told)}, {wording.percent(min(row.confidence, SURE))}"
