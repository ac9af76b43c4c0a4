"""The words of the window: pure functions from results to text. No Qt here.

Rules:
- A similarity is a cosine and is never written with a percent sign.
- A percentage is a share of the evidence, and is named so.
- "Very likely", "Likely" and "Possible" are bands of a calibrated share; without calibration there
  is no such word, only "Best match".
- Names of genera and species are set in italics, interim names such as "Noctua sp. 2" are not.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from bioscan_desktop.core.agreement import LETTERS
from bioscan_desktop.core.hits import Hit
from bioscan_desktop.core.matching import Verdict
from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.services.export import words
from bioscan_desktop.services.export.words import percent

if TYPE_CHECKING:
    from bioscan_desktop.services.identify import Identification

BOLD_RECORD = "https://portal.boldsystems.org/record/{}"

MODALITY_NOUN = {"image": "photo", "dna": "barcode"}


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is set.

    Attributes:
        italic: True for genera and named species.
    """

    text: str
    rank: str | None
    italic: bool

    @property
    def html(self) -> str:
        """With italics as rich text."""
        return f"<i>{escape(self.text)}</i>" if self.italic else escape(self.text)


def taxon(text: str, rank: str | None) -> Name:
    """A scientific name of a rank."""
    return Name(text, rank, words.is_italic(text, rank))


def headline(verdict: Verdict | None) -> Name:
    """The largest words on the page."""
    if verdict is None:
        return Name("Not identified", None, False)
    if verdict.name is not None:
        return taxon(verdict.name, verdict.rank)
    return Name(
        "Not in this library" if verdict.novelty == "unlike_library" else "No name can be given", None, False
    )


def likelihood(verdict: Verdict) -> str:
    """How sure: a word of a calibrated band."""
    return words.likelihood(verdict.name, verdict.novelty, verdict.calibrated, verdict.confidence)


def novelty_text(verdict: Verdict) -> str:
    """One sentence where the specimen seems new to the library, else ""."""
    return words.novelty_sentence(verdict.novelty, verdict.name, verdict.rank)


def conflict_rank(result: Identification) -> str | None:
    """`order` or `family` where photo and barcode name different ones, else None."""
    image, dna = result.by_modality.get("image"), result.by_modality.get("dna")
    if image is None or dna is None:
        return None
    for rank in ("order", "family"):
        a, b = image.lineage.at(rank), dna.lineage.at(rank)
        if a and b and a != b:
            return rank
    return None


def conflict_text(result: Identification) -> str:
    """One sentence that names both sides, or ""."""
    rank = conflict_rank(result)
    if rank is None:
        return ""
    image, dna = result.by_modality["image"], result.by_modality["dna"]
    return (
        f"Photo and barcode contradict each other at {rank}: the photo says {image.lineage.at(rank)}, "
        f"the barcode {dna.lineage.at(rank)}. Perhaps specimen and sequence were mixed up."
    )


def agreement_text(result: Identification) -> str:
    """How far photo and barcode agree, or ""."""
    level = result.modality_agreement
    if level is None or conflict_rank(result):
        return ""
    if level != "none":
        return f"Photo and barcode agree down to {level}."
    nameless = [m for m, v in result.by_modality.items() if v.name is None and v.novelty != "unlike_library"]
    if len(nameless) == 1:
        return f"The {MODALITY_NOUN[nameless[0]]} alone is too unclear for a name, so it confirms nothing."
    unlike = [m for m, v in result.by_modality.items() if v.novelty == "unlike_library"]
    if len(unlike) == 1:
        return f"The {MODALITY_NOUN[unlike[0]]} resembles nothing in the library; the other speaks alone."
    return "Photo and barcode share no name."


def error_text(result: Identification) -> str:
    """The error's sentence without the folders before a file name, or ""."""
    if result.error is None:
        return ""
    return result.error.message.replace(result.specimen.input, source(result.specimen.input))


def source(text: str) -> str:
    """Where a specimen came from, in short: file names without their folders."""
    parts = [part.replace("\\", "/").rstrip("/").split("/")[-1] for part in text.split(" + ")]
    return " + ".join(part for part in parts if part) or text


def notices(result: Identification) -> str:
    """What was noticed about the input, without what the error says already."""
    said = result.error.code if result.error is not None else ""
    kept = [n for n in result.notices if not (said == "truncated_photo" and "cut short" in n)]
    return " ".join(kept)


def row_title(result: Identification) -> Name:
    """Name in a row of the list."""
    if conflict_rank(result):
        return Name("Photo and barcode disagree", None, False)
    return headline(result.verdict)


