"""The words of the window: pure functions from results to text. No widgets here.

Rules:
- A similarity is a cosine and is never written with a percent sign.
- A percentage is a share of the evidence, and is named so.
- "Very likely", "Likely" and "Possible" are bands of a calibrated share; without calibration there
  is no such word, only "Best match".
- Names of genera and species are set in italics, interim names such as "Noctua sp. 2" are not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from bioscan_desktop.core.agreement import LETTERS
from bioscan_desktop.core.hits import Hit
from bioscan_desktop.core.several import contradiction
from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.core.verdict import Verdict
from bioscan_desktop.services.export import words
from bioscan_desktop.services.export.items import last_part
from bioscan_desktop.ui.sentences import translated
from bioscan_desktop.ui.translating import decimal, mark, tr

if TYPE_CHECKING:
    from bioscan_desktop.services.identify import Identification

BOLD_RECORD = "https://portal.boldsystems.org/record/{}"

_MODALITIES = {"image": mark("photo"), "dna": mark("barcode"), "both": mark("photo and barcode")}

_RANKS = {
    "order": mark("order"),
    "family": mark("family"),
    "genus": mark("genus"),
    "species": mark("species"),
}


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


def modality_noun(modality: str) -> str:
    """`photo`, `barcode`, or `photo and barcode`."""
    return tr(_MODALITIES[modality])


def rank_noun(rank: str | None) -> str:
    """`species`, `genus`; "" for None."""
    return tr(_RANKS.get(rank or "", rank or ""))


def rank_title(rank: str | None) -> str:
    """`Species`, `Genus`; "" for None."""
    return upper_first(rank_noun(rank))


def upper_first(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    """The text as it stands within a sentence; what begins with two capitals, such as COI, stays."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def percent(share: float) -> str:
    """A share; never rounds up to certainty nor down to nothing."""
    return tr("{number}%").format(number=words.percent(share).removesuffix("%"))


def taxon(text: str, rank: str | None) -> Name:
    """A scientific name of a rank."""
    return Name(text, rank, words.is_italic(text, rank))


BARCODE, PICTURE, SAMPLE = mark("pasted barcode"), mark("pasted picture"), mark("sample barcode")
PASTED = frozenset({BARCODE, PICTURE, SAMPLE})
"""What is called so has no name of its own."""


def headline(verdict: Verdict | None) -> Name:
    """The largest words on the page."""
    if verdict is None:
        return Name(tr("Not identified"), None, False)
    if verdict.name is not None:
        return taxon(verdict.name, verdict.rank)
    return Name(
        tr("Not in this library") if verdict.novelty == "unlike_library" else tr("No name can be given"),
        None,
        False,
    )


def likelihood(verdict: Verdict) -> str:
    """How sure: a word of a calibrated band, in English; `translated` where it is shown."""
    return words.likelihood(verdict.name, verdict.novelty, verdict.calibrated, verdict.confidence)


def novelty_text(verdict: Verdict) -> str:
    """One sentence where the specimen seems new to the library, else ""."""
    return translated(words.novelty_sentence(verdict.novelty, verdict.name, verdict.rank))


def conflict_rank(result: Identification) -> str | None:
    """`order` or `family` where photo and barcode, or two photos, name different ones, else None."""
    if result.photo_conflict is not None:
        return result.photo_conflict
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
    if result.photo_conflict is not None and result.verdict is not None:
        return translated(result.verdict.reason)
    image, dna = result.by_modality["image"], result.by_modality["dna"]
    return tr(
        "Photo and barcode contradict each other at {rank}: the photo says {name}, "
        "the barcode {other}. Perhaps specimen and sequence were mixed up."
    ).format(rank=rank_noun(rank), name=image.lineage.at(rank), other=dna.lineage.at(rank))


def disagreement(result: Identification) -> str:
    """What contradicts what."""
    return tr("The photos disagree") if result.photo_conflict else tr("Photo and barcode disagree")


def sides(result: Identification) -> tuple[Verdict, Verdict]:
    """The two verdicts of a contradiction."""
    found = contradiction(result.by_photo)
    if found is None:
        return result.by_modality["image"], result.by_modality["dna"]
    one, other = (result.by_photo[number] for number in found[1:])
    assert one is not None and other is not None
    return one, other


