"""Timing by turns: all candidates share the same minutes of a machine that others use too."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable

import numpy as np


class Times:
    """Milliseconds of one thing, run by run."""

    def __init__(self, values: list[float]) -> None:
        self.values = np.array(values)

    @property
    def median(self) -> float:
        """Of all runs."""
        return float(np.median(self.values))

    @property
    def best(self) -> float:
        """The least disturbed run: ratios between these are the steadiest."""
        return float(self.values.min())

    @property
    def p95(self) -> float:
        """What one run in twenty exceeds."""
        return float(np.percentile(self.values, 95))


def by_turns(things: dict[str, Callable[[], object]], rounds: int = 15, warm: int = 2) -> dict[str, Times]:
    """Runs each thing once per round; the first `warm` rounds do not count."""
    found: dict[str, list[float]] = {name: [] for name in things}
    for number in range(warm + rounds):
        for name, thing in things.items():
            start = time.perf_counter()
            thing()
            if number >= warm:
                found[name].append((time.perf_counter() - start) * 1000)
    return {name: Times(values) for name, values in found.items()}


def show(title: str, times: dict[str, Times], notes: dict[str, str] | None = None) -> None:
    """Prints a table."""
    print(f"\n{title}\n({platform.machine()}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f})")
    print(f"  {'':<34}{'median':>10}{'p95':>10}{'best':>10}  ms")
    for name, t in times.items():
        note = (notes or {}).get(name, "")
        print(f"  {name:<34}{t.median:>10.2f}{t.p95:>10.2f}{t.best:>10.2f}  {note}")
