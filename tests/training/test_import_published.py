"""Published files: pinned commits, enforced hashes, one sentence without a connection."""

import dataclasses
import json
import re
from argparse import ArgumentParser, Namespace
from pathlib import Path

import pytest

from bioscan_desktop.core.errors import BioscanError
from bioscan_desktop.inference.manifest import ModelManifest, sha256_of

torch = pytest.importorskip("torch", reason="training needs torch")
hub = pytest.importorskip("huggingface_hub", reason="comes with transformers")

from bioscan_training.cli import main  # noqa: E402
from bioscan_training.import_weights import checkpoints, command, published  # noqa: E402
from bioscan_training.import_weights.ledger import WeightsError  # noqa: E402
from bioscan_training.import_weights.published import PUBLISHED, HubFile  # noqa: E402

from tests.training import originals  # noqa: E402

COMMIT = "0123456789abcdef" * 2 + "01234567"
ALL = [(source, variant) for source, models in PUBLISHED.items() for variant in models]


def arguments(*given: str | Path) -> Namespace:
    parser = ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args([str(word) for word in given])


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A checkpoint that the hub hands out; what was asked for is in `asked.txt` beside it."""
    path = tmp_path / "best.pth"
    torch.save(originals.clibd_checkpoint("i", depth=1), path)

    def download(repo: str, file: str, revision: str) -> str:
        (tmp_path / "asked.txt").write_text(f"{repo} {file} {revision}", encoding="utf-8")
        return str(path)

    monkeypatch.setattr(hub, "hf_hub_download", download)
    return path


@pytest.mark.parametrize(("source", "variant"), ALL)
def test_published_files_are_pinned_to_full_commits(source: str, variant: str) -> None:
    model = PUBLISHED[source][variant]
    for file in filter(None, (model.weights, model.config)):
        assert file.revision is None or re.fullmatch(r"[0-9a-f]{40}", file.revision)
        assert file.sha256 is None or re.fullmatch(r"[0-9a-f]{64}", file.sha256)
    assert (model.config is not None) == (source == "openclip")
    assert model.id and model.title and model.licence


def test_a_published_model_is_downloaded_at_its_commit(served: Path, tmp_path: Path) -> None:
    out = tmp_path / "pack"
    assert command.run(arguments("clibd", "--from-hub", "--variant", "5m-id", "--out", out)) == 0
    asked = (tmp_path / "asked.txt").read_text(encoding="utf-8")
    path = "ckpt/bioscan_clip/ver_1_0/bioscan_5m/image_dna_4gpu/best.pth"
    assert asked == f"bioscan-ml/clibd {path} {published.CLIBD_COMMIT}"
    manifest = ModelManifest.load(out)
    source = manifest.provenance["source"]
    assert manifest.id == "clibd-5m-id"
    assert source["sha256"] == sha256_of(served)
    assert source["revision"] == published.CLIBD_COMMIT


def test_a_noted_hash_is_compared_and_reported(served: Path, tmp_path: Path) -> None:
    command.run(arguments("clibd", served, "--variant", "5m-idt", "--out", tmp_path / "pack"))
    source = ModelManifest.load(tmp_path / "pack").provenance["source"]
    assert source["sha256_is_that_of_the_authors_mirror"] is False


def test_a_known_hash_is_enforced(served: Path) -> None:
    file = HubFile("a/b", COMMIT, "best.pth", sha256_of(served))
    assert checkpoints.fetch(file) == served
    other = dataclasses.replace(file, sha256="0" * 64)
    with pytest.raises(WeightsError, match="is not the file that was published"):
        checkpoints.fetch(other)
    assert checkpoints.fetch(other, revision=COMMIT[::-1]) == served  # the hash is of the pinned commit


@pytest.mark.parametrize("revision", ["main", "v1.0", "0123456"])
def test_a_branch_is_no_revision(served: Path, revision: str) -> None:
    with pytest.raises(WeightsError, match="no full commit hash"):
        checkpoints.fetch(HubFile("a/b", COMMIT, "best.pth"), revision)


def test_without_a_pin_the_revision_must_be_given(served: Path) -> None:
    with pytest.raises(WeightsError, match="--revision"):
        checkpoints.fetch(HubFile("a/b", None, "best.pth"))


def test_offline_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(hub.constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    with pytest.raises(WeightsError, match=r"could not be downloaded .*give the file instead") as caught:
        command.run(arguments("clibd", "--from-hub", "--variant", "1m-idt", "--out", tmp_path / "pack"))
    assert "\n" not in caught.value.message
    assert not (tmp_path / "pack").exists()


def test_a_broken_connection_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def download(*_: object, **__: object) -> str:
        raise ConnectionError("Name or service not known\nwith a second line")

    monkeypatch.setattr(hub, "hf_hub_download", download)
    with pytest.raises(WeightsError, match="Name or service not known") as caught:
        checkpoints.fetch(HubFile("a/b", COMMIT, "best.pth"))
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["clibd"], "either a checkpoint or --from-hub"),
        (["clibd", "best.pth", "--from-hub", "--variant", "1m-idt"], "either a checkpoint or --from-hub"),
        (["clibd", "--from-hub"], "--variant"),
        (["clibd", "best.pth", "--variant", "bioclip"], "no variant 'bioclip' of clibd; known are 1m-idt"),
        (["clibd", "best.pth", "--revision", COMMIT], "--revision belongs to --from-hub"),
    ],
)
def test_contradicting_arguments_are_refused(tmp_path: Path, given: list[str], message: str) -> None:
    with pytest.raises(BioscanError, match=message):
        command.run(arguments(*given, "--out", tmp_path / "pack"))


def test_the_command_line_imports_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torch.save(originals.clibd_checkpoint("d", depth=1), tmp_path / "best.pth")
    words = ["import-weights", "clibd", str(tmp_path / "best.pth"), "--out", str(tmp_path / "pack")]
    assert main(["--quiet", *words]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["dim"] == ModelManifest.load(tmp_path / "pack").dim == 64
    assert report["encoders"]["dna"]["centred_cosine_min"] >= 0.9999
    assert main(["--quiet", *words]) == 2
    told = capsys.readouterr()
    assert told.err.endswith("exists already; choose another folder.\n")
    assert told.err.count("\n") == 1
    assert told.out == ""


@pytest.mark.parametrize("more", [[], ["--mirror"]])
def test_photos_are_embedded_as_the_authors_do(tmp_path: Path, more: list[str]) -> None:
    torch.save(originals.clibd_checkpoint("id", depth=1), tmp_path / "best.pth")
    words = ["import-weights", "clibd", str(tmp_path / "best.pth"), "--out", str(tmp_path / "pack"), *more]
    assert main(["--quiet", *words]) == 0
    encoders = ModelManifest.load(tmp_path / "pack").encoders
    assert encoders["image"].mirror == bool(more) and encoders["dna"].mirror


def test_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["import-weights", "--help"])
    told = capsys.readouterr().out
    assert "example: bioscan-train import-weights clibd best.pth" in told
    assert "bioclip-2" in told
