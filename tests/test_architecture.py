"""The rules that hold the project together: which way imports point, and what stays small."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = (ROOT / "bioscan_desktop", ROOT / "training" / "bioscan_training", ROOT / "installer")
MAX_LINES = 500

LINUX = {"sys_platform": "linux", "platform_machine": "x86_64"}
WINDOWS = {"sys_platform": "win32", "platform_machine": "AMD64"}
OTHERS = (
    {"sys_platform": "linux", "platform_machine": "aarch64"},
    {"sys_platform": "win32", "platform_machine": "ARM64"},
    {"sys_platform": "darwin", "platform_machine": "arm64"},
    {"sys_platform": "darwin", "platform_machine": "x86_64"},
)


def run_fresh(code: str) -> str:
    """What a new interpreter prints, with nothing imported before."""
    path = f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / 'training')!r}]\n"
    done = subprocess.run([sys.executable, "-c", path + code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


def modules() -> list[Path]:
    return sorted(path for package in PACKAGES for path in package.rglob("*.py"))


def names_under(package: str) -> list[str]:
    """Dotted names of the modules of a package of the app."""
    files = (ROOT / package.replace(".", "/")).rglob("*.py")
    parts = (path.relative_to(ROOT).with_suffix("").parts for path in files)
    return sorted(".".join(p for p in part if p != "__init__") for part in parts)


def test_import_contracts_hold() -> None:
    code = "from importlinter.cli import lint_imports\nsys.exit(lint_imports(no_cache=True))"
    assert "0 broken" in run_fresh(code)


@pytest.mark.parametrize("start", ["bioscan_desktop.cli", "bioscan_desktop.app"])
def test_the_programs_start_without_torch(start: str) -> None:
    loaded = run_fresh(f"import {start}\nprint(*sys.modules)").split()
    assert start in loaded
    assert not {"torch", "transformers", "bioscan_training"} & set(loaded)


def test_the_command_line_starts_light() -> None:
    """`bioscan --help` answers at once: nothing that takes long to import."""
    loaded = set(run_fresh("import bioscan_desktop.cli\nprint(*sys.modules)").split())
    assert not {"PySide6", "onnxruntime", "numpy", "PIL", "logging", "platformdirs", "tempfile"} & loaded


def test_core_knows_neither_window_nor_models() -> None:
    names = names_under("bioscan_desktop.core")
    assert "bioscan_desktop.core.matching" in names
    loaded = set(run_fresh(f"import {', '.join(names)}\nprint(*sys.modules)").split())
    assert not {"PySide6", "onnxruntime", "PIL", "hnswlib", "sqlite3"} & loaded


def test_everything_but_the_window_runs_without_qt_and_torch() -> None:
    """As on a server, where neither is installed."""
    above = ("bioscan_desktop.ui", "bioscan_desktop.app", "bioscan_desktop.__main__")
    names = [n for n in names_under("bioscan_desktop") if not n.startswith(above)]
    absent = "sys.modules.update(dict.fromkeys(['PySide6', 'torch', 'transformers', 'bioscan_training']))"
    run_fresh(f"{absent}\nimport {', '.join(names)}")


def test_training_says_what_is_missing_without_torch() -> None:
    """Its command line can be read before the extra `train` is installed."""
    absent = "sys.modules.update(dict.fromkeys(['torch', 'transformers']))"
    code = f"{absent}\nfrom bioscan_training.cli import main\nsys.exit(main(['fit', '--help']))"
    assert "--config" in run_fresh(code)


def test_modules_stay_readable_in_one_sitting() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    too_long = {str(p.relative_to(ROOT)): n for p, n in lengths.items() if n > MAX_LINES}
    assert not too_long


def test_no_module_for_leftovers() -> None:
    leftovers = {"utils", "util", "helpers", "misc", "common"}
    assert not [path for path in modules() if path.stem in leftovers]


def test_every_module_says_what_it_is_for() -> None:
    silent = [p for p in modules() if not p.read_text(encoding="utf-8").startswith(('"""', "#!", 'r"""'))]
    assert not silent


def dependencies() -> list[Requirement]:
    """The project's requirements; a marker that cannot be read fails here and not at the user's."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for extra in settings["optional-dependencies"].values():
        for text in extra:
            Requirement(text)
    return [Requirement(text) for text in settings["dependencies"]]


@pytest.mark.parametrize("platform", [LINUX, WINDOWS, *OTHERS])
def test_exactly_one_onnxruntime_is_installed(platform: dict[str, str]) -> None:
    found = [
        r.name
        for r in dependencies()
        if r.name.startswith("onnxruntime") and r.marker is not None and r.marker.evaluate(platform)
    ]
    assert found == (["onnxruntime-gpu"] if platform in (LINUX, WINDOWS) else ["onnxruntime"])


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_exactly_one_qt_is_installed(version: str) -> None:
    """6.12 aborts Python 3.11: it drops a reference to None on each call that returns nothing."""
    found = [
        r
        for r in dependencies()
        if r.name == "PySide6-Essentials" and r.marker.evaluate({"python_version": version})
    ]
    assert len(found) == 1
    assert ("6.12.0" in found[0].specifier) == (version != "3.11")
