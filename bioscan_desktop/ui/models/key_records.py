"""The records of a taxon for a table: as many rows as there are, read a page at a time in a worker."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from bioscan_desktop.ui import icons, library_work, wording
from bioscan_desktop.ui.models.taxonomy import TaxonomySource
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import mark, thousands, tr
from bioscan_desktop.ui.workbench import Workbench

if TYPE_CHECKING:
    from bioscan_desktop.library.records import KeyRecord

PAGE = 200
PAGES_KEPT = 40
HEADERS = (
    mark("Kind"),
    mark("Name"),
    mark("Records"),
    "BIN",
    mark("Country"),
    mark("Process ID"),
)
_HELP = (
    mark("Barcode or photo"),
    mark("The finest name that the record has"),
    mark("Specimens that share this reference"),
    mark("Barcode Index Number on BOLD"),
    mark("Of a typical record"),
    mark("Of a typical record, on BOLD"),
)
_NOWHERE = QModelIndex()
_Index = QModelIndex | QPersistentModelIndex


class KeyRecordModel(QAbstractTableModel):
    """The table. Rows whose page is on its way show an ellipsis.

    Attributes:
        slim: the kind is drawn, not written.
    """

    def __init__(self, theme: Theme, bench: Workbench, source: TaxonomySource, slim: bool = False) -> None:
        super().__init__()
        self.slim = slim
        self._theme, self._bench, self._source = theme, bench, source
        self._ids: Sequence[int] | np.ndarray = ()
        self._count = 0
        self._pages: OrderedDict[int, list[KeyRecord]] = OrderedDict()
        self._asked: set[int] = set()
        self._generation = 0  # pages of another taxon that come in late are thrown away

    def show_taxon(self, taxon: int | None) -> None:
        """The records of a taxon and all below; None empties the table."""
        taxonomy = self._source.taxonomy
        if taxonomy is None or taxon is None:
            self.show_keys(())
        else:
            self.show_keys(taxonomy.key_ids[taxonomy.key_slice(taxon)])

    def show_keys(self, key_ids: Sequence[int] | np.ndarray) -> None:
        """The records of some keys, in this order."""
        self.beginResetModel()
        self._ids, self._count = key_ids, len(key_ids)
        self._pages.clear()
        self._asked.clear()
        self._generation += 1
        self.endResetModel()

    def record(self, row: int) -> KeyRecord | None:
        """A record; None while its page is on its way, which is asked for then."""
        if not 0 <= row < self._count:
            return None
        number = row // PAGE
        page = self._pages.get(number)
        if page is None:
            self._ask(number)
            return None
        self._pages.move_to_end(number)
        place = row % PAGE
        return page[place] if place < len(page) else None

    def _ask(self, number: int) -> None:
        engine = self._source.engine
        if number in self._asked or engine is None:
            return
        self._asked.add(number)
        ids = [int(key_id) for key_id in self._ids[number * PAGE : (number + 1) * PAGE]]
        job = self._bench.jobs.make(
            "library", "records", partial(library_work.records, engine.identifier, ids)
        )
        job.done.connect(partial(self._on_page, self._generation, number))
        self._bench.jobs.run(job)

    def _on_page(self, generation: int, number: int, page: list[KeyRecord]) -> None:
        if generation != self._generation:
            return
        self._asked.discard(number)
        self._pages[number] = page
        while len(self._pages) > PAGES_KEPT:
            self._pages.popitem(last=False)
        last = min((number + 1) * PAGE, self._count) - 1
        self.dataChanged.emit(self.index(number * PAGE, 0), self.index(last, len(HEADERS) - 1))

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        return len(HEADERS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return tr(HEADERS[section]) if orientation == Qt.Orientation.Horizontal else section + 1
        if role == Qt.ItemDataRole.ToolTipRole and orientation == Qt.Orientation.Horizontal:
            return tr(_HELP[section])
        if role == Qt.ItemDataRole.TextAlignmentRole and orientation == Qt.Orientation.Horizontal:
            side = Qt.AlignmentFlag.AlignRight if section == 2 else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        column = index.column()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column == 2 else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        record = self.record(index.row())
        if record is None:
            return "…" if role == Qt.ItemDataRole.DisplayRole and column == 1 else None
        if role == Qt.ItemDataRole.DisplayRole:
            return "" if self.slim and column == 0 else _text(record, column)
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return wording.labelled(tr(HEADERS[column]), _text(record, column) or tr("not known"))
        if role == Qt.ItemDataRole.FontRole and column == 1:
            font = QFont()
            font.setItalic(name_of(record).italic)
            return font
        if role == Qt.ItemDataRole.DecorationRole and column == 0:
            glyph = "dna" if record.modality == "dna" else "photo"
            return icons.sharp("glyphs", glyph, 16, self._theme.colours.muted)
        if role == Qt.ItemDataRole.ForegroundRole and column != 1:
            return QColor(self._theme.colours.muted)
        return None


def name_of(record: KeyRecord) -> wording.Name:
    """The finest name of a record."""
    rank = record.lineage.finest_rank()
    return (
        wording.taxon(record.lineage.at(rank) or "", rank)
        if rank
        else wording.Name(tr("unnamed"), None, False)
    )


def _text(record: KeyRecord, column: int) -> str:
    if column == 0:
        return wording.upper_first(wording.modality_noun(record.modality))
    if column == 1:
        return name_of(record).text
    if column == 2:
        return thousands(record.n_records)
    return (record.bin_uri, record.country, record.processid)[column - 3] or ""
