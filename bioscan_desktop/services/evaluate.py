"""Measure a library and model on labelled queries, by CLIBD's protocol.

The label predicted at place r is the label of the r-th nearest key; ranks are judged
independently; a query is right at top-k if its true label is among the first k. Micro is the mean
over queries, macro the mean over true classes, the harmonic mean joins seen and unseen species.
Unlike in CLIBD's code, queries without a label at a rank are left out there, and unknown labels
of keys never count as right; `count_unknown=True` does as that code does, for figures that stand
beside its published ones.

Source of the protocol: arXiv:2405.17537; `make_prediction`, `top_k_micro_accuracy` and
`top_k_macro_accuracy` of its code.
"""

from __future__ import annotations

import csv
import zlib
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from bioscan_desktop.core.errors import ArgumentError, reason
from bioscan_desktop.core.matching import DECISION_K
from bioscan_desktop.core.novelty import nearness
from bioscan_desktop.core.taxonomy import RANKS, Lineage, clean_name
from bioscan_desktop.files import named_in
from bioscan_desktop.library.importers.tables import Record, open_text
from bioscan_desktop.services.answered import Answered
from bioscan_desktop.services.identify import SHOWN, Identifier, Neighbours
from bioscan_desktop.services.missing_species import apart, auroc, missing_species
from bioscan_desktop.services.missing_species import lines as missing_lines
from bioscan_desktop.services.reliability import expected_calibration_error, reliability, risk_coverage
from bioscan_desktop.services.specimens import Specimen, from_sequence
from bioscan_desktop.services.tasks import Progress, ProgressCallback, silent

TOP_K: tuple[int, ...] = (1, 3, 5)
QUERIES: tuple[str, ...] = ("image", "dna", "both")
KEYS: tuple[str, ...] = ("image", "dna", "all")
NOT_CLASSIFIED = "not_classified"
"""How BIOSCAN's tables write that a rank is unknown."""


class Retrieved(Protocol):
    """A labelled query with the labels of its nearest keys."""

    @property
    def truth(self) -> Lineage:
        """Its true names."""

    @property
    def nearest(self) -> Sequence[Lineage]:
        """Names of the nearest keys, best first."""


def top_k_accuracy(
    truths: Sequence[Lineage],
    nearest: Sequence[Sequence[Lineage]],
    k: int,
    count_unknown: bool = False,
) -> dict[str, dict[str, float | None]]:
    """{rank: {"micro": …, "macro": …}} of "the true name is among the labels of the first k".

    Args:
        truths: names of the queries.
        nearest: for each query the names of its nearest keys, best first; at least k where there are.
        k: how many of them count.
        count_unknown: whatever stands in a label counts, `not_classified` and interim names too, as
            in CLIBD's code. Otherwise queries with such a label are left out at that rank.
    """
    result: dict[str, dict[str, float | None]] = {}
    for rank in RANKS:
        by_class: dict[str, list[bool]] = defaultdict(list)
        for truth, found in zip(truths, nearest, strict=True):
            name = _label(truth, rank, count_unknown)
            if name is not None:
                right = any(_label(key, rank, True) == name for key in found[:k])
                by_class[name].append(right)
        answers = [value for values in by_class.values() for value in values]
        result[rank] = {
            "micro": float(np.mean(answers)) if answers else None,
            "macro": float(np.mean([np.mean(v) for v in by_class.values()])) if answers else None,
        }
    return result


def class_counts(truths: Sequence[Lineage], count_unknown: bool = False) -> dict[str, dict[str, int]]:
    """{rank: {"queries": …, "classes": …}}: what the means of `top_k_accuracy` are taken over."""
    result = {}
    for rank in RANKS:
        names = [_label(truth, rank, count_unknown) for truth in truths]
        result[rank] = {"queries": len(names) - names.count(None), "classes": len({*names} - {None})}
    return result


def _label(lineage: Lineage, rank: str, count_unknown: bool) -> str | None:
    """The label that counts at a rank; None if the query is to be left out there."""
    return lineage.at(rank) or NOT_CLASSIFIED if count_unknown else lineage.taxon(rank)


