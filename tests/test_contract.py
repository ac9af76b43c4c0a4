"""What scripts may rely on: commands and options, keys and types of the JSON, exit codes, streams.

The files test_cli*.py try what the commands do; here is what must not change. Further keys and options
may be added, but none may go, change its type or its meaning.
"""

from __future__ import annotations

import argparse
import io
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bioscan_training import cli as training_cli

from bioscan_desktop import app, cli
from bioscan_desktop.cli_parts import told_as_bug
from tests.conftest import SPECIES, TinyWorld, mutate, random_barcode
from tests.test_cli import Runner, python

RAPAE = "Pieris rapae"
RANKS = ["order", "family", "genus", "species"]
TEXT, MAYBE_TEXT, NUMBER, MAYBE_NUMBER = (str,), (str, type(None)), (int, float), (int, float, type(None))

VERDICT = {
    "name": MAYBE_TEXT, "rank": MAYBE_TEXT, "confidence": NUMBER, "calibrated": (bool,), "novelty": TEXT,
    "novelty_p": MAYBE_NUMBER, "reason": TEXT,
}  # fmt: skip
HIT = {
    "hit_rank": (int,), "key_modality": TEXT, "score": NUMBER, "percent_identity": MAYBE_NUMBER,
    "overlap_bp": (int, type(None)), "processid": MAYBE_TEXT, "bin_uri": MAYBE_TEXT, "order": MAYBE_TEXT,
    "family": MAYBE_TEXT, "genus": MAYBE_TEXT, "species": MAYBE_TEXT, "country": MAYBE_TEXT,
    "badge": MAYBE_TEXT, "badge_against": MAYBE_TEXT, "n_records": (int,), "image_file": MAYBE_TEXT,
}  # fmt: skip
RESULT = {
    "query_id": TEXT, "input": TEXT, "modality": TEXT, "status": TEXT, "error": (dict, type(None)),
    "verdict": (dict, type(None)), "ranks": (list,), "by_modality": (dict,),
    "modality_agreement": MAYBE_TEXT, "hits": (list,), "library": (dict,), "model": (dict,),
    "provider": TEXT, "elapsed_ms": NUMBER, "app_version": TEXT,
}  # fmt: skip


@pytest.fixture
def bioscan(world: TinyWorld, capsys: pytest.CaptureFixture[str]) -> Runner:
    return Runner(world, capsys)


