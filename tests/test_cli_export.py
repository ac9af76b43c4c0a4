"""`bioscan export` as scripts use it."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from bioscan_desktop import cli
from bioscan_desktop.library.pack import Library
from bioscan_desktop.services.export import kept_collecting
from bioscan_desktop.services.export.collecting_choice import CollectingChoice
from bioscan_desktop.session import decisions
from bioscan_desktop.session.database import Database
from tests.conftest import TinyWorld


@pytest.fixture
def results(world: TinyWorld, tmp_path: Path) -> Path:
    """Three results: a photo, a barcode, and a photo that is not there."""
    path = tmp_path / "results.jsonl"
    packs = ["--library", str(world.library), "--model", str(world.model), "--provider", "cpu"]
    queries = [str(world.photos["Noctua comes"]), str(tmp_path / "gone.jpg")]
    sequence = ["--sequence", world.barcodes["Pieris rapae"]]
    assert cli.main(["identify", *queries, *sequence, *packs, "--out", str(path)]) == 1
    return path


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str]:
    capsys.readouterr()
    try:
        code = cli.main([str(word) for word in words])
    except SystemExit as stop:
        code = int(stop.code or 0)
    out, err = capsys.readouterr()
    assert out == "" and "Traceback" not in err
    return code, err


def test_tables_into_a_folder(
    results: Path, tmp_path: Path, world: TinyWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    code, words = run(
        capsys, "export", results, "--to", "csv", "--out", tmp_path, "--library", world.library,
        "--made-by", "Anna Muster",
    )  # fmt: skip
    assert code == 0 and "3 results written to" in words
    with (tmp_path / "results.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["status"] for row in rows] == ["ok", "ok", "failed"]
    assert rows[0]["query_id"] == "sequence"
    with (tmp_path / "hits.csv").open(encoding="utf-8", newline="") as stream:
        hits = list(csv.DictReader(stream))
    aligned = [hit for hit in hits if hit["percent_identity"]]
    assert aligned and all(hit["mismatches"] and hit["query_coverage"] for hit in aligned)
    provenance = json.loads((tmp_path / "results.csv.provenance.json").read_text(encoding="utf-8"))
    assert provenance["made_by"] == "Anna Muster"
    assert set(provenance["libraries"][0]["thresholds"]) == {"image", "dna", "both"}


def test_blast_lines_of_real_alignments(
    results: Path, tmp_path: Path, world: TinyWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "out.b6"
    code, words = run(capsys, "export", results, "--to", "blast6", "--out", target)
    assert code == 2 and "no library pack 'tiny'" in words  # not installed, and it is needed
    assert not target.exists()
    assert cli.main(["library", "install", str(world.library)]) == 0
    code, words = run(capsys, "export", results, "--to", "blast6", "--out", target)
    assert code == 0
    lines = [line.split("\t") for line in target.read_text(encoding="utf-8").splitlines()]
    best = max(lines, key=lambda line: float(line[2]))
    saved = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]
    assert float(best[2]) == max(hit["percent_identity"] or 0 for hit in saved[0]["hits"])


def test_without_the_library_the_rest_is_written(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, words = run(capsys, "export", results, "--to", "json", "--out", tmp_path / "out.json")
    assert code == 0
    assert "the library tiny 1 of these results is not at hand" in words
    assert len(json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["results"]) == 3


def test_another_library_is_not_taken_for_that_of_the_results(
    results: Path, tmp_path: Path, world: TinyWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    shutil.copytree(world.library, other)
    manifest = json.loads((other / "manifest.json").read_text(encoding="utf-8"))
    (other / "manifest.json").write_text(json.dumps({**manifest, "version": "2"}), encoding="utf-8")
    code, words = run(
        capsys, "export", results, "--to", "csv", "--out", tmp_path / "o.csv", "--library", other
    )
    assert code == 2 and "made with the library tiny 1, not with tiny 2" in words


def test_one_specimen_with_its_photo_from_elsewhere(
    results: Path, tmp_path: Path, world: TinyWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    moved = tmp_path / "moved"
    moved.mkdir()
    shutil.copy(world.photos["Noctua comes"], moved)
    text = results.read_text(encoding="utf-8")
    results.write_text(text.replace(str(world.photos["Noctua comes"].parent), "/gone"), encoding="utf-8")
    target = tmp_path / "one.html"
    words = ["export", results, "--to", "html", "--out", target, "--specimen", "noctua_comes"]
    assert run(capsys, *words)[0] == 0
    assert "data:image/jpeg" not in target.read_text(encoding="utf-8")
    assert run(capsys, *words, "--images", moved)[0] == 0
    page = target.read_text(encoding="utf-8")
    assert page.count("<article") == page.count("data:image/jpeg") == 1


def test_specimens_that_are_not_there_are_told_and_the_others_written(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--specimen", "nobody", "--specimen", "noctua_comes"]
    code, words = run(capsys, "export", results, "--to", "jsonl", "--out", tmp_path / "a.jsonl", *asked)
    assert code == 1 and "there is no result of nobody" in words and "1 result written" in words


def test_mistakes_are_told_in_one_sentence(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "x"
    for words, sentence in (
        ([results, "--to", "docx", "--out", target], "There is no format docx; choose one of csv, xlsx"),
        ([tmp_path / "no.jsonl", "--to", "csv", "--out", target], "There is no file"),
        ([tmp_path, "--to", "csv", "--out", tmp_path / "a" / "b"], "cannot be written"),
        ([__file__, "--to", "csv", "--out", target], "line 1 of test_cli_export.py there is no result"),
        ([results, "--to", "pdf", "--out", tmp_path], "is a folder; name the .pdf file"),
        ([results, "--to", "csv", "--out", target, "--specimen", "nobody"], "there is no result of nobody"),
        ([results, "--to", "dwca", "--out", target, "--basis-of-record", "x"], "basisOfRecord is x"),
        ([results, "--to", "csv"], "required: --out"),
    ):
        code, said = run(capsys, "export", *words)
        assert code == 2, words
        assert sentence in said, said
    assert not target.exists()


def test_options_of_tables(results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "export", results, "--to", "csv", "--out", tmp_path / "bom.csv", "--bom")
    assert (tmp_path / "bom.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_session_brings_its_sample_sheet(
    world: TinyWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packs = ["--library", world.library, "--model", world.model, "--provider", "cpu"]
    assert (
        run(capsys, "batch", world.photos["Noctua comes"].parent, "--out", tmp_path / "run", *packs)[0] == 0
    )
    session = tmp_path / "run" / "session.sqlite"
    sheet = tmp_path / "samples.csv"
    stem = world.photos["Noctua comes"].stem
    sheet.write_text(f"filename,date,lat,lon\n{stem}.jpg,2026-07-31,46.9512,7.4512\n")
    with Database(session) as database:
        kept_collecting.save(database, CollectingChoice(sheet, digits=1, copy=sheet.read_bytes()))
    sheet.rename(tmp_path / "moved.csv")

    def exported(*more: object) -> tuple[str, list[dict[str, str]]]:
        words = ["export", session, "--to", "csv", "--out", tmp_path / "r.csv", "--library", world.library]
        code, said = run(capsys, *words, *more)
        assert code == 0
        with (tmp_path / "r.csv").open(encoding="utf-8", newline="") as stream:
            return said, [row for row in csv.DictReader(stream) if stem in row["input"]]

    said, (row,) = exported()
    assert "its copy in the session was used" in said
    assert (row["eventDate"], row["decimalLatitude"]) == ("2026-07-31", "47.0")
    _, (row,) = exported("--place-digits", 2)
    assert row["decimalLatitude"] == "46.95"
    said, (row,) = exported("--samples", tmp_path / "moved.csv")
    assert "copy" not in said and row["decimalLatitude"] == "47.0"
    said, (row,) = exported("--no-samples")
    assert "copy" not in said and "eventDate" not in row


def test_confirmed_names_become_a_library(
    world: TinyWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packs = ["--library", world.library, "--model", world.model, "--provider", "cpu"]
    photos = world.photos["Noctua comes"].parent
    assert run(capsys, "batch", photos, "--out", tmp_path / "run", *packs)[0] == 0
    with Database(tmp_path / "run" / "session.sqlite") as database:
        total = database.value("SELECT count(*) FROM specimens")
        number = database.value("SELECT specimen_id FROM specimens WHERE photo LIKE '%noctua_comes%'")
        decisions.decide(database, number, "name", "Noctua comes", "species")
    out = tmp_path / "own.records.tsv"
    code, said = run(capsys, "export", tmp_path / "run", "--to", "library", "--out", out)
    assert code == 0 and f"The photos are named as seen from {photos}; give this as" in said
    assert f"Left out, without a name that a person gave: {total - 1} of {total} specimens." in said
    words = ["library", "build", "--records", out, "--images", photos, "--model", world.model]
    assert cli.main([*map(str, words), "--out", str(tmp_path / "own")]) == 0
    library = Library(tmp_path / "own")
    ((lineage, _, count),) = library.records.names()
    library.close()
    assert (lineage.species, lineage.family, count) == ("Noctua comes", "Noctuidae", 1)
