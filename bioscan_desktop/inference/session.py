"""onnxruntime sessions: choosing a provider, and saying which one is really in use.

A provider that is "available" may still fail to load its libraries, and onnxruntime then falls
back to the CPU with no more than a log line. So the session itself is asked afterwards, and the
reason is kept for the status bar.
"""

from __future__ import annotations

import contextlib
import io
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bioscan_desktop.core.errors import ArgumentError, PackError
from bioscan_desktop.inference.cores import usable_cores

PROVIDERS: tuple[str, ...] = ("auto", "cpu", "cuda")
CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"

_preloading = threading.Lock()
"""Standard output is one for all threads: two that turn it aside at once would not give it back."""


@dataclass(frozen=True)
class ProviderReport:
    """Which provider runs, and why not the one that was asked for.

    Attributes:
        requested: `auto`, `cpu` or `cuda`.
        active: onnxruntime's name of the provider in use.
        reason: one sentence where CUDA was asked for or tried and is not in use, else "".
    """

    requested: str
    active: str
    reason: str = ""

    @property
    def short(self) -> str:
        """`CPU` or `CUDA`, for the status bar."""
        return self.active.removesuffix("ExecutionProvider")


class Session:
    """One ONNX model, ready to run. Thread-safe, as onnxruntime's `run` is.

    Raises:
        PackError: if the file is no model that onnxruntime can load, or there is no onnxruntime.
        ArgumentError: for an unknown provider name.
    """

    def __init__(self, path: Path, provider: str = "auto", threads: int | None = None) -> None:
        ort = _runtime()
        wanted, self._reason = _wanted(provider, ort.get_available_providers())
        self._path = path
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads if threads is not None else default_threads()
        # Spinning threads would hold the cores that the window and the decoder need.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 4  # failures are raised or reported by us, not printed
        ort.set_default_logger_severity(4)  # nor those of loading a provider
        try:
            data = path.read_bytes()  # bytes, because native paths fail on non-ASCII names on Windows
        except OSError as error:
            raise PackError(f"The encoder {path} cannot be read ({error.strerror}).") from None
        try:
            self._session = _open(ort, data, options, wanted)
        except Exception as error:
            if wanted == [CPU]:
                raise PackError(f"The encoder {path} is damaged ({_first_line(error)}).") from None
            # CUDA can be present and still unusable: no driver, no memory, wrong version.
            self._reason = f"CUDA failed: {_first_line(error)}"
            try:
                self._session = _open(ort, data, options, [CPU])
            except Exception as again:
                raise PackError(f"The encoder {path} is damaged ({_first_line(again)}).") from None
        active = self._session.get_providers()[0]
        if CUDA in wanted and active != CUDA and not self._reason:
            self._reason = "CUDA failed: its libraries (CUDA, cuDNN) or a driver are missing."
        self.report = ProviderReport(provider, active, self._reason if active == CPU else "")
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        if not inputs or not outputs or not outputs[0].shape:
            raise PackError(f"The encoder {path} is damaged (it makes no rows of an input).")
        self.input_names: tuple[str, ...] = tuple(given.name for given in inputs)
        self.input_type: str = inputs[0].type
        self.output_dim = outputs[0].shape[-1]

    @property
    def path(self) -> Path:
        """The file it was opened from."""
        return self._path

    def run(self, *batch: np.ndarray) -> np.ndarray:
        """The first output for a batch: an array per input, in the model's order.

        Raises:
            PackError: if the model cannot take the batch, or memory runs out.
        """
        if len(batch) != len(self.input_names):
            raise PackError(f"The encoder {self._path} takes {', '.join(self.input_names)}.")
        try:
            return self._session.run(None, dict(zip(self.input_names, batch, strict=True)))[0]
        except Exception as error:  # onnxruntime's own exceptions share no base but this
            raise PackError(f"The encoder {self._path} failed ({_first_line(error)}).") from None


def default_threads() -> int:
    """Cores that this process may use, limited to 8."""
    return min(8, usable_cores())


def runtime_version() -> str:
    """Of onnxruntime. Raises PackError if there is none."""
    return str(_runtime().__version__)


def cpu_report(provider: str) -> ProviderReport | None:
    """What every session with this provider reports where nothing but the CPU is tried, else None.

    Raises:
        PackError: if there is no onnxruntime.
        ArgumentError: for an unknown provider name.
    """
    wanted, why = _wanted(provider, _runtime().get_available_providers())
    return ProviderReport(provider, CPU, why) if wanted == [CPU] else None


def _runtime() -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise PackError(f"No model can be used: onnxruntime cannot be loaded ({error}).") from error
    onnxruntime.disable_telemetry_events()  # on Windows; elsewhere a variable does it, see `bioscan_desktop`
    return onnxruntime


def _wanted(provider: str, available: list[str]) -> tuple[list[str], str]:
    if provider not in PROVIDERS:
        raise ArgumentError(f"Unknown provider {provider!r}; choose auto, cpu or cuda.")
    if provider == "cpu":
        return [CPU], ""
    if CUDA not in available:
        reason = "CUDA failed: this onnxruntime has no CUDA support." if provider == "cuda" else ""
        return [CPU], reason
    if provider == "auto" and not _nvidia_present():
        return [CPU], ""
    return [CUDA, CPU], ""


def _nvidia_present() -> bool:
    """A driver is loaded. Spares machines without one the failed attempt at every start."""
    return (
        Path("/proc/driver/nvidia/version").exists()
        or Path("/dev/nvidiactl").exists()
        or Path(os.environ.get("SYSTEMROOT", "/nonexistent"), "System32", "nvcuda.dll").exists()
    )


def _open(ort: Any, data: bytes, options: Any, providers: list[str]) -> Any:
    if CUDA in providers and hasattr(ort, "preload_dlls"):
        # It prints what it misses to standard output, which belongs to the data.
        with _preloading, contextlib.redirect_stdout(io.StringIO()):
            ort.preload_dlls()
    return ort.InferenceSession(data, sess_options=options, providers=providers)


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0][:160] or type(error).__name__
