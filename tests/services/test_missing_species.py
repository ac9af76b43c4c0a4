"""Figures of species that a library lacks, against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioscan_desktop.core.taxonomy import RANKS, Lineage
from bioscan_desktop.core.verdict import RankShare, Verdict
from bioscan_desktop.services.answered import Answered
from bioscan_desktop.services.missing_species import apart, lines, missing_species, reaching, separation

PRONUBA = Lineage("Lepidoptera", "Noctuidae", "Noctua", "Noctua pronuba")
COMES = Lineage("Lepidoptera", "Noctuidae", "Noctua", "Noctua comes")
RAPAE = Lineage("Lepidoptera", "Pieridae", "Pieris", "Pieris rapae")
KNOWN = frozenset({"Noctua pronuba"})


def said(
    truth: Lineage, named: Lineage, rank: str | None, familiarity: float, identity: float | None = None
) -> Answered:
    ranks = tuple(RankShare(r, str(named.at(r)), 0.9) for r in RANKS)
    name = named.at(rank) if rank else None
    verdict = Verdict(name, rank, 0.9, True, "none", None, ".", ranks)
    return Answered(truth, (named,), verdict, familiarity, 0.9, identity)


ANSWERED = [
    *[said(PRONUBA, PRONUBA, "species", 10.0 + n, 99.0) for n in range(97)],
    *[said(PRONUBA, PRONUBA, "genus", 1.0, 98.0) for _ in range(3)],
    said(COMES, PRONUBA, "species", 10.5, 97.5),
    said(COMES, PRONUBA, "species", 50.0, 96.0),
    said(COMES, PRONUBA, "genus", 1.0, 95.0),
    said(RAPAE, PRONUBA, "genus", 0.0, None),
    said(RAPAE, PRONUBA, "family", 0.0, 80.0),
]


def test_shares_named_by_hand() -> None:
    found = missing_species(*apart(ANSWERED, KNOWN))
    assert found is not None
    assert found["queries"] == {"known": 100, "missing": 5, "missing_species": 2}
    assert found["named"]["known"] == pytest.approx(0.97)
    assert found["named"]["known_right"] == 1.0
    assert found["named"]["missing"] == pytest.approx(2 / 5)
    assert found["named"]["missing_by_species"] == pytest.approx((2 / 3 + 0) / 2)
    # 95 of the 97 named ones must stay: the limit is the 95th most familiar, 12, and takes one wrong away.
    assert found["named_at_95"] == {"known": pytest.approx(0.95), "missing": pytest.approx(1 / 5)}
    assert found["genus_or_finer"]["missing"] == {"calls": 4, "right": pytest.approx(3 / 4)}
    assert found["genus_or_finer"]["all"] == {"calls": 104, "right": pytest.approx(103 / 104)}
    assert found["wrong_names"] == [{"true": "Noctua comes", "given": "Noctua pronuba", "n": 2}]
    identity = found["judgements"]["percent_identity"]
    assert identity["at_97"] == {"known": 1.0, "missing": pytest.approx(1 / 5)}
    assert identity["limit"] == 99.0 and identity["missing"] == 0.0


def test_the_printed_lines_hold_the_figures() -> None:
    found = missing_species(*apart(ANSWERED, KNOWN))
    assert found is not None
    text = "\n".join(lines(found))
    for part in ("97.0 of the known (100.0 right), 40.0 of the missing", "75.0 of 4 (missing)", "20.0"):
        assert part in text
    assert "2  Noctua comes -> Noctua pronuba" in text


def test_fewer_named_than_asked_give_no_such_point() -> None:
    found = missing_species(*apart([*ANSWERED[94:97], *ANSWERED[97:]], KNOWN))
    assert found is not None and found["named_at_95"] is None
    assert lines(found)


def test_without_missing_or_known_ones_there_is_nothing_to_say() -> None:
    assert missing_species(*apart(ANSWERED[:100], KNOWN)) is None
    assert missing_species(*apart(ANSWERED[100:], KNOWN)) is None
    nameless = said(Lineage("Lepidoptera"), PRONUBA, "species", 1.0)
    assert missing_species(*apart([*ANSWERED[:100], nameless], KNOWN)) is None


def test_photos_have_no_identity() -> None:
    answered = [said(a.truth, PRONUBA, "genus", a.familiarity) for a in ANSWERED]
    found = missing_species(*apart(answered, KNOWN))
    assert found is not None and set(found["judgements"]) == {"program", "cosine"}


@given(
    st.lists(st.integers(0, 30), min_size=1, max_size=60),
    st.lists(st.integers(0, 30), min_size=1, max_size=60),
)
def test_the_limit_is_the_largest_that_keeps_enough(known: list[int], missing: list[int]) -> None:
    found = separation(known, missing, ["a"] * len(missing))
    assert found["known"] >= 0.95
    larger = [value for value in known if value > found["limit"]]
    assert not larger or np.mean([value >= min(larger) for value in known]) < 0.95
    assert reaching(known, missing, found["limit"])["missing"] == found["missing"]
    assert found["auroc_by_species"] == found["auroc"]


def test_each_missing_species_counts_alike_where_asked() -> None:
    found = separation([5.0, 6.0], [9.0] * 8 + [1.0], ["twin"] * 8 + ["far"])
    assert found["auroc"] == pytest.approx(1 / 9) and found["auroc_by_species"] == pytest.approx(1 / 2)
