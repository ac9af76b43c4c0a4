"""One pack, installed or on offer: what it is, in which state, and what can be done with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl, Signal, SignalInstance
from PySide6.QtGui import (
    QColor,
    QDesktopServices,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
    QTextFrameFormat,
    QTextOption,
    QTextTable,
)
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from bioscan_desktop.ui import wording
from bioscan_desktop.ui.sentences import translated
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import decimal, mark, tr
from bioscan_desktop.ui.widgets.flow import FlowLayout
from bioscan_desktop.ui.widgets.parts import Banner, ProgressBar, ask_for_height, frame, label

if TYPE_CHECKING:
    from bioscan_desktop.services.download import Offer
    from bioscan_desktop.services.pack_facts import PackFacts

ENCODERS = {"image": mark("Reads photos"), "dna": mark("Reads barcodes"), "text": mark("Reads words")}

CARD_HEIGHT = 150
"""Least pixels of the window on a pack's card."""

LINE_LENGTH = 130
"""Letters after which lines of a card end, however wide the window is: longer ones are hard to follow."""

_TITLE = re.compile(r"\A\s*# .*\n")
"""First heading of a card, which the page shows above it already."""


def size_text(size: int) -> str:
    """`13 MB`, `850 kB`, `1.2 GB`."""
    if size < 1_000_000:
        return tr("{number} kB").format(number=max(1, round(size / 1000)))
    if size < 1_000_000_000:
        return tr("{number} MB").format(number=decimal(size / 1e6, 0 if size >= 10_000_000 else 1))
    return tr("{number} GB").format(number=decimal(size / 1e9, 1))


def facts_rows(facts: PackFacts) -> list[tuple[str, str]]:
    """What is known of an installed pack, as (name, text)."""
    rows = []
    counts = facts.counts
    if facts.kind == "libraries" and not facts.error:
        holds = [wording.count(counts.get("species", 0), "species")]
        for key, noun in (("barcodes", "barcode"), ("photos", "photo")):
            if counts.get(key):
                holds.append(wording.count(counts[key], noun))
        keys = sum(counts.get(f"{m}_keys", 0) for m in ("dna", "image"))
        references = wording.count(keys, "reference")
        rows.append((tr("Holds"), tr("{text}; {more}").format(text=", ".join(holds), more=references)))
        there = tr("installed") if facts.model_there else tr("not installed")
        rows.append((tr("Needs the model"), f"{facts.model} ({there})"))
        rows.append(
            (tr("Certainty"), tr("Calibrated on held-out specimens") if facts.calibrated else
             tr("Not calibrated: names come without “likely” or “very likely”"))
        )  # fmt: skip
    for name, architecture in facts.encoders.items():
        rows.append((tr(ENCODERS.get(name, name)), architecture or tr("yes")))
    if "dimensions" in counts:
        rows.append((tr("Embedding"), tr("%n numbers", "", counts["dimensions"])))
    rows.append((tr("Licence"), facts.licence or tr("none stated")))
    if facts.attribution:
        rows.append((tr("Sources"), facts.attribution))
    origin = tr("came with the program") if facts.shipped else tr("installed by you")
    rows.append((tr("On disk"), f"{size_text(facts.size)}, {origin}"))
    rows.append((tr("Folder"), str(facts.folder)))
    return rows


def offer_rows(offer: Offer) -> list[tuple[str, str]]:
    """What is known of a pack that can be downloaded."""
    rows = []
    if offer.species is not None:
        rows.append((tr("Holds"), wording.count(offer.species, "species")))
    if offer.model:
        rows.append((tr("Needs the model"), offer.model))
    rows.append((tr("Licence"), offer.licence or tr("none stated")))
    rows.append((tr("To download"), size_text(offer.size)))
    rows.append((tr("From"), offer.url))
    return rows


