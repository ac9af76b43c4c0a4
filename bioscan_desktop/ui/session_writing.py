"""What is written into the session of the window: rows as they were and are, and all changes as one."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bioscan_desktop.ui.deciding import Decision
from bioscan_desktop.ui.kept_history import KEPT, Step, to_json
from bioscan_desktop.ui.models.specimens import Row

if TYPE_CHECKING:
    from bioscan_desktop.services.identify import Identification, Identifier
    from bioscan_desktop.services.specimens import Specimen
    from bioscan_desktop.session.database import Database


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a row."""

    specimen: Specimen
    result: Identification | None
    decision: Decision | None = None
    note: str = ""

    def is_same(self, other: Kept) -> bool:
        """True if nothing has changed; specimens and answers are never changed, only replaced."""
        return (
            self.specimen is other.specimen
            and self.result is other.result
            and self.decision == other.decision
            and self.note == other.note
        )


@dataclass(slots=True)
class Writing:
    """Changes on their way to the disk.

    Attributes:
        rows: by key, as they are and as they were written last.
        facts: of the session that are others.
        steps: what can be taken back, if that is something else; `earlier` as it is kept already.
        numbers: of rows in the session; the worker adds those that are new.
        done: the worker has written them.
        guard: held while they are written.
    """

    rows: dict[int, tuple[Kept, Kept | None]]
    removed: list[int]
    facts: dict[str, Any]
    steps: list[Step] | None = None
    earlier: list[dict[str, Any]] = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)
    done: bool = False
    guard: threading.Lock = field(default_factory=threading.Lock)


def kept_of(row: Row) -> Kept:
    """What is kept of a row as it is now."""
    return Kept(row.specimen, row.result, row.decision, row.note)


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
    from bioscan_desktop.session import decisions, specimens

    with database.transaction():
        if identifier is not None and (run is None or run[0] is not identifier):
            made_with = batch_provenance.provenance_of(identifier, top_k)
            run = (identifier, specimens.start_run(database, made_with))
        specimens.remove(database, writing.removed)
        for key, (now, before) in writing.rows.items():
            number = writing.numbers.get(key)
            if number is None:
                (number,) = specimens.add(database, [recorded.stored_of(now.specimen)])
                writing.numbers[key] = number
            elif before is None or before.specimen is not now.specimen:
                specimens.change(database, number, recorded.stored_of(now.specimen))
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
        if writing.steps is not None:
            history = [*writing.earlier, *to_json(writing.steps, writing.numbers)]
            writing.facts["history"] = history[-KEPT:]
        database.set_facts(writing.facts)
    return run
