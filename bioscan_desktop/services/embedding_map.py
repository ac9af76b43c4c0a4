"""A library's embedding space laid out on a plane.

`components`      the two directions in which the keys vary most (principal components). Linear and
                  exact, made in a second, and a new specimen has its place at once; but only coarse
                  groups come apart, since two of some hundred dimensions hold little of the whole.
`neighbourhoods`  t-SNE (van der Maaten & Hinton 2008, JMLR 9:2579) by the package openTSNE, which is
                  an extra. What is near is kept near, so that genera and species come apart; how far
                  groups are from each other, and how large they look, means nothing. Takes minutes.

Layouts are kept in the cache folder under the hashes of the key files they were made from.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.core.hits import Hit
from bioscan_desktop.index.keys import take_rows
from bioscan_desktop.inference.encoders import mean_row
from bioscan_desktop.inference.images import load_rgb
from bioscan_desktop.library.pack import MODALITIES, Library
from bioscan_desktop.services.browse import Taxonomy
from bioscan_desktop.services.identify import Identifier
from bioscan_desktop.services.specimens import Specimen
from bioscan_desktop.services.tasks import CancelToken, Progress, ProgressCallback, silent

KINDS: tuple[str, ...] = ("components", "neighbourhoods")

POINTS_MAX = 200_000
"""More keys than this are drawn by lot."""

SEED = 1

BLOCK = 16_384

MIN_POINTS = 20
"""Fewer have no neighbourhoods to speak of."""

EARLY, LATE = 250, 500
"""t-SNE's steps with exaggerated attraction, and without."""

FORMAT = 1


@dataclass(frozen=True)
class Points:
    """The n keys on the map.

    Attributes:
        place: (n,) int64, where each stands in `Taxonomy.key_ids` and its like, ascending.
        modality: (n,) int8, place in `MODALITIES`.
        row: (n,) int64, in the key matrix of its modality.
        taxon: (n,) int32, its finest taxon.
        key_id: (n,) int64.
        n_left_out: keys beyond `POINTS_MAX`.
    """

    place: np.ndarray
    modality: np.ndarray
    row: np.ndarray
    taxon: np.ndarray
    key_id: np.ndarray
    n_left_out: int

    def __len__(self) -> int:
        return len(self.place)

    def of_keys(self, key_ids: Sequence[int]) -> np.ndarray:
        """(m,) int64: which point each key is; -1 for those that are not on the map."""
        order = np.argsort(self.key_id)
        asked = np.asarray(key_ids, dtype=np.int64)
        if not len(order) or not len(asked):
            return np.full(len(asked), -1, dtype=np.int64)
        found = order[np.searchsorted(self.key_id[order], asked).clip(max=len(order) - 1)]
        return np.where(self.key_id[found] == asked, found, -1)


@dataclass(frozen=True)
class Layout:
    """Where the points are.

    Attributes:
        kind: one of `KINDS`.
        xy: (n, 2) float32, within -1 and 1 apart from a few far ones.
        mean, axes: (d,) and (d, 2) float32 that give a vector its place; None for neighbourhoods.
        explained: share of the whole variance that the plane holds; None for neighbourhoods.
    """

    kind: str
    xy: np.ndarray
    mean: np.ndarray | None = None
    axes: np.ndarray | None = None
    explained: float | None = None


def has_neighbourhoods() -> bool:
    """True if openTSNE is installed."""
    return find_spec("openTSNE") is not None


def choose_points(taxonomy: Taxonomy, taxon: int = 0, modalities: Sequence[str] = MODALITIES) -> Points:
    """The keys of a taxon, and if they are too many, some of them."""
    part = taxonomy.key_slice(taxon)
    wanted = np.isin(taxonomy.key_modality[part], [MODALITIES.index(m) for m in modalities])
    places = np.flatnonzero(wanted) + part.start
    left_out = max(0, len(places) - POINTS_MAX)
    if left_out:
        places = np.sort(np.random.default_rng(SEED).choice(places, POINTS_MAX, replace=False))
    return Points(
        places,
        taxonomy.key_modality[places],
        taxonomy.key_rows[places],
        taxonomy.key_taxon[places],
        taxonomy.key_ids[places],
        left_out,
    )


def vectors_of(library: Library, points: Points) -> np.ndarray:
    """(n, d) float32 unit rows of the points."""
    result = np.zeros((len(points), library.manifest.dim), dtype=np.float32)
    for number, modality in enumerate(MODALITIES):
        own = points.modality == number
        if own.any():
            result[own] = take_rows(library.key_rows(modality), points.row[own])
    return result


