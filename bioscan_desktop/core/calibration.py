"""What was learned on held-out specimens about trusting a library's similarities.

Stored as `calibration.json` in the library pack. Without it `DEFAULT` serves, and every verdict
says that it is not calibrated.
"""

from __future__ import annotations

import bisect
import math
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
    """How familiar specimens of known and of missing species look to a library.

    Familiarity is the cosine of the nearest key, or better a weighted sum of three distances
    (`weights`): to the nearest key, to the nearest key of another species, and from the nearest
    key to its own nearest of another species. The last two tell how crowded the place is: where
    sister species lie close together, a small distance already means another species.

    Attributes:
        known: ascending familiarities of held-out specimens whose species has keys.
        unknown: the same with all keys of their species taken away.
        alpha_known: a p-value below this makes the species probably new to the library.
        alpha_unknown: lying below this share of `unknown` makes it unlike the library.
        unlike_below: a nearest key of a smaller cosine makes it unlike the library, instead of
            `alpha_unknown`; for photos, whose few held-out specimens show no such small shares.
    """

    known: tuple[float, ...]
    unknown: tuple[float, ...]
    alpha_known: float = 0.05
    alpha_unknown: float = 0.01
    weights: tuple[float, float, float] | None = None
    unlike_below: float | None = None

    def familiarity(self, nearest: float, second: float, isolation: float) -> float:
        """The larger, the more like a known species.

        Args:
            nearest: cosine of the nearest key.
            second: cosine of the nearest key of another species than that.
            isolation: cosine from the nearest key to its nearest of another species.
        """
        if self.weights is None:
            return nearest
        terms = (log_distance(nearest), log_distance(second), log_distance(isolation))
        return sum(w * term for w, term in zip(self.weights, terms, strict=True))

    def p_known(self, nearest: float) -> float:
        """Conformal p-value: share of known specimens as far away or farther, the query counted in."""
        return (bisect.bisect_right(self.known, nearest) + 1) / (len(self.known) + 1)

    def p_unknown(self, nearest: float) -> float:
        """The same among specimens of species that the library lacks."""
        return (bisect.bisect_right(self.unknown, nearest) + 1) / (len(self.unknown) + 1)

    def outcome(self, familiarity: float, nearest: float | None = None) -> str:
        """`none`, `new_species` or `unlike_library`.

        Args:
            familiarity: see the class.
            nearest: cosine of the nearest key; needed where there is an `unlike_below`.
        """
        new = self.p_known(familiarity) < self.alpha_known
        if self.unlike_below is not None:
            unlike = nearest is not None and nearest < self.unlike_below
        else:
            unlike = new and self.p_unknown(familiarity) < self.alpha_unknown
        return "unlike_library" if unlike else "new_species" if new else "none"


def log_distance(cosine: float) -> float:
    """log(1 - cosine), finite also for identical rows."""
    return math.log(max(1e-4, 1.0001 - cosine))


@dataclass(frozen=True)
class Calibration:
    """Scales, thresholds and novelty models of one library with one model.

    Evidence of a specimen whose species is probably missing must be read more carefully: its
    nearest keys are those of relatives, and being nearest says less of the genus. So there are two
    sets of scales and thresholds, the second (`_missing`) for specimens found to be new.

    Attributes:
        pairs, pairs_missing: by `query->key` modality.
        thresholds, thresholds_missing: by `image`, `dna` or `both`, then by rank: the smallest
            share at which a name is given.
        novelty: by `query->key` modality; may be empty.
        fitted: False for the defaults.
        provenance: how, when, on how many held-out queries, to which target.
    """

    pairs: dict[str, PairScale] = field(default_factory=dict)
    thresholds: dict[str, dict[str, float]] = field(default_factory=dict)
    pairs_missing: dict[str, PairScale] = field(default_factory=dict)
    thresholds_missing: dict[str, dict[str, float]] = field(default_factory=dict)
    novelty: dict[str, NoveltyModel] = field(default_factory=dict)
    fitted: bool = False
    provenance: dict[str, Any] = field(default_factory=dict)

    def pair(self, pair: str, missing: bool = False) -> PairScale:
        """The scale of a pair of modalities, or the default."""
        scale = self.pairs.get(pair, DEFAULT_PAIR)
        return self.pairs_missing.get(pair, scale) if missing else scale

    def threshold(self, modality: str, rank: str, missing: bool = False) -> float:
        """The smallest share at which a name of `rank` is given to a photo, a barcode, or both."""
        special = self.thresholds_missing.get(modality, {}) if missing else {}
        if rank in special:
            return special[rank]
        return self.thresholds.get(modality, {}).get(rank, DEFAULT_THRESHOLDS[rank])

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "format_version": FORMAT_VERSION,
            "pairs": {name: asdict(scale) for name, scale in self.pairs.items()},
            "thresholds": {modality: dict(ranks) for modality, ranks in self.thresholds.items()},
            "pairs_missing": {name: asdict(scale) for name, scale in self.pairs_missing.items()},
            "thresholds_missing": {m: dict(ranks) for m, ranks in self.thresholds_missing.items()},
            "novelty": {
                name: {
                    "known": list(model.known),
                    "unknown": list(model.unknown),
                    "alpha_known": model.alpha_known,
                    "alpha_unknown": model.alpha_unknown,
                    "weights": list(model.weights) if model.weights else None,
                    "unlike_below": model.unlike_below,
                }
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
            pairs=_scales(values["pairs"]),
            thresholds=_thresholds(values["thresholds"]),
            pairs_missing=_scales(values.get("pairs_missing", {})),
            thresholds_missing=_thresholds(values.get("thresholds_missing", {})),
            novelty={name: _novelty(model) for name, model in values["novelty"].items()},
            fitted=True,
            provenance=values.get("provenance", {}),
        )


def _scales(values: dict[str, Any]) -> dict[str, PairScale]:
    return {name: PairScale(**scale) for name, scale in values.items()}


def _thresholds(values: dict[str, Any]) -> dict[str, dict[str, float]]:
    return {
        modality: {rank: float(share) for rank, share in ranks.items()} for modality, ranks in values.items()
    }


def _novelty(values: dict[str, Any]) -> NoveltyModel:
    weights = values.get("weights")
    return NoveltyModel(
        known=tuple(values["known"]),
        unknown=tuple(values["unknown"]),
        alpha_known=values["alpha_known"],
        alpha_unknown=values["alpha_unknown"],
        weights=(weights[0], weights[1], weights[2]) if weights else None,
        unlike_below=values.get("unlike_below"),
    )


DEFAULT_PAIR = PairScale(slope=15.0, offset=0.0)
DEFAULT_THRESHOLDS = {"order": 0.65, "family": 0.65, "genus": 0.78, "species": 0.78}
"""iNaturalist's and SpeciesNet's published cut-offs; used until a library is calibrated."""

DEFAULT = Calibration()
