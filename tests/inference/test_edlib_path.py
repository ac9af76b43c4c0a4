"""edlib's paths, asked for without its binding: the same ones, and nothing of them stays in memory."""

from __future__ import annotations

import os
import random
import sys
from importlib import metadata
from pathlib import Path

import pytest

from bioscan_desktop.inference import edlib_path
from bioscan_desktop.inference.columns import EQUALITIES
from bioscan_desktop.inference.edlib_path import by_binding, native, path

needs_function = pytest.mark.skipif(native() is None, reason="edlib's C function cannot be found here")


def edited(sequence: str, edits: int, draw: random.Random) -> str:
    """With bases that are others, ambiguous, more or less."""
    bases = list(sequence)
    for _ in range(edits):
        at = draw.randrange(len(bases))
        bases[at : at + 1] = draw.choice(["A", "R", "N", "", bases[at] + "C", "GT"])
        bases = bases or ["A"]
    return "".join(bases)


@needs_function
def test_the_function_finds_what_the_binding_finds() -> None:
    draw = random.Random(0)
    for _ in range(400):
        long = "".join(draw.choices("ACGT", k=draw.choice([1, 2, 63, 64, 65, 300, 658])))
        short = edited(long[draw.randrange(len(long)) :], draw.choice([0, 1, 4, 40]), draw)
        short, long = sorted((short, long), key=len)
        for equal in ((), EQUALITIES):
            assert path(short, long, equal) == by_binding(short, long, equal)


def test_a_path() -> None:
    for find in (path, by_binding):
        assert find("ACGTACGTTT", "GGACGTCGTTTGG") == ([(4, "="), (1, "I"), (5, "=")], 2)
        assert find("ACGRACG", "ACGAACG", EQUALITIES) == ([(7, "=")], 0)
        assert find("ACGRACG", "ACGAACG") == ([(3, "="), (1, "X"), (3, "=")], 0)
        assert find("", "ACGT") == find("", "") == ([], 0)


@needs_function
@pytest.mark.skipif(sys.platform != "linux", reason="reads the memory of the process from /proc")
def test_paths_do_not_stay_in_memory() -> None:
    """The texts of the binding would be 5 MB here."""
    draw = random.Random(1)
    pairs = [["".join(draw.choices("ACGT", k=120)) for _ in range(2)] for _ in range(50)]

    def held() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")

    def ask(times: int) -> None:
        for _ in range(times):
            for one, other in pairs:
                path(one, other, EQUALITIES)

    ask(20)
    before = held()
    ask(600)
    assert held() - before < 1_000_000


def test_another_version_is_asked_by_its_binding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its structures may be others."""
    monkeypatch.setattr(edlib_path, "version", lambda _: "1.3.10")
    assert native.__wrapped__() is None  # type: ignore[attr-defined]
    monkeypatch.setattr(edlib_path, "version", metadata.version)
    monkeypatch.setattr(edlib_path, "native", lambda: None)
    assert path("ACGT", "AACGTT") == ([(4, "=")], 1)
