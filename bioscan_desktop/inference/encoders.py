"""Photos, barcodes and texts to unit rows of one space, through a model pack's ONNX encoders."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image

from bioscan_desktop.core.errors import PackError
from bioscan_desktop.core.leaning import Leaning
from bioscan_desktop.inference import precision_choice
from bioscan_desktop.inference.cores import EMBED, HELP_EMBED, Cores
from bioscan_desktop.inference.images import ImagePreprocessing, to_array
from bioscan_desktop.inference.kin_file import read_kin
from bioscan_desktop.inference.manifest import EncoderCard, ModelManifest
from bioscan_desktop.inference.session import ProviderReport, Session, cpu_report, default_threads
from bioscan_desktop.inference.text import TextEncoding, text_encoding
from bioscan_desktop.inference.tokens import BarcodeTokenizer, FrameTokenizer, codon_ids

TEXTS_AT_ONCE = 256

ROWS_AT_ONCE = {"image": 1, "dna": 32, "text": 32}
"""Rows that an encoder is given at a time on the CPU. What one photo leaves behind between two layers
still fits the processor's cache: eight at a time cost a fifth more work for each."""

_INPUT_TYPES = {"image": "tensor(float)", "dna": "tensor(int64)", "text": "tensor(int64)"}


class ModelPack:
    """A loaded model pack: encoders are opened when first used.

    Args:
        folder: the pack.
        provider: `auto`, `cpu` or `cuda`.
        precision: `fp32`; `fp16` or `int8` where the pack has it, else fp32; or `auto`: of fp32 and int8 the
            faster one where the provider is the CPU.
        threads: that an encoder may use; None takes the machine's cores.
        side_by_side: for many inputs at a time. Each run of an encoder has one thread, and as many go on at
            once as there are threads; they need not wait for each other between two layers, but a single
            input takes longer. The embeddings are the same.
        cache: folder that keeps what `auto` has found for the next start; None keeps nothing.

    Attributes:
        cores: that runs side by side hold while they compute; who decodes for them should do so, too.
            None where each run has several threads.

    Raises:
        PackError: if the folder is no usable model pack.
    """

    def __init__(
        self,
        folder: Path,
        provider: str = "auto",
        precision: str = "auto",
        threads: int | None = None,
        side_by_side: bool = False,
        cache: Path | None = None,
    ) -> None:
        self.folder = folder
        self.manifest = ModelManifest.load(folder)
        self.provider = provider
        self.precision = precision
        self.threads = threads
        self.cores = Cores() if side_by_side else None
        self._threads_each = 1 if side_by_side else threads
        self._store = cache / precision_choice.STORE if cache is not None else None
        self._sessions: dict[str, Session] = {}
        self._opening = threading.Lock()
        self._text: TextEncoding | None = None

    @property
    def dim(self) -> int:
        """Length of an embedding."""
        return self.manifest.dim

    def has(self, modality: str) -> bool:
        """True if the pack has an encoder for `image`, `dna` or `text`."""
        return modality in self.manifest.encoders

    @cached_property
    def leaning(self) -> Leaning | None:
        """How keys are ranked where a photo asks; None where by plain cosine.

        Raises:
            PackError: a file of it is missing or damaged.
        """
        card = self.manifest.encoders.get("image")
        if card is None or card.kin is None or card.leaning is None:
            return card.leaning if card is not None else None
        kin = read_kin(self.folder / card.kin.file, card.kin.shares, self.dim)
        return replace(card.leaning, kin=kin)

    @property
    def preprocessing(self) -> ImagePreprocessing:
        """How photos are prepared."""
        prep = self._card("image").preprocessing
        assert prep is not None  # checked when the manifest was read
        return prep

    @property
    def tokenizer(self) -> BarcodeTokenizer:
        """How barcodes are cut into tokens."""
        tokenizer = self._card("dna").tokenizer
        assert tokenizer is not None
        return tokenizer

    def embed_images(self, images: Sequence[Image.Image]) -> np.ndarray:
        """Returns (n, dim) float32 unit rows of upright RGB pictures; see `embed_pixels`."""
        return self.embed_pixels([to_array(image, self.preprocessing) for image in images])

    def embed_pixels(self, inputs: Sequence[np.ndarray]) -> np.ndarray:
        """Returns (n, dim) float32 unit rows of pictures that are model input already, see `to_array`.

        Each is the mean over the picture and its mirror image, unless the pack says otherwise: an insect
        looks left as often as right, and the mean lies closer to the other photos of its species.
        """
        return self.embed_views(inputs)[0]

    def embed_views(self, inputs: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray | None]:
        """Rows as of `embed_pixels`, and (n,) float32 cosines of each picture with its mirror image.

        The cosines tell how firmly the encoder sees a picture; None if the pack takes no mirror images.
        """
        parts = [(pixels[None],) for pixels in inputs]
        if not self._card("image").mirror:
            return self._unit_rows("image", parts), None
        count = len(inputs)
        rows = self._unit_rows("image", parts + [(pixels[None, :, :, ::-1],) for pixels in inputs])
        mean = rows[:count] + rows[count:]
        cosines = (rows[:count] * rows[count:]).sum(axis=1)
        return mean / np.linalg.norm(mean, axis=1, keepdims=True), cosines

    def embed_barcodes(self, sequences: Sequence[str], placed: np.ndarray | None = None) -> np.ndarray:
        """Returns (n, dim) float32 unit rows of cleaned barcodes.

        Args:
            placed: (n, 658) uint8 codes of the same barcodes in the common frame, if they are known;
                a tokenizer that reads the frame need not place them again.
        """
        reads_frame = isinstance(self.tokenizer, FrameTokenizer)
        ids = (
            codon_ids(placed)
            if reads_frame and placed is not None
            else self.tokenizer.encode_batch(sequences)
        )
        return self.embed_arrays("dna", ids)

    def embed_texts(self, texts: Sequence[str]) -> np.ndarray:
        """Returns (n, dim) float32 unit rows of texts, as they are: no template is put around them.

        Raises:
            PackError: if the pack has no text encoder, or its files do not fit together.
        """
        tokenizer = self.text_tokenizer
        if set(self.session("text").input_names) != {"ids", "mask"}:
            raise PackError(f"The text encoder of {self.folder} does not take ids and mask.")
        parts = [np.zeros((0, self.dim), dtype=np.float32)]
        for start in range(0, len(texts), TEXTS_AT_ONCE):
            ids, mask = tokenizer.encode(texts[start : start + TEXTS_AT_ONCE])
            given = {"ids": ids, "mask": mask}
            parts.append(self.embed_arrays("text", *(given[n] for n in self.session("text").input_names)))
        return np.concatenate(parts)

    @property
    def text_tokenizer(self) -> TextEncoding:
        """How texts are cut into tokens; the vocabulary is read at first use.

        Raises:
            PackError: if the pack has no text encoder, or its vocabulary cannot be used.
        """
        if self._text is None:
            settings = self._card("text").text
            assert settings is not None  # checked when the manifest was read
            self._text = text_encoding(settings, self.folder)
        return self._text

    def embed_arrays(self, modality: str, *batch: np.ndarray) -> np.ndarray:
        """Returns (n, dim) float32 unit rows of prepared input, an array per input of the encoder.

        Raises:
            PackError: if the encoder answers with a wrong shape or with NaN.
        """
        step = ROWS_AT_ONCE[modality]
        starts = range(0, len(batch[0]), step) or [0]
        return self._unit_rows(modality, [tuple(array[at : at + step] for array in batch) for at in starts])

    def _unit_rows(self, modality: str, parts: Sequence[tuple[np.ndarray, ...]]) -> np.ndarray:
        """As `embed_arrays`, of input that is cut into parts of no more than `ROWS_AT_ONCE` rows."""
        rows = np.asarray(self._run(modality, parts), dtype=np.float32)
        if rows.shape != (sum(len(part[0]) for part in parts), self.dim):
            raise PackError(
                f"The {modality} encoder of {self.folder} gives {rows.shape}, not (n, {self.dim})."
            )
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        if not np.isfinite(norms).all() or (norms < 1e-6).any():
            raise PackError(f"The {modality} encoder of {self.folder} gives unusable numbers.")
        return rows / norms

    def _run(self, modality: str, parts: Sequence[tuple[np.ndarray, ...]]) -> np.ndarray:
        """The encoder's rows. On the CPU part by part, as many runs side by side as there are threads."""
        session = self.session(modality)
        if session.report.short != "CPU" or len(parts) == 1:
            return session.run(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))
        callers = min(len(parts), self.threads or default_threads())
        rows: list[np.ndarray] = [np.empty(0)] * len(parts)
        left = iter(range(len(parts)))

        def call(use: int) -> None:
            with self.cores.one(use) if self.cores is not None else nullcontext():
                for number in left:
                    rows[number] = session.run(*(np.ascontiguousarray(array) for array in parts[number]))

        with ThreadPoolExecutor(callers) as pool:
            for done in [pool.submit(call, EMBED if n == 0 else HELP_EMBED) for n in range(callers)]:
                done.result()
        return np.concatenate(rows)

    def session(self, modality: str) -> Session:
        """The encoder's session, opened at first use, by one thread."""
        with self._opening:
            return self._opened(modality)

    def _opened(self, modality: str) -> Session:
        if modality not in self._sessions:
            card = self._card(modality)
            fp32 = self.folder / card.file
            if self.precision == "auto" and "int8" in card.variants:
                session = self._choose(modality, card)
            elif self.precision in card.variants:
                session = Session(
                    self.folder / card.variants[self.precision].file, self.provider, self._threads_each
                )
            else:
                session = Session(fp32, self.provider, self._threads_each)
            if session.input_type != _INPUT_TYPES[modality]:
                raise PackError(
                    f"The {modality} encoder of {self.folder} takes {session.input_type}, not "
                    f"{_INPUT_TYPES[modality]}; its files are mixed up."
                )
            self._sessions[modality] = session
        return self._sessions[modality]

    def provider_report(self) -> ProviderReport:
        """Which provider is really in use. Opens an encoder if that cannot be told without one."""
        if not self._sessions and (report := cpu_report(self.provider)) is not None:
            return report
        modality = next(iter(self._sessions), None) or next(iter(self.manifest.encoders))
        return self.session(modality).report

    def _choose(self, modality: str, card: EncoderCard) -> Session:
        """The faster one on this machine's CPU, timed once: int8 loses on some older processors."""
        threads = self._threads_each if self._threads_each is not None else default_threads()
        name = precision_choice.name_of(card.sha256, card.variants["int8"].sha256, threads)
        earlier = precision_choice.known(self._store, name)
        if earlier is not None and earlier.settled and cpu_report(self.provider):
            return self._of_two(card, earlier.int8_is_faster)
        first = self._of_two(card, False)
        if first.report.short != "CPU":
            return first
        second = self._of_two(card, True)
        found = precision_choice.timed(first, second, self._sample(modality)).joined(earlier)
        precision_choice.remember(self._store, name, found)
        return second if found.int8_is_faster else first

    def _of_two(self, card: EncoderCard, int8: bool) -> Session:
        """The int8 file, which is for the CPU, or the fp32 file, which is for any provider."""
        if int8:
            return Session(self.folder / card.variants["int8"].file, "cpu", self._threads_each)
        return Session(self.folder / card.file, self.provider, self._threads_each)

    def _sample(self, modality: str) -> tuple[np.ndarray, ...]:
        if modality == "image":
            return (np.zeros((1, 3, self.preprocessing.size, self.preprocessing.size), dtype=np.float32),)
        if modality == "text":
            return self.text_tokenizer.encode(["Lepidoptera"])
        return (self.tokenizer.encode_batch(["ACGT" * 160]),)

    def _card(self, modality: str) -> EncoderCard:
        card = self.manifest.encoders.get(modality)
        if card is None:
            raise PackError(f"The model pack {self.manifest.id} has no encoder for {modality}.")
        return card


def mean_row(rows: Sequence[np.ndarray]) -> np.ndarray:
    """(d,) unit row of the mean of (d,) unit rows; a single one stays as it is, to the last digit."""
    if len(rows) == 1:
        return rows[0]
    mean = np.mean(rows, axis=0)
    return mean / np.linalg.norm(mean)
