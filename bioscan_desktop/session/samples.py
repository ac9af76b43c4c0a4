"""The sample sheet of a session: what exports take dates, places and collectors from.

A copy of the sheet is kept with the session, so that it exports the same when the file was moved.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bioscan_desktop.session.database import Database, now, readable
from bioscan_desktop.session.photos import absolute, hash_of

FACT = "collecting"
"""What is taken from sheet and photos, and how places are rounded, as JSON."""


@dataclass(frozen=True, slots=True)
class StoredSamples:
    """What a session says of the collecting of its specimens.

    Attributes:
        path: of the sample sheet; None without one.
        content: of the sheet as it was read last.
        choices: `dates`, `places` and `digits`, as far as they were chosen.
    """

    path: Path | None = None
    content: bytes = field(default=b"", repr=False)
    choices: Mapping[str, Any] = field(default_factory=dict)


def save(database: Database, samples: StoredSamples) -> None:
    """Keeps this in the place of what was there."""
    with database.transaction() as connection:
        database.set_fact(FACT, dict(samples.choices))
        if samples.path is None:
            connection.execute("DELETE FROM sample_sheets")
            return
        path, digest = readable(str(samples.path.absolute())), hash_of(samples.content)
        connection.execute("DELETE FROM sample_sheets WHERE path <> ? OR sha256 <> ?", (path, digest))
        connection.execute(
            "INSERT OR IGNORE INTO sample_sheets VALUES (?, ?, ?, ?)",
            (path, digest, zlib.compress(samples.content), now()),
        )


def load(database: Database) -> StoredSamples | None:
    """What was kept; None if nothing ever was. A copy that is damaged is left out."""
    choices = database.fact(FACT)
    if choices is None:
        return None
    # A file of an older version that is only read has no such table.
    there = database.value("SELECT 1 FROM sqlite_master WHERE name = 'sample_sheets'")
    row = database.one("SELECT path, sha256, content FROM sample_sheets") if there else None
    if row is None:
        return StoredSamples(choices=choices)
    try:
        content = zlib.decompress(row["content"])
    except zlib.error:
        content = b""
    is_whole = hash_of(content) == row["sha256"]
    return StoredSamples(absolute(row["path"], None), content if is_whole else b"", choices)
