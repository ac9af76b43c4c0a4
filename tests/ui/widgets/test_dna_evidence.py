"""The card of DNA evidence: warnings in the window's language, a chart in which nothing is written over."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bioscan_desktop.core.barcode import facts
from bioscan_desktop.ui import translating
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.widgets.dna_evidence import DnaEvidence
from bioscan_desktop.ui.widgets.identity_chart import GAP, NAME, OTHER, OWN, IdentityChart, Spots
from tests.conftest import random_barcode


@pytest.fixture
def french(qapp: QApplication) -> Iterator[None]:
    translating.use("fr", qapp)
    yield
    translating.use("en", qapp)


def test_the_warning_of_a_broken_barcode_is_said_in_french(qtbot: QtBot, french: None) -> None:
    card = DnaEvidence(Theme("light"))
    qtbot.addWidget(card)
    barcode = random_barcode(1)
    broken = next(
        found
        for place in range(150, 400)
        if (found := facts(barcode[:place] + barcode[place + 1 :])).fewest_stops
    )
    card.show_evidence(broken, None, known=False)
    assert card._trouble.text.startswith("Des codons stop dans chaque cadre de lecture")
    assert "Stop codons" not in card._trouble.text


@pytest.mark.parametrize("width", [240, 360, 700])
def test_the_gap_is_written_clear_of_names_and_marks(qtbot: QtBot, width: int) -> None:
    """Where the words of the gap stand nothing else is drawn, however far the other species is."""
    chart = IdentityChart(Theme("light"))
    qtbot.addWidget(chart)
    chart.resize(width, chart.sizeHint().height())
    line = chart._line
    words = QRect(0, int(line * (GAP - 0.5)), width, int(line))
    assert words.top() >= line * OWN + 5  # the marks of the species end there
    assert words.bottom() <= line * (OTHER - NAME)  # the name of the row below begins there
    for other in (54.8, 88.0, 96.5):
        chart.show_spots(Spots("Vanessa atalanta", (99.2,), (other,) * 9), "")
        with_gap = chart.grab(words).toImage()
        chart.show_spots(Spots("Vanessa atalanta", (99.2,), ()), "")
        assert with_gap != chart.grab(words).toImage()
