"""What is written into the session of the window: rows as they were and are, and all changes as one."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bioscan_desktop.services.export.collecting_choice import CollectingChoice
from bioscan_desktop.ui.commands import Snapshot
from bioscan_desktop.ui.deciding import Decision
from bioscan_desktop.ui.kept_history import Step, write_steps
from bioscan_desktop.ui.models.specimens import Row, state_of

if TYPE_CHECKING:
    from bioscan_desktop.services.identify import Identification, Identifier
    from bioscan_desktop.services.specimens import Specimen
    from bioscan_desktop.session.database import Database
    from bioscan_desktop.session.specimens import StoredSpecimen


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a row."""

    specimen: Specimen
    result: Identification | None
    decision: Decision | None = None
    note: str = ""
    parts: tuple[Specimen, ...] | None = None

    def is_of(self, row: Row) -> bool:
        """True if the row is still so; specimens and answers are never changed, only replaced."""
        return (
            self.specimen is row.specimen
            and self.result is row.result
            and self.decision == row.decision
            and self.note == row.note
        )

    def put_into(self, row: Row) -> None:
        """Makes a fresh row of the specimen so."""
        row.state, row.result, row.parts = state_of(self.result), self.result, self.parts
        row.decision, row.note = self.decision, self.note

    @property
    def snapshot(self) -> Snapshot:
        """The content alone."""
        return Snapshot(self.specimen, state_of(self.result), self.result, self.parts)


@dataclass(slots=True)
class Writing:
    """Changes on their way to the disk.

    Attributes:
        rows: by key, as they are and as they were written last.
        gone: keys of rows that are not in the list any more.
        back: rows that are in it again, as they were set aside.
        facts: of the session that are others.
        collecting: what exports say of the collecting, if that is something else.
        steps: what can be taken back, if that is something else; `earlier` are numbers of steps that are
            kept beside these.
        numbers: of rows in the session; the worker adds those that are new.
        lost: numbers of specimens that nothing can bring back any more; by the worker.
        done: the worker has written them.
        guard: held while they are written.
    """

    rows: dict[int, tuple[Kept, Kept | None]]
    gone: set[int]
    back: dict[int, Kept]
    facts: dict[str, Any]
    numbers: dict[int, int]
    steps: list[Step] | None = None
    earlier: frozenset[int] = frozenset()
    collecting: CollectingChoice | None = None
    lost: list[int] = field(default_factory=list)
    done: bool = False
    guard: threading.Lock = field(default_factory=threading.Lock)


def kept_of(row: Row) -> Kept:
    """What is kept of a row as it is now."""
    return Kept(row.specimen, row.result, row.decision, row.note, row.parts)


def write(
    database: Database,
    writing: Writing,
    identifier: Identifier | None,
    top_k: int,
    run: tuple[object, int] | None,
) -> tuple[object, int] | None:
    """Writes all changes as one; the numbers of rows that are new come into `writing`.

    Args:
        identifier: that is open.
        run: (identifier, number) of the run that answers referred to last.

    Returns:
        the run that they refer to now.

    Raises:
        SessionError: such as on a full disk; then nothing is written.
    """
    from bioscan_desktop.services import batch_provenance, recorded
    from bioscan_desktop.services.export import kept_collecting
    from bioscan_desktop.session import decisions, history, specimens

    def stored(one: Kept | Snapshot) -> StoredSpecimen:
        return recorded.stored_of(one.specimen, parts=one.parts)

    def copy(content: Snapshot) -> int:
        answer = recorded.answer_of(content.result) if content.result is not None else None
        return history.copy_aside(database, stored(content), answer, run[1] if run is not None else None)

    numbers = writing.numbers
    with database.transaction():
        if identifier is not None and (run is None or run[0] is not identifier):
            made_with = batch_provenance.provenance_of(identifier, top_k)
            run = (identifier, specimens.start_run(database, made_with))
        there = history.bring_back(database, [numbers[key] for key in writing.back])
        for key, kept in writing.back.items():
            if numbers[key] not in there:  # given up meanwhile: it is a new one
                del numbers[key]
                writing.rows[key] = (writing.rows.get(key, (kept, None))[0], None)
        for key, (now, before) in writing.rows.items():
            number = numbers.get(key)
            if number is None:
                (number,) = specimens.add(database, [stored(now)])
                numbers[key] = number
            elif before is None or before.specimen is not now.specimen:
                renamed = before is None or before.specimen.query_id != now.specimen.query_id
                specimens.change(database, number, stored(now), renamed)
            if now.result is None:
                if before is not None and before.result is not None:
                    specimens.wait_again(database, [number])
            elif (before is None or before.result is not now.result) and run is not None:
                answer = recorded.answer_of(now.result)
                specimens.save_answer(database, number, run[1], answer)
            if now.decision != (before.decision if before is not None else None):
                made = now.decision
                if made is not None:
                    decisions.decide(database, number, made.action, made.name, made.rank, made.processid)
                else:
                    decisions.withdraw(database, number)
            if now.note != (before.note if before is not None else ""):
                decisions.decide(database, number, "note", note=now.note)
        history.set_aside(database, [numbers[key] for key in writing.gone])
        if writing.steps is not None:
            writing.lost = write_steps(database, writing.steps, numbers, writing.earlier, copy)
        database.set_facts(writing.facts)
        if writing.collecting is not None:
            kept_collecting.save(database, writing.collecting)
    return run
