"""The search field of the library page, and the list of what it found."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QPainter
from PySide6.QtWidgets import QLineEdit, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from bioscan_desktop.ui import icons, library_work, wording
from bioscan_desktop.ui.jobs import Job
from bioscan_desktop.ui.models.found import FOUND, Found, FoundModel
from bioscan_desktop.ui.models.taxonomy import TaxonomySource
from bioscan_desktop.ui.sentences import translated
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import decimal, tr
from bioscan_desktop.ui.widgets.escape import OwnEscape
from bioscan_desktop.ui.workbench import Workbench

if TYPE_CHECKING:
    from bioscan_desktop.core.hits import Hit
    from bioscan_desktop.services.browse import Match, Taxonomy
    from bioscan_desktop.services.text_query import TextAnswer

READ_AFTER_MS = 450
"""The model is asked when the typing pauses this long."""

SHOWN = 60


class SearchField(QLineEdit):
    """A line that hands Down, Enter and Esc on.

    Signals:
        down_pressed, entered, left: these keys.
    """

    down_pressed = Signal()
    entered = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setPlaceholderText(tr("Find a name or BIN (Ctrl+K)"))
        self.setAccessibleName(tr("Find in the library"))
        self.setClearButtonEnabled(True)
        OwnEscape(self).pressed.connect(self.left)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        signal = {
            Qt.Key.Key_Down: self.down_pressed,
            Qt.Key.Key_Return: self.entered,
            Qt.Key.Key_Enter: self.entered,
        }.get(Qt.Key(event.key()))
        if signal is None:
            super().keyPressEvent(event)
        else:
            signal.emit()


class FoundDelegate(QStyledItemDelegate):
    """A line: drawing, name, and what it is below; or a heading."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        line = option.fontMetrics.height()
        found = index.data(FOUND)
        return QSize(200, int(line * 1.9) if found.taxon is None else int(line * 2.7))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        found, c = index.data(FOUND), self._theme.colours
        box = QRectF(option.rect)
        font = QFont(option.font)
        line = QFontMetricsF(font).height()
        painter.save()
        if found.taxon is None:
            painter.setPen(QColor(c.muted))
            if not found.italic:
                font.setWeight(QFont.Weight.DemiBold)
            painter.setFont(font)
            bottom = box.adjusted(12, 0, -8, -line * 0.25)
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
            text = QFontMetricsF(font).elidedText(found.title, Qt.TextElideMode.ElideRight, bottom.width())
            painter.drawText(bottom, flags, text)
            painter.restore()
            return
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, QColor(c.selection))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, QColor(c.hover))
        if found.glyph:
            ratio = painter.device().devicePixelRatioF() if painter.device() is not None else 1.0
            glyph = icons.pixmap(found.folder, found.glyph, 24, c.muted, ratio)
            painter.drawPixmap(int(box.left() + 10), int(box.center().y() - 12), glyph)
        words = box.adjusted(44, line * 0.3, -8, -line * 0.25)
        font.setItalic(found.italic)
        painter.setFont(font)
        painter.setPen(QColor(c.text))
        metrics = QFontMetricsF(font)
        title = metrics.elidedText(found.title, Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, title)
        font.setItalic(False)
        font.setPointSizeF(font.pointSizeF() * 0.92)
        painter.setFont(font)
        painter.setPen(QColor(c.muted))
        detail = QFontMetricsF(font).elidedText(found.detail, Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, detail)
        painter.restore()


