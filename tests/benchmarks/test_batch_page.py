"""The batch page over a hundred thousand rows: opening, scrolling, searching."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bioscan_desktop.session import specimens
from bioscan_desktop.session.database import Database
from bioscan_desktop.session.specimens import Answer
from bioscan_desktop.ui.jobs import Jobs
from bioscan_desktop.ui.pages.batch import BatchPage
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.workbench import Workbench
from tests.session.conftest import MADE_WITH, photo, record

pytestmark = pytest.mark.benchmark

ROWS = 100_000


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The session of a finished run."""
    out = tmp_path_factory.mktemp("run")
    with Database(out / "session.sqlite") as database, database.transaction():
        number = specimens.start_run(database, MADE_WITH)
        answer = Answer(record(hits=[], notices=[]), ("Lepidoptera", "Noctuidae", "Noctua"))
        specimens.add_all(database, (photo(f"IMG_{n:06d}") for n in range(ROWS)))
        for specimen in range(1, ROWS + 1):
            specimens.save_answer(database, specimen, number, answer)
    return out


def test_a_hundred_thousand_rows(run: Path, qapp: QApplication, qtbot: QtBot) -> None:
    jobs = Jobs()
    page = BatchPage(Theme("light"), Workbench(jobs))
    page.resize(1200, 800)
    qtbot.addWidget(page)
    page.show()

    start = time.perf_counter()
    page.control.open_run(run)
    qtbot.waitUntil(lambda: page.rows.rowCount() == ROWS and page.rows.row(0) is not None, timeout=30_000)
    opened_s = time.perf_counter() - start

    steps: list[float] = []
    bar = page.table.verticalScrollBar()
    for step in range(300):
        start = time.perf_counter()
        bar.setValue(bar.maximum() * step // 300)
        page.table.viewport().repaint()
        qapp.processEvents()
        steps.append(1000 * (time.perf_counter() - start))
    qtbot.waitUntil(lambda: page.rows.row(page.table.rowAt(5)) is not None, timeout=10_000)

    start = time.perf_counter()
    page.search.setText("IMG_0123")
    blocked_ms = 1000 * (time.perf_counter() - start)
    qtbot.waitUntil(lambda: page.rows.rowCount() == 100, timeout=30_000)
    found_s = time.perf_counter() - start
    jobs.shutdown()

    steps.sort()
    median, most = steps[len(steps) // 2], steps[int(len(steps) * 0.98)]
    size_mb = (run / "session.sqlite").stat().st_size / 1e6
    print(
        f"\n{ROWS:,} rows ({size_mb:.0f} MB): opened in {opened_s:.2f} s; a step of scrolling "
        f"{median:.1f} ms in the middle, {most:.1f} ms at 98 %; a search blocks for {blocked_ms:.1f} ms, "
        f"its rows are there after {found_s:.2f} s"
    )
    assert median <= 50 and blocked_ms <= 50
