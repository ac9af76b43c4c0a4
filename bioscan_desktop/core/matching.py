"""From nearest reference keys to a name: votes, shares per rank, one lineage, an honest stop.

The rules, all pure functions of the hits:
1. A decision uses a fixed number of neighbours (`DECISION_K`), whatever number is displayed.
2. Each hit weighs exp(slope x similarity + offset), with slope and offset of its pair of
   modalities (photo against photo key, photo against DNA key, …) as the library's calibration
   gives them. Where query and key are barcodes, their aligned differences count too: how many
   there are tells species apart, of which kind they are tells relatives. Weights are normalised
   to 1.
3. At most `MAX_KEYS_PER_TAXON` keys of one species (or BIN) vote, the nearest first, so that
   fifteen near-duplicates are not fifteen opinions. A species that answers a photo with photos does
   not vote again with barcodes, which tell a photo less.
4. The lineage is walked from order downward: at each rank the child with the largest share among
   the children of the name above. Names missing in the library keep their weight in the
   denominator: what the library does not know lowers the share.
5. A share is turned into the chance that its name is right, as held-out specimens showed it. The
   verdict is the finest name whose chance reaches the threshold of its rank, and carries all names
   above it. A threshold speaks of names at which the verdict ends; so a coarser rank may ask for
   more than a finer one: what ends there is what was too doubtful to go on.
6. Whether the species is missing is judged by distances alone (`core.calibration.NoveltyModel`), or
   of a barcode, where these were not measured, by percent identity. A barcode that aligns with
   nothing (`UNLIKE_IDENTITY`), or is no COI barcode at all where the library's are, is like nothing
   in the library, wherever its embedding lies.
7. Where a library is not calibrated, a barcode is named only as deep as its best percent identity
   usually allows (`LEAST_IDENTITY`).
8. If photo and barcode of one specimen contradict each other at family or order, the verdict is
   only what they share; otherwise their evidence is multiplied, the photo's to the power that
   held-out specimens gave it.
9. Several photos of one specimen are one query, their mean (`services.identify`). It lies nearer to
   all keys than any one photo does, while chances were learned on single photos; so the distance of a
   name is the mean of its distances to each photo. See `core.several` for photos that contradict each
   other.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bioscan_desktop.core.agreement import agreement
from bioscan_desktop.core.calibration import (
    Calibration,
    PairScale,
    log_distance,
    log_mismatch,
)
from bioscan_desktop.core.hits import Hit
from bioscan_desktop.core.near import Hits, Near
from bioscan_desktop.core.novelty import novelty_of
from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.core.verdict import RankShare, Verdict

DECISION_K = 50
MAX_KEYS_PER_TAXON = 3
LEAST_IDENTITY = {"species": 97.0, "genus": 95.0, "family": 90.0, "order": 85.0}
"""The cut-offs of BOLDigger3 (Buchner and Leese 2020, doi:10.3897/mbmg.4.53535)."""

UNLIKE_IDENTITY = 75.0
"""Below this, two sequences need not even be the same gene; COI of two insect orders has about 80."""


Evidence = dict[tuple[str, ...], float]
"""Share by path of names, such as ("Lepidoptera", "Noctuidae"); shares sum to 1."""


def gather(hits: Sequence[Hit], calibration: Calibration, missing: bool = False) -> Evidence:
    """Turns hits into evidence by rules 1 to 3. Independent of the order of the hits.

    Args:
        missing: use the scales for specimens whose species the library seems to lack.
    """
    groups = Hits.of(hits).groups
    shown = {name for near in groups if near.pair == "image->image" for name in near.species if name}
    ranked: list[tuple[Near, np.ndarray, np.ndarray]] = []
    for near in groups:
        if shown and near.pair == "image->dna":
            others = [number for number, name in enumerate(near.species) if name not in shown]
            near = near.take(np.array(others, dtype=np.int64))
        logits = weigh(near, calibration.pair(near.pair, missing))
        order = np.lexsort((near.key_ids, -logits))[:DECISION_K]
        ranked.append((near, order, logits[order]))
    top = max((logits[0] for _, _, logits in ranked if len(logits)), default=0.0)
    evidence: Evidence = {}
    for near, order, logits in ranked:
        keys, species = near.keys, near.species
        used: dict[object, int] = {}
        for number, logit in zip(order.tolist(), (logits - top).tolist(), strict=True):
            key = keys[number]
            taxon = species[number] or key.bin_uri or key.key_id
            before = used.get(taxon, 0)
            if before < MAX_KEYS_PER_TAXON:
                used[taxon] = before + 1
                path = key.lineage.path()
                evidence[path] = evidence.get(path, 0.0) + math.exp(logit)
    total = sum(evidence.values())
    return {path: weight / total for path, weight in sorted(evidence.items())}


def weigh(near: Near, scale: PairScale) -> np.ndarray:
    """(m,) logits of hits of one pair of modalities.

    A key without a barcode of its own (a single record, say) cannot be aligned. It is taken for as
    close as the closest aligned key of its species, or as the aligned keys of a similar cosine.
    """
    if scale not in near.weighed:  # a verdict and the order of its hits ask for the same
        aligned = ~np.isnan(near.mismatch)
        relatedness: np.ndarray | None = None
        mismatch: np.ndarray | None = None
        if aligned.any() and (scale.relatedness or scale.mismatch):
            relatedness, mismatch = near.relatedness, near.mismatch
            if not aligned.all():
                relatedness, mismatch = _supposed(near, aligned)
        near.weighed[scale] = scale.logit(near.leaned, relatedness, mismatch)
    return near.weighed[scale]


def _supposed(near: Near, aligned: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(m,) relatedness and mismatch, with those of keys that could not be aligned supposed."""
    relatedness, mismatch = near.relatedness.copy(), near.mismatch.copy()
    known = np.flatnonzero(aligned)
    best: dict[str, tuple[float, float]] = {}
    for number in known.tolist():
        name = near.species[number]
        if name:
            above, below = best.get(name, (-math.inf, math.inf))
            best[name] = (
                max(above, float(relatedness[number])), min(below, float(mismatch[number]))
            )  # fmt: skip
    ladder = known[np.lexsort((near.key_ids[known], near.score[known]))]
    for number in np.flatnonzero(~aligned).tolist():
        own = best.get(near.species[number] or "")
        relatedness[number], mismatch[number] = own or _alike(near, ladder, near.score[number])
    return relatedness, mismatch


