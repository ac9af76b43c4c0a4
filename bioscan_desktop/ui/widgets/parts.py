"""Small parts that several widgets are made of."""

from __future__ import annotations

import re

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QWidget

from bioscan_desktop.core.agreement import LETTERS, level_text
from bioscan_desktop.ui import icons
from bioscan_desktop.ui.sentences import translated
from bioscan_desktop.ui.telling import announce
from bioscan_desktop.ui.theme import BADGE_FILL, BADGE_INK, Colours, Theme


class ProgressBar(QProgressBar):
    """Is drawn with everything else.

    Qt's own is drawn at once when its value changes, and takes along all that waits to be drawn: the
    turn that brings results would draw the list and the result panel too.
    """

    def setValue(self, value: int) -> None:
        """As Qt's, but drawn in the next turn."""
        drawn = self.updatesEnabled()
        self.setUpdatesEnabled(False)
        super().setValue(value)
        self.setUpdatesEnabled(drawn)

    def setRange(self, least: int, most: int) -> None:
        """As Qt's, but drawn in the next turn."""
        drawn = self.updatesEnabled()
        self.setUpdatesEnabled(False)
        super().setRange(least, most)
        self.setUpdatesEnabled(drawn)


def label(
    text: str = "",
    look: str = "",
    wrap: bool = True,
    scale: float = 1.0,
    bold: bool = False,
    rich: bool = False,
) -> QLabel:
    """A text that can be selected and copied.

    Args:
        look: of the style sheet.
        scale: of the font size.
        rich: the text is HTML. Otherwise it is shown as it stands, whatever a file name may hold.
    """
    result = QLabel(text)
    result.setTextFormat(Qt.TextFormat.RichText if rich else Qt.TextFormat.PlainText)
    result.setWordWrap(wrap)
    if look:
        result.setProperty("look", look)
    bold = bold or look == "caption"
    if scale != 1.0 or bold:
        font = QFont(result.font())
        font.setPointSizeF(font.pointSizeF() * scale)
        if bold:
            font.setWeight(QFont.Weight.DemiBold)
        result.setFont(font)
    result.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return result


class ElidedLabel(QLabel):
    """One line that ends in … where there is no room; all of it is in the tool tip."""

    def __init__(self) -> None:
        super().__init__()
        self._full = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)

    @property
    def full_text(self) -> str:
        """What it says where there is room."""
        return self._full

    def say(self, text: str, story: str = "") -> None:
        """Shows a text; the tool tip may say more."""
        self._full = text
        self.setToolTip(story or text)
        self.setAccessibleName(text)
        self.updateGeometry()
        self._elide()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(self._full) + 2, metrics.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        metrics = QFontMetrics(self.font())
        self.setText(metrics.elidedText(self._full, Qt.TextElideMode.ElideRight, self.width()))


WORD_MAX = 28
"""Letters after which a word may break: paths and ids would hold a narrow window open."""


def breakable(text: str) -> str:
    """Lets long words break after their separators, or anywhere where they have none."""

    def broken(word: re.Match[str]) -> str:
        pieces = re.findall(rf"[^_/\\.-]{{1,{WORD_MAX}}}[_/\\.-]*|[_/\\.-]+", word.group())
        return "\u200b".join(pieces)

    return re.sub(rf"\S{{{WORD_MAX + 1},}}", broken, text)


def set_look(widget: QWidget, look: str) -> None:
    """Changes the style of a widget that is there already."""
    if widget.property("look") != look:
        widget.setProperty("look", look)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
        for child in widget.findChildren(QLabel):
            child.style().unpolish(child)
            child.style().polish(child)


SCREEN_SHARE = 0.96
"""Of the width of screen or window that a dialog may take."""


def room_for(dialog: QWidget) -> QSize:
    """The largest size of a window of its own: within the screen, and the window that it belongs to.

    One that reaches beyond a small window hides what it is about, and its edges get lost.
    """
    room = dialog.screen().availableSize()
    parent = dialog.parentWidget()
    if parent is not None and parent.window().isVisible():
        room = room.boundedTo(parent.window().size())
    return QSize(int(room.width() * SCREEN_SHARE), int(room.height() * 0.92))


def size_to_fit(dialog: QWidget, width: int, height: int, of_window: float = 0.0) -> None:
    """Gives a window of its own this size, or what there is room for; see `room_for`.

    Args:
        of_window: it takes this share of its parent's window, where that is more.
    """
    wanted = QSize(width, height)
    parent = dialog.parentWidget()
    if parent is not None:
        wanted = wanted.expandedTo(parent.window().size() * of_window)
    dialog.resize(wanted.boundedTo(room_for(dialog)))


def ask_for_height(widget: QWidget) -> None:
    """Asks for the height that texts of several lines need at this width.

    Splitters and tabs count each as one line, and then press on each other what stands among them.
    """
    column = widget.layout()
    if column is not None and column.hasHeightForWidth():
        column.activate()
        widget.setMinimumHeight(column.minimumHeightForWidth(widget.width()))


def frame(look: str) -> QFrame:
    """A panel of the style sheet."""
    result = QFrame()
    result.setProperty("look", look)
    return result