def components(vectors: np.ndarray, cancel: CancelToken | None = None) -> Layout:
    """Principal components of (n, d) rows, by the covariance summed up block by block.

    Each axis points so that its largest entry is positive, so that the map is the same each time.
    """
    cancel = cancel or CancelToken()
    count, dim = vectors.shape
    if not count:
        nothing = np.zeros((0, 2), dtype=np.float32)
        return Layout("components", nothing, np.zeros(dim, np.float32), np.zeros((dim, 2), np.float32))
    mean = vectors.mean(axis=0, dtype=np.float64)
    covariance = np.zeros((dim, dim))
    for start in range(0, count, BLOCK):
        cancel.check()
        block = vectors[start : start + BLOCK] - mean.astype(np.float32)
        covariance += block.T @ block
    values, axes = np.linalg.eigh(covariance)
    axes = axes[:, ::-1][:, :2]
    if axes.shape[1] < 2:
        axes = np.hstack([axes, np.zeros((dim, 2 - axes.shape[1]))])
    axes = axes * np.where(axes[np.abs(axes).argmax(axis=0), [0, 1]] < 0, -1.0, 1.0)
    xy = vectors @ axes.astype(np.float32) - (mean @ axes).astype(np.float32)
    scale = _scale(xy)
    total = float(values.clip(min=0).sum())
    return Layout(
        "components",
        xy * scale,
        mean.astype(np.float32),
        (axes * scale).astype(np.float32),
        float(values[::-1][:2].clip(min=0).sum()) / total if total > 0 else None,
    )


def neighbourhoods(
    vectors: np.ndarray,
    progress: ProgressCallback = silent,
    cancel: CancelToken | None = None,
    threads: int | None = None,
) -> Layout:
    """t-SNE of (n, d) unit rows, begun from their principal components.

    Raises:
        ArgumentError: if openTSNE is not installed, or there are too few points.
        Cancelled: after `cancel`.
    """
    if not has_neighbourhoods():
        raise ArgumentError(
            "The map of neighbourhoods needs the package openTSNE, which is not installed "
            "(pip install openTSNE); the map of components needs nothing."
        )
    if len(vectors) < MIN_POINTS:
        raise ArgumentError(f"A map of neighbourhoods needs at least {MIN_POINTS} keys.")
    cancel = cancel or CancelToken()
    from openTSNE import TSNEEmbedding, affinity

    cancel.check()
    total = EARLY + LATE
    progress(Progress(0, total, "Finding neighbours"))
    jobs = threads or max(1, (os.cpu_count() or 2) - 1)
    start = components(vectors, cancel).xy
    affinities = affinity.PerplexityBasedNN(
        vectors, perplexity=min(30, (len(vectors) - 1) / 3), method="approx", n_jobs=jobs, random_state=SEED
    )
    cancel.check()
    begun = {"done": 0}

    def watch(iteration: int, _error: float, _embedding: np.ndarray) -> bool:
        progress(Progress(begun["done"] + iteration, total, "Laying out the map"))
        return cancel.cancelled  # True ends it early

    embedding = TSNEEmbedding(
        start / max(1e-9, float(start[:, 0].std())) * 1e-4,
        affinities,
        negative_gradient_method="fft" if len(vectors) > 5_000 else "bh",
        n_jobs=jobs,
        random_state=SEED,
        callbacks=watch,
        callbacks_every_iters=5,
    )
    for steps, exaggeration, momentum in ((EARLY, 12, 0.5), (LATE, 1, 0.8)):
        embedding = embedding.optimize(n_iter=steps, exaggeration=exaggeration, momentum=momentum)
        cancel.check()
        begun["done"] += steps
    xy = np.asarray(embedding, dtype=np.float32)
    xy = xy - (xy.max(axis=0) + xy.min(axis=0)) / 2
    return Layout("neighbourhoods", xy * _scale(xy))


def _scale(xy: np.ndarray) -> np.float32:
    """What brings nearly all points within -1 and 1, the same for both axes."""
    reach = float(np.quantile(np.abs(xy), 0.995)) if xy.size else 0.0
    return np.float32(1 / reach if reach > 1e-9 else 1.0)


@dataclass(frozen=True)
class Placed:
    """A specimen's photo or barcode on the map.

    Attributes:
        modality: `image` or `dna`.
        xy: (2,) float32.
        hits: (m,) int64, the points of its nearest references that are on the map.
    """

    modality: str
    xy: np.ndarray
    hits: np.ndarray


