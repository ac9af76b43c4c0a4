"""The answer that is reviewed: decision, verdict, shares, warnings, references with their digits."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from bioscan_desktop.core.agreement import agreement
from bioscan_desktop.ui import deciding, wording
from bioscan_desktop.ui.models.country_hints import Origin
from bioscan_desktop.ui.models.specimens import Row
from bioscan_desktop.ui.sentences import translated
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import tr
from bioscan_desktop.ui.widgets.country_note import CountryNote
from bioscan_desktop.ui.widgets.own_name import OwnNameEdit
from bioscan_desktop.ui.widgets.parts import Banner, ElidedLabel, frame, label, set_look
from bioscan_desktop.ui.widgets.rank_ladder import RankLadder
from bioscan_desktop.ui.widgets.result_panel import PILLS
from bioscan_desktop.ui.widgets.review_hits import ReviewHits
from bioscan_desktop.ui.workbench import Workbench

LOOKS = {"reject": "error", "skip": "warning", "unknown": "warning"}
"""Of the banner, by decision; else `good`."""

SLIM_BELOW = 340
"""Below this width, the shares have narrow bars."""


class ReviewAnswer(QScrollArea):
    """Shows one row at a time.

    Signals:
        chosen: (number from 1) the name of a reference is taken.
        named: the user typed a name.
        left: the user is done with typing.
    """

    chosen = Signal(int)
    named = Signal(str)
    left = Signal()

    def __init__(self, theme: Theme, bench: Workbench) -> None:
        super().__init__()
        self._theme, self._bench = theme, bench
        self.setWidgetResizable(True)
        self.setMinimumWidth(270)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget()
        inner.setProperty("look", "page")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 6, 0)
        column.setSpacing(8)
        self.decided = Banner(theme)
        column.addWidget(self.decided)
        column.addWidget(self._make_head())
        self._warnings = [Banner(theme) for _ in range(5)]
        for banner in self._warnings:
            column.addWidget(banner)
        line = QHBoxLayout()
        caption = label(tr("Your own name"), "caption", wrap=False)
        self.own_name = OwnNameEdit()
        self.own_name.setToolTip(tr("A name of your own (N); Enter takes it"))
        self.own_name.named.connect(self.named)
        self.own_name.left.connect(self.left)
        caption.setBuddy(self.own_name)
        line.addWidget(caption)
        line.addWidget(self.own_name, 1)
        column.addLayout(line)
        self._hits_title = label(tr("Nearest references"), "caption")
        column.addWidget(self._hits_title)
        self.hits = ReviewHits(theme)
        self.hits.chosen.connect(self.chosen)
        column.addWidget(self.hits)
        column.addStretch(1)
        self.setWidget(inner)
        bench.names_changed.connect(lambda: self.own_name.set_names(bench.names))
        self.own_name.set_names(bench.names)

    def _make_head(self) -> QFrame:
        card = frame("card")
        column = QVBoxLayout(card)
        column.setContentsMargins(16, 10, 16, 12)
        column.setSpacing(4)
        top = QHBoxLayout()
        self._pill = label(wrap=False, bold=True)
        self._pill.setContentsMargins(11, 3, 11, 3)
        self._rank = ElidedLabel()
        self._rank.setProperty("look", "muted")
        top.addWidget(self._pill)
        top.addWidget(self._rank)
        top.addStretch(1)
        column.addLayout(top)
        self._headline = label(scale=1.7, bold=True, rich=True)
        self._lineage = label(look="muted", rich=True)
        column.addWidget(self._headline)
        column.addWidget(self._lineage)
        self._ladder = RankLadder(self._theme)
        column.addSpacing(4)
        column.addWidget(self._ladder)
        self._country = CountryNote(self._bench)
        column.addWidget(self._country)
        return card

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._ladder.set_slim(self.viewport().width() < SLIM_BELOW)

    @property
    def headline(self) -> str:
        """The name, as rich text."""
        return self._headline.text()

    def show_row(self, row: Row, origin: Origin | None = None) -> None:
        """Shows a row, from the top.

        Args:
            origin: where the specimens of its session are from; None for the list of the window.
        """
        result = row.result
        verdict = result.verdict if result is not None else None
        self._show_decision(row)
        for widget in (self._pill, self._rank):
            widget.setVisible(verdict is not None)
        self._lineage.setVisible(verdict is not None and verdict.name is not None)
        self._ladder.setVisible(verdict is not None and bool(verdict.ranks))
        self._headline.setText(wording.row_title(result).html if result is not None else tr("Not identified"))
        if result is not None and verdict is not None:
            conflict = wording.conflict_rank(result)
            words = wording.likelihood(verdict)
            set_look(self._pill, "pill-error" if conflict else PILLS[words])
            self._pill.setText(tr("Contradiction") if conflict else translated(words))
            share = wording.percent(verdict.confidence)
            words = tr("{rank} · {share} of the evidence")
            words = words.format(rank=wording.rank_title(verdict.rank), share=share)
            self._rank.say(words if verdict.rank else "")
            self._lineage.setText(wording.lineage_line(verdict))
            engine = self._bench.engine
            self._ladder.show_verdict(verdict, engine.asked(result) if engine is not None else {})
        self._country.show_row(row, origin)
        self._show_warnings(row)
        hits = deciding.shown_hits(result)
        lineage = verdict.lineage if verdict is not None else None
        levels: list[str | None] = [None] * len(hits)
        if lineage is not None and lineage.path():
            levels = [agreement(hit.lineage, lineage, hit.bin_uri, None) for hit in hits]
        self.hits.show_hits(hits, levels, row.decision)
        self._hits_title.setVisible(bool(hits))
        self.own_name.show_name(row.own_name)
        self.verticalScrollBar().setValue(0)

    def _show_decision(self, row: Row) -> None:
        decision = row.decision
        if decision is None:
            self.decided.show_text("good", "")
            return
        text = tr("You decided: {what}.").format(what=decision.told)
        if deciding.is_outdated(decision, row.result):
            text += f" {deciding.outdated_text(decision, row.result)}"
        sign = "name" if decision.action == "choose" else decision.action
        self.decided.show_text(LOOKS.get(decision.action, "good"), text, sign)

    def _show_warnings(self, row: Row) -> None:
        result = row.result
        texts: list[tuple[str, str, str]] = [("error", "", "")] * len(self._warnings)
        if result is not None:
            novelty = wording.novelty_text(result.verdict) if result.verdict is not None else ""
            texts = [
                ("error", wording.error_text(result), ""),
                ("error", wording.conflict_text(result), "conflict"),
                ("novelty", novelty, ""),
                ("warning", wording.notices(result), ""),
                (
                    "warning" if len(result.restricted) > 1 else "novelty",
                    " ".join(translated(text) for text in result.restricted),
                    "filter",
                ),
            ]
        for banner, (kind, text, sign) in zip(self._warnings, texts, strict=True):
            banner.show_text(kind, text, sign)
