"""`docs/exports.md` names every format, every column and every option, and none that there is not."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from bioscan_desktop import cli
from bioscan_desktop.services.export import (
    blast6,
    bold,
    darwin_core,
    fasta,
    items,
    library_records,
    pybioclip,
    species_list,
    tables,
)
from bioscan_desktop.services.export.formats import FORMATS

TEXT = (Path(__file__).resolve().parent.parent / "docs" / "exports.md").read_text(encoding="utf-8")
QUOTED = set(re.findall(r"`([^`\n]+)`", TEXT))


def section(title: str) -> str:
    """The text below a heading."""
    return TEXT.split(f"\n## {title}", 1)[1].split("\n## ", 1)[0]


def first_column(text: str) -> list[str]:
    """What is quoted in the first column of the tables of a section."""
    rows = re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row)]


def test_every_format_is_in_the_table_of_choices() -> None:
    choices = TEXT.split("\n## ", 1)[0]
    rows = re.findall(r"\| `(\w+)` \| `([.\w]+)` \|$", choices, re.MULTILINE)
    assert sorted(rows) == sorted((kind.name, kind.suffix) for kind in FORMATS)


def test_tables_are_explained_column_by_column() -> None:
    assert sorted(first_column(section("results.csv"))) == sorted(tables.RESULT_COLUMNS)
    assert sorted(first_column(section("hits.csv"))) == sorted(tables.HIT_COLUMNS)


def test_terms_of_darwin_core_are_explained() -> None:
    text = section("Darwin Core Archive")
    assert sorted(first_column(text)) == sorted(darwin_core.OCCURRENCE.columns)
    quoted = set(re.findall(r"`([^`]+)`", text))
    for table in darwin_core.TABLES:
        assert not set(table.columns) - quoted
        assert table.file in quoted


def test_the_other_formats_name_their_columns() -> None:
    for title, names in (
        ("BOLD table", bold.FILLED),
        ("Species list", species_list.COLUMNS),
        ("Records for a library", library_records.COLUMNS),
        ("FASTA", fasta.KEYS),
        ("BLAST hits", blast6.COLUMNS),
        ("Table of pybioclip", pybioclip.COLUMNS),
    ):
        quoted = set(re.findall(r"`([^`]+)`", section(title)))
        assert not [name for name in names if name not in quoted], title


def test_states_of_verification_are_named() -> None:
    assert {items.PREDICTED, items.VALIDATED, items.REJECTED, items.UNKNOWN} <= QUOTED


def test_options_that_are_named_exist() -> None:
    (commands,) = (a for a in cli._parser()._actions if isinstance(a, argparse._SubParsersAction))
    known = {option for action in commands.choices["export"]._actions for option in action.option_strings}
    named = {word for text in QUOTED for word in re.findall(r"--[a-z-]+", text)}
    assert named - {"--to"} and named <= known | {"--out"}
