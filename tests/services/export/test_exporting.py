"""Files appear when they are complete, or not at all; what they were made with is told in each."""

from __future__ import annotations

import csv
import gc
import io
import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bioscan_desktop.core.errors import ArgumentError, Cancelled
from bioscan_desktop.services.export.exporting import export
from bioscan_desktop.services.export.formats import ENDINGS, FORMATS, of_path
from bioscan_desktop.services.export.items import ExportItem
from bioscan_desktop.services.export.provenance import ExportOptions
from bioscan_desktop.services.export.target import Targets
from bioscan_desktop.services.tasks import CancelToken, Progress

NAMES = [kind.name for kind in FORMATS]


@pytest.mark.parametrize("name", NAMES)
def test_a_broken_export_leaves_everything_as_it_was(
    name: str, items: list[ExportItem], options: ExportOptions, tmp_path: Path
) -> None:
    target = tmp_path / "out.x"
    target.write_text("from before")

    def failing() -> Iterator[ExportItem]:
        yield items[0]
        yield items[2]
        raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        export(failing(), name, target, options)
    token = CancelToken()

    def stopped(_: Progress) -> None:
        token.cancel()

    with pytest.raises(Cancelled):
        export(items, name, target, options, stopped, token)
    assert [path.name for path in tmp_path.iterdir()] == ["out.x"]
    assert target.read_text() == "from before"


@pytest.mark.parametrize("name", NAMES)
def test_a_place_that_cannot_be_written_is_told_in_one_sentence(
    name: str, items: list[ExportItem], options: ExportOptions, tmp_path: Path
) -> None:
    target = tmp_path / "no" / "such" / "out.x"
    with pytest.raises(ArgumentError) as caught:
        export(items, name, target, options)
    assert str(target) in caught.value.message or "-hits" in caught.value.message
    assert caught.value.message.endswith("cannot be written (No such file or directory).")


@pytest.mark.parametrize("name", NAMES)
def test_no_results_are_no_file(name: str, options: ExportOptions, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="There is no result to export"):
        export([], name, tmp_path / "out.x", options)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_no_file(items: list[ExportItem], options: ExportOptions, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="is a folder"):
        export(items, "pdf", tmp_path, options)


def test_an_unknown_format_is_named(items: list[ExportItem], options: ExportOptions, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="no format docx; choose one of csv"):
        export(items, "docx", tmp_path / "x", options)


def test_progress_counts(items: list[ExportItem], options: ExportOptions, tmp_path: Path) -> None:
    seen: list[Progress] = []
    export(items, "jsonl", tmp_path / "x.jsonl", options, seen.append, total=len(items))
    assert [(p.done, p.total) for p in seen] == [(n, len(items)) for n in range(1, len(items) + 1)]


def text_of(path: Path) -> str:
    """All text in a file, whatever it is."""
    if path.suffix == ".pdf":
        pypdf = pytest.importorskip("pypdf")
        return " ".join(page.extract_text() for page in pypdf.PdfReader(path).pages)
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return " ".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.name)
def test_provenance_is_in_each_or_beside_it(
    kind, items: list[ExportItem], options: ExportOptions, tmp_path: Path
) -> None:
    written = export(items, kind.name, tmp_path / f"out{kind.suffix}", options)
    beside = [path for path in written.paths if path.name.endswith(".provenance.json")]
    assert bool(beside) != kind.carries_provenance
    text = text_of(beside[0] if beside else written.paths[0])
    for fact in ("BIOSCAN Desktop 0.1.0", "ab" * 32, "cd" * 32, options.run_id, "CC0 1.0", "0.8"):
        assert fact in text, fact
    if beside:
        values = json.loads(text)
        assert values["libraries"][0]["thresholds"]["dna"]["genus"] == 0.65
        assert values["n_results"] == len(items)


def test_formats_by_their_endings() -> None:
    assert len({kind.name for kind in FORMATS}) == len({kind.suffix for kind in FORMATS}) == len(FORMATS)
    for kind in FORMATS:
        assert of_path(Path(f"x{kind.suffix}")) is kind
        assert kind.name in ENDINGS.values()
    assert of_path(Path("A.PYBIOCLIP.CSV")).name == "pybioclip"  # type: ignore[union-attr]
    assert of_path(Path("a.docx")) is None


def test_specimens_of_one_name_are_told_apart(
    items: list[ExportItem], options: ExportOptions, tmp_path: Path
) -> None:
    """A list may hold `moth.jpg` of two folders; the rows of their hits must not run together."""
    twice = [items[0], *items, items[0]]
    target = tmp_path / "results.csv"
    export(twice, "csv", target, options)
    with target.open(encoding="utf-8-sig", newline="") as stream:
        ids = [row["query_id"] for row in csv.DictReader(stream)]
    own = items[0].query_id
    assert len(set(ids)) == len(ids) == len(twice)
    assert [ids[0], ids[1], ids[-1]] == [own, f"{own}.2", f"{own}.3"]
    with (tmp_path / "hits.csv").open(encoding="utf-8-sig", newline="") as stream:
        hits = [row["query_id"] for row in csv.DictReader(stream)]
    assert hits.count(own) == hits.count(f"{own}.2") == len(items[0].hits) > 0


