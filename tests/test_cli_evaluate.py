"""`bioscan evaluate`: figures of the tiny world, baselines, CSV, plots, published predictions."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from bioscan_desktop.cli import main
from bioscan_desktop.inference.manifest import ModelManifest
from tests.conftest import SPECIES, TinyWorld, add_text_encoder

PREDICTIONS = """GT_id,GT_Order,Pred_Order,GT_Family,Pred_Family,GT_Genus,Pred_Genus,GT_Species,Pred_Species
1,Diptera,Diptera,Phoridae,Phoridae,Megaselia,Megaselia,Megaselia scalaris,Megaselia scalaris
2,Diptera,Diptera,Phoridae,Syrphidae,Phora,Syrphus,Phora atra,Syrphus ribesii
"""


@pytest.fixture
def queries(world: TinyWorld, tmp_path: Path) -> Path:
    """One barcode per species, and one without a name."""
    path = tmp_path / "queries.tsv"
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream, delimiter="\t")
        writer.writerow("processid nucleotides order family genus species".split())
        for order, family, genus, species, _ in SPECIES:
            writer.writerow([f"Q-{species}", world.barcodes[species], order, family, genus, species])
        writer.writerow(["Q-x", world.barcodes["Pieris rapae"], "Lepidoptera", *["not_classified"] * 3])
    return path


def evaluate(world: TinyWorld, *arguments: object) -> int:
    packs = ["--library", world.library, "--model", world.model]
    return main(["evaluate", *map(str, packs), *map(str, arguments)])


def test_baseline_csv_and_plot_in_one_run(
    world: TinyWorld, queries: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unseen = tmp_path / "unseen.txt"
    unseen.write_text("Noctua comes\n")
    out = {name: tmp_path / f"figures.{name}" for name in ("json", "csv", "svg")}
    asked = ["--queries", queries, "--keys", "dna", "--unseen", unseen]
    files = ["--save", out["json"], "--csv", out["csv"], "--plot", out["svg"]]
    assert evaluate(world, *asked, *files) == 0
    assert "5 queries (dna) against dna keys" in capsys.readouterr().out
    assert all(path.stat().st_size > 200 for path in out.values())

    assert evaluate(world, *asked, "--compare", out["json"], "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["comparison"]["regressed"] == shown["comparison"]["improved"] == {}
    assert shown["comparison"]["unchanged"] > 90
    assert shown["unseen"]["n_queries"] == 1
    assert shown["counts"]["species"] == {"queries": 4, "classes": 4}

    assert evaluate(world, *asked, "--compare", out["json"]) == 0
    assert "Improved: 0  Regressed: 0" in capsys.readouterr().out


def test_unknown_labels_count_when_asked(
    world: TinyWorld, queries: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(world, "--queries", queries, "--count-unknown", "--json") == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["protocol"] == {"count_unknown": True}
    assert figures["counts"]["species"] == {"queries": 5, "classes": 5}


def test_a_baseline_of_another_question_is_refused_before_the_search(
    world: TinyWorld, queries: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    baseline = tmp_path / "b.json"
    assert evaluate(world, "--queries", queries, "--keys", "dna", "--save", baseline) == 0
    capsys.readouterr()
    nowhere = tmp_path / "nowhere.tsv"
    assert evaluate(world, "--queries", nowhere, "--keys", "all", "--compare", baseline) == 2
    assert "its keys is dna, here it is all" in capsys.readouterr().err


def test_published_predictions_are_scored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "p.csv"
    table.write_text(PREDICTIONS)
    assert main(["evaluate", "--predictions", str(table), str(table), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["harmonic_mean"]["1"]["family"] == {"micro": 0.5, "macro": 0.5}
    assert main(["evaluate", "--predictions", str(table)]) == 0
    assert "2 predictions read from a file" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--predictions", "a", "b", "c"], "one table, or two"),
        (["--predictions", "a.csv", "--plot", "p.pdf"], ".svg or .png"),
        (["--predictions", "a.csv", "--compare", "none.json"], "cannot be read as a baseline"),
        (["--predictions", "none.csv"], "There is no file"),
    ],
)
def test_mistakes_are_told_in_a_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", *arguments]) == 2
    error = capsys.readouterr().err
    assert sentence in error and error.count("\n") == 1


def test_where_no_query_can_be_used_the_first_problem_is_told(
    world: TinyWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "q.tsv"
    path.write_text("processid\timage_file\torder\nA\ta.jpg\tDiptera\n")
    assert evaluate(world, "--queries", path, "--query", "image", "--images", tmp_path / "gone") == 2
    error = capsys.readouterr().err
    assert "The first problem: a.jpg: the file is no longer there." in error and error.count("\n") == 1


@pytest.mark.parametrize("arguments", [[], ["--queries", "q.tsv", "--predictions", "p.csv"]])
def test_exactly_one_kind_of_question(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["evaluate", *arguments])
    assert stop.value.code == 2
    assert "see bioscan evaluate --help" in capsys.readouterr().err


@pytest.fixture
def reading(world: TinyWorld, tmp_path: Path) -> tuple[Path, Path]:
    """A model that reads names as well, and a library built with it."""
    model, library = tmp_path / "reading", tmp_path / "library"
    shutil.copytree(world.model, model)
    words = tmp_path / "words.txt"
    parts = sorted({part for *names, _ in SPECIES for name in names for part in name.lower().split()})
    words.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *parts, ""]), encoding="utf-8")
    add_text_encoder(model, "wordpiece", words, 12, "{order} {family} {genus} {species}")
    shutil.copytree(world.library, library)
    values = json.loads((library / "manifest.json").read_text(encoding="utf-8"))
    values["model"]["fingerprint"] = ModelManifest.load(model).fingerprint
    (library / "manifest.json").write_text(json.dumps(values), encoding="utf-8")
    return model, library


def test_names_ask_and_answer(
    reading: tuple[Path, Path], queries: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, library = reading
    packs = ["evaluate", "--library", str(library), "--model", str(model), "--queries", str(queries)]
    assert main([*packs, "--query", "text", "--keys", "dna", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert (figures["query"], figures["n_queries"]) == ("text", len(SPECIES) + 1)
    assert figures["counts"]["species"]["queries"] == len(SPECIES)
    assert set(figures["top_k"]) == {"1", "3", "5"}

    out = tmp_path / "figures.csv"
    assert main([*packs, "--query", "dna", "--keys", "dna", "--json", "--csv", str(out)]) == 0
    names = json.loads(capsys.readouterr().out)["names"]
    assert (names["n_candidates"], names["n_queries"]) == (len(SPECIES), len(SPECIES) + 1)
    assert names["top_k"]["5"]["species"]["micro"] == 1.0  # there are four names in all
    with out.open(newline="") as stream:
        assert {row["keys"] for row in csv.DictReader(stream)} == {"dna", "names"}
    assert main([*packs, "--query", "dna", "--keys", "dna"]) == 0
    assert "against names keys" in capsys.readouterr().out


def test_without_a_text_encoder_names_cannot_ask(
    world: TinyWorld, queries: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(world, "--queries", queries, "--query", "text") == 2
    assert "has no text encoder, so names cannot be compared" in capsys.readouterr().err


def test_species_without_keys_have_figures_of_their_own_and_verdicts_plots(
    world: TinyWorld, queries: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = queries.read_text().replace("\tNoctua comes\n", "\tNoctua fimbriata\n")
    queries.write_text(text)
    asked = ["--queries", queries, "--keys", "dna"]
    plots = tmp_path / "plots"
    assert evaluate(world, *asked, "--plots", plots) == 0
    shown = capsys.readouterr().out
    assert "species missing in the library: 1 queries of 1 species, beside 3 of known ones" in shown
    assert "percent identity" in shown and "AUROC" in shown
    assert {path.name for path in plots.iterdir()} == {"reliability.svg", "risk-coverage.svg"}

    assert evaluate(world, *asked, "--json") == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["missing_species"]["queries"]["missing"] == 1
    assert figures["novelty_auroc"] == figures["missing_species"]["judgements"]["program"]["auroc"]
    assert (
        figures["reliability"].keys()
        == figures["risk_coverage"].keys()
        == figures["verdict"]["accuracy_by_rank"].keys()
    )


def test_plots_of_what_has_no_verdicts_are_refused_before_the_search(
    world: TinyWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = tmp_path / "nowhere.tsv"
    assert evaluate(world, "--queries", nowhere, "--query", "text", "--plots", tmp_path / "p") == 2
    assert "predictions and names have none" in capsys.readouterr().err
