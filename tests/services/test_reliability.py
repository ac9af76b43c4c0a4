"""Reliability and risk against coverage, worked out by hand, and drawn."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.core.taxonomy import RANKS, Lineage
from bioscan_desktop.core.verdict import RankShare, Verdict
from bioscan_desktop.services.answered import Answered
from bioscan_desktop.services.reliability import (
    expected_calibration_error,
    reliability,
    risk_coverage,
)
from bioscan_desktop.services.reliability_plot import COLOURS, save_plots

PRONUBA = Lineage("Lepidoptera", "Noctuidae", "Noctua", "Noctua pronuba")
COMES = Lineage("Lepidoptera", "Noctuidae", "Noctua", "Noctua comes")


def said(truth: Lineage, chance: float, rank: str | None = "species", novelty: str = "none") -> Answered:
    ranks = tuple(RankShare(r, str(PRONUBA.at(r)), chance) for r in RANKS)
    verdict = Verdict(PRONUBA.at(rank) if rank else None, rank, chance, True, novelty, 0.5, ".", ranks)
    return Answered(truth, (PRONUBA,), verdict, 0.9)


ANSWERED = [
    said(PRONUBA, 0.95),
    said(PRONUBA, 0.85),
    said(COMES, 0.85),
    said(COMES, 0.35, "genus"),
    said(COMES, 0.9, "genus", "new_species"),
    said(PRONUBA, 0.9, None, "unlike_library"),
    said(Lineage("Lepidoptera"), 0.5),
]


def test_bins_by_hand() -> None:
    found = reliability(ANSWERED)
    species = found["species"]
    assert species["n"] == 4
    assert [(b["from"], b["n"], b["right"]) for b in species["bins"]] == [
        (0.3, 1, 0),
        (0.8, 2, 0.5),
        (0.9, 1, 1),
    ]
    assert species["ece"] == pytest.approx((0.35 + 2 * 0.35 + 0.05) / 4)
    assert found["genus"]["n"] == 5 and all(b["right"] == 1 for b in found["genus"]["bins"])
    assert found["order"]["n"] == 6


def test_curve_by_hand() -> None:
    species = risk_coverage(ANSWERED)["species"]
    assert species["n"] == 6
    # Both names of 0.85 come together; the new species and the unlike one never come.
    assert [(p["coverage"], p["chance"]) for p in species["curve"]] == [
        (pytest.approx(1 / 6), 0.95), (pytest.approx(3 / 6), 0.85), (pytest.approx(4 / 6), 0.35),
    ]  # fmt: skip
    assert [p["risk"] for p in species["curve"]] == pytest.approx([0, 1 / 3, 1 / 2])
    assert species["verdicts"] == {"coverage": pytest.approx(3 / 6), "risk": pytest.approx(1 / 3)}


def test_the_area_does_not_depend_on_the_order_of_equal_chances() -> None:
    equal = [said(PRONUBA, 0.9), said(COMES, 0.9), said(PRONUBA, 0.5)]
    for order in (equal, equal[::-1], [equal[1], equal[0], equal[2]]):
        assert risk_coverage(order)["species"]["area"] == pytest.approx((0.5 + 0.5 + 1 / 3) / 3)


def test_nothing_to_count_is_said() -> None:
    empty = [said(Lineage(), 0.9)]
    assert reliability(empty)["species"] == {"n": 0, "ece": None, "bins": []}
    curve = risk_coverage(empty)["order"]
    assert curve == {"n": 0, "curve": [], "area": None, "verdicts": {"coverage": None, "risk": None}}


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=80))
def test_bins_hold_all_and_give_the_error(pairs: list[tuple[float, bool]]) -> None:
    answered = [said(PRONUBA if right else COMES, chance) for chance, right in pairs]
    found = reliability(answered)["species"]
    assert sum(b["n"] for b in found["bins"]) == len(pairs)
    assert found["ece"] == pytest.approx(
        expected_calibration_error([c for c, _ in pairs], [r for _, r in pairs])
    )
    last = risk_coverage(answered)["species"]["curve"][-1]
    assert last["coverage"] == 1.0
    assert last["risk"] == pytest.approx(sum(not right for _, right in pairs) / len(pairs))


@pytest.mark.parametrize("suffix", [".svg", ".png"])
def test_plots_have_a_panel_for_each_kind_of_query(tmp_path: Path, suffix: str) -> None:
    figures = {"reliability": reliability(ANSWERED), "risk_coverage": risk_coverage(ANSWERED)}
    paths = save_plots({"dna": figures, "image": figures}, tmp_path / "new", suffix)
    assert [path.name for path in paths] == [f"reliability{suffix}", f"risk-coverage{suffix}"]
    for path in paths:
        if suffix == ".svg":
            root = ElementTree.parse(path).getroot()
            texts = {e.text for e in root.iter("{http://www.w3.org/2000/svg}text")}
            assert {"barcodes", "photos", *RANKS} <= texts
            drawn = [e.get("stroke") for e in root.iter("{http://www.w3.org/2000/svg}polyline")]
            assert drawn.count(COLOURS["species"]) == 2
        else:
            with Image.open(path) as image:
                colours = {colour for _, colour in image.convert("RGB").getcolors(1 << 20)}
            assert tuple(bytes.fromhex(COLOURS["species"][1:])) in colours


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ArgumentError, match="cannot be made"):
        save_plots({}, tmp_path / "file" / "plots")
