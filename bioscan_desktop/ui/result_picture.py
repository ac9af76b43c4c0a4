"""A result as a picture, to be pasted into a mail or a document: photo, name, how sure, shares."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QGuiApplication,
    QImage,
    QPainter,
    QPalette,
    QTextDocument,
)

from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.ui import wording
from bioscan_desktop.ui.sentences import translated
from bioscan_desktop.ui.theme import LIGHT
from bioscan_desktop.ui.translating import decimal, tr

if TYPE_CHECKING:
    from bioscan_desktop.services.identify import Identification

SCALE = 2
"""Pixels per unit of the drawing, for sharp text."""
WIDTH, MARGIN, GAP, PHOTO = 860, 28, 26, 300
BASES = {"A": "#3a9d3a", "C": "#2f6fd0", "G": "#26292b", "T": "#d0453a"}
SHOWN_HITS = 3

PILLS = {
    "Very likely": (LIGHT.good, LIGHT.good_ground),
    "Likely": (LIGHT.good, LIGHT.good_ground),
    "Possible": (LIGHT.warning, LIGHT.warning_ground),
    "Best match": (LIGHT.muted, LIGHT.track),
    "Undecided": (LIGHT.warning, LIGHT.warning_ground),
    "Not in library": (LIGHT.novelty, LIGHT.novelty_ground),
}


def draw(result: Identification, own_name: str = "", photo: QImage | None = None) -> QImage:
    """The picture, always light, as tall as it needs to be."""
    height = _Card(result, own_name, photo, None).run()
    image = QImage(WIDTH * SCALE, int(height) * SCALE, QImage.Format.Format_RGB32)
    image.fill(QColor(LIGHT.card))
    painter = QPainter(image)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    painter.scale(SCALE, SCALE)
    _Card(result, own_name, photo, painter).run()
    painter.end()
    return image


class _Card:
    """Lays out, and draws if there is a painter."""

    def __init__(
        self, result: Identification, own_name: str, photo: QImage | None, painter: QPainter | None
    ) -> None:
        self._result, self._own, self._photo, self._painter = result, own_name, photo, painter

    def run(self) -> float:
        """Returns the height."""
        if self._photo is not None:
            x = MARGIN + PHOTO + GAP
            y = max(self._pictures(PHOTO), self._words(x, MARGIN, WIDTH - MARGIN - x)) + 14
        else:  # a barcode alone lies across the whole width
            top = self._pictures(WIDTH - 2 * MARGIN)
            y = self._words(MARGIN, top + (14 if top > MARGIN else 0), WIDTH - 2 * MARGIN) + 14
        p = self._result.provenance
        foot = tr(
            "Identified with BIOSCAN Desktop · library {library} {library_version} · model {model} "
            "{model_version}"
        ).format(
            library=p.library_id,
            library_version=p.library_version,
            model=p.model_id,
            model_version=p.model_version,
        )
        self._fill(QRectF(MARGIN, y, WIDTH - 2 * MARGIN, 1), LIGHT.border)
        return self._text(escape(foot), MARGIN, y + 8, WIDTH - 2 * MARGIN, 12, LIGHT.muted) + 16

    def _pictures(self, width: float) -> float:
        """Photo and barcode; returns where they end."""
        y = float(MARGIN)
        if self._photo is not None:
            size = QSizeF(self._photo.size()).scaled(width, 320, Qt.AspectRatioMode.KeepAspectRatio)
            if self._painter is not None:
                place = QRectF(QPointF(MARGIN + (width - size.width()) / 2, y), size)
                self._painter.drawImage(place, self._photo)
            y += size.height() + 10
        barcode = self._result.specimen.barcode
        if barcode is not None:
            step = width / len(barcode.sequence)
            self._fill(QRectF(MARGIN, y, width, 34), LIGHT.track)
            for number, base in enumerate(barcode.sequence):
                if base in BASES:
                    self._fill(QRectF(MARGIN + number * step, y, step + 0.2, 34), BASES[base])
            y = self._text(
                tr("Barcode of %n bases", "", len(barcode.sequence)),
                MARGIN,
                y + 37,
                width,
                12,
                LIGHT.muted,
            )
        return y

    def _words(self, x: float, y: float, width: float) -> float:
        """Id, name, how sure, shares, references; returns where they end."""
        result, verdict = self._result, self._result.verdict
        y = self._text(escape(result.specimen.query_id), x, y - 4, width, 13, LIGHT.muted)
        y = self._text(f"<b>{wording.row_title(result).html}</b>", x, y, width, 27, LIGHT.text) + 4
        if verdict is not None and not wording.conflict_rank(result):
            y = self._sure(x, y, width)
        if self._own:
            y = self._text(
                tr("Named by a person: <b>{name}</b>").format(name=escape(self._own)),
                x,
                y + 2,
                width,
                15,
                LIGHT.text,
            )
        said = [wording.error_text(result), wording.conflict_text(result), wording.agreement_text(result)]
        if verdict is not None:
            said.append(wording.novelty_text(verdict))
        for sentence in said:
            if sentence:
                y = self._text(escape(sentence), x, y + 4, width, 14, LIGHT.text)
        if verdict is not None and verdict.ranks:
            y = self._ladder(x, y + 12, width)
        return self._hits(x, y + 10, width)

    def _sure(self, x: float, y: float, width: float) -> float:
        verdict = self._result.verdict
        assert verdict is not None
        likelihood = wording.likelihood(verdict)
        words, (ink, ground) = translated(likelihood), PILLS[likelihood]
        font = _font(13)
        font.setBold(True)
        document = self._document(f"<b>{words}</b>", 200, 13)
        pill = QRectF(x, y, document.idealWidth() + 20, 24)
        if self._painter is not None:
            self._painter.setFont(font)
            self._painter.setPen(QColor(ink))
            self._painter.setBrush(QColor(ground))
            self._painter.drawRoundedRect(pill, 12, 12)
            self._painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, words)
        if verdict.rank:
            share = tr("{rank}, {share} of the evidence").format(
                rank=wording.rank_title(verdict.rank), share=wording.percent(verdict.confidence)
            )
            self._text(escape(share), pill.right() + 10, y + 3, width - pill.width() - 10, 14, LIGHT.muted)
        return self._text(wording.lineage_line(verdict), x, y + 28, width, 14, LIGHT.muted)

    def _ladder(self, x: float, y: float, width: float) -> float:
        verdict = self._result.verdict
        assert verdict is not None
        shares = {share.rank: share for share in verdict.ranks}
        width = min(width, 540)
        for rank in RANKS:
            share = shares.get(rank)
            self._text(wording.rank_title(rank), x, y, 70, 13, LIGHT.muted)
            if share is not None:
                reached = verdict.lineage.at(rank) is not None
                ink = LIGHT.text if reached else LIGHT.muted
                self._text(wording.taxon(share.name, rank).html, x + 70, y, width - 290, 13, ink)
                bar = QRectF(x + width - 210, y + 6, 150, 9)
                self._bar(bar, share.share, reached)
                self._text(escape(wording.percent(share.share)), bar.right() + 12, y, 60, 13, ink)
            else:
                self._text("–", x + 70, y, 60, 13, LIGHT.muted)
            y += 23
        return y

    def _bar(self, place: QRectF, share: float, reached: bool) -> None:
        if self._painter is None:
            return
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(QColor(LIGHT.track))
        self._painter.drawRoundedRect(place, 4.5, 4.5)
        filled = QRectF(place.topLeft(), QSizeF(max(2.0, place.width() * share), place.height()))
        if reached:
            self._painter.setBrush(QColor(LIGHT.bar))
        else:  # outlined, as in the window: a name that the evidence does not carry
            self._painter.setBrush(Qt.BrushStyle.NoBrush)
            self._painter.setPen(QColor(LIGHT.bar))
        self._painter.drawRoundedRect(filled, 4.5, 4.5)

    def _hits(self, x: float, y: float, width: float) -> float:
        if not self._result.hits:
            return y
        y = self._text("<b>" + tr("Nearest references") + "</b>", x, y, width, 13, LIGHT.muted)
        for hit in self._result.hits[:SHOWN_HITS]:
            identity = (
                tr("{identity}% identity").format(identity=decimal(hit.percent_identity, 1))
                if hit.percent_identity is not None
                else ""
            )
            facts = [
                tr("similarity {score}").format(score=decimal(hit.score, 2)),
                identity,
                hit.processid or "",
            ]
            line = f"{wording.hit_name(hit).html}, {escape(', '.join(fact for fact in facts if fact))}"
            y = self._text(line, x, y, width, 13, LIGHT.text)
        return y

    def _text(self, html: str, x: float, y: float, width: float, size: int, colour: str) -> float:
        """Draws rich text; returns where it ends."""
        document = self._document(html, width, size)
        if self._painter is not None:
            context = QAbstractTextDocumentLayout.PaintContext()
            context.palette.setColor(QPalette.ColorRole.Text, QColor(colour))
            self._painter.save()
            self._painter.translate(x, y)
            document.documentLayout().draw(self._painter, context)
            self._painter.restore()
        return y + document.size().height()

    @staticmethod
    def _document(html: str, width: float, size: int) -> QTextDocument:
        document = QTextDocument()
        document.setDocumentMargin(0)
        document.setDefaultFont(_font(size))
        document.setTextWidth(width)
        document.setHtml(html)
        return document

    def _fill(self, place: QRectF, colour: str) -> None:
        if self._painter is not None:
            self._painter.fillRect(place, QColor(colour))


def _font(size: int) -> QFont:
    """The window's font at a size in units of the drawing, whatever the screen's resolution."""
    font = QFont(QGuiApplication.font())
    font.setPixelSize(size)
    return font
