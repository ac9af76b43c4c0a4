"""A run over a folder: whatever happens to it, the rows are those of a run to which nothing happened."""

from __future__ import annotations

import csv
import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bioscan_desktop.core.errors import ArgumentError, BioscanError, Cancelled, SessionError
from bioscan_desktop.inference import images
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.library.pack import Library
from bioscan_desktop.services import batch_answers, batch_provenance, batch_work
from bioscan_desktop.services.batch import STATE_FILE, Batch
from bioscan_desktop.services.batch_scan import Settling
from bioscan_desktop.services.identify import Identifier
from bioscan_desktop.services.specimens import Specimen
from bioscan_desktop.services.tasks import CancelToken, Gate
from bioscan_desktop.session import decisions, photos, queries, specimens
from bioscan_desktop.session.backups import backups_of
from bioscan_desktop.session.database import Database
from bioscan_desktop.session.specimens import FileFacts
from tests.conftest import SPECIES, TinyWorld, draw_insect, make_model, mutate, random_barcode
from tests.inference.test_images import png_header

CHANGES = ("created_at", "verified_at", "run_id")
"""Columns that say when something was done, and in which run."""

DRAWN = 512
"""Photos of a folder that are drawn; more than that are links to these."""


def fill(folder: Path, count: int = 40) -> None:
    """Photos in folders, some with barcodes, some broken."""
    for number in range(count):
        path = folder / f"box {number % 3}" / f"S{number}_side.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        if number < DRAWN:
            draw_insect(SPECIES[number % len(SPECIES)][4], (160, 120), seed=number).save(path)
        else:
            drawn = number % DRAWN
            os.link(folder / f"box {drawn % 3}" / f"S{drawn}_side.jpg", path)
    barcodes = [f">S{n}\n{mutate(random_barcode(n % len(SPECIES)), 2, n)}\n" for n in range(0, count, 5)]
    (folder / "coi.fasta").write_text("".join(barcodes) + ">lone\n" + random_barcode(1) + "\n>bad\nACGT\n")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more than that")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "Fotos 昆虫"
    fill(path)
    return path


def rows_of(out: Path, name: str = "results.csv") -> Iterator[dict[str, str]]:
    with (out / name).open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            yield {key: value for key, value in row.items() if key not in CHANGES}


def table(out: Path, name: str = "results.csv") -> list[dict[str, str]]:
    return list(rows_of(out, name))


def records_of(out: Path) -> Iterator[dict[str, Any]]:
    """All that is kept, but the time it took."""
    with Database(out / STATE_FILE, read_only=True) as database:
        for _, record, _ in specimens.records(database):
            record.pop("elapsed_ms")
            record["kept"].pop("elapsed_ms")
            yield record


def records(out: Path) -> list[dict[str, Any]]:
    return list(records_of(out))


class Runner:
    """Runs batches with the tiny packs."""

    def __init__(self, identifier: Identifier, tmp_path: Path) -> None:
        self.identifier, self.root = identifier, tmp_path

    def __call__(self, folder: Path | None, out: str, resume: bool = False, **more: Any) -> queries.Counts:
        table_path = more.pop("table", None)
        before: Callable[[Batch], object] = more.pop("before", lambda _: None)
        with Batch(folder, self.root / out, resume, table=table_path) as run:
            before(run)
            return run.run(self.identifier, **more)


@pytest.fixture
def run(identifier: Identifier, tmp_path: Path) -> Runner:
    return Runner(identifier, tmp_path)


def sentence_of(caught: pytest.ExceptionInfo[BioscanError]) -> str:
    message = caught.value.message
    assert message.endswith(".") and "\n" not in message
    return message


