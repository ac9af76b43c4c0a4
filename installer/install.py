"""Makes `.venv` in the checkout and keeps it in step with pyproject.toml. Standard library only.

    install.py check [EXTRA ...]     exit 0 if the environment is complete and current (quick)
    install.py install [EXTRA ...]   make it so

run.sh, test.sh and their PowerShell twins call this. Everything is said on standard error, because
standard output belongs to the data of the command that follows.

A stamp inside of `.venv` records what was installed. While an installation is under way there is a
marker instead; if one is found at the next run, the installation was interrupted and `.venv` is
made anew. Settings, from the environment:

    BIOSCAN_CPU=1   the smaller onnxruntime without CUDA; BIOSCAN_CPU=0 switches back
    BIOSCAN_GPU=1   also the CUDA and cuDNN libraries (extra `gpu`), for a machine with the driver only
    BIOSCAN_TORCH_INDEX=URL   for test.sh: a further package index that has the CPU build of torch

CPU and GPU are remembered: without the variable, the next run keeps what there is.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import system_packages

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "bioscan-installed.json"
MARKER = VENV / "bioscan-installing.json"
LOG = VENV / "bioscan-install.log"
CONSTRAINTS = ROOT / "installer" / "constraints-test.txt"
WINDOWS = sys.platform == "win32"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")

RECIPE = 1
"""Raised when what this file does changes so much that finished environments must be redone."""

DISK_MB = {"cpu": 700, "default": 1300, "gpu": 4500, "train": 1600, "cluster": 650}
"""Free space to ask for before starting: what the environment takes, and room to unpack it."""

OPTIONAL = "hnswlib"
"""Has no wheels. Where it cannot be built the app searches exactly instead."""


class InstallError(Exception):
    """Something the user must know, in one sentence."""


@dataclass(frozen=True)
class Choice:
    """What is to be in the environment."""

    cpu: bool
    extras: tuple[str, ...]

    @property
    def variant(self) -> str:
        """`cpu`, `gpu` or `default`."""
        return "cpu" if self.cpu else "gpu" if "gpu" in self.extras else "default"


def main(arguments: list[str]) -> int:
    """Returns the exit code."""
    if not arguments or arguments[0] not in ("check", "install"):
        say(__doc__ or "")
        return 2
    extras = arguments[1:]
    try:
        if arguments[0] == "check":
            with contextlib.suppress(InstallError):  # `install`, which follows, says it
                return 0 if current(extras) else 1
            return 1
        with lock():
            if not current(extras):
                install(extras)
        return 0
    except InstallError as error:
        say(str(error))
    except OSError as error:
        say(sentence_for(error))
    except KeyboardInterrupt:
        say("stopped; run the same command again to go on.")
    return 1


def say(text: str) -> None:
    """One line for people."""
    sys.stderr.write(f"installer: {text}\n")
    sys.stderr.flush()


def fail(text: str) -> NoReturn:
    """Ends with one sentence."""
    raise InstallError(text)


def sentence_for(error: OSError) -> str:
    """What an error of the operating system means here."""
    if error.errno == errno.ENOSPC:
        return f"the disk is full; free some space and run again ({ROOT})."
    if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
        return f"{error.filename or ROOT} cannot be written; put the program into a folder of your own."
    return f"{error}"


# What should be there, and what is


def project() -> dict[str, Any]:
    """pyproject.toml."""
    with (ROOT / "pyproject.toml").open("rb") as stream:
        return tomllib.load(stream)


def read(path: Path) -> dict[str, Any]:
    """A stamp or marker; empty if there is none."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def write(path: Path, values: dict[str, Any]) -> None:
    """Writes a stamp or marker, whole or not at all."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(values), encoding="utf-8")
    part.replace(path)


def choose(extras: list[str], before: dict[str, Any]) -> Choice:
    """The user's variables and the extras asked for, on top of what was chosen before."""

    def switch(name: str, default: bool) -> bool:
        value = os.environ.get(name, "").strip().lower()
        return value not in ("0", "no", "false", "off") if value else default

    had = set(before.get("extras", ()))
    cpu, gpu = switch("BIOSCAN_CPU", False), switch("BIOSCAN_GPU", False)
    if cpu and gpu:
        fail("BIOSCAN_CPU and BIOSCAN_GPU cannot both be set; unset one of them.")
    cpu = switch("BIOSCAN_CPU", bool(before.get("cpu")) and not gpu)
    gpu = switch("BIOSCAN_GPU", "gpu" in had and not cpu)
    wanted = (had | set(extras)) - {"gpu"} | ({"gpu"} if gpu else set())
    return Choice(cpu, tuple(sorted(wanted)))


