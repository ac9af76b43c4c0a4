"""What was learned on held-out specimens about trusting a library's similarities.

Stored as `calibration.json` in the library pack. Without it `DEFAULT` serves, and every verdict
says that it is not calibrated.
"""

from __future__ import annotations

import bisect
from dataclasses import asdict, dataclass, field
from typing import Any

FORMAT_VERSION = 1


@dataclass(frozen=True)
class PairScale:
    """Evidence of a hit as a logit: slope x cosine + offset, for one pair of modalities."""

    slope: float
    offset: float


@dataclass(frozen=True)
class NoveltyModel:
    """Similarity of the nearest key, for specimens of known and of unknown species.

    Attributes:
        known: ascending nearest similarities of held-out specimens whose species has keys.
        unknown: the same with all keys of their species taken away.
        alpha_known: a p-value below this makes the species probably new to the library.
        alpha_unknown: lying below this share of `unknown` makes it unlike the library.
    """

    known: tuple[float, ...]
    unknown: tuple[float, ...]
    alpha_known: float = 0.05
    alpha_unknown: float = 0.01

    def p_known(self, nearest: float) -> float:
        """Conformal p-value: share of known specimens as far away or farther, the query counted in."""
        return (bisect.bisect_right(self.known, nearest) + 1) / (len(self.known) + 1)

    def p_unknown(self, nearest: float) -> float:
        """The same among specimens of species that the library lacks."""
        return (bisect.bisect_right(self.unknown, nearest) + 1) / (len(self.unknown) + 1)

    def outcome(self, nearest: float) -> str:
        """`none`, `new_species` or `unlike_library`."""
        if self.p_unknown(nearest) < self.alpha_unknown and self.p_known(nearest) < self.alpha_known:
            return "unlike_library"
        return "new_species" if self.p_known(nearest) < self.alpha_known else "none"


@dataclass(frozen=True)
class Calibration:
    """Scales, thresholds and novelty models of one library with one model.

    Attributes:
        pairs: by `query->key` modality.
        thresholds: by `image`, `dna` or `both`, then by rank: smallest share at which a name is given.
        novelty: by `query->key` modality; may be empty.
        fitted: False for the defaults.
        provenance: how, when, on how many held-out queries, to which target.
    """

    pairs: dict[str, PairScale] = field(default_factory=dict)
    thresholds: dict[str, dict[str, float]] = field(default_factory=dict)
    novelty: dict[str, NoveltyModel] = field(default_factory=dict)
    fitted: bool = False
    provenance: dict[str, Any] = field(default_factory=dict)

    def pair(self, pair: str) -> PairScale:
        """The scale of a pair of modalities, or the default."""
        return self.pairs.get(pair, DEFAULT_PAIR)

    def threshold(self, modality: str, rank: str) -> float:
        """The smallest share at which a name of `rank` is given to a photo, a barcode, or both."""
        return self.thresholds.get(modality, {}).get(rank, DEFAULT_THRESHOLDS[rank])

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "format_version": FORMAT_VERSION,
            "pairs": {name: asdict(scale) for name, scale in self.pairs.items()},
            "thresholds": {modality: dict(ranks) for modality, ranks in self.thresholds.items()},
            "novelty": {
                name: {**asdict(model), "known": list(model.known), "unknown": list(model.unknown)}
                for name, model in self.novelty.items()
            },
            "provenance": self.provenance,
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Calibration:
        """The inverse of `to_dict`. Raises KeyError, TypeError or ValueError on damaged values."""
        if int(values["format_version"]) > FORMAT_VERSION:
            raise ValueError(f"calibration format {values['format_version']} is newer than this program")
        return cls(
            pairs={name: PairScale(**scale) for name, scale in values["pairs"].items()},
            thresholds={
                modality: {rank: float(share) for rank, share in ranks.items()}
                for modality, ranks in values["thresholds"].items()
            },
            novelty={
                name: NoveltyModel(**{**m, "known": tuple(m["known"]), "unknown": tuple(m["unknown"])})
                for name, m in values["novelty"].items()
            },
            fitted=True,
            provenance=values.get("provenance", {}),
        )


DEFAULT_PAIR = PairScale(slope=15.0, offset=0.0)
DEFAULT_THRESHOLDS = {"order": 0.65, "family": 0.65, "genus": 0.78, "species": 0.78}
"""iNaturalist's and SpeciesNet's published cut-offs; used until a library is calibrated."""

DEFAULT = Calibration()
