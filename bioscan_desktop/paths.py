"""Where things are kept: the user's folders and the resources that come with the program.

`BIOSCAN_HOME` puts everything the user has into one folder, for portable use and for tests.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path, PurePath

_APP = "bioscan-desktop"


def _home() -> Path | None:
    home = os.environ.get("BIOSCAN_HOME")
    return Path(home).expanduser() if home else None


def _users(kind: str) -> Path:
    """Where the system keeps such files of this user."""
    import platformdirs  # late: it loads half of the standard library

    return Path(getattr(platformdirs, f"user_{kind}_dir")(_APP, appauthor=False))


def data_dir() -> Path:
    """Installed packs."""
    home = _home()
    return home / "data" if home else _users("data")


def cache_dir() -> Path:
    """Things that can be deleted at any time: HNSW graphs, thumbnails, what was timed on this machine."""
    home = _home()
    return home / "cache" if home else _users("cache")


def config_dir() -> Path:
    """Settings."""
    home = _home()
    return home / "config" if home else _users("config")


def log_dir() -> Path:
    """Log files."""
    home = _home()
    return home / "logs" if home else _users("log")


def resources_dir() -> Path:
    """The shipped `resources`: beside the package in a checkout, inside of it when installed."""
    frozen = getattr(sys, "_MEIPASS", None)
    package = Path(frozen, "bioscan_desktop") if frozen else Path(__file__).resolve().parent
    installed = package / "_resources"
    return installed if installed.is_dir() else package.parent / "resources"


def replaceable(path: Path) -> Path | None:
    """The file whose place a complete one may take: `path`, or what a link leads to, so that the link stays.

    None where a device or a named pipe is, such as /dev/full: a file in its place would put an end to it.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        return None
    return path.resolve() if path.is_symlink() else path


def database_address(path: PurePath, options: str) -> str:
    """What SQLite opens a file by. A share of Windows has four slashes: it may name no server.

    Args:
        path: absolute.
        options: such as `mode=ro`.
    """
    address = path.as_uri()
    if not address.startswith("file:///"):
        address = f"file:////{address.removeprefix('file://')}"
    return f"{address}?{options}"
