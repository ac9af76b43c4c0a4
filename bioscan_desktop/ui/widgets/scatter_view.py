"""Many marks on a plane: coloured by group, zoomed, pointed at, and taken in with a lasso."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from bioscan_desktop.ui import raster
from bioscan_desktop.ui.raster import Camera
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import tr

NEAR_PX = 10.0
STEP_PX = 60.0
ZOOM = 1.25
ZOOM_MAX = 4000.0
CLICK_PX = 4.0
LABEL_AWAY = 5
"""Pixels between the middle of a group and its name."""

LABELS_MAX = 24
RINGS_MAX = 30
FADED = 0.8
"""Share of the ground's colour in marks that are not emphasised."""


@dataclass(frozen=True, slots=True)
class MapLabel:
    """A name on the map, at the middle of its group."""

    text: str
    italic: bool
    xy: tuple[float, float]


@dataclass(frozen=True)
class MapQuery:
    """A specimen on the map.

    Attributes:
        xy: (2,) its place.
        hollow: it is a photo.
        hits: (m, 2) places of its nearest references.
    """

    xy: np.ndarray
    hollow: bool
    hits: np.ndarray


class ScatterView(QWidget):
    """The map. Drag moves it, the wheel zooms; with Shift held, or the lasso chosen, a drag selects.

    Signals:
        pointed: (index) the mark under the pointer, -1 for none.
        clicked: (index) a mark was clicked; -1 for the ground.
        lassoed: ((m, 2) float64 outline on the plane) was drawn.
    """

    pointed = Signal(int)
    clicked = Signal(int)
    lassoed = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._xy = np.zeros((0, 2), dtype=np.float32)
        self._hollow = np.zeros(0, dtype=bool)
        self._group = np.zeros(0, dtype=np.int16)
        self._palette: list[str] = []
        self._shown = np.zeros(0, dtype=bool)
        self._emphasis: np.ndarray | None = None
        self._selected = np.zeros(0, dtype=np.int64)
        self._order = np.zeros(0, dtype=np.int64)
        self._labels: tuple[MapLabel, ...] = ()
        self._queries: tuple[MapQuery, ...] = ()
        self._pointed = -1
        self.camera = Camera(1, 0, 0)
        self.lasso = False
        self._fitted = True
        self._picture: QImage | None = None
        self._marks: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None  # as they are drawn
        self._whole: Camera | None = None  # shows everything
        self._press: QPointF | None = None
        self._dragged = False
        self._outline: list[QPointF] = []
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(240, 200)
        self.setAccessibleName(tr("Map of the library"))
        theme.changed.connect(self._repaint)

    # -- content -------------------------------------------------------------------------------

    def show_points(self, xy: np.ndarray, hollow: np.ndarray) -> None:
        """Other points: (n, 2) float32 and (n,) bool. Groups are to be given next."""
        self._xy, self._hollow = xy, hollow
        count = len(xy)
        self._group = np.zeros(count, dtype=np.int16)
        self._shown = np.ones(count, dtype=bool)
        self._emphasis, self._selected, self._pointed = None, np.zeros(0, dtype=np.int64), -1
        self._queries = ()
        # Drawn in no order, or the last group would cover all others.
        self._order = np.random.default_rng(0).permutation(count)
        self._repaint()
        self.fit()

    def show_groups(self, group: np.ndarray, palette: Sequence[str], labels: Sequence[MapLabel]) -> None:
        """(n,) numbers into a palette of #rrggbb, and the names to write."""
        self._group, self._palette, self._labels = group, list(palette), tuple(labels)
        self._repaint()

    def show_only(self, shown: np.ndarray) -> None:
        """(n,) bool: the others are not drawn."""
        self._shown = shown
        self._repaint()

    def emphasise(self, which: np.ndarray | None) -> None:
        """(n,) bool: the others fade; None ends it."""
        self._emphasis = which
        self._repaint()

    def select(self, indices: np.ndarray) -> None:
        """Rings around some points; more than `RINGS_MAX` are to be emphasised instead."""
        self._selected = indices[:0] if len(indices) > RINGS_MAX else indices
        self.update()

    def show_queries(self, queries: Sequence[MapQuery]) -> None:
        """Specimens with lines to their references."""
        self._queries = tuple(queries)
        self.update()

    def _repaint(self) -> None:
        """After a change of content; the camera alone needs `_look` only."""
        self._picture = self._marks = self._whole = None
        self.update()

    # -- camera --------------------------------------------------------------------------------

    @property
    def whole(self) -> Camera:
        """The camera that shows everything."""
        if self._whole is None:
            self._whole = raster.fitting(self._xy[self._shown], self.width(), self.height())
        return self._whole

    def fit(self) -> None:
        """Shows everything."""
        self._fitted = True
        self._look(self.whole)

    def look_at(self, xy: np.ndarray) -> None:
        """Shows some places, and what lies around them."""
        if len(xy):
            camera = raster.fitting(xy, self.width(), self.height(), 120)
            whole = self.whole.scale
            middle = (xy.max(axis=0) + xy.min(axis=0)) / 2
            scale = max(whole, min(camera.scale, whole * 12))
            x, y = self.width() / 2, self.height() / 2
            self._fitted = False
            self._look(Camera(scale, x - float(middle[0]) * scale, y + float(middle[1]) * scale))

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Nearer or farther, around a pixel or the middle."""
        at = at or QPointF(self.width() / 2, self.height() / 2)
        whole = self.whole.scale
        scale = min(max(self.camera.scale * factor, whole / 4), whole * ZOOM_MAX)
        self._fitted = False
        self._look(self.camera.zoomed(scale / self.camera.scale, at.x(), at.y()))

    def move(self, dx: float, dy: float) -> None:  # type: ignore[override]
        """Shifts what is seen by pixels."""
        self._fitted = False
        self._look(self.camera.moved(dx, dy))

    def _look(self, camera: Camera) -> None:
        self.camera = camera
        self._picture = None
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._whole = None
        if self._fitted:
            self.fit()
        else:
            old = event.oldSize()
            self._look(
                self.camera.moved((self.width() - old.width()) / 2, (self.height() - old.height()) / 2)
            )

    def sizeHint(self) -> QSize:
        return QSize(700, 560)

    # -- pointing ------------------------------------------------------------------------------

    def point_at(self, position: QPointF) -> int:
        """The nearest mark that is drawn, if any is near; else -1."""
        if not len(self._xy):
            return -1
        pixels = self.camera.to_pixels(self._xy)
        away = np.hypot(pixels[:, 0] - position.x(), pixels[:, 1] - position.y())
        away[~self._shown] = np.inf
        if self._emphasis is not None:
            away[~self._emphasis & (away > NEAR_PX / 2)] = np.inf
        nearest = int(away.argmin())
        return nearest if away[nearest] <= NEAR_PX else -1

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._press, self._dragged = event.position(), False
        selecting = self.lasso or bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._outline = [event.position()] if selecting else []

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        here = event.position()
        if self._press is None:
            self._point(self.point_at(here))
            return
        step = here - self._press
        self._dragged = self._dragged or abs(step.x()) + abs(step.y()) > CLICK_PX
        if not self._dragged:
            return
        if self._outline:
            last = self._outline[-1]
            if abs(here.x() - last.x()) + abs(here.y() - last.y()) > 3:
                self._outline.append(here)
                self.update()
        else:
            self._press = here
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.move(step.x(), step.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._press is None or event.button() != Qt.MouseButton.LeftButton:
            return
        outline, dragged = self._outline, self._dragged
        self._press, self._outline = None, []
        self._show_cursor()
        if not dragged:
            self.clicked.emit(self.point_at(event.position()))
        elif len(outline) > 2:
            corners = np.array([(p.x(), p.y()) for p in outline])
            self.lassoed.emit(self.camera.to_plane(corners))
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point(-1)

    def _point(self, index: int) -> None:
        if index != self._pointed:
            self._pointed = index
            self._show_cursor()
            self.pointed.emit(index)
            self.update()

    def choose_lasso(self, on: bool) -> None:
        """A plain drag selects, too."""
        self.lasso = on
        self._show_cursor()

    def _show_cursor(self) -> None:
        shape = Qt.CursorShape.PointingHandCursor if self._pointed >= 0 else Qt.CursorShape.ArrowCursor
        self.setCursor(Qt.CursorShape.CrossCursor if self.lasso else shape)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turns = event.angleDelta().y() / 120
        if turns:
            self.zoom(ZOOM**turns, event.position())
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.zoom(2.0, event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {
            Qt.Key.Key_Left: (STEP_PX, 0.0),
            Qt.Key.Key_Right: (-STEP_PX, 0.0),
            Qt.Key.Key_Up: (0.0, STEP_PX),
            Qt.Key.Key_Down: (0.0, -STEP_PX),
        }
        key = Qt.Key(event.key())
        if key in moves:
            self.move(*moves[key])
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(ZOOM)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / ZOOM)
        elif key in (Qt.Key.Key_0, Qt.Key.Key_Home) and not event.modifiers():
            self.fit()
        else:
            super().keyPressEvent(event)

    # -- painting ------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        if self._picture is None:
            self._picture = self._draw(ratio)
        painter.drawImage(QRectF(self.rect()), self._picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_selected(painter)
        self._paint_labels(painter)
        for query in self._queries:
            self._paint_query(painter, query)
        self._paint_pointed(painter)
        self._paint_lasso(painter)
        c = self._theme.colours
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(c.accent if self.hasFocus() else c.border), 2 if self.hasFocus() else 1))
        painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        painter.end()

    def _draw(self, ratio: float) -> QImage:
        """All marks as a picture; see `raster`."""
        width, height = max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio))
        if self._marks is None:
            self._marks = self._ordered()
        xy, colour, hollow = self._marks
        pixels = self.camera.to_pixels(xy) * np.float32(ratio)
        ground = _argb(self._theme.colours.field)
        radius = self._radius(len(xy)) * ratio
        picture = raster.draw(pixels, colour, hollow, width, height, ground, radius)
        image = QImage(picture.data, width, height, 4 * width, QImage.Format.Format_RGB32)
        return image.copy()

    def _ordered(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Places, colours and shapes of the marks that are drawn, those that stand out last."""
        ground = self._theme.colours.field
        order = self._order[self._shown[self._order]] if len(self._order) else self._order
        colours = np.array([_argb(colour) for colour in self._palette] or [_argb(ground)], dtype=np.uint32)
        if self._emphasis is None:
            return self._xy[order], colours[self._group[order]], self._hollow[order]
        faded = [_argb(mixed(colour, ground, FADED)) for colour in self._palette] or [_argb(ground)]
        bright = self._emphasis[order]
        order = np.concatenate([order[~bright], order[bright]])
        number = self._group[order]
        shades = np.array(faded, dtype=np.uint32)[number]
        return self._xy[order], np.where(self._emphasis[order], colours[number], shades), self._hollow[order]

    def _radius(self, count: int) -> float:
        """Marks grow as the map is zoomed in, and are larger where there are few."""
        whole = self.whole.scale
        base = 3.2 if count < 3_000 else 2.4 if count < 30_000 else 1.7
        return float(min(5.0, base * (self.camera.scale / whole) ** 0.25)) if whole > 0 else base

    def _pixel(self, xy: np.ndarray) -> list[QPointF]:
        return [QPointF(float(x), float(y)) for x, y in self.camera.to_pixels(xy.reshape(-1, 2))]

    def _paint_selected(self, painter: QPainter) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self._theme.colours.text), 1.4))
        for place in self._pixel(self._xy[self._selected]):
            painter.drawEllipse(place, 6, 6)

    def _paint_labels(self, painter: QPainter) -> None:
        """Names above the middle of their groups, so that a small group is not hidden, or below it; with
        a rim of the ground's colour. Those that would cover another are left out."""
        c = self._theme.colours
        taken: list[QRectF] = []
        inside = QRectF(self.rect()).adjusted(4, 4, -4, -4)
        for label in self._labels[:LABELS_MAX]:
            font = QFont(self.font())
            font.setItalic(label.italic)
            font.setWeight(QFont.Weight.DemiBold)
            metrics = QFontMetricsF(font)
            (place,) = self._pixel(np.array(label.xy, dtype=np.float32))
            at = QRectF(0, 0, metrics.horizontalAdvance(label.text) + 6, metrics.height())
            away = QPointF(0, metrics.height() / 2 + LABEL_AWAY)
            free = (
                spot
                for centre in (place - away, place + away)
                if inside.contains(spot := at.translated(centre - at.center()))
                and not any(spot.intersects(other) for other in taken)
            )
            box = next(free, None)
            if box is None:
                continue
            taken.append(box)
            path = QPainterPath()
            path.addText(box.left() + 3, box.top() + metrics.ascent(), font, label.text)
            painter.setPen(QPen(QColor(c.field), 4, j=Qt.PenJoinStyle.RoundJoin))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(path)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(c.text))
            painter.drawPath(path)

    def _paint_query(self, painter: QPainter, query: MapQuery) -> None:
        c = self._theme.colours
        (place,) = self._pixel(query.xy)
        for hit in self._pixel(query.hits):
            for colour, width in ((c.field, 4.0), (c.text, 1.6)):
                painter.setPen(QPen(QColor(colour), width))
                painter.drawLine(place, hit)
            painter.setBrush(QColor(c.field))
            painter.drawEllipse(hit, 4, 4)
        star = QPolygonF(
            [
                QPointF(place.x() + radius * np.sin(turn), place.y() - radius * np.cos(turn))
                for turn, radius in zip(np.arange(10) * np.pi / 5, [12.0, 5.2] * 5, strict=True)
            ]
        )
        painter.setPen(QPen(QColor(c.field), 5, j=Qt.PenJoinStyle.RoundJoin))
        painter.drawPolygon(star)
        painter.setPen(QPen(QColor(c.text), 1.8, j=Qt.PenJoinStyle.RoundJoin))
        painter.setBrush(QColor(c.field if query.hollow else c.text))
        painter.drawPolygon(star)

    def _paint_pointed(self, painter: QPainter) -> None:
        if 0 <= self._pointed < len(self._xy):
            (place,) = self._pixel(self._xy[self._pointed])
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self._theme.colours.text), 2.2))
            painter.drawEllipse(place, 8, 8)

    def _paint_lasso(self, painter: QPainter) -> None:
        if len(self._outline) > 1:
            accent = QColor(self._theme.colours.accent)
            painter.setPen(QPen(accent, 1.6, Qt.PenStyle.DashLine))
            accent.setAlpha(40)
            painter.setBrush(accent)
            painter.drawPolygon(QPolygonF(self._outline))


def mixed(colour: str, ground: str, share: float) -> str:
    """#rrggbb between two colours; `share` of the second."""
    pairs = zip(_channels(colour), _channels(ground), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _argb(colour: str) -> int:
    return 0xFF000000 | int(colour[1:], 16)
