"""The training recipe as plain dataclasses, read from TOML.

Nothing here touches torch, so `bioscan-train --help` and config errors are instant. A config names no
folder: data and output folders are arguments of the command, so that a recipe runs anywhere.
"""

from __future__ import annotations

import dataclasses
import math
import tomllib
import typing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from bioscan_desktop.core.errors import BioscanError
from bioscan_training.config_bounds import LEAST, MOST, PLACEHOLDERS, contradiction_of, placeholders_of
from bioscan_training.data.barcodes import Augmentation
from bioscan_training.data.splits import SplitRules

T = TypeVar("T")

Modality = Literal["image", "dna", "text"]
Learning = Literal["full", "lora", "frozen"]
"""What of a tower learns: all of it; low-rank adapters and its projection into the joint space; nothing."""


class ConfigError(BioscanError):
    """A config that cannot be used; the message is one sentence."""

    code = "bad_config"


@dataclass(frozen=True)
class DnaModel:
    """Shape of `encoders.DnaEncoder`: width of a codon's embedding (at least 12), hidden units."""

    embedding: int = 16
    hidden: int = 512
    dropout: float = 0.2


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
        batch: rows of one batch, over all processes of a parallel run.
        schedule: `cosine` rises linearly for the first `warmup` of the steps, then falls to 0 by half a
            cosine; `onecycle` is PyTorch's OneCycleLR with `warmup` as its `pct_start`.
        lr: peak learning rate of AdamW.
        head_lr: peak rate of freshly initialised layers; 0 means `lr`.
        ema: decay of the weight average that is evaluated and exported, 0 for none.
        clip: largest norm of the gradient, 0 for none.
        precision: of the forward pass; weights, losses and gradients of weights stay in float32.
        accumulate: batches whose gradients are averaged before a step.
        cache_chunk: rows that are embedded at once with their graph, 0 for the whole batch. The loss
            still sees the whole batch, and the gradients are the same; each row is computed twice.
            Of the stages, `contrast` knows it.
        eval_every: epochs between validations, 0 for never.
        patience: validations without a better `watch` before the run ends; 0 never ends it. With
            patience the best weights are kept instead of the last.
        watch: a figure of the validation; those named `loss` or `perplexity` are better when lower.
        checkpoint_s: seconds between checkpoints.
        tensorboard: also write the figures for TensorBoard, into `RUN/tensorboard`.
    """

    epochs: int = 10
    batch: int = 128
    schedule: Literal["cosine", "onecycle"] = "cosine"
    lr: float = 1e-3
    head_lr: float = 0.0
    weight_decay: float = 0.02
    warmup: float = 0.05
    ema: float = 0.999
    clip: float = 5.0
    precision: Literal["fp32", "bf16", "fp16"] = "bf16"
    accumulate: int = 1
    cache_chunk: int = 0
    eval_every: int = 1
    patience: int = 0
    watch: str = ""
    checkpoint_s: float = 60.0
    tensorboard: bool = False


@dataclass(frozen=True)
class DnaStage:
    """Metric learning of the barcode tower on labels of three ranks.

    Attributes:
        cap: at most so many haplotypes of a species in an epoch, drawn anew each time; 0 takes all.
        per_genus: haplotypes of one genus that stand together in a batch, at most.
    """

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
    """Random changes to a training photo; shares and factors, angles in degrees.

    Attributes:
        shrink: chance that the photo gets a border first, for insects that are small in the picture.
        most_shrink: largest side of the bordered photo, in sides of the photo.
    """

    shrink: float = 0.0
    most_shrink: float = 1.6
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
        first_size: side in the first epoch, from which it rises to `train_size` in the last third of
            the epochs, in steps of 32 px (Tan and Le 2021, arXiv:2104.00298); 0 for `train_size` always.
        size, resize: evaluation crop and short edge, px; these go into the manifest.
        cap: at most so many photos of a species in an epoch, drawn anew each time; 0 takes all.
        per_species: photos of one species that stand together in a batch, at most.
        align_species, align_genus, align_family: weights of the contrast with barcodes paired by name.
        keys_per_species: barcodes drawn per species and step as contrast keys.
        neighbours: weight of the contrast between photos of one batch.
        init: stage whose weights this one starts from, "" for ImageNet weights.
    """

    train_splits: tuple[str, ...] = ("train", "tune")
    cap: int = 60
    train_size: int = 192
    first_size: int = 0
    size: int = 224
    resize: int = 240
    mode: Literal["crop", "squash", "letterbox"] = "crop"
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
class ImageTower:
    """The photo tower of stage `contrast`.

    Attributes:
        kind: `vit-b16` is `towers.VisionTransformer` in the sizes below, and takes values from 0 to 1;
            `efficientnet-lite0` has its shape in `[image_model]` and its own normalisation.
        size, resize: side of the input and, before the centre crop, of the short edge, px.
        init: "" for a random start, `imagenet` for the packaged Lite0 weights, or a checkpoint.
        rank: of the adapters with `train = "lora"`.
    """

    kind: Literal["vit-b16", "efficientnet-lite0"] = "vit-b16"
    size: int = 224
    resize: int = 256
    patch: int = 16
    width: int = 768
    layers: int = 12
    heads: int = 12
    hidden: int = 3072
    init: str = ""
    train: Learning = "full"
    rank: int = 4