def _alike(near: Near, ladder: np.ndarray, score: float) -> tuple[float, float]:
    """Median relatedness and mismatch of the five aligned hits nearest in cosine; `ladder` ascends."""
    place = int(np.searchsorted(near.score[ladder], score))
    beside = ladder[max(0, place - 5) : place + 5]
    closest = np.lexsort((near.key_ids[beside], np.abs(near.score[beside] - score)))[:5]
    middle = len(closest) // 2
    relatedness, mismatch = (
        np.sort(column[beside[closest]])[middle] for column in (near.relatedness, near.mismatch)
    )
    return float(relatedness), float(mismatch)


def walk(evidence: Evidence) -> tuple[RankShare, ...]:
    """Walks one lineage down (rule 4). Shares never grow from one rank to the next."""
    shares: list[RankShare] = []
    within = list(evidence.items())
    for depth, rank in enumerate(RANKS):
        children: dict[str, float] = defaultdict(float)
        within = [(path, weight) for path, weight in within if len(path) > depth]
        for path, weight in within:
            children[path[depth]] += weight
        if not children:
            break
        ranked = sorted(children.items(), key=lambda item: (-item[1], item[0]))
        name, share = ranked[0]
        second, second_share = ranked[1] if len(ranked) > 1 else (None, 0.0)
        above = shares[-1].share if shares else 1.0
        shares.append(RankShare(rank, name, min(share, above), second, second_share))
        within = [(path, weight) for path, weight in within if path[depth] == name]
    return tuple(shares)


def decide(
    hits: Sequence[Hit],
    calibration: Calibration,
    identity: float | None = None,
    is_coi: bool = True,
    apart: Sequence[Sequence[Hit]] = (),
) -> Verdict:
    """The verdict of one query of one modality.

    Args:
        identity: of a barcode, the best percent identity to a key, if there is one (rule 6).
        is_coi: False for a barcode that has no place in the frame where the library's have theirs.
        apart: where the query is the mean of several photos, the hits of each of them (rule 9).
    """
    if not hits:
        return Verdict(None, None, 0.0, False, "none", None, "The library has no keys to compare with.", ())
    hits = Hits.of(hits)
    modality = hits.groups[0].query_modality
    if not is_coi or (identity is not None and identity < UNLIKE_IDENTITY):
        shares = worth(walk(gather(hits, calibration)), hits, calibration, modality)
        verdict = _conclude(shares, calibration, modality, "unlike_library", None)
        return verdict if is_coi else replace(verdict, reason=NOT_COI)
    novelty, p = novelty_of(hits, calibration)
    if p is None and identity is not None and identity < LEAST_IDENTITY["species"]:
        novelty = "new_species"
    missing = novelty == "new_species"
    shares = worth(walk(gather(hits, calibration, missing)), hits, calibration, modality, missing, apart)
    verdict = _conclude(shares, calibration, modality, novelty, p)
    if _is_unclear(hits, calibration) and verdict.rank != "species" and novelty != "unlike_library":
        verdict = replace(verdict, reason=f"{verdict.reason} {UNCLEAR_PHOTO}")
    return verdict if calibration.fitted or identity is None else _within(verdict, identity)


