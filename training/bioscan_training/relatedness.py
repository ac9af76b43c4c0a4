"""`bioscan-train fit-relatedness`: weights of aligned differences, fitted on training species.

Each barcode is asked as if the library lacked its species: the keys are those of all other training
species, and what can be right is its genus and its family. `index.aligned` has the features. A key's
relatedness is their weighted sum, its share of the evidence is the softmax of it over all keys, and the
weights make the shares of the true genus and family likeliest (a conditional logit). Folds over species
say how well such weights find relatives of species that they were not fitted on.

Shapes: r candidate keys of a question, F = 15 features (`index.aligned.FEATURES`).
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from bioscan_desktop.core.calibration import PairScale
from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.core.matching import MAX_KEYS_PER_TAXON
from bioscan_desktop.core.taxonomy import RANKS, Lineage, is_interim
from bioscan_desktop.index.aligned import (
    DEFAULT_WEIGHTS,
    FEATURES,
    WIDE,
    AlignedIndex,
    amino_acids,
    every_feature_of,
    mismatch_of,
)
from bioscan_desktop.inference.frame import differences, pack
from bioscan_training.config import Config
from bioscan_training.data.barcodes import FramedBarcodes, unique_haplotypes
from bioscan_training.data.records import Record, read_records, write_records
from bioscan_training.data.splits import unit_hash
from bioscan_training.evaluate import Evidence, best_by_evidence, evidence_of, label_metrics

log = logging.getLogger(__name__)

FIT_EACH, ASK_EACH = 4, 12
"""Haplotypes of a species that the weights are fitted on, and that ask in the folds, at most."""

RIDGE = 3e-3
"""Pull of the standardised weights to 0, against a mean likelihood. From 0.0001 to 0.01 folds find as many
relatives; with less of it single weights of features that go together grow large, of either sign."""

FLOOR = 0.005
"""Share that the truth keeps where nothing speaks for it, as in the calibration of a library."""

FRAGMENT = slice(150, 450)
"""Positions of the frame that a shortened query keeps."""

SCALES: tuple[tuple[float, float, float], ...] = (
    (1, 0, 0), (0, 1, 0), (0, 0, 1), (10, 1, 3),
    (20, 1, 0), (20, 1, 1), (20, 1, 2), (20, 1, 3), (20, 1, 4), (40, 1, 8), (80, 1, 8),
)  # fmt: skip
"""Weights of cosine, relatedness and log mismatch that are tried together."""


@dataclass(frozen=True)
class Question:
    """A barcode asked without its species.

    Attributes:
        species: its own.
        features: (r, F) of the candidate keys.
        genus, family: (r,) bool: whether the key has the right one.
        voting: (r,) bool: whether the key is among the `MAX_KEYS_PER_TAXON` least differing of its species.
    """

    species: str
    features: np.ndarray
    genus: np.ndarray
    family: np.ndarray
    voting: np.ndarray


@dataclass(frozen=True)
class Barcodes:
    """Haplotypes that are placed in the common frame.

    Attributes:
        records: n of them.
        codes: (n, 658) uint8.
    """

    records: list[Record]
    codes: np.ndarray

    def __getitem__(self, rows: np.ndarray) -> Barcodes:
        return Barcodes([self.records[row] for row in rows], self.codes[rows])


def training_barcodes(data: Path, splits: Sequence[str] = ("train",)) -> Barcodes:
    """Haplotypes of the prepared data whose species has a proper name, one row each."""
    records = [
        r
        for r in unique_haplotypes(read_records(data / "barcodes.tsv.gz"))
        if r.split in splits and r.species is not None and not is_interim(r.species)
    ]
    framed = FramedBarcodes([r.nucleotides for r in records])
    rows = np.flatnonzero(framed.placed)
    return Barcodes([records[row] for row in rows], framed.codes[rows])


def fold_of(species: str, folds: int, seed: int) -> int:
    """The fold of a species; it does not depend on the others."""
    return int(unit_hash(seed, "relatedness", species) * folds)


def with_relatives(barcodes: Barcodes, each: int) -> np.ndarray:
    """Rows of up to `each` haplotypes, spread over the list, of every species whose genus has others."""
    members: dict[str, list[int]] = defaultdict(list)
    species_of: dict[str | None, set[str]] = defaultdict(set)
    for row, record in enumerate(barcodes.records):
        assert record.species is not None
        members[record.species].append(row)
        species_of[record.genus].add(record.species)
    rows = []
    for own in members.values():
        genus = barcodes.records[own[0]].genus
        if genus is not None and len(species_of[genus]) > 1:
            rows += [own[i] for i in np.unique(np.linspace(0, len(own) - 1, min(each, len(own))).astype(int))]
    return np.array(sorted(rows), dtype=np.int64)


def questions(barcodes: Barcodes, rows: np.ndarray) -> list[Question]:
    """Asks some of the barcodes without their species; those without any key near by are left out."""
    planes = pack(barcodes.codes)
    names = {rank: np.array([r.lineage.at(rank) or "" for r in barcodes.records]) for rank in RANKS}
    acids = amino_acids(planes)
    asked = []
    for row in rows.tolist():
        query = planes[:, :, row : row + 1]
        mismatch, usable = mismatch_of(differences(query, planes))
        usable &= names["species"] != names["species"][row]
        mismatch[~usable] = np.inf
        near = np.argsort(mismatch, kind="stable")[:WIDE]
        near = near[usable[near]]
        if not len(near):
            continue
        votes: dict[str, int] = defaultdict(int)
        voting = np.zeros(len(near), dtype=bool)
        for place, name in enumerate(names["species"][near]):  # the least differing first
            votes[name] += 1
            voting[place] = votes[name] <= MAX_KEYS_PER_TAXON
        found = differences(query, planes[:, :, near])
        features = every_feature_of(acids[row], acids[near], found).astype(np.float32)
        right = {rank: names[rank][near] == names[rank][row] for rank in ("genus", "family")}
        asked.append(Question(str(names["species"][row]), features, right["genus"], right["family"], voting))
    return asked


def fit_weights(asked: Sequence[Question], steps: int = 100) -> dict[str, float]:
    """The weights of `FEATURES` that make true genera and families likeliest.

    Every species counts alike. The problem is not convex (several keys may have the right name), but
    starts from nothing and is drawn to it, so equal questions give equal weights.
    """
    longest = max(int(q.voting.sum()) for q in asked)
    features = torch.zeros(len(asked), longest, len(FEATURES))
    held = torch.zeros(len(asked), longest, dtype=torch.bool)
    right = torch.zeros(2, len(asked), longest, dtype=torch.bool)
    for number, q in enumerate(asked):
        n = int(q.voting.sum())
        features[number, :n] = torch.from_numpy(q.features[q.voting])
        held[number, :n] = True
        for rank, values in enumerate((q.genus, q.family)):
            right[rank, number, :n] = torch.from_numpy(values[q.voting])
    centre, spread = features[held].mean(dim=0), features[held].std(dim=0)
    spread[spread < 1e-6] = 1.0  # barcodes of one length all have the same overlap
    features = (features - centre) / spread  # what all keys have in common has no say in a share
    count: dict[str, int] = defaultdict(int)
    for q in asked:
        count[q.species] += 1
    weight = torch.tensor([1.0 / count[q.species] for q in asked])
    weight /= weight.sum()
    solution = torch.zeros(len(FEATURES), requires_grad=True)
    optimiser = torch.optim.LBFGS([solution], max_iter=steps, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        logits = (features @ solution).masked_fill(~held, -torch.inf)
        shares = (torch.softmax(logits, dim=1) * right).sum(dim=2)  # (2, questions)
        value = -(torch.log(FLOOR + (1 - FLOOR) * shares) * weight).sum() + RIDGE * solution.square().sum()
        value.backward()
        return value

    optimiser.step(loss)
    return dict(zip(FEATURES, (solution.detach() / spread).double().tolist(), strict=True))


def found_by(asked: Sequence[Question], weights: Mapping[str, float]) -> dict[str, float]:
    """Share of the questions whose most closely related key has the right genus, and family."""
    vector = np.array([weights[name] for name in FEATURES])
    best = [int((q.features @ vector).argmax()) for q in asked]
    return {
        "genus": float(np.mean([q.genus[b] for q, b in zip(asked, best, strict=True)])),
        "family": float(np.mean([q.family[b] for q, b in zip(asked, best, strict=True)])),
    }


def fit_folds(data: Path, folds: int, seed: int) -> dict[str, Any]:
    """Weights fitted on all training species, and how such weights do on species left out of the fit.

    Returns:
        `weights`; `in_use`, the program's; `fold_weights`, fitted without each fold, and `spread`, their
        standard deviation; `folds`, per fold and over all of them the figures of `found_by` for weights
        fitted on the other folds and for those in use.
    """
    barcodes = training_barcodes(data)
    asked = questions(barcodes, with_relatives(barcodes, FIT_EACH))
    log.info("relatedness: %d questions of %d species", len(asked), len({q.species for q in asked}))
    fold_weights: dict[str, dict[str, float]] = {}
    table: dict[str, dict[str, Any]] = {}
    for fold in range(folds):
        inside = [q for q in asked if fold_of(q.species, folds, seed) == fold]
        outside = [q for q in asked if fold_of(q.species, folds, seed) != fold]
        if not inside or not outside:
            continue
        fold_weights[str(fold)] = fit_weights(outside)
        table[str(fold)] = {
            "n": len(inside),
            "refitted": found_by(inside, fold_weights[str(fold)]),
            "in_use": found_by(inside, DEFAULT_WEIGHTS),
        }
    if not table:
        raise ArgumentError(f"{data} has too few species with relatives for {folds} folds.")
    table["all"] = _mean(list(table.values()))
    spread = {name: float(np.std([w[name] for w in fold_weights.values()])) for name in FEATURES}
    return {
        "weights": fit_weights(asked),
        "in_use": dict(DEFAULT_WEIGHTS),
        "fold_weights": fold_weights,
        "spread": spread,
        "folds": table,
    }


def _mean(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Figures of all folds together, each question counting alike."""
    total = sum(row["n"] for row in rows)
    mean: dict[str, Any] = {"n": total}
    for kind in ("refitted", "in_use"):
        mean[kind] = {
            rank: sum(row["n"] * row[kind][rank] for row in rows) / total for rank in ("genus", "family")
        }
    return mean


