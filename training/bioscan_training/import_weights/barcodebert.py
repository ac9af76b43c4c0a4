"""BarcodeBERT checkpoints: a dictionary with `model` and `bert_config`, or a bare state dict.

Millan Arias et al. 2023 (arXiv:2311.02401). The embedding is the mean over the last layer's tokens. The
newer models (k = 4) keep padding out of attention and mean; the older one (k = 5) does not, and has
CLIBD's tokenizer. Vocabularies of the two are incompatible, and told apart by their sizes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bioscan_desktop.inference.tokens import KmerTokenizer
from bioscan_training.import_weights.checkpoints import state_of
from bioscan_training.import_weights.clibd import TOKENIZER as CLIBD_TOKENIZER
from bioscan_training.import_weights.ledger import Ledger, WeightsError
from bioscan_training.import_weights.pack import Tower
from bioscan_training.import_weights.shapes import bert_shape
from bioscan_training.towers import BarcodeShape, BarcodeTower, BertShape

SPECIALS = ("[MASK]", "[UNK]")
MAX_BASES = 660

_WITHOUT_EFFECT = {
    r"(bert\.)?embeddings\.position_ids": "counts 0, 1, 2, …; the position embeddings are read in this order",
    r"(bert\.)?pooler\..*": "the embedding is the mean of the tokens",
    r"classifier\..*|cls\..*": "predicts masked k-mers; the embedding is taken below it",
}


def barcodebert_towers(
    checkpoint: Mapping[str, Any], source: str, config: Mapping[str, Any] | None = None
) -> tuple[dict[str, Tower], Ledger, dict[str, str]]:
    """The encoder of a BarcodeBERT checkpoint.

    Args:
        checkpoint: what the file holds.
        source: the file's name, for messages.
        config: transformers' configuration of the BERT, where the checkpoint has none.

    Returns:
        The tower as `dna`, the settled ledger, and no notes.

    Raises:
        WeightsError: in one sentence, if tensors are missing, unknown or do not fit.
    """
    ledger = Ledger(state_of(checkpoint, source), source)
    for pattern, reason in _WITHOUT_EFFECT.items():
        ledger.leave_out(pattern, reason)
    prefix = "bert." if ledger.names("bert.") else ""
    tokenizer = tokenizer_for(
        ledger.shape(f"{prefix}embeddings.word_embeddings.weight")[0], checkpoint, source
    )
    shape = _bert(ledger, prefix, config or checkpoint.get("bert_config"), tokenizer)
    if shape.positions < tokenizer.n_tokens:
        raise WeightsError(
            f"{source} has positions for {shape.positions} tokens, a barcode has {tokenizer.n_tokens}."
        )
    pad_id = tokenizer.unk_id if tokenizer.prefix_id is None else None
    module = BarcodeTower(BarcodeShape(shape, "hidden_state_mean", pad_id=pad_id))
    ledger.fill(module, {"bert.": prefix})
    ledger.settle()
    about = f"BERT, {shape.depth} layers of width {shape.width}, {tokenizer.k}-mers, mean over tokens"
    return {"dna": Tower(module, shape.width, about, tokenizer=tokenizer)}, ledger, {}


def tokenizer_for(vocabulary: int, checkpoint: Mapping[str, Any], source: str) -> KmerTokenizer:
    """The tokenizer that a vocabulary of this size belongs to.

    Raises:
        WeightsError: the size is that of no known vocabulary, or the training's settings contradict it.
    """
    settings = vars(checkpoint["config"]) if hasattr(checkpoint.get("config"), "__dict__") else {}
    k = next((k for k in range(1, 9) if 4**k + len(SPECIALS) == vocabulary), None)
    if k is None:
        if vocabulary == CLIBD_TOKENIZER.vocab_size:
            return CLIBD_TOKENIZER
        raise WeightsError(
            f"{source} has a vocabulary of {vocabulary}; supported are 4^k + 2 ([MASK], [UNK] and k-mers) "
            f"and {CLIBD_TOKENIZER.vocab_size} (CLIBD's 5-mers)."
        )
    if settings.get("k_mer", k) != k or settings.get("tokenizer", "kmer") != "kmer":
        raise WeightsError(
            f"{source} was trained with another tokenizer than its vocabulary of {vocabulary}."
        )
    return KmerTokenizer(
        k, int(settings.get("stride") or k), int(settings.get("max_len") or MAX_BASES), SPECIALS
    )


def _bert(ledger: Ledger, prefix: str, config: Any, tokenizer: KmerTokenizer) -> BertShape:
    """Sizes from the configuration; the filling of the tower checks them against the tensors."""
    if config is None:
        if tokenizer.prefix_id is None:
            raise WeightsError(
                f"{ledger.source} does not tell how many attention heads it has; give its config.json with "
                "--config."
            )
        return bert_shape(ledger, prefix)  # the older model is a BERT-base
    try:
        return BertShape.from_config(config)
    except (KeyError, TypeError, ValueError) as error:
        raise WeightsError(f"The configuration of {ledger.source} cannot be used ({error}).") from None
