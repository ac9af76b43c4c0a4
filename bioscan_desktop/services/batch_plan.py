"""From the files of a folder to specimens: who belongs to whom. Works in SQLite, whatever the number.

1. A table (`--specimens`) names photos by their file and barcodes by their id; what it names the same is
   one specimen, with all of its photos.
2. A photo and a barcode of the same name (file name without ending, sequence id; case does not matter)
   are one specimen, if the name stands for one of each only.
3. Otherwise the beginning of a file name, up to a space or one of `_ - . + ( [`, is taken for the
   sample id, the longest first, if it has a digit in it and a barcode has that id alone: `AB-12_side.jpg`
   goes with the barcode `AB-12`. Of several such photos the first gets the barcode.
4. Where people ask for it, photos that no table names are joined by the views in their names
   (`core.photo_names`), before rules 2 and 3; the sample id names the specimen.

Files that come later, while a folder is watched, are joined to specimens that lack
their part, or further photos, by the same rules; those are identified again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from bioscan_desktop.core.barcode import Barcode, clean
from bioscan_desktop.core.errors import BarcodeError, InputError
from bioscan_desktop.core.photo_names import beginnings, sample_of, stem_of
from bioscan_desktop.files import comparable, is_file, named_in, shown, spellings
from bioscan_desktop.library.importers.sequences import read_sequences
from bioscan_desktop.library.importers.tables import Record, read_table
from bioscan_desktop.services.batch_later import Later, name_of, views_of
from bioscan_desktop.services.batch_scan import Found, is_nameable, sort_key
from bioscan_desktop.session import specimens
from bioscan_desktop.session.database import Database, readable
from bioscan_desktop.session.further import FileFacts, FurtherPhoto
from bioscan_desktop.session.specimens import StoredSpecimen

_AT_END = "\x04"
"""Sorts behind all files: specimens of a table that name no photo of the folder."""

_STAGING = (
    "DROP TABLE IF EXISTS temp.photos",
    "DROP TABLE IF EXISTS temp.barcodes",
    "CREATE TEMP TABLE photos (sort TEXT, path TEXT PRIMARY KEY, name TEXT COLLATE NOCASE, size INTEGER, "
    "mtime_ns INTEGER, query_id TEXT, sample TEXT, named INTEGER, problem TEXT, first TEXT, views TEXT) "
    "WITHOUT ROWID",
    "CREATE TEMP TABLE barcodes (number INTEGER PRIMARY KEY, sort TEXT, file TEXT, query_id TEXT, "
    "sample TEXT, input TEXT, barcode TEXT, error_code TEXT, error_message TEXT, photo TEXT)",
    "CREATE INDEX temp.photos_by_name ON photos (name)",
    "CREATE INDEX temp.photos_by_sample ON photos (sample)",
    "CREATE INDEX temp.photos_by_first ON photos (first) WHERE first IS NOT NULL",
    "CREATE INDEX temp.photos_by_views ON photos (views) WHERE views IS NOT NULL",
    "CREATE INDEX temp.barcodes_by_sample ON barcodes (sample)",
    "CREATE INDEX temp.barcodes_by_photo ON barcodes (photo)",
)


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of the files of a folder.

    Attributes:
        photos, barcodes: that were found.
        joined: specimens with both.
        added: specimens that are new in the session.
        apart: (name, sentence) of some of those that share a name and were not joined.
        several: specimens of several photos.
    """

    photos: int = 0
    barcodes: int = 0
    joined: int = 0
    added: int = 0
    apart: tuple[tuple[str, str], ...] = ()
    several: int = 0


SHOWN_APART = 20


def place(
    database: Database,
    root: Path,
    found: Iterable[Found],
    table: Path | None = None,
    check: Callable[[int], None] = lambda _: None,
    views: str | None = None,
) -> Placed:
    """Makes specimens of files and puts them into a session, in one change.

    Args:
        root: folder that the files are named relative to.
        found: files; those that the session knows already are passed over.
        table: of specimens, see `importers.tables`.
        check: told the number of files seen so far; may raise to stop, and then nothing is changed.
        views: `words` or `numbers` join photos by rule 4; None does not.

    Raises:
        ArgumentError: if the table cannot be read.
        SessionError: if the session cannot be written.
    """
    with database.transaction() as connection:
        for statement in _STAGING:
            connection.execute(statement)
        _take_files(connection, root, found, check)
        if table is not None:
            _take_table(connection, root, table)
            _join_photos(connection)
        if views is not None:
            _join_views(connection, views == "numbers")
        several = connection.execute("SELECT count(DISTINCT first) FROM temp.photos").fetchone()[0]
        photos = connection.execute("SELECT count(*) FROM temp.photos WHERE problem IS NULL").fetchone()[0]
        barcodes = connection.execute("SELECT count(*) FROM temp.barcodes").fetchone()[0]
        joined = 0
        if barcodes and photos:
            _join_same_names(connection)
            _join_by_beginning(connection)
            joined = connection.execute(
                "SELECT count(*) FROM temp.barcodes WHERE photo IS NOT NULL"
            ).fetchone()[0]
        apart = _apart(connection)
        waiting = Later(database, views) if database.one("SELECT 1 FROM specimens LIMIT 1") else None
        added = specimens.add_all(database, _fresh(connection, waiting))
        joined += waiting.joined if waiting else 0
        for name in ("photos", "barcodes"):
            connection.execute(f"DROP TABLE temp.{name}")
    return Placed(photos, barcodes, joined, added, apart, several)


