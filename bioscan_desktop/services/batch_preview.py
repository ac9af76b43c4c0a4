"""What a run over a folder would identify, and what it would join, without beginning one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from bioscan_desktop.services.batch_plan import Placed, place
from bioscan_desktop.services.batch_scan import Found
from bioscan_desktop.session.database import Database
from bioscan_desktop.session.further import from_text


@dataclass(frozen=True, slots=True)
class Preview:
    """What a run would identify.

    Attributes:
        examples: (specimen, photo, barcode's header) of some that would be joined.
        several: (specimen, its photos) of some that would have several.
        problems: sentences about files and folders that cannot be used.
    """

    placed: Placed
    total: int
    examples: tuple[tuple[str, str, str], ...]
    several: tuple[tuple[str, tuple[str, ...]], ...]
    problems: tuple[str, ...]


def preview(
    root: Path,
    found: Iterable[Found],
    scratch: Path,
    table: Path | None = None,
    shown: int = 20,
    check: Callable[[int], None] = lambda _: None,
    views: str | None = None,
) -> Preview:
    """Places the files in a session that is thrown away.

    Args:
        scratch: an empty folder for it.
        shown: how many examples and problems to name.
        views: as of `batch_plan.place`.
    """
    with Database(scratch / "preview.sqlite") as database:
        placed = place(database, root, found, table, check, views)
        both = database.rows(
            "SELECT query_id, photo, input FROM specimens WHERE photo IS NOT NULL AND "
            "(barcode IS NOT NULL OR error_kind = 'dna') ORDER BY specimen_id LIMIT ?",
            (shown,),
        )
        several = database.rows(
            "SELECT query_id, photo, more FROM specimens WHERE more IS NOT NULL ORDER BY specimen_id LIMIT ?",
            (shown,),
        )
        bad = database.rows(
            "SELECT error_message FROM specimens WHERE error_message IS NOT NULL "
            "ORDER BY specimen_id LIMIT ?",
            (shown,),
        )
        total = int(database.value("SELECT count(*) FROM specimens"))
    examples = tuple((name, photo, text.removeprefix(f"{photo} + ")) for name, photo, text in both)
    groups = tuple(
        (name, (photo, *(one.photo or one.input for one in from_text(more)[0])))
        for name, photo, more in several
    )
    return Preview(placed, total, examples, groups, tuple(row[0] for row in bad))
