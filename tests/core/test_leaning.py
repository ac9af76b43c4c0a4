"""What is added to the cosine of a photo and a key."""

from __future__ import annotations

import json
import math

import pytest

from bioscan_desktop.core.leaning import Leaning

LEANING = Leaning(
    frozenset({"Noctua pronuba"}), {"dna": 0.04, "image": 0.02}, {"dna": 0.1}, {"dna": 0.03}, {"image": 0.2}
)


def test_species_that_were_trained_on_stand_back() -> None:
    assert LEANING.between_genera("Noctua pronuba", "dna") == pytest.approx(-0.04)
    assert LEANING.between_genera("Noctua pronuba", "image") == pytest.approx(-0.02)
    assert LEANING.between_genera("Noctua comes", "dna") == 0.0
    assert LEANING.within_genus("Noctua pronuba", 1, "dna") == pytest.approx(-0.1)
    assert LEANING.within_genus("Noctua comes", 1, "dna") == 0.0


def test_many_different_references_count_within_a_genus() -> None:
    assert LEANING.within_genus("Noctua comes", 20, "dna") == pytest.approx(0.03 * math.log(20))
    assert LEANING.within_genus("Noctua pronuba", 20, "dna") == pytest.approx(0.03 * math.log(20) - 0.1)
    assert LEANING.within_genus("Noctua comes", 20, "image") == 0.0


def test_a_key_without_a_species_stays_where_it_is() -> None:
    assert LEANING.within_genus(None, 5000, "dna") == LEANING.between_genera(None, "dna") == 0.0


def test_which_keys_are_touched() -> None:
    assert LEANING.touches("dna") and LEANING.touches("image") and not LEANING.touches("text")
    assert LEANING.by_genus("dna") and not LEANING.by_genus("image")
    assert Leaning(frozenset(), abundance={"dna": 0.1}).touches("dna")
    assert Leaning(frozenset(), stretch={"image": 0.1}).touches("image")
    assert Leaning(frozenset(), crowding={"image": 0.1}).touches("image")
    assert not Leaning(frozenset({"Noctua pronuba"}), {"dna": 0.0}, crowding={"image": 0.1}).touches("dna")


def test_it_survives_the_manifest() -> None:
    assert Leaning.from_dict(json.loads(json.dumps(LEANING.to_dict()))) == LEANING
    older = {name: value for name, value in LEANING.to_dict().items() if name not in ("stretch", "crowding")}
    assert Leaning.from_dict(older).stretch == {}


@pytest.mark.parametrize(
    "values",
    [{"species": [7]}, {"off": {"dna": "much"}}, {"within": {"dna": math.nan}}, {"abundance": [0.1]}],
)
def test_values_of_another_kind_are_refused(values: dict[str, object]) -> None:
    with pytest.raises((TypeError, ValueError, AttributeError)):
        Leaning.from_dict(values)