def _take_files(
    connection: sqlite3.Connection, root: Path, found: Iterable[Found], check: Callable[[int], None]
) -> None:
    """Reads the folder into the staging tables, sequence files with all their records."""
    for seen, one in enumerate(found):
        check(seen)
        path = one.path if is_nameable(one.path) else readable(one.path)
        facts = one.facts
        known = connection.execute(
            "INSERT INTO sources VALUES (?, ?, ?, 1) ON CONFLICT (path) DO NOTHING",
            (path, facts.size if facts else None, facts.mtime_ns if facts else None),
        )
        if known.rowcount == 0:
            continue
        if one.kind == "sequences" and path == one.path:
            _take_sequences(connection, root / path, path)
            continue
        problem = None
        if one.kind == "problem":
            where = root / path if path != "." else root
            problem = f"folder_unreadable\nThe folder {shown(str(where))} cannot be read ({one.why})."
        elif path != one.path:
            problem = (
                f"bad_file_name\nThe name of {shown(one.path)} is not text that can be read; rename the file."
            )
        stem = stem_of(name_of(path)) if path != "." else root.name
        _add_photo(connection, path, facts, stem, problem=problem)


def _add_photo(
    connection: sqlite3.Connection,
    path: str,
    facts: FileFacts | None,
    query_id: str,
    named: bool = False,
    problem: str | None = None,
    outside: bool = False,
) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO temp.photos VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)",
        (
            _AT_END if outside else sort_key(path),
            path,
            name_of(path),
            facts.size if facts else None,
            facts.mtime_ns if facts else None,
            query_id,
            comparable(query_id),
            int(named),
            problem,
        ),
    )


def _take_sequences(connection: sqlite3.Connection, file: Path, path: str) -> None:
    key = sort_key(path)
    try:
        for record in read_sequences(file):
            _add_barcode(
                connection, key, path, record.id, record.header or path, record.barcode, record.error
            )
    except BarcodeError as error:
        _add_barcode(connection, key, path, stem_of(name_of(path)), path, None, error)


def _add_barcode(
    connection: sqlite3.Connection,
    sort: str,
    path: str | None,
    query_id: str,
    text: str,
    barcode: Barcode | None,
    error: BarcodeError | None,
) -> None:
    connection.execute(
        "INSERT INTO temp.barcodes VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
        (
            sort,
            path,
            query_id,
            comparable(query_id),
            text,
            _as_json(barcode),
            error.code if error else None,
            error.message if error else None,
        ),
    )


def _take_table(connection: sqlite3.Connection, root: Path, table: Path) -> None:
    """Rule 1: gives photos and barcodes the names that a table has for them."""
    others: dict[str, BarcodeError] = {}
    for record in read_table(table):
        name = record.specimen_id or record.sampleid or record.processid or f"row_{record.row}"
        if record.image_file:
            _name_photo(connection, root, table, record.image_file, name)
        if record.nucleotides:
            barcode, error = None, None
            try:
                barcode = clean(record.nucleotides, f"The barcode of {name}")
            except BarcodeError as problem:
                error = problem
            if not _is_known(connection, name, barcode, error):
                _add_barcode(connection, _AT_END, None, name, name, barcode, error)
        elif (why := record.why_no_barcode(name)) is not None:
            others.setdefault(name, BarcodeError(why, "other_marker"))
        elif not _name_barcode(connection, record, name) and not record.image_file:
            message = f"{name}: the table names neither a photo nor a barcode."
            _add_barcode(connection, _AT_END, None, name, name, None, BarcodeError(message, "empty_row"))
    known = "SELECT 1 FROM temp.photos WHERE sample = ? UNION SELECT 1 FROM temp.barcodes WHERE sample = ?"
    for name, error in others.items():
        if connection.execute(known, 2 * (comparable(name),)).fetchone() is None:  # there is nothing else
            _add_barcode(connection, _AT_END, None, name, name, None, error)


