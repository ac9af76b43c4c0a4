"""Which of two forms of an encoder is opened: timed, and remembered as long as it holds."""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from bioscan_desktop.inference import precision_choice
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.inference.manifest import ModelManifest
from bioscan_desktop.inference.precision_choice import ENOUGH, STORE
from bioscan_desktop.inference.session import Session

Runs = list[str]
"""Names of the files that were run, one for each run."""


@pytest.fixture
def pretended(monkeypatch: pytest.MonkeyPatch) -> Callable[[Sequence[float], Sequence[float]], Runs]:
    """Lets the runs of the two files of barcodes take what is said, in turn, and notes them."""
    real = Session.run

    def pretend(fp32_s: Sequence[float], int8_s: Sequence[float]) -> Runs:
        clock, runs = [0.0], []
        times = {"dna.onnx": itertools.cycle(fp32_s), "dna.int8.onnx": itertools.cycle(int8_s)}

        def run(session: Session, *batch: np.ndarray) -> np.ndarray:
            clock[0] += next(times[session.path.name])
            runs.append(session.path.name)
            return real(session, *batch)

        monkeypatch.setattr(Session, "run", run)
        monkeypatch.setattr(precision_choice.time, "perf_counter", lambda: clock[0])
        return runs

    return pretend


@pytest.mark.parametrize(
    ("fp32_s", "int8_s", "opened"),
    [
        ([2.0], [1.0], "int8"),
        ([1.0], [2.0], "fp32"),
        ([1.0], [1.0], "fp32"),
        ([2.0], [9.0, 9.0, 9.0, 1.5], "int8"),  # others use the cores at the time
    ],
)
def test_auto_takes_the_faster(
    with_variant: Path,
    tmp_path: Path,
    pretended: Callable[..., Runs],
    fp32_s: list[float],
    int8_s: list[float],
    opened: str,
) -> None:
    wanted = ModelPack(with_variant, "cpu", opened).session("dna")
    sample = np.arange(3, 33, dtype=np.int64)[None]
    expected = wanted.run(sample)
    pretended(fp32_s, int8_s)
    for cache in (None, tmp_path / "cache", tmp_path / "cache"):
        chosen = ModelPack(with_variant, "cpu", cache=cache).session("dna")
        assert chosen.path.name == wanted.path.name
        np.testing.assert_array_equal(chosen.run(sample), expected)


def opened(folder: Path, cache: Path | None, threads: int | None = None) -> str:
    return ModelPack(folder, "cpu", threads=threads, cache=cache).session("dna").path.name


def test_it_is_timed_once_as_long_as_nothing_changes(
    with_variant: Path, tmp_path: Path, pretended: Callable[..., Runs], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    runs = pretended([2.0], [1.0])
    assert opened(with_variant, cache) == "dna.int8.onnx"
    assert len(runs) == 18
    (with_variant / "dna.onnx").rename(with_variant / "elsewhere")  # what is slower is not even opened
    assert opened(with_variant, cache) == "dna.int8.onnx"
    assert len(runs) == 18
    (with_variant / "elsewhere").rename(with_variant / "dna.onnx")

    def timed_anew() -> bool:
        before = len(runs)
        assert opened(with_variant, cache) == "dna.int8.onnx"
        anew = len(runs) > before
        before = len(runs)
        assert opened(with_variant, cache) == "dna.int8.onnx"
        assert len(runs) == before
        return anew

    assert not timed_anew()
    with monkeypatch.context() as patch:
        patch.setattr(precision_choice, "processor", lambda: "another")
        assert timed_anew()
    with monkeypatch.context() as patch:
        patch.setattr(precision_choice, "runtime_version", lambda: "9.9")
        assert timed_anew()
    assert not timed_anew()
    before = len(runs)
    assert opened(with_variant, cache, threads=3) == "dna.int8.onnx"
    assert len(runs) > before
    manifest = ModelManifest.load(with_variant)
    for change in ("fp32", "int8"):
        card = manifest.encoders["dna"]
        if change == "fp32":
            card = dataclasses.replace(card, sha256="0" * 64)
        else:
            other = dataclasses.replace(card.variants["int8"], sha256="0" * 64)
            card = dataclasses.replace(card, variants={"int8": other})
        dataclasses.replace(manifest, encoders={**manifest.encoders, "dna": card}).save(with_variant)
        assert timed_anew()


def test_what_is_nearly_equal_is_timed_at_more_starts(
    with_variant: Path, tmp_path: Path, pretended: Callable[..., Runs]
) -> None:
    runs = pretended([1.1], [1.0])
    for _ in range(ENOUGH + 2):
        assert opened(with_variant, tmp_path) == "dna.int8.onnx"
    assert len(runs) == ENOUGH * 18


def test_the_fastest_run_of_all_starts_counts(
    with_variant: Path, tmp_path: Path, pretended: Callable[..., Runs]
) -> None:
    pretended([1.0], [1.1])
    assert opened(with_variant, tmp_path) == "dna.onnx"
    runs = pretended([1.2], [0.5])
    assert opened(with_variant, tmp_path) == "dna.int8.onnx"
    assert opened(with_variant, tmp_path) == "dna.int8.onnx"
    assert len(runs) == 18
    (found,) = (value for name, value in json.loads((tmp_path / STORE).read_text()).items() if "," in name)
    assert found == pytest.approx({"fp32_s": 1.0, "int8_s": 0.5, "starts": 2})


def test_what_was_kept_and_cannot_be_used_is_timed_anew(
    with_variant: Path, tmp_path: Path, pretended: Callable[..., Runs]
) -> None:
    runs = pretended([2.0], [1.0])
    assert opened(with_variant, tmp_path) == "dna.int8.onnx"
    (name,) = set(json.loads((tmp_path / STORE).read_text())) - {"version"}
    for value in (
        7,
        {},
        {"fp32_s": "1", "int8_s": 1.0},
        {"fp32_s": -1.0, "int8_s": 1.0},
        {"fp32_s": 1.0, "int8_s": float("nan")},
        {"fp32_s": 1.0, "int8_s": 2.0, "starts": "3"},
    ):
        (tmp_path / STORE).write_text(json.dumps({"version": 1, name: value}))
        runs.clear()
        assert opened(with_variant, tmp_path) == "dna.int8.onnx"
        assert len(runs) == 18, value
    for text in ("", "[]", json.dumps({"version": 2, name: {"fp32_s": 1.0, "int8_s": 2.0}})):
        (tmp_path / STORE).write_text(text)
        runs.clear()
        assert opened(with_variant, tmp_path) == "dna.int8.onnx"
        assert len(runs) == 18, text


def test_a_cache_that_cannot_be_written_only_costs_time(
    with_variant: Path, tmp_path: Path, pretended: Callable[..., Runs]
) -> None:
    (tmp_path / "file").write_text("")
    runs = pretended([2.0], [1.0])
    for _ in range(2):
        assert opened(with_variant, tmp_path / "file" / "cache") == "dna.int8.onnx"
    assert len(runs) == 36
