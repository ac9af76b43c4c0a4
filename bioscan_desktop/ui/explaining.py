"""Why the verdict stops at its rank, in words for people who record butterflies. No widgets here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.core.verdict import RankShare, Verdict
from bioscan_desktop.ui.sentences import translated
from bioscan_desktop.ui.translating import mark, tr
from bioscan_desktop.ui.wording import percent, rank_noun, upper_first

WHAT_EVIDENCE_IS = mark(
    "Thick bar: the name. Thin bar: the next candidate below the same name. Line: the share asked for.\n"
    "Evidence: each of the nearest references speaks for its own name, the nearer the louder. The shares "
    "of all names of a rank, and of the references without a name there, add up to 100%."
)


@dataclass(frozen=True, slots=True)
class Rung:
    """One rank of the explanation.

    Attributes:
        asked: the share that a name of this rank needs; None where no threshold applies, as where a
            finer name is given and has enough for its own.
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
            asked=asked_of(share, asked, verdict),
            reached=verdict.lineage.at(share.rank) is not None,
            runner_up=share.runner_up,
            runner_up_share=share.runner_up_share,
            sentence=_sentence(share, asked_of(share, asked, verdict), share_above, verdict),
        )
        for share, share_above in zip(verdict.ranks, above, strict=False)
    ]


def asked_of(share: RankShare, asked: Mapping[str, float], verdict: Verdict) -> float | None:
    """What a name needs on its own; a name above the one that the verdict gives needs nothing more."""
    needed = asked.get(share.rank)
    carried = verdict.rank not in (None, share.rank) and verdict.lineage.at(share.rank) is not None
    return None if carried and needed is not None and share.share < needed else needed


def _sentence(share: RankShare, asked: float | None, above: float, verdict: Verdict) -> str:
    text = _says(share)
    rank = rank_noun(share.rank)
    enough = asked is None or share.share >= asked
    if asked is not None:
        words = tr("{text}, enough for the {share} asked for") if enough else _below()
        text = words.format(text=text, share=percent(asked))
    if share.runner_up:
        text = tr("{text}; the next candidate is {name} with {share}").format(
            text=text, name=share.runner_up, share=percent(share.runner_up_share)
        )
    elif above - share.share >= 0.005:
        text = tr("{text}; {share} has no {rank} name").format(
            text=text, share=percent(above - share.share), rank=rank
        )
    if enough and verdict.lineage.at(share.rank) is None:
        text = tr("{text}. Still it is not given: {why}").format(text=text, why=_why_not(share.rank, verdict))
    return f"{upper_first(text)}."


def _says(share: RankShare) -> str:
    return tr("{share} of the evidence says {rank} {name}").format(
        share=percent(share.share), rank=rank_noun(share.rank), name=share.name
    )


def _below() -> str:
    return tr("{text}, below the {share} asked for")


def _why_not(rank: str, verdict: Verdict) -> str:
    if verdict.novelty == "unlike_library":
        return tr("nothing in this library is like the specimen")
    if verdict.novelty == "new_species" and rank == "species":
        return tr("the species is probably not in this library")
    if not verdict.calibrated:  # where shares alone decide it would be given
        return tr("the nearest barcode is not identical enough for it")
    return tr("the name above was not reached")  # a verdict of an earlier version, from a session


def summary(verdict: Verdict, asked: Mapping[str, float]) -> str:
    """The whole decision in one or two sentences.

    Args:
        asked: the share that a name needs, by rank.
    """
    if not verdict.ranks:
        return translated(verdict.reason)
    if verdict.novelty == "unlike_library":
        return tr(
            "Nothing in this library is like this specimen, so no name is given. The shares below are "
            "those of the references that are the least unlike."
        )
    ranks = {share.rank: share for share in verdict.ranks}
    carried = ranks.get(verdict.rank) if verdict.rank else None
    missed = next((s for s in verdict.ranks if verdict.lineage.at(s.rank) is None), None)
    text = tr("No rank reaches the share that it needs") if carried is None else _says(carried)
    if missed is not None:
        text += f"; {_missed(missed, asked.get(missed.rank), verdict)}"
    elif carried is not None and carried.rank != RANKS[-1]:
        text = tr("{text}; the references have no name below {rank}").format(
            text=text, rank=rank_noun(carried.rank)
        )
    text = upper_first(text)
    if verdict.calibrated:
        return f"{text}."
    return f"{text}. " + tr("This library is not calibrated, so the shares are no probabilities.")


def _missed(missed: RankShare, asked: float | None, verdict: Verdict) -> str:
    if verdict.novelty == "new_species" and missed.rank == "species":
        return tr(
            "the nearest species is {name}, but the specimen lies farther from the library than "
            "known species do, so its own species is probably missing there"
        ).format(name=missed.name)
    text = tr("for {rank} {name} it is {share}").format(
        rank=rank_noun(missed.rank), name=missed.name, share=percent(missed.share)
    )
    if asked is not None and missed.share < asked:
        text = _below().format(text=text, share=percent(asked))
    if missed.runner_up:
        text = tr("{text}; the next candidate is {name}").format(text=text, name=missed.runner_up)
    return text