class PackDetails(QWidget):
    """The right side of the page.

    Signals:
        use_asked, check_asked, remove_asked, download_asked, stop_asked: buttons.
    """

    use_asked = Signal()
    check_asked = Signal()
    remove_asked = Signal()
    download_asked = Signal()
    stop_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._folder = ""
        self.setProperty("look", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 18, 20, 16)
        column.setSpacing(10)
        self._title = label(scale=1.7, bold=True)
        self._below = label(look="muted")
        column.addWidget(self._title)
        column.addWidget(self._below)
        self.banner = Banner(theme, aloud=True)
        self.banner.show_text("good", "")
        column.addWidget(self.banner)
        card = frame("card")
        self._grid = QGridLayout(card)
        self._grid.setContentsMargins(18, 14, 18, 14)
        self._grid.setHorizontalSpacing(18)
        self._grid.setVerticalSpacing(7)
        self._grid.setColumnStretch(1, 1)
        column.addWidget(card)
        row = QWidget()
        flow = FlowLayout(row, 8)
        self.use = self._button(tr("Use this library"), self.use_asked)
        self.use.setProperty("look", "primary")
        self.download = self._button(tr("Download and install"), self.download_asked)
        self.download.setProperty("look", "primary")
        self.check = self._button(tr("Check files"), self.check_asked)
        self.check.setToolTip(tr("Compares every file with the hash in the pack's manifest"))
        self.remove = self._button(tr("Remove…"), self.remove_asked)
        self.folder = QPushButton(tr("Open folder", "of a pack"))
        self.folder.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(self._folder)))
        for button in (self.use, self.download, self.check, self.folder, self.remove):
            flow.addWidget(button)
        self.stop = self._button(tr("Stop"), self.stop_asked)
        column.addWidget(row)
        work = QHBoxLayout()
        self._bar = ProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(tr("Progress"))
        self._bar.setMaximumWidth(360)
        self._words = label(look="muted")
        work.addWidget(self._bar, 1)
        work.addWidget(self._words, 2)
        work.addWidget(self.stop)
        column.addLayout(work)
        self._about = QTextBrowser()
        self._about.setOpenExternalLinks(True)
        # Paths and code of a card would otherwise make all of it as wide as they are.
        self._about.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._about.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._about.setAccessibleName(tr("About this pack"))
        self._about.setProperty("look", "card")
        self._about.setMinimumHeight(CARD_HEIGHT)
        self._about.setLineWrapMode(QTextBrowser.LineWrapMode.FixedPixelWidth)
        self._about.document().setDocumentMargin(14)
        theme.changed.connect(self._rule_tables)
        column.addWidget(self._about, 1)
        self._spring = QWidget()
        column.addWidget(self._spring, 1)
        self.show_work("", 0, None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Asks for the height that the facts need at this width, and ends long lines of the card early."""
        ask_for_height(self)
        longest = self._about.fontMetrics().averageCharWidth() * LINE_LENGTH
        self._about.setLineWrapColumnOrWidth(min(longest, self._about.viewport().width()))

    def _button(self, text: str, signal: SignalInstance) -> QPushButton:
        button = QPushButton(text)
        button.setAccessibleName(text.rstrip("…"))
        button.clicked.connect(signal)
        return button

    def show_facts(self, facts: PackFacts, in_use: bool) -> None:
        """An installed pack."""
        noun = tr("Library") if facts.kind == "libraries" else tr("Model")
        self._head(
            facts.title,
            [
                noun,
                tr("version {version}").format(version=facts.version) if facts.version else "",
                facts.name,
            ],
        )
        self._fill(facts_rows(facts))
        self._folder = str(facts.folder)
        if facts.error:
            self.banner.show_text("error", translated(facts.error))
        elif not facts.model_there:
            self.banner.show_text(
                "warning",
                tr("Its model {model} is not installed, so it cannot be used yet.").format(model=facts.model),
            )
        else:
            self.banner.show_text("good", tr("In use.") if in_use else "")
        usable = facts.kind == "libraries" and not facts.error and facts.model_there
        self.use.setVisible(facts.kind == "libraries")
        self.use.setEnabled(usable and not in_use)
        self.download.hide()
        self.check.setVisible(True)
        self.check.setEnabled(not facts.error)
        self.folder.show()
        self.remove.setVisible(not facts.shipped)
        self.remove.setEnabled(not in_use)
        self.remove.setToolTip(tr("Open another library first; this one is in use") if in_use else "")
        text = ""
        if facts.card is not None:
            try:
                text = facts.card.read_text(encoding="utf-8", errors="replace")
            except OSError:
                text = ""
        self._tell(text)

    def show_offer(self, offer: Offer, installed: str) -> None:
        """A pack that can be downloaded; `installed` is the version that is there already, or ""."""
        noun = tr("Library") if offer.kind == "libraries" else tr("Model")
        self._head(
            offer.title,
            [noun, tr("version {version}").format(version=offer.version), tr("can be downloaded")],
        )
        self._fill(offer_rows(offer))
        same = installed == offer.version
        if same:
            self.banner.show_text("good", tr("This version is installed."))
        elif installed:
            self.banner.show_text(
                "novelty",
                tr("Version {installed} is installed; this one replaces it.").format(installed=installed),
            )
        else:
            self.banner.show_text("good", "")
        for button in (self.use, self.check, self.remove, self.folder):
            button.hide()
        self.download.show()
        self.download.setEnabled(not same)
        self._tell(offer.description)

    def show_nothing(self, words: str) -> None:
        """No pack is chosen."""
        self._head(tr("Models & libraries"), [words])
        self._fill([])
        self.banner.show_text("good", "")
        for button in (self.use, self.check, self.remove, self.folder, self.download):
            button.hide()
        self._tell("")

    def show_work(self, words: str, done: int, total: int | None, can_stop: bool = True) -> None:
        """Progress; "" for none."""
        for widget in (self._bar, self._words):
            widget.setVisible(bool(words))
        self.stop.setVisible(bool(words) and can_stop)
        self._words.setText(words)
        # In thousands: Qt counts in 32 bits, and packs may be larger.
        self._bar.setRange(0, (total or 0) // 1000 if (total or 0) > 100_000 else (total or 0))
        self._bar.setValue(done // 1000 if (total or 0) > 100_000 else done)

    def _head(self, title: str, parts: list[str]) -> None:
        self._title.setText(title)
        self._below.setText(" · ".join(part for part in parts if part))

    def _fill(self, rows: list[tuple[str, str]]) -> None:
        while self._grid.count():
            item = self._grid.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for place, (name, text) in enumerate(rows):
            words: QLabel = label(name, "muted", wrap=False)
            value = label(text)
            self._grid.addWidget(words, place, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(value, place, 1)
        parent = self._grid.parentWidget()
        if parent is not None:
            parent.setVisible(bool(rows))

    def _tell(self, text: str) -> None:
        self._about.setVisible(bool(text))
        self._spring.setVisible(not text)
        self._about.setMarkdown(_TITLE.sub("", text))
        self._about.document().setDocumentMargin(14)  # which a new text forgets
        self._size_headings()
        self._rule_tables()
        self._fit()

    def _size_headings(self) -> None:
        """Makes the headings of a card smaller than the title of the page, which they stand below."""
        block = self._about.document().begin()
        while block.isValid():
            level = block.blockFormat().headingLevel()
            if level:
                cursor = QTextCursor(block)
                cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
                letters, room = QTextCharFormat(), QTextBlockFormat()
                letters.setProperty(QTextFormat.Property.FontSizeAdjustment, 1 if level < 3 else 0)
                room.setTopMargin(12)
                room.setBottomMargin(4)
                cursor.mergeCharFormat(letters)
                cursor.mergeBlockFormat(room)
            block = block.next()

    def _rule_tables(self) -> None:
        """Parts the rows of tables by thin lines, as those of the program are parted: Qt frames each cell in
        the colour of the text."""
        line = QColor(self._theme.colours.border)
        for table in self._about.document().rootFrame().childFrames():
            if not isinstance(table, QTextTable):
                continue
            look = table.format()
            look.setBorder(0)
            look.setCellSpacing(0)
            look.setCellPadding(5)
            table.setFormat(look)
            for place in range(table.rows() * table.columns()):
                cell = table.cellAt(*divmod(place, table.columns()))
                ruled = cell.format().toTableCellFormat()
                ruled.setBottomBorder(1)
                ruled.setBottomBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
                ruled.setBottomBorderBrush(line)
                cell.setFormat(ruled)
