"""Take specimens and taxa out of the draft of a library; see `edit` for the rules."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

import numpy as np

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.index.isolation import MOST_PAIRS, isolations, nearest_others
from bioscan_desktop.index.keys import KeyFile, KeyWriter, load_column, unit_blocks
from bioscan_desktop.library.build import EXAMPLES
from bioscan_desktop.library.changing import Change, finish, has_isolations, stored_keys
from bioscan_desktop.library.draft import Draft
from bioscan_desktop.library.pack import MODALITIES
from bioscan_desktop.library.records import species_names

_TOUCHED = 0.002
"""float16 keeps cosines to 0.0005: an isolation this close to a removed key may have come from it."""


def shrink(draft: Draft, connection: sqlite3.Connection, names: Sequence[str], version: str | None) -> Change:
    """Removes what `names` says and puts the draft in force.

    Raises:
        ArgumentError: if that is nothing or everything.
    """
    single = draft.manifest.provenance.get("embeddings_only") is False
    gone, reduced, missing = _select(connection, names, single)
    identity = draft.manifest.id
    if not gone and not reduced:
        raise ArgumentError(
            f"The library {identity} has nothing of {', '.join(missing[:5])}; nothing was changed."
        )
    if len(gone) == connection.execute("SELECT count(*) FROM keys").fetchone()[0]:
        raise ArgumentError(f"That would leave nothing of the library {identity}; nothing was changed.")
    connection.execute("CREATE TEMP TABLE gone (key_id INTEGER PRIMARY KEY)")
    connection.executemany("INSERT INTO gone VALUES (?)", [(key_id,) for key_id in gone])
    removed: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
    for modality in MODALITIES:
        sql = "SELECT row FROM keys JOIN gone USING (key_id) WHERE modality = ? ORDER BY row"
        rows = np.array([row[0] for row in connection.execute(sql, [modality])], dtype=np.int64)
        if len(rows):
            every = species_names(connection, modality)
            removed[modality] = (rows, np.delete(every, rows), every[rows])
    _delete(connection)
    for modality, (rows, stay, go) in removed.items():
        _write_keys(draft, modality, rows, stay, go)
    note = {"added_keys": 0, "removed_keys": len(gone), "reduced": len(reduced)}
    return Change(
        finish(draft, connection, version, note),
        removed_keys=len(gone),
        reduced=len(reduced),
        skipped=[(name, f"{name} is not in the library.") for name in missing],
    )


def _select(
    connection: sqlite3.Connection, names: Sequence[str], single: bool
) -> tuple[set[int], set[int], list[str]]:
    """Removes specimens from their keys: (keys that go, keys that become smaller, names not found).

    Args:
        single: barcodes of single records may be kept.
    """
    gone: set[int] = set()
    reduced: set[int] = set()
    missing: list[str] = []
    columns = ('"order"', "family", "genus", "species", "bin_uri")
    of_taxon = " OR ".join(f"{column} = ? COLLATE NOCASE" for column in columns)
    for name in dict.fromkeys(names):
        taxon = connection.execute(f"SELECT key_id FROM keys WHERE {of_taxon}", [name] * len(columns))
        found = {row[0] for row in taxon}
        gone |= found
        if not found:
            found = _remove_specimen(connection, name)
            reduced |= found
        if not found:
            missing.append(name)
    for key_id in sorted(reduced - gone):
        left = connection.execute("SELECT n_records FROM keys WHERE key_id = ?", [key_id]).fetchone()[0]
        if left < 1:
            gone.add(key_id)
        else:
            _reduce(connection, key_id, left > 1 or single)
    return gone, reduced - gone, missing


def _remove_specimen(connection: sqlite3.Connection, processid: str) -> set[int]:
    """Counts a specimen out of its keys, and returns these."""
    keys = {
        row[0]
        for table in ("specimens", "keys")
        for row in connection.execute(f"SELECT key_id FROM {table} WHERE processid = ?", [processid])
    }
    for key_id in keys:
        connection.execute("DELETE FROM specimens WHERE key_id = ? AND processid = ?", [key_id, processid])
        connection.execute("UPDATE keys SET n_records = n_records - 1 WHERE key_id = ?", [key_id])
    return keys


def _reduce(connection: sqlite3.Connection, key_id: int, keep_barcode: bool) -> None:
    """Renews what a key says of its specimens."""
    sql = "SELECT processid FROM specimens WHERE key_id = ? ORDER BY processid LIMIT ?"
    examples = [row[0] for row in connection.execute(sql, [key_id, EXAMPLES])]
    connection.execute(
        "UPDATE keys SET process_ids = ?, processid = ? WHERE key_id = ?",
        [json.dumps(examples), examples[0] if examples else None, key_id],
    )
    if not keep_barcode:
        connection.execute("UPDATE keys SET consensus = NULL, consensus_bp = NULL WHERE key_id = ?", [key_id])


def _delete(connection: sqlite3.Connection) -> None:
    """Deletes the keys in the table `gone`, and closes the gaps in the row numbers."""
    for table in ("keys", "specimens", "places"):
        connection.execute(f"DELETE FROM {table} WHERE key_id IN (SELECT key_id FROM gone)")
    connection.execute("CREATE TEMP TABLE moved (key_id INTEGER PRIMARY KEY, new INTEGER)")
    connection.execute(
        "INSERT INTO moved "
        "SELECT key_id, row_number() OVER (PARTITION BY modality ORDER BY row) - 1 FROM keys"
    )
    # By way of negative numbers, since no two rows may have one number at any time.
    connection.execute("UPDATE keys SET row = -1 - row")
    connection.execute("UPDATE keys SET row = (SELECT new FROM moved WHERE moved.key_id = keys.key_id)")


def _write_keys(
    draft: Draft, modality: str, removed: np.ndarray, names: np.ndarray, removed_names: np.ndarray
) -> None:
    """Writes the keys that are left, and their isolations.

    Args:
        removed: row numbers.
        names, removed_names: species of the rows that stay and of those that go.
    """
    before = stored_keys(draft.base, draft.manifest, modality)
    keys_name, isolation_name = f"keys.{modality}.npy", f"isolation.{modality}.npy"
    stays = np.ones(len(before), dtype=bool)
    stays[removed] = False
    if not stays.any():
        draft.drop(keys_name)
        draft.drop(isolation_name)
        return
    with KeyWriter(draft.file(keys_name), draft.manifest.dim) as writer:
        for start in range(0, len(before), 8192):
            writer.write(before.raw[start : start + 8192][stays[start : start + 8192]])
    if not has_isolations(draft.manifest, modality):
        return
    column = load_column(draft.present(isolation_name), len(before))[stays]
    after = KeyFile(draft.file(keys_name), draft.manifest.dim, len(names))
    column = _left_isolations(after, names, column, before, removed, removed_names)
    with draft.file(isolation_name).open("wb") as stream:
        np.save(stream, column, allow_pickle=False)


def _left_isolations(
    keys: KeyFile,
    names: np.ndarray,
    old: np.ndarray,
    before: KeyFile,
    removed: np.ndarray,
    removed_names: np.ndarray,
) -> np.ndarray:
    """(n,) float16 of keys that had the isolations `old` together with the rows `removed` of `before`."""
    column = old.astype(np.float32)
    pairs = len(removed) * len(keys)
    gone = before.take(removed) if pairs <= MOST_PAIRS else np.zeros((0, before.shape[1]), np.float32)
    for start, block in unit_blocks(keys):
        if pairs > MOST_PAIRS:
            return isolations(keys, names)
        stop = start + len(block)
        lost = nearest_others(block, names[start:stop], gone, removed_names)
        touched = np.flatnonzero((lost >= column[start:stop] - _TOUCHED) & (lost > -1))
        if len(touched):
            column[start + touched] = nearest_others(block[touched], names[start + touched], keys, names)
        pairs += len(touched) * len(keys)
    return column.astype(np.float16)
