"""BIOSCAN-1M and BIOSCAN-5M as published: their metadata tables and the names of their splits.

Names of splits, their aliases and their joins follow the bioscan-dataset package
(https://github.com/bioscan-ml/dataset, 1.3) and the groups of CLIBD's HDF5 files, so that a recipe
written for those can be read as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bioscan_training.data.entries import (
    MAX_NUCLEOTIDES,
    Entry,
    table_entries,
    with_genus,
)
from bioscan_training.data.records import RecordsError


@dataclass(frozen=True)
class SplitScheme:
    """How a data set is divided.

    Attributes:
        name: for error messages.
        splits: the parts; every record is in one of them.
        aliases: other spellings of a part.
        joins: names for several parts together. `all` is always one.
    """

    name: str
    splits: tuple[str, ...]
    aliases: Mapping[str, str]
    joins: Mapping[str, tuple[str, ...]]

    def explode(self, text: str | None) -> frozenset[str]:
        """The parts that a name such as `train`, `seen` or `pretrain+train` stands for.

        Raises:
            RecordsError: for a name that this data set does not have.
        """
        parts: set[str] = set()
        for name in (text or "all").split("+"):
            name = self.aliases.get(name.strip(), name.strip())
            if name == "all":
                parts.update(self.splits)
            elif name in self.joins:
                parts.update(self.joins[name])
            elif name in self.splits:
                parts.add(name)
            else:
                names = ", ".join(["all", *self.joins, *self.splits])
                raise RecordsError(f"{self.name} has no split '{name}'; it has {names}.")
        return frozenset(parts)


BIOSCAN_5M = SplitScheme(
    "BIOSCAN-5M",
    ("pretrain", "train", "val", "test", "key_unseen", "val_unseen", "test_unseen", "other_heldout"),
    {"validation": "val"},
    {
        "seen": ("train", "val", "test"),
        "unseen": ("key_unseen", "val_unseen", "test_unseen"),
        # Groups of CLIBD's HDF5 file; its keys of seen species are the training records themselves.
        "all_keys": ("train", "key_unseen"),
        "no_split_and_seen_train": ("pretrain", "train"),
    },
)

GROUPS_5M = {
    "no_split": "pretrain",
    "train_seen": "train",
    "seen_keys": "train",  # its keys of seen species were trained on
    "val_seen": "val",
    "test_seen": "test",
    "unseen_keys": "key_unseen",
}
"""Groups of CLIBD's HDF5 file of BIOSCAN-5M that are not named for the split that they hold."""

BIOSCAN_1M = SplitScheme("BIOSCAN-1M", ("train", "validation", "test", "no_split"), {"val": "validation"}, {})

CLIBD_1M = SplitScheme(
    "The CLIBD partition",
    (
        "no_split",
        "train_seen",
        "seen_keys",
        "single_species",
        "val_seen",
        "val_unseen",
        "val_unseen_keys",
        "test_seen",
        "test_unseen",
        "test_unseen_keys",
    ),
    {
        "pretrain": "no_split",
        "train": "train_seen",
        "val": "val_seen",
        "validation": "val_seen",
        "test": "test_seen",
        "key_unseen": "test_unseen_keys",
    },
    {
        "all_keys": ("seen_keys", "val_unseen_keys", "test_unseen_keys"),
        "no_split_and_seen_train": ("no_split", "train_seen"),
    },
)

PARTITIONINGS = tuple(
    f"{size}_{what}" for what in ("diptera_family", "insect_order") for size in ("large", "medium", "small")
)
"""Columns of the BIOSCAN-1M table that each hold a division of its own (arXiv:2307.10455)."""

# Which columns feed which field.
_NAMES = {rank: (rank,) for rank in ("order", "family", "genus", "species")}
_1M = {
    **_NAMES,
    "processid": ("processid",),
    "sampleid": ("sampleid",),
    "image_file": ("image_file",),
    "nucleotides": ("nucraw",),
    "bin_uri": ("uri",),
    "chunk": ("chunk_number",),
}
_5M = {
    **_NAMES,
    "processid": ("processid",),
    "sampleid": ("sampleid",),
    "image_file": ("image_file",),
    "nucleotides": ("dna_barcode",),
    "bin_uri": ("dna_bin",),
    "country": ("country",),
    "province": ("province_state",),
    "latitude": ("coord-lat",),
    "longitude": ("coord-lon",),
    "split": ("split",),
    "chunk": ("chunk",),
}


def read_bioscan_1m(
    path: Path,
    partitioning: str = "large_diptera_family",
    clibd_splits: Mapping[str, str] | None = None,
    keep: Collection[str] = (),
    max_nucleotides: int | None = MAX_NUCLEOTIDES,
) -> Iterator[Entry]:
    """Streams `BIOSCAN_Insect_Dataset_metadata.tsv`.

    Args:
        partitioning: which division `split` tells: one of `PARTITIONINGS`, or `clibd`.
        clibd_splits: for `clibd`: what `read_clibd_partition` gives; other records are `no_split`.
        keep: further columns, kept as `extra`.

    Raises:
        RecordsError: if the file is not such a table, or the partitioning is unknown.
    """
    columns = dict(_1M)
    if partitioning == "clibd":
        if clibd_splits is None:
            raise RecordsError("The clibd partitioning needs the folder of its split files.")
    elif partitioning in PARTITIONINGS:
        columns["split"] = (partitioning,)
    else:
        names = ", ".join([*PARTITIONINGS, "clibd"])
        raise RecordsError(f"BIOSCAN-1M has no partitioning '{partitioning}'; it has {names}.")
    required = ("sampleid", "image_file", "nucleotides", "chunk", *(["split"] if "split" in columns else []))
    for entry in table_entries(
        path, columns, required, dataset="bioscan1m", keep=keep, max_nucleotides=max_nucleotides
    ):
        if clibd_splits is not None:
            entry = replace(entry, split=clibd_splits.get(entry.sampleid, "no_split"))
        yield with_genus(entry)


def read_bioscan_5m(
    path: Path, keep: Collection[str] = (), max_nucleotides: int | None = MAX_NUCLEOTIDES
) -> Iterator[Entry]:
    """Streams `BIOSCAN_5M_Insect_Dataset_metadata.csv`, or the v3.4 table that CLIBD's scripts read.

    Raises:
        RecordsError: if the file is not such a table.
    """
    required = ("processid", "nucleotides", "split")
    yield from table_entries(
        path, _5M, required, dataset="bioscan5m", keep=keep, max_nucleotides=max_nucleotides
    )


def in_splits(entries: Iterable[Entry], scheme: SplitScheme, text: str | None) -> Iterator[Entry]:
    """Those entries that are in the named parts; all where none is named, even those of no part."""
    if text is None:
        return iter(entries)
    wanted = scheme.explode(text)
    return (entry for entry in entries if entry.split in wanted)


def read_clibd_partition(folder: Path) -> dict[str, str]:
    """{sampleid: split} of the files of `CLIBD_partitioning`, one id a line; `no_split` is left out.

    The million records of `no_split` are those that no file names, which saves most of the memory.

    Raises:
        RecordsError: if a file is missing or two of them name the same record.
    """
    splits: dict[str, str] = {}
    for split in CLIBD_1M.splits:
        if split == "no_split":
            continue
        path = folder / f"{split}.txt"
        if not path.is_file():
            raise RecordsError(f"There is no file {path.name} in {folder}.")
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                sampleid = line.strip()
                if sampleid and splits.setdefault(sampleid, split) != split:
                    raise RecordsError(f"{sampleid} is in both {splits[sampleid]} and {split}.")
    return splits