class Finder(QListView):
    """The list of what was found for the words in a field.

    Signals:
        chosen: (taxon) a line was chosen.
        searching: True while there are words in the field, so that the list should be seen.
    """

    chosen = Signal(int)
    searching = Signal(bool)

    def __init__(self, theme: Theme, bench: Workbench, source: TaxonomySource) -> None:
        super().__init__()
        self._bench, self._source = bench, source
        self.field = SearchField()
        self.found = FoundModel(self)
        self._answer: TextAnswer | None = None
        self._job: Job | None = None
        self.setModel(self.found)
        self.setItemDelegate(FoundDelegate(theme, self))
        self.setProperty("look", "list-frame")
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName(tr("Found in the library"))
        self.field.textEdited.connect(self._on_edited)
        self.field.textChanged.connect(lambda text: self.searching.emit(bool(text.strip())))
        self.field.down_pressed.connect(self._go_down)
        self.field.entered.connect(lambda: self._choose(self.found.first))
        self.field.left.connect(self.field.clear)
        self.activated.connect(lambda index: self._choose(index.row()))
        self.clicked.connect(lambda index: self._choose(index.row()))
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(READ_AFTER_MS)
        self._pause.timeout.connect(self._ask_model)
        source.changed.connect(self._on_source)
        theme.changed.connect(self.viewport().update)

    @property
    def words(self) -> str:
        """What is looked for."""
        return self.field.text().strip()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Up and self.currentIndex().row() <= max(0, self.found.first):
            self.field.setFocus()
        elif event.key() == Qt.Key.Key_Escape:
            self.field.clear()
            self.field.setFocus()
        else:
            super().keyPressEvent(event)

    def _on_source(self) -> None:
        engine = self._source.engine
        reads = engine is not None and engine.identifier.model.has("text")
        self.field.setPlaceholderText(
            tr("Find a name, BIN or any words (Ctrl+K)") if reads else tr("Find a name or BIN (Ctrl+K)")
        )
        self._on_edited(self.field.text())

    def _on_edited(self, _: str) -> None:
        self._answer = None
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self._fill()
        engine = self._source.engine
        if self.words and engine is not None and engine.identifier.model.has("text"):
            self._pause.start()
        else:
            self._pause.stop()

    def _ask_model(self) -> None:
        engine, taxonomy, words = self._source.engine, self._source.taxonomy, self.words
        if engine is None or taxonomy is None or not words:
            return
        job = self._bench.jobs.make(
            "library", "words", partial(library_work.nearest_by_text, engine.identifier, taxonomy, words)
        )
        job.done.connect(partial(self._on_answer, job))
        job.failed.connect(lambda error: self._bench.said.emit(translated(error.message), None))
        self._job = self._bench.jobs.run(job)

    def _on_answer(self, job: Job, answer: TextAnswer) -> None:
        if job is self._job:  # for these words, in the library that is open
            self._answer = answer
            self._fill()

    def _fill(self) -> None:
        taxonomy, words = self._source.taxonomy, self.words
        if taxonomy is None or not words:
            self.found.show_lines([])
            return
        lines = [_name_line(taxonomy, match) for match in taxonomy.search(words, SHOWN)]
        if not lines:
            lines = [
                Found(
                    None, tr("No name or BIN of the library begins with “{words}”.").format(words=words), True
                )
            ]
        if self._answer is not None and self._answer.hits:
            lines.append(Found(None, tr("Nearest references by the model")))
            lines += [_hit_line(taxonomy, hit) for hit in self._answer.hits]
        self.found.show_lines(lines)

    def _go_down(self) -> None:
        if self.found.first >= 0:
            self.setFocus()
            self.setCurrentIndex(self.found.index(self.found.first))

    def _choose(self, row: int) -> None:
        line = self.found.line(row)
        if line is not None and line.taxon is not None:
            self.chosen.emit(line.taxon)


def _name_line(taxonomy: Taxonomy, match: Match) -> Found:
    taxon, counts = taxonomy.taxon(match.taxon), taxonomy.counts(match.taxon)
    glyph = icons.glyph_for(taxon.lineage.order)
    amounts = [
        wording.count(counts.records[modality], noun)
        for modality, noun in (("dna", "barcode"), ("image", "photo"))
        if counts.records[modality]
    ]
    if match.is_bin:
        return Found(match.taxon, match.text, False, tr("BIN, named {name}").format(name=taxon.name), glyph)
    parts = [wording.rank_title(taxon.rank)]
    if taxon.rank not in ("species", None):
        parts.append(wording.count(counts.n_species, "species"))
    elif taxon.lineage.family:
        parts.append(taxon.lineage.family)
    detail = " · ".join([*parts, *amounts])
    return Found(match.taxon, taxon.name, wording.taxon(taxon.name, taxon.rank).italic, detail, glyph)


def _hit_line(taxonomy: Taxonomy, hit: Hit) -> Found:
    name = wording.hit_name(hit)
    facts = [
        wording.upper_first(wording.modality_noun(hit.key_modality)),
        tr("similarity {score}").format(score=decimal(hit.score, 2)),
    ]
    facts += [fact for fact in (hit.processid, hit.country) if fact]
    glyph = "dna" if hit.key_modality == "dna" else "photo"
    return Found(taxonomy.number_of(hit.lineage), name.text, name.italic, " · ".join(facts), glyph)
