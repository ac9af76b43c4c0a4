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
import ctypes
import errno
import hashlib
import importlib.util
import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

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

DISK_MB = {"cpu": 700, "default": 1300, "gpu": 6000, "train": 1600}
"""Free space to ask for before starting: what the environment takes, and room to unpack it."""

OPTIONAL = "hnswlib"
"""Has no wheels. Where it cannot be built the app searches exactly instead."""

LIBRARIES: tuple[tuple[str, str], ...] = (  # what Qt loads, and the Debian package that has it
    ("libstdc++.so.6", "libstdc++6"),
    ("libglib-2.0.so.0", "libglib2.0-0"),
    ("libEGL.so.1", "libegl1"),
    ("libGL.so.1", "libgl1"),
    ("libxkbcommon.so.0", "libxkbcommon0"),
    ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
    ("libdbus-1.so.3", "libdbus-1-3"),
    ("libfontconfig.so.1", "libfontconfig1"),
    ("libfreetype.so.6", "libfreetype6"),
    ("libX11-xcb.so.1", "libx11-xcb1"),
    ("libxcb-cursor.so.0", "libxcb-cursor0"),
    ("libxcb-icccm.so.4", "libxcb-icccm4"),
    ("libxcb-image.so.0", "libxcb-image0"),
    ("libxcb-keysyms.so.1", "libxcb-keysyms1"),
    ("libxcb-randr.so.0", "libxcb-randr0"),
    ("libxcb-render.so.0", "libxcb-render0"),
    ("libxcb-render-util.so.0", "libxcb-render-util0"),
    ("libxcb-shape.so.0", "libxcb-shape0"),
    ("libxcb-shm.so.0", "libxcb-shm0"),
    ("libxcb-sync.so.1", "libxcb-sync1"),
    ("libxcb-xfixes.so.0", "libxcb-xfixes0"),
    ("libxcb-xkb.so.1", "libxcb-xkb1"),
    ("libwayland-client.so.0", "libwayland-client0"),
    ("libwayland-cursor.so.0", "libwayland-cursor0"),
    ("libwayland-egl.so.1", "libwayland-egl1"),
)
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")
FONT_PACKAGE = "fonts-dejavu-core"


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
            return 0 if current(extras) else 1
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
    """Equal keys mean that there is nothing to do."""
    settings = project()
    facts: list[Any] = [RECIPE, str(ROOT), python, platform.machine(), choice.cpu, choice.extras]
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
        remind(missing)
    return True


def remind(missing: list[str]) -> None:
    """Says what the window lacks; a missing compiler is no matter."""
    if any(not name.startswith(("g++", "python3")) for name in missing):
        say(f"the window needs some system libraries; to add them: {apt_line(missing)}")


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
    room = DISK_MB[choice.variant] + (DISK_MB["train"] if "train" in choice.extras else 0)
    free = shutil.disk_usage(ROOT).free // 2**20
    if fresh and free < room:
        fail(f"the disk has {free} MB left and {room} MB are needed; free some space and run again.")
    say(f"setting up in {VENV} (once; needs a network and some minutes).")
    missing = missing_packages()
    if missing:
        missing = install_system_packages(missing)
    if importlib.util.find_spec("ensurepip") is None and fresh:
        shutil.rmtree(VENV, ignore_errors=True)
        if Path(sys.base_prefix) == Path("/usr"):
            fail(f"Python cannot make virtual environments yet; run: {apt_line(missing)}")
        fail(f"the Python {sys.executable} lacks the module ensurepip; install a complete Python.")
    previous = STAMP.read_text(encoding="utf-8") if STAMP.exists() else None
    VENV.mkdir(exist_ok=True)
    MARKER.write_text(json.dumps({"cpu": choice.cpu, "extras": choice.extras}), encoding="utf-8")
    STAMP.unlink(missing_ok=True)
    try:
        if fresh:
            make_venv()
        install_packages(choice)
    except InstallError:
        if previous is not None:  # pip undid what it began, so the old state is intact
            STAMP.write_text(previous, encoding="utf-8")
            MARKER.unlink()
        raise
    if missing:
        missing = missing_packages()
    version = venv_version()
    stamp = {
        "key": key(choice, version),
        "python": version,
        "cpu": choice.cpu,
        "extras": choice.extras,
        "missing": missing,
    }
    part = STAMP.with_suffix(".part")
    part.write_text(json.dumps(stamp), encoding="utf-8")
    part.replace(STAMP)
    MARKER.unlink()
    remind(missing)
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
        if stamp.get("python", "") == venv_version() and not moved:
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
        fail(f"Python could not make a virtual environment: {last_line(done.stdout)}")


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
    for requirement in needed:
        if name_of(requirement) == OPTIONAL:
            install_optional(requirement)
    pip("install", "--no-deps", "--editable", str(ROOT))
    done = run_python("import numpy, PIL, edlib, platformdirs, onnxruntime, bioscan_desktop.cli")
    if done.returncode != 0:
        fail(f"the installed program does not start: {last_line(done.stderr)}")


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


