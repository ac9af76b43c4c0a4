"""Whether a query's species is missing in a library: from distances to its nearest keys, alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

import numpy as np

from bioscan_desktop.core.calibration import Calibration, NoveltyModel, log_distance, log_mismatch
from bioscan_desktop.core.hits import Hit
from bioscan_desktop.core.near import Hits, Near

CROWD = 0.02
"""Share of differing bases by which another species may be farther, to be about as similar."""

OPEN = 0.25
"""Part of a difference that a base counts which a key leaves open; a tenth to a half did as well."""


def familiarity_terms(hits: Sequence[Hit]) -> dict[str, float]:
    """The logarithms of distances of one pair of modalities that `NoveltyModel` weighs."""
    hits = Hits.of(hits)
    (near,) = hits.groups
    top = _first(near.key_ids, -near.score)
    others = near.score[_of_others(near.species, near.species[top])]
    # All of the nearest keys are of one species: the next one lies beyond the last of them.
    second = float(others.max() if len(others) else near.score.min())
    isolation = float(near.isolation[top])
    terms = {
        "nearest": log_distance(float(near.score[top])),
        "second": log_distance(second),
        "isolation": log_distance(second if math.isnan(isolation) else isolation),
    }
    if hits.views is not None:
        terms["views"] = hits.views
    if near.is_aligned:
        known = ~np.isnan(near.mismatch)
        aligned = near if known.all() else near.take(np.flatnonzero(known))
        mismatch, species = aligned.mismatch, aligned.species
        closest = _first(aligned.key_ids, mismatch)
        apart = mismatch[_of_others(species, species[closest])]
        terms["mismatch"] = log_mismatch(float(mismatch[closest]))
        terms["mismatch_other"] = log_mismatch(float(apart.min() if len(apart) else mismatch.max()))
        opened = open_mismatch(aligned)
        least = _first(aligned.key_ids, opened)
        crowd = {species[at] for at in np.flatnonzero(opened <= opened[least] + CROWD).tolist()}
        terms["mismatch_open"] = log_mismatch(float(opened[least]))
        terms["crowd"] = math.log1p(len(crowd - {species[least], None}))
    return terms


def _first(key_ids: np.ndarray, values: np.ndarray) -> int:
    """The place of the smallest value; of equal ones that of the smallest id."""
    return int(np.lexsort((key_ids, values))[0])


def _of_others(species: Sequence[str | None], own: str | None) -> np.ndarray:
    """(m,) bool: which are of another species."""
    return np.array([name != own for name in species])


def open_mismatch(near: Near) -> np.ndarray:
    """(m,) shares of differing bases of aligned hits, where each base that a key leaves open counts `OPEN`.

    A key is open where the records behind it differ. Those are the very places where sister species
    differ, too: left out, a query of another species would seem to be closer than it is.
    """
    bases = chain.from_iterable([_bases(key.consensus or "") for key in near.keys])
    known, width = np.fromiter(bases, np.float64, 2 * len(near)).reshape(-1, 2).T
    opened = (near.mismatch * known + OPEN * (width - known)) / np.maximum(1.0, width)
    return np.where(width > 0, opened, near.mismatch)


@lru_cache(maxsize=65_536)
def _bases(consensus: str) -> tuple[int, int]:
    """Bases that a key knows, and those that it could know: the N at its ends are no part of it."""
    within = consensus.strip("N")
    return sum(map(within.count, "ACGT")), len(within)


def familiarity_of(hits: Sequence[Hit], model: NoveltyModel) -> float | None:
    """How much like a known species the nearest keys of one pair of modalities look."""
    hits = Hits.of(hits)
    return model.familiarity(float(hits.column("score").max()), familiarity_terms(hits))


def _judges(hits: Sequence[Hit]) -> set[str]:
    """The pairs that novelty is judged by.

    Keys of the query's own kind judge it where the library has any: a photo lies nearer to photos
    than to barcodes, whatever it shows. Otherwise the other kind does.
    """
    pairs = {near.pair for near in Hits.of(hits).groups}
    return pairs & {"dna->dna", "image->image"} or pairs


def nearness(hits: Sequence[Hit], calibration: Calibration) -> float:
    """How familiar a query is to a library, for ranking queries by novelty; larger is more familiar."""
    hits = Hits.of(hits)
    found = []
    for pair in _judges(hits):
        near = hits.of_pair(pair)
        model = calibration.novelty.get(pair)
        familiarity = familiarity_of(near, model) if model is not None else None
        found.append(familiarity if familiarity is not None else float(near.column("score").max()))
    return max(found, default=-1.0)


def novelty_of(hits: Sequence[Hit], calibration: Calibration) -> tuple[str, float | None]:
    """Compares the nearest key with what is usual for known and for unknown species."""
    hits = Hits.of(hits)
    outcome, best_p = None, None
    order = ("unlike_library", "new_species", "none")
    for pair in _judges(hits):
        model = calibration.novelty.get(pair)
        if model is None:
            continue
        near = hits.of_pair(pair)
        familiarity = familiarity_of(near, model)
        if familiarity is None:
            continue
        p = model.p_known(familiarity)
        found = model.outcome(familiarity, float(near.column("score").max()))
        if outcome is None or order.index(found) > order.index(outcome):
            outcome = found
        best_p = p if best_p is None else max(best_p, p)
    return outcome or "none", best_p
