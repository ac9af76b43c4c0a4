"""The photo of a specimen, from its file to model input."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
from PIL import Image

from bioscan_desktop.inference import crop
from bioscan_desktop.inference.cores import DECODE
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.inference.images import LoadedImage, to_array
from bioscan_desktop.services.specimens import Specimen

Seen = Callable[[Specimen, bytes], None]
"""Is given a specimen with the bytes of its photo, before these are decoded."""

Prepared = tuple[LoadedImage, np.ndarray]
"""A photo's notices, and its model input."""

_NO_PICTURE = Image.new("RGB", (1, 1))


def prepare(specimen: Specimen, model: ModelPack, seen: Seen | None) -> Prepared:
    """The photo's notices, and its model input. The picture itself, which may be large, is let go.

    Raises:
        PhotoError: with one sentence, if no picture can be had from it.
    """
    assert specimen.photo is not None

    def told(data: bytes) -> None:
        if seen is not None:
            seen(specimen, data)

    with model.cores.one(DECODE) if model.cores is not None else nullcontext():
        loaded = crop.load(specimen.photo, specimen.crop, model.preprocessing.min_side, told)
        return replace(loaded, image=_NO_PICTURE), to_array(loaded.image, model.preprocessing)
