"""What was learned on held-out specimens about trusting a library's similarities.

Stored as `calibration.json` in the library pack. Without it `DEFAULT` serves, and every verdict
says that it is not calibrated.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, TypeVar

import numpy as np

from bioscan_desktop.core.barcode import SHORT_BASES

F = TypeVar("F", float, np.ndarray)

FORMAT_VERSION = 4

LEAST_MISMATCH = 0.003
"""Added to shares of differing bases before their logarithm is taken: identical barcodes count as two
bases apart in 658."""


VIEWS_FROM, USUAL_VIEWS = -3.0, -4.4
"""`log_distance` of a photo and its mirror image: what it is counted from in chances, and what a photo counts
as where it is not known, the median of the photos that calibrate the starter library."""


@dataclass(frozen=True)
class PairScale:
    """Evidence of a hit as a logit, for one pair of modalities.

    Attributes:
        slope, offset: slope x cosine + offset.
        relatedness, mismatch: of a barcode and a key that were aligned, so many times their
            relatedness is added, and so many times their `log_mismatch` taken off.
    """

    slope: float
    offset: float
    relatedness: float = 0.0
    mismatch: float = 0.0

    def logit(self, cosine: F, relatedness: F | None = None, mismatch: F | None = None) -> F:
        """The evidence of a hit, or of many as arrays; what is None adds nothing."""
        value = self.slope * cosine + self.offset
        if relatedness is not None:
            value += self.relatedness * relatedness
        if mismatch is not None:
            value -= self.mismatch * np.log(mismatch + LEAST_MISMATCH)
        return value


@dataclass(frozen=True)
class ChanceModel:
    """What a share of the evidence is worth: the chance that the name is right.

    A logistic regression on the share and on the distance to the nearest key of that name: a genus
    that all neighbours agree on is less sure where even the nearest of them lies far off. Of photos, how far
    the views lie apart counts, too: one that the encoder sees less firmly lies farther from everything.
    """

    bias: float = 0.0
    share: float = 1.0
    distance: float = 0.0
    views: float = 0.0

    def chance(self, share: float, distance: float, views: float | None = None) -> float:
        """Between 0 and 1.

        Args:
            share: of the evidence, 0 to 1.
            distance: `log_mismatch` or `log_distance` of the nearest key of the name.
            views: of a photo, see `core.near.Hits`.
        """
        value = self.bias + self.share * log_odds(share) + self.distance * distance
        value += self.views * ((USUAL_VIEWS if views is None else views) - VIEWS_FROM)
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, value))))


TERMS: tuple[str, ...] = (
    "nearest", "second", "isolation", "mismatch", "mismatch_other", "mismatch_open", "crowd", "views"
)  # fmt: skip
"""What a familiarity may be made of; see `NoveltyModel`."""


@dataclass(frozen=True)
class NoveltyModel:
    """How familiar specimens of known and of missing species look to a library.

    Familiarity is the cosine of the nearest key, or better a weighted sum of `TERMS`: `log_distance`
    of the nearest key, of the nearest key of another species, and of the nearest key to its own
    nearest of another species (its isolation); and of aligned barcodes `log_mismatch` of the most
    similar key, and of the most similar key of another species; with bases that a key leaves open
    counted as partly different, `log_mismatch` of the most similar key (`mismatch_open`), and how many
    other species are about as similar (`crowd`). Those of other species tell how crowded the place is:
    where sister species lie close together, a small distance already means another species, and a
    specimen that many species resemble alike is none of them. `views` of photos, see `core.near.Hits`.

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
    weights: Mapping[str, float] | None = None
    unlike_below: float | None = None

    def familiarity(self, nearest: float, terms: Mapping[str, float]) -> float | None:
        """The larger, the more like a known species; None if a term is lacking.

        Args:
            nearest: cosine of the nearest key.
            terms: logarithms of distances, named as in `TERMS`.
        """
        if self.weights is None:
            return nearest
        terms = {"views": USUAL_VIEWS, **terms}
        if not self.weights.keys() <= terms.keys():
            return None
        return sum(weight * terms[name] for name, weight in self.weights.items())

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


def log_mismatch(share: float) -> float:
    """log of a share of differing bases."""
    return math.log(share + LEAST_MISMATCH)


def log_odds(share: float) -> float:
    """log(share / (1 - share)), finite for 0 and 1."""
    held = min(max(share, 0.001), 0.999)
    return math.log(held / (1.0 - held))


