"""Browsing a library of 100,000 species: counting, searching, and drawing the tree.

pytest tests/benchmarks/test_browse.py -m benchmark -s
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTreeView
from pytestqt.qtbot import QtBot

from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.library.records import KeyRecord, RecordStore, write_records
from bioscan_desktop.services.browse import ROOT, Taxonomy
from bioscan_desktop.ui.models.taxa import TaxonModel
from bioscan_desktop.ui.theme import Theme

pytestmark = pytest.mark.benchmark

N_SPECIES, KEYS_EACH = 100_000, 2
FRAME_S = 0.05


def word(rng: random.Random, syllables: int) -> str:
    return "".join(rng.choice("bcdfglmnprstv") + rng.choice("aeiou") for _ in range(syllables))


def records() -> Iterator[KeyRecord]:
    """20 orders, 400 families, 12,000 genera, 100,000 species with two keys each."""
    rng = random.Random(1)
    families = [(f"O{word(rng, 3)}ptera", f"F{n}{word(rng, 3)}idae") for n in range(400)]
    genera = [(*families[n % 400], f"{word(rng, 3).capitalize()}{n}") for n in range(12_000)]
    for number in range(N_SPECIES):
        order, family, genus = genera[number % len(genera)]
        for copy in range(KEYS_EACH):
            row = number * KEYS_EACH + copy
            yield KeyRecord(
                row, "dna", row, Lineage(order, family, genus, f"{genus} {word(rng, 4)}"),
                None, "Canada", f"P{row}", (), 1, None, None,
            )  # fmt: skip


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RecordStore, Taxonomy]]:
    path = tmp_path_factory.mktemp("large") / "records.sqlite"
    write_records(path, records())
    store = RecordStore(path)
    yield store, Taxonomy(store, "Large")
    store.close()


def seconds(run) -> float:  # type: ignore[no-untyped-def]
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
    counting = min(seconds(lambda: Taxonomy(store, "Large")) for _ in range(2))
    print(f"\n{N_SPECIES * KEYS_EACH} keys: read {reading:.2f} s, counted {counting:.2f} s "
          f"(ratio {counting / reading:.1f})")  # fmt: skip
    assert counting / reading < 12


def test_searching_is_instant(large: tuple[RecordStore, Taxonomy]) -> None:
    _, taxonomy = large
    slowest = max(seconds(lambda t=text: taxonomy.search(t)) for text in ("b", "ba", "bab", "obab", "1 ba"))
    print(f"\nslowest search among {len(taxonomy)} names: {slowest * 1000:.1f} ms")
    assert slowest < FRAME_S


def test_the_tree_opens_and_scrolls_within_a_frame(
    large: tuple[RecordStore, Taxonomy], qapp: QApplication, qtbot: QtBot
) -> None:
    _, taxonomy = large
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
    worst = 0.0
    for order in taxonomy.children(ROOT):
        for family in taxonomy.children(order):
            worst = max(worst, seconds(lambda n=family: (view.expand(model.index_of(n)), view.grab())))
        worst = max(worst, seconds(lambda n=order: (view.expand(model.index_of(n)), view.grab())))
    bar = view.verticalScrollBar()
    for value in range(0, bar.maximum(), max(1, bar.maximum() // 40)):
        bar.setValue(value)
        worst = max(worst, seconds(view.grab))
    print(f"\nslowest step with {bar.maximum()} lines of tree: {worst * 1000:.1f} ms")
    assert worst < FRAME_S