def install_optional(requirement: str) -> None:
    """Builds hnswlib for any CPU of this kind, not only this one; goes on without it if that fails."""
    if has(OPTIONAL):
        return
    reason = ""
    if shutil.which("c++") or shutil.which("g++") or shutil.which("clang++") or WINDOWS:
        try:
            pip("install", requirement, quiet=True)
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
    words += ["--root-user-action=ignore"] if not WINDOWS else []
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


def last_line(text: str) -> str:
    """The last line that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "no reason given"


# System packages (Linux)


def missing_packages() -> list[str]:
    """Debian's names of what the system lacks: libraries and a font for Qt, venv, a compiler."""
    if not sys.platform.startswith("linux"):
        return []
    names = [package for library, package in LIBRARIES if not loads(library)]
    if not any(has_fonts(Path(folder).expanduser()) for folder in FONT_FOLDERS):
        names.append(FONT_PACKAGE)
    if not PYTHON.exists() or not has(OPTIONAL):
        if not any(shutil.which(name) for name in ("c++", "g++", "clang++")):
            names.append("g++")
        if system_python() and not Path(sysconfig.get_path("include"), "Python.h").exists():
            names.append(f"python{minor(own_version())}-dev")
    if system_python() and importlib.util.find_spec("ensurepip") is None:
        names.append(f"python{minor(own_version())}-venv")
    return names


def system_python() -> bool:
    """Is this the distribution's own Python?"""
    return Path(sys.base_prefix) == Path("/usr")


def loads(library: str) -> bool:
    """Can the dynamic loader find it?"""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_fonts(folder: Path) -> bool:
    """Is there any font file below?"""
    return folder.is_dir() and any(
        name.lower().endswith((".ttf", ".otf", ".ttc", ".pfb"))
        for _, _, files in os.walk(folder)
        for name in files
    )


def apt_line(packages: list[str]) -> str:
    """The one line to run."""
    names = shlex.join(packages)
    if shutil.which("apt-get") is None:
        return f"your system's package manager (Debian's names: {names})"
    prefix = "" if os.geteuid() == 0 else "sudo "
    return f"{prefix}apt-get update && {prefix}apt-get install -y {names}"


def install_system_packages(packages: list[str]) -> list[str]:
    """Installs them with apt if that is allowed here. Returns those that are still missing."""
    become_root = root_prefix()
    if shutil.which("apt-get") is None or become_root is None:
        say(f"some system packages are missing; to add them: {apt_line(packages)}")
        return packages
    say(f"installing system packages: {' '.join(packages)}")
    apt = [*become_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    apt += ["-o", "DPkg::Lock::Timeout=120"]
    add = [*apt, "install", "-y", "--no-install-recommends"]
    run_quietly([*apt, "update"])
    failure = run_quietly([*add, *packages])
    if failure:
        for package in packages:  # one that this release does not have must not keep the others out
            run_quietly([*add, package])
    missing = missing_packages()
    if missing:
        say(f"apt did not install everything ({failure or 'no reason given'}); try: {apt_line(missing)}")
    return missing


def root_prefix() -> list[str] | None:
    """What to put before a command to run it as root; None if that is not possible."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    if subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        return ["sudo", "-n"]
    if sys.stdin.isatty() and sys.stderr.isatty():
        say("system packages are missing; your password is asked for to install them (Ctrl+C to skip).")
        with contextlib.suppress(KeyboardInterrupt):
            if subprocess.run(["sudo", "-v"]).returncode == 0:
                return ["sudo"]
    return None


def run_quietly(command: list[str]) -> str:
    """Runs a command; returns its last error line if it failed, else ""."""
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    if done.returncode == 0:
        return ""
    errors = [line for line in done.stdout.splitlines() if line.startswith("E:")]
    return last_line("\n".join(errors) or done.stdout)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