def test_json_document(items: list[ExportItem], options: ExportOptions, tmp_path: Path) -> None:
    export(items, "json", tmp_path / "x.json", options)
    values = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))
    assert [result["query_id"] for result in values["results"]] == [item.query_id for item in items]
    assert values["provenance"]["schema"] == "bioscan-results/1"
    assert values["results"][2]["decision"]["name"] == "Pieris mannii"
    assert values["results"][2]["verdict"]["name"] == "Pieris rapae"


def test_bold_table_is_read_by_our_own_importer(
    items: list[ExportItem], options: ExportOptions, tmp_path: Path
) -> None:
    from bioscan_desktop.library.importers.tables import read_table

    export(items, "bold", tmp_path / "x.tsv", options)
    records = list(read_table(tmp_path / "x.tsv"))
    assert [r.sampleid for r in records][:3] == ["moth_1", "Käfer 2", "both_3"]
    assert records[2].lineage.species == "Pieris mannii"
    assert records[1].nucleotides == items[1].sequence
    header = (tmp_path / "x.tsv").read_text(encoding="utf-8").splitlines()[0].split("\t")
    assert "identifier_email" not in header and len(header) == 75


def test_fasta_is_read_by_our_own_reader(
    items: list[ExportItem], options: ExportOptions, tmp_path: Path
) -> None:
    from bioscan_desktop.library.importers.sequences import read_sequences

    export(items, "fasta", tmp_path / "x.fasta", options)
    records = list(read_sequences(tmp_path / "x.fasta"))
    assert [record.id for record in records] == ["Käfer_2", "both_3", "mix_4"]
    sequences = [record.barcode.sequence for record in records if record.barcode is not None]
    assert len(sequences[0]) == len(items[1].sequence or "")


def test_blast_lines_need_library_and_sequence(
    by_id: dict[str, ExportItem], options: ExportOptions, tmp_path: Path
) -> None:
    from dataclasses import replace

    from bioscan_desktop.services.export import blast6

    both = by_id["both_3"]
    for spoiled, changed, words in (
        (both, replace(options, library=None), "need the library tiny 1"),
        (ExportItem({**both.record, "nucleotides": None}), options, "lack the barcode of both_3"),
        (
            ExportItem({**both.record, "nucleotides": "ACGT" * 150}),
            options,
            "do not align as the results say",
        ),
    ):
        with pytest.raises(ArgumentError, match=words):
            blast6.write([spoiled], io.StringIO(), changed)
    stream = io.StringIO()
    blast6.write([by_id["moth_1"]], stream, replace(options, library=None))
    assert stream.getvalue() == ""  # a photo has no alignment, and needs no library


def test_blast_columns_agree_with_each_other(
    items: list[ExportItem], options: ExportOptions, tmp_path: Path
) -> None:
    export(items, "blast6", tmp_path / "x.b6", options)
    lines = [line.split("\t") for line in (tmp_path / "x.b6").read_text(encoding="utf-8").splitlines()]
    assert [len(line) for line in lines] == [12] * 4
    for _, _, identity, columns, mismatches, opens, qlo, qhi, tlo, thi, evalue, bits in lines:
        gaps = 2 * int(columns) - (int(qhi) - int(qlo) + 1) - (abs(int(thi) - int(tlo)) + 1)
        matches = int(columns) - int(mismatches) - gaps
        assert abs(100 * matches / int(columns) - float(identity)) < 0.01
        assert gaps >= int(opens)
        assert (evalue, bits) == ("-1", "0")
    assert int(lines[2][8]) > int(lines[2][9])  # handed in as reverse complement


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such pipes, and links need rights there")
def test_a_pipe_is_not_replaced_and_a_link_stays(
    items: list[ExportItem], options: ExportOptions, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ArgumentError, match=r"cannot be written \(a device or a pipe is there\)"):
        export(items, "jsonl", tmp_path / "pipe", options)
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]
    link, store = tmp_path / "x.jsonl", tmp_path / "store.jsonl"
    link.symlink_to(store)
    export(items, "jsonl", link, options)
    assert link.is_symlink() and len(store.read_text("utf-8").splitlines()) == len(items)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("name", ["xlsx", "dwca", "html"])
def test_a_full_disk_is_one_sentence_and_leaves_nothing_behind(
    name: str,
    items: list[ExportItem],
    options: ExportOptions,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(_: Targets, target: Path) -> Path:
        part = tmp_path / "part"
        part.symlink_to("/dev/full")
        return part

    monkeypatch.setattr(Targets, "part", full)
    with pytest.raises(ArgumentError, match="No space left") as caught:
        export(items * 20, name, tmp_path / "out.x", options)
    del caught
    gc.collect()  # what is thrown away only now must not complain either
