"""What the badges compare references with: the verdict, the user's own name, or the other part.

Pure rules, no Qt:
- Only what exists can be chosen. A verdict without a name is nothing to compare with.
- In the field nobody knows the truth, so the verdict is called the consensus of the nearest
  references, never a match.
- Of a specimen with photo and barcode, the photo's references can be compared with the barcode's
  verdict and the other way round: agreement of two witnesses that do not know of each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bioscan_desktop.core.agreement import agreement, level_text
from bioscan_desktop.core.names import Determination
from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.ui import wording
from bioscan_desktop.ui.sentences import translated
from bioscan_desktop.ui.translating import tr

if TYPE_CHECKING:
    from bioscan_desktop.core.hits import Hit
    from bioscan_desktop.services.identify import Identification

OTHER = {"image": "dna", "dna": "image"}


@dataclass(frozen=True, slots=True)
class Standard:
    """Something to compare references with.

    Attributes:
        kind: of `core.agreement.STANDARDS`.
        title: the words in the selector.
    """

    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """The badge of one reference.

    Attributes:
        level: of `core.agreement.LEVELS`.
        words: the level and what it refers to, for tooltips and screen readers.
    """

    level: str
    words: str


def standards(result: Identification | None, own: Determination | None) -> list[Standard]:
    """What the references of a result can be compared with; empty if there is nothing."""
    if result is None or result.verdict is None:
        return []
    found = []
    if result.verdict.name is not None:
        title = tr("the verdict, {name} (consensus)").format(name=result.verdict.name)
        found.append(Standard("verdict", title))
    if own is not None:
        found.append(Standard("user", tr("your own name, {name}").format(name=own.text)))
    if len(result.by_modality) > 1 and any(v.name is not None for v in result.by_modality.values()):
        found.append(Standard("other_modality", tr("the other one's verdict (photo ↔ barcode)")))
    return found


def choose(found: list[Standard], preferred: str) -> Standard | None:
    """The preferred standard if it exists, else the first that does."""
    return next((s for s in found if s.kind == preferred), found[0] if found else None)


def badges(result: Identification, kind: str | None, own: Determination | None) -> list[Agreement | None]:
    """The badge of each hit; None where there is nothing to compare it with."""
    return [_badge(hit, result, kind, own) for hit in result.hits]


def _badge(hit: Hit, result: Identification, kind: str | None, own: Determination | None) -> Agreement | None:
    lineage, bin_uri, what = _standard_of(hit, result, kind, own)
    if lineage.finest_rank() is None:
        return None
    level = agreement(hit.lineage, lineage, hit.bin_uri, bin_uri)
    words = tr("{level} with {standard}") if level == "none" else tr("{level} as {standard}")
    return Agreement(level, words.format(level=translated(level_text(level)), standard=what))


def _standard_of(
    hit: Hit, result: Identification, kind: str | None, own: Determination | None
) -> tuple[Lineage, str | None, str]:
    """(lineage, BIN, words) that a hit is compared with."""
    if kind == "user" and own is not None:
        return own.lineage, own.bin_uri, tr("your own name, {name}").format(name=own.text)
    if kind == "other_modality":
        other = OTHER[hit.query_modality]
        verdict = result.by_modality.get(other)
        if verdict is None or verdict.name is None:
            return Lineage(), None, ""
        return (
            verdict.lineage,
            None,
            _verdict_of(other).format(name=verdict.name),
        )
    if kind == "verdict" and result.verdict is not None:
        return (
            result.verdict.lineage,
            None,
            tr("the verdict, {name} (consensus)").format(name=result.verdict.name),
        )
    return Lineage(), None, ""


def _verdict_of(modality: str) -> str:
    return tr("the photo's verdict, {name}") if modality == "image" else tr("the barcode's verdict, {name}")


def section_title(modality: str, result: Identification, used: Standard | None) -> str:
    """The words above the references of photo or barcode, where a result has both."""
    title = tr("To the photo") if modality == "image" else tr("To the barcode")
    if used is None or used.kind != "other_modality":
        return title
    other = OTHER[modality]
    verdict = result.by_modality.get(other)
    if verdict is None or verdict.name is None:
        if modality == "image":
            return tr("To the photo: the barcode has no name to compare with")
        return tr("To the barcode: the photo has no name to compare with")
    standard = _verdict_of(other).format(name=verdict.name)
    return tr("{title}, compared with {standard}").format(title=title, standard=standard)


def own_name_text(own: Determination | None, result: Identification | None) -> str:
    """What the program makes of the user's own name: one or two sentences, or ""."""
    if own is None:
        return ""
    above = " › ".join(n for n in own.lineage.names()[:3] if n and n != own.text)
    if own.known:
        text = tr("{rank} in this library: {above}.") if above else tr("{rank} in this library.")
        text = text.format(rank=wording.rank_title(own.rank), above=above) if own.rank else ""
    elif own.known_above is not None:
        name = own.lineage.at(own.known_above)
        text = tr("Not in this library; its {rank} {name} is: {above}.").format(
            rank=wording.rank_noun(own.known_above), name=name, above=above
        )
    else:
        text = tr("Not in this library, so no reference can agree with it.")
    verdict = result.verdict if result is not None else None
    if verdict is None or verdict.name is None or (not own.known and own.known_above is None):
        return text
    level = agreement(verdict.lineage, own.lineage, None, own.bin_uri)
    if level == "none":
        return f"{text} " + tr("The verdict, {name}, contradicts it.").format(name=verdict.name)
    return f"{text} {_agrees(verdict.rank or '', level, own.rank or '')}"


def _agrees(verdict_rank: str, level: str, own_rank: str) -> str:
    if level == own_rank == verdict_rank:
        return tr("The verdict is the same {rank}.").format(rank=wording.rank_noun(level))
    if level == verdict_rank:
        return tr("The verdict agrees as far as it goes, to {rank}.").format(rank=wording.rank_noun(level))
    return tr("The verdict agrees down to {rank}.").format(rank=wording.rank_noun(level))
