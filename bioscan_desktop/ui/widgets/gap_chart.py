"""The barcode gap of many species: largest distance within against distance to the nearest other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import decimal_mark, tr

NEAR_PX = 12.0
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
"""Between two marks of an axis; no distance is above 2."""


@dataclass(frozen=True, slots=True)
class GapSpot:
    """A species.

    Attributes:
        within, between: distances; see `services.distances`.
        words: what is said when it is pointed at.
    """

    taxon: int
    within: float
    between: float
    words: str


class GapChart(QWidget):
    """Circles above the diagonal stand apart, diamonds below it overlap with another species.

    Signals:
        chosen: (taxon) a mark was clicked.
    """

    chosen = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._spots: tuple[GapSpot, ...] = ()
        self._values = np.zeros((0, 2))
        self._step, self._end = 0.2, 1.0
        self._marked: int | None = None
        self.setMouseTracking(True)
        self.setMinimumSize(228, 220)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Distances within and between species"))
        theme.changed.connect(self.update)

    def show_spots(self, spots: Sequence[GapSpot], words: str) -> None:
        """New content; `words` say the same to a screen reader."""
        self._spots = tuple(spots)
        self._values = np.array([(s.within, s.between) for s in spots]).reshape(-1, 2)
        top = float(self._values.max()) if len(spots) else 0.0
        self._step = next(step for step in STEPS if top <= 6 * step)
        self._end = self._step * max(1, math.ceil(top / self._step - 1e-9))
        self.setAccessibleDescription(words)
        self.update()

    def mark(self, taxon: int | None) -> None:
        """Rings one species."""
        self._marked = taxon
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(420, 320)

    @property
    def _line(self) -> float:
        return QFontMetricsF(self._small()).height()

    @property
    def _plot(self) -> QRectF:
        line = self._line
        room = QFontMetricsF(self._small()).horizontalAdvance("0.00")
        left, right = line * 1.7 + room + 7, room / 2 + 2
        return QRectF(left, line * 0.6, self.width() - left - right, self.height() - line * 3.6)

    def place_of(self, within: float, between: float) -> QPointF:
        """Where a pair of distances is drawn."""
        plot = self._plot
        return QPointF(
            plot.left() + within / self._end * plot.width(),
            plot.bottom() - between / self._end * plot.height(),
        )

    def spot_at(self, position: QPointF) -> GapSpot | None:
        """The species whose mark is nearest, if any is near."""
        if not self._spots:
            return None
        plot = self._plot
        x = plot.left() + self._values[:, 0] / self._end * plot.width()
        y = plot.bottom() - self._values[:, 1] / self._end * plot.height()
        away = (x - position.x()) ** 2 + (y - position.y()) ** 2
        nearest = int(away.argmin())
        return self._spots[nearest] if away[nearest] <= NEAR_PX**2 else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        spot = self.spot_at(event.position())
        self.setCursor(Qt.CursorShape.PointingHandCursor if spot else Qt.CursorShape.ArrowCursor)
        if spot is None:
            QToolTip.hideText()
        else:
            QToolTip.showText(event.globalPosition().toPoint(), spot.words, self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        spot = self.spot_at(event.position())
        if spot is not None and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(spot.taxon)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter)
        self._paint_axes(painter)
        c = self._theme.colours
        for spot in self._spots:
            apart = spot.between > spot.within
            place = self.place_of(spot.within, spot.between)
            painter.setPen(QPen(QColor(c.outline), 1))
            fill = QColor(c.bar if apart else c.warning)
            fill.setAlpha(210)
            painter.setBrush(fill)
            _paint_mark(painter, place, apart)
            if spot.taxon == self._marked:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(c.text), 2))
                painter.drawEllipse(place, 9, 9)
        painter.end()

    def _paint_ground(self, painter: QPainter) -> None:
        c, plot = self._theme.colours, self._plot
        painter.fillRect(plot, QColor(c.field))
        above = QPolygonF([plot.topLeft(), plot.topRight(), plot.bottomLeft()])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(c.hover))
        painter.drawPolygon(above)
        painter.setPen(QPen(QColor(c.muted), 1.2, Qt.PenStyle.DashLine))
        painter.drawLine(plot.bottomLeft(), plot.topRight())
        painter.setFont(self._small())
        painter.setPen(QColor(c.muted))
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        painter.drawText(plot.adjusted(8, 6, 0, 0), left, tr("stands apart"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
        # low, where the ground below the line is wide enough for the words
        painter.drawText(plot.adjusted(0, 0, -8, -6), right, tr("overlaps with another"))

    def _paint_axes(self, painter: QPainter) -> None:
        c, plot, line = self._theme.colours, self._plot, self._line
        painter.setPen(QPen(QColor(c.muted), 1))
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())
        painter.drawLine(plot.bottomLeft(), plot.topLeft())
        for number in range(round(self._end / self._step) + 1):
            value = self._step * number
            text = f"{value:.2g}".replace(".", decimal_mark())
            place = self.place_of(value, value)
            painter.drawLine(QPointF(place.x(), plot.bottom()), QPointF(place.x(), plot.bottom() + 4))
            painter.drawLine(QPointF(plot.left() - 4, place.y()), QPointF(plot.left(), place.y()))
            centre = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
            painter.drawText(QRectF(place.x() - 24, plot.bottom() + 5, 48, line), centre, text)
            if number:
                side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                painter.drawText(QRectF(plot.left() - 48, place.y() - line / 2, 41, line), side, text)
        painter.drawText(
            # Below the plot where it fits, else from the left edge: no language should be cut.
            QRectF(0, plot.bottom() + 5 + line * 1.1, plot.right(), line * 1.2),
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
            tr("largest distance within"),
        )
        painter.save()
        words = tr("distance to the nearest other")
        # Beside the axis where it fits, else over the whole height: no language should be cut.
        long = QFontMetricsF(self._small()).horizontalAdvance(words) > plot.height()
        height, centre_y = (self.height(), self.height() / 2) if long else (plot.height(), plot.center().y())
        painter.translate(line * 0.75, centre_y)
        painter.rotate(-90)
        room = QRectF(-height / 2, -line * 0.6, height, line * 1.2)
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, words)
        painter.restore()

    def _small(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 0.92)
        return font


def _paint_mark(painter: QPainter, place: QPointF, apart: bool) -> None:
    if apart:
        painter.drawEllipse(place, 4.5, 4.5)
        return
    x, y = place.x(), place.y()
    corners = [QPointF(x, y - 5.5), QPointF(x + 5.5, y), QPointF(x, y + 5.5), QPointF(x - 5.5, y)]
    painter.drawPolygon(QPolygonF(corners))
