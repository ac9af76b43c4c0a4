"""The calibration of a library pack, which may be fitted anew at any time.

So the manifest need not list its hash, and a hash that a manifest lists is not all that is asked: a file
that was cut short or is none is found by reading it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bioscan_desktop.core.calibration import Calibration
from bioscan_desktop.core.errors import PackError

CALIBRATION = "calibration.json"


def fitted_before(values: dict[str, Any] | None) -> dict[str, Any] | None:
    """What a manifest says of a calibration that was fitted before the library was changed.

    Raises:
        TypeError, ValueError, AttributeError: it says so in no form that is understood.
    """
    if values is None:
        return None
    return {**values, **{name: int(values.get(name, 0)) for name in ("keys", "added", "removed")}}


def read_calibration(path: Path) -> tuple[Calibration, bytes]:
    """A calibration, and the bytes that it was read from.

    Raises:
        PackError: if it cannot be used.
    """
    try:
        data = path.read_bytes()
        return Calibration.from_dict(json.loads(data)), data
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise PackError(f"The library's calibration cannot be read and is not used ({error}).") from None


def check_calibration(path: Path) -> None:
    """Refuses a calibration that cannot be used; a library need not have one.

    Raises:
        PackError: in one sentence.
    """
    if path.exists():
        read_calibration(path)
