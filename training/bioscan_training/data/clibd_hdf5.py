"""CLIBD's HDF5 files: photos, barcodes and names of BIOSCAN, one group per split.

Layout (its DATA.md and scripts/data_processing/generate_hdf5_file_5m.py), n records in a group:

    image                   (n, longest) uint8: the JPEG file, padded with zeros
    image_mask              (n,) int: bytes of it that count; 0 where the photo is missing
    barcode order family genus species sampleid image_file     (n,) bytes
    processid               (n,) bytes, BIOSCAN-5M alone

Groups overlap: `all_keys` repeats the other key groups.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from bioscan_desktop.core.taxonomy import clean_name
from bioscan_training.data.bioscan import BIOSCAN_5M, CLIBD_1M, GROUPS_5M
from bioscan_training.data.entries import MAX_NUCLEOTIDES, Entry, bases, known
from bioscan_training.data.records import RecordsError

ROWS_AT_ONCE = 4096
"""Rows of text read together. Photos are read one by one: a row of them is up to 30 kB."""

_TEXTS = ("barcode", "order", "family", "genus", "species", "sampleid", "image_file", "processid")


class ClibdFile:
    """An HDF5 file of CLIBD; a context manager.

    Raises:
        RecordsError: if h5py is not installed, or the file is not such a file.
    """

    def __init__(self, path: Path) -> None:
        try:
            import h5py
        except ImportError:
            raise RecordsError(
                'Reading HDF5 files needs h5py: pip install "bioscan-desktop[train]".'
            ) from None
        try:
            self._file: Any = h5py.File(path, "r")
        except OSError as error:
            raise RecordsError(f"{path} cannot be opened as an HDF5 file ({error}).") from None
        self.path = path
        self.groups: tuple[str, ...] = tuple(
            name for name, group in self._file.items() if hasattr(group, "items") and "barcode" in group
        )
        if not self.groups:
            self.close()
            raise RecordsError(f"{path.name} holds no group with barcodes.")
        has_processid = any("processid" in self._file[name] for name in self.groups)
        self.dataset = "bioscan5m" if has_processid else "bioscan1m"

    def __enter__(self) -> ClibdFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def groups_of(self, text: str) -> tuple[str, ...]:
        """The groups that `val_seen+test_seen`, `train`, `all` or another name stands for.

        A group goes by its own name first; then the names, aliases and joins of `CLIBD_1M` and
        `BIOSCAN_5M` are understood. `all` leaves out groups that repeat others.

        Raises:
            RecordsError: for a name that the file does not have.
        """
        found: list[str] = []
        for part in (name.strip() for name in text.split("+")):
            if part == "all":
                found += self._without_copies()
            elif part in self.groups:
                found.append(part)
            else:
                for split in sorted(self._contents(part)):
                    group = next((g for g in self.groups if self._contents(g) == {split}), None)
                    if group is None:
                        names = ", ".join(self.groups)
                        raise RecordsError(f"{self.path.name} has no group '{part}'; it has {names}.")
                    found.append(group)
        return tuple(dict.fromkeys(found))

    def _contents(self, name: str) -> frozenset[str]:
        """The splits that a group holds."""
        scheme = CLIBD_1M
        if self.dataset == "bioscan5m":
            scheme, name = BIOSCAN_5M, GROUPS_5M.get(name, name)
        try:
            return scheme.explode(name)
        except RecordsError:
            return frozenset({name})

    def _without_copies(self) -> list[str]:
        """Groups that together hold every record once."""
        kept = list(self.groups)
        for group in sorted(self.groups, key=lambda name: -len(self._contents(name))):
            others = frozenset[str]().union(*(self._contents(name) for name in kept if name != group))
            if self._contents(group) <= others:
                kept.remove(group)
        return kept

    def entries(self, splits: str = "all", max_nucleotides: int | None = MAX_NUCLEOTIDES) -> Iterator[Entry]:
        """Streams the records; `split` and `row` say where each stands.

        Raises:
            RecordsError: for a name that the file does not have.
        """
        for name in self.groups_of(splits):
            group = self._file[name]
            present = [field for field in _TEXTS if field in group]
            for start in range(0, len(group["barcode"]), ROWS_AT_ONCE):
                rows = slice(start, start + ROWS_AT_ONCE)
                columns = [[_text(value) for value in group[field][rows]] for field in present]
                for number, cells in enumerate(zip(*columns, strict=True), start=start):
                    got = dict(zip(present, cells, strict=True))
                    yield Entry(
                        row=number,
                        dataset=self.dataset,
                        split=name,
                        nucleotides=bases(got["barcode"], max_nucleotides),
                        processid=known(got.get("processid")),
                        sampleid=known(got.get("sampleid")),
                        image_file=known(got.get("image_file")),
                        order=clean_name(got.get("order")) or "",
                        family=clean_name(got.get("family")) or "",
                        genus=clean_name(got.get("genus")) or "",
                        species=clean_name(got.get("species")) or "",
                    )

    def read(self, entry: Entry) -> bytes | None:
        """The JPEG file of a record that `entries` gave; None where the photo is missing."""
        group = self._file[entry.split]
        length = int(group["image_mask"][entry.row])
        if length <= 0:
            return None
        return group["image"][entry.row, :length].astype("uint8").tobytes()


def _text(value: Any) -> str:
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else str(value)
