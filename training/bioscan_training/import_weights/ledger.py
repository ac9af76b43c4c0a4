"""Accounts for every tensor of a checkpoint: used, or left out for a stated reason.

A tensor that is silently ignored, or one that silently keeps its random start, gives a model that
runs and is wrong. So whatever is neither used nor known to be without effect stops the import.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from torch import Tensor, nn

from bioscan_desktop.core.errors import BioscanError

_SHOWN = 8


class WeightsError(BioscanError):
    """Weights cannot be imported; the message is one sentence."""

    code = "bad_weights"


class Ledger:
    """The tensors of a checkpoint that are still to be accounted for.

    Args:
        state: tensors by name.
        source: the file's name, for messages.

    Attributes:
        used: how many tensors went into a tower.
        left_out: the reason by name, for those that did not.
    """

    def __init__(self, state: Mapping[str, Tensor], source: str) -> None:
        self._open = dict(state)
        self.source = source
        self.used = 0
        self.left_out: dict[str, str] = {}

    def names(self, prefix: str = "") -> list[str]:
        """Names that are still open and start with the prefix."""
        return [name for name in self._open if name.startswith(prefix)]

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of an open tensor.

        Raises:
            WeightsError: there is no such tensor.
        """
        if name not in self._open:
            raise WeightsError(f"{self.source} lacks the tensor {name}.")
        return tuple(self._open[name].shape)

    def leave_out(self, pattern: str, reason: str) -> None:
        """Leaves out every open tensor whose whole name matches the regular expression."""
        for name in [name for name in self._open if re.fullmatch(pattern, name)]:
            del self._open[name]
            self.left_out[name] = reason

    def fill(self, module: nn.Module, parts: Mapping[str, str]) -> None:
        """Loads a tower with open tensors; each of its own must be there, and fit.

        Args:
            module: the tower.
            parts: where in the checkpoint each part of the tower comes from, by the prefix of its
                names; {"": "visual."} takes the whole tower from below `visual.`.

        Raises:
            WeightsError: lists tensors that are missing or of another shape.
        """
        wanted = module.state_dict()
        missing, misfits, filled = [], [], {}
        for name, own in wanted.items():
            start = max((part for part in parts if name.startswith(part)), key=len)
            stored = parts[start] + name.removeprefix(start)
            tensor = self._open.get(stored)
            if tensor is None:
                missing.append(stored)
            elif tensor.shape != own.shape:
                misfits.append(f"{stored} {tuple(tensor.shape)} instead of {tuple(own.shape)}")
            else:
                filled[stored] = (name, tensor)
        if missing:
            raise WeightsError(f"{self.source} lacks {_listed(missing)}.")
        if misfits:
            raise WeightsError(f"{self.source} does not fit: {_listed(misfits)}.")
        module.load_state_dict({name: tensor.float() for name, tensor in filled.values()})
        for stored in filled:
            del self._open[stored]
        self.used += len(filled)

    def settle(self) -> None:
        """Ends the account.

        Raises:
            WeightsError: lists tensors that nobody asked for.
        """
        if self._open:
            raise WeightsError(
                f"{self.source} holds tensors that this format does not have: {_listed(sorted(self._open))}."
            )


def _listed(names: list[str]) -> str:
    rest = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