def harmonic_mean(a: float | None, b: float | None) -> float | None:
    """2ab / (a + b); 0 if either is 0, None if either is unknown."""
    if a is None or b is None:
        return None
    return 0.0 if a == 0 or b == 0 else 2 * a * b / (a + b)


def answer(
    identifier: Identifier,
    records: Iterable[Record],
    query: str,
    keys: str,
    images: Path | None,
    progress: ProgressCallback = silent,
) -> tuple[list[Answered], list[tuple[str, str]]]:
    """Searches the library for each record.

    Args:
        query: `image`, `dna` or `both`: what of the record is used.
        keys: `image`, `dna` or `all`: what it is compared with.
        images: folder of the photos.

    Returns:
        the answered queries, and (name, sentence) for those that could not be used.

    Raises:
        ArgumentError: if the library has none of these keys.
    """
    if query not in QUERIES or keys not in KEYS:
        raise ArgumentError(f"Queries are one of {QUERIES}, keys one of {KEYS}.")
    if keys not in ("all", *identifier.library.modalities):
        raise ArgumentError(f"The library {identifier.library.manifest.id} has no {keys} keys; name others.")
    wanted = None if keys == "all" else [keys]
    answered: list[Answered] = []
    failed: list[tuple[str, str]] = []
    truths: deque[Lineage] = deque()

    def specimens() -> Iterator[Specimen]:
        for record in records:
            truths.append(record.lineage)
            yield _specimen(record, query, images)

    look_up = identifier.look_up(specimens(), DECISION_K, wanted)
    for number, found in enumerate(look_up, start=1):
        truth = truths.popleft()
        if found.problems:
            failed.append((found.specimen.query_id, found.problems[0].message))
        else:
            answered.append(_answered(identifier, truth, found))
        progress(Progress(number, None, found.specimen.query_id))
    return answered, failed


def _specimen(record: Record, query: str, images: Path | None) -> Specimen:
    """What of the record asks; without its photo or barcode it is a failed query."""
    name = record.processid or record.image_file or f"row {record.row}"
    if query != "dna" and (images is None or not record.image_file):
        return Specimen(name, name, error=ArgumentError(f"{name} has no photo."))
    if query != "image" and not record.nucleotides:
        return Specimen(name, name, error=ArgumentError(f"{name} has no barcode."))
    photo = named_in(images, record.image_file) if query != "dna" and images and record.image_file else None
    specimen = from_sequence(record.nucleotides or "", name) if query != "image" else Specimen(name, name)
    return replace(specimen, photo=photo)


def _answered(identifier: Identifier, truth: Lineage, found: Neighbours) -> Answered:
    verdict = identifier.judge(found, SHOWN).verdict
    assert verdict is not None  # a query without hits is among the failed
    ranked = identifier.ranked(found, verdict)
    own = found.hits.get("dna") or found.hits["image"]  # of both, the barcode tells species apart
    familiarity = nearness(own, identifier.calibration_for(found))
    near = tuple(hit.lineage for hit in ranked[: max(TOP_K)])
    return Answered(truth, near, verdict, familiarity, max(hit.score for hit in own), found.identity)


def summarise(
    answered: Sequence[Answered],
    unseen: frozenset[str] | None,
    known: frozenset[str],
    count_unknown: bool = False,
) -> dict[str, Any]:
    """The figures of `bioscan evaluate --json`.

    Args:
        unseen: species that the model was not trained on; None if not given.
        known: species that have a key in the library; the others are novel.
        count_unknown: see `top_k_accuracy`.
    """
    result = retrieval_figures(answered, seen_and_unseen(answered, unseen), count_unknown)
    result["verdict"] = _verdict_figures(answered)
    familiar, novel = apart(answered, known)
    result["novelty_auroc"] = auroc([-a.familiarity for a in novel], [-a.familiarity for a in familiar])
    called = [a for a in answered if a.verdict.rank is not None and a.truth.taxon(a.verdict.rank) is not None]
    result["ece"] = expected_calibration_error(
        [a.verdict.confidence for a in called], [_right(a) for a in called]
    )
    result["reliability"] = reliability(answered)
    result["risk_coverage"] = risk_coverage(answered)
    lacking = missing_species(familiar, novel)
    if lacking is not None:
        result["missing_species"] = lacking
    return result


