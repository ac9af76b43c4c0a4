"""A photo with rectangles that can be drawn, moved and sized, by mouse and by keyboard."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from bioscan_desktop.inference.crop import Box
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import percentage, tr

HANDLE = 10
"""Pixels around a corner or an edge that take hold of it."""

SMALLEST = 0.02
"""Of width and height; nothing smaller can be identified."""

STEP = 0.01
"""By which a key moves or sizes."""

Key = Qt.Key


class CropView(QWidget):
    """Boxes in shares of the photo, of which one is current.

    Mouse: drag within a box moves it, its edges size it, elsewhere draws another. Keys: arrows move,
    with Shift they size, + − grow and shrink, N makes another, Del takes one out, Page keys go round.

    Signals:
        changed: boxes were changed by the user.
    """

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._picture: QPixmap | None = None
        self._words = tr("Loading the photo…")
        self._boxes: list[QRectF] = []
        self._current = -1
        self._grip: tuple[str, QPointF, QRectF] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 160)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        theme.changed.connect(self.update)
        self._describe()

    # -- boxes ---------------------------------------------------------------------------------

    @property
    def boxes(self) -> list[Box]:
        """What was drawn or proposed, in order."""
        return [
            Box(max(0.0, b.left()), max(0.0, b.top()), min(1.0, b.right()), min(1.0, b.bottom()))
            for b in self._boxes
        ]

    @property
    def current(self) -> int:
        """Place of the box that keys act on; -1 if there is none."""
        return self._current

    def show_picture(self, picture: QPixmap | None) -> None:
        """The whole photo; None where it cannot be shown."""
        self._picture = picture
        self._words = tr("The photo cannot be shown.")
        self.update()

    def show_boxes(self, boxes: list[Box]) -> None:
        """Other boxes, the first being current."""
        self._grip = None  # what was held is gone
        self._boxes = [QRectF(b.left, b.top, b.width, b.height) for b in boxes]
        self._current = 0 if boxes else -1
        self._tell()

    def add(self) -> None:
        """Another box in the middle, as large as the current one."""
        self._grip = None
        size = self._boxes[self._current].size() if self._current >= 0 else QSizeF(0.4, 0.4)
        box = QRectF(QPointF(0.5 - size.width() / 2, 0.5 - size.height() / 2), size)
        self._boxes.append(box)
        self._current = len(self._boxes) - 1
        self._tell()

    def remove(self) -> None:
        """Takes the current box out."""
        self._grip = None
        if self._current >= 0:
            del self._boxes[self._current]
            self._current = min(self._current, len(self._boxes) - 1)
            self._tell()

    def turn(self, step: int) -> None:
        """Goes to another box."""
        self._grip = None
        if self._boxes:
            self._current = (self._current + step) % len(self._boxes)
            self._tell()

    def _tell(self) -> None:
        self._describe()
        self.update()
        self.changed.emit()

    def _describe(self) -> None:
        if self._current < 0:
            words = tr("Photo without a crop: all of it is used")
        else:
            b = self._boxes[self._current]
            words = tr(
                "Crop {number} of {total}: from {left} to {right} of the width, {top} to {bottom} of the "
                "height"
            ).format(
                number=self._current + 1,
                total=len(self._boxes),
                left=percentage(b.left()),
                right=percentage(b.right()),
                top=percentage(b.top()),
                bottom=percentage(b.bottom()),
            )
        self.setAccessibleName(words)
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.NameChanged))

    # -- places --------------------------------------------------------------------------------

    def _frame(self) -> QRectF:
        """Where the photo lies, in pixels of this widget."""
        room = QRectF(self.rect()).adjusted(4, 4, -4, -4)
        if self._picture is None or self._picture.isNull():
            return room
        size = QSizeF(self._picture.size())
        size.scale(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        frame = QRectF(QPointF(), size)
        frame.moveCenter(room.center())
        return frame

    def _shown(self, box: QRectF) -> QRectF:
        f = self._frame()
        return QRectF(
            f.x() + box.x() * f.width(),
            f.y() + box.y() * f.height(),
            box.width() * f.width(),
            box.height() * f.height(),
        )

    def _share(self, point: QPointF) -> QPointF:
        f = self._frame()
        x, y = (point.x() - f.x()) / f.width(), (point.y() - f.y()) / f.height()
        return QPointF(min(1.0, max(0.0, x)), min(1.0, max(0.0, y)))

    def _grip_at(self, point: QPointF) -> tuple[int, str]:
        """(box, which edges: some of `l r t b`, or `m` for the inside); (-1, "") elsewhere."""
        order = [self._current, *(i for i in range(len(self._boxes)) if i != self._current)]
        for number in (i for i in order if i >= 0):
            shown = self._shown(self._boxes[number])
            if not shown.adjusted(-HANDLE, -HANDLE, HANDLE, HANDLE).contains(point):
                continue
            edges = ""
            for letter, distance in (
                ("l", point.x() - shown.left()),
                ("r", point.x() - shown.right()),
                ("t", point.y() - shown.top()),
                ("b", point.y() - shown.bottom()),
            ):
                if abs(distance) <= HANDLE:
                    edges += letter
            return number, edges or "m"
        return -1, ""

    # -- mouse ---------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._picture is None:
            return
        point = self._share(event.position())
        number, grip = self._grip_at(event.position())
        if number < 0:
            self._boxes.append(QRectF(point, QSizeF(0, 0)))
            number, grip = len(self._boxes) - 1, "rb"
        self._current = number
        self._grip = (grip, point, QRectF(self._boxes[number]))
        self._tell()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is None:
            self._point(self._grip_at(event.position())[1])
            return
        grip, start, before = self._grip
        by = self._share(event.position()) - start
        if grip == "m":
            box = before.translated(by)
            box.moveLeft(min(max(0.0, box.left()), 1 - box.width()))
            box.moveTop(min(max(0.0, box.top()), 1 - box.height()))
        else:
            box = QRectF(before)
            if "l" in grip:
                box.setLeft(before.left() + by.x())
            if "r" in grip:
                box.setRight(before.right() + by.x())
            if "t" in grip:
                box.setTop(before.top() + by.y())
            if "b" in grip:
                box.setBottom(before.bottom() + by.y())
            box = box.normalized() & QRectF(0, 0, 1, 1)
        self._boxes[self._current] = box
        self._tell()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._grip is None:
            return
        self._grip = None
        box = self._boxes[self._current]
        if box.width() < SMALLEST or box.height() < SMALLEST:
            self.remove()  # a press without a drag draws nothing

    def _point(self, grip: str) -> None:
        shapes = {
            "m": Qt.CursorShape.SizeAllCursor,
            "l": Qt.CursorShape.SizeHorCursor,
            "r": Qt.CursorShape.SizeHorCursor,
            "t": Qt.CursorShape.SizeVerCursor,
            "b": Qt.CursorShape.SizeVerCursor,
            "lt": Qt.CursorShape.SizeFDiagCursor,
            "rb": Qt.CursorShape.SizeFDiagCursor,
            "rt": Qt.CursorShape.SizeBDiagCursor,
            "lb": Qt.CursorShape.SizeBDiagCursor,
        }
        self.setCursor(shapes.get(grip, Qt.CursorShape.CrossCursor))

    # -- keys ----------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, sizes = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        moves = {Key.Key_Left: (-1, 0), Key.Key_Right: (1, 0), Key.Key_Up: (0, -1), Key.Key_Down: (0, 1)}
        if key in moves and self._current >= 0:
            x, y = (STEP * part for part in moves[Key(key)])
            self._nudge(0.0 if sizes else x, 0.0 if sizes else y, x if sizes else 0.0, y if sizes else 0.0)
        elif event.text() in ("+", "=") and self._current >= 0:
            self._nudge(-STEP, -STEP, 2 * STEP, 2 * STEP)
        elif event.text() == "-" and self._current >= 0:
            self._nudge(STEP, STEP, -2 * STEP, -2 * STEP)
        elif key == Key.Key_N:
            self.add()
        elif key in (Key.Key_Delete, Key.Key_Backspace):
            self.remove()
        elif key in (Key.Key_PageDown, Key.Key_PageUp):
            self.turn(1 if key == Key.Key_PageDown else -1)
        else:
            super().keyPressEvent(event)

    def _nudge(self, x: float, y: float, wider: float, higher: float) -> None:
        box = self._boxes[self._current]
        width = min(1.0, max(SMALLEST, box.width() + wider))
        height = min(1.0, max(SMALLEST, box.height() + higher))
        left = min(max(0.0, box.left() + x), 1 - width)
        top = min(max(0.0, box.top() + y), 1 - height)
        self._boxes[self._current] = QRectF(left, top, width, height)
        self._tell()

    # -- painting ------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        c = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), QColor(c.window))
        if self._picture is None:
            painter.setPen(QColor(c.muted))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._words)
            painter.end()
            return
        frame = self._frame()
        painter.drawPixmap(frame, self._picture, QRectF(self._picture.rect()))
        if self._boxes:
            painter.save()
            painter.setClipRect(frame)
            veil = QColor(0, 0, 0, 110)
            outside = QPainterPath()
            outside.addRect(frame)
            for box in self._boxes:
                inside = QPainterPath()
                inside.addRect(self._shown(box))
                outside = outside.subtracted(inside)
            painter.fillPath(outside, veil)
            painter.restore()
        for number, box in enumerate(self._boxes):
            self._paint_box(painter, number, self._shown(box))
        if self.hasFocus():
            painter.setPen(QPen(QColor(c.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        painter.end()

    def _paint_box(self, painter: QPainter, number: int, shown: QRectF) -> None:
        is_current = number == self._current
        # Dark below light stands out from any photo.
        for colour, width in (("#000000", 5 if is_current else 3), ("#ffffff", 2.5 if is_current else 1.2)):
            style = Qt.PenStyle.SolidLine if is_current or colour == "#000000" else Qt.PenStyle.DashLine
            painter.setPen(QPen(QColor(colour), width, style))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(shown)
        if is_current:
            painter.setPen(QPen(QColor("#000000"), 1))
            painter.setBrush(QColor("#ffffff"))
            for corner in (shown.topLeft(), shown.topRight(), shown.bottomLeft(), shown.bottomRight()):
                painter.drawRect(QRectF(corner.x() - 4, corner.y() - 4, 8, 8))
        if len(self._boxes) > 1:
            sign = QRectF(shown.left() + 4, shown.top() + 4, 24, 24)
            painter.setPen(QPen(QColor("#ffffff"), 1.5))
            painter.setBrush(QColor("#000000"))
            painter.drawEllipse(sign)
            font = QFont(painter.font())
            font.setBold(True)
            painter.setFont(font)
            painter.drawText(sign, Qt.AlignmentFlag.AlignCenter, str(number + 1))
