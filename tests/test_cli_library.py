"""`bioscan library add|remove|export|merge` as a script sees them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from bioscan_desktop import cli
from bioscan_desktop.services import packs
from tests.conftest import TinyWorld, make_model, random_barcode


@pytest.fixture
def pack(world: TinyWorld, tmp_path: Path) -> Path:
    return Path(shutil.copytree(world.library, tmp_path / "pack"))


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """A table with a new species, and a row that cannot be used."""
    path = tmp_path / "new.tsv"
    rows = [
        "processid\tnucleotides\torder\tfamily\tgenus\tspecies",
        f"N1\t{random_barcode(77)}\tDiptera\tMuscidae\tMusca\tMusca domestica",
        "BAD\tACGT\tDiptera\t\t\t",
    ]
    path.write_text("\n".join(rows) + "\n")
    return path


def run(*arguments: object) -> int:
    try:
        return cli.main([str(a) for a in arguments])
    except SystemExit as stop:
        return int(stop.code or 0)


def test_add_remove_merge_export(
    pack: Path, new: Path, world: TinyWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packs.install("models", world.model)
    assert run("library", "add", pack, "--records", new) == 1  # one row was of no use
    told = capsys.readouterr()
    report = json.loads(told.out)
    assert (report["version"], report["added_keys"], report["species"]) == ("2", 1, 5)
    assert "skipped: BAD has only 4 bases" in told.err
    assert run("library", "remove", pack, "--taxon", "Noctua comes", "--processid", "N1") == 0
    assert json.loads(capsys.readouterr().out)["removed_keys"] == 5
    assert run("library", "merge", pack, world.library, "--out", tmp_path / "both") == 0
    assert json.loads(capsys.readouterr().out)["species"] == 4
    assert run("library", "verify", tmp_path / "both") == 0
    assert run("library", "export", tmp_path / "both", "--out", tmp_path / "both.tsv") == 0
    assert '"keys": 16' in capsys.readouterr().out


def test_records_without_a_family_are_told(
    world: TinyWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "records.tsv"
    names = ("\tMusca\tMusca domestica", "Muscidae\tMusca\tMusca domestica", "\t\t")
    rows = [f"{random_barcode(n)}\tDiptera\t{above}" for n, above in enumerate(names)]
    table.write_text("\n".join(["nucleotides\torder\tfamily\tgenus\tspecies", *rows]) + "\n")
    out = tmp_path / "lib"
    assert run("library", "build", "--records", table, "--model", world.model, "--out", out) == 0
    assert "bioscan: 1 barcodes and photos have no family; fill it in" in capsys.readouterr().err


def test_a_list_may_name_what_is_not_there(
    pack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "list.txt").write_text("Noctua comes\nTINY000-26\nNemo\n")
    assert run("library", "remove", pack, "--list", tmp_path / "list.txt", "--out", tmp_path / "copy") == 1
    told = capsys.readouterr()
    assert told.err == "bioscan: skipped: Nemo is not in the library.\n"
    assert json.loads(told.out)["reduced"] == 1


def test_the_starter_is_not_changed(
    world: TinyWorld,
    new: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(world.library, tmp_path / "resources" / "libraries" / "starter")
    monkeypatch.setattr("bioscan_desktop.paths.resources_dir", lambda: tmp_path / "resources")
    given = ["--records", new, "--model", world.model]
    assert run("library", "add", "starter", *given) == 2
    assert "comes with the program" in capsys.readouterr().err
    assert run("library", "add", "starter", *given, "--out", tmp_path / "mine") == 1
    assert json.loads(capsys.readouterr().out)["species"] == 5


@pytest.mark.parametrize(
    "arguments",
    [
        ["remove", "{pack}"],
        ["remove", "gone", "--taxon", "Diptera"],
        ["remove", "{pack}", "--list", "gone.txt"],
        ["add", "{pack}", "--records", "gone.tsv", "--model", "{model}"],
        ["add", "{pack}", "--records", "{new}"],  # its model is not installed
        ["add", "{pack}", "--records", "{new}", "--model", "{other}"],
        ["add", "{pack}", "--records", "{new}", "--images", "gone", "--model", "{model}"],
        ["merge", "{pack}", "--out", "{out}"],
        ["merge", "{pack}", "gone", "--out", "{out}"],
        ["export", "{pack}", "--out", "{out}.docx"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_is_one_sentence(
    arguments: list[str],
    pack: Path,
    new: Path,
    world: TinyWorld,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    other = tmp_path / "other"
    make_model(other, seed=9)
    before = {path.name: path.read_bytes() for path in pack.iterdir()}
    places = {"pack": pack, "new": new, "model": world.model, "other": other, "out": tmp_path / "out"}
    assert run("library", *(a.format(**places) for a in arguments)) == 2
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n"), told.err.startswith("bioscan: ")) == ("", 1, True)
    assert {path.name: path.read_bytes() for path in pack.iterdir() if path.name != ".lock"} == before


def test_a_stopped_build_goes_on_only_with_the_same_table(
    new: Path,
    world: TinyWorld,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    given = ["library", "build", "--model", world.model, "--provider", "cpu", "--out", tmp_path / "lib"]
    with monkeypatch.context() as patch:
        patch.setattr("bioscan_desktop.library.build.create_tables", stop)
        assert run(*given, "--records", new) == 1
    assert (tmp_path / ".lib.building").is_dir()
    capsys.readouterr()
    assert run(*given, "--records", world.records) == 2
    assert "or begin anew with --restart" in capsys.readouterr().err
    assert run(*given, "--records", world.records, "--restart") == 0
    assert json.loads(capsys.readouterr().out)["species"] == 4
    assert run(*given) == 2
    assert "Name the records" in capsys.readouterr().err


def test_a_graph_follows_the_library(
    pack: Path, world: TinyWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("library", "index", pack) == 0
    told = json.loads(capsys.readouterr().out)
    assert {modality: (t["search"], t["keys"]) for modality, t in told.items()} == {
        "dna": ("hnsw", 4),
        "image": ("hnsw", 12),
    }
    assert run("library", "remove", pack, "--taxon", "Noctua comes") == 0
    library = packs.open_library(str(pack))
    assert (library.index("dna").kind, len(library.index("dna"))) == ("hnsw", 3)
    library.close()


def test_an_index_that_cannot_be_kept_is_told(
    pack: Path, own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (own_home / "cache").write_text("no folder")
    assert run("library", "index", pack) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("bioscan: The prepared search cannot be kept: the folder ")


def test_identify_says_how_to_make_a_large_library_faster(
    pack: Path, world: TinyWorld, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("bioscan_desktop.library.pack.crossover.pays", lambda n, dim, store: n == 12)
    given = ["identify", "--library", pack, "--model", world.model, "--provider", "cpu"]
    assert run(*given, "--sequence", random_barcode(0)) == 0
    said = capsys.readouterr().err
    assert "makes searching so many faster" in said
    assert run(*said.split("`")[1].split()[1:]) == 0  # as it was said
    assert run(*given, "--sequence", random_barcode(0)) == 0
    assert "makes searching so many faster" not in capsys.readouterr().err
