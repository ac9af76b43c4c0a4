"""Smaller forms of an encoder, each compared with its float32 file before it is kept.

fp16    weights in half precision with a cast behind each: half the file. onnxruntime folds the casts when
        it loads the file, so that on every provider the computing stays in float32.
int8    weights of matrix products per channel, ranges of their inputs taken at run time; of convolutional
        networks all layers but the first, with ranges taken from photos beforehand.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bioscan_desktop.inference.manifest import Variant, sha256_of
from bioscan_desktop.inference.session import Session
from bioscan_training.export import ParityError, parity, quantise_dynamic, quantise_static, store_half

FLOORS = {
    "fp16": {"cosine_mean": 0.999, "centred_cosine_mean": 0.999},
    "int8": {"cosine_mean": 0.99, "centred_cosine_mean": 0.95},
}
"""Least mean cosine of a variant's embeddings to those of the float32 file: as they are, and with the float32
file's mean row taken off both, for rows that all lie close together agree in cosine even when wrong."""

_REPEATS = 7


@dataclass(frozen=True)
class Calibration:
    """What int8 of a convolutional network needs.

    Attributes:
        pixels: (n, 3, side, side) float32, prepared photos that are like those to come.
        float_layers: so many convolutions from the input on stay in float.
    """

    pixels: np.ndarray
    float_layers: int


def write_variant(
    fp32: Path, kind: str, inputs: tuple[np.ndarray, ...], calibration: Calibration | None = None
) -> Variant:
    """Writes `NAME.KIND.onnx` beside the float32 file.

    Args:
        fp32: `NAME.onnx`.
        kind: `fp16` or `int8`.
        inputs: an array per input, in the model's order, n rows each, to compare and to time on.
        calibration: of a convolutional network.

    Returns:
        its card; `parity` has the agreement on these inputs, and the median time of one of them on one
        thread of the CPU, beside that of the float32 file.

    Raises:
        ParityError: the variant is under its floor; it is removed.
    """
    path = fp32.with_suffix(f".{kind}.onnx")
    if kind == "fp16":
        store_half(fp32, path)
    elif calibration is None:
        quantise_dynamic(fp32, path)
    else:
        quantise_static(fp32, path, "image", calibration.pixels, calibration.float_layers)
    before, after = Session(fp32, "cpu", 1), Session(path, "cpu", 1)
    a, b = (run_in_parts(session.run, inputs) for session in (before, after))
    measured = parity(a, b) | {"centred_cosine_mean": parity(a - a.mean(0), b - a.mean(0))["cosine_mean"]}
    for name, floor in FLOORS[kind].items():
        if not measured[name] >= floor:  # NaN, too
            path.unlink()
            raise ParityError(
                f"{path.name} was not written: its {name} to the float32 file is {measured[name]:.4f}, the "
                f"floor is {floor}."
            )
    one = tuple(array[:1] for array in inputs)
    times = {"ms_per_input_1_thread": after, "ms_per_input_1_thread_fp32": before}
    measured |= {name: round(_milliseconds(session, one), 3) for name, session in times.items()}
    return Variant(path.name, sha256_of(path), measured)


def run_in_parts(
    run: Callable[..., np.ndarray], inputs: tuple[np.ndarray, ...], rows: int = 16
) -> np.ndarray:
    """(n, d) embeddings of the inputs, a few at a time."""
    starts = range(0, len(inputs[0]), rows)
    return np.concatenate([run(*(array[start : start + rows] for array in inputs)) for start in starts])


def _milliseconds(session: Session, one: tuple[np.ndarray, ...]) -> float:
    """Median time of one input, after two runs for warming up."""
    times = []
    for _ in range(_REPEATS + 2):
        start = time.perf_counter()
        session.run(*one)
        times.append(time.perf_counter() - start)
    return 1000 * float(np.median(times[2:]))
