"""Undo and redo: each change to the list is an `Edit`, each decision a `Deciding`, each note a `Noting`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QUndoCommand

from bioscan_desktop.ui.models.specimens import Row, SpecimenModel, State
from bioscan_desktop.ui.turns import Turns

if TYPE_CHECKING:
    from bioscan_desktop.services.identify import Identification
    from bioscan_desktop.services.specimens import Specimen


SLICE = 3000
"""Rows that come and go in one step: more in a sorted list would hold the window up."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The content of a row at one time."""

    specimen: Specimen
    state: State
    result: Identification | None
    parts: tuple[Specimen, ...] | None

    @classmethod
    def of(cls, row: Row) -> Snapshot:
        """As the row is now."""
        return cls(row.specimen, row.state, row.result, row.parts)

    @classmethod
    def waiting(cls, specimen: Specimen, parts: tuple[Specimen, ...] | None = None) -> Snapshot:
        """A specimen that has yet to be identified."""
        return cls(specimen, State.WAITING, None, parts)

    def put_into(self, row: Row) -> None:
        """Makes the row so."""
        row.specimen, row.state, row.result, row.parts = self.specimen, self.state, self.result, self.parts


class Step(QUndoCommand):
    """A change that can be taken back.

    Attributes:
        is_asleep: True while a history is built up from what was kept, which changes no row.
        step_id: its number in the session; None before it is there.
        kept_as: how it stood when it was written there last.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.is_asleep = False
        self.step_id: int | None = None
        self.kept_as: object = None


class Edit(Step):
    """Rows changed, taken out and put in, as one step.

    Many rows go and come in slices; `turns` gives the window its turn between them.

    Args:
        text: what Undo and Redo name, such as "join photo and barcode".
        edited: told of the keys whose rows are there and other than before.
        removed: keys that go.

    Attributes:
        changes: by key, the content that a row gets when the step is made, or taken back, next.
        gone: (index, row) that it took out, in rising order, as they were found last.
        came: (index, row) that it brings in, in rising order, counted after the removal.
        turned: how often it was made and taken back.
    """

    def __init__(
        self,
        text: str,
        model: SpecimenModel,
        edited: Callable[[list[int]], None],
        turns: Turns,
        changes: dict[int, Snapshot] | None = None,
        removed: Iterable[int] = (),
        inserted: Sequence[tuple[int, Row]] = (),
    ) -> None:
        super().__init__(text)
        self._model = model
        self._edited = edited
        self._turns = turns
        self._to_remove = list(removed)
        self.changes = dict(changes or {})
        self.gone: list[tuple[int, Row]] = []
        self.came = list(inserted)
        self.turned = 0

    def redo(self) -> None:
        if not self.is_asleep:
            self.turned += 1
            self._run(self._make())

    def undo(self) -> None:
        if not self.is_asleep:
            self.turned += 1
            self._run(self._take_back())

    def _run(self, steps: Iterator[None]) -> None:
        if len(self._to_remove) + len(self.came) > SLICE:
            self._turns.run(steps, later=True)
        else:
            for _ in steps:
                pass

    def _make(self) -> Iterator[None]:
        self._swap()
        self.gone = self._model.places_of(self._to_remove)
        yield
        yield from self._exchange(self.gone, self.came)

    def _take_back(self) -> Iterator[None]:
        came = self._model.places_of(row.key for _, row in self.came)
        yield from self._exchange(came, self.gone, swap=True)

    def _exchange(
        self, gone: Sequence[tuple[int, Row]], came: Sequence[tuple[int, Row]], swap: bool = False
    ) -> Iterator[None]:
        """Takes rows out, from the end, so that the places of the others stay, and puts rows in."""
        for part in reversed(_slices(gone)):
            self._model.take_out(part)
            yield
        parts = _slices(came)
        for part in parts:
            self._model.restore(part)
            yield
        if swap:
            self._swap()
        for part in reversed(parts):  # the first of them are the next to be identified
            self._edited([row.key for _, row in part])
            yield
        self._edited(list(self.changes))

    def _swap(self) -> None:
        for key, snapshot in self.changes.items():
            row = self._model.find(key)
            if row is not None:
                self.changes[key] = Snapshot.of(row)
                snapshot.put_into(row)
        self._model.touch(self.changes)


def _slices(places: Sequence[tuple[int, Row]]) -> list[Sequence[tuple[int, Row]]]:
    return [places[start : start + SLICE] for start in range(0, len(places), SLICE)]


class Saying(Step):
    """What the user said about one specimen: before and after.

    Args:
        text: what Undo and Redo name.
        said: told of the key after each change.
    """

    FIELD = ""
    """Of the row."""

    def __init__(
        self,
        text: str,
        model: SpecimenModel,
        key: int,
        before: Any,
        after: Any,
        said: Callable[[int], None],
    ) -> None:
        super().__init__(text)
        self._model, self._said = model, said
        self.key, self.before, self.after = key, before, after

    def redo(self) -> None:
        self._put(self.after)

    def undo(self) -> None:
        self._put(self.before)

    def _put(self, value: Any) -> None:
        row = self._model.find(self.key)
        if row is not None and not self.is_asleep:
            setattr(row, self.FIELD, value)
            self._said(self.key)


class Deciding(Saying):
    """A decision; None takes it away."""

    FIELD = "decision"


class Noting(Saying):
    """A note; "" deletes it."""

    FIELD = "note"
