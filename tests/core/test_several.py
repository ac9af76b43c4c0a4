"""Several photos of one specimen: contradictions at their boundaries, and chances that do not grow."""

from __future__ import annotations

import numpy as np
import pytest

from bioscan_desktop.core.calibration import Calibration, ChanceModel, log_distance
from bioscan_desktop.core.hits import Hit
from bioscan_desktop.core.matching import decide
from bioscan_desktop.core.several import contradiction, mixed_up
from bioscan_desktop.core.taxonomy import RANKS, Lineage
from bioscan_desktop.core.verdict import RankShare, Verdict

PRONUBA = Lineage("Lepidoptera", "Noctuidae", "Noctua", "Noctua pronuba")
COMES = Lineage("Lepidoptera", "Noctuidae", "Noctua", "Noctua comes")
RAPAE = Lineage("Lepidoptera", "Pieridae", "Pieris", "Pieris rapae")
RIBESII = Lineage("Diptera", "Syrphidae", "Syrphus", "Syrphus ribesii")


def verdict(lineage: Lineage, rank: str | None = "species", share: float = 0.9) -> Verdict:
    """A verdict that names a lineage down to a rank; what is below was walked, but not carried."""
    ranks = tuple(RankShare(one, str(lineage.at(one)), share) for one in RANKS)
    name = lineage.at(rank) if rank is not None else None
    return Verdict(name, rank, share if rank else 0.0, True, "none", 0.5, "", ranks)


class TestContradiction:
    def test_below_the_family_one_photo_may_show_less_than_another(self) -> None:
        assert contradiction([verdict(PRONUBA), verdict(COMES)]) is None
        assert mixed_up([verdict(PRONUBA), verdict(COMES)]) is None

    def test_a_name_that_is_not_carried_contradicts_nothing(self) -> None:
        assert contradiction([verdict(PRONUBA), verdict(RAPAE, "order")]) is None
        assert contradiction([verdict(PRONUBA), verdict(RIBESII, None)]) is None
        assert contradiction([verdict(PRONUBA), None]) is None
        assert contradiction([]) is None

    def test_the_highest_rank_counts(self) -> None:
        found = [verdict(PRONUBA), verdict(RAPAE), None, verdict(RIBESII)]
        assert contradiction(found) == ("order", 0, 3)
        assert contradiction(found[:3]) == ("family", 0, 1)

    def test_names_in_capitals_are_no_contradiction(self) -> None:
        loud = Lineage("LEPIDOPTERA", "NOCTUIDAE", "Noctua", "Noctua pronuba")
        assert contradiction([verdict(PRONUBA), verdict(loud)]) is None


class TestMixedUp:
    def test_what_is_shared_is_left_with_the_weaker_share(self) -> None:
        found = mixed_up([verdict(PRONUBA, share=0.9), None, verdict(RAPAE, share=0.6)])
        assert found is not None
        assert (found.name, found.rank, found.confidence) == ("Lepidoptera", "order", 0.6)
        assert [share.name for share in found.ranks] == ["Lepidoptera"]
        assert "photo 1 says family Noctuidae, photo 3 says family Pieridae" in found.reason

    def test_at_order_nothing_is_left(self) -> None:
        found = mixed_up([verdict(PRONUBA), verdict(RIBESII)])
        assert found is not None
        assert (found.name, found.rank, found.confidence, found.ranks) == (None, None, 0.0, ())

    def test_a_barcode_does_not_settle_it(self) -> None:
        found = mixed_up([verdict(PRONUBA), verdict(RAPAE)], verdict(PRONUBA))
        assert found is not None and found.name == "Lepidoptera"

    def test_a_barcode_of_another_order_leaves_nothing(self) -> None:
        found = mixed_up([verdict(PRONUBA), verdict(RAPAE)], verdict(RIBESII))
        assert found is not None and found.name is None

    def test_photos_that_agree_are_no_concern_of_the_barcode(self) -> None:
        assert mixed_up([verdict(PRONUBA), verdict(COMES)], verdict(RIBESII)) is None


class TestChances:
    CALIBRATION = Calibration(chances={"image": {"species": ChanceModel(distance=-1.0)}})

    def hits(self, *scores: float, lineage: Lineage = PRONUBA) -> list[Hit]:
        return [Hit(number, "image", "image", score, lineage) for number, score in enumerate(scores, start=1)]

    def chance(self, mean: float, *apart: float) -> float:
        each = [self.hits(score) for score in apart]
        return decide(self.hits(mean), self.CALIBRATION, apart=each).ranks[3].share

    def test_a_mean_that_lies_nearer_than_its_photos_is_no_surer_than_they_are(self) -> None:
        assert self.chance(0.95, 0.8, 0.8) == pytest.approx(self.chance(0.8))
        assert self.chance(0.95, 0.8, 0.8) < self.chance(0.95)

    def test_the_distances_to_the_photos_are_averaged(self) -> None:
        middle = 1.0001 - np.exp((log_distance(0.9) + log_distance(0.6)) / 2)
        assert self.chance(0.95, 0.9, 0.6) == pytest.approx(self.chance(middle))

    def test_a_photo_that_does_not_find_the_name_holds_it_for_as_far_as_its_farthest_key(self) -> None:
        apart = [self.hits(0.9), self.hits(0.7, 0.4, lineage=RAPAE)]
        found = decide(self.hits(0.95), self.CALIBRATION, apart=apart).ranks[3].share
        assert found == pytest.approx(self.chance(0.95, 0.9, 0.4))
