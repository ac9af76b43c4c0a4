"""How a specimen looks in the list: thumbnail, name, verdict, sign of its state."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from bioscan_desktop.ui import icons, wording
from bioscan_desktop.ui.models.specimens import Row, SpecimenModel
from bioscan_desktop.ui.models.thumbnails import Pictures
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import mark, tr

THUMB = 52
MARGIN = 10

MARKS: dict[str, tuple[str, str, str]] = {
    "waiting": ("clock", "muted", mark("Waiting")),
    "working": ("working", "accent", mark("Working")),
    "stopped": ("stopped", "muted", mark("Stopped")),
    "done": ("check", "good", mark("Identified")),
    "partial": ("partial", "warning", mark("Partly identified")),
    "failed": ("error", "error", mark("Failed")),
    "undecided": ("help", "warning", mark("No name can be given")),
    "conflict": ("conflict", "error", mark("Contradiction")),
    "novelty": ("novelty", "novelty", mark("New to the library")),
}
"""Icon, colour role and words of each mark; the shapes differ, so that colour is not needed."""


DECISIONS: dict[str, tuple[str, str, str]] = {
    "accept": ("accept", "good", mark("Accepted by you")),
    "reject": ("reject", "error", mark("Rejected by you")),
    "choose": ("name", "good", mark("Named by you")),
    "name": ("name", "good", mark("Named by you")),
    "unknown": ("unknown", "warning", mark("Unknown to you")),
    "skip": ("skip", "muted", mark("Put off by you")),
}
"""As `MARKS`, of what was decided; it stands below the other."""


class SpecimenDelegate(QStyledItemDelegate):
    """Paints rows by hand: at 10 000 rows a widget in each would be out of the question."""

    def __init__(self, theme: Theme, pictures: Pictures, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._pictures = pictures
        self.drop_key: int | None = None  # the row that something is dragged over

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        line = QFontMetrics(option.font).height()
        return QSize(200, max(THUMB, 3 * line + 4) + 2 * MARGIN)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row = index.data(SpecimenModel.ROW)
        if not isinstance(row, Row):
            return
        c = self._theme.colours
        box: QRect = option.rect
        state = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if selected:
            painter.fillRect(box, QColor(c.selection))
            painter.fillRect(QRect(box.left(), box.top(), 4, box.height()), QColor(c.accent))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, QColor(c.hover))
        painter.setPen(QColor(c.border))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        if row.key == self.drop_key or (state & QStyle.StateFlag.State_HasFocus and not selected):
            painter.setPen(QPen(QColor(c.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box.adjusted(1, 1, -2, -2))
        self._paint_thumb(painter, box, row)
        self._paint_words(painter, option.font, box, row)
        painter.restore()

    def _paint_thumb(self, painter: QPainter, box: QRect, row: Row) -> None:
        c = self._theme.colours
        place = QRectF(box.left() + MARGIN + 2, box.top() + (box.height() - THUMB) / 2, THUMB, THUMB)
        ratio = painter.device().devicePixelRatio()
        painter.save()
        shape = QPainterPath()
        shape.addRoundedRect(place, 7, 7)
        painter.setClipPath(shape)
        painter.fillRect(place, QColor(c.track))
        thumb = self._pictures.thumb(row)
        if thumb is not None:
            side = min(thumb.width(), thumb.height())  # the middle square
            source = QRectF((thumb.width() - side) / 2, (thumb.height() - side) / 2, side, side)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(place, thumb, source)
        else:
            name = "dna" if row.specimen.modality == "dna" else "photo"
            glyph = icons.pixmap("glyphs", name, 30, c.muted, ratio)
            painter.drawPixmap(place.center() - QRectF(0, 0, 30, 30).center(), glyph)
        painter.restore()
        if row.specimen.modality == "both":
            corner = QRectF(place.right() - 20, place.bottom() - 20, 22, 22)
            painter.setPen(QPen(QColor(c.border), 1))
            painter.setBrush(QColor(c.card))
            painter.drawEllipse(corner)
            painter.drawPixmap(
                corner.center() - QRectF(0, 0, 15, 15).center(),
                icons.pixmap("glyphs", "dna", 15, c.text, ratio),
            )

    def _paint_words(self, painter: QPainter, font: QFont, box: QRect, row: Row) -> None:
        c = self._theme.colours
        ratio = painter.device().devicePixelRatio()
        sign, role, _ = MARKS[row.mark]
        sign_size = 18
        right = box.right() - MARGIN - sign_size
        painter.drawPixmap(
            right,
            box.top() + MARGIN + 1,
            icons.pixmap("icons", sign, sign_size, getattr(c, role), ratio),
        )
        if row.decision is not None:
            decided, colour, _ = DECISIONS[row.decision.action]
            below = icons.pixmap("icons", decided, sign_size, getattr(c, colour), ratio)
            painter.drawPixmap(right, box.bottom() - MARGIN - sign_size - 1, below)
        left = box.left() + MARGIN + THUMB + 14
        metrics = QFontMetrics(font)
        line = metrics.height()
        lines: list[tuple[str, bool, bool, str, int]] = [
            (row.specimen.query_id, True, False, c.text, right - left - 8)
        ]
        full = (right - 6 if row.decision is not None else box.right() - MARGIN) - left
        if row.result is not None and row.result.verdict is not None:
            name = wording.row_title(row.result)
            lines.append((name.text, False, name.italic, c.text, full))
        colour = c.error if row.mark in ("failed", "conflict") else c.muted
        yours = ""
        if row.named_otherwise:
            yours = tr("You: {name}").format(name=row.named_otherwise)
            rank = row.decision.rank if row.decision is not None else None
            lines.append((yours, False, wording.taxon(row.named_otherwise, rank).italic, c.text, full))
        elif row.mark == "failed":  # a sentence, over the two lines that have nothing else to say
            lines += [(text, False, False, colour, full) for text in _wrapped(row.second_line, metrics, full)]
        else:
            lines.append((row.second_line, False, False, colour, full))
        y = box.top() + (box.height() - line * len(lines) - 2 * (len(lines) - 1)) // 2
        for text, bold, italic, ink, width in lines:
            own = QFont(font)
            own.setItalic(italic)
            own.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
            painter.setFont(own)
            painter.setPen(QColor(ink))
            mode = Qt.TextElideMode.ElideMiddle if bold else Qt.TextElideMode.ElideRight
            place = QRect(left, y, width, line)
            if italic and text == yours:  # of which the name alone is italic
                said = text.removesuffix(row.named_otherwise)
                painter.setFont(font)
                painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, said)
                place.setLeft(left + metrics.horizontalAdvance(said))
                painter.setFont(own)
                text = row.named_otherwise
            shown = QFontMetrics(own).elidedText(text, mode, place.width())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, shown)
            y += line + 2


def _wrapped(text: str, metrics: QFontMetrics, width: int) -> list[str]:
    """The first line that fits, and the rest."""
    words = text.split(" ")  # not at blanks that hold a number and its sign together
    first: list[str] = []
    # Two pixels less than there are: what is painted is measured a little wider.
    while words and metrics.horizontalAdvance(" ".join([*first, words[0]])) <= width - 2:
        first.append(words.pop(0))
    return [" ".join(part) for part in (first, words) if part]
