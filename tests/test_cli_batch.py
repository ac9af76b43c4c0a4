"""`bioscan batch` as people and scripts use it."""

from __future__ import annotations

import csv
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bioscan_desktop import cli, cli_parts
from bioscan_desktop.services.batch_work import BatchProgress
from bioscan_desktop.services.tasks import Progress
from tests.conftest import TinyWorld, random_barcode
from tests.services.test_batch import fill
from tests.services.test_batch_kill import start

ROOT = Path(__file__).resolve().parents[1]


class Runner:
    """Runs `bioscan batch` with the tiny packs and keeps what it wrote."""

    def __init__(self, world: TinyWorld, capsys: pytest.CaptureFixture[str]) -> None:
        self.packs = ["--library", str(world.library), "--model", str(world.model), "--provider", "cpu"]
        self.capsys = capsys
        self.out = self.err = ""

    def __call__(self, *arguments: object, packs: bool = True) -> int:
        self.capsys.readouterr()
        try:
            code = cli.main(["batch", *map(str, arguments), *(self.packs if packs else [])])
        except SystemExit as stop:
            code = int(stop.code or 0)
        self.out, self.err = self.capsys.readouterr()
        assert "Traceback" not in self.err
        return code


@pytest.fixture
def batch(world: TinyWorld, capsys: pytest.CaptureFixture[str]) -> Runner:
    return Runner(world, capsys)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    fill(tmp_path / "photos", 10)
    return tmp_path / "photos"


