"""What a newcomer sees: what this is for, and three ways to begin."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from bioscan_desktop.ui import icons
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import tr
from bioscan_desktop.ui.widgets.parts import Banner, Drawing, label

STACK_BELOW = 780
"""Below this width, the buttons stand one below the other."""


class DropDrawing(QWidget):
    """The dashed field with a moth and a barcode."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setFixedHeight(190)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Drop photos, folders or sequence files anywhere in this window"))
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        c = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(c.accent), 2, Qt.PenStyle.DashLine))
        painter.setBrush(QColor(c.card))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5), 14, 14)
        ratio = self.devicePixelRatioF()
        middle = self.rect().center()
        side = 92
        names = ("lepidoptera", "coleoptera", "dna")
        left = middle.x() - (side * len(names) + 36 * (len(names) - 1)) / 2
        for number, name in enumerate(names):
            glyph = icons.pixmap("glyphs", name, side, c.accent, ratio)
            painter.drawPixmap(int(left + number * (side + 36)), 28, glyph)
        painter.setPen(QColor(c.text))
        font = painter.font()
        font.setPointSizeF(font.pointSizeF() * 1.15)
        painter.setFont(font)
        words = QRectF(0, 132, self.width(), 40)
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, tr("Drop photos, a folder or FASTA files here"))
        painter.end()


class EmptyState(QWidget):
    """Shown while the list is empty.

    Signals:
        open_asked, folder_asked, paste_asked, sample_asked, library_asked: buttons.
    """

    open_asked = Signal()
    folder_asked = Signal()
    paste_asked = Signal()
    sample_asked = Signal()
    library_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setProperty("look", "page")
        outer = QHBoxLayout(self)
        outer.setContentsMargins(24, 12, 24, 12)
        middle = QWidget()
        middle.setMaximumWidth(760)
        column = QVBoxLayout(middle)
        column.setSpacing(14)
        column.addStretch(2)
        title = label(tr("Which insect is this?"), scale=2.2, bold=True)
        title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(title)
        for number, text in enumerate(
            (
                tr("Compare photos and COI barcodes with reference specimens."),
                tr("Everything runs on this computer; nothing is sent anywhere."),
            )
        ):
            lead = label(text, "muted", scale=1.05)
            lead.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(lead)
            column.addSpacing(0 if number else -10)  # two lines of one paragraph
        column.addSpacing(6)
        column.addWidget(DropDrawing(theme))
        column.addLayout(self._make_ways())
        column.addSpacing(4)
        self._banner = Banner(theme, aloud=True)
        self._banner.show_text("error", "")
        column.addWidget(self._banner)
        self._buttons = self._make_buttons()
        column.addLayout(self._buttons)
        self._state = label(look="muted")
        self._state.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._state)
        column.addStretch(3)
        outer.addStretch(1)
        outer.addWidget(middle, 8)
        outer.addStretch(1)
        theme.changed.connect(self._paint)
        self._paint()

    @property
    def first(self) -> QPushButton:
        """The button that gets the keyboard."""
        return self._open

    def _make_ways(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(28)
        grid.setVerticalSpacing(4)
        ways = (
            ("drop", tr("Drop"), tr("photos, whole folders, FASTA, FASTQ or AB1 files, also mixed")),
            ("paste", tr("Paste"), tr("a barcode as text or a picture from the clipboard, Ctrl+V")),
            ("attach", tr("Join"), tr("drop a barcode on the photo of the same specimen to use both")),
        )
        for column, (icon, title, text) in enumerate(ways):
            head = QHBoxLayout()
            head.setSpacing(8)
            head.addWidget(Drawing(self._theme, "icons", 22, "accent", icon))
            head.addWidget(label(title, bold=True), 1)
            grid.addLayout(head, 0, column)
            words = label(text, "muted")
            words.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(words, 1, column)
            grid.setColumnStretch(column, 1)
        return grid

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = event.size().width() < STACK_BELOW
        directions = QBoxLayout.Direction
        self._buttons.setDirection(directions.TopToBottom if narrow else directions.LeftToRight)

    def _make_buttons(self) -> QBoxLayout:
        row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        row.setSpacing(10)
        self._sample = QPushButton(tr("Try a sample barcode"))
        self._sample.setProperty("look", "primary")
        font = self._sample.font()
        font.setBold(True)  # not in the style sheet, which forgets it when it measures
        self._sample.setFont(font)
        self._sample.setToolTip(tr("Makes up a barcode from the library and identifies it (Ctrl+T)"))
        self._sample.clicked.connect(self.sample_asked)
        self._open = QPushButton(tr("Open photos…"))
        self._open.clicked.connect(self.open_asked)
        self._folder = QPushButton(tr("Open folder…"))
        self._folder.clicked.connect(self.folder_asked)
        self._paste = QPushButton(tr("Paste"))
        self._paste.clicked.connect(self.paste_asked)
        self._library = QPushButton(tr("Choose a library…"))
        self._library.setProperty("look", "primary")  # only there where nothing else is of use
        self._library.clicked.connect(self.library_asked)
        row.addStretch(1)
        for button in (self._library, self._sample, self._open, self._folder, self._paste):
            button.setAccessibleName(button.text().rstrip("…"))
            # The style sheet measures without the bold font and the icon.
            button.setMinimumWidth(button.fontMetrics().horizontalAdvance(button.text()) + 62)
            row.addWidget(button)
        row.addStretch(1)
        return row

    def show_engine(self, opening: str, error: str, samples: bool) -> None:
        """What can be done now.

        Args:
            opening: what is being opened; "" if nothing is.
            error: why there is no library; "" if there is one.
        """
        self._sample.setEnabled(samples and not opening)
        self._library.setVisible(bool(error))
        self._sample.setVisible(not error)  # nothing to make a sample from, and no room for both
        self._banner.show_text("error", error)
        if opening:
            self._state.setText(tr("{work}… You can drop specimens already.").format(work=opening))
        elif error:
            self._state.setText(tr("Without a library nothing can be identified yet."))
        else:
            self._state.setText("")

    def _paint(self) -> None:
        c = self._theme.colours
        for button, drawing in (
            (self._sample, icons.icon("sample", c.on_accent, c.muted)),
            (self._open, icons.icon("open", c.text)),
            (self._folder, icons.icon("folder", c.text)),
            (self._paste, icons.icon("paste", c.text)),
            (self._library, icons.icon("library", c.on_accent)),
        ):
            icons.put_beside_text(button, drawing)
