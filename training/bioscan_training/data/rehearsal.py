"""`bioscan-train rehearse`: hold trained species out, to choose a recipe by them and not by the test.

Species that have photos and barcodes among the training data are what is scarce, so a recipe for
species without photos cannot be judged by `val_unseen` alone, which has a dozen of them. A rehearsal
moves a share of them there, and leaves out what the real test asks.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bioscan_training.data.records import Record, RecordsError, read_records, write_records
from bioscan_training.data.splits import (
    CALIBRATE,
    EXCLUDED,
    TEST,
    TRAIN,
    TUNE,
    UNSEEN,
    VAL,
    VAL_UNSEEN,
    aggregate_members,
)

ABOUT = "Hold trained species out of prepared data, to choose a recipe on them."
EXAMPLE = "bioscan-train rehearse --data prepared --out rehearsal"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what the command takes."""
    parser.add_argument("--data", type=Path, required=True, help="folder that `prepare` wrote")
    parser.add_argument("--out", type=Path, required=True, help="folder for the same with species held out")
    parser.add_argument("--every", type=int, default=4, help="one of so many species (4)")


def run(args: argparse.Namespace) -> int:
    """The command."""
    if args.every < 2:
        raise RecordsError("--every must be at least 2: some species have to be left to train on.")
    photos, barcodes = rehearse(
        read_records(args.data / "photos.tsv"), read_records(args.data / "barcodes.tsv.gz"), args.every
    )
    args.out.mkdir(parents=True, exist_ok=True)
    write_records(args.out / "photos.tsv", photos)
    write_records(args.out / "barcodes.tsv.gz", barcodes)
    for name, records in (("photos", photos), ("barcodes", barcodes)):
        counts = Counter(record.split for record in records)
        listed = ", ".join(f"{split} {count}" for split, count in sorted(counts.items()))
        sys.stdout.write(f"{name}: {listed}\n")
    return 0


def rehearse(
    photos: Sequence[Record], barcodes: Sequence[Record], every: int
) -> tuple[list[Record], list[Record]]:
    """Photos and barcodes with one of `every` species that has both moved to `val_unseen`.

    Which one depends on its name alone (SHA-1 divisible by `every`). Photos that test or
    calibrate, and those of species that the real encoders never see, are excluded. So are, as in
    `split_barcodes` and `split_photos`, barcodes that a species held out shares with another name, and
    photos of an aggregate that may be such a species.
    """
    seen = {r.species for r in photos if r.split in (TRAIN, TUNE)}
    both = seen & {r.species for r in barcodes} - {None}
    held = {s for s in both if s and int(hashlib.sha1(s.encode()).hexdigest(), 16) % every == 0}

    names_of: dict[str, set[str | None]] = defaultdict(set)
    for record in barcodes:
        names_of[record.haplotype].add(record.species)
    shared = {haplotype for haplotype, names in names_of.items() if len(names) > 1 and names & held}

    def photo(record: Record) -> Record:
        if record.species in held:
            return replace(record, split=VAL_UNSEEN)
        out = record.split in (TEST, UNSEEN, CALIBRATE) or aggregate_members(record) & held
        return replace(record, split=EXCLUDED) if out else record

    def barcode(record: Record) -> Record:
        if record.split not in (TRAIN, VAL, TUNE):
            return record
        if record.haplotype in shared:
            return replace(record, split=EXCLUDED)
        return replace(record, split=VAL_UNSEEN) if record.species in held else record

    return [photo(r) for r in photos], [barcode(r) for r in barcodes]
