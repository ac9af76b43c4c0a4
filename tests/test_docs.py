"""What the documents say is still true: commands parse, files exist, formats are complete."""

from __future__ import annotations

import argparse
import json
import re
import shlex
import sqlite3
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from bioscan_training import cli as training_cli

from bioscan_desktop import __version__, cli
from bioscan_desktop.core.calibration import Calibration, NoveltyModel, PairScale
from bioscan_desktop.inference.images import ImagePreprocessing
from bioscan_desktop.inference.manifest import EncoderCard, TextTokenizer
from bioscan_desktop.inference.tokens import KmerTokenizer
from bioscan_desktop.library.importers import tables
from bioscan_desktop.library.importers.headers import folded
from tests.conftest import TinyWorld

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
DOCUMENTS = sorted(
    [README, ROOT / "CHANGELOG.md", ROOT / "training" / "README.md", *(ROOT / "docs").glob("*.md")]
)
RUN = ["bash", "installer/run.sh"]


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def commands() -> list[tuple[str, list[str]]]:
    """(document, words) of every command line in a `bash` block or indented block of the documents."""
    found = []
    for path in DOCUMENTS:
        text = text_of(path)
        blocks = re.findall(r"```bash\n(.*?)```", text, re.DOTALL)
        blocks += re.findall(r"^ {4}(bioscan(?:-train)? .*)$", text, re.MULTILINE)
        for line in "\n".join(blocks).splitlines():
            words = shlex.split(line, comments=True)
            while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
                del words[0]
            if words:
                found.append((path.name, words))
    return found


def subcommands(parser: argparse.ArgumentParser, prefix: str = "") -> Iterator[str]:
    """`identify`, `library build`, …"""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, sub in action.choices.items():
                below = list(subcommands(sub, f"{prefix}{name} "))
                yield from below or [f"{prefix}{name}"]


def test_there_are_commands_to_check() -> None:
    words = [words for _, words in commands()]
    assert RUN in words and ["bash", "installer/test.sh"] in words
    assert len(words) > 10


@pytest.mark.parametrize(("document", "words"), commands(), ids=lambda value: " ".join(value)[:60])
def test_commands_are_accepted(document: str, words: list[str]) -> None:
    """By the real parsers; nothing is run."""
    if words[:2] == RUN and len(words) > 2:
        words = ["bioscan", *words[2:]]
    words[0] = words[0].removeprefix(".venv/bin/")
    if words[0] == "bioscan":
        cli._parser().parse_args(words[1:])
    elif words[0] == "bioscan-train":
        training_cli._parser().parse_args(words[1:])
    elif words[0] == "bash":
        assert (ROOT / words[1]).is_file()
    else:
        assert words[:2] == ["pip", "install"], f"{document}: {words}"


def test_every_command_is_in_the_readme() -> None:
    missing = [name for name in subcommands(cli._parser()) if f"`{name}`" not in text_of(README)]
    assert not missing


def test_every_training_command_is_in_a_document() -> None:
    text = "".join(text_of(path) for path in DOCUMENTS)
    names = subcommands(training_cli._parser())
    assert not [name for name in names if f"bioscan-train {name}" not in text]


def test_every_command_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    for name in subcommands(cli._parser()):
        with pytest.raises(SystemExit) as stop:
            cli.main([*name.split(), "--help"])
        assert stop.value.code == 0
        assert f"usage: bioscan {name}" in capsys.readouterr().out


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_and_pictures_exist(path: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text_of(path))
    local = [target for target in targets if not target.startswith(("http://", "https://"))]
    assert not [target for target in local if not (path.parent / target).exists()]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_of_the_project_that_are_named_exist(path: Path) -> None:
    named = re.findall(
        r"`((?:installer|docs|tests|training/configs|resources/icons)/[\w./-]+)`", text_of(path)
    )
    assert not [name for name in named if not (ROOT / name).exists()]


def test_architecture_names_modules_that_exist() -> None:
    text = text_of(ROOT / "docs" / "ARCHITECTURE.md")
    named = re.findall(r"`((?:core|inference|index|library|services|ui)/\w+\.py)`", text)
    assert named
    assert not [name for name in named if not (ROOT / "bioscan_desktop" / name).is_file()]


def test_variables_are_documented() -> None:
    """Every BIOSCAN_ variable that the code reads is in the README, and the README names no others."""
    files = [*(ROOT / "bioscan_desktop").rglob("*.py"), *(ROOT / "installer").iterdir()]
    read = {name for f in files if f.is_file() for name in re.findall(r"BIOSCAN_[A-Z_]+", text_of(f))}
    assert set(re.findall(r"BIOSCAN_[A-Z_]+", text_of(README))) == read


def test_table_columns_are_documented() -> None:
    text = text_of(ROOT / "docs" / "formats.md")
    names = {alias for aliases in tables._ALIASES.values() for alias in aliases}
    assert names <= {folded(name) for name in re.findall(r"`([^`\n]+)`", text)}


def keys_of(value: object) -> Iterator[str]:
    """All keys of a JSON value whose names are fixed by the format."""
    free = {"provenance", "metrics", "parity", "files", "encoders", "variants"}
    if isinstance(value, dict):
        for key, below in value.items():
            yield key
            if key not in free:
                yield from keys_of(below)


def test_formats_name_every_key_of_the_packs(world: TinyWorld) -> None:
    text = text_of(ROOT / "docs" / "formats.md")
    model = json.loads(text_of(world.model / "manifest.json"))
    library = json.loads(text_of(world.library / "manifest.json"))
    card = {**model["encoders"]["image"], **model["encoders"]["dna"]}
    known = {*keys_of(model), *keys_of(card), *keys_of(library)}
    for settings in (EncoderCard, TextTokenizer, KmerTokenizer, ImagePreprocessing):
        known |= {field.name for field in fields(settings)}
    assert not [key for key in sorted(known) if f"`{key}`" not in text]
    for file in library["files"]:
        assert file in text


def test_formats_name_every_column_of_the_records(world: TinyWorld) -> None:
    text = text_of(ROOT / "docs" / "formats.md")
    connection = sqlite3.connect(f"file:{world.library / 'records.sqlite'}?mode=ro", uri=True)
    columns = [row[1] for row in connection.execute("PRAGMA table_info(keys)")]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.close()
    assert columns
    assert not [name for name in columns if f"`{name}`" not in text]
    assert f"`PRAGMA user_version = {version}`" in text


def test_formats_name_every_key_of_the_calibration() -> None:
    text = text_of(ROOT / "docs" / "formats.md")
    full = Calibration(
        pairs={"image->dna": PairScale(1.0, 0.0)}, novelty={"image->dna": NoveltyModel((0.1,), (0.2,))}
    )
    names = set(keys_of(full.to_dict()))
    assert {"slope", "alpha_known"} <= names
    assert not [key for key in sorted(names) if f"`{key}`" not in text]


def test_changelog_has_the_version_or_what_is_to_come() -> None:
    headings = re.findall(r"^## \[(.+?)\]", text_of(ROOT / "CHANGELOG.md"), re.MULTILINE)
    assert headings[0] in ("Unreleased", __version__)


def test_pyproject_takes_the_version_from_the_package() -> None:
    settings = tomllib.loads(text_of(ROOT / "pyproject.toml"))
    assert "version" in settings["project"]["dynamic"]
