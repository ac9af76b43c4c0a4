"""What aligned neighbours say: nearest species, the next one, the gap, and where two orders disagree."""

from __future__ import annotations

import pytest

from bioscan_desktop.core.barcode import facts, reverse_complement
from bioscan_desktop.core.errors import Cancelled
from bioscan_desktop.core.hits import Hit
from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.index.alignment_view import gapped
from bioscan_desktop.services.barcode_evidence import BarcodeEvidence, Compared, barcode_evidence
from bioscan_desktop.services.identify import Identifier
from bioscan_desktop.services.specimens import Specimen, from_sequence
from bioscan_desktop.services.tasks import CancelToken
from tests.conftest import TinyWorld, mutate, random_barcode

QUERY = random_barcode(1)


def neighbour(
    key_id: int, changes: int, score: float, species: str | None, bin_uri: str | None = None
) -> Compared:
    """A reference that differs from the query in some codons."""
    reference = mutate(QUERY, changes, 40 + key_id)
    lineage = Lineage("Lepidoptera", "Noctuidae", "Noctua", species)
    hit = Hit(key_id, "dna", "dna", score, lineage, bin_uri=bin_uri, consensus=reference)
    return Compared(hit, gapped(QUERY, reference))


def evidence(*compared: Compared) -> BarcodeEvidence:
    return BarcodeEvidence(facts(QUERY), compared)


def test_the_gap_is_between_the_nearest_of_two_species() -> None:
    found = evidence(
        neighbour(1, 2, 0.9, "Noctua pronuba"),
        neighbour(2, 0, 0.8, "Noctua pronuba"),
        neighbour(3, 12, 0.7, "Noctua comes"),
        neighbour(4, 8, 0.6, "Noctua comes"),
    )
    assert found.best is not None and found.best.hit.key_id == 2
    assert found.nearest_other is not None and found.nearest_other.hit.key_id == 4
    assert found.gap == pytest.approx(100 - found.nearest_other.identity)
    assert not found.orders_disagree


def test_there_is_no_gap_within_one_species() -> None:
    found = evidence(neighbour(1, 2, 0.9, "Noctua pronuba"), neighbour(2, 5, 0.8, "Noctua pronuba"))
    assert found.nearest_other is None and found.gap is None


def test_a_bin_stands_for_a_species_that_has_no_name() -> None:
    found = evidence(neighbour(1, 1, 0.9, None, "BOLD:AAA0001"), neighbour(2, 6, 0.8, None, "BOLD:AAA0002"))
    assert found.gap is not None and found.gap > 0


def test_references_without_any_name_tell_no_gap() -> None:
    found = evidence(neighbour(1, 1, 0.9, None), neighbour(2, 6, 0.8, "Noctua comes"))
    assert found.gap is None


def test_orders_disagree_only_between_species() -> None:
    nearest = neighbour(1, 6, 0.95, "Noctua comes")
    assert evidence(nearest, neighbour(2, 1, 0.9, "Noctua pronuba")).orders_disagree
    assert not evidence(nearest, neighbour(2, 1, 0.9, "Noctua comes")).orders_disagree
    assert not evidence(nearest, neighbour(2, 9, 0.9, "Noctua pronuba")).orders_disagree


def test_equal_identity_is_no_disagreement() -> None:
    twin = neighbour(1, 3, 0.95, "Noctua comes")
    other = Compared(neighbour(2, 3, 0.9, "Noctua pronuba").hit, twin.alignment)
    assert not evidence(twin, other).orders_disagree
    assert evidence(twin, other).gap == 0


def test_nothing_is_said_of_nothing() -> None:
    found = evidence()
    assert found.best is found.nearest_other is found.gap is None
    assert not found.orders_disagree and not found.aligns_with_nothing


def test_neighbours_are_those_of_the_identification(world: TinyWorld, identifier: Identifier) -> None:
    specimen = from_sequence(world.barcodes["Pieris rapae"])
    result = identifier.identify_one(specimen)
    found = barcode_evidence(identifier, specimen)
    assert found.best is not None and found.best.taxon == "Pieris rapae"
    shown = [hit for hit in result.hits if hit.pair == "dna->dna" and hit.consensus]
    assert shown
    for hit in shown:
        compared = found.find(hit.key_id)
        assert compared is not None
        assert compared.identity == pytest.approx(hit.percent_identity)
        assert compared.alignment.overlap_bp == hit.overlap_bp
        assert found.is_solid(hit.key_id) == (compared in found.compared)


def test_a_photo_beside_the_barcode_is_left_alone(world: TinyWorld, identifier: Identifier) -> None:
    barcode = from_sequence(world.barcodes["Pieris rapae"]).barcode
    both = Specimen("both", "both", world.images / "there is no such photo.png", barcode)
    best = barcode_evidence(identifier, both).best
    assert best is not None and best.taxon == "Pieris rapae"


def test_a_turned_barcode_says_so(world: TinyWorld, identifier: Identifier) -> None:
    specimen = from_sequence(reverse_complement(world.barcodes["Pieris rapae"]))
    found = barcode_evidence(identifier, specimen)
    assert found.facts.reversed
    assert found.best is not None and found.best.taxon == "Pieris rapae"


def test_it_can_be_stopped(world: TinyWorld, identifier: Identifier) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        barcode_evidence(identifier, from_sequence(world.barcodes["Pieris rapae"]), token)
