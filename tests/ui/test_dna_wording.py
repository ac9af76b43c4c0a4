"""The words of the DNA evidence follow the alignments."""

from __future__ import annotations

import pytest

from bioscan_desktop.core.barcode import facts
from bioscan_desktop.core.hits import Hit
from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.index.alignment_view import gapped
from bioscan_desktop.services.barcode_evidence import BarcodeEvidence, Compared
from bioscan_desktop.ui import dna_wording
from bioscan_desktop.ui.widgets.dna_evidence import spots
from tests.conftest import random_barcode

QUERY = random_barcode(1)


def changed(count: int) -> str:
    """The query with some bases changed, evenly."""
    bases = list(QUERY)
    for place in range(10, 10 + 20 * count, 20):
        bases[place] = "ACGT"["ACGT".index(bases[place]) - 1]
    return "".join(bases)


def neighbour(key_id: int, changes: int, score: float, species: str | None) -> Compared:
    hit = Hit(key_id, "dna", "dna", score, Lineage("Lepidoptera", None, None, species), consensus="A")
    return Compared(hit, gapped(QUERY, changed(changes)))


def test_nearest_species_next_species_and_gap() -> None:
    found = BarcodeEvidence(
        facts(QUERY), (neighbour(1, 1, 0.9, "Noctua pronuba"), neighbour(2, 20, 0.8, "Noctua comes"))
    )
    first, second = dna_wording.identity_sentences(found)
    assert first == "Nearest reference: Noctua pronuba at 99.8% over 657 bp."
    assert second == "Nearest other species: Noctua comes at 97.0%, gap 2.9 points."
    chart = spots(found)
    assert chart is not None and chart.species == "Noctua pronuba"
    assert (len(chart.own), len(chart.others)) == (1, 1)


def test_two_orders_are_both_told() -> None:
    found = BarcodeEvidence(
        facts(QUERY), (neighbour(1, 20, 0.95, "Noctua comes"), neighbour(2, 1, 0.9, "Noctua pronuba"))
    )
    text = " ".join(dna_wording.identity_sentences(found))
    assert "by embedding Noctua comes is nearest (similarity 0.95, 97.0% identity)" in text
    assert "by percent identity Noctua pronuba (similarity 0.90, 99.8%)" in text


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (BarcodeEvidence(facts(QUERY), ()), "no barcodes to compare with"),
        (BarcodeEvidence(facts(QUERY), (), without=4), "only its embedding"),
        (BarcodeEvidence(facts(QUERY), (), (neighbour(1, 0, 0.9, None),)), "overlaps with no reference"),
        (
            BarcodeEvidence(facts(QUERY), (neighbour(1, 0, 0.9, "Noctua comes"),)),
            "No other reference overlaps",
        ),
        (BarcodeEvidence(facts(QUERY), (neighbour(1, 0, 0.9, None),)), "neither a species nor a BIN"),
        (
            BarcodeEvidence(facts(QUERY), tuple(neighbour(n, n, 0.9, "Noctua comes") for n in range(3))),
            "All 3 nearest references that can be aligned are of this species",
        ),
    ],
)
def test_what_cannot_be_told_is_told(found: BarcodeEvidence, words: str) -> None:
    assert words in " ".join(dna_wording.identity_sentences(found))


def test_what_aligns_with_nothing_is_perhaps_no_coi() -> None:
    other = gapped(QUERY, random_barcode(2))
    hit = neighbour(1, 0, 0.3, "Noctua comes").hit
    found = BarcodeEvidence(facts(QUERY), (Compared(hit, other),))
    assert found.aligns_with_nothing
    assert "perhaps it is no insect's COI" in dna_wording.identity_sentences(found)[0]


def test_facts_in_words() -> None:
    rows = {what: value for what, value, _ in dna_wording.fact_rows(facts(QUERY + "NNR", True))}
    assert rows["Length"] == "660 bp"
    assert rows["N"] == "2 (0.3%), 1 otherwise ambiguous"
    assert rows["Reading"] == "frame 1, no stop codons"
    assert rows["Strand"] == "turned round"
    assert all(explanation.endswith(".") for _, _, explanation in dna_wording.fact_rows(facts(QUERY)))


def test_counts_of_an_alignment_in_words() -> None:
    same = dna_wording.alignment_sentence(gapped(QUERY, QUERY))
    assert "no mismatches, no gap columns; no amino acid differs" in same
    assert "covers 100% of your barcode" in same
    one = dna_wording.alignment_sentence(gapped(QUERY, QUERY[:300] + QUERY[303:]))
    assert "3 gap columns" in one
    assert dna_wording.alignment_facts(gapped(QUERY, changed(1)), True) == "100% of your barcode, no gaps"
    assert dna_wording.alignment_facts(gapped(QUERY, changed(1)), False).endswith("too little to count")


def test_the_copied_alignment_holds_both_sequences() -> None:
    reference = changed(3)
    text = dna_wording.alignment_text(gapped(QUERY, reference), neighbour(1, 0, 0.9, "Noctua comes").hit)
    assert text.startswith("Your barcode and Noctua comes")
    assert "".join(line.split()[2] for line in text.splitlines() if line.startswith("    yours")) == QUERY
    assert "".join(line.split()[2] for line in text.splitlines() if line.startswith("reference")) == reference