def key(choice: Choice, python: str) -> str:
    """Equal keys mean that there is nothing to do.

    The last number of a Python's version does not count: packages go on working with it, and a machine
    that has updated itself may be far from any network.
    """
    settings = project()
    facts: list[Any] = [RECIPE, str(ROOT), minor(python), platform.machine(), choice.cpu, choice.extras]
    facts += [settings["project"], settings["build-system"]]
    if "test" in choice.extras:
        facts.append(CONSTRAINTS.read_text(encoding="utf-8"))
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def current(extras: list[str]) -> bool:
    """Is the environment complete and up to date? To be asked with its own Python to be quick."""
    stamp = read(STAMP)
    if not stamp or MARKER.exists():
        return False
    if stamp.get("key") != key(choose(extras, stamp), venv_version()):
        return False
    if stamp["missing"]:
        missing = missing_packages()
        if missing != stamp["missing"]:
            return False
        if system_packages.for_the_window(missing):
            say(f"the window needs some system libraries; to add them: {system_packages.apt_line(missing)}")
    return True


def missing_packages() -> list[str]:
    """System packages that are missing for what is installed or about to be."""
    return system_packages.missing_packages(compiler=not PYTHON.exists() or not has(OPTIONAL))


def own_version() -> str:
    """Of the Python that runs this, such as `3.11.7`."""
    return platform.python_version()


