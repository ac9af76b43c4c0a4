"""Distances within and between species against sums done by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bioscan_desktop.core.errors import ArgumentError, Cancelled
from bioscan_desktop.services import distances
from bioscan_desktop.services.browse import ROOT, Taxonomy
from bioscan_desktop.services.distances import species_gaps
from bioscan_desktop.services.tasks import CancelToken
from tests.services.test_browse import find, key, taxonomy_of

GENUS = ("Lepidoptera", "Noctuidae", "Noctua")


def at(*degrees: float) -> np.ndarray:
    """Unit rows at these angles; the distance of two is 1 - cos of the angle between."""
    radians = np.radians(degrees)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def apart(degrees: float) -> float:
    return 1 - float(np.cos(np.radians(degrees)))


@pytest.fixture
def three(tmp_path: Path) -> Taxonomy:
    """comes at 0, 10, 20; pronuba at 50, 51; a single janthe at 90; one key without a species at 52."""
    species = ["comes"] * 3 + ["pronuba"] * 2 + ["janthe"]
    keys = [key(n, (*GENUS, f"Noctua {name}")) for n, name in enumerate(species)]
    return taxonomy_of(tmp_path, *keys, key(6, (*GENUS, None)), key(7, (*GENUS, "Noctua sp. 1")))


KEYS = at(0, 10, 20, 50, 51, 90, 52, 21)


def test_three_species(three: Taxonomy) -> None:
    gaps = {three.taxon(gap.taxon).name.split()[1]: gap for gap in species_gaps(three, KEYS, "dna", ROOT)}
    comes, pronuba, janthe = gaps["comes"], gaps["pronuba"], gaps["janthe"]
    assert comes.n_keys == 3
    assert comes.within_max == pytest.approx(apart(20), abs=1e-6)
    assert comes.within_mean == pytest.approx((2 * apart(10) + apart(20)) / 3, abs=1e-6)
    assert three.taxon(comes.nearest or 0).name == "Noctua pronuba"
    assert comes.between == pytest.approx(apart(30), abs=1e-6)
    assert comes.nearest_rows == (2, 3)
    assert comes.gap == pytest.approx(apart(30) - apart(20), abs=1e-6)
    # The nearer keys at 52 and 21 have no full species name: they may be of any.
    assert pronuba.between == pytest.approx(apart(30), abs=1e-6)
    assert janthe.within_max is None and janthe.gap is None
    assert janthe.between == pytest.approx(apart(39), abs=1e-6)


def test_the_smallest_gap_comes_first_and_what_cannot_be_told_last(three: Taxonomy) -> None:
    gaps = species_gaps(three, KEYS, "dna", ROOT)
    assert [gap.gap is None for gap in gaps] == [False, False, True]
    assert gaps[0].gap < gaps[1].gap


def test_blocks_do_not_change_the_answer(three: Taxonomy, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = species_gaps(three, KEYS, "dna", ROOT)
    monkeypatch.setattr(distances, "SCORES_AT_ONCE", 8)
    assert species_gaps(three, KEYS, "dna", ROOT) == whole


def test_one_species_is_compared_with_the_whole_library(three: Taxonomy) -> None:
    (gap,) = species_gaps(three, KEYS, "dna", find(three, "Noctua janthe"))
    assert three.taxon(gap.nearest or 0).name == "Noctua pronuba"


def test_a_library_of_one_species_has_no_other(tmp_path: Path) -> None:
    alone = taxonomy_of(tmp_path, key(0, (*GENUS, "Noctua comes")), key(1, (*GENUS, "Noctua comes")))
    (gap,) = species_gaps(alone, at(0, 5), "dna", ROOT)
    assert (gap.nearest, gap.between, gap.gap, gap.nearest_rows) == (None, None, None, None)
    assert gap.within_max == pytest.approx(apart(5), abs=1e-6)


def test_nothing_to_compare(three: Taxonomy) -> None:
    assert species_gaps(three, np.zeros((0, 2), np.float32), "image", ROOT) == []


def test_what_takes_too_long_is_refused_in_one_sentence(
    three: Taxonomy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distances, "PAIRS_MAX", 10)
    with pytest.raises(ArgumentError, match="choose a smaller group"):
        species_gaps(three, KEYS, "dna", ROOT)


def test_it_can_be_stopped(three: Taxonomy) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        species_gaps(three, KEYS, "dna", ROOT, cancel=token)
