"""Towers to a model pack: ONNX files that were compared with the towers, and a manifest."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from bioscan_desktop.inference.images import ImagePreprocessing
from bioscan_desktop.inference.manifest import (
    EncoderCard,
    ModelManifest,
    TextTokenizer,
    Variant,
    sha256_of,
)
from bioscan_desktop.inference.tokens import BarcodeTokenizer, FrameTokenizer
from bioscan_training.export import ParityError, parity, to_onnx
from bioscan_training.import_weights.ledger import WeightsError
from bioscan_training.import_weights.variants import Calibration, run_in_parts, write_variant
from bioscan_training.import_weights.vocabularies import write_vocabulary

log = logging.getLogger(__name__)

INPUTS = {"image": ("image",), "dna": ("tokens",), "text": ("ids", "mask")}
MIN_COSINE = 0.9999
"""Least cosine of an ONNX embedding to its tower's, for the rows and for the rows without their mean."""

SAMPLES = 8


@dataclass(frozen=True)
class Tower:
    """A filled tower and how its input is prepared.

    Attributes:
        module: input as `INPUTS` names it, output (n, dim) unit rows.
        dim: length of an embedding.
        architecture: one line for people.
        preprocessing, tokenizer, text: for `image`, `dna`, `text`.
        vocabulary, vocabulary_size: file of the text encoder's vocabulary, and its number of ids.
        inputs: what files are compared on, an array per input; None for made-up ones.
        variants: smaller forms that may be written of it.
        calibration: for int8, of a convolutional network.
        mirror: of `image`: the program embeds a photo and its mirror image and takes the mean.
    """

    module: nn.Module
    dim: int
    architecture: str
    preprocessing: ImagePreprocessing | None = None
    tokenizer: BarcodeTokenizer | None = None
    text: TextTokenizer | None = None
    vocabulary: Path | None = None
    vocabulary_size: int = 0
    inputs: tuple[np.ndarray, ...] | None = None
    variants: Sequence[str] = ()
    calibration: Calibration | None = None
    mirror: bool = True


