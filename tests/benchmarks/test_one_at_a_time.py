"""A folder scan against the plain loop that scripts around BioCLIP run: one photo after the other.

The loop is pybioclip's in its order of work: Pillow decodes the photo in full, short edge to 224 pixels,
centre, ViT-B/16 of OpenCLIP's shape in torch at full precision, cosines to the names' rows, softmax. Like
OpenCLIP's, it computes every token in every block; our tower, of the same weights and the same result, leaves
out of the last block what nobody reads. The weights are random: they take as long as BioCLIP's. The pack is
made of the same tower as by `bioscan-train import-weights`.
"""

from __future__ import annotations

import dataclasses
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.inference.images import ImagePreprocessing
from bioscan_desktop.inference.session import default_threads
from bioscan_desktop.library.build import BuildOptions, build_library
from bioscan_desktop.library.importers.tables import read_table
from bioscan_desktop.library.pack import Library
from bioscan_desktop.services import batch_provenance
from bioscan_desktop.services.batch import Batch
from bioscan_desktop.services.identify import Identifier
from tests.benchmarks.test_photo import photo as photo
from tests.benchmarks.timing import by_turns, show
from tests.conftest import TinyWorld

pytestmark = pytest.mark.benchmark

torch = pytest.importorskip("torch", reason="the loop runs in torch")

PHOTOS, ROUNDS, NAMES = 16, 3, 20_000
STARTER_GAIN, EQUAL_GAIN = 3.0, 1.5


class Loop:
    """Photos one by one, as a script does it.

    Args:
        tower: a `bioscan_training.towers.ClipImageTower`.
    """

    def __init__(self, tower: Any, prep: ImagePreprocessing) -> None:
        self.tower, self.prep = tower, prep
        self.names = torch.nn.functional.normalize(torch.randn(NAMES, 512), dim=-1)

    def __call__(self, path: Path) -> list[int]:
        with Image.open(path) as opened:
            picture = opened.convert("RGB")
        side = self.prep.size
        scale = side / min(picture.size)
        width, height = (round(scale * edge) for edge in picture.size)
        picture = picture.resize((width, height), Image.Resampling.BICUBIC)
        left, top = (width - side) // 2, (height - side) // 2
        picture = picture.crop((left, top, left + side, top + side))
        x = torch.from_numpy(np.array(picture)).permute(2, 0, 1).float() / 255
        mean, std = (torch.tensor(values)[:, None, None] for values in (self.prep.mean, self.prep.std))
        with torch.inference_mode():
            row = self.encode(((x - mean) / std)[None])
            return (100 * row @ self.names.T).softmax(dim=-1)[0].topk(5).indices.tolist()

    def encode(self, pixels: torch.Tensor) -> torch.Tensor:
        """(1, 3, side, side) to (1, dim), as OpenCLIP goes about it."""
        tower = self.tower
        x = tower.conv1(pixels).flatten(2).transpose(1, 2)
        x = torch.cat([tower.class_embedding.expand(len(x), 1, -1), x], dim=1) + tower.positional_embedding
        x = tower.ln_post(tower.transformer(tower.ln_pre(x)))[:, 0]
        return torch.nn.functional.normalize(x @ tower.proj, dim=-1)


def libraries_of(pack: Path, world: TinyWorld, tmp_path: Path) -> tuple[Path, Library]:
    """A library of drawn beetles for a pack that knows photos only."""
    records = [record for record in read_table(world.records) if record.image_file]
    out = tmp_path / f"library-{pack.name}"
    build_library(records, ModelPack(pack, "cpu", "fp32"), out, BuildOptions("drawn", images=world.images))
    return pack, Library(out)


def settled(pack: Path, precision: str) -> ModelPack:
    """The model as `bioscan batch` opens it."""
    return batch_provenance.settle(ModelPack(pack, "cpu", precision), None)


@pytest.mark.timeout(1800)
def test_a_folder_scan_against_one_photo_at_a_time(
    starter_model: ModelPack, starter_library: Library, world: TinyWorld, photo: Path, tmp_path: Path
) -> None:
    from bioscan_training.import_weights.openclip import MEAN, STD
    from bioscan_training.import_weights.pack import Tower, write_pack
    from bioscan_training.towers import ClipImageShape, ClipImageTower

    torch.manual_seed(0)
    torch.set_num_threads(default_threads())
    shape, prep = ClipImageShape(), ImagePreprocessing(224, 224, "crop", MEAN, STD)
    tower = ClipImageTower(shape).eval()
    made = Tower(tower, shape.dim, "ViT-B/16", preprocessing=prep, variants=("int8",), mirror=False)
    manifest = write_pack({"image": made}, tmp_path / "plain", "vit-b16", "ViT-B/16", "MIT", {})
    shutil.copytree(tmp_path / "plain", tmp_path / "mirrored")
    image = dataclasses.replace(manifest.encoders["image"], mirror=True)
    dataclasses.replace(manifest, encoders={"image": image}).save(tmp_path / "mirrored")
    plain, mirrored = (libraries_of(tmp_path / name, world, tmp_path) for name in ("plain", "mirrored"))

    folder = tmp_path / "photos"
    folder.mkdir()
    paths = [folder / f"p{number}.jpg" for number in range(PHOTOS)]
    for path in paths:
        shutil.copy(photo, path)
    work: dict[str, list[float]] = {}

    def counted(name: str, thing: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            start = time.process_time()
            thing()
            work.setdefault(name, []).append(1000 * (time.process_time() - start) / PHOTOS)

        return run

    def scan(pack: ModelPack, library: Library) -> Callable[[], object]:
        identifier = Identifier(pack, library)

        def run() -> None:
            out = tmp_path / f"run{time.monotonic_ns()}"
            with Batch(folder, out) as batch:
                assert batch.run(identifier).state("ok") == PHOTOS

        return run

    loop = Loop(tower, prep)
    things: dict[str, Callable[[], object]] = {
        "one at a time, ViT-B/16 in torch": lambda: [loop(path) for path in paths],
        "batch, ViT-B/16": scan(settled(plain[0], "fp32"), plain[1]),
        "batch, ViT-B/16, mirror image too": scan(settled(mirrored[0], "fp32"), mirrored[1]),
        "batch, ViT-B/16 as int8": scan(settled(plain[0], "int8"), plain[1]),
        "batch, starter": scan(settled(starter_model.folder, "auto"), starter_library),
    }
    row = loop.encode(torch.zeros(1, 3, prep.size, prep.size)).detach().numpy()
    ours = ModelPack(plain[0], "cpu", "fp32").embed_pixels([np.zeros((3, prep.size, prep.size), np.float32)])
    np.testing.assert_allclose(ours, row, atol=1e-5)  # equal models indeed
    loop(photo)
    times = by_turns({name: counted(name, thing) for name, thing in things.items()}, ROUNDS, warm=0)
    for _, library in (plain, mirrored):
        library.close()
    one = next(iter(times))
    gains = {
        name: max(times[one].best / found.best, float(np.median(times[one].values / found.values)))
        for name, found in times.items()
    }
    notes = {}
    for name, found in times.items():
        rate = 1000 * PHOTOS / found.best
        notes[name] = f"{rate:.2f} photos/s, {gains[name]:.2f} x, {min(work[name]):.0f} ms of work each"
    show(f"{PHOTOS} photos of 12 megapixels on the processor", times, notes)
    assert gains["batch, starter"] >= STARTER_GAIN
    assert gains["batch, ViT-B/16"] >= EQUAL_GAIN
