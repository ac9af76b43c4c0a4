"""What a long job needs from its caller: a way to tell progress and to be stopped. No Qt here."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from bioscan_desktop.core.errors import Cancelled

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Progress:
    """A step of a job.

    Attributes:
        done: items finished.
        total: items in all, or None while unknown.
        label: what is going on, for people.
    """

    done: int
    total: int | None
    label: str = ""


ProgressCallback = Callable[[Progress], None]


def silent(_: Progress) -> None:
    """For callers that do not watch."""


class CancelToken:
    """Set by the user, looked at by the worker between items."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Asks the job to stop at its next check."""
        self._event.set()

    @property
    def cancelled(self) -> bool:
        """True once `cancel` was called."""
        return self._event.is_set()

    def check(self) -> None:
        """Raises `Cancelled` if the user asked to stop."""
        if self.cancelled:
            raise Cancelled

    def between(self, items: Iterable[T]) -> Iterator[T]:
        """The items, each after a check."""
        for item in items:
            self.check()
            yield item


class Gate:
    """Closed by the user for a pause, waited at by the worker where it can rest."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self._open.set()

    def close(self) -> None:
        """Asks the job to rest at its next stop."""
        self._open.clear()

    def open(self) -> None:
        """Lets the job go on."""
        self._open.set()

    @property
    def closed(self) -> bool:
        """True while the job is asked to rest."""
        return not self._open.is_set()

    def wait(self, cancel: CancelToken) -> None:
        """Returns when the gate is open. Raises `Cancelled` if the user asked to stop."""
        while not self._open.wait(0.1):
            cancel.check()
