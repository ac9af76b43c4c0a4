"""Sleep is held off where the system can, and nothing breaks or stays behind where it cannot."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import time
from pathlib import Path

import pytest

from bioscan_desktop.services.awake import keep_awake

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has a call for it, not a program")

NAME = "caffeinate" if sys.platform == "darwin" else "systemd-inhibit"


def stand_in(folder: Path, script: str) -> None:
    path = folder / NAME
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IEXEC)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that programs are looked for in first."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path


def test_the_program_runs_as_long_as_the_block(programs: Path) -> None:
    stand_in(
        programs, f'echo "$@" > {programs}/called; cat > /dev/null; touch {programs}/ended; exec sleep 9'
    )
    start = time.monotonic()
    with keep_awake("Counting moths") as asked:
        assert asked
        while not (programs / "called").exists():
            time.sleep(0.01)
        assert not (programs / "ended").exists()
    assert time.monotonic() - start < 5
    if sys.platform != "darwin":
        assert "--why=Counting moths" in (programs / "called").read_text()


def test_a_system_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with keep_awake() as asked:
        assert not asked


def test_a_program_that_fails_at_once(programs: Path) -> None:
    stand_in(programs, "exit 1")
    with keep_awake():
        time.sleep(0.05)
    (programs / NAME).write_text("no program at all")
    with keep_awake():
        pass
