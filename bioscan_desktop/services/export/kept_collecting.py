"""The choice of what exports say of the collecting, on its way into a session and out of it again."""

from __future__ import annotations

from bioscan_desktop.services.export.collecting_choice import CollectingChoice
from bioscan_desktop.session import samples
from bioscan_desktop.session.database import Database


def save(database: Database, choice: CollectingChoice) -> None:
    """Keeps it with the session, in the place of an earlier one."""
    samples.save(database, samples.StoredSamples(choice.sheet, choice.copy, choice.to_dict()))


def load(database: Database) -> CollectingChoice | None:
    """What a session says; None if nothing was ever chosen in it."""
    kept = samples.load(database)
    return None if kept is None else CollectingChoice.of(kept.choices, kept.path, kept.content)