def write_pack(
    towers: dict[str, Tower],
    out: Path,
    id: str,
    title: str,
    licence: str,
    provenance: dict[str, Any],
    samples: int = SAMPLES,
    refuse: bool = True,
    version: str = "1",
) -> ModelManifest:
    """Writes the pack; either all of it, or nothing.

    Args:
        towers: by modality.
        out: folder that does not exist yet.
        id, title, licence, provenance, version: for the manifest.
        samples: made-up inputs, for towers that bring none of their own.
        refuse: whether a variant under its floor stops all, or is left out.

    Raises:
        WeightsError: `out` exists, towers differ in `dim`, or a vocabulary does not fit.
        ParityError: an ONNX file does not give what its tower gives, or a variant is too far from it.
    """
    if out.exists():
        raise WeightsError(f"{out} exists already; choose another folder.")
    dims = {name: tower.dim for name, tower in towers.items()}
    if len(set(dims.values())) != 1:
        raise WeightsError(f"The encoders do not share one space: their embeddings have lengths {dims}.")
    partial = out.with_name(out.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        cards = {name: _write_tower(name, tower, partial, samples, refuse) for name, tower in towers.items()}
        manifest = ModelManifest(
            id=id,
            version=version,
            title=title,
            dim=next(iter(dims.values())),
            encoders=cards,
            licence=licence,
            provenance=provenance,
        )
        manifest.save(partial)
        ModelManifest.load(partial).verify(partial)
        partial.rename(out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return manifest


def sample_inputs(modality: str, tower: Tower, n: int, seed: int = 0) -> tuple[np.ndarray, ...]:
    """Inputs to compare on: noise, made-up barcodes of many lengths, random words of many lengths."""
    rng = np.random.default_rng(seed)
    if modality == "image":
        assert tower.preprocessing is not None
        side, prep = tower.preprocessing.size, tower.preprocessing
        # Blocks of one colour, as pictures have them; white noise all looks the same to a network.
        cells = rng.random((n, 3, 8, 8), dtype=np.float32)
        pixels = cells.repeat(-(-side // 8), axis=2).repeat(-(-side // 8), axis=3)[:, :, :side, :side]
        mean, std = (np.array(v, dtype=np.float32)[:, None, None] for v in (prep.mean, prep.std))
        return (((pixels - mean) / std).astype(np.float32),)
    if modality == "dna":
        assert tower.tokenizer is not None
        if isinstance(tower.tokenizer, FrameTokenizer):
            # Random letters have no place in the frame; random codons do.
            return (rng.integers(0, tower.tokenizer.vocab_size, (n, tower.tokenizer.n_tokens)),)
        longest = tower.tokenizer.max_bases
        lengths = np.linspace(longest // 3, longest + 20, n).astype(int)
        sequences = ["".join(rng.choice(list("ACGT"), length)) for length in lengths]
        sequences[0] = sequences[0][:30] + "NN" + sequences[0][32:]
        return (tower.tokenizer.encode_batch(sequences),)
    assert tower.text is not None
    width, last = tower.text.max_tokens, tower.vocabulary_size - 1
    ids = rng.integers(1, last, size=(n, width))
    lengths = np.linspace(3, width, n).astype(int)
    ids[np.arange(n), lengths - 1] = last
    mask = (np.arange(width) < lengths[:, None]).astype(np.int64)
    return (ids * mask).astype(np.int64), mask


def _write_tower(modality: str, tower: Tower, folder: Path, samples: int, refuse: bool) -> EncoderCard:
    text = tower.text
    if text is not None:
        assert tower.vocabulary is not None
        name = write_vocabulary(tower.vocabulary, text.kind, tower.vocabulary_size, folder)
        text = replace(text, vocabulary=name, sha256=sha256_of(folder / name))
    path = folder / f"{modality}.onnx"
    inputs = sample_inputs(modality, tower, samples) if tower.inputs is None else tower.inputs
    to_onnx(tower.module, INPUTS[modality], inputs, path)
    measured = compare(tower.module, path, INPUTS[modality], inputs)
    if not all(measured[name] >= MIN_COSINE for name in ("cosine_min", "centred_cosine_min")):  # NaN, too
        raise ParityError(
            f"{path.name} does not give what its tower gives ({measured}); nothing was written."
        )
    variants: dict[str, Variant] = {}
    for kind in tower.variants:
        try:
            variants[kind] = write_variant(path, kind, inputs, tower.calibration)
        except ParityError as error:
            if refuse:
                raise
            log.warning("%s", error)
    return EncoderCard(
        path.name,
        sha256_of(path),
        architecture=tower.architecture,
        preprocessing=tower.preprocessing,
        tokenizer=tower.tokenizer,
        text=text,
        parity=measured,
        variants=variants,
        mirror=tower.mirror,
    )


def compare(
    module: nn.Module, path: Path, names: tuple[str, ...], inputs: tuple[np.ndarray, ...]
) -> dict[str, float]:
    """Agreement of an ONNX file with its tower, one input at a time, so that batches are compared too.

    Returns:
        As `export.parity`, with `centred_cosine_min`: the least cosine after the tower's mean row is
        taken off both. Rows that all lie close together agree in cosine even when they are wrong.
    """
    import onnxruntime as ort

    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    with torch.no_grad():
        a = run_in_parts(lambda *x: module(*map(torch.from_numpy, x)).numpy(), inputs)
    b = run_in_parts(lambda *x: session.run(None, dict(zip(names, x, strict=True)))[0], inputs, rows=1)
    mean = a.mean(axis=0)
    left, right = a - mean, b - mean
    lengths = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
    centred = (left * right).sum(1) / np.where(lengths > 0, lengths, np.nan)
    return parity(a, b) | {"centred_cosine_min": round(float(centred.min()), 6)}