def stop_after(count: int, token: CancelToken) -> Callable[[object], None]:
    def told(progress: object) -> None:
        if progress.phase == "identify" and progress.done >= count:  # type: ignore[attr-defined]
            token.cancel()

    return told


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress is told at every specimen."""
    real = batch_work.Work._tell
    monkeypatch.setattr(
        batch_work.Work, "_tell", lambda self, phase, label, always=False: real(self, phase, label, True)
    )


def test_every_file_gets_its_row(run: Runner, folder: Path, tmp_path: Path) -> None:
    counts = run(folder, "run")
    assert counts.by_state == {"waiting": 0, "ok": 41, "failed": 2}
    rows = table(tmp_path / "run")
    assert len(rows) == 43 and len({row["query_id"] for row in rows}) == 43
    joined = [row for row in rows if row["modality"] == "both"]
    assert [row["query_id"] for row in joined[:2]] == ["S0_side", "S15_side"] and len(joined) == 8
    failed = {row["query_id"]: row["error_code"] for row in rows if row["status"] == "failed"}
    assert failed == {"broken": "damaged_photo", "bad": "too_short"}
    (lone,) = [row for row in rows if row["query_id"] == "lone"]
    assert (lone["decided_name"], lone["verification_status"]) == (SPECIES[1][3], "PredictedByMachine")
    hits = table(tmp_path / "run", "hits.csv")
    assert [h["hit_rank"] for h in hits if h["query_id"] == "lone"] == ["1", "2", "3", "4", "5"]
    told = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    assert told["state"] == "finished" and told["counts"]["total"] == 43
    assert told["made_with"]["library_id"] == "tiny" and len(told["made_with"]["library_sha256"]) == 64


def test_the_answers_are_those_of_identify(run: Runner, folder: Path, tmp_path: Path) -> None:
    run(folder, "run")
    photo = folder / "box 1" / "S4_side.jpg"
    alone = run.identifier.identify_one(Specimen("S4_side", "x", photo))
    (row,) = [row for row in table(tmp_path / "run") if row["query_id"] == "S4_side"]
    assert alone.verdict is not None and row["decided_name"] == alone.verdict.name


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("after", [1, 15, 16, 17, 40, 42])
def test_stopped_and_taken_up_again(run: Runner, folder: Path, tmp_path: Path, after: int) -> None:
    run(folder, "whole")
    token = CancelToken()
    with pytest.raises(Cancelled):
        run(folder, "run", cancel=token, progress=stop_after(after, token))
    assert len(table(tmp_path / "run")) >= after
    run(None, "run", resume=True)
    assert table(tmp_path / "run") == table(tmp_path / "whole")
    assert table(tmp_path / "run", "hits.csv") == table(tmp_path / "whole", "hits.csv")
    assert records(tmp_path / "run") == records(tmp_path / "whole")


@pytest.mark.usefixtures("at_once")
def test_a_table_can_be_read_while_the_run_goes_on(run: Runner, folder: Path, tmp_path: Path) -> None:
    seen: list[int] = []

    def look(progress: object) -> None:
        if progress.phase == "pause":  # type: ignore[attr-defined]
            seen.append(len(table(tmp_path / "run")))
            gate.open()

    def pause(progress: object) -> None:
        look(progress)
        if progress.phase == "identify" and progress.done == 3:  # type: ignore[attr-defined]
            gate.close()

    gate = Gate()
    counts = run(folder, "run", progress=pause, gate=gate)
    assert seen and 3 <= seen[0] <= 43 and counts.state("ok") == 41


@pytest.mark.usefixtures("at_once")
def test_a_paused_run_can_be_stopped(run: Runner, folder: Path) -> None:
    gate, token = Gate(), CancelToken()
    gate.close()

    def told(progress: object) -> None:
        if progress.phase == "pause":  # type: ignore[attr-defined]
            token.cancel()

    with pytest.raises(Cancelled):
        run(folder, "run", progress=told, gate=gate, cancel=token)


def test_size_time_and_content_of_each_photo_are_kept(run: Runner, folder: Path, tmp_path: Path) -> None:
    (folder / "empty.jpg").touch()
    run(folder, "run")
    with Database(tmp_path / "run" / STATE_FILE) as database:
        rows = database.rows("SELECT photo, photo_size, photo_mtime_ns, photo_hash FROM specimens")
    kept = {row[0]: FileFacts(*row[1:]) for row in rows if row[0] is not None}
    assert len(kept) > 30 and "empty.jpg" in kept
    for photo, facts in kept.items():
        assert facts == photos.read_facts(folder / photo)


def test_runs_side_by_side_give_the_same_answers(run: Runner, folder: Path, tmp_path: Path) -> None:
    run(folder, "run")
    with Batch(folder, tmp_path / "settled") as opened:
        model = opened.settle(run.identifier.model)
        assert model.cores is not None and run.identifier.model.cores is None
        opened.run(Identifier(model, run.identifier.library))
    assert records(tmp_path / "settled") == records(tmp_path / "run")


def test_a_finished_run_is_left_as_it_is(run: Runner, folder: Path, tmp_path: Path) -> None:
    run(folder, "run")
    before = (tmp_path / "run" / "results.csv").read_bytes()
    run(folder, "run", resume=True)
    assert (tmp_path / "run" / "results.csv").read_bytes() == before


def test_retrying_what_failed(run: Runner, folder: Path, tmp_path: Path) -> None:
    (folder / "empty.fasta").write_text("")
    run(folder, "run")
    with Database(tmp_path / "run" / STATE_FILE) as database:
        number = queries.page(database, queries.Filter(text="S3_side"))[0].specimen_id
        decisions.decide(database, number, "name", "Noctua comes", "species", note="seen", made_by="Ana")
    shutil.copy(folder / "box 0" / "S3_side.jpg", folder / "broken.jpg")
    (folder / "empty.fasta").write_text(f">filled\n{random_barcode(2)}\n")
    counts = run(folder, "run", resume=True, before=Batch.retry_failed)
    assert counts.by_state == {"waiting": 0, "ok": 43, "failed": 1}
    rows = {row["query_id"]: row for row in table(tmp_path / "run")}
    assert rows["broken"]["status"] == "ok" and rows["filled"]["decided_name"] == SPECIES[2][3]
    assert "empty" not in rows and len(rows) == 44
    assert rows["S3_side"]["verified_name"] == "Noctua comes" and rows["S3_side"]["notes"] == "seen"
    assert rows["S3_side"]["verification_status"] == "ValidatedByHuman"


@pytest.mark.usefixtures("at_once")
def test_stopping_a_retry_keeps_the_old_answers(run: Runner, folder: Path, tmp_path: Path) -> None:
    for number in range(20):
        (folder / f"bad{number}.jpg").write_text("x" * 50)
    run(folder, "run")
    before = table(tmp_path / "run")
    token = CancelToken()

    def told(_: object) -> None:
        token.cancel()

    with pytest.raises(Cancelled):
        run(None, "run", resume=True, before=Batch.retry_failed, cancel=token, progress=told)
    assert table(tmp_path / "run") == before


def test_files_that_came_since(run: Runner, folder: Path, tmp_path: Path) -> None:
    run(folder, "run")
    shutil.copy(folder / "box 0" / "S3_side.jpg", folder / "later.jpg")
    run(folder, "run", resume=True)
    assert len(table(tmp_path / "run")) == 43
    run(folder, "run", resume=True, before=Batch.add_new)
    assert [row["query_id"] for row in table(tmp_path / "run")][43:] == ["later"]


class TestRefusals:
    def test_a_second_run_in_the_same_folder(self, run: Runner, folder: Path) -> None:
        run(folder, "run")
        with pytest.raises(ArgumentError, match="holds a run already") as caught:
            run(folder, "run")
        sentence_of(caught)

    def test_another_folder(self, run: Runner, folder: Path, tmp_path: Path) -> None:
        run(folder, "run")
        other = tmp_path / "other"
        other.mkdir()
        with pytest.raises(ArgumentError, match="is about the folder") as caught:
            run(other, "run", resume=True)
        sentence_of(caught)

    def test_a_run_that_is_open(self, run: Runner, folder: Path, tmp_path: Path) -> None:
        with Batch(folder, tmp_path / "run"), pytest.raises(SessionError) as caught:
            run(folder, "run", resume=True)
        assert caught.value.code == "session_busy"
        sentence_of(caught)

    def test_nothing_there(self, run: Runner, tmp_path: Path) -> None:
        with pytest.raises(ArgumentError, match="no run to go on with"):
            run(None, "run", resume=True)
        with pytest.raises(ArgumentError, match="There is no folder"):
            run(tmp_path / "none", "run")
        (tmp_path / "empty").mkdir()
        with pytest.raises(ArgumentError, match="holds no photo"):
            run(tmp_path / "empty", "run")

    def test_another_table(self, run: Runner, folder: Path, tmp_path: Path) -> None:
        run(folder, "run")
        other = tmp_path / "t.tsv"
        other.write_text("specimen_id\timage_file\nx\tbroken.jpg\n")
        with pytest.raises(ArgumentError, match="another table"):
            run(folder, "run", resume=True, table=other)

    def test_another_model_library_or_setting(
        self, run: Runner, folder: Path, world: TinyWorld, tmp_path: Path
    ) -> None:
        run(folder, "run")
        with pytest.raises(ArgumentError, match="begun with --top-k 5; it cannot go on with 7") as caught:
            run(folder, "run", resume=True, top_k=7)
        sentence_of(caught)
        changed = tmp_path / "library"
        shutil.copytree(world.library, changed)
        manifest = json.loads((changed / "manifest.json").read_text(encoding="utf-8"))
        for key, value, words in (
            ("title", "Another", "has changed since the run was begun"),
            ("version", "9", "begun with library tiny"),
        ):
            (changed / "manifest.json").write_text(json.dumps({**manifest, key: value}))
            library = Library(changed)
            other = Runner(Identifier(run.identifier.model, library), tmp_path)
            with pytest.raises(ArgumentError, match=words) as caught:
                other(folder, "run", resume=True)
            sentence_of(caught)
            library.close()

    def test_another_precision(self, run: Runner, folder: Path, world: TinyWorld, tmp_path: Path) -> None:
        with Batch(folder, tmp_path / "run") as opened:
            settled = opened.settle(ModelPack(world.model, "cpu", "auto"))
            assert settled.precision == "fp32" and settled.cores is not None
            opened.run(Identifier(settled, run.identifier.library))
        with Batch(folder, tmp_path / "run", resume=True) as opened:
            settled = opened.settle(ModelPack(world.model, "cpu", "auto"))
            assert settled.precision == "fp32" and settled.cores is not None
            with pytest.raises(ArgumentError, match="begun with precision fp32"):
                opened.settle(ModelPack(world.model, "cpu", "int8"))

    def test_another_model_of_the_same_name(self, folder: Path, world: TinyWorld, tmp_path: Path) -> None:
        make_model(tmp_path / "other", seed=8)
        library = Library(world.library)
        before = batch_provenance.provenance_of(Identifier(ModelPack(world.model, "cpu"), library), 5)
        library.close()
        now = type(before)(**{**{f: getattr(before, f) for f in before.__slots__}, "model_sha256": "0"})
        with pytest.raises(ArgumentError, match="The model tiny 1 has changed"):
            batch_provenance.check_same(before, now)


class TestMishaps:
    @pytest.mark.usefixtures("at_once")
    def test_the_folder_vanishes_and_comes_back(self, run: Runner, folder: Path, tmp_path: Path) -> None:
        run(folder, "whole")
        away = tmp_path / "away"

        def unplug(progress: object) -> None:
            if progress.phase == "identify" and progress.done == 5 and folder.exists():  # type: ignore[attr-defined]
                folder.rename(away)

        with pytest.raises(SessionError, match="no longer there") as caught:
            run(folder, "run", progress=unplug)
        sentence_of(caught)
        with pytest.raises(ArgumentError, match="is not there; connect its drive"):
            run(None, "run", resume=True)
        away.rename(folder)
        run(None, "run", resume=True)
        assert table(tmp_path / "run") == table(tmp_path / "whole")

    @pytest.mark.usefixtures("at_once")
    def test_the_folder_was_moved(self, run: Runner, folder: Path, tmp_path: Path) -> None:
        run(folder, "whole")
        token = CancelToken()
        with pytest.raises(Cancelled):
            run(folder, "run", cancel=token, progress=stop_after(5, token))
        moved = folder.rename(tmp_path / "moved")
        run(moved, "run", resume=True)
        assert table(tmp_path / "run") == table(tmp_path / "whole")

    def test_single_files_vanish_or_change_under_the_reader(
        self, run: Runner, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = images.load_rgb

        def load(source: Path, min_side: int, seen: Callable[[bytes], None]) -> images.LoadedImage:
            loaded = real(source, min_side, seen)
            if source.name == "S1_side.jpg":
                source.unlink()
            if source.name == "S2_side.jpg":
                source.write_bytes(source.read_bytes() + b"more")
            return loaded

        monkeypatch.setattr("bioscan_desktop.inference.crop.load_rgb", load)

        def remove(_: Batch) -> None:
            _.plan()
            (folder / "box 2" / "S5_side.jpg").unlink()

        run(folder, "run", before=remove)
        rows = {row["query_id"]: row for row in table(tmp_path / "run")}
        assert len(rows) == 43
        assert rows["S1_side"]["error_code"] == "file_missing"
        assert rows["S2_side"]["error_code"] == "file_changed" and not rows["S2_side"]["decided_name"]
        assert rows["S5_side"]["error_code"] == "file_missing"
        assert rows["S5_side"]["status"] == "partial"  # its barcode is there
        monkeypatch.setattr("bioscan_desktop.inference.crop.load_rgb", real)
        fill(folder)
        (folder / "box 1" / "S1_side.jpg").unlink()
        run(folder, "run", resume=True, before=Batch.retry_failed)
        rows = {row["query_id"]: row for row in table(tmp_path / "run")}
        assert rows["S2_side"]["status"] == "ok" and rows["S1_side"]["status"] == "failed"
        assert rows["S5_side"]["status"] == "ok"

    @pytest.mark.usefixtures("at_once")
    def test_a_full_disk_stops_with_a_sentence_and_the_rest_follows_later(
        self, run: Runner, folder: Path, tmp_path: Path
    ) -> None:
        run(folder, "whole")
        limit = Batch.plan

        def small_disk(opened: Batch) -> None:
            limit(opened)
            pages = opened.database.value("PRAGMA page_count")
            opened.database.value(f"PRAGMA max_page_count = {pages + 12}")

        with pytest.raises(SessionError) as caught:
            run(folder, "run", before=small_disk)
        assert caught.value.code == "disk_full" and sentence_of(caught)
        kept = len(records(tmp_path / "run"))
        assert 0 < kept < 43
        run(folder, "run", resume=True)
        assert table(tmp_path / "run") == table(tmp_path / "whole")

    def test_no_room_for_the_tables(
        self, run: Runner, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(_: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("bioscan_desktop.services.batch_tables.os.fsync", full)
        with pytest.raises(ArgumentError, match="No space left") as caught:
            run(folder, "run")
        sentence_of(caught)
        monkeypatch.undo()
        run(folder, "run", resume=True)
        assert len(table(tmp_path / "run")) == 43

    def test_a_table_that_is_open_elsewhere(
        self, run: Runner, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As Excel on Windows holds it: it cannot be replaced until it is closed."""
        real = Path.replace
        held = [True]

        def replace(path: Path, target: Path) -> Path:
            if held[0] and Path(target).name == "results.csv":
                raise PermissionError(13, "Permission denied", str(target))
            return real(path, target)

        monkeypatch.setattr(Path, "replace", replace)
        notices: list[str] = []
        with pytest.raises(ArgumentError, match="open in another program") as caught:
            run(folder, "run", notice=notices.append)
        sentence_of(caught)
        assert len(notices) == 1 and "written when the run ends" in notices[0]
        held[0] = False
        run(folder, "run", resume=True)
        assert len(table(tmp_path / "run")) == 43

    def test_a_run_folder_that_cannot_be_made(self, run: Runner, folder: Path, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("x")
        with pytest.raises(ArgumentError, match="cannot be made") as caught:
            run(folder, "file/run")
        sentence_of(caught)

    @pytest.mark.skipif(sys.platform != "linux", reason="/proc and /sys take no files, not even of root")
    @pytest.mark.parametrize(("out", "words"), [("/proc/run", "cannot be made"), ("/sys", "cannot be ")])
    def test_a_run_in_a_folder_that_cannot_be_written_to(self, folder: Path, out: str, words: str) -> None:
        with pytest.raises(BioscanError, match=words) as caught:
            Batch(folder, Path(out))
        assert out in sentence_of(caught)

    def test_nothing_is_written_into_the_folder(self, run: Runner, folder: Path) -> None:
        def all_of_it() -> dict[Path, tuple[int, int]]:
            return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in folder.rglob("*")}

        before = all_of_it()
        places = [folder, *(path for path in folder.iterdir() if path.is_dir())]
        for place in places:
            place.chmod(0o555)
        try:
            assert run(folder, "run").state("ok") == 41
        finally:
            for place in places:
                place.chmod(0o755)
        assert all_of_it() == before

    def test_a_tiff_of_a_hundred_megabytes_whole_and_cut(
        self, run: Runner, world: TinyWorld, tmp_path: Path
    ) -> None:
        scans = tmp_path / "scans"
        scans.mkdir()
        with Image.open(world.photos["Pieris rapae"]) as opened:
            opened.convert("RGB").resize((6000, 5800)).save(scans / "whole.tif")
        assert (scans / "whole.tif").stat().st_size > 100e6
        with (scans / "whole.tif").open("rb") as stream:
            (scans / "cut.tif").write_bytes(stream.read(60_000_000))
        counts = run(scans, "run")
        assert (counts.state("ok"), counts.state("failed")) == (1, 1)
        cut, whole = table(tmp_path / "run")
        assert whole["order"] == "Lepidoptera"
        assert cut["error_code"] == "damaged_photo" and cut["error_message"].endswith("copy it again.")

    def test_names_in_any_script_and_paths_beyond_260_characters(
        self, run: Runner, world: TinyWorld, tmp_path: Path
    ) -> None:
        deep = tmp_path / "Фото" / Path(*["ein sehr langer Ordnername mit Leerzeichen und Ümläuten " * 2] * 3)
        try:
            deep.mkdir(parents=True)
        except OSError:
            pytest.skip("this system has no paths of that length")
        names = ["蝶々.jpg", "🦋 1.JPG", "e\u0301te\u0301.jpg", "=1+2.jpg"]
        for name in names:
            shutil.copy(world.photos["Pieris rapae"], deep / name)
        assert len(str(deep / names[0])) > 260
        if sys.platform == "linux":
            shutil.copy(world.photos["Pieris rapae"], deep / os.fsdecode(b"latin-\xe9.jpg"))
        run(tmp_path / "Фото", "Läufe 昆虫")
        rows = table(tmp_path / "Läufe 昆虫")
        assert [row["status"] for row in rows].count("ok") == len(names)
        assert {row["input"].rpartition("/")[2] for row in rows} >= set(names)
        if sys.platform == "linux":
            (bad,) = [row for row in rows if row["status"] == "failed"]
            assert bad["error_code"] == "bad_file_name" and "rename" in bad["error_message"]

    @pytest.mark.skipif(os.name == "nt", reason="parts folders there")
    def test_a_name_may_have_a_backslash(self, run: Runner, world: TinyWorld, tmp_path: Path) -> None:
        (tmp_path / "photos" / "box").mkdir(parents=True)
        for name in ("C1\\side.jpg", "box/left\\right.jpg"):
            shutil.copy(world.photos["Pieris rapae"], tmp_path / "photos" / name)
        named = tmp_path / "specimens.tsv"
        named.write_text("specimen_id\timage_file\nA1\tC1\\side.jpg\nA2\tbox\\left\\right.jpg\n")
        run(tmp_path / "photos", "run", table=named)
        found = {row["query_id"]: (row["file_name"], row["status"]) for row in table(tmp_path / "run")}
        assert found["A1"] == ("C1\\side.jpg", "ok")
        assert ("left\\right.jpg", "ok") in found.values()

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such files")
    def test_what_is_no_photo_is_a_row_with_a_sentence(self, run: Runner, tmp_path: Path) -> None:
        """What would be waited for, read for ever, or fill the memory."""
        folder = tmp_path / "photos"
        (folder / "folder.jpg").mkdir(parents=True)
        draw_insect(SPECIES[0][4]).save(folder / "folder.jpg" / "good.jpg")
        (folder / "linked.jpg").symlink_to(folder / "folder.jpg")
        expected = {"good": ""}
        for name in ("pipe.jpg", "dna.fasta", "trace.ab1"):
            os.mkfifo(folder / name)
            expected[name.split(".")[0]] = "file_unreadable"
        for name, code in (
            ("huge.jpg", "too_large"),
            ("zeros.fasta", "not_text"),
            ("zeros.ab1", "damaged_trace"),
        ):
            with (folder / name).open("wb") as stream:
                stream.truncate(5_000_000_000)  # a hole, on the disk
            expected[name.split(".")[0] + (".2" if name == "zeros.fasta" else "")] = code
        for name, target, code in (
            ("device.jpg", "/dev/zero", "file_unreadable"),
            ("round.jpg", "round.jpg", "file_unreadable"),
            ("lost.jpg", "nowhere.jpg", "file_missing"),
        ):
            (folder / name).symlink_to(target)
            expected[name.split(".")[0]] = code
        (folder / "empty.jpg").touch()
        (folder / "wide.png").write_bytes(png_header(40_000, 40_000))
        (folder / "new\nline.jpg").write_bytes(b"no photo")
        expected |= {"empty": "empty_file", "wide": "too_large", "new\nline": "not_a_photo"}
        if sys.platform == "linux":  # other systems refuse the name
            Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.jpg")).write_bytes(b"no photo")
            expected["caf\\udce9"] = "bad_file_name"
        run(folder, "run")
        rows = {row["query_id"]: row for row in table(tmp_path / "run")}
        assert {name: row["error_code"] for name, row in rows.items()} == expected
        for name, row in rows.items():
            assert name == "good" or row["error_message"].endswith("."), name
            assert "\n" not in row["error_message"]
        run(folder, "run", resume=True, before=Batch.add_new)
        assert len(table(tmp_path / "run")) == len(expected)
        (folder / "zeros.fasta").unlink()  # and so there is nothing to read again
        run(folder, "run", resume=True, before=Batch.retry_failed)
        assert {row["query_id"]: row["error_code"] for row in table(tmp_path / "run")} == expected

    def test_results_inside_of_the_folder_are_not_read(self, run: Runner, folder: Path) -> None:
        with Batch(folder, folder / "run") as opened:
            (folder / "run" / "picture.jpg").write_text("x")
            assert opened.plan().photos == 41

    def test_a_bug_in_a_step_is_not_swallowed(
        self, run: Runner, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: object) -> None:
            raise RuntimeError("a bug")

        monkeypatch.setattr(batch_answers, "answer_of", broken)
        with pytest.raises(RuntimeError, match="a bug"):
            run(folder, "run")


