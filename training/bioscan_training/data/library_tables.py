"""From prepared splits to tables for `bioscan library build`, `calibrate` and `bioscan evaluate`.

    library.tsv.gz            everything that may stand in the library
    queries-test.tsv.gz       held-out barcodes and photos: never in the library, never tuned on
    queries-both.tsv.gz       photos among these beside barcodes of their species among these, up to two each
    queries-calibrate.tsv.gz  held-out barcodes and photos for temperature and thresholds
    unseen-calibrate.txt      species among the latter that no encoder was trained on

Photos that are set aside for calibration stand in the library, too: `calibrate` asks each without itself.
So do all photos of `val_unseen`, for species that no encoder was trained on tell best how specimens look
that the library lacks. These and `unseen` ones are in the library as new specimens would be; a part of
their barcodes and of the photos of `unseen` are queries that are not in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from bioscan_training.data.records import Record, write_records
from bioscan_training.data.splits import (
    CALIBRATE,
    DOUBTFUL,
    EXCLUDED,
    TEST,
    UNSEEN,
    VAL,
    VAL_UNSEEN,
    SplitRules,
    unit_hash,
)

UNSEEN_QUERY_SHARE = 0.3
"""Share of the haplotypes and photos of held-out species that ask; the others answer."""

LIBRARY = "library"


def place_for_library(records: Sequence[Record], seed: int, rules: SplitRules) -> list[Record]:
    """Says of each prepared record whether it answers (`library`) or asks (`test`, `calibrate`).

    Returns:
        The records in order with `split` set to one of the three; `doubtful` ones stay so, and do neither.
    """
    by_species: dict[str | None, set[str]] = defaultdict(set)
    for r in records:
        by_species[r.species].add(_unit(r))
    asking = {species: _asking(units, seed, rules) for species, units in by_species.items()}
    placed = []
    for r in records:
        side = LIBRARY
        if r.split in (TEST, VAL, CALIBRATE):
            side = TEST if r.split == TEST else CALIBRATE
        elif r.split in (UNSEEN, VAL_UNSEEN):
            asks = _unit(r) in asking[r.species]
            if r.fold == rules.test_fold or (asks and not r.fold):
                side = TEST if r.split == UNSEEN else CALIBRATE
        elif r.split == EXCLUDED and r.fold == rules.test_fold:
            side = TEST
        elif r.split == DOUBTFUL:
            side = DOUBTFUL
        placed.append(replace(r, split=side))
    return placed


def write_library_tables(
    folder: Path, barcodes: Sequence[Record], photos: Sequence[Record], seed: int, rules: SplitRules
) -> dict[str, int]:
    """Writes the tables and returns their numbers of rows."""
    prepared = [*barcodes, *photos]
    placed = [*place_for_library(barcodes, seed, rules), *place_for_library(photos, seed, rules)]
    sizes = {}
    for side, name in ((LIBRARY, "library"), (TEST, "queries-test"), (CALIBRATE, "queries-calibrate")):
        if side == LIBRARY:
            rows = [
                replace(r, split=LIBRARY)
                for r, given in zip(placed, prepared, strict=True)
                if r.split == LIBRARY or given.split == CALIBRATE
            ]
        else:
            rows = list(
                _once(
                    replace(r, split=side)
                    for r, given in zip(placed, prepared, strict=True)
                    if r.split == side or (side == CALIBRATE and given.split == VAL_UNSEEN and r.image_file)
                )
            )
        write_records(folder / f"{name}.tsv.gz", rows)
        sizes[name] = len(rows)
        if side == TEST:
            both = pairs(rows, seed)
            write_records(folder / "queries-both.tsv.gz", both)
            sizes["queries-both"] = len(both)
    unseen = sorted({r.species for r in (*barcodes, *photos) if r.split == VAL_UNSEEN and r.species})
    (folder / "unseen-calibrate.txt").write_text("".join(f"{name}\n" for name in unseen), encoding="utf-8")
    return sizes


def pairs(records: Sequence[Record], seed: int, each: int = 2) -> list[Record]:
    """Photos beside barcodes of their species, as there are no specimens with both.

    Returns:
        Rows with photo and barcode, `each` per photo where the species has so many barcodes.
    """
    barcodes: dict[str, list[Record]] = defaultdict(list)
    for r in records:
        if r.nucleotides and r.species:
            barcodes[r.species].append(r)
    found = []
    for photo in (r for r in records if r.image_file and r.species in barcodes):
        near = sorted(
            barcodes[photo.species or ""],
            key=lambda r: unit_hash(seed, "pair", f"{photo.image_file} {_unit(r)}"),
        )
        found += [
            replace(
                photo,
                processid=f"{Path(photo.image_file).stem}+{barcode.processid}",
                nucleotides=barcode.nucleotides,
                haplotype=barcode.haplotype,
            )
            for barcode in near[:each]
        ]
    return found


def _asking(units: set[str], seed: int, rules: SplitRules) -> set[str]:
    """The haplotypes or photos of a held-out species that ask; at least one is left to answer."""
    if len(units) < rules.min_haplotypes:
        return set()
    ordered = sorted(units, key=lambda unit: unit_hash(seed, "unseen query", unit))
    return {unit for unit in ordered[:-1] if unit_hash(seed, "unseen query", unit) < UNSEEN_QUERY_SHARE}


def _unit(r: Record) -> str:
    """What is held out as one: a haplotype, or a photo."""
    return r.haplotype or r.image_file


def _once(records: Iterable[Record]) -> Iterable[Record]:
    """Equal barcodes of one name ask once."""
    seen: set[tuple[str, str | None]] = set()
    for r in records:
        key = (_unit(r), r.species)
        if key not in seen:
            seen.add(key)
            yield r
