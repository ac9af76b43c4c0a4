"""The user's own photo and barcode, drawn."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import tr

BASE_COLOURS = {"A": "#4c9a4a", "C": "#3b6fb6", "G": "#2b2b2b", "T": "#c8473f"}
"""As on BOLD's own pages: A green, C blue, G black, T red."""

BASE_COLOURS_DARK = {**BASE_COLOURS, "G": "#d9d9d9"}


GROWS = 1.4
"""A photo's ground becomes at most so much higher than the picture on it, to fill the card it stands in."""


class PhotoView(QWidget):
    """A picture, as large as there is room for, never distorted nor enlarged beyond twice."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._picture: QPixmap | None = None
        self._words = ""
        self._grows = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 140)
        theme.changed.connect(self.update)

    def show_picture(self, picture: QPixmap | None, words: str = "") -> None:
        """A picture, or words where there is none."""
        self._picture, self._words = picture, words
        self._limit()
        self.setAccessibleName(tr("Photo of the specimen") if picture is not None else words)
        self.update()

    def set_room(self, height: int, grows: bool) -> None:
        """Pixels that it has at least; where it may grow, it takes what picture and ground can use."""
        self._grows = grows
        self.setMinimumHeight(height)
        self._limit()

    def _limit(self) -> None:
        height = self.minimumHeight()
        if self._grows and self._picture is not None:
            whole = self.width() * self._picture.height() / max(1, self._picture.width())
            height = max(height, int(GROWS * whole))
        self.setMaximumHeight(height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._limit()

    def sizeHint(self) -> QSize:
        return QSize(360, self.minimumHeight())

    def paintEvent(self, event: QPaintEvent) -> None:
        c = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        ground = QRectF(self.rect())
        shape = QPainterPath()
        shape.addRoundedRect(ground, 8, 8)
        painter.setClipPath(shape)
        painter.fillRect(ground, QColor(c.window))
        if self._picture is None:
            painter.setPen(QColor(c.muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(ground.adjusted(16, 16, -16, -16), flags, self._words)
        else:
            size = QSize(self._picture.size())
            size.scale(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            size = size.boundedTo(self._picture.size() * 2)
            box = QRectF(0, 0, size.width(), size.height())
            box.moveCenter(ground.center())
            painter.drawPixmap(box, self._picture, QRectF(self._picture.rect()))
        painter.end()


class BarcodeView(QWidget):
    """A barcode as coloured stripes, one a base, in rows of equal length."""

    ROW = 26
    GAP = 5

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._sequence = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_sequence(self, sequence: str) -> None:
        """The cleaned barcode."""
        self._sequence = sequence
        self.setAccessibleName(tr("DNA barcode of %n bases", "", len(sequence)) if sequence else "")
        self.setToolTip(
            tr("A green, C blue, G light grey, T red")
            if self._theme.is_dark
            else tr("A green, C blue, G black, T red")
        )
        self.setFixedHeight(self._lines() * (self.ROW + self.GAP))
        self.update()

    def _lines(self) -> int:
        return 0 if not self._sequence else 1 if len(self._sequence) < 350 else 2

    def paintEvent(self, event: QPaintEvent) -> None:
        lines = self._lines()
        if not lines:
            return
        colours = BASE_COLOURS_DARK if self._theme.is_dark else BASE_COLOURS
        unknown = QColor(self._theme.colours.track)
        brushes = {base: QColor(colour) for base, colour in colours.items()}
        painter = QPainter(self)
        per_line = -(-len(self._sequence) // lines)
        for line in range(lines):
            y = line * (self.ROW + self.GAP)
            part = self._sequence[line * per_line : (line + 1) * per_line]
            step = self.width() / per_line
            for place, base in enumerate(part):
                painter.fillRect(QRectF(place * step, y, step + 0.3, self.ROW), brushes.get(base, unknown))
        painter.end()