def place_specimen(
    identifier: Identifier, layout: Layout, points: Points, specimen: Specimen, k: int = 8
) -> list[Placed]:
    """Where a specimen belongs, its photo and its barcode apart.

    On a map of components a place follows from the embedding; on a map of neighbourhoods it is the
    mean place of the nearest keys, nearer ones counting more. Without any of them on the map there
    is no place.
    """
    found = next(identifier.look_up([specimen], k))
    placed = []
    for modality, near in found.hits.items():
        # Similarities of photos to photos and of photos to barcodes are not on one scale.
        hits = [hit for hit in near if hit.key_modality == modality] or near
        on_map = points.of_keys([hit.key_id for hit in hits])
        if layout.axes is not None and layout.mean is not None:
            row = _embedded(identifier, specimen, modality, found.sequence)
            xy = ((row - layout.mean) @ layout.axes).astype(np.float32)
        else:
            among = place_among(layout, points, hits)
            if among is None:
                continue
            xy = among
        placed.append(Placed(modality, xy, on_map[on_map >= 0]))
    return placed


def _embedded(identifier: Identifier, specimen: Specimen, modality: str, sequence: str | None) -> np.ndarray:
    model = identifier.model
    if modality == "dna":
        return model.embed_barcodes([sequence or ""])[0]
    sources = [one.photo for one in specimen.photos if one.photo is not None]
    rows = model.embed_images([load_rgb(source, model.preprocessing.min_side).image for source in sources])
    return mean_row(list(rows))


def place_among(layout: Layout, points: Points, hits: Sequence[Hit]) -> np.ndarray | None:
    """The mean place of some hits, weighted by how near they are; None if none is on the map."""
    found = points.of_keys([hit.key_id for hit in hits])
    there = found >= 0
    if not there.any():
        return None
    away = np.array([1 - hit.score for hit in hits], dtype=np.float64)[there]
    weights = 1 / (away.clip(min=0) + 0.02) ** 2
    return np.average(layout.xy[found[there]], axis=0, weights=weights).astype(np.float32)


def inside(xy: np.ndarray, outline: np.ndarray) -> np.ndarray:
    """(n,) bool: which of the points (n, 2) lie within a closed outline (m, 2), by crossings."""
    result = np.zeros(len(xy), dtype=bool)
    if len(outline) < 3:
        return result
    low, high = outline.min(axis=0), outline.max(axis=0)
    near = np.flatnonzero(((xy >= low) & (xy <= high)).all(axis=1))
    x, y = xy[near, 0].astype(np.float64), xy[near, 1].astype(np.float64)
    crossed = np.zeros(len(near), dtype=bool)
    before = outline[-1]
    for corner in outline:
        spans = (corner[1] > y) != (before[1] > y)
        if before[1] != corner[1]:
            edge = (before[0] - corner[0]) * (y - corner[1]) / (before[1] - corner[1]) + corner[0]
            crossed ^= spans & (x < edge)
        before = corner
    result[near] = crossed
    return result


def cached(
    folder: Path | None,
    library: Library,
    points: Points,
    kind: str,
    progress: ProgressCallback = silent,
    cancel: CancelToken | None = None,
) -> Layout:
    """A layout from the cache, or made and put there.

    Args:
        folder: None keeps nothing.

    Raises:
        ArgumentError, Cancelled: as the layouts do.
    """
    if kind not in KINDS:
        raise ArgumentError(f"There is no map of the kind '{kind}'; there are {' and '.join(KINDS)}.")
    path = folder / f"{_fingerprint(library, points)}-{kind}.npy" if folder is not None else None
    found = _load(path, kind, len(points)) if path is not None else None
    if found is not None:
        return found
    vectors = vectors_of(library, points)
    if kind == "components":
        return components(vectors, cancel)  # as quick to make as to read
    layout = neighbourhoods(vectors, progress, cancel)
    if path is not None:
        _save(path, layout)
    return layout


def _fingerprint(library: Library, points: Points) -> str:
    files = [f"{name}:{sha}" for name, sha in sorted(library.manifest.files.items()) if "keys" in name]
    facts = "\n".join([str(FORMAT), library.manifest.id, library.manifest.version, *files])
    digest = hashlib.sha256(facts.encode())
    digest.update(np.ascontiguousarray(points.key_id).tobytes())
    return digest.hexdigest()[:24]


def is_cached(folder: Path, library: Library, points: Points, kind: str) -> bool:
    """True if a layout need not be made."""
    return (folder / f"{_fingerprint(library, points)}-{kind}.npy").is_file()


def _load(path: Path, kind: str, count: int) -> Layout | None:
    """None for whatever cannot be used: it is made anew then."""
    try:
        with path.open("rb") as stream:
            xy = np.lib.format.read_array(stream, allow_pickle=False)
    except Exception:  # a file cut short leads numpy into errors of every kind
        return None
    usable = xy.shape == (count, 2) and np.isfinite(xy).all()
    return Layout(kind, xy.astype(np.float32)) if usable else None


def _save(path: Path, layout: Layout) -> None:
    """A map that cannot be kept is still a map."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as stream:
            np.save(stream, layout.xy, allow_pickle=False)
        part.replace(path)
    with contextlib.suppress(OSError):
        part.unlink(missing_ok=True)
