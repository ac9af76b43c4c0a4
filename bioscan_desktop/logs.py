"""Named loggers and one rotating log file.

Loggers are named by subsystem (`bioscan.jobs`, `bioscan.packs`, …), not by module. The library code
only asks for a logger; the programs decide here where records go.
"""

from __future__ import annotations

import contextlib
import logging
import logging.handlers
import platform
import sys
from pathlib import Path

from bioscan_desktop import __version__, paths

ROOT = "bioscan"
FILE_NAME = "bioscan-desktop.log"
MAX_BYTES = 1_000_000
KEPT = 3


def start(folder: Path | None = None) -> Path | None:
    """Sends the records of all our loggers to the log file.

    Args:
        folder: where; None takes the user's log folder.

    Returns:
        the file, or None where it cannot be written: a program must start without a log, too.
    """
    root = logging.getLogger(ROOT)
    root.setLevel(logging.INFO)
    stop()
    folder = folder if folder is not None else paths.log_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            folder / FILE_NAME, maxBytes=MAX_BYTES, backupCount=KEPT, encoding="utf-8"
        )
    except OSError:
        return None
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)
    root.info(
        "BIOSCAN Desktop %s, Python %s, %s", __version__, platform.python_version(), platform.platform()
    )
    return folder / FILE_NAME


def stop() -> None:
    """Closes the log file."""
    root = logging.getLogger(ROOT)
    for handler in [h for h in root.handlers if isinstance(h, logging.handlers.RotatingFileHandler)]:
        root.removeHandler(handler)
        with contextlib.suppress(OSError):
            handler.close()


def details(error: BaseException) -> str:
    """What a user copies into a report: versions and the traceback."""
    import traceback

    trace = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    return f"BIOSCAN Desktop {__version__}, Python {sys.version.split()[0]}, {platform.platform()}\n\n{trace}"
