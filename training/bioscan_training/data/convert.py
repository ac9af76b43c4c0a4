"""`bioscan-train convert`: records of a public data set as the table that everything else reads."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bioscan_training.data.bioscan import (
    BIOSCAN_1M,
    BIOSCAN_5M,
    CLIBD_1M,
    PARTITIONINGS,
    SplitScheme,
    in_splits,
    read_bioscan_1m,
    read_bioscan_5m,
    read_clibd_partition,
)
from bioscan_training.data.bold import read_bcdm, read_fasta
from bioscan_training.data.clibd_hdf5 import ClibdFile
from bioscan_training.data.entries import Entry, header_of, read_records_table, unique_barcodes
from bioscan_training.data.folders import read_image_folder
from bioscan_training.data.images import image_paths
from bioscan_training.data.records import Record, RecordsError, write_records

ABOUT = "Turn BIOSCAN, CLIBD, BOLD, FASTA or folders of photos into a records table."
EXAMPLE = "bioscan-train convert BIOSCAN_5M_Insect_Dataset_metadata.csv --split seen --out seen.tsv.gz"

FORMATS = ("auto", "bioscan1m", "bioscan5m", "clibd-hdf5", "bold", "records", "fasta", "folder")

_PLAIN: dict[str, Callable[[Path], Iterator[Entry]]] = {
    "bold": read_bcdm,
    "records": read_records_table,
    "fasta": read_fasta,
    "folder": read_image_folder,
}


def format_of(source: Path) -> str:
    """Which of `FORMATS` a file or folder is, by its kind, first bytes and columns.

    Raises:
        RecordsError: if it is none of them.
    """
    if source.is_dir():
        return "folder"
    if not source.is_file():
        raise RecordsError(f"There is no file or folder {source}.")
    with source.open("rb") as stream:
        if stream.read(8) == b"\x89HDF\r\n\x1a\n":
            return "clibd-hdf5"
    names = header_of(source)
    if names and names[0].startswith(">"):
        return "fasta"
    if "nucraw" in names:
        return "bioscan1m"
    if {"dna_barcode", "split"} <= set(names):
        return "bioscan5m"
    if "image_file" in names:
        return "records"
    if "processid" in names and {"nuc", "nucleotides"} & set(names):
        return "bold"
    raise RecordsError(f"{source.name} is of no known format: {', '.join(FORMATS[1:])}.")


def entries_of(
    source: Path,
    kind: str = "auto",
    split: str | None = None,
    partitioning: str = "large_diptera_family",
    clibd_folder: Path | None = None,
) -> Iterator[Entry]:
    """Streams the entries of a data set.

    Args:
        source: a file or a folder.
        kind: one of `FORMATS`.
        split: names of splits joined by `+`; None for all.
        partitioning: of BIOSCAN-1M: one of its columns, or `clibd`.
        clibd_folder: of BIOSCAN-1M with `clibd`: the folder `CLIBD_partitioning`, by default that
            beside the table.

    Raises:
        RecordsError: if the source cannot be read or has no such split.
    """
    kind = format_of(source) if kind == "auto" else kind
    if kind == "clibd-hdf5":
        with ClibdFile(source) as file:
            yield from file.entries(split or "all")
        return
    if kind == "bioscan5m":
        yield from in_splits(read_bioscan_5m(source), BIOSCAN_5M, split)
    elif kind == "bioscan1m":
        scheme: SplitScheme = BIOSCAN_1M
        splits = None
        if partitioning == "clibd":
            scheme = CLIBD_1M
            splits = read_clibd_partition(clibd_folder or source.parent / "CLIBD_partitioning")
        yield from in_splits(read_bioscan_1m(source, partitioning, splits), scheme, split)
    else:
        entries = _PLAIN[kind](source)
        if split is None:
            yield from entries
        elif kind not in ("folder", "records"):
            raise RecordsError(f"A source of the kind '{kind}' has no splits.")
        else:
            wanted = {name.strip() for name in split.split("+")}
            yield from (entry for entry in entries if entry.split in wanted)


def add_source_arguments(parser: argparse.ArgumentParser) -> None:
    """What `entries_of` needs to know."""
    parser.add_argument("source", type=Path, help="table, HDF5 file, FASTA file, or folder of photos")
    parser.add_argument(
        "--format", choices=FORMATS, default="auto", help="of the source, if it cannot be told"
    )
    parser.add_argument("--split", help="parts of the data set, joined by +: train, seen, all_keys, …")
    parser.add_argument(
        "--partitioning",
        choices=(*PARTITIONINGS, "clibd"),
        default="large_diptera_family",
        help="of BIOSCAN-1M",
    )
    parser.add_argument(
        "--clibd-files", type=Path, metavar="DIR", help="folder CLIBD_partitioning, if not beside the table"
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    add_source_arguments(parser)
    parser.add_argument(
        "--out", type=Path, required=True, metavar="TSV", help="records table (.gz for short)"
    )
    parser.add_argument("--named", action="store_true", help="only records with a species")
    parser.add_argument("--unique-barcodes", action="store_true", help="only the first of equal barcodes")


def run(args: argparse.Namespace) -> int:
    """Runs the command; returns its exit code."""
    entries = entries_of(args.source, args.format, args.split, args.partitioning, args.clibd_files)
    if args.named:
        entries = (entry for entry in entries if entry.species)
    if args.unique_barcodes:
        entries = unique_barcodes(entries)
    written = 0

    def records() -> Iterator[Record]:
        nonlocal written
        for entry in entries:
            written += 1
            yield entry.record(_photo(entry))

    part = args.out.with_name(f"part-{args.out.name}")
    try:
        write_records(part, records())
        if not written:
            raise RecordsError(f"{args.source} holds no such record.")
        part.replace(args.out)
    finally:
        part.unlink(missing_ok=True)
    sys.stdout.write(f"{args.out}: {written} records\n")
    return 0


def _photo(entry: Entry) -> str:
    """Where the photo lies below the image package, or below the folder that was read."""
    if entry.dataset in ("bioscan1m", "bioscan5m"):
        return next(iter(image_paths(entry)), "")
    return entry.image_file
