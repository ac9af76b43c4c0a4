"""Two barcodes side by side, base by base, in blocks that fit the width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import mark, tr

if TYPE_CHECKING:
    from bioscan_desktop.index.alignment_view import GappedAlignment

LINES = 5
"""Query, marks, reference, amino acids of the query, of the reference."""

NAMES = (mark("yours"), "", mark("reference"), mark("yours, protein"), mark("ref., protein"))


class AlignmentRows(QWidget):
    """Paints the blocks; only those in sight are painted."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rows: GappedAlignment | None = None
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(max(9.0, self.font().pointSizeF()))
        self.setFont(font)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(420)
        self.setAccessibleName(tr("Alignment"))
        theme.changed.connect(self.update)

    def show_rows(self, rows: GappedAlignment, words: str) -> None:
        """Another alignment; `words` say it to a screen reader."""
        self._rows = rows
        self.setAccessibleDescription(words)
        self._fit()
        self.update()

    @property
    def _cell(self) -> tuple[float, float]:
        metrics = QFontMetricsF(self.font())
        return metrics.horizontalAdvance("M") + 1.0, metrics.height() + 1.0

    @property
    def _margin(self) -> float:
        return QFontMetricsF(self._small()).horizontalAdvance(
            max((tr(name) for name in NAMES), key=len) + "  9999 "
        )

    @property
    def columns(self) -> int:
        """Columns of a block: as many tens as fit."""
        width, _ = self._cell
        return max(10, int((self.width() - self._margin - 12) / width) // 10 * 10)

    @property
    def _block(self) -> float:
        return (LINES + 1.1) * self._cell[1]

    def _fit(self) -> None:
        if self._rows is not None:
            blocks = -(-self._rows.overlap_bp // self.columns)
            self.setFixedHeight(max(1, int(blocks * self._block)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(int(self._margin + 60 * self._cell[0] + 14), self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._rows is None:
            return
        painter = QPainter(self)
        columns, block = self.columns, self._block
        first = max(0, int(event.rect().top() / block))
        last = int(event.rect().bottom() / block)
        for number in range(first, last + 1):
            start = number * columns
            if start >= self._rows.overlap_bp:
                break
            self._paint_block(painter, start, min(columns, self._rows.overlap_bp - start), number * block)
        painter.end()

    def _paint_block(self, painter: QPainter, start: int, count: int, top: float) -> None:
        assert self._rows is not None
        rows, c = self._rows, self._theme.colours
        width, height = self._cell
        part = slice(start, start + count)
        query_at = rows.query_start + len(rows.query_row[:start].replace("-", ""))
        reference_at = rows.reference_start + len(rows.reference_row[:start].replace("-", ""))
        painter.setPen(QColor(c.muted))
        painter.setFont(self._small())
        for line, name in enumerate(tr(name) for name in NAMES):
            at = {0: query_at + 1, 2: reference_at + 1}.get(line)
            text = f"{name} {at:>5} " if at is not None else f"{name} "
            box = QRectF(0, top + line * height, self._margin, height)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        lines = (
            rows.query_row[part],
            rows.marks[part],
            rows.reference_row[part],
            rows.query_amino_acids[part],
            rows.reference_amino_acids[part],
        )
        for place, letters in enumerate(zip(*lines, strict=True)):
            x = self._margin + place * width
            differs = rows.differs_at(start + place)
            acids_differ = letters[3] != letters[4] and " " not in letters[3:] and "X" not in letters[3:]
            if differs:
                painter.setPen(QPen(QColor(c.error), 1))
                painter.setBrush(QColor(c.error_ground))
                painter.drawRect(QRectF(x + 0.5, top + 0.5, width - 1, 3 * height - 1))
            if acids_differ:
                painter.setPen(QPen(QColor(c.warning), 1))
                painter.setBrush(QColor(c.warning_ground))
                painter.drawRect(QRectF(x + 0.5, top + 3 * height + 0.5, width - 1, 2 * height - 1))
            for line, letter in enumerate(letters):
                marked = (differs and line < 3) or (acids_differ and line > 2)
                self._paint_letter(painter, QPointF(x, top + line * height), letter, line, marked)

    def _paint_letter(self, painter: QPainter, at: QPointF, letter: str, line: int, marked: bool) -> None:
        if letter == " ":
            return
        c = self._theme.colours
        width, height = self._cell
        font = QFont(self.font())
        font.setBold(marked)
        painter.setFont(font)
        quiet = line in (1, 3, 4) and not marked
        colour = c.error if marked and line < 3 else c.warning if marked else c.muted if quiet else c.text
        painter.setPen(QColor(colour))
        painter.drawText(QRectF(at.x(), at.y(), width, height), Qt.AlignmentFlag.AlignCenter, letter)

    def _small(self) -> QFont:
        parent = self.parentWidget()
        font = QFont(parent.font() if parent is not None else self.font())
        font.setPointSizeF(self.font().pointSizeF() * 0.85)
        return font
