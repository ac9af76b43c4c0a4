"""Change a library: add records, remove specimens or taxa, merge libraries.

What is in a library already is never embedded again, and its keys never move: a haplotype that is
close enough to a key of the same name joins that key, which then stands for one specimen more; all
others become keys of their own. Libraries are merged by the same rule.

A calibration is kept, and the manifest notes how many keys changed since it was fitted: up to
`calibrated.TOLERATED_CHANGE` answers still count as calibrated, beyond it they do not, and both is said.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from bioscan_desktop.core.errors import ArgumentError, PackError
from bioscan_desktop.files import named
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.library.build import BuildOptions, Report, build_library
from bioscan_desktop.library.changing import Change, image_name, open_records, similarity_of
from bioscan_desktop.library.draft import Draft
from bioscan_desktop.library.growing import grow
from bioscan_desktop.library.importers.tables import Record
from bioscan_desktop.library.pack import LibraryManifest
from bioscan_desktop.library.shrinking import shrink


def add_records(
    base: Path,
    records: Iterable[Record],
    model: ModelPack,
    out: Path | None = None,
    images: Path | None = None,
    embeddings_only: bool = False,
    version: str | None = None,
    report: Report | None = None,
) -> Change:
    """Adds records to a library; those of specimens that it holds already are passed over.

    Args:
        out: a new folder for the changed library; None changes it in place.
        images: folder that `image_file` is relative to; without it photos are left alone.
        version: of the changed library; by default the next one.

    Raises:
        ArgumentError: if no record can be used.
        PackError: if the model is not the library's, or the disk is full.
    """
    manifest = LibraryManifest.load(base)
    check_same_model(manifest, model.manifest.fingerprint, f"the model {model.manifest.id}")
    parts = (out or base).with_name(f".{(out or base).name}.adding")
    with Draft(base, out) as draft, open_records(draft) as connection:
        shutil.rmtree(parts, ignore_errors=True)
        known = _Known(connection, manifest, images)
        options = BuildOptions(
            manifest.id,
            images=images,
            embeddings_only=embeddings_only or manifest.provenance.get("embeddings_only") is True,
            cluster_similarity=similarity_of(manifest),
        )
        try:
            try:
                built = build_library(known.new(records), model, parts, options, report)
            except ArgumentError:
                if not known.count:
                    raise
                raise ArgumentError(
                    f"All {known.count} usable records are in the library {manifest.id} already; "
                    "nothing was changed."
                ) from None
            change = grow(draft, connection, [parts], version)
        finally:
            shutil.rmtree(parts, ignore_errors=True)
    return replace(change, known=change.known + known.count, skipped=built.skipped)


def merge_libraries(folders: Sequence[Path], out: Path, version: str | None = None) -> Change:
    """Joins libraries of one model into a new one.

    The first library gives title and calibration; keys that several of them have come once.

    Raises:
        ArgumentError: if `out` exists or there is only one library.
        PackError: if they were built with different models, or the disk is full.
    """
    if len(folders) < 2:
        raise ArgumentError("Name two libraries or more to merge.")
    manifests = [LibraryManifest.load(folder) for folder in folders]
    for other in manifests[1:]:
        check_same_model(manifests[0], other.model.get("fingerprint"), f"the library {other.id}")
    with Draft(folders[0], out) as draft, open_records(draft) as connection:
        return grow(draft, connection, folders[1:], version)


def remove_records(
    base: Path, names: Sequence[str], out: Path | None = None, version: str | None = None
) -> Change:
    """Removes specimens by process id, and all keys of taxa or BINs by name.

    A key that stands for other specimens too stays where it is, with fewer records. If one record is
    left, its barcode goes, unless the library may hold barcodes of single records.

    Args:
        names: process ids, names of any rank, or BINs.
        out: a new folder for the changed library; None changes it in place.

    Raises:
        ArgumentError: if nothing of it is in the library, or nothing else.
        PackError: if the library cannot be used or written.
    """
    with Draft(base, out) as draft, open_records(draft) as connection:
        return shrink(draft, connection, names, version)


def check_same_model(manifest: LibraryManifest, fingerprint: str | None, what: str) -> None:
    """Refuses what lives in another space than a library's keys.

    Raises:
        PackError: naming both.
    """
    if fingerprint != manifest.model.get("fingerprint"):
        raise PackError(
            f"The keys of the library {manifest.id} come from the model {manifest.model.get('id')} "
            f"{manifest.model.get('version')}, and {what} belongs to another; they cannot be joined."
        )


class _Known:
    """Passes over the records that a library has.

    Attributes:
        count: records passed over.
    """

    def __init__(
        self, connection: sqlite3.Connection, manifest: LibraryManifest, images: Path | None
    ) -> None:
        self._connection, self._root = connection, manifest.images_root
        self._images = images.resolve() if images is not None else None
        self.count = 0

    def new(self, records: Iterable[Record]) -> Iterator[Record]:
        """The records, without barcodes and photos that the library has."""
        for record in records:
            left = record
            if record.nucleotides and record.processid and self._has_barcode(record.processid):
                left = replace(left, nucleotides=None)
            if record.image_file and self._images is not None and self._has_photo(record):
                left = replace(left, image_file=None)
            if left is not record and not left.nucleotides and (not left.image_file or self._images is None):
                self.count += 1
            else:
                yield left

    def _has_barcode(self, processid: str) -> bool:
        sql = (
            "SELECT 1 FROM specimens JOIN keys USING (key_id) "
            "WHERE specimens.processid = ? AND keys.modality = 'dna' LIMIT 1"
        )
        return self._connection.execute(sql, [processid]).fetchone() is not None

    def _has_photo(self, record: Record) -> bool:
        """The same file of the same specimen; where the library names no files, a photo of it."""
        assert self._images is not None and record.image_file is not None
        file = image_name(named(self._images, record.image_file), str(self._images), self._root)
        sql = (
            "SELECT 1 FROM keys WHERE modality = 'image' AND processid IS ? "
            "AND (image_file = ? OR (image_file IS NULL AND processid IS NOT NULL)) LIMIT 1"
        )
        return self._connection.execute(sql, [record.processid, file]).fetchone() is not None