def together(
    config: Config,
    data: Path,
    run_dir: Path,
    folds: int,
    seed: int,
    weights: Mapping[str, float] | None = None,
    fold: int = 0,
) -> dict[str, Any]:
    """Encoder and alignment together, on a fold of species that neither the encoder nor the weights know.

    Trains the barcode tower without the fold, in `run_dir`, which goes on where it was stopped.

    Args:
        weights: of relatedness, fitted without the fold; None for those in use.

    Returns:
        {"cosine, relatedness, mismatch": {group: {rank: share}}} for `SCALES`, of held-out haplotypes of
        `known` species and of species `held out`, and of fragments of both. What can be right of the
        latter is the genus, among all training species outside of the fold.
    """
    from bioscan_training.dna_stage import embed_codes, train_dna

    part = run_dir / "prepared"
    part.mkdir(parents=True, exist_ok=True)
    barcodes = training_barcodes(data, ("train", "val"))
    outside = [fold_of(r.species or "", folds, seed) != fold for r in barcodes.records]
    kept = [
        r if free else replace(r, split=HELD)
        for r, free in zip(barcodes.records, outside, strict=True)
        if free or r.split == "train"
    ]
    write_records(part / "barcodes.tsv.gz", kept)
    learner = train_dna(config, part, run_dir)
    train = np.array([r.split == "train" for r in barcodes.records])
    keys = barcodes[np.flatnonzero(train & np.array(outside))]
    genera = {r.genus for r in keys.records}
    training = barcodes[np.flatnonzero(train)]
    held = [
        row
        for row in with_relatives(training, ASK_EACH)
        if fold_of(training.records[row].species or "", folds, seed) == fold
        and training.records[row].genus in genera
    ]
    known = barcodes[np.flatnonzero(~train & np.array(outside))]
    key_rows = embed_codes(learner.encoder, keys.codes)
    index = AlignedIndex(pack(keys.codes), weights)
    key_lineages = [r.lineage for r in keys.records]
    table: dict[str, Any] = {", ".join(f"{w:g}" for w in scale): {} for scale in SCALES}
    for name, queries in (("known", known), ("held out", training[np.array(held, dtype=np.int64)])):
        lineages = [r.lineage for r in queries.records]
        for suffix, codes in (("", queries.codes), (", fragments", _fragments(queries.codes))):
            evidence = evidence_of(embed_codes(learner.encoder, codes), key_rows, codes, index)
            for scale, row in zip(SCALES, table.values(), strict=True):
                row[name + suffix] = _figures(evidence, scale, lineages, key_lineages)
        log.info("relatedness: %d queries (%s)", len(lineages), name)
    return table


HELD = "held out"
"""Split of the species of the fold while the encoder is trained without them."""


def _fragments(codes: np.ndarray) -> np.ndarray:
    from bioscan_desktop.inference.columns import BLANK

    cut = np.full_like(codes, BLANK)
    cut[:, FRAGMENT] = codes[:, FRAGMENT]
    return cut


def _figures(
    evidence: Sequence[Evidence],
    scale: tuple[float, float, float],
    truths: Sequence[Lineage],
    keys: Sequence[Lineage],
) -> dict[str, float]:
    cosine, relatedness, mismatch = scale
    best = best_by_evidence(evidence, PairScale(cosine, 0.0, relatedness, mismatch))
    found = label_metrics(best, truths, keys, only_known=True)
    return {rank: found[rank]["micro"] for rank in ("species", "genus", "family") if rank in found}
