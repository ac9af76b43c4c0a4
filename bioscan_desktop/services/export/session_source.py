"""Results and decisions out of a session file, as `bioscan batch` and the window keep them.

The file is only read, and may be written to by a running batch meanwhile: the rows that are there when
reading begins are exported. Decisions that were taken back are left out, as are those that put a
specimen off.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.inference.crop import Box
from bioscan_desktop.paths import database_address
from bioscan_desktop.services.export import kept_collecting, record_shape
from bioscan_desktop.services.export.collecting_choice import CollectingChoice
from bioscan_desktop.services.export.items import Decision, ExportItem, Picture
from bioscan_desktop.session.database import Database
from bioscan_desktop.session.further import FurtherPhoto, from_text
from bioscan_desktop.session.photos import absolute

FILE_NAME = "session.sqlite"
APPLICATION_ID = 0x42494F53
"""`BIOS`: tells session files from other SQLite files."""
MAJOR = 1
"""Version of session files that is understood; `PRAGMA user_version` is 1000 times this, plus a minor one."""

_RESULTS = (
    "SELECT r.specimen_id, r.record, r.finished_at, s.photo, s.picture, {crop}, {more} FROM results r "
    "JOIN specimens s USING (specimen_id) ORDER BY r.specimen_id"
)
_DECISIONS = (
    "SELECT action, name, rank, processid, note, made_by, made_at FROM decisions "
    "WHERE specimen_id = ? AND state = 'done' ORDER BY decision_id"
)


class SessionFile:
    """A reader of one session file.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def items(self) -> Iterator[ExportItem]:
        """The results in the order in which specimens were added.

        Raises:
            ArgumentError: if the file is no session that can be read.
        """
        try:
            with contextlib.closing(self._connect()) as connection:
                connection.execute("BEGIN")  # one state of the file, whatever is written meanwhile
                self._check(connection)
                root = connection.execute("SELECT value FROM facts WHERE key = 'root'").fetchone()
                folder = Path(json.loads(root[0])) if root is not None and json.loads(root[0]) else None
                for number, packed, finished_at, *photos in connection.execute(_results(connection)):
                    record = json.loads(zlib.decompress(packed))
                    wrong = record_shape.problem(record)
                    if wrong:
                        raise ArgumentError(
                            f"A result in {self._path} is damaged or of an unknown version: {wrong}."
                        )
                    said = connection.execute(_DECISIONS, (number,)).fetchall()
                    yield ExportItem(
                        record,
                        decision_of(record, said),
                        _pictures(folder, *photos),
                        finished_at,
                        notes=notes_of(said),
                    )
        except (sqlite3.Error, zlib.error, ValueError, TypeError) as error:
            raise ArgumentError(f"The session {self._path} cannot be read ({error}).") from None

    def collecting(self) -> CollectingChoice:
        """What was chosen in the window for exports of this session.

        Raises:
            SessionError: if the file is no session that can be read.
        """
        with Database(self._path, read_only=True) as database:
            return kept_collecting.load(database) or CollectingChoice()

    def _connect(self) -> sqlite3.Connection:
        address = database_address(self._path.absolute(), "mode=ro")
        return sqlite3.connect(address, uri=True, isolation_level=None)

    def _check(self, connection: sqlite3.Connection) -> None:
        mark = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if mark != APPLICATION_ID:
            raise ArgumentError(f"{self._path} is not a session of this program.")
        if version // 1000 > MAJOR:
            raise ArgumentError(f"{self._path} was made by a newer version of this program; update it.")


def decision_of(record: Mapping[str, Any], rows: Sequence[Sequence[Any]]) -> Decision | None:
    """What counts of the decisions on a specimen, given oldest first; None where nothing was decided.

    Args:
        rows: action, name, rank, processid, note, made_by, made_at.
    """
    made = [row for row in rows if row[0] != "note"]
    if not made or made[-1][0] == "skip":
        return None
    action, name, rank, processid, _, by, at = made[-1]
    rank = rank if rank in RANKS else None
    lineage = lineage_of(record, name, rank, processid) if name else {}
    return Decision(name or "", rank, lineage, by or "", at or "", notes_of(rows), action == "unknown")


def notes_of(rows: Sequence[Sequence[Any]]) -> str:
    """What people wrote about a specimen, given as for `decision_of`.

    Of several notes by themselves the last counts: it is the earlier one, changed.
    """
    written = [row for row in rows if row[0] == "note"]
    return " ".join(str(row[4]) for row in rows if row[4] and (row[0] != "note" or row is written[-1]))


def lineage_of(
    record: Mapping[str, Any], name: str, rank: str | None, processid: str | None = None
) -> dict[str, str]:
    """The names above a person's name, as far as the result knows them.

    Taken from the chosen reference, else from the machine's lineage or a reference that has the name,
    else from one of the same genus.
    """
    if rank is None:
        return {}
    depth = RANKS.index(rank)
    hits = sorted(record["hits"], key=lambda hit: hit["processid"] != processid)
    machine = {share["rank"]: share["name"] for share in record["ranks"]}
    for names in (*([machine] if processid is None else []), *hits, machine):
        if names.get(rank) == name:
            return {one: names[one] for one in RANKS[: depth + 1] if names.get(one)}
    genus = name.split(" ")[0]
    if rank == "species":
        for names in (machine, *hits):
            if names.get("genus") == genus:
                above = {one: names[one] for one in RANKS[:depth] if names.get(one)}
                return {**above, "species": name}
    return {rank: name}


def _results(connection: sqlite3.Connection) -> str:
    """The question for all results; columns that an older file lacks are empty."""
    there = {row[1] for row in connection.execute("PRAGMA table_info(specimens)")}
    return _RESULTS.format(**{name: f"s.{name}" if name in there else "NULL" for name in ("crop", "more")})


def _pictures(
    root: Path | None, photo: str | None, picture: bytes | None, crop: str | None, more: str | None
) -> tuple[Picture, ...]:
    """All photos of a specimen, of its columns in a session."""
    further, _ = from_text(more)
    first = FurtherPhoto("", "", photo, picture=picture, crop=json.loads(crop) if crop else None)
    return tuple(
        Picture(one.picture or _photo(one.photo, root), Box(*one.crop) if one.crop else None)
        for one in (first, *further)
    )


def _photo(photo: str | None, root: Path | None) -> Path | None:
    return absolute(photo, root) if photo is not None else None
