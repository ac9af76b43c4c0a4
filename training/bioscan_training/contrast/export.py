"""A contrast run to a model pack, by the writer of `import-weights`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

from bioscan_desktop.inference.manifest import TextTokenizer
from bioscan_training.config import Config, to_dict
from bioscan_training.contrast.model import (
    dna_tokenizer,
    image_preprocessing,
    vocabulary_entries,
    vocabulary_file,
)
from bioscan_training.contrast.stage import load_learner
from bioscan_training.import_weights.pack import Tower, write_pack
from bioscan_training.towers.lora import fold_adapters


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


def export_contrast(config: Config, run_dir: Path, out: Path) -> dict[str, Any]:
    """Writes the pack; either all of it, or nothing.

    Args:
        out: folder that does not exist yet.

    Returns:
        The manifest as plain values.

    Raises:
        WeightsError: `out` exists.
        ParityError: an ONNX file does not give what its tower gives.
    """
    settings = config.export
    write_pack(
        contrast_towers(config, run_dir),
        out,
        id=settings.pack_id,
        title=settings.title,
        licence=settings.licence,
        provenance={"recipe": to_dict(config), "stage": "contrast", "seed": config.seed},
    )
    return json.loads((out / "manifest.json").read_text(encoding="utf-8"))