def _is_known(
    connection: sqlite3.Connection, name: str, barcode: Barcode | None, error: BarcodeError | None
) -> bool:
    """Whether the table gave this barcode before: one with a row a photo repeats it in each."""
    return (
        connection.execute(
            "SELECT 1 FROM temp.barcodes WHERE sample = ? AND file IS NULL AND barcode IS ? "
            "AND error_message IS ?",
            (comparable(name), _as_json(barcode), error.message if error else None),
        ).fetchone()
        is not None
    )


def _as_json(barcode: Barcode | None) -> str | None:
    return json.dumps([barcode.sequence, list(barcode.notices), barcode.reversed]) if barcode else None


def _name_photo(connection: sqlite3.Connection, root: Path, table: Path, file: str, name: str) -> None:
    """A photo of the table: below the folder, else beside the table, else alone of its name."""
    path = PurePosixPath(file).as_posix()
    hit = _photo_of(connection, path)
    if hit is None and "\\" in path and not is_file(table.parent / path):
        path = PurePosixPath(file.replace("\\", "/")).as_posix()  # a table of Windows
        hit = _photo_of(connection, path)
    if hit is not None:
        connection.execute(
            "UPDATE temp.photos SET query_id = ?, sample = ?, named = 1 WHERE path = ?",
            (name, comparable(name), hit),
        )
        return
    beside = named_in(table.parent, path)
    known = connection.execute("SELECT 1 FROM sources WHERE path = ?", (path,)).fetchone()
    if known is None:  # not in the folder: beside the table, or else its row will say that it is missing
        outside = is_file(beside)
        where = str(beside.absolute()) if outside else path
        _add_photo(connection, where, None, name, named=True, outside=outside)


def _photo_of(connection: sqlite3.Connection, path: str) -> str | None:
    """The photo of the folder with this path, or alone with this name within folders, where case is as it
    may be."""
    for wanted in spellings(path):
        hit = connection.execute("SELECT path FROM temp.photos WHERE path = ?", (wanted,)).fetchone()
        if hit is None and "/" not in path:
            sql = "SELECT path FROM temp.photos WHERE name = ? AND path <> name LIMIT 2"
            same = connection.execute(sql, (wanted,)).fetchall()
            hit = same[0] if len(same) == 1 else None
        if hit is not None:
            return str(hit["path"])
    return None


def _name_barcode(connection: sqlite3.Connection, record: Record, name: str) -> bool:
    for given in (record.specimen_id, record.sampleid, record.processid):
        if given is not None:
            done = connection.execute(
                "UPDATE temp.barcodes SET query_id = ?, sample = ? WHERE sample = ?",
                (name, comparable(name), comparable(given)),
            )
            if done.rowcount:
                return True
    return False


def _join_photos(connection: sqlite3.Connection) -> None:
    """Photos that a table names the same go with the first of them in the folder."""
    connection.execute(
        "UPDATE temp.photos SET first = (SELECT p.path FROM temp.photos p WHERE p.sample = photos.sample "
        "AND p.named AND p.problem IS NULL ORDER BY p.sort, p.path LIMIT 1) WHERE named AND problem IS NULL"
    )
    connection.execute("UPDATE temp.photos SET first = NULL WHERE first = path")


def _join_views(connection: sqlite3.Connection, numbers: bool) -> None:
    """Rule 4. The first photo by its name takes the sample id; the others go with it."""

    def views(path: str) -> str:
        return views_of(path, numbers)

    def sample(path: str) -> str:
        stem = stem_of(name_of(path))
        return sample_of(stem, numbers) or stem

    connection.create_function("views_of", 1, views, deterministic=True)
    connection.create_function("sample_of", 1, sample, deterministic=True)
    connection.create_function("comparable", 1, comparable, deterministic=True)
    connection.execute("UPDATE temp.photos SET views = views_of(path) WHERE problem IS NULL AND NOT named")
    connection.execute(
        "UPDATE temp.photos SET first = ("
        "  SELECT p.path FROM temp.photos p WHERE p.views = photos.views ORDER BY p.sort, p.path LIMIT 1) "
        "WHERE views IN (SELECT views FROM temp.photos WHERE views IS NOT NULL GROUP BY views "
        "  HAVING count(*) > 1 AND max(sample_of(path) <> query_id))"
    )
    connection.execute(
        "UPDATE temp.photos SET first = NULL, query_id = sample_of(path), "
        "sample = comparable(sample_of(path)) WHERE first = path AND views IS NOT NULL"
    )