def agreement_text(result: Identification) -> str:
    """How far photo and barcode agree, or ""."""
    level = result.modality_agreement
    if level is None or conflict_rank(result):
        return ""
    if level != "none":
        return tr("Photo and barcode agree down to {rank}.").format(rank=rank_noun(level))
    nameless = [m for m, v in result.by_modality.items() if v.name is None and v.novelty != "unlike_library"]
    if len(nameless) == 1:
        return (
            tr("The photo alone is too unclear for a name, so it confirms nothing.")
            if nameless[0] == "image"
            else tr("The barcode alone is too unclear for a name, so it confirms nothing.")
        )
    unlike = [m for m, v in result.by_modality.items() if v.novelty == "unlike_library"]
    if len(unlike) == 1:
        return (
            tr("The photo resembles nothing in the library; the other speaks alone.")
            if unlike[0] == "image"
            else tr("The barcode resembles nothing in the library; the other speaks alone.")
        )
    return tr("Photo and barcode share no name.")


def alone(verdict: Verdict, rich: bool = False) -> str:
    """What one photo or barcode says by itself, as text or as HTML."""
    name = f"<b>{headline(verdict).html}</b>" if rich else headline(verdict).text
    rank = f" ({rank_noun(verdict.rank)}, {percent(verdict.confidence)})" if verdict.rank else ""
    return f"{name}{rank}, {lower_first(translated(likelihood(verdict)))}"


def apart(result: Identification) -> list[str]:
    """What photos and barcode say, each by itself, in HTML; empty unless there are several of them."""
    lines = []
    for number, verdict in enumerate(result.by_photo, start=1):
        told = alone(verdict, rich=True) if verdict is not None else tr("cannot be used")
        lines.append(labelled(tr("Photo {number}").format(number=number), told))
    if len(result.by_modality) > 1:
        lines += [
            labelled(upper_first(modality_noun(modality)), alone(verdict, rich=True))
            for modality, verdict in result.by_modality.items()
            if modality == "dna" or not lines
        ]
    return lines


def error_text(result: Identification) -> str:
    """The error's sentence without the folders before a file name, or ""."""
    if result.error is None:
        return ""
    return translated(result.error.message.replace(result.specimen.input, source(result.specimen.input)))


def source(text: str) -> str:
    """Where a specimen came from, in short: file names without their folders."""
    parts = [last_part(part) for part in text.split(" + ")]
    return " + ".join(tr(part) if part in PASTED else part for part in parts if part) or text


def notices(result: Identification) -> str:
    """What was noticed about the input, without what the error says already."""
    said = result.error.code if result.error is not None else ""
    kept = [n for n in result.notices if not (said == "truncated_photo" and "cut short" in n)]
    return " ".join(translated(notice) for notice in kept)


def row_title(result: Identification) -> Name:
    """Name in a row of the list."""
    if conflict_rank(result):
        return Name(disagreement(result), None, False)
    return headline(result.verdict)


def summary(result: Identification) -> str:
    """Last line of a row, after the name."""
    verdict = result.verdict
    if verdict is None:
        text = error_text(result) or tr("Not identified.")
        text = text.removeprefix(labelled(source(result.specimen.input), ""))
        # The name of a specimen stays as it is written.
        return text if text.startswith(result.specimen.query_id) else upper_first(text)
    rank = conflict_rank(result)
    if rank:
        one, other = sides(result)
        return tr("{name} against {other}").format(name=one.lineage.at(rank), other=other.lineage.at(rank))
    if verdict.name is None:
        return (
            tr("Resembles no reference")
            if verdict.novelty == "unlike_library"
            else tr("Too many groups are near")
        )
    if verdict.novelty == "new_species":
        return tr("{rank} · species may not be in library").format(rank=rank_title(verdict.rank))
    return f"{rank_title(verdict.rank)} · {translated(likelihood(verdict))} · {percent(verdict.confidence)}"


def lineage_line(verdict: Verdict) -> str:
    """`Lepidoptera › Noctuidae › *Noctua*` down to the verdict, as rich text."""
    names = [taxon(name, rank).html for rank in RANKS if (name := verdict.lineage.at(rank))]
    return " › ".join(names)


def hit_name(hit: Hit) -> Name:
    """The finest name of a reference."""
    rank = hit.lineage.finest_rank()
    if rank is None:
        return Name(hit.bin_uri or tr("Unnamed reference"), None, False)
    return taxon(hit.lineage.at(rank) or "", rank)


def hit_context(hit: Hit) -> str:
    """Order and family, as far as known and not said already."""
    finest = hit.lineage.finest_rank()
    names = [n for rank in ("order", "family") if rank != finest and (n := hit.lineage.at(rank))]
    return " › ".join(names)


def pair_text(hit: Hit) -> str:
    """What was compared with what."""
    return {
        ("image", "image"): tr("your photo with a reference photo"),
        ("image", "dna"): tr("your photo with a reference barcode"),
        ("dna", "image"): tr("your barcode with a reference photo"),
        ("dna", "dna"): tr("your barcode with a reference barcode"),
    }[hit.query_modality, hit.key_modality]


