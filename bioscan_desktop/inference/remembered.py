"""What was measured once on this machine, kept in a JSON file of the user's cache folder.

A file that is damaged, of another version or gone only costs the time to measure again; so does a folder
that cannot be written.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
from pathlib import Path
from typing import Any


def recall(store: Path | None, version: int) -> dict[str, Any]:
    """All that a file of this version holds, by name; nothing without one."""
    try:
        known = json.loads(store.read_text(encoding="utf-8")) if store is not None else {}
        return {k: v for k, v in known.items() if k != "version"} if known.get("version") == version else {}
    except (OSError, ValueError, AttributeError):
        return {}


def keep(store: Path | None, version: int, name: str, value: Any) -> None:
    """Adds a value to the file, or replaces it there, as far as that can be written."""
    if store is None:
        return
    part = store.with_name(f"{store.name}.{os.getpid()}.part")
    values = {"version": version, **recall(store, version), name: value}
    try:
        store.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(values, indent=1), encoding="utf-8")
        part.replace(store)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def processor() -> str:
    """The processor's name, as far as the system tells it."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return f"{line.partition(':')[2].strip()} x {os.cpu_count()}"
    except OSError:
        pass
    name = os.environ.get("PROCESSOR_IDENTIFIER") or platform.processor() or platform.machine()
    return f"{name} x {os.cpu_count()}"
