"""`bioscan-train` with a run that is stopped, missing, damaged or of another recipe."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch")

import torch
from bioscan_training import cli
from bioscan_training.data.records import Record, write_records
from bioscan_training.loop import ResumeError, read_state

from bioscan_desktop import logs, paths
from bioscan_desktop.core.taxonomy import Lineage
from tests.conftest import placeable_barcode

RECIPE = """
dim = {dim}
stages = ["dna"]
[dna_model]
embedding = 12
hidden = 16
[dna.schedule]
epochs = 1
batch = 8
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with prepared data `p`, and two recipes."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p").mkdir()
    names = [Lineage("O", "F", "Gus", f"Gus s{letter}us") for letter in "abcdef"]
    rows = [
        Record(f"B{n}", "", placeable_barcode(n), name, name.species or "", haplotype=f"h{n}", split="train")
        for n, name in enumerate(names)
    ]
    write_records(tmp_path / "p" / "barcodes.tsv.gz", rows)
    for name, dim in (("own.toml", 16), ("other.toml", 24)):
        (tmp_path / name).write_text(RECIPE.format(dim=dim), encoding="utf-8")
    return tmp_path


class Train:
    """Runs `bioscan-train` and keeps the line that it wrote."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *words: str) -> int:
        self.capsys.readouterr()
        return cli.main(["--quiet", *words])

    def sentence(self) -> str:
        said = self.capsys.readouterr()
        assert said.out == "" and said.err.count("\n") == 1 and said.err.endswith(".\n")
        return said.err


@pytest.fixture
def train(capsys: pytest.CaptureFixture[str]) -> Train:
    return Train(capsys)


def test_a_run_that_is_not_there(here: Path, train: Train) -> None:
    common = ["--config", "own.toml", "--data", "p", "--run", "gone"]
    assert train("export", *common, "--out", "pack") == 2
    assert "has not finished in gone: run `bioscan-train fit" in train.sentence()
    assert train("evaluate", *common) == 2
    assert "has not finished in gone" in train.sentence()
    assert train("average", "gone", "gone2", "--out", "mean") == 2
    assert "has not finished in gone" in train.sentence()
    assert {path.name for path in here.iterdir()} == {"p", "own.toml", "other.toml"}, "nothing was made"


def test_a_damaged_run_and_one_of_another_recipe(here: Path, train: Train) -> None:
    assert train("fit", "--config", "own.toml", "--data", "p", "--run", "run") == 0
    other = ["--config", "other.toml", "--data", "p", "--run", "run"]
    assert train("export", *other, "--out", "pack") == 2
    assert "dna.pt in run was made with another recipe" in train.sentence()
    assert train("fit", *other) == 2
    assert "dna.ckpt in run was made with another recipe" in train.sentence()
    data = Path("run/dna.pt").read_bytes()
    Path("run/dna.pt").write_bytes(data[: len(data) // 2])
    assert train("export", "--config", "own.toml", "--data", "p", "--run", "run", "--out", "pack") == 2
    assert "dna.pt in run is damaged or not of a run" in train.sentence()
    Path("run/dna.ckpt").write_bytes(b"text")
    assert train("fit", "--config", "own.toml", "--data", "p", "--run", "run") == 2
    assert "dna.ckpt in run is damaged" in train.sentence()
    assert not Path("pack").exists()


def test_a_full_disk_is_told_and_the_checkpoint_before_it_stays(here: Path, train: Train) -> None:
    resource = pytest.importorskip("resource", reason="needs limits of processes")
    words = ["fit", "--config", "own.toml", "--data", "p", "--run", "run"]
    assert train(*words) == 0
    before = Path("run/dna.ckpt").read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) // 4, hard))
    try:
        assert train(*words) == 2
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert train.sentence() == "run/dna.ckpt cannot be used: File too large.\n"
    assert Path("run/dna.ckpt").read_bytes() == before and not list(Path("run").glob("*.part"))


def test_weights_without_a_recipe_are_not_of_a_run(tmp_path: Path) -> None:
    torch.save({"model": {}}, tmp_path / "x.pt")
    with pytest.raises(ResumeError, match="not of a run"):
        read_state(tmp_path / "x.pt")
    with pytest.raises(FileNotFoundError):
        read_state(tmp_path / "gone.pt")


def test_a_stopped_run_is_told_and_goes_on(here: Path, train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    from bioscan_training import dna_stage

    original = dna_stage.train_dna
    words = ["fit", "--config", "own.toml", "--data", "p", "--run", "run"]

    def stopped(*given: object) -> None:
        original(*given, stop_at=0)
        raise KeyboardInterrupt

    monkeypatch.setattr(dna_stage, "train_dna", stopped)
    assert train(*words) == 1
    assert train.sentence() == "Stopped.\n"
    assert not Path("run/dna.pt").exists()
    monkeypatch.setattr(dna_stage, "train_dna", original)
    assert train(*words) == 0
    assert Path("run/dna.pt").exists()


def test_a_fault_of_the_program_is_one_sentence_and_its_traceback_is_logged(
    here: Path, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "_load", lambda _: {}["a"])
    assert train("fit", "--config", "own.toml", "--data", "p", "--run", "run") == 2
    assert "this is a fault of the program (KeyError: 'a'); please report it" in train.sentence()
    assert "Traceback" in (paths.log_dir() / logs.FILE_NAME).read_text(encoding="utf-8")
