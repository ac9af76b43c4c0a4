"""What exporters work on: a result as `Identification.to_json` gives it, and what people said of it.

The same few questions are asked of a result by every format; they are answered here, so that no
two formats answer them differently.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bioscan_desktop.core.taxonomy import RANKS, is_interim
from bioscan_desktop.services.export.higher import higher_names

if TYPE_CHECKING:
    from bioscan_desktop.inference.crop import Box

PREDICTED, VALIDATED = "PredictedByMachine", "ValidatedByHuman"
REJECTED, UNKNOWN = "RejectedByHuman", "UnknownToHuman"
"""Values of Darwin Core's identificationVerificationStatus, as GBIF's users proposed the first two."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about one specimen.

    Attributes:
        name: as the person gave it; "" where the machine's name was rejected without another.
        unknown: the person looked, and cannot tell; without a name.
        rank: of the name, if known.
        lineage: names by rank, down to the name's.
        by, at: who and when (ISO 8601); "" if not known.
    """

    name: str
    rank: str | None = None
    lineage: Mapping[str, str] = field(default_factory=dict)
    by: str = ""
    at: str = ""
    notes: str = ""
    unknown: bool = False

    @property
    def status(self) -> str:
        """`ValidatedByHuman` with a name; `RejectedByHuman` or `UnknownToHuman` without."""
        if self.name:
            return VALIDATED
        return UNKNOWN if self.unknown else REJECTED


@dataclass(frozen=True, slots=True)
class Name:
    """A name with its rank and the names above.

    Attributes:
        text: "" for none.
        lineage: by rank, from `kingdom` down to the name's own rank, as far as known.
    """

    text: str
    rank: str | None
    lineage: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo of a specimen, where it can still be had.

    Attributes:
        source: the file or the bytes; None where neither is known.
        crop: the part that was judged; None for the whole, or where it is not known.
    """

    source: Path | bytes | None
    crop: Box | None = None


@dataclass(frozen=True, slots=True)
class ExportItem:
    """One specimen to be written.

    Attributes:
        record: as `Identification.to_json` gives it.
        decision: of a person; None if nobody looked.
        pictures: of its photos, the first one first.
        identified_at: when the machine answered, ISO 8601; "" if not known.
        collected: where, when and by whom the specimen was collected, by terms of Darwin Core.
        notes: what people wrote about it, whether or not somebody decided.
    """

    record: Mapping[str, Any]
    decision: Decision | None = None
    pictures: tuple[Picture, ...] = ()
    identified_at: str = ""
    collected: Mapping[str, str] = field(default_factory=dict)
    notes: str = ""

    @property
    def query_id(self) -> str:
        """As the record names it."""
        return str(self.record["query_id"])

    @property
    def verdict(self) -> Mapping[str, Any]:
        """Empty for what failed."""
        return self.record.get("verdict") or {}

    @property
    def hits(self) -> list[Mapping[str, Any]]:
        """Best first."""
        return list(self.record.get("hits") or ())

    @property
    def failed(self) -> bool:
        """There is no answer."""
        return self.record.get("verdict") is None

    @property
    def sequence(self) -> str | None:
        """The cleaned barcode of the specimen."""
        return self.record.get("nucleotides") or None

    @property
    def photo(self) -> Path | bytes | None:
        """The first photo, where it can still be had."""
        return self.pictures[0].source if self.pictures else None

    @property
    def written(self) -> str:
        """What people wrote about it; with a decision, what is said of that."""
        return self.decision.notes if self.decision is not None else self.notes

    @property
    def file_name(self) -> str:
        """Of the first photo, without folders; of a pasted picture its id; "" where there is no photo."""
        return next(iter(self.file_names), "")

    @property
    def file_names(self) -> list[str]:
        """Of all its photos."""
        if self.record.get("modality") not in ("image", "both"):
            return []
        photos = self.record.get("photos")
        if not photos:
            return [last_part(str(self.record.get("photo") or self.record.get("input") or self.query_id))]
        sources = str(self.record.get("input")).split(" + ")  # of pasted pictures
        return [last_part(photo or source) for photo, source in zip(photos, sources, strict=False)]

    @property
    def photos(self) -> list[tuple[str, Picture, Mapping[str, Any] | None]]:
        """Of each photo its file name, its picture and, where there are several, what it says alone: empty if
        that is not known, None if it cannot be used."""
        names = self.file_names
        pictures = [*self.pictures, *[Picture(None)] * len(names)]
        alone: list[Mapping[str, Any] | None] = list(self.record.get("by_photo") or ())
        return list(zip(names, pictures, [*alone, *[{}] * len(names)], strict=False))

    @property
    def machine(self) -> Name:
        """The verdict."""
        rank = self.verdict.get("rank")
        if rank is None:
            return Name("", None, {})
        kept = RANKS[: RANKS.index(rank) + 1]
        names = {share["rank"]: share["name"] for share in self.record["ranks"] if share["rank"] in kept}
        return Name(self.verdict["name"], rank, _with_higher(names))

    @property
    def human(self) -> Name | None:
        """What a person said; None where nobody gave a name."""
        if self.decision is None or not self.decision.name:
            return None
        d = self.decision
        return Name(d.name, d.rank, _with_higher({r: n for r, n in d.lineage.items() if n}))

    @property
    def final(self) -> Name:
        """The person's name, where there is one, else the verdict; nothing where that was rejected."""
        if self.decision is not None and not self.decision.name:
            return Name("", None, {})
        return self.human or self.machine

    @property
    def status(self) -> str:
        """identificationVerificationStatus of the final name."""
        return self.decision.status if self.decision is not None else PREDICTED

    @property
    def machine_name(self) -> str:
        """The identifier: program, model and library with versions, for `identifiedBy`."""
        model, library = self.record["model"], self.record["library"]
        return (
            f"BIOSCAN Desktop {self.record['app_version']}; {model['id']} {model['version']} "
            f"(library {library['id']} {library['version']})"
        )

    @property
    def top(self) -> Mapping[str, Any]:
        """The best hit, or nothing."""
        hits = self.record.get("hits") or ()
        return hits[0] if hits else {}

    @property
    def conflict(self) -> str | None:
        """`order` or `family` where photo and barcode, or two photos, name different ones.

        Verdicts name all ranks above their own, so it is enough to know how far they agree.
        """
        if self.record.get("photo_conflict"):
            return str(self.record["photo_conflict"])
        by = self.record.get("by_modality") or {}
        ranks = [verdict.get("rank") for verdict in by.values()]
        agreed = self.record.get("modality_agreement")
        if len(ranks) < 2 or None in ranks:
            return None
        if agreed == "none":
            return "order"
        return "family" if agreed == "order" and "order" not in ranks else None

    @property
    def flags(self) -> list[str]:
        """Short words for whatever asks for a second look."""
        found = [f"conflict_{self.conflict}"] if self.conflict else []
        if self.verdict.get("novelty") not in (None, "none"):
            found.append(self.verdict["novelty"])
        if self.verdict and not self.verdict.get("calibrated"):
            found.append("not_calibrated")
        if identity_conflict(self.hits):
            found.append("embedding_identity_conflict")
        if self.record.get("error"):
            found.append(self.record["error"]["code"])
        return found

    @property
    def rule(self) -> str:
        """How the verdict came about: `threshold`, `conflict`, `unlike_library` or `no_name`."""
        if self.failed:
            return ""
        if self.conflict:
            return "conflict"
        if self.verdict.get("novelty") == "unlike_library":
            return "unlike_library"
        return "threshold" if self.verdict.get("name") else "no_name"


