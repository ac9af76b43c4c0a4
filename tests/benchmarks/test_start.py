"""How long `bioscan` takes to be ready, without any window."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.benchmarks.timing import by_turns, show

pytestmark = pytest.mark.benchmark


def test_the_command_line_starts_about_as_fast_as_python() -> None:
    def run(code: str) -> None:
        subprocess.run([sys.executable, "-c", code], check=True, timeout=60)

    times = by_turns(
        {
            "python": lambda: run("pass"),
            "import bioscan_desktop.cli": lambda: run("import bioscan_desktop.cli"),
            "import numpy": lambda: run("import numpy"),
            "open the encoders' runtime": lambda: run("import onnxruntime"),
        },
        rounds=7,
        warm=1,
    )
    show("Start", times)
    # Heavy imports belong behind the command that needs them.
    assert times["import bioscan_desktop.cli"].best < times["open the encoders' runtime"].best
