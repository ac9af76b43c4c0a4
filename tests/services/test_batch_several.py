"""A run over a folder whose table joins several photos of one specimen."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bioscan_desktop.core.errors import Cancelled
from bioscan_desktop.inference import crop
from bioscan_desktop.services.batch import STATE_FILE, Batch
from bioscan_desktop.services.identify import Identifier
from bioscan_desktop.services.specimens import from_table
from bioscan_desktop.services.tasks import CancelToken
from bioscan_desktop.session import photos, specimens
from bioscan_desktop.session.database import Database
from tests.conftest import SPECIES, draw_insect, mutate, random_barcode

COUNT = 30


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three photos each of thirty specimens, some with a barcode, and one photo that is in no table."""
    path = tmp_path / "photos"
    path.mkdir()
    lines = ["specimen_id\timage_file\tnucleotides"]
    for number in range(COUNT):
        colour = SPECIES[number % len(SPECIES)][4]
        barcode = mutate(random_barcode(number % len(SPECIES)), 2, number) if number % 5 == 0 else ""
        for view in ("dorsal", "lateral", "ventral"):
            name = f"{number}_{view}.jpg"
            draw_insect(colour, (160, 120), seed=len(lines)).save(path / name)
            lines.append(f"S{number}\t{name}\t{barcode}")
    draw_insect(SPECIES[0][4], (160, 120), seed=0).save(path / "alone.jpg")
    (tmp_path / "t.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def records(out: Path) -> Iterator[dict[str, Any]]:
    """All that is kept, but the time it took."""
    with Database(out / STATE_FILE, read_only=True) as database:
        for _, record, _ in specimens.records(database):
            record.pop("elapsed_ms")
            record["kept"].pop("elapsed_ms")
            yield record


def run(folder: Path, out: Path, identifier: Identifier, resume: bool = False, **more: Any) -> None:
    table = None if resume else folder.parent / "t.tsv"
    with Batch(folder, out, resume, table=table) as batch:
        batch.run(identifier, **more)


def test_photos_of_a_table_are_one_row_with_the_answer_of_identify(
    folder: Path, identifier: Identifier, tmp_path: Path
) -> None:
    run(folder, tmp_path / "run", identifier)
    with (tmp_path / "run" / "results.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == COUNT + 1
    first = next(row for row in rows if row["query_id"] == "S0")
    assert (first["modality"], first["file_name"]) == ("both", "0_dorsal.jpg")
    assert first["further_photos"] == "0_lateral.jpg | 0_ventral.jpg"
    kept = {record["query_id"]: record for record in records(tmp_path / "run")}
    asked = next(one for one in from_table(tmp_path / "t.tsv", folder) if one.query_id == "S0")
    line = json.loads(json.dumps(identifier.identify_one(asked).to_json()))
    assert kept["S0"]["photos"] == line["photos"]
    # What is embedded together shows in the last decimals.
    assert [one["name"] for one in kept["S0"]["by_photo"]] == [one["name"] for one in line["by_photo"]]
    assert kept["S0"]["verdict"]["name"] == line["verdict"]["name"]
    assert kept["S0"]["verdict"]["confidence"] == pytest.approx(line["verdict"]["confidence"], abs=0.01)
    assert "photos" not in kept["alone"]


def test_stopped_and_taken_up_again_the_answers_are_the_same(
    folder: Path, identifier: Identifier, tmp_path: Path
) -> None:
    run(folder, tmp_path / "whole", identifier)
    token = CancelToken()

    def stop(progress: Any) -> None:
        if progress.phase == "identify" and progress.done >= 5:
            token.cancel()

    with pytest.raises(Cancelled):
        run(folder, tmp_path / "broken", identifier, progress=stop, cancel=token)
    run(folder, tmp_path / "broken", identifier, resume=True)
    assert list(records(tmp_path / "broken")) == list(records(tmp_path / "whole"))


def test_size_time_and_content_of_each_photo_are_kept(
    folder: Path, identifier: Identifier, tmp_path: Path
) -> None:
    run(folder, tmp_path / "run", identifier)
    with Database(tmp_path / "run" / STATE_FILE) as database:
        assert photos.unread(database, 0, -1) == []
        number = database.value("SELECT specimen_id FROM specimens WHERE query_id = 'S3'")
        stored = specimens.get(database, number)
        assert stored is not None
        for one in (stored, *stored.more):
            assert one.photo is not None and one.facts == photos.read_facts(folder / one.photo)


@pytest.mark.parametrize(("what", "code"), [("gone", "file_missing"), ("changed", "file_changed")])
def test_a_further_photo_that_changes_under_the_reader_fails_the_specimen(
    folder: Path,
    identifier: Identifier,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
    code: str,
) -> None:
    load = crop.load

    def meddle(source: Any, *more: Any) -> Any:
        loaded = load(source, *more)
        if isinstance(source, Path) and source.name == "3_ventral.jpg":
            source.unlink()
            if what == "changed":
                draw_insect((1, 2, 3), (200, 100), seed=1).save(source)
        return loaded

    monkeypatch.setattr(crop, "load", meddle)
    run(folder, tmp_path / "run", identifier)
    failed = [record for record in records(tmp_path / "run") if record["status"] == "failed"]
    assert [(one["query_id"], one["error"]["code"]) for one in failed] == [("S3", code)]
    assert "3_ventral.jpg" in failed[0]["error"]["message"]
    assert failed[0]["by_photo"] == [None, None, None]
    monkeypatch.undo()
    if what == "changed":
        with Batch(folder, tmp_path / "run", resume=True) as batch:
            assert batch.retry_failed() == 1
            batch.run(identifier)
        assert all(record["status"] == "ok" for record in records(tmp_path / "run"))


def test_a_further_photo_that_is_not_there_leaves_the_others(
    folder: Path, identifier: Identifier, tmp_path: Path
) -> None:
    (folder / "3_ventral.jpg").unlink()
    run(folder, tmp_path / "run", identifier)
    (partial,) = [record for record in records(tmp_path / "run") if record["status"] != "ok"]
    assert (partial["query_id"], partial["status"], partial["error"]["code"]) == (
        "S3", "partial", "file_missing"
    )  # fmt: skip
    assert len(partial["by_photo"]) == 3 and partial["verdict"] is not None
