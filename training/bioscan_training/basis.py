"""What a stage is trained on besides its recipe, as one hash.

A run that goes on with other data would mix two of them; one that has finished would keep weights that
were trained on what is now a test, or that stand beside another barcode tower than the one in the folder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor


def basis_of(*parts: object) -> str:
    """A hash of the parts in their order.

    Args:
        parts: arrays, weights by name (`state_dict`), and what `repr` says all of, or lists of that,
            however long.
    """
    found = hashlib.blake2b(digest_size=16)
    for part in parts:
        if isinstance(part, np.ndarray):
            found.update(np.ascontiguousarray(part).data)
        elif isinstance(part, Mapping):
            found.update(_of_weights(part))
        else:
            for item in part if isinstance(part, list) else [part]:
                found.update(repr(item).encode())
    return found.hexdigest()


def _of_weights(state: Mapping[str, Tensor]) -> bytes:
    """By their values, not by the file: that is written anew whenever its stage is asked for."""
    found = hashlib.blake2b(digest_size=16)
    for name, tensor in sorted(state.items()):
        found.update(name.encode())
        found.update(tensor.contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return found.digest()
