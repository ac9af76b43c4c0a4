"""Saved results are read again as they were written, and damage is named."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.services.export import exporting, jsonl
from bioscan_desktop.services.export.items import ExportItem
from bioscan_desktop.services.export.provenance import ExportOptions
from bioscan_desktop.services.export.record_shape import OPTIONAL, SHAPE, problem
from bioscan_desktop.services.export.sources import JsonLines, open_results
from tests.services.export.conftest import make_items


def test_lines_come_back_as_they_went(
    items: list[ExportItem], options: ExportOptions, tmp_path: Path
) -> None:
    path = tmp_path / "results.jsonl"
    items[5] = dataclasses.replace(items[5], notes="A leg is missing.")  # nobody decided
    exporting.export(items, "jsonl", path, options)
    found = list(open_results(path).items())
    assert [item.written for item in found] == [item.written for item in items]
    assert found[5].decision is None and found[5].written == "A leg is missing."
    assert [item.record for item in found] == [item.record for item in items]
    assert [item.decision for item in found] == [item.decision for item in items]
    assert found[0].identified_at == "2026-11-26T10:00:00+00:00"
    assert found[0].photo == Path("/photos/moth_1.jpg")
    exporting.export(found, "jsonl", tmp_path / "again.jsonl", options)
    again = [json.loads(line) for line in (tmp_path / "again.jsonl").read_text("utf-8").splitlines()]
    first = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for line in (*again, *first):
        line.pop("identified_at", None)
    assert again == first


def test_the_time_of_answers_is_that_of_the_file(items: list[ExportItem], tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    path.write_text(jsonl.line(dict(items[0].record)), encoding="utf-8")
    os.utime(path, (1_800_000_000, 1_800_000_000))
    (item,) = JsonLines(path).items()
    assert item.identified_at == "2027-01-15T08:00:00+00:00"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"decimalLatitude": "46.5", "decimalLongitude": 0},
         {"decimalLatitude": "46.5", "decimalLongitude": "0"}),
        ({"decimalLatitude": "46.5", "geodeticDatum": "WGS84"}, {}),
        ({"decimalLatitude": "46.5", "decimalLongitude": "=1+1", "country": "Peru"}, {"country": "Peru"}),
        ({"minimumElevationInMeters": {}, "coordinateUncertaintyInMeters": "nan", "sex": None}, {}),
        ("Peru", {}),
    ],
)  # fmt: skip
def test_numbers_of_the_collecting_that_are_none_are_left_out(
    items: list[ExportItem], tmp_path: Path, given: object, kept: dict[str, str]
) -> None:
    path = tmp_path / "results.jsonl"
    path.write_text(jsonl.line({**items[0].record, "collected": given}), encoding="utf-8")
    assert [item.collected for item in JsonLines(path).items()] == [kept]


def test_a_folder_of_a_run_is_read(items: list[ExportItem], tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="holds no results of a run"):
        open_results(tmp_path)
    (tmp_path / "results.jsonl").write_text(jsonl.line(dict(items[0].record)), encoding="utf-8")
    assert [item.query_id for item in open_results(tmp_path).items()] == ["moth_1"]


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="There is no file"):
        open_results(tmp_path / "gone.jsonl")


@pytest.mark.parametrize("line", ["nonsense", "[]", "{}", '{"query_id": 3}', "\ufeff", "query_id,input"])
def test_lines_that_are_no_results_are_named(line: str, items: list[ExportItem], tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    path.write_text(jsonl.line(dict(items[0].record)) + "\n" + line + "\n", encoding="utf-8")
    with pytest.raises(ArgumentError, match=r"line 3 of results\.jsonl there is no result"):
        list(JsonLines(path).items())


@pytest.mark.parametrize("name", [name for name in SHAPE if name != "query_id"])
def test_damaged_results_are_named(name: str, items: list[ExportItem], tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    whole = dict(items[2].record)
    for values, words in (
        ({key: value for key, value in whole.items() if key != name}, f"it lacks {name}"),
        ({**whole, name: [{"rank": "kingdom"}]}, f"{name} cannot be understood"),
    ):
        path.write_text(jsonl.line(values), encoding="utf-8")
        with pytest.raises(ArgumentError, match=f"line 1 of results.jsonl is damaged.*: {words}"):
            list(JsonLines(path).items())


def test_results_of_older_versions_are_read(items: list[ExportItem], tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    values = {name: value for name, value in items[2].record.items() if name not in OPTIONAL}
    path.write_text(jsonl.line(values), encoding="utf-8")
    (item,) = JsonLines(path).items()
    assert item.sequence is None and item.photo is None


@pytest.mark.parametrize(
    "verdict", [{"rank": "kingdom"}, {"rank": None}, {"confidence": float("nan")}, {"novelty": "perhaps"}]
)
def test_impossible_verdicts_are_refused(verdict: dict, items: list[ExportItem]) -> None:
    record = items[0].record
    assert problem(record) == ""
    assert problem({**record, "verdict": {**record["verdict"], **verdict}}) == "verdict cannot be understood"


DAMAGE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 7), st.data())
def test_any_damage_is_refused_or_written(number: int, data: st.DataObject) -> None:
    """Whatever a file holds, there is a sentence or a row, never a bug's traceback."""
    import io
    import tempfile

    from bioscan_desktop.services.export import bold, charts, fasta, specimen_card, tables

    record = dict(make_items()[number].record)
    record[data.draw(st.sampled_from(sorted(record)))] = data.draw(DAMAGE)
    options = ExportOptions(run_id="r", created_at="2026-11-26T14:00:00+00:00")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "results.jsonl"
        path.write_text(json.dumps(record) + "\n", encoding="utf-8")
        try:
            found = list(JsonLines(path).items())
        except ArgumentError:
            return
    tables.write(found, io.StringIO(), io.StringIO(), options)
    bold.write(found, io.StringIO(), options)
    fasta.write(found, io.StringIO())
    for item in found:
        charts.Tally().add(item)
        specimen_card.article(item, 1, options)
