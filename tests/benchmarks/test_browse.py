"""Browsing a library of 100,000 species: counting, searching, and drawing the tree.

pytest tests/benchmarks/test_browse.py -m benchmark -s
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTreeView
from pytestqt.qtbot import QtBot

from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.library.records import KeyRecord, RecordStore, write_records
from bioscan_desktop.services.browse import ROOT, Taxonomy, fold
from bioscan_desktop.ui.models.taxa import TaxonModel
from bioscan_desktop.ui.theme import Theme

pytestmark = pytest.mark.benchmark

N_SPECIES, KEYS_EACH = 100_000, 2


def word(rng: random.Random, syllables: int) -> str:
    return "".join(rng.choice("bcdfglmnprstv") + rng.choice("aeiou") for _ in range(syllables))


def records(n_species: int) -> Iterator[KeyRecord]:
    """20 orders, 400 families, an eighth as many genera as species, two keys of each species."""
    rng = random.Random(1)
    orders = [f"{word(rng, 3).capitalize()}ptera" for _ in range(20)]
    families = [(orders[n % 20], f"{word(rng, 3).capitalize()}{n}idae") for n in range(400)]
    genera = [(*families[n % 400], f"{word(rng, 3).capitalize()}{n}") for n in range(n_species // 8)]
    for number in range(n_species):
        order, family, genus = genera[number % len(genera)]
        lineage = Lineage(order, family, genus, f"{genus} {word(rng, 4)}")
        for row in range(number * KEYS_EACH, (number + 1) * KEYS_EACH):
            yield KeyRecord(row, "dna", row, lineage, None, "Canada", f"P{row}", 1, (), None, None)


def store_of(folder: Path, n_species: int) -> RecordStore:
    write_records(folder / "records.sqlite", records(n_species))
    return RecordStore(folder / "records.sqlite")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RecordStore, Taxonomy]]:
    store = store_of(tmp_path_factory.mktemp("large"), N_SPECIES)
    yield store, Taxonomy(store, "Large")
    store.close()


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def test_counting_costs_few_times_the_reading(large: tuple[RecordStore, Taxonomy]) -> None:
    store, _ = large

    def read() -> None:
        last = -1
        while page := store.facts_after(last, 20_000):
            last = page[-1][0]

    reading = min(seconds(read) for _ in range(3))
    counting = min(seconds(lambda: Taxonomy(store, "Large")) for _ in range(3))
    print(f"\n{N_SPECIES} species, {N_SPECIES * KEYS_EACH} keys: read {reading:.2f} s, "
          f"counted {counting:.2f} s (ratio {counting / reading:.1f})")  # fmt: skip
    assert counting / reading < 20


def test_searching_is_faster_than_looking_through_all_names(large: tuple[RecordStore, Taxonomy]) -> None:
    _, taxonomy = large
    names = [fold(taxonomy.name(number)) for number in range(len(taxonomy))]
    for text in ("b", "ba", "bab", "bab fo"):
        found = min(seconds(lambda t=text: taxonomy.search(t)) for _ in range(5))
        through = min(seconds(lambda t=text: [n for n in names if f" {t}" in f" {n}"]) for _ in range(5))
        print(f"\n{text!r} among {len(names)} names: {found * 1000:.2f} ms, "
              f"all names {through * 1000:.1f} ms (ratio {found / through:.2f})")  # fmt: skip
        assert found / through < (2 if len(text) < 3 else 0.5)


def steps(taxonomy: Taxonomy, qtbot: QtBot) -> list[float]:
    """Opening taxa, and scrolling through what is open, each drawn."""
    model, view = TaxonModel(Theme("light")), QTreeView()
    qtbot.addWidget(view)
    view.setUniformRowHeights(True)
    view.setModel(model)
    model.setParent(view)
    view.resize(400, 700)
    view.show()
    model.show_taxonomy(taxonomy)
    view.expand(model.index_of(ROOT))
    QTest.qWait(50)
    view.grab()
    times = []
    for order in taxonomy.children(ROOT):
        for number in (order, *taxonomy.children(order)):
            times.append(seconds(lambda n=number: (view.expand(model.index_of(n)), view.grab())))
    bar = view.verticalScrollBar()
    for value in range(0, bar.maximum(), max(1, bar.maximum() // 100)):
        times.append(seconds(lambda v=value: (bar.setValue(v), view.grab())))
    return times


def test_the_tree_is_as_quick_as_a_small_one(
    large: tuple[RecordStore, Taxonomy], tmp_path: Path, qtbot: QtBot
) -> None:
    _, taxonomy = large
    small = store_of(tmp_path, 1_000)
    few = statistics.median(steps(Taxonomy(small, "Small"), qtbot))
    small.close()
    many = statistics.median(steps(taxonomy, qtbot))
    print(f"\na step in the tree: {many * 1000:.1f} ms with {N_SPECIES} species, "
          f"{few * 1000:.1f} ms with 1000 (ratio {many / few:.2f})")  # fmt: skip
    assert many / few < 4
