"""The exported file answers as the tower does, and the app prepares photos as training does."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs torch")

from bioscan_training.config import DnaModel, ExportConfig, ImageModel  # noqa: E402
from bioscan_training.data.photos import model_inputs  # noqa: E402
from bioscan_training.encoders import DnaEncoder, ImageEncoder  # noqa: E402
from bioscan_training.export import ParityError, export_encoder, parity, run_onnx  # noqa: E402

from bioscan_desktop.inference.encoders import ModelPack  # noqa: E402
from bioscan_desktop.inference.images import ImagePreprocessing  # noqa: E402
from bioscan_desktop.inference.manifest import EncoderCard, ModelManifest, sha256_of  # noqa: E402
from bioscan_desktop.inference.tokens import FrameTokenizer  # noqa: E402
from tests.conftest import draw_insect, placeable_barcode  # noqa: E402

DNA = DnaModel(embedding=12, hidden=32)
PREP = ImagePreprocessing(64, 64, "squash", (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


def test_the_pack_answers_as_the_towers_do(tmp_path: Path) -> None:
    torch.manual_seed(0)
    dna, image = DnaEncoder(DNA, 16).eval(), ImageEncoder(ImageModel(), 16, pretrained=False).eval()
    tokenizer = FrameTokenizer()
    sequences = [placeable_barcode(n)[: 200 + 40 * n] for n in range(4)]
    paths = [tmp_path / f"{n}.png" for n in range(3)]
    for n, path in enumerate(paths):
        draw_insect((40 + 70 * n, 90, 60), seed=n).save(path)
    measured = {
        "dna": export_encoder(dna, "dna", tokenizer.encode_batch(sequences), tmp_path, ExportConfig()),
        "image": export_encoder(image, "image", model_inputs(paths, PREP), tmp_path, ExportConfig()),
    }
    assert all(found["cosine_min"] >= 0.9999 for found in measured.values())
    cards = {
        "dna": EncoderCard("dna.onnx", sha256_of(tmp_path / "dna.onnx"), tokenizer=tokenizer),
        "image": EncoderCard("image.onnx", sha256_of(tmp_path / "image.onnx"), preprocessing=PREP),
    }
    ModelManifest("test", "1", "Test", 16, cards, "MIT").save(tmp_path)
    pack = ModelPack(tmp_path, "cpu")
    with torch.no_grad():
        expected = dna(torch.from_numpy(tokenizer.encode_batch(sequences))).numpy()
        pixels = model_inputs(paths, PREP)
        both = [image(torch.from_numpy(x.copy())).numpy() for x in (pixels, pixels[:, :, :, ::-1])]
    np.testing.assert_allclose(pack.embed_barcodes(sequences), expected, atol=1e-3)
    from bioscan_desktop.inference.images import load_rgb

    mean = (both[0] + both[1]) / np.linalg.norm(both[0] + both[1], axis=1, keepdims=True)
    pictures = [load_rgb(path, pack.preprocessing.min_side).image for path in paths]
    np.testing.assert_allclose(pack.embed_images(pictures), mean, atol=2e-3)


def test_a_file_under_its_floor_is_not_written(tmp_path: Path) -> None:
    encoder = DnaEncoder(DNA, 16).eval()
    tokens = FrameTokenizer().encode_batch([placeable_barcode(1)[:300]] * 2)
    with pytest.raises(ParityError, match="was not written"):
        export_encoder(encoder, "dna", tokens, tmp_path, ExportConfig(min_parity_fp32=1.1))
    assert not list(tmp_path.glob("*.onnx"))


def test_a_tower_that_gives_no_numbers_is_not_written(tmp_path: Path) -> None:
    encoder = DnaEncoder(DNA, 16).eval()
    with torch.no_grad():
        encoder.out.bias.fill_(torch.nan)
    tokens = FrameTokenizer().encode_batch([placeable_barcode(1)[:300]] * 2)
    with pytest.raises(ParityError, match="was not written"):
        export_encoder(encoder, "dna", tokens, tmp_path, ExportConfig())


def test_padding_says_nothing(tmp_path: Path) -> None:
    """A barcode's embedding does not depend on how much N follows it."""
    encoder = DnaEncoder(DNA, 16).eval()
    short = placeable_barcode(2)[:150]
    export_encoder(encoder, "dna", FrameTokenizer().encode_batch([short] * 2), tmp_path, ExportConfig())
    rows = run_onnx(
        tmp_path / "dna.onnx", "tokens", FrameTokenizer().encode_batch([short, short + "N" * 100])
    )
    assert parity(rows[:1], rows[1:], keys=rows)["cosine_min"] > 0.999999
