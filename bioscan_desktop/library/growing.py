"""Put the keys of other libraries into the draft of one; see `edit` for the rules."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, islice
from pathlib import Path

import numpy as np

from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.index.isolation import MOST_PAIRS, isolations, nearest_others
from bioscan_desktop.index.keys import KeyFile, KeyWriter, load_column, unit_blocks
from bioscan_desktop.library.build import EXAMPLES
from bioscan_desktop.library.changing import (
    Change,
    finish,
    has_isolations,
    image_name,
    similarity_of,
    stored_keys,
)
from bioscan_desktop.library.draft import Draft
from bioscan_desktop.library.pack import MODALITIES, LibraryManifest
from bioscan_desktop.library.records import KeyRecord, RecordStore, insert_record, pack_bases, species_names

SAME = 0.9999
"""Cosine from which two rows are one; half precision blurs a cosine by a hundredth of what is left."""

_AT_ONCE = 512

Origin = tuple[list[str], list[tuple[str, int]]]
"""Specimens of a key, and its countries with their records."""


def grow(
    draft: Draft, connection: sqlite3.Connection, folders: Sequence[Path], version: str | None
) -> Change:
    """Adds the keys of some libraries of the same model and puts the draft in force."""
    growth = _Growth(draft, connection)
    others = [LibraryManifest.load(folder) for folder in folders]
    for folder, manifest in zip(folders, others, strict=True):
        growth.take_in(folder, manifest)
    growth.write_isolations()
    before = draft.manifest
    note = {"added_keys": growth.added, "removed_keys": 0, "joined": growth.joined}
    # A library that takes in single barcodes and names of photos can no longer say that it holds none.
    bare = all(m.provenance.get("embeddings_only") is True for m in others)
    manifest = finish(
        draft,
        connection,
        version,
        note,
        () if bare else ("embeddings_only",) if before.provenance.get("embeddings_only") else (),
        images_root=growth.root,
        licence=_together([before.licence, *(m.licence for m in others)]),
        attribution=_together([before.attribution, *(m.attribution for m in others)]),
    )
    return Change(manifest, added_keys=growth.added, joined=growth.joined, known=growth.known)


class _Growth:
    """The state of a draft that takes in one library after the other.

    Attributes:
        root: folder of the photos.
        added, joined, known: keys by what became of them.
    """

    def __init__(self, draft: Draft, connection: sqlite3.Connection) -> None:
        self._draft, self._connection = draft, connection
        self._limit = similarity_of(draft.manifest)
        run = connection.execute
        self._next_id = 1 + int(run("SELECT coalesce(max(key_id), 0) FROM keys").fetchone()[0])
        self._names_photos = run("SELECT 1 FROM keys WHERE image_file IS NOT NULL LIMIT 1").fetchone()
        self._before = {m: draft.manifest.counts.get(f"{m}_keys", 0) for m in MODALITIES}
        self._counts = dict(self._before)
        self.root = draft.manifest.images_root
        self.added = self.joined = self.known = 0

    def take_in(self, folder: Path, manifest: LibraryManifest) -> None:
        """Joins or appends each key of a library."""
        if manifest.images_root is not None and not self._names_photos:
            self.root, self._names_photos = manifest.images_root, True
        store = RecordStore(manifest.path(folder, "records.sqlite"))
        try:
            for modality in MODALITIES:
                if manifest.counts.get(f"{modality}_keys", 0):
                    theirs = stored_keys(folder, manifest, modality)
                    self._take_in(store, theirs, modality, manifest.images_root)
        finally:
            store.close()

    def _take_in(self, store: RecordStore, theirs: KeyFile, modality: str, root: str | None) -> None:
        mine = self._present(modality)
        path, dim = self._draft.file(f"keys.{modality}.npy"), self._draft.manifest.dim
        grown = self._counts[modality] > self._before[modality]
        writer: KeyWriter | None = None
        try:
            for part in _by_name(store, modality):
                kept = self._settle(part, store.origins([r.key_id for r in part]), mine, theirs, root)
                if not kept:
                    continue
                if writer is None:
                    writer = KeyWriter(path, dim, append=grown)
                    for start in range(0, len(mine) if mine is not None and not grown else 0, 8192):
                        writer.write(mine.raw[start : start + 8192])  # type: ignore[union-attr]
                writer.write(theirs.raw[kept])
        finally:
            if writer is not None:
                writer.close()
            elif not grown:
                self._draft.forget(f"keys.{modality}.npy")

    def _present(self, modality: str) -> KeyFile | None:
        """The keys so far."""
        count, before = self._counts[modality], self._before[modality]
        if not count:
            return None
        if count == before:
            return stored_keys(self._draft.base, self._draft.manifest, modality)
        return KeyFile(self._draft.file(f"keys.{modality}.npy"), self._draft.manifest.dim, count)

    def _settle(
        self,
        part: list[KeyRecord],
        origins: dict[int, Origin],
        mine: KeyFile | None,
        theirs: KeyFile,
        root: str | None,
    ) -> list[int]:
        """Decides on keys of one name; returns the rows of those that are to be appended."""
        kept: list[int] = []
        for record, row, score in zip(part, *self._nearest(part, mine, theirs), strict=True):
            dna = record.modality == "dna"
            if score >= (self._limit if dna else SAME):
                sql = (
                    "SELECT key_id, processid, n_records, image_file FROM keys WHERE modality = ? AND row = ?"
                )
                found = self._connection.execute(sql, [record.modality, int(row)])
                key_id, processid, n_records, file = found.fetchone()
                equal = score >= SAME and (processid, n_records) == (record.processid, record.n_records)
                if equal and (dna or self._same_file(record, file, root)):
                    self.known += 1
                    continue
                if dna:
                    self._add_to_key(key_id, record, origins[record.key_id])
                    self.joined += 1
                    continue
            self._append(record, origins[record.key_id], root)
            kept.append(record.row)
        return kept

    def _nearest(
        self, part: list[KeyRecord], mine: KeyFile | None, theirs: KeyFile
    ) -> tuple[np.ndarray, np.ndarray]:
        """For keys of one name the nearest of mine of that name: rows and cosines, -1 if there is none."""
        rows, scores = np.full(len(part), -1), np.full(len(part), -1.0, dtype=np.float32)
        if mine is None:
            return rows, scores
        order, family, genus, species = part[0].lineage.names()
        candidates = self._connection.execute(
            "SELECT row FROM keys WHERE modality = ? AND species IS ? AND genus IS ? AND family IS ? "
            'AND "order" IS ? AND row < ? ORDER BY row',
            [part[0].modality, species, genus, family, order, len(mine)],
        ).fetchall()
        queries = theirs.take(np.array([record.row for record in part]))
        for start in range(0, len(candidates), 8192):
            numbers = np.array([row[0] for row in candidates[start : start + 8192]])
            found = queries @ mine.take(numbers).T  # (part, numbers)
            best = found.argmax(axis=1)
            values = found[np.arange(len(part)), best]
            better = values > scores
            rows[better], scores[better] = numbers[best][better], values[better]
        return rows, scores

    def _same_file(self, record: KeyRecord, file: str | None, root: str | None) -> bool:
        if record.image_file is None or file is None:
            return True  # two photos are never this alike
        return image_name(record.image_file, root, self.root) == file

    def _append(self, record: KeyRecord, origin: Origin, root: str | None) -> None:
        file = record.image_file
        added = replace(
            record,
            key_id=self._next_id,
            row=self._counts[record.modality],
            image_file=image_name(file, root, self.root) if file is not None else None,
            specimens=tuple(origin[0]),
            places=tuple(origin[1]),
        )
        insert_record(self._connection, added)
        self._next_id += 1
        self._counts[record.modality] += 1
        self.added += 1

    def _add_to_key(self, key_id: int, record: KeyRecord, origin: Origin) -> None:
        """Adds the specimens of a key to one that is here; specimens that both have count once."""
        run = self._connection.execute
        mine = {row[0] for row in run("SELECT processid FROM specimens WHERE key_id = ?", [key_id])}
        new = list(dict.fromkeys(processid for processid in origin[0] if processid not in mine))
        shared = len(set(origin[0])) - len(new)
        sql = "SELECT country, n_records FROM places WHERE key_id = ?"
        places = Counter(dict(run(sql, [key_id]).fetchall()))
        for country, n in origin[1]:
            places[country] = max(places[country], n) if shared else places[country] + n
        self._connection.executemany(
            "INSERT OR REPLACE INTO places (key_id, country, n_records) VALUES (?, ?, ?)",
            [(key_id, country, n) for country, n in places.items()],
        )
        self._connection.executemany(
            "INSERT INTO specimens (key_id, processid) VALUES (?, ?)", [(key_id, p) for p in new]
        )
        examples = json.loads(run("SELECT process_ids FROM keys WHERE key_id = ?", [key_id]).fetchone()[0])
        bases = record.consensus
        run(
            "UPDATE keys SET n_records = n_records + ?, process_ids = ?, country = ?, "
            "processid = coalesce(processid, ?), bin_uri = coalesce(bin_uri, ?), "
            "consensus_bp = CASE WHEN consensus IS NULL THEN ? ELSE consensus_bp END, "
            "consensus = coalesce(consensus, ?) WHERE key_id = ?",
            [
                record.n_records - shared,
                json.dumps([*examples, *new][:EXAMPLES]),
                min(places, key=lambda c: (-places[c], c)) if places else None,
                record.processid,
                record.bin_uri,
                len(bases) if bases else None,
                pack_bases(bases) if bases else None,
                key_id,
            ],
        )

    def write_isolations(self) -> None:
        """Keeps the isolation of each key true to the new neighbours."""
        manifest = self._draft.manifest
        for modality, total in self._counts.items():
            before = self._before[modality]
            if total == before:
                continue
            name = f"isolation.{modality}.npy"
            keys = KeyFile(self._draft.file(f"keys.{modality}.npy"), manifest.dim, total)
            names = species_names(self._connection, modality)
            if before and has_isolations(manifest, modality) and (total - before) * total <= MOST_PAIRS:
                column = _grown_isolations(keys, names, load_column(self._draft.present(name), before))
            else:
                column = isolations(keys, names)
            with self._draft.file(name).open("wb") as stream:
                np.save(stream, column, allow_pickle=False)


def _grown_isolations(keys: KeyFile, names: np.ndarray, old: np.ndarray) -> np.ndarray:
    """(n,) float16 of a matrix whose first rows had the isolations `old` among themselves."""
    new = keys.take(np.arange(len(old), len(keys)))
    new_names = names[len(old) :]
    column = np.concatenate([old.astype(np.float32), nearest_others(new, new_names, keys, names)])
    for start, block in unit_blocks(keys):
        stop = min(start + len(block), len(old))
        if start < stop:
            found = nearest_others(block[: stop - start], names[start:stop], new, new_names)
            column[start:stop] = np.maximum(column[start:stop], found)
    return column.astype(np.float16)


def _by_name(store: RecordStore, modality: str) -> Iterator[list[KeyRecord]]:
    """All keys of a library, those of one name together, at most `_AT_ONCE` at a time."""
    rows = iter(store.column("row", modality, '"order", family, genus, species, row'))
    while numbers := list(islice(rows, _AT_ONCE)):
        found = store.by_row(modality, numbers)
        for _, part in groupby((found[number] for number in numbers), key=_lineage):
            yield list(part)


def _lineage(record: KeyRecord) -> Lineage:
    return record.lineage


def _together(texts: Sequence[str]) -> str:
    """The different ones of some texts, in one line."""
    return "; ".join(dict.fromkeys(text for text in texts if text))
