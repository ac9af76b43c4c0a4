"""What exports say of when, where and by whom specimens were collected, as the user chose it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from bioscan_desktop.services.export.collecting_choice import CollectingChoice


class Collecting(QObject):
    """Keeps the choice and tells of another one.

    Signals:
        changed: the choice is another one.
    """

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.choice = CollectingChoice()

    def choose(self, choice: CollectingChoice) -> None:
        """Takes another choice."""
        if choice != self.choice:
            self.choice = choice
            self.changed.emit()
