"""The specimens of a session and the machine's answers about them."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bioscan_desktop.core.barcode import Barcode
from bioscan_desktop.core.errors import BarcodeError, BioscanError, InputError
from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.session.database import Database, now, readable
from bioscan_desktop.session.further import FileFacts, FurtherPhoto, from_text, to_text

STEP = 16
"""Specimens that are embedded together. A step that was broken off is taken up as a whole, because the
last decimals of an embedding depend on what it was computed with."""


@dataclass(frozen=True, slots=True)
class StoredSpecimen:
    """One individual as a session keeps it.

    Attributes:
        query_id: unique in the session.
        sample: folded name by which photo and barcode are joined.
        input: for people, as in `Specimen`.
        photo: path relative to the session's root, with `/`; absolute if outside of it.
        picture: the bytes of a pasted picture instead.
        crop: left, top, right and bottom of the part of the photo that shows it, in the unit that the
            caller uses; None for the whole.
        barcode_from: file that the barcode came from.
        more: further photos.
        parts: id and origin of the first photo, and of the barcode where there is one, before they were
            joined; None if they were not.
        error: why it, or a part of it, cannot be used.
        specimen_id: None before it is in a session.
        step: specimens of one number are embedded together.
    """

    query_id: str
    sample: str
    input: str
    photo: str | None = None
    facts: FileFacts | None = None
    picture: bytes | None = None
    crop: tuple[float, ...] | None = None
    barcode: Barcode | None = None
    barcode_from: str | None = None
    more: tuple[FurtherPhoto, ...] = ()
    parts: tuple[str, ...] | None = None
    error: BioscanError | None = None
    specimen_id: int | None = None
    step: int = 0


@dataclass(frozen=True, slots=True)
class Provenance:
    """What the answers of a run were made with.

    Attributes:
        library_sha256: of the library's manifest, which holds the hashes of its files.
        model_sha256: the model's fingerprint.
        settings: whatever else changes the answers.
    """

    app_version: str
    library_id: str
    library_version: str
    library_sha256: str
    model_id: str
    model_version: str
    model_sha256: str
    provider: str
    precision: str
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """The machine's answer about a specimen.

    Attributes:
        record: the whole of it, as `bioscan identify --format jsonl` gives it.
        names: of the taxa named in it, to be found by.
        conflict: photo and barcode contradict each other.
    """

    record: dict[str, Any]
    names: tuple[str, ...] = ()
    conflict: bool = False


def add(database: Database, specimens: Iterable[StoredSpecimen], step: int | None = None) -> list[int]:
    """Adds specimens, waiting to be identified; repeated ids get `.2`, `.3`, ….

    Args:
        step: number of the step they belong to; None starts new steps of `STEP` after the last one.

    Returns:
        their numbers in the session.
    """
    with database.transaction() as connection:
        return list(_insert_each(connection, specimens, step))


def add_all(database: Database, specimens: Iterable[StoredSpecimen]) -> int:
    """As `add`, for any number of specimens: returns only how many there were."""
    with database.transaction() as connection:
        return sum(1 for _ in _insert_each(connection, specimens, None))


def _insert_each(
    connection: sqlite3.Connection, specimens: Iterable[StoredSpecimen], step: int | None
) -> Iterator[int]:
    first = next_step(connection) if step is None else step
    for position, one in enumerate(specimens):
        yield _insert(connection, one, first + position // STEP if step is None else first)


def next_step(connection: sqlite3.Connection) -> int:
    # By state, as the index has them: else all rows would be looked through for each that comes.
    highest = "coalesce((SELECT max(step) FROM specimens WHERE state = '{}'), -1)"
    sql = f"SELECT 1 + max({highest.format('waiting')}, {highest.format('done')})"
    return connection.execute(sql).fetchone()[0]


# One that no specimen has, and none that could be brought back.
_NEXT_NUMBER = (
    "(SELECT 1 + max(coalesce((SELECT max(specimen_id) FROM specimens), 0), "
    "coalesce((SELECT max(specimen_id) FROM aside_specimens), 0)))"
)


def _insert(connection: sqlite3.Connection, one: StoredSpecimen, step: int) -> int:
    one = as_text(one)
    query_id = take_id(connection, one.query_id)
    cursor = connection.execute(
        f"INSERT INTO specimens (specimen_id, query_id, {', '.join(_CONTENT)}, state, step, added_at) "
        f"VALUES ({_NEXT_NUMBER}, ?, {', '.join('?' * len(_CONTENT))}, 'waiting', ?, ?)",
        (query_id, *_content(one), step, now()),
    )
    number = int(cursor.lastrowid or 0)
    words = _words(query_id, one.input)
    connection.execute("INSERT INTO words (rowid, ids, names) VALUES (?, ?, '')", (number, words))
    return number


_CONTENT = (
    "sample", "input", "photo", "photo_size", "photo_mtime_ns", "photo_hash", "picture", "crop", "more",
    "barcode", "barcode_from", "parts", "error_code", "error_message", "error_kind",
)  # fmt: skip


def _content(one: StoredSpecimen) -> tuple[Any, ...]:
    """The values of `_CONTENT`."""
    facts, error, parts = one.facts, one.error, one.parts
    # With a barcode they have their column, which programs know that have no further photos.
    both = parts is not None and len(parts) > 2
    return (
        one.sample,
        one.input,
        one.photo,
        facts.size if facts else None,
        facts.mtime_ns if facts else None,
        facts.hash if facts else None,
        one.picture,
        json.dumps(one.crop) if one.crop is not None else None,
        to_text(one.more, None if both else parts),
        barcode_text(one.barcode),
        one.barcode_from,
        json.dumps(parts, ensure_ascii=False) if both else None,
        error.code if error else None,
        error.message if error else None,
        ("dna" if isinstance(error, BarcodeError) else "input") if error else None,
    )


def _words(query_id: str, origin: str) -> str:
    """What a specimen is found by, beside names."""
    return query_id if origin in (query_id, "") else f"{query_id} {origin}"


def renew_words(connection: sqlite3.Connection, specimen_id: int) -> None:
    """Lets a specimen be found by what it is called and made of now."""
    sql = "SELECT query_id, input FROM specimens WHERE specimen_id = ?"
    query_id, origin = connection.execute(sql, (specimen_id,)).fetchone()
    connection.execute("UPDATE words SET ids = ? WHERE rowid = ?", (_words(query_id, origin), specimen_id))


def take_id(connection: sqlite3.Connection, wanted: str) -> str:
    """The id, or with the first number that makes it unique."""
    unique = wanted
    while connection.execute("SELECT 1 FROM specimens WHERE query_id = ?", (unique,)).fetchone():
        last = connection.execute(
            "INSERT INTO given_ids VALUES (?, 2) ON CONFLICT (id) DO UPDATE SET last = last + 1 "
            "RETURNING last",
            (wanted,),
        ).fetchone()[0]
        unique = f"{wanted}.{last}"
    return unique


def change(database: Database, specimen_id: int, new: StoredSpecimen, rename: bool = False) -> None:
    """Gives a specimen other content under its old number; it waits to be identified again.

    Args:
        rename: it gets the new id, too, or the first like it that is free.
    """
    new = as_text(new)
    with database.transaction() as connection:
        if rename:
            query_id = take_id(connection, new.query_id)
            connection.execute(
                "UPDATE specimens SET query_id = ? WHERE specimen_id = ?", (query_id, specimen_id)
            )
        connection.execute(
            f"UPDATE specimens SET {', '.join(f'{name} = ?' for name in _CONTENT)}, state = 'waiting' "
            "WHERE specimen_id = ?",
            (*_content(new), specimen_id),
        )
        renew_words(connection, specimen_id)


def remove(database: Database, numbers: Sequence[int]) -> None:
    """Removes specimens with their results and decisions."""
    with database.transaction() as connection:
        connection.executemany("DELETE FROM words WHERE rowid = ?", [(n,) for n in numbers])
        connection.executemany("DELETE FROM specimens WHERE specimen_id = ?", [(n,) for n in numbers])


def get(database: Database, specimen_id: int, table: str = "specimens") -> StoredSpecimen | None:
    """One specimen; `aside_specimens` has those that were taken out."""
    row = database.one(f"SELECT * FROM {table} WHERE specimen_id = ?", (specimen_id,))
    return None if row is None else _of_row(row)


def waiting_steps(database: Database) -> Iterator[tuple[list[StoredSpecimen], set[int]]]:
    """Steps with something left to do: all their specimens, and the numbers of those that wait.

    Reads a step at a time; what is added meanwhile comes at the end.
    """
    last = -1
    while True:
        step = database.value("SELECT min(step) FROM specimens WHERE state = 'waiting' AND step > ?", (last,))
        if step is None:
            return
        rows = database.rows("SELECT * FROM specimens WHERE step = ? ORDER BY specimen_id", (step,))
        yield [_of_row(row) for row in rows], {r["specimen_id"] for r in rows if r["state"] == "waiting"}
        last = step


def wait_again(database: Database, numbers: Sequence[int]) -> None:
    """Lets specimens be identified again, in steps of their own. Their answers stay until then."""
    with database.transaction() as connection:
        first = next_step(connection)
        connection.executemany(
            "UPDATE specimens SET state = 'waiting', step = ? WHERE specimen_id = ?",
            [(first + position // STEP, number) for position, number in enumerate(numbers)],
        )


def start_run(database: Database, made_with: Provenance) -> int:
    """Notes what the answers from now on are made with; returns the run's number."""
    values = (
        now(),
        made_with.app_version,
        made_with.library_id,
        made_with.library_version,
        made_with.library_sha256,
        made_with.model_id,
        made_with.model_version,
        made_with.model_sha256,
        made_with.provider,
        made_with.precision,
        json.dumps(made_with.settings, ensure_ascii=False, sort_keys=True),
    )
    with database.transaction() as connection:
        cursor = connection.execute(f"INSERT INTO runs VALUES (NULL, {', '.join('?' * len(values))})", values)
    return int(cursor.lastrowid or 0)


