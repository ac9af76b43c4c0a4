"""From hits to a name: the rules of the module, one by one, at their boundaries."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioscan_desktop.core.calibration import (
    DEFAULT,
    Calibration,
    ChanceModel,
    NoveltyModel,
    PairScale,
    log_mismatch,
)
from bioscan_desktop.core.hits import Hit
from bioscan_desktop.core.matching import (
    DECISION_K,
    MAX_KEYS_PER_TAXON,
    UNCLEAR_PHOTO,
    agreement_levels,
    decide,
    decide_both,
    fuse,
    gather,
    walk,
    weigh,
)
from bioscan_desktop.core.near import Hits, Near
from bioscan_desktop.core.novelty import familiarity_of, familiarity_terms
from bioscan_desktop.core.taxonomy import RANKS, Lineage

PRONUBA = Lineage("Lepidoptera", "Noctuidae", "Noctua", "Noctua pronuba")
COMES = Lineage("Lepidoptera", "Noctuidae", "Noctua", "Noctua comes")
IPSILON = Lineage("Lepidoptera", "Noctuidae", "Agrotis", "Agrotis ipsilon")
RAPAE = Lineage("Lepidoptera", "Pieridae", "Pieris", "Pieris rapae")
RIBESII = Lineage("Diptera", "Syrphidae", "Syrphus", "Syrphus ribesii")

FLAT = Calibration(pairs={"dna->dna": PairScale(0.0, 0.0), "image->image": PairScale(0.0, 0.0)})
"""All hits weigh the same, so that shares can be counted on fingers."""


def hit(
    key_id: int,
    lineage: Lineage,
    score: float = 0.9,
    modality: str = "dna",
    key: str | None = None,
    **more: object,
) -> Hit:
    return Hit(key_id, modality, key or modality, score, lineage, **more)  # type: ignore[arg-type]


def hits(*lineages: Lineage, modality: str = "dna") -> list[Hit]:
    return [hit(number, lineage, modality=modality) for number, lineage in enumerate(lineages, start=1)]


def shares(found: list[Hit], calibration: Calibration = FLAT) -> dict[str, tuple[str, float]]:
    return {s.rank: (s.name, pytest.approx(s.share)) for s in walk(gather(found, calibration))}


some_lineages = st.sampled_from(
    [
        PRONUBA,
        COMES,
        IPSILON,
        RAPAE,
        RIBESII,
        Lineage(),
        Lineage("Lepidoptera"),
        Lineage("Lepidoptera", None, "Noctua", "Noctua comes"),
        Lineage("Lepidoptera", "Noctuidae", "Noctua", "Noctua sp. 1"),
        Lineage("Diptera", "Syrphidae"),
    ]
)
hit_lists = st.lists(
    st.tuples(some_lineages, st.floats(-1, 1), st.sampled_from(["image", "dna"])), min_size=1, max_size=70
).map(lambda rows: [hit(n, lineage, score, "dna", key) for n, (lineage, score, key) in enumerate(rows)])


class TestGather:
    def test_weights_are_exponentials_of_the_scaled_similarity(self) -> None:
        calibration = Calibration(pairs={"dna->dna": PairScale(20.0, 3.0)})
        evidence = gather([hit(1, PRONUBA, 0.9), hit(2, RAPAE, 0.8)], calibration)
        assert evidence[PRONUBA.path()] / evidence[RAPAE.path()] == pytest.approx(math.exp(2.0))

    def test_pairs_of_modalities_have_their_own_scale(self) -> None:
        calibration = Calibration(
            pairs={"image->image": PairScale(10.0, 0.0), "image->dna": PairScale(10.0, 5.0)}
        )
        found = [hit(1, PRONUBA, 0.9, "image", "image"), hit(2, RAPAE, 0.4, "image", "dna")]
        evidence = gather(found, calibration)
        assert evidence[PRONUBA.path()] == pytest.approx(evidence[RAPAE.path()])

    def test_huge_logits_do_not_overflow(self) -> None:
        evidence = gather(hits(PRONUBA, RAPAE), Calibration(pairs={"dna->dna": PairScale(1e5, 1e6)}))
        assert sum(evidence.values()) == pytest.approx(1.0)

    def test_at_most_three_keys_of_a_species_vote_the_nearest_first(self) -> None:
        many = [hit(n, PRONUBA, 0.9 - n / 1000) for n in range(15)]
        evidence = gather([*many, hit(99, RAPAE)], FLAT)
        assert evidence[RAPAE.path()] == pytest.approx(1 / (MAX_KEYS_PER_TAXON + 1))
        steep = Calibration(pairs={"dna->dna": PairScale(100.0, 0.0)})
        assert gather([*many, hit(99, RAPAE)], steep) == gather([*many[:3], hit(99, RAPAE)], steep)

    def test_the_cap_counts_a_bin_where_there_is_no_species(self) -> None:
        genus_only = Lineage("Lepidoptera", "Noctuidae", "Noctua")
        same_bin = [hit(n, genus_only, bin_uri="BOLD:AAA0001") for n in range(9)]
        assert gather([*same_bin, hit(99, RAPAE)], FLAT)[RAPAE.path()] == pytest.approx(1 / 4)
        no_bin = [hit(n, genus_only) for n in range(9)]  # nothing says that these are one taxon
        assert gather([*no_bin, hit(99, RAPAE)], FLAT)[RAPAE.path()] == pytest.approx(1 / 10)

    def test_the_cap_counts_each_pair_of_modalities_apart(self) -> None:
        photos = [hit(n, PRONUBA, 0.9, "image", "image") for n in range(5)]
        barcodes = [hit(10 + n, RAPAE, 0.9, "image", "dna") for n in range(5)]
        evidence = gather([*photos, *barcodes], DEFAULT)
        assert evidence[PRONUBA.path()] == pytest.approx(0.5)

    def test_a_species_that_answers_with_photos_does_not_vote_again_with_barcodes(self) -> None:
        photos = [hit(1, PRONUBA, 0.9, "image", "image"), hit(2, RAPAE, 0.9, "image", "image")]
        barcodes = [hit(3, PRONUBA, 0.9, "image", "dna"), hit(4, COMES, 0.9, "image", "dna")]
        evidence = gather([*photos, *barcodes], DEFAULT)
        assert evidence[PRONUBA.path()] == pytest.approx(evidence[RAPAE.path()])
        assert COMES.path() in evidence, "without a photo of its own it is found by its barcode"
        assert gather(barcodes, DEFAULT)[PRONUBA.path()] > 0

    def test_only_the_nearest_fifty_vote_whatever_is_displayed(self) -> None:
        near = [hit(n, Lineage("Lepidoptera"), 0.9) for n in range(DECISION_K)]
        far = [hit(1000 + n, Lineage("Diptera"), 0.5) for n in range(200)]
        assert gather(near + far, FLAT) == {("Lepidoptera",): pytest.approx(1.0)}
        short = gather(near[:-1] + far, FLAT)
        assert short[("Diptera",)] == pytest.approx(1 / DECISION_K)

    @settings(deadline=None)
    @given(hit_lists, st.integers(0, 2**32))
    def test_the_order_of_the_hits_says_nothing(self, found: list[Hit], seed: int) -> None:
        shuffled = random.Random(seed).sample(found, len(found))
        assert gather(shuffled, DEFAULT) == pytest.approx(gather(found, DEFAULT))
        a, b = decide(shuffled, DEFAULT), decide(found, DEFAULT)
        assert (a.name, a.rank, a.novelty) == (b.name, b.rank, b.novelty)

    @settings(deadline=None)
    @given(hit_lists)
    def test_evidence_sums_to_one(self, found: list[Hit]) -> None:
        assert sum(gather(found, DEFAULT).values()) == pytest.approx(1.0)

    def test_no_hits_no_evidence(self) -> None:
        assert gather([], DEFAULT) == {}


class TestWalk:
    def test_shares_are_counted_down_one_lineage(self) -> None:
        found = hits(PRONUBA, PRONUBA, COMES, IPSILON, RAPAE, RAPAE, RIBESII, RIBESII)
        assert shares(found) == {
            "order": ("Lepidoptera", 6 / 8),
            "family": ("Noctuidae", 4 / 8),
            "genus": ("Noctua", 3 / 8),
            "species": ("Noctua pronuba", 2 / 8),
        }

    def test_the_finest_winner_elsewhere_does_not_break_the_lineage(self) -> None:
        # RIBESII is the commonest species, but Lepidoptera the commoner order.
        found = hits(RIBESII, RIBESII, RIBESII, PRONUBA, COMES, IPSILON, RAPAE)
        assert shares(found)["species"][0] != "Syrphus ribesii"
        assert shares(found)["order"] == ("Lepidoptera", 4 / 7)

    def test_unknown_names_keep_their_weight(self) -> None:
        found = hits(PRONUBA, Lineage("Lepidoptera"), Lineage(), Lineage("Lepidoptera", "Noctuidae"))
        assert shares(found) == {
            "order": ("Lepidoptera", 3 / 4),
            "family": ("Noctuidae", 2 / 4),
            "genus": ("Noctua", 1 / 4),
            "species": ("Noctua pronuba", 1 / 4),
        }

    def test_interim_names_vote_for_the_genus_only(self) -> None:
        interim = Lineage("Diptera", "Phoridae", "Megaselia", "Megaselia sp. 2")
        assert list(shares(hits(interim, interim))) == ["order", "family", "genus"]

    def test_runners_up_are_siblings(self) -> None:
        walked = {s.rank: s for s in walk(gather(hits(PRONUBA, PRONUBA, COMES, RIBESII), FLAT))}
        assert walked["species"].runner_up == "Noctua comes"
        assert walked["species"].runner_up_share == pytest.approx(1 / 4)
        assert walked["genus"].runner_up is None
        assert walked["order"].runner_up == "Diptera"

    def test_ties_go_by_name_so_that_they_are_stable(self) -> None:
        assert shares(hits(RIBESII, RAPAE))["order"][0] == "Diptera"
        assert shares(hits(RAPAE, RIBESII))["order"][0] == "Diptera"

    @settings(deadline=None)
    @given(hit_lists)
    def test_shares_never_grow_downwards_and_the_walk_is_a_path(self, found: list[Hit]) -> None:
        walked = walk(gather(found, DEFAULT))
        assert [s.rank for s in walked] == list(RANKS[: len(walked)])
        assert all(below.share <= above.share for above, below in pairwise(walked))
        assert all(0 <= s.share <= 1 and s.runner_up_share <= s.share + 1e-12 for s in walked)
        names = tuple(s.name for s in walked)
        assert not names or any(h.lineage.path()[: len(names)] == names for h in found)


class TestDecide:
    def test_without_hits_there_is_no_name(self) -> None:
        verdict = decide([], DEFAULT)
        assert (verdict.name, verdict.rank, verdict.confidence) == (None, None, 0.0)
        assert verdict.lineage == Lineage()
        assert verdict.reason.endswith(".")

    @pytest.mark.parametrize(
        ("threshold", "rank"),
        [(0.75, "species"), (math.nextafter(0.75, 1), "genus"), (0.0, "species"), (1.0, "genus")],
    )
    def test_a_share_at_the_threshold_reaches_it(self, threshold: float, rank: str) -> None:
        calibration = Calibration(pairs=FLAT.pairs, thresholds={"dna": {"species": threshold}})
        verdict = decide(hits(PRONUBA, PRONUBA, PRONUBA, COMES), calibration)
        assert verdict.rank == rank
        assert verdict.confidence == pytest.approx(0.75 if rank == "species" else 1.0)

    def test_a_photo_and_a_barcode_have_their_own_thresholds(self) -> None:
        calibration = Calibration(
            pairs=FLAT.pairs, thresholds={"dna": {"species": 0.5}, "image": {"species": 0.9}}
        )
        assert decide(hits(PRONUBA, PRONUBA, PRONUBA, COMES), calibration).rank == "species"
        photo = hits(PRONUBA, PRONUBA, PRONUBA, COMES, modality="image")
        assert decide(photo, calibration).rank == "genus"

    def test_the_finest_rank_that_reaches_its_threshold_is_named(self) -> None:
        """What a coarser rank asks for concerns names that end there."""
        found = hits(PRONUBA, PRONUBA, PRONUBA, COMES)
        asked = {"order": 0.5, "family": 1.0, "genus": 1.0, "species": 0.7}
        mixed = [*found, *hits(RAPAE)]  # 0.6 Noctua pronuba, 0.8 Noctuidae, all Lepidoptera
        calibration = Calibration(pairs=FLAT.pairs, thresholds={"dna": asked})
        verdict = decide(mixed, calibration)
        assert (verdict.name, verdict.rank) == ("Lepidoptera", "order")
        assert "family Noctuidae" in verdict.reason
        eager = Calibration(pairs=FLAT.pairs, thresholds={"dna": {**asked, "species": 0.6}})
        verdict = decide(mixed, eager)
        assert (verdict.name, verdict.rank) == ("Noctua pronuba", "species")
        assert verdict.lineage.family == "Noctuidae"

    def test_too_many_groups_give_no_name_at_all(self) -> None:
        verdict = decide(hits(PRONUBA, RIBESII), FLAT)
        assert verdict.name is None
        assert [s.rank for s in verdict.ranks] == list(RANKS)  # what was walked is still told
        assert "order" in verdict.reason

    def test_the_verdict_names_only_what_it_carries(self) -> None:
        verdict = decide(hits(PRONUBA, PRONUBA, COMES, COMES), FLAT)
        assert verdict.lineage == Lineage("Lepidoptera", "Noctuidae", "Noctua")
        assert "Noctua pronuba" in verdict.reason or "Noctua comes" in verdict.reason

    def test_an_uncalibrated_library_says_so(self) -> None:
        assert not decide(hits(PRONUBA), DEFAULT).calibrated
        assert "not calibrated" in decide(hits(PRONUBA), DEFAULT).reason
        fitted = Calibration(fitted=True)
        assert decide(hits(PRONUBA), fitted).calibrated
        assert "not calibrated" not in decide(hits(PRONUBA), fitted).reason

    def test_a_photo_that_is_hard_to_read_is_told_so_where_it_has_no_species(self) -> None:
        fitted = Calibration(fitted=True, unclear_views=-3.5)
        doubtful, sure = (Hits.of(hits(*found, modality="image")) for found in ((PRONUBA, COMES), (PRONUBA,)))
        assert UNCLEAR_PHOTO in decide(doubtful.with_views(-3.0), fitted).reason
        for told in (doubtful.with_views(-4.0), doubtful, sure.with_views(-3.0)):
            assert UNCLEAR_PHOTO not in decide(told, fitted).reason

    def test_badges_are_against_the_verdict(self) -> None:
        found = hits(PRONUBA, PRONUBA, PRONUBA, PRONUBA, COMES, RIBESII)
        verdict = decide(found, Calibration(pairs=FLAT.pairs, thresholds={"dna": dict.fromkeys(RANKS, 0.3)}))
        assert verdict.rank == "species"
        assert agreement_levels(found, verdict) == ["species"] * 4 + ["genus", "none"]


class TestNovelty:
    MODEL = NoveltyModel(tuple(i / 100 for i in range(50, 100)), tuple(i / 1000 for i in range(200, 400)))
    CALIBRATION = Calibration(novelty={"dna->dna": MODEL}, fitted=True)

    def verdict(self, score: float) -> object:
        return decide([hit(1, PRONUBA, score)], self.CALIBRATION)

    def test_a_known_species_is_named(self) -> None:
        verdict = decide([hit(1, PRONUBA, 0.95)], self.CALIBRATION)
        assert (verdict.rank, verdict.novelty) == ("species", "none")
        assert verdict.novelty_p == pytest.approx(47 / 51)

    def test_a_new_species_is_named_to_genus_at_most(self) -> None:
        verdict = decide([hit(1, PRONUBA, 0.45)], self.CALIBRATION)
        assert (verdict.name, verdict.rank, verdict.novelty) == ("Noctua", "genus", "new_species")
        assert "not in it" in verdict.reason

    def test_what_is_unlike_the_library_gets_no_name(self) -> None:
        verdict = decide([hit(1, PRONUBA, 0.1)], self.CALIBRATION)
        assert (verdict.name, verdict.rank, verdict.novelty) == (None, None, "unlike_library")
        assert verdict.lineage == Lineage()
        assert verdict.ranks  # kept for those who want to look

    def test_the_nearest_key_counts_not_the_first(self) -> None:
        assert decide([hit(1, PRONUBA, 0.1), hit(2, PRONUBA, 0.95)], self.CALIBRATION).novelty == "none"

    def test_a_photo_is_judged_by_photos_where_there_are_any(self) -> None:
        calibration = Calibration(novelty={"image->dna": self.MODEL, "image->image": self.MODEL}, fitted=True)
        found = [hit(1, PRONUBA, 0.9, "image", "dna"), hit(2, PRONUBA, 0.45, "image", "image")]
        assert decide(found, calibration).novelty == "new_species"
        assert decide(found[:1], calibration).novelty == "none"

    def test_a_photo_far_from_all_photos_is_unlike_the_library(self) -> None:
        model = NoveltyModel(self.MODEL.known, self.MODEL.unknown, unlike_below=0.6)
        calibration = Calibration(novelty={"image->image": model}, fitted=True)
        for score, novelty in ((0.61, "none"), (0.6, "none"), (0.59, "unlike_library")):
            assert decide([hit(1, PRONUBA, score, "image")], calibration).novelty == novelty

    def test_a_barcode_is_judged_by_barcodes_where_there_are_any(self) -> None:
        calibration = Calibration(novelty={"dna->dna": self.MODEL, "dna->image": self.MODEL}, fitted=True)
        found = [hit(1, PRONUBA, 0.45, "dna", "dna"), hit(2, PRONUBA, 0.9, "dna", "image")]
        assert decide(found, calibration).novelty == "new_species"
        assert decide(found[1:], calibration).novelty == "none"

    def test_a_pair_without_a_model_says_nothing(self) -> None:
        verdict = decide([hit(1, PRONUBA, 0.1, "dna", "image")], self.CALIBRATION)
        assert (verdict.novelty, verdict.novelty_p) == ("none", None)


class TestMissingSpecies:
    """A specimen found to be new is read by the scales and thresholds for missing species."""

    CALIBRATION = Calibration(
        pairs={"dna->dna": PairScale(100.0, 0.0)},
        pairs_missing={"dna->dna": PairScale(0.0, 0.0)},
        thresholds={"dna": dict.fromkeys(RANKS, 0.5)},
        thresholds_missing={"dna": {"genus": 0.9, "family": 0.9}},
        novelty={"dna->dna": TestNovelty.MODEL},
        fitted=True,
    )

    def test_a_known_one_is_read_sharply(self) -> None:
        verdict = decide([hit(1, PRONUBA, 0.95), hit(2, IPSILON, 0.85)], self.CALIBRATION)
        assert (verdict.rank, verdict.name) == ("species", "Noctua pronuba")

    def test_a_new_one_is_read_with_more_doubt(self) -> None:
        verdict = decide([hit(1, PRONUBA, 0.45), hit(2, IPSILON, 0.35)], self.CALIBRATION)
        assert verdict.novelty == "new_species"
        assert (verdict.rank, verdict.name) == ("family", "Noctuidae")
        assert verdict.ranks[2].share == pytest.approx(0.5)  # Noctua and Agrotis weigh the same


def aligned(key_id: int, lineage: Lineage, score: float, mismatch: float, relatedness: float = 0.0) -> Hit:
    return replace(hit(key_id, lineage, score), mismatch=mismatch, relatedness=relatedness)


class TestFamiliarityOf:
    MODEL = NoveltyModel((), (), weights={"second": 1.0})

    def test_the_second_is_of_another_species(self) -> None:
        found = [hit(1, PRONUBA, 0.9), hit(2, PRONUBA, 0.8), hit(3, COMES, 0.7)]
        assert familiarity_of(found, self.MODEL) == pytest.approx(math.log(1.0001 - 0.7))

    def test_where_all_are_of_one_species_the_last_stands_in(self) -> None:
        found = [hit(1, PRONUBA, 0.9), hit(2, PRONUBA, 0.8)]
        assert familiarity_of(found, self.MODEL) == pytest.approx(math.log(1.0001 - 0.8))

    def test_isolation_comes_from_the_nearest_key(self) -> None:
        model = NoveltyModel((), (), weights={"isolation": 1.0})
        found = [hit(1, PRONUBA, 0.8, isolation=0.2), hit(2, COMES, 0.9, isolation=0.5)]
        assert familiarity_of(found, model) == pytest.approx(math.log(1.0001 - 0.5))

    def test_aligned_keys_tell_the_least_mismatch_and_that_of_another_species(self) -> None:
        found = [
            aligned(1, PRONUBA, 0.9, 0.04), aligned(2, PRONUBA, 0.8, 0.01), aligned(3, COMES, 0.7, 0.06),
            aligned(4, COMES, 0.6, 0.05), hit(5, IPSILON, 0.99),
        ]  # fmt: skip
        terms = familiarity_terms(found)
        assert terms["mismatch"] == pytest.approx(log_mismatch(0.01))
        assert terms["mismatch_other"] == pytest.approx(log_mismatch(0.05))
        assert "mismatch" not in familiarity_terms([hit(1, PRONUBA, 0.9)])


class TestBoth:
    def both(self, image: list[Hit], dna: list[Hit], calibration: Calibration = FLAT):  # type: ignore[no-untyped-def]
        return decide_both(decide(image, calibration), decide(dna, calibration), image, dna, calibration)

    def test_agreement_makes_the_share_grow(self) -> None:
        photo = hits(PRONUBA, PRONUBA, COMES, modality="image")
        barcode = hits(PRONUBA, PRONUBA, COMES)
        verdict, agreed = self.both(photo, barcode)
        alone = decide(barcode, FLAT)
        assert alone.rank == "genus"
        assert agreed == "genus"
        assert verdict.ranks[3].name == "Noctua pronuba"
        assert verdict.ranks[3].share > alone.ranks[3].share

    def test_a_conflict_at_family_leaves_the_order(self) -> None:
        verdict, agreed = self.both(hits(PRONUBA, modality="image"), hits(RAPAE))
        assert (verdict.name, verdict.rank) == ("Lepidoptera", "order")
        assert [s.name for s in verdict.ranks] == ["Lepidoptera"]
        assert agreed == "order"
        assert "contradict" in verdict.reason
        assert "Noctua pronuba" in verdict.reason
        assert "Pieris rapae" in verdict.reason

    def test_names_in_capitals_are_no_conflict(self) -> None:
        loud = Lineage("LEPIDOPTERA", "NOCTUIDAE", "Noctua", "Noctua pronuba")
        verdict, agreed = self.both(hits(PRONUBA, modality="image"), hits(loud))
        assert agreed == "species"
        assert "contradict" not in verdict.reason

    def test_a_conflict_at_order_leaves_nothing(self) -> None:
        verdict, agreed = self.both(hits(PRONUBA, modality="image"), hits(RIBESII))
        assert (verdict.name, verdict.rank, verdict.confidence) == (None, None, 0.0)
        assert verdict.ranks == ()
        assert agreed == "none"

    def test_the_confidence_of_a_conflict_is_the_weaker_one(self) -> None:
        photo = hits(PRONUBA, PRONUBA, PRONUBA, RIBESII, modality="image")
        verdict, _ = self.both(photo, hits(RAPAE))
        assert verdict.confidence == pytest.approx(0.75)

    def test_a_conflict_at_species_is_weighed_not_refused(self) -> None:
        verdict, agreed = self.both(hits(PRONUBA, modality="image"), hits(COMES))
        assert agreed == "genus"
        assert (verdict.name, verdict.rank) == ("Noctua", "genus")

    def test_a_modality_that_knows_nothing_leaves_it_to_the_other(self) -> None:
        calibration = Calibration(novelty={"image->image": TestNovelty.MODEL}, fitted=True)
        photo = [hit(1, RIBESII, 0.1, "image")]
        verdict, _ = self.both(photo, hits(PRONUBA), calibration)
        assert (verdict.name, verdict.rank) == ("Noctua pronuba", "species")
        assert "photo resembles nothing" in verdict.reason
        swapped = Calibration(novelty={"dna->dna": TestNovelty.MODEL}, fitted=True)
        verdict, _ = self.both(hits(PRONUBA, modality="image"), [hit(1, RIBESII, 0.1)], swapped)
        assert verdict.name == "Noctua pronuba"
        assert "barcode resembles nothing" in verdict.reason

    def test_both_unlike_the_library_is_unlike_the_library(self) -> None:
        calibration = Calibration(
            novelty={"image->image": TestNovelty.MODEL, "dna->dna": TestNovelty.MODEL}, fitted=True
        )
        verdict, agreed = self.both([hit(1, PRONUBA, 0.1, "image")], [hit(2, PRONUBA, 0.1)], calibration)
        assert (verdict.name, verdict.novelty, agreed) == (None, "unlike_library", "none")

    def test_a_new_species_by_barcode_is_not_named_by_the_photo(self) -> None:
        calibration = Calibration(novelty={"dna->dna": TestNovelty.MODEL}, fitted=True)
        verdict, _ = self.both(hits(PRONUBA, modality="image"), [hit(1, PRONUBA, 0.45)], calibration)
        assert (verdict.name, verdict.rank, verdict.novelty) == ("Noctua", "genus", "new_species")

    def test_a_key_known_to_genus_only_does_not_speak_against_a_species(self) -> None:
        photo = hits(Lineage("Lepidoptera", "Noctuidae", "Noctua"), modality="image")
        verdict, _ = self.both(photo, hits(PRONUBA))
        assert (verdict.name, verdict.rank) == ("Noctua pronuba", "species")

    def test_no_keys_on_one_side(self) -> None:
        verdict, agreed = self.both([], hits(PRONUBA))
        assert (verdict.name, verdict.rank, agreed) == ("Noctua pronuba", "species", "none")

    @settings(deadline=None)
    @given(hit_lists, hit_lists)
    def test_the_joint_verdict_is_a_path_too(self, image: list[Hit], dna: list[Hit]) -> None:
        image = [hit(h.key_id, h.lineage, h.score, "image", h.key_modality) for h in image]
        verdict, _ = self.both(image, dna, DEFAULT)
        assert [s.rank for s in verdict.ranks] == list(RANKS[: len(verdict.ranks)])
        assert 0 <= verdict.confidence <= 1
        if verdict.rank is not None:
            assert verdict.lineage.at(verdict.rank) == verdict.name
            assert len(verdict.lineage.path()) == RANKS.index(verdict.rank) + 1


class TestIdentity:
    """Alignment has a say where distances are not measured, and about what is no barcode at all."""

    @pytest.mark.parametrize(
        ("identity", "novelty", "rank"),
        [
            (99.0, "none", "species"),
            (97.0, "none", "species"),
            (96.9, "new_species", "genus"),
            (75.0, "new_species", "genus"),
            (74.9, "unlike_library", None),
        ],
    )
    def test_it_decides_where_distances_were_not_measured(
        self, identity: float, novelty: str, rank: str | None
    ) -> None:
        verdict = decide([hit(1, PRONUBA, 0.1)], replace(TestNovelty.CALIBRATION, novelty={}), identity)
        assert (verdict.novelty, verdict.rank, verdict.novelty_p) == (novelty, rank, None)

    @pytest.mark.parametrize(
        ("identity", "rank"),
        [(97.0, "species"), (96.9, "genus"), (95.0, "genus"), (94.9, "family"), (90.0, "family"),
         (89.9, "order"), (85.0, "order"), (84.9, None)],
    )  # fmt: skip
    def test_a_library_that_is_not_calibrated_names_as_deep_as_identity_allows(
        self, identity: float, rank: str | None
    ) -> None:
        verdict = decide(hits(PRONUBA, PRONUBA, PRONUBA), Calibration(), identity)
        assert verdict.rank == rank
        assert verdict.name == (PRONUBA.at(rank) if rank else None)
        assert (f"{identity:.1f}%" in verdict.reason) == (rank not in ("species", "genus") or identity < 95)

    def test_a_measured_one_is_judged_by_its_distance(self) -> None:
        assert decide([hit(1, PRONUBA, 0.95)], TestNovelty.CALIBRATION, 80.0).novelty == "none"
        assert decide([hit(1, PRONUBA, 0.45)], TestNovelty.CALIBRATION, 99.0).novelty == "new_species"

    def test_what_aligns_with_nothing_is_unlike_the_library(self) -> None:
        verdict = decide([hit(1, PRONUBA, 0.95)], TestNovelty.CALIBRATION, 58.0)
        assert (verdict.novelty, verdict.name) == ("unlike_library", None)

    def test_what_is_no_coi_is_unlike_the_library_and_told_so(self) -> None:
        verdict = decide([hit(1, PRONUBA, 0.95)], TestNovelty.CALIBRATION, 99.0, is_coi=False)
        assert (verdict.novelty, verdict.name) == ("unlike_library", None)
        assert "COI" in verdict.reason


class TestAligned:
    """Barcodes that were aligned with their keys."""

    SCALES = Calibration(pairs={"dna->dna": PairScale(1.0, 0.0, relatedness=1.0, mismatch=2.0)})

    def test_relatedness_and_mismatch_decide_against_the_embedding(self) -> None:
        near, related = aligned(1, RAPAE, 0.9, 0.2, -9.0), aligned(2, PRONUBA, 0.7, 0.05, -1.0)
        assert decide([near, related], self.SCALES).ranks[0].name == "Lepidoptera"
        assert gather([near, related], self.SCALES)[PRONUBA.path()] > 0.9

    def test_a_key_without_a_barcode_is_as_close_as_its_species(self) -> None:
        found = [
            aligned(1, PRONUBA, 0.9, 0.01, 5.0),
            aligned(2, COMES, 0.8, 0.08, -2.0),
            hit(3, PRONUBA, 0.9),
        ]
        logits = dict(
            zip((h.key_id for h in found), weigh(Near.of(found), self.SCALES.pair("dna->dna")), strict=True)
        )
        assert logits[3] == logits[1]

    def test_a_key_of_a_species_without_any_barcode_is_as_close_as_keys_of_its_cosine(self) -> None:
        found = [aligned(n, PRONUBA, 0.1 * n, 0.2 - 0.02 * n, float(n)) for n in range(1, 10)]
        found.append(hit(99, RAPAE, 0.501))
        logits = dict(
            zip((h.key_id for h in found), weigh(Near.of(found), self.SCALES.pair("dna->dna")), strict=True)
        )
        assert logits[99] == pytest.approx(logits[5], abs=0.01)

    def test_the_chance_of_a_name_falls_with_its_distance(self) -> None:
        far_is_doubtful = ChanceModel(bias=-3.0, share=1.0, distance=-1.5)
        calibration = replace(self.SCALES, chances={"dna": {"species": far_is_doubtful}}, fitted=True)
        near, far = (
            decide([aligned(1, PRONUBA, 0.9, mismatch, 0.0)], calibration) for mismatch in (0.0, 0.2)
        )
        assert near.ranks[3].share > far.ranks[3].share
        assert near.ranks[2].share == far.ranks[2].share  # no model for genera: the share itself

    @settings(deadline=None)
    @given(st.builds(ChanceModel, st.floats(-3, 3), st.floats(-2, 2), st.floats(-2, 0)), st.floats(0, 0.3))
    def test_chances_never_grow_from_rank_to_rank(self, model: ChanceModel, mismatch: float) -> None:
        models = dict.fromkeys(("family", "species"), model)
        calibration = replace(self.SCALES, chances={"dna": models}, fitted=True)
        found = [aligned(1, PRONUBA, 0.9, mismatch, 0.0), aligned(2, COMES, 0.8, 0.1, -1.0)]
        shares = [share.share for share in decide(found, calibration).ranks]
        assert shares == sorted(shares, reverse=True)

    def test_a_photo_that_weighs_nothing_changes_nothing(self) -> None:
        photo = hits(RAPAE, RAPAE, modality="image")
        barcode = [aligned(1, PRONUBA, 0.9, 0.01, 2.0), aligned(2, COMES, 0.8, 0.08, -2.0)]
        silent = replace(self.SCALES, image_weight=0.0)
        fused, alone = fuse(photo, barcode, silent), gather(barcode, silent)
        assert max(fused, key=lambda path: fused[path]) == max(alone, key=lambda path: alone[path])

    def test_a_photo_does_not_speak_against_a_species_without_photos(self) -> None:
        photo = hits(COMES, COMES, COMES, modality="image")
        barcode = [aligned(1, PRONUBA, 0.9, 0.01, 2.0), aligned(2, COMES, 0.88, 0.02, 1.5)]
        alone = gather(barcode, self.SCALES)
        fair = fuse(photo, barcode, self.SCALES, pictured=frozenset({"Noctua comes"}))
        assert fair[PRONUBA.path()] / fair[COMES.path()] == pytest.approx(
            alone[PRONUBA.path()] / alone[COMES.path()], rel=0.2
        )
        both = frozenset({"Noctua comes", "Noctua pronuba"})
        assert fuse(photo, barcode, self.SCALES, pictured=both)[COMES.path()] > 0.9