class TestWatching:
    @pytest.fixture
    def watching(
        self, run: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[Callable[[Callable[[], bool]], None]]:
        """Starts a run that watches an empty folder; the value waits for something to become true."""
        monkeypatch.setattr(batch_work, "Settling", lambda: Settling(0.3))
        token = CancelToken()
        (tmp_path / "trap").mkdir()
        outcome: list[object] = []

        def work() -> None:
            try:
                outcome.append(run(tmp_path / "trap", "run", watch=True, poll_s=0.05, cancel=token))
            except BaseException as error:
                outcome.append(error)

        thread = threading.Thread(target=work)
        thread.start()

        def until(true: Callable[[], bool]) -> None:
            end = time.monotonic() + 20
            while not true():
                assert time.monotonic() < end and thread.is_alive(), outcome
                time.sleep(0.02)

        yield until
        token.cancel()
        thread.join(20)
        assert isinstance(outcome[0], queries.Counts), outcome

    def test_new_files_are_identified_when_they_are_complete(
        self, watching: Callable[[Callable[[], bool]], None], world: TinyWorld, tmp_path: Path
    ) -> None:
        trap, out = tmp_path / "trap", tmp_path / "run"

        def rows() -> list[dict[str, str]]:
            return table(out) if (out / "results.csv").exists() else []

        watching(lambda: (out / "results.csv").exists())
        data = world.photos["Pieris rapae"].read_bytes()
        with (trap / "slow.jpg").open("wb") as camera:
            for start in range(0, len(data), len(data) // 8 + 1):
                camera.write(data[start : start + len(data) // 8 + 1])
                camera.flush()
                time.sleep(0.1)
                assert rows() == []
        watching(lambda: len(rows()) == 1)
        assert (rows()[0]["query_id"], rows()[0]["status"]) == ("slow", "ok")
        (trap / "coi.fasta").write_text(f">slow\n{world.barcodes['Pieris rapae']}\n")

        def modalities() -> list[str]:
            with Database(out / STATE_FILE, read_only=True) as database:
                return [record["modality"] for _, record, _ in specimens.records(database)]

        watching(lambda: modalities() == ["both"])

    def test_a_folder_that_goes_away_and_comes_back(
        self, watching: Callable[[Callable[[], bool]], None], world: TinyWorld, tmp_path: Path
    ) -> None:
        trap, out = tmp_path / "trap", tmp_path / "run"
        watching(lambda: (out / "results.csv").exists())
        shutil.copy(world.photos["Pieris rapae"], trap / "a.jpg")
        watching(lambda: len(table(out)) == 1)
        trap.rename(tmp_path / "away")
        time.sleep(0.3)
        (tmp_path / "away").rename(trap)
        shutil.copy(world.photos["Pieris rapae"], trap / "b.jpg")
        watching(lambda: len(table(out)) == 2)


def test_a_backup_is_made_once_a_day(run: Runner, folder: Path, tmp_path: Path) -> None:
    for _ in range(3):
        run(folder, "run", resume=True)
    assert len(backups_of(tmp_path / "run" / STATE_FILE)) == 1