@dataclass(frozen=True)
class DnaTower:
    """The barcode tower of stage `contrast`, and what `pretrain-dna` trains.

    Attributes:
        kind: `bert` is `towers.BarcodeTower` in the sizes below; `codons` is the starter's tower, with
            its shape and tokens in `[dna_model]`.
        vocabulary: `clibd` puts <MASK>, <CLS>, <UNK> before the k-mers and an id before the barcode, and
            attends to padding; `barcodebert` has [MASK], [UNK], and leaves padding out.
        k, stride: bases per token and between two tokens; a stride of 0 means `k`.
        pooling: one of `towers.POOLINGS`; `softmax_mean` is that of the published CLIBD.
        init: "" for a random start, `pretrain` for what `pretrain-dna` left in the run folder, or a
            checkpoint.
    """

    kind: Literal["bert", "codons"] = "bert"
    vocabulary: Literal["clibd", "barcodebert"] = "clibd"
    k: int = 5
    stride: int = 0
    max_bases: int = 660
    width: int = 768
    layers: int = 12
    heads: int = 12
    hidden: int = 3072
    pooling: Literal["softmax_mean", "logits_mean", "cls_token", "hidden_state_mean"] = "logits_mean"
    init: str = ""
    train: Learning = "full"
    rank: int = 4


@dataclass(frozen=True)
class TextTower:
    """The text tower of stage `contrast`: a BERT over the names of a specimen.

    Attributes:
        vocabulary: a WordPiece file, one token a line; "" builds one of `vocabulary_size` entries from
            the names that are trained on, and writes it into the run folder.
        template, unknown: wording of a specimen, and of a name that it lacks.
        init: "" for a random start, or a checkpoint.
    """

    kind: Literal["bert-small"] = "bert-small"
    vocabulary: str = ""
    vocabulary_size: int = 4096
    max_tokens: int = 20
    template: str = "{order} {family} {genus} {species}"
    unknown: str = "not_classified"
    width: int = 512
    layers: int = 4
    heads: int = 8
    hidden: int = 2048
    init: str = ""
    train: Learning = "full"
    rank: int = 4


@dataclass(frozen=True)
class Towers:
    """The towers of stage `contrast`; those of `contrast.modalities` are built."""

    image: ImageTower = field(default_factory=ImageTower)
    dna: DnaTower = field(default_factory=DnaTower)
    text: TextTower = field(default_factory=TextTower)


