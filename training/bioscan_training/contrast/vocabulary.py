"""A WordPiece vocabulary made of the names that a text tower is trained on.

The same names give the same vocabulary, so that a run needs no file from elsewhere. Every letter of the
names has an entry, so that nothing is unknown; then come the words that occur most, and pieces of words
by how many letters they save.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from bioscan_desktop.inference.text import words_of
from bioscan_training.config import ConfigError

SPECIALS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-.:/'()_"
_LONGEST_PIECE = 8


def build_vocabulary(texts: Iterable[str], size: int) -> list[str]:
    """At most `size` tokens, the specials first.

    Args:
        texts: names as they are worded for the tower.

    Raises:
        ConfigError: the letters alone do not fit.
    """
    words: Counter[str] = Counter()
    for text in texts:
        words.update(words_of(text))
    letters = sorted(set(_LETTERS).union(*words))
    tokens = [*SPECIALS, *letters, *(f"##{letter}" for letter in letters)]
    if len(tokens) > size:
        raise ConfigError(
            f"'towers.text.vocabulary_size' must be at least {len(tokens)}, the letters of the names; "
            f"found {size}."
        )
    # Half of the room for whole words: a name that is one token is never confused with another.
    room = size - len(tokens)
    whole = [word for word, _ in _by_count(words) if len(word) > 1][: room // 2]
    pieces: Counter[str] = Counter()
    for word, count in words.items():
        for start in range(len(word)):
            for end in range(start + 2, min(len(word), start + _LONGEST_PIECE) + 1):
                piece = word[start:end] if start == 0 else f"##{word[start:end]}"
                pieces[piece] += count * (end - start - 1)
    taken = set(whole)
    rest = [piece for piece, _ in _by_count(pieces) if piece not in taken]
    return [*tokens, *whole, *rest[: size - len(tokens) - len(whole)]]


def _by_count(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def write_vocabulary(tokens: Iterable[str], path: Path) -> None:
    """Writes one token a line, in one piece."""
    part = path.with_name(f"{path.name}.part")
    part.write_text("".join(f"{token}\n" for token in tokens), encoding="utf-8")
    part.replace(path)
