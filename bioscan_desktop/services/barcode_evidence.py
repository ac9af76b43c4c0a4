"""What a barcode's neighbours say by percent identity: nearest species, the next one, the gap.

A verdict rests on embeddings. Here the same neighbours are aligned base by base, so that a person
can judge by the numbers that barcoders know.
"""

from __future__ import annotations

from dataclasses import dataclass

from bioscan_desktop.core.barcode import BarcodeFacts, facts
from bioscan_desktop.core.hits import Hit
from bioscan_desktop.core.matching import DECISION_K, UNLIKE_IDENTITY
from bioscan_desktop.index.alignment_view import GappedAlignment, gapped
from bioscan_desktop.services.identify import Identifier
from bioscan_desktop.services.specimens import Specimen
from bioscan_desktop.services.tasks import CancelToken

SOLID_SHARE = 0.8
"""An alignment counts if it covers this share of the barcode or of the reference."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A neighbour and its alignment with the query."""

    hit: Hit
    alignment: GappedAlignment

    @property
    def taxon(self) -> str | None:
        """The species, or the BIN of a reference without one."""
        return self.hit.lineage.species or self.hit.bin_uri

    @property
    def identity(self) -> float:
        """Percent identity."""
        return self.alignment.percent_identity


@dataclass(frozen=True, slots=True)
class BarcodeEvidence:
    """A barcode beside its nearest references.

    Attributes:
        facts: of the barcode as it was compared, turned round if need be.
        compared: neighbours with a barcode and a solid overlap, the nearest by embedding first.
        loose: neighbours whose overlap is too small to count, in the same order.
        without: neighbours that have no barcode of their own in the library.
    """

    facts: BarcodeFacts
    compared: tuple[Compared, ...]
    loose: tuple[Compared, ...] = ()
    without: int = 0

    def find(self, key_id: int) -> Compared | None:
        """The alignment with a key, solid or not."""
        return next((c for c in (*self.compared, *self.loose) if c.hit.key_id == key_id), None)

    def is_solid(self, key_id: int) -> bool:
        """The overlap with a key is large enough to count."""
        return any(c.hit.key_id == key_id for c in self.compared)

    @property
    def best(self) -> Compared | None:
        """The most identical neighbour; of equal ones the one with the longer overlap."""
        return max(self.compared, key=_order, default=None)

    @property
    def nearest_other(self) -> Compared | None:
        """The most identical neighbour of another species than `best`."""
        best = self.best
        if best is None or best.taxon is None:
            return None
        others = [c for c in self.compared if c.taxon is not None and c.taxon != best.taxon]
        return max(others, key=_order, default=None)

    @property
    def gap(self) -> float | None:
        """Barcode gap: percentage points between `best` and `nearest_other`."""
        best, other = self.best, self.nearest_other
        return best.identity - other.identity if best is not None and other is not None else None

    @property
    def nearest_by_embedding(self) -> Compared | None:
        """The first neighbour."""
        return self.compared[0] if self.compared else None

    @property
    def orders_disagree(self) -> bool:
        """The nearest by embedding is of another species than the most identical one, and less identical."""
        best, nearest = self.best, self.nearest_by_embedding
        if best is None or nearest is None:
            return False
        return nearest.taxon != best.taxon and nearest.identity < best.identity

    @property
    def aligns_with_nothing(self) -> bool:
        """No neighbour is as identical as two insects' COI is; see `core.matching.UNLIKE_IDENTITY`."""
        everything = (*self.compared, *self.loose)
        return bool(everything) and max(c.identity for c in everything) < UNLIKE_IDENTITY


def _order(compared: Compared) -> tuple[float, int, float, int]:
    return (compared.identity, compared.alignment.overlap_bp, compared.hit.score, -compared.hit.key_id)


def barcode_evidence(
    identifier: Identifier, specimen: Specimen, cancel: CancelToken | None = None
) -> BarcodeEvidence:
    """Finds the neighbours of a specimen's barcode once more and aligns them all.

    Args:
        specimen: with a barcode; its photo is left alone.

    Raises:
        BioscanError: if the barcode cannot be embedded.
        Cancelled: at the next neighbour after `cancel`.
    """
    assert specimen.barcode is not None
    alone = Specimen(specimen.query_id, specimen.input, barcode=specimen.barcode)
    keys = [m for m in identifier.library.modalities if m == "dna"]
    if not keys:
        return BarcodeEvidence(facts(specimen.barcode.sequence, specimen.barcode.reversed), ())
    (found,) = identifier.look_up([alone], DECISION_K, keys, cancel)
    if found.problems:
        raise found.problems[0]
    sequence = found.sequence or specimen.barcode.sequence
    turned = specimen.barcode.reversed != (sequence != specimen.barcode.sequence)
    compared: list[Compared] = []
    loose: list[Compared] = []
    hits = sorted(found.hits.get("dna", []), key=lambda hit: (-hit.score, hit.key_id))
    for hit in hits:
        if cancel is not None:
            cancel.check()
        if hit.consensus is None:
            continue
        rows = gapped(sequence, hit.consensus)
        solid = rows.overlap_bp >= SOLID_SHARE * min(len(sequence), len(hit.consensus))
        (compared if solid else loose).append(Compared(hit, rows))
    without = sum(hit.consensus is None for hit in hits)
    return BarcodeEvidence(facts(sequence, turned), tuple(compared), tuple(loose), without)
