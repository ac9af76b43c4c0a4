"""Records into the staging of a build, and out of it again in the order of the library."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby, islice
from typing import TYPE_CHECKING

from bioscan_desktop.core.barcode import clean
from bioscan_desktop.core.errors import InputError
from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.files import named
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.library.embedded import Embedded
from bioscan_desktop.library.importers.tables import Record
from bioscan_desktop.library.staging import Staging

if TYPE_CHECKING:
    from bioscan_desktop.library.build import BuildOptions

STORED_EVERY = 5000
"""Records between two points from which a stopped build goes on."""

MOST_TOGETHER = 20_000
"""Haplotypes of one name that are clustered at once. Where a name has more, as `Diptera` without a
family may, those of each BIN are clustered by themselves, and the rest in parts of this size."""

Tell = Callable[[str, int, int | None], None]


@dataclass
class Haplotype:
    """Identical barcodes of one name.

    Attributes:
        sequence: empty where only its embedding is known.
        places: (process id or "", country) of records whose country is known.
    """

    sequence: str
    lineage: Lineage
    processids: list[str] = field(default_factory=list)
    places: list[tuple[str, str]] = field(default_factory=list)
    bins: Counter[str] = field(default_factory=Counter)
    n_records: int = 0


def read_records(
    staging: Staging, records: Iterable[Record], model: ModelPack, options: BuildOptions, tell: Tell
) -> None:
    """Cleans barcodes and stores what can be used, from where a stopped build was."""
    count = staging.rows_read
    run = staging.connection.execute
    for record in islice(records, count, None):
        count += 1
        _read_one(run, record, model, options)
        if count % STORED_EVERY == 0:
            staging.store(count)
            tell("reading records", count, None)
    staging.store(count)
    tell("reading records", count, count)


def _read_one(
    run: Callable[..., sqlite3.Cursor], record: Record, model: ModelPack, options: BuildOptions
) -> None:
    name = record.processid or record.sampleid or record.image_file or f"row {record.row}"
    if not record.lineage.path():
        _skip(run, name, f"{name} has no order, so it cannot name anything.")
        return
    if not record.nucleotides and not record.image_file:
        _skip(run, name, record.why_no_barcode(name) or f"{name} has neither a barcode nor a photo.")
    if record.nucleotides and model.has("dna"):
        try:
            sequence = clean(record.nucleotides, name).sequence
        except InputError as error:
            _skip(run, name, error.message)
        else:
            _store_barcode(run, record, sequence, None)
    if record.image_file and options.images is not None and model.has("image"):
        _store_photo(run, replace(record, image_file=named(options.images, record.image_file)), None)


def read_embedded(
    staging: Staging, embedded: Embedded, model: ModelPack, options: BuildOptions, tell: Tell
) -> None:
    """Stores the specimens of a data set that was embedded already."""
    embedded.check_model(model.manifest)
    count = staging.rows_read
    run = staging.connection.execute
    for record, number in islice(embedded.records(), count, None):
        count += 1
        name = record.processid or record.sampleid or record.image_file or f"row {number}"
        if not record.lineage.path():
            _skip(run, name, f"{name} has no order, so it cannot name anything.")
        else:
            if record.nucleotides and "dna" in embedded.modalities:
                _store_barcode(run, record, f"#{record.nucleotides}", number)
            if record.image_file and "image" in embedded.modalities:
                _store_photo(run, record, number)
        if count % STORED_EVERY == 0:
            staging.store(count)
            tell("reading embeddings", count, None)
    staging.store(count)
    tell("reading embeddings", count, count)


def read_bases(staging: Staging, records: Iterable[Record], tell: Tell) -> None:
    """Gives haplotypes that are known by their short names the barcodes of a table."""
    run = staging.connection.execute
    for count, record in enumerate(records, start=1):
        if record.nucleotides:
            try:
                sequence = clean(record.nucleotides).sequence
            except InputError:
                continue
            names = {short_name(record.nucleotides), short_name(sequence)}
            for name in names:
                run("UPDATE haplotypes SET bases = ? WHERE sequence = ?", [sequence, f"#{name}"])
        if count % STORED_EVERY == 0:
            tell("reading barcodes", count, None)
    staging.connection.commit()


def short_name(nucleotides: str) -> str:
    """What `bioscan-train embed` calls a barcode in the column `haplotype`."""
    return hashlib.sha256(nucleotides.encode()).hexdigest()[:10]


def haplotype_groups(staging: Staging) -> Iterator[list[tuple[int, Haplotype]]]:
    """(place, haplotype) of those that may share keys, the most common first.

    No more than `MOST_TOGETHER` are in memory, however many a name has.
    """
    connection = staging.connection
    for names, group in groupby(connection.cursor().execute(_HAPLOTYPES), key=lambda row: row[:4]):
        lineage = Lineage(*(name or None for name in names))
        rows, count = [], 0
        for row in group:
            count += 1
            if count <= MOST_TOGETHER:
                rows.append(row)
        if count <= MOST_TOGETHER:
            yield [_haplotype(connection, row, lineage) for row in rows]
            continue
        first = rows[0][4]
        del rows
        for places in _by_bins(connection, first, count):
            yield [
                _haplotype(connection, row, lineage)
                for place in places
                for row in connection.execute(_HAPLOTYPE, [place])
            ]


_COLUMNS = '"order", family, genus, species, place, numbered.id, sequence, n_records, bases, vector'
_HAPLOTYPES = f"SELECT {_COLUMNS} FROM numbered JOIN haplotypes USING (id) ORDER BY place"
_HAPLOTYPE = f"SELECT {_COLUMNS} FROM numbered JOIN haplotypes USING (id) WHERE place = ?"
_BINS = """
SELECT place, coalesce((
    SELECT bin_uri FROM members WHERE haplotype = numbered.id AND bin_uri <> ''
    GROUP BY bin_uri ORDER BY count(*) DESC, min(rowid) LIMIT 1
), '') AS bin
FROM numbered WHERE place >= ? AND place < ? ORDER BY bin, place
"""
"""The BIN that most records of each haplotype have. SQLite sorts on disk what is too much for its cache."""


def _by_bins(connection: sqlite3.Connection, first: int, count: int) -> Iterator[list[int]]:
    """The places of so many haplotypes, those of each BIN by themselves, in parts of `MOST_TOGETHER`."""
    rows = connection.cursor().execute(_BINS, [first, first + count])
    for _, same in groupby(rows, key=lambda row: row[1]):
        while part := [place for place, _ in islice(same, MOST_TOGETHER)]:
            yield part


def _haplotype(connection: sqlite3.Connection, row: tuple, lineage: Lineage) -> tuple[int, Haplotype]:
    *_, place, number, sequence, n_records, bases, vector = row
    haplotype = Haplotype(sequence if vector is None else bases or "", lineage, n_records=n_records)
    members = "SELECT processid, country, bin_uri FROM members WHERE haplotype = ? ORDER BY rowid"
    for processid, country, bin_uri in connection.execute(members, [number]):
        if processid:
            haplotype.processids.append(processid)
        if country:
            haplotype.places.append((processid or "", country))
        if bin_uri:
            haplotype.bins[bin_uri] += 1
    return place, haplotype


def photos_in_order(staging: Staging) -> Iterator[Record]:
    """The photos in the order of the source."""
    sql = (
        'SELECT id, "order", family, genus, species, processid, country, bin_uri, image_file '
        "FROM photos ORDER BY id"
    )
    for number, *names, processid, country, bin_uri, file in staging.connection.cursor().execute(sql):
        yield Record(
            number,
            Lineage(*names),
            processid=processid,
            image_file=file,
            bin_uri=bin_uri,
            country=country,
        )


def _store_barcode(
    run: Callable[..., sqlite3.Cursor], record: Record, sequence: str, vector: int | None
) -> None:
    """A table may have a row a photo, and repeat the barcode in each: a specimen counts once."""
    names = [name or "" for name in record.lineage.names()]
    (number,) = run(
        'INSERT INTO haplotypes ("order", family, genus, species, sequence, vector) '
        "VALUES (?, ?, ?, ?, ?, ?) "
        'ON CONFLICT (sequence, species, genus, family, "order") DO UPDATE SET id = id RETURNING id',
        [*names, sequence, vector],
    ).fetchone()
    is_new = 1
    if record.processid or record.country or record.bin_uri:
        is_new = run(
            "INSERT OR IGNORE INTO members VALUES (?, ?, ?, ?)",
            [number, record.processid, record.country, record.bin_uri],
        ).rowcount
    run("UPDATE haplotypes SET n_records = n_records + ? WHERE id = ?", [is_new, number])


def _store_photo(run: Callable[..., sqlite3.Cursor], record: Record, vector: int | None) -> None:
    columns = '"order", family, genus, species, processid, country, bin_uri, image_file, vector'
    cells = (record.processid, record.country, record.bin_uri, record.image_file, vector)
    run(f"INSERT INTO photos ({columns}) VALUES (?,?,?,?,?,?,?,?,?)", [*record.lineage.names(), *cells])


def _skip(run: Callable[..., sqlite3.Cursor], name: str, sentence: str) -> None:
    run("INSERT INTO skipped VALUES (?, ?)", [name, sentence])
