"""CLIBD's benchmark on embeddings: each kind of query against each kind of key, seen and unseen.

Here every key record is a key, and similarity is the plain cosine, as in the paper
(arXiv:2405.17537, `inference_and_print_result` of its code). `bioscan evaluate` measures what a
user gets from a library instead: equal barcodes share a key there, and photos and barcodes are
weighed before they are ranked together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.core.taxonomy import RANKS, Lineage
from bioscan_desktop.index.exact import ExactIndex
from bioscan_desktop.services.evaluate import TOP_K, LabelledQuery, retrieval_figures

MODALITIES: tuple[str, ...] = ("image", "dna", "text")
"""In the order in which keys of all kinds are stacked; equal scores go to the first."""

QUERIES_AT_ONCE = 1024


@dataclass(frozen=True)
class Embedded:
    """Records with their embeddings.

    Attributes:
        lineages: names of the n records.
        vectors: {modality: (n, d) float32}; a row of NaN where a record lacks it. Rows need no unit
            length.
    """

    lineages: Sequence[Lineage]
    vectors: Mapping[str, np.ndarray]

    def __post_init__(self) -> None:
        for modality, rows in self.vectors.items():
            if modality not in MODALITIES or rows.ndim != 2 or len(rows) != len(self.lineages):
                raise ArgumentError(
                    f"Embeddings of kind '{modality}' and shape {rows.shape} do not fit "
                    f"{len(self.lineages)} records."
                )

    @property
    def query_kinds(self) -> tuple[str, ...]:
        """Modalities, and `both` for the mean of photo and barcode (CLIBD's averaged_feature)."""
        own = tuple(m for m in MODALITIES if m in self.vectors)
        return (*own, "both") if {"image", "dna"} <= set(own) else own

    @property
    def key_kinds(self) -> tuple[str, ...]:
        """Modalities, and `all` for the keys of all of them together."""
        own = tuple(m for m in MODALITIES if m in self.vectors)
        return (*own, "all") if len(own) > 1 else own

    def unit_rows(self, kind: str) -> tuple[np.ndarray, np.ndarray]:
        """Embeddings of a kind of query or key.

        Returns:
            (m,) int64: which record each row belongs to; records that lack the kind are left out.
            (m, d) float32 unit rows.
        """
        if kind == "all":
            parts = [self.unit_rows(m) for m in MODALITIES if m in self.vectors]
            return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])
        if kind not in (*self.query_kinds, *self.key_kinds):
            return np.zeros(0, dtype=np.int64), np.zeros((0, 0), dtype=np.float32)
        if kind == "both":
            rows = (_unit(self.vectors["image"]) + _unit(self.vectors["dna"])) / 2
        else:
            rows = np.asarray(self.vectors[kind], dtype=np.float32)
        rows = _unit(rows)
        there = np.flatnonzero(np.isfinite(rows).all(axis=1))
        return there, rows[there]


def _unit(rows: np.ndarray) -> np.ndarray:
    """(n, d) float32 rows of length 1; zero rows become NaN, for they point nowhere."""
    rows = np.asarray(rows, dtype=np.float32)
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(norms > 1e-12, norms, np.float32(np.nan))


def neighbours(
    queries: Embedded, keys: Embedded, query_kind: str, key_kind: str, k: int = max(TOP_K)
) -> list[LabelledQuery]:
    """The `k` nearest keys of each query that has the kind asked for."""
    owners, rows = keys.unit_rows(key_kind)
    index = ExactIndex(rows)
    asking, questions = queries.unit_rows(query_kind)
    # A group without the kind has rows of no length, which nothing may be multiplied with.
    found: list[LabelledQuery] = []
    for start in range(0, len(asking), QUERIES_AT_ONCE):
        near, _ = index.search(questions[start : start + QUERIES_AT_ONCE], k)
        for query, places in zip(asking[start : start + QUERIES_AT_ONCE], owners[near], strict=True):
            labels = tuple(keys.lineages[int(place)] for place in places)
            found.append(LabelledQuery(queries.lineages[int(query)], labels))
    return found


def benchmark(
    keys: Embedded, seen: Embedded, unseen: Embedded, count_unknown: bool = False
) -> dict[str, Any]:
    """All figures of CLIBD's tables: both groups of queries search the same keys.

    Args:
        keys: CLIBD's `all_keys`.
        seen, unseen: queries of species that the model was trained on, and of others.
        count_unknown: see `evaluate.top_k_accuracy`.

    Returns:
        {"n_queries": …, "query": "each", "keys": "each", "protocol": …, "pairs": {"image to dna": …}}
        where each pair has what `bioscan evaluate --json` has, verdicts excepted.
    """
    pairs = {}
    for query_kind in seen.query_kinds or unseen.query_kinds:
        for key_kind in keys.key_kinds:
            groups = (
                neighbours(seen, keys, query_kind, key_kind),
                neighbours(unseen, keys, query_kind, key_kind),
            )
            together = [*groups[0], *groups[1]]
            asked = len(seen.lineages) + len(unseen.lineages)
            pairs[f"{query_kind} to {key_kind}"] = {
                "n_queries": len(together),
                "n_failed": asked - len(together),
                "query": query_kind,
                "keys": key_kind,
                **retrieval_figures(together, groups, count_unknown),
            }
    return {
        "n_queries": len(seen.lineages) + len(unseen.lineages),
        "query": "each",
        "keys": "each",
        "protocol": {"count_unknown": count_unknown},
        "pairs": pairs,
    }


def pairs_table(figures: Mapping[str, Any], mean: str = "macro", k: int = 1) -> str:
    """Seen / unseen / harmonic mean per rank, a line per kind of query and key (the paper's Table 1)."""
    lines = [f"{mean} top-{k}, per cent: seen / unseen / harmonic mean"]
    lines.append(f"{'':<16}" + "".join(f"{rank:>24}" for rank in RANKS))
    for name, pair in figures["pairs"].items():
        cells = []
        for rank in RANKS:
            shares = [pair[g]["top_k"][str(k)][rank][mean] for g in ("seen", "unseen")]
            shares.append(pair["harmonic_mean"][str(k)][rank][mean])
            cells.append(" /".join(f"{'–' if s is None else f'{100 * s:.1f}':>5}" for s in shares))
        lines.append(f"{name:<16}" + "".join(f"{cell:>24}" for cell in cells))
    return "\n".join(lines)
