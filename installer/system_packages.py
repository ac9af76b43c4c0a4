"""What the system must have for the window and for hnswlib, and how to get it (Linux, apt).

Without root rights nothing is changed, and the one line to run is shown instead.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import os
import platform
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

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


def missing_packages(compiler: bool) -> list[str]:
    """Debian's names of what the system lacks: libraries and a font for Qt, venv, a compiler.

    Args:
        compiler: whether something remains to be compiled.
    """
    if not sys.platform.startswith("linux"):
        return []
    names = [package for library, package in LIBRARIES if not loads(library)]
    if not any(has_fonts(Path(folder).expanduser()) for folder in FONT_FOLDERS):
        names.append(FONT_PACKAGE)
    version = ".".join(platform.python_version_tuple()[:2])
    if compiler and not has_compiler():
        names.append("g++")
    if compiler and system_python() and not Path(sysconfig.get_path("include"), "Python.h").exists():
        names.append(f"python{version}-dev")
    if not has_ensurepip() and system_python():
        names.append(f"python{version}-venv")
    return names


def for_the_window(packages: list[str]) -> list[str]:
    """Those that the window needs; the others only make hnswlib."""
    return [name for name in packages if not name.startswith(("g++", "python3"))]


def has_compiler() -> bool:
    """Is there a C++ compiler?"""
    return any(shutil.which(name) for name in ("c++", "g++", "clang++"))


def has_ensurepip() -> bool:
    """Debian keeps this part of Python, which puts pip into a new environment, in a package of its own."""
    importlib.invalidate_caches()
    return importlib.util.find_spec("ensurepip") is not None


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
    if os.geteuid() != 0 and shutil.which("sudo") is None:
        return f"su -c 'apt-get update && apt-get install -y {names}'"
    prefix = "" if os.geteuid() == 0 else "sudo "
    return f"{prefix}apt-get update && {prefix}apt-get install -y {names}"


def install_with_apt(packages: list[str], say: Callable[[str], None]) -> None:
    """Installs them if apt and root rights are at hand; else, or if that fails, they stay missing."""
    if shutil.which("apt-get") is None:
        return
    become_root = root_prefix(say)
    if become_root is None:
        return
    say(f"installing system packages: {' '.join(packages)}")
    apt = [*become_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    apt += ["-o", "DPkg::Lock::Timeout=120"]
    add = [*apt, "install", "-y", "--no-install-recommends"]
    run_quietly([*apt, "update"])
    failure = run_quietly([*add, *packages])
    if failure:
        for package in packages:  # one that this release does not have must not keep the others out
            run_quietly([*add, package])
        say(f"apt could not install everything ({failure}).")


def root_prefix(say: Callable[[str], None]) -> list[str] | None:
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


def last_line(text: str) -> str:
    """The last line that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "no reason given"
