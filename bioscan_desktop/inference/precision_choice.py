"""Which of two forms of an encoder is the faster one here: timed once, and kept.

int8 is faster by far on most processors and slower on some older ones, so it is timed, not guessed. What
was found holds for a processor, a pair of files, a version of onnxruntime and a number of threads; where
one of these is another, it is timed anew.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from bioscan_desktop.inference.remembered import keep, processor, recall
from bioscan_desktop.inference.session import Session, runtime_version

STORE = "precision.json"
"""Name of the file in the cache folder."""

CLEAR = 1.25
"""Times as fast as the other: what others do on the machine at the time does not feign so much."""

ENOUGH = 3
"""Starts after which the better one is taken even if it is not clearly better."""

_VERSION = 1


@dataclass(frozen=True)
class Timed:
    """The fastest runs of both forms.

    Attributes:
        fp32_s, int8_s: seconds of the fastest run.
        starts: of the program that have timed it.
    """

    fp32_s: float
    int8_s: float
    starts: int = 1

    @property
    def int8_is_faster(self) -> bool:
        """A tie is for fp32, which is the more exact."""
        return self.int8_s < self.fp32_s

    @property
    def settled(self) -> bool:
        """Timing again would hardly say anything else."""
        fast, slow = sorted((self.fp32_s, self.int8_s))
        return slow >= CLEAR * fast or self.starts >= ENOUGH

    def joined(self, earlier: Timed | None) -> Timed:
        """With the runs of earlier starts."""
        if earlier is None:
            return self
        return Timed(
            min(self.fp32_s, earlier.fp32_s), min(self.int8_s, earlier.int8_s), self.starts + earlier.starts
        )


def name_of(fp32: str, int8: str, threads: int) -> str:
    """What the times of two files are kept under.

    Args:
        fp32, int8: sha256 of the files.
        threads: of a run.
    """
    return f"{processor()}, {threads} threads, onnxruntime {runtime_version()}, {fp32}, {int8}"


def known(store: Path | None, name: str) -> Timed | None:
    """What earlier starts have found; None if that is nothing, or cannot be read."""
    try:
        found = Timed(**recall(store, _VERSION)[name])
        usable = all(math.isfinite(s) and s > 0 for s in (found.fp32_s, found.int8_s)) and found.starts > 0
    except (LookupError, TypeError):
        return None
    return found if usable else None


def remember(store: Path | None, name: str, found: Timed) -> None:
    """Keeps it for the next start, as far as the folder can be written."""
    keep(store, _VERSION, name, asdict(found))


def timed(fp32: Session, int8: Session, sample: tuple[np.ndarray, ...]) -> Timed:
    """The fastest run of seven, taken in turns after two for warming up: where other programs need the
    cores, most runs are slowed down, and not all of them alike."""
    times: tuple[list[float], list[float]] = ([], [])
    sessions: Sequence[Session] = (fp32, int8)
    for _ in range(9):
        for session, own in zip(sessions, times, strict=True):
            start = time.perf_counter()
            session.run(*sample)
            own.append(time.perf_counter() - start)
    fp32_s, int8_s = (min(own[2:]) for own in times)
    return Timed(fp32_s, int8_s)
