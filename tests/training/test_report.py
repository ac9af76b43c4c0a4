"""`bioscan-train evaluate` on photos: which are asked, and among which."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch")

from bioscan_training.cli import main
from bioscan_training.config import Config, ImageStage
from bioscan_training.data.records import Record
from bioscan_training.data.splits import SplitRules
from bioscan_training.report import photo_figures, splits_of_pack

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.inference.manifest import ModelManifest

STARTER = Path(__file__).parents[2] / "resources" / "models" / "starter"
SPECIES = ("Aus bus", "Aus cus", "Dus eus")


def record(species: int, split: str, fold: str = "", photo: str = "", bases: str = "") -> Record:
    name = SPECIES[species]
    return Record("", photo, bases, Lineage("O", "F", name.split()[0], name), name, fold=fold, split=split)


def rows_of(numbers: list[int]) -> np.ndarray:
    """(n, 8) unit rows: one direction per species."""
    return np.eye(8, dtype=np.float32)[numbers]


def figures(
    photos: list[Record], rules: SplitRules, split: str = "test", trained: tuple[str, ...] = ("train",)
) -> dict[str, Any]:
    """Encoders that know every species by the first letter of a file or sequence."""
    barcodes = [record(n % 3, "train", bases=f"{n % 3}-{n}") for n in range(9)]
    return photo_figures(
        lambda paths: rows_of([int(path.name[0]) for path in paths]),
        lambda sequences: rows_of([int(s[0]) for s in sequences]),
        photos, barcodes, Path("photos"), split, False, None, rules, trained,
    )  # fmt: skip


def test_photos_without_official_folds_are_measured_against_barcodes() -> None:
    splits = ("train", "train", "train", "train", "train", "val")
    photos = [record(s, split, photo=f"{s}-{i}.jpg") for s in range(3) for i, split in enumerate(splits)]
    found = figures(photos, SplitRules())
    assert found["image to dna"]["seen, other photographers"]["species"]["micro"] == 1.0
    assert not found["image to image"].get("seen")


def test_the_test_fold_is_that_of_the_recipe() -> None:
    rules = SplitRules(test_fold="2", tune_fold="3")
    split_of = {"0": "train", "1": "train", "2": "test", "3": "tune", "4": "train"}
    photos = [
        record(s, split, fold, f"{s}-{fold}.jpg") for s in range(3) for fold, split in split_of.items()
    ] + [record(s, "train", "4", f"{s}-more.jpg") for s in range(3)]
    assert figures(photos, rules)["image to image"]["seen"]["model"]["species"]["n"] == 3
    assert figures(photos, rules, "val")["image to image"]["seen"]["model"]["species"]["n"] == 3
    # Without `fit --tuning` the tuning fold was trained on, so that it cannot ask.
    found = figures(photos, rules, "val", ("train", "tune"))
    assert "seen" not in found["image to image"] and "seen" not in found["image to dna"]


def test_a_pack_says_which_splits_it_was_trained_on() -> None:
    manifest = ModelManifest.load(STARTER)
    assert splits_of_pack(manifest) == {"train", "tune"}
    own = replace(manifest, provenance={**manifest.provenance, "trained_splits": ["train"]})
    assert splits_of_pack(own) == {"train"}
    assert splits_of_pack(replace(manifest, provenance={"source": {"format": "clibd"}})) == set()


@pytest.mark.parametrize(("there", "expected"), [(("image",), "image"), (("image", "align"), "align")])
def test_photos_are_prepared_as_the_stage_was_trained_that_is_used(
    tmp_path: Path, there: tuple[str, ...], expected: str
) -> None:
    from bioscan_training.photo_stage import finished_stage, preprocessing_of

    config = Config(image=ImageStage(size=96, mode="squash"), align=ImageStage(size=160))
    for name in there:
        (tmp_path / f"{name}.pt").touch()
    assert preprocessing_of(finished_stage(config, tmp_path)) == preprocessing_of(getattr(config, expected))


def test_too_few_training_barcodes_are_one_sentence() -> None:
    from bioscan_training.report import dna_figures

    barcodes = [record(n % 3, "train", bases=f"{n % 3}-{n}") for n in range(4)]
    barcodes.append(record(0, "test", bases="0-9"))
    with pytest.raises(ArgumentError, match=r"too few training barcodes \(4 different ones\).* prepare 5"):
        dna_figures(lambda sequences: rows_of([int(s[0]) for s in sequences]), barcodes, "test", False)


def test_too_few_training_photos_have_no_figures() -> None:
    folds = {"0": "train", "1": "train", "2": "test", "3": "tune"}
    photos = [record(s, split, fold, f"{s}-{fold}.jpg") for s in range(2) for fold, split in folds.items()]
    rules = SplitRules(test_fold="2", tune_fold="3")
    assert "seen" in figures(photos, rules)["image to image"]  # six photos to look the others up among
    four = [r for r in photos if r.image_file not in ("0-0.jpg", "1-0.jpg")]
    assert "seen" not in figures(four, rules)["image to image"]


def test_a_variant_that_no_encoder_has_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "barcodes.tsv.gz").touch()
    recipe = tmp_path / "recipe.toml"
    recipe.touch()
    words = ["--config", str(recipe), "--data", str(tmp_path), "--pack", str(STARTER)]
    assert main(["evaluate", *words, "--variant", "int4"]) == 2
    said = capsys.readouterr().err
    assert "has no variant 'int4'; it has int8" in said and said.count("\n") == 1
