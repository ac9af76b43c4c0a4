"""CLIBD checkpoints: `best.pth`, the state dict of its `SimpleCLIP`.

Gong et al. 2024 (arXiv:2405.17537). The file may hold any of the three encoders. Names come in two
generations: `base_image_encoder`, `base_dna_encoder` and `base_language_encoder` were once `lora_vit`,
`lora_barcode_bert` and `lora_bert`. The image encoder carries low-rank adapters even where the training
was told to leave them out, and older files have them in all three; they are folded into the weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from bioscan_desktop.inference.images import ImagePreprocessing
from bioscan_desktop.inference.manifest import TextTokenizer
from bioscan_desktop.inference.tokens import KmerTokenizer
from bioscan_training.import_weights.ledger import Ledger, WeightsError
from bioscan_training.import_weights.pack import Tower
from bioscan_training.import_weights.shapes import bert_shape, depth_of, heads_of, side_of
from bioscan_training.towers import BarcodeShape, BarcodeTower, BertTextTower, VisionTransformer, VitShape
from bioscan_training.towers.lora import fold_state

TOKENIZER = KmerTokenizer(5, 5, 660, ("<MASK>", "<CLS>", "<UNK>"), prefix_id=0)
"""The authors mean to put <CLS> in front of the tokens; what they put there is id 0, <MASK>."""

TEXT_TOKENS = 20
TEMPLATE = "{order} {family} {genus} {species}"
UNKNOWN_NAME = "not_classified"

_OLD_NAMES = {
    "lora_vit": "base_image_encoder",
    "lora_barcode_bert": "base_dna_encoder",
    "lora_bert": "base_language_encoder",
}
_IMAGE = "image_encoder.base_image_encoder."
_DNA = "dna_encoder.base_dna_encoder."
_TEXT = "language_encoder.base_language_encoder."

_WITHOUT_EFFECT = {
    r"logit_scale|logit_bias": "scales the training loss; embeddings do not depend on it",
    r".*\.embeddings\.position_ids": "counts 0, 1, 2, …; the position embeddings are read in this order",
    r"language_encoder\.base_language_encoder\.pooler\..*": "the text embedding is the mean of the tokens",
    r"dna_encoder\.base_dna_encoder\.cls\.predictions\.bias": "belonged to the replaced output layer",
}


def clibd_towers(
    state: Mapping[str, Tensor], source: str, vocabulary: Path | None = None, pooling: str = "softmax_mean"
) -> tuple[dict[str, Tower], Ledger, dict[str, str]]:
    """The encoders of a CLIBD checkpoint.

    Args:
        state: tensors by name.
        source: the file's name, for messages.
        vocabulary: of the text encoder; without it that encoder is left out.
        pooling: of the DNA encoder; the published weights need `softmax_mean`.

    Returns:
        Towers by modality, the settled ledger, and notes on tensors that were folded or renamed.

    Raises:
        WeightsError: in one sentence, if tensors are missing, unknown or do not fit.
    """
    try:
        folded, notes = fold_state(modern_names(state, source))
    except KeyError as error:
        raise WeightsError(
            f"{source} has an incomplete low-rank adapter: it lacks {error.args[0]}."
        ) from None
    except ValueError as error:
        raise WeightsError(f"{source} has an adapter that does not fit its layer: {error}.") from None
    ledger = Ledger(folded, source)
    for pattern, reason in _WITHOUT_EFFECT.items():
        ledger.leave_out(pattern, reason)
    towers: dict[str, Tower] = {}
    if ledger.names("image_encoder."):
        towers["image"] = _image(ledger)
    if ledger.names("dna_encoder."):
        towers["dna"] = _dna(ledger, pooling)
    if ledger.names("language_encoder."):
        if vocabulary is None:
            ledger.leave_out(r"language_encoder\..*", "without a vocabulary its input cannot be prepared")
        else:
            towers["text"] = _text(ledger, vocabulary)
    ledger.settle()
    if not towers:
        raise WeightsError(f"{source} holds no encoder of CLIBD that can be used.")
    return towers, ledger, notes


def modern_names(state: Mapping[str, Tensor], source: str) -> dict[str, Tensor]:
    """The state under the names of the second generation.

    Raises:
        WeightsError: two tensors would get the same name.
    """
    renamed: dict[str, Tensor] = {}
    for name, tensor in state.items():
        new = ".".join(_OLD_NAMES.get(part, part) for part in name.split("."))
        if new in renamed:
            raise WeightsError(f"{source} holds {new} twice, under its old and its new name.")
        renamed[new] = tensor
    return renamed


def _image(ledger: Ledger) -> Tower:
    width, _, patch, _ = ledger.shape(f"{_IMAGE}patch_embed.proj.weight")
    side = side_of(ledger.shape(f"{_IMAGE}pos_embed")[1] - 1, ledger.source)
    shape = VitShape(
        image_size=patch * side,
        patch=patch,
        width=width,
        depth=depth_of(ledger, f"{_IMAGE}blocks."),
        heads=heads_of(width, ledger.source),
        hidden=ledger.shape(f"{_IMAGE}blocks.0.mlp.fc1.weight")[0],
        dim=ledger.shape(f"{_IMAGE}head.weight")[0],
    )
    module = VisionTransformer(shape)
    ledger.fill(module, {"": _IMAGE})
    # 256 and 224, bilinear, values from 0 to 1 without mean and standard deviation: CLIBD's evaluation.
    prep = ImagePreprocessing(shape.image_size, shape.image_size * 8 // 7, "crop", interpolation="bilinear")
    about = f"ViT, {shape.depth} blocks of width {width}, patches of {patch} px, {shape.dim}-d"
    return Tower(module, shape.dim, about, preprocessing=prep)


def _dna(ledger: Ledger, pooling: str) -> Tower:
    bert = bert_shape(ledger, f"{_DNA}bert.")
    if bert.vocabulary != TOKENIZER.vocab_size:
        raise WeightsError(
            f"{ledger.source} has a barcode vocabulary of {bert.vocabulary}; only CLIBD's own, 5-mers with "
            f"{TOKENIZER.vocab_size} entries, is supported."
        )
    if bert.positions < TOKENIZER.n_tokens:
        raise WeightsError(f"{ledger.source} has positions for {bert.positions} tokens only.")
    head = f"{_DNA}cls.predictions."
    units, projection = 0, None
    if pooling in ("softmax_mean", "logits_mean"):
        units = ledger.shape(f"{head}decoder.weight")[0]
    else:
        ledger.leave_out(rf"{head}.*", f"the pooling {pooling} does not use the output layer")
    if ledger.names("dna_encoder.dna_projection."):
        projection = ledger.shape("dna_encoder.dna_projection.weight")[0]
    shape = BarcodeShape(bert, pooling, units, projection=projection)
    module = BarcodeTower(shape)
    ledger.fill(
        module, {"bert.": f"{_DNA}bert.", "head.": head, "projection.": "dna_encoder.dna_projection."}
    )
    about = f"BERT, {bert.depth} layers of width {bert.width}, 5-mers, pooling {pooling}, {shape.dim}-d"
    return Tower(module, shape.dim, about, tokenizer=TOKENIZER)


def _text(ledger: Ledger, vocabulary: Path) -> Tower:
    bert = bert_shape(ledger, _TEXT)
    dim = ledger.shape("language_encoder.proj.weight")[0]
    module = BertTextTower(bert, dim)
    ledger.fill(module, {"bert.": _TEXT, "proj.": "language_encoder.proj."})
    about = f"BERT, {bert.depth} layers of width {bert.width}, {dim}-d"
    settings = TextTokenizer("wordpiece", TEXT_TOKENS, "", "", TEMPLATE, UNKNOWN_NAME)
    return Tower(module, dim, about, text=settings, vocabulary=vocabulary, vocabulary_size=bert.vocabulary)