def _join_same_names(connection: sqlite3.Connection) -> None:
    """Rule 2, and the first photo of each specimen of a table."""
    connection.execute(
        "UPDATE temp.barcodes SET photo = ("
        "  SELECT p.path FROM temp.photos p WHERE p.sample = barcodes.sample AND p.problem IS NULL"
        "  AND p.first IS NULL ORDER BY p.named DESC, p.sort, p.path LIMIT 1) "
        "WHERE sample IN (SELECT sample FROM temp.barcodes GROUP BY sample HAVING count(*) = 1) "
        "AND (SELECT count(*) = 1 OR max(named) FROM temp.photos p "
        "     WHERE p.sample = barcodes.sample AND p.problem IS NULL AND p.first IS NULL)"
    )


def _join_by_beginning(connection: sqlite3.Connection) -> None:
    """Rule 3."""
    free = connection.execute(
        "SELECT path, sample FROM temp.photos WHERE problem IS NULL AND NOT named AND first IS NULL "
        "AND path NOT IN (SELECT photo FROM temp.barcodes WHERE photo IS NOT NULL) ORDER BY sort, path"
    )
    for path, sample in free:
        for beginning in beginnings(sample):
            rows = connection.execute(
                "SELECT number, photo FROM temp.barcodes WHERE sample = ? LIMIT 2", (beginning,)
            ).fetchall()
            if len(rows) == 1:
                if rows[0]["photo"] is None:
                    connection.execute(
                        "UPDATE temp.barcodes SET photo = ? WHERE number = ?", (path, rows[0]["number"])
                    )
                break


def _apart(connection: sqlite3.Connection) -> tuple[tuple[str, str], ...]:
    rows = connection.execute(
        "SELECT b.sample, count(*) AS n, (SELECT count(*) FROM temp.photos p WHERE p.sample = b.sample "
        "AND p.first IS NULL) AS m FROM temp.barcodes b GROUP BY b.sample "
        "HAVING m > 0 AND (n > 1 OR m > 1) AND max(b.photo) IS NULL ORDER BY b.sample LIMIT ?",
        (SHOWN_APART,),
    ).fetchall()
    return tuple(
        (
            sample,
            f"{m} {'photo' if m == 1 else 'photos'} and {n} {'barcode' if n == 1 else 'barcodes'} share the "
            f"name {sample}; it is not clear which belong together.",
        )
        for sample, n, m in rows
    )


def _fresh(connection: sqlite3.Connection, later: Later | None) -> Iterator[StoredSpecimen]:
    """The specimens to add, in order of the files; parts of known specimens go to those instead."""
    rows = connection.execute(
        "SELECT p.sort AS at, 0 AS number, p.path AS photo, p.size, p.mtime_ns, p.query_id, p.sample, "
        "p.problem, b.number AS joined, b.file, b.input, b.barcode, b.error_code, b.error_message "
        "FROM temp.photos p LEFT JOIN temp.barcodes b ON b.photo = p.path WHERE p.first IS NULL "
        "UNION ALL SELECT b.sort, b.number, NULL, NULL, NULL, b.query_id, b.sample, NULL, NULL, b.file, "
        "b.input, b.barcode, b.error_code, b.error_message FROM temp.barcodes b WHERE b.photo IS NULL "
        "ORDER BY at, number, photo"
    )
    for row in rows:
        one = _specimen(row, _further(connection, row["photo"]))
        if later is None or not later.takes(one):
            yield one


def _further(connection: sqlite3.Connection, first: str | None) -> tuple[FurtherPhoto, ...]:
    """The other photos of a specimen."""
    rows = connection.execute(
        "SELECT path, size, mtime_ns FROM temp.photos WHERE first = ? ORDER BY sort, path", (first,)
    )
    return tuple(
        FurtherPhoto(stem_of(name_of(row["path"])), row["path"], row["path"], _facts_of(row)) for row in rows
    )


def _facts_of(row: sqlite3.Row) -> FileFacts | None:
    return FileFacts(row["size"], row["mtime_ns"]) if row["size"] is not None else None


def _specimen(row: sqlite3.Row, more: tuple[FurtherPhoto, ...]) -> StoredSpecimen:
    photo, problem = row["photo"], row["problem"]
    if problem is not None:
        code, message = problem.split("\n", 1)
        return StoredSpecimen(row["query_id"], row["sample"], photo, error=InputError(message, code))
    barcode = None
    if row["barcode"] is not None:
        sequence, notices, turned = json.loads(row["barcode"])
        barcode = Barcode(sequence, tuple(notices), turned)
    error = BarcodeError(row["error_message"], row["error_code"]) if row["error_code"] else None
    text = " + ".join(part for part in (photo, *(one.input for one in more), row["input"]) if part)
    return StoredSpecimen(
        row["query_id"],
        row["sample"],
        text,
        photo,
        _facts_of(row) if photo is not None else None,
        more=more,
        barcode=barcode,
        barcode_from=row["file"],
        error=error,
    )
