"""CLIBD's protocol against its published predictions, and the baselines and plots made of figures."""

from __future__ import annotations

import copy
import csv
import gzip
import io
import json
import os
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.core.taxonomy import RANKS, Lineage
from bioscan_desktop.services import drawing, evaluation_plot, evaluation_report
from bioscan_desktop.services.evaluate import (
    class_counts,
    evaluate_predictions,
    harmonic_mean,
    table,
    top_k_accuracy,
)

SHARED = Path(os.environ.get("BIOSCAN_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
PUBLISHED = SHARED / "clibd-val-predictions"

# Micro and macro top-1 of CLIBD (image, DNA and text aligned; BIOSCAN-1M, validation), as shown in
# its published logs, from order to species: {keys: {group: ((micro, macro), …)}}.
TABLE_E = {
    "i2i": {
        "seen": ((99.7, 98.6), (96.5, 93.0), (89.7, 76.0), (80.1, 60.3)),
        "unseen": ((99.5, 96.1), (94.3, 79.7), (84.5, 63.0), (74.3, 46.4)),
    },
    "i2d": {
        "seen": ((99.7, 99.2), (96.5, 88.5), (86.4, 68.6), (73.3, 51.9)),
        "unseen": ((99.0, 76.0), (86.8, 54.5), (59.8, 25.5), (39.6, 10.3)),
    },
}
CLASSES = {"seen": (4878, (10, 132, 521, 916)), "unseen": (6952, (14, 172, 854, 1771))}

HEADER = "GT_id,GT_Order,Pred_Order,GT_Family,Pred_Family,GT_Genus,Pred_Genus,GT_Species,Pred_Species\n"


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason=f"CLIBD's published predictions are not at {PUBLISHED}")
@pytest.mark.parametrize("keys", TABLE_E)
def test_published_predictions_give_the_published_figures(keys: str) -> None:
    seen, unseen = (PUBLISHED / f"IDT_val_top1_{group}_{keys}_results.csv.gz" for group in CLASSES)
    figures = evaluate_predictions(seen, unseen)

    for group, by_rank in TABLE_E[keys].items():
        queries, classes = CLASSES[group]
        assert figures[group]["n_queries"] == queries
        for rank, expected, n_classes in zip(RANKS, by_rank, classes, strict=True):
            assert figures[group]["counts"][rank] == {"queries": queries, "classes": n_classes}
            cell = figures[group]["top_k"]["1"][rank]
            shown = tuple(float(f"{100 * cell[mean]:.1f}") for mean in ("micro", "macro"))
            assert shown == expected, (group, rank)


def write_predictions(path: Path, rows: list[tuple[str, str]]) -> Path:
    """Rows of (true, predicted), each `order/family/genus/species`."""
    text = HEADER
    for number, (truth, found) in enumerate(rows):
        pairs = zip(truth.split("/"), found.split("/"), strict=True)
        text += f"{number}," + ",".join(f"{a},{b}" for a, b in pairs) + "\n"
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


SEEN = [
    ("Diptera/Sciaridae/Bradysia/Bradysia ocellaris", "Diptera/Sciaridae/Bradysia/Bradysia ocellaris"),
    ("Diptera/Sciaridae/Bradysia/Bradysia ocellaris", "Diptera/Sciaridae/Bradysia/Bradysia impatiens"),
    ("Diptera/Sciaridae/Bradysia/Bradysia impatiens", "Diptera/Sciaridae/Corynoptera/Corynoptera sp"),
    ("Diptera/Cecidomyiidae/not_classified/not_classified", "Diptera/Cecidomyiidae/not_classified/x"),
]
UNSEEN = [
    ("Diptera/Phoridae/Megaselia/Megaselia BioLep88", "Diptera/Phoridae/Megaselia/Megaselia BioLep88"),
    ("Hemiptera/Aphididae/Aphis/Aphis fabae", "Diptera/Phoridae/Megaselia/Megaselia BioLep88"),
]


def test_predictions_that_excel_saved(tmp_path: Path) -> None:
    plain = write_predictions(tmp_path / "plain.csv", SEEN)
    lines = [line.partition(",")[2] for line in plain.read_text(encoding="utf-8").splitlines()]
    (tmp_path / "excel.csv").write_text("\r\n".join(lines), encoding="utf-8-sig", newline="")
    assert evaluate_predictions(tmp_path / "excel.csv") == evaluate_predictions(plain)


def test_predictions_count_every_label_unless_told_otherwise(tmp_path: Path) -> None:
    seen = write_predictions(tmp_path / "seen.csv.gz", SEEN)
    unseen = write_predictions(tmp_path / "unseen.csv", UNSEEN)

    figures = evaluate_predictions(seen, unseen)
    assert figures["n_queries"] == 6
    genus, species = (figures["seen"]["top_k"]["1"][rank] for rank in ("genus", "species"))
    assert genus == {"micro": 3 / 4, "macro": (2 / 3 + 1) / 2}  # not_classified is right, as a class
    assert species == {"micro": 1 / 4, "macro": (1 / 2 + 0 + 0) / 3}
    assert figures["unseen"]["top_k"]["1"]["species"] == {"micro": 1 / 2, "macro": 1 / 2}
    assert figures["harmonic_mean"]["1"]["species"]["micro"] == pytest.approx(1 / 3)

    strict = evaluate_predictions(seen, unseen, count_unknown=False)
    assert strict["seen"]["counts"]["genus"] == {"queries": 3, "classes": 1}
    assert strict["seen"]["top_k"]["1"]["genus"]["micro"] == pytest.approx(2 / 3)
    assert strict["unseen"]["top_k"]["1"]["species"] == {"micro": 0.0, "macro": 0.0}  # interim name: left out
    assert strict["harmonic_mean"]["1"]["species"]["micro"] == 0.0


def test_one_table_of_predictions_has_no_groups(tmp_path: Path) -> None:
    figures = evaluate_predictions(write_predictions(tmp_path / "all.csv", SEEN))
    assert "seen" not in figures and "harmonic_mean" not in figures
    assert "4 predictions" in table(figures)


def test_not_classified_keys_never_answer_by_default() -> None:
    truth = [Lineage("Diptera", None, None, None)]
    found = [[Lineage("Diptera", None, None, None)]]
    assert top_k_accuracy(truth, found, 1)["family"] == {"micro": None, "macro": None}
    assert top_k_accuracy(truth, found, 1, count_unknown=True)["family"] == {"micro": 1.0, "macro": 1.0}
    assert class_counts(truth)["family"] == {"queries": 0, "classes": 0}
    assert class_counts(truth, count_unknown=True)["family"] == {"queries": 1, "classes": 1}


def clibd_accuracy(pred: list[dict], truth: list[dict], k: int, level: str) -> tuple[float, float]:
    """CLIBD's two functions, restated: hits per query, and per true class."""
    hits: dict[str, list[bool]] = {}
    for p, t in zip(pred, truth, strict=True):
        hits.setdefault(t[level], []).append(t[level] in p[level][:k])
    flat = [h for group in hits.values() for h in group]
    return sum(flat) / len(flat), sum(sum(g) / len(g) for g in hits.values()) / len(hits)


labels = st.sampled_from(["Aa bb", "Aa cc", "Dd ee", "not_classified"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(labels, st.lists(labels, min_size=5, max_size=5)), min_size=1, max_size=12))
def test_counting_unknown_labels_is_what_clibd_counts(rows: list[tuple[str, list[str]]]) -> None:
    def lineage(name: str) -> Lineage:
        return Lineage(species=None if name == "not_classified" else name)

    pred = [{"species": found} for _, found in rows]
    truth = [{"species": name} for name, _ in rows]
    for k in (1, 3, 5):
        ours = top_k_accuracy(
            [lineage(name) for name, _ in rows],
            [[lineage(name) for name in found] for _, found in rows],
            k,
            count_unknown=True,
        )["species"]
        assert (ours["micro"], ours["macro"]) == pytest.approx(clibd_accuracy(pred, truth, k, "species"))


@given(st.floats(0.01, 1), st.floats(0.01, 1))
def test_harmonic_mean_is_that_of_the_reciprocals(a: float, b: float) -> None:
    assert harmonic_mean(a, b) == pytest.approx(1 / np.mean([1 / a, 1 / b]))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"id,GT_Order\n1,Diptera\n", "lacks gt_family, gt_genus"),
        (b"\xff\xff\x00\x01", "cannot be read as a table of predictions"),
        (b"\x1f\x8b broken", "cannot be read as a table of predictions"),
        (b"", "is no table of predictions"),
    ],
)
def test_other_files_are_refused_with_a_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "p.csv"
    path.write_bytes(content)
    with pytest.raises(ArgumentError, match=sentence):
        evaluate_predictions(path)


