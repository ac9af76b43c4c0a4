"""The towers that a recipe asks for, and the learner that holds them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from bioscan_desktop.core.errors import reason
from bioscan_desktop.inference.images import ImagePreprocessing
from bioscan_desktop.inference.text import WordPiece, read_pieces
from bioscan_desktop.inference.tokens import BarcodeTokenizer, FrameTokenizer, KmerTokenizer
from bioscan_training.config import Config, ConfigError, DnaTower, ImageTower, TextTower
from bioscan_training.data.photos import MEAN, STD
from bioscan_training.encoders import DnaEncoder, ImageEncoder
from bioscan_training.losses import Temperature
from bioscan_training.towers import (
    BarcodeShape,
    BarcodeTower,
    BertShape,
    BertTextTower,
    VisionTransformer,
    VitShape,
)
from bioscan_training.towers.lora import add_adapters

_SPECIALS = {"clibd": ("<MASK>", "<CLS>", "<UNK>"), "barcodebert": ("[MASK]", "[UNK]")}

PROJECTIONS = {"image": ("head",), "dna": ("head", "projection"), "text": ("proj",)}
"""Modules of a tower that map into the joint space: they start fresh, and learn beside adapters."""


def barcode_tokenizer(tower: DnaTower) -> KmerTokenizer:
    """The tokenizer of a barcode BERT.

    CLIBD puts id 0 before the tokens, which is <MASK>; its authors mean <CLS>.

    Raises:
        ConfigError: the sizes make no tokenizer.
    """
    prefix = 0 if tower.vocabulary == "clibd" else None
    try:
        return KmerTokenizer(
            tower.k, tower.stride or tower.k, tower.max_bases, _SPECIALS[tower.vocabulary], prefix
        )
    except ValueError as error:
        raise ConfigError(f"'towers.dna' has no usable tokens ({error}).") from None


def barcode_bert(tower: DnaTower) -> BertShape:
    """The body of a barcode BERT.

    Raises:
        ConfigError: the heads do not divide the width.
    """
    _check_heads("towers.dna", tower.width, tower.heads)
    tokenizer = barcode_tokenizer(tower)
    return BertShape(
        vocabulary=tokenizer.vocab_size,
        width=tower.width,
        depth=tower.layers,
        heads=tower.heads,
        hidden=tower.hidden,
        positions=max(512, tokenizer.n_tokens),
    )


def padding_id(tower: DnaTower) -> int | None:
    """The id whose trailing run is left out of attention and means; CLIBD leaves nothing out."""
    return None if tower.vocabulary == "clibd" else barcode_tokenizer(tower).unk_id


def _check_heads(where: str, width: int, heads: int) -> None:
    if width % heads:
        raise ConfigError(f"'{where}.heads' must divide the width of {width}, found {heads}.")


def image_preprocessing(tower: ImageTower) -> ImagePreprocessing:
    """The evaluation transform; it goes into the manifest as it is."""
    if tower.kind == "efficientnet-lite0":
        return ImagePreprocessing(tower.size, tower.resize, "crop", MEAN, STD)
    return ImagePreprocessing(tower.size, tower.resize, "crop", interpolation="bilinear")


def dna_tokenizer(config: Config) -> BarcodeTokenizer:
    """The tokenizer of the recipe's barcode tower."""
    tower = config.towers.dna
    return barcode_tokenizer(tower) if tower.kind == "bert" else FrameTokenizer()


def text_tokenizer(tower: TextTower, run_dir: Path) -> WordPiece:
    """The tokenizer of the recipe's text tower.

    Raises:
        ConfigError: there is no such vocabulary, or it is none of BERT's.
    """
    path = vocabulary_file(tower, run_dir)
    try:
        lacking = {"[UNK]", "[CLS]", "[SEP]"} - set(path.read_text(encoding="utf-8").split())
        if lacking:
            raise ConfigError(
                f"'towers.text.vocabulary' {path} must be one of BERT's; it lacks {min(lacking)}."
            )
        return WordPiece(path, tower.max_tokens)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"'towers.text.vocabulary' {path} cannot be read ({reason(error)}).") from None


def vocabulary_file(tower: TextTower, run_dir: Path) -> Path:
    """Where the vocabulary lies: the file of the recipe, or the one built into the run folder."""
    return Path(tower.vocabulary) if tower.vocabulary else run_dir / "vocabulary.txt"


def vocabulary_entries(path: Path) -> int:
    """Number of ids of a vocabulary file."""
    return len(read_pieces(path))