def summary(result: Identification) -> str:
    """Last line of a row, after the name."""
    verdict = result.verdict
    if verdict is None:
        text = error_text(result) or "Not identified."
        text = text.removeprefix(f"{source(result.specimen.input)}: ")
        # The name of a specimen stays as it is written.
        return text if text.startswith(result.specimen.query_id) else text[:1].upper() + text[1:]
    rank = conflict_rank(result)
    if rank:
        image, dna = result.by_modality["image"], result.by_modality["dna"]
        return f"{image.lineage.at(rank)} against {dna.lineage.at(rank)}"
    words = likelihood(verdict)
    if verdict.name is None:
        return "Resembles no reference" if verdict.novelty == "unlike_library" else "Too many groups are near"
    if verdict.novelty == "new_species":
        return f"{(verdict.rank or '').capitalize()} · species may not be in library"
    return f"{(verdict.rank or '').capitalize()} · {words} · {percent(verdict.confidence)}"


def lineage_line(verdict: Verdict) -> str:
    """`Lepidoptera › Noctuidae › *Noctua*` down to the verdict, as rich text."""
    names = [taxon(name, rank).html for rank in RANKS if (name := verdict.lineage.at(rank))]
    return " › ".join(names)


def hit_name(hit: Hit) -> Name:
    """The finest name of a reference."""
    rank = hit.lineage.finest_rank()
    if rank is None:
        return Name(hit.bin_uri or "Unnamed reference", None, False)
    return taxon(hit.lineage.at(rank) or "", rank)


def hit_context(hit: Hit) -> str:
    """Order and family, as far as known and not said already."""
    finest = hit.lineage.finest_rank()
    names = [n for rank in ("order", "family") if rank != finest and (n := hit.lineage.at(rank))]
    return " › ".join(names)


def pair_text(hit: Hit) -> str:
    """What was compared with what."""
    return f"your {MODALITY_NOUN[hit.query_modality]} with a reference {MODALITY_NOUN[hit.key_modality]}"


def identity_text(hit: Hit) -> str:
    """`99.4% identity over 654 bp`, or ""."""
    if hit.percent_identity is None:
        return ""
    over = f" over {hit.overlap_bp} bp" if hit.overlap_bp else ""
    return f"{hit.percent_identity:.1f}% identity{over}"


def hit_spoken(hit: Hit, badge: str) -> str:
    """A reference in one sentence, for screen readers; `badge` is what its badge says, or ""."""
    parts = [hit_name(hit).text, badge, f"similarity {hit.score:.2f}", identity_text(hit)]
    parts += [f"{hit.n_records} records" if hit.n_records > 1 else "1 record", hit.country or ""]
    return ", ".join(part for part in parts if part)


def eta_text(seconds: float) -> str:
    """`about 2 min left`."""
    if seconds < 8:
        return "a few seconds left"
    if seconds < 90:
        return f"about {round(seconds / 5) * 5} s left"
    if seconds < 5400:
        return f"about {round(seconds / 60)} min left"
    return f"about {seconds / 3600:.1f} h left"


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 photo`, `10 000 photos`."""
    word = noun if number == 1 else (plural or noun + "s")
    return f"{thousands(number)} {word}"


def thousands(number: int) -> str:
    """With narrow spaces, which no reader takes for a decimal mark."""
    return f"{number:,}".replace(",", "\u202f")


def plain_text(result: Identification, own_name: str = "") -> str:
    """The result as text for the clipboard, with the user's own name if there is one."""
    lines = [result.specimen.query_id]
    if own_name:
        lines.append(f"Your own name: {own_name}")
    verdict = result.verdict
    if verdict is None:
        lines.append(f"Not identified: {result.error.message if result.error else 'no answer'}")
    else:
        rank = f" ({verdict.rank}, {likelihood(verdict)}, {percent(verdict.confidence)} of the evidence)"
        lines.append(f"{headline(verdict).text}{rank if verdict.rank else ''}")
        lines += [text for text in (novelty_text(verdict), conflict_text(result), verdict.reason) if text]
        lines += [f"{s.rank}: {s.name}, {percent(s.share)}" for s in verdict.ranks]
    for modality, own in result.by_modality.items():
        if len(result.by_modality) > 1:
            lines.append(f"{MODALITY_NOUN[modality].capitalize()} alone: {headline(own).text}")
    for number, (hit, badge) in enumerate(zip(result.hits, result.badges, strict=True), start=1):
        facts = [f"similarity {hit.score:.2f}", identity_text(hit), hit.processid or "", hit.bin_uri or ""]
        shown = ", ".join(fact for fact in facts if fact)
        lines.append(f"{number}. [{LETTERS[badge]}] {hit_name(hit).text}: {shown}")
    p = result.provenance
    lines.append(f"Library {p.library_id} {p.library_version}, model {p.model_id} {p.model_version}")
    return "\n".join(lines)
