"""Weights of aligned differences, fitted on evolved barcodes whose relatives are known."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import numpy as np
import pytest
from bioscan_training import relatedness
from bioscan_training.cli import main
from bioscan_training.data.records import Record, write_records

from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.index.aligned import FEATURES
from bioscan_desktop.inference.frame import backbone

RECIPE = """\
seed = 3
dim = 16
stages = ["dna"]
threads = 1

[dna_model]
embedding = 12
hidden = 16

[dna.schedule]
epochs = 2
batch = 24
eval_every = 0
"""


def changed(sequence: str, phase: int, count: int, rng: random.Random, swaps: dict[str, str]) -> str:
    """Replaces bases at one codon position; the first base of the frame is a third one."""
    bases = list(sequence)
    for place in rng.sample(range(phase, len(bases), 3), count):
        bases[place] = swaps[bases[place]]
    return "".join(bases)


TRANSITION = dict(zip("AGCT", "GATC", strict=True))
TRANSVERSION = dict(zip("AGCT", "CTAG", strict=True))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Genera differ by transversions at first positions, species by many transitions at third ones."""
    folder = tmp_path_factory.mktemp("prepared")
    rng = random.Random(5)
    records = []
    for family in range(2):
        for genus in range(4):
            root = changed(backbone(), 1, 6, rng, TRANSVERSION)
            for species in range(4):
                own = changed(root, 0, 70, rng, TRANSITION)
                name = f"Genus{'ab'[family]}{'abcd'[genus]} alb{'aeiu'[species]}"  # digits would be interim
                lineage = Lineage("Lepidoptera", f"Family{'ab'[family]}", name.split()[0], name)
                for copy in range(3):
                    sequence = changed(own, 0, copy, rng, TRANSVERSION)
                    number = len(records)
                    split = "val" if copy == 2 else "train"
                    records.append(
                        Record(f"P{number}", "", sequence, lineage, name, haplotype=f"h{number}", split=split)
                    )
    write_records(folder / "barcodes.tsv.gz", records)
    return folder


def test_a_barcode_is_asked_without_its_species(prepared: Path) -> None:
    barcodes = relatedness.training_barcodes(prepared)
    assert len(barcodes.records) == 64 and barcodes.codes.shape == (64, 658)
    asked = relatedness.questions(barcodes, relatedness.with_relatives(barcodes, 1))
    assert len(asked) == 32
    for question in asked:
        assert question.features.shape == (62, len(FEATURES))
        assert question.genus.sum() == 6 and question.family.sum() == 30
        assert question.voting.all()  # two keys of each species, fewer than may vote


def test_weights_find_relatives_where_identity_does_not(prepared: Path) -> None:
    barcodes = relatedness.training_barcodes(prepared)
    asked = relatedness.questions(barcodes, relatedness.with_relatives(barcodes, 2))
    fitted = relatedness.fit_weights(asked)
    plain = dict.fromkeys(FEATURES, 0.0) | dict.fromkeys(
        ("transitions_third", "transversions_third", "transversions_first", "transitions_first"), -1.0
    )
    assert relatedness.found_by(asked, fitted)["genus"] > 0.95 > relatedness.found_by(asked, plain)["genus"]
    assert relatedness.fit_weights(asked) == fitted


def test_folds_keep_species_together() -> None:
    folds = [relatedness.fold_of(f"Genus species{n}", 5, 42) for n in range(500)]
    assert set(folds) == set(range(5)) and max(np.bincount(folds)) < 150
    assert relatedness.fold_of("Genus species7", 5, 42) == folds[7]


def test_the_command_prints_weights_folds_and_the_table(
    prepared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(RECIPE)
    out = tmp_path / "figures.json"
    asked = ["fit-relatedness", "--data", str(prepared), "--folds", "3", "--json", str(out)]
    assert main(["--quiet", *asked, "--config", str(recipe), "--run", str(tmp_path / "run")]) == 0
    shown = capsys.readouterr().out
    figures = json.loads(out.read_text())
    assert set(figures["weights"]) == set(FEATURES) == set(figures["in_use"])
    assert figures["folds"]["all"]["n"] == 64
    assert "sqrt_amino_acids" in shown and "20, 1, 3" in shown and "held out, fragments" in shown
    row = figures["together"]["0, 1, 0"]
    assert set(row) == {"known", "known, fragments", "held out", "held out, fragments"}
    assert set(row["held out"]) >= {"genus", "family"} and "species" not in row["held out"]
    # The encoder must not have seen the fold.
    import gzip

    with gzip.open(tmp_path / "run" / "prepared" / "barcodes.tsv.gz", "rt") as stream:
        seen = {r["species"] for r in csv.DictReader(stream, delimiter="\t") if r["split"] == "train"}
    assert seen and all(relatedness.fold_of(name, 3, 42) != 0 for name in seen)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--folds", "1"], "--folds must be 2 or more"),
        (["--config", "recipe.toml"], "needs both --config and --run"),
    ],
)
def test_wrong_arguments_are_one_sentence(
    prepared: Path, more: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fit-relatedness", "--data", str(prepared), *more]) == 2
    assert sentence in capsys.readouterr().err


def test_a_folder_without_prepared_data_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fit-relatedness", "--data", str(tmp_path)]) == 2
    assert "bioscan-train prepare" in capsys.readouterr().err
