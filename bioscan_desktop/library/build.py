"""Build a library pack from a table of records: dereplicate, embed, cluster, write.

Barcodes: identical barcodes of one name become one haplotype; haplotypes of one name whose
embeddings are closer than `cluster_similarity` become one key (greedy, most common first), so that
two thousand records of a common butterfly need a few dozen keys and every rare haplotype keeps its
own. A key's barcode is the consensus of all its records. A key of a single record keeps that record's
own barcode, or, in a library that must not hold any, the consensus of it and the next haplotype of its
name.

Photos: one key per photo.

Everything passes through `staging` on disk, so that memory does not grow with the number of records
and a build that was stopped can go on.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bioscan_desktop import __version__
from bioscan_desktop.core.errors import ArgumentError, BioscanError, PackError
from bioscan_desktop.files import named_in
from bioscan_desktop.index.barcodes import consensus
from bioscan_desktop.index.isolation import isolations
from bioscan_desktop.index.keys import KeyWriter, open_keys
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.inference.images import load_rgb
from bioscan_desktop.inference.manifest import sha256_of
from bioscan_desktop.library.embedded import Embedded
from bioscan_desktop.library.importers.tables import Record
from bioscan_desktop.library.pack import LibraryManifest
from bioscan_desktop.library.reading import (
    Haplotype,
    haplotype_groups,
    photos_in_order,
    read_bases,
    read_embedded,
    read_records,
)
from bioscan_desktop.library.records import (
    KeyRecord,
    count_records,
    create_tables,
    insert_record,
    species_names,
)
from bioscan_desktop.library.staging import Staging

DEFAULT_CLUSTER_SIMILARITY = 0.98
BATCH = 64
EXAMPLES = 5
"""Process ids kept per key."""

Report = Callable[[str, int, int | None], None]
"""Called with (what, done, total)."""


@dataclass
class BuildOptions:
    """How a library is built.

    Attributes:
        id, version, title, licence, attribution: for the manifest.
        images: folder that `image_file` is relative to; None builds from barcodes alone.
        embeddings_only: the library holds nothing of a single photo or record but its embedding: no names
            of photos, and only barcodes that are computed from two records or more.
        cluster_similarity: cosine from which haplotypes of one name share a key; 1 keeps all.
        provenance: anything worth knowing of the sources.
    """

    id: str
    version: str = "1"
    title: str = ""
    licence: str = ""
    attribution: str = ""
    images: Path | None = None
    embeddings_only: bool = False
    cluster_similarity: float = DEFAULT_CLUSTER_SIMILARITY
    provenance: dict[str, Any] = field(default_factory=dict)


@dataclass
class BuildSummary:
    """What was built, and what could not be used: (row or file, sentence).

    Attributes:
        without_family: barcodes and photos with a genus and no family: from them nothing below the order
            can be named.
    """

    manifest: LibraryManifest
    skipped: list[tuple[str, str]]
    without_family: int = 0


def build_library(
    records: Iterable[Record],
    model: ModelPack,
    out: Path,
    options: BuildOptions,
    report: Report | None = None,
    source: object = None,
    embedded: Embedded | None = None,
) -> BuildSummary:
    """Builds a library pack in a new folder; the folder appears only when it is complete.

    Args:
        source: tells the records from others, as plain JSON values. With it, a build that was stopped
            goes on where it was when it is started again; without it nothing is kept of it.
        embedded: take the specimens and their embeddings from here; `records` then only bring the
            barcodes from which consensus barcodes are made.

    Raises:
        ArgumentError: if `out` exists, or no record can be used.
        PackError: if the model lacks an encoder that the records need, the disk is full, or a build
            with other settings was stopped here.
    """
    if out.exists():
        raise ArgumentError(f"{out} exists already; choose another folder or remove it first.")
    tell = report or (lambda what, done, total: None)
    settings = None
    if source is not None:
        model_of = {"fingerprint": model.manifest.fingerprint, "precision": model.precision}
        deciding = ("images", "cluster_similarity", "embeddings_only")
        kept = {k: str(v) for k, v in vars(options).items() if k in deciding}
        settings = {"model": model_of, "source": source, "options": kept}
    try:
        with Staging(out, settings) as staging:
            if not staging.reading_done:
                if embedded is not None:
                    read_embedded(staging, embedded, model, options, tell)
                    read_bases(staging, records, tell)
                else:
                    read_records(staging, records, model, options, tell)
                staging.store(staging.rows_read, done=True)
            if not staging.count("haplotypes") and not staging.count("photos"):
                skipped = staging.skipped()
                first = f" The first problem: {skipped[0][1]}" if skipped else ""
                raise ArgumentError(f"None of the records can be used for a library.{first}")
            _embed_barcodes(staging, model, embedded, tell)
            _embed_photos(staging, model, options, embedded, tell)
            manifest = _write(staging, model, options, tell)
            summary = BuildSummary(manifest, staging.skipped(), staging.without_family())
            staging.library.replace(out)
            return summary
    except (OSError, sqlite3.Error) as error:
        why = getattr(error, "strerror", None) or error
        again = "; the same command goes on where it was" if source is not None else ""
        raise PackError(f"The library cannot be written to {out} ({why}){again}.") from None


def _embed_barcodes(staging: Staging, model: ModelPack, embedded: Embedded | None, tell: Report) -> None:
    total = staging.count("haplotypes")

    def make(start: int, stop: int) -> dict[str, np.ndarray]:
        rows = np.zeros((stop - start, model.dim), dtype=np.float32)
        sql = (
            "SELECT sequence, vector FROM numbered JOIN haplotypes USING (id) "
            "WHERE place >= ? AND place < ? ORDER BY place"
        )
        for first in range(start, stop, BATCH):
            last = min(first + BATCH, stop)
            found = staging.connection.execute(sql, [first, last]).fetchall()
            if embedded is None:
                part = model.embed_barcodes([sequence for sequence, _ in found])
            else:
                part = embedded.take("dna", np.array([vector for _, vector in found]))
            rows[first - start : last - start] = part
            tell("embedding barcodes", last, total)
        return {"rows": rows}

    for _, stop in staging.shards("dna", total, make):
        tell("embedding barcodes", stop, total)


def _embed_photos(
    staging: Staging, model: ModelPack, options: BuildOptions, embedded: Embedded | None, tell: Report
) -> None:
    total = staging.count("photos")

    def make(start: int, stop: int) -> dict[str, np.ndarray]:
        sql = "SELECT image_file, vector FROM photos WHERE id > ? AND id <= ? ORDER BY id"
        found = staging.connection.execute(sql, [start, stop]).fetchall()
        errors = np.array([""] * len(found), dtype=object)
        if embedded is not None:
            rows = embedded.take("image", np.array([vector for _, vector in found]))
        else:
            rows = np.full((len(found), model.dim), np.nan, dtype=np.float32)
            with ThreadPoolExecutor(2, thread_name_prefix="decode") as pool:
                for first in range(0, len(found), BATCH):
                    files = [file for file, _ in found[first : first + BATCH]]
                    _embed_some(pool, model, options.images, files, rows[first:], errors[first:])
                    tell("embedding photos", min(start + first + BATCH, total), total)
        return {"rows": rows, "errors": errors.astype(str)}

    for _, stop in staging.shards("image", total, make):
        tell("embedding photos", stop, total)


def _embed_some(
    pool: ThreadPoolExecutor,
    model: ModelPack,
    folder: Path | None,
    files: Sequence[str],
    rows: np.ndarray,
    errors: np.ndarray,
) -> None:
    """Embeds photos into the first of `rows`; sentences about unreadable ones go to `errors`."""
    assert folder is not None
    futures = [pool.submit(load_rgb, named_in(folder, file), model.preprocessing.min_side) for file in files]
    for number, future in enumerate(futures):
        try:
            loaded = future.result()
        except BioscanError as error:
            errors[number] = error.message
        else:
            rows[number] = model.embed_images([loaded.image])[0]


def _write(staging: Staging, model: ModelPack, options: BuildOptions, tell: Report) -> LibraryManifest:
    """Clusters and writes the pack; records go to the database one by one, keys to their files."""
    folder = staging.library
    connection = sqlite3.connect(folder / "records.sqlite")
    try:
        create_tables(connection)
        dna = _write_dna(staging, connection, model.dim, options, tell)
        images = _write_images(staging, connection, model.dim, options, dna)
        connection.commit()
        connection.execute("VACUUM")
        counts = count_records(connection)
        files = ["records.sqlite"]
        for modality, count in (("dna", dna), ("image", images)):
            if not count:
                continue
            files.append(f"keys.{modality}.npy")
            tell("comparing species", 0, None)
            rows = open_keys(folder / files[-1], model.dim, count)
            files.append(f"isolation.{modality}.npy")
            np.save(folder / files[-1], isolations(rows, species_names(connection, modality)))
    finally:
        connection.close()
    if not dna and not images:
        first = staging.skipped()
        raise ArgumentError(
            f"None of the records can be used for a library. The first problem: {first[0][1]}"
        )
    manifest = _manifest(model, options, folder, files, counts)
    manifest.save(folder)
    return manifest


def _write_dna(
    staging: Staging, connection: sqlite3.Connection, dim: int, options: BuildOptions, tell: Report
) -> int:
    """Returns the number of keys."""
    total, done, count = staging.count("haplotypes"), 0, 0
    if not total:
        return 0
    with KeyWriter(staging.library / "keys.dna.npy", dim) as writer:
        for group in haplotype_groups(staging):
            rows = staging.dna_rows(np.array([place for place, _ in group]), dim)
            centres = []
            haplotypes = [haplotype for _, haplotype in group]
            for cluster in cluster_rows(rows, options.cluster_similarity):
                members = [haplotypes[i] for i in cluster]
                beside = _beside(cluster, haplotypes, rows) if options.embeddings_only else []
                weights = np.array([m.n_records for m in members], dtype=np.float32)
                centre = (rows[cluster] * weights[:, None]).sum(axis=0)
                centres.append(centre / np.linalg.norm(centre))
                record = _dna_record(count, members, beside, options.embeddings_only)
                insert_record(connection, record)
                count += 1
            writer.write(np.stack(centres).astype(np.float16))
            done += len(group)
            tell("clustering", done, total)
    return count


def _write_images(
    staging: Staging, connection: sqlite3.Connection, dim: int, options: BuildOptions, first_id: int
) -> int:
    """Returns the number of keys."""
    if not staging.count("photos"):
        return 0
    count = 0
    photos = photos_in_order(staging)
    with KeyWriter(staging.library / "keys.image.npy", dim) as writer:
        for rows, errors in staging.images():
            kept = []
            for row, error in zip(rows, errors.tolist(), strict=True):
                record = next(photos)
                if error or not np.isfinite(row[0]):
                    sentence = error or f"{record.image_file} has no embedding."
                    staging.connection.execute(
                        "INSERT INTO skipped VALUES (?, ?)", [str(record.image_file), sentence]
                    )
                    continue
                insert_record(connection, _image_record(record, first_id, count, not options.embeddings_only))
                kept.append(row)
                count += 1
            if kept:
                writer.write(np.stack(kept).astype(np.float16))
    if not count:
        (staging.library / "keys.image.npy").unlink()
    return count


def _image_record(record: Record, first_id: int, row: int, keep_name: bool) -> KeyRecord:
    processids = (record.processid,) if record.processid else ()
    return KeyRecord(
        key_id=first_id + row + 1,
        modality="image",
        row=row,
        lineage=record.lineage,
        bin_uri=record.bin_uri,
        country=record.country,
        processid=record.processid,
        n_records=1,
        process_ids=processids,
        consensus=None,
        image_file=record.image_file if keep_name else None,
        specimens=processids,
        places=((record.country, 1),) if record.country else (),
    )


def cluster_rows(rows: np.ndarray, similarity: float) -> list[list[int]]:
    """Greedy clustering: each row joins the first centre that is near enough, or becomes one.

    Args:
        rows: (n, d) unit rows, in order of preference as centres.
        similarity: smallest cosine to the centre.

    Returns:
        the row numbers of each cluster, its centre first.
    """
    clusters: list[list[int]] = []
    centres = np.zeros_like(rows)
    for number, row in enumerate(rows):
        if clusters:
            scores = centres[: len(clusters)] @ row
            best = int(scores.argmax())
            if scores[best] >= similarity:
                clusters[best].append(number)
                continue
        centres[len(clusters)] = row
        clusters.append([number])
    return clusters


def _beside(chosen: list[int], haplotypes: Sequence[Haplotype], rows: np.ndarray) -> list[Haplotype]:
    """The haplotype of the same name that is nearest to a lone record, if there is one."""
    if len(chosen) > 1 or haplotypes[chosen[0]].n_records > 1 or len(haplotypes) == 1:
        return []
    scores = rows @ rows[chosen[0]]
    scores[chosen[0]] = -2
    return [haplotypes[int(scores.argmax())]]


def _dna_record(
    row: int, members: Sequence[Haplotype], beside: Sequence[Haplotype], embeddings_only: bool
) -> KeyRecord:
    """The record of a cluster; its first member is the most common haplotype.

    Args:
        beside: take part in the consensus alone.
        embeddings_only: a single record gives no barcode.
    """
    bins: Counter[str] = Counter()
    for haplotype in members:
        bins.update(haplotype.bins)
    countries = _countries(members)
    # The longest of the common haplotypes is the backbone, so that the consensus is not cut short.
    common = [h for h in members if h.n_records * 4 >= members[0].n_records]
    backbone = max(common, key=lambda h: (len(h.sequence), h.n_records)).sequence
    processids = list(dict.fromkeys(p for haplotype in members for p in haplotype.processids))
    # A neighbour counts once, so that it leaves open what it differs in, and no more. Embeddings may
    # have come without their barcodes.
    weighed = [(h.sequence, h.n_records) for h in members] + [(h.sequence, 1) for h in beside]
    weighed = [(sequence, n) for sequence, n in weighed if sequence]
    read = [h for h in (*members, *beside) if h.sequence]
    given = bool(backbone) and (not embeddings_only or _specimens(read) > 1)
    return KeyRecord(
        key_id=row + 1,
        modality="dna",
        row=row,
        lineage=members[0].lineage,
        bin_uri=bins.most_common(1)[0][0] if bins else None,
        country=countries.most_common(1)[0][0] if countries else None,
        processid=processids[0] if processids else None,
        n_records=_specimens(members),
        process_ids=tuple(processids[:EXAMPLES]),
        consensus=consensus(backbone, weighed) if given else None,
        image_file=None,
        specimens=tuple(processids),
        places=tuple(sorted(countries.items())),
    )


def _countries(haplotypes: Sequence[Haplotype]) -> Counter[str]:
    """How many specimens are from each country, each counted once as in `_specimens`."""
    places = [place for haplotype in haplotypes for place in haplotype.places]
    of_each: dict[str | int, str] = {}
    for number, (processid, country) in enumerate(places):
        of_each.setdefault(processid or number, country)
    return Counter(of_each.values())


def _specimens(haplotypes: Sequence[Haplotype]) -> int:
    """Of how many specimens these are; one that was sequenced twice counts once."""
    processids = [processid for haplotype in haplotypes for processid in haplotype.processids]
    return sum(h.n_records for h in haplotypes) - (len(processids) - len(set(processids)))


def _manifest(
    model: ModelPack, options: BuildOptions, folder: Path, files: Sequence[str], counts: dict[str, int]
) -> LibraryManifest:
    keeps_photos = not options.embeddings_only and options.images is not None and counts["image_keys"] > 0
    return LibraryManifest(
        id=options.id,
        version=options.version,
        title=options.title or options.id,
        dim=model.dim,
        model={
            "id": model.manifest.id,
            "version": model.manifest.version,
            "fingerprint": model.manifest.fingerprint,
        },
        counts=counts,
        files={file: sha256_of(folder / file) for file in files},
        licence=options.licence,
        attribution=options.attribution,
        provenance={
            **options.provenance,
            "app_version": __version__,
            "cluster_similarity": options.cluster_similarity,
            "embeddings_only": options.embeddings_only,
        },
        images_root=str(options.images.resolve()) if keeps_photos and options.images else None,
    )