def seen_and_unseen(
    retrieved: Sequence[Retrieved], unseen: frozenset[str] | None
) -> tuple[list[Retrieved], list[Retrieved]] | None:
    """The queries of species that the model was trained on, and the others; None if that is not known."""
    if unseen is None:
        return None
    return (
        [query for query in retrieved if query.truth.species not in unseen],
        [query for query in retrieved if query.truth.species in unseen],
    )


def retrieval_figures(
    retrieved: Sequence[Retrieved],
    groups: tuple[Sequence[Retrieved], Sequence[Retrieved]] | None = None,
    count_unknown: bool = False,
    ks: Sequence[int] = TOP_K,
) -> dict[str, Any]:
    """CLIBD's figures of any retrieval: the part of `summarise` that needs no library.

    Args:
        retrieved: all queries.
        groups: those of species that the model was trained on, and the others.
        count_unknown: see `top_k_accuracy`.
        ks: at how many neighbours to count.

    Returns:
        {"protocol": …, "counts": …, "top_k": {k: {rank: {"micro": …, "macro": …}}}} and, of two
        groups, the same under "seen" and "unseen", and "harmonic_mean": {k: {rank: …}}.
    """

    def of(group: Sequence[Retrieved]) -> dict[str, Any]:
        truths, nearest = [r.truth for r in group], [r.nearest for r in group]
        return {
            "counts": class_counts(truths, count_unknown),
            "top_k": {str(k): top_k_accuracy(truths, nearest, k, count_unknown) for k in ks},
        }

    result: dict[str, Any] = {"protocol": {"count_unknown": count_unknown}, **of(retrieved)}
    if groups is not None:
        for name, group in zip(("seen", "unseen"), groups, strict=True):
            result[name] = {"n_queries": len(group), **of(group)}
        result["harmonic_mean"] = {
            k: {
                rank: {
                    mean: harmonic_mean(
                        result["seen"]["top_k"][k][rank][mean], result["unseen"]["top_k"][k][rank][mean]
                    )
                    for mean in ("micro", "macro")
                }
                for rank in RANKS
            }
            for k in map(str, ks)
        }
    return result


@dataclass(frozen=True)
class LabelledQuery:
    """A labelled query with the labels of its nearest keys, best first, and nothing else."""

    truth: Lineage
    nearest: tuple[Lineage, ...]


def evaluate_predictions(
    predictions: Path, unseen: Path | None = None, count_unknown: bool = True
) -> dict[str, Any]:
    """Scores CLIBD's tables of predictions, one row per query: GT_Order, Pred_Order, … GT_Species, ….

    Args:
        predictions: CSV, gzipped or not, of all queries, or of those of seen species if `unseen` is given.
        unseen: the same for queries of unseen species.
        count_unknown: see `top_k_accuracy`; such tables are published beside figures that count all.

    Raises:
        ArgumentError: if a file cannot be read or lacks a column.
    """
    first = list(_read_predictions(predictions))
    second = list(_read_predictions(unseen)) if unseen is not None else []
    groups = (first, second) if unseen is not None else None
    figures = retrieval_figures([*first, *second], groups, count_unknown, ks=(1,))
    head = {"n_queries": len(first) + len(second), "n_failed": 0, "query": "predictions", "keys": None}
    return {**head, **figures}


