"""What can be taken back, kept with a session: decisions and notes can be undone after a restart, too.

Rows that were joined, cropped or taken out are not among it: such a step needs the row as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from PySide6.QtGui import QUndoStack

from bioscan_desktop.ui.commands import Deciding, Noting, Saying
from bioscan_desktop.ui.deciding import Decision
from bioscan_desktop.ui.models.specimens import SpecimenModel

KEPT = 500
"""Steps that are kept, the latest."""

_KINDS: dict[str, type[Saying]] = {"decision": Deciding, "note": Noting}


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Attributes:
        kind: `decision` or `note`.
        before, after: a Decision or None; the text of a note.
        counts: False if it was taken back, and could be made again.
    """

    key: int
    kind: str
    text: str
    before: Any
    after: Any
    counts: bool


def steps_of(stack: QUndoStack) -> list[Step]:
    """The steps of a stack that can be kept, the oldest first."""
    found = []
    for place in range(max(0, stack.count() - KEPT), stack.count()):
        command = stack.command(place)
        for kind, cls in _KINDS.items():
            if type(command) is cls:
                counts = place < stack.index()
                found.append(Step(command.key, kind, command.text(), command.before, command.after, counts))
    return found


def to_json(steps: Iterable[Step], numbers: Mapping[int, int]) -> list[dict[str, Any]]:
    """As a session keeps them.

    Args:
        numbers: of the specimens in the session, by key; steps of others are left out.
    """

    def value(one: Any) -> Any:
        return asdict(one) if isinstance(one, Decision) else one

    return [
        {
            "specimen": numbers[step.key],
            "kind": step.kind,
            "text": step.text,
            "before": value(step.before),
            "after": value(step.after),
            "counts": step.counts,
        }
        for step in steps
        if step.key in numbers
    ]


def restore(
    stack: QUndoStack,
    model: SpecimenModel,
    kept: list[dict[str, Any]],
    keys: Mapping[int, int],
    said: Callable[[int], None],
) -> None:
    """Puts the steps of a session on an empty stack, without changing any row.

    Steps of a specimen that is gone, or of which something else was said since, are left out.

    Args:
        keys: of the rows, by the specimens' numbers.
        said: as of the commands.
    """
    steps = [
        Step(
            keys[one["specimen"]],
            one["kind"],
            one["text"],
            _value(one["kind"], one["before"]),
            _value(one["kind"], one["after"]),
            one["counts"],
        )
        for one in kept
        if one["specimen"] in keys and one["kind"] in _KINDS
    ]
    now: dict[tuple[int, str], Any] = {}
    for step in steps:
        if step.counts:
            now[step.key, step.kind] = step.after
        else:
            now.setdefault((step.key, step.kind), step.before)
    fitting = {pair for pair, value in now.items() if _is_said(model, *pair, value)}
    steps = [step for step in steps if (step.key, step.kind) in fitting]
    commands = [_KINDS[s.kind](s.text, model, s.key, s.before, s.after, said) for s in steps]
    for command in commands:
        command.is_asleep = True
        stack.push(command)
    stack.setIndex(sum(step.counts for step in steps))
    for command in commands:
        command.is_asleep = False


def _value(kind: str, value: Any) -> Any:
    return Decision(**value) if kind == "decision" and value is not None else value


def _is_said(model: SpecimenModel, key: int, kind: str, value: Any) -> bool:
    row = model.find(key)
    said = getattr(row, _KINDS[kind].FIELD) if row is not None else None
    if isinstance(value, Decision) and isinstance(said, Decision):
        return (value.action, value.name, value.rank) == (said.action, said.name, said.rank)
    return row is not None and value == said
