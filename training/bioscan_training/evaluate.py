"""Nearest-key metrics used while training, and plain baselines to hold them against.

Protocol of CLIBD (arXiv:2405.17537): the label of the nearest key is the prediction, each rank on its
own; micro is the mean over queries, macro over true classes. Unlike there, queries without a label at
a rank are left out at that rank, and a key without a label never counts as right.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bioscan_desktop.core.calibration import DEFAULT_PAIRS, PairScale
from bioscan_desktop.core.matching import DECISION_K
from bioscan_desktop.core.taxonomy import RANKS, Lineage
from bioscan_desktop.index.aligned import AlignedIndex
from bioscan_desktop.library.aligning import ALIGNED_K
from bioscan_desktop.services.evaluate import class_counts, top_k_accuracy
from bioscan_training.data.barcodes import BarcodeArray, codes_to_tokens


def nearest(
    queries: np.ndarray,
    keys: np.ndarray,
    k: int = 1,
    block: int = 1024,
    scale: np.ndarray | None = None,
    shift: np.ndarray | None = None,
    apart: tuple[np.ndarray, np.ndarray] | None = None,
) -> np.ndarray:
    """Rows of the `k` keys with the largest inner product, best first: (n, k) int64.

    Args:
        scale, shift: (m,) the products of each key are multiplied by, and what is added then.
        apart: labels of the queries (n,) and of the keys (m,); equal ones are not compared.
    """
    found = np.empty((len(queries), k), dtype=np.int64)
    for start in range(0, len(queries), block):
        scores = queries[start : start + block] @ keys.T
        if scale is not None:
            scores *= scale
        if shift is not None:
            scores += shift
        if apart is not None:
            scores[apart[0][start : start + block, None] == apart[1][None, :]] = -np.inf
        top = np.argpartition(-scores, k - 1, axis=1)[:, :k]
        order = np.take_along_axis(-scores, top, axis=1).argsort(axis=1, kind="stable")
        found[start : start + block] = np.take_along_axis(top, order, axis=1)
    return found


@dataclass(frozen=True)
class Evidence:
    """What speaks for the keys that one barcode may be compared with.

    Attributes:
        rows: (r,) int64 of the keys.
        cosine, mismatch, relatedness: (r,) float64; the last two NaN where too few bases overlap.
    """

    rows: np.ndarray
    cosine: np.ndarray
    mismatch: np.ndarray
    relatedness: np.ndarray


def evidence_of(
    queries: np.ndarray, keys: np.ndarray, codes: np.ndarray, index: AlignedIndex
) -> list[Evidence]:
    """The keys that the program looks at for each barcode: near by embedding, or by alignment.

    Args:
        queries, keys: (n, d) and (m, d) unit rows.
        codes: (n, 658) uint8 of the queries in the common frame.
        index: the same m keys in it.
    """
    close = nearest(queries, keys, min(DECISION_K, len(keys)))
    gathered = []
    for number, (row, own) in enumerate(zip(queries, codes, strict=True)):
        found = index.search(own, ALIGNED_K, also=close[number])
        gathered.append(Evidence(found.rows, keys[found.rows] @ row, found.mismatch, found.relatedness))
    return gathered


def best_by_evidence(gathered: Sequence[Evidence], scale: PairScale, k: int = 1) -> np.ndarray:
    """(n, k) int64 rows of the keys with most evidence, best first.

    A key that was not aligned comes after all that were.
    """
    best = np.zeros((len(gathered), k), dtype=np.int64)
    for number, found in enumerate(gathered):
        logits = np.array(
            [
                scale.logit(cosine, *((relatedness, mismatch) if mismatch == mismatch else (-1e3, 1.0)))
                for cosine, mismatch, relatedness in zip(
                    found.cosine.tolist(), found.mismatch, found.relatedness, strict=True
                )
            ]
        )
        best[number] = found.rows[np.argsort(-logits, kind="stable")[:k]]
    return best


def nearest_by_evidence(
    queries: np.ndarray, keys: np.ndarray, codes: np.ndarray, index: AlignedIndex, k: int = 1
) -> np.ndarray:
    """The best keys of barcodes as the program ranks them: by embedding and alignment together.

    Args:
        queries, keys, codes, index: see `evidence_of`.

    Returns:
        (n, k) int64 row numbers, best first, by the weights of a library that is not calibrated.
    """
    return best_by_evidence(evidence_of(queries, keys, codes, index), DEFAULT_PAIRS["dna->dna"], k)


def label_metrics(
    found: np.ndarray, queries: Sequence[Lineage], keys: Sequence[Lineage], only_known: bool = False
) -> dict[str, dict[str, Any]]:
    """Top-1 and top-k accuracy per rank, counted by `bioscan_desktop.services.evaluate`.

    Args:
        found: (n, k) key rows, best first.
        only_known: count only queries whose label exists among the keys.

    Returns:
        `{rank: {n, micro, macro, top_k}}`; ranks without a query that counts are left out.
    """
    truths = list(queries)
    if only_known:
        present = [{key.at(rank) for key in keys} for rank in RANKS]
        truths = [
            Lineage(
                *(name if name in known else None for name, known in zip(q.names(), present, strict=True))
            )
            for q in queries
        ]
    near, k = [[keys[key] for key in row] for row in found], found.shape[1]
    first, any_of = top_k_accuracy(truths, near, 1), top_k_accuracy(truths, near, k)
    return {
        rank: {
            "n": count["queries"],
            "micro": first[rank]["micro"],
            "macro": first[rank]["macro"],
            f"top{k}": any_of[rank]["micro"],
        }
        for rank, count in class_counts(truths).items()
        if count["queries"]
    }


def blind_metrics(queries: Sequence[Lineage], keys: Sequence[Lineage]) -> dict[str, dict[str, float]]:
    """What a guess reaches: a uniformly drawn class of the keys, and the queries' own largest class."""
    result = {}
    for rank in RANKS:
        truths = [q.at(rank) for q in queries if q.at(rank) is not None]
        classes = {k.at(rank) for k in keys} - {None}
        if truths and classes:
            largest = Counter(truths).most_common(1)[0][1]
            result[rank] = {
                "chance": sum(t in classes for t in truths) / len(truths) / len(classes),
                "majority": largest / len(truths),
            }
    return result


