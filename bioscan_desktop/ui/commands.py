"""Undo and redo: each change to the list is an `Edit`, each decision a `Deciding`, each note a `Noting`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QUndoCommand

from bioscan_desktop.ui.models.specimens import Row, SpecimenModel, State

if TYPE_CHECKING:
    from bioscan_desktop.services.identify import Identification
    from bioscan_desktop.services.specimens import Specimen


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The content of a row at one time."""

    specimen: Specimen
    state: State
    result: Identification | None
    parts: tuple[Specimen, Specimen] | None

    @classmethod
    def of(cls, row: Row) -> Snapshot:
        """As the row is now."""
        return cls(row.specimen, row.state, row.result, row.parts)

    @classmethod
    def waiting(cls, specimen: Specimen, parts: tuple[Specimen, Specimen] | None = None) -> Snapshot:
        """A specimen that has yet to be identified."""
        return cls(specimen, State.WAITING, None, parts)

    def put_into(self, row: Row) -> None:
        """Makes the row so."""
        row.specimen, row.state, row.result, row.parts = self.specimen, self.state, self.result, self.parts


class Edit(QUndoCommand):
    """Rows changed, taken out and put in, as one step.

    Args:
        text: what Undo and Redo name, such as "join photo and barcode".
        changes: new content by key.
        removed: keys that go.
        inserted: (index, row) that come, in rising order, counted after the removal.
        edited: told of the keys whose rows are there and other than before.
    """

    def __init__(
        self,
        text: str,
        model: SpecimenModel,
        edited: Callable[[list[int]], None],
        changes: dict[int, Snapshot] | None = None,
        removed: Iterable[int] = (),
        inserted: Sequence[tuple[int, Row]] = (),
    ) -> None:
        super().__init__(text)
        self._model = model
        self._edited = edited
        self._changes = dict(changes or {})
        self._to_remove = list(removed)
        self._removed: list[tuple[int, Row]] = []
        self._inserted = list(inserted)

    def redo(self) -> None:
        self._swap()
        self._removed = self._model.remove(self._to_remove)
        self._model.restore(self._inserted)
        self._edited([*self._changes, *(row.key for _, row in self._inserted)])

    def undo(self) -> None:
        self._model.remove([row.key for _, row in self._inserted])
        self._model.restore(self._removed)
        self._swap()
        self._edited([*self._changes, *(row.key for _, row in self._removed)])

    def _swap(self) -> None:
        for key, snapshot in self._changes.items():
            row = self._model.find(key)
            if row is not None:
                self._changes[key] = Snapshot.of(row)
                snapshot.put_into(row)
        self._model.touch(self._changes)


class Saying(QUndoCommand):
    """What the user said about one specimen: before and after.

    Args:
        text: what Undo and Redo name.
        said: told of the key after each change.

    Attributes:
        is_asleep: True while a history is built up from what was kept, which changes no row.
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
        self.is_asleep = False

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
