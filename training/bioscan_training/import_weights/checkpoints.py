"""Reading checkpoints without running code from them, and fetching published ones.

PyTorch's files are pickles, which can run any program while they are read. Here only tensors and plain
containers are accepted, and `argparse.Namespace`, a bag of settings. A few names that training
checkpoints carry beside their weights are read as empty placeholders.
"""

from __future__ import annotations

import argparse
import json
import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from bioscan_desktop.inference.manifest import sha256_of
from bioscan_training.import_weights.ledger import WeightsError
from bioscan_training.import_weights.published import HubFile

log = logging.getLogger(__name__)

_NOT_READ = (
    "builtins.getattr",  # how OneCycleLR's state points at its own annealing function
    "torch.optim.lr_scheduler.OneCycleLR",
    "numpy.core.multiarray.scalar",
    "numpy._core.multiarray.scalar",
    "numpy.dtype",
    "pathlib.PosixPath",
)
"""Names that stand in schedules, scores and settings. The weights need none of them."""

_WRAPPERS = ("state_dict", "model_state_dict", "model")


class _Placeholder:
    """Takes any arguments and any state, and keeps none."""

    def __new__(cls, *_: object) -> _Placeholder:
        return object.__new__(cls)

    def __init__(self, *_: object) -> None:
        pass

    def __setstate__(self, _: object) -> None:
        pass


def _placeholder(name: str) -> type[_Placeholder]:
    """A class that the reader finds under the name and that does nothing."""
    module, own = name.rsplit(".", 1)
    return type(own, (_Placeholder,), {"__module__": module})


_ACCEPTED: list[Any] = [argparse.Namespace, *map(_placeholder, _NOT_READ)]


def read_checkpoint(path: Path) -> dict[str, Any]:
    """What a .pt, .pth, .bin or .safetensors file holds, by name, on the CPU.

    Raises:
        WeightsError: the file is missing, damaged, or holds more than tensors and plain values.
    """
    if not path.is_file():
        raise WeightsError(f"There is no file of weights at {path}.")
    if path.suffix == ".safetensors":
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        try:
            return dict(load_file(path))
        except (SafetensorError, OSError) as error:
            raise WeightsError(f"{path.name} cannot be read as safetensors ({_first_line(error)}).") from None
    try:
        with torch.serialization.safe_globals(_ACCEPTED):
            values = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises many kinds for what is one fact: it cannot be read safely
        raise WeightsError(
            f"{path.name} cannot be read as a file of tensors and plain values; nothing in it was run "
            f"({_first_line(error)})."
        ) from None
    if not isinstance(values, Mapping):
        raise WeightsError(f"{path.name} holds a {type(values).__name__}, not tensors by name.")
    return dict(values)


def state_of(checkpoint: Mapping[str, Any], source: str) -> dict[str, Tensor]:
    """The state dict within a checkpoint, unwrapped, without the `module.` of parallel training.

    Raises:
        WeightsError: there is no state dict.
    """
    inner: Any = checkpoint
    for wrapper in _WRAPPERS:
        if isinstance(checkpoint.get(wrapper), Mapping):
            inner = checkpoint[wrapper]
            break
    if not inner or not all(isinstance(tensor, Tensor) for tensor in inner.values()):
        strange = [str(name) for name, value in inner.items() if not isinstance(value, Tensor)]
        raise WeightsError(
            f"{source} holds no plain state dict (for example {', '.join(strange[:3]) or 'nothing'})."
        )
    if all(name.startswith("module.") for name in inner):
        inner = {name.removeprefix("module."): tensor for name, tensor in inner.items()}
    return dict(inner)


def read_json(path: Path) -> dict[str, Any]:
    """A configuration file.

    Raises:
        WeightsError: it cannot be read.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WeightsError(f"{path} cannot be read as JSON ({_first_line(error)}).") from None
    if not isinstance(values, dict):
        raise WeightsError(f"{path} holds no JSON object.")
    return values


def fetch(file: HubFile, revision: str | None = None) -> Path:
    """Downloads a published file, or finds it in Hugging Face's cache, and checks its hash.

    Args:
        file: what to fetch.
        revision: a commit in place of the pinned one; hashes belong to the pinned one alone.

    Raises:
        WeightsError: no connection, no such file, no pinned revision, or a file with another hash.
    """
    commit = revision or file.revision
    if commit is None:
        raise WeightsError(
            f"No revision of {file.repo} is pinned yet; give the commit to use with --revision (see "
            f"https://huggingface.co/{file.repo}/commits/main)."
        )
    if not re.fullmatch(r"[0-9a-f]{40}", commit):
        raise WeightsError(
            f"{commit} is no full commit hash; a branch or a tag may change under the same name."
        )
    try:
        import huggingface_hub
    except ImportError:
        raise WeightsError(
            'Downloading needs huggingface_hub: pip install "bioscan-desktop[train]".'
        ) from None
    log.info("fetching %s of %s at %s", file.file, file.repo, commit)
    try:
        path = Path(huggingface_hub.hf_hub_download(file.repo, file.file, revision=commit))
    except Exception as error:  # the client's failures have no base of their own; none leaves a file
        raise WeightsError(
            f"{file.file} of {file.repo} could not be downloaded ({_first_line(error)}); fetch "
            f"https://huggingface.co/{file.repo}/resolve/{commit}/{file.file} on a machine with a "
            "connection and give the file instead of --from-hub."
        ) from None
    check_sha256(path, file.sha256 if revision in (None, file.revision) else None)
    return path


def check_sha256(path: Path, expected: str | None) -> str:
    """The file's hash.

    Raises:
        WeightsError: it is not the expected one.
    """
    found = sha256_of(path)
    if expected is not None and found != expected.lower():
        raise WeightsError(
            f"{path.name} is not the file that was published: its sha256 is {found}, not {expected.lower()}."
        )
    return found


def _first_line(error: Exception) -> str:
    return (str(error).strip().split("\n")[0][:160] or type(error).__name__).rstrip(".")
