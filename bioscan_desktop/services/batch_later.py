"""Files that come into a folder later: they go to specimens that lack them, or become ones of their own."""

from __future__ import annotations

from dataclasses import replace

from bioscan_desktop.core.photo_names import beginnings, key_of, sample_of, stem_of
from bioscan_desktop.files import comparable
from bioscan_desktop.session import joins
from bioscan_desktop.session.database import Database
from bioscan_desktop.session.specimens import StoredSpecimen


def name_of(path: str) -> str:
    """The file's name. Without pathlib, which keeps the parts of all paths in memory."""
    return path.rpartition("/")[2]


def views_of(path: str, numbers: bool) -> str:
    """Equal for photos that their names join, by rule 3 of `core.photo_names`.

    Args:
        path: within the folder of the run.
    """
    folder, _, name = path.rpartition("/")
    return key_of(folder, name, numbers)


class Later:
    """Joins what arrives later to specimens that lack it, or that it is another view of."""

    def __init__(self, database: Database, views: str | None) -> None:
        self._database, self._by_views = database, views
        self.joined = 0

    def takes(self, new: StoredSpecimen) -> bool:
        """True if the new part went to a known specimen. What has a fault tells it in a row of its own."""
        if new.error is not None:
            return False
        if new.photo is not None and new.barcode is None:
            number = self._alone([new.sample, *beginnings(new.sample)], "barcode", "photo")
            if number is not None:
                joins.join_photo(self._database, number, new)
            elif (number := self._other_view(new.photo, new.sample)) is not None:
                joins.join_further(self._database, number, new)
                return True
        elif new.photo is None and new.barcode is not None:
            number = self._alone([new.sample], "photo", "barcode") or self._photo_beginning(new.sample)
            if number is not None:
                joins.join_barcode(self._database, number, new)
        else:
            return self._takes_both(new)
        self.joined += number is not None
        return number is not None

    def _takes_both(self, new: StoredSpecimen) -> bool:
        """A new photo that has found its barcode goes, with that, to a specimen of photos alone."""
        if new.photo is None:
            return False
        number = self._other_view(new.photo, new.sample)
        if number is None or self._database.value(
            "SELECT barcode IS NOT NULL OR error_code IS NOT NULL FROM specimens WHERE specimen_id = ?",
            (number,),
        ):
            return False
        shown = " + ".join([new.photo, *(one.input for one in new.more)])
        joins.join_further(self._database, number, replace(new, input=shown))
        joins.join_barcode(self._database, number, replace(new, input=new.input.removeprefix(f"{shown} + ")))
        self.joined += 1
        return True

    def _alone(self, samples: list[str], has: str, lacks: str) -> int | None:
        for sample in samples:
            rows = self._database.rows(
                f"SELECT specimen_id FROM specimens WHERE sample = ? AND {has} IS NOT NULL "
                f"AND {lacks} IS NULL LIMIT 2",
                (sample,),
            )
            if rows:
                return rows[0][0] if len(rows) == 1 else None
        return None

    def _other_view(self, photo: str, sample: str) -> int | None:
        """The specimen that a new photo is another view of; not one that a table has named."""
        if self._by_views is None:
            return None
        numbers = self._by_views == "numbers"
        views = views_of(photo, numbers)
        start = sample_of(sample, numbers) or sample
        rows = self._database.rows(
            "SELECT specimen_id, photo, sample FROM specimens WHERE sample >= ? AND sample < ? "
            "AND photo IS NOT NULL",
            (start, f"{start}\U0010ffff"),
        )
        found = []
        for number, other, named in rows:
            stem = stem_of(name_of(other))
            samples = (sample_of(stem, numbers), sample_of(stem_of(name_of(photo)), numbers))
            own = named in (comparable(stem), comparable(samples[0] or stem))
            if own and any(samples) and views_of(other, numbers) == views:
                found.append(number)
        return found[0] if len(found) == 1 else None

    def _photo_beginning(self, sample: str) -> int | None:
        rows = self._database.rows(
            "SELECT specimen_id, sample FROM specimens WHERE sample > ? AND sample < ? "
            "AND photo IS NOT NULL AND barcode IS NULL ORDER BY specimen_id",
            (sample, f"{sample}\U0010ffff"),
        )
        return next((row[0] for row in rows if sample in beginnings(row[1])), None)
