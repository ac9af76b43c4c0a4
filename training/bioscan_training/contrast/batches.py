"""The batch of a step: which records, which borrowed partners, which random views.

Everything follows from (seed, step) and the place of a record in the batch. So a resumed run meets the
same batches, and processes that share a batch make up together exactly the batch of one process.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from bioscan_desktop.core.errors import BioscanError, PhotoError
from bioscan_desktop.inference.images import ImagePreprocessing, to_array
from bioscan_desktop.inference.text import WordPiece, text_of
from bioscan_desktop.inference.tokens import BarcodeTokenizer
from bioscan_training.config import Config, ConfigError
from bioscan_training.contrast.specimens import Specimen, SpecimenSource
from bioscan_training.data.barcodes import balanced_rows
from bioscan_training.data.photos import PhotoCache, change_light, random_view, small_photo
from bioscan_training.losses import UNKNOWN
from bioscan_training.parallel import ALONE, Workers

log = logging.getLogger(__name__)

NONE = -1
"""Row of what a specimen lacks."""

_ORDER, _PARTNER, _VIEW = 11, 12, 13
"""What a random number is for, so that no two uses share one."""

_TOKENS_AT_ONCE = 4096


def token_rows(barcodes: Iterable[str], tokenizer: BarcodeTokenizer) -> np.ndarray:
    """(n, t) int16 or int32 token ids; barcodes are taken a few thousand at a time and forgotten."""
    kind = np.int16 if tokenizer.vocab_size < 2**15 else np.int32
    parts = [np.empty((0, tokenizer.n_tokens), dtype=kind)]
    stream = iter(barcodes)
    while part := list(islice(stream, _TOKENS_AT_ONCE)):
        parts.append(tokenizer.encode_batch(part).astype(kind))
    return np.concatenate(parts)


class TokenTable:
    """Token ids of distinct barcodes, computed once.

    Attributes:
        rows: (n,) int64 rows of `ids` by specimen, `NONE` without a barcode.
        ids: (m, t), see `token_rows`.
    """

    def __init__(self, barcodes: Sequence[str], tokenizer: BarcodeTokenizer) -> None:
        place: dict[str, int] = {}
        self.rows = np.array(
            [NONE if not b else place.setdefault(b, len(place)) for b in barcodes], dtype=np.int64
        )
        self.ids = token_rows(place, tokenizer)

    def take(self, rows: np.ndarray) -> Tensor:
        """(k, t) int64 token ids."""
        return torch.from_numpy(self.ids[rows].astype(np.int64))


class TextTable:
    """Token ids and masks of distinct wordings of names.

    Attributes:
        rows: (n,) int64 rows by specimen, `NONE` where no name is known.
    """

    def __init__(self, texts: Sequence[str], tokenizer: WordPiece) -> None:
        place: dict[str, int] = {}
        self.rows = np.array(
            [NONE if not t else place.setdefault(t, len(place)) for t in texts], dtype=np.int64
        )
        self.ids, self.mask = tokenizer.encode(list(place))

    def take(self, rows: np.ndarray) -> tuple[Tensor, Tensor]:
        """Ids and mask, both (k, t) int64."""
        return torch.from_numpy(self.ids[rows]), torch.from_numpy(self.mask[rows])


class LivePhotos:
    """Photos that are decoded each time they are asked for; the interface of `PhotoCache`."""

    def __init__(self, source: SpecimenSource, specimens: Sequence[Specimen], side: int) -> None:
        self.source = source
        self.specimens = specimens
        self.side = side
        self.present = np.ones(len(specimens), dtype=bool)

    def picture(self, row: int) -> Image.Image:
        """The decoded photo, mode RGB.

        Raises:
            BioscanError: there is none; with the cache, such photos are left out.
        """
        specimen = self.specimens[row]
        found = self.source.read_photo(specimen)
        try:
            if found is not None:
                return small_photo(found, self.side)
            reason = "it is missing"
        except PhotoError as error:
            reason = str(error)
        raise BioscanError(
            f"The photo {specimen.photo} cannot be used ({reason}); with 'contrast.cache_photos' = true such "
            "photos are left out."
        )


class Inputs:
    """Everything that the towers are fed, by specimen.

    Attributes:
        rows: by modality, (n,) int64 rows into that modality's table; `NONE` where it is lacking.
    """

    def __init__(
        self,
        specimens: Sequence[Specimen],
        config: Config,
        preprocessing: ImagePreprocessing,
        dna: BarcodeTokenizer | None,
        text: WordPiece | None,
    ) -> None:
        self.specimens = specimens
        self.stage = config.contrast
        self.preprocessing = preprocessing
        self.rows: dict[str, np.ndarray] = {}
        self.photos: PhotoCache | LivePhotos | None = None
        self.tokens = TokenTable([s.barcode for s in specimens], dna) if dna is not None else None
        if self.tokens is not None:
            self.rows["dna"] = self.tokens.rows
        tower = config.towers.text
        if text is not None:
            texts = [text_of(s.lineage, tower.template, tower.unknown) if s.named else "" for s in specimens]
            self.texts = TextTable(texts, text)
            self.rows["text"] = self.texts.rows

    def add_photos(self, source: SpecimenSource, run_dir: Path) -> None:
        """Decodes the photos into a cache in the run folder, or makes ready to decode them one by one."""
        has = [i for i, s in enumerate(self.specimens) if s.photo]
        owners = [self.specimens[i] for i in has]
        if self.stage.cache_photos:
            self.photos = PhotoCache(
                [s.photo for s in owners],
                run_dir,
                self.stage.photo_side,
                lambda row: source.read_photo(owners[row]),
                self.stage.workers,
            )
        else:
            self.photos = LivePhotos(source, owners, self.stage.photo_side)
        rows = np.full(len(self.specimens), NONE, dtype=np.int64)
        present = np.array(has, dtype=np.int64)[self.photos.present]
        rows[present] = np.flatnonzero(self.photos.present)
        self.rows = {"image": rows, **self.rows}
        lost = len(has) - len(present)
        if lost:
            log.warning("contrast: %d of %d photos are missing or damaged and left out", lost, len(has))

    def evaluation(self, modality: str, rows: np.ndarray) -> tuple[Tensor, ...]:
        """Inputs without anything random; `rows` into the modality's table."""
        if modality == "image":
            photos, prep = self.photos, self.preprocessing
            assert photos is not None
            return (torch.from_numpy(np.stack([to_array(photos.picture(int(r)), prep) for r in rows])),)
        if modality == "dna":
            assert self.tokens is not None
            return (self.tokens.take(rows),)
        return self.texts.take(rows)

    def view(self, row: int, rng: np.random.Generator) -> np.ndarray:
        """A random view of a photo: (3, size, size) float32 as the tower takes it."""
        assert self.photos is not None
        prep, how = self.preprocessing, self.stage.augmentation
        pixels = random_view(self.photos.picture(row), prep.size, how, rng)
        x = np.ascontiguousarray(pixels.transpose(2, 0, 1)).astype(np.float32) / 255.0
        change_light(x, how, rng)
        mean, std = (np.array(v, np.float32)[:, None, None] for v in (prep.mean, prep.std))
        return (x - mean) / std


