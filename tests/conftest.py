"""Shared fixtures: a tiny real model pack and a library built with it, no network, own folders.

The tiny encoders are a few kilobytes of ONNX with fixed random weights: a photo is averaged over a
grid of 4 x 4 cells, a barcode over its 4-mers. They recognise the drawn beetles and made-up
barcodes below quite well, and exercise every layer for real.
"""

from __future__ import annotations

import csv
import os
import random
import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import bioscan_desktop  # noqa: F401 - before numpy, whose threads it sets

# isort: split
import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from PIL import Image, ImageDraw

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.inference.frame import backbone
from bioscan_desktop.inference.images import ImagePreprocessing
from bioscan_desktop.inference.manifest import EncoderCard, ModelManifest, TextTokenizer, sha256_of
from bioscan_desktop.inference.tokens import KmerTokenizer
from bioscan_desktop.library.build import BuildOptions, build_library
from bioscan_desktop.library.importers.tables import read_table
from bioscan_desktop.library.pack import Library
from bioscan_desktop.services.identify import Identifier

DIM = 16
CODON_FREE_OF_STOPS = [
    a + b + c for a in "ACGT" for b in "ACGT" for c in "ACGT" if a + b + c not in ("TAA", "TAG")
]

SPECIES = (
    ("Lepidoptera", "Noctuidae", "Noctua", "Noctua pronuba", (150, 90, 40)),
    ("Lepidoptera", "Noctuidae", "Noctua", "Noctua comes", (120, 100, 90)),
    ("Lepidoptera", "Pieridae", "Pieris", "Pieris rapae", (235, 235, 215)),
    ("Diptera", "Syrphidae", "Episyrphus", "Episyrphus balteatus", (200, 160, 20)),
)


# A busy machine must not fail a property test for being slow.
settings.register_profile("project", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing of the user's is read or written."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("BIOSCAN_HOME", str(home))
    return home


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any attempt to connect fails the test."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the tests must not use the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def draw_insect(
    colour: tuple[int, int, int], size: tuple[int, int] = (320, 240), seed: int = 0
) -> Image.Image:
    """A drawn insect: an ellipse of the species' colour, a little different each time."""
    rng = random.Random(seed)
    image = Image.new("RGB", size, (245, 245, 240))
    draw = ImageDraw.Draw(image)
    width, height = size
    shift = rng.randint(-4, 4)
    draw.ellipse(
        (width * 0.15 + shift, height * 0.2, width * 0.85 + shift, height * 0.8),
        fill=tuple(min(255, c + rng.randint(-6, 6)) for c in colour),
        outline=(30, 30, 30),
        width=3,
    )
    return image


def random_barcode(seed: int, codons: int = 219) -> str:
    """A made-up coding sequence of 3 x codons bases without stop codons (code 5)."""
    rng = random.Random(seed)
    # Few codons per species, so that its 4-mers are its own, as with real barcodes.
    own = rng.sample(CODON_FREE_OF_STOPS, 12)
    return "".join(rng.choice(own) for _ in range(codons))


def placeable_barcode(seed: int, changed: float = 0.1) -> str:
    """The commonest bases of COI with a share of them changed: it has a place in the frame."""
    rng = random.Random(seed)
    return "".join(rng.choice("ACGT") if rng.random() < changed else base for base in backbone())


