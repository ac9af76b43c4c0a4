"""`bioscan` as scripts use it: data on standard output, words on standard error, exit codes 0, 1, 2."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import bioscan_desktop
from bioscan_desktop import cli, logs, paths
from bioscan_desktop.core.barcode import reverse_complement
from bioscan_desktop.services import packs, specimens
from tests.conftest import SPECIES, TinyWorld, draw_insect, make_model, mutate, random_barcode

RAPAE, BALTEATUS = "Pieris rapae", "Episyrphus balteatus"
ROOT = Path(bioscan_desktop.__file__).parents[1]


def standard_input(data: bytes) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BufferedReader(io.BytesIO(data)))


class Runner:
    """Runs `bioscan` with the tiny packs and keeps what it wrote."""

    def __init__(self, world: TinyWorld, capsys: pytest.CaptureFixture[str]) -> None:
        self.world, self.capsys = world, capsys
        self.out = self.err = ""

    def __call__(self, *arguments: object) -> int:
        self.capsys.readouterr()
        try:
            code = cli.main([str(a) for a in arguments])
        except SystemExit as stop:
            code = int(stop.code or 0)
        self.out, self.err = self.capsys.readouterr()
        assert "Traceback" not in self.err
        return code

    def identify(self, *arguments: object) -> int:
        return self(
            "identify",
            "--library",
            self.world.library,
            "--model",
            self.world.model,
            "--provider",
            "cpu",
            *arguments,
        )

    @property
    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self.out.splitlines()]

    def sentence(self) -> str:
        """The one line of standard error."""
        (line,) = self.err.splitlines()
        assert line.startswith("bioscan")
        return line


@pytest.fixture
def bioscan(world: TinyWorld, capsys: pytest.CaptureFixture[str]) -> Runner:
    return Runner(world, capsys)


class TestIdentify:
    def test_photos_and_barcodes(self, bioscan: Runner, world: TinyWorld, tmp_path: Path) -> None:
        fasta = tmp_path / "b.fasta"
        fasta.write_text("".join(f">{s.split()[1]}\n{b}\n" for s, b in world.barcodes.items()))
        assert bioscan.identify(world.photos[RAPAE], fasta) == 0
        assert [line["query_id"] for line in bioscan.lines] == [
            "pieris_rapae",
            "pronuba",
            "comes",
            "rapae",
            "balteatus",
        ]
        assert all(line["status"] == "ok" for line in bioscan.lines)
        assert bioscan.lines[3]["hits"][0]["species"] == RAPAE
        assert bioscan.err == ""

    def test_some_failed(self, bioscan: Runner, world: TinyWorld, tmp_path: Path) -> None:
        assert bioscan.identify(world.photos[RAPAE], tmp_path / "gone.jpg") == 1
        assert [line["status"] for line in bioscan.lines] == ["ok", "failed"]
        assert bioscan.lines[1]["error"]["code"] == "file_missing"

    def test_partial_is_no_failure(self, bioscan: Runner, world: TinyWorld, tmp_path: Path) -> None:
        data = world.photos[RAPAE].read_bytes()
        (tmp_path / "cut.jpg").write_bytes(data[: len(data) * 4 // 5])
        assert bioscan.identify(tmp_path / "cut.jpg") == 0
        assert bioscan.lines[0]["status"] == "partial"

    def test_one_pasted_barcode(self, bioscan: Runner, world: TinyWorld) -> None:
        assert bioscan.identify("--sequence", world.barcodes[RAPAE].lower()) == 0
        (line,) = bioscan.lines
        assert (line["query_id"], line["modality"]) == ("sequence", "dna")
        assert bioscan.identify("--sequence", reverse_complement(world.barcodes[RAPAE])) == 0
        assert [h["processid"] for h in bioscan.lines[0]["hits"]] == [h["processid"] for h in line["hits"]]
        assert bioscan.identify("--sequence", "ACGT", "--sequence", world.barcodes[RAPAE]) == 1
        assert [line["query_id"] for line in bioscan.lines] == ["sequence", "sequence.2"]
        assert bioscan.err == "bioscan: 1 of 2 specimens cannot be identified; their lines say why.\n"

    def test_standard_input(self, bioscan: Runner, world: TinyWorld, monkeypatch: pytest.MonkeyPatch) -> None:
        text = f"\ufeff>a\r\n{world.barcodes[RAPAE]}\r\n>a\r\n{world.barcodes[BALTEATUS]}\r\n"
        for data in (text.encode(), text.encode("utf-16"), gzip.compress(text.encode())):
            monkeypatch.setattr(sys, "stdin", standard_input(data))
            assert bioscan.identify("-") == 0
            assert [line["query_id"] for line in bioscan.lines] == ["a", "a.2"]
        monkeypatch.setattr(sys, "stdin", standard_input(text.encode()))
        assert bioscan.identify("-", "-") == 1  # nothing is left for the second one
        assert [line["status"] for line in bioscan.lines] == ["ok", "ok", "failed"]

    @pytest.mark.parametrize(
        ("data", "code"), [(b"\x89PNG\0\0", "not_text"), (gzip.compress(b">a\n")[:9], "file_unreadable")]
    )
    def test_standard_input_that_is_none(
        self, bioscan: Runner, monkeypatch: pytest.MonkeyPatch, data: bytes, code: str
    ) -> None:
        monkeypatch.setattr(sys, "stdin", standard_input(data))
        assert bioscan.identify("-") == 1
        assert bioscan.lines[0]["error"]["code"] == code

    def test_empty_standard_input_is_a_failed_row(
        self, bioscan: Runner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "stdin", standard_input(b""))
        assert bioscan.identify("-") == 1
        assert bioscan.lines[0]["error"]["code"] == "empty_barcode"

    def test_specimens_with_both(self, bioscan: Runner, world: TinyWorld, tmp_path: Path) -> None:
        shutil.copy(world.photos[RAPAE], tmp_path / "r.jpg")
        table = tmp_path / "specimens.tsv"
        table.write_text(
            "specimen_id\timage_file\tnucleotides\n"
            f"S1\tr.jpg\t{world.barcodes[RAPAE]}\nS2\t\t{world.barcodes[BALTEATUS]}\nS3\tr.jpg\tACGT\n"
        )
        assert bioscan.identify("--specimens", table) == 0
        assert [(line["query_id"], line["modality"], line["status"]) for line in bioscan.lines] == [
            ("S1", "both", "ok"), ("S2", "dna", "ok"), ("S3", "image", "partial"),
        ]  # fmt: skip
        assert set(bioscan.lines[0]["by_modality"]) == {"image", "dna"}

    def test_several_photos_of_a_specimen(self, bioscan: Runner, world: TinyWorld, tmp_path: Path) -> None:
        for name in ("dorsal.jpg", "ventral.jpg"):
            shutil.copy(world.photos[RAPAE], tmp_path / name)
        table = tmp_path / "specimens.tsv"
        table.write_text("specimen_id\timage_file\nS1\tdorsal.jpg\nS1\tventral.jpg\nS2\tdorsal.jpg\n")
        assert bioscan.identify("--specimens", table) == 0
        first, second = bioscan.lines
        assert (first["query_id"], first["modality"], first["photo_conflict"]) == ("S1", "image", None)
        assert [Path(name).name for name in first["photos"]] == ["dorsal.jpg", "ventral.jpg"]
        assert [verdict["name"] for verdict in first["by_photo"]] == [second["verdict"]["name"]] * 2
        assert "photos" not in second

    def test_photos_are_joined_by_name_where_asked(
        self, bioscan: Runner, world: TinyWorld, tmp_path: Path
    ) -> None:
        for name in ("A-1_dorsal.jpg", "A-1_ventral.jpg", "A-1_2.jpg"):
            shutil.copy(world.photos[RAPAE], tmp_path / name)
        for more, ids in (
            ([], ["A-1_2", "A-1_dorsal", "A-1_ventral"]),
            (["--join-by-name", "words"], ["A-1_2", "A-1"]),
            (["--join-by-name", "numbers"], ["A-1"]),
        ):
            assert bioscan.identify(tmp_path, *more) == 0
            assert [line["query_id"] for line in bioscan.lines] == ids
        assert len(bioscan.lines[0]["photos"]) == 3

    def test_ids_are_unique_over_all_inputs(self, bioscan: Runner, world: TinyWorld, tmp_path: Path) -> None:
        other = tmp_path / world.photos[RAPAE].name
        shutil.copy(world.photos[RAPAE], other)
        assert bioscan.identify(world.photos[RAPAE], other) == 0
        assert [line["query_id"] for line in bioscan.lines] == ["pieris_rapae", "pieris_rapae.2"]

    def test_folders_and_no_recursive(self, bioscan: Runner, world: TinyWorld, tmp_path: Path) -> None:
        (tmp_path / "deep").mkdir()
        shutil.copy(world.photos[RAPAE], tmp_path / "a.jpg")
        shutil.copy(world.photos[RAPAE], tmp_path / "deep" / "b.jpg")
        assert bioscan.identify(tmp_path) == 0
        assert [line["query_id"] for line in bioscan.lines] == ["a", "b"]
        assert bioscan.identify(tmp_path, "--no-recursive") == 0
        assert [line["query_id"] for line in bioscan.lines] == ["a"]

    @pytest.mark.parametrize("k", [1, 2, 500])
    def test_top_k(self, bioscan: Runner, world: TinyWorld, k: int) -> None:
        assert bioscan.identify("--sequence", world.barcodes[RAPAE], "--top-k", k) == 0
        hits = bioscan.lines[0]["hits"]
        assert len(hits) == min(k, len(hits))
        if k < 3:
            assert len(hits) == k

    def test_csv(self, bioscan: Runner, world: TinyWorld) -> None:
        assert bioscan.identify("--sequence", world.barcodes[RAPAE], "--format", "csv") == 0
        (row,) = csv.DictReader(io.StringIO(bioscan.out))
        assert row["top_species"] == RAPAE

    def test_the_provider_is_told(self, bioscan: Runner, world: TinyWorld) -> None:
        bioscan.identify("--sequence", world.barcodes[RAPAE])
        assert bioscan.lines[0]["provider"] == "CPUExecutionProvider"


class TestOut:
    def test_the_file_appears_when_it_is_complete(
        self, bioscan: Runner, world: TinyWorld, tmp_path: Path
    ) -> None:
        out = tmp_path / "names.jsonl"
        out.write_text("old")
        assert bioscan.identify(world.photos[RAPAE], tmp_path / "gone.jpg", "--out", out) == 1
        assert bioscan.out == ""
        assert len(out.read_text("utf-8").splitlines()) == 2
        assert [p.name for p in tmp_path.iterdir()] == ["names.jsonl"]

    def test_a_run_that_breaks_off_leaves_the_old_file(
        self, bioscan: Runner, world: TinyWorld, tmp_path: Path
    ) -> None:
        out = tmp_path / "names.jsonl"
        out.write_text("old")
        table = tmp_path / "bad.tsv"
        table.write_text("neither\tnor\n")
        assert bioscan.identify("--sequence", world.barcodes[RAPAE], "--specimens", table, "--out", out) == 2
        assert out.read_text() == "old"
        assert "neither a column" in bioscan.sentence()

    def test_a_file_that_cannot_be_written(self, bioscan: Runner, world: TinyWorld, tmp_path: Path) -> None:
        assert bioscan.identify("--sequence", world.barcodes[RAPAE], "--out", tmp_path / "no" / "x.csv") == 2
        assert "cannot be written" in bioscan.sentence()

    @pytest.mark.skipif(os.name == "nt", reason="Windows has no undecodable names")
    def test_undecodable_names_do_not_break_it(
        self, bioscan: Runner, world: TinyWorld, tmp_path: Path
    ) -> None:
        photo = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.jpg"))
        shutil.copy(world.photos[RAPAE], photo)
        for kind in ("jsonl", "csv"):
            out = tmp_path / f"out.{kind}"
            assert bioscan.identify(photo, "--format", kind, "--out", out) == 0
            assert "caf" in out.read_text("utf-8")


class TestUnusable:
    @pytest.mark.parametrize(
        "arguments",
        [
            [],
            ["--top-k", "0", "x.jpg"],
            ["--top-k", "many", "x.jpg"],
            ["--format", "xml", "x.jpg"],
            ["--provider", "tpu", "x.jpg"],
            ["--nonsense"],
            ["--specimens", "gone.tsv"],
        ],
    )
    def test_bad_arguments(self, bioscan: Runner, arguments: list[str]) -> None:
        assert bioscan.identify(*arguments) == 2
        assert bioscan.out == ""
        assert bioscan.sentence()

    @pytest.mark.parametrize(
        "arguments", [[], ["nonsense"], ["library"], ["library", "nonsense"], ["--nonsense"]]
    )
    def test_bad_commands(self, bioscan: Runner, arguments: list[str]) -> None:
        assert bioscan(*arguments) == 2
        assert "--help" in bioscan.sentence()

    def test_packs_that_are_not_there(self, bioscan: Runner, tmp_path: Path) -> None:
        assert bioscan("identify", "x.jpg", "--library", "gone") == 2
        assert "no library pack 'gone'" in bioscan.sentence()
        assert bioscan.identify("x.jpg", "--model", tmp_path / "gone") == 2
        assert "no model pack" in bioscan.sentence()

    def test_a_model_of_another_space(self, bioscan: Runner, tmp_path: Path) -> None:
        make_model(tmp_path / "other", seed=8)
        assert bioscan.identify("x.jpg", "--model", tmp_path / "other") == 2
        assert "mean nothing to each other" in bioscan.sentence()

    @pytest.mark.parametrize(
        "file",
        ["manifest.json", "image.onnx", "dna.onnx", "keys.dna.npy", "keys.image.npy", "records.sqlite"],
    )
    @pytest.mark.parametrize("damage", ["cut", "gone", "text"])
    def test_damaged_packs_are_one_sentence(
        self, bioscan: Runner, world: TinyWorld, tmp_path: Path, file: str, damage: str
    ) -> None:
        of_model = file.endswith("onnx")
        copy = Path(shutil.copytree(world.model if of_model else world.library, tmp_path / "pack"))
        data = (copy / file).read_bytes()
        if damage == "gone":
            (copy / file).unlink()
        else:
            (copy / file).write_bytes(data[: len(data) // 3] if damage == "cut" else b"rubbish\n" * 300)
        option = "--model" if of_model else "--library"
        code = bioscan.identify(world.photos[RAPAE], "--sequence", world.barcodes[RAPAE], option, copy)
        assert code == 2
        assert bioscan.sentence().endswith(".")

    def test_stopped_by_the_user(self, bioscan: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
        def stop(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(packs, "open_library", stop)
        assert bioscan.identify("x.jpg") == 1
        assert bioscan.sentence() == "bioscan: stopped."


class TestHelp:
    @pytest.mark.parametrize(
        "command", [["identify"], ["library", "build"], ["evaluate"]], ids=lambda c: " ".join(c)
    )
    def test_help_shows_an_example(self, bioscan: Runner, command: list[str]) -> None:
        assert bioscan(*command, "--help") == 0
        assert "example:" in bioscan.out
        assert "bioscan " + " ".join(command) in bioscan.out.split("example:")[1]

    def test_the_first_help_names_every_command(self, bioscan: Runner) -> None:
        assert bioscan("--help") == 0
        for command in ("identify", "library", "model", "evaluate", "selftest"):
            assert command in bioscan.out

    def test_the_examples_can_be_parsed(self, bioscan: Runner) -> None:
        for command in (["identify"], ["library", "build"], ["evaluate"]):
            bioscan(*command, "--help")
            example = bioscan.out.split("example:")[1].split("\n")[1].split()
            assert example[0] == "bioscan"
            cli._parser().parse_args(example[1:])

    def test_version(self, bioscan: Runner) -> None:
        assert bioscan("--version") == 0
        assert bioscan.out == f"bioscan {bioscan_desktop.__version__}\n"


class TestPacks:
    def test_library_build_info_verify_list_install(
        self, bioscan: Runner, world: TinyWorld, tmp_path: Path
    ) -> None:
        lib = tmp_path / "my-lib"
        common = ["--records", world.records, "--model", world.model, "--provider", "cpu", "--out", lib]
        assert bioscan("library", "build", *common, "--images", world.images, "--title", "Mine") == 0
        built = json.loads(bioscan.out)
        assert (built["out"], built["skipped"], built["species"], built["image_keys"]) == (str(lib), 0, 4, 12)
        assert bioscan("library", "verify", lib) == 0
        assert "as its manifest says" in bioscan.out
        assert bioscan("library", "info", lib) == 0
        assert json.loads(bioscan.out)["title"] == "Mine"
        assert bioscan("library", "install", lib) == 0
        assert bioscan("library", "list") == 0
        assert "my-lib\t1\tMine" in bioscan.out
        assert bioscan("library", "build", *common) == 2
        assert "exists already" in bioscan.sentence()

    def test_species_can_be_left_out_and_rows_be_skipped(
        self, bioscan: Runner, world: TinyWorld, tmp_path: Path
    ) -> None:
        (tmp_path / "unseen.txt").write_text(f"\ufeff{RAPAE}\n\n{BALTEATUS}\n", encoding="utf-8")
        table = tmp_path / "r.tsv"
        table.write_text(world.records.read_text() + "BAD1\t\tACGT\tDiptera\t\t\t\t\t\n")
        code = bioscan(
            "library", "build", "--records", table, "--model", world.model, "--provider", "cpu",
            "--out", tmp_path / "lib", "--exclude-species", tmp_path / "unseen.txt",
        )  # fmt: skip
        assert code == 1
        built = json.loads(bioscan.out)
        assert (built["species"], built["skipped"], built["image_keys"]) == (2, 1, 0)
        assert "BAD1 has only 4 bases" in bioscan.sentence()

    @pytest.mark.parametrize(
        "arguments",
        [
            ["--records", "gone.tsv"],
            ["--records", "{records}", "--cluster-similarity", "1.5"],
            ["--records", "{records}", "--cluster-similarity", "0"],
            ["--records", "{records}", "--images", "gone"],
            ["--records", "{records}", "--exclude-species", "gone.txt"],
        ],
    )
    def test_builds_that_cannot_be(
        self, bioscan: Runner, world: TinyWorld, tmp_path: Path, arguments: list[str]
    ) -> None:
        given = [a.format(records=world.records) for a in arguments]
        assert bioscan("library", "build", *given, "--model", world.model, "--out", tmp_path / "lib") == 2
        assert bioscan.sentence().endswith(".")
        assert list(tmp_path.iterdir()) == []

    def test_models(self, bioscan: Runner, world: TinyWorld, tmp_path: Path) -> None:
        assert bioscan("model", "install", world.model) == 0
        assert bioscan("model", "verify", "tiny") == 0
        assert bioscan("model", "list") == 0
        assert "tiny\t1\tTiny model" in bioscan.out
        # Now the library finds its model by itself.
        code = bioscan("identify", "--library", world.library, "--sequence", world.barcodes[RAPAE])
        assert code == 0
        copy = Path(shutil.copytree(world.model, tmp_path / "copy"))
        (copy / "dna.onnx").write_bytes(b"x")
        assert bioscan("model", "verify", copy) == 2
        assert "hash mismatch" in bioscan.sentence()
        assert bioscan("model", "install", tmp_path / "gone.zip") == 2


class TestEvaluate:
    @pytest.fixture
    def queries(self, tmp_path: Path) -> Path:
        path = tmp_path / "q.tsv"
        lines = ["processid\tnucleotides\torder\tfamily\tgenus\tspecies"]
        for n in range(12):
            lines.append("\t".join([f"Q{n}", mutate(random_barcode(n % 4), 2, n), *SPECIES[n % 4][:4]]))
        path.write_text("\n".join(lines) + "\n")
        return path

    def run(self, bioscan: Runner, queries: Path, *more: object) -> int:
        world = bioscan.world
        return bioscan(
            "evaluate", "--library", world.library, "--model", world.model, "--provider", "cpu",
            "--queries", queries, *more,
        )  # fmt: skip

    def test_json(self, bioscan: Runner, queries: Path, tmp_path: Path) -> None:
        unseen = tmp_path / "unseen.txt"
        unseen.write_text(RAPAE + "\n")
        assert (
            self.run(bioscan, queries, "--query", "dna", "--keys", "dna", "--json", "--unseen", unseen) == 0
        )
        figures = json.loads(bioscan.out)
        assert {
            "n_queries", "keys", "top_k", "seen", "unseen", "harmonic_mean", "verdict", "novelty_auroc",
            "ece",
        } <= set(figures)  # fmt: skip
        assert figures["n_queries"] == 12
        for k in ("1", "3", "5"):
            assert figures["top_k"][k]["species"] == {"micro": 1.0, "macro": 1.0}
        assert {
            "accuracy_by_rank", "mean_rank", "precision_of_species_calls", "coverage_of_species_calls",
        } <= set(figures["verdict"])  # fmt: skip
        assert (figures["seen"]["n_queries"], figures["unseen"]["n_queries"]) == (9, 3)

    def test_json_has_every_key_also_of_what_was_not_asked_for(self, bioscan: Runner, queries: Path) -> None:
        assert self.run(bioscan, queries, "--json") == 0
        figures = json.loads(bioscan.out)
        assert [figures[name] for name in ("seen", "unseen", "harmonic_mean")] == [None, None, None]
        assert all(figures[name] is not None for name in ("n_queries", "keys", "top_k", "verdict"))

    def test_words(self, bioscan: Runner, queries: Path) -> None:
        assert self.run(bioscan, queries) == 0
        assert "12 queries" in bioscan.out
        assert "100.0" in bioscan.out

    def test_failed_queries(self, bioscan: Runner, queries: Path) -> None:
        queries.write_text(queries.read_text() + "BAD\tACGT\tDiptera\t\t\t\n")
        assert self.run(bioscan, queries, "--json") == 1
        assert "only 4 bases" in bioscan.sentence()
        assert json.loads(bioscan.out)["n_failed"] == 1

    def test_photos_need_their_folder(self, bioscan: Runner, queries: Path) -> None:
        assert self.run(bioscan, queries, "--query", "image") == 2
        assert "--images" in bioscan.sentence()

    def test_photos(self, bioscan: Runner, world: TinyWorld) -> None:
        code = self.run(
            bioscan, world.records, "--query", "image", "--keys", "image", "--images", world.images, "--json"
        )
        assert code == 0
        assert json.loads(bioscan.out)["top_k"]["1"]["species"]["micro"] == 1.0

    def test_no_usable_query(self, bioscan: Runner, tmp_path: Path) -> None:
        path = tmp_path / "q.tsv"
        path.write_text("processid\tnucleotides\nQ\tACGT\n")
        assert self.run(bioscan, path) == 2


def python(*arguments: object, **more: object) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error::ResourceWarning"}
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        capture_output=True,
        timeout=60,
        env=environment,
        check=False,
        **more,
    )  # type: ignore[call-overload]


class TestTrouble:
    def test_a_fault_of_the_program_is_one_sentence_and_its_traceback_is_logged(
        self, bioscan: Runner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(packs, "installed", lambda _: {}["a\nb"])
        assert bioscan("model", "list") == 2
        assert "KeyError" in bioscan.sentence() and "please report it with the end of" in bioscan.sentence()
        log = (paths.log_dir() / logs.FILE_NAME).read_text(encoding="utf-8")
        assert "Traceback" in log and "KeyError: 'a\\nb'" in log

    def test_trouble_with_a_file_to_be_read_is_not_laid_on_the_one_to_be_written(
        self, bioscan: Runner, world: TinyWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def vanished(*_: object, **__: object) -> None:
            raise OSError(5, "Input/output error", str(tmp_path / "card"))

        monkeypatch.setattr(specimens, "collect", vanished)
        assert bioscan.identify(tmp_path, "--out", tmp_path / "out.jsonl") == 2
        assert bioscan.sentence() == f"bioscan: {tmp_path / 'card'}: Input/output error."
        assert not (tmp_path / "out.jsonl").exists()


class TestProcess:
    def test_a_whole_run(self, world: TinyWorld, tmp_path: Path) -> None:
        draw_insect((1, 2, 3), (8, 8)).save(tmp_path / "tiny.png")
        header = ">M\xfcller-1 caf\xe9\n".encode("latin-1")  # standard input in an old encoding
        done = python(
            "-m", "bioscan_desktop.cli", "identify", "-", tmp_path,
            "--library", world.library, "--model", world.model,
            input=header + world.barcodes[RAPAE].encode() + b"\n",
        )  # fmt: skip
        assert done.returncode == 1
        assert done.stderr.startswith(b"bioscan: 1 of 2 specimens cannot be identified")
        lines = [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]
        assert [line["status"] for line in lines] == ["ok", "failed"]

    @pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
    def test_a_request_to_end_leaves_nothing_half_written(self, world: TinyWorld, tmp_path: Path) -> None:
        """As of `timeout` or a job scheduler."""
        words = ["--library", world.library, "--model", world.model, "--out", tmp_path / "names.jsonl"]
        run = subprocess.Popen(
            [sys.executable, "-m", "bioscan_desktop.cli", "identify", "-", *words],
            stdin=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        while not list(tmp_path.glob("*.part")):
            time.sleep(0.02)
            assert run.poll() is None
        run.terminate()
        _, said = run.communicate(timeout=60)
        assert (run.returncode, said) == (1, b"bioscan: stopped.\n")
        assert list(tmp_path.iterdir()) == []

    def test_an_unusable_pack(self, tmp_path: Path) -> None:
        done = python("-m", "bioscan_desktop.cli", "identify", "x.jpg", "--library", tmp_path)
        assert done.returncode == 2
        assert done.stdout == b""
        assert done.stderr.decode().count("\n") == 1
        assert b"Traceback" not in done.stderr

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
    @pytest.mark.parametrize("words", [["model", "list"], ["library", "taxa", "LIBRARY"]])
    def test_a_full_disk_is_one_sentence(self, world: TinyWorld, words: list[str]) -> None:
        given = [str(world.library) if word == "LIBRARY" else word for word in words]
        with Path("/dev/full").open("wb") as full:
            environment = {**os.environ, "PYTHONPATH": str(ROOT)}
            command = [sys.executable, "-m", "bioscan_desktop.cli", *given]
            done = subprocess.run(
                command, stdout=full, stderr=subprocess.PIPE, timeout=60, env=environment, check=False
            )
        assert (done.returncode, done.stderr) == (2, b"bioscan: No space left on device.\n")

    @pytest.mark.skipif(os.name == "nt", reason="pipes break differently on Windows")
    def test_a_reader_that_is_gone_at_the_end(self) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        reader, writer = os.pipe()
        os.close(reader)
        command = [sys.executable, "-m", "bioscan_desktop.cli", "model", "list"]
        try:
            done = subprocess.run(
                command, stdout=writer, stderr=subprocess.PIPE, timeout=60, env=environment, check=False
            )
        finally:
            os.close(writer)
        assert (done.returncode, done.stderr) == (0, b"")

    @pytest.mark.skipif(os.name == "nt", reason="pipes break differently on Windows")
    def test_a_reader_that_has_seen_enough(self, world: TinyWorld, tmp_path: Path) -> None:
        fasta = tmp_path / "many.fasta"
        fasta.write_text("".join(f">{n}\n{world.barcodes[RAPAE]}\n" for n in range(300)))
        command = [
            sys.executable, "-m", "bioscan_desktop.cli", "identify", str(fasta),
            "--library", str(world.library), "--model", str(world.model), "--provider", "cpu",
        ]  # fmt: skip
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.readline()
            process.stdout.close()
            words = process.stderr.read()
            process.wait(60)
        assert b"Traceback" not in words
        assert b"Exception ignored" not in words

    def test_the_command_line_loads_no_window_and_no_torch(self) -> None:
        heavy = ("PySide6", "torch", "onnxruntime", "numpy", "PIL")
        code = f"import bioscan_desktop.cli, sys; print([m for m in {heavy} if m in sys.modules])"
        assert python("-c", code).stdout.decode().strip() == "[]"
