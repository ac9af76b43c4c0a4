"""Names of specimens as text embeddings, through the text encoder of a model pack.

The app asks no questions in words, so this lives here: CLIBD's benchmark counts names among the keys.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from bioscan_desktop.core.taxonomy import RANKS, Lineage
from bioscan_desktop.inference.encoders import ModelPack

BATCH = 256
_LONGEST_WORD = 100


class WordPiece:
    """BERT's tokenizer for lower-case models (`bert-base-uncased` and its smaller kin).

    Text is cleaned, lower-cased, stripped of accents and split at blanks and punctuation; each word is
    cut greedily into the longest pieces of the vocabulary.

    Args:
        vocabulary: file with one token a line; the line number is the id.
        max_tokens: length of a row of ids, [CLS] and [SEP] included.
    """

    def __init__(self, vocabulary: Path, max_tokens: int) -> None:
        lines = vocabulary.read_text(encoding="utf-8").splitlines()
        self._id = {token.strip(): number for number, token in enumerate(lines)}
        self.max_tokens = max_tokens

    def encode(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Token ids and mask, both (n, max_tokens) int64; the mask is 1 where a token stands."""
        ids = np.zeros((len(texts), self.max_tokens), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, text in enumerate(texts):
            pieces = [self._id[piece] for word in words_of(text) for piece in self._pieces(word)]
            pieces = [self._id["[CLS]"], *pieces[: self.max_tokens - 2], self._id["[SEP]"]]
            ids[row, : len(pieces)] = pieces
            mask[row, : len(pieces)] = 1
        return ids, mask

    def _pieces(self, word: str) -> list[str]:
        pieces: list[str] = []
        start = 0
        while start < len(word) <= _LONGEST_WORD:
            for end in range(len(word), start, -1):
                piece = word[start:end] if start == 0 else f"##{word[start:end]}"
                if piece in self._id:
                    pieces.append(piece)
                    start = end
                    break
            else:
                return ["[UNK]"]
        return pieces or ["[UNK]"]


def words_of(text: str) -> Iterator[str]:
    """Lower-case words and single punctuation marks."""
    plain = unicodedata.normalize("NFD", text.lower())
    word = ""
    for letter in plain:
        kind = unicodedata.category(letter)
        if kind == "Mn" or (kind.startswith("C") and letter not in "\t\n\r"):
            continue
        if letter.isspace():
            mark = ""
        elif kind.startswith("P") or letter in "$+<=>^`|~":
            mark = letter
        else:
            word += letter
            continue
        if word:
            yield word
        if mark:
            yield mark
        word = ""
    if word:
        yield word


def can_embed_names(pack: ModelPack) -> bool:
    """True if the pack has a text encoder whose tokenizer and wording are known here."""
    card = pack.manifest.encoders.get("text")
    return card is not None and card.text is not None and card.text.kind == "wordpiece"


def text_of(lineage: Lineage, template: str, unknown: str) -> str:
    """The wording of a specimen's names."""
    template = template or " ".join(f"{{{rank}}}" for rank in RANKS)
    return template.format(**{rank: lineage.at(rank) or unknown for rank in RANKS})


def embed_names(lineages: Iterable[Lineage], pack: ModelPack) -> np.ndarray:
    """(n, dim) float32 unit rows; equal names are embedded once."""
    import onnxruntime as ort

    card = pack.manifest.encoders["text"]
    assert card.text is not None
    tokenizer = WordPiece(pack.folder / card.text.vocabulary, card.text.max_tokens)
    place: dict[str, int] = {}
    rows = [
        place.setdefault(text_of(name, card.text.template, card.text.unknown), len(place))
        for name in lineages
    ]
    session = ort.InferenceSession((pack.folder / card.file).read_bytes(), providers=["CPUExecutionProvider"])
    texts = list(place)
    parts = [np.zeros((0, pack.dim), dtype=np.float32)]
    for start in range(0, len(texts), BATCH):
        ids, mask = tokenizer.encode(texts[start : start + BATCH])
        parts.append(np.asarray(session.run(None, {"ids": ids, "mask": mask})[0], dtype=np.float32))
    return np.concatenate(parts)[rows]
