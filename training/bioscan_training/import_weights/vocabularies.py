"""A text encoder's vocabulary, from the forms it is published in to the file that the pack carries.

CLIP's byte pairs come as `bpe_simple_vocab_16e6.txt.gz` (a title, then more pairs than are used), as
`merges.txt`, or within a `tokenizer.json`; BERT's word pieces as `vocab.txt` or `tokenizer.json`. The
pack has them as text, exactly as many as the encoder has ids for.
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path

from bioscan_desktop.inference.text import read_merges, read_pieces
from bioscan_training.import_weights.ledger import WeightsError

FILE = "text.vocabulary.txt"

_BYTES_AND_MARKS = 2 * 256 + 2
"""Ids of CLIP that are no merges: bytes, bytes at a word's end, start and end of a text."""


def write_vocabulary(source: Path, kind: str, n_ids: int, folder: Path) -> str:
    """Writes the vocabulary into the pack.

    Args:
        source: the published file.
        kind: `wordpiece` or `clip-bpe`.
        n_ids: how many ids the encoder's embedding table has.
        folder: the pack.

    Returns:
        the file's name within the pack.

    Raises:
        WeightsError: in one sentence, if it cannot be read or belongs to another model.
    """
    try:
        lines = _merges(source) if kind == "clip-bpe" else _pieces(source)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, ValueError, KeyError, TypeError) as error:
        raise WeightsError(f"The vocabulary {source} cannot be read ({error}).") from None
    needed = n_ids - _BYTES_AND_MARKS if kind == "clip-bpe" else n_ids
    if len(lines) < needed or (kind == "wordpiece" and len(lines) != needed):
        raise WeightsError(
            f"The vocabulary {source} has {len(lines)} entries, but the encoder needs {needed}: it belongs "
            "to another model."
        )
    title = ["# one pair a line, first first"] if kind == "clip-bpe" else []
    text = "\n".join([*title, *lines[:needed], ""])
    (folder / FILE).write_text(text, encoding="utf-8", newline="\n")
    return FILE


def _merges(source: Path) -> list[str]:
    if source.suffix == ".json":
        pairs = json.loads(source.read_text(encoding="utf-8"))["model"]["merges"]
        return [pair if isinstance(pair, str) else " ".join(pair) for pair in pairs]
    return [" ".join(pair) for pair in read_merges(source)]


def _pieces(source: Path) -> list[str]:
    if source.suffix != ".json":
        return read_pieces(source)
    ids = json.loads(source.read_text(encoding="utf-8"))["model"]["vocab"]
    if sorted(ids.values()) != list(range(len(ids))):
        raise ValueError("its ids have gaps")
    return sorted(ids, key=ids.__getitem__)
