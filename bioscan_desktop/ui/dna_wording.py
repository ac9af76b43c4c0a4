"""The words of the DNA evidence: pure functions from facts and alignments to text. No Qt here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bioscan_desktop.core.barcode import BarcodeFacts
from bioscan_desktop.core.hits import Hit
from bioscan_desktop.ui.wording import count, hit_name, thousands

if TYPE_CHECKING:
    from bioscan_desktop.index.alignment_view import GappedAlignment
    from bioscan_desktop.services.barcode_evidence import BarcodeEvidence, Compared

IDENTITY_MEANS = (
    "Percent identity: equal bases / alignment columns, without the gaps at either end. "
    "Ambiguous bases count as equal to what they may stand for."
)


def fact_rows(facts: BarcodeFacts) -> list[tuple[str, str, str]]:
    """(what, value, explanation) of a barcode."""
    frame = f"frame {facts.frame}, " + (
        "no stop codons" if not facts.fewest_stops else count(facts.fewest_stops, "stop codon")
    )
    stops = ", ".join(str(number) for number in facts.stops)
    n = f"{thousands(facts.n_count)} ({facts.n_share:.1%})" if facts.n_count else "none"
    ambiguous = f", {thousands(facts.ambiguous)} otherwise ambiguous" if facts.ambiguous else ""
    return [
        ("Length", f"{thousands(facts.length)} bp", "A full COI barcode has about 658 bases."),
        ("N", n + ambiguous, "Bases that could not be read."),
        ("GC", f"{facts.gc:.0%}", "Share of G and C. COI of insects usually has 25 to 40%."),
        (
            "Reading",
            frame,
            f"Stop codons in frames 1, 2, 3: {stops}, by the invertebrate mitochondrial code (table 5). A "
            "real COI barcode has one frame without any.",
        ),
        (
            "Strand",
            "turned round" if facts.reversed else "as given",
            "A sequence read from the other strand is turned round before it is compared.",
        ),
    ]


def protein_text(protein: str) -> str:
    """Amino acids in groups of ten."""
    return " ".join(protein[i : i + 10] for i in range(0, len(protein), 10))


def reference_name(compared: Compared) -> str:
    """The species, or what there is."""
    return hit_name(compared.hit).text


def identity_sentences(evidence: BarcodeEvidence) -> list[str]:
    """Nearest species, nearest other species and gap, and where the two orders disagree."""
    best = evidence.best
    if best is None:
        return [_nothing_to_compare(evidence)]
    said = []
    if evidence.aligns_with_nothing:
        said.append(
            f"It aligns with no reference better than {best.identity:.0f}%: perhaps it is no insect's COI."
        )
    same = sum(c.taxon == best.taxon and c.taxon is not None for c in evidence.compared)
    of = f", the best of {same}" if same > 1 else ""
    over = f"over {best.alignment.overlap_bp} bp"
    said.append(f"Nearest reference: {reference_name(best)} at {best.identity:.1f}% {over}{of}.")
    said.append(_other_sentence(evidence))
    nearest = evidence.nearest_by_embedding
    if evidence.orders_disagree and nearest is not None:
        said.append(
            f"The two orders disagree: by embedding {reference_name(nearest)} is nearest (similarity "
            f"{nearest.hit.score:.2f}, {nearest.identity:.1f}% identity), by percent identity "
            f"{reference_name(best)} (similarity {best.hit.score:.2f}, {best.identity:.1f}%)."
        )
    return [sentence for sentence in said if sentence]


def _other_sentence(evidence: BarcodeEvidence) -> str:
    other, gap, best = evidence.nearest_other, evidence.gap, evidence.best
    if other is not None and gap is not None:
        return (
            f"Nearest other species: {reference_name(other)} at {other.identity:.1f}%, gap {gap:.1f} points."
        )
    if best is not None and best.taxon is None:
        return "It has neither a species nor a BIN, so a gap to other species cannot be told."
    number = len(evidence.compared)
    if number == 1:
        return "No other reference overlaps far enough to tell the gap to another species."
    return (
        f"All {number} nearest references that can be aligned are of this species, so the gap to other "
        "species is wider than they show."
    )


def _nothing_to_compare(evidence: BarcodeEvidence) -> str:
    if evidence.loose:
        return "It overlaps with no reference far enough to tell a percent identity."
    if evidence.without:
        return "The nearest references have no barcode of their own in this library, only its embedding."
    return "This library has no barcodes to compare with."


def alignment_sentence(rows: GappedAlignment) -> str:
    """The counts of an alignment."""
    changes = rows.amino_acid_changes
    acids = f"{count(changes, 'amino acid')} {'differs' if changes == 1 else 'differ'}"
    mismatches = count(rows.mismatches, "mismatch", "mismatches") if rows.mismatches else "no mismatches"
    gaps = "1 gap column" if rows.gap_columns == 1 else f"{rows.gap_columns or 'no'} gap columns"
    return (
        f"{rows.percent_identity:.1f}% identity: {rows.matches} of {rows.overlap_bp} columns are equal, "
        f"{mismatches}, {gaps}; "
        f"{acids if changes else 'no amino acid differs'}. "
        f"The overlap covers {rows.coverage:.0%} of your barcode."
    )


def alignment_facts(rows: GappedAlignment, solid: bool) -> str:
    """What a reference's card says after the identity: coverage and gaps, or that it counts for nothing."""
    if not solid:
        return f"{rows.coverage:.0%} of your barcode: too little to count"
    gaps = "no gaps" if not rows.gap_columns else count(rows.gap_columns, "gap column")
    return f"{rows.coverage:.0%} of your barcode, {gaps}"


def alignment_text(rows: GappedAlignment, hit: Hit, width: int = 60) -> str:
    """The alignment as plain text, for the clipboard."""
    lines = [f"Your barcode and {hit_name(hit).text} {hit.processid or ''}".strip(), alignment_sentence(rows)]
    query_at, reference_at = rows.query_start, rows.reference_start
    for start in range(0, rows.overlap_bp, width):
        part = slice(start, start + width)
        query, reference = rows.query_row[part], rows.reference_row[part]
        lines += [
            "",
            f"{'yours':>9} {query_at + 1:>5} {query}",
            f"{'':>15} {rows.marks[part]}",
            f"{'reference':>9} {reference_at + 1:>5} {reference}",
            f"{'':>15} {rows.query_amino_acids[part]}".rstrip(),
            f"{'':>15} {rows.reference_amino_acids[part]}".rstrip(),
        ]
        query_at += len(query.replace("-", ""))
        reference_at += len(reference.replace("-", ""))
    return "\n".join(lines)
