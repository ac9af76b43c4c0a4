"""What was learned about trusting similarities, and its file form."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioscan_desktop.core.calibration import (
    DEFAULT,
    DEFAULT_PAIR,
    DEFAULT_PAIRS,
    DEFAULT_THRESHOLDS,
    FORMAT_VERSION,
    TERMS,
    USUAL_VIEWS,
    Calibration,
    ChanceModel,
    NoveltyModel,
    PairScale,
    log_mismatch,
)
from bioscan_desktop.core.taxonomy import RANKS

numbers = st.floats(-1e6, 1e6, allow_nan=False)
shares = st.floats(0, 1)
similarities = st.lists(st.floats(-1, 1), max_size=20).map(lambda values: tuple(sorted(values)))
calibrations = st.builds(
    Calibration,
    pairs=st.dictionaries(
        st.sampled_from(["image->image", "dna->dna"]),
        st.builds(PairScale, numbers, numbers, numbers, numbers),
    ),
    chances=st.dictionaries(
        st.sampled_from(["image", "dna", "both"]),
        st.dictionaries(st.sampled_from(RANKS), st.builds(ChanceModel, *[numbers] * 4)),
    ),
    image_weight=shares,
    relatedness=st.dictionaries(st.sampled_from(["overlap", "amino_acids"]), numbers),
    thresholds=st.dictionaries(
        st.sampled_from(["image", "dna", "both"]), st.dictionaries(st.sampled_from(RANKS), shares)
    ),
    pairs_missing=st.dictionaries(st.just("dna->dna"), st.builds(PairScale, numbers, numbers)),
    thresholds_missing=st.dictionaries(st.just("dna"), st.dictionaries(st.sampled_from(RANKS), shares)),
    novelty=st.dictionaries(
        st.just("dna->dna"),
        st.builds(
            NoveltyModel,
            similarities,
            similarities,
            shares,
            shares,
            st.none() | st.dictionaries(st.sampled_from(TERMS), numbers),
            st.none() | shares,
        ),
    ),
    unclear_views=st.none() | numbers,
    fitted=st.just(True),
    provenance=st.dictionaries(st.text(max_size=5), st.integers()),
)


@given(calibrations)
def test_json_round_trip(calibration: Calibration) -> None:
    assert Calibration.from_dict(json.loads(json.dumps(calibration.to_dict()))) == calibration


@given(calibrations, calibrations)
def test_what_short_barcodes_have_of_their_own_comes_back_too(long: Calibration, short: Calibration) -> None:
    read = Calibration.from_dict(json.loads(json.dumps(replace(long, short=short).to_dict()))).short
    assert read is not None
    for pair in ("dna->dna", "image->image"):
        own = short if pair == "dna->dna" and pair in short.pairs else long
        assert read.pairs.get(pair) == own.pairs.get(pair)
    assert read.threshold("dna", "genus") == (
        short.thresholds["dna"]["genus"] if "genus" in short.thresholds.get("dna", {}) else
        long.threshold("dna", "genus") if "dna" not in short.thresholds else DEFAULT_THRESHOLDS["genus"]
    )  # fmt: skip


def test_short_barcodes_are_not_judged_by_the_distances_of_long_ones() -> None:
    model = NoveltyModel((0.9,), (0.1,))
    short = Calibration(pairs={"dna->dna": PairScale(1.0, 0.0)})
    calibration = Calibration(novelty={"dna->dna": model, "image->image": model}, short=short)
    assert calibration.for_barcode(500) is calibration
    assert calibration.for_barcode(499) is short
    assert replace(calibration, short=None).for_barcode(499).novelty == {"image->image": model}


def test_files_of_the_first_format_are_read() -> None:
    model = {"known": [0.1], "unknown": [0.1], "alpha_known": 0.1, "alpha_unknown": 0.1, "weights": [1, 2, 3]}
    values = {
        "format_version": 1, "pairs": {"dna->dna": {"slope": 90.0, "offset": 1.0}}, "thresholds": {},
        "novelty": {"dna->dna": model},
    }  # fmt: skip
    calibration = Calibration.from_dict(values)
    assert calibration.novelty["dna->dna"].weights == {"nearest": 1.0, "second": 2.0, "isolation": 3.0}
    assert calibration.pair("dna->dna").logit(0.5, 7.0, 0.1) == 46.0  # alignment had no say then


def test_files_of_the_second_format_are_read() -> None:
    model = NoveltyModel((0.1,), (0.2,), weights={"nearest": -1.0, "mismatch": -2.0})
    values = {**Calibration(novelty={"dna->dna": model}).to_dict(), "format_version": 2}
    assert Calibration.from_dict(values).novelty["dna->dna"] == model


def test_files_of_the_third_format_are_read() -> None:
    values = Calibration(chances={"image": {"genus": ChanceModel(0.5, 0.9, -1.0)}}).to_dict()
    del values["chances"]["image"]["genus"]["views"]
    found = Calibration.from_dict({**values, "format_version": 3})
    assert found.chances["image"]["genus"] == ChanceModel(0.5, 0.9, -1.0, 0.0)


def test_alignment_adds_to_the_evidence_of_a_hit() -> None:
    scale = PairScale(10.0, 1.0, relatedness=2.0, mismatch=3.0)
    assert scale.logit(0.5) == 6.0
    assert scale.logit(0.5, 4.0, 0.1) == pytest.approx(6.0 + 8.0 - 3.0 * log_mismatch(0.1))
    assert scale.logit(0.5, 4.0, 0.0) > scale.logit(0.5, 4.0, 0.01)


class TestChance:
    def test_without_data_the_share_is_the_chance(self) -> None:
        assert ChanceModel().chance(0.7, -3.0) == pytest.approx(0.7)

    def test_the_same_share_is_worth_less_far_away(self) -> None:
        model = ChanceModel(bias=0.0, share=1.0, distance=-1.0)
        assert model.chance(0.9, log_mismatch(0.1)) < model.chance(0.9, log_mismatch(0.01))

    def test_a_photo_that_is_seen_less_firmly_may_lie_farther_off(self) -> None:
        model = ChanceModel(distance=-1.0, views=0.5)
        assert model.chance(0.9, -1.0, -2.0) > model.chance(0.9, -1.0, -3.0)
        assert model.chance(0.9, -1.0, USUAL_VIEWS) == model.chance(0.9, -1.0)

    @given(shares, st.floats(-10, 1), st.none() | st.floats(-10, 1), st.builds(ChanceModel, *[numbers] * 4))
    def test_it_is_a_probability(
        self, share: float, distance: float, views: float | None, model: ChanceModel
    ) -> None:
        assert 0 <= model.chance(share, distance, views) <= 1


def test_a_newer_format_is_refused() -> None:
    values = {**DEFAULT.to_dict(), "format_version": FORMAT_VERSION + 1}
    with pytest.raises(ValueError, match="newer"):
        Calibration.from_dict(values)


@pytest.mark.parametrize("missing", ["format_version", "pairs", "thresholds", "novelty"])
def test_damaged_values_are_refused(missing: str) -> None:
    values = DEFAULT.to_dict()
    del values[missing]
    with pytest.raises(KeyError):
        Calibration.from_dict(values)


def test_what_is_not_said_is_the_default() -> None:
    calibration = Calibration(thresholds={"dna": {"species": 0.5}})
    assert calibration.threshold("dna", "species") == 0.5
    assert calibration.threshold("dna", "genus") == DEFAULT_THRESHOLDS["genus"]
    assert calibration.threshold("image", "species") == DEFAULT_THRESHOLDS["species"]
    assert calibration.pair("image->dna") == DEFAULT_PAIR
    assert calibration.pair("dna->dna") == DEFAULT_PAIRS["dna->dna"]
    assert calibration.chance("dna", "species") is None
    assert not DEFAULT.fitted


def test_missing_species_have_scales_and_thresholds_of_their_own() -> None:
    calibration = Calibration(
        pairs={"dna->dna": PairScale(90.0, 0.0), "image->dna": PairScale(9.0, 0.0)},
        pairs_missing={"dna->dna": PairScale(20.0, 0.0)},
        thresholds={"dna": {"genus": 0.6, "family": 0.5}},
        thresholds_missing={"dna": {"genus": 0.9}},
    )
    assert calibration.pair("dna->dna").slope == 90.0
    assert calibration.pair("dna->dna", missing=True).slope == 20.0
    assert calibration.pair("image->dna", missing=True).slope == 9.0  # none of its own
    assert calibration.threshold("dna", "genus", missing=True) == 0.9
    assert calibration.threshold("dna", "family", missing=True) == 0.5


class TestFamiliarity:
    MODEL = NoveltyModel((), (), weights={"nearest": -2.0, "second": 1.0, "isolation": 1.0})

    def test_without_weights_it_is_the_nearest_similarity(self) -> None:
        assert NoveltyModel((), ()).familiarity(0.8, {}) == 0.8

    def test_it_is_the_weighed_sum_of_its_terms(self) -> None:
        terms = {"nearest": -3.0, "second": -1.0, "isolation": -0.5, "mismatch": 99.0}
        assert self.MODEL.familiarity(0.8, terms) == 4.5

    def test_without_one_of_its_terms_it_is_not_known(self) -> None:
        assert self.MODEL.familiarity(0.8, {"nearest": -3.0, "second": -1.0}) is None


class TestNovelty:
    KNOWN = tuple(i / 100 for i in range(50, 100))  # 0.50 ... 0.99, 50 of them
    UNKNOWN = tuple(i / 1000 for i in range(200, 400))  # 0.200 ... 0.399, 200 of them
    MODEL = NoveltyModel(KNOWN, UNKNOWN)

    def test_p_values_count_the_query_in(self) -> None:
        assert self.MODEL.p_known(0.49) == pytest.approx(1 / 51)
        assert self.MODEL.p_known(0.50) == pytest.approx(2 / 51)  # a tie counts as as far away
        assert self.MODEL.p_known(1.0) == 1.0
        assert self.MODEL.p_unknown(0.0) == pytest.approx(1 / 201)

    @pytest.mark.parametrize(
        ("nearest", "outcome"),
        [
            (0.99, "none"),
            (0.51, "none"),  # p = 3 / 51 = 0.059
            (0.50, "new_species"),  # p = 2 / 51 = 0.039
            (0.30, "new_species"),
            (0.201, "new_species"),  # unknown p = 3 / 201 = 0.015
            (0.200, "unlike_library"),  # unknown p = 2 / 201 = 0.00995
            (-1.0, "unlike_library"),
        ],
    )
    def test_outcomes_at_the_boundaries(self, nearest: float, outcome: str) -> None:
        assert self.MODEL.outcome(nearest) == outcome

    def test_a_p_value_at_alpha_is_not_below_it(self) -> None:
        model = NoveltyModel(tuple(i / 100 for i in range(1, 20)), (), alpha_known=0.05)
        assert model.p_known(0.0) == 0.05
        assert model.outcome(0.0) == "none"

    def test_too_few_examples_never_call_a_novelty(self) -> None:
        assert NoveltyModel((0.9,) * 18, (0.5,) * 98).outcome(-1.0) == "none"

    @given(st.floats(-1, 1), st.floats(-1, 1))
    def test_farther_is_never_more_familiar(self, a: float, b: float) -> None:
        order = ("unlike_library", "new_species", "none")
        near, far = max(a, b), min(a, b)
        assert order.index(self.MODEL.outcome(far)) <= order.index(self.MODEL.outcome(near))