class Badge(QWidget):
    """How far a reference agrees: a letter in a coloured shape, and the same in words.

    Attributes:
        words: what it says.
    """

    SIDE = 26

    def __init__(self, theme: Theme, with_text: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._level = "none"
        self._with_text = with_text
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)
        self.show_level("none")

    def show_level(self, level: str, words: str = "") -> None:
        """One of `core.agreement.LEVELS`; `words` say what it is compared with."""
        self._level = level
        self.words = words or translated(level_text(level))
        self.setAccessibleName(self.words)
        self.setToolTip(self.words)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        width = self.SIDE
        if self._with_text:
            width += 8 + QFontMetrics(self.font()).horizontalAdvance(translated(level_text(self._level)))
        return QSize(width, self.SIDE)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_badge(painter, QRectF(0, 0, self.SIDE, self.SIDE), self._level, self._theme.colours)
        if self._with_text:
            painter.setPen(QColor(self._theme.colours.text))
            rest = QRectF(self.SIDE + 8, 0, self.width() - self.SIDE - 8, self.SIDE)
            painter.drawText(
                rest,
                Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
                translated(level_text(self._level)),
            )
        painter.end()


def paint_badge(painter: QPainter, box: QRectF, level: str, colours: Colours) -> None:
    """The letter in its shape: fine ranks are round, coarse ones square, no agreement hollow."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    inner = box.adjusted(1.5, 1.5, -1.5, -1.5)
    radius = {"species": 0.5, "genus": 0.36, "family": 0.2, "order": 0.08, "none": 0.5}[level] * inner.width()
    painter.setPen(QPen(QColor(colours.outline), 1.6))
    painter.setBrush(QColor(BADGE_FILL[level]))
    painter.drawRoundedRect(inner, radius, radius)
    font = QFont(painter.font())
    font.setBold(True)
    font.setPixelSize(int(box.height() * 0.5))
    painter.save()
    painter.setFont(font)
    painter.setPen(QColor(BADGE_INK[level]))
    painter.drawText(inner, Qt.AlignmentFlag.AlignCenter, LETTERS[level])
    painter.restore()


class Drawing(QLabel):
    """An icon or glyph in the colour of the theme."""

    def __init__(self, theme: Theme, folder: str, size: int, role: str = "muted", name: str = "") -> None:
        super().__init__()
        self._theme, self._folder, self._size, self._role, self._name = theme, folder, size, role, name
        self.setFixedSize(size, size)
        theme.changed.connect(self.refresh)
        self.refresh()

    def show_picture(self, picture: QPixmap) -> None:
        """A picture instead, its middle square."""
        self._name = ""
        side = min(picture.width(), picture.height())
        middle = picture.copy((picture.width() - side) // 2, (picture.height() - side) // 2, side, side)
        ratio = self.devicePixelRatioF()
        pixels = round(self._size * ratio)
        shown = middle.scaled(
            pixels,
            pixels,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        shown.setDevicePixelRatio(ratio)
        self.setPixmap(shown)

    def show_name(self, name: str, role: str = "") -> None:
        """Another drawing."""
        self._name, self._role = name, role or self._role
        self.refresh()

    def refresh(self) -> None:
        """Draws anew, after the theme or the screen has changed."""
        if self._name:
            colour = getattr(self._theme.colours, self._role)
            ratio = self.devicePixelRatioF()
            self.setPixmap(icons.pixmap(self._folder, self._name, self._size, colour, ratio))


class Banner(QFrame):
    """One sentence that needs attention, with a sign: error, warning, novelty, good.

    Args:
        aloud: errors and warnings are told to screen readers as they come; not where the row that is looked
            at says the same.
    """

    SIGNS = {"error": "error", "warning": "warning", "novelty": "novelty", "good": "check"}  # noqa: RUF012

    def __init__(self, theme: Theme, aloud: bool = False) -> None:
        super().__init__()
        self._aloud = aloud
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 9, 12, 9)
        row.setSpacing(10)
        self._sign = Drawing(theme, "icons", 20)
        self._text = label()
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)

    def show_text(self, kind: str, text: str, sign: str = "") -> None:
        """Says a sentence; "" hides the banner."""
        is_news = bool(text) and (self.isHidden() or self.text != text)
        self.setVisible(bool(text))
        if text:
            set_look(self, kind)
            self._sign.show_name(sign or self.SIGNS[kind], kind)
            self._text.setText(breakable(text))
            self.setAccessibleName(text)
        if is_news and self._aloud and kind in ("error", "warning"):
            announce(self, text, urgent=kind == "error")

    @property
    def text(self) -> str:
        """What is said."""
        return self._text.text().replace("\u200b", "")


class ShareBar(QWidget):
    """A share from 0 to 1 as a bar, with a tick at the share that is asked for."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._share = 0.0
        self._asked: float | None = None
        self._reached = True
        self.setFixedHeight(16)
        self.setMinimumWidth(60)
        theme.changed.connect(self.update)

    def show_share(self, share: float, asked: float | None, reached: bool) -> None:
        """`reached` fills the bar with colour; otherwise it is only outlined and hatched."""
        self._share, self._asked, self._reached = share, asked, reached
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        c = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(0, 4, self.width(), 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(c.track))
        painter.drawRoundedRect(track, 4, 4)
        if self._share > 0:
            filled = QRectF(0, 4, max(8.0, self.width() * self._share), 8)
            painter.setBrush(QColor(c.bar if self._reached else c.muted))
            painter.drawRoundedRect(filled, 4, 4)
        if self._asked is not None:
            x = self.width() * self._asked
            painter.setPen(QPen(QColor(c.card), 4))
            painter.drawLine(int(x), 1, int(x), 15)
            painter.setPen(QPen(QColor(c.text), 2))
            painter.drawLine(int(x), 1, int(x), 15)
        painter.end()