@dataclass(frozen=True)
class Batch:
    """This process's share of a batch, and what all must know of the whole.

    Attributes:
        inputs: by modality, what the tower takes, of those records of the share that have it.
        places: by modality, their places within the share.
        share: records of the share.
        present: by modality, (n,) bool for all n records of the batch.
        labels: (n,) int64, or None if each record is its own only positive.
    """

    inputs: dict[str, tuple[Tensor, ...]]
    places: dict[str, Tensor]
    share: int
    present: dict[str, Tensor]
    labels: Tensor | None


class Sampler:
    """Gives the batch of any step.

    Args:
        train: which specimens of `inputs` to train on.

    Raises:
        ConfigError: too few records have two modalities, or a batch cannot be shared out.
    """

    def __init__(
        self, inputs: Inputs, train: np.ndarray, config: Config, workers: Workers = ALONE, threads: int = 1
    ) -> None:
        stage = config.contrast
        self.inputs = inputs
        self.seed = config.seed
        self.workers = workers
        self.threads = threads
        self.has = {m: rows >= 0 for m, rows in inputs.rows.items()}
        self.pool = self._partners(train) if stage.pairing == "species" else {}
        can = np.stack([self._available(m, train) for m in inputs.rows])
        self.items = train[can.sum(axis=0) >= 2]
        counts = {m: int(row[can.sum(axis=0) >= 2].sum()) for m, row in zip(inputs.rows, can, strict=True)}
        log.info(
            "contrast: %d of %d records have two modalities or more; of these %s",
            *(len(self.items), len(train), ", ".join(f"{n} have {m}" for m, n in counts.items())),
        )
        lacking = [m for m, n in counts.items() if n == 0]
        if lacking:
            raise ConfigError(
                f"'contrast.modalities' names {lacking[0]}, but no record to train on has it beside another."
            )
        self.cap = stage.cap
        self.groups = [inputs.specimens[i].lineage.species for i in self.items]
        count = len(self._order(0))  # the cap makes every epoch equally long
        self.batch = min(stage.schedule.batch, count) // workers.world * workers.world
        if stage.schedule.batch % workers.world or self.batch < 2:
            raise ConfigError(
                f"'contrast.schedule.batch' must be a multiple of the {workers.world} processes and at least "
                f"2, of {count} records; found {stage.schedule.batch}."
            )
        self.steps_per_epoch = count // self.batch
        self.labels = self._labels(stage.positives)
        self._epoch: tuple[int, np.ndarray] = (NONE, np.zeros(0, np.int64))

    def _partners(self, train: np.ndarray) -> dict[str, dict[str, np.ndarray]]:
        """By modality and species, the specimens that can lend it."""
        lenders: dict[str, dict[str, list[int]]] = {m: {} for m in ("image", "dna") if m in self.has}
        for i in train:
            name = self.inputs.specimens[i].lineage.species
            for m, of in lenders.items():
                if name is not None and self.has[m][i]:
                    of.setdefault(name, []).append(int(i))
        return {m: {name: np.array(rows) for name, rows in of.items()} for m, of in lenders.items()}

    def _available(self, modality: str, specimens: np.ndarray) -> np.ndarray:
        """(k,) bool: has it, or can borrow it."""
        found = self.has[modality][specimens].copy()
        lenders = self.pool.get(modality)
        if lenders:
            for place in np.flatnonzero(~found):
                found[place] = self.inputs.specimens[specimens[place]].lineage.species in lenders
        return found

    def _labels(self, positives: str) -> np.ndarray | None:
        if positives == "record":
            return None
        specimens = [self.inputs.specimens[i] for i in self.items]
        names = [s.lineage.species if positives == "species" else s.bin_uri or None for s in specimens]
        if not any(names):
            raise ConfigError(
                f"'contrast.positives' is {positives!r}, but no record to train on has a "
                f"{'species' if positives == 'species' else 'bin_uri'}; allowed are record, species, bin."
            )
        number = {name: i for i, name in enumerate(sorted({n for n in names if n}))}
        return np.array([number[n] if n else UNKNOWN for n in names], dtype=np.int64)

    def _order(self, epoch: int) -> np.ndarray:
        """(k,) places in `items`, shuffled; all of them, or `cap` of each species."""
        rng = np.random.default_rng([self.seed, epoch, _ORDER])
        if self.cap:
            return balanced_rows(self.groups, self.cap, rng)
        return rng.permutation(len(self.items))

    def _chosen(self, step: int) -> np.ndarray:
        """(n,) places in `items` of the records of a step."""
        epoch, number = divmod(step, self.steps_per_epoch)
        if self._epoch[0] != epoch:
            self._epoch = (epoch, self._order(epoch))
        return self._epoch[1][number * self.batch : (number + 1) * self.batch]

    def batch_of(self, step: int) -> Batch:
        """The batch of a step."""
        chosen = self._chosen(step)
        owners = self.items[chosen]
        rows = {m: self._rows(m, owners, step) for m in self.inputs.rows}
        share = self.batch // self.workers.world
        mine = slice(self.workers.rank * share, (self.workers.rank + 1) * share)
        inputs: dict[str, tuple[Tensor, ...]] = {}
        places: dict[str, Tensor] = {}
        for m, found in rows.items():
            place = np.flatnonzero(found[mine] >= 0)
            places[m] = torch.from_numpy(place)
            own = found[mine][place]
            if m == "image":
                inputs[m] = (self._views(own, place + mine.start, step),)
            else:
                inputs[m] = self.inputs.evaluation(m, own)
        present = {m: torch.from_numpy(found >= 0) for m, found in rows.items()}
        labels = None if self.labels is None else torch.from_numpy(self.labels[chosen])
        return Batch(inputs, places, share, present, labels)

    def _rows(self, modality: str, owners: np.ndarray, step: int) -> np.ndarray:
        """(n,) rows of a modality's table for a batch: own ones, borrowed ones, or `NONE`."""
        rows = self.inputs.rows[modality][owners].copy()
        lenders = self.pool.get(modality)
        if lenders:
            for place in np.flatnonzero(rows < 0):
                name = self.inputs.specimens[owners[place]].lineage.species
                if name in lenders:
                    rng = np.random.default_rng([self.seed, step, int(place), _PARTNER])
                    lender = lenders[name][rng.integers(len(lenders[name]))]
                    rows[place] = self.inputs.rows[modality][lender]
        return rows

    def _views(self, rows: np.ndarray, places: np.ndarray, step: int) -> Tensor:
        def view(pair: tuple[int, int]) -> np.ndarray:
            rng = np.random.default_rng([self.seed, step, pair[1], _VIEW])
            return self.inputs.view(pair[0], rng)

        pairs = [(int(r), int(p)) for r, p in zip(rows, places, strict=True)]
        size = self.inputs.preprocessing.size
        if not pairs:
            return torch.zeros((0, 3, size, size))
        if self.threads == 1:
            return torch.from_numpy(np.stack([view(pair) for pair in pairs]))
        with ThreadPoolExecutor(self.threads) as pool:
            return torch.from_numpy(np.stack(list(pool.map(view, pairs))))