def venv_version() -> str:
    """Of the Python in `.venv`; "" if it does not run."""
    if Path(sys.executable) == PYTHON:
        return own_version()
    try:
        done = subprocess.run(
            [PYTHON, "-I", "-c", "import platform; print(platform.python_version())"],
            capture_output=True,
            text=True,
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def minor(version: str) -> str:
    """`3.11` of `3.11.7`."""
    return ".".join(version.split(".")[:2])


def site_packages() -> Path:
    """Where `.venv` keeps its packages."""
    if WINDOWS:
        return VENV / "Lib" / "site-packages"
    return VENV / "lib" / f"python{minor(venv_version())}" / "site-packages"


def has(distribution: str) -> bool:
    """Is this distribution installed in `.venv`?"""
    return any(site_packages().glob(f"{distribution.replace('-', '_')}-*.dist-info"))


# Installing


@contextlib.contextmanager
def lock() -> Iterator[None]:
    """One installation at a time per checkout; held by pip too, should this process be killed."""
    global _lock
    if WINDOWS:
        yield
        return
    import fcntl

    _lock = os.open(ROOT, os.O_RDONLY)
    os.set_inheritable(_lock, True)
    try:
        fcntl.flock(_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("another installation is running in this folder; waiting for it.")
        fcntl.flock(_lock, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(_lock)
        _lock = -1


_lock = -1


def install(extras: list[str]) -> None:
    """Makes or updates the environment.

    Raises:
        InstallError: in one sentence; what worked before still does, or is made anew next time.
    """
    before = read(MARKER) or read(STAMP)
    choice = choose(extras, before)
    fresh = prepare_folder()
    room = DISK_MB[choice.variant] + sum(DISK_MB[e] for e in ("train", "cluster") if e in choice.extras)
    free = shutil.disk_usage(ROOT).free // 2**20
    if fresh and free < room:
        fail(f"the disk has {free} MB left and {room} MB are needed; free some space and run again.")
    if fresh:
        say(f"setting up in {VENV}: this happens once, needs a network and takes some minutes.")
    else:
        say(f"bringing {VENV} up to date.")
    missing = missing_packages()
    if missing:
        system_packages.install_with_apt(missing, say)
        missing = missing_packages()
    line = system_packages.apt_line(missing)
    if fresh and not system_packages.has_ensurepip():
        if system_packages.system_python():
            fail(f"some system packages are needed first; run: {line}")
        fail(f"the Python {sys.executable} lacks the module ensurepip; install a complete Python.")
    if missing:
        say(f"going on without some system packages; to add them: {line}")
    previous = read(STAMP)
    VENV.mkdir(exist_ok=True)
    write(MARKER, {"cpu": choice.cpu, "extras": choice.extras})
    STAMP.unlink(missing_ok=True)
    try:
        if fresh:
            make_venv()
        if previous.get("key") == key(choice, venv_version()):  # only the system has changed
            install_optional(project()["project"]["dependencies"])
        else:
            install_packages(choice)
    except InstallError:
        if previous:  # pip undid what it began, so the old state is intact
            write(STAMP, previous)
            MARKER.unlink()
        raise
    version = venv_version()
    facts = {"key": key(choice, version), "python": version, "cpu": choice.cpu, "extras": choice.extras}
    write(STAMP, {**facts, "missing": missing_packages()})
    MARKER.unlink()
    say("done.")


def prepare_folder() -> bool:
    """Removes an environment that cannot be used. True if one has to be made."""
    if not VENV.exists():
        return True
    stamp = read(STAMP)
    if not MARKER.exists() and not STAMP.exists() and any(VENV.iterdir()):
        fail(f"{VENV} was not made by this installer; rename or delete that folder and run again.")
    if stamp and not MARKER.exists():
        moved = f"{VENV}{os.sep}" not in _pip_script()
        version = venv_version()
        if version and minor(stamp.get("python", "")) == minor(version) and not moved:
            return False
    say("the last installation was interrupted or no longer works; starting it again.")
    shutil.rmtree(VENV)
    return True


def _pip_script() -> str:
    """The head of the `pip` script, which names the folder that `.venv` was made in."""
    if WINDOWS:
        return f"{VENV}{os.sep}"
    try:
        return (VENV / "bin" / "pip").read_bytes()[:4096].decode(errors="replace")
    except OSError:
        return ""


def make_venv() -> None:
    """Creates `.venv`."""
    done = subprocess.run(
        [sys.executable, "-I", "-m", "venv", str(VENV)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    if done.returncode != 0:
        if "No space left" in done.stdout:
            raise OSError(errno.ENOSPC, "no space")
        fail(f"Python could not make a virtual environment: {system_packages.last_line(done.stdout)}")


def install_packages(choice: Choice) -> None:
    """The dependencies, then hnswlib if it can be built, then the checkout itself, editable."""
    wanted, other = "onnxruntime", "onnxruntime-gpu"
    if cuda_platform() and not choice.cpu:
        wanted, other = other, wanted
    if has(other):
        say(f"replacing {other} by {wanted}.")
        with tempfile.TemporaryDirectory() as folder:  # nothing is taken away before this is at hand
            pip("download", "--no-deps", "--dest", folder, wanted)
        pip("uninstall", "-y", other)
    options = ["--constraint", str(CONSTRAINTS)] if "test" in choice.extras else []
    torch_index = os.environ.get("BIOSCAN_TORCH_INDEX", "").strip()
    if "train" in choice.extras and torch_index:
        options += ["--extra-index-url", torch_index]
    needed = requirements(project()["project"], choice)
    pip("install", *options, *(r for r in needed if name_of(r) != OPTIONAL))
    install_optional(needed)
    pip("install", "--no-deps", "--editable", str(ROOT))
    done = run_python("import numpy, PIL, edlib, platformdirs, onnxruntime, bioscan_desktop.cli")
    if done.returncode != 0:
        fail(f"the installed program does not start: {system_packages.last_line(done.stderr)}")


def cuda_platform() -> bool:
    """Where pyproject.toml asks for onnxruntime-gpu."""
    return (sys.platform, platform.machine()) in (("linux", "x86_64"), ("win32", "AMD64"))


def requirements(settings: dict[str, Any], choice: Choice) -> list[str]:
    """Requirement strings for pip: the project's own and those of the extras.

    With `cpu`, onnxruntime takes the place of onnxruntime-gpu on every platform.
    """
    listed = list(settings["dependencies"])
    for extra in choice.extras:
        listed += settings["optional-dependencies"][extra]
    if not choice.cpu:
        return listed
    plain = [r for r in listed if name_of(r) != "onnxruntime-gpu"]
    return [r.split(";")[0].strip() if name_of(r) == "onnxruntime" else r for r in plain]


def name_of(requirement: str) -> str:
    """`onnxruntime-gpu` of `onnxruntime-gpu[cuda]>=1.21; sys_platform == 'linux'`."""
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    return re.sub(r"[-_.]+", "-", match.group()).lower() if match else ""


def install_optional(needed: list[str]) -> None:
    """Builds hnswlib for any CPU of this kind, not only this one; goes on without it if that fails.

    pip's cache is left aside: a wheel in it may have been built for the CPU of another machine.
    """
    if has(OPTIONAL):
        return
    reason = ""
    if WINDOWS or system_packages.has_compiler():
        say(f"building {OPTIONAL}; this takes about a minute.")
        try:
            pip("install", "--no-cache-dir", *(r for r in needed if name_of(r) == OPTIONAL), quiet=True)
            if run_python(f"import {OPTIONAL}").returncode == 0:
                return
            pip("uninstall", "-y", OPTIONAL)
            reason = "it was built but does not load"
        except InstallError as error:
            reason = str(error).rstrip(".")
    else:
        reason = "there is no C++ compiler"
    say(
        f"going on without {OPTIONAL} ({reason}): the program compares with every reference instead, "
        "with the same answers, slower only for libraries of several 100 000 keys."
    )


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    """Runs a line with the Python of `.venv`."""
    return subprocess.run([PYTHON, "-I", "-c", code], capture_output=True, text=True, errors="replace")


def pip(command: str, *arguments: str, quiet: bool = False) -> None:
    """Runs pip. A terminal sees its progress; otherwise its words go to the log alone.

    Raises:
        InstallError: in one sentence.
    """
    words = [str(PYTHON), "-I", "-m", "pip", command, "--disable-pip-version-check", "--no-input"]
    if command != "download" and not WINDOWS:
        words.append("--root-user-action=ignore")
    if command != "uninstall":
        words += ["--retries", "5", "--prefer-binary"]
    unwanted = ("PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER")
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
    environment["HNSWLIB_NO_NATIVE"] = "1"
    visible = sys.stderr.isatty() and command != "uninstall" and not quiet
    with LOG.open("a+b") as log:
        start = log.seek(0, os.SEEK_END)
        done = subprocess.run(
            [*words, *(["--log", str(LOG)] if visible else []), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr if visible else log,
            stderr=sys.stderr if visible else log,
            env=environment,
            pass_fds=[_lock] if _lock >= 0 else (),
        )
        if done.returncode == 0:
            return
        log.seek(start)
        text = log.read().decode(errors="replace")
    if re.search(r"No space left|Errno 28|not enough space on the disk", text):
        fail(f"the disk is full; free some space and run again (see {LOG}).")
    if re.search(
        r"NewConnectionError|NameResolutionError|Failed to establish|name resolution|getaddrinfo|"
        r"ConnectTimeout|ReadTimeout|ProxyError|Connection (refused|reset|aborted|broken)|"
        r"Network is unreachable|SSLError|IncompleteRead|ProtocolError",
        text,
    ):
        fail(f"the packages could not be downloaded; check the network and run again (see {LOG}).")
    if "No matching distribution" in text:
        fail(f"a package has no version for Python {minor(venv_version())} on this machine; see {LOG}.")
    fail(f"pip could not {command} what is needed; see {LOG}.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
