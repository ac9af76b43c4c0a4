"""Parts that come to a specimen of a session later; it waits to be identified again."""

from __future__ import annotations

from bioscan_desktop.session.database import Database
from bioscan_desktop.session.further import FurtherPhoto, from_text, to_text
from bioscan_desktop.session.specimens import StoredSpecimen, as_text, barcode_text, next_step, renew_words


def join_barcode(database: Database, specimen_id: int, barcode: StoredSpecimen) -> None:
    """Gives a specimen that has only a photo a barcode; it waits to be identified again."""
    barcode = as_text(barcode)
    with database.transaction() as connection:
        connection.execute(
            "UPDATE specimens SET barcode = ?, barcode_from = ?, input = input || ' + ' || ?, "
            "error_code = ?, error_message = ?, error_kind = ?, state = 'waiting', step = ? "
            "WHERE specimen_id = ?",
            (
                barcode_text(barcode.barcode),
                barcode.barcode_from,
                barcode.input,
                barcode.error.code if barcode.error else None,
                barcode.error.message if barcode.error else None,
                "dna" if barcode.error else None,
                next_step(connection),
                specimen_id,
            ),
        )
        renew_words(connection, specimen_id)


def join_photo(database: Database, specimen_id: int, photo: StoredSpecimen) -> None:
    """Gives a specimen that has only a barcode a photo; it waits to be identified again."""
    photo = as_text(photo)
    facts = photo.facts
    with database.transaction() as connection:
        connection.execute(
            "UPDATE specimens SET photo = ?, photo_size = ?, photo_mtime_ns = ?, photo_hash = ?, more = ?, "
            "input = ? || ' + ' || input, state = 'waiting', step = ? WHERE specimen_id = ?",
            (
                photo.photo,
                facts.size if facts else None,
                facts.mtime_ns if facts else None,
                facts.hash if facts else None,
                to_text(photo.more),
                photo.input,
                next_step(connection),
                specimen_id,
            ),
        )
        renew_words(connection, specimen_id)


def join_further(database: Database, specimen_id: int, new: StoredSpecimen) -> None:
    """Gives a specimen that has a photo those of another, all files; it waits to be identified again."""
    new = as_text(new)
    first = FurtherPhoto(new.query_id, new.photo or "", new.photo, new.facts)
    with database.transaction() as connection:
        row = connection.execute(
            "SELECT more FROM specimens WHERE specimen_id = ?", (specimen_id,)
        ).fetchone()
        there, origin = from_text(row["more"])
        connection.execute(
            "UPDATE specimens SET more = ?, input = input || ' + ' || ?, state = 'waiting', step = ? "
            "WHERE specimen_id = ?",
            (to_text([*there, first, *new.more], origin), new.input, next_step(connection), specimen_id),
        )
        renew_words(connection, specimen_id)