def _read_predictions(path: Path) -> Iterator[LabelledQuery]:
    try:
        with open_text(path) as stream:
            rows = csv.DictReader(stream)
            # Excel begins its files with a byte order mark.
            columns = {(name or "").lstrip("\ufeff").strip().lower(): name for name in rows.fieldnames or ()}
            wanted = [f"{side}_{rank}" for side in ("gt", "pred") for rank in RANKS]
            missing = [name for name in wanted if name not in columns]
            if missing:
                raise ArgumentError(f"{path} is no table of predictions; it lacks {', '.join(missing)}.")
            for row in rows:
                cells = [clean_name(row[columns[name]]) for name in wanted]
                yield LabelledQuery(Lineage(*cells[:4]), (Lineage(*cells[4:]),))
    except FileNotFoundError:
        raise ArgumentError(f"There is no file {path}.") from None
    except (OSError, UnicodeDecodeError, EOFError, zlib.error, csv.Error) as error:
        raise ArgumentError(f"{path} cannot be read as a table of predictions ({reason(error)}).") from None


def _right(a: Answered) -> bool:
    return a.verdict.rank is not None and a.truth.at(a.verdict.rank) == a.verdict.name


def _verdict_figures(answered: Sequence[Answered]) -> dict[str, Any]:
    by_rank: dict[str, Any] = {}
    for rank in RANKS:
        calls = [a for a in answered if a.verdict.rank == rank and a.truth.taxon(rank) is not None]
        by_rank[rank] = {
            "calls": len(calls),
            "precision": float(np.mean([_right(a) for a in calls])) if calls else None,
        }
    depths = [RANKS.index(a.verdict.rank) + 1 if a.verdict.rank else 0 for a in answered]
    with_species = [a for a in answered if a.truth.taxon("species") is not None]
    species_calls = [a for a in with_species if a.verdict.rank == "species"]
    return {
        "accuracy_by_rank": by_rank,
        "mean_rank": float(np.mean(depths)) if depths else None,
        "precision_of_species_calls": by_rank["species"]["precision"],
        "coverage_of_species_calls": len(species_calls) / len(with_species) if with_species else None,
        "unnamed": sum(depth == 0 for depth in depths),
    }


def title(figures: dict[str, Any]) -> str:
    """What was measured, in a few words."""
    if figures["keys"] is None:
        return f"{figures['n_queries']} predictions read from a file"
    return f"{figures['n_queries']} queries ({figures['query']}) against {figures['keys']} keys"


def table(figures: dict[str, Any]) -> str:
    """The figures as a table for people."""
    lines = [title(figures)]
    if figures.get("protocol", {}).get("count_unknown"):
        lines.append("not_classified and interim names count as labels")
    groups = [("all", figures), *((name, figures[name]) for name in ("seen", "unseen") if name in figures)]
    for name, group in groups:
        lines.append(f"\n{name:<8}" + "".join(f"{rank:>18}" for rank in RANKS))
        lines.extend(f"top-{k:<4}" + _pairs(by_rank) for k, by_rank in group["top_k"].items())
    if "harmonic_mean" in figures:
        lines.append("\nharmonic mean of seen and unseen, top-1")
        lines.append(" " * 8 + _pairs(figures["harmonic_mean"]["1"]))
    if "verdict" in figures:
        verdict = figures["verdict"]
        lines.append("\nverdicts" + "".join(f"{rank:>18}" for rank in RANKS))
        by_rank = verdict["accuracy_by_rank"]
        lines.append("calls   " + "".join(f"{by_rank[rank]['calls']:>18}" for rank in RANKS))
        lines.append("right   " + "".join(f"{_percent(by_rank[rank]['precision']):>18}" for rank in RANKS))
        coverage = _percent(verdict["coverage_of_species_calls"])
        lines.append(f"named to species: {coverage} of the queries with a species")
        lines.append(f"expected calibration error: {_percent(figures['ece'])}")
    if "missing_species" in figures:
        lines += missing_lines(figures["missing_species"])
    if "names" in figures:
        lines.append(f"\n{table(figures['names'])}")
        return "\n".join(lines)
    lines.append("(micro / macro, per cent)")
    return "\n".join(lines)


def _pairs(by_rank: dict[str, dict[str, float | None]]) -> str:
    """`micro / macro` of each rank."""
    cells = (by_rank[rank] for rank in RANKS)
    return "".join(f"{_percent(cell['micro']):>10} /{_percent(cell['macro']):>6}" for cell in cells)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}"
