"""The installer: what it decides, what it says, and that a second run is quick.

Nothing is downloaded here. A real installation from nothing is what `.ci/run` does.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

from bioscan_desktop import cli

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = [*sorted((ROOT / "installer").glob("*.sh")), ROOT / ".ci" / "run"]
BASH = shutil.which("bash")

pytestmark = pytest.mark.skipif(BASH is None or sys.platform == "win32", reason="needs bash")


def load(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """`installer/install.py` of a checkout, as a module."""
    monkeypatch.syspath_prepend(str(ROOT / "installer"))
    spec = importlib.util.spec_from_file_location(
        "installer_under_test", checkout / "installer" / "install.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)  # its dataclass looks itself up there
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout in a folder whose name has a space and an umlaut."""
    root = tmp_path / "my insects ü"
    root.mkdir()
    shutil.copytree(ROOT / "installer", root / "installer", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


@pytest.fixture
def install(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    for name in ("BIOSCAN_CPU", "BIOSCAN_GPU"):
        monkeypatch.delenv(name, raising=False)
    return load(checkout, monkeypatch)


@pytest.fixture
def installed(install: ModuleType, checkout: Path) -> Path:
    """A checkout that looks completely installed; its commands only print their arguments."""
    scripts = checkout / ".venv" / "bin"
    scripts.mkdir(parents=True)
    (scripts / "python").symlink_to(sys.executable)
    for name in ("bioscan", "bioscan-desktop"):
        (scripts / name).write_text(f'#!/bin/sh\necho "{name}:$*"\n')
        (scripts / name).chmod(0o755)
    choice = install.choose([], {})
    facts = {"key": install.key(choice, install.own_version()), "python": install.own_version()}
    install.write(install.STAMP, {**facts, "cpu": False, "extras": [], "missing": []})
    return checkout


def run(script: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    assert BASH is not None
    names = ("PATH", "HOME", "TMPDIR", "LANG")
    environment = {name: os.environ[name] for name in names if name in os.environ} | variables
    words = [BASH, str(script), *arguments]
    return subprocess.run(words, capture_output=True, text=True, env=environment, timeout=60)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_valid_bash(script: Path) -> None:
    assert BASH is not None
    done = subprocess.run([BASH, "-n", str(script)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_run_knows_every_command() -> None:
    action = next(a for a in cli._parser()._actions if isinstance(a, argparse._SubParsersAction))
    for name in ("run.sh", "run.ps1"):
        words = set(re.findall(r"[\w-]+", (ROOT / "installer" / name).read_text(encoding="utf-8")))
        assert set(action.choices) <= words, name


def test_second_run_is_quick_and_leaves_standard_output_to_the_command(installed: Path) -> None:
    begin = time.perf_counter()
    done = run(installed / "installer" / "run.sh", "identify", "a b.jpg", "--top-k", "3")
    assert time.perf_counter() - begin < 3
    assert (done.returncode, done.stdout, done.stderr) == (0, "bioscan:identify a b.jpg --top-k 3\n", "")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["selftest"], ["library", "list"]])
def test_commands_go_to_the_command_line(installed: Path, arguments: list[str]) -> None:
    done = run(installed / "installer" / "run.sh", *arguments)
    assert done.stdout == f"bioscan:{' '.join(arguments)}\n"


@pytest.mark.parametrize("arguments", [[], ["photos/"], ["--provider", "cpu"]])
def test_everything_else_opens_the_window(installed: Path, arguments: list[str]) -> None:
    done = run(installed / "installer" / "run.sh", *arguments, QT_QPA_PLATFORM="offscreen")
    assert done.stdout == f"bioscan-desktop:{' '.join(arguments)}\n"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a screen")
def test_without_a_screen_the_command_line_is_named(installed: Path) -> None:
    done = run(installed / "installer" / "run.sh")
    assert (done.returncode, done.stdout) == (1, "")
    assert "no screen" in done.stderr and "identify" in done.stderr


def test_without_a_suitable_python_one_sentence_is_said(checkout: Path) -> None:
    done = run(checkout / "installer" / "run.sh", BIOSCAN_PYTHON="no-such-python")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("installer: Python 3.11 or newer is needed")
    assert done.stderr.count("\n") == 1


def test_an_environment_of_somebody_else_is_left_alone(checkout: Path, install: ModuleType) -> None:
    (checkout / ".venv").mkdir()
    (checkout / ".venv" / "mine").touch()
    with pytest.raises(install.InstallError, match="was not made by this installer"):
        install.prepare_folder()
    assert (checkout / ".venv" / "mine").exists()


def test_an_interrupted_installation_is_begun_again(installed: Path, install: ModuleType) -> None:
    assert install.current([])
    install.write(install.MARKER, {"cpu": True, "extras": ["gpu"]})
    assert not install.current([])
    assert install.prepare_folder()
    assert not install.VENV.exists()


def test_a_moved_checkout_is_installed_again(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moved = installed.rename(installed.with_name("elsewhere"))
    assert not load(moved, monkeypatch).current([])


def test_a_security_update_of_python_changes_nothing(installed: Path, install: ModuleType) -> None:
    (install.VENV / "bin" / "pip").write_text(f"#!{install.VENV}/bin/python\n", encoding="utf-8")
    choice, minor = install.choose([], {}), install.minor(install.own_version())
    stamp = install.read(install.STAMP)
    for before, same in ((f"{minor}.0", True), (f"{minor}.999", True), ("3.1.7", False)):
        install.write(install.STAMP, {**stamp, "python": before, "key": install.key(choice, before)})
        assert install.current([]) is same
    assert install.prepare_folder() and not install.VENV.exists()


def test_an_update_of_python_alone_keeps_the_environment(installed: Path, install: ModuleType) -> None:
    (install.VENV / "bin" / "pip").write_text(f"#!{install.VENV}/bin/python\n", encoding="utf-8")
    before = f"{install.minor(install.own_version())}.999"
    install.write(install.STAMP, {**install.read(install.STAMP), "python": before})
    assert not install.prepare_folder()


def test_settings_that_matter_change_the_key(installed: Path, install: ModuleType) -> None:
    project = installed / "pyproject.toml"
    text = project.read_text(encoding="utf-8")
    project.write_text(text.replace("line-length = 110", "line-length = 111"), encoding="utf-8")
    assert install.current([]), "the settings of a tool do not concern the environment"
    project.write_text(text.replace('"edlib>=', '"edlib>0,>='), encoding="utf-8")
    assert not install.current([])
    project.write_text(text, encoding="utf-8")
    assert install.current([])
    assert not install.current(["test"]), "an extra is not installed yet"


def test_a_damaged_stamp_is_no_stamp(installed: Path, install: ModuleType) -> None:
    install.STAMP.write_text("{", encoding="utf-8")
    assert not install.current([])


@pytest.mark.parametrize(
    ("variables", "before", "cpu", "extras"),
    [
        ({}, {}, False, ()),
        ({"BIOSCAN_CPU": "1"}, {}, True, ()),
        ({}, {"cpu": True}, True, ()),  # remembered
        ({"BIOSCAN_CPU": "0"}, {"cpu": True}, False, ()),
        ({"BIOSCAN_GPU": "1"}, {"cpu": True}, False, ("gpu",)),
        ({}, {"extras": ["gpu"]}, False, ("gpu",)),
        ({"BIOSCAN_GPU": "0"}, {"extras": ["gpu"]}, False, ()),
        ({"BIOSCAN_CPU": "1"}, {"extras": ["gpu", "test"]}, True, ("test",)),
    ],
)
def test_choice_of_processor(
    install: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    before: dict[str, object],
    cpu: bool,
    extras: tuple[str, ...],
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    choice = install.choose([], before)
    assert (choice.cpu, choice.extras) == (cpu, extras)


def test_both_processors_are_refused(install: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOSCAN_CPU", "1")
    monkeypatch.setenv("BIOSCAN_GPU", "1")
    with pytest.raises(install.InstallError, match="cannot both be set"):
        install.choose([], {})


def test_cpu_machines_get_the_other_onnxruntime(install: ModuleType) -> None:
    settings = install.project()["project"]
    plain = install.requirements(settings, install.Choice(True, ("test", "train")))
    names = [install.name_of(r) for r in plain]
    assert names.count("onnxruntime") == 1 and "onnxruntime-gpu" not in names
    assert ";" not in plain[names.index("onnxruntime")], "on every platform"
    assert {"numpy", "pytest", "torch"} <= set(names)
    usual = install.requirements(settings, install.Choice(False, ()))
    assert usual == settings["dependencies"]


def test_the_optional_dependency_is_one(install: ModuleType) -> None:
    names = [install.name_of(r) for r in install.project()["project"]["dependencies"]]
    assert install.OPTIONAL in names


def test_pinned_tools_belong_to_the_project(install: ModuleType) -> None:
    """Each pin of constraints-test.txt constrains something that is installed, within its bounds."""
    from packaging.requirements import Requirement

    extras = install.project()["project"]["optional-dependencies"]
    wanted = {
        install.name_of(r): Requirement(r) for name in ("test", "train", "cluster") for r in extras[name]
    }
    for line in (ROOT / "installer" / "constraints-test.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, version = line.split("==")
            assert version in wanted[name].specifier


def test_missing_system_libraries_are_recalled_until_they_are_there(
    installed: Path, install: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stamp = json.loads(install.STAMP.read_text(encoding="utf-8"))
    install.write(install.STAMP, {**stamp, "missing": ["libegl1"]})
    monkeypatch.setattr(install, "missing_packages", lambda: ["libegl1"])
    assert install.current([])
    assert "apt-get install -y libegl1" in capsys.readouterr().err
    monkeypatch.setattr(install, "missing_packages", list)
    assert not install.current([])


@pytest.mark.parametrize(
    ("log", "sentence"),
    [
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
            "disk is full",
        ),
        ("WARNING: Retrying after connection broken by 'NewConnectionError(", "check the network"),
        ("ERROR: No matching distribution found for edlib", "no version for Python"),
        ("ERROR: something else", "pip could not install"),
    ],
)
def test_what_pip_says_becomes_one_sentence(
    installed: Path, install: ModuleType, log: str, sentence: str
) -> None:
    python = installed / ".venv" / "bin" / "python"
    python.unlink()
    python.write_text(f'#!/bin/sh\necho "{log}"\nexit 1\n')
    python.chmod(0o755)
    with pytest.raises(install.InstallError, match=sentence):
        install.pip("install", "edlib")
