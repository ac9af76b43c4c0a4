"""The batch page over a hundred thousand rows: opening, scrolling, searching."""

from __future__ import annotations

import time
from collections.abc import Iterator
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

COPIED = {
    "specimens": {
        "specimen_id": "n.i",
        "query_id": "printf('IMG_%06d', n.i)",
        "sample": "printf('img_%06d', n.i)",
        "input": "printf('IMG_%06d.jpg', n.i)",
        "step": "n.i / 16",
    },
    "results": {"specimen_id": "n.i", "number": "n.i"},
}
"""Columns that differ from row to row, by table."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The session of a finished run."""
    out = tmp_path_factory.mktemp("run")
    with Database(out / "session.sqlite") as database, database.transaction() as connection:
        specimens.add(database, [photo("IMG_000001")])
        answer = Answer(record(hits=[], notices=[]), ("Lepidoptera", "Noctuidae", "Noctua"))
        specimens.save_answer(database, 1, specimens.start_run(database, MADE_WITH), answer)
        # The others are copies of the first: one by one they would take minutes.
        for table, own in COPIED.items():
            rows = connection.execute(f"PRAGMA table_info({table})").fetchall()
            values = ", ".join(own.get(row["name"], f"t.{row['name']}") for row in rows)
            connection.execute(
                "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
                f"INSERT INTO {table} SELECT {values} FROM n, {table} t WHERE t.rowid = 1",
                (ROWS,),
            )
        connection.execute(
            "INSERT INTO words (rowid, ids, names) SELECT specimen_id, query_id || ' ' || input, 'Noctua' "
            "FROM specimens WHERE specimen_id > 1"
        )
    return out


@pytest.fixture
def page(qapp: QApplication) -> Iterator[BatchPage]:
    """The page by itself; all that it needs outlives it."""
    jobs, theme = Jobs(qapp), Theme("light", qapp)
    made = BatchPage(theme, Workbench(jobs, jobs))
    made.resize(1200, 800)
    made.show()
    yield made
    jobs.shutdown()
    made.close()
    made.deleteLater()
    qapp.sendPostedEvents()


def test_a_hundred_thousand_rows(run: Path, page: BatchPage, qapp: QApplication, qtbot: QtBot) -> None:
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

    steps.sort()
    median, most = steps[len(steps) // 2], steps[int(len(steps) * 0.98)]
    size_mb = (run / "session.sqlite").stat().st_size / 1e6
    print(
        f"\n{ROWS:,} rows ({size_mb:.0f} MB): opened in {opened_s:.2f} s; a step of scrolling "
        f"{median:.1f} ms in the middle, {most:.1f} ms at 98 %; a search blocks for {blocked_ms:.1f} ms, "
        f"its rows are there after {found_s:.2f} s"
    )
    assert median <= 50 and blocked_ms <= 50