def spectra(sequences: Sequence[str], k: int = 5) -> np.ndarray:
    """(n, 4^k) float32 k-mer counts as rows of length one: the plain baseline for barcodes."""
    from bioscan_desktop.inference.tokens import KmerTokenizer

    longest = max(len(s) for s in sequences)
    tokenizer = KmerTokenizer(k, 1, max(longest, k), ("<UNK>",))
    array = BarcodeArray(sequences)
    rows = np.zeros((len(sequences), 4**k), dtype=np.float32)
    for start in range(0, len(sequences), 2048):
        index = np.arange(start, min(start + 2048, len(sequences)))
        tokens = codes_to_tokens(array.plain(index, longest), tokenizer)
        flat = (tokens + (np.arange(len(index)) * (4**k + 1))[:, None]).ravel()
        counts = np.bincount(flat, minlength=len(index) * (4**k + 1)).reshape(len(index), -1)
        rows[index] = counts[:, 1:]
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def vsearch_top_hit(
    queries: Sequence[str], keys: Sequence[str], threads: int = 2
) -> tuple[np.ndarray, np.ndarray] | None:
    """vsearch's best hit by global identity, or None where vsearch is not installed.

    Returns:
        (n, 1) int64 rows of the keys and (n,) percent identity by vsearch's default definition. A query
        without a hit at 70 % gets row 0, which is as good as wrong, and an identity of 0.
    """
    program = shutil.which("vsearch")
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        paths = {}
        for name, sequences in (("q", queries), ("k", keys)):
            paths[name] = Path(folder) / f"{name}.fasta"
            paths[name].write_text("".join(f">{i}\n{s}\n" for i, s in enumerate(sequences) if s))
        out = Path(folder) / "hits.tsv"
        options = "--id 0.7 --maxaccepts 8 --maxrejects 64 --top_hits_only --maxhits 1 --quiet".split()
        files = ["--db", str(paths["k"]), "--userout", str(out), "--userfields", "query+target+id"]
        search = [program, "--usearch_global", str(paths["q"]), *files, *options, "--threads", str(threads)]
        subprocess.run(search, check=True)
        found, identity = np.zeros((len(queries), 1), dtype=np.int64), np.zeros(len(queries))
        for line in out.read_text().splitlines():
            query, target, percent = line.split("\t")
            found[int(query), 0], identity[int(query)] = int(target), float(percent)
    return found, identity
