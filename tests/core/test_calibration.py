"""What was learned about trusting similarities, and its file form."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioscan_desktop.core.calibration import (
    DEFAULT,
    DEFAULT_PAIR,
    DEFAULT_THRESHOLDS,
    FORMAT_VERSION,
    Calibration,
    NoveltyModel,
    PairScale,
)
from bioscan_desktop.core.taxonomy import RANKS

numbers = st.floats(-1e6, 1e6, allow_nan=False)
shares = st.floats(0, 1)
similarities = st.lists(st.floats(-1, 1), max_size=20).map(lambda values: tuple(sorted(values)))
calibrations = st.builds(
    Calibration,
    pairs=st.dictionaries(
        st.sampled_from(["image->image", "dna->dna"]), st.builds(PairScale, numbers, numbers)
    ),
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
            st.none() | st.tuples(numbers, numbers, numbers),
            st.none() | shares,
        ),
    ),
    fitted=st.just(True),
    provenance=st.dictionaries(st.text(max_size=5), st.integers()),
)


@given(calibrations)
def test_json_round_trip(calibration: Calibration) -> None:
    assert Calibration.from_dict(json.loads(json.dumps(calibration.to_dict()))) == calibration


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
    MODEL = NoveltyModel((), (), weights=(-2.0, 1.0, 1.0))

    def test_without_weights_it_is_the_nearest_similarity(self) -> None:
        assert NoveltyModel((), ()).familiarity(0.8, 0.3, 0.1) == 0.8

    def test_the_same_distance_is_less_familiar_in_a_crowded_place(self) -> None:
        lonely = self.MODEL.familiarity(0.95, second=0.6, isolation=0.6)
        crowded = self.MODEL.familiarity(0.95, second=0.94, isolation=0.97)
        assert lonely > crowded

    def test_identical_rows_are_finite(self) -> None:
        assert math.isfinite(self.MODEL.familiarity(1.0, 1.0, 1.0))
        assert math.isfinite(self.MODEL.familiarity(1.001, 1.0, 1.0))  # rounding of unit rows


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
