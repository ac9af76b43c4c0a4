"""The training recipe as plain dataclasses, read from TOML.

Nothing here touches torch, so `bioscan-train --help` and config errors are instant. A config names no
folder: data and output folders are arguments of the command, so that a recipe runs anywhere.
"""

from __future__ import annotations

import dataclasses
import tomllib
import types
import typing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from bioscan_desktop.core.errors import BioscanError
from bioscan_training.data.barcodes import Augmentation
from bioscan_training.data.splits import SplitRules

T = TypeVar("T")


class ConfigError(BioscanError):
    """A config that cannot be used; the message is one sentence."""

    code = "bad_config"


@dataclass(frozen=True)
class DnaModel:
    """Shape of `encoders.DnaEncoder` and of its tokens."""

    k: int = 6
    max_bases: int = 660
    n_specials: int = 2
    embedding: int = 64
    width: int = 128
    kernel: int = 7
    blocks: int = 4
    queries: int = 12
    dropout: float = 0.1


@dataclass(frozen=True)
class ImageModel:
    """Shape of `encoders.ImageEncoder`.

    Attributes:
        frozen_blocks: so many of the 16 blocks, and the stem, keep their ImageNet weights.
        drop_path: chance of skipping the last block; earlier blocks proportionally less.
    """

    frozen_blocks: int = 3
    drop_path: float = 0.1
    dropout: float = 0.2


@dataclass(frozen=True)
class Schedule:
    """One optimisation run.

    Attributes:
        lr: peak learning rate of AdamW after a linear `warmup` (share of the steps), then cosine to 0.
        head_lr: peak rate of freshly initialised layers; 0 means `lr`.
        ema: decay of the weight average that is evaluated and exported, 0 for none.
        eval_every: epochs between validations, 0 for never.
        checkpoint_s: seconds between checkpoints.
    """

    epochs: int = 10
    batch: int = 128
    lr: float = 1e-3
    head_lr: float = 0.0
    weight_decay: float = 0.02
    warmup: float = 0.05
    ema: float = 0.999
    clip: float = 5.0
    bf16: bool = True
    eval_every: int = 1
    checkpoint_s: float = 60.0


@dataclass(frozen=True)
class DnaStage:
    """Metric learning of the barcode tower on labels of three ranks."""

    train_splits: tuple[str, ...] = ("train",)
    cap: int = 40
    per_genus: int = 8
    scale: float = 24.0
    margin: float = 0.15
    species: float = 1.0
    genus: float = 0.5
    family: float = 0.2
    relatives: float = 0.5
    distil: float = 0.0
    schedule: Schedule = field(default_factory=Schedule)
    augmentation: Augmentation = field(default_factory=Augmentation)


@dataclass(frozen=True)
class PhotoAugmentation:
    """Random changes to a training photo; shares and factors, angles in degrees."""

    min_area: float = 0.3
    aspect: float = 1.33
    rotate: float = 0.5
    max_degrees: float = 45.0
    flip: float = 0.5
    vertical_flip: float = 0.1
    brightness: float = 0.3
    contrast: float = 0.3
    saturation: float = 0.3
    hue: float = 0.05
    grey: float = 0.05
    erase: float = 0.25


@dataclass(frozen=True)
class ImageStage:
    """Training of the photo tower, with or without the barcode tower beside it.

    Attributes:
        train_size: side of training crops, px. Smaller than `size` is cheaper and offsets that random
            crops show objects larger than centre crops do (Touvron et al. 2019, arXiv:1906.06423).
        size, resize: evaluation crop and short edge, px; these go into the manifest.
        per_species: photos of one species that stand together in a batch, at most.
        align_species, align_genus, align_family: weights of the contrast with barcodes paired by name.
        keys_per_species: barcodes drawn per species and step as contrast keys.
        neighbours: weight of the contrast between photos of one batch.
        init: stage whose weights this one starts from, "" for ImageNet weights.
    """

    train_splits: tuple[str, ...] = ("train", "tune")
    cap: int = 60
    train_size: int = 192
    size: int = 224
    resize: int = 240
    mode: str = "crop"
    per_species: int = 2
    scale: float = 20.0
    margin: float = 0.1
    smoothing: float = 0.05
    species: float = 1.0
    genus: float = 0.4
    family: float = 0.2
    align_species: float = 0.0
    align_genus: float = 0.0
    align_family: float = 0.0
    keys_per_species: int = 2
    neighbours: float = 0.0
    init: str = ""
    schedule: Schedule = field(default_factory=Schedule)
    augmentation: PhotoAugmentation = field(default_factory=PhotoAugmentation)


