"""What the program says of a specimen: the finest name that the evidence carries, and the way there.

Apart from the rules that find it (`core.matching`), so that the window can be shown before the
libraries that reckon are loaded.
"""

from __future__ import annotations

from dataclasses import dataclass

from bioscan_desktop.core.taxonomy import RANKS, Lineage


@dataclass(frozen=True, slots=True)
class RankShare:
    """The share of the evidence that stands behind the best name at a rank."""

    rank: str
    name: str
    share: float
    runner_up: str | None = None
    runner_up_share: float = 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The finest name that the evidence carries.

    Attributes:
        name, rank: None if not even an order is carried.
        confidence: the share at that rank.
        novelty: `none`, `new_species` or `unlike_library`.
        novelty_p: share of specimens of known species that lie as far from the library as this
            one or farther; None without calibration.
        reason: one or two sentences for the user.
        ranks: the walked lineage, order first, as far as there are names.
    """

    name: str | None
    rank: str | None
    confidence: float
    calibrated: bool
    novelty: str
    novelty_p: float | None
    reason: str
    ranks: tuple[RankShare, ...]

    @property
    def lineage(self) -> Lineage:
        """The names down to the verdict's rank."""
        if self.rank is None:
            return Lineage()
        kept = RANKS[: RANKS.index(self.rank) + 1]
        return Lineage(**{share.rank: share.name for share in self.ranks if share.rank in kept})