UNCLEAR_PHOTO = (
    "The photo is hard to read: one that is sharper, closer or from another side may carry further."
)


def _is_unclear(hits: Hits, calibration: Calibration) -> bool:
    """True for a photo whose views lie farther apart than those of nearly all held-out photos."""
    limit = calibration.unclear_views
    return limit is not None and hits.views is not None and hits.views > limit


def _within(verdict: Verdict, identity: float) -> Verdict:
    """The verdict cut to the rank that a percent identity allows (rule 7)."""
    if verdict.rank is None or identity >= LEAST_IDENTITY[verdict.rank]:
        return verdict
    depth = RANKS.index(verdict.rank)
    kept = [s for s in verdict.ranks[:depth] if identity >= LEAST_IDENTITY[s.rank]]
    reason = (
        f"The nearest barcode is {identity:.1f}% identical; for the {verdict.rank} "
        f"{LEAST_IDENTITY[verdict.rank]:.0f}% are asked in a library that is not calibrated. {verdict.reason}"
    )
    name, rank, share = (kept[-1].name, kept[-1].rank, kept[-1].share) if kept else (None, None, 0.0)
    return replace(verdict, name=name, rank=rank, confidence=share, reason=reason)


NOT_COI = (
    "This does not read as the COI barcode region in either direction: another gene or region, or a "
    "sequence with many errors. It is not like anything in this library."
)


def worth(
    shares: Sequence[RankShare],
    hits: Sequence[Hit],
    calibration: Calibration,
    modality: str,
    missing: bool = False,
    apart: Sequence[Sequence[Hit]] = (),
) -> tuple[RankShare, ...]:
    """Shares as chances of being right (rule 5); they never grow from one rank to the next.

    Args:
        apart: hits of each photo, where `hits` are those of their mean (rule 9).
    """
    found: list[RankShare] = []
    above = 1.0
    for share in shares:
        model = calibration.chance(modality, share.rank, missing)
        if model is None:
            chance = share.share
        else:
            distances = [distance_to(share.rank, share.name, one) for one in apart or (hits,)]
            chance = model.chance(share.share, sum(distances) / len(distances), Hits.of(hits).views)
        above = min(above, chance)
        second = min(share.runner_up_share, 1.0 - above)
        found.append(RankShare(share.rank, share.name, above, share.runner_up, second))
    return tuple(found)


def distance_to(rank: str, name: str, hits: Sequence[Hit]) -> float:
    """Log distance to the nearest key of a name: by aligned bases, or else by cosine.

    Keys of the query's own kind speak, where any has the name. Where none has, the name is taken for as
    far as the farthest key.
    """
    groups = Hits.of(hits).groups
    least = min((near.least_mismatch(rank, name) for near in groups if near.is_aligned), default=math.inf)
    if least < math.inf:
        return log_mismatch(least)
    _, best = max(
        (
            (near.query_modality == near.key_modality, score)
            for near in groups
            for own, score in zip(near.names(rank), near.score.tolist(), strict=True)
            if own == name
        ),
        default=(False, min(float(near.score.min()) for near in groups)),
    )
    return log_distance(best)


def decide_both(
    image: Verdict,
    dna: Verdict,
    image_hits: Sequence[Hit],
    dna_hits: Sequence[Hit],
    calibration: Calibration,
    pictured: frozenset[str] | None = None,
) -> tuple[Verdict, str]:
    """The joint verdict of photo and barcode of one specimen, and the rank at which they agree.

    Args:
        pictured: species of which the library has photos; None if that is not known, or all are.

    Their evidence is multiplied path by path. Where one of them finds the specimen unlike the
    library, the other speaks alone. A contradiction at family or order is never averaged away:
    the verdict is then what both share, and says so.
    """
    agreed = agreement(image.lineage, dna.lineage)
    conflict = next(
        (
            rank
            for rank in ("order", "family")
            if (ours := image.lineage.at(rank))
            and (theirs := dna.lineage.at(rank))
            and ours.casefold() != theirs.casefold()
        ),
        None,
    )
    if conflict is not None:
        depth = RANKS.index(conflict)
        kept = tuple(share for share in dna.ranks[:depth])
        name, rank = (kept[-1].name, kept[-1].rank) if kept else (None, None)
        reason = (
            f"Photo and barcode contradict each other: the photo says {_named(image)}, the barcode says "
            f"{_named(dna)}. Perhaps specimen and sequence were mixed up."
        )
        confidence = min(kept[-1].share, image.ranks[depth - 1].share) if kept else 0.0
        calibrated = image.calibrated and dna.calibrated
        return Verdict(name, rank, confidence, calibrated, "none", None, reason, kept), agreed
    if image.novelty == "unlike_library" and dna.novelty != "unlike_library":
        return replace(dna, reason=f"{dna.reason} The photo resembles nothing in the library."), agreed
    if dna.novelty == "unlike_library" and image.novelty != "unlike_library":
        return replace(image, reason=f"{image.reason} The barcode resembles nothing in the library."), agreed
    # DNA separates species far better than photos do, so its novelty is the one that counts.
    missing = dna.novelty == "new_species"
    fused = fuse(image_hits, dna_hits, calibration, missing, pictured)
    shares = worth(walk(fused), dna_hits, calibration, "both", missing)
    verdict = _conclude(shares, calibration, "both", dna.novelty, dna.novelty_p)
    words = "no rank" if agreed == "none" else agreed
    return replace(verdict, reason=f"{verdict.reason} Photo and barcode agree at {words}."), agreed


