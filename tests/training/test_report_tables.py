"""Tables for model cards: the figures as they are, with honest intervals."""

import pytest
from bioscan_training.report_tables import cell, interval, tables

FIGURE = {"n": 400, "micro": 0.9, "macro": 0.85}


def test_the_interval_is_that_of_drawing_the_answers_again() -> None:
    low, high = interval(0.9, 400)
    assert low == pytest.approx(0.9 - 1.96 * (0.09 / 400) ** 0.5, abs=0.004)
    assert high == pytest.approx(0.9 + 1.96 * (0.09 / 400) ** 0.5, abs=0.004)
    assert interval(1.0, 50) == (1.0, 1.0)


def test_a_cell_says_figure_interval_and_number() -> None:
    assert cell(FIGURE).startswith("90.0 / 85.0 (8") and cell(FIGURE).endswith("; 400)")
    assert cell({**FIGURE, "top5": 0.95, "chance": 0.01}).endswith("; top 5 95.0")
    assert cell(None) == cell({"n": 0}) == "–"


def test_every_row_and_rank_has_its_place() -> None:
    ranks = {"order": FIGURE, "genus": FIGURE}
    text = tables(
        {
            "dna to dna": {"ms_per_barcode_in_bulk": 1.0, "seen": {"model": ranks, "vsearch top hit": ranks}},
            "image to dna": {"unseen": {"order": {**FIGURE, "top5": 1.0, "chance": 0.1}}},
        }
    )
    lines = text.splitlines()
    assert "| | order | family | genus | species |" in lines
    (row,) = [line for line in lines if line.startswith("| seen: vsearch top hit |")]
    assert [part.strip()[:4] for part in row.strip("|").split("|")[1:]] == ["90.0", "–", "90.0", "–"]
    assert any(line.startswith("| unseen | 90.0") for line in lines)
    assert "Photo to photo" not in text
