"""The keys' records in SQLite: what each row of the key matrices stands for."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bioscan_desktop.core.errors import PackError
from bioscan_desktop.core.taxonomy import Lineage

SCHEMA_VERSION = 1

_SCHEMA = """
CREATE TABLE keys (
    key_id INTEGER PRIMARY KEY,
    modality TEXT NOT NULL,
    row INTEGER NOT NULL,
    "order" TEXT, family TEXT, genus TEXT, species TEXT,
    bin_uri TEXT, country TEXT, processid TEXT,
    n_records INTEGER NOT NULL,
    process_ids TEXT NOT NULL,
    consensus BLOB, consensus_bp INTEGER,
    image_file TEXT,
    UNIQUE (modality, row)
);
CREATE INDEX keys_by_species ON keys (species);
CREATE INDEX keys_by_genus ON keys (genus);
"""

_COLUMNS = (
    'key_id, modality, row, "order", family, genus, species, bin_uri, country, processid, n_records, '
    "process_ids, consensus, consensus_bp, image_file"
)


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What stands behind one key.

    Attributes:
        row: in the key matrix of its modality.
        processid: of a typical record; None for photos without one.
        process_ids: a few examples.
        n_records: specimens behind the key.
        consensus: computed from two records or more; None for single-record keys.
        image_file: photo relative to the library's image folder, if the library names one.
    """

    key_id: int
    modality: str
    row: int
    lineage: Lineage
    bin_uri: str | None
    country: str | None
    processid: str | None
    n_records: int
    process_ids: tuple[str, ...]
    consensus: str | None
    image_file: str | None


def write_records(path: Path, records: Iterable[KeyRecord]) -> None:
    """Writes a new database."""
    connection = sqlite3.connect(path)
    try:
        connection.executescript(_SCHEMA)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.executemany(
            f"INSERT INTO keys ({_COLUMNS}) VALUES ({','.join('?' * 15)})",
            (
                (
                    r.key_id,
                    r.modality,
                    r.row,
                    *r.lineage.names(),
                    r.bin_uri,
                    r.country,
                    r.processid,
                    r.n_records,
                    json.dumps(r.process_ids),
                    pack_bases(r.consensus) if r.consensus else None,
                    len(r.consensus) if r.consensus else None,
                    r.image_file,
                )
                for r in records
            ),
        )
        connection.commit()
        connection.execute("VACUUM")
    finally:
        connection.close()


class RecordStore:
    """Read access to a library's records, from any thread.

    Raises:
        PackError: if the file is no library database, or of a newer version.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._folder = path.parent
        try:
            self._connection = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
        except sqlite3.Error as error:
            raise self._damaged(error) from None
        try:
            version = self._rows("PRAGMA user_version")[0][0]
            self._rows("SELECT 1 FROM keys LIMIT 1")
        except PackError:
            self.close()
            raise
        if version > SCHEMA_VERSION:
            self.close()
            raise PackError(f"The library {path.parent} was made by a newer program; update BIOSCAN Desktop.")

    def close(self) -> None:
        """Closes the database."""
        self._connection.close()

    def by_row(self, modality: str, rows: Sequence[int]) -> dict[int, KeyRecord]:
        """The records of some rows of a key matrix, by row."""
        found: dict[int, KeyRecord] = {}
        unique = sorted(set(rows))
        for start in range(0, len(unique), 500):  # below SQLite's limit of parameters
            part = unique[start : start + 500]
            found.update(
                (record.row, record)
                for record in self._select(
                    f"modality = ? AND row IN ({','.join('?' * len(part))})", [modality, *part]
                )
            )
        return found

    def by_species(self, species: str) -> list[KeyRecord]:
        """The keys of a species."""
        return self._select("species = ? ORDER BY modality, row", [species])

    def with_consensus(self, limit: int) -> list[KeyRecord]:
        """Keys with a consensus barcode, spread over the library."""
        ids = [row[0] for row in self._rows("SELECT key_id FROM keys WHERE consensus IS NOT NULL ORDER BY 1")]
        chosen = ids[:: max(1, len(ids) // max(1, limit))][:limit]
        return self._select(f"key_id IN ({','.join('?' * len(chosen))}) ORDER BY key_id", chosen)

    def lineages(self, modality: str) -> list[Lineage]:
        """The lineage of every row of a key matrix, in row order."""
        rows = self._rows(
            'SELECT "order", family, genus, species FROM keys WHERE modality = ? ORDER BY row', [modality]
        )
        return [Lineage(*row) for row in rows]

    def names(self) -> list[tuple[Lineage, str | None, int]]:
        """Every lineage with its BIN and the number of keys that have both."""
        rows = self._rows(
            'SELECT "order", family, genus, species, bin_uri, count(*) FROM keys GROUP BY 1, 2, 3, 4, 5'
        )
        return [(Lineage(*row[:4]), row[4], row[5]) for row in rows]

    def count(self, where: str = "1") -> int:
        """Number of keys; `where` is SQL of our own, never user input."""
        return self._rows(f"SELECT count(*) FROM keys WHERE {where}")[0][0]

    def _rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        try:
            with self._lock:
                return self._connection.execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            raise self._damaged(error) from None

    def _damaged(self, error: sqlite3.Error) -> PackError:
        return PackError(
            f"The records of the library {self._folder} cannot be read ({error}); install it again."
        )

    def _select(self, where: str, parameters: Sequence[object]) -> list[KeyRecord]:
        rows = self._rows(f"SELECT {_COLUMNS} FROM keys WHERE {where}", parameters)
        return [
            KeyRecord(
                key_id=row[0],
                modality=row[1],
                row=row[2],
                lineage=Lineage(*row[3:7]),
                bin_uri=row[7],
                country=row[8],
                processid=row[9],
                n_records=row[10],
                process_ids=tuple(json.loads(row[11])),
                consensus=unpack_bases(row[12], row[13]) if row[12] is not None else None,
                image_file=row[14],
            )
            for row in rows
        ]


_IUPAC = "-ACMGRSVTWYHKDBN"  # the bit pattern of each code is the set of its bases: A1 C2 G4 T8
_TO_NIBBLE = {ord(base): number for number, base in enumerate(_IUPAC)}


def pack_bases(sequence: str) -> bytes:
    """Two IUPAC bases per byte."""
    nibbles = [_TO_NIBBLE[ord(base)] for base in sequence]
    if len(nibbles) % 2:
        nibbles.append(0)
    return bytes(high << 4 | low for high, low in zip(nibbles[::2], nibbles[1::2], strict=True))


def unpack_bases(data: bytes, length: int) -> str:
    """The inverse of `pack_bases`."""
    bases = "".join(_IUPAC[byte >> 4] + _IUPAC[byte & 15] for byte in data)
    return bases[:length]