@dataclass(frozen=True)
class ContrastStage:
    """Contrastive training of two or three towers, as in CLIBD (arXiv:2405.17537).

    Attributes:
        modalities: two or three of image, dna, text.
        positives: what of another modality belongs to a row: that of its own record; of every record of
            its species; of its BIN (targets are spread evenly over several).
        pairing: with `species` a record without a photo or barcode borrows one of its species, drawn
            anew each epoch; with `record` it stays without.
        cap: at most so many records of a species in an epoch, drawn anew each time; 0 takes all.
        temperature: at the start; it is learned.
        clamp_temperature: keeps the scale within 1 and 100, as in CLIP; CLIBD does not.
        train_splits, val_splits, key_splits: parts of the data to train on, to ask with while
            validating, and to look up in (none: those trained on).
        val_queries, val_keys: at most so many of them.
        cache_photos: decode each photo once, into a file in the run folder.
        photo_side: long side of a decoded photo, px.
        workers: threads that prepare photos.
    """

    modalities: tuple[Modality, ...] = ("image", "dna", "text")
    positives: Literal["record", "species", "bin"] = "record"
    pairing: Literal["record", "species"] = "species"
    cap: int = 0
    temperature: float = 0.07
    clamp_temperature: bool = True
    train_splits: tuple[str, ...] = ("train",)
    val_splits: tuple[str, ...] = ("val",)
    key_splits: tuple[str, ...] = ()
    val_queries: int = 1000
    val_keys: int = 5000
    cache_photos: bool = True
    photo_side: int = 320
    workers: int = 2
    schedule: Schedule = field(default_factory=lambda: Schedule(batch=256, lr=1e-4, watch="val/mean"))
    augmentation: PhotoAugmentation = field(default_factory=PhotoAugmentation)


@dataclass(frozen=True)
class Pretraining:
    """Masked k-mers, as in BarcodeBERT (arXiv:2311.02401): `pretrain-dna` on `[towers.dna]`.

    Attributes:
        mask: share of the k-mers that are masked and predicted.
        val_barcodes: at most so many held-out haplotypes.
    """

    mask: float = 0.5
    train_splits: tuple[str, ...] = ("train",)
    val_splits: tuple[str, ...] = ("val",)
    val_barcodes: int = 2048
    schedule: Schedule = field(
        default_factory=lambda: Schedule(
            epochs=35, batch=128, schedule="onecycle", lr=1e-4, warmup=0.3, ema=0.0, watch="val/loss"
        )
    )


@dataclass(frozen=True)
class ExportConfig:
    """What goes into the pack and the floors below which nothing is written.

    Attributes:
        min_parity_fp32: smallest cosine allowed between torch and ONNX, over all inputs.
        min_parity_int8: smallest mean cosine allowed between the fp32 and the int8 model.
        variants: smaller forms beside each encoder of stage `contrast`, whose floors are those of
            `import-weights`. (Encoders of the other stages have float16 weights anyway, and an int8 form.)
        parity_inputs: number of held-out inputs that files are compared on.
        calibration: number of training photos that set the int8 ranges of a convolutional network.
        int8_float_layers: so many convolutions from the input on stay in float in the int8 model.
        lean_image, lean_dna: cosine taken off photo keys and barcode keys of species whose photos were
            trained on, where a photo asks; see `bioscan_desktop.core.leaning`.
        lean_dna_genus, abundance_dna: in comparing the barcodes of one genus, what is taken off such
            species instead, and what is added for each natural logarithm of the number of keys.
        stretch_image: by what share the distance to photo keys of such species counts for more.
        crowding_image: what share of a photo key's cosine to the nearest one of another species is
            taken off.
        kin_genus, kin_family: what share of how far a photo is nearer to photos of a genus, and to a
            family, than to others is added to their barcode keys; see `bioscan_desktop.core.kin`.
    """

    pack_id: str = "starter"
    title: str = "Starter"
    licence: str = "MIT"
    version: str = "1"
    opset: int = 17
    variants: tuple[Literal["fp16", "int8"], ...] = ("fp16", "int8")
    calibration: int = 256
    int8_float_layers: int = 6
    parity_inputs: int = 256
    min_parity_fp32: float = 0.9999
    min_parity_int8: float = 0.99
    lean_image: float = 0.0
    lean_dna: float = 0.0
    lean_dna_genus: float = 0.0
    abundance_dna: float = 0.0
    stretch_image: float = 0.0
    crowding_image: float = 0.0
    kin_genus: float = 0.0
    kin_family: float = 0.0


