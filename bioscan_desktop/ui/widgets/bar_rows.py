"""Rows of bars: barcodes filled, photos hatched, each with its number beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from bioscan_desktop.ui import wording
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import mark, tr

KINDS = {"dna": mark("barcodes"), "image": mark("photos"), "": ""}


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar.

    Attributes:
        kind: `dna`, `image`, or "" for neither.
        share: of the full width, 0 to 1.
        text: beside it.
    """

    kind: str
    share: float
    text: str


@dataclass(frozen=True, slots=True)
class BarRow:
    """A labelled row of one bar or more, one below the other."""

    label: str
    bars: tuple[Bar, ...]
    italic: bool = False


class BarRows(QWidget):
    """The chart. What it shows is also its description for screen readers."""

    def __init__(self, theme: Theme, title: str) -> None:
        super().__init__()
        self._theme = theme
        self._rows: tuple[BarRow, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(title)
        theme.changed.connect(self.update)

    def show_rows(self, rows: Sequence[BarRow]) -> None:
        """New content."""
        self._rows = tuple(rows)
        sentences = [
            wording.labelled(
                row.label, ", ".join(f"{bar.text} {tr(KINDS[bar.kind])}".strip() for bar in row.bars)
            )
            for row in rows
        ]
        self.setAccessibleDescription(". ".join(sentences))
        self.setToolTip("\n".join(sentences))
        self.updateGeometry()
        self.update()

    @property
    def _line(self) -> float:
        return QFontMetricsF(self.font()).height()

    def sizeHint(self) -> QSize:
        lines = sum(len(row.bars) * self._line * 1.15 + self._line * 0.35 for row in self._rows)
        return QSize(300, int(lines))

    def minimumSizeHint(self) -> QSize:
        return QSize(220, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        c, line = self._theme.colours, self._line
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = QFontMetricsF(self.font())
        plain, italic = QFont(self.font()), QFont(self.font())
        italic.setItalic(True)
        texts = [metrics.horizontalAdvance(bar.text) for row in self._rows for bar in row.bars]
        labels = [metrics.horizontalAdvance(row.label) for row in self._rows]
        right = max(texts, default=0.0) + 10
        left = min(max(labels, default=0.0) + 14, self.width() * 0.42)
        room = max(20.0, self.width() - left - right)
        y = 0.0
        for row in self._rows:
            height = len(row.bars) * line * 1.15
            painter.setPen(QColor(c.text))
            painter.setFont(italic if row.italic else plain)
            label = QFontMetricsF(painter.font()).elidedText(
                row.label, Qt.TextElideMode.ElideRight, left - 10
            )
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, y, left, line * 1.15), flags, label)
            painter.setFont(plain)
            for number, bar in enumerate(row.bars):
                box = QRectF(left, y + number * line * 1.15, room, line * 1.15)
                self._paint_bar(painter, box, bar)
                painter.setPen(QColor(c.muted))
                painter.drawText(QRectF(box.right() + 10, box.top(), right, box.height()), flags, bar.text)
            y += height + line * 0.35
        painter.end()

    def _paint_bar(self, painter: QPainter, box: QRectF, bar: Bar) -> None:
        c = self._theme.colours
        track = QRectF(box.left(), box.center().y() - 4.5, box.width(), 9)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(c.track))
        painter.drawRoundedRect(track, 4.5, 4.5)
        if bar.share <= 0:
            return
        filled = QRectF(
            track.left(), track.top(), max(9.0, track.width() * min(1.0, bar.share)), track.height()
        )
        if bar.kind == "image":
            painter.setBrush(QColor(c.card))
            painter.setPen(QPen(QColor(c.link), 1.4))
            painter.drawRoundedRect(filled.adjusted(0.7, 0.7, -0.7, -0.7), 4, 4)
            painter.setBrush(QBrush(QColor(c.link), Qt.BrushStyle.BDiagPattern))
            painter.drawRoundedRect(filled.adjusted(0.7, 0.7, -0.7, -0.7), 4, 4)
            return
        painter.setBrush(QColor(c.bar if bar.kind == "dna" else c.muted))
        painter.drawRoundedRect(filled, 4.5, 4.5)