def rows(out: Path) -> list[dict[str, str]]:
    with (out / "results.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_run_and_its_words(batch: Runner, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    assert batch(folder, "--out", out) == 1
    assert len(rows(out)) == 13 and batch.out == ""
    first, last = batch.err.splitlines()
    assert first == "bioscan: 11 photos, 4 barcodes, 2 joined: 13 specimens."
    assert last.startswith("bioscan: 13 specimens in ") and "2 of them failed" in last
    assert {file.name for file in out.iterdir()} >= {"results.csv", "hits.csv", "run.json", "session.sqlite"}


def test_what_names_would_join_is_shown_first(batch: Runner, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for view in ("dorsal", "ventral"):
        (folder / f"A-1_{view}.jpg").write_bytes(b"x")
    assert batch(folder, "--dry-run", "--join-by-name", "words") == 0
    assert batch.out.splitlines()[:2] == [
        "2 photos, 0 barcodes, 1 of several photos: 1 specimen.",
        "  A-1: A-1_dorsal.jpg + A-1_ventral.jpg",
    ]


def test_all_well_is_0(batch: Runner, folder: Path, tmp_path: Path) -> None:
    (folder / "broken.jpg").unlink()
    (folder / "coi.fasta").unlink()
    assert batch(folder, "--out", tmp_path / "run") == 0


def test_a_run_is_taken_up_with_its_own_packs(batch: Runner, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    batch(folder, "--out", out)
    shutil.copy(folder / "box 0" / "S0_side.jpg", folder / "new.jpg")
    assert batch("--out", out, "--add-new", packs=False) == 1
    assert len(rows(out)) == 14
    shutil.copy(folder / "new.jpg", folder / "broken.jpg")
    assert batch("--out", out, "--retry-failed", packs=False) == 1
    assert [row["query_id"] for row in rows(out) if row["status"] == "failed"] == ["bad"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "--out is missing"),
        (
            ["--out", "{out}"],
            "run holds no run to go on with; to begin one there, name the folder to identify, too.",
        ),
        (["{folder}", "--out", "{folder}"], "Nothing is written into the folder that is identified; name"),
        (["{folder}", "--out", "{folder}/box 0/.."], "Nothing is written into the folder that is"),
        (["{none}", "--out", "{out}"], "There is no folder"),
        (["{folder}", "--out", "{out}", "--top-k", "0"], "--top-k must be 1 or more"),
        (["{folder}", "--out", "{out}", "--specimens", "{none}"], "There is no file"),
        (["--dry-run"], "Name a folder"),
        (["{none}", "--dry-run"], "There is no folder"),
    ],
)
def test_what_makes_no_sense(
    batch: Runner, folder: Path, tmp_path: Path, arguments: list[str], words: str
) -> None:
    places = {"out": tmp_path / "run", "none": tmp_path / "none", "folder": folder}
    assert batch(*(text.format(**places) for text in arguments)) == 2
    (line,) = batch.err.splitlines()
    assert words in line
    assert not (tmp_path / "run").exists() and not list(folder.rglob("session.sqlite*"))


def test_a_second_run_is_refused(batch: Runner, folder: Path, tmp_path: Path) -> None:
    batch(folder, "--out", tmp_path / "run")
    assert batch(folder, "--out", tmp_path / "run") == 2
    assert "holds a run already; go on with --resume" in batch.err
    assert batch(folder, "--out", tmp_path / "run", "--resume", "--top-k", 3) == 2
    assert "begun with --top-k 5" in batch.err


def test_a_restriction_stays_with_the_run(batch: Runner, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    assert batch(folder, "--out", out, "--restrict-to", "Pieridae") == 1
    assert {row["order"] for row in rows(out)} <= {"Lepidoptera", ""}
    assert {row["top_species"] for row in rows(out) if row["status"] == "ok"} == {"Pieris rapae"}
    shutil.copy(folder / "box 0" / "S0_side.jpg", folder / "new.jpg")
    assert batch("--out", out, "--add-new", packs=False) == 1
    assert rows(out)[-1]["top_species"] == "Pieris rapae"
    assert batch("--out", out, "--resume", "--restrict-to", "Diptera", packs=False) == 2
    assert "begun with --restrict-to Pieridae; it cannot go on with Diptera" in batch.err


def test_a_dry_run_shows_the_pairs_and_makes_nothing(batch: Runner, folder: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    assert batch(folder, "--dry-run", packs=False) == 0
    lines = batch.out.splitlines()
    assert lines[0] == "11 photos, 4 barcodes, 2 joined: 13 specimens."
    assert lines[1] == "  S0_side: box 0/S0_side.jpg + S0"
    assert lines[-1].startswith("bad has only 4 bases")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
def test_a_name_with_a_line_end_takes_one_line(batch: Runner, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "S77_\nside.jpg").write_bytes(b"no photo")
    (folder / "coi.fasta").write_text(f">S77\n{random_barcode(1)}\n")
    assert batch(folder, "--dry-run", packs=False) == 0
    assert batch.out.splitlines()[1:] == ["  S77_\\nside: S77_\\nside.jpg + S77"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for another process")
def test_ctrl_c_stops_in_good_order(world: TinyWorld, tmp_path: Path) -> None:
    fill(tmp_path / "photos", 400)
    out = tmp_path / "run"
    process = start(world, tmp_path / "photos", out)
    while not (out / "results.csv").exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 1
    assert "bioscan: stopped. Go on with: bioscan batch --resume" in said and "Traceback" not in said
    done = len(rows(out))
    assert done < 403
    process = start(world, tmp_path / "photos", out)
    process.communicate(timeout=120)
    assert len(rows(out)) == 403


def test_the_progress_line() -> None:
    text = cli_parts.progress_text(BatchProgress(1234, 10_000, "IMG_1", "identify", 0, 12.34, 710.0))
    assert text == "1,234/10,000  12.3 a second, about 12 minutes left  IMG_1"
    assert cli_parts.progress_text(Progress(5, None, "looking")) == "5  looking"
    assert cli_parts.progress_text(Progress(5, None, "a\n\x1b[2J")) == "5  a\\n\\x1b[2J"


def test_a_log_gets_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    with cli_parts.ProgressLine(3600.0) as line:
        line.show(Progress(1, 2, "a"))
    with cli_parts.ProgressLine(0.0) as line:
        line.show(Progress(2, 2, "b"))
    with cli_parts.ProgressLine() as line:
        line.show(Progress(3, 3, "c"))
    assert capsys.readouterr().err == "bioscan: 2/2  b\n"


def test_help_starts_light() -> None:
    code = "import sys; from bioscan_desktop import cli_batch; print(*sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    loaded = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"numpy", "PIL", "onnxruntime", "sqlite3"} & set(loaded)
