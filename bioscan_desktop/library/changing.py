"""What adding, removing and merging have in common: the copy of the records, and the new manifest."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bioscan_desktop import __version__
from bioscan_desktop.index.keys import KeyFile
from bioscan_desktop.library.build import DEFAULT_CLUSTER_SIMILARITY
from bioscan_desktop.library.calibrated import CALIBRATION
from bioscan_desktop.library.draft import Draft, database, next_version
from bioscan_desktop.library.pack import LibraryManifest
from bioscan_desktop.library.records import SCHEMA_VERSION, SPECIMENS_SCHEMA, count_records

_INDEXES = {
    "changing_by_name": 'keys (modality, species, genus, family, "order")',
    "changing_by_process": "keys (modality, processid)",
    "changing_by_specimen": "specimens (processid)",
}


@dataclass
class Change:
    """What became of a library.

    Attributes:
        manifest: of the changed library.
        added_keys, removed_keys: keys that came and went.
        joined: keys or haplotypes that became part of a key that was there.
        known: records or keys that were there already.
        reduced: keys that stay, with fewer specimens.
        skipped: (record or name, sentence) for what could not be used.
    """

    manifest: LibraryManifest
    added_keys: int = 0
    removed_keys: int = 0
    joined: int = 0
    known: int = 0
    reduced: int = 0
    skipped: list[tuple[str, str]] = field(default_factory=list)


@contextlib.contextmanager
def open_records(draft: Draft) -> Iterator[sqlite3.Connection]:
    """The draft's copy of the records, open for writing, with indexes that last as long as the change."""
    path = draft.file("records.sqlite")
    shutil.copyfile(draft.present("records.sqlite"), path)
    with database(path) as connection:
        _ensure_specimens(connection)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")  # what is added may need it
        for name, columns in _INDEXES.items():
            connection.execute(f"CREATE INDEX {name} ON {columns}")
        yield connection


def _ensure_specimens(connection: sqlite3.Connection) -> None:
    """Gives a database of format 1.0 the tables `specimens` and `places`, as far as it knows them."""
    there = connection.execute("SELECT count(*) FROM sqlite_master WHERE name IN ('specimens', 'places')")
    if there.fetchone()[0] == 2:
        return
    connection.executescript(SPECIMENS_SCHEMA)
    connection.execute(
        "INSERT OR IGNORE INTO specimens (processid, key_id) "
        "SELECT named.value, key_id FROM keys, json_each(keys.process_ids) AS named"
    )
    connection.execute(
        "INSERT INTO places (key_id, country, n_records) "
        "SELECT key_id, country, n_records FROM keys WHERE country IS NOT NULL"
    )


def finish(
    draft: Draft,
    connection: sqlite3.Connection,
    version: str | None,
    note: dict[str, Any],
    forgotten: Collection[str] = (),
    **changed: Any,
) -> LibraryManifest:
    """Closes the records and puts the draft in force.

    Args:
        version: None for the next one.
        note: what was done, for the manifest's list of changes; with `added_keys` and `removed_keys`.
        forgotten: what of the provenance is no longer true.
        changed: further fields of the manifest.
    """
    for name in _INDEXES:
        connection.execute(f"DROP INDEX {name}")
    connection.commit()
    connection.execute("VACUUM")
    counts = count_records(connection)
    connection.close()
    before = draft.manifest
    provenance = {name: value for name, value in before.provenance.items() if name not in forgotten}
    version = version or next_version(before.version)
    changes = [
        *before.provenance.get("changes", []),
        {"version": version, "app_version": __version__, **note},
    ]
    manifest = replace(
        before,
        id=draft.out.name if draft.out is not None else before.id,
        version=version,
        counts=counts,
        provenance={**provenance, "changes": changes},
        calibrated=_calibrated(draft, note["added_keys"], note["removed_keys"]),
        **changed,
    )
    return draft.commit(manifest)


def _calibrated(draft: Draft, added: int, removed: int) -> dict[str, Any] | None:
    """What the manifest says of a calibration that was fitted before the change."""
    path = draft.present(CALIBRATION)
    if not path.is_file():
        return None
    before = draft.manifest
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    known = before.calibrated
    if known is None or known.get("sha256") != sha256:
        keys = before.counts.get("dna_keys", 0) + before.counts.get("image_keys", 0)
        known = {"sha256": sha256, "version": before.version, "keys": keys, "added": 0, "removed": 0}
    return {**known, "added": known["added"] + added, "removed": known["removed"] + removed}


def similarity_of(manifest: LibraryManifest) -> float:
    """The cosine from which haplotypes of one name share a key in a library."""
    return float(manifest.provenance.get("cluster_similarity", DEFAULT_CLUSTER_SIMILARITY))


def image_name(file: str, folder: str | None, root: str | None) -> str:
    """How a photo of a folder is named in a library whose photos lie in `root`: in full if elsewhere."""
    if folder is None or root is None or folder == root:
        return file
    return str(Path(folder) / file)


def stored_keys(folder: Path, manifest: LibraryManifest, modality: str) -> KeyFile:
    """The key matrix of a library as it lies on disk, so that rows are passed on bit for bit."""
    path = manifest.path(folder, f"keys.{modality}.npy")
    return KeyFile(path, manifest.dim, manifest.counts.get(f"{modality}_keys", 0))


def has_isolations(manifest: LibraryManifest, modality: str) -> bool:
    """True if the isolation of each key was kept."""
    name = f"isolation.{modality}.npy"
    return manifest.stored_as.get(name, name) in manifest.files
