"""Where a tower starts from: a published checkpoint, a run of one's own, or pretraining.

Files are read without running code from them, and every tensor is accounted for, as by `import-weights`:
it goes into the tower, belongs to another tower of the file, or has no effect for a stated reason.
Only the projection into the joint space may be missing or of another size; it then starts fresh.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from torch import Tensor, nn

from bioscan_training.contrast.model import PROJECTIONS
from bioscan_training.import_weights.checkpoints import read_checkpoint, state_of
from bioscan_training.import_weights.clibd import modern_names
from bioscan_training.import_weights.ledger import Ledger, WeightsError
from bioscan_training.towers.lora import fold_state

log = logging.getLogger(__name__)

_CLIBD = {
    "image": "image_encoder.base_image_encoder.",
    "dna": "dna_encoder.base_dna_encoder.",
    "text": "language_encoder.base_language_encoder.",
}
_PROJECTIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "image": {"head": ("head.",)},
    "dna": {
        # As in CLIBD, the transform of the masked language model stays, and its last layer is replaced.
        "head.transform": ("head.transform.", "cls.predictions.transform.", "predict.transform."),
        "head.decoder": ("head.decoder.", "cls.predictions.decoder."),
        "projection": ("projection.", "dna_projection."),
    },
    "text": {"proj": ("proj.",)},
}
"""Parts of a tower that a file may lack, and the places where it may have them, first choice first."""

_WITHOUT_EFFECT = {
    r"(.*\.)?embeddings\.position_ids": "counts 0, 1, 2, …",
    r"(.*\.)?pooler\..*": "the embedding is a mean of the tokens",
    r"cls\..*|head\..*|predict\..*|classifier\..*": "belongs to what it was trained for before",
    r"dna_projection\..*|projection\..*|proj\..*": "leads into another space",
    r"mask_token": "of pretraining",
}


def fill_tower(tower: nn.Module, modality: str, path: Path) -> tuple[str, ...]:
    """Loads a tower from a file; returns the parts that are not in it and start fresh.

    Args:
        path: CLIBD's best.pth, a BarcodeBERT or BERT or timm ViT checkpoint, or what a stage of a run
            left: `contrast.pt`, `pretrain.pt`, `dna.pt`, `image.pt`, `align.pt`.

    Raises:
        WeightsError: in one sentence, if the file cannot be read, or tensors are missing, unknown or do
            not fit.
    """
    state = _own_part(state_of(read_checkpoint(path), path.name), modality, path.name)
    state = _body_names(tower, state)
    ledger = Ledger(state, path.name)
    fresh = []
    for part, places in _PROJECTIONS[modality].items():
        module = _submodule(tower, part)
        if module is None:
            continue
        place = next((place for place in places if _fits(module, state, place)), None)
        if place is None:
            fresh.append(part)
        else:
            ledger.fill(module, {"": place})
    kept = {name: getattr(tower, name) for name in PROJECTIONS[modality] if _submodule(tower, name)}
    try:
        for name in kept:
            setattr(tower, name, nn.Identity())
        ledger.fill(tower, {"": ""})
    finally:
        for name, module in kept.items():
            setattr(tower, name, module)
    for pattern, reason in _WITHOUT_EFFECT.items():
        ledger.leave_out(pattern, reason)
    ledger.settle()
    log.info(
        "%s: %d tensors of %s, %d left out%s",
        *(modality, ledger.used, path.name, len(ledger.left_out)),
        f", fresh: {', '.join(fresh)}" if fresh else "",
    )
    return tuple(fresh)


def _own_part(state: dict[str, Tensor], modality: str, source: str) -> dict[str, Tensor]:
    """The tensors of one tower under the tower's names, adapters folded."""
    try:
        state, _ = fold_state(modern_names(state, source))
    except (KeyError, ValueError) as error:
        raise WeightsError(f"{source} has an adapter that cannot be folded ({error.args[0]}).") from None
    if any(name.startswith(tuple(_CLIBD.values())) for name in state):
        outer = _CLIBD[modality].partition(".")[0] + "."
        own = {
            name.removeprefix(_CLIBD[modality]).removeprefix(outer): tensor
            for name, tensor in state.items()
            if name.startswith(outer)
        }
    elif "temperature.log_scale" in state:
        prefix = f"{modality}."
        own = {n.removeprefix(prefix): tensor for n, tensor in state.items() if n.startswith(prefix)}
    elif "species.weight" in state:
        own = {n.removeprefix("encoder."): x for n, x in state.items() if n.startswith("encoder.")}
    else:
        return state
    if not own:
        raise WeightsError(f"{source} holds no {modality} encoder.")
    return own


def _body_names(tower: nn.Module, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A bare BERT's names, with `bert.` before them where the tower has it."""
    if not hasattr(tower, "bert") or any(name.startswith("bert.") for name in state):
        return dict(state)
    return {
        f"bert.{name}" if name.startswith(("embeddings.", "encoder.", "pooler.")) else name: tensor
        for name, tensor in state.items()
    }


def _submodule(tower: nn.Module, name: str) -> nn.Module | None:
    """A part of the tower, or None where it does without."""
    inner: nn.Module | None = tower
    for part in name.split("."):
        inner = getattr(inner, part, None)
    return inner


def _fits(module: nn.Module, state: Mapping[str, Tensor], place: str) -> bool:
    own = module.state_dict()
    return all(f"{place}{name}" in state and state[f"{place}{name}"].shape == own[name].shape for name in own)
