"""The tree of names for Qt's views. It holds nothing itself: rows are looked up as they are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from bioscan_desktop.ui import icons, wording
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import mark, thousands, tr

if TYPE_CHECKING:
    from bioscan_desktop.services.browse import Taxonomy

TAXON = Qt.ItemDataRole.UserRole
"""Role of a taxon's number."""

HEADERS = (mark("Name"), mark("Species"), mark("Barcodes"), mark("Photos"))
_HELP = (
    mark("Taxa of the library"),
    mark("Species with a full name"),
    mark("Barcodes of specimens behind the references"),
    mark("Photos behind the references"),
)
_NOWHERE = QModelIndex()
_Index = QModelIndex | QPersistentModelIndex


class TaxonModel(QAbstractItemModel):
    """One row for the whole library, and below it the taxa."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._taxonomy: Taxonomy | None = None

    def show_taxonomy(self, taxonomy: Taxonomy | None) -> None:
        """Another library, or none."""
        self.beginResetModel()
        self._taxonomy = taxonomy
        self.endResetModel()

    def taxon_at(self, index: _Index) -> int | None:
        """Number of the taxon of a row."""
        return int(index.internalId()) if index.isValid() else None

    def index_of(self, taxon: int, column: int = 0) -> QModelIndex:
        """The row of a taxon."""
        if self._taxonomy is None:
            return QModelIndex()
        return self.createIndex(self._taxonomy.place(taxon), column, taxon)

    def index(self, row: int, column: int, parent: _Index = _NOWHERE) -> QModelIndex:
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        assert self._taxonomy is not None
        number = self._taxonomy.child(parent.internalId(), row) if parent.isValid() else 0
        return self.createIndex(row, column, number)

    def parent(self, index: _Index = _NOWHERE) -> QModelIndex:  # type: ignore[override]
        if not index.isValid() or self._taxonomy is None:
            return QModelIndex()
        above = self._taxonomy.parent(index.internalId())
        return self.index_of(above) if above >= 0 else QModelIndex()

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        if self._taxonomy is None or parent.column() > 0:
            return 0
        return self._taxonomy.n_children(parent.internalId()) if parent.isValid() else 1

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        return len(HEADERS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return tr("Species", "several") if section == 1 else tr(HEADERS[section])
        if role == Qt.ItemDataRole.ToolTipRole:
            return tr(_HELP[section])
        if role == Qt.ItemDataRole.TextAlignmentRole and section:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or self._taxonomy is None:
            return None
        number, column = int(index.internalId()), index.column()
        if role == TAXON:
            return number
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(number, column)
        if role == Qt.ItemDataRole.FontRole and column == 0:
            return self._font(number)
        if role == Qt.ItemDataRole.ForegroundRole and column:
            return QColor(self._theme.colours.muted)
        if role == Qt.ItemDataRole.TextAlignmentRole and column:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.DecorationRole and column == 0:
            return self._drawing(number)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole) and column == 0:
            return self.spoken(number)
        return None

    def spoken(self, number: int) -> str:
        """A taxon in one sentence."""
        assert self._taxonomy is not None
        taxon, counts = self._taxonomy.taxon(number), self._taxonomy.counts(number)
        parts = [taxon.name, wording.rank_noun(taxon.rank) or tr("whole library")]
        if taxon.rank != "species":
            parts.append(wording.count(counts.n_species, "species"))
        parts.append(wording.count(counts.records["dna"], "barcode"))
        parts.append(wording.count(counts.records["image"], "photo"))
        return ", ".join(parts)

    def _text(self, number: int, column: int) -> str:
        assert self._taxonomy is not None
        if column == 0:
            return self._taxonomy.name(number)
        counts = self._taxonomy.counts(number)
        if column == 1:
            is_species = self._taxonomy.rank(number) == "species"
            return "" if is_species else thousands(counts.n_species)
        amount = counts.records["dna" if column == 2 else "image"]
        return thousands(amount) if amount else "–"

    def _font(self, number: int) -> QFont | None:
        assert self._taxonomy is not None
        rank = self._taxonomy.rank(number)
        font = QFont()
        if rank is None:
            font.setWeight(QFont.Weight.DemiBold)
            return font
        font.setItalic(wording.taxon(self._taxonomy.name(number), rank).italic)
        return font if font.italic() else None

    def _drawing(self, number: int) -> Any:
        assert self._taxonomy is not None
        rank = self._taxonomy.rank(number)
        if rank is None:
            return icons.icon("library", self._theme.colours.muted)
        if rank == "order":
            glyph = icons.glyph_for(self._taxonomy.name(number))
            return icons.sharp("glyphs", glyph, 20, self._theme.colours.text)
        return None
