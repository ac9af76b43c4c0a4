"""Deterministic splits that keep equal barcodes and unseen species apart.

A name is placed by the sha256 of the seed and itself. So the split of a species does not depend on
the other records in the file, and photos and barcodes agree on which species are held out.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bioscan_training.data.records import Record

TRAIN, VAL, TEST, UNSEEN, VAL_UNSEEN = "train", "val", "test", "unseen", "val_unseen"
TUNE = "tune"
CALIBRATE = "calibrate"
EXCLUDED = "excluded"
"""`tune` photos validate while tuning and are trained on in the final fit; all others never cross.
`calibrate` photos teach the program how sure it may be: no encoder is trained on them and none is
chosen by them."""

DOUBTFUL = "doubtful"
"""Barcodes whose name is most likely wrong (`data.doubtful`): neither trained on nor in a library."""


@dataclass(frozen=True)
class SplitRules:
    """Shares and limits of the split.

    Attributes:
        unseen: share of species held out of all training, of both encoders; test.
        val_unseen: share of species held out of all training, for tuning.
        test, val: share of the haplotypes of each species with at least `min_haplotypes`.
        photo_val: share of photographers (sources without official folds) held out for validation.
        test_fold, tune_fold: official folds of the photo source that has them.
        fold_calibrate: share of the photos of all its other folds that calibrate. Photographers held
            out are harder than its test fold, so that confidence fitted on them alone is too low there.
    """

    unseen: float = 0.08
    val_unseen: float = 0.03
    test: float = 0.08
    val: float = 0.04
    min_haplotypes: int = 3
    photo_val: float = 0.08
    test_fold: str = "0"
    tune_fold: str = "1"
    fold_calibrate: float = 0.08


def unit_hash(seed: int, kind: str, name: str) -> float:
    """A number in [0, 1) that depends on nothing but its arguments."""
    digest = hashlib.sha256(f"{seed}\x1f{kind}\x1f{name}".encode()).digest()
    return int.from_bytes(digest[:7], "big") / 2**56


def held_out(species: str | None, seed: int, rules: SplitRules) -> str | None:
    """`unseen` or `val_unseen` for a species that no encoder may be trained on, else None."""
    if species is None:
        return None
    value = unit_hash(seed, "species", species)
    if value < rules.unseen:
        return UNSEEN
    return VAL_UNSEEN if value < rules.unseen + rules.val_unseen else None


def split_barcodes(records: Sequence[Record], seed: int, rules: SplitRules) -> list[Record]:
    """Places barcodes by haplotype; equal barcodes always land on one side.

    A haplotype that several species share is trained on if none of them is held out, and is left
    out altogether if one is. Every seen species keeps at least one haplotype in training.

    Returns:
        The records, in order, with `split` set.
    """
    names_of: dict[str, set[str | None]] = defaultdict(set)
    haplotypes_of: dict[str, set[str]] = defaultdict(set)
    for r in records:
        names_of[r.haplotype].add(r.species)
        if r.species is not None:
            haplotypes_of[r.species].add(r.haplotype)

    side: dict[str, str] = {}
    for haplotype, names in names_of.items():
        sides = {held_out(name, seed, rules) for name in names}
        if len(names) > 1:
            side[haplotype] = TRAIN if sides == {None} else EXCLUDED
        elif (only := sides.pop()) is not None:
            side[haplotype] = only

    for haplotypes in haplotypes_of.values():
        own = sorted(h for h in haplotypes if h not in side)
        values = {h: unit_hash(seed, "haplotype", h) for h in own}
        for h in own:
            if len(haplotypes) < rules.min_haplotypes or values[h] >= rules.test + rules.val:
                side[h] = TRAIN
            else:
                side[h] = TEST if values[h] < rules.test else VAL
        if own and not any(side[h] == TRAIN for h in haplotypes):
            side[max(own, key=lambda h: values[h])] = TRAIN
    return [replace(r, split=side.get(r.haplotype, TRAIN)) for r in records]


def aggregate_members(record: Record) -> set[str]:
    """The species that an aggregate's name may stand for: `AGG Thera britannica - variata` -> two."""
    words = record.raw_species.split()
    if not words or words[0].upper() != "AGG" or record.genus is None:
        return set()
    return {f"{record.genus} {word.strip('/-,')}" for word in words[1:] if word.strip("/-,").islower()}


def split_photos(records: Sequence[Record], seed: int, rules: SplitRules) -> list[Record]:
    """Places photos: held-out species first, then the official fold, then the photographer.

    Of the folds that are not the test's a few photos are set aside for calibration.

    Photos of an aggregate that may be a held-out species are left out. Fold-0 photos of held-out
    species are `unseen`; their `fold` still says where they come from.

    Returns:
        The records, in order, with `split` set.
    """
    placed = []
    for r in records:
        side = held_out(r.species, seed, rules)
        if side is None and any(held_out(name, seed, rules) for name in aggregate_members(r)):
            side = EXCLUDED
        if side is None and r.fold:
            side = {rules.test_fold: TEST, rules.tune_fold: TUNE}.get(r.fold, TRAIN)
            if side != TEST and unit_hash(seed, "calibrate", r.image_file) < rules.fold_calibrate:
                side = CALIBRATE
        elif side is None:
            who = f"{r.source}/{r.credit or r.image_file}"
            side = VAL if unit_hash(seed, "photographer", who) < rules.photo_val else TRAIN
        placed.append(replace(r, split=side))
    return placed


def counts(records: Iterable[Record]) -> dict[str, dict[str, int]]:
    """Records, haplotypes, species and genera per split, for the report of `prepare`."""
    groups: dict[str, list[Record]] = defaultdict(list)
    for r in records:
        groups[r.split].append(r)
    return {
        split: {
            "records": len(rows),
            "haplotypes": len({r.haplotype for r in rows if r.haplotype}),
            "species": len({r.species for r in rows if r.species}),
            "genera": len({r.genus for r in rows if r.genus}),
            "families": len({r.family for r in rows if r.family}),
            "sources": len(Counter(r.source for r in rows)),
        }
        for split, rows in sorted(groups.items())
    }
