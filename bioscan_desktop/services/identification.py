"""The answer for one specimen, and what it was made with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bioscan_desktop import __version__
from bioscan_desktop.core.errors import BioscanError
from bioscan_desktop.core.hits import Hit
from bioscan_desktop.core.several import contradiction
from bioscan_desktop.core.verdict import Verdict
from bioscan_desktop.services.answer_json import hit_json, verdict_json
from bioscan_desktop.services.specimens import Specimen


@dataclass(frozen=True, slots=True)
class Provenance:
    """What an answer was made with."""

    library_id: str
    library_version: str
    model_id: str
    model_version: str
    model_sha256: str
    provider: str


@dataclass(frozen=True, slots=True)
class Identification:
    """The answer for one specimen.

    Attributes:
        status: `ok`, `partial` (something could not be used) or `failed`.
        verdict: None if failed.
        by_modality: the verdict of each modality apart.
        modality_agreement: finest rank shared by photo and barcode; None unless both were used.
        hits: shown hits, best first.
        badges: agreement of each hit with the verdict.
        notices: sentences about the input.
        restricted: sentences about the part of the library that could answer: which it was, what was
            left out, and what the answer would have been without; empty where all of it could.
        by_photo: of several photos the verdict of each, None for one that could not be used; else empty.
    """

    specimen: Specimen
    status: str
    error: BioscanError | None
    verdict: Verdict | None
    by_modality: dict[str, Verdict]
    modality_agreement: str | None
    hits: tuple[Hit, ...]
    badges: tuple[str, ...]
    notices: tuple[str, ...]
    elapsed_ms: float
    provenance: Provenance
    restricted: tuple[str, ...] = ()
    by_photo: tuple[Verdict | None, ...] = ()

    @property
    def photo_conflict(self) -> str | None:
        """`order` or `family` where two photos name different ones."""
        found = contradiction(self.by_photo)
        return found[0] if found is not None else None

    def to_json(self) -> dict[str, Any]:
        """One line of `bioscan identify --format jsonl`. Some keys are there for several photos only."""
        p = self.provenance
        several: dict[str, Any] = {}
        if self.specimen.more:
            several = {
                "photos": [_file_of(one) for one in self.specimen.photos],
                "by_photo": [verdict_json(v) if v is not None else None for v in self.by_photo],
                "photo_conflict": self.photo_conflict,
            }
        return {
            "query_id": self.specimen.query_id,
            "input": self.specimen.input,
            "modality": self.specimen.modality,
            "photo": _file_of(self.specimen),
            **several,
            "nucleotides": self.specimen.barcode.sequence if self.specimen.barcode else None,
            "status": self.status,
            "error": {"code": self.error.code, "message": self.error.message} if self.error else None,
            "verdict": verdict_json(self.verdict) if self.verdict else None,
            "ranks": [
                {"rank": s.rank, "name": s.name, "share": round(s.share, 4)}
                for s in (self.verdict.ranks if self.verdict else ())
            ],
            "by_modality": {m: verdict_json(v) for m, v in self.by_modality.items()},
            "modality_agreement": self.modality_agreement,
            "hits": [
                hit_json(number, hit, badge)
                for number, (hit, badge) in enumerate(zip(self.hits, self.badges, strict=True), start=1)
            ],
            "notices": [*self.restricted, *self.notices],
            "library": {"id": p.library_id, "version": p.library_version},
            "model": {"id": p.model_id, "version": p.model_version, "sha256": p.model_sha256},
            "provider": p.provider,
            "elapsed_ms": round(self.elapsed_ms, 1),
            "app_version": __version__,
        }


def _file_of(specimen: Specimen) -> str | None:
    """The first photo's file; None for a pasted picture."""
    return str(specimen.photo) if isinstance(specimen.photo, Path) else None
