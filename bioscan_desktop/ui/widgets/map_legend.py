"""The groups of the map with their colours and counts; choosing one lets it stand out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from bioscan_desktop.ui import wording
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import thousands, tr

_NOWHERE = QModelIndex()
_Index = QModelIndex | QPersistentModelIndex

ENTRY = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the legend."""

    name: str
    italic: bool
    colour: str
    dna: int
    image: int

    @property
    def spoken(self) -> str:
        """The line in words."""
        parts = [self.name]
        if self.dna:
            parts.append(wording.count(self.dna, "barcode key"))
        if self.image:
            parts.append(wording.count(self.image, "photo key"))
        return ", ".join(parts)


class LegendModel(QAbstractListModel):
    """The lines."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """New content."""
        self.beginResetModel()
        self._entries = list(entries)
        self.endResetModel()

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self._entries[index.row()]
        if role == ENTRY:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.name
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return entry.spoken
        return None


class LegendDelegate(QStyledItemDelegate):
    """Swatch, name, count of keys."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(180, int(option.fontMetrics.height() * 1.7))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        entry, c = index.data(ENTRY), self._theme.colours
        box = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, QColor(c.selection))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, QColor(c.hover))
        middle = box.center().y()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(entry.colour))
        if entry.dna:
            painter.drawEllipse(QRectF(box.left() + 10, middle - 5, 10, 10))
        if entry.image:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(entry.colour), 2))
            painter.drawRect(QRectF(box.left() + 26, middle - 4, 8, 8))
        font = QFont(option.font)
        amount = thousands(entry.dna + entry.image)
        width = QFontMetricsF(font).horizontalAdvance(amount) + 12
        painter.setFont(font)
        painter.setPen(QColor(c.muted))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box.adjusted(0, 0, -8, 0), right, amount)
        font.setItalic(entry.italic)
        painter.setFont(font)
        painter.setPen(QColor(c.text))
        words = box.adjusted(42, 0, -width - 8, 0)
        name = QFontMetricsF(font).elidedText(entry.name, Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        painter.restore()


class MapLegend(QListView):
    """The list. Esc or a second click ends the choice.

    Signals:
        chosen: (row) of the group that should stand out; -1 for none.
        opened: (row) was double-clicked, or Enter was pressed on it.
    """

    chosen = Signal(int)
    opened = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.entries = LegendModel(self)
        self.setModel(self.entries)
        self.setItemDelegate(LegendDelegate(theme, self))
        self.setProperty("look", "list-frame")
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setAccessibleName(tr("Groups on the map"))
        self.selectionModel().selectionChanged.connect(lambda *_: self.chosen.emit(self.row))
        self.activated.connect(lambda index: self.opened.emit(index.row()))
        theme.changed.connect(self.viewport().update)

    @property
    def row(self) -> int:
        """The row chosen; -1 for none."""
        chosen = self.selectionModel().selectedIndexes()
        return chosen[0].row() if chosen else -1

    def mousePressEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        index = self.indexAt(event.position().toPoint())
        if not index.isValid() or index.row() == self.row:
            self.clearSelection()
            return
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.row >= 0:
            self.clearSelection()
        else:
            super().keyPressEvent(event)

    def event(self, event) -> bool:  # type: ignore[no-untyped-def]
        # While a group stands out, Esc ends that.
        if event.type() == event.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape and self.row >= 0:
            event.accept()
            return True
        return super().event(event)
