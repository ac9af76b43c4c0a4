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
        title = f"the verdict, {result.verdict.name} (consensus)"
        found.append(Standard("verdict", title))
    if own is not None:
        found.append(Standard("user", f"your own name, {own.text}"))
    if len(result.by_modality) > 1 and any(v.name is not None for v in result.by_modality.values()):
        found.append(Standard("other_modality", "the other one's verdict (photo ↔ barcode)"))
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
    link = "with" if level == "none" else "as"
    return Agreement(level, f"{level_text(level)} {link} {what}")


def _standard_of(
    hit: Hit, result: Identification, kind: str | None, own: Determination | None
) -> tuple[Lineage, str | None, str]:
    """(lineage, BIN, words) that a hit is compared with."""
    if kind == "user" and own is not None:
        return own.lineage, own.bin_uri, f"your own name, {own.text}"
    if kind == "other_modality":
        other = OTHER[hit.query_modality]
        verdict = result.by_modality.get(other)
        if verdict is None or verdict.name is None:
            return Lineage(), None, ""
        return verdict.lineage, None, f"the {wording.MODALITY_NOUN[other]}'s verdict, {verdict.name}"
    if kind == "verdict" and result.verdict is not None:
        return result.verdict.lineage, None, f"the verdict, {result.verdict.name} (consensus)"
    return Lineage(), None, ""


def section_title(modality: str, result: Identification, used: Standard | None) -> str:
    """The words above the references of photo or barcode, where a result has both."""
    title = f"To the {wording.MODALITY_NOUN[modality]}"
    if used is None or used.kind != "other_modality":
        return title
    other = OTHER[modality]
    verdict = result.by_modality.get(other)
    if verdict is None or verdict.name is None:
        return f"{title}: the {wording.MODALITY_NOUN[other]} has no name to compare with"
    return f"{title}, compared with the {wording.MODALITY_NOUN[other]}'s verdict, {verdict.name}"


def own_name_text(own: Determination | None, result: Identification | None) -> str:
    """What the program makes of the user's own name: one or two sentences, or ""."""
    if own is None:
        return ""
    above = " › ".join(n for n in own.lineage.names()[:3] if n and n != own.text)
    if own.known:
        text = f"{own.rank.capitalize()} in this library{': ' + above if above else ''}." if own.rank else ""
    elif own.known_above is not None:
        name = own.lineage.at(own.known_above)
        text = f"Not in this library; its {own.known_above} {name} is: {above}."
    else:
        text = "Not in this library, so no reference can agree with it."
    verdict = result.verdict if result is not None else None
    if verdict is None or verdict.name is None or (not own.known and own.known_above is None):
        return text
    level = agreement(verdict.lineage, own.lineage, None, own.bin_uri)
    if level == "none":
        return f"{text} The verdict, {verdict.name}, contradicts it."
    return f"{text} {_agrees(verdict.rank or '', level, own.rank or '')}"


def _agrees(verdict_rank: str, level: str, own_rank: str) -> str:
    if level == own_rank == verdict_rank:
        return f"The verdict is the same {level}."
    if level == verdict_rank:
        return f"The verdict agrees as far as it goes, to {level}."
    return f"The verdict agrees down to {level}."
