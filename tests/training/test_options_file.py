"""`--config FILE.toml` of commands without a recipe."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest
from bioscan_training import cli


def parsed(path: Path, text: str, *words: str, before: tuple[str, ...] = ("embed",)) -> argparse.Namespace:
    path.write_text(text, encoding="utf-8")
    return cli._parser().parse_args([*before, "--config", str(path), *words])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "options.toml"


def test_a_file_stands_for_its_options(file: Path) -> None:
    text = 'pack = "m"\nout = "o"\nmirror = true\nonly = ["dna", "image"]\nbatch = 8\npart = "2/3"\n'
    found = parsed(file, text, "records.tsv")
    assert (found.source, found.pack, found.out) == (Path("records.tsv"), Path("m"), Path("o"))
    assert (found.mirror, found.only, found.batch, found.part) == (True, ["dna", "image"], 8, (2, 3))
    assert parsed(file, text, "records.tsv", "--batch", "4", "--out", "p").batch == 4, "what follows wins"


def test_one_of_two_options_may_come_from_the_file(file: Path) -> None:
    found = parsed(file, 'pack = "m"\nhdf5 = "x.hdf5"\n', before=("benchmark",))
    assert found.hdf5 == Path("x.hdf5") and found.data is None


def test_import_weights_takes_the_authors_configuration_as_well(file: Path, tmp_path: Path) -> None:
    start = ("import-weights", "openclip", "x.bin")
    found = parsed(file, 'out = "pack"\nvariants = ["fp16", "int8"]\n', before=start)
    assert (found.out, found.variants, found.config) == (Path("pack"), ["fp16", "int8"], None)
    found = cli._parser().parse_args([*start, "--out", "p", "--config", "open_clip_config.json"])
    assert found.config == Path("open_clip_config.json")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("packs = 'm'", "'packs' is no option; there are actors, batch"),
        ("pack = ['m']", "'pack' is one text or number"),
        ("mirror = 'yes'", "'mirror' is true or false"), ("only = 'dna'", "'only' is a list"),
        ("only = ['rna']", "'only' is one of image, dna, text, not rna"),
        ("batch = 0", "'batch': '0' is no whole number from 1"), ("pack = ", "cannot be read as TOML"),
    ],
)  # fmt: skip
def test_mistakes_are_one_sentence(
    file: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    with pytest.raises(SystemExit) as stop:
        parsed(file, text, "records.tsv", "--pack", "m", "--out", "o")
    error = capsys.readouterr().err
    assert stop.value.code == 2 and error.count("\n") == 1 and said in error


def test_what_is_missing_in_both_is_said(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed(file, 'pack = "m"\n', "records.tsv")
    assert "required: --out" in capsys.readouterr().err


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli._parser().parse_args(["calibrate", "lib", "--config", str(tmp_path / "gone.toml")])
    assert "gone.toml cannot be read as TOML (No such file or directory)" in capsys.readouterr().err
