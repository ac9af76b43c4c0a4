"""The model pack: a folder with `manifest.json` and the ONNX encoders that it names.

manifest.json   format, id, version, dim, encoders, provenance, licence, metrics
image.onnx      input `image` (n, 3, h, w) float32 -> (n, dim) float32 unit rows
dna.onnx        input `tokens` (n, tokens) int64   -> (n, dim) float32 unit rows
text.onnx       input `ids` and `mask` (n, tokens) int64 -> (n, dim) float32 unit rows
NAME.int8.onnx  variants, each with its measured parity to the fp32 file
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bioscan_desktop.core.errors import PackError, reason
from bioscan_desktop.core.leaning import Leaning
from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.inference.images import ImagePreprocessing
from bioscan_desktop.inference.tokens import BarcodeTokenizer, tokenizer_from_dict

FORMAT = "bioscan-model"
FORMAT_VERSION = (1, 3)
"""(major, minor): a newer major is refused, a newer minor read as far as it is understood."""

MODALITIES: tuple[str, ...] = ("image", "dna", "text")

TEXT_TOKENIZERS: tuple[str, ...] = ("wordpiece", "clip-bpe")


@dataclass(frozen=True)
class TextTokenizer:
    """How a specimen's names become token ids; the vocabulary is a file of the pack.

    Attributes:
        kind: `wordpiece` (BERT, in lower case, one token a line) or `clip-bpe` (CLIP's byte pairs).
        max_tokens: longer texts are cut to this, shorter ones padded with id 0 and masked.
        vocabulary, sha256: file within the pack.
        template: text of a specimen, such as "{order} {family} {genus} {species}"; "" if any will do.
        unknown: stands for a missing name.
    """

    kind: str
    max_tokens: int
    vocabulary: str
    sha256: str
    template: str = ""
    unknown: str = ""

    def __post_init__(self) -> None:
        if self.kind not in TEXT_TOKENIZERS:
            raise ValueError(f"unknown text tokenizer {self.kind!r}")
        if not isinstance(self.max_tokens, int) or self.max_tokens < 3:
            raise ValueError(f"impossible text tokenizer: max_tokens={self.max_tokens!r}")
        try:
            self.template.format_map(dict.fromkeys((*RANKS, "epithet"), ""))
        except (LookupError, ValueError, AttributeError):
            raise ValueError(f"unusable template {self.template!r}") from None

    def to_dict(self) -> dict[str, Any]:
        """The settings as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> TextTokenizer:
        """The inverse of `to_dict`."""
        return cls(**values)


@dataclass(frozen=True)
class Variant:
    """A smaller or faster form of an encoder.

    Attributes:
        file: name within the pack.
        sha256: of the file.
        parity: measured agreement with the fp32 file, such as
            {"cosine_mean": 0.998, "cosine_min": 0.99, "top1_agreement": 0.99, "n": 541}.
    """

    file: str
    sha256: str
    parity: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class KinCard:
    """The file of what a photo encoder learned of genera and families.

    Attributes:
        file: name within the pack, see `inference.kin_file`.
        sha256: of the file.
        shares: by rank, see `core.kin`.
    """

    file: str
    sha256: str
    shares: dict[str, float]


@dataclass(frozen=True)
class EncoderCard:
    """One encoder of a pack.

    Attributes:
        file, sha256: the fp32 ONNX file.
        architecture: one line for people.
        preprocessing: for `image`.
        tokenizer: for `dna`.
        parity: torch against ONNX fp32.
        variants: by precision, such as "int8".
        text: for `text`.
        leaning: for `image`, what makes up for the lean to the species that were trained on.
        kin: for `image`, what helps to find barcodes of genera and families that were trained on.
        mirror: of `image`: an embedding is the mean over the picture and its mirror image.
    """

    file: str
    sha256: str
    architecture: str = ""
    preprocessing: ImagePreprocessing | None = None
    tokenizer: BarcodeTokenizer | None = None
    parity: dict[str, float] = field(default_factory=dict)
    variants: dict[str, Variant] = field(default_factory=dict)
    text: TextTokenizer | None = None
    leaning: Leaning | None = None
    kin: KinCard | None = None
    mirror: bool = True


@dataclass(frozen=True)
class ModelManifest:
    """What a model pack says of itself."""

    id: str
    version: str
    title: str
    dim: int
    encoders: dict[str, EncoderCard]
    licence: str
    provenance: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """sha256 over the encoders' hashes and input settings: equal means the same embedding space."""
        facts: dict[str, Any] = {}
        for modality, card in sorted(self.encoders.items()):
            facts[modality] = [
                card.sha256,
                card.preprocessing.to_dict() if card.preprocessing else None,
                card.tokenizer.to_dict() if card.tokenizer else None,
                *([card.text.to_dict()] if card.text else []),
                *([] if card.mirror else ["no mirror image"]),
            ]
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

    def save(self, folder: Path) -> None:
        """Writes `manifest.json` into the folder."""
        values = {
            "format": FORMAT,
            "format_version": ".".join(map(str, FORMAT_VERSION)),
            "id": self.id,
            "version": self.version,
            "title": self.title,
            "dim": self.dim,
            "licence": self.licence,
            "encoders": {name: _card_to_dict(card) for name, card in self.encoders.items()},
            "provenance": self.provenance,
            "metrics": self.metrics,
        }
        text = json.dumps(values, indent=2, ensure_ascii=False) + "\n"
        (folder / "manifest.json").write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> ModelManifest:
        """Reads and checks the manifest; the files' hashes are checked by `verify`.

        Raises:
            PackError: if the folder is no model pack, or of a newer major format.
        """
        values = read_manifest(folder, FORMAT, FORMAT_VERSION[0], "model pack")
        try:
            encoders = {name: _card_from_dict(card) for name, card in values["encoders"].items()}
            manifest = cls(
                id=values["id"],
                version=values["version"],
                title=values["title"],
                dim=int(values["dim"]),
                encoders=encoders,
                licence=values["licence"],
                provenance=values.get("provenance", {}),
                metrics=values.get("metrics", {}),
            )
            require_texts(manifest.id, manifest.version, manifest.title, *manifest.files())
            if not encoders or manifest.dim < 1:
                raise ValueError("it names no encoder, or embeddings of no length")
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise PackError(f"The model pack {folder} has a damaged manifest ({error!r}).") from None
        for name, card in encoders.items():
            needed = {"image": card.preprocessing, "dna": card.tokenizer, "text": card.text}
            if name in needed and needed[name] is None:
                raise PackError(f"The model pack {folder} does not say how input for '{name}' is prepared.")
        return manifest

    def verify(self, folder: Path) -> None:
        """Checks every file against its hash.

        Raises:
            PackError: naming the first file that is missing or changed.
        """
        for file, sha256 in self.files().items():
            check_file(folder, file, sha256)

    def files(self) -> dict[str, str]:
        """The sha256 of every file that the pack names."""
        named: dict[str, str] = {}
        for card in self.encoders.values():
            named[card.file] = card.sha256
            if card.text is not None:
                named[card.text.vocabulary] = card.text.sha256
            if card.kin is not None:
                named[card.kin.file] = card.kin.sha256
            named.update((variant.file, variant.sha256) for variant in card.variants.values())
        return named


def read_manifest(folder: Path, kind: str, major: int, noun: str) -> dict[str, Any]:
    """Reads the `manifest.json` of a model or library pack and checks its kind and major version.

    Raises:
        PackError: in one sentence.
    """
    path = folder / "manifest.json"
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PackError(f"{folder} is not a {noun}: it has no manifest.json.") from None
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise PackError(f"{path} cannot be read ({reason(error)}).") from None
    if not isinstance(values, dict) or values.get("format") != kind:
        found = values.get("format") if isinstance(values, dict) else type(values).__name__
        raise PackError(f"{folder} is not a {noun} (its format is {found!r}).")
    version = str(values.get("format_version", "0.0"))
    number = version.split(".")[0]
    if not number.isdecimal() or len(number) > 9:
        raise PackError(f"{folder} has an unreadable format version {version!r}.")
    if int(number) > major:
        raise PackError(
            f"{folder} is a {noun} of format {version}, newer than this program understands; "
            "update BIOSCAN Desktop."
        )
    return values


def require_texts(*values: object) -> None:
    """Raises TypeError unless all of the values are texts."""
    for value in values:
        if not isinstance(value, str):
            raise TypeError(f"{value!r} is no text")


def sha256_of(path: Path) -> str:
    """The sha256 of a file, hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def check_file(folder: Path, file: str, sha256: str) -> None:
    """Raises `PackError` if a file of a pack is missing, outside of it, or changed."""
    path = folder / file
    if Path(file).anchor or ".." in Path(file).parts:
        raise PackError(f"{folder} names a file outside of itself ({file}).")
    try:
        is_there = path.is_file()
    except OSError:  # no name that a file can have
        is_there = False
    if not is_there:
        raise PackError(f"{folder} lacks its file {file}; install the pack again.")
    if sha256_of(path) != sha256:
        raise PackError(f"{path} is damaged or was changed (hash mismatch); install the pack again.")


def _card_to_dict(card: EncoderCard) -> dict[str, Any]:
    values: dict[str, Any] = {"file": card.file, "sha256": card.sha256, "architecture": card.architecture}
    if card.preprocessing is not None:
        values["preprocessing"] = card.preprocessing.to_dict()
    if card.tokenizer is not None:
        values["tokenizer"] = card.tokenizer.to_dict()
    if card.text is not None:
        values["text"] = card.text.to_dict()
    if card.leaning is not None:
        values["leaning"] = card.leaning.to_dict()
    if card.kin is not None:
        values["kin"] = asdict(card.kin)
    if not card.mirror:
        values["mirror"] = False
    values["parity"] = card.parity
    values["variants"] = {
        name: {"file": v.file, "sha256": v.sha256, "parity": v.parity} for name, v in card.variants.items()
    }
    return values


def _card_from_dict(values: dict[str, Any]) -> EncoderCard:
    names = ("preprocessing", "tokenizer", "text", "leaning", "kin")
    prep, tokenizer, text, leaning, kin = (values.get(name) for name in names)
    return EncoderCard(
        file=values["file"],
        sha256=values["sha256"],
        architecture=values.get("architecture", ""),
        preprocessing=ImagePreprocessing.from_dict(prep) if prep else None,
        tokenizer=tokenizer_from_dict(tokenizer) if tokenizer else None,
        parity=values.get("parity", {}),
        variants={
            name: Variant(v["file"], v["sha256"], v.get("parity", {}))
            for name, v in values.get("variants", {}).items()
        },
        text=TextTokenizer.from_dict(text) if text else None,
        leaning=Leaning.from_dict(leaning) if leaning else None,
        kin=_kin_from_dict(kin) if kin else None,
        mirror=bool(values.get("mirror", True)),
    )


def _kin_from_dict(values: dict[str, Any]) -> KinCard:
    shares = {str(rank): float(share) for rank, share in values["shares"].items()}
    if not all(math.isfinite(share) and share >= 0 for share in shares.values()):
        raise ValueError("shares are not negative")
    return KinCard(values["file"], values["sha256"], shares)