@pytest.fixture
def specimens(world: TinyWorld, tmp_path: Path) -> Path:
    """One with both, one of either, one whose photo is damaged beside a barcode, one with nothing usable."""
    (tmp_path / "photo.jpg").write_bytes(world.photos[RAPAE].read_bytes())
    (tmp_path / "bad.jpg").write_bytes(b"no photo")
    barcode = world.barcodes[RAPAE]
    rows = [
        "specimen_id\timage_file\tnucleotides", f"both\tphoto.jpg\t{barcode}", "photo\tphoto.jpg\t",
        f"barcode\t\t{barcode}", f"half\tbad.jpg\t{barcode}", "nothing\tbad.jpg\tACGT",
    ]  # fmt: skip
    (tmp_path / "specimens.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return tmp_path / "specimens.tsv"


def check(values: dict[str, Any], wanted: dict[str, tuple[type, ...]]) -> None:
    assert not set(wanted) - set(values)
    wrong = {name: values[name] for name, kinds in wanted.items() if type(values[name]) not in kinds}
    assert not wrong


class TestResultLines:
    """`identify --format jsonl`: one object a line per specimen."""

    def test_keys_types_and_words(self, bioscan: Runner, specimens: Path) -> None:
        assert bioscan.identify("--specimens", specimens) == 1
        lines = bioscan.lines
        assert [line["query_id"] for line in lines] == ["both", "photo", "barcode", "half", "nothing"]
        assert [line["modality"] for line in lines] == ["both", "image", "dna", "both", "image"]
        assert [line["status"] for line in lines] == ["ok", "ok", "ok", "partial", "failed"]
        for line in lines:
            check(line, RESULT)
            check(line["library"], {"id": TEXT, "version": TEXT})
            check(line["model"], {"id": TEXT, "version": TEXT, "sha256": TEXT})
            assert line["provider"] == "CPUExecutionProvider"
            if line["error"] is not None:
                check(line["error"], {"code": TEXT, "message": TEXT})
        assert [line["error"] is None for line in lines] == [True, True, True, False, False]

    def test_verdicts_ranks_and_hits(self, bioscan: Runner, specimens: Path) -> None:
        bioscan.identify("--specimens", specimens)
        *answered, failed = bioscan.lines
        assert failed["verdict"] is None and failed["ranks"] == failed["hits"] == []
        for line in answered:
            for verdict in (line["verdict"], *line["by_modality"].values()):
                check(verdict, VERDICT)
                assert 0 <= verdict["confidence"] <= 1
                assert verdict["rank"] in (*RANKS, None)
                assert verdict["novelty"] in ("none", "new_species", "unlike_library")
            assert [rank["rank"] for rank in line["ranks"]] == RANKS
            for rank in line["ranks"]:
                check(rank, {"rank": TEXT, "name": MAYBE_TEXT, "share": NUMBER})
            assert [hit["hit_rank"] for hit in line["hits"]] == list(range(1, len(line["hits"]) + 1))
            for hit in line["hits"]:
                check(hit, HIT)
                assert hit["key_modality"] in ("image", "dna")
                assert hit["badge"] in (*RANKS, "none", None)
                assert hit["badge_against"] in ("verdict", "user", "other_modality", None)
        agreed = [line["modality_agreement"] for line in answered]
        assert agreed[0] in (*RANKS, "none") and agreed[1:3] == [None, None]
        assert set(answered[0]["by_modality"]) == {"image", "dna"}

    def test_five_hits_unless_asked_otherwise(self, bioscan: Runner, world: TinyWorld) -> None:
        bioscan.identify("--sequence", world.barcodes[RAPAE])
        assert len(bioscan.lines[0]["hits"]) == 5


class TestFigures:
    """`evaluate --json`."""

    def test_keys_and_types(self, bioscan: Runner, world: TinyWorld, tmp_path: Path) -> None:
        rows = ["processid\tnuc\torder\tfamily\tgenus\tspecies"]  # `nuc` is accepted
        for n in range(8):
            rows.append("\t".join([f"Q{n}", mutate(random_barcode(n % 4), 2, n), *SPECIES[n % 4][:4]]))
        rows.append("\t".join(["Q8", random_barcode(9), "Diptera", "None", "", "not_classified"]))
        (tmp_path / "q.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
        (tmp_path / "unseen.txt").write_text(f"{RAPAE}\n", encoding="utf-8")
        code = bioscan(
            "evaluate", "--library", world.library, "--model", world.model, "--provider", "cpu",
            "--queries", tmp_path / "q.tsv", "--query", "dna", "--keys", "dna",
            "--unseen", tmp_path / "unseen.txt", "--json",
        )  # fmt: skip
        assert (code, bioscan.err) == (0, "")
        figures = json.loads(bioscan.out)
        assert (figures["n_queries"], figures["keys"]) == (9, "dna")
        for group in (figures, figures["seen"], figures["unseen"]):
            assert list(group["top_k"]) == ["1", "3", "5"]
            for table in group["top_k"].values():
                assert list(table) == RANKS
                for means in table.values():
                    check(means, {"micro": NUMBER, "macro": NUMBER})
        assert list(figures["harmonic_mean"]) == ["1", "3", "5"]
        assert figures["counts"]["species"]["queries"] == 8, "unknown labels are left out"
        assert set(figures["verdict"]["accuracy_by_rank"]) == set(RANKS)
        check(
            figures["verdict"],
            dict.fromkeys(("mean_rank", "precision_of_species_calls", "coverage_of_species_calls"), NUMBER),
        )
        check(figures, {"novelty_auroc": MAYBE_NUMBER, "ece": MAYBE_NUMBER})


class TestCommands:
    """The commands and options, with their defaults."""

    @pytest.mark.parametrize(
        "line",
        [
            "identify a.jpg photos b.fasta c.fastq.gz d.ab1 - --library L --model M --top-k 3 "
            "--provider auto --format csv --out o.csv --no-recursive",
            "identify --sequence ACGT --specimens s.tsv --provider cuda --format jsonl",
            "batch photos --out run --resume",
            "library build --records r.tsv --images photos --model M --out lib",
            "library info L", "library verify L", "library list", "library add L --records r.tsv",
            "library remove L --taxon N", "library export L --out l.zip", "library merge L M --out b",
            "model list", "model info M", "model verify M", "model install m.zip",
            *(
                f"evaluate --library L --queries q.tsv --images d --query {query} --keys {keys} "
                "--unseen u --json"
                for query, keys in (("image", "image"), ("dna", "dna"), ("text", "all"), ("both", "all"))
            ),
            "selftest",
        ],
    )  # fmt: skip
    def test_bioscan(self, line: str) -> None:
        assert callable(cli._parser().parse_args(line.split()).run)

    def test_defaults(self) -> None:
        given = cli._parser().parse_args(["identify", "x.jpg"])
        assert (given.library, given.model, given.top_k, given.provider, given.format, given.out) == (
            "starter", None, 5, "auto", "jsonl", None,
        )  # fmt: skip

    def test_the_window_takes_paths(self) -> None:
        assert app._parser().parse_args(["a.jpg", "photos"]).paths == [Path("a.jpg"), Path("photos")]

    @pytest.mark.parametrize(
        "name",
        "prepare pretrain-dna fit evaluate export import-weights embed calibrate".split(),
    )
    def test_bioscan_train(self, name: str) -> None:
        help_ = self._commands(training_cli._parser())[name].format_help()
        assert "--help" in help_ and "--config" in help_ and "example: bioscan-train" in help_

    @pytest.mark.parametrize("kind", ["clibd", "barcodebert", "openclip"])
    def test_import_weights(self, kind: str) -> None:
        words = ["import-weights", kind, "best.pth", "--out", "pack", "--from-hub"]
        assert training_cli._parser().parse_args(words).from_hub

    def test_every_help_tells_what_and_shows_an_example(self) -> None:
        for program, parser in (("bioscan", cli._parser()), ("bioscan-train", training_cli._parser())):
            for name, sub in self._leaves(parser, program):
                assert sub.description and sub.description.endswith("."), name
                assert sub.epilog and f"{name} " in f"{sub.epilog} ", name
                assert not [action.dest for action in sub._actions if not action.help], name

    @staticmethod
    def _commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
        found = [a.choices for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
        return found[0] if found else {}

    def _leaves(
        self, parser: argparse.ArgumentParser, name: str
    ) -> Iterator[tuple[str, argparse.ArgumentParser]]:
        below = self._commands(parser)
        for word, sub in below.items():
            yield from self._leaves(sub, f"{name} {word}")
        if not below:
            yield name, parser


class TestTables:
    """A table has a header and any of the columns; blank, `None`, `not_classified` mean unknown."""

    def test_every_column_is_read(self, tmp_path: Path) -> None:
        from bioscan_desktop.library.importers.tables import read_table

        columns = (
            "processid sampleid image_file nucleotides order family subfamily genus species bin_uri country"
        )
        cells = ["P", "S", "a.jpg", "ACGT", "O", "F", "SF", "None", "not_classified", "BOLD:A", ""]
        (tmp_path / "t.tsv").write_text("\t".join(columns.split()) + "\n" + "\t".join(cells) + "\n")
        (record,) = read_table(tmp_path / "t.tsv")
        assert (record.processid, record.sampleid, record.image_file) == ("P", "S", "a.jpg")
        assert (record.nucleotides, record.bin_uri, record.country) == ("ACGT", "BOLD:A", None)
        assert record.lineage.names() == ("O", "F", None, None)


class TestStreams:
    """Data on standard output or in `--out`, words on standard error; 0, 1, 2; never a traceback."""

    def test_data_and_words_do_not_mix(self, world: TinyWorld, tmp_path: Path) -> None:
        """In the plainest locale, with a name that is not ASCII."""
        photo = tmp_path / "Käfer 昆虫.jpg"
        photo.write_bytes(world.photos[RAPAE].read_bytes())
        code = (
            "import os, sys\nos.environ.update(LC_ALL='C', PYTHONUTF8='0', PYTHONCOERCECLOCALE='0')\n"
            "os.execv(sys.executable, [sys.executable, '-m', 'bioscan_desktop.cli', *sys.argv[1:]])"
        )
        packs = ["--library", world.library, "--model", world.model, "--provider", "cpu"]
        done = python("-c", code, "identify", photo, tmp_path / "gone.jpg", *packs)
        said = b"bioscan: 1 of 2 specimens cannot be identified; their lines say why.\n"
        assert (done.returncode, done.stderr) == (1, said.replace(b"\n", os.linesep.encode()))
        lines = [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]
        assert [line["status"] for line in lines] == ["ok", "failed"]
        assert lines[1]["error"] == {
            "code": "file_missing",
            "message": "gone.jpg: the file is no longer there.",
        }

    @pytest.mark.skipif(os.name == "nt", reason="Windows has no such pipes, and links need rights there")
    def test_out_writes_to_a_pipe_and_through_a_link(
        self, bioscan: Runner, world: TinyWorld, tmp_path: Path
    ) -> None:
        os.mkfifo(tmp_path / "pipe")
        read: list[str] = []
        reader = threading.Thread(target=lambda: read.append((tmp_path / "pipe").read_text("utf-8")))
        reader.start()
        assert bioscan.identify("--sequence", world.barcodes[RAPAE], "--out", tmp_path / "pipe") == 0
        reader.join()
        (tmp_path / "link").symlink_to("file")
        assert bioscan.identify("--sequence", world.barcodes[RAPAE], "--out", tmp_path / "link") == 0
        assert (tmp_path / "pipe").is_fifo() and (tmp_path / "link").is_symlink()
        shown = [json.loads(text)["hits"] for text in (*read, (tmp_path / "file").read_text("utf-8"))]
        assert shown[0] == shown[1]
        assert {path.name for path in tmp_path.iterdir()} == {"pipe", "link", "file"}

    def test_two_runs_at_once_into_the_same_file(self, world: TinyWorld, tmp_path: Path) -> None:
        """The one that ends last counts, and both are whole."""
        out = tmp_path / "names.txt"
        code = "import sys; from bioscan_desktop.cli_parts import output; from pathlib import Path\n"
        code += (
            "with output(Path(sys.argv[1])) as stream:\n stream.write(sys.argv[2]); stream.flush()\n input()"
        )
        first, second = (
            subprocess.Popen([sys.executable, "-c", code, out, text], stdin=subprocess.PIPE)
            for text in ("first" * 9, "second")
        )
        for run, text in ((second, "second"), (first, "first" * 9)):
            while len(list(tmp_path.glob("*.part"))) < 1 + (run is second):
                time.sleep(0.01)
            run.communicate(b"\n", timeout=60)
            assert (run.returncode, out.read_text()) == (0, text)
        assert list(tmp_path.iterdir()) == [out]

    def test_a_folder_as_out_is_refused_before_the_work(
        self, bioscan: Runner, world: TinyWorld, tmp_path: Path
    ) -> None:
        assert bioscan.identify(world.photos[RAPAE], "--out", tmp_path) == 2
        assert bioscan.sentence() == f"bioscan: {tmp_path} is a folder; name a file in it."
        assert not list(tmp_path.parent.glob(f"{tmp_path.name}*.part"))

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            (None, "There is no file"), ("", "it has: no header."),
            ("specimen_id\tnucleotides\n", "has a header and no specimen below it."),
            ("specimen_id\tcolour\n", "neither a column 'nucleotides' nor 'image_file'"),
        ],
    )  # fmt: skip
    def test_tables_that_hold_nothing_are_one_sentence(
        self, bioscan: Runner, tmp_path: Path, text: str | None, said: str
    ) -> None:
        if text is not None:
            (tmp_path / "s.tsv").write_text(text, encoding="utf-8")
        assert bioscan.identify("--specimens", tmp_path / "s.tsv", "--out", tmp_path / "o.jsonl") == 2
        assert said in bioscan.sentence()
        assert not list(tmp_path.glob("o.jsonl*"))

    @pytest.mark.parametrize(
        "words",
        [
            ["identify", "--specimens", "FOLDER"], ["evaluate", "--queries", "FOLDER"],
            ["evaluate", "--queries", "q.tsv", "--unseen", "FOLDER"],
            ["evaluate", "--queries", "q.tsv", "--compare", "FOLDER"],
            ["library", "build", "--records", "FOLDER", "--out", "lib"],
            ["library", "build", "--records", "q.tsv", "--exclude-species", "FOLDER", "--out", "lib"],
        ],
    )  # fmt: skip
    def test_the_number_and_path_of_the_system_are_left_out(
        self, bioscan: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "there").mkdir()
        assert bioscan(*("there" if word == "FOLDER" else word for word in words)) == 2
        assert "there" in bioscan.sentence() and "Errno" not in bioscan.sentence()

    def test_training_says_no_more_to_a_full_or_closed_output(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        class Full:
            encoding = "utf-8"

            def __init__(self, error: OSError) -> None:
                self.error = error

            def write(self, _: str) -> int:
                return 0

            def flush(self) -> None:
                raise self.error

            def fileno(self) -> int:
                raise ValueError

        (tmp_path / "r.tsv").write_text(f"processid\tnucleotides\nP\t{random_barcode(1)}\n")
        words = ["prepare", "--barcodes", str(tmp_path / "r.tsv"), "--out", str(tmp_path / "p")]
        for error, code, said in (
            (OSError(28, "No space left on device"), 2, "No space left on device.\n"),
            (BrokenPipeError(32, "Broken pipe"), 0, ""),
        ):
            monkeypatch.setattr(sys, "stdout", Full(error))
            assert training_cli.main(["--quiet", *words]) == code
            assert capsys.readouterr().err == said

    def test_a_bar_is_drawn_on_a_terminal_only(
        self, bioscan: Runner, specimens: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bioscan.identify("--specimens", specimens)
        (said,) = bioscan.err.splitlines()
        assert said == "bioscan: 1 of 5 specimens cannot be identified; their lines say why."
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
        bioscan.identify("--specimens", specimens)
        assert "\r\x1b[2K" in bioscan.err and bioscan.err.endswith(f"\x1b[2K{said}\n")
        assert len(bioscan.lines) == 5

    def test_closed_streams_are_nothing_at_all(
        self, bioscan: Runner, world: TinyWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As a job scheduler starts commands, or `<&- >&- 2>&-` of a shell."""
        for name in ("stdin", "stderr"):
            monkeypatch.setattr(sys, name, None)
        assert bioscan.identify("-") == 1
        assert bioscan.lines[0]["error"]["code"] == "empty_barcode"
        assert bioscan.identify() == 2
        assert bioscan.out == "", "what is for people does not come among the data"
        monkeypatch.setattr(sys, "stdout", None)
        assert bioscan.identify("--sequence", world.barcodes[RAPAE]) == 0
        for name in ("stdin", "stdout", "stderr"):
            getattr(sys, name).close()

    def test_a_fault_of_the_program_is_not_traced_on_standard_error(self) -> None:
        """Nor where the program that asks has a log of its own there."""
        heard = io.StringIO()
        handler = logging.StreamHandler(heard)
        logging.getLogger().addHandler(handler)
        try:
            said = told_as_bug(ValueError("a\nb"))
        finally:
            logging.getLogger().removeHandler(handler)
        assert said.startswith("this is a fault of the program (ValueError: a b); please report it with ")
        assert heard.getvalue() == ""

    @pytest.mark.parametrize("main", [cli.main, training_cli.main, app.main])
    def test_wrong_options_are_one_line(self, main: Any, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as stop:
            main(["--nonsense"])
        said = capsys.readouterr()
        assert (stop.value.code, said.out, said.err.count("\n")) == (2, "", 1)
        assert said.err.startswith("bioscan") and said.err.endswith("--help)\n")


class TestPacks:
    """The built-in packs are called `starter`; what a model pack's files take and give."""

    def test_starter(self, bioscan: Runner) -> None:
        for kind in ("model", "library"):
            assert bioscan(kind, "info", "starter") == 0
            assert json.loads(bioscan.out)["id"] == "starter"

    @pytest.mark.parametrize("pack", ["starter", "tiny"])
    def test_inputs_and_outputs(self, world: TinyWorld, pack: str) -> None:
        import onnxruntime

        from bioscan_desktop.services import packs

        folder = packs.find("models", "starter") if pack == "starter" else world.model
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        kinds = {"image": ("tensor(float)", 4), "dna": ("tensor(int64)", 2)}
        for name, (kind, axes) in kinds.items():
            assert manifest["encoders"][name]["file"] == f"{name}.onnx"
            session = onnxruntime.InferenceSession(
                folder / f"{name}.onnx", providers=["CPUExecutionProvider"]
            )
            (given,), first = session.get_inputs(), session.get_outputs()[0]
            assert (given.type, len(given.shape)) == (kind, axes)
            assert (first.type, len(first.shape), first.shape[1]) == ("tensor(float)", 2, manifest["dim"])
        variants = manifest["encoders"]["image"].get("variants", {})
        assert {name: card["file"] for name, card in variants.items()} == {
            name: f"image.{name}.onnx" for name in variants
        }