def first_run(database: Database) -> Provenance | None:
    """What the session's first answers were made with."""
    row = database.one("SELECT * FROM runs ORDER BY run_id LIMIT 1")
    if row is None:
        return None
    values = {name: row[name] for name in Provenance.__dataclass_fields__}
    return Provenance(**{**values, "settings": json.loads(row["settings"])})


def save_answer(
    database: Database,
    specimen_id: int,
    run_id: int,
    answer: Answer,
    facts: FileFacts | None = None,
    more: Sequence[FileFacts | None] = (),
) -> str:
    """Keeps the machine's answer, in one change; an older one gives way, decisions stay.

    Args:
        facts: of the photo, as it was when it was read.
        more: of further photos.

    Returns:
        the time that is kept with it.
    """
    finished = now()
    record = answer.record
    verdict = record["verdict"] or {}
    error = record["error"] or {}
    rank = verdict.get("rank")
    text = readable(json.dumps(record, ensure_ascii=False, separators=(",", ":")))
    packed = zlib.compress(text.encode(), 6)
    with database.transaction() as connection:
        connection.execute(
            "INSERT OR REPLACE INTO results VALUES (?, ?, "
            f"(SELECT coalesce(max(number), 0) + 1 FROM results){', ?' * 13})",
            (
                specimen_id,
                run_id,
                record["status"],
                error.get("code"),
                readable(error["message"]) if error else None,
                record["modality"],
                verdict.get("name"),
                rank,
                RANKS.index(rank) + 1 if rank else 0,
                verdict.get("confidence"),
                verdict.get("calibrated"),
                verdict.get("novelty"),
                int(answer.conflict),
                packed,
                finished,
            ),
        )
        if facts is None:
            connection.execute("UPDATE specimens SET state = 'done' WHERE specimen_id = ?", (specimen_id,))
        else:
            connection.execute(
                "UPDATE specimens SET state = 'done', photo_size = ?, photo_mtime_ns = ?, photo_hash = ? "
                "WHERE specimen_id = ?",
                (facts.size, facts.mtime_ns, facts.hash, specimen_id),
            )
        for place, known in enumerate(more):
            if known is not None:
                change_further(connection, specimen_id, place, facts=known)
        connection.execute(
            "UPDATE words SET names = ? WHERE rowid = ?", (" ".join(answer.names), specimen_id)
        )
    return finished