def start_as_bert(tower: nn.Module) -> nn.Module:
    """Gives a transformer BERT's random start: torch's own embeddings are fifty times as wide."""
    for module in tower.modules():
        if isinstance(module, nn.Linear | nn.Embedding):
            nn.init.trunc_normal_(module.weight, std=0.02)
        if isinstance(module, nn.Linear) and module.bias is not None:
            nn.init.zeros_(module.bias)
    return tower


def build_tower(config: Config, modality: str, run_dir: Path) -> nn.Module:
    """A tower with random weights (Lite0: with ImageNet's, if the recipe says so), without adapters.

    Raises:
        ConfigError: sizes contradict each other.
    """
    towers = config.towers
    if modality == "image":
        return _image_tower(config, towers.image)
    if modality == "dna":
        if towers.dna.kind == "codons":
            return DnaEncoder(config.dna_model, config.dim)
        bert = barcode_bert(towers.dna)
        with_head = towers.dna.pooling in ("softmax_mean", "logits_mean")
        projection = None if with_head or bert.width == config.dim else config.dim
        shape = BarcodeShape(bert, towers.dna.pooling, config.dim, padding_id(towers.dna), projection)
        return start_as_bert(BarcodeTower(shape))
    text = towers.text
    _check_heads("towers.text", text.width, text.heads)
    bert = BertShape(
        vocabulary=vocabulary_entries(vocabulary_file(text, run_dir)),
        width=text.width,
        depth=text.layers,
        heads=text.heads,
        hidden=text.hidden,
        positions=max(512, text.max_tokens),
    )
    return start_as_bert(BertTextTower(bert, config.dim))


def _image_tower(config: Config, tower: ImageTower) -> nn.Module:
    if tower.kind == "efficientnet-lite0":
        return ImageEncoder(config.image_model, config.dim, pretrained=tower.init == "imagenet")
    _check_heads("towers.image", tower.width, tower.heads)
    if tower.size % tower.patch:
        raise ConfigError(
            f"'towers.image.patch' must divide the size of {tower.size} px, found {tower.patch}."
        )
    shape = VitShape(
        image_size=tower.size,
        patch=tower.patch,
        width=tower.width,
        depth=tower.layers,
        heads=tower.heads,
        hidden=tower.hidden,
        dim=config.dim,
    )
    return start_as_bert(VisionTransformer(shape))


def set_learning(tower: nn.Module, modality: str, learning: str, rank: int) -> None:
    """Opens what the recipe lets learn: all, adapters and projection, or nothing.

    Raises:
        ConfigError: adapters are asked for where none fit.
    """
    if learning == "frozen":
        tower.requires_grad_(False)
    elif learning == "lora":
        if not add_adapters(tower, rank):
            raise ConfigError(
                f"'towers.{modality}.train' must be full or frozen for a tower without attention; "
                "found 'lora'."
            )
        for name in PROJECTIONS[modality]:
            part = getattr(tower, name, None)
            if part is not None:
                part.requires_grad_(True)


class ContrastLearner(nn.Module):
    """The towers by modality, and the temperature.

    Statistics of batch norms stay as they are: they would depend on how a batch is cut into chunks and
    spread over processes, and on the record's neighbours in it. A frozen tower stays in eval mode.
    """

    def __init__(self, towers: dict[str, nn.Module], scale: float, clamped: bool) -> None:
        super().__init__()
        self.modalities = tuple(towers)
        for name, tower in towers.items():
            self.add_module(name, tower)
        self.temperature = Temperature(scale, clamped)

    def tower(self, modality: str) -> nn.Module:
        """The tower of a modality."""
        return self.get_submodule(modality)

    def train(self, mode: bool = True) -> ContrastLearner:
        """See the class."""
        super().train(mode)
        for name in self.modalities:
            tower = self.tower(name)
            if not learns(tower):
                tower.eval()
            for module in tower.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.eval()
        return self


def learns(tower: nn.Module) -> bool:
    """True if any of its weights does."""
    return any(p.requires_grad for p in tower.parameters())


def embed(tower: nn.Module, inputs: Sequence[Tensor], chunk: int = 0) -> Tensor:
    """(n, …) inputs -> (n, d) unit rows.

    With `chunk`, rows are embedded in chunks that keep no graph; when gradients come back, each chunk is
    embedded again, with the random numbers of the first time, and passes them on. This is gradient
    caching (Gao et al. 2021, "GradCache", arXiv:2101.06983): the memory of a chunk, the loss of a batch.
    """
    if not learns(tower):
        with torch.no_grad():
            return tower(*inputs)
    n = len(inputs[0])
    if not 0 < chunk < n:
        return tower(*inputs)
    parts = [
        checkpoint(tower, *(x[start : start + chunk] for x in inputs), use_reentrant=False)
        for start in range(0, n, chunk)
    ]
    return torch.cat(parts)
