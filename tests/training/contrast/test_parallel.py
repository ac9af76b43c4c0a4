"""Two processes find what one finds on their joined batch."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="training needs torch")

from bioscan_training.cli import main as command_line  # noqa: E402
from bioscan_training.config import load_config  # noqa: E402
from bioscan_training.contrast.stage import train_contrast  # noqa: E402

from tests.training.contrast import parallel_worker  # noqa: E402
from tests.training.contrast.conftest import recipe_file  # noqa: E402

ROOT = Path(__file__).parents[3]

if not torch.distributed.is_available() or not torch.distributed.is_gloo_available():
    pytest.skip("needs torch with gloo", allow_module_level=True)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def environment() -> dict[str, str]:
    """For a fresh interpreter on one core that finds the packages and talks to itself alone."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    path = f"{ROOT}:{ROOT / 'training'}"
    return {**kept, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"}


def in_two(words: list[str], code: int = 0) -> str:
    """Runs this interpreter twice on localhost, with what `torchrun` would set; returns what both say."""
    common = {
        **environment(),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(free_port()),
        "WORLD_SIZE": "2",
        "LOCAL_WORLD_SIZE": "2",
    }
    processes = [
        subprocess.Popen(
            [sys.executable, *words],
            env={**common, "RANK": str(rank), "LOCAL_RANK": str(rank)},
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for rank in range(2)
    ]
    errors = [process.communicate(timeout=120)[1] for process in processes]
    assert [process.returncode for process in processes] == [code, code], "\n".join(errors)
    return "".join(errors)


def assert_same(one: dict[str, Any], two: dict[str, Any], atol: float) -> None:
    assert one.keys() == two.keys() and one
    for name in one:
        torch.testing.assert_close(
            one[name], two[name], atol=atol, rtol=1e-4, msg=lambda m, n=name: f"{n}: {m}"
        )


def test_two_processes_equal_one(data: Path, tmp_path: Path) -> None:
    parallel_worker.main(data, tmp_path / "one", tmp_path / "one.pt", "record")
    script = str(Path(parallel_worker.__file__))
    in_two([script, str(data), str(tmp_path / "two"), str(tmp_path / "two.pt"), "record"])
    one, two = (torch.load(tmp_path / f"{name}.pt", weights_only=True) for name in ("one", "two"))
    torch.testing.assert_close(one["loss"], two["loss"], atol=1e-6, rtol=1e-6)
    assert_same(one["figures"], two["figures"], 1e-5)
    assert_same(one["gradients"], two["gradients"], 1e-6)
    # After six steps of AdamW, which magnifies the rounding of tiny gradients.
    assert_same(one["contrast"], two["contrast"], 1e-4)
    assert_same(one["pretrain"], two["pretrain"], 1e-4)
    lines = [(tmp_path / name / "metrics.jsonl").read_text().splitlines() for name in ("one", "two")]
    assert len(lines[0]) == len(lines[1]) == 4  # two epochs of both, and only one process writes


def test_torchrun_goes_on_with_what_one_process_began(data: Path, tmp_path: Path) -> None:
    recipe = recipe_file(tmp_path / "recipe.toml", epochs=2)
    (tmp_path / "two").mkdir()
    train_contrast(load_config(recipe), data, data, tmp_path / "two", stop_at=2)
    words = ["fit", "--config", str(recipe), "--data", str(data), "--images", str(data), "--run-dir"]
    torchrun = ["-m", "torch.distributed.run", "--nproc-per-node", "2", "--master-addr", "127.0.0.1"]
    torchrun += ["--master-port", str(free_port()), "-m", "bioscan_training.cli"]
    done = subprocess.run(
        [sys.executable, *torchrun, *words, str(tmp_path / "two")],
        env=environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert command_line(["--quiet", *words, str(tmp_path / "one")]) == 0
    one, two = (torch.load(tmp_path / n / "contrast.pt", weights_only=True)["model"] for n in ("one", "two"))
    assert_same(one, two, 1e-4)


@pytest.mark.parametrize("epochs", [2, 3])
def test_processes_with_folders_of_their_own_are_refused(epochs: int, data: Path, tmp_path: Path) -> None:
    """As on two machines without a common disk: they would train from different steps on, or one of them,
    whose checkpoint is of another recipe, would not train at all."""
    begun, recipe = (
        recipe_file(tmp_path / f"{name}.toml", epochs=n) for name, n in (("begun", 2), ("recipe", epochs))
    )
    (tmp_path / "0").mkdir()
    train_contrast(load_config(begun), data, data, tmp_path / "0", stop_at=2)
    words = ["fit", "--config", str(recipe), "--data", str(data), "--images", str(data), "--run-dir"]
    program = (
        "import os, sys\nfrom bioscan_training.cli import main\n"
        f"sys.exit(main([*{words!r}, f'{tmp_path}/{{os.environ[\"RANK\"]}}']))"
    )
    said = in_two(["-c", program], code=2)
    assert said.count("The processes find different contrast.ckpt in") == (2 if epochs == 2 else 1)
    assert ("was made with another recipe" in said) == (epochs == 3)


def test_others_hear_that_the_first_one_stopped(data: Path, tmp_path: Path) -> None:
    recipe = recipe_file(tmp_path / "recipe.toml", epochs=1)
    (tmp_path / "run" / "vocabulary.txt").mkdir(parents=True)  # which the first one cannot read
    words = ["fit", "--config", str(recipe), "--data", str(data), "--images", str(data)]
    program = (
        "import sys\nfrom bioscan_training.cli import main\n"
        f"sys.exit(main([*{words!r}, '--run-dir', '{tmp_path / 'run'}']))"
    )
    said = in_two(["-c", program], code=2)
    assert said.count("The first process has stopped; its own message says why.\n") == 1
    assert "please report" not in said


def test_nothing_of_the_group_is_left_when_it_ends() -> None:
    """Its threads would go on while Python ends, which aborts the program now and then."""
    program = (
        "import weakref\nimport torch\nfrom bioscan_training.parallel import joined\n"
        "with joined(torch.device('cpu')) as workers:\n"
        "    torch.optim.AdamW(torch.nn.Linear(2, 2).parameters())\n"
        "    group = weakref.ref(torch.distributed.group.WORLD)\n"
        "    assert group() is not None\n"
        "assert group() is None"
    )
    in_two(["-c", program])


def test_other_stages_refuse_to_run_in_parallel(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    recipe = tmp_path / "recipe.toml"
    recipe.write_text('stages = ["dna"]\nthreads = 1\n')
    words = ["fit", "--config", str(recipe), "--data", str(data), "--run", str(tmp_path / "run")]
    assert command_line(words) == 2
    assert "Only stage contrast trains in several processes" in capsys.readouterr().err
