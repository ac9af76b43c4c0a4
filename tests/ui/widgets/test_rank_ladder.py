"""Bars from order to species: what is asked for is shown only where it counts."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.core.verdict import RankShare, Verdict
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.widgets.parts import ShareBar
from bioscan_desktop.ui.widgets.rank_ladder import RankLadder

NAMES = ("Lepidoptera", "Nymphalidae", "Erebia", "Erebia ligea")
SHARES = tuple(
    RankShare(rank, name, share) for rank, name, share in zip(RANKS, NAMES, (1, 0.9, 0.8, 0.75), strict=True)
)


def test_no_tick_stands_beyond_the_bar_of_a_name_that_is_given(qtbot: QtBot) -> None:
    """The genus asks for 0.85 where a verdict ends there; here the species has enough for its own."""
    ladder = RankLadder(Theme())
    qtbot.addWidget(ladder)
    asked = {"order": 0.5, "family": 0.5, "genus": 0.85, "species": 0.7}

    def told(rank: str) -> list[bool]:
        name = dict(zip(RANKS, NAMES, strict=True))[rank]
        ladder.show_verdict(Verdict(name, rank, 0.5, True, "none", None, "", SHARES), asked)
        return ["asked for" in bar.accessibleName() for bar in ladder.findChildren(ShareBar)]

    assert told("species") == [True, True, False, True]
    assert told("family") == [True, True, True, True]
