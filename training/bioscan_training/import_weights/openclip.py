"""OpenCLIP checkpoints with their `open_clip_config.json`: BioCLIP, BioCLIP 2 and their like.

Ilharco et al. 2021, OpenCLIP; Stevens et al. 2024 (arXiv:2311.18803); Gu et al. 2025 (arXiv:2505.23883).
The configuration is needed: whether a network uses GELU or its quick approximation cannot be seen in its
weights, and the wrong one gives embeddings that look right.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from bioscan_desktop.inference.images import ImagePreprocessing
from bioscan_desktop.inference.manifest import TextTokenizer
from bioscan_training.import_weights.ledger import Ledger, WeightsError
from bioscan_training.import_weights.pack import Tower
from bioscan_training.import_weights.shapes import HEAD_WIDTH
from bioscan_training.towers import ClipImageShape, ClipImageTower, ClipTextShape, ClipTextTower

MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)
"""OpenAI's normalisation, which OpenCLIP takes where a configuration names none."""

TEMPLATE = "a photo of {order} {family} {genus} {epithet}."
"""BioCLIP's taxonomic wording, without kingdom, phylum and class, which a library does not know."""

_WITHOUT_EFFECT = {
    "logit_scale|logit_bias": "scales the training loss; embeddings do not depend on it",
    "input_resolution|context_length|vocab_size": "repeats a size that the other tensors show",
    "attn_mask|positional_embedding_ids": "follows from the context length",
}
_MODEL_KEYS = {"embed_dim", "quick_gelu", "vision_cfg", "text_cfg"}
_VISION_KEYS = {"image_size", "layers", "width", "head_width", "mlp_ratio", "patch_size"}
_TEXT_KEYS = {"context_length", "vocab_size", "width", "heads", "layers", "mlp_ratio"}
_PREPROCESS_KEYS = {"size", "mode", "mean", "std", "interpolation", "resize_mode", "fill_color"}


def openclip_towers(
    state: Mapping[str, Tensor], source: str, config: Mapping[str, Any], vocabulary: Path | None = None
) -> tuple[dict[str, Tower], Ledger, dict[str, str]]:
    """The encoders of an OpenCLIP checkpoint.

    Args:
        state: tensors by name.
        source: the file's name, for messages.
        config: `open_clip_config.json`.
        vocabulary: CLIP's byte pairs; without it the text encoder is left out.

    Returns:
        Towers by modality, the settled ledger, and no notes.

    Raises:
        WeightsError: in one sentence, if tensors are missing, unknown or do not fit, or if the
            configuration asks for something that these towers do not do.
    """
    try:
        image, text, prep = shapes_of(config)
    except (KeyError, TypeError, ValueError) as error:
        raise WeightsError(f"The configuration of {source} cannot be used ({error}).") from None
    ledger = Ledger(state, source)
    for pattern, reason in _WITHOUT_EFFECT.items():
        ledger.leave_out(pattern, reason)
    image_tower = ClipImageTower(image)
    ledger.fill(image_tower, {"": "visual."})
    about = (
        f"CLIP ViT, {image.depth} blocks of width {image.width}, patches of {image.patch} px, {image.dim}-d"
    )
    towers = {"image": Tower(image_tower, image.dim, about, preprocessing=prep)}
    if vocabulary is None:
        pattern = r"transformer\..*|token_embedding\.weight|positional_embedding|ln_final\..*|text_projection"
        ledger.leave_out(pattern, "without a vocabulary its input cannot be prepared")
    else:
        text_tower = ClipTextTower(text)
        ledger.fill(text_tower, {"": ""})
        towers["text"] = Tower(
            text_tower,
            text.dim,
            f"CLIP text, {text.depth} blocks of width {text.width}, {text.dim}-d",
            text=TextTokenizer("clip-bpe", text.context, "", "", TEMPLATE),
            vocabulary=vocabulary,
            vocabulary_size=text.vocabulary,
        )
    ledger.settle()
    return towers, ledger, {}


def shapes_of(config: Mapping[str, Any]) -> tuple[ClipImageShape, ClipTextShape, ImagePreprocessing]:
    """Reads `open_clip_config.json`; OpenCLIP's defaults fill the gaps.

    Raises:
        KeyError, TypeError, ValueError: it lacks something, or asks for something unknown.
    """
    model = config["model_cfg"]
    vision, words = model["vision_cfg"], model["text_cfg"]
    given = dict(config.get("preprocess_cfg") or {})
    for values, known in (
        (model, _MODEL_KEYS),
        (vision, _VISION_KEYS),
        (words, _TEXT_KEYS),
        (given, _PREPROCESS_KEYS),
    ):
        strange = sorted(set(values) - known)
        if strange:
            raise ValueError(f"it has the unsupported settings {', '.join(strange)}")
    quick = bool(model.get("quick_gelu", False))
    width, text_width = int(vision.get("width", 768)), int(words.get("width", 512))
    image = ClipImageShape(
        image_size=int(vision.get("image_size", 224)),
        patch=int(vision.get("patch_size", 16)),
        width=width,
        depth=int(vision.get("layers", 12)),
        heads=width // int(vision.get("head_width", HEAD_WIDTH)),
        hidden=int(width * float(vision.get("mlp_ratio", 4.0))),
        dim=int(model["embed_dim"]),
        quick_gelu=quick,
    )
    text = ClipTextShape(
        vocabulary=int(words.get("vocab_size", 49408)),
        context=int(words.get("context_length", 77)),
        width=text_width,
        depth=int(words.get("layers", 12)),
        heads=int(words.get("heads", 8)),
        hidden=int(text_width * float(words.get("mlp_ratio", 4.0))),
        dim=int(model["embed_dim"]),
        quick_gelu=quick,
    )
    return image, text, _preprocessing(given, image.image_size)


def _preprocessing(given: Mapping[str, Any], size: int) -> ImagePreprocessing:
    modes = {"shortest": "crop", "squash": "squash"}
    resize = given.get("resize_mode") or "shortest"
    if resize not in modes:
        raise ValueError(f"its resize mode {resize!r} is not supported")
    if given.get("mode", "RGB") != "RGB":
        raise ValueError("its pictures are not RGB")
    asked = given.get("size", size)
    sides = {asked} if isinstance(asked, int) else set(asked)
    if sides != {size}:
        raise ValueError(f"its pictures of {asked} px do not fit its tower of {size} px")
    return ImagePreprocessing(
        size,
        size,
        modes[resize],
        tuple(given.get("mean") or MEAN),
        tuple(given.get("std") or STD),
        given.get("interpolation") or "bicubic",
    )
