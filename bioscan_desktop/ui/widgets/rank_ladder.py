"""Shares of the evidence from order to species, as labelled bars."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.core.verdict import Verdict
from bioscan_desktop.ui import wording
from bioscan_desktop.ui.explaining import asked_of
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import tr
from bioscan_desktop.ui.widgets.parts import ShareBar, label

WIDE_FROM = 560
"""Pixels from which the bars take most of the room: the eye would lose the line from a name to its bar."""


class RankLadder(QWidget):
    """Four rungs: rank, name, bar with a tick at the share asked for, share."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        self._grid = grid
        self._rungs: list[tuple[QLabel, QLabel, ShareBar, QLabel]] = []
        for number, rank in enumerate(RANKS):
            rung = (
                label(wording.rank_title(rank), "muted", wrap=False),
                label(rich=True),
                ShareBar(theme),
                label(wrap=False),
            )
            rung[3].setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            rung[3].setMinimumWidth(52)
            for column, widget in enumerate(rung):
                grid.addWidget(widget, number, column)
            self._rungs.append(rung)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        name, bar = (2, 5) if event.size().width() >= WIDE_FROM else (5, 3)
        self._grid.setColumnStretch(1, name)
        self._grid.setColumnStretch(2, bar)

    def set_slim(self, slim: bool) -> None:
        """Gives the bars less room where there is little."""
        self._grid.setHorizontalSpacing(6 if slim else 12)
        for _, _, bar, share in self._rungs:
            bar.setMinimumWidth(30 if slim else 60)
            share.setMinimumWidth(0 if slim else 52)

    def show_verdict(self, verdict: Verdict, asked: Mapping[str, float]) -> None:
        """Fills the rungs; a rank without names says so.

        Args:
            asked: the share that a name needs, by rank.
        """
        shares = {share.rank: share for share in verdict.ranks}
        lineage = verdict.lineage
        for rank, (_, name, bar, share_text) in zip(RANKS, self._rungs, strict=True):
            share = shares.get(rank)
            if share is None:
                name.setText("–")
                bar.show_share(0.0, None, False)
                share_text.setText("")
                bar.setAccessibleName(tr("{rank}: no name").format(rank=wording.rank_noun(rank)))
                bar.setToolTip(
                    tr("The nearest references have no name at {rank}.").format(rank=wording.rank_noun(rank))
                )
                continue
            reached = lineage.at(rank) is not None
            needed = asked_of(share, asked, verdict)
            name.setText(wording.taxon(share.name, rank).html)
            bar.show_share(share.share, needed, reached)
            share_text.setText(wording.percent(share.share))
            words = tr("{rank} {name}: {share} of the evidence").format(
                rank=wording.rank_noun(rank), name=share.name, share=wording.percent(share.share)
            )
            if needed is not None:
                words = tr("{text}; {share} are asked for").format(text=words, share=wording.percent(needed))
            if share.runner_up:
                words = tr("{text}; next is {name} with {share}").format(
                    text=words, name=share.runner_up, share=wording.percent(share.runner_up_share)
                )
            bar.setAccessibleName(words)
            for widget in (name, bar, share_text):
                widget.setToolTip(words + ".")
