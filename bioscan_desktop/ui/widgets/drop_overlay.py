"""The hint over the window while something is dragged across it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from bioscan_desktop.ui.theme import Theme


class DropOverlay(QWidget):
    """A frame and a sentence; lets the mouse through."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._words = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_words(self, words: str) -> None:
        """Says what a drop would do here."""
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())
        self._words = words
        self.raise_()
        self.show()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        c = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(c.accent), 4, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(6, 6, -6, -6), 12, 12)
        font = painter.font()
        font.setPointSizeF(font.pointSizeF() * 1.25)
        painter.setFont(font)
        width = QFontMetrics(font).horizontalAdvance(self._words) + 48
        box = QRectF((self.width() - width) / 2, self.height() - 96, width, 48)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(c.accent))
        painter.drawRoundedRect(box, 24, 24)
        painter.setPen(QColor(c.on_accent))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._words)
        painter.end()
