"""`kill -9` at any moment: what comes of it with `--resume` is what an undisturbed run gives."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bioscan_desktop.services.batch import STATE_FILE
from tests.conftest import TinyWorld
from tests.services.test_batch import fill, records_of, rows_of

ROOT = Path(__file__).resolve().parents[2]

LOOK_S = 0.01
"""How often it is looked how far a run is. Counting without a rest takes a core away from it."""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")


def start(world: TinyWorld, folder: Path, out: Path, quiet: bool = True) -> subprocess.Popen[str]:
    """`bioscan batch … --resume` in a process of its own."""
    command = ["batch", str(folder), "--out", str(out), "--resume", "--library", str(world.library)]
    command += ["--model", str(world.model), "--provider", "cpu"]
    return subprocess.Popen(
        [sys.executable, "-m", "bioscan_desktop.cli", *command],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        stderr=subprocess.PIPE,
        text=True,
    )


def answered(out: Path) -> int:
    """Answers that another process sees in the session; 0 while there is none."""
    path = out / STATE_FILE
    if not path.exists():
        return 0
    with (
        contextlib.suppress(sqlite3.Error),
        contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as session,
    ):
        return session.execute("SELECT count(*) FROM results").fetchone()[0]
    return 0


def kill_when(process: subprocess.Popen[str], out: Path, count: int, later_s: float) -> bool:
    """Kills it a little after so many answers; False if it was done before."""
    while process.poll() is None:
        if answered(out) >= count:
            time.sleep(later_s)
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(LOOK_S)
    assert process.stderr is not None
    process.stderr.close()
    return process.wait() == -signal.SIGKILL


def finish(process: subprocess.Popen[str], photos: int, look: Callable[[int], None] = lambda _: None) -> None:
    """Waits for its end; `look` gets the process id twice a second."""
    until = time.monotonic() + 120 + photos / 10
    while True:
        try:
            said = process.communicate(timeout=0.5)[1]
            break
        except subprocess.TimeoutExpired:
            if time.monotonic() > until:
                raise
            look(process.pid)
    assert process.returncode == 1, said  # some of the files are broken
    assert "Traceback" not in said


def killed_again_and_again(
    world: TinyWorld,
    root: Path,
    photos: int,
    kills: int,
    seed: int,
    look: Callable[[int, int], None] = lambda *_: None,
) -> int:
    """Compares a run that was killed with one that was not; returns how often it really was killed.

    `look` gets process id and answers of the one that is not killed, twice a second.
    """
    folder = root / "photos"
    fill(folder, photos)
    process = start(world, folder, root / "whole")
    finish(process, photos, lambda number: look(number, answered(root / "whole")))
    rng = random.Random(seed)
    total, killed = photos + 3, 0
    for number in range(kills):
        # From the first look at the folder to the writing of the tables, never too early to get on.
        least = answered(root / "run") + rng.choice([0, 1, total // kills, 2 * total // kills])
        process = start(world, folder, root / "run")
        if number == 0:
            time.sleep(rng.uniform(0, 1.5))
            least = 0
        killed += kill_when(process, root / "run", min(least, total), rng.uniform(0, 0.1))
    finish(start(world, folder, root / "run"), photos)
    # Row by row: a hundred thousand do not fit into memory twice.
    for name in ("results.csv", "hits.csv"):
        for found, expected in zip(rows_of(root / "run", name), rows_of(root / "whole", name), strict=True):
            assert found == expected
    for record, undisturbed in zip(records_of(root / "run"), records_of(root / "whole"), strict=True):
        assert record == undisturbed
    ids = [row["query_id"] for row in rows_of(root / "run")]
    assert len(ids) == len(set(ids)) == total
    return killed


def test_killed_twice(world: TinyWorld, tmp_path: Path) -> None:
    assert killed_again_and_again(world, tmp_path, photos=60, kills=2, seed=3) >= 1
