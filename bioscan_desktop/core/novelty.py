"""Whether a query's species is missing in a library: from distances to its nearest keys, alone."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bioscan_desktop.core.calibration import Calibration, NoveltyModel, log_distance, log_mismatch
from bioscan_desktop.core.hits import Hit

CROWD = 0.02
"""Share of differing bases by which another species may be farther, to be about as similar."""

OPEN = 0.25
"""Part of a difference that a base counts which a key leaves open; a tenth to a half did as well."""


def familiarity_terms(hits: Sequence[Hit]) -> dict[str, float]:
    """The logarithms of distances of one pair of modalities that `NoveltyModel` weighs."""
    top = min(hits, key=lambda hit: (-hit.score, hit.key_id))
    others = [hit.score for hit in hits if hit.lineage.species != top.lineage.species]
    # All of the nearest keys are of one species: the next one lies beyond the last of them.
    second = max(others) if others else min(hit.score for hit in hits)
    terms = {
        "nearest": log_distance(top.score),
        "second": log_distance(second),
        "isolation": log_distance(top.isolation if top.isolation is not None else second),
    }
    aligned = [hit for hit in hits if hit.mismatch is not None]
    if aligned:
        closest = min(aligned, key=lambda hit: (hit.mismatch, hit.key_id))
        apart = [h.mismatch or 0.0 for h in aligned if h.lineage.species != closest.lineage.species]
        terms["mismatch"] = log_mismatch(closest.mismatch or 0.0)
        terms["mismatch_other"] = log_mismatch(min(apart or [max(h.mismatch or 0.0 for h in aligned)]))
        opened = [(open_mismatch(hit), hit.key_id, hit.lineage.species) for hit in aligned]
        least, _, own = min(opened)
        near = {species for mismatch, _, species in opened if mismatch <= least + CROWD}
        terms["mismatch_open"] = log_mismatch(least)
        terms["crowd"] = math.log1p(len(near - {own, None}))
    return terms


def open_mismatch(hit: Hit) -> float:
    """Share of differing bases of an aligned hit, where each base that its key leaves open counts `OPEN`.

    A key is open where the records behind it differ. Those are the very places where sister species
    differ, too: left out, a query of another species would seem to be closer than it is.
    """
    mismatch = hit.mismatch or 0.0
    if not hit.consensus:
        return mismatch
    within = hit.consensus.strip("N")
    known = sum(map(within.count, "ACGT"))
    return (mismatch * known + OPEN * (len(within) - known)) / max(1, len(within))


def familiarity_of(hits: Sequence[Hit], model: NoveltyModel) -> float | None:
    """How much like a known species the nearest keys of one pair of modalities look."""
    return model.familiarity(max(hit.score for hit in hits), familiarity_terms(hits))


def _judges(hits: Sequence[Hit]) -> set[str]:
    """The pairs that novelty is judged by.

    Keys of the query's own kind judge it where the library has any: a photo lies nearer to photos
    than to barcodes, whatever it shows. Otherwise the other kind does.
    """
    pairs = {hit.pair for hit in hits}
    return pairs & {"dna->dna", "image->image"} or pairs


def nearness(hits: Sequence[Hit], calibration: Calibration) -> float:
    """How familiar a query is to a library, for ranking queries by novelty; larger is more familiar."""
    found = []
    for pair in _judges(hits):
        near = [hit for hit in hits if hit.pair == pair]
        model = calibration.novelty.get(pair)
        familiarity = familiarity_of(near, model) if model is not None else None
        found.append(familiarity if familiarity is not None else max(hit.score for hit in near))
    return max(found, default=-1.0)


def novelty_of(hits: Sequence[Hit], calibration: Calibration) -> tuple[str, float | None]:
    """Compares the nearest key with what is usual for known and for unknown species."""
    outcome, best_p = None, None
    order = ("unlike_library", "new_species", "none")
    for pair in _judges(hits):
        model = calibration.novelty.get(pair)
        if model is None:
            continue
        near = [hit for hit in hits if hit.pair == pair]
        familiarity = familiarity_of(near, model)
        if familiarity is None:
            continue
        p = model.p_known(familiarity)
        found = model.outcome(familiarity, max(hit.score for hit in near))
        if outcome is None or order.index(found) > order.index(outcome):
            outcome = found
        best_p = p if best_p is None else max(best_p, p)
    return outcome or "none", best_p