def identity_text(hit: Hit) -> str:
    """`99.4% identity over 654 bp`, or ""."""
    if hit.percent_identity is None:
        return ""
    identity = decimal(hit.percent_identity, 1)
    if hit.overlap_bp:
        return tr("{identity}% identity over {overlap} bp").format(identity=identity, overlap=hit.overlap_bp)
    return tr("{identity}% identity").format(identity=identity)


def hit_spoken(hit: Hit, badge: str) -> str:
    """A reference in one sentence, for screen readers; `badge` is what its badge says, or ""."""
    parts = [
        hit_name(hit).text,
        badge,
        tr("similarity {score}").format(score=decimal(hit.score, 2)),
        identity_text(hit),
    ]
    parts += [count(hit.n_records, "record"), hit.country or ""]
    return ", ".join(part for part in parts if part)


def eta_text(seconds: float) -> str:
    """`about 2 min left`."""
    if seconds < 8:
        return tr("a few seconds left")
    if seconds < 90:
        return tr("about {number} s left").format(number=round(seconds / 5) * 5)
    if seconds < 5400:
        return tr("about {number} min left").format(number=round(seconds / 60))
    return tr("about {number} h left").format(number=decimal(seconds / 3600, 1))


_COUNTED: dict[str, Callable[[int], str]] = {
    "amino acid": lambda n: tr("%n amino acids", "", n),
    "barcode": lambda n: tr("%n barcodes", "", n),
    "barcode key": lambda n: tr("%n barcode keys", "", n),
    "family": lambda n: tr("%n families", "", n),
    "file": lambda n: tr("%n files", "", n),
    "gap column": lambda n: tr("%n gap columns", "", n),
    "genus": lambda n: tr("%n genera", "", n),
    "mismatch": lambda n: tr("%n mismatches", "", n),
    "new reference": lambda n: tr("%n new references", "", n),
    "order": lambda n: tr("%n orders", "", n),
    "photo": lambda n: tr("%n photos", "", n),
    "photo key": lambda n: tr("%n photo keys", "", n),
    "record": lambda n: tr("%n records", "", n),
    "reference": lambda n: tr("%n references", "", n),
    "result": lambda n: tr("%n results", "", n),
    "species": lambda n: tr("%n species", "", n),
    "specimen": lambda n: tr("%n specimens", "", n),
    "stop codon": lambda n: tr("%n stop codons", "", n),
}


def count(number: int, noun: str) -> str:
    """`1 photo`, `10 000 photos`."""
    return _COUNTED[noun](number)


def labelled(name: str, text: str) -> str:
    """`name: text`."""
    return tr("{name}: {text}").format(name=name, text=text)


def joined(parts: Iterable[str]) -> str:
    """`a`, `a and b`."""
    return tr(" and ").join(parts)


def plain_text(result: Identification, own_name: str = "") -> str:
    """The result as text for the clipboard, with the user's own name if there is one."""
    lines = [result.specimen.query_id]
    if own_name:
        lines.append(tr("Your own name: {own_name}").format(own_name=own_name))
    verdict = result.verdict
    if verdict is None:
        lines.append(tr("Not identified: {error}").format(error=error_text(result) or tr("no answer")))
    else:
        name = headline(verdict).text
        if verdict.rank:
            name = tr("{name} ({rank}, {sure}, {share} of the evidence)").format(
                name=name,
                rank=rank_noun(verdict.rank),
                sure=translated(likelihood(verdict)),
                share=percent(verdict.confidence),
            )
        lines.append(name)
        said = (novelty_text(verdict), conflict_text(result), translated(verdict.reason))
        lines += [text for text in said if text]
        lines += [labelled(rank_noun(s.rank), f"{s.name}, {percent(s.share)}") for s in verdict.ranks]
    for modality, own in result.by_modality.items():
        if len(result.by_modality) > 1:
            alone = tr("Photo alone: {name}") if modality == "image" else tr("Barcode alone: {name}")
            lines.append(alone.format(name=headline(own).text))
    for number, (hit, badge) in enumerate(zip(result.hits, result.badges, strict=True), start=1):
        facts = [
            tr("similarity {score}").format(score=decimal(hit.score, 2)),
            identity_text(hit),
            hit.processid or "",
            hit.bin_uri or "",
        ]
        shown = ", ".join(fact for fact in facts if fact)
        lines.append(f"{number}. [{LETTERS[badge]}] {hit_name(hit).text}: {shown}")
    p = result.provenance
    lines.append(
        tr("Library {library_id} {library_version}, model {model_id} {model_version}").format(
            library_id=p.library_id,
            library_version=p.library_version,
            model_id=p.model_id,
            model_version=p.model_version,
        )
    )
    return "\n".join(lines)
