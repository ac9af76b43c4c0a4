"""Build a library pack from a table of records: dereplicate, embed, cluster, write.

Barcodes: identical barcodes of one name become one haplotype; haplotypes of one name whose
embeddings are closer than `cluster_similarity` become one key (greedy, most common first), so that
two thousand records of a common butterfly need a few dozen keys and every rare haplotype keeps its
own. A key's barcode is the consensus of all its records. A key of a single record keeps that record's
own barcode, or, in a library that must not hold any, the consensus of it and the next haplotype of its
name.

Photos: one key per photo.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bioscan_desktop import __version__
from bioscan_desktop.core.barcode import clean
from bioscan_desktop.core.errors import ArgumentError, BioscanError, InputError, PackError
from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.index.barcodes import consensus
from bioscan_desktop.index.keys import isolations, save_keys
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.inference.images import load_rgb
from bioscan_desktop.inference.manifest import sha256_of
from bioscan_desktop.library.importers.tables import Record
from bioscan_desktop.library.pack import LibraryManifest
from bioscan_desktop.library.records import KeyRecord, write_records

DEFAULT_CLUSTER_SIMILARITY = 0.98
BATCH = 64
EXAMPLES = 5
"""Process ids kept per key."""

MAX_ISOLATION_KEYS = 60_000
"""Above this, the pairwise comparison would take minutes; novelty then does without it."""

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
    """What was built, and what could not be used: (row or file, sentence)."""

    manifest: LibraryManifest
    skipped: list[tuple[str, str]]


@dataclass
class _Haplotype:
    """Identical barcodes of one name."""

    sequence: str
    lineage: Lineage
    processids: list[str] = field(default_factory=list)
    countries: Counter[str] = field(default_factory=Counter)
    bins: Counter[str] = field(default_factory=Counter)
    n_records: int = 0


@dataclass
class _Photo:
    record: Record
    path: Path


def build_library(
    records: Iterable[Record],
    model: ModelPack,
    out: Path,
    options: BuildOptions,
    report: Report | None = None,
) -> BuildSummary:
    """Builds a library pack in a new folder; the folder appears only when it is complete.

    Raises:
        ArgumentError: if `out` exists, or no record can be used.
        PackError: if the model lacks an encoder that the records need, or the disk is full.
    """
    if out.exists():
        raise ArgumentError(f"{out} exists already; choose another folder or remove it first.")
    tell = report or (lambda what, done, total: None)
    skipped: list[tuple[str, str]] = []
    haplotypes, photos = _read(records, model, options, skipped, tell)
    if not haplotypes and not photos:
        first = f" The first problem: {skipped[0][1]}" if skipped else ""
        raise ArgumentError(f"None of the records can be used for a library.{first}")
    dna_keys, dna_rows = _dna_keys(haplotypes, model, options, tell)
    image_keys, image_rows = _image_keys(photos, model, options, skipped, len(dna_keys), tell)
    staging = out.with_name(f".{out.name}.building-{os.getpid()}")
    try:
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True)
        write_records(staging / "records.sqlite", [*dna_keys, *image_keys])
        files = ["records.sqlite"]
        for modality, rows in (("dna", dna_rows), ("image", image_rows)):
            if len(rows):
                save_keys(staging / f"keys.{modality}.npy", rows)
                files.append(f"keys.{modality}.npy")
                if len(rows) <= MAX_ISOLATION_KEYS:
                    records_of = dna_keys if modality == "dna" else image_keys
                    names = np.array([r.lineage.species or f"\0{r.row}" for r in records_of])
                    np.save(staging / f"isolation.{modality}.npy", isolations(rows, names))
                    files.append(f"isolation.{modality}.npy")
        manifest = _manifest(model, options, staging, files, dna_keys, image_keys)
        manifest.save(staging)
        staging.replace(out)
    except (OSError, sqlite3.Error) as error:
        why = getattr(error, "strerror", None) or error
        raise PackError(f"The library cannot be written to {out} ({why}).") from None
    finally:
        with contextlib.suppress(OSError):
            shutil.rmtree(staging, ignore_errors=True)
    return BuildSummary(manifest, skipped)


def _read(
    records: Iterable[Record],
    model: ModelPack,
    options: BuildOptions,
    skipped: list[tuple[str, str]],
    tell: Report,
) -> tuple[list[_Haplotype], list[_Photo]]:
    haplotypes: dict[tuple[str, Lineage], _Haplotype] = {}
    photos: list[_Photo] = []
    count = 0
    for count, record in enumerate(records, start=1):
        name = record.processid or record.sampleid or record.image_file or f"row {record.row}"
        if count % 5000 == 0:
            tell("reading records", count, None)
        if not record.lineage.path():
            skipped.append((name, f"{name} has no order, so it cannot name anything."))
            continue
        if not record.nucleotides and not record.image_file:
            skipped.append((name, f"{name} has neither a barcode nor a photo."))
        if record.nucleotides and model.has("dna"):
            try:
                sequence = clean(record.nucleotides, name).sequence
            except InputError as error:
                skipped.append((name, error.message))
            else:
                key = (sequence, record.lineage)
                haplotype = haplotypes.setdefault(key, _Haplotype(sequence, record.lineage))
                haplotype.n_records += 1
                if record.processid:
                    haplotype.processids.append(record.processid)
                if record.country:
                    haplotype.countries[record.country] += 1
                if record.bin_uri:
                    haplotype.bins[record.bin_uri] += 1
        if record.image_file and options.images is not None and model.has("image"):
            photos.append(_Photo(record, options.images / record.image_file))
    tell("reading records", count, count)
    return list(haplotypes.values()), photos


def _dna_keys(
    haplotypes: list[_Haplotype], model: ModelPack, options: BuildOptions, tell: Report
) -> tuple[list[KeyRecord], np.ndarray]:
    rows = np.zeros((len(haplotypes), model.dim), dtype=np.float32)
    for start in range(0, len(haplotypes), BATCH):
        part = haplotypes[start : start + BATCH]
        rows[start : start + len(part)] = model.embed_barcodes([h.sequence for h in part])
        tell("embedding barcodes", start + len(part), len(haplotypes))
    by_name: dict[Lineage, list[int]] = defaultdict(list)
    for number, haplotype in enumerate(haplotypes):
        by_name[haplotype.lineage].append(number)
    keys: list[KeyRecord] = []
    centres: list[np.ndarray] = []
    names = sorted(by_name, key=lambda lineage: tuple(name or "" for name in lineage.names()))
    for done, lineage in enumerate(names, start=1):
        members = sorted(by_name[lineage], key=lambda i: (-haplotypes[i].n_records, haplotypes[i].sequence))
        for cluster in cluster_rows(rows[members], options.cluster_similarity):
            chosen = [members[i] for i in cluster]
            own = [haplotypes[i] for i in chosen]
            beside = _beside(chosen, members, haplotypes, rows) if options.embeddings_only else []
            weights = np.array([haplotypes[i].n_records for i in chosen], dtype=np.float32)
            centre = (rows[chosen] * weights[:, None]).sum(axis=0)
            centres.append(centre / np.linalg.norm(centre))
            keys.append(_dna_record(len(keys), own, beside, options.embeddings_only))
        tell("clustering", done, len(names))
    matrix = np.stack(centres) if centres else np.zeros((0, model.dim), dtype=np.float32)
    return keys, matrix


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


def _beside(
    chosen: list[int], members: list[int], haplotypes: list[_Haplotype], rows: np.ndarray
) -> list[_Haplotype]:
    """The haplotype of the same name that is nearest to a lone record, if there is one."""
    others = [i for i in members if i not in chosen]
    if len(chosen) > 1 or haplotypes[chosen[0]].n_records > 1 or not others:
        return []
    return [haplotypes[others[int((rows[others] @ rows[chosen[0]]).argmax())]]]


def _dna_record(
    row: int, members: Sequence[_Haplotype], beside: Sequence[_Haplotype], embeddings_only: bool
) -> KeyRecord:
    """The record of a cluster; its first member is the most common haplotype.

    Args:
        beside: take part in the consensus alone.
        embeddings_only: a single record gives no barcode.
    """
    records = sum(h.n_records for h in members)
    bins: Counter[str] = Counter()
    countries: Counter[str] = Counter()
    for haplotype in members:
        bins.update(haplotype.bins)
        countries.update(haplotype.countries)
    # The longest of the common haplotypes is the backbone, so that the consensus is not cut short.
    common = [h for h in members if h.n_records * 4 >= members[0].n_records]
    backbone = max(common, key=lambda h: (len(h.sequence), h.n_records)).sequence
    processids = [p for haplotype in members for p in haplotype.processids]
    # A neighbour counts once, so that it leaves open what it differs in, and no more.
    weighed = [(h.sequence, h.n_records) for h in members] + [(h.sequence, 1) for h in beside]
    given = not embeddings_only or records + len(beside) > 1
    return KeyRecord(
        key_id=row + 1,
        modality="dna",
        row=row,
        lineage=members[0].lineage,
        bin_uri=bins.most_common(1)[0][0] if bins else None,
        country=countries.most_common(1)[0][0] if countries else None,
        processid=processids[0] if processids else None,
        n_records=records,
        process_ids=tuple(processids[:EXAMPLES]),
        consensus=consensus(backbone, weighed) if given else None,
        image_file=None,
        specimens=tuple(processids),
        places=tuple(sorted(countries.items())),
    )


def _image_keys(
    photos: list[_Photo],
    model: ModelPack,
    options: BuildOptions,
    skipped: list[tuple[str, str]],
    first_id: int,
    tell: Report,
) -> tuple[list[KeyRecord], np.ndarray]:
    keys: list[KeyRecord] = []
    rows: list[np.ndarray] = []
    with ThreadPoolExecutor(2, thread_name_prefix="decode") as pool:
        for start in range(0, len(photos), BATCH):
            part = photos[start : start + BATCH]
            futures = [pool.submit(load_rgb, p.path, model.preprocessing.min_side) for p in part]
            for photo, future in zip(part, futures, strict=True):
                record = photo.record
                try:
                    loaded = future.result()
                except BioscanError as error:
                    skipped.append((str(record.image_file), error.message))
                    continue
                rows.append(model.embed_images([loaded.image])[0])
                keys.append(
                    KeyRecord(
                        key_id=first_id + len(keys) + 1,
                        modality="image",
                        row=len(keys),
                        lineage=record.lineage,
                        bin_uri=record.bin_uri,
                        country=record.country,
                        processid=record.processid,
                        n_records=1,
                        process_ids=(record.processid,) if record.processid else (),
                        consensus=None,
                        image_file=None if options.embeddings_only else record.image_file,
                        specimens=(record.processid,) if record.processid else (),
                        places=((record.country, 1),) if record.country else (),
                    )
                )
            tell("embedding photos", min(start + BATCH, len(photos)), len(photos))
    return keys, np.stack(rows) if rows else np.zeros((0, model.dim), dtype=np.float32)


def _manifest(
    model: ModelPack,
    options: BuildOptions,
    folder: Path,
    files: Sequence[str],
    dna_keys: Sequence[KeyRecord],
    image_keys: Sequence[KeyRecord],
) -> LibraryManifest:
    species = {k.lineage.species for k in (*dna_keys, *image_keys) if k.lineage.species}
    counts = {
        "dna_keys": len(dna_keys),
        "image_keys": len(image_keys),
        "barcodes": sum(k.n_records for k in dna_keys),
        "photos": len(image_keys),
        "species": len(species),
        "species_with_dna": len({k.lineage.species for k in dna_keys if k.lineage.species}),
        "species_with_photos": len({k.lineage.species for k in image_keys if k.lineage.species}),
    }
    keeps_photos = not options.embeddings_only and options.images is not None and bool(image_keys)
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
        },
        images_root=str(options.images.resolve()) if keeps_photos and options.images else None,
    )