_TABLES = (
    "pairs", "pairs_missing", "thresholds", "thresholds_missing", "chances", "chances_missing", "novelty"
)  # fmt: skip


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
        chances, chances_missing: what a share is worth, by `image`, `dna` or `both`, then by rank;
            a share without such a model is taken as it is.
        image_weight: exponent of the photo's evidence where it meets a barcode's.
        relatedness: weights of aligned differences, see `index.aligned`; empty for the defaults.
        novelty: by `query->key` modality; may be empty.
        short: the same for barcodes under `core.barcode.SHORT_BASES`, which lie farther from all keys
            merely by being short; None if they were not measured apart.
        unclear_views: `core.near.Hits.views` beyond which a photo counts as hard to read; None if not known.
        fitted: False for the defaults.
        provenance: how, when, on how many held-out queries, to which target.
    """

    pairs: dict[str, PairScale] = field(default_factory=dict)
    thresholds: dict[str, dict[str, float]] = field(default_factory=dict)
    pairs_missing: dict[str, PairScale] = field(default_factory=dict)
    thresholds_missing: dict[str, dict[str, float]] = field(default_factory=dict)
    chances: dict[str, dict[str, ChanceModel]] = field(default_factory=dict)
    chances_missing: dict[str, dict[str, ChanceModel]] = field(default_factory=dict)
    image_weight: float = 1.0
    relatedness: dict[str, float] = field(default_factory=dict)
    novelty: dict[str, NoveltyModel] = field(default_factory=dict)
    short: Calibration | None = None
    unclear_views: float | None = None
    fitted: bool = False
    provenance: dict[str, Any] = field(default_factory=dict)

    def for_barcode(self, bases: int) -> Calibration:
        """What holds for a barcode of so many bases; distances of long ones say nothing of short ones."""
        if bases >= SHORT_BASES:
            return self
        if self.short is not None:
            return self.short
        return replace(self, novelty={n: m for n, m in self.novelty.items() if not n.startswith("dna->")})

    def lapsed(self) -> Calibration:
        """The same, of a library that has changed too much since: nothing of it counts as calibrated."""
        short = self.short and replace(self.short, fitted=False)
        return replace(self, fitted=False, short=short)

    def pair(self, pair: str, missing: bool = False) -> PairScale:
        """The scale of a pair of modalities, or the default."""
        scale = self.pairs.get(pair, DEFAULT_PAIRS.get(pair, DEFAULT_PAIR))
        return self.pairs_missing.get(pair, scale) if missing else scale

    def threshold(self, modality: str, rank: str, missing: bool = False) -> float:
        """The smallest share at which a name of `rank` is given to a photo, a barcode, or both."""
        special = self.thresholds_missing.get(modality, {}) if missing else {}
        if rank in special:
            return special[rank]
        return self.thresholds.get(modality, {}).get(rank, DEFAULT_THRESHOLDS[rank])

    def chance(self, modality: str, rank: str, missing: bool = False) -> ChanceModel | None:
        """What shares at a rank are worth to a photo, a barcode, or both; None if not known."""
        table = self.chances_missing if missing else self.chances
        return table.get(modality, {}).get(rank)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        values = {"format_version": FORMAT_VERSION, **self._tables(), "provenance": self.provenance}
        if self.unclear_views is not None:
            values["unclear_views"] = self.unclear_views
        if self.short is not None:
            values["short"] = self.short._tables("dna", "both")
        return values

    def _tables(self, *modalities: str) -> dict[str, Any]:
        """The tables of some modalities of queries; of all if none is named."""

        def wanted(name: str) -> bool:
            return not modalities or name.partition("->")[0] in modalities

        return {
            "pairs": {name: asdict(scale) for name, scale in self.pairs.items() if wanted(name)},
            "thresholds": {m: dict(ranks) for m, ranks in self.thresholds.items() if wanted(m)},
            "pairs_missing": {n: asdict(scale) for n, scale in self.pairs_missing.items() if wanted(n)},
            "thresholds_missing": {
                m: dict(ranks) for m, ranks in self.thresholds_missing.items() if wanted(m)
            },
            "chances": _chances_json({m: found for m, found in self.chances.items() if wanted(m)}),
            "chances_missing": _chances_json(
                {m: found for m, found in self.chances_missing.items() if wanted(m)}
            ),
            "image_weight": self.image_weight,
            "relatedness": dict(self.relatedness),
            "novelty": {
                name: {
                    "known": list(model.known),
                    "unknown": list(model.unknown),
                    "alpha_known": model.alpha_known,
                    "alpha_unknown": model.alpha_unknown,
                    "weights": dict(model.weights) if model.weights is not None else None,
                    "unlike_below": model.unlike_below,
                }
                for name, model in self.novelty.items()
                if wanted(name)
            },
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Calibration:
        """The inverse of `to_dict`. Raises ValueError, KeyError or TypeError."""
        if values["format_version"] > FORMAT_VERSION:
            raise ValueError(f"calibration of a newer version {values['format_version']}")
        calibration = cls._read(values)
        short = values.get("short")
        if short is None:
            return calibration
        own = cls._read({**short, "provenance": calibration.provenance})
        together: dict[str, Any] = {
            name: {**getattr(calibration, name), **getattr(own, name)} for name in _TABLES
        }
        return replace(calibration, short=replace(own, **together))

    @classmethod
    def _read(cls, values: dict[str, Any]) -> Calibration:
        return cls(
            pairs=_scales(values["pairs"]),
            thresholds=_thresholds(values["thresholds"]),
            pairs_missing=_scales(values.get("pairs_missing", {})),
            thresholds_missing=_thresholds(values.get("thresholds_missing", {})),
            chances=_chances(values.get("chances", {})),
            chances_missing=_chances(values.get("chances_missing", {})),
            image_weight=_number(values.get("image_weight", 1.0)),
            relatedness=_numbers(values.get("relatedness", {})),
            novelty={name: _novelty(model) for name, model in values["novelty"].items()},
            unclear_views=_number(values["unclear_views"]) if "unclear_views" in values else None,
            fitted=True,
            provenance=values.get("provenance", {}),
        )


def _number(value: Any) -> float:
    """Raises TypeError or ValueError for what cannot be reckoned with."""
    if not isinstance(value, int | float):
        raise TypeError(f"{value!r} is no number")
    if not math.isfinite(value):
        raise ValueError(f"{value!r} is not finite")
    return float(value)


def _numbers(values: dict[str, Any]) -> dict[str, float]:
    return {name: _number(value) for name, value in values.items()}


def _scales(values: dict[str, Any]) -> dict[str, PairScale]:
    return {name: PairScale(**_numbers(scale)) for name, scale in values.items()}


def _thresholds(values: dict[str, Any]) -> dict[str, dict[str, float]]:
    return {modality: _numbers(ranks) for modality, ranks in values.items()}


def _chances(values: dict[str, Any]) -> dict[str, dict[str, ChanceModel]]:
    return {
        modality: {rank: ChanceModel(**_numbers(model)) for rank, model in ranks.items()}
        for modality, ranks in values.items()
    }


def _chances_json(chances: dict[str, dict[str, ChanceModel]]) -> dict[str, Any]:
    return {m: {rank: asdict(model) for rank, model in ranks.items()} for m, ranks in chances.items()}


def _novelty(values: dict[str, Any]) -> NoveltyModel:
    weights = values.get("weights")
    if isinstance(weights, list):  # format 1
        weights = dict(zip(TERMS[:3], weights, strict=True))
    if weights is not None and not weights.keys() <= set(TERMS):
        raise ValueError(f"unknown terms {sorted(weights.keys() - set(TERMS))}")
    unlike_below = values.get("unlike_below")
    return NoveltyModel(
        known=tuple(map(_number, values["known"])),
        unknown=tuple(map(_number, values["unknown"])),
        alpha_known=_number(values["alpha_known"]),
        alpha_unknown=_number(values["alpha_unknown"]),
        weights=_numbers(weights) if weights is not None else None,
        unlike_below=_number(unlike_below) if unlike_below is not None else None,
    )


DEFAULT_PAIR = PairScale(slope=15.0, offset=0.0)
DEFAULT_PAIRS = {"dna->dna": PairScale(slope=10.0, offset=0.0, relatedness=1.0, mismatch=3.0)}
"""Of barcodes, the weights that found most genera of held-out species of the starter's training data."""

DEFAULT_THRESHOLDS = {"order": 0.65, "family": 0.65, "genus": 0.78, "species": 0.78}
"""iNaturalist's and SpeciesNet's published cut-offs; used until a library is calibrated."""

DEFAULT = Calibration()
