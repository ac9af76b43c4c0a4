"""A contrast run to a model pack, by the writer of `import-weights`.

Files are compared with the towers on held-out records. int8 of a convolutional network takes its ranges
from photos that were trained on; without photos it is left out.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from bioscan_desktop.core.errors import PhotoError
from bioscan_desktop.inference.images import ImagePreprocessing, load_rgb, to_array
from bioscan_desktop.inference.manifest import TextTokenizer
from bioscan_desktop.inference.text import text_of
from bioscan_training.config import Config, to_dict
from bioscan_training.contrast.model import (
    dna_tokenizer,
    image_preprocessing,
    text_tokenizer,
    vocabulary_entries,
    vocabulary_file,
)
from bioscan_training.contrast.specimens import Specimen, SpecimenSource
from bioscan_training.contrast.stage import load_learner, spread
from bioscan_training.data.records import RecordsError
from bioscan_training.import_weights.pack import Tower, write_pack
from bioscan_training.import_weights.variants import Calibration
from bioscan_training.towers.lora import fold_adapters

log = logging.getLogger(__name__)


def contrast_towers(config: Config, run_dir: Path) -> dict[str, Tower]:
    """The trained towers by modality, adapters folded into their weights, with how input is prepared.

    Raises:
        ConfigError: the stage has not finished in `run_dir`.
    """
    learner = load_learner(config, run_dir)
    found: dict[str, Tower] = {}
    for modality in config.contrast.modalities:
        module = learner.tower(modality)
        fold_adapters(module)
        module.to(memory_format=torch.contiguous_format)
        found[modality] = _card(config, modality, module.eval(), run_dir)
    return found


def _card(config: Config, modality: str, module: Any, run_dir: Path) -> Tower:
    towers, dim = config.towers, config.dim
    if modality == "image":
        image = towers.image
        about = f"ViT, {image.layers} blocks of width {image.width}, patches of {image.patch} px, {dim}-d"
        if image.kind == "efficientnet-lite0":
            about = f"EfficientNet-Lite0, {dim}-d"
        return Tower(module, dim, about, preprocessing=image_preprocessing(image))
    if modality == "dna":
        dna, tokenizer = towers.dna, dna_tokenizer(config)
        about = f"BERT, {dna.layers} layers of width {dna.width}, {dna.k}-mers, pooling {dna.pooling}"
        if dna.kind != "bert":
            about = "the barcode tower of the starter model"
        return Tower(module, dim, f"{about}, {dim}-d", tokenizer=tokenizer)
    text, path = towers.text, vocabulary_file(towers.text, run_dir)
    settings = TextTokenizer("wordpiece", text.max_tokens, "", "", text.template, text.unknown)
    about = f"BERT, {text.layers} layers of width {text.width}, {dim}-d"
    size = vocabulary_entries(path)
    return Tower(module, dim, about, text=settings, vocabulary=path, vocabulary_size=size)


def with_inputs(
    towers: dict[str, Tower], config: Config, source: SpecimenSource, run_dir: Path
) -> dict[str, Tower]:
    """The towers with what their files are compared on, the variants to write, and what those need.

    A modality that the held-out records lack is compared on made-up inputs.
    """
    stage, settings = config.contrast, config.export
    train = source.read(stage.train_splits)
    try:
        held_out = source.read(stage.val_splits)
    except RecordsError:
        held_out = train
    found: dict[str, Tower] = {}
    for modality, tower in towers.items():
        inputs = _inputs(modality, tower, held_out, settings.parity_inputs, config, source, run_dir)
        variants, calibration = settings.variants, None
        if modality == "image" and config.towers.image.kind == "efficientnet-lite0":
            assert tower.preprocessing is not None
            pixels = _photos(train, settings.calibration, source, tower.preprocessing)
            if len(pixels):
                calibration = Calibration(pixels, settings.int8_float_layers)
            elif "int8" in variants:
                log.warning("image.int8.onnx is left out: its ranges are taken from photos; give --images.")
                variants = tuple(kind for kind in variants if kind != "int8")
        found[modality] = replace(tower, inputs=inputs, variants=variants, calibration=calibration)
    return found


def _inputs(
    modality: str,
    tower: Tower,
    specimens: Sequence[Specimen],
    most: int,
    config: Config,
    source: SpecimenSource,
    run_dir: Path,
) -> tuple[np.ndarray, ...] | None:
    """What the tower is fed of specimens that have the modality; None where no two are told apart."""
    inputs: tuple[np.ndarray, ...] = ()
    if modality == "image":
        assert tower.preprocessing is not None
        inputs = (_photos(specimens, most, source, tower.preprocessing),)
    elif modality == "dna":
        assert tower.tokenizer is not None
        barcodes = spread(list(dict.fromkeys(s.barcode for s in specimens if s.barcode)), most)
        if barcodes:
            inputs = (tower.tokenizer.encode_batch(barcodes),)
    else:
        text = config.towers.text
        names = dict.fromkeys(text_of(s.lineage, text.template, text.unknown) for s in specimens if s.named)
        if names:
            inputs = text_tokenizer(text, run_dir).encode(spread(list(names), most))
    # Barcodes that have no place in the frame are all alike.
    return inputs if inputs and len(np.unique(inputs[0], axis=0)) > 1 else None


def _photos(
    specimens: Sequence[Specimen], most: int, source: SpecimenSource, prep: ImagePreprocessing
) -> np.ndarray:
    """(n, 3, size, size) float32 of at most so many photos, those that can be read."""
    rows = [np.zeros((0, 3, prep.size, prep.size), np.float32)]
    for specimen in spread([s for s in specimens if s.photo], most):
        data = source.read_photo(specimen)
        try:
            if data is not None:
                rows.append(to_array(load_rgb(data, prep.min_side).image, prep)[None])
        except PhotoError as error:
            log.debug("%s: %s", specimen.photo, error)
    return np.concatenate(rows)


def export_contrast(
    config: Config, data: Path, images: Path | None, run_dir: Path, out: Path
) -> dict[str, Any]:
    """Writes the pack; either all of it, or nothing. A variant under its floor is left out.

    Args:
        data, images: as for training.
        out: folder that does not exist yet.

    Returns:
        The manifest as plain values.

    Raises:
        WeightsError: `out` exists.
        ParityError: an ONNX file does not give what its tower gives.
    """
    settings = config.export
    towers = contrast_towers(config, run_dir)
    source = SpecimenSource(data, images)
    try:
        towers = with_inputs(towers, config, source, run_dir)
    finally:
        source.close()
    write_pack(
        towers,
        out,
        id=settings.pack_id,
        title=settings.title,
        licence=settings.licence,
        provenance={"recipe": to_dict(config), "stage": "contrast", "seed": config.seed},
        refuse=False,
        version=settings.version,
    )
    return json.loads((out / "manifest.json").read_text(encoding="utf-8"))
