"""The barcode tokenizers, used by training and by the app alike.

The published CLIBD and BarcodeBERT models read k-mers, wherever the barcode begins. They are settings
of one scheme: special ids first, then the 4^k k-mers in lexicographic ACGT order.

    CLIBD (k=5)         KmerTokenizer(5, 5, 660, ("<MASK>", "<CLS>", "<UNK>"), prefix_id=0)
    BarcodeBERT (k=4)   KmerTokenizer(4, 4, 660, ("[MASK]", "[UNK]"))

The starter model reads the codons of barcodes placed in the common frame (`FrameTokenizer`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from bioscan_desktop.inference.columns import BLANK
from bioscan_desktop.inference.frame import POSITIONS, place

_CODE = np.full(256, 4, dtype=np.int64)  # 4 marks everything that is not a plain base
for _i, _base in enumerate(b"ACGT"):
    _CODE[_base] = _i

_UNK_NAMES = ("<UNK>", "[UNK]")


@dataclass(frozen=True)
class KmerTokenizer:
    """Cuts a barcode into k-mers and numbers them.

    Attributes:
        k: bases per token.
        stride: bases between the starts of two tokens (k: no overlap, 1: every k-mer).
        max_bases: longer barcodes are cut here, shorter ones padded with N on the right.
        specials: names of the ids 0, 1, …; one of them must be `<UNK>` or `[UNK]`.
        prefix_id: an id put before the tokens (CLIBD puts 0), or None.
    """

    k: int
    stride: int
    max_bases: int
    specials: tuple[str, ...] = ("<MASK>", "<CLS>", "<UNK>")
    prefix_id: int | None = None

    def __post_init__(self) -> None:
        if not all(isinstance(n, int) for n in (self.k, self.stride, self.max_bases, self.prefix_id or 0)):
            raise ValueError("the tokenizer's settings are no whole numbers")
        if not 1 <= self.k <= 10 or self.stride < 1 or self.max_bases < self.k:
            raise ValueError(f"impossible tokenizer: k={self.k}, stride={self.stride}, max={self.max_bases}")
        if not any(name in self.specials for name in _UNK_NAMES):
            raise ValueError("the tokenizer needs an <UNK> id for k-mers with ambiguous bases")

    @property
    def unk_id(self) -> int:
        """The id of a k-mer that holds anything but A, C, G, T; padding yields it too."""
        return next(i for i, name in enumerate(self.specials) if name in _UNK_NAMES)

    @property
    def vocab_size(self) -> int:
        """Number of ids: specials and 4^k."""
        return len(self.specials) + 4**self.k

    @property
    def n_tokens(self) -> int:
        """Tokens per barcode, the prefix included."""
        return (self.max_bases - self.k) // self.stride + 1 + (self.prefix_id is not None)

    def encode(self, sequence: str) -> np.ndarray:
        """Returns (n_tokens,) int64 ids of one cleaned, upper-case barcode."""
        return self.encode_batch([sequence])[0]

    def encode_batch(self, sequences: Sequence[str]) -> np.ndarray:
        """Returns (n, n_tokens) int64 ids. Lower case and IUPAC codes become `unk_id`."""
        codes = np.full((len(sequences), self.max_bases), 4, dtype=np.int64)
        for row, sequence in enumerate(sequences):
            raw = np.frombuffer(sequence[: self.max_bases].encode("ascii", "replace"), dtype=np.uint8)
            codes[row, : len(raw)] = _CODE[raw]
        n = (self.max_bases - self.k) // self.stride + 1
        ids = np.zeros((len(sequences), n), dtype=np.int64)
        bad = np.zeros((len(sequences), n), dtype=bool)
        for offset in range(self.k):  # Horner's scheme over the k positions of every window at once
            column = codes[:, offset : offset + (n - 1) * self.stride + 1 : self.stride]
            ids = ids * 4 + np.minimum(column, 3)
            bad |= column == 4
        ids += len(self.specials)
        ids[bad] = self.unk_id
        if self.prefix_id is not None:
            prefix = np.full((len(sequences), 1), self.prefix_id, dtype=np.int64)
            ids = np.concatenate([prefix, ids], axis=1)
        return ids

    def to_dict(self) -> dict[str, Any]:
        """The settings as plain JSON values."""
        return {**asdict(self), "specials": list(self.specials)}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> KmerTokenizer:
        """The inverse of `to_dict`."""
        return cls(**{**values, "specials": tuple(values["specials"])})


@dataclass(frozen=True)
class FrameTokenizer:
    """Places a barcode in the common frame (`inference.frame`) and numbers its codons.

    A codon is a number in base 5, first base most significant: A 0, C 1, G 2, T 3, and 4 for a base
    that is unknown or outside of the barcode. The frame begins with the last base of a codon.
    """

    @property
    def vocab_size(self) -> int:
        """Number of ids."""
        return (BLANK + 1) ** 3

    @property
    def n_tokens(self) -> int:
        """Codons per barcode."""
        return (POSITIONS + 2) // 3

    def encode(self, sequence: str) -> np.ndarray:
        """Returns (n_tokens,) int64 ids of one cleaned, upper-case barcode."""
        return self.encode_batch([sequence])[0]

    def encode_batch(self, sequences: Sequence[str]) -> np.ndarray:
        """Returns (n, n_tokens) int64 ids; all blank for what is no COI barcode."""
        return codon_ids(place(sequences).codes)

    def to_dict(self) -> dict[str, Any]:
        """The settings as plain JSON values."""
        return {"kind": "frame"}


def codon_ids(codes: np.ndarray) -> np.ndarray:
    """(n, 658) uint8 placed codes -> (n, 220) int64 ids of `FrameTokenizer`."""
    blank = np.full((len(codes), 2), BLANK, dtype=np.uint8)
    codons = np.concatenate([blank, codes], axis=1).reshape(len(codes), -1, 3).astype(np.int64)
    return (codons[:, :, 0] * (BLANK + 1) + codons[:, :, 1]) * (BLANK + 1) + codons[:, :, 2]


BarcodeTokenizer = KmerTokenizer | FrameTokenizer


def tokenizer_from_dict(values: dict[str, Any]) -> BarcodeTokenizer:
    """The tokenizer that a manifest describes. Raises KeyError, TypeError or ValueError."""
    kind = values.get("kind", "k-mers")
    if kind == "frame":
        return FrameTokenizer()
    if kind != "k-mers":
        raise ValueError(f"unknown barcode tokenizer {kind!r}")
    return KmerTokenizer.from_dict({key: value for key, value in values.items() if key != "kind"})
