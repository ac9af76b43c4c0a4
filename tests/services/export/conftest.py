"""Results made by hand, the same on every machine: one of each kind that an exporter can meet.

Sequences are made up; identities are those that the real alignment gives, as in real results.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bioscan_desktop.core.barcode import reverse_complement
from bioscan_desktop.index.barcodes import align
from bioscan_desktop.services.export import provenance
from bioscan_desktop.services.export.items import Decision, ExportItem
from bioscan_desktop.services.export.provenance import ExportOptions, LibraryFacts
from tests.conftest import mutate, random_barcode

PRONUBA = ("Lepidoptera", "Noctuidae", "Noctua", "Noctua pronuba")
COMES = ("Lepidoptera", "Noctuidae", "Noctua", "Noctua comes")
RAPAE = ("Lepidoptera", "Pieridae", "Pieris", "Pieris rapae")
FLY = ("Diptera", "Syrphidae", "Episyrphus", "Episyrphus balteatus")
RANKS = ("order", "family", "genus", "species")
REFERENCES = {1: random_barcode(1), 2: random_barcode(2), 3: random_barcode(3)}
"""Consensus barcodes of the library by key."""

THRESHOLDS = {
    m: {"order": 0.5, "family": 0.5, "genus": 0.65, "species": 0.8} for m in ("image", "dna", "both")
}


def hit(number: int, names: tuple[str, ...], badge: str, key_id: int = 9, **more: Any) -> dict[str, Any]:
    """A photo hit, unless `more` says otherwise."""
    return {
        "hit_rank": number,
        "key_id": key_id,
        "query_modality": "image",
        "key_modality": "image",
        "score": 0.95,
        "percent_identity": None,
        "overlap_bp": None,
        "processid": None,
        "bin_uri": None,
        **dict(zip(RANKS, names, strict=True)),
        "country": None,
        "badge": badge,
        "badge_against": "verdict",
        "n_records": 1,
        "image_file": None,
        **more,
    }


def dna_hit(
    number: int, names: tuple[str, ...], badge: str, key_id: int, sequence: str, **more: Any
) -> dict[str, Any]:
    """A barcode hit with the identity of its alignment."""
    found = align(sequence, REFERENCES[key_id])
    facts: dict[str, Any] = {
        "query_modality": "dna",
        "key_modality": "dna",
        "percent_identity": round(found.percent_identity, 2),
        "overlap_bp": found.overlap_bp,
        "processid": f"TEST{key_id:03d}-26",
        "bin_uri": f"BOLD:TST{key_id:04d}",
        "country": "Côte d'Ivoire",
        "n_records": 12,
    }
    return hit(number, names, badge, key_id, **{**facts, **more})


def verdict(name: str | None, rank: str | None, confidence: float, **more: Any) -> dict[str, Any]:
    """A calibrated verdict of a known species, unless `more` says otherwise."""
    return {
        "name": name,
        "rank": rank,
        "confidence": confidence,
        "calibrated": True,
        "novelty": "none",
        "novelty_p": 0.41,
        "reason": f"{confidence:.0%} of the evidence stands behind {rank} {name}." if name else "No name.",
        **more,
    }


def record(query_id: str, modality: str, answer: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    """A whole record."""
    return {
        "query_id": query_id,
        "input": query_id,
        "modality": modality,
        "photo": None,
        "nucleotides": None,
        "status": "ok",
        "error": None,
        "verdict": answer,
        "ranks": [],
        "by_modality": {modality: answer} if answer and modality != "both" else {},
        "modality_agreement": None,
        "hits": [],
        "notices": [],
        "library": {"id": "tiny", "version": "1"},
        "model": {"id": "tiny", "version": "1", "sha256": "ab" * 32},
        "provider": "CPUExecutionProvider",
        "elapsed_ms": 12.5,
        "app_version": "0.1.0",
        **more,
    }


def shares(names: tuple[str, ...], *values: float) -> list[dict[str, Any]]:
    """The rank ladder."""
    return [
        {"rank": rank, "name": name, "share": share}
        for rank, name, share in zip(RANKS, names, values, strict=False)
    ]


def make_items() -> list[ExportItem]:
    """One of each kind."""
    comes, rapae = mutate(REFERENCES[2], 3, 7), mutate(REFERENCES[1], 2, 8)
    photo = verdict("Noctua pronuba", "species", 0.9312)
    genus = verdict("Noctua", "genus", 0.88, novelty="new_species", novelty_p=0.012)
    both = verdict("Pieris rapae", "species", 0.9971)
    mixed = verdict(None, None, 0.0, novelty_p=None, reason="Photo and barcode contradict each other.")
    unlike = verdict(None, None, 0.0, novelty="unlike_library", reason="This is not like anything here.")
    plain = verdict("Diptera", "order", 0.7, calibrated=False, novelty_p=None)
    return [
        ExportItem(
            record("moth_1", "image", photo, input="/photos/moth_1.jpg", photo="/photos/moth_1.jpg",
                   ranks=shares(PRONUBA, 1.0, 0.99, 0.96, 0.9312),
                   hits=[hit(1, PRONUBA, "species"), hit(2, COMES, "genus", 8, score=0.81)]),
            identified_at="2026-11-26T10:00:00+00:00",
        ),
        ExportItem(
            record("Käfer 2", "dna", genus, input="Käfer 2 | Ünï 昆虫", nucleotides=comes,
                   ranks=shares(COMES, 1.0, 0.97, 0.88, 0.6), notices=["Short barcode: 600 bases."],
                   hits=[dna_hit(1, COMES, "genus", 2, comes), dna_hit(2, FLY, "none", 3, comes, score=0.2)]),
        ),
        ExportItem(
            record("both_3", "both", both, input="both_3.png + both_3", photo="/photos/both_3.png",
                   nucleotides=reverse_complement(rapae), ranks=shares(RAPAE, 1.0, 1.0, 0.999, 0.9971),
                   by_modality={"image": both, "dna": both}, modality_agreement="species",
                   hits=[dna_hit(1, RAPAE, "species", 1, rapae, score=0.99), hit(2, RAPAE, "species")]),
            Decision("Pieris mannii", "species", dict(zip(RANKS, (*RAPAE[:3], "Pieris mannii"), strict=True)),
                     "Zoë Müller", "2026-11-26T12:00:00+01:00", "Wing tips; genitalia\tchecked"),
        ),
        ExportItem(
            record("mix_4", "both", mixed, input="mix_4.jpg + mix_4", photo="/photos/mix_4.jpg",
                   nucleotides=rapae, modality_agreement="none",
                   by_modality={"image": verdict(FLY[3], "species", 0.9),
                                "dna": verdict(RAPAE[3], "species", 1.0)},
                   hits=[dna_hit(1, RAPAE, "none", 1, rapae), hit(2, FLY, "none")]),
        ),
        ExportItem(
            record("=cmd|' /C calc'!A0", "image", None, input="+gone.jpg", photo="+gone.jpg", status="failed",
                   error={"code": "file_missing", "message": "+gone.jpg: the file is no longer there."}),
        ),
        ExportItem(record("leaf_6", "image", unlike, input="leaf_6.heic", photo="leaf_6.heic")),
        ExportItem(
            record("fly_7", "image", plain, input="fly_7.tif", photo="fly_7.tif", status="partial",
                   ranks=shares(FLY, 0.7, 0.5, 0.4),
                   error={"code": "truncated_photo", "message": "fly_7.tif: the file is cut short."}),
            Decision("Episyrphus cf. balteatus", "species",
                     dict(zip(RANKS, (*FLY[:3], "Episyrphus cf. balteatus"), strict=True)), "", "2026-11-26"),
        ),
        ExportItem(
            record("moth_8", "image", photo, input="moth_8.jpg", photo="moth_8.jpg",
                   ranks=shares(PRONUBA, 1.0, 0.99, 0.96, 0.9312), hits=[hit(1, PRONUBA, "species")]),
            Decision("", by="Жанна", at="2026-11-26", notes="Not a Noctua."),
        ),
    ]  # fmt: skip


@pytest.fixture
def items() -> list[ExportItem]:
    """One of each kind."""
    return make_items()


@pytest.fixture
def by_id(items: list[ExportItem]) -> dict[str, ExportItem]:
    """The same, by id."""
    return {item.query_id: item for item in items}


@pytest.fixture
def facts() -> LibraryFacts:
    """What the library of the results knows."""
    return LibraryFacts(
        id="tiny",
        version="1",
        title="Tiny library",
        licence="CC0 1.0",
        attribution='The "tiny" authors',
        manifest_sha256="cd" * 32,
        calibrated=True,
        thresholds=THRESHOLDS,
        barcode_of=REFERENCES.get,
    )


@pytest.fixture
def options(facts: LibraryFacts, monkeypatch: pytest.MonkeyPatch) -> ExportOptions:
    """Nothing in it that changes from run to run."""
    monkeypatch.setattr(provenance, "__version__", "0.1.0")
    return ExportOptions(
        library=facts,
        made_by="Anna Muster",
        title="Moths & flies of <Here>",
        licence="CC-BY-4.0",
        run_id="11111111-2222-3333-4444-555555555555",
        created_at="2026-11-26T14:00:00+00:00",
    )


@pytest.fixture
def golden() -> Path:
    """Folder of what each format looked like when somebody last looked at it."""
    return Path(__file__).parent / "golden"
