"""The job scripts of docs/cluster.md: bash accepts them, and their commands are real."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from bioscan_training import cli

TEXT = (Path(__file__).resolve().parent.parent / "docs" / "cluster.md").read_text(encoding="utf-8")
SCRIPTS = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)


def commands(script: str) -> list[list[str]]:
    """The words after `bioscan-train`, or after torchrun's `-m bioscan_training.cli`."""
    lines = script.replace("\\\n", " ").splitlines()
    found = (re.search(r"(?:bioscan-train|-m bioscan_training\.cli) (.*)", line) for line in lines)
    # What the shell would put there is of the right form: a job number, an address.
    return [
        shlex.split(match[1].replace("$SLURM_ARRAY_TASK_ID", "1").replace("$head", "node1"))
        for match in found
        if match
    ]


def test_there_are_scripts() -> None:
    assert len(SCRIPTS) >= 2


@pytest.mark.parametrize("script", SCRIPTS, ids=range(len(SCRIPTS)))
def test_scripts_are_valid_and_their_commands_are_accepted(script: str) -> None:
    bash = shutil.which("bash")
    if bash is not None:
        done = subprocess.run([bash, "-n"], input=script, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
    assert commands(script)
    for words in commands(script):
        cli._parser().parse_args(words)
