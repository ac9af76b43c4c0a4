"""What one 12-megapixel photo costs, stage by stage, on a warm CPU."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bioscan_desktop.core.calibration import DEFAULT
from bioscan_desktop.core.hits import Hit
from bioscan_desktop.core.matching import decide
from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.index import tuning
from bioscan_desktop.index.exact import ExactIndex
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.inference.images import ImagePreprocessing, load_rgb, to_array
from bioscan_desktop.inference.session import Session
from tests.benchmarks.timing import by_turns, show

pytestmark = pytest.mark.benchmark

PREP = ImagePreprocessing(224, 224, "squash")
DRAFT_GAIN = 3.0


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """4000 x 3000 pixels with the 1/f spectrum of photos: 2 to 4 MB as JPEG, like a camera's."""
    rng = np.random.default_rng(0)
    channels = []
    for _ in range(3):
        spectrum = np.fft.rfft2(rng.normal(size=(1500, 2000)))
        y, x = np.fft.fftfreq(1500)[:, None], np.fft.rfftfreq(2000)[None]
        spectrum /= np.maximum(np.hypot(x, y), 1 / 2000)
        texture = np.fft.irfft2(spectrum, s=(1500, 2000))
        large = np.asarray(
            Image.fromarray(texture.astype(np.float32)).resize((4000, 3000), Image.Resampling.BICUBIC)
        )
        channels.append(128 + 45 * large / large.std() + rng.normal(0, 2.5, (3000, 4000)))
    grey = np.mean(channels, axis=0, keepdims=True)
    pixels = np.clip(0.8 * grey + 0.2 * np.stack(channels), 0, 255).astype(np.uint8).transpose(1, 2, 0)
    path = tmp_path_factory.mktemp("photo") / "12mp.jpg"
    Image.fromarray(pixels).save(path, quality=90)
    return path


def test_draft_decoding_beats_full_decoding(photo: Path) -> None:
    data = photo.read_bytes()
    times = by_turns(
        {
            "read the file": photo.read_bytes,
            "decode by draft": lambda: load_rgb(data, PREP.min_side),
            "decode in full": lambda: load_rgb(data),
            "to model input, from draft": lambda: to_array(load_rgb(data, PREP.min_side).image, PREP),
            "to model input, from full": lambda: to_array(load_rgb(data).image, PREP),
        },
        rounds=9,
    )
    whole = times["to model input, from full"].best / times["to model input, from draft"].best
    gain = times["decode in full"].best / times["decode by draft"].best
    show(
        f"12 megapixels, {len(data) / 1e6:.1f} MB",
        times,
        {
            "decode by draft": f"{gain:.1f} x faster than in full",
            "to model input, from draft": f"{whole:.1f} x",
        },
    )
    assert whole >= DRAFT_GAIN, "decoding by draft has lost its point"


def test_every_stage_of_one_photo(photo: Path, starter_model: ModelPack) -> None:
    prep = starter_model.preprocessing
    data = photo.read_bytes()
    picture = load_rgb(data, prep.min_side).image
    batch = to_array(picture, prep)[None]
    row = starter_model.embed_images([picture])
    keys = clustered(20_000, starter_model.dim)
    exact, graph = ExactIndex(keys), tuning.build(keys)
    hits = [
        Hit(n, "image", "image", 0.9 - n / 200, Lineage("O", f"F{n % 3}", f"G{n % 7}", f"G{n % 7} s{n % 20}"))
        for n in range(50)
    ]
    stages = {
        "read the file": photo.read_bytes,
        "decode by draft": lambda: load_rgb(data, prep.min_side),
        "to model input": lambda: to_array(picture, prep),
        "encode, fp32": lambda: starter_model.embed_arrays("image", batch),
        "encode with its mirror image": lambda: starter_model.embed_arrays("image", np.repeat(batch, 2, 0)),
        "search 20,000 keys exactly": lambda: exact.search(row, 50),
        "search 20,000 keys by HNSW": lambda: graph.search(row, 50),
        "decide": lambda: decide(hits, DEFAULT),
    }
    times = by_turns(stages, rounds=20)
    show("One photo, stage by stage", times)
    used = (
        "read the file",
        "decode by draft",
        "to model input",
        "encode with its mirror image",
        "search 20,000 keys by HNSW",
        "decide",
    )
    print(f"  in all about {sum(times[name].median for name in used):.0f} ms")
    assert times["decide"].best < times["decode by draft"].best


def test_int8_beats_fp32(starter_model: ModelPack) -> None:
    variant = starter_model.manifest.encoders["image"].variants.get("int8")
    if variant is None:
        pytest.skip("the starter model ships no int8 variant of its photo encoder")
    size = starter_model.preprocessing.size
    batch = np.random.default_rng(0).random((1, 3, size, size), dtype=np.float32)
    fp32, int8 = starter_model.session("image"), Session(starter_model.folder / variant.file, "cpu")
    times = by_turns({"fp32": lambda: fp32.run(batch), "int8": lambda: int8.run(batch)}, rounds=40, warm=5)
    show("Photo encoder", times, {"int8": f"{times['fp32'].best / times['int8'].best:.2f} x faster"})
    assert times["int8"].best < times["fp32"].best


def test_against_a_stock_efficientnet_lite0(starter_model: ModelPack, tmp_path: Path) -> None:
    """Ours against the published network, exported and run as it comes."""
    torch = pytest.importorskip("torch", reason="needs torch to export the stock network")
    lite = pytest.importorskip("efficientnet_lite_pytorch", reason="needs efficientnet-lite-pytorch")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network = lite.EfficientNet.from_name("efficientnet-lite0").eval()
        path = tmp_path / "stock.onnx"
        sample = torch.zeros(1, 3, 224, 224)
        torch.onnx.export(
            network, (sample,), str(path), input_names=["image"], opset_version=17, dynamo=False
        )
    stock = Session(path, "cpu")  # the same threads, and no spinning either
    ours = starter_model.session("image")
    size = starter_model.preprocessing.size
    batch = np.random.default_rng(0).random((1, 3, size, size), dtype=np.float32)
    fixed = np.random.default_rng(0).random((1, 3, 224, 224), dtype=np.float32)
    times = by_turns(
        {
            "stock Lite0, fp32": lambda: stock.run(fixed),
            "ours, fp32": lambda: ours.run(batch),
        },
        rounds=40,
        warm=5,
    )
    ratio = times["ours, fp32"].best / times["stock Lite0, fp32"].best
    show(
        "Photo encoder against the stock network",
        times,
        {"ours, fp32": f"{ratio:.2f} of the stock network's time"},
    )
    assert ratio < 1.5, "the exported encoder is slower than the network it was made from"


def clustered(n: int, dim: int, species: int = 1000, seed: int = 0) -> np.ndarray:
    """(n, dim) float32 unit rows in clusters."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(species, dim)).astype(np.float32)
    rows = centres[rng.integers(species, size=n)] + 0.5 * rng.normal(size=(n, dim)).astype(np.float32)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
