"""The library pack: a folder with manifest, records, keys per modality, and calibration.

    manifest.json      format, id, version, title, model it was built with, counts, files and hashes
    records.sqlite     what each key stands for
    keys.dna.npy       (n, d) float16 unit rows; keys.image.npy likewise
    isolation.dna.npy  (n,) float16: cosine of each key to the nearest key of another species (optional)
    calibration.json   scales, thresholds, novelty (optional; see `library.calibrated`)

`library.edit` writes changed files under new names, which the manifest gives in `stored_as`; so a
library changes at the moment when its manifest is replaced, and at no other.

The HNSW graph and the barcodes placed in their common frame are not part of the pack. They are caches
in the user's cache folder, rebuilt at need.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from bioscan_desktop import paths
from bioscan_desktop.core.errors import PackError
from bioscan_desktop.core.leaning import Leaning
from bioscan_desktop.core.near import Hits, Near
from bioscan_desktop.index import crossover, graph_cache
from bioscan_desktop.index.aligned import AlignedIndex
from bioscan_desktop.index.barcodes import Orientation
from bioscan_desktop.index.exact import ExactIndex, Index
from bioscan_desktop.index.hnsw import Report
from bioscan_desktop.index.keys import KeyFile, Keys, load_column, open_keys, take_rows, unit_blocks
from bioscan_desktop.inference.frame import LEAST_SCORE, place
from bioscan_desktop.inference.manifest import ModelManifest, check_file, read_manifest, require_texts
from bioscan_desktop.inference.session import default_threads
from bioscan_desktop.library import leaned
from bioscan_desktop.library.aligning import ALIGNED_K, compare, load_planes, usual_of
from bioscan_desktop.library.calibrated import CALIBRATION, check_calibration, fitted_before, in_force
from bioscan_desktop.library.leaned import Shifts
from bioscan_desktop.library.records import RecordStore

FORMAT = "bioscan-library"
FORMAT_VERSION = (1, 1)
MODALITIES: tuple[str, ...] = ("image", "dna")


@dataclass(frozen=True)
class LibraryManifest:
    """What a library pack says of itself.

    Attributes:
        model: id, version and fingerprint of the model that computed the keys.
        counts: keys per modality, records, species.
        files: sha256 by file name.
        images_root: folder of the photos that `image_file` of a key is relative to, or None.
        stored_as: present name of files that were changed, by the name in the list above.
        calibrated: for a library that was changed after calibration: `sha256` of that calibration, the
            `version` and number of `keys` that it was fitted on, and how many were `added` and `removed`.
    """

    id: str
    version: str
    title: str
    dim: int
    model: dict[str, str]
    counts: dict[str, int]
    files: dict[str, str]
    licence: str = ""
    attribution: str = ""
    provenance: dict[str, Any] = field(default_factory=dict)
    images_root: str | None = None
    stored_as: dict[str, str] = field(default_factory=dict)
    calibrated: dict[str, Any] | None = None

    def path(self, folder: Path, name: str) -> Path:
        """Where a file of the pack lies."""
        return folder / self.stored_as.get(name, name)

    def renamed(self, files: dict[str, str]) -> LibraryManifest:
        """The same for a copy whose files have their plain names."""
        return replace(self, files=files, stored_as={})

    def text(self) -> str:
        """What `manifest.json` holds."""
        values = {
            "format": FORMAT,
            "format_version": ".".join(map(str, FORMAT_VERSION)),
            "id": self.id,
            "version": self.version,
            "title": self.title,
            "dim": self.dim,
            "model": self.model,
            "counts": self.counts,
            "licence": self.licence,
            "attribution": self.attribution,
            "provenance": self.provenance,
            "images_root": self.images_root,
            "files": self.files,
            "stored_as": self.stored_as,
            "calibrated": self.calibrated,
        }
        return json.dumps(values, indent=2, ensure_ascii=False) + "\n"

    def save(self, folder: Path) -> None:
        """Writes `manifest.json`, in one step."""
        part = folder / f"manifest.json.{os.getpid()}.part"
        with part.open("w", encoding="utf-8") as stream:
            stream.write(self.text())
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(folder / "manifest.json")

    @classmethod
    def load(cls, folder: Path) -> LibraryManifest:
        """Reads the manifest. Raises PackError with one sentence."""
        values = read_manifest(folder, FORMAT, FORMAT_VERSION[0], "library pack")
        try:
            manifest = cls(
                id=values["id"],
                version=values["version"],
                title=values["title"],
                dim=int(values["dim"]),
                model=dict(values["model"]),
                counts={name: int(count) for name, count in values["counts"].items()},
                files=dict(values["files"]),
                licence=values.get("licence", ""),
                attribution=values.get("attribution", ""),
                provenance=values.get("provenance", {}),
                images_root=values.get("images_root"),
                stored_as=dict(values.get("stored_as") or {}),
                calibrated=fitted_before(values.get("calibrated")),
            )
            require_texts(manifest.id, manifest.version, manifest.title, *manifest.files)
            require_texts(*manifest.stored_as.values())
            if any(Path(name).name != name for name in manifest.stored_as.values()):
                raise ValueError("stored_as names another folder")
            if manifest.dim < 1 or min(manifest.counts.values(), default=0) < 0:
                raise ValueError("numbers below zero")
            return manifest
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise PackError(f"The library pack {folder} has a damaged manifest ({error!r}).") from None

    def verify(self, folder: Path) -> None:
        """Checks every file against its hash. Raises PackError naming the first that fails."""
        self.require_hashes(folder)
        for file, sha256 in self.files.items():
            check_file(folder, file, sha256)
        check_calibration(self.path(folder, CALIBRATION))

    def require_hashes(self, folder: Path) -> None:
        """Refuses a pack that answers from files without a hash. Raises PackError naming the first."""
        keys = (f"keys.{m}.npy" for m in MODALITIES if self.counts.get(f"{m}_keys", 0))
        for name in ("records.sqlite", *keys):
            stored = self.stored_as.get(name, name)
            if stored not in self.files:
                raise PackError(f"The manifest of {folder} has no hash of {stored}; install the pack again.")


class Library:
    """An opened library pack.

    Args:
        folder: the pack.
        cache: folder of the stored graphs; None uses none.
        exact: search exactly even where a graph is stored.

    Raises:
        PackError: if the pack cannot be used.
    """

    def __init__(self, folder: Path, cache: Path | None = None, exact: bool = False) -> None:
        self.folder = folder
        self.manifest = LibraryManifest.load(folder)
        self.notices: list[str] = []
        records = self.manifest.path(folder, "records.sqlite")
        if not records.is_file():
            raise PackError(f"The library {folder} lacks its file records.sqlite; install it again.")
        self.records = RecordStore(records)
        path = self.manifest.path(folder, CALIBRATION)
        self.calibration, notice = in_force(
            path, self.manifest.files.get(path.name), self.manifest.calibrated
        )
        self.notices += [notice] if notice else []
        self._cache = cache
        self._exact = exact
        self._keys: dict[str, Keys] = {}
        self._indexes: dict[str, Index] = {}
        self._orientation: Orientation | None = None
        self._isolation: dict[str, np.ndarray | None] = {}
        self._planes: np.ndarray | None = None
        self._aligned: AlignedIndex | None = None
        self._leaned: tuple[Leaning, dict[str, Shifts]] | None = None

    def close(self) -> None:
        """Releases the database."""
        self.records.close()

    def check_model(self, model: ModelManifest) -> None:
        """Refuses a model whose embeddings do not live in the space of this library's keys.

        Raises:
            PackError: naming both.
        """
        mine = self.manifest
        if model.dim != mine.dim:
            raise PackError(
                f"The model {model.id} gives embeddings of length {model.dim}, the library {mine.id} has "
                f"keys of length {mine.dim}; choose the model {mine.model.get('id')} or another library."
            )
        if model.fingerprint != mine.model.get("fingerprint"):
            raise PackError(
                f"The library {mine.id} was built with the model {mine.model.get('id')} "
                f"{mine.model.get('version')}, not with this {model.id} {model.version}; "
                "their similarities mean nothing to each other."
            )

    @property
    def modalities(self) -> tuple[str, ...]:
        """Those of `image` and `dna` that the library has keys for."""
        return tuple(m for m in MODALITIES if self.manifest.counts.get(f"{m}_keys", 0) > 0)

    def keys(self, modality: str) -> np.ndarray:
        """(n, d) float32 unit rows, all of them in memory."""
        rows = self.key_rows(modality)
        if not isinstance(rows, KeyFile):
            return rows
        every = np.empty(rows.shape, dtype=np.float32)
        for start, block in unit_blocks(rows):
            every[start : start + len(block)] = block
        return every

    def key_rows(self, modality: str) -> Keys:
        """The same, left on disk where they are many."""
        if modality not in self._keys:
            count = self.manifest.counts.get(f"{modality}_keys", 0)
            path = self.manifest.path(self.folder, f"keys.{modality}.npy")
            self._keys[modality] = open_keys(path, self.manifest.dim, count)
        return self._keys[modality]

    def index(self, modality: str) -> Index:
        """The index of one modality, opened at first use.

        A stored graph is used where there is one of exactly these keys. Otherwise search is exact;
        where a graph would pay on this machine, `notices` says how to have one.
        """
        if modality not in self._indexes:
            rows = self.key_rows(modality)
            found = None
            if not self._exact and self._cache is not None:
                folder, identity = self._graph_folder(modality), self._identity(modality)
                found = graph_cache.load(rows, folder, identity)
                if found is None and (notice := graph_cache.shortfall(folder, identity)):
                    self.notices.append(notice)
                elif found is None and (why := graph_cache.refusal(folder, identity)):
                    self.notices.append(
                        f"All {len(rows):,} {modality} keys are compared one by one, since the graph that is "
                        f"stored for them {why}; `bioscan library index {self._called}` mends that."
                    )
                elif found is None and crossover.pays(len(rows), rows.shape[1], self._cache / "speed.json"):
                    self.notices.append(
                        f"All {len(rows):,} {modality} keys are compared one by one; "
                        f"`bioscan library index {self._called}` makes searching so many faster."
                    )
            self._indexes[modality] = found if found is not None else ExactIndex(rows)
            self._isolations(modality)  # at once: a library that is changed meanwhile goes on as it was
        return self._indexes[modality]

    @property
    def _called(self) -> str:
        """What commands take for this library: its name if it is installed, else its folder."""
        homes = (paths.data_dir() / "libraries", paths.resources_dir() / "libraries")
        name = self.folder.name if self.folder.parent in homes else str(self.folder)
        return f'"{name}"' if " " in name else name

    def prepare_index(self, modality: str, report: Report | None = None) -> str:
        """Builds the graph of one modality, or brings the stored one up to date, and uses it.

        Returns:
            a sentence where exact search is used nevertheless, "" otherwise.
        """
        folder = self._graph_folder(modality) if self._cache is not None else None
        rows, identity = self.key_rows(modality), self._identity(modality)
        self._indexes[modality], notice = graph_cache.prepare(rows, folder, identity, report)
        return notice

    def has_graph(self, modality: str) -> bool:
        """True if a graph of this library is stored, be it of an earlier version."""
        return self._cache is not None and graph_cache.exists(self._graph_folder(modality))

    def _graph_folder(self, modality: str) -> Path:
        assert self._cache is not None
        return self._cache / re.sub(r"[^\w.-]", "-", f"{self.manifest.id}-{modality}.hnsw")

    def _identity(self, modality: str) -> str:
        """The hash of the key file, as the manifest has it."""
        name = self.manifest.path(self.folder, f"keys.{modality}.npy").name
        return f"{self.manifest.files.get(name)} {self.manifest.counts.get(f'{modality}_keys', 0)}"

    def search(
        self,
        query_modality: str,
        queries: np.ndarray,
        k: int,
        keys: Sequence[str] | None = None,
        placed: np.ndarray | None = None,
        allowed: Mapping[str, np.ndarray] | None = None,
        leaning: Leaning | None = None,
        without: str | None = None,
    ) -> list[Hits]:
        """The nearest keys of each modality for each query.

        Args:
            query_modality: `image` or `dna`.
            queries: (n, d) unit rows.
            k: per key modality. Barcodes get those that align best on top, see `library.aligning`.
            keys: key modalities to search; None searches all that the library has.
            placed: (n, 658) uint8 codes of barcodes in the common frame, to compare them base by base.
            allowed: (number of keys,) bool by key modality; others are left out, and the search is exact.
            leaning: of the encoder that gave the rows, if these are of photos.
            without: a species that this encoder is taken not to know.

        Returns:
            per query, hits of all key modalities, nearest first within each (by `Hit.leaned`).
        """
        groups: list[list[Near]] = [[] for _ in range(len(queries))]
        for modality in keys if keys is not None else self.modalities:
            if modality not in self.modalities:
                continue
            mask = allowed.get(modality) if allowed is not None else None
            index = self.index(modality) if mask is None else ExactIndex(self.key_rows(modality))
            found = self._near(query_modality, modality, index, queries, k, placed, mask, leaning, without)
            for own, near in zip(groups, found, strict=True):
                own.append(near)
        return [Hits(own) for own in groups]

    def _near(
        self,
        query_modality: str,
        modality: str,
        index: Index,
        queries: np.ndarray,
        k: int,
        placed: np.ndarray | None,
        mask: np.ndarray | None,
        leaning: Leaning | None,
        without: str | None,
    ) -> list[Near]:
        """The nearest keys of one modality for each query; see `search`."""
        if leaning is not None and query_modality == "image" and leaning.touches(modality):
            gains = [kin.gains(queries, without) for kin in leaning.kin_of(modality)]
            best = leaned.search(index, queries, k, self._shifts(modality, leaning), mask, gains)
            rows, scores, shifts = (np.concatenate(column) for column in zip(*best, strict=True))
            near = self.near(query_modality, modality, rows, scores, shifts)
            return near.split([len(own) for own, _, _ in best])
        if isinstance(index, ExactIndex):
            rows, scores = index.search(queries, k, mask)
        else:
            rows, scores = index.search(queries, k)
        if placed is not None and modality == "dna":
            return self._beside(queries, placed, rows, scores, mask)
        near = self.near(query_modality, modality, rows.ravel(), scores.ravel())
        return near.split([rows.shape[1]] * len(queries))

    def _beside(
        self,
        queries: np.ndarray,
        placed: np.ndarray,
        rows: np.ndarray,
        scores: np.ndarray,
        mask: np.ndarray | None,
    ) -> list[Near]:
        """Barcode keys near by embedding or by alignment, for each query."""
        aligned = self.aligned
        if aligned is None:
            return [
                compare(self.near("dna", "dna", *own), codes, self.calibration.relatedness)
                for *own, codes in zip(rows, scores, placed, strict=True)
            ]
        found = aligned.search_many(placed, ALIGNED_K, mask, rows, default_threads())
        every = np.concatenate([part.rows for part in found])
        cosines = np.concatenate(
            [
                take_rows(self.key_rows("dna"), part.rows) @ query
                for part, query in zip(found, queries, strict=True)
            ]
        )
        mismatch = np.concatenate([part.mismatch for part in found])
        relatedness = np.concatenate([part.relatedness for part in found])
        near = self.near("dna", "dna", every, cosines, aligned=(mismatch, relatedness))
        counts = [len(part.rows) for part in found]
        owners = np.repeat(np.arange(len(found)), counts)
        return near.take(np.lexsort((near.key_ids, -near.score, owners))).split(counts)

    @property
    def aligned(self) -> AlignedIndex | None:
        """The library's barcodes in the common frame; None if it has none, or too many to scan."""
        if self._planes is None:
            self._planes = load_planes(
                self.records,
                self.manifest.counts.get("dna_keys", 0),
                self.manifest.files.get(self.manifest.stored_as.get("records.sqlite", "records.sqlite"), ""),
                self._cache,
            )
        if not self._planes.shape[2]:
            return None
        if self._aligned is None or self._aligned.weights is not self.calibration.relatedness:
            self._aligned = AlignedIndex(self._planes, self.calibration.relatedness)
        return self._aligned

    @cached_property
    def is_coi(self) -> bool:
        """Most of a sample of the library's barcodes have a place in the frame of COI."""
        sample = [r.consensus for r in self.records.with_consensus(60) if r.consensus]
        return bool(sample) and float((place(sample).score >= LEAST_SCORE).mean()) > 0.5

    @cached_property
    def usual(self) -> np.ndarray:
        """(658, 5) bool: which bases belong where, see `inference.misread`."""
        return usual_of(self.records, self.aligned)

    def near(
        self,
        query_modality: str,
        key_modality: str,
        rows: np.ndarray,
        scores: np.ndarray,
        shifts: np.ndarray | None = None,
        aligned: tuple[np.ndarray, np.ndarray] | None = None,
    ) -> Near:
        """Rows of a key matrix with their scores, both (m,).

        Args:
            shifts: (m,) of each, see `core.leaning`.
            aligned: mismatch and relatedness of each, (m,); NaN where not known.
        """
        numbers = rows.tolist()
        records = self.records.by_row(key_modality, numbers)
        if len(records) < len(set(numbers)):
            raise PackError(
                f"The keys and the records of the library {self.folder} do not belong together; "
                "install it again."
            )
        keys = [records[row] for row in numbers]
        isolation = self._isolations(key_modality)
        nothing = np.full(len(rows), np.nan)
        mismatch, relatedness = aligned or (nothing, nothing)
        return Near(
            query_modality,
            key_modality,
            keys,
            np.array([key.key_id for key in keys], dtype=np.int64),
            scores.astype(np.float64),
            shifts.astype(np.float64) if shifts is not None else np.zeros(len(rows)),
            isolation[rows].astype(np.float64) if isolation is not None else nothing,
            mismatch.astype(np.float64),
            relatedness.astype(np.float64),
        )

    def _shifts(self, modality: str, leaning: Leaning) -> Shifts:
        """By the leaning that was asked for last: a window has one model at a time."""
        known, shifts = self._leaned or (None, {})
        if known is not leaning:
            shifts = {}
            self._leaned = (leaning, shifts)
        if modality not in shifts:
            names = self.records.families_to_species(modality)
            shifts[modality] = Shifts.of(names, modality, leaning, self._isolations(modality))
        return shifts[modality]

    @cached_property
    def pictured(self) -> frozenset[str] | None:
        """Species with a photo key; None if the library has no photo keys at all."""
        if "image" not in self.modalities:
            return None
        names = self.records.lineages("image")
        return frozenset(lineage.species for lineage in names if lineage.species)

    @property
    def orientation(self) -> Orientation | None:
        """Tells sense from antisense by this library's consensus barcodes; None if it has none."""
        if self._orientation is None:
            consensus = [r.consensus for r in self.records.with_consensus(300) if r.consensus]
            self._orientation = Orientation(consensus) if consensus else None
        return self._orientation

    def _isolations(self, modality: str) -> np.ndarray | None:
        """(n,) float16, or None for packs without it."""
        if modality not in self._isolation:
            path = self.manifest.path(self.folder, f"isolation.{modality}.npy")
            known = path.name in self.manifest.files
            count = self.manifest.counts.get(f"{modality}_keys", 0)
            self._isolation[modality] = load_column(path, count) if known else None
        return self._isolation[modality]
