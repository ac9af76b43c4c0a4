"""How sure, how new and how well agreed, in the same words wherever people read them.

- A similarity is a cosine and is never written with a percent sign; a percentage is a share of the
  evidence.
- "Very likely", "Likely" and "Possible" are bands of a calibrated share; without calibration there
  is no such word, only "Best match".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bioscan_desktop.core.taxonomy import is_interim

VERY_LIKELY = 0.95
LIKELY = 0.80

MODALITY_NOUN = {"image": "photo", "dna": "barcode", "both": "photo and barcode"}


def likelihood(name: str | None, novelty: str, calibrated: bool, confidence: float) -> str:
    """How sure: a word of a calibrated band."""
    if novelty == "unlike_library":
        return "Not in library"
    if name is None:
        return "Undecided"
    if not calibrated:
        return "Best match"
    if confidence >= VERY_LIKELY:
        return "Very likely"
    return "Likely" if confidence >= LIKELY else "Possible"


def percent(share: float) -> str:
    """A share; never rounds up to certainty nor down to nothing."""
    if 0.995 <= share < 1:
        return ">99%"
    if 0 < share < 0.005:
        return "<1%"
    return f"{share * 100:.0f}%"


def novelty_sentence(novelty: str, name: str | None, rank: str | None) -> str:
    """One sentence where the specimen seems new to the library, else ""."""
    if novelty == "unlike_library":
        return "Unlike anything in this library: its species, genus and family may all be missing here."
    if novelty == "new_species" and name is not None:
        return (
            f"The {rank} may be right, but the species is probably not in this library: "
            "specimens of known species rarely lie this far from it."
        )
    if novelty == "new_species":
        return "The species is probably not in this library."
    return ""


def headline(verdict: Mapping[str, Any]) -> str:
    """The largest words about a specimen; of an empty verdict, that there is none."""
    if not verdict:
        return "Not identified"
    if verdict["name"] is not None:
        return verdict["name"]
    return "Not in this library" if verdict["novelty"] == "unlike_library" else "No name can be given"


def sure(verdict: Mapping[str, Any]) -> str:
    """`likelihood` of a verdict as a record holds it."""
    return likelihood(verdict["name"], verdict["novelty"], verdict["calibrated"], verdict["confidence"])


def is_italic(name: str, rank: str | None) -> bool:
    """Genera and named species are set in italics, interim names such as `Noctua sp. 2` are not."""
    return rank == "genus" or (rank == "species" and not is_interim(name))


def hit_title(hit: Mapping[str, Any]) -> tuple[str, str | None]:
    """The finest name of a reference and its rank."""
    for rank in ("species", "genus", "family", "order"):
        if hit.get(rank):
            return hit[rank], rank
    return hit.get("bin_uri") or "Unnamed reference", None


def identity_text(hit: Mapping[str, Any]) -> str:
    """`99.4% over 654 bp`, or ""."""
    if hit.get("percent_identity") is None:
        return ""
    over = f" over {hit['overlap_bp']} bp" if hit.get("overlap_bp") else ""
    return f"{hit['percent_identity']:.1f}%{over}"


def alone(verdict: Mapping[str, Any] | None) -> str:
    """What one of several photos says by itself, None standing for one that cannot be used; "" if unknown."""
    if verdict is None:
        return "cannot be used"
    if not verdict:
        return ""
    rank = f" ({verdict['rank']}, {percent(verdict['confidence'])})" if verdict["rank"] else ""
    return f"{headline(verdict)}{rank}, {sure(verdict).lower()}"


def agreement_sentence(record: Mapping[str, Any], conflict: str | None) -> str:
    """How far photo and barcode agree, or that photos do not, or ""."""
    if record.get("photo_conflict"):
        return str(record["verdict"]["reason"])
    level = record.get("modality_agreement")
    if level is None:
        return ""
    if conflict:
        sides = [f"The {MODALITY_NOUN[m]} says {v['name']}." for m, v in record["by_modality"].items()]
        return (
            f"Photo and barcode contradict each other at {conflict}. Perhaps specimen and sequence were "
            f"mixed up. {' '.join(sides)}"
        )
    return f"Photo and barcode agree down to {level}." if level != "none" else ""
