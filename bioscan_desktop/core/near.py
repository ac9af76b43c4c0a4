"""The hits of one query, as columns that rules can reckon with at once and as hits one by one.

A decision looks at a hundred references of which five are shown. So a search gives the numbers of
all as arrays, and a `Hit` is made when somebody asks for it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from operator import attrgetter
from typing import Protocol, overload

import numpy as np

from bioscan_desktop.core.calibration import PairScale
from bioscan_desktop.core.hits import Hit
from bioscan_desktop.core.taxonomy import Lineage

_NAMES_AT = {rank: attrgetter(f"lineage.{rank}") for rank in ("order", "family", "genus", "species")}


class Key(Protocol):
    """What is known of a reference, whatever it is compared with."""

    @property
    def key_id(self) -> int: ...
    @property
    def lineage(self) -> Lineage: ...
    @property
    def processid(self) -> str | None: ...
    @property
    def bin_uri(self) -> str | None: ...
    @property
    def country(self) -> str | None: ...
    @property
    def n_records(self) -> int: ...
    @property
    def consensus(self) -> str | None: ...
    @property
    def image_file(self) -> str | None: ...


@dataclass(frozen=True)
class Near:
    """References near one query, or several, of one pair of modalities; see `core.hits.Hit`.

    Attributes:
        query_modality, key_modality: what was compared with what.
        keys: m references; hits are such, too.
        key_ids: (m,) int64 of the keys.
        score, shift: (m,) float64.
        isolation, mismatch, relatedness: (m,) float64, NaN where not known.
    """

    query_modality: str
    key_modality: str
    keys: Sequence[Key]
    key_ids: np.ndarray
    score: np.ndarray
    shift: np.ndarray
    isolation: np.ndarray
    mismatch: np.ndarray
    relatedness: np.ndarray

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def pair(self) -> str:
        """As `Hit.pair`."""
        return f"{self.query_modality}->{self.key_modality}"

    @property
    def leaned(self) -> np.ndarray:
        """(m,) as `Hit.leaned`."""
        return self.score + self.shift

    @cached_property
    def is_aligned(self) -> bool:
        """True if any of the keys could be aligned with the query."""
        return not bool(np.isnan(self.mismatch).all())

    @cached_property
    def weighed(self) -> dict[PairScale, np.ndarray]:
        """(m,) logits by scale, as far as they were asked for; see `core.matching.weigh`."""
        return {}

    @cached_property
    def _by_mismatch(self) -> list[tuple[Key, float]]:
        """Aligned keys with their mismatch, the closest first."""
        order = np.argsort(self.mismatch)[: np.count_nonzero(~np.isnan(self.mismatch))]
        keys = [self.keys[number] for number in order.tolist()]
        return list(zip(keys, self.mismatch[order].tolist(), strict=True))

    def least_mismatch(self, rank: str, name: str) -> float:
        """That of the closest aligned key with a name at a rank; infinite if there is none."""
        return next(
            (share for key, share in self._by_mismatch if getattr(key.lineage, rank) == name), math.inf
        )

    @cached_property
    def species(self) -> list[str | None]:
        """The species of each key."""
        return self.names("species")

    def names(self, rank: str) -> list[str | None]:
        """The name of each key at a rank."""
        return list(map(_NAMES_AT[rank], self.keys))

    def take(self, numbers: np.ndarray) -> Near:
        """Some of them, (n,) numbers, in that order."""
        return Near(
            self.query_modality,
            self.key_modality,
            [self.keys[number] for number in numbers.tolist()],
            *(column[numbers] for column in self._columns()),
        )

    def part(self, start: int, stop: int) -> Near:
        """Those from `start` to before `stop`."""
        here = slice(start, stop)
        return Near(
            self.query_modality,
            self.key_modality,
            self.keys[here],
            *(column[here] for column in self._columns()),
        )

    def split(self, counts: Sequence[int]) -> list[Near]:
        """What is near one query after the other, apart."""
        ends = list(accumulate(counts))
        return [self.part(end - count, end) for end, count in zip(ends, counts, strict=True)]

    def _columns(self) -> tuple[np.ndarray, ...]:
        return self.key_ids, self.score, self.shift, self.isolation, self.mismatch, self.relatedness

    def hit(self, number: int, percent_identity: float | None = None, overlap_bp: int | None = None) -> Hit:
        """One of them as a hit, with what an alignment says of it, if there was one."""
        key = self.keys[number]
        if isinstance(key, Hit):
            if percent_identity is None:
                return key
            return replace(key, percent_identity=percent_identity, overlap_bp=overlap_bp)
        return Hit(
            key_id=key.key_id,
            query_modality=self.query_modality,
            key_modality=self.key_modality,
            score=float(self.score[number]),
            lineage=key.lineage,
            processid=key.processid,
            bin_uri=key.bin_uri,
            country=key.country,
            n_records=key.n_records,
            percent_identity=percent_identity,
            overlap_bp=overlap_bp,
            consensus=key.consensus,
            image_file=key.image_file,
            isolation=_known(self.isolation[number]),
            mismatch=_known(self.mismatch[number]),
            relatedness=_known(self.relatedness[number]),
            shift=float(self.shift[number]),
        )

    @classmethod
    def of(cls, hits: Sequence[Hit]) -> Near:
        """Hits of one pair of modalities; they are given back as they are."""
        return cls(
            hits[0].query_modality,
            hits[0].key_modality,
            hits,
            np.array([hit.key_id for hit in hits], dtype=np.int64),
            *(
                np.array([getattr(hit, name) for hit in hits], dtype=np.float64)
                for name in ("score", "shift", "isolation", "mismatch", "relatedness")
            ),
        )


def _known(value: np.float64) -> float | None:
    number = float(value)
    return None if number != number else number


class Hits(Sequence[Hit]):
    """The hits of one query.

    Args:
        groups: one for each pair of modalities.
        made: hits by their number that say more than the columns do, such as percent identity.
        views: of a photo, `core.calibration.log_distance` of its embedding and that of its mirror image:
            the larger, the less firmly the encoder sees it. None if not known.
    """

    def __init__(
        self,
        groups: Iterable[Near] = (),
        made: Mapping[int, Hit] | None = None,
        views: float | None = None,
    ) -> None:
        self.groups: tuple[Near, ...] = tuple(group for group in groups if len(group))
        self._made = dict(made or {})
        self.views = views

    @classmethod
    def of(cls, hits: Sequence[Hit]) -> Hits:
        """The same hits; those of each pair together, where they are not in columns yet."""
        if isinstance(hits, Hits):
            return hits
        by_pair: dict[tuple[str, str], list[Hit]] = defaultdict(list)
        for hit in hits:
            by_pair[hit.query_modality, hit.key_modality].append(hit)
        return cls(map(Near.of, by_pair.values()))

    def __len__(self) -> int:
        return sum(map(len, self.groups))

    @overload
    def __getitem__(self, number: int) -> Hit: ...
    @overload
    def __getitem__(self, number: slice) -> list[Hit]: ...
    def __getitem__(self, number: int | slice) -> Hit | list[Hit]:
        if isinstance(number, slice):
            return [self[at] for at in range(*number.indices(len(self)))]
        place = range(len(self))[number]  # IndexError, negative numbers
        if place not in self._made:
            group, within = self.place(place)
            self._made[place] = group.hit(within)
        return self._made[place]

    def place(self, number: int) -> tuple[Near, int]:
        """The group of a hit, and its number within."""
        for group in self.groups:
            if number < len(group):
                return group, number
            number -= len(group)
        raise IndexError(number)

    def column(self, name: str) -> np.ndarray:
        """A column of `Near`, of all hits."""
        columns = [getattr(group, name) for group in self.groups]
        return columns[0] if len(columns) == 1 else np.concatenate(columns or [np.zeros(0)])

    def of_pair(self, pair: str) -> Hits:
        """Those of one pair of modalities."""
        return Hits((group for group in self.groups if group.pair == pair), views=self.views)

    def with_hits(self, changed: Mapping[int, Hit]) -> Hits:
        """The same, but for what some hits say beyond the columns."""
        return Hits(self.groups, {**self._made, **changed}, self.views)

    def with_views(self, views: float | None) -> Hits:
        """The same, of a photo whose views are so far apart."""
        return Hits(self.groups, self._made, views)
