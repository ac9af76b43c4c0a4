"""Species and how far each stands apart, for a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from bioscan_desktop.ui import icons, wording
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import decimal, mark, tr

if TYPE_CHECKING:
    from bioscan_desktop.services.browse import Taxonomy
    from bioscan_desktop.services.distances import SpeciesGap

HEADERS = (
    mark("Species"),
    mark("Count"),
    mark("Within"),
    mark("Nearest"),
    mark("Other species"),
)
_HELP = (
    mark("Those that overlap with another species first"),
    mark("References compared"),
    mark("Largest distance between two references of the species"),
    mark("Distance from one of its references to the nearest one of another species"),
    mark("The species that this one is of"),
)
_NOWHERE = QModelIndex()
_Index = QModelIndex | QPersistentModelIndex


def standing(gap: SpeciesGap) -> str:
    """`apart`, `overlaps`, or `single` where one key cannot tell."""
    if gap.gap is None:
        return "single"
    return "apart" if gap.gap > 0 else "overlaps"


STANDING_WORDS = {
    "apart": mark("Stands apart from all other species of the library"),
    "overlaps": mark("Some of its references are nearer to another species than to each other"),
    "single": mark("A single reference cannot show how variable the species is"),
}
_SIGNS = {"apart": ("check", "good"), "overlaps": ("warning", "warning"), "single": ("partial", "muted")}


class GapModel(QAbstractTableModel):
    """The table."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._taxonomy: Taxonomy | None = None
        self._gaps: list[SpeciesGap] = []

    def show_gaps(self, taxonomy: Taxonomy | None, gaps: list[SpeciesGap]) -> None:
        """New content."""
        self.beginResetModel()
        self._taxonomy, self._gaps = taxonomy, gaps
        self.endResetModel()

    def gap(self, row: int) -> SpeciesGap | None:
        """The species of a row."""
        return self._gaps[row] if 0 <= row < len(self._gaps) else None

    def row_of(self, taxon: int) -> int:
        """The row of a species; -1 if it has none."""
        return next((row for row, gap in enumerate(self._gaps) if gap.taxon == taxon), -1)

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._gaps)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        return len(HEADERS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return tr(HEADERS[section])
        if role == Qt.ItemDataRole.ToolTipRole:
            return tr(_HELP[section])
        return _aligned(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        gap, column = self._gaps[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(gap, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _aligned(column)
        if role == Qt.ItemDataRole.FontRole and column in (0, 4):
            font = QFont()
            font.setItalic(True)
            return font
        if role == Qt.ItemDataRole.DecorationRole and column == 0:
            sign, colour = _SIGNS[standing(gap)]
            return icons.sharp("icons", sign, 16, getattr(self._theme.colours, colour))
        if role == Qt.ItemDataRole.ToolTipRole:
            return tr(STANDING_WORDS[standing(gap)])
        if role == Qt.ItemDataRole.AccessibleTextRole:
            text = wording.labelled(tr(HEADERS[column]), self._text(gap, column) or tr("none"))
            return f"{text}. {tr(STANDING_WORDS[standing(gap)])}" if column == 0 else text
        if role == Qt.ItemDataRole.ForegroundRole and column in (1, 2, 3):
            return QColor(self._theme.colours.muted)
        return None

    def _text(self, gap: SpeciesGap, column: int) -> str:
        assert self._taxonomy is not None
        if column == 0:
            return self._taxonomy.taxon(gap.taxon).name
        if column == 1:
            return str(gap.n_keys)
        if column == 4:
            return self._short(gap.nearest, gap.taxon) if gap.nearest is not None else ""
        value = gap.within_max if column == 2 else gap.between
        return decimal(value, 3) if value is not None else "–"

    def _short(self, other: int, species: int) -> str:
        """`E. euryale` beside `Erebia ligea`: the genus is said already."""
        assert self._taxonomy is not None
        name = self._taxonomy.taxon(other).name
        genus, _, rest = name.partition(" ")
        same = rest and self._taxonomy.taxon(species).name.startswith(f"{genus} ")
        return f"{genus[0]}. {rest}" if same else name


def _aligned(column: int) -> int:
    side = Qt.AlignmentFlag.AlignRight if column in (1, 2, 3) else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)
