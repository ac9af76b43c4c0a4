"""The work of building a library, on disk: what was read and embedded so far.

    settings.json        what the build was asked for; another build does not go on with it
    staging.sqlite       barcodes and photos that were read, how far, and what was skipped
    dna-00000.npy        (m, d) float32: embeddings of so many barcodes, in order of their names
    image-00000.npz      the same of photos, with a sentence for each that cannot be read
    library/             the pack that is being written

Shards appear one by one, each complete or not at all, so that a build of millions of records needs no
more memory than one of thousands, and goes on where it was when it was killed.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np

from bioscan_desktop.core.errors import ArgumentError, PackError
from bioscan_desktop.library.draft import lock

SHARD = 8192
"""Barcodes or photos per shard: minutes of embedding on a laptop."""

_SCHEMA = """
CREATE TABLE haplotypes (
    id INTEGER PRIMARY KEY, "order" TEXT NOT NULL, family TEXT NOT NULL, genus TEXT NOT NULL,
    species TEXT NOT NULL, sequence TEXT NOT NULL, n_records INTEGER NOT NULL DEFAULT 0,
    vector INTEGER, bases TEXT,
    UNIQUE (sequence, species, genus, family, "order")
);
CREATE TABLE members (
    haplotype INTEGER NOT NULL, processid TEXT, country TEXT, bin_uri TEXT, UNIQUE (haplotype, processid)
);
CREATE TABLE photos (
    id INTEGER PRIMARY KEY, "order" TEXT, family TEXT, genus TEXT, species TEXT,
    processid TEXT, country TEXT, bin_uri TEXT, image_file TEXT NOT NULL, vector INTEGER
);
CREATE TABLE skipped (name TEXT, sentence TEXT);
CREATE TABLE state (rows_read INTEGER NOT NULL, reading_done INTEGER NOT NULL);
INSERT INTO state VALUES (0, 0);
"""

_NUMBERED = """
CREATE TABLE numbered (place INTEGER PRIMARY KEY, id INTEGER NOT NULL);
INSERT INTO numbered SELECT row_number() OVER (
    ORDER BY "order", family, genus, species, n_records DESC, sequence
) - 1, id FROM haplotypes;
CREATE INDEX members_by_haplotype ON members (haplotype);
"""


class Staging:
    """The folder of a build; a context manager.

    Args:
        out: where the library is to be.
        settings: what decides the library, as plain JSON values; a build with the same settings goes
            on with what a stopped one has left. None keeps nothing.

    Raises:
        PackError: if a build with other settings was stopped here, or another program is building.
    """

    def __init__(self, out: Path, settings: dict[str, Any] | None) -> None:
        mark = "" if settings is not None else f"-{os.getpid()}"
        self.out, self.folder = out, out.with_name(f".{out.name}.building{mark}")
        self._settings = json.loads(json.dumps(settings)) if settings is not None else None
        self._lock: IO[bytes] | None = None
        self.resumed = False

    def __enter__(self) -> Staging:
        if self._settings is None:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = lock(self.folder)
        try:
            self._check_settings()
            self.connection = self._open()
            self.library.mkdir()
        except BaseException:
            self._lock.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.connection.close()
        if self._lock is not None:
            self._lock.close()
        if kind is None or self._settings is None or issubclass(kind, ArgumentError):
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def library(self) -> Path:
        """The folder of the pack that is being written."""
        return self.folder / "library"

    @property
    def rows_read(self) -> int:
        """Records of the source that were read and stored."""
        return int(self.connection.execute("SELECT rows_read FROM state").fetchone()[0])

    @property
    def reading_done(self) -> bool:
        """True once all were read."""
        return bool(self.connection.execute("SELECT reading_done FROM state").fetchone()[0])

    def store(self, rows_read: int, done: bool = False) -> None:
        """Makes sure of what was read until now; at the end puts the barcodes in order."""
        self.connection.execute("UPDATE state SET rows_read = ?, reading_done = ?", [rows_read, int(done)])
        self.connection.commit()
        if done:
            self.connection.executescript(f"BEGIN; {_NUMBERED} COMMIT;")

    def count(self, table: str) -> int:
        """Rows of one of the tables."""
        return int(self.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    def without_family(self) -> int:
        """Barcodes and photos with a genus, but no family."""
        homeless = "coalesce(family, '') = '' AND coalesce(genus, '') <> ''"
        (count,) = self.connection.execute(
            f"SELECT coalesce((SELECT sum(n_records) FROM haplotypes WHERE {homeless}), 0) + "
            f"(SELECT count(*) FROM photos WHERE {homeless})"
        ).fetchone()
        return int(count)

    def skipped(self) -> list[tuple[str, str]]:
        """(record, sentence) in order."""
        return [
            (r[0], r[1]) for r in self.connection.execute("SELECT name, sentence FROM skipped ORDER BY rowid")
        ]

    def shards(
        self, kind: str, total: int, make: Callable[[int, int], dict[str, np.ndarray]]
    ) -> Iterator[tuple[int, int]]:
        """Makes the shards that are not there yet; yields (first, last + 1) of each.

        Args:
            kind: `dna` or `image`.
            make: returns the arrays of the items from first to last + 1.
        """
        for number, start in enumerate(range(0, total, SHARD)):
            stop = min(start + SHARD, total)
            path = self._shard(kind, number)
            if not path.is_file():
                part = path.with_name(f"{path.name}.part")
                with part.open("wb") as stream:
                    arrays = make(start, stop)
                    if kind == "dna":
                        np.save(stream, arrays["rows"], allow_pickle=False)
                    else:
                        np.savez(stream, rows=arrays["rows"], errors=arrays["errors"])
                    stream.flush()
                    os.fsync(stream.fileno())
                part.replace(path)
            yield start, stop

    def dna_rows(self, places: np.ndarray, dim: int) -> np.ndarray:
        """(m, dim) float32: embeddings of barcodes by their places, ascending."""
        rows = np.empty((len(places), dim), dtype=np.float32)
        for number in np.unique(places // SHARD):
            mine = np.flatnonzero(places // SHARD == number)
            shard = np.load(self._shard("dna", int(number)), mmap_mode="r", allow_pickle=False)
            rows[mine] = shard[places[mine] - number * SHARD]
        return rows

    def images(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Each shard of photos: rows, and sentences about those that cannot be read."""
        number = 0
        while (path := self._shard("image", number)).is_file():
            with np.load(path, allow_pickle=False) as shard:
                yield shard["rows"], shard["errors"]
            number += 1

    def _shard(self, kind: str, number: int) -> Path:
        return self.folder / f"{kind}-{number:05d}.{'npy' if kind == 'dna' else 'npz'}"

    def _check_settings(self) -> None:
        shutil.rmtree(self.library, ignore_errors=True)
        path = self.folder / "settings.json"
        if self._settings is None:
            return
        if path.is_file():
            self.resumed = True
            found = json.loads(path.read_text(encoding="utf-8"))
            changed = [name for name in self._settings if found.get(name) != self._settings[name]]
            if changed:
                raise PackError(
                    f"A build of {self.out.name} with another {' and '.join(changed)} was stopped; run that "
                    f"again, or begin anew with --restart."
                )
            return
        part = path.with_name("settings.json.part")
        part.write_text(json.dumps(self._settings, indent=1), encoding="utf-8")
        part.replace(path)

    def _open(self) -> sqlite3.Connection:
        path = self.folder / "staging.sqlite"
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA cache_size = -65536")  # 64 MB at most
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'state'").fetchone():
            connection.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
        done = connection.execute("SELECT reading_done FROM state").fetchone()[0]
        if done and not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'numbered'").fetchone():
            connection.executescript(f"BEGIN; {_NUMBERED} COMMIT;")
        return connection


def discard(out: Path) -> None:
    """Throws away what a stopped build has left.

    Raises:
        PackError: if it is running.
    """
    folder = out.with_name(f".{out.name}.building")
    if folder.is_dir():
        lock(folder).close()
        shutil.rmtree(folder, ignore_errors=True)