def change_further(connection: sqlite3.Connection, specimen_id: int, place: int, **new: Any) -> None:
    """Gives a further photo of a specimen, from 0, other values, such as `photo` or `facts`."""
    row = connection.execute("SELECT more FROM specimens WHERE specimen_id = ?", (specimen_id,)).fetchone()
    photos, first = from_text(row["more"] if row is not None else None)
    if place < len(photos):
        changed = [replace(one, **new) if number == place else one for number, one in enumerate(photos)]
        connection.execute(
            "UPDATE specimens SET more = ? WHERE specimen_id = ?", (to_text(changed, first), specimen_id)
        )


def record_of(database: Database, specimen_id: int, table: str = "results") -> dict[str, Any] | None:
    """The machine's answer as it was given; `aside_results` has those about specimens that were taken out."""
    packed = database.value(f"SELECT record FROM {table} WHERE specimen_id = ?", (specimen_id,))
    return None if packed is None else _unpack(database, packed)


def records(
    database: Database, done_only: bool = False, page: int = 500
) -> Iterator[tuple[int, dict[str, Any], str]]:
    """(number, answer, when) of every specimen that has one, in order; reads a page at a time.

    Args:
        done_only: leave out those that wait to be identified again.
    """
    last = -1
    state = "AND s.state = 'done'" if done_only else ""
    while rows := database.rows(
        "SELECT specimen_id, record, finished_at FROM results r JOIN specimens s USING (specimen_id) "
        f"WHERE specimen_id > ? {state} ORDER BY specimen_id LIMIT ?",
        (last, page),
    ):
        for row in rows:
            yield row["specimen_id"], _unpack(database, row["record"]), row["finished_at"]
        last = rows[-1]["specimen_id"]


