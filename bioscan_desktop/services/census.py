"""All keys of a library in columns, with the gaps in their lineages filled where others close them."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bioscan_desktop.core.taxonomy import RANKS, Lineage
from bioscan_desktop.library.pack import MODALITIES
from bioscan_desktop.library.records import RecordStore
from bioscan_desktop.services.tasks import CancelToken, Progress, ProgressCallback

PAGE = 20_000
"""Records that are read at a time."""


@dataclass(frozen=True)
class Census:
    """The facts of n keys, in order of their ids.

    Attributes:
        key_id, row, n_records: (n,) int64.
        modality: (n,) int8, place in `MODALITIES`.
        lineage, country: (n,) int32, places in `lineages` and `countries`.
        bins: by BIN, the place of the first lineage that it has.
    """

    key_id: np.ndarray
    modality: np.ndarray
    row: np.ndarray
    n_records: np.ndarray
    lineage: np.ndarray
    country: np.ndarray
    lineages: list[Lineage]
    countries: list[str | None]
    bins: dict[str, int]


def take(records: RecordStore, progress: ProgressCallback, cancel: CancelToken) -> Census:
    """Reads all keys; some seconds per million.

    Raises:
        PackError: if the records cannot be read.
        Cancelled: after `cancel`.
    """
    key_ids, rows, counts = array("q"), array("q"), array("q")
    modalities, places, origins = array("b"), array("i"), array("i")
    lineages: dict[tuple, int] = {}
    countries: dict[str | None, int] = {}
    bins: dict[str, int] = {}
    kinds = {modality: place for place, modality in enumerate(MODALITIES)}
    total = records.count()
    for page in _pages(records):
        cancel.check()
        for key_id, modality, row, n_records, country, bin_uri, *names in page:
            if modality not in kinds:
                continue
            place = lineages.setdefault(tuple(names), len(lineages))
            key_ids.append(key_id)
            modalities.append(kinds[modality])
            rows.append(row)
            counts.append(n_records)
            places.append(place)
            origins.append(countries.setdefault(country, len(countries)))
            if bin_uri:
                bins.setdefault(bin_uri, place)
        progress(Progress(len(key_ids), total, "Counting the library"))
    return Census(
        key_id=np.array(key_ids, dtype=np.int64),
        modality=np.array(modalities, dtype=np.int8),
        row=np.array(rows, dtype=np.int64),
        n_records=np.array(counts, dtype=np.int64),
        lineage=np.array(places, dtype=np.int32),
        country=np.array(origins, dtype=np.int32),
        lineages=complete([Lineage(*names) for names in lineages]),
        countries=list(countries),
        bins=bins,
    )


def _pages(records: RecordStore) -> Iterator[list[tuple]]:
    last = -1
    while page := records.facts_after(last, PAGE):
        yield page
        last = page[-1][0]


def complete(lineages: list[Lineage]) -> list[Lineage]:
    """Fills unknown ranks in from other records of the same genus or family, where those agree.

    A record that says `Noctua pronuba` but not its family belongs beside the others of its genus.
    What a record does say is never changed.
    """
    above: dict[tuple[str, str], set[tuple[str | None, ...]]] = {}
    for lineage in lineages:
        names = lineage.names()
        for depth in range(1, len(RANKS)):
            name = names[depth]
            if name is not None and all(n is not None for n in names[:depth]):
                above.setdefault((RANKS[depth], name), set()).add(names[:depth])
    return [_filled(lineage, above) for lineage in lineages]


def _filled(lineage: Lineage, above: dict[tuple[str, str], set[tuple[str | None, ...]]]) -> Lineage:
    names = list(lineage.names())
    for depth in range(len(RANKS) - 1, 0, -1):
        name = names[depth]
        known = above.get((RANKS[depth], name)) if name is not None else None
        if known is None or None not in names[:depth]:
            continue
        fitting = [
            path
            for path in known
            if all(own in (None, other) for own, other in zip(names, path, strict=False))
        ]
        if len(fitting) == 1:
            names[:depth] = fitting[0]
    return Lineage(*names)