def test_a_missing_table_of_predictions_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"There is no file .*none\.csv"):
        evaluate_predictions(tmp_path / "none.csv")


@pytest.fixture
def figures(tmp_path: Path) -> dict[str, Any]:
    """Figures with seen and unseen species."""
    seen = write_predictions(tmp_path / "seen.csv", SEEN)
    return evaluate_predictions(seen, write_predictions(tmp_path / "unseen.csv", UNSEEN))


def test_a_saved_baseline_compares_as_unchanged(tmp_path: Path, figures: dict[str, Any]) -> None:
    evaluation_report.save_figures(figures, tmp_path / "b.json")
    baseline = evaluation_report.load_figures(tmp_path / "b.json")
    assert baseline == figures
    compared = evaluation_report.compare(figures, baseline)
    assert (compared.improved, compared.regressed, compared.notices) == ((), (), ())
    # all, seen and unseen, and the harmonic mean: 4 ranks, 2 means each.
    assert compared.unchanged == 4 * 4 * 2
    assert compared.text() == "Improved: 0  Regressed: 0  Unchanged: 32"


def test_changes_are_told_per_figure_largest_first(figures: dict[str, Any]) -> None:
    baseline = {**copy.deepcopy(figures), "ece": 0.05}
    figures["ece"] = 0.03
    figures["seen"]["top_k"]["1"]["species"]["micro"] += 0.02
    figures["unseen"]["top_k"]["1"]["genus"]["macro"] -= 0.3
    figures["unseen"]["top_k"]["1"]["order"]["macro"] -= 0.1
    figures["seen"]["top_k"]["1"]["order"]["micro"] -= evaluation_report.TOLERANCE / 2
    figures["seen"]["counts"]["order"]["queries"] = 7  # a count is no figure of merit
    compared = evaluation_report.compare(figures, baseline)
    assert {c.name for c in compared.improved} == {"seen.top_k.1.species.micro", "ece"}
    assert [c.name for c in compared.regressed] == [
        "unseen.top_k.1.genus.macro",
        "unseen.top_k.1.order.macro",
    ]
    assert "improved  ece 5.0 -> 3.0 (-2.0)" in compared.text()
    assert compared.text().endswith(f"Improved: 2  Regressed: 2  Unchanged: {compared.unchanged}")
    assert set(compared.as_dict()["regressed"]) == {c.name for c in compared.regressed}