@dataclass(frozen=True)
class Config:
    """Everything a run needs besides its folders.

    Attributes:
        dim: width of the joint space.
        stages: what `fit` runs, in order, unless its `--stage` says otherwise.
        threads: CPU threads of torch, 0 for all.
        device: of stage `contrast` and of `pretrain-dna`; `auto` takes a GPU where there is one. The
            other stages train on the CPU.
    """

    seed: int = 42
    dim: int = 256
    stages: tuple[str, ...] = ("dna", "image", "align")
    threads: int = 0
    device: Literal["auto", "cpu", "cuda"] = "auto"
    splits: SplitRules = field(default_factory=SplitRules)
    dna_model: DnaModel = field(default_factory=DnaModel)
    image_model: ImageModel = field(default_factory=ImageModel)
    dna: DnaStage = field(default_factory=DnaStage)
    image: ImageStage = field(default_factory=ImageStage)
    align: ImageStage = field(default_factory=ImageStage)
    towers: Towers = field(default_factory=Towers)
    contrast: ContrastStage = field(default_factory=ContrastStage)
    pretrain: Pretraining = field(default_factory=Pretraining)
    export: ExportConfig = field(default_factory=ExportConfig)


def load_config(path: Path) -> Config:
    """Reads a TOML recipe.

    Raises:
        ConfigError: no file, no TOML, an unknown key, a value of the wrong type, or values that contradict
            each other.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"There is no config file at {path}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path.name} is not valid TOML: {error}.") from error
    return _build(Config, values, "")


def _build(cls: type[T], values: dict[str, Any], where: str, start: Any = None) -> T:
    """A table as the dataclass `cls`; keys that it does not have keep the value of `start`."""
    allowed = {f.name: f for f in dataclasses.fields(cls)}  # type: ignore[arg-type]
    hints = typing.get_type_hints(cls)
    start = cls() if start is None else start
    arguments: dict[str, Any] = {}
    for key, value in values.items():
        name = f"{where}{key}"
        if key not in allowed:
            raise ConfigError(
                f"Unknown key '{name}' in the config; allowed here: {', '.join(sorted(allowed))}."
            )
        arguments[key] = _check(hints[key], value, name, getattr(start, key))
    table = dataclasses.replace(start, **arguments)
    contradiction = contradiction_of(table, where)
    if contradiction is not None:
        raise ConfigError(contradiction)
    return table


def _check(hint: Any, value: Any, name: str, start: Any = None) -> Any:
    """Returns `value` as the type `hint`, or raises ConfigError with key, found and expected."""
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        if not isinstance(value, dict):
            raise ConfigError(f"'{name}' must be a table, found {value!r}.")
        return _build(hint, value, f"{name}.", start)
    if typing.get_origin(hint) is tuple:
        inner = typing.get_args(hint)[0]
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ConfigError(f"'{name}' must be a list of strings, found {value!r}.")
        return tuple(_check(inner, item, name) for item in value)
    if typing.get_origin(hint) is Literal:
        allowed = typing.get_args(hint)
        if value not in allowed or type(value) is not str:
            raise ConfigError(f"'{name}' must be one of {', '.join(allowed)}; found {value!r}.")
        return value
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) is not hint:
        raise ConfigError(f"'{name}' must be of type {hint.__name__}, found {value!r}.")
    key = name.rpartition(".")[2]
    if key == "template" and not placeholders_of(value) <= set(PLACEHOLDERS):
        known = ", ".join(f"{{{part}}}" for part in PLACEHOLDERS)
        raise ConfigError(f"'{name}' must have no placeholders but {known}; found {value!r}.")
    least, most = LEAST.get(key), MOST.get(key)
    if hint is float and not math.isfinite(value):
        raise ConfigError(f"'{name}' must be a number, found {value!r}.")
    if hint in (int, float) and (
        (least is not None and value < least) or (most is not None and value > most)
    ):
        limits = f"at least {least}" if most is None else f"from {least} to {most}"
        raise ConfigError(f"'{name}' must be {limits}, found {value!r}.")
    return value


def to_dict(config: Any) -> dict[str, Any]:
    """The config as plain values, for checkpoints, manifests and logs."""
    return dataclasses.asdict(config)
