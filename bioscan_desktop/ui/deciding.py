"""What people decide about a specimen, apart from what the machine says. Pure rules, no Qt.

Accept or reject the machine's name; choose that of a reference; give a name of one's own or a coarser
rank; say that it cannot be told; put it off. The latest decision counts. An answer that is made anew
changes none of it, and a decision remembers what the machine said when it was made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bioscan_desktop.ui.translating import mark, tr

if TYPE_CHECKING:
    from bioscan_desktop.core.hits import Hit
    from bioscan_desktop.services.identify import Identification
    from bioscan_desktop.session.decisions import Decision as KeptDecision

ACTIONS: tuple[str, ...] = ("accept", "reject", "choose", "name", "unknown", "skip")

WORDS: dict[str, str] = {
    "accept": mark("accepted as {}"),
    "reject": mark("the answer is rejected"),
    "choose": mark("{}, the name of a reference"),
    "name": mark("{}, a name of your own"),
    "unknown": mark("it cannot be told"),
    "skip": mark("put off"),
}
"""How a decision is told; {} stands for the name."""


_EDITS: dict[str, str] = {
    "accept": mark("accept {specimen}"),
    "reject": mark("reject {specimen}"),
    "choose": mark("choose {specimen}"),
    "name": mark("name {specimen}"),
    "unknown": mark("unknown {specimen}"),
    "skip": mark("skip {specimen}"),
}


def edit_text(decision: Decision | None, specimen: str) -> str:
    """What Undo says of a decision about a specimen; None is one that was taken away."""
    if decision is None:
        return tr("take decision back")
    return tr(_EDITS[decision.action]).format(specimen=specimen)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision.

    Attributes:
        action: one of `ACTIONS`.
        name, rank: what the specimen is; None where nothing is said about that.
        processid: of the reference whose name was chosen.
        machine_name, machine_rank: the machine's answer when it was made.
        made_at: ISO 8601, UTC.
    """

    action: str
    name: str | None = None
    rank: str | None = None
    processid: str | None = None
    machine_name: str | None = None
    machine_rank: str | None = None
    made_at: str = field(default_factory=_now, compare=False)

    @property
    def told(self) -> str:
        """In a few words: `accepted as Noctua pronuba`."""
        return tr(WORDS[self.action]).format(self.name)


def _machine(result: Identification | None) -> tuple[str | None, str | None]:
    verdict = result.verdict if result is not None else None
    return (verdict.name, verdict.rank) if verdict is not None else (None, None)


def accept(result: Identification | None) -> Decision | None:
    """The machine's name is right; None where there is no name to accept."""
    name, rank = _machine(result)
    return Decision("accept", name, rank, None, name, rank) if name is not None else None


def simple(action: str, result: Identification | None) -> Decision:
    """`reject`, `unknown` or `skip`."""
    return Decision(action, None, None, None, *_machine(result))


def choose(result: Identification | None, number: int) -> Decision | None:
    """The name of the reference with a number, counted from 1 as they are shown; None without one."""
    hits = shown_hits(result)
    if not 1 <= number <= len(hits):
        return None
    hit = hits[number - 1]
    rank = hit.lineage.finest_rank()
    if rank is None:
        return None
    return Decision("choose", hit.lineage.at(rank), rank, hit.processid, *_machine(result))


def shown_hits(result: Identification | None) -> list[Hit]:
    """References in the order in which they are shown: to the photo first, then to the barcode."""
    hits = list(result.hits) if result is not None else []
    return [hit for modality in ("image", "dna") for hit in hits if hit.query_modality == modality]


def at_rank(result: Identification | None, rank: str) -> Decision | None:
    """The leading name at a rank, whether or not the verdict reaches it; None where there is none."""
    verdict = result.verdict if result is not None else None
    if verdict is None:
        return None
    share = next((share for share in verdict.ranks if share.rank == rank), None)
    name = verdict.lineage.at(rank) or (share.name if share is not None else None)
    if name is None:
        return None
    kind = "accept" if (name, rank) == (verdict.name, verdict.rank) else "name"
    return Decision(kind, name, rank, None, verdict.name, verdict.rank)


def own(result: Identification | None, name: str, rank: str | None) -> Decision:
    """A name that the user typed."""
    return Decision("name", name, rank, None, *_machine(result))


def restored(kept: KeptDecision | None) -> Decision | None:
    """A decision as a session keeps it."""
    if kept is None:
        return None
    machine = kept.machine_name, kept.machine_rank
    return Decision(kept.action, kept.name, kept.rank, kept.processid, *machine, made_at=kept.made_at)


def is_outdated(decision: Decision | None, result: Identification | None) -> bool:
    """The machine says something else now than when the decision was made."""
    if decision is None or result is None or decision.action == "skip":
        return False
    return _machine(result) != (decision.machine_name, decision.machine_rank)


def outdated_text(decision: Decision, result: Identification | None) -> str:
    """One sentence about that."""
    then = decision.machine_name or tr("no name")
    now = _machine(result)[0] or tr("no name")
    return tr("You decided when the answer was {then}; it is {now} now. Your decision still counts.").format(
        then=then, now=now
    )
