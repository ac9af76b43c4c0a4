"""A batch on a Ray cluster: the rows of the run without one, whoever is killed meanwhile."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from bioscan_training.batch_on_ray import Answerer, Packs
from bioscan_training.cli import main

from bioscan_desktop.services.batch import Batch
from bioscan_desktop.services.identify import Identifier
from tests.conftest import TinyWorld
from tests.services.test_batch import fill, records, table
from tests.services.test_batch_kill import answered

ROOT = Path(__file__).resolve().parents[2]

needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason='needs Ray: pip install "bioscan-desktop[cluster]"'
)


def words(world: TinyWorld, folder: Path | None, out: Path, *more: str) -> list[str]:
    given = ["batch", *([str(folder)] if folder is not None else []), "--out", str(out)]
    return [*given, "--library", str(world.library), "--model", str(world.model), "--provider", "cpu", *more]


def on_ray(arguments: list[str]) -> subprocess.Popen[str]:
    """In processes of its own: Ray's sockets and warnings stay out of this one."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "training")])
    options = ["--ray", "local", "--actors", "2", "--threads", "1"]
    return subprocess.Popen(
        [sys.executable, "-m", "bioscan_training.cli", *arguments, *options],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )


def actors(home: Path) -> list[int]:
    """Processes of actors that were started from here, which their environment tells."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            name, environment = (process / "cmdline").read_bytes(), (process / "environ").read_bytes()
        except OSError:  # it ended meanwhile
            continue
        if name.startswith(b"ray::Answerer") and os.fsencode(home) in environment:
            found.append(int(process.name))
    return found


@needs_ray
@pytest.mark.skipif(sys.platform != "linux", reason="finds the actors in /proc")
@pytest.mark.timeout(280)
def test_the_rows_are_those_of_a_run_without_ray(
    world: TinyWorld, identifier: Identifier, own_home: Path, tmp_path: Path
) -> None:
    """One of two actors is killed in the middle."""
    folder = tmp_path / "photos"
    fill(folder, 600)
    with Batch(folder, tmp_path / "here") as run:
        run.run(identifier)
    process = on_ray(words(world, folder, tmp_path / "run"))
    while answered(tmp_path / "run") < 16:
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.02)
    victims = actors(own_home)
    assert len(victims) == 2
    os.kill(victims[0], signal.SIGKILL)
    killed_at = answered(tmp_path / "run")
    said = process.communicate(timeout=200)[1]
    assert process.returncode == 1, said  # some of the files are broken
    assert "Traceback" not in said and killed_at < 603
    for name in ("results.csv", "hits.csv"):
        assert table(tmp_path / "run", name) == table(tmp_path / "here", name)
    assert records(tmp_path / "run") == records(tmp_path / "here")


def test_an_actor_says_why_it_cannot_answer(world: TinyWorld, tmp_path: Path) -> None:
    packs = Packs(world.library, tmp_path / "none", "cpu", "fp32", 1, ((), ()))
    answers, error = Answerer(packs, tmp_path, 5).answer([])
    assert answers == [] and error.endswith(".") and "none" in error
    packs = replace(packs, model=world.model, limits=(("Diptera",), ()))
    assert Answerer(packs, tmp_path, 5).answer([]) == ([], "")
    limited = replace(packs, limits=(("Unicornidae",), ()))
    assert "Unicornidae" in Answerer(limited, tmp_path, 5).answer([])[1]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--actors", "0"], "--actors must be 1 or more."),
        (["--top-k", "0"], "--top-k must be 1 or more."),
    ],
)
def test_what_makes_no_sense(
    world: TinyWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], sentence: str
) -> None:
    assert main(words(world, tmp_path, tmp_path / "run", *more)) == 2
    assert capsys.readouterr().err == f"{sentence}\n"


def test_without_ray_one_sentence_is_said(
    world: TinyWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "ray"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "ray", None)
    assert main(words(world, tmp_path, tmp_path / "run")) == 2
    assert capsys.readouterr().err == '--ray needs Ray: pip install "bioscan-desktop[cluster]".\n'
    assert not (tmp_path / "run").exists()