def _unpack(database: Database, packed: bytes) -> dict[str, Any]:
    """The inverse of how answers are kept."""
    try:
        return json.loads(zlib.decompress(packed))
    except (zlib.error, ValueError) as error:
        raise database.damaged() from error


def as_text(one: StoredSpecimen) -> StoredSpecimen:
    """Without what SQLite refuses: a file may have a name that is no text."""
    error = one.error
    if error is not None:
        error = type(error)(readable(error.message), error.code)
    return replace(
        one,
        query_id=readable(one.query_id),
        sample=readable(one.sample),
        input=readable(one.input),
        photo=readable(one.photo) if one.photo is not None else None,
        barcode_from=readable(one.barcode_from) if one.barcode_from is not None else None,
        parts=tuple(map(readable, one.parts)) if one.parts is not None else None,
        error=error,
    )


def barcode_text(barcode: Barcode | None) -> str | None:
    if barcode is None:
        return None
    return json.dumps([barcode.sequence, list(barcode.notices), barcode.reversed], ensure_ascii=False)


def _of_row(row: sqlite3.Row) -> StoredSpecimen:
    barcode = None
    if row["barcode"] is not None:
        sequence, notices, turned = json.loads(row["barcode"])
        barcode = Barcode(sequence, tuple(notices), turned)
    error = None
    if row["error_code"] is not None:
        kind = BarcodeError if row["error_kind"] == "dna" else InputError
        error = kind(row["error_message"], row["error_code"])
    facts = None
    if row["photo_size"] is not None:
        facts = FileFacts(row["photo_size"], row["photo_mtime_ns"], row["photo_hash"])
    # Read-only, an older session lacks some columns.
    parts, further = (row[name] if name in row.keys() else None for name in ("parts", "more"))  # noqa: SIM118
    more, first = from_text(further)
    return StoredSpecimen(
        query_id=row["query_id"],
        sample=row["sample"],
        input=row["input"],
        photo=row["photo"],
        facts=facts,
        picture=row["picture"],
        crop=tuple(json.loads(row["crop"])) if row["crop"] is not None else None,
        barcode=barcode,
        barcode_from=row["barcode_from"],
        more=more,
        parts=tuple(json.loads(parts)) if parts else first,
        error=error,
        specimen_id=row["specimen_id"],
        step=row["step"],
    )
