"""A picture that can be zoomed and moved, alone or together with others."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from bioscan_desktop.ui import wording
from bioscan_desktop.ui.theme import Theme

ZOOM_MAX = 16.0
"""Times the size at which the picture fits."""

STEP = 1.25
"""One turn of the wheel, or one press of a key."""

MOVE = 0.12
"""Of the visible part, by one press of an arrow key."""


class ZoomView(QWidget):
    """Wheel and + − zoom, dragging and arrow keys move, 0 fits.

    Zoom and middle are relative to the picture, so that pictures of different sizes can show the
    same part.

    Signals:
        moved: (zoom, middle) the user zoomed or moved.
    """

    moved = Signal(float, QPointF)

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme = theme
        self._name = name
        self._picture: QPixmap | None = None
        self._words = ""
        self._dragged_from: QPointF | None = None
        self.zoom = 1.0
        self.middle = QPointF(0.5, 0.5)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 100)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.show_picture(None, "")
        theme.changed.connect(self.update)

    @property
    def picture(self) -> QPixmap | None:
        """What is shown."""
        return self._picture

    def show_picture(self, picture: QPixmap | None, words: str) -> None:
        """A picture with its description, or words where there is none."""
        self._picture, self._words = picture, words
        self.setAccessibleName(wording.labelled(self._name, words) if words else self._name)
        self.update()

    def show_part(self, zoom: float, middle: QPointF) -> None:
        """Shows a part without telling of it."""
        self.zoom, self.middle = zoom, QPointF(middle)
        self.update()

    def fit(self) -> None:
        """Shows all of it."""
        self._go(1.0, QPointF(0.5, 0.5))

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zooms; what lies at the position stays there."""
        place = self._place()
        zoom = min(ZOOM_MAX, max(1.0, self.zoom * factor))
        if place.isEmpty():
            return
        fixed = at if at is not None else QPointF(self.rect().center())
        share = QPointF((fixed.x() - place.x()) / place.width(), (fixed.y() - place.y()) / place.height())
        grown = zoom / self.zoom
        centre = QPointF(self.rect().center())
        middle = QPointF(
            share.x() - (fixed.x() - centre.x()) / (place.width() * grown),
            share.y() - (fixed.y() - centre.y()) / (place.height() * grown),
        )
        self._go(zoom, middle)

    def _go(self, zoom: float, middle: QPointF) -> None:
        half = 0.5 / zoom
        kept = QPointF(min(1 - half, max(half, middle.x())), min(1 - half, max(half, middle.y())))
        self.show_part(zoom, kept)
        self.moved.emit(zoom, kept)

    def _place(self) -> QRectF:
        """Where the whole picture lies, in pixels of this widget."""
        if self._picture is None or self._picture.isNull():
            return QRectF()
        width, height = self._picture.width(), self._picture.height()
        scale = min(self.width() / width, self.height() / height) * self.zoom
        place = QRectF(0, 0, width * scale, height * scale)
        centre = self.rect().center()
        place.moveTopLeft(
            QPointF(
                centre.x() - self.middle.x() * place.width(), centre.y() - self.middle.y() * place.height()
            )
        )
        return place

    def paintEvent(self, event: QPaintEvent) -> None:
        c = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), QColor(c.window))
        if self._picture is None:
            painter.setPen(QColor(c.muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(QRectF(self.rect()).adjusted(16, 16, -16, -16), flags, self._words)
        else:
            painter.drawPixmap(self._place(), self._picture, QRectF(self._picture.rect()))
        edge = QColor(c.accent if self.hasFocus() else c.border)
        painter.setPen(QPen(edge, 2 if self.hasFocus() else 1))
        painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.angleDelta().y():
            self.zoom_by(STEP ** (event.angleDelta().y() / 120), event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus()
        self._dragged_from = event.position()
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self._place()
        if self._dragged_from is None or place.isEmpty():
            return
        by = event.position() - self._dragged_from
        self._dragged_from = event.position()
        self._go(self.zoom, self.middle - QPointF(by.x() / place.width(), by.y() / place.height()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged_from = None
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.zoom > 1:
            self.fit()
        else:
            self.zoom_by(3, event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, step = event.key(), MOVE / self.zoom
        moves = {
            Qt.Key.Key_Left: (-step, 0.0),
            Qt.Key.Key_Right: (step, 0.0),
            Qt.Key.Key_Up: (0.0, -step),
            Qt.Key.Key_Down: (0.0, step),
        }
        if event.text() in ("+", "="):
            self.zoom_by(STEP)
        elif event.text() in ("-", "−"):
            self.zoom_by(1 / STEP)
        elif event.text() == "0":
            self.fit()
        elif key in moves:
            self._go(self.zoom, self.middle + QPointF(*moves[Qt.Key(key)]))
        else:
            super().keyPressEvent(event)


class Tied:
    """Lets several views show the same part.

    Attributes:
        together: False lets each go its own way.
    """

    def __init__(self, views: Sequence[ZoomView]) -> None:
        self.together = True
        self._views = list(views)
        for view in self._views:
            view.moved.connect(lambda zoom, middle, source=view: self._follow(source, zoom, middle))

    def tie(self, together: bool) -> None:
        """Ties them again to what the first one shows, or lets them go."""
        self.together = together
        if together and self._views:
            self._follow(self._views[0], self._views[0].zoom, self._views[0].middle)

    def _follow(self, source: ZoomView, zoom: float, middle: QPointF) -> None:
        if self.together:
            for view in self._views:
                if view is not source:
                    view.show_part(zoom, middle)
