"""A labelled query with what came back: what all figures of an evaluation are counted from."""

from __future__ import annotations

from dataclasses import dataclass

from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.core.verdict import Verdict


@dataclass(frozen=True)
class Answered:
    """A labelled query with what came back.

    Attributes:
        truth: its true names.
        nearest: lineages of the nearest keys, best first.
        verdict: what the program would say.
        familiarity: how much like a known species it looks, see `core.novelty.nearness`.
        cosine: of the nearest key; None if not told.
        identity: best percent identity to a key; None if there is none.
    """

    truth: Lineage
    nearest: tuple[Lineage, ...]
    verdict: Verdict
    familiarity: float
    cosine: float | None = None
    identity: float | None = None