def test_figures_of_one_side_are_told_apart(figures: dict[str, Any]) -> None:
    baseline = copy.deepcopy(figures)
    del figures["harmonic_mean"]
    figures["n_queries"] = 5
    figures["novelty_auroc"] = 0.9
    compared = evaluation_report.compare(figures, baseline)
    assert len(compared.only_before) == 8 and compared.only_after == ("novelty_auroc",)
    assert compared.notices == ("The baseline has 6 as n_queries, here it is 5.",)


@pytest.mark.parametrize(
    ("field", "value"), [("query", "dna"), ("keys", "all"), ("protocol", {"count_unknown": False})]
)
def test_another_question_is_not_compared(figures: dict[str, Any], field: str, value: object) -> None:
    with pytest.raises(ArgumentError, match=f"its {field} is"):
        evaluation_report.compare({**figures, field: value}, figures)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "cannot be read as a baseline"),
        ("[1]", "is not a baseline"),
        ('{"figures": {}}', "is not a baseline"),
        ('{"format": "bioscan-evaluation", "format_version": 2, "figures": {}}', "version 2"),
    ],
)
def test_what_is_no_baseline_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "b.json"
    path.write_text(text)
    with pytest.raises(ArgumentError, match=sentence):
        evaluation_report.load_figures(path)


def test_figures_that_cannot_be_written_are_told(tmp_path: Path, figures: dict[str, Any]) -> None:
    nowhere = tmp_path / "no" / "folder"
    with pytest.raises(ArgumentError, match="cannot be written"):
        evaluation_report.save_figures(figures, nowhere / "b.json")
    with pytest.raises(ArgumentError, match="cannot be written"):
        evaluation_plot.save_plot(figures, nowhere / "b.svg")


