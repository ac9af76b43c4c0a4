"""The words of the DNA evidence: pure functions from facts and alignments to text. No widgets here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bioscan_desktop.core.barcode import BarcodeFacts
from bioscan_desktop.core.hits import Hit
from bioscan_desktop.ui.translating import decimal, mark, percentage, thousands, tr
from bioscan_desktop.ui.wording import count, hit_name

if TYPE_CHECKING:
    from bioscan_desktop.index.alignment_view import GappedAlignment
    from bioscan_desktop.services.barcode_evidence import BarcodeEvidence, Compared

IDENTITY_MEANS = mark(
    "Percent identity: equal bases / alignment columns, without the gaps at either end. "
    "Ambiguous bases count as equal to what they may stand for."
)


def fact_rows(facts: BarcodeFacts) -> list[tuple[str, str, str]]:
    """(what, value, explanation) of a barcode."""
    found = count(facts.fewest_stops, "stop codon") if facts.fewest_stops else tr("no stop codons")
    frame = tr("frame {number}, {stops}").format(number=facts.frame, stops=found)
    stops = ", ".join(str(number) for number in facts.stops)
    n = f"{thousands(facts.n_count)} ({percentage(facts.n_share, 1)})" if facts.n_count else tr("none", "N")
    if facts.ambiguous:
        n = tr("{n}, {number} otherwise ambiguous").format(n=n, number=thousands(facts.ambiguous))
    return [
        (
            tr("Length"),
            tr("{number} bp").format(number=thousands(facts.length)),
            tr("A full COI barcode has about 658 bases."),
        ),
        ("N", n, tr("Bases that could not be read.")),
        ("GC", percentage(facts.gc), tr("Share of G and C. COI of insects usually has 25 to 40%.")),
        (
            tr("Reading"),
            frame,
            tr(
                "Stop codons in frames 1, 2, 3: {stops}, by the invertebrate mitochondrial code (table 5). A "
                "real COI barcode has one frame without any."
            ).format(stops=stops),
        ),
        (
            tr("Strand"),
            tr("turned round") if facts.reversed else tr("as given"),
            tr("A sequence read from the other strand is turned round before it is compared."),
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
            tr("It aligns with no reference better than {identity}%: perhaps it is no insect's COI.").format(
                identity=decimal(best.identity, 0)
            )
        )
    same = sum(c.taxon == best.taxon and c.taxon is not None for c in evidence.compared)
    nearest_words = (
        tr("Nearest reference: {name} at {identity}% over {overlap} bp, the best of {same}.")
        if same > 1
        else tr("Nearest reference: {name} at {identity}% over {overlap} bp.")
    )
    said.append(
        nearest_words.format(
            name=reference_name(best),
            identity=decimal(best.identity, 1),
            overlap=best.alignment.overlap_bp,
            same=same,
        )
    )
    said.append(_other_sentence(evidence))
    nearest = evidence.nearest_by_embedding
    if evidence.orders_disagree and nearest is not None:
        said.append(
            tr(
                "The two orders disagree: by embedding {nearest} is nearest (similarity {score}, {identity}% "
                "identity), by percent identity {best} (similarity {best_score}, {best_identity}%)."
            ).format(
                nearest=reference_name(nearest),
                score=decimal(nearest.hit.score, 2),
                identity=decimal(nearest.identity, 1),
                best=reference_name(best),
                best_score=decimal(best.hit.score, 2),
                best_identity=decimal(best.identity, 1),
            )
        )
    return [sentence for sentence in said if sentence]


def _other_sentence(evidence: BarcodeEvidence) -> str:
    other, gap, best = evidence.nearest_other, evidence.gap, evidence.best
    if other is not None and gap is not None:
        return tr("Nearest other species: {other} at {identity}%, gap {gap} points.").format(
            other=reference_name(other), identity=decimal(other.identity, 1), gap=decimal(gap, 1)
        )
    if best is not None and best.taxon is None:
        return tr("It has neither a species nor a BIN, so a gap to other species cannot be told.")
    number = len(evidence.compared)
    if number == 1:
        return tr("No other reference overlaps far enough to tell the gap to another species.")
    return tr(
        "All %n nearest references that can be aligned are of this species, so the gap to other species is "
        "wider than they show.",
        "",
        number,
    )


def _nothing_to_compare(evidence: BarcodeEvidence) -> str:
    if evidence.loose:
        return tr("It overlaps with no reference far enough to tell a percent identity.")
    if evidence.without:
        return tr("The nearest references have no barcode of their own in this library, only its embedding.")
    return tr("This library has no barcodes to compare with.")


def alignment_sentence(rows: GappedAlignment) -> str:
    """The counts of an alignment."""
    changes = rows.amino_acid_changes
    acids = tr("%n amino acids differ", "", changes) if changes else tr("no amino acid differs")
    mismatches = count(rows.mismatches, "mismatch") if rows.mismatches else tr("no mismatches")
    gaps = count(rows.gap_columns, "gap column") if rows.gap_columns else tr("no gap columns")
    return tr(
        "{identity}% identity: {matches} of {overlap} columns are equal, {mismatches}, {gaps}; {acids}. "
        "The overlap covers {coverage} of your barcode."
    ).format(
        identity=decimal(rows.percent_identity, 1),
        matches=rows.matches,
        overlap=rows.overlap_bp,
        mismatches=mismatches,
        gaps=gaps,
        acids=acids,
        coverage=percentage(rows.coverage),
    )


def alignment_facts(rows: GappedAlignment, solid: bool) -> str:
    """What a reference's card says after the identity: coverage and gaps, or that it counts for nothing."""
    if not solid:
        return tr("{coverage} of your barcode: too little to count").format(
            coverage=percentage(rows.coverage)
        )
    gaps = tr("no gaps") if not rows.gap_columns else count(rows.gap_columns, "gap column")
    return tr("{coverage} of your barcode, {gaps}").format(coverage=percentage(rows.coverage), gaps=gaps)


def alignment_text(rows: GappedAlignment, hit: Hit, width: int = 60) -> str:
    """The alignment as plain text, for the clipboard."""
    lines = [
        tr("Your barcode and {name} {processid}")
        .format(name=hit_name(hit).text, processid=hit.processid or "")
        .strip(),
        alignment_sentence(rows),
    ]
    yours, theirs = tr("yours"), tr("reference")
    query_at, reference_at = rows.query_start, rows.reference_start
    for start in range(0, rows.overlap_bp, width):
        part = slice(start, start + width)
        query, reference = rows.query_row[part], rows.reference_row[part]
        lines += [
            "",
            f"{yours:>9} {query_at + 1:>5} {query}",
            f"{'':>15} {rows.marks[part]}",
            f"{theirs:>9} {reference_at + 1:>5} {reference}",
            f"{'':>15} {rows.query_amino_acids[part]}".rstrip(),
            f"{'':>15} {rows.reference_amino_acids[part]}".rstrip(),
        ]
        query_at += len(query.replace("-", ""))
        reference_at += len(reference.replace("-", ""))
    return "\n".join(lines)
