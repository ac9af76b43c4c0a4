"""What can be taken back, on its way into a session and out of it again: after a restart, too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QUndoStack

from bioscan_desktop.session.limits import KEPT
from bioscan_desktop.ui import commands
from bioscan_desktop.ui.commands import Deciding, Edit, Noting, Saying, Snapshot
from bioscan_desktop.ui.deciding import Decision
from bioscan_desktop.ui.models.specimens import Row, SpecimenModel
from bioscan_desktop.ui.turns import Turns

if TYPE_CHECKING:
    from bioscan_desktop.session import history
    from bioscan_desktop.session.database import Database

_SAYING: dict[str, type[Saying]] = {"decision": Deciding, "note": Noting}


@dataclass(slots=True)
class Step:
    """One step of a stack as it stands, to be written by a worker, which leaves the command alone.

    Attributes:
        counts: False if it was taken back, and could be made again.
        stands: what tells one state of it from another.
        is_new: it stands otherwise than when it was written last.
        said: key, before and after, of what somebody said.
        changes, gone, came: as of an `Edit`.
        step_id: its number in the session; the worker fills it in.
    """

    command: commands.Step
    text: str
    kind: str
    counts: bool
    stands: object
    is_new: bool
    step_id: int | None
    said: tuple[int, Any, Any] | None = None
    changes: dict[int, Snapshot] = field(default_factory=dict)
    gone: Sequence[tuple[int, Row]] = ()
    came: Sequence[tuple[int, Row]] = ()


def steps_of(stack: QUndoStack) -> list[Step]:
    """The latest steps of a stack, the oldest first."""
    places = range(max(0, stack.count() - KEPT), stack.count())
    found = ((stack.command(place), place < stack.index()) for place in places)
    return [_step(command, counts) for command, counts in found if isinstance(command, commands.Step)]


def _step(command: commands.Step, counts: bool) -> Step:
    stands, text, number = _stands(command, counts), command.text(), command.step_id
    is_new = command.kept_as != stands
    if isinstance(command, Saying):
        kind = next(name for name, cls in _SAYING.items() if type(command) is cls)
        said = command.key, command.before, command.after
        return Step(command, text, kind, counts, stands, is_new, number, said)
    step = Step(command, text, "edit", counts, stands, is_new, number)
    if is_new and isinstance(command, Edit):
        step.changes, step.gone, step.came = dict(command.changes), command.gone, command.came
    return step


def _stands(command: commands.Step, counts: bool) -> object:
    return counts, command.turned if isinstance(command, Edit) else 0


def write_steps(
    database: Database,
    steps: Iterable[Step],
    numbers: Mapping[int, int],
    earlier: frozenset[int],
    copy: Callable[[Snapshot], int],
) -> list[int]:
    """Runs in a worker, within a change: makes these the steps of a session.

    Args:
        numbers: of the specimens, by key.
        earlier: numbers of steps that are kept beside these.
        copy: sets a content aside and returns its number.

    Returns:
        the numbers of the specimens that no step could bring back any more.
    """
    from bioscan_desktop.session import history

    steps = list(steps)
    stay = earlier | {step.step_id for step in steps}
    dropped = [number for number in history.step_numbers(database) if number not in stay]
    for step in steps:
        if step.is_new:
            step.step_id = history.keep(database, _kept(step, numbers, copy)) or step.step_id
    if dropped or any(step.is_new and step.kind == "edit" for step in steps):
        return history.give_up(database, dropped)
    return []


def _kept(step: Step, numbers: Mapping[int, int], copy: Callable[[Snapshot], int]) -> history.Step:
    from bioscan_desktop.session import history

    rows: list[history.StepRow] = []
    said: Any = None
    if step.said is not None:
        key, *values = step.said
        said = [asdict(one) if isinstance(one, Decision) else one for one in values]
        if key in numbers:
            rows.append(history.StepRow("said", numbers[key]))
    for role, places in (("gone", step.gone), ("came", step.came)):
        rows += [history.StepRow(role, numbers[row.key], at) for at, row in places if row.key in numbers]
    rows += [
        history.StepRow("changed", numbers[key], 0, copy(snapshot))
        for key, snapshot in step.changes.items()
        if key in numbers
    ]
    return history.Step(step.kind, step.text, step.counts, rows, said, step.step_id)


@dataclass(frozen=True, slots=True)
class Found:
    """The specimens that the steps of a session are about, by their numbers.

    Attributes:
        rows: in the list or out of it.
        contents: that are set aside.
    """

    rows: Mapping[int, Row]
    contents: Mapping[int, Snapshot]


def restore(
    stack: QUndoStack,
    model: SpecimenModel,
    kept: Sequence[history.Step],
    found: Found,
    said: Callable[[int], None],
    edited: Callable[[list[int]], None],
    turns: Turns,
) -> None:
    """Puts the steps of a session on an empty stack, without changing any row.

    Steps that do not fit the list are left out: of a specimen that is gone, or of which something else was
    said since.

    Args:
        said, edited, turns: as of the commands.
    """
    made = [(one, _command(one, model, found, said, edited, turns)) for one in kept]
    done = _Playing(model, found).fitting([pair for pair in reversed(made) if pair[0].counts])[::-1]
    undone = _Playing(model, found).fitting([pair for pair in made if not pair[0].counts])
    for step in [*done, *undone]:
        step.is_asleep = True
        stack.push(step)
    stack.setIndex(len(done))
    for place, step in enumerate([*done, *undone]):
        step.is_asleep = False
        step.kept_as = _stands(step, place < len(done))


def _command(
    one: history.Step,
    model: SpecimenModel,
    found: Found,
    said: Callable[[int], None],
    edited: Callable[[list[int]], None],
    turns: Turns,
) -> commands.Step | None:
    """The step itself; None if it is about something that is not there."""
    rows = found.rows
    if any(row.specimen_id not in rows for row in one.rows) or not one.rows:
        return None
    command: commands.Step
    if one.kind in _SAYING:
        before, after = (_value(one.kind, value) for value in one.said)
        key = rows[one.rows[0].specimen_id].key
        command = _SAYING[one.kind](one.text, model, key, before, after, said)
    elif one.kind == "edit":
        changed = [row for row in one.rows if row.role == "changed"]
        if any(row.other not in found.contents for row in changed):
            return None
        gone, came = (
            [(row.place, rows[row.specimen_id]) for row in one.rows if row.role == role]
            for role in ("gone", "came")
        )
        changes = {rows[row.specimen_id].key: found.contents[row.other or 0] for row in changed}
        command = Edit(one.text, model, edited, turns, changes, [row.key for _, row in gone], came)
        command.gone = gone
    else:
        return None  # of a newer version of this program
    command.step_id = one.step_id
    return command


def _value(kind: str, value: Any) -> Any:
    return Decision(**value) if kind == "decision" and value is not None else value


class _Playing:
    """Goes through steps, from the list as it is, to see which of them fit it."""

    def __init__(self, model: SpecimenModel, found: Found) -> None:
        self._there = set(model.keys)
        self._rows = {row.key: row for row in found.rows.values()}
        self._said: dict[tuple[int, str], Any] = {}

    def fitting(self, steps: Iterable[tuple[history.Step, commands.Step | None]]) -> list[commands.Step]:
        """Those that fit, each turned after the one before it."""
        fit: list[commands.Step] = []
        for one, command in steps:
            if isinstance(command, Saying):
                if self._turn_saying(command, one.counts):
                    fit.append(command)
            elif isinstance(command, Edit) and self._turn_edit(command, one.counts):
                fit.append(command)
        return fit

    def _turn_saying(self, step: Saying, counts: bool) -> bool:
        now, then = (step.after, step.before) if counts else (step.before, step.after)
        said = self._said.get((step.key, step.FIELD), getattr(self._rows[step.key], step.FIELD))
        if step.key not in self._there or not _is_same(now, said):
            return False
        self._said[step.key, step.FIELD] = then
        return True

    def _turn_edit(self, step: Edit, counts: bool) -> bool:
        gone, came = ({row.key for _, row in places} for places in (step.gone, step.came))
        come, go = (gone, came) if counts else (came, gone)
        if come & self._there or go - self._there or step.changes.keys() - self._there:
            return False
        self._there = (self._there - go) | come
        return True


def _is_same(a: Any, b: Any) -> bool:
    if isinstance(a, Decision) and isinstance(b, Decision):
        return (a.action, a.name, a.rank) == (b.action, b.name, b.rank)
    return a == b
