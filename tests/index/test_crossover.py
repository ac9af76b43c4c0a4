"""Whether a graph pays: decided by what was measured on this machine, and measured once."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from bioscan_desktop.index import crossover
from bioscan_desktop.index.crossover import LEAST, WAIT_S, Speed, measure, pays, processor, speed


@pytest.mark.parametrize(
    ("exact_s", "query_s", "expected"),
    [(2e-7, 1e-4, 250_000), (1e-6, 1e-4, 50_000), (1e-6, 0.05, 60_000), (2e-7, float("inf"), 1 << 40)],
)
def test_the_crossover(exact_s: float, query_s: float, expected: int) -> None:
    measured = Speed(exact_s, 1e-3, query_s)
    assert expected <= measured.crossover <= 2 * expected, measured
    if measured.crossover < 1 << 40:
        assert measured.exact(measured.crossover) >= max(WAIT_S, measured.graph(measured.crossover))


def test_it_is_measured_once_per_processor_and_length(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[int] = []

    def measuring(dim: int) -> Speed:
        measured.append(dim)
        return Speed(1e-7 * dim, 1e-3, 1e-4)

    monkeypatch.setattr(crossover, "measure", measuring)
    store = tmp_path / "cache" / "speed.json"
    assert speed(8, store) == speed(8, store) == Speed(8e-7, 1e-3, 1e-4)
    assert (speed(16, store), measured) == (Speed(1.6e-6, 1e-3, 1e-4), [8, 16])
    assert set(json.loads(store.read_text())) == {"version", f"{processor()}, 8", f"{processor()}, 16"}
    assert pays(LEAST - 1, 16, store) is False
    assert pays(62_502, 8, store) and not pays(62_499, 8, store)
    for damaged in ("", "{", "[]", '{"version": 0}', f'{{"version": 2, "{processor()}, 8": 7}}'):
        store.write_text(damaged)
        measured.clear()
        assert speed(8, store) == Speed(8e-7, 1e-3, 1e-4)
        assert measured == [8]
    monkeypatch.setattr(crossover, "processor", lambda: "another")
    speed(8, store)
    assert measured == [8, 8]


def test_what_was_measured_without_hnswlib_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "speed.json"
    monkeypatch.setattr(crossover, "measure", lambda _: Speed(1e-7, math.inf, math.inf))
    assert not pays(LEAST, 8, store)
    monkeypatch.setattr(crossover, "measure", lambda _: Speed(1e-5, 1e-3, 1e-4))
    assert pays(LEAST, 8, store)


def test_a_store_that_cannot_be_written_only_costs_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert speed(8, tmp_path / "file" / "speed.json").exact_s > 0
    assert speed(8, None).exact_s > 0


def test_what_is_measured_is_positive() -> None:
    found = measure(64)
    assert 0 < found.exact_s < 1e-3 and 0 < found.add_s < 1 and 0 < found.query_s < 1
