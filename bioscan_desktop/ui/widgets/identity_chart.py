"""Percent identity of the nearest references on one axis, with the gap between species."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from bioscan_desktop.ui import wording
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import decimal, mark, percentage, tr

LOW, HIGH = 80.0, 100.0
"""Ends of the axis; what lies below is drawn at its left end with an arrow."""

TOP, OWN, GAP, OTHER, BOTTOM, HEIGHT = 1.35, 3.1, 4.1, 6.15, 7.2, 8.7
"""From above, in lines of text: the field, marks of the species, the bracket, other marks, the axis, all."""
NAME = 1.5
"""Lines from the top of the name of a row down to its marks."""

SPECIES_RULE = 97.0
GENUS_RULE = (90.0, 95.0)
RULES = mark(
    "Rules of thumb, no limits: barcodes of one species usually share 97% or more, those of one genus "
    "90 to 95%."
)


@dataclass(frozen=True, slots=True)
class Spots:
    """What the chart shows.

    Attributes:
        species: the name of the most identical reference, or what stands in its place.
        own: percent identities of the references of that species, the largest first.
        others: those of all other species, the largest first.
        italic: the name is set in italics.
    """

    species: str
    own: tuple[float, ...]
    others: tuple[float, ...]
    italic: bool = True


class IdentityChart(QWidget):
    """Two rows of marks: circles for the nearest species, diamonds for all others."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._spots: Spots | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(240)
        self.setToolTip(tr(RULES))
        theme.changed.connect(self.update)

    def show_spots(self, spots: Spots | None, words: str) -> None:
        """New content; `words` say the same to a screen reader."""
        self._spots = spots
        self.setAccessibleName(tr("Percent identity of the nearest references"))
        self.setAccessibleDescription(words)
        self.updateGeometry()
        self.update()

    @property
    def _line(self) -> float:
        return QFontMetricsF(self.font()).height()

    def sizeHint(self) -> QSize:
        return QSize(360, int(self._line * HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(240, int(self._line * HEIGHT))

    def place_of(self, identity: float) -> float:
        """x of a percent identity, at the ends of the axis where it lies beyond."""
        left, right = 22.0, self.width() - 22.0
        share = (min(HIGH, max(LOW, identity)) - LOW) / (HIGH - LOW)
        return left + share * (right - left)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._spots is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = self._line
        top, bottom = line * TOP, line * BOTTOM
        self._paint_rules(painter, top, bottom)
        self._paint_axis(painter, bottom)
        own_y, other_y = line * OWN, line * OTHER
        if self._spots.own and self._spots.others:
            self._paint_gap(painter, self._spots.own[0], self._spots.others[0])
        self._paint_row(painter, self._spots.species, self._spots.italic, self._spots.own, own_y, True)
        self._paint_row(painter, tr("other species"), False, self._spots.others, other_y, False)
        painter.end()

    def _paint_rules(self, painter: QPainter, top: float, bottom: float) -> None:
        c, line = self._theme.colours, self._line
        first, last = (self.place_of(rule) for rule in GENUS_RULE)
        painter.fillRect(QRectF(first, top, last - first, bottom - top), QColor(c.hover))
        painter.setPen(QPen(QColor(c.muted), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(first, top), QPointF(first, bottom))
        painter.drawLine(QPointF(last, top), QPointF(last, bottom))
        species = self.place_of(SPECIES_RULE)
        painter.setPen(QPen(QColor(c.muted), 1.4, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(species, top), QPointF(species, bottom))
        painter.setPen(QColor(c.muted))
        painter.setFont(self._small())
        centre = Qt.AlignmentFlag.AlignCenter
        painter.drawText(QRectF(first - 30, 0, last - first + 60, line * 1.3), centre, tr("same genus"))
        edge = self.place_of(HIGH)
        painter.drawText(
            QRectF(species - 4, 0, edge - species + 26, line * 1.3),
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            wording.rank_noun("species"),
        )

    def _paint_axis(self, painter: QPainter, y: float) -> None:
        c = self._theme.colours
        painter.setFont(self._small())
        painter.setPen(QPen(QColor(c.muted), 1))
        painter.drawLine(QPointF(self.place_of(LOW), y), QPointF(self.place_of(HIGH), y))
        for number in range(int(LOW), int(HIGH) + 1):
            x = self.place_of(number)
            painter.drawLine(QPointF(x, y), QPointF(x, y + (6 if number % 5 == 0 else 3)))
            if number % 5 == 0 or number == SPECIES_RULE:
                box = QRectF(x - 22, y + 6, 44, self._line)
                painter.drawText(
                    box, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, percentage(number / 100)
                )

    def _paint_row(
        self, painter: QPainter, name: str, italic: bool, values: tuple[float, ...], y: float, own: bool
    ) -> None:
        c = self._theme.colours
        font = QFont(self._small())
        font.setItalic(italic)
        painter.setFont(font)
        count = tr("no reference") if not values else wording.count(len(values), "reference")
        metrics = QFontMetricsF(font)
        text = metrics.elidedText(
            wording.labelled(name, count), Qt.TextElideMode.ElideMiddle, self.width() - 34
        )
        box = QRectF(2, y - self._line * NAME, metrics.horizontalAdvance(text) + 8, self._line)
        painter.fillRect(box, QColor(c.card))  # the bracket of the gap may run here
        painter.setPen(QColor(c.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        for value in reversed(values):
            x = self.place_of(value)
            painter.setPen(QPen(QColor(c.outline), 1.4))
            painter.setBrush(QColor(c.bar if own else c.card))
            if value < LOW:
                painter.drawPolygon(
                    QPolygonF([QPointF(x - 7, y), QPointF(x + 3, y - 5), QPointF(x + 3, y + 5)])
                )
            elif own:
                painter.drawEllipse(QPointF(x, y), 5, 5)
            else:
                corners = [QPointF(x, y - 6), QPointF(x + 6, y), QPointF(x, y + 6), QPointF(x - 6, y)]
                painter.drawPolygon(QPolygonF(corners))

    def _paint_gap(self, painter: QPainter, own: float, other: float) -> None:
        """A bracket from the nearest other species to the nearest of the species."""
        c = self._theme.colours
        own_y, y, other_y = self._line * OWN, self._line * GAP, self._line * OTHER
        left, right = self.place_of(other), self.place_of(own)
        painter.setPen(QPen(QColor(c.text), 1.4))
        painter.drawLine(QPointF(left, y), QPointF(right, y))
        painter.drawLine(QPointF(left, y - 4), QPointF(left, other_y - 8))
        painter.drawLine(QPointF(right, y + 4), QPointF(right, own_y + 7))
        text = tr("gap {points}").format(points=decimal(own - other, 1))
        font = QFont(self._small())
        font.setBold(True)
        painter.setFont(font)
        width = QFontMetricsF(font).horizontalAdvance(text) + 8
        x = right - left - width
        # Where the bracket is too short for the words, they stand to the left of it.
        start = left + x / 2 if x > 4 else max(2.0, left - width - 4)
        box = QRectF(start, y - self._line * 0.5, width, self._line)
        painter.fillRect(box, QColor(c.card))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _small(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 0.92)
        return font