def mutate(sequence: str, count: int, seed: int) -> str:
    """Substitutes `count` bases without making a stop codon of them."""
    rng = random.Random(seed)
    bases = list(sequence)
    for position in rng.sample(range(len(bases) // 3), count):
        bases[3 * position : 3 * position + 3] = rng.choice(CODON_FREE_OF_STOPS)
    return "".join(bases)


@dataclass(frozen=True)
class TinyWorld:
    """A model pack, a library built with it, and material to query it with.

    Attributes:
        model, library: folders of the packs.
        photos: a new photo per species, not in the library.
        barcodes: a new barcode per species, two codons away from its reference.
        records: the table that the library was built from.
        images: the photos of that table.
    """

    model: Path
    library: Path
    photos: dict[str, Path]
    barcodes: dict[str, str]
    records: Path
    images: Path


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> TinyWorld:
    """Builds the tiny world once."""
    root = tmp_path_factory.mktemp("world")
    model = root / "model"
    make_model(model)
    images, new = root / "images", root / "new"
    images.mkdir()
    new.mkdir()
    photos, barcodes = {}, {}
    table = root / "records.tsv"
    with table.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, delimiter="\t")
        writer.writerow("processid image_file nucleotides order family genus species bin_uri country".split())
        for number, (order, family, genus, species, colour) in enumerate(SPECIES):
            reference = random_barcode(number)
            names = [order, family, genus, species]
            for copy in range(3):
                process = f"TINY{number}{copy:02d}-26"
                sequence = reference if copy < 2 else mutate(reference, 1, copy)
                writer.writerow([process, "", sequence, *names, f"BOLD:TST000{number}", "France"])
                draw_insect(colour, seed=10 * number + copy).save(images / f"{number}_{copy}.png")
                writer.writerow([process, f"{number}_{copy}.png", "", *names, "", "France"])
            photos[species] = new / f"{genus.lower()}_{species.split()[1]}.jpg"
            draw_insect(colour, (640, 480), seed=100 + number).save(photos[species], quality=92)
            barcodes[species] = mutate(reference, 2, 50 + number)
    library = root / "library"
    build_library(
        read_table(table),
        ModelPack(model, "cpu"),
        library,
        BuildOptions("tiny", title="Tiny library", images=images),
    )
    return TinyWorld(model, library, photos, barcodes, table, images)


@pytest.fixture
def identifier(world: TinyWorld) -> Iterator[Identifier]:
    """The tiny world, opened."""
    library = Library(world.library)
    yield Identifier(ModelPack(world.model, "cpu"), library)
    library.close()


def make_model(folder: Path, seed: int = 7, dim: int = DIM) -> ModelManifest:
    """Writes a tiny but real model pack."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(seed)
    tokenizer = KmerTokenizer(4, 1, 660)
    _write_image_encoder(folder / "image.onnx", rng, dim)
    _write_dna_encoder(folder / "dna.onnx", rng, tokenizer.vocab_size, dim)
    manifest = ModelManifest(
        id="tiny",
        version="1",
        title="Tiny model",
        dim=dim,
        encoders={
            "image": EncoderCard(
                "image.onnx",
                sha256_of(folder / "image.onnx"),
                preprocessing=ImagePreprocessing(32, 32, "squash"),
            ),
            "dna": EncoderCard("dna.onnx", sha256_of(folder / "dna.onnx"), tokenizer=tokenizer),
        },
        licence="MIT",
    )
    manifest.save(folder)
    return manifest


def add_text_encoder(
    folder: Path, kind: str, vocabulary: Path, max_tokens: int, template: str = "", unknown: str = ""
) -> None:
    """Gives a tiny pack a text encoder: the masked sum of a random row per token, below id 1024."""
    from onnx import TensorProto, helper, numpy_helper, save

    manifest = ModelManifest.load(folder)
    rows = np.random.default_rng(1).normal(size=(1024, manifest.dim)).astype(np.float32)
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["embedded"]),
        helper.make_node("Cast", ["mask"], ["weight"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["weight", "last"], ["column"]),
        helper.make_node("Mul", ["embedded", "column"], ["masked"]),
        helper.make_node("ReduceSum", ["masked", "middle"], ["projected"], keepdims=0),
        helper.make_node("LpNormalization", ["projected"], ["embedding"], axis=-1, p=2),
    ]
    initial = [
        numpy_helper.from_array(rows, "table"),
        numpy_helper.from_array(np.array([2], np.int64), "last"),
        numpy_helper.from_array(np.array([1], np.int64), "middle"),
    ]
    inputs = [helper.make_tensor_value_info(n, TensorProto.INT64, ["n", "t"]) for n in ("ids", "mask")]
    output = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", manifest.dim])
    graph = helper.make_graph(nodes, "text", inputs, [output], initial)
    save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8),
        folder / "text.onnx",
    )
    name = "text.vocabulary.txt"
    (folder / name).write_bytes(vocabulary.read_bytes())
    text = TextTokenizer(kind, max_tokens, name, sha256_of(vocabulary), template, unknown)
    card = EncoderCard("text.onnx", sha256_of(folder / "text.onnx"), text=text)
    replace(manifest, encoders={**manifest.encoders, "text": card}).save(folder)


def _write_image_encoder(path: Path, rng: np.random.Generator, dim: int) -> None:
    from onnx import TensorProto, helper, numpy_helper

    weights = rng.normal(size=(3 * 16, dim)).astype(np.float32)
    nodes = [
        helper.make_node("Sub", ["image", "half"], ["centred"]),
        helper.make_node("AveragePool", ["centred"], ["cells"], kernel_shape=[8, 8], strides=[8, 8]),
        helper.make_node("Flatten", ["cells"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weights"], ["projected"]),
    ]
    initial = [numpy_helper.from_array(weights, "weights"), numpy_helper.from_array(np.float32(0.5), "half")]
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, 32, 32])
    _finish(path, nodes, initial, image, dim)


def _write_dna_encoder(path: Path, rng: np.random.Generator, vocabulary: int, dim: int) -> None:
    from onnx import TensorProto, helper, numpy_helper

    table = rng.normal(size=(vocabulary, dim)).astype(np.float32)
    table[:3] = 0  # special ids, padding among them, say nothing
    nodes = [
        helper.make_node("Gather", ["table", "tokens"], ["embedded"]),
        helper.make_node("ReduceSum", ["embedded", "axis"], ["projected"], keepdims=0),
    ]
    initial = [
        numpy_helper.from_array(table, "table"),
        numpy_helper.from_array(np.array([1], np.int64), "axis"),
    ]
    tokens = helper.make_tensor_value_info("tokens", TensorProto.INT64, ["n", "tokens"])
    _finish(path, nodes, initial, tokens, dim)


def _finish(path: Path, nodes: list, initial: list, source: object, dim: int) -> None:
    from onnx import TensorProto, helper, save

    nodes = [*nodes, helper.make_node("LpNormalization", ["projected"], ["embedding"], axis=-1, p=2)]
    target = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", dim])
    graph = helper.make_graph(nodes, path.stem, [source], [target], initial)
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
