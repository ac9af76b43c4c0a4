"""Query ids that can be told apart."""

from __future__ import annotations


class UniqueIds:
    """Appends `.2`, `.3`, … to ids that have been given out before."""

    def __init__(self) -> None:
        self._given: set[str] = set()
        self._last: dict[str, int] = {}

    def take(self, identifier: str) -> str:
        """The id itself, or with the first number that makes it unique."""
        unique, number = identifier, self._last.get(identifier, 1)
        while unique in self._given:
            number += 1
            unique = f"{identifier}.{number}"
        self._given.add(unique)
        self._last[identifier] = number
        return unique
