"""Why the verdict has its rank: shares, thresholds and runners-up, rank by rank."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QIcon, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.core.verdict import Verdict
from bioscan_desktop.ui import explaining, wording
from bioscan_desktop.ui.explaining import Rung
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import tr
from bioscan_desktop.ui.widgets.edged import Dialog
from bioscan_desktop.ui.widgets.parts import Drawing, label, size_to_fit


class RungBars(QWidget):
    """The name's share and the runner-up's as two bars, with a line at the share asked for."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rung: Rung | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(220)
        theme.changed.connect(self.update)

    def show_rung(self, rung: Rung) -> None:
        """Another rank."""
        self._rung = rung
        self.setAccessibleName(wording.labelled(wording.rank_noun(rung.rank), rung.sentence))
        self.updateGeometry()
        self.update()

    @property
    def _line(self) -> float:
        return QFontMetricsF(self.font()).height()

    def sizeHint(self) -> QSize:
        return QSize(380, int(18 + 12 + 4 + self._line))

    def minimumSizeHint(self) -> QSize:
        return QSize(220, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._rung is None:
            return
        c, rung, width = self._theme.colours, self._rung, float(self.width())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for top, height, share, colour in (
            (3.0, 14.0, rung.share, c.bar if rung.reached else c.muted),
            (21.0, 8.0, rung.runner_up_share, c.novelty),
        ):
            if top > 20 and rung.runner_up is None:
                continue
            painter.setBrush(QColor(c.track))
            painter.drawRoundedRect(QRectF(0, top, width, height), 3, 3)
            if share > 0:
                painter.setBrush(QColor(colour))
                painter.drawRoundedRect(QRectF(0, top, max(3.0, width * share), height), 3, 3)
        if rung.asked is not None:
            self._paint_asked(painter, min(width - 2, max(2.0, width * rung.asked)), rung.asked)
        painter.end()

    def _paint_asked(self, painter: QPainter, x: float, asked: float) -> None:
        c = self._theme.colours
        painter.setPen(QPen(QColor(c.card), 5))
        painter.drawLine(int(x), 0, int(x), 30)
        painter.setPen(QPen(QColor(c.text), 2))
        painter.drawLine(int(x), 0, int(x), 30)
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 0.9)
        painter.setFont(font)
        text = tr("{share} asked for").format(share=wording.percent(asked))
        room = QFontMetricsF(font).horizontalAdvance(text) + 4
        left = min(self.width() - room, max(0.0, x - room / 2))
        painter.setPen(QColor(c.muted))
        painter.drawText(QRectF(left, 31, room, self._line), Qt.AlignmentFlag.AlignCenter, text)


class RungCard(QFrame):
    """One rank."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("look", "row")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(5)
        head = QHBoxLayout()
        head.setSpacing(8)
        self._sign = Drawing(theme, "icons", 18)
        self._rank = label(look="muted", wrap=False)
        self._name = label(bold=True, rich=True)
        self._share = label(bold=True, wrap=False)
        head.addWidget(self._sign)
        head.addWidget(self._rank)
        head.addWidget(self._name, 1)
        head.addWidget(self._share)
        column.addLayout(head)
        self._bars = RungBars(theme)
        column.addWidget(self._bars)
        self._sentence = label()
        column.addWidget(self._sentence)

    def show_rung(self, rung: Rung) -> None:
        """Fills the card."""
        self._sign.show_name("check" if rung.reached else "help", "good" if rung.reached else "warning")
        self._sign.setToolTip(tr("Given") if rung.reached else tr("Not given"))
        self._rank.setText(wording.rank_title(rung.rank))
        self._name.setText(wording.taxon(rung.name, rung.rank).html)
        self._share.setText(wording.percent(rung.share))
        self._bars.show_rung(rung)
        self._sentence.setText(rung.sentence)
        given = tr("{rank}, given") if rung.reached else tr("{rank}, not given")
        given = given.format(rank=wording.rank_noun(rung.rank))
        self.setAccessibleName(wording.labelled(given, rung.sentence))


class WhyDialog(Dialog):
    """Stays open beside the list and follows the row that is looked at."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Why this rank?"))
        self.setModal(False)
        size_to_fit(self, 600, 800)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 16)
        column.setSpacing(10)
        self._title = label(bold=True, scale=1.15)
        self._summary = label(scale=1.05)
        column.addWidget(self._title)
        column.addWidget(self._summary)
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(0, 0, 8, 0)
        inner.setSpacing(8)
        self._cards = {rank: RungCard(theme) for rank in RANKS}
        for card in self._cards.values():
            inner.addWidget(card)
        self._evidence = label(tr(explaining.WHAT_EVIDENCE_IS), "muted")
        inner.addWidget(self._evidence)
        inner.addStretch(1)
        area = QScrollArea()
        area.setWidget(body)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        area.setAccessibleName(tr("Shares by rank"))
        column.addWidget(area, 1)
        buttons = QDialogButtonBox()
        buttons.addButton(QDialogButtonBox.StandardButton.Close).setIcon(QIcon())
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)

    def show_verdict(self, name: str, verdict: Verdict | None, asked: Mapping[str, float]) -> None:
        """Explains a verdict; None where a specimen has none yet.

        Args:
            name: of the specimen.
            asked: the share that a name needs, by rank.
        """
        found = explaining.rungs(verdict, asked) if verdict is not None else []
        if verdict is None:
            self._title.setText(name)
            self._summary.setText(tr("There is no verdict to explain."))
        else:
            self._title.setText(wording.labelled(name, wording.headline(verdict).text))
            self._summary.setText(explaining.summary(verdict, asked))
        for card in self._cards.values():
            card.setVisible(False)
        for rung in found:
            self._cards[rung.rank].show_rung(rung)
            self._cards[rung.rank].setVisible(True)
        self._evidence.setVisible(bool(found))

    @property
    def summary(self) -> str:
        """The sentence at the top."""
        return self._summary.text()
