"""From nearest reference keys to a name: votes, shares per rank, one lineage, an honest stop.

The rules, all pure functions of the hits:
1. A decision uses a fixed number of neighbours (`DECISION_K`), whatever number is displayed.
2. Each hit weighs exp(slope x similarity + offset), with slope and offset of its pair of
   modalities (photo against photo key, photo against DNA key, …) as the library's calibration
   gives them. Weights are normalised to 1.
3. At most `MAX_KEYS_PER_TAXON` keys of one species (or BIN) vote, the nearest first, so that
   fifteen near-duplicates are not fifteen opinions.
4. The lineage is walked from order downward: at each rank the child with the largest share among
   the children of the name above. Names missing in the library keep their weight in the
   denominator: what the library does not know lowers the share.
5. The verdict is the last name whose share reaches the threshold of its rank.
6. A barcode under 500 bp lies far from all keys merely by being short. Whether its species is
   missing is then judged by percent identity (`SHORT_NEW`). A barcode of any length that aligns
   with nothing (`UNLIKE_IDENTITY`) is like nothing in the library, wherever its embedding lies.
7. If photo and barcode of one specimen contradict each other at family or order, the verdict is
   only what they share; otherwise their evidence is multiplied.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bioscan_desktop.core.agreement import agreement
from bioscan_desktop.core.calibration import Calibration, NoveltyModel
from bioscan_desktop.core.taxonomy import RANKS, Lineage

DECISION_K = 50
MAX_KEYS_PER_TAXON = 3
SHORT_NEW = 97.0
"""A short barcode of smaller percent identity is probably of a species that the library lacks."""
UNLIKE_IDENTITY = 75.0
"""Below this, two sequences need not even be the same gene; COI of two insect orders has about 80."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One reference key near the query.

    Attributes:
        key_id: primary key in the library.
        query_modality, key_modality: `image` or `dna`.
        score: cosine similarity, -1 to 1.
        n_records: specimens behind the key.
        percent_identity: matches / alignment columns without terminal gaps x 100, where the key
            has a barcode and the query is one.
        overlap_bp: aligned columns without terminal gaps.
        consensus: the key's computed barcode, if it has one.
        isolation: cosine from the key to the nearest key of another species; None if not known.
    """

    key_id: int
    query_modality: str
    key_modality: str
    score: float
    lineage: Lineage
    processid: str | None = None
    bin_uri: str | None = None
    country: str | None = None
    n_records: int = 1
    percent_identity: float | None = None
    overlap_bp: int | None = None
    consensus: str | None = None
    image_file: str | None = None
    isolation: float | None = None

    @property
    def pair(self) -> str:
        """`image->dna` and the like: what was compared with what."""
        return f"{self.query_modality}->{self.key_modality}"


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


Evidence = dict[tuple[str, ...], float]
"""Share by path of names, such as ("Lepidoptera", "Noctuidae"); shares sum to 1."""


def gather(hits: Sequence[Hit], calibration: Calibration, missing: bool = False) -> Evidence:
    """Turns hits into evidence by rules 1 to 3. Independent of the order of the hits.

    Args:
        missing: use the scales for specimens whose species the library seems to lack.
    """
    votes: list[tuple[float, Hit]] = []
    by_pair: dict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        by_pair[hit.pair].append(hit)
    for pair, group in by_pair.items():
        scale = calibration.pair(pair, missing)
        used: dict[object, int] = defaultdict(int)
        nearest = sorted(group, key=lambda h: (-h.score, h.key_id))[:DECISION_K]
        for hit in nearest:
            taxon = hit.lineage.species or hit.bin_uri or hit.key_id
            used[taxon] += 1
            if used[taxon] <= MAX_KEYS_PER_TAXON:
                votes.append((scale.slope * hit.score + scale.offset, hit))
    if not votes:
        return {}
    top = max(logit for logit, _ in votes)
    evidence: Evidence = defaultdict(float)
    for logit, hit in votes:
        evidence[hit.lineage.path()] += math.exp(logit - top)
    total = sum(evidence.values())
    return {path: weight / total for path, weight in sorted(evidence.items())}


def walk(evidence: Evidence) -> tuple[RankShare, ...]:
    """Walks one lineage down (rule 4). Shares never grow from one rank to the next."""
    shares: list[RankShare] = []
    prefix: tuple[str, ...] = ()
    for depth, rank in enumerate(RANKS):
        children: dict[str, float] = defaultdict(float)
        for path, weight in evidence.items():
            if len(path) > depth and path[:depth] == prefix:
                children[path[depth]] += weight
        if not children:
            break
        ranked = sorted(children.items(), key=lambda item: (-item[1], item[0]))
        name, share = ranked[0]
        second, second_share = ranked[1] if len(ranked) > 1 else (None, 0.0)
        above = shares[-1].share if shares else 1.0
        shares.append(RankShare(rank, name, min(share, above), second, second_share))
        prefix = (*prefix, name)
    return tuple(shares)


def decide(
    hits: Sequence[Hit], calibration: Calibration, identity: float | None = None, short: bool = False
) -> Verdict:
    """The verdict of one query of one modality.

    Args:
        identity: of a barcode, the best percent identity to a key, if there is one (rule 6).
        short: it is a short barcode.
    """
    if not hits:
        return Verdict(None, None, 0.0, False, "none", None, "The library has no keys to compare with.", ())
    if identity is not None and identity < UNLIKE_IDENTITY:
        novelty, p = "unlike_library", None
    elif identity is not None and short:
        novelty, p = "new_species" if identity < SHORT_NEW else "none", None
    else:
        novelty, p = _novelty(hits, calibration)
    shares = walk(gather(hits, calibration, missing=novelty == "new_species"))
    return _conclude(shares, calibration, hits[0].query_modality, novelty, p)


def decide_both(
    image: Verdict, dna: Verdict, image_hits: Sequence[Hit], dna_hits: Sequence[Hit], calibration: Calibration
) -> tuple[Verdict, str]:
    """The joint verdict of photo and barcode of one specimen, and the rank at which they agree.

    Their evidence is multiplied path by path. Where one of them finds the specimen unlike the
    library, the other speaks alone. A contradiction at family or order is never averaged away:
    the verdict is then what both share, and says so.
    """
    agreed = agreement(image.lineage, dna.lineage)
    conflict = next(
        (
            rank
            for rank in ("order", "family")
            if image.lineage.at(rank)
            and dna.lineage.at(rank)
            and image.lineage.at(rank) != dna.lineage.at(rank)
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
    fused = _multiply(gather(image_hits, calibration, missing), gather(dna_hits, calibration, missing))
    verdict = _conclude(walk(fused), calibration, "both", dna.novelty, dna.novelty_p)
    words = "no rank" if agreed == "none" else agreed
    return replace(verdict, reason=f"{verdict.reason} Photo and barcode agree at {words}."), agreed


def agreement_levels(hits: Sequence[Hit], verdict: Verdict) -> list[str]:
    """The badge of each hit against the verdict."""
    return [agreement(hit.lineage, verdict.lineage) for hit in hits]


FLOOR = 0.01
"""What one modality leaves to a path that it has not seen at all, before multiplying."""


def _multiply(a: Evidence, b: Evidence) -> Evidence:
    """Product of two evidences over all paths of either, renormalised.

    A path unseen by one side keeps the weight of the nearest ancestor that side has seen: a photo
    key that knows only the genus does not speak against a species of that genus.
    """
    if not a or not b:
        return a or b
    product = {path: _support(a, path) * _support(b, path) for path in sorted({*a, *b})}
    total = sum(product.values())
    return {path: weight / total for path, weight in product.items()}


def _support(evidence: Evidence, path: tuple[str, ...]) -> float:
    ancestors = sum(weight for other, weight in evidence.items() if other == path[: len(other)])
    return FLOOR + (1 - FLOOR) * ancestors


def familiarity_of(hits: Sequence[Hit], model: NoveltyModel) -> float:
    """How much like a known species the nearest keys of one pair of modalities look."""
    top = min(hits, key=lambda hit: (-hit.score, hit.key_id))
    others = [hit.score for hit in hits if hit.lineage.species != top.lineage.species]
    # All of the nearest keys are of one species: the next one lies beyond the last of them.
    second = max(others) if others else min(hit.score for hit in hits)
    isolation = top.isolation if top.isolation is not None else second
    return model.familiarity(top.score, second, isolation)


def _novelty(hits: Sequence[Hit], calibration: Calibration) -> tuple[str, float | None]:
    """Compares the nearest key with what is usual for known and for unknown species.

    Keys of the query's own kind judge it where the library has any: a photo lies nearer to photos
    than to barcodes, whatever it shows. Otherwise the other kind does.
    """
    outcome, best_p = None, None
    order = ("unlike_library", "new_species", "none")
    pairs = {hit.pair for hit in hits}
    for pair in pairs & {"dna->dna", "image->image"} or pairs:
        model = calibration.novelty.get(pair)
        if model is None:
            continue
        near = [hit for hit in hits if hit.pair == pair]
        familiarity = familiarity_of(near, model)
        p = model.p_known(familiarity)
        found = model.outcome(familiarity, max(hit.score for hit in near))
        if outcome is None or order.index(found) > order.index(outcome):
            outcome = found
        best_p = p if best_p is None else max(best_p, p)
    return outcome or "none", best_p


def _conclude(
    shares: tuple[RankShare, ...], calibration: Calibration, modality: str, novelty: str, p: float | None
) -> Verdict:
    """The last name of the lineage that reaches its threshold (rule 5)."""
    calibrated = calibration.fitted
    if novelty == "unlike_library":
        reason = "This is not like anything in this library."
        return Verdict(None, None, 0.0, calibrated, novelty, p, reason, shares)
    missing = novelty == "new_species"
    carried: RankShare | None = None
    stopped: RankShare | None = None
    for share in shares:
        asked = calibration.threshold(modality, share.rank, missing)
        if share.share < asked or (share.rank == "species" and missing):
            stopped = share
            break
        carried = share
    parts = [_carried_text(carried)]
    if missing and carried is not None:
        parts.append("It lies farther from the library than known species do: probably a species not in it.")
    elif stopped is not None and carried is not None:
        asked = calibration.threshold(modality, stopped.rank, missing)
        second = f"; next is {stopped.runner_up}" if stopped.runner_up else ""
        parts.append(
            f"For {stopped.rank} {stopped.name} it is {stopped.share:.0%}, "
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
    return f"{carried.share:.0%} of the evidence stands behind {carried.rank} {carried.name}."


def _named(verdict: Verdict) -> str:
    return f"{verdict.rank} {verdict.name}" if verdict.name else "no name"
