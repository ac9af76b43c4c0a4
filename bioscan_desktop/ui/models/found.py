"""What a search brought, for a list: taxa by name first, then the keys nearest by the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

_NOWHERE = QModelIndex()
_Index = QModelIndex | QPersistentModelIndex

FOUND = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Found:
    """A line of the list.

    Attributes:
        taxon: number of what it leads to; None for a heading.
        title, italic, detail: what is shown.
        glyph, folder: a drawing, or "", and the folder of the resources that it is in.
    """

    taxon: int | None
    title: str
    italic: bool = False
    detail: str = ""
    glyph: str = ""
    folder: str = "glyphs"


class FoundModel(QAbstractListModel):
    """The list. Headings cannot be chosen."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: list[Found] = []

    def show_lines(self, lines: list[Found]) -> None:
        """New content."""
        self.beginResetModel()
        self._lines = lines
        self.endResetModel()

    def line(self, row: int) -> Found | None:
        """A line."""
        return self._lines[row] if 0 <= row < len(self._lines) else None

    @property
    def first(self) -> int:
        """The first row that leads anywhere; -1 if none does."""
        return next((row for row, line in enumerate(self._lines) if line.taxon is not None), -1)

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._lines)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        line = self.line(index.row())
        if line is None or line.taxon is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line = self.line(index.row())
        if line is None:
            return None
        if role == FOUND:
            return line
        if role == Qt.ItemDataRole.DisplayRole:
            return line.title
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return ", ".join(part for part in (line.title, line.detail) if part)
        return None