@dataclass(frozen=True)
class ExportConfig:
    """What goes into the pack and the floors below which nothing is written.

    Attributes:
        min_parity_fp32: smallest cosine allowed between torch and ONNX, over all inputs.
        min_parity_int8: smallest mean cosine allowed between the fp32 and the int8 model.
        calibration: number of training inputs that set the int8 ranges.
        int8_float_layers: so many convolutions from the input on stay in float in the int8 model.
    """

    pack_id: str = "starter"
    title: str = "Starter"
    licence: str = "MIT"
    version: str = "1"
    opset: int = 17
    calibration: int = 256
    int8_float_layers: int = 6
    parity_inputs: int = 256
    min_parity_fp32: float = 0.9999
    min_parity_int8: float = 0.99


@dataclass(frozen=True)
class Config:
    """Everything a run needs besides its folders.

    Attributes:
        dim: width of the joint space.
        stages: what `fit` runs, in order, unless its `--stage` says otherwise.
        threads: CPU threads of torch, 0 for all.
    """

    seed: int = 42
    dim: int = 256
    stages: tuple[str, ...] = ("dna", "image", "align")
    threads: int = 0
    splits: SplitRules = field(default_factory=SplitRules)
    dna_model: DnaModel = field(default_factory=DnaModel)
    image_model: ImageModel = field(default_factory=ImageModel)
    dna: DnaStage = field(default_factory=DnaStage)
    image: ImageStage = field(default_factory=ImageStage)
    align: ImageStage = field(default_factory=ImageStage)
    export: ExportConfig = field(default_factory=ExportConfig)


def load_config(path: Path) -> Config:
    """Reads a TOML recipe.

    Raises:
        ConfigError: no file, no TOML, an unknown key or a value of the wrong type.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"There is no config file at {path}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path.name} is not valid TOML: {error}.") from error
    return _build(Config, values, "")


def _build(cls: type[T], values: dict[str, Any], where: str) -> T:
    allowed = {f.name: f for f in dataclasses.fields(cls)}  # type: ignore[arg-type]
    hints = typing.get_type_hints(cls)
    arguments: dict[str, Any] = {}
    for key, value in values.items():
        name = f"{where}{key}"
        if key not in allowed:
            raise ConfigError(
                f"Unknown key '{name}' in the config; allowed here: {', '.join(sorted(allowed))}."
            )
        arguments[key] = _check(hints[key], value, name)
    return cls(**arguments)


def _check(hint: Any, value: Any, name: str) -> Any:
    """Returns `value` as the type `hint`, or raises ConfigError with key, found and expected."""
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        if not isinstance(value, dict):
            raise ConfigError(f"'{name}' must be a table, found {value!r}.")
        return _build(hint, value, f"{name}.")
    if isinstance(hint, types.GenericAlias) and typing.get_origin(hint) is tuple:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ConfigError(f"'{name}' must be a list of strings, found {value!r}.")
        return tuple(value)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not hint:
        raise ConfigError(f"'{name}' must be of type {hint.__name__}, found {value!r}.")
    return value


def to_dict(config: Any) -> dict[str, Any]:
    """The config as plain values, for checkpoints, manifests and logs."""
    return dataclasses.asdict(config)
