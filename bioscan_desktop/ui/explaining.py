"""Why the verdict stops at its rank, in words for people who record butterflies. No Qt here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bioscan_desktop.core.matching import RankShare, Verdict
from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.ui.wording import percent

WHAT_EVIDENCE_IS = (
    "Thick bar: the name. Thin bar: the next candidate below the same name. Line: the share asked for.\n"
    "Evidence: each of the nearest references speaks for its own name, the nearer the louder. The shares "
    "of all names of a rank, and of the references without a name there, add up to 100%."
)


@dataclass(frozen=True, slots=True)
class Rung:
    """One rank of the explanation.

    Attributes:
        asked: the share that a name of this rank needs; None where no threshold applies.
        reached: the verdict carries this name.
        sentence: the same in words.
    """

    rank: str
    name: str
    share: float
    asked: float | None
    reached: bool
    runner_up: str | None
    runner_up_share: float
    sentence: str


def rungs(verdict: Verdict, asked: Mapping[str, float]) -> list[Rung]:
    """The ranks that have a name, order first.

    Args:
        asked: the share that a name needs, by rank.
    """
    above = [1.0, *(share.share for share in verdict.ranks)]
    return [
        Rung(
            rank=share.rank,
            name=share.name,
            share=share.share,
            asked=asked.get(share.rank),
            reached=verdict.lineage.at(share.rank) is not None,
            runner_up=share.runner_up,
            runner_up_share=share.runner_up_share,
            sentence=_sentence(share, asked.get(share.rank), share_above, verdict),
        )
        for share, share_above in zip(verdict.ranks, above, strict=False)
    ]


def _sentence(share: RankShare, asked: float | None, above: float, verdict: Verdict) -> str:
    text = f"{percent(share.share)} of the evidence says {share.rank} {share.name}"
    enough = asked is None or share.share >= asked
    if asked is not None:
        text += f", {'enough for' if enough else 'below'} the {percent(asked)} asked for"
    if share.runner_up:
        text += f"; the next candidate is {share.runner_up} with {percent(share.runner_up_share)}"
    elif above - share.share >= 0.005:
        text += f"; {percent(above - share.share)} has no {share.rank} name"
    if enough and verdict.lineage.at(share.rank) is None:
        text += f". Still it is not given: {_why_not(share.rank, verdict)}"
    return f"{text}."


def _why_not(rank: str, verdict: Verdict) -> str:
    if verdict.novelty == "unlike_library":
        return "nothing in this library is like the specimen"
    if verdict.novelty == "new_species" and rank == "species":
        return "the species is probably not in this library"
    return "the name above was not reached"


def summary(verdict: Verdict, asked: Mapping[str, float]) -> str:
    """The whole decision in one or two sentences.

    Args:
        asked: the share that a name needs, by rank.
    """
    if not verdict.ranks:
        return verdict.reason
    if verdict.novelty == "unlike_library":
        return (
            "Nothing in this library is like this specimen, so no name is given. The shares below are "
            "those of the references that are the least unlike."
        )
    ranks = {share.rank: share for share in verdict.ranks}
    carried = ranks.get(verdict.rank) if verdict.rank else None
    missed = next((s for s in verdict.ranks if verdict.lineage.at(s.rank) is None), None)
    if carried is None:
        text = "No rank reaches the share that it needs"
    else:
        text = f"{percent(carried.share)} of the evidence says {carried.rank} {carried.name}"
    if missed is not None:
        text += f"; {_missed(missed, asked.get(missed.rank), verdict)}"
    elif carried is not None and carried.rank != RANKS[-1]:
        text += f"; the references have no name below {carried.rank}"
    return f"{text}.{_basis(verdict)}"


def _missed(missed: RankShare, asked: float | None, verdict: Verdict) -> str:
    if verdict.novelty == "new_species" and missed.rank == "species":
        return (
            f"the nearest species is {missed.name}, but the specimen lies farther from the library than "
            "known species do, so its own species is probably missing there"
        )
    text = f"for {missed.rank} {missed.name} it is {percent(missed.share)}"
    if asked is not None and missed.share < asked:
        text += f", below the {percent(asked)} asked for"
    if missed.runner_up:
        text += f"; the next candidate is {missed.runner_up}"
    return text


def _basis(verdict: Verdict) -> str:
    if verdict.calibrated:
        return ""
    return " This library is not calibrated, so the shares are no probabilities."