def identity_conflict(hits: list[Mapping[str, Any]]) -> bool:
    """The barcode key nearest by embedding is of another species than the most identical one."""
    aligned = [hit for hit in hits if hit.get("percent_identity") is not None]
    if len(aligned) < 2:
        return False
    nearest = max(aligned, key=lambda hit: hit["score"])
    best = max(aligned, key=lambda hit: hit["percent_identity"])
    return nearest["species"] != best["species"] and nearest["percent_identity"] < best["percent_identity"]


def hit_lineage(hit: Mapping[str, Any]) -> Mapping[str, str]:
    """The names of a hit by rank, from `kingdom` down."""
    return _with_higher({rank: hit[rank] for rank in RANKS if hit.get(rank)})


def split_species(name: str) -> tuple[str, str, str]:
    """A species name as (clean name, its rank, qualifier), as Darwin Core wants it.

    `Noctua cf. comes` is the genus Noctua with the qualifier `cf. comes`; `BOLD:AAA1234` no name.
    """
    if not is_interim(name):
        return name, "species", ""
    first, _, rest = name.partition(" ")
    usable = first.isalpha() and first[:1].isupper() and bool(rest)
    return (first, "genus", rest) if usable else ("", "", name)


def epithet(name: str) -> str:
    """The second part of a species name, without a subgenus, subspecies or author: `caspius` of
    `Aedes (Ochlerotatus) caspius`."""
    return next((word for word in name.split()[1:] if not word.startswith("(")), "")


_OF_WINDOWS = re.compile(r"[A-Za-z]:|\\\\")


def last_part(path: str, windows: bool = os.name == "nt") -> str:
    """A file name without its folders.

    Args:
        path: of this machine or of another. A backslash parts folders where the path begins with a drive
            or a share, and on Windows; elsewhere it may be a letter of a name.
        windows: False on other systems.
    """
    if windows or _OF_WINDOWS.match(path):
        path = path.replace("\\", "/")
    return path.rstrip("/").rsplit("/", 1)[-1]


def _with_higher(names: Mapping[str, str]) -> Mapping[str, str]:
    return {**higher_names(names.get("order")), **names}
