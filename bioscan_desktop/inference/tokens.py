"""The one barcode tokenizer, used by training and by the app alike.

A barcode becomes k-mer ids. The published CLIBD and BarcodeBERT models and the starter model are
all settings of one scheme: special ids first, then the 4^k k-mers in lexicographic ACGT order.

    CLIBD (k=5)         KmerTokenizer(5, 5, 660, ("<MASK>", "<CLS>", "<UNK>"), prefix_id=0)
    BarcodeBERT (k=4)   KmerTokenizer(4, 4, 660, ("[MASK]", "[UNK]"))
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

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