def test_csv_has_a_row_per_group_and_rank(figures: dict[str, Any]) -> None:
    stream = io.StringIO()
    evaluation_report.write_csv(figures, stream)
    rows = list(csv.DictReader(io.StringIO(stream.getvalue())))
    assert [row["group"] for row in rows] == [
        g for g in ("all", "seen", "unseen", "harmonic_mean") for _ in RANKS
    ]
    species = next(row for row in rows if row["group"] == "seen" and row["rank"] == "species")
    assert species == {
        "query": "predictions", "keys": "", "group": "seen", "top_k": "1", "rank": "species",
        "queries": "4", "classes": "3", "micro": "0.250000", "macro": "0.166667",
    }  # fmt: skip


def test_unknown_shares_are_blank_in_csv_and_a_dash_in_the_plot(tmp_path: Path) -> None:
    rows = [("Diptera/not_classified/not_classified/not_classified", "Diptera/x/y/z")]
    figures = evaluate_predictions(write_predictions(tmp_path / "p.csv", rows), count_unknown=False)
    stream = io.StringIO()
    evaluation_report.write_csv(figures, stream)
    assert "predictions,,all,1,species,0,0,,\n" in stream.getvalue()
    words = [s.words for s in evaluation_plot.shapes(figures) if isinstance(s, drawing.Text)]
    assert words.count("–") == 6 and words.count("100.0") == 2


def test_svg_has_a_bar_as_high_as_each_share(tmp_path: Path, figures: dict[str, Any]) -> None:
    evaluation_plot.save_plot(figures, tmp_path / "plot.svg")
    root = ElementTree.parse(tmp_path / "plot.svg").getroot()
    name = "{http://www.w3.org/2000/svg}"
    full = 352 - 78
    for group in ("seen", "unseen"):
        colour = evaluation_plot.COLOURS[group]
        bars = [r for r in root.iter(f"{name}rect") if r.get("fill") == colour and r.get("height") != "12.0"]
        heights = [float(r.get("height", "")) / full for r in bars]
        cells = [figures[group]["top_k"]["1"][rank] for rank in RANKS]
        shares = [cell["micro"] for cell in cells] + [cell["macro"] for cell in cells]
        assert heights == pytest.approx(shares, abs=0.001)
    texts = {t.text for t in root.iter(f"{name}text")}
    assert {"order", "family", "genus", "species", "seen", "unseen"} <= texts


def test_png_is_drawn_with_the_same_shapes(tmp_path: Path, figures: dict[str, Any]) -> None:
    evaluation_plot.save_plot(figures, tmp_path / "plot.PNG")
    with Image.open(tmp_path / "plot.PNG") as image:
        assert image.size == (1920, 800)
        colours = {colour for _, colour in image.convert("RGB").getcolors(1 << 20)}
    for colour in set(evaluation_plot.COLOURS.values()):
        assert tuple(bytes.fromhex(colour[1:])) in colours


def test_a_plot_of_one_group_has_one_series(tmp_path: Path) -> None:
    figures = evaluate_predictions(write_predictions(tmp_path / "p.csv", SEEN))
    svg = drawing.to_svg(evaluation_plot.shapes(figures), 960, 400)
    assert evaluation_plot.COLOURS["unseen"] not in svg
    assert len(re.findall(evaluation_plot.COLOURS["all"], svg)) == 1 + 2 * len(RANKS)


def test_titles_are_escaped(figures: dict[str, Any]) -> None:
    figures |= {"query": "<dna> & image", "keys": "all"}
    ElementTree.fromstring(drawing.to_svg(evaluation_plot.shapes(figures), 960, 400))


def test_other_plot_formats_are_refused_before_anything_else(figures: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"\.svg or \.png"):
        evaluation_plot.save_plot(figures, tmp_path / "plot.pdf")
    assert json.dumps(figures)  # figures stay plain data


@pytest.mark.parametrize(
    ("name", "lower"),
    [
        ("missing_species.named.missing", True),
        ("missing_species.judgements.percent_identity.at_97.missing", True),
        ("missing_species.named.known", False),
        ("missing_species.genus_or_finer.missing.right", False),
        ("ece", True),
        ("novelty_auroc", False),
    ],
)
def test_fewer_wrong_names_are_better(name: str, lower: bool) -> None:
    assert evaluation_report.Change(name, 0.2, 0.1).better is lower
    assert evaluation_report.Change(name, 0.1, 0.2).better is not lower