def agreement_levels(hits: Sequence[Hit], verdict: Verdict) -> list[str]:
    """The badge of each hit against the verdict."""
    said = verdict.lineage
    levels = {lineage: agreement(lineage, said) for lineage in {hit.lineage for hit in hits}}
    return [levels[hit.lineage] for hit in hits]


FLOOR = 0.01
"""What one modality leaves to all paths that it has not seen, taken together, before multiplying."""


def fuse(
    image_hits: Sequence[Hit],
    dna_hits: Sequence[Hit],
    calibration: Calibration,
    missing: bool = False,
    pictured: frozenset[str] | None = None,
) -> Evidence:
    """Product of both evidences over all paths of either, renormalised (rule 8).

    A path unseen by one side keeps the weight of the nearest ancestor that side has seen: a photo
    key that knows only the genus does not speak against a species of that genus. Nor does a photo
    speak against a species that the library has no photo of: there its genus counts as a whole.
    """
    image, dna = gather(image_hits, calibration, missing), gather(dna_hits, calibration, missing)
    if not image or not dna:
        return image or dna
    paths = sorted({*image, *dna})
    floor = FLOOR / len(paths)
    product = {
        path: _mixed(floor, _image_support(image, path, pictured)) ** calibration.image_weight
        * _mixed(floor, _support(dna, path))
        for path in paths
    }
    total = sum(product.values())
    return {path: weight / total for path, weight in product.items()}


def _mixed(floor: float, support: float) -> float:
    return floor + (1 - FLOOR) * support


def _image_support(image: Evidence, path: tuple[str, ...], pictured: frozenset[str] | None) -> float:
    depth = len(RANKS) - 1
    if pictured is None or len(path) <= depth or path[depth] in pictured:
        return _support(image, path)
    return sum(weight for other, weight in image.items() if other[:depth] == path[: len(other)][:depth])


def _support(evidence: Evidence, path: tuple[str, ...]) -> float:
    return sum(weight for other, weight in evidence.items() if other == path[: len(other)])


def _conclude(
    shares: tuple[RankShare, ...], calibration: Calibration, modality: str, novelty: str, p: float | None
) -> Verdict:
    """The finest name of the lineage that reaches its threshold (rule 5)."""
    calibrated = calibration.fitted
    if novelty == "unlike_library":
        reason = "This is not like anything in this library."
        return Verdict(None, None, 0.0, calibrated, novelty, p, reason, shares)
    missing = novelty == "new_species"
    carried: RankShare | None = None
    stopped: RankShare | None = None
    for share in reversed(shares):
        asked = calibration.threshold(modality, share.rank, missing)
        if share.share >= asked and not (share.rank == "species" and missing):
            carried = share
            break
        stopped = share
    parts = [_carried_text(carried)]
    if missing and carried is not None:
        parts.append("It lies farther from the library than known species do: probably a species not in it.")
    elif stopped is not None and carried is not None:
        asked = calibration.threshold(modality, stopped.rank, missing)
        second = f"; next is {stopped.runner_up}" if stopped.runner_up else ""
        parts.append(
            f"For {stopped.rank} {stopped.name} it is {_percent(stopped.share)}, "
            f"below the {asked:.0%} asked for{second}."
        )
    if not calibrated:
        parts.append("The library is not calibrated, so these shares are no probabilities.")
    reason = " ".join(parts)
    if carried is None:
        return Verdict(None, None, 0.0, calibrated, novelty, p, reason, shares)
    return Verdict(carried.name, carried.rank, carried.share, calibrated, novelty, p, reason, shares)


def _carried_text(carried: RankShare | None) -> str:
    if carried is None:
        return "The nearest references belong to too many groups to name even an order."
    return f"{_percent(carried.share)} of the evidence stands behind {carried.rank} {carried.name}."


def _percent(share: float) -> str:
    """In words of the window: nothing is ever wholly certain."""
    return ">99%" if share > 0.99 else f"{share:.0%}"


def _named(verdict: Verdict) -> str:
    return f"{verdict.rank} {verdict.name}" if verdict.name else "no name"
