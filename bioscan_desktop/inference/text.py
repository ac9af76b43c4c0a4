"""Texts to token ids: BERT's word pieces and CLIP's byte pairs, with a vocabulary that the pack carries.

WordPiece   Devlin et al. 2019 (arXiv:1810.04805), lower-case models: CLIBD's text encoder.
BytePairs   Sennrich et al. 2016 (arXiv:1508.07909) over bytes, as in CLIP (Radford et al. 2021,
            arXiv:2103.00020) and OpenCLIP: BioCLIP's text encoder.
"""

from __future__ import annotations

import gzip
import html
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from bioscan_desktop.core.errors import PackError, reason
from bioscan_desktop.core.taxonomy import RANKS, Lineage
from bioscan_desktop.inference.manifest import TextTokenizer

CLIP_MERGES = 48894
"""Pairs that CLIP takes of its list, which is longer."""

_LONGEST_WORD = 100
_END_OF_WORD = "</w>"
_CONTRACTIONS = ("'s", "'t", "'re", "'ve", "'m", "'ll", "'d")
# What tables and web pages write for plain letters and quotes, full width and control codes.
_PLAIN = str.maketrans(
    dict.fromkeys((*range(9), 11, *range(14, 32), 127))
    | {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    | {"‘": "'", "ʼ": "'", "’": "'", "‛": "'", "“": '"', "”": '"', "‟": '"', "\ufeff": None, "\u00ad": None}
    | {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ĳ": "ij", "Ĳ": "IJ"}
)


class WordPiece:
    """BERT's tokenizer for lower-case models (`bert-base-uncased` and its smaller kin).

    Text is cleaned, lower-cased, stripped of accents and split at blanks and punctuation; each word is
    cut greedily into the longest pieces of the vocabulary.

    Args:
        vocabulary: file with one token a line; the line number is the id.
        max_tokens: length of a row of ids, [CLS] and [SEP] included.
    """

    def __init__(self, vocabulary: Path, max_tokens: int) -> None:
        self._id = {token.strip(): number for number, token in enumerate(read_pieces(vocabulary))}
        self.max_tokens = max_tokens

    def encode(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Token ids and mask, both (n, max_tokens) int64; the mask is 1 where a token stands."""
        rows = []
        for text in texts:
            pieces = [self._id[piece] for word in words_of(text) for piece in self._pieces(word)]
            rows.append([self._id["[CLS]"], *pieces[: self.max_tokens - 2], self._id["[SEP]"]])
        return _padded(rows, self.max_tokens)

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


class BytePairs:
    """CLIP's tokenizer: bytes of lower-case words, joined pair by pair in the order of a list of merges.

    Ids are 256 bytes, 256 bytes at a word's end, the merges, the start of a text and its end. It gives
    OpenCLIP's ids for clean text; of ftfy's repairs it makes those that names need (composed accents,
    straight quotes, ligatures), and takes the marks of start and end for plain text.

    Args:
        merges: file with a title and one pair a line, gzipped or not (`bpe_simple_vocab_16e6.txt.gz`).
        max_tokens: length of a row of ids, start and end included.
    """

    def __init__(self, merges: Path, max_tokens: int) -> None:
        pairs = read_merges(merges)
        letters = list(_byte_letters().values())
        tokens = [*letters, *(letter + _END_OF_WORD for letter in letters), *map("".join, pairs)]
        self._id = {token: number for number, token in enumerate(tokens)}
        self._rank = {pair: number for number, pair in enumerate(pairs)}
        self._letter = _byte_letters()
        self._start, self._end = len(tokens), len(tokens) + 1
        self._known: dict[str, list[int]] = {}
        self.max_tokens = max_tokens

    @property
    def vocab_size(self) -> int:
        """Number of ids; the last one ends a text."""
        return self._end + 1

    def encode(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Token ids and mask, both (n, max_tokens) int64; the mask is 1 where a token stands."""
        rows = []
        for text in texts:
            ids = [number for word in chunks_of(text) for number in self._ids(word)]
            rows.append([self._start, *ids[: self.max_tokens - 2], self._end])
        return _padded(rows, self.max_tokens)

    def _ids(self, word: str) -> list[int]:
        found = self._known.get(word)
        if found is None:
            found = [self._id[piece] for piece in self._pieces(word)]
            self._known[word] = found
        return found

    def _pieces(self, word: str) -> list[str]:
        pieces = [self._letter[byte] for byte in word.encode("utf-8")]
        pieces[-1] += _END_OF_WORD
        while len(pieces) > 1:
            best = min(pairwise(pieces), key=lambda p: self._rank.get(p, len(self._rank)))
            if best not in self._rank:
                break
            joined: list[str] = []
            for piece in pieces:
                # A merged pair is no half of the same pair again, so that "a a a" becomes "aa a".
                if joined and (joined[-1], piece) == best:
                    joined[-1] += piece
                else:
                    joined.append(piece)
            pieces = joined
        return pieces


TextEncoding = WordPiece | BytePairs


def text_encoding(settings: TextTokenizer, folder: Path) -> TextEncoding:
    """The tokenizer that a text encoder's card describes.

    Raises:
        PackError: in one sentence, if its vocabulary cannot be used.
    """
    path = folder / settings.vocabulary
    try:
        if settings.kind == "clip-bpe":
            return BytePairs(path, settings.max_tokens)
        pieces = WordPiece(path, settings.max_tokens)
        pieces.encode(["?"])  # needs the marks of start, end and unknown words
        return pieces
    except (OSError, UnicodeDecodeError, EOFError, zlib.error, KeyError, ValueError) as error:
        raise PackError(f"The vocabulary {path} cannot be used ({reason(error)}).") from None


def read_pieces(path: Path) -> list[str]:
    """The tokens of a file of word pieces, in the order of their ids.

    Raises:
        OSError, UnicodeDecodeError: it cannot be read.
    """
    lines = path.read_text(encoding="utf-8").split("\n")  # a token may be another line separator
    return lines if lines[-1] else lines[:-1]


def read_merges(path: Path) -> list[tuple[str, str]]:
    """The pairs of CLIP's list, first first; what stands behind the `CLIP_MERGES`-th is not used.

    Raises:
        OSError, EOFError, zlib.error, UnicodeDecodeError: it cannot be read.
        ValueError: a line is no pair.
    """
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    lines = data.decode("utf-8").split("\n")
    pairs = []
    for number, line in enumerate(lines[1 : CLIP_MERGES + 1], start=2):
        halves = line.split()
        if len(halves) == 2:
            pairs.append((halves[0], halves[1]))
        elif halves or number < len(lines):
            raise ValueError(f"line {number} is no pair")
    return pairs


def words_of(text: str) -> Iterator[str]:
    """Lower-case words without accents, and single punctuation marks."""
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


def chunks_of(text: str) -> Iterator[str]:
    """What CLIP joins bytes within: runs of letters, single digits, runs of other marks, English endings."""
    plain = unicodedata.normalize("NFC", html.unescape(html.unescape(text)).translate(_PLAIN)).lower()
    for word in plain.split():
        kinds = "".join(_kind(letter) for letter in word)
        start = 0
        while start < len(word):
            ending = next((c for c in _CONTRACTIONS if word.startswith(c, start)), None)
            end = start + (len(ending) if ending else 1)
            if ending is None and kinds[start] != "N":
                while end < len(word) and kinds[end] == kinds[start]:
                    end += 1
            yield word[start:end]
            start = end


def _kind(letter: str) -> str:
    kind = unicodedata.category(letter)[0]
    return kind if kind in "LN" else "-"


def text_of(lineage: Lineage, template: str, unknown: str) -> str:
    """The wording of a specimen's names.

    Args:
        template: with any of {order}, {family}, {genus}, {species} and {epithet}, which is the species
            without its genus; "" takes the four ranks.
        unknown: stands for a missing name.
    """
    template = template or " ".join(f"{{{rank}}}" for rank in RANKS)
    names = {rank: lineage.at(rank) or unknown for rank in RANKS}
    epithet = (lineage.species or "").partition(" ")[2] or unknown
    return template.format(**names, epithet=epithet)


def _padded(rows: Sequence[Sequence[int]], width: int) -> tuple[np.ndarray, np.ndarray]:
    ids = np.zeros((len(rows), width), dtype=np.int64)
    mask = np.zeros_like(ids)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = row
        mask[place, : len(row)] = 1
    return ids, mask


def _byte_letters() -> dict[int, str]:
    """A printable letter for each byte, in the order of their ids: GPT-2's table, which CLIP took over."""
    printable = [
        *range(ord("!"), ord("~") + 1),
        *range(ord("¡"), ord("¬") + 1),
        *range(ord("®"), ord("ÿ") + 1),
    ]
    others = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(256 + n) for n, byte in enumerate(others)}
